// index.compact beside stock hnswlib on the index.hnsw that it was made from: size, recall as served, queries a second.
//
// One thread. The programs take turns query set by query set, so that both see the same machine; times are CPU
// seconds, the least of all rounds. Speeds are compared at equal recall. Queries are rows of the index, whose exact
// neighbours are found here; ties count as right.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <functional>

#include "core/error.h"
#include "index/compact_search.h"
#include "index/compact_writer.h"
#include "index/exact_search.h"
#include "index/hnswlib_view.h"
#include "index/recall.h"
#include "index/search_effort.h"
#include "stock_search.h"

namespace linktrail::bench {
namespace {

// Stock hnswlib has the width alone; ours ends a search by the slack too, so its widths are bounds.
constexpr BeamShape kStockShapes[] = {{10}, {11}, {12}, {13},  {15},  {17},  {20},  {25},  {30}, {40},
                                      {50}, {60}, {80}, {100}, {130}, {160}, {200}, {300}, {400}};
constexpr BeamShape kOwnShapes[] = {{10, 10, 0.005F}, {12, 10, 0.01F},  {15, 10, 0.015F}, {20, 10, 0.02F},
                                    {30, 10, 0.03F},  {50, 10, 0.04F},  {60, 10, 0.05F},  {80, 10, 0.07F},
                                    {100, 10, 0.09F}, {100, 10, 0.11F}, {120, 10, 0.13F}, {120, 10, 0.15F},
                                    {150, 10, 0.17F}, {150, 10, 0.2F},  {200, 10, 0.22F}, {200, 10, 0.25F},
                                    {250, 10, 0.27F}, {300, 10, 0.3F},  {400, 10, 0.3F}};
static_assert(std::size(kStockShapes) == std::size(kOwnShapes));

constexpr std::size_t kDimOfSizeBars = 64;

struct Options {
  std::string index;
  std::string compact;
  std::string stock;
  std::size_t dim = 64;
  std::size_t queries = 2000;
  std::size_t rounds = 5;
  std::size_t top = 10;
};

// Of this thread: on a shared machine the clock on the wall tells more about the neighbours.
double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

Matrix rows_of(const HnswlibView& view) {
  Matrix rows(view.size(), view.dim());
  for (NodeId node = 0; node < view.size(); ++node) std::ranges::copy(view.vector(node), rows.row_data(node));
  return rows;
}

// What is asked and what is right.
struct Questions {
  Matrix vectors;
  Matrix queries;
  std::vector<Neighbor> truth;  // [queries, depth]
  std::size_t depth = 0;
  std::vector<std::pair<Qid, NodeId>> rows;  // by QID
};

Questions make_questions(const HnswlibView& view, std::size_t count, std::size_t depth) {
  Questions asked{rows_of(view), Matrix(std::min(count, view.size()), view.dim()), {}, depth, {}};
  for (std::size_t q = 0; q < asked.queries.rows(); ++q)
    std::ranges::copy(asked.vectors.row(q * view.size() / asked.queries.rows()), asked.queries.row_data(q));
  asked.truth = exact_top_k(asked.vectors, 0, asked.queries, depth);
  for (NodeId node = 0; node < view.size(); ++node) asked.rows.emplace_back(view.label(node), node);
  std::ranges::sort(asked.rows);
  return asked;
}

using Answer = std::function<void(std::size_t query, const BeamShape& shape, std::vector<Qid>& to)>;

// True distances decide, not those that the index says.
double recall_of(const Questions& asked, std::size_t query, std::span<const Qid> answer, std::size_t k) {
  std::vector<Neighbor> found;
  for (const Qid qid : answer) {
    const auto at = std::ranges::lower_bound(asked.rows, std::pair(qid, NodeId{0}));
    float dot = 0;
    for (std::size_t d = 0; d < asked.vectors.dim(); ++d)
      dot += asked.vectors.row(at->second)[d] * asked.queries.row(query)[d];
    found.push_back({1.0F - dot, at->second});
  }
  return recall_at(found, std::span(asked.truth).subspan(query * asked.depth, asked.depth), k);
}

constexpr int kExitMissed = 6;  // as a gate of linktrail that failed

// Prints what was found beside its bar, and remembers whether all were reached.
class Bars {
 public:
  void at_least(const std::string& what, double found, double bar) { hold(what, found, ">=", bar, found >= bar); }
  void at_most(const std::string& what, double found, double bar) { hold(what, found, "<=", bar, found <= bar); }
  bool passed() const { return passed_; }

