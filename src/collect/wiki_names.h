// The names of wikis as 32-bit hashes, so that ranks need no common numbering while they read.
//
// Names seen are kept: two of one hash are refused (a chance of 1e-4 for a thousand wikis), and ties between views are
// broken by name, not by hash.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace linktrail {

class WikiNames {
 public:
  // More names than this are no wikis: the column is another one, or damaged.
  static constexpr std::size_t kMost = 100'000;

  // The hash of `name`. Throws InputError if another name has it, or for a name beyond kMost.
  std::uint32_t add(std::string_view name);

  // Every name followed by a line feed, and back; names of several ranks are united with add_text.
  std::string text() const;
  void add_text(std::string_view text);

  // For each hash the position of its name in the order of names.
  std::unordered_map<std::uint32_t, std::uint32_t> order() const;

 private:
  std::unordered_map<std::uint32_t, std::string> names_;
};

// The name of the database of a project such as "en.wikipedia" or "zh-yue.wikipedia": hyphens become underscores, and
// be-tarask, which is served from be_x_old, is named so. Empty if the project is no Wikipedia.
std::string wiki_of_project(std::string_view project);

// The name that the pipeline in use makes of a project: language + "wiki". With a hyphen in it no table knows it.
std::string original_wiki_of_project(std::string_view project);

// The same of a name of a database: "zh_yuewiki" becomes "zh-yuewiki", which no table knows.
std::string original_wiki(std::string_view wiki_db);

}  // namespace linktrail
