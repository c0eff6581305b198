#include "dist/neighbors.h"

#include <chrono>
#include <limits>
#include <memory>
#include <vector>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/checked_cast.h"
#include "core/version.h"
#include "dist/embedding_rows.h"
#include "h5/format_stamp.h"
#include "h5/h5_writer.h"
#include "index/hnswlib_view.h"

namespace linktrail::dist {

namespace {

constexpr h5::FormatStamp kFormat{"linktrail-neighbors", 1, 0};

// Rows of one rank.
struct Rows {
  std::vector<Qid> qids;
  std::vector<Qid> neighbors;  // [rows, k]
  std::vector<float> scores;   // beside them
};

Rows rows_of(const HnswlibView& view, NodeId begin, NodeId end, const NodeNeighbors& found) {
  Rows rows;
  for (NodeId node = begin; node < end; ++node) rows.qids.push_back(view.label(node));
  rows.neighbors.reserve(found.neighbors.size());
  rows.scores.reserve(found.neighbors.size());
  for (const Neighbor& neighbor : found.neighbors) {
    const bool none = neighbor.id == kNoNeighbor.id;
    rows.neighbors.push_back(none ? kNoQid : view.label(neighbor.id));
    rows.scores.push_back(none ? std::numeric_limits<float>::quiet_NaN() : 1.0F - neighbor.distance);
  }
  return rows;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void write_rows(h5::H5Writer& file, const Rows& rows, std::uint64_t begin, std::uint64_t total, std::size_t k) {
  file.write_rows("qid", std::span<const Qid>(rows.qids), {.begin = begin, .total = total});
  file.write_rows("neighbors", std::span<const Qid>(rows.neighbors), {.begin = begin, .total = total, .columns = k});
  file.write_rows("scores", std::span<const float>(rows.scores), {.begin = begin, .total = total, .columns = k});
}

}  // namespace

NeighborsReport write_neighbors(const std::string& index_path, std::uint32_t dim, const std::string& path,
                                const NodeNeighborsParams& params, const NeighborsAttributes& attributes,
                                const comm::Communicator& comm) {
  const auto view = comm::agreed(comm, [&] { return std::make_unique<HnswlibView>(index_path, dim); });
  const auto [begin, end] = row_block(view->size(), comm.rank(), comm.size());
  const auto start = std::chrono::steady_clock::now();
  NeighborsReport report{.articles = view->size()};
  const Rows rows = comm::agreed(comm, [&] {
    const auto first = checked_cast<NodeId>(begin), last = checked_cast<NodeId>(end);
    const NodeNeighbors found = nearest_of_nodes(*view, first, last, params);
    report.distances = found.distances;
    return rows_of(*view, first, last, found);
  });
  report.seconds = comm::all_reduce(seconds_since(start), comm::ReduceOp::kMax, comm);
  report.distances = comm::all_reduce(report.distances, comm::ReduceOp::kSum, comm);

  h5::H5Writer file(path, comm);
  h5::write_stamp(file, kFormat);
  file.set_attribute("producer", std::string(kProducer));
  file.set_attribute("run_id", attributes.run_id);
  file.set_attribute("created", attributes.created);
  file.set_attribute("metric", "cosine");
  write_rows(file, rows, begin, view->size(), params.k);
  file.finish();
  return report;
}

}  // namespace linktrail::dist
