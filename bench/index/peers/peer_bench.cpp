// Stock hnswlib, faiss and Annoy built here, and index files that linktrail wrote, all searched with the same queries.
//
// A line of JSON an index: seconds of the build (by the clock, and of all threads), and for each beam recall@10 (ties
// count as right), distances and CPU microseconds a query. Queries are rows of the set.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "core/error.h"
#include "index/exact_search.h"
#include "index/recall.h"
#include "peer.h"
#include "vector_files.h"

namespace linktrail::bench {
namespace {

constexpr std::size_t kTop = 10;
// Those of the bars, and between them: recall bends too much over a doubling to be told for equal distances.
constexpr std::size_t kBeams[] = {10, 12, 14, 17, 20, 24, 28, 34, 40, 48, 57, 67, 80, 95, 113, 135, 160, 190};

struct Options {
  std::string vectors;
  std::vector<std::string> files;
  std::vector<std::string> peers{"hnswlib-200", "hnswlib-64", "faiss", "annoy"};
  std::size_t m = 16;
  std::size_t threads = 2;
  std::size_t queries = 2000;
};

struct Questions {
  Matrix queries;
  std::vector<Neighbor> truth;  // [queries, kTop]
};

double cpu_seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

Questions make_questions(const Matrix& vectors, std::size_t count) {
  Questions asked{Matrix(std::min(count, vectors.rows()), vectors.dim()), {}};
  for (std::size_t q = 0; q < asked.queries.rows(); ++q)
    std::ranges::copy(vectors.row(q * vectors.rows() / asked.queries.rows()), asked.queries.row_data(q));
  asked.truth = exact_top_k(vectors, 0, asked.queries, kTop);
  return asked;
}

float distance(const Matrix& vectors, std::size_t row, std::span<const float> query) {
  float dot = 0;
  for (std::size_t d = 0; d < vectors.dim(); ++d) dot += vectors.row(row)[d] * query[d];
  return 1.0F - dot;
}

std::string measure_beam(Peer& peer, std::size_t beam, const Matrix& vectors, const Questions& asked) {
  const std::uint64_t before = peer.distances();
  std::vector<std::vector<std::uint64_t>> answers(asked.queries.rows());
  const double start = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
  for (std::size_t q = 0; q < answers.size(); ++q) peer.search(asked.queries.row_data(q), kTop, beam, answers[q]);
  const double seconds = cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - start;
  double recall = 0;
  for (std::size_t q = 0; q < answers.size(); ++q) {
    std::vector<Neighbor> found;
    for (const std::uint64_t id : answers[q]) found.push_back({distance(vectors, id, asked.queries.row(q)), 0});
    recall += recall_at(found, std::span(asked.truth).subspan(q * kTop, kTop), kTop);
  }
  const auto n = static_cast<double>(answers.size());
  return fmt::format(R"({{"beam": {}, "recall": {:.5f}, "distances": {:.1f}, "microseconds": {:.1f}}})", beam,
                     recall / n, static_cast<double>(peer.distances() - before) / n, 1e6 * seconds / n);
}

void report(Peer& peer, const std::string& name, double wall, double cpu, const Matrix& vectors,
            const Questions& asked) {
  std::string beams;
  const std::uint64_t build_distances = peer.build_distances();  // if counted, it is not to be searched
  for (const std::size_t beam : kBeams) {
    if (build_distances > 0) break;
    beams += (beams.empty() ? "" : ", ") + measure_beam(peer, beam, vectors, asked);
  }
  fmt::print(R"({{"graph": "{}", "seconds": {:.2f}, "cpu_seconds": {:.2f}, "build_distances": {}, "beams": [{}]}})"
             "\n",
             name, wall, cpu, build_distances, beams);
  std::fflush(stdout);
}

std::unique_ptr<Peer> peer_named(const std::string& name, std::size_t m) {
  if (name == "hnswlib-200") return make_hnswlib(m, 200);
  if (name == "hnswlib-200-counted") return make_counted_hnswlib(m, 200);
  if (name == "hnswlib-64") return make_hnswlib(m, 64);
  if (name == "faiss") return make_faiss_hnsw(m, 200);
  if (name == "annoy") return make_annoy(25);
  throw UsageError(
      fmt::format("--peers: '{}' is none of hnswlib-200, hnswlib-200-counted, hnswlib-64, faiss, annoy", name));
}

void run(const Options& options) {
  const Matrix vectors = read_vectors(options.vectors);
  const Questions asked = make_questions(vectors, options.queries);
  for (const std::string& name : options.peers) {
    if (name.empty()) continue;
    const auto peer = peer_named(name, options.m);
    const auto start = std::chrono::steady_clock::now();
    const double cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
    peer->build(vectors, options.threads);
    report(*peer, peer->name(), std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
           cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, vectors, asked);
  }
  for (const std::string& file : options.files) report(*load_hnswlib(file, vectors.dim()), file, 0, 0, vectors, asked);
}

}  // namespace
}  // namespace linktrail::bench

int main(int argc, char** argv) {
  linktrail::bench::Options options;
  CLI::App app{"Other libraries' indexes, and files of index.hnsw, on the same vectors and queries"};
  app.add_option("vectors", options.vectors, "*.fvecs or word2vec text")->required();
  app.add_option("--files", options.files, "index.hnsw files whose labels are row numbers of the vectors, from 1");
  app.add_option("--peers", options.peers, "hnswlib-200, hnswlib-200-counted, hnswlib-64, faiss, annoy; '' for none")
      ->expected(0, -1);
  app.add_option("--m", options.m);
  app.add_option("--threads", options.threads, "of the builds");
  app.add_option("--queries", options.queries, "rows used as queries");
  CLI11_PARSE(app, argc, argv);
  try {
    linktrail::bench::run(options);
  } catch (const linktrail::Error& error) {
    fmt::print(stderr, "bench_peers: {}\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
