// What tests of the distributed index share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "index/exact_search.h"
#include "index/hnswlib_adapter.h"
#include "index/recall.h"
#include "support/mpi_test.h"
#include "unit/index/clustered_points.h"

namespace linktrail::dist {

struct Part {
  Matrix vectors;
  std::vector<Qid> qids;
};

// Every size()-th row of `points`, from this rank's on; the QID of row i is 1000 + i.
inline Part my_part(const Matrix& points) {
  Part part;
  const auto ranks = static_cast<std::size_t>(test::world().size());
  for (std::size_t i = static_cast<std::size_t>(test::world().rank()); i < points.rows(); i += ranks)
    part.qids.push_back(static_cast<Qid>(1000 + i));
  part.vectors = Matrix(part.qids.size(), points.dim());
  for (std::size_t i = 0; i < part.qids.size(); ++i)
    std::ranges::copy(points.row(static_cast<std::size_t>(part.qids[i] - 1000)), part.vectors.row_data(i));
  return part;
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Mean recall@10 of stock hnswlib on the file with the given beam, for every point.
inline double recall_of(const std::filesystem::path& path, const Matrix& points, std::size_t ef) {
  HnswlibIndex index(path, points.dim());
  const auto truth = exact_top_k(points, 0, points, 10);
  double sum = 0;
  for (std::size_t q = 0; q < points.rows(); ++q) {
    std::vector<Neighbor> found;
    for (const auto& neighbor : index.search(points.row(q), 10, ef)) found.push_back({neighbor.distance, 0});
    sum += recall_at(found, std::span(truth).subspan(q * 10, 10), 10);
  }
  return sum / static_cast<double>(points.rows());
}

inline void expect_all_labels(const std::filesystem::path& path, const Matrix& points) {
  std::vector<Qid> labels = HnswlibIndex(path, points.dim()).labels();
  std::ranges::sort(labels);
  EXPECT_EQ(labels, labels_from_1000(points.rows()));
}

}  // namespace linktrail::dist
