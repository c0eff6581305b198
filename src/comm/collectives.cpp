// Collectives proper: one MPI call each, or one chunk loop. Point-to-point rounds are in point_to_point.cpp.
#include "comm/collectives.h"

#include <mpi.h>

#include <algorithm>

#include "comm/detail/mpi_check.h"
#include "comm/detail/native_impl.h"
#include "core/checked_cast.h"

namespace linktrail::comm {
namespace detail {
namespace {

struct TypeInfo {
  MPI_Datatype type;
  std::uint64_t bytes;
};

TypeInfo info_of(ElementType type) {
  switch (type) {
    case ElementType::kFloat:
      return {MPI_FLOAT, sizeof(float)};
    case ElementType::kDouble:
      return {MPI_DOUBLE, sizeof(double)};
    case ElementType::kInt32:
      return {MPI_INT32_T, sizeof(std::int32_t)};
    case ElementType::kInt64:
      return {MPI_INT64_T, sizeof(std::int64_t)};
    case ElementType::kUint32:
      return {MPI_UINT32_T, sizeof(std::uint32_t)};
    case ElementType::kUint64:
      return {MPI_UINT64_T, sizeof(std::uint64_t)};
  }
  throw CommError("unknown element type of a reduction");
}

MPI_Op native_op(ReduceOp op) {
  switch (op) {
    case ReduceOp::kSum:
      return MPI_SUM;
    case ReduceOp::kMin:
      return MPI_MIN;
    case ReduceOp::kMax:
      return MPI_MAX;
  }
  throw CommError("unknown operation of a reduction");
}

// Byte counts and offsets as MPI's ints; only for totals below the chunk limit.
struct IntLayout {
  std::vector<int> counts;
  std::vector<int> offsets;
};

IntLayout int_layout(std::span<const std::uint64_t> bytes_of_rank) {
  IntLayout layout;
  std::uint64_t offset = 0;
  for (const std::uint64_t bytes : bytes_of_rank) {
    layout.counts.push_back(checked_cast<int>(bytes));
    layout.offsets.push_back(checked_cast<int>(offset));
    offset += bytes;
  }
  return layout;
}

}  // namespace

void broadcast_bytes(std::span<std::byte> bytes, int root, const Communicator& comm, std::uint64_t chunk_bytes) {
  for (std::uint64_t begin = 0; begin < bytes.size(); begin += chunk_bytes) {
    const std::uint64_t count = std::min<std::uint64_t>(chunk_bytes, bytes.size() - begin);
    check(MPI_Bcast(bytes.data() + begin, checked_cast<int>(count), MPI_BYTE, root, comm.native().boost), "MPI_Bcast",
          count);
  }
}

void all_reduce_elements(ElementSpan elements, ReduceOp op, const Communicator& comm, std::uint64_t chunk_bytes) {
  const TypeInfo info = info_of(elements.type);
  const std::uint64_t chunk = std::max<std::uint64_t>(1, chunk_bytes / info.bytes);
  for (std::uint64_t begin = 0; begin < elements.count; begin += chunk) {
    const std::uint64_t count = std::min(chunk, elements.count - begin);
    check(MPI_Allreduce(MPI_IN_PLACE, static_cast<std::byte*>(elements.data) + begin * info.bytes,
                        checked_cast<int>(count), info.type, native_op(op), comm.native().boost),
          "MPI_Allreduce", count);
  }
}

void all_gather_equal_bytes(std::span<const std::byte> mine, std::span<std::byte> all, const Communicator& comm) {
  const int count = checked_cast<int>(mine.size());
  check(MPI_Allgather(mine.data(), count, MPI_BYTE, all.data(), count, MPI_BYTE, comm.native().boost), "MPI_Allgather",
        mine.size());
}

// Small totals take one call; large ones take a chunked broadcast from each rank, whose offsets are 64-bit.
void all_gather_bytes(std::span<const std::byte> mine, std::span<const std::uint64_t> bytes_of_rank,
                      std::span<std::byte> all, const Communicator& comm, std::uint64_t chunk_bytes) {
  if (all.size() <= chunk_bytes) {
    const IntLayout layout = int_layout(bytes_of_rank);
    check(MPI_Allgatherv(mine.data(), checked_cast<int>(mine.size()), MPI_BYTE, all.data(), layout.counts.data(),
                         layout.offsets.data(), MPI_BYTE, comm.native().boost),
          "MPI_Allgatherv", all.size());
    return;
  }
  std::uint64_t begin = 0;
  for (int rank = 0; rank < comm.size(); ++rank) {
    const std::span<std::byte> block = all.subspan(begin, bytes_of_rank[static_cast<std::size_t>(rank)]);
    if (rank == comm.rank()) std::copy(mine.begin(), mine.end(), block.begin());
    broadcast_bytes(block, rank, comm, chunk_bytes);
    begin += block.size();
  }
}

std::vector<std::uint64_t> exchange_counts(std::span<const std::uint64_t> counts, const Communicator& comm) {
  if (counts.size() != static_cast<std::size_t>(comm.size()))
    throw CommError(fmt::format("all_to_all: {} counts for {} ranks", counts.size(), comm.size()));
  std::vector<std::uint64_t> received(counts.size());
  check(MPI_Alltoall(counts.data(), 1, MPI_UINT64_T, received.data(), 1, MPI_UINT64_T, comm.native().boost),
        "MPI_Alltoall", counts.size());
  return received;
}

}  // namespace detail

void barrier(const Communicator& comm) { detail::check(MPI_Barrier(comm.native().boost), "MPI_Barrier", 0); }

std::string broadcast(std::string text, int root, const Communicator& comm) {
  std::uint64_t size = text.size();
  broadcast(std::span(&size, 1), root, comm);
  text.resize(size);
  broadcast(std::span(text.data(), text.size()), root, comm);
  return text;
}

std::uint64_t exclusive_scan(std::uint64_t value, const Communicator& comm) {
  std::uint64_t sum = 0;
  detail::check(MPI_Exscan(&value, &sum, 1, MPI_UINT64_T, MPI_SUM, comm.native().boost), "MPI_Exscan", 1);
  return comm.is_root() ? 0 : sum;  // MPI leaves rank 0's result undefined
}

}  // namespace linktrail::comm
