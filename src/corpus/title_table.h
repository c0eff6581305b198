// Titles of articles, both ways: QID -> title for people to read, title -> QID for what they type.
//
// The first row of the files wins, in both directions: the order of the rows is how a maker of titles
// says which of several articles with one title is meant first. Text lies in one arena.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "corpus/input_set.h"

namespace linktrail {

class TitleTable {
 public:
  TitleTable() = default;

  // Reads title files whole. Throws InputError as read_titles does.
  static TitleTable load(std::span<const InputFile> files);

  // The first title of the article in `wiki_db`, as written in the file; "" asks for any wiki. Empty if
  // there is none. Valid as long as the table.
  std::string_view title_of(Qid qid, std::string_view wiki_db = {}) const;

  // The first article with this title in `wiki_db` ("": in any wiki), or kNoQid. Exact, except that a
  // space equals an underscore.
  Qid find(std::string_view title, std::string_view wiki_db = {}) const;

  std::size_t size() const { return rows_.size(); }  // rows, not articles
  bool empty() const { return rows_.empty(); }

 private:
  struct Row {
    Qid qid = kNoQid;
    std::uint64_t begin = 0;  // of the title in text_
    std::uint32_t length = 0;
    std::uint32_t wiki = 0;  // in wikis_
  };

  void add(std::string_view wiki_db, Qid qid, std::string_view title);
  void build_order();
  std::string_view title(const Row& row) const { return std::string_view(text_).substr(row.begin, row.length); }
  bool in_wiki(const Row& row, std::string_view wiki_db) const {
    return wiki_db.empty() || wikis_[row.wiki] == wiki_db;
  }

  std::string text_;
  std::vector<std::string> wikis_;
  std::vector<Row> rows_;                // in file order
  std::vector<std::uint32_t> by_qid_;    // rows by (qid, row)
  std::vector<std::uint32_t> by_title_;  // rows by (title with spaces, row)
};

}  // namespace linktrail
