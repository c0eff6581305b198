// Vectors of links from the link matrix itself: its leading right singular vectors, by randomised subspace iteration
// (Halko, Martinsson and Tropp, 2011, algorithms 4.4 and 5.1 on the side of the columns).
//
// A random block Q of dim + oversampling columns is multiplied by A^T A and made orthonormal, a few times over; the
// eigenvectors of the small Q^T A^T A Q turn it into singular vectors. Every row of links is on one part; every token's
// row of Q too (part_bounds). All that parts add up are whole numbers, so the answer is the same bytes for any number
// of parts.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/sequences.h"
#include "embedding/tall_block.h"

namespace linktrail {

// What the parts do together. Each member is collective.
class SpectralExchange {
 public:
  virtual ~SpectralExchange() = default;
  virtual std::size_t part() const = 0;
  virtual std::size_t parts() const = 0;
  // What all parts have, in their order.
  virtual std::vector<float> gather(std::span<const float> mine) = 0;
  // `whole` added up element by element over all parts; this part's items [bounds[part], bounds[part + 1]) of it.
  virtual std::vector<std::uint64_t> sum_to_owners(std::span<const std::uint64_t> whole,
                                                   std::span<const std::uint64_t> bounds) = 0;
  virtual void sum(std::span<std::uint64_t> values) = 0;
  virtual void maximum(std::span<std::uint64_t> values) = 0;
};

// Weights of links in the matrix, for SpectralShard: count^-1/2 of each token (docs/adr/0005).
std::vector<float> matrix_weights(std::span<const std::uint64_t> counts);

struct SpectralParams {
  std::uint32_t dim = 50;
  std::uint64_t seed = 1;
};

// This part's rows. Weights and QIDs are those of all tokens, the same on all parts.
struct SpectralShard {
  TokenSequencesView bags;         // sets, each ascending
  std::span<const float> weights;  // above 0
  std::span<const Qid> qids;
};

// After each slice of columns, the same on all parts.
struct SpectralProgress {
  std::uint32_t pass = 0;  // from 0
  std::uint32_t passes = 0;
  std::uint32_t slice = 0;  // from 0
  std::uint32_t slices = 0;
  double unexplained = 1;  // share of the squared matrix outside the subspace, as of the pass before
};

struct SpectralVectors {
  TallBlock rows;                       // [tokens of this part, dim]: the vectors
  std::vector<double> singular_values;  // [dim], falling
  double unexplained = 0;               // share of the squared matrix outside the whole subspace
};

// Collective. Vectors of this part's tokens: V S^kExponent of the matrix's leading singular values S and right singular
// vectors V, the sign of each column such that its largest entry is positive. Columns beyond the matrix's rank are 0.
// `on_slice` is called on every part and may throw, on all of them. Memory of a part: spectral_bytes(). Time: 5 passes
// times slices of 16 columns, each 4 + 64 + 128 bytes a link; the dense parts cost tokens * columns^2.
SpectralVectors spectral_vectors(const SpectralParams& params, const SpectralShard& shard, SpectralExchange& exchange,
                                 const std::function<void(const SpectralProgress&)>& on_slice);

// Largest memory of a part beside its rows, in bytes: two slices of all tokens, and two blocks of the part's own.
std::uint64_t spectral_bytes(std::uint64_t tokens, std::uint32_t dim, std::size_t parts);

}  // namespace linktrail
