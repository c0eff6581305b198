// Rows of Wikipedia's public clickstream: prev, curr, type, n; tab-separated, without a header.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace linktrail {

// What came before the article: nothing we follow (a search engine, another site, an unknown referrer), or an article.
enum class ClickType : std::uint8_t {
  kExternal,  // prev is other-search, other-external, other-empty, other-internal or other-other
  kLink,      // prev links to curr
  kOther,     // prev is an article that does not link to curr: the reader searched, or typed
};

struct Click {
  std::string_view prev, curr;
  ClickType type = ClickType::kExternal;
  std::uint64_t count = 0;  // at least 1
};

// Reads a row. Null if it is one, else what was expected.
const char* parse_click(std::string_view line, Click& click);

// The wiki of a file by its name: "enwiki" of clickstream-enwiki-2021-01.tsv.gz and of enwiki-clickstream.tsv. Empty if
// no word of the name ends with "wiki".
std::string wiki_of_file(std::string_view path);

// A number for a title of a wiki, equal for underscores and spaces; never 0. Two of a hundred million titles share one
// with probability 3e-4.
std::uint64_t title_key(std::string_view wiki_db, std::string_view title);

}  // namespace linktrail
