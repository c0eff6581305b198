// The kernels of exact nearest neighbours in a leaf: a block of dot products, the choice of the largest in a row, and
// their order.
//
// A dot product is summed in the order of the coordinates with fused multiply-adds whatever the width of the registers,
// so its bits depend neither on the machine nor on the place of the rows in a block, and dot(a, b) == dot(b, a). (They
// differ from index/distance.h's, which adds in lanes.)
#pragma once

#include <cstddef>
#include <cstdint>

namespace linktrail {

// Rows that one call of `scores` multiplies.
inline constexpr std::size_t kScoreRows = 6;
// Score rows are a multiple of this many floats; those behind the last column are -infinity.
inline constexpr std::size_t kScorePad = 64;
// Most entries that `select` is asked for.
inline constexpr std::size_t kMaxSelect = 256;

struct LeafKernels {
  // Columns of a panel of packed rows: panel p holds, for each coordinate, its values of columns [p * panel, ...).
  std::size_t panel;

  // out[i * out_stride + j] = rows[i] . column j for kScoreRows rows and all columns of `panels` panels. Rows may
  // repeat.
  void (*scores)(const float* const* rows, const float* packed, std::size_t dim, std::size_t panels, float* out,
                 std::size_t out_stride);

  // Writes distance (1 - score) and column of at least the `keep` largest finite scores in [0, n), but of none below
  // `least`, by rising column, and returns their number; room for n each. n is a multiple of kScorePad, keep a multiple
  // of 16 up to kMaxSelect.
  std::size_t (*select)(const float* scores, std::size_t n, std::size_t keep, float least, float* distances,
                        std::uint32_t* columns);

  // places[i] = number of distances below distances[i]. Room for kScorePad more distances. O(n^2).
  void (*order)(float* distances, std::size_t n, std::uint32_t* places);
};

extern const LeafKernels kLeafKernelsPlain;
extern const LeafKernels kLeafKernelsAvx2;    // only where the CPU has AVX2 and FMA
extern const LeafKernels kLeafKernelsAvx512;  // only where the CPU has AVX-512F

// The best of the three for this machine.
const LeafKernels& best_leaf_kernels();

}  // namespace linktrail
