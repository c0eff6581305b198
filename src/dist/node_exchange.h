// Exchange of changed rows between nodes: what each node's ranks have merged meets at one node, and the outcome goes to
// all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "comm/node.h"
#include "core/matrix.h"
#include "embedding/combine_rule.h"

namespace linktrail::dist {

// How values travel between nodes. kBf16 halves the bytes; what rounding takes off a row is added to what is next sent
// of it, so it is late, not lost. A call with kFloat32 pays it.
enum class ValuePrecision { kFloat32, kBf16 };

struct SyncRule {
  CombineRule combine = CombineRule::kAdasum;
  int ranks = 1;         // of all nodes
  float correction = 1;  // of Adasum: see merge_changes()
};

// Changes of some rows, one after the other.
struct ChangeBatch {
  std::vector<std::uint32_t> rows;
  std::vector<float> weights;
  std::vector<float> values;  // [rows x stride]

  void add(std::uint32_t row, const RowChange& change, std::size_t stride);
};

class NodeExchange {
 public:
  // For a matrix of `rows` rows.
  NodeExchange(std::size_t rows, std::size_t stride, const SyncRule& rule, const comm::Node& node);

  // Collective over peers(). Merges the batches of all nodes and returns the finished change of every row that is in
  // any, the same on every peer. The rows of `batch` rise; all peers bring rows of the same part.
  ChangeBatch combine(ChangeBatch batch, ValuePrecision precision);

  // What is still owed is lost from now on.
  void forget_residuals() { residuals_ = Matrix(); }

 private:
  int owner_of(std::uint32_t row) const;
  ChangeBatch sorted_by_owner(const ChangeBatch& batch, std::vector<std::uint64_t>& counts) const;
  ChangeBatch merge(std::span<const ChangeBatch> from_nodes);
  std::vector<std::uint16_t> round_values(ChangeBatch& batch);
  void pay_residuals(ChangeBatch& batch);
  float* residual_of(std::uint32_t row);

  std::size_t rows_, stride_;
  SyncRule rule_;
  const comm::Node* node_;
  Matrix residuals_;  // a row for each row of this part, once anything was rounded
};

// The nearest value of 8 significant bits, ties to even; infinities and NaN stay what they are.
std::uint16_t to_bf16(float value);
float from_bf16(std::uint16_t bits);

}  // namespace linktrail::dist
