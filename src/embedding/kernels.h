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

// Input vectors that are trained together: four inputs, their gradients and one output row fit into the 16 registers
// of AVX2.
inline constexpr std::size_t kInputTile = 4;

// Scores, targets and weights of a tile lie output by output, kInputTile floats each, and are worked on in groups of
// one register of the widest instruction set.
inline constexpr std::size_t kScoreGroup = 16;

constexpr std::size_t padded_scores(std::size_t outputs) {
  return (outputs * kInputTile + kScoreGroup - 1) / kScoreGroup * kScoreGroup;
}

constexpr std::size_t padded_outputs(std::size_t outputs) {
  return (outputs + kScoreGroup - 1) / kScoreGroup * kScoreGroup;
}

// Some rows of a matrix, in order; a row may repeat.
struct RowList {
  float* table = nullptr;
  std::size_t stride = 0;
  std::size_t dim = 0;
  const std::uint32_t* rows = nullptr;
  std::size_t count = 0;
};

// One step of logistic regression of every input with every output.
struct LogisticTile {
  const float* const* inputs = nullptr;  // `input_count` vectors, 1..kInputTile
  float* const* gradients = nullptr;     // lr * gradient is added here; may be the inputs themselves
  std::size_t input_count = 0;
  RowList outputs;  // updated in place, in order
  // Both [padded_scores(outputs.count)], the pair of input c and output k at kInputTile k + c.
  const float* targets = nullptr;  // 0 or 1
  const float* weights = nullptr;  // of the pair's step and loss; 0 leaves it out, as it must where there is no pair
  float learning_rate = 0;
  float* scratch = nullptr;  // padded_scores(outputs.count) floats, 64-byte aligned
  float* loss = nullptr;     // unless null, the weighted sum of -log p before the step is added here: the logarithms
                             // cost as much as the probabilities
};

// Inputs that take turns: each is scored against the outputs as the inputs before it have left them, and is itself
// changed once, when it has met all of them. So an input of which several are alike does not overshoot, as it would in
// a LogisticTile (docs/numerics.md).
struct LogisticTurns {
  float* const* inputs = nullptr;  // `input_count` vectors, 1..kInputTile; lr * gradient is added to each
  std::size_t input_count = 0;
  RowList outputs;               // updated in place; the places of a row that repeats are scored apart
  std::size_t next_outputs = 0;  // rows of the list beyond its count that will be used next: to be fetched meanwhile
  // [padded_outputs(outputs.count)] each: the targets of the outputs, 0 or 1, and for each input the weights of its
  // steps and losses, 0 where there is no output.
  const float* targets = nullptr;
  const float* const* weights = nullptr;
  float learning_rate = 0;
  float* scratch = nullptr;  // kInputTile * padded_outputs(outputs.count) floats, 64-byte aligned
  float* loss = nullptr;     // as in LogisticTile
};

// Up to kInputTile neighbouring CBOW centres that take turns: the mean of each one's contexts, as those before it have
// left them, should score high with the centre's first output and low with its others. Absent centres are zeros.
struct alignas(16) CbowRun {
  std::int32_t begin[kInputTile] = {}, end[kInputTile] = {};  // of each window, counted from first_context
  std::int32_t self[kInputTile] = {};                         // which is in it and no context
  float share[kInputTile] = {};                               // of one context in the mean: 1 / (end - begin - 1)
  std::uint32_t first_output[kInputTile + 1] = {};            // of each centre, and the end; at least one each
  std::uint32_t first_context = 0, contexts = 0;              // all that are in any of the windows
  std::uint32_t count = 0;
  float learning_rate = 0;
  float* loss = nullptr;  // as in LogisticTile, every weight 1
};

// Runs that are trained side by side, so that the processor need not wait for the result of a centre before it begins
// another.
inline constexpr std::size_t kCbowLanes = 2;

// The first half of the runs one after the other, and beside it the second half, centre by centre. Outputs have one
// state for both; what a run changes in contexts shows when it is over.
struct CbowBlock {
  RowList contexts;  // updated in place; a row at two places of a window counts at each by itself
  RowList outputs;   // updated in place, in order
  const CbowRun* runs = nullptr;
  std::size_t run_count = 0;
  // Rows of `contexts.dim` floats that will be needed after this block, to be fetched meanwhile: so many
  // each time that a lane, or both, have a turn.
  const float* const* ahead = nullptr;
  std::size_t ahead_count = 0, ahead_at_a_time = 0;
  float* means = nullptr;    // kCbowLanes * kInputTile rows of contexts.stride floats each, as Matrix lays them out
  float* members = nullptr;  // kCbowLanes times members_pitch: kInputTile a context of a run. 16-byte aligned
  std::size_t members_pitch = 0;
  float* scratch = nullptr;       // kCbowLanes times scratch_pitch floats, 64-byte aligned
  std::size_t scratch_pitch = 0;  // padded_outputs(outputs of the largest centre)
};

// The same rows [begin, end) of a model and of the replicas of it that several ranks have trained.
struct ReplicaRows {
  float* model = nullptr;  // row i begins at i * stride, in the replicas too
  float* const* replicas = nullptr;
  std::size_t replica_count = 0;
  std::size_t own = 0;  // which of them the caller trains: what it writes to the others goes past its cache
  std::size_t stride = 0;
  std::size_t begin = 0, end = 0;
  std::size_t next = 0, next_end = 0;  // rows that will meet after these, to be fetched meanwhile; none if equal
  float* deltas = nullptr;             // replica_count rows of scratch, 64-byte aligned
  float correction = 1;                // of Adasum: see adasum below
};

struct Kernels {
  Isa isa;

  // out = scale * sum of the rows.
  void (*sum_rows)(const RowList& rows, float scale, float* out);

  // Adds scale * delta to each row.
  void (*add_to_rows)(const RowList& rows, const float* delta, float scale);

  // All scores are taken first; then each output row gives lr weight (target - p) times itself to every gradient, and
  // takes as much of every input.
  void (*logistic_tile)(const LogisticTile& tile);

  // Input after input, at the price of a tile: its scores follow from those of the tile and the products of the inputs.
  void (*logistic_turns)(const LogisticTurns& turns);

  // One step of CBOW (Mikolov et al. 2013) for each centre; the gradient of the mean goes to every context undivided,
  // as in fastText.
  void (*cbow_block)(const CbowBlock& block);

  float (*dot)(const float* a, const float* b, std::size_t stride);

  // a = the Adasum of the changes a and b: both, each without half of what it has of the other's direction, times
  // `correction`.
  void (*adasum)(float* a, const float* b, std::size_t stride, float correction);

  // Each row of the model changes by the Adasum of its replicas' changes, which is taken up a binary tree, pairwise by
  // position; the replicas become equal to it. A row that no replica changed is not written.
  void (*adasum_replicas)(const ReplicaRows& rows);
};

// Whether this CPU and this build can run the kernels of `isa`.
bool is_supported(Isa isa);

// The kernels of one instruction set; throws std::invalid_argument unless is_supported(isa).
const Kernels& kernels_for(Isa isa);

// The fastest that this CPU supports. Results differ between instruction sets in the last bits only.
const Kernels& best_kernels();

const char* isa_name(Isa isa);

}  // namespace linktrail
