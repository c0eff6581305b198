// Messages beyond MPI's int counts go in chunks; here the limit is a few bytes, so that little data needs many.
#include <gtest/gtest.h>

#include <numeric>

#include "comm/collectives.h"
#include "support/mpi_test.h"

namespace linktrail::comm::detail {
namespace {

using test::world;

constexpr std::uint64_t kLimits[] = {1, 3, 8, 1000};

std::vector<std::uint8_t> bytes_of(int rank, std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  std::iota(bytes.begin(), bytes.end(), static_cast<std::uint8_t>(rank * 17));
  return bytes;
}

// Rank r has 5 r bytes, so that ranks need different numbers of chunks and rank 0 none.
std::size_t uneven_size(int rank) { return static_cast<std::size_t>(rank) * 5; }

std::vector<std::uint64_t> uneven_sizes() {
  std::vector<std::uint64_t> sizes;
  for (int r = 0; r < world().size(); ++r) sizes.push_back(uneven_size(r));
  return sizes;
}

std::vector<std::uint8_t> all_uneven() {
  std::vector<std::uint8_t> all;
  for (int r = 0; r < world().size(); ++r) {
    const auto part = bytes_of(r, uneven_size(r));
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

class Chunked : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Limits, Chunked, testing::ValuesIn(kLimits));

TEST_P(Chunked, BroadcastIsWhole) {
  const int root = world().size() - 1;
  auto bytes = bytes_of(world().rank(), 100);

  broadcast_bytes(std::as_writable_bytes(std::span(bytes)), root, world(), GetParam());

  EXPECT_EQ(bytes, bytes_of(root, 100));
}

TEST_P(Chunked, ReductionNeverCutsAnElement) {
  std::vector<double> values(23, world().rank() + 0.5);

  all_reduce_elements({values.data(), values.size(), ElementType::kDouble}, ReduceOp::kSum, world(), GetParam());

  EXPECT_EQ(values, std::vector<double>(23, world().size() * world().size() / 2.0));
}

TEST_P(Chunked, AllGatherIsWhole) {
  const auto mine = bytes_of(world().rank(), uneven_size(world().rank()));
  std::vector<std::uint8_t> all(all_uneven().size());

  all_gather_bytes(std::as_bytes(std::span(mine)), uneven_sizes(), std::as_writable_bytes(std::span(all)), world(),
                   GetParam());

  EXPECT_EQ(all, all_uneven());
}

TEST_P(Chunked, GatherIsWhole) {
  const int root = world().size() / 2;
  const auto mine = bytes_of(world().rank(), uneven_size(world().rank()));
  std::vector<std::uint8_t> all(world().rank() == root ? all_uneven().size() : 0);

  gather_bytes(std::as_bytes(std::span(mine)), uneven_sizes(), std::as_writable_bytes(std::span(all)), root, world(),
               GetParam());

  EXPECT_EQ(all, world().rank() == root ? all_uneven() : all);
}

// Rank a sends 4 a + b bytes to rank b.
std::size_t cross_size(int from, int to) { return static_cast<std::size_t>(4 * from + to); }

TEST_P(Chunked, AllToAllIsWhole) {
  std::vector<std::uint8_t> out, expected;
  std::vector<std::uint64_t> out_sizes, in_sizes;
  for (int r = 0; r < world().size(); ++r) {
    const auto sent = bytes_of(world().rank() + r, cross_size(world().rank(), r));
    const auto due = bytes_of(world().rank() + r, cross_size(r, world().rank()));
    out.insert(out.end(), sent.begin(), sent.end());
    expected.insert(expected.end(), due.begin(), due.end());
    out_sizes.push_back(sent.size());
    in_sizes.push_back(due.size());
  }
  std::vector<std::uint8_t> in(expected.size());

  all_to_all_bytes({std::as_bytes(std::span(out)), out_sizes}, {std::as_writable_bytes(std::span(in)), in_sizes},
                   world(), GetParam());

  EXPECT_EQ(in, expected);
}

TEST_P(Chunked, ShiftIsWhole) {
  const int size = world().size();
  const Route backwards{(world().rank() + size - 1) % size, (world().rank() + 1) % size};
  const auto mine = bytes_of(world().rank(), uneven_size(world().rank()));
  std::vector<std::uint8_t> in(uneven_size(backwards.from));

  send_receive_bytes(std::as_bytes(std::span(mine)), std::as_writable_bytes(std::span(in)), backwards, world(),
                     GetParam());

  EXPECT_EQ(in, bytes_of(backwards.from, uneven_size(backwards.from)));
}

}  // namespace
}  // namespace linktrail::comm::detail
