// The inner loops of training, compiled once for each instruction set and chosen at run time.
//
// All vectors are rows as Matrix lays them out: 64-byte aligned, padded with zeros to `stride` floats, a multiple
// of 16. The files that implement these are compiled with flags that other code must not see: this header and
// they use nothing from the standard library that could be instantiated there and linked into the rest.
#pragma once

#include <cstddef>
#include <cstdint>

namespace linktrail {

enum class Isa { kPlain, kAvx2, kAvx512 };

// Input vectors whose scores are computed before any of them changes. Four inputs, their gradients and one output
// row fit into the 16 registers of AVX2.
inline constexpr std::size_t kInputTile = 4;

// Scores and targets come in groups of this many floats: one register of the widest instruction set.
inline constexpr std::size_t kScoreGroup = 16;

constexpr std::size_t padded_scores(std::size_t outputs) {
  return (outputs + kScoreGroup - 1) / kScoreGroup * kScoreGroup;
}

// Some rows of a matrix, in order; a row may repeat.
struct RowList {
  float* table = nullptr;
  std::size_t stride = 0;
  const std::uint32_t* rows = nullptr;
  std::size_t count = 0;
};

// One step of logistic regression: every input vector should score high with the outputs of target 1 and low with
// those of target 0.
struct LogisticStep {
  const float* const* inputs = nullptr;  // `input_count` vectors, 1..kInputTile
  float* const* gradients = nullptr;     // lr * gradient is added here; may be the inputs themselves
  std::size_t input_count = 0;
  RowList outputs;                 // updated in place, in order
  const float* targets = nullptr;  // padded_scores(outputs.count) values, 0 or 1; padding is 0
  float learning_rate = 0;
  float* scratch = nullptr;  // kInputTile * padded_scores(outputs.count) floats, 64-byte aligned
};

struct Kernels {
  Isa isa;

  // out = scale * sum of the rows.
  void (*sum_rows)(const RowList& rows, float scale, float* out);

  // Adds scale * delta to each row.
  void (*add_to_rows)(const RowList& rows, const float* delta, float scale);

  // Does the step and returns the loss, the sum of -log p over inputs and outputs. All scores are taken first; then
  // each output row gives lr (target - p) times itself to every gradient, and takes as much of every input.
  float (*logistic_step)(const LogisticStep& step);

  float (*dot)(const float* a, const float* b, std::size_t stride);
};

// Whether this CPU and this build can run the kernels of `isa`.
bool is_supported(Isa isa);

// The kernels of one instruction set; throws std::invalid_argument unless is_supported(isa).
const Kernels& kernels_for(Isa isa);

// The fastest that this CPU supports. Results differ between instruction sets in the last bits only.
const Kernels& best_kernels();

const char* isa_name(Isa isa);

}  // namespace linktrail
