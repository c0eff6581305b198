#include "dist/index_arrays.h"

#include <algorithm>

#include "comm/collectives.h"
#include "core/version.h"
#include "h5/format_stamp.h"
#include "h5/h5_writer.h"

namespace linktrail::dist {

namespace {

// 1.0: first version.
constexpr h5::FormatStamp kFormat{"linktrail-index", 1, 0};

template <class T>
std::span<const T> as_span(const std::vector<T>& values) {
  return values;
}

// The end of each node's rows in a concatenation over all ranks.
std::vector<std::uint64_t> ends_over_ranks(const HnswGraph& part, const comm::Communicator& comm) {
  const std::uint64_t before = comm::exclusive_scan(part.upper.rows(), comm);
  std::vector<std::uint64_t> ends;
  for (std::size_t i = 0; i < part.size(); ++i) ends.push_back(before + part.upper_begin[i + 1]);
  return ends;
}

void write_attributes(h5::H5Writer& file, const HnswGraph& part, const std::string& config) {
  h5::write_stamp(file, kFormat);
  file.set_attribute("producer", std::string(kProducer));
  file.set_attribute("config", config);
  file.set_attribute("metric", "cosine");
  file.set_attribute("dim", static_cast<std::int64_t>(part.vectors.dim()));
  file.set_attribute("m", static_cast<std::int64_t>(part.params.m));
  file.set_attribute("seed", static_cast<std::int64_t>(part.params.seed));
  file.set_attribute("entry_point", static_cast<std::int64_t>(part.entry_point));
  file.set_attribute("max_level", static_cast<std::int64_t>(part.max_level));
}

}  // namespace

void write_index_arrays(const std::string& path, const HnswGraph& part, const std::string& config,
                        const comm::Communicator& comm) {
  const std::uint64_t nodes = comm::all_reduce(std::uint64_t{part.size()}, comm::ReduceOp::kSum, comm);
  const std::uint64_t upper = comm::all_reduce(std::uint64_t{part.upper.rows()}, comm::ReduceOp::kSum, comm);
  const std::uint64_t upper_begin = comm::exclusive_scan(part.upper.rows(), comm);
  const auto node_rows = [&](std::uint64_t columns) { return h5::RowBlock{part.first, nodes, columns}; };
  const auto upper_rows = [&](std::uint64_t columns) { return h5::RowBlock{upper_begin, upper, columns}; };

  h5::H5Writer file(path, comm);
  write_attributes(file, part, config);
  file.write_rows("vectors", part.vectors, part.first, nodes);
  file.write_rows<std::int64_t>("qid", as_span(part.labels), node_rows(0));
  file.write_rows<std::uint8_t>("level", as_span(part.levels), node_rows(0));
  file.write_rows<std::uint32_t>("links", part.links0.raw_ids(), node_rows(part.links0.capacity()));
  file.write_rows<std::uint16_t>("degree", part.links0.raw_counts(), node_rows(0));
  const std::vector<std::uint64_t> ends = ends_over_ranks(part, comm);
  file.write_rows<std::uint64_t>("upper_end", as_span(ends), node_rows(0));
  file.write_rows<std::uint32_t>("upper_links", part.upper.raw_ids(), upper_rows(part.params.m));
  file.write_rows<std::uint16_t>("upper_degree", part.upper.raw_counts(), upper_rows(0));
  file.finish();
}

}  // namespace linktrail::dist
