#include "index/duplicates.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string_view>
#include <tuple>

#include "core/hash.h"
#include "index/prune.h"
#include "index/vector_lookup.h"

namespace linktrail {

namespace {

// Children of a node in the tree of copies: a quarter of the list, so that three quarters still lead out of the group.
std::uint32_t fanout(std::uint32_t m) { return std::max(1U, m / 2); }

bool equal_rows(MatrixView rows, std::uint32_t a, std::uint32_t b) {
  return std::ranges::equal(rows.row(a), rows.row(b));
}

// For each row the row that represents it.
std::vector<std::uint32_t> representatives(MatrixView rows, std::span<const Qid> labels) {
  std::vector<std::uint64_t> hashes(rows.rows);
  for (std::size_t i = 0; i < rows.rows; ++i) hashes[i] = vector_hash(rows.row(i));
  std::vector<std::uint32_t> order(rows.rows);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return std::tuple(hashes[i], labels[i]); });

  std::vector<std::uint32_t> result(rows.rows);
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && hashes[order[end]] == hashes[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) {
      // Rows of one hash are equal but for a collision; then each kind finds its own first row.
      std::size_t first = begin;
      while (!equal_rows(rows, order[first], order[i])) ++first;
      result[order[i]] = order[first];
    }
    begin = end;
  }
  return result;
}

struct Group {
  std::size_t begin = 0;  // of the copies of one representative, in DistinctRows::representative
  std::size_t end = 0;
};

template <class Visit>
void for_each_group(const DistinctRows& rows, Visit visit) {
  const auto& representative = rows.representative;
  for (std::size_t begin = 0; begin < representative.size();) {
    std::size_t end = begin + 1;
    while (end < representative.size() && representative[end] == representative[begin]) ++end;
    visit(representative[begin], Group{begin, end});
    begin = end;
  }
}

// Links of a copy: its children in the tree, the representative, then where the representative leads.
std::vector<NodeId> links_of_copy(const HnswGraph& part, std::span<const NodeId> children, NodeId representative,
                                  std::span<const NodeId> neighbors) {
  std::vector<NodeId> links(children.begin(), children.end());
  links.push_back(representative);
  const std::size_t free = std::min<std::size_t>(neighbors.size(), part.links0.capacity() - links.size());
  links.insert(links.end(), neighbors.begin(), neighbors.begin() + static_cast<std::ptrdiff_t>(free));
  return links;
}

}  // namespace

std::uint64_t vector_hash(std::span<const float> row) {
  return hash_bytes({reinterpret_cast<const char*>(row.data()), row.size_bytes()});
}

DistinctRows find_duplicates(MatrixView rows, std::span<const Qid> labels) {
  const std::vector<std::uint32_t> represented_by = representatives(rows, labels);
  DistinctRows result;
  result.order.resize(rows.rows);
  std::iota(result.order.begin(), result.order.end(), 0U);
  std::ranges::sort(result.order, {}, [&](std::uint32_t i) {
    const bool copy = represented_by[i] != i;
    return std::tuple(copy, copy ? labels[represented_by[i]] : labels[i], labels[i]);
  });

  std::vector<std::uint32_t> position(rows.rows);
  for (std::uint32_t i = 0; i < rows.rows; ++i) {
    const std::uint32_t row = result.order[i];
    position[row] = i;
    if (represented_by[row] == row)
      ++result.distinct;
    else
      result.representative.push_back(position[represented_by[row]]);
  }
  return result;
}

std::uint32_t slots_for(std::size_t copies, std::uint32_t m) {
  return static_cast<std::uint32_t>(std::min<std::size_t>(fanout(m), copies));
}

std::vector<std::uint32_t> slots_for_copies(const DistinctRows& rows, std::uint32_t m) {
  std::vector<std::uint32_t> slots(rows.distinct, 0);
  for_each_group(rows, [&](std::uint32_t representative, Group group) {
    slots[representative] = slots_for(group.end - group.begin, m);
  });
  return slots;
}

void free_slots(HnswGraph& graph, std::span<const std::uint32_t> slots) {
  const VectorLookup vectors(graph.vectors, graph.first);
  Pruner pruner(vectors);
  for (std::size_t row = 0; row < slots.size(); ++row) {
    const std::size_t keep = graph.links0.capacity() - slots[row];
    if (graph.links0[row].size() <= keep) continue;
    const auto node = static_cast<NodeId>(graph.first + row);
    std::vector<Neighbor> candidates;
    for (const NodeId id : graph.links0[row]) candidates.push_back({pruner.distance(node, id), id});
    sort_candidates(candidates, node);
    std::vector<NodeId> ids;
    for (const Neighbor& kept : pruner.prune(candidates, {.keep = keep, .backfill = Backfill::kNearestRejected}))
      ids.push_back(kept.id);
    graph.links0.assign(row, ids);
  }
}

void attach_copies_of(HnswGraph& part, std::size_t representative, std::size_t first_copy, std::size_t copies) {
  const std::size_t members = 1 + copies;  // member 0 is the representative
  const std::size_t width = fanout(part.params.m);
  const auto id_of = [&](std::size_t member) {
    return static_cast<NodeId>(part.first + (member == 0 ? representative : first_copy + member - 1));
  };
  const std::vector<NodeId> neighbors(part.links0[representative].begin(), part.links0[representative].end());
  for (std::size_t member = 0; member < members; ++member) {
    std::vector<NodeId> children;
    for (std::size_t c = member * width + 1; c <= (member + 1) * width && c < members; ++c)
      children.push_back(id_of(c));
    if (member == 0) {
      std::vector<NodeId> links = children;
      links.insert(links.end(), neighbors.begin(), neighbors.end());
      part.links0.assign(representative, links);
    } else {
      part.links0.assign(id_of(member) - part.first, links_of_copy(part, children, id_of(0), neighbors));
    }
  }
}

void attach_copies(HnswGraph& part, const DistinctRows& rows) {
  for_each_group(rows, [&](std::uint32_t representative, Group group) {
    attach_copies_of(part, representative, rows.distinct + group.begin, group.end - group.begin);
  });
}

}  // namespace linktrail