 private:
  void hold(const std::string& what, double found, const char* sign, double bar, bool passed) {
    fmt::print("{}: {:.4f} (bar {} {}): {}\n", what, found, sign, bar, passed ? "pass" : "FAIL");
    passed_ = passed_ && passed;
  }

  bool passed_ = true;
};

struct Point {
  double recall = 0;
  double seconds = 1e9;
};

double run_once(const Questions& asked, const Answer& answer, const BeamShape& shape) {
  std::vector<Qid> found;
  const double start = cpu_seconds();
  for (std::size_t q = 0; q < asked.queries.rows(); ++q) answer(q, shape, found);
  return cpu_seconds() - start;
}

double recall_with(const Questions& asked, const Answer& answer, const BeamShape& shape, std::size_t k) {
  std::vector<Qid> found;
  double sum = 0;
  for (std::size_t q = 0; q < asked.queries.rows(); ++q) {
    answer(q, shape, found);
    sum += recall_of(asked, q, found, k);
  }
  return sum / static_cast<double>(asked.queries.rows());
}

// A query set at the recall, between the two points around it; at the first point if that finds more already. No
// seconds if none reaches it.
Point point_at(std::span<const Point> points, double recall) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].recall < recall) continue;
    if (i == 0) return points[0];
    const Point &below = points[i - 1], &above = points[i];
    const double share = (recall - below.recall) / (above.recall - below.recall);
    return {recall, below.seconds + share * (above.seconds - below.seconds)};
  }
  return {recall, 0};
}

void print_sizes(const CompactIndex& index, const Options& options, Bars& bars) {
  const auto raw = 4.0 * static_cast<double>(index.dim());
  const auto nodes = static_cast<double>(index.size());
  constexpr const char* kNames[] = {"means",       "entries",   "scales", "codes", "links",
                                    "link starts", "residuals", "qids",   "by qid"};
  for (std::size_t i = 0; i < kCompactSections; ++i) {
    const auto bytes = static_cast<double>(index.header().sections[i].bytes) / nodes;
    fmt::print("{:<14}{:>8.2f} bytes a vector {:>8.3f} of raw\n", kNames[i], bytes, bytes / raw);
  }
  for (const auto& [path, bar] : {std::pair(options.index, 1.6), std::pair(options.compact, 0.8)}) {
    const auto bytes = static_cast<double>(std::filesystem::file_size(path)) / nodes;
    const std::string name = std::filesystem::path(path).extension().string();
    fmt::print("{:<14}{:>8.2f} bytes a vector {:>8.3f} of raw\n", name, bytes, bytes / raw);
    if (index.dim() == kDimOfSizeBars) bars.at_most(name + " / raw", bytes / raw, bar);
  }
}

void print_speed(const Questions& asked, const Answer& stock, const Answer& own, const Options& options, Bars& bars) {
  std::vector<Point> points[2];
  const Answer* answers[2] = {&stock, &own};
  const std::span<const BeamShape> shapes[2] = {kStockShapes, kOwnShapes};
  const std::size_t count = std::size(kStockShapes);
  for (int i = 0; i < 2; ++i)
    for (const BeamShape& shape : shapes[i]) points[i].push_back({recall_with(asked, *answers[i], shape, options.top)});
  for (std::size_t round = 0; round < options.rounds; ++round)
    for (std::size_t p = 0; p < count; ++p)
      for (int i = 0; i < 2; ++i)
        points[i][p].seconds = std::min(points[i][p].seconds, run_once(asked, *answers[i], shapes[i][p]));
  const auto queries = static_cast<double>(asked.queries.rows());
  fmt::print("{:>5} {:>9} {:>9} | {:>5} {:>6} {:>9} {:>9}   recall@{} and queries/s: stock, ours\n", "ef", "stock",
             "QPS", "width", "slack", "compact", "QPS", options.top);
  for (std::size_t p = 0; p < count; ++p)
    fmt::print("{:>5} {:>9.4f} {:>9.0f} | {:>5} {:>6.3f} {:>9.4f} {:>9.0f}\n", kStockShapes[p].width,
               points[0][p].recall, queries / points[0][p].seconds, kOwnShapes[p].width, kOwnShapes[p].slack,
               points[1][p].recall, queries / points[1][p].seconds);
  for (const double recall : {0.95, 0.99}) {
    const Point a = point_at(points[0], recall);
    const Point b = point_at(points[1], recall);
    const std::string ratio = fmt::format("compact / stock at {:.2f}", recall);
    if (a.seconds == 0 || b.seconds == 0) {
      fmt::print("recall {:.2f}: not reached by {}\n", recall, b.seconds == 0 ? "compact" : "stock");
      bars.at_least(ratio, 0, 3);
      continue;
    }
    fmt::print("recall {:.2f}: stock {:.0f} queries/s (at {:.4f}), compact {:.0f} (at {:.4f})\n", recall,
               queries / a.seconds, a.recall, queries / b.seconds, b.recall);
    bars.at_least(ratio, a.seconds / b.seconds, 3);
  }
}

