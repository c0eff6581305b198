// Collectives made of send-receive rounds, for sizes beyond MPI's int counts and offsets.
#include <mpi.h>

#include <algorithm>

#include "comm/collectives.h"
#include "comm/detail/mpi_check.h"
#include "comm/detail/native_impl.h"
#include "core/checked_cast.h"

namespace linktrail::comm::detail {
namespace {

// One tag is enough: MPI keeps the order of messages between two ranks of a communicator, and the
// communicator is ours alone.
constexpr int kTag = 1;

template <class Byte>
std::span<Byte> chunk_of(std::span<Byte> bytes, std::uint64_t index, std::uint64_t chunk_bytes) {
  const std::uint64_t begin = std::min<std::uint64_t>(index * chunk_bytes, bytes.size());
  return bytes.subspan(begin, std::min<std::uint64_t>(chunk_bytes, bytes.size() - begin));
}

std::uint64_t chunks_in(std::uint64_t bytes, std::uint64_t chunk_bytes) {
  return (bytes + chunk_bytes - 1) / chunk_bytes;
}

std::vector<std::uint64_t> offsets_of(std::span<const std::uint64_t> sizes) {
  std::vector<std::uint64_t> offsets(sizes.size());
  std::exclusive_scan(sizes.begin(), sizes.end(), offsets.begin(), std::uint64_t{0});
  return offsets;
}

void receive_chunked(std::span<std::byte> in, int from, const Communicator& comm, std::uint64_t chunk_bytes) {
  send_receive_bytes({}, in, {MPI_PROC_NULL, from}, comm, chunk_bytes);
}

void send_chunked(std::span<const std::byte> out, int to, const Communicator& comm, std::uint64_t chunk_bytes) {
  send_receive_bytes(out, {}, {to, MPI_PROC_NULL}, comm, chunk_bytes);
}

}  // namespace

void send_receive_bytes(std::span<const std::byte> out, std::span<std::byte> in, Route route, const Communicator& comm,
                        std::uint64_t chunk_bytes) {
  const std::uint64_t rounds = std::max(chunks_in(out.size(), chunk_bytes), chunks_in(in.size(), chunk_bytes));
  for (std::uint64_t i = 0; i < rounds; ++i) {
    const auto sent = chunk_of(out, i, chunk_bytes);
    const auto received = chunk_of(in, i, chunk_bytes);
    check(MPI_Sendrecv(sent.data(), checked_cast<int>(sent.size()), MPI_BYTE, sent.empty() ? MPI_PROC_NULL : route.to,
                       kTag, received.data(), checked_cast<int>(received.size()), MPI_BYTE,
                       received.empty() ? MPI_PROC_NULL : route.from, kTag, comm.native().boost, MPI_STATUS_IGNORE),
          "MPI_Sendrecv", sent.size() + received.size());
  }
}

std::uint64_t shift_count(std::uint64_t count, int to, int from, const Communicator& comm) {
  std::uint64_t announced = 0;
  check(MPI_Sendrecv(&count, 1, MPI_UINT64_T, to, kTag, &announced, 1, MPI_UINT64_T, from, kTag, comm.native().boost,
                     MPI_STATUS_IGNORE),
        "MPI_Sendrecv", 1);
  return announced;
}

void all_to_all_bytes(OutgoingBytes out, IncomingBytes in, const Communicator& comm, std::uint64_t chunk_bytes) {
  const auto out_offsets = offsets_of(out.bytes_of_rank);
  const auto in_offsets = offsets_of(in.bytes_of_rank);
  for (int round = 0; round < comm.size(); ++round) {
    const Route route{(comm.rank() + round) % comm.size(), (comm.rank() - round + comm.size()) % comm.size()};
    const auto to = static_cast<std::size_t>(route.to);
    const auto from = static_cast<std::size_t>(route.from);
    const auto sent = out.bytes.subspan(out_offsets[to], out.bytes_of_rank[to]);
    const auto received = in.bytes.subspan(in_offsets[from], in.bytes_of_rank[from]);
    if (round == 0)
      std::copy(sent.begin(), sent.end(), received.begin());
    else
      send_receive_bytes(sent, received, route, comm, chunk_bytes);
  }
}

void gather_bytes(std::span<const std::byte> mine, std::span<const std::uint64_t> bytes_of_rank,
                  std::span<std::byte> all, int root, const Communicator& comm, std::uint64_t chunk_bytes) {
  if (comm.rank() != root) return send_chunked(mine, root, comm, chunk_bytes);
  std::uint64_t begin = 0;
  for (int rank = 0; rank < comm.size(); ++rank) {
    const auto block = all.subspan(begin, bytes_of_rank[static_cast<std::size_t>(rank)]);
    if (rank == root)
      std::copy(mine.begin(), mine.end(), block.begin());
    else
      receive_chunked(block, rank, comm, chunk_bytes);
    begin += block.size();
  }
}

}  // namespace linktrail::comm::detail
