#include "corpus/title_table.h"

#include <algorithm>
#include <numeric>

#include "core/checked_cast.h"
#include "corpus/flat_files.h"

namespace linktrail {

namespace {

// Byte order with "_" read as " ": negative, zero or positive.
int compare_titles(std::string_view a, std::string_view b) {
  const auto folded = [](char c) { return static_cast<unsigned char>(c == '_' ? ' ' : c); };
  const std::size_t shared = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < shared; ++i)
    if (folded(a[i]) != folded(b[i])) return folded(a[i]) < folded(b[i]) ? -1 : 1;
  return a.size() == b.size() ? 0 : (a.size() < b.size() ? -1 : 1);
}

}  // namespace

TitleTable TitleTable::load(std::span<const InputFile> files) {
  TitleTable table;
  for_each_file(files, [&](LineReader& lines) {
    read_titles(lines, [&](std::string_view wiki, Qid qid, std::string_view title) { table.add(wiki, qid, title); });
  });
  table.build_order();
  return table;
}

void TitleTable::add(std::string_view wiki_db, Qid qid, std::string_view title) {
  // Rows of one wiki follow each other, and there are a few hundred wikis, so the search is short.
  const bool same = !rows_.empty() && wikis_[rows_.back().wiki] == wiki_db;
  const auto wiki = same ? wikis_.begin() + rows_.back().wiki : std::find(wikis_.begin(), wikis_.end(), wiki_db);
  const auto number = checked_cast<std::uint32_t>(wiki - wikis_.begin());
  if (wiki == wikis_.end()) wikis_.emplace_back(wiki_db);
  rows_.push_back({qid, text_.size(), checked_cast<std::uint32_t>(title.size()), number});
  text_ += title;
}

void TitleTable::build_order() {
  by_qid_.resize(checked_cast<std::uint32_t>(rows_.size()));
  std::iota(by_qid_.begin(), by_qid_.end(), 0U);
  by_title_ = by_qid_;
  std::stable_sort(by_qid_.begin(), by_qid_.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return rows_[a].qid < rows_[b].qid; });
  std::stable_sort(by_title_.begin(), by_title_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return compare_titles(title(rows_[a]), title(rows_[b])) < 0;
  });
}

std::string_view TitleTable::title_of(Qid qid, std::string_view wiki_db) const {
  auto it = std::lower_bound(by_qid_.begin(), by_qid_.end(), qid,
                             [&](std::uint32_t row, Qid wanted) { return rows_[row].qid < wanted; });
  for (; it != by_qid_.end() && rows_[*it].qid == qid; ++it)
    if (in_wiki(rows_[*it], wiki_db)) return title(rows_[*it]);
  return {};
}

Qid TitleTable::find(std::string_view wanted, std::string_view wiki_db) const {
  auto it = std::lower_bound(by_title_.begin(), by_title_.end(), wanted, [&](std::uint32_t row, std::string_view text) {
    return compare_titles(title(rows_[row]), text) < 0;
  });
  for (; it != by_title_.end() && compare_titles(title(rows_[*it]), wanted) == 0; ++it)
    if (in_wiki(rows_[*it], wiki_db)) return rows_[*it].qid;
  return kNoQid;
}

}  // namespace linktrail
