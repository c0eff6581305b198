#include "embedding/round_rows.h"

#include <algorithm>
#include <cstring>

#include "core/lazy_memory.h"
#include "core/prefetch.h"
#include "embedding/kernels.h"

namespace linktrail {

namespace {

// The map of places comes first; the copies start on a page of their own.
std::size_t copies_offset(std::size_t rows) {
  return (rows * sizeof(std::uint32_t) + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
}

// Rows looked at by is_sane(), about: a model that explodes spoils most of its rows within a round, and first the
// frequent ones, which come first in a matrix. Four times as many took .6 % of the time of training.
constexpr std::size_t kSampledRows = 2048;

// Most lie anywhere in memory, and of a replica in no cache of the rank's.
constexpr std::size_t kRowsAhead = 16;

// The numbers of the rows to look at, of `count`: the first ones all, of the others some.
class SampledRows {
 public:
  explicit SampledRows(std::size_t count)
      : first_(std::min(count, kSampledRows / 2)),
        step_(std::max<std::size_t>(1, count / kSampledRows)),
        size_(first_ + (count - first_ + step_ - 1) / step_) {}

  std::size_t size() const { return size_; }
  std::size_t row(std::size_t i) const { return i < first_ ? i : first_ + (i - first_) * step_; }

 private:
  std::size_t first_, step_, size_;
};

bool is_sane_row(const float* row, std::size_t stride, float longest) {
  return best_kernels().dot(row, row, stride) <= longest * longest;  // so written, NaN is not sane
}

}  // namespace

std::size_t RoundMemory::bytes(std::size_t rows, std::size_t dim) {
  return copies_offset(rows) + rows * padded_dim(dim) * sizeof(float);
}

RoundMemory RoundMemory::in(std::shared_ptr<void> zeros, std::size_t rows) {
  auto* bytes = static_cast<std::byte*>(zeros.get());
  if (bytes == nullptr) return {};
  return {.place_of = reinterpret_cast<std::uint32_t*>(bytes),
          .copies = reinterpret_cast<float*>(bytes + copies_offset(rows)),
          .owner = std::move(zeros)};
}

RoundMemory RoundMemory::of_replica(std::shared_ptr<void> memory) {
  auto* copies = static_cast<float*>(memory.get());
  return {.copies = copies, .owner = std::move(memory)};
}

RoundRows::RoundRows(Matrix& matrix, RoundMemory memory) : matrix_(&matrix), memory_(std::move(memory)) {
  if (!is_in_place()) make_huge(memory_.place_of, matrix.rows() * sizeof(std::uint32_t));
}

// As the copies grow, for most rounds of a large model touch few of its rows.
void RoundRows::make_room_huge(std::size_t copies) {
  const std::size_t row_bytes = matrix_->stride() * sizeof(float);
  if (copies * row_bytes <= huge_bytes_) return;
  const std::size_t left = matrix_->rows() * row_bytes - huge_bytes_;
  make_huge(reinterpret_cast<std::byte*>(memory_.copies) + huge_bytes_, std::min(left, kHugePageBytes));
  huge_bytes_ += kHugePageBytes;
}

std::uint32_t RoundRows::copy(TokenId row) {
  touched_.push_back(row);
  make_room_huge(touched_.size());
  const auto place = static_cast<std::uint32_t>(touched_.size());
  std::memcpy(copy_at(place), matrix_->row_data(row), matrix_->stride() * sizeof(float));
  return place;
}

void RoundRows::finish() {
  for (const TokenId row : touched_) memory_.place_of[row] = 0;
  touched_.clear();
}

bool RoundRows::is_sane(float longest) const {
  const std::size_t count = is_in_place() ? matrix_->rows() : touched_.size();
  const SampledRows sample(count);
  const auto row_at = [&](std::size_t i) {
    return peek(is_in_place() ? static_cast<TokenId>(sample.row(i)) : touched_[sample.row(i)]);
  };
  for (std::size_t i = 0; i < sample.size(); ++i) {
    if (i + kRowsAhead < sample.size()) prefetch_floats(row_at(i + kRowsAhead), matrix_->stride());
    if (!is_sane_row(row_at(i), matrix_->stride(), longest)) return false;
  }
  return true;
}

}  // namespace linktrail
