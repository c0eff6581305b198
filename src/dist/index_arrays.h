// The graph of an index as arrays of one HDF5 file, for tools that do not read hnswlib's.
#pragma once

#include <string>

#include "comm/communicator.h"
#include "index/hnsw_graph.h"

namespace linktrail::dist {

// Collective. Writes the ranks' parts as docs/file-formats.md says ("index arrays"); replaces `path` only when
// complete. `config` is JSON of the options. All ranks throw AgreedError (exit 4) if any cannot.
void write_index_arrays(const std::string& path, const HnswGraph& part, const std::string& config,
                        const comm::Communicator& comm);

}  // namespace linktrail::dist
