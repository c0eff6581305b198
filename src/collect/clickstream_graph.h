// The clickstream as a graph to walk: how often readers came to each article from outside, and went from it to others.
//
// A node is an article of a wiki, so a walk stays within its wiki as nearly all readers do; it is written as its QID.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.h"

namespace linktrail {

// Clicks between two articles of one wiki; from 0: from outside.
struct ClickEdge {
  std::uint64_t from = 0, to = 0;  // title keys
  std::uint64_t count = 0;
};

struct ClickArticle {
  std::uint64_t key = 0;
  Qid qid = kNoQid;
  std::uint64_t arrivals = 0;  // from anywhere, also from articles that are no nodes
};

class ClickGraph {
 public:
  using Node = std::uint32_t;

  // `articles` and `edges` in any order, an article and a pair once each; edges between articles, or from 0, only.
  ClickGraph(std::vector<ClickArticle> articles, std::vector<ClickEdge> edges);

  std::size_t size() const { return qids_.size(); }
  Qid qid(Node node) const { return qids_[node]; }
  std::uint64_t arrivals(Node node) const { return arrivals_[node]; }
  std::uint64_t entries(Node node) const { return entry_sums_[node] - (node == 0 ? 0 : entry_sums_[node - 1]); }

  // Running sums of the entries, by node.
  std::span<const std::uint64_t> entry_sums() const { return entry_sums_; }

  // The articles that readers went to from `node`, and the running sums of their clicks.
  std::span<const Node> targets(Node node) const { return std::span(targets_).subspan(begins_[node], degree(node)); }
  std::span<const std::uint64_t> click_sums(Node node) const {
    return std::span(click_sums_).subspan(begins_[node], degree(node));
  }
  std::uint64_t clicks(Node node) const { return degree(node) == 0 ? 0 : click_sums(node).back(); }

 private:
  std::size_t degree(Node node) const { return begins_[node + 1] - begins_[node]; }

  std::vector<Qid> qids_;
  std::vector<std::uint64_t> arrivals_;
  std::vector<std::uint64_t> entry_sums_;
  std::vector<std::uint64_t> begins_;
  std::vector<Node> targets_;
  std::vector<std::uint64_t> click_sums_;
};

}  // namespace linktrail
