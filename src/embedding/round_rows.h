// The rows of a matrix as one round of training sees them: what it changes can be taken back, or handed to other ranks.
//
// A row is copied when a round first touches it. One rank alone trains in place, and the copies are the old values.
// Ranks that share a matrix train their copies, an overlay, and the matrix stays as it was until they have combined
// what they learnt; so a node needs the matrix once, and a rank as much more as it touches in a round.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/matrix.h"
#include "embedding/model.h"

namespace linktrail {

enum class RoundMode { kInPlace, kOverlay };

// Where the copies are. Others may read it between rounds.
struct RoundMemory {
  std::uint32_t* place_of = nullptr;  // [rows]: 1 + the place of a row's copy, 0 if the row was not touched
  float* copies = nullptr;            // [rows x stride] at most, padding zero
  std::shared_ptr<void> owner = nullptr;

  static std::size_t bytes(std::size_t rows, std::size_t dim);
  // Of a matrix of `rows` and `dim`, in zeroed memory of at least bytes().
  static RoundMemory in(std::shared_ptr<void> zeros, std::size_t rows);
};

class RoundRows {
 public:
  // `matrix` must outlive the rounds. The memory is the rank's own.
  RoundRows(Matrix& matrix, RoundMode mode, RoundMemory memory);
  explicit RoundRows(Matrix& matrix);  // in place, in private memory

  // Must be called before the first change of a row in a round. Returns the row of table() that holds it from now to
  // the end of the round.
  std::uint32_t touch(TokenId row) {
    std::uint32_t& place = memory_.place_of[row];
    if (place == 0) place = copy(row);
    return mode_ == RoundMode::kInPlace ? row : place - 1;
  }

  // Where the row is now; for prefetching.
  const float* peek(TokenId row) const {
    if (mode_ == RoundMode::kInPlace) return matrix_->row_data(row);
    const std::uint32_t place = memory_.place_of[row];
    return place == 0 ? matrix_->row_data(row) : copy_at(place);
  }

  // Rows to train, by the numbers that touch() returns.
  float* table() { return mode_ == RoundMode::kInPlace ? matrix_->data() : memory_.copies; }
  std::size_t stride() const { return matrix_->stride(); }
  std::size_t dim() const { return matrix_->dim(); }
  std::size_t rows() const { return matrix_->rows(); }
  RoundMode mode() const { return mode_; }
  const RoundMemory& memory() const { return memory_; }

  // In the order of their first touch in this round.
  std::span<const TokenId> touched() const { return touched_; }

  // Ends the round. In an overlay the changes are gone, unless they were combined into the matrix.
  void finish();

  // Ends the round and leaves the matrix as it was at the start of the round. In an overlay that is finish().
  void roll_back();

  // Whether the trained values of (a sample of) the touched rows are finite and no longer than `longest`.
  bool is_sane(float longest) const;

 private:
  void make_room_huge(std::size_t copies);
  float* copy_at(std::uint32_t place) const { return memory_.copies + (place - std::size_t{1}) * matrix_->stride(); }
  std::uint32_t copy(TokenId row);

  Matrix* matrix_;
  RoundMode mode_;
  RoundMemory memory_;
  std::vector<TokenId> touched_;
  std::size_t huge_bytes_ = 0;  // of the copies, from the first on: have been made huge
};

// Both matrices of a model in a round.
struct RoundModel {
  RoundRows input;
  RoundRows output;

  explicit RoundModel(EmbeddingModel& model) : input(model.input), output(model.output) {}
  RoundModel(RoundRows input_rows, RoundRows output_rows)
      : input(std::move(input_rows)), output(std::move(output_rows)) {}
};

}  // namespace linktrail
