// What the stages that make sessions have in common: the options of their output, and what they leave out.
#pragma once

#include <memory>
#include <string>

#include "core/ids.h"
#include "dist/session_files.h"
#include "mpi_jobs/collect_options.h"
#include "mpi_jobs/context.h"
#include "snapshot/run_lock.h"

namespace linktrail::jobs {

// "Q5296" or "none" (kNoQid). Throws UsageError.
Qid main_page_of(const std::string& text);

// Throws UsageError unless from 1 to 999.
void check_parts(std::uint32_t parts);

// Bytes of a node's memory: what was asked for in GiB, or half of what is free; never 0. Throws UsageError.
std::uint64_t node_memory(double gib);

// Collective. Makes the folder and keeps other collections out of it for as long as rank 0 holds what it gets; nullptr
// on the other ranks. Throws AgreedError (StorageError) if another run writes there.
std::unique_ptr<RunLock> lock_output(const std::string& folder, const Context& context);

template <class Options>
dist::SessionFiles session_files(const Options& options, FileAccess access) {
  return {.folder = options.output,
          .parts = options.parts,
          .suffix = options.compression == FlatCompression::kGzip ? ".txt.gz" : ".txt",
          .access = access};
}

}  // namespace linktrail::jobs
