#include "embedding/spectral.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "core/random.h"
#include "embedding/link_gram.h"

namespace linktrail {
namespace {

// More columns than are kept, so that the random block holds the wanted ones nearly whole; Halko et al. advise 5 to 10.
constexpr std::size_t kOversampling = 10;
// Multiplications by A^T A before the last, which measures the subspace.
constexpr std::uint32_t kPowerPasses = 3;
// Power of the singular values in the vectors: measured, see docs/adr/0005.
constexpr double kExponent = 0.5;

constexpr int kSumBits = 61;

std::size_t columns_for(std::uint32_t dim) {
  const std::size_t wanted = dim + kOversampling;
  return (wanted + kSliceColumns - 1) / kSliceColumns * kSliceColumns;
}

float gaussian(RandomStream& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform_double()));
  return static_cast<float>(radius * std::cos(2 * std::numbers::pi * random.uniform_double()));
}

// One computation on one part: what it holds from pass to pass.
class Subspace {
 public:
  Subspace(const SpectralParams& params, const SpectralShard& shard, SpectralExchange& exchange)
      : shard_(shard),
        exchange_(exchange),
        gram_(shard.bags, shard.weights),
        bounds_(part_bounds(shard.qids.size(), exchange.parts())),
        basis_(bounds_[exchange.part() + 1] - bounds_[exchange.part()], columns_for(params.dim)) {
    std::uint64_t squared_norm = gram_.squared_norm();
    exchange_.sum(std::span(&squared_norm, 1));
    squared_norm_ = static_cast<double>(squared_norm) * kGramUnit;
    find_scale();
    fill_with_gaussians(params.seed);
    orthonormalize();
  }

  SpectralVectors vectors(std::uint32_t dim, const std::function<void(const SpectralProgress&)>& on_slice) {
    for (std::uint32_t pass = 0; pass < kPowerPasses; ++pass) {
      TallBlock product = multiply(pass, on_slice);
      unexplained_ = unexplained_by(products(basis_, product));
      basis_ = std::move(product);
      orthonormalize();
    }
    return rotated(multiply(kPowerPasses, on_slice), dim);
  }

 private:
  std::uint64_t begin() const { return bounds_[exchange_.part()]; }

  void find_scale() {
    std::vector<std::uint64_t> reach(shard_.qids.size(), 0);
    gram_.add_reach(reach);
    const std::vector<std::uint64_t> mine = exchange_.sum_to_owners(reach, bounds_);
    std::uint64_t most = mine.empty() ? 0 : *std::max_element(mine.begin(), mine.end());
    exchange_.maximum(std::span(&most, 1));
    scale_ = fixed_point_scale(static_cast<double>(std::max<std::uint64_t>(most, 1)) * kGramUnit, kSumBits);
  }

  void fill_with_gaussians(std::uint64_t seed) {
    for (std::size_t i = 0; i < basis_.rows; ++i) {
      const auto qid = static_cast<std::uint64_t>(shard_.qids[begin() + i]);
      RandomStream random({.seed = seed, .stage = RandomStage::kSpectral, .record = qid});
      std::generate_n(basis_.row(i), basis_.columns, [&] { return gaussian(random); });
    }
  }

  // Of a block with columns of about length 1; the second time mends what rounding left of the first.
  void orthonormalize() {
    for (int time = 0; time < 2; ++time) multiply_right(basis_, orthonormalizer(products(basis_, basis_)));
  }

  // a^T b over all parts.
  SquareMatrix products(const TallBlock& a, const TallBlock& b) {
    OrderFreeSums sums(a.columns * a.columns, static_cast<double>(shard_.qids.size()) * most(a) * most(b));
    add_products(a, b, sums);
    exchange_.sum(sums.limbs());
    SquareMatrix result(a.columns);
    for (std::size_t i = 0; i < result.values.size(); ++i) result.values[i] = sums.value(i);
    return result;
  }

  // The largest absolute value over all parts; the bits of floats that are not negative rise as they do.
  double most(const TallBlock& block) {
    std::uint64_t bits = std::bit_cast<std::uint32_t>(largest(block));
    exchange_.maximum(std::span(&bits, 1));
    return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  }

  // A^T A times the basis, slice by slice.
  TallBlock multiply(std::uint32_t pass, const std::function<void(const SpectralProgress&)>& on_slice) {
    const auto slices = static_cast<std::uint32_t>(basis_.columns / kSliceColumns);
    TallBlock product(basis_.rows, basis_.columns);
    std::vector<std::uint64_t> slice_bounds(bounds_);
    for (std::uint64_t& bound : slice_bounds) bound *= kSliceColumns;
    std::vector<std::uint64_t> sums(shard_.qids.size() * kSliceColumns);
    for (std::uint32_t slice = 0; slice < slices; ++slice) {
      std::fill(sums.begin(), sums.end(), 0);
      gram_.multiply(exchange_.gather(weighted_slice(slice * kSliceColumns)), scale_, sums);
      store_slice(exchange_.sum_to_owners(sums, slice_bounds), slice * kSliceColumns, product);
      on_slice(
          {.pass = pass, .passes = kPowerPasses + 1, .slice = slice, .slices = slices, .unexplained = unexplained_});
    }
    return product;
  }

