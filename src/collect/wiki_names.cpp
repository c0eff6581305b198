#include "collect/wiki_names.h"

#include <algorithm>

#include "core/error.h"
#include "core/hash.h"

namespace linktrail {

namespace {

constexpr std::string_view kFamily = ".wikipedia";

std::string_view language_of(std::string_view project) {
  return project.ends_with(kFamily) ? project.substr(0, project.size() - kFamily.size()) : std::string_view{};
}

std::string replaced(std::string_view text, char from, char to) {
  std::string result(text);
  std::replace(result.begin(), result.end(), from, to);
  return result;
}

}  // namespace

std::uint32_t WikiNames::add(std::string_view name) {
  const auto hash = static_cast<std::uint32_t>(hash_bytes(name));
  const auto [it, added] = names_.try_emplace(hash, name);
  if (!added && it->second != name)
    throw InputError(
        "two names of wikis have the same 32-bit hash; check the order of the columns, or collect them apart");
  if (added && names_.size() > kMost)
    throw InputError(
        fmt::format("more than {} names of wikis; expected a few hundred; check the order of the columns", kMost));
  return hash;
}

std::string WikiNames::text() const {
  std::string text;
  for (const auto& [hash, name] : names_) text += name + '\n';
  return text;
}

void WikiNames::add_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    add(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
}

std::unordered_map<std::uint32_t, std::uint32_t> WikiNames::order() const {
  std::vector<std::pair<std::string_view, std::uint32_t>> sorted;
  for (const auto& [hash, name] : names_) sorted.emplace_back(name, hash);
  std::sort(sorted.begin(), sorted.end());
  std::unordered_map<std::uint32_t, std::uint32_t> order;
  for (std::uint32_t i = 0; i < sorted.size(); ++i) order.emplace(sorted[i].second, i);
  return order;
}

std::string wiki_of_project(std::string_view project) {
  const std::string_view language = language_of(project);
  if (language.empty()) return {};
  if (language == "be-tarask") return "be_x_oldwiki";
  return replaced(language, '-', '_') + "wiki";
}

std::string original_wiki_of_project(std::string_view project) {
  const std::string_view language = language_of(project);
  return language.empty() ? std::string{} : std::string(language) + "wiki";
}

std::string original_wiki(std::string_view wiki_db) { return replaced(wiki_db, '_', '-'); }

}  // namespace linktrail
