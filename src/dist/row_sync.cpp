#include "dist/row_sync.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#include "comm/collectives.h"

namespace linktrail::dist {
namespace {

// Most bytes of rows that one block can hold. A rank sends at most this much and, since each row has one owner,
// receives about as much.
constexpr std::size_t kBlockBytes = std::size_t{32} << 20;

// Row ids and their values, one after the other.
struct RowBatch {
  std::vector<std::uint32_t> ids;
  std::vector<float> values;
};

std::size_t rows_per_block(std::size_t dim) { return std::max<std::size_t>(1, kBlockBytes / (dim * sizeof(float))); }

int owner_of_row(std::uint32_t row, int ranks) { return static_cast<int>(row % static_cast<std::uint32_t>(ranks)); }

// The changes of this rank, grouped by owner and ascending within; counts[r] rows are for rank r. A counting sort:
// rows are many, owners few.
RowBatch pack_deltas(const Matrix& replica, const Matrix& base, std::span<const std::uint32_t> rows,
                     std::vector<std::uint64_t>& counts) {
  const int ranks = static_cast<int>(counts.size());
  const std::size_t dim = replica.dim();
  for (const std::uint32_t row : rows) ++counts[static_cast<std::size_t>(owner_of_row(row, ranks))];
  std::vector<std::size_t> next(counts.size(), 0);
  std::exclusive_scan(counts.begin(), counts.end(), next.begin(), std::size_t{0});

  RowBatch batch;
  batch.ids.resize(rows.size());
  batch.values.resize(rows.size() * dim);
  for (const std::uint32_t row : rows) {
    const std::size_t at = next[static_cast<std::size_t>(owner_of_row(row, ranks))]++;
    const float* now = replica.row_data(row);
    const float* before = base.row_data(row);
    float* delta = batch.values.data() + at * dim;
    batch.ids[at] = row;
    for (std::size_t j = 0; j < dim; ++j) delta[j] = now[j] - before[j];
  }
  return batch;
}

// The owner's half: what arrived for rows [begin, end), by row and then by rank.
class Arrivals {
 public:
  Arrivals(const comm::Received<std::uint32_t>& ids, comm::Received<float>& values, std::size_t begin, std::size_t end,
           std::size_t dim)
      : begin_(begin), first_(end - begin + 1, 0) {
    for (const std::uint32_t id : ids.data) ++first_[id - begin + 1];
    for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
    deltas_.resize(ids.data.size());
    std::vector<std::size_t> next = first_;
    for (std::size_t i = 0; i < ids.data.size(); ++i)
      deltas_[next[ids.data[i] - begin]++] = values.data.data() + i * dim;
  }

  // That anyone changed.
  std::size_t rows() const {
    std::size_t changed = 0;
    for (std::size_t i = 1; i < first_.size(); ++i) changed += first_[i] != first_[i - 1] ? 1 : 0;
    return changed;
  }

  std::span<float* const> of(std::size_t row) const {
    const std::size_t i = row - begin_;
    return std::span<float* const>(deltas_).subspan(first_[i], first_[i + 1] - first_[i]);
  }

 private:
  std::size_t begin_;
  std::vector<std::size_t> first_;
  std::vector<float*> deltas_;
};

}  // namespace

RowSync::RowSync(const Matrix& replica, CombineRule rule, const comm::Communicator& comm) : rule_(rule), comm_(comm) {
  if (comm_.size() > 1) base_ = replica.clone();
}

void RowSync::synchronise(Matrix& replica, TouchedRows& touched) {
  if (comm_.size() > 1) {
    const std::vector<std::uint32_t> rows = touched.list();
    const std::size_t block = rows_per_block(replica.dim());
    auto next = rows.begin();
    for (std::size_t begin = 0; begin < replica.rows(); begin += block) {
      const std::size_t end = std::min(begin + block, replica.rows());
      const auto first = next;
      next = std::lower_bound(first, rows.end(), end);
      synchronise_block(replica, {first, next}, begin, end);
    }
  }
  touched.clear();
}

void RowSync::synchronise_block(Matrix& replica, std::span<const std::uint32_t> rows, std::size_t begin,
                                std::size_t end) {
  const std::size_t dim = replica.dim();
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(comm_.size()), 0);
  const RowBatch sent = pack_deltas(replica, base_, rows, counts);
  const auto ids = comm::all_to_all<std::uint32_t>(sent.ids, counts, comm_);
  for (std::uint64_t& count : counts) count *= dim;
  auto values = comm::all_to_all<float>(sent.values, counts, comm_);

  RowBatch combined;
  const Arrivals arrivals(ids, values, begin, end, dim);
  combined.ids.reserve(arrivals.rows());
  combined.values.resize(arrivals.rows() * dim);
  for (std::size_t row = begin; row < end; ++row) {
    const auto deltas = arrivals.of(row);
    if (deltas.empty()) continue;
    combine_row(rule_, deltas, dim, comm_.size());
    const float* before = base_.row_data(row);
    float* now = combined.values.data() + combined.ids.size() * dim;
    combined.ids.push_back(static_cast<std::uint32_t>(row));
    for (std::size_t j = 0; j < dim; ++j) now[j] = before[j] + deltas[0][j];
  }

  const auto all_ids = comm::all_gather<std::uint32_t>(std::span<const std::uint32_t>(combined.ids), comm_);
  const auto all_values = comm::all_gather<float>(std::span<const float>(combined.values), comm_);
  for (std::size_t i = 0; i < all_ids.size(); ++i) {
    std::memcpy(replica.row_data(all_ids[i]), all_values.data() + i * dim, dim * sizeof(float));
    std::memcpy(base_.row_data(all_ids[i]), all_values.data() + i * dim, dim * sizeof(float));
  }
}

}  // namespace linktrail::dist
