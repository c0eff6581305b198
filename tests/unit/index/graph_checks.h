// What tests of indexes ask of a graph again and again.
#pragma once

#include <unistd.h>
#include <filesystem>
#include <string>

#include "index/exact_search.h"
#include "index/graph_search.h"
#include "index/recall.h"

namespace linktrail {

// Every 7th row, so that queries come from all parts of the data.
inline Matrix every_7th_row(const Matrix& rows) {
  Matrix queries((rows.rows() + 6) / 7, rows.dim());
  for (std::size_t q = 0; q < queries.rows(); ++q) std::ranges::copy(rows.row(q * 7), queries.row_data(q));
  return queries;
}

// Mean recall@10 of searches with the given beam for rows of `vectors`.
inline double mean_recall(const HnswGraph& graph, const Matrix& vectors, std::size_t ef) {
  const Matrix queries = every_7th_row(vectors);
  const auto truth = exact_top_k(vectors, 0, queries, 10);
  GraphSearch search(graph);
  double sum = 0;
  for (std::size_t q = 0; q < queries.rows(); ++q)
    sum += recall_at(search.search(queries.row_data(q), ef), std::span(truth).subspan(q * 10, 10), 10);
  return sum / static_cast<double>(queries.rows());
}

inline std::filesystem::path scratch_file(const std::string& name) {
  return std::filesystem::temp_directory_path() / ("linktrail_" + std::to_string(getpid()) + "_" + name);
}

}  // namespace linktrail
