// Recall and cost of the merged index at 1 to 4 shards beside one stock hnswlib build, on the same vectors and queries.
//
// Both are searched by stock hnswlib from a file, so that only the graphs differ. Queries are rows of the file,
// searched with themselves in the index (truth too); recall counts ties as right.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "core/error.h"
#include "index/exact_search.h"
#include "index/hnswlib_adapter.h"
#include "index/hnswlib_file.h"
#include "index/recall.h"
#include "index/sharded_build.h"
#include "unit/index/clustered_points.h"
#include "vector_files.h"

namespace linktrail::bench {
namespace {

constexpr std::size_t kTop = 10;
constexpr std::size_t kBeams[] = {10, 20, 40, 80, 100, 160};

struct Options {
  std::string vectors;
  std::size_t random = 48000;
  std::size_t dim = 64;
  std::size_t queries = 1000;
  std::vector<std::uint32_t> shards{1, 2, 3, 4};
  HnswParams hnsw;
  MergeParams merge;
  std::string work = std::filesystem::temp_directory_path().string();
};

struct Truth {
  Matrix queries;
  std::vector<Neighbor> nearest;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Truth make_truth(const Matrix& vectors, std::size_t count) {
  Truth truth{Matrix(std::min(count, vectors.rows()), vectors.dim()), {}};
  for (std::size_t q = 0; q < truth.queries.rows(); ++q)
    std::ranges::copy(vectors.row(q * vectors.rows() / truth.queries.rows()), truth.queries.row_data(q));
  truth.nearest = exact_top_k(vectors, 0, truth.queries, kTop);
  return truth;
}

std::string recall_columns(const HnswGraph& graph, const Truth& truth, const std::string& work) {
  const auto path = std::filesystem::path(work) / "bench_index.hnsw";
  write_hnswlib_file(path, graph);
  HnswlibIndex index(path, graph.vectors.dim());
  std::string columns;
  for (const std::size_t ef : kBeams) {
    double recall = 0;
    const std::uint64_t before = index.distances();
    for (std::size_t q = 0; q < truth.queries.rows(); ++q) {
      std::vector<Neighbor> found;
      for (const auto& neighbor : index.search(truth.queries.row(q), kTop, ef)) found.push_back({neighbor.distance, 0});
      recall += recall_at(found, std::span(truth.nearest).subspan(q * kTop, kTop), kTop);
    }
    const auto queries = static_cast<double>(truth.queries.rows());
    columns +=
        fmt::format(" {:.4f}/{:<5.0f}", recall / queries, static_cast<double>(index.distances() - before) / queries);
  }
  std::filesystem::remove(path);
  return columns;
}

void print_row(const std::string& name, const HnswGraph& graph, const ShardedBuildReport& report, double seconds,
               const std::string& recall) {
  const auto nodes = static_cast<double>(graph.size());
  fmt::print("{:<8}{} {:>8.0f} {:>8.0f} {:>7} {:>7} {:>6.1f} {:>8.1f}\n", name, recall,
             static_cast<double>(report.merge.build_distances) / nodes,
             static_cast<double>(report.merge.merge_distances) / nodes,
             fmt::format("{}>{}", report.connectivity.unreachable_before, report.connectivity.unreachable_after),
             report.connectivity.repaired, report.connectivity.mean_degree, seconds);
  std::fflush(stdout);
}

void run(const Options& options) {
  const Matrix vectors = options.vectors.empty()
                             ? make_clustered_points({.count = options.random, .dim = options.dim, .clusters = 300})
                             : read_vectors(options.vectors);
  const auto labels = labels_from_1000(vectors.rows());
  const Truth truth = make_truth(vectors, options.queries);
  fmt::print("{} vectors of dim {}, {} queries; m {}, ef_construction {}, merge ef {}; recall@10/distances a query\n",
             vectors.rows(), vectors.dim(), truth.queries.rows(), options.hnsw.m, options.hnsw.ef_construction,
             options.merge.search_ef);
  fmt::print("{:<8}", "graph");
  for (const std::size_t ef : kBeams) fmt::print(" {:<12}", fmt::format("ef {}", ef));
  fmt::print(" {:>8} {:>8} {:>7} {:>7} {:>6} {:>8}\n", "build/pt", "merge/pt", "unreach", "repair", "degree",
             "seconds");

  auto start = std::chrono::steady_clock::now();
  ShardedBuildReport report;
  HnswGraph stock = build_with_hnswlib({.vectors = vectors,
                                        .labels = labels,
                                        .levels = {},
                                        .params = options.hnsw,
                                        .distances = &report.merge.build_distances});
  double seconds = seconds_since(start);
  report.connectivity = check_connectivity(stock);
  print_row("stock", stock, report, seconds, recall_columns(stock, truth, options.work));

  for (const std::uint32_t shards : options.shards) {
    report = {};
    start = std::chrono::steady_clock::now();
    const HnswGraph graph = build_sharded(vectors, labels, options.hnsw, shards, options.merge, report);
    seconds = seconds_since(start);
    print_row(fmt::format("{} shard", shards), graph, report, seconds, recall_columns(graph, truth, options.work));
  }
  fmt::print("distinct vectors: {}\n", report.distinct);
}

}  // namespace
}  // namespace linktrail::bench

int main(int argc, char** argv) {
  linktrail::bench::Options options;
  CLI::App app{"Recall and cost of merged and stock indexes"};
  app.add_option("vectors", options.vectors, "*.fvecs or word2vec text; none: random clusters");
  app.add_option("--random", options.random, "random points without a file");
  app.add_option("--dim", options.dim, "their dimension");
  app.add_option("--queries", options.queries, "rows used as queries");
  app.add_option("--shards", options.shards, "numbers of shards to merge");
  app.add_option("--m", options.hnsw.m);
  app.add_option("--ef-construction", options.hnsw.ef_construction);
  app.add_option("--merge-ef", options.merge.search_ef, "beam of the searches in foreign shards");
  app.add_option("--work", options.work, "folder for the index file");
  CLI11_PARSE(app, argc, argv);
  try {
    linktrail::bench::run(options);
  } catch (const linktrail::Error& error) {
    fmt::print(stderr, "bench_index: {}\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
