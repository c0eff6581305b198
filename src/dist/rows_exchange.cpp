#include "dist/rows_exchange.h"

#include <algorithm>
#include <numeric>

#include "comm/collectives.h"
#include "comm/exchange.h"
#include "core/checked_cast.h"

namespace linktrail::dist {

namespace {

// Rows without their padding, one after the other.
std::vector<float> pack(MatrixView rows, std::span<const std::uint32_t> order) {
  std::vector<float> flat;
  flat.reserve(order.size() * rows.dim);
  for (const std::uint32_t i : order) flat.insert(flat.end(), rows.row(i).begin(), rows.row(i).end());
  return flat;
}

Matrix unpack(std::span<const float> flat, std::size_t rows, std::size_t dim) {
  Matrix matrix(rows, dim);
  for (std::size_t i = 0; i < rows; ++i) std::ranges::copy(flat.subspan(i * dim, dim), matrix.row_data(i));
  return matrix;
}

}  // namespace

LabeledRows send_rows(MatrixView rows, std::span<const Qid> labels, std::span<const int> target,
                      const comm::Communicator& comm) {
  std::vector<std::uint32_t> order(rows.rows);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return target[i]; });
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(comm.size()), 0);
  std::vector<Qid> sorted_labels;
  for (const std::uint32_t i : order) {
    ++counts[static_cast<std::size_t>(target[i])];
    sorted_labels.push_back(labels[i]);
  }
  LabeledRows result;
  result.labels = comm::all_to_all<Qid>(sorted_labels, counts, comm).data;
  const auto flat = comm::all_to_all<float>(pack(rows, order), comm::counts_of_values(counts, rows.dim), comm);
  result.vectors = unpack(flat.data, result.labels.size(), rows.dim);
  return result;
}

NodeOwners::NodeOwners(std::uint64_t my_nodes, const comm::Communicator& comm) {
  first_ = {0};
  for (const std::uint64_t nodes : comm::all_gather(my_nodes, comm)) first_.push_back(first_.back() + nodes);
  checked_cast<NodeId>(first_.back());
}

int NodeOwners::operator()(NodeId node) const {
  return static_cast<int>(std::ranges::upper_bound(first_, node) - first_.begin()) - 1;
}

Matrix fetch_rows(std::span<const NodeId> wanted, MatrixView mine, const NodeOwners& owners,
                  const comm::Communicator& comm) {
  const auto append = [&](std::size_t row, std::vector<float>& floats) {
    floats.insert(floats.end(), mine.row(row).begin(), mine.row(row).end());
  };
  return unpack(fetch_values<float>(wanted, mine.dim, append, owners, comm), wanted.size(), mine.dim);
}

}  // namespace linktrail::dist
