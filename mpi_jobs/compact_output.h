// index.compact beside index.hnsw, whole or not at all.
#pragma once

#include <string>

#include "comm/communicator.h"
#include "index/compact_writer.h"
#include "index/hnsw_graph.h"

namespace linktrail::jobs {

// Throws UsageError for a graph whose lists a compact index cannot hold.
void check_fits_compact(const HnswParams& params);

// Collective: rank 0 makes the compact index at `output` from the index of vectors of `dim` floats at `index`, the
// others wait. Every rank throws AgreedError. The result is rank 0's.
CompactReport write_compact(const std::string& index, std::size_t dim, const std::string& output,
                            const comm::Communicator& comm);

}  // namespace linktrail::jobs
