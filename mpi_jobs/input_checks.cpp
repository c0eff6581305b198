#include "mpi_jobs/input_checks.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/error.h"
#include "corpus/flat_files.h"
#include "corpus/label_table.h"
#include "dist/input_files.h"

namespace linktrail::jobs {

namespace {

constexpr std::size_t kNamedFiles = 3;  // of many empty ones: enough to see which export failed

void refuse_nothing(const std::vector<std::string>& names, const char* record) {
  throw InputError(
      fmt::format("{}: the input is empty; expected at least one {}, found none; check that the export finished",
                  fmt::join(names, ", "), record));
}

void check_titles(const std::vector<std::string>& names) {
  std::uint64_t titles = 0;
  for_each_file(expand_inputs(names), [&](LineReader& lines) {
    read_titles(lines, [&](std::string_view, Qid, std::string_view) { ++titles; });
  });
  if (titles == 0) refuse_nothing(names, "title");
}

// Collective. check(file) returns how many records the start of the file has; the ranks share the files.
void check_heads(const std::vector<std::string>& names, const char* record,
                 const std::function<std::uint64_t(const InputFile&)>& check, const comm::Communicator& comm) {
  const std::vector<InputFile> files = dist::expand_inputs_on_root(names, comm);
  const std::uint64_t mine = comm::agreed(comm, [&] {
    std::uint64_t records = 0;
    for (auto i = static_cast<std::size_t>(comm.rank()); i < files.size(); i += static_cast<std::size_t>(comm.size()))
      records += check(files[i]);
    return records;
  });
  const std::uint64_t all = comm::all_reduce(mine, comm::ReduceOp::kSum, comm);
  comm::agreed(comm, [&] {
    if (all == 0) refuse_nothing(names, record);
  });
}

bool contains(const std::vector<std::string>& models, const char* model) {
  return std::ranges::find(models, model) != models.end();
}

}  // namespace

void check_inputs(const SnapshotInputs& input, const std::vector<std::string>& models, const comm::Communicator& comm) {
  if (!input.titles.empty()) comm::agreed_on_root(comm, [&] { check_titles(input.titles); });
  if (!input.labels.empty()) check_labels(input.labels, comm);
  if (contains(models, "reader")) check_heads(input.sessions, "session", check_sessions_head, comm);
  if (contains(models, "links")) check_heads(input.pagelinks, "row", check_links_head, comm);
}

void check_labels(const std::vector<std::string>& labels, const comm::Communicator& comm) {
  comm::agreed_on_root(comm, [&] { LabelTable::load(expand_inputs(labels)); });
}

void warn_of_empty_files(const std::vector<std::string>& inputs, const Context& context) {
  const std::vector<InputFile> files = dist::expand_inputs_on_root(inputs, context.comm);
  std::vector<std::string> empty;
  for (const InputFile& file : files)
    if (file.bytes == 0) empty.push_back(file.path);
  if (empty.empty()) return;
  const std::size_t count = empty.size();
  empty.resize(std::min(count, kNamedFiles));
  context.log.warning("{} of {} input files are empty (0 bytes): {}{}; check that their export finished", count,
                      files.size(), fmt::join(empty, ", "), count > kNamedFiles ? ", ..." : "");
}

}  // namespace linktrail::jobs