bool is_older(const std::filesystem::path& file, const std::filesystem::path& source) {
  return !std::filesystem::exists(file) ||
         std::filesystem::last_write_time(file) < std::filesystem::last_write_time(source);
}

// Whether all bars are reached.
bool run(Options options) {
  if (options.compact.empty()) options.compact = options.index + ".compact";
  const HnswlibView view(options.index, options.dim);
  if (is_older(options.compact, options.index)) {
    const double start = cpu_seconds();
    write_compact_file(options.compact, view);
    fmt::print("written in {:.1f} s\n", cpu_seconds() - start);
  }
  const double start = cpu_seconds();
  const CompactIndex index(options.compact);
  fmt::print("{} vectors of dim {}; opened in {:.2f} ms\n", index.size(), index.dim(), 1e3 * (cpu_seconds() - start));
  Bars bars;
  print_sizes(index, options, bars);
  const Questions asked = make_questions(view, options.queries, 100);
  StockSearch stock(options.stock.empty() ? options.index : options.stock, options.dim);
  CompactSearch search(index);
  std::vector<std::uint64_t> labels;
  const auto ask_stock = [&](std::size_t k) -> Answer {
    return [&, k](std::size_t q, const BeamShape& shape, std::vector<Qid>& to) {
      stock.search(asked.queries.row_data(q), k, shape.width, labels);
      to.assign(labels.begin(), labels.end());
    };
  };
  const auto ask_compact = [&](std::size_t k) -> Answer {
    return [&, k](std::size_t q, const BeamShape& shape, std::vector<Qid>& to) {
      to.clear();
      for (const auto& neighbor : search.search(asked.queries.row(q), k, shape)) to.push_back(neighbor.label);
    };
  };
  for (const auto& [k, bar] : {std::pair(10UL, 0.99), std::pair(100UL, 0.98)}) {
    const std::uint64_t before = search.distances();
    const double recall = recall_with(asked, ask_compact(k), beam_for(k, index.size()), k);
    const auto distances = static_cast<double>(search.distances() - before);
    fmt::print("as served by default: {:.0f} distances a query\n",
               distances / static_cast<double>(asked.queries.rows()));
    bars.at_least(fmt::format("recall@{} as served", k), recall, bar);
  }
  print_speed(asked, ask_stock(options.top), ask_compact(options.top), options, bars);
  return bars.passed();
}

}  // namespace
}  // namespace linktrail::bench

int main(int argc, char** argv) {
  linktrail::bench::Options options;
  CLI::App app{"index.compact beside stock hnswlib"};
  app.add_option("index", options.index, "index.hnsw")->required();
  app.add_option("--compact", options.compact, "index.compact over it; written if it is not there (INDEX.compact)");
  app.add_option("--stock", options.stock,
                 "file that stock hnswlib built of the same vectors, for it to search (INDEX)");
  app.add_option("--dim", options.dim, "dimension of the vectors");
  app.add_option("--queries", options.queries, "rows used as queries");
  app.add_option("--rounds", options.rounds, "times that every query set is timed");
  app.add_option("--top", options.top, "neighbours asked for");
  CLI11_PARSE(app, argc, argv);
  try {
    if (!linktrail::bench::run(options)) return linktrail::bench::kExitMissed;
  } catch (const linktrail::Error& error) {
    fmt::print(stderr, "bench_compact: {}\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
