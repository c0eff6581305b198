// write_index(): every rank at its own offsets of one hnswlib file; the layout is index/hnswlib_file.h's.
#include <algorithm>
#include <system_error>
#include <utility>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/file.h"
#include "core/error.h"
#include "dist/index.h"
#include "index/hnswlib_file.h"

namespace linktrail::dist {

namespace {

// Serialised at a time: large for the file system, small beside a rank's part.
constexpr std::uint64_t kBatchBytes = 64UL << 20;

// Collective. write(begin, end) for batches of rows, as often on every rank.
template <class Write>
void for_each_batch(const HnswGraph& part, const HnswlibLayout& layout, const comm::Communicator& comm, Write write) {
  const std::uint64_t rows = part.size();
  const std::uint64_t step = std::max<std::uint64_t>(1, kBatchBytes / layout.record_bytes());
  const std::uint64_t batches = comm::all_reduce((rows + step - 1) / step, comm::ReduceOp::kMax, comm);
  for (std::uint64_t batch = 0; batch < batches; ++batch)
    write(std::min(rows, batch * step), std::min(rows, (batch + 1) * step));
}

void rename_complete(const std::filesystem::path& partial, const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::rename(partial, path, error);
  if (error)
    throw StorageError(
        fmt::format("{}: cannot be renamed to {}: {}", partial.string(), path.string(), error.message()));
}

// A file that was given up would hold the space that it asked for.
class RemovedUnlessRenamed {
 public:
  RemovedUnlessRenamed(std::filesystem::path path, const comm::Communicator& comm)
      : path_(comm.is_root() ? std::move(path) : std::filesystem::path()) {}
  ~RemovedUnlessRenamed() {
    std::error_code ignored;  // after the rename there is none
    if (!path_.empty()) std::filesystem::remove(path_, ignored);
  }
  RemovedUnlessRenamed(const RemovedUnlessRenamed&) = delete;
  RemovedUnlessRenamed& operator=(const RemovedUnlessRenamed&) = delete;

 private:
  std::filesystem::path path_;  // empty on the other ranks
};

}  // namespace

void write_index(const std::filesystem::path& output, const HnswGraph& part, const comm::Communicator& comm) {
  const HnswlibLayout layout = hnswlib_layout(part);
  const std::uint64_t nodes = comm::all_reduce(std::uint64_t{part.size()}, comm::ReduceOp::kSum, comm);
  const std::uint64_t levels_before = comm::exclusive_scan(part.upper.rows(), comm);
  const std::uint64_t levels = comm::all_reduce(std::uint64_t{part.upper.rows()}, comm::ReduceOp::kSum, comm);
  const std::filesystem::path path = comm::agreed_output_path(output.string(), comm);
  const std::filesystem::path partial = path.string() + ".partial";

  const RemovedUnlessRenamed leftover(partial, comm);
  comm::ParallelFile file(partial.string(), comm);
  file.set_size(layout.file_bytes(nodes, levels));
  const auto header = comm.is_root() ? hnswlib_header(part, nodes) : std::vector<std::byte>{};
  file.write_at_all(0, header);
  for_each_batch(part, layout, comm, [&](std::uint64_t begin, std::uint64_t end) {
    file.write_at_all(layout.record_begin(part.first + begin), hnswlib_records(part, begin, end));
  });
  for_each_batch(part, layout, comm, [&](std::uint64_t begin, std::uint64_t end) {
    file.write_at_all(layout.upper_begin(nodes, part.first + begin, levels_before + part.upper_begin[begin]),
                      hnswlib_upper_blocks(part, begin, end));
  });
  file.close();
  comm::agreed_on_root(comm, [&] { rename_complete(partial, path); });
}

}  // namespace linktrail::dist
