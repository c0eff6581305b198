// The rows of a matrix as one round of training sees them.
//
// One rank alone trains the matrix in place. Ranks that share a matrix leave it as it is until they have combined what
// they learnt. Each trains an overlay: a row is copied when a round first touches it, so that a rank needs as much
// memory as it touches in a round. Where a round touches most rows anyway, it trains a replica, which is a matrix of
// its own, in place: nothing is looked up, and copies are not made anew in each round.
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

// Where a rank's copies of rows are: an overlay's, of the rows that it has touched, or a replica's, of all. Others may
// read them between rounds.
struct RoundMemory {
  std::uint32_t* place_of = nullptr;  // [rows]: 1 + the place of a row's copy, 0 if the row was not touched; null in a
                                      //   replica, where a row's copy has the row's number
  float* copies = nullptr;            // [rows x stride] at most, padding zero
  std::shared_ptr<void> owner = nullptr;

  static std::size_t bytes(std::size_t rows, std::size_t dim);
  // An overlay of a matrix of `rows` and `dim`, in zeroed memory of at least bytes().
  static RoundMemory in(std::shared_ptr<void> zeros, std::size_t rows);
  // A replica in `memory`, [rows x stride] floats.
  static RoundMemory of_replica(std::shared_ptr<void> memory);

  bool is_replica() const { return place_of == nullptr; }

  // Null if the row has none.
  float* copy_of(std::size_t row, std::size_t stride) const {
    if (is_replica()) return copies + row * stride;
    return place_of[row] == 0 ? nullptr : copies + (place_of[row] - std::size_t{1}) * stride;
  }
};

class RoundRows {
 public:
  // `matrix` must outlive the rounds.
  explicit RoundRows(Matrix& matrix) : matrix_(&matrix) {}  // in place
  RoundRows(Matrix& matrix, RoundMemory memory);            // an overlay, in memory that is the rank's own

  // Must be called before the first change of a row in a round. Returns the row of table() that holds it from now to
  // the end of the round.
  std::uint32_t touch(TokenId row) {
    if (is_in_place()) return row;
    std::uint32_t& place = memory_.place_of[row];
    if (place == 0) place = copy(row);
    return place - 1;
  }

  // Where the row is now; for prefetching.
  const float* peek(TokenId row) const {
    if (is_in_place()) return matrix_->row_data(row);
    const std::uint32_t place = memory_.place_of[row];
    return place == 0 ? matrix_->row_data(row) : copy_at(place);
  }

  // Rows to train, by the numbers that touch() returns.
  float* table() { return is_in_place() ? matrix_->data() : memory_.copies; }
  std::size_t stride() const { return matrix_->stride(); }
  std::size_t dim() const { return matrix_->dim(); }
  std::size_t rows() const { return matrix_->rows(); }
  bool is_in_place() const { return memory_.place_of == nullptr; }
  const RoundMemory& memory() const { return memory_; }

  // Of an overlay: in the order of their first touch in this round.
  std::span<const TokenId> touched() const { return touched_; }

  // Ends the round. In an overlay the changes are gone, unless they were combined into the matrix.
  void finish();

  // Whether the trained values of (a sample of) the rows are finite and no longer than `longest`: of those that an
  // overlay has touched, or of all that are trained in place.
  bool is_sane(float longest) const;

 private:
  void make_room_huge(std::size_t copies);
  float* copy_at(std::uint32_t place) const { return memory_.copies + (place - std::size_t{1}) * matrix_->stride(); }
  std::uint32_t copy(TokenId row);

  Matrix* matrix_;
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
