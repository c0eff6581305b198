// Small things that every stage needs: required options, output folders, names and times on record.
#pragma once

#include <string>
#include <vector>

#include "comm/communicator.h"
#include "mpi_jobs/context.h"

namespace linktrail::jobs {

// Throws UsageError naming the flag if the value is empty.
void require(const std::string& flag, const std::string& value);
void require(const std::string& flag, const std::vector<std::string>& values);

// Collective. Makes the folder on rank 0; every rank throws if that fails.
void make_output_folder(const std::string& folder, const comm::Communicator& comm);

// Throws UsageError if `output` is the same file as `input`, by whatever path: writing would destroy what is read.
void refuse_same_file(const std::string& input, const std::string& output);

// Writes and flushes. Not collective. Throws StorageError if not all of it could be written.
void write_stdout(const std::string& text);

// Throws StorageError naming the flag if no file can be made at `path`: its folder is missing or read-only, or
// something that is no regular file (a folder, a device, a pipe) has that name. Leaves nothing behind. Not collective.
void expect_writable(const std::string& flag, const std::string& path);

// Collective. The same, by rank 0; every rank throws.
void require_writable(const std::string& flag, const std::string& path, const comm::Communicator& comm);

// Collective. Results for people and scripts: stdout, rank 0 only; every rank throws if that fails. Everything else
// goes to the log on stderr.
void print_result(const Context& context, const std::string& text);

// 16 hex digits of a hash of the configuration: equal runs have equal ids.
std::string run_id_of(const std::string& config);

// ISO 8601, UTC. SOURCE_DATE_EPOCH stands in for the clock when set, so that two runs can be compared byte by byte.
std::string creation_time();

// "2026-11": the month of creation_time().
std::string creation_month();

}  // namespace linktrail::jobs
