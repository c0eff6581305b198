#include "embedding/row_match.h"

#include <algorithm>
#include <tuple>

#include "core/checked_cast.h"

namespace linktrail {

namespace {

template <class Key>
struct KeyedRow {
  const Key* key;
  TokenId row;

  bool operator<(const KeyedRow& other) const { return std::tie(*key, row) < std::tie(*other.key, other.row); }
};

template <class Key>
std::vector<KeyedRow<Key>> sorted_by_key(std::span<const Key> keys) {
  std::vector<KeyedRow<Key>> rows;
  rows.reserve(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) rows.push_back({&keys[i], checked_cast<TokenId>(i)});
  std::sort(rows.begin(), rows.end());
  return rows;
}

template <class Key>
RowMatch merge_sorted(std::span<const Key> earlier, std::span<const Key> now) {
  RowMatch match{.target = std::vector<TokenId>(earlier.size(), kNoToken)};
  const auto from = sorted_by_key(earlier);
  const auto to = sorted_by_key(now);
  auto next = to.begin();
  for (const auto& row : from) {
    while (next != to.end() && *next->key < *row.key) ++next;
    if (next == to.end()) break;
    if (*next->key != *row.key) continue;
    match.target[row.row] = next->row;
    ++match.matched;
    ++next;  // taken: an equal earlier key finds nothing
  }
  return match;
}

}  // namespace

RowMatch match_rows(std::span<const Qid> earlier, std::span<const Qid> now) { return merge_sorted(earlier, now); }

RowMatch match_rows(std::span<const std::string> earlier, std::span<const std::string> now) {
  return merge_sorted(earlier, now);
}

void place_rows(MatrixView rows, std::span<const TokenId> targets, Matrix& into) {
  for (std::size_t i = 0; i < rows.rows; ++i)
    if (targets[i] != kNoToken) std::ranges::copy(rows.row(i), into.row(targets[i]).begin());
}

}  // namespace linktrail
