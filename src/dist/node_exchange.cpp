#include "dist/node_exchange.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "comm/collectives.h"
#include "comm/exchange.h"
#include "dist/row_parts.h"

namespace linktrail::dist {

namespace {

std::vector<float> widened(std::span<const std::uint16_t> values) {
  std::vector<float> result(values.size());
  std::ranges::transform(values, result.begin(), from_bf16);
  return result;
}

// What arrived, cut by sender.
std::vector<ChangeBatch> cut(const comm::Received<std::uint32_t>& rows, std::span<const float> weights,
                             std::span<const float> values, std::size_t stride) {
  std::vector<ChangeBatch> batches;
  std::size_t begin = 0;
  for (const std::uint64_t count : rows.counts) {
    const auto ids = std::span(rows.data).subspan(begin, count);
    const auto own_weights = weights.subspan(begin, count);
    const auto own_values = values.subspan(begin * stride, count * stride);
    batches.push_back({.rows = {ids.begin(), ids.end()},
                       .weights = {own_weights.begin(), own_weights.end()},
                       .values = {own_values.begin(), own_values.end()}});
    begin += count;
  }
  return batches;
}

std::vector<std::uint32_t> all_rows(std::span<const ChangeBatch> batches) {
  std::vector<std::uint32_t> rows;
  for (const ChangeBatch& batch : batches) rows.insert(rows.end(), batch.rows.begin(), batch.rows.end());
  std::ranges::sort(rows);
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

}  // namespace

std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  constexpr std::uint32_t kQuiet = 0x40;  // so that cutting cannot turn NaN into infinity
  if (std::isnan(value)) return static_cast<std::uint16_t>((bits >> 16) | kQuiet);
  return static_cast<std::uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

float from_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

void ChangeBatch::add(std::uint32_t row, const RowChange& change, std::size_t stride) {
  rows.push_back(row);
  weights.push_back(change.weight);
  values.insert(values.end(), change.values, change.values + stride);
}

NodeExchange::NodeExchange(std::size_t rows, std::size_t stride, const SyncRule& rule, const comm::Node& node)
    : rows_(rows), stride_(stride), rule_(rule), node_(&node) {}

int NodeExchange::owner_of(std::uint32_t row) const {
  return static_cast<int>(turn_of_row(row, node_->parts()) % static_cast<std::size_t>(node_->count()));
}

float* NodeExchange::residual_of(std::uint32_t row) { return residuals_.row_data(place_in_part(row, node_->parts())); }

void NodeExchange::pay_residuals(ChangeBatch& batch) {
  if (residuals_.empty()) return;
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    const float* owed = residual_of(batch.rows[i]);
    for (std::size_t j = 0; j < stride_; ++j) batch.values[i * stride_ + j] += owed[j];
  }
}

std::vector<std::uint16_t> NodeExchange::round_values(ChangeBatch& batch) {
  if (residuals_.empty()) residuals_ = Matrix(rows_of_part(rows_, node_->parts()), stride_);
  pay_residuals(batch);
  std::vector<std::uint16_t> rounded(batch.values.size());
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    float* owed = residual_of(batch.rows[i]);
    for (std::size_t j = 0; j < stride_; ++j) {
      const float value = batch.values[i * stride_ + j];
      const std::uint16_t bits = to_bf16(value);
      rounded[i * stride_ + j] = bits;
      owed[j] = value - from_bf16(bits);
    }
  }
  return rounded;
}

ChangeBatch NodeExchange::sorted_by_owner(const ChangeBatch& batch, std::vector<std::uint64_t>& counts) const {
  std::vector<std::size_t> order(batch.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return owner_of(batch.rows[i]); });
  ChangeBatch sorted;
  sorted.values.reserve(batch.values.size());
  for (const std::size_t i : order) {
    ++counts[static_cast<std::size_t>(owner_of(batch.rows[i]))];
    sorted.rows.push_back(batch.rows[i]);
    sorted.weights.push_back(batch.weights[i]);
    const auto values = std::span(batch.values).subspan(i * stride_, stride_);
    sorted.values.insert(sorted.values.end(), values.begin(), values.end());
  }
  return sorted;
}

ChangeBatch NodeExchange::merge(std::span<const ChangeBatch> from_nodes) {
  ChangeBatch merged;
  std::vector<std::size_t> next(from_nodes.size(), 0);
  std::vector<RowChange> changes(from_nodes.size());
  Matrix values(from_nodes.size(), stride_);  // aligned as the combine rules ask
  for (const std::uint32_t row : all_rows(from_nodes)) {
    for (std::size_t n = 0; n < from_nodes.size(); ++n) {
      const ChangeBatch& batch = from_nodes[n];
      changes[n] = {};
      if (next[n] == batch.rows.size() || batch.rows[next[n]] != row) continue;
      std::copy_n(batch.values.data() + next[n] * stride_, stride_, values.row_data(n));
      changes[n] = {.values = values.row_data(n), .weight = batch.weights[next[n]++]};
    }
    const RowChange all = merge_changes(rule_.combine, changes, stride_, rule_.correction);
    finish_change(rule_.combine, all, stride_, rule_.ranks);
    merged.add(row, all, stride_);
  }
  return merged;
}

ChangeBatch NodeExchange::combine(ChangeBatch batch, ValuePrecision precision) {
  const comm::Communicator& peers = node_->peers();
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(peers.size()), 0);
  batch = sorted_by_owner(batch, counts);
  const auto rows = comm::all_to_all<std::uint32_t>(batch.rows, counts, peers);
  const auto weights = comm::all_to_all<float>(batch.weights, counts, peers);
  const auto exchange_values = [&] {
    if (precision == ValuePrecision::kBf16)
      return widened(
          comm::all_to_all<std::uint16_t>(round_values(batch), comm::counts_of_values(counts, stride_), peers).data);
    pay_residuals(batch);
    return comm::all_to_all<float>(batch.values, comm::counts_of_values(counts, stride_), peers).data;
  };
  const std::vector<float> values = exchange_values();

  ChangeBatch merged = merge(cut(rows, weights.data, values, stride_));
  ChangeBatch result;
  result.rows = comm::all_gather<std::uint32_t>(std::span<const std::uint32_t>(merged.rows), peers);
  if (precision == ValuePrecision::kBf16) {
    const std::vector<std::uint16_t> rounded = round_values(merged);
    result.values = widened(comm::all_gather<std::uint16_t>(std::span<const std::uint16_t>(rounded), peers));
  } else {
    result.values = comm::all_gather<float>(std::span<const float>(merged.values), peers);
  }
  return result;
}

}  // namespace linktrail::dist
