// The input files of a snapshot with their SHA-256, hashed by all ranks: what decides whether a stage is still current.
//
// File i of all roles in a row is hashed by rank i % ranks, so that many files cost one pass over the disk.
#pragma once

#include <string>
#include <vector>

#include "comm/communicator.h"
#include "mpi_jobs/options.h"
#include "snapshot/manifest.h"

namespace linktrail::jobs {

// Collective. Every file that `input` names, role by role, in the order of the names. Throws AgreedError (bad input) if
// one is missing.
std::vector<ManifestInput> fingerprint_inputs(const SnapshotInputs& input, const comm::Communicator& comm);

// Whether `rank` of `ranks` hashes file `number`.
bool hashes_file(std::size_t number, int rank, int ranks);

// The digests of `files` files in the order of the files, from `gathered`: those of rank 0, then those of rank 1, ...,
// 64 hex digits each. Throws std::logic_error if the length does not fit.
std::vector<std::string> digests_in_file_order(const std::string& gathered, std::size_t files, int ranks);

}  // namespace linktrail::jobs
