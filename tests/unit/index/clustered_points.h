// Points around random centres, of length 1, by seed: a stand-in for embeddings in tests and benchmarks of indexes.
#pragma once

#include <cmath>
#include <numeric>
#include <vector>

#include "core/matrix.h"
#include "core/random.h"

namespace linktrail {

struct ClusteredPoints {
  std::size_t count = 1000;
  std::size_t dim = 32;
  std::size_t clusters = 50;
  float spread = 0.5F;  // of a point around its centre, in units of the centres' own spread
  std::uint64_t seed = 1;
};

// Sum of three uniforms: close enough to a normal draw, and the same on every standard library.
inline float bell(RandomStream& random) { return random.uniform() + random.uniform() + random.uniform() - 1.5F; }

inline Matrix make_clustered_points(const ClusteredPoints& wanted) {
  Matrix centers(wanted.clusters, wanted.dim);
  RandomStream random({.seed = wanted.seed, .stage = RandomStage::kWorld});
  for (std::size_t c = 0; c < wanted.clusters; ++c)
    for (float& x : centers.row(c)) x = bell(random);
  Matrix points(wanted.count, wanted.dim);
  for (std::size_t i = 0; i < wanted.count; ++i) {
    const std::size_t center = random.below(static_cast<std::uint32_t>(wanted.clusters));
    for (std::size_t d = 0; d < wanted.dim; ++d)
      points.row(i)[d] = centers.row(center)[d] + wanted.spread * bell(random);
  }
  normalize_rows(points);
  return points;
}

// 1000, 1001, ...: labels that cannot be mistaken for positions.
inline std::vector<Qid> labels_from_1000(std::size_t count) {
  std::vector<Qid> labels(count);
  std::iota(labels.begin(), labels.end(), Qid{1000});
  return labels;
}

}  // namespace linktrail