  std::vector<float> weighted_slice(std::size_t column) const {
    std::vector<float> slice(basis_.rows * kSliceColumns);
    for (std::size_t i = 0; i < basis_.rows; ++i)
      for (std::size_t c = 0; c < kSliceColumns; ++c)
        slice[i * kSliceColumns + c] = basis_.row(i)[column + c] * shard_.weights[begin() + i];
    return slice;
  }

  void store_slice(const std::vector<std::uint64_t>& sums, std::size_t column, TallBlock& product) const {
    for (std::size_t i = 0; i < product.rows; ++i)
      for (std::size_t c = 0; c < kSliceColumns; ++c)
        product.row(i)[column + c] = static_cast<float>(from_fixed(sums[i * kSliceColumns + c], scale_) *
                                                        static_cast<double>(shard_.weights[begin() + i]));
  }

  // The trace of Q^T A^T A Q is the part of A's squared norm that the subspace of Q holds.
  double unexplained_by(const SquareMatrix& small) const {
    double trace = 0;
    for (std::size_t i = 0; i < small.size; ++i) trace += small(i, i);
    return squared_norm_ > 0 ? std::clamp(1 - trace / squared_norm_, 0.0, 1.0) : 0.0;
  }

  // From the basis to singular vectors, from those to the vectors that are kept.
  SpectralVectors rotated(const TallBlock& product, std::uint32_t dim) {
    const SquareMatrix small = products(basis_, product);
    const Eigenpairs pairs = eigenpairs(small);
    SpectralVectors result{
        .rows = TallBlock(basis_.rows, dim), .singular_values = {}, .unexplained = unexplained_by(small)};
    multiply_right(basis_, pairs.vectors);
    const std::vector<float> signs = column_signs();
    for (const double value : pairs.values) result.singular_values.push_back(std::sqrt(std::max(value, 0.0)));
    for (std::size_t c = 0; c < dim; ++c) {
      const double value = result.singular_values[c];
      const double factor = value > 0 ? std::pow(value, kExponent) * static_cast<double>(signs[c]) : 0.0;
      for (std::size_t i = 0; i < basis_.rows; ++i)
        result.rows.row(i)[c] = static_cast<float>(static_cast<double>(basis_.row(i)[c]) * factor);
    }
    result.singular_values.resize(dim);
    return result;
  }

  // Singular vectors are known but for their sign: the largest entry, of the first token if two are equal, is positive.
  // Bits of a candidate, highest first: absolute value, token (the lowest is the largest), whether it is positive.
  std::vector<float> column_signs() {
    std::vector<std::uint64_t> largest(basis_.columns, 0);
    for (std::size_t i = 0; i < basis_.rows; ++i) {
      const std::uint64_t token = ~static_cast<std::uint32_t>(begin() + i);
      for (std::size_t c = 0; c < basis_.columns; ++c) {
        const std::uint64_t bits = std::bit_cast<std::uint32_t>(std::abs(basis_.row(i)[c]));
        largest[c] = std::max(largest[c], bits << 33 | token << 1 | (basis_.row(i)[c] > 0 ? 1U : 0U));
      }
    }
    exchange_.maximum(largest);
    std::vector<float> signs;
    for (const std::uint64_t candidate : largest) signs.push_back((candidate & 1) != 0 ? 1.0F : -1.0F);
    return signs;
  }

  SpectralShard shard_;
  SpectralExchange& exchange_;
  LinkGram gram_;
  std::vector<std::uint64_t> bounds_;
  TallBlock basis_;          // [tokens of this part, columns]: orthonormal columns over all parts, or 0
  double squared_norm_ = 0;  // of the whole matrix
  double scale_ = 1;
  double unexplained_ = 1;
};

}  // namespace

std::vector<float> matrix_weights(std::span<const std::uint64_t> counts) {
  std::vector<float> weights;
  weights.reserve(counts.size());
  for (const std::uint64_t count : counts)
    weights.push_back(static_cast<float>(1 / std::sqrt(static_cast<double>(std::max<std::uint64_t>(count, 1)))));
  return weights;
}

SpectralVectors spectral_vectors(const SpectralParams& params, const SpectralShard& shard, SpectralExchange& exchange,
                                 const std::function<void(const SpectralProgress&)>& on_slice) {
  return Subspace(params, shard, exchange).vectors(params.dim, on_slice);
}

std::uint64_t spectral_bytes(std::uint64_t tokens, std::uint32_t dim, std::size_t parts) {
  const std::uint64_t slices = tokens * kSliceColumns * (sizeof(float) + sizeof(std::uint64_t));
  const std::uint64_t own = (tokens / parts + kChunkRows) * columns_for(dim) * 2 * sizeof(float);
  return slices + own;
}

}  // namespace linktrail
