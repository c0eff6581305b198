// Every collective, also with nothing to say, more ranks than items and uneven sizes. Expectations are
// formulas of rank and size, so they hold at any rank count.
#include "comm/collectives.h"

#include <gmock/gmock.h>

#include "comm/exchange.h"
#include "core/error.h"
#include "support/mpi_test.h"

namespace linktrail::comm {
namespace {

using test::world;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Pair {
  std::int32_t source;
  std::uint64_t value;
  bool operator==(const Pair&) const = default;
};

std::uint64_t size_of_world() { return static_cast<std::uint64_t>(world().size()); }
std::uint64_t my_rank() { return static_cast<std::uint64_t>(world().rank()); }

// Rank r contributes r items, so rank 0 contributes none: r*100, r*100 + 1, ...
std::vector<std::uint64_t> uneven(std::uint64_t rank) {
  std::vector<std::uint64_t> values(rank);
  std::iota(values.begin(), values.end(), rank * 100);
  return values;
}

std::vector<std::uint64_t> all_uneven() {
  std::vector<std::uint64_t> all;
  for (std::uint64_t r = 0; r < size_of_world(); ++r)
    for (const std::uint64_t value : uneven(r)) all.push_back(value);
  return all;
}

TEST(Broadcast, CarriesTextFromAnyRank) {
  for (int root = 0; root < world().size(); ++root) {
    const std::string text = std::string(static_cast<std::size_t>(root) * 7, 'x') + std::string("a\0b", 3);

    EXPECT_EQ(broadcast(world().rank() == root ? text : "other", root, world()), text);
  }
}

TEST(Broadcast, CarriesEmptyTextAndVectors) {
  EXPECT_EQ(broadcast(std::string(world().is_root() ? "" : "other"), 0, world()), "");
  EXPECT_THAT(broadcast(std::vector<int>(my_rank()), 0, world()), IsEmpty());
}

TEST(Broadcast, CarriesStructs) {
  std::vector<Pair> pairs(3, Pair{world().rank(), my_rank()});
  const int root = world().size() - 1;

  broadcast(std::span(pairs), root, world());

  EXPECT_THAT(pairs, Each(Pair{root, size_of_world() - 1}));
}

TEST(Broadcast, ResizesVectorsToTheRoots) {
  const int root = world().size() - 1;

  const auto values = broadcast(uneven(my_rank()), root, world());

  EXPECT_EQ(values, uneven(size_of_world() - 1));
}

TEST(Broadcast, FromARankThatDoesNotExistThrowsWithOperationAndMpisText) {
  int value = 0;
  try {
    broadcast(std::span(&value, 1), world().size(), world());
    ADD_FAILURE() << "no exception";
  } catch (const CommError& error) {
    EXPECT_THAT(error.what(), HasSubstr("MPI_Bcast of 4 elements"));
    EXPECT_THAT(error.what(), HasSubstr("MPI_ERR_ROOT"));
  }
}

template <class T>
class AllReduce : public testing::Test {};
using ReducibleTypes = testing::Types<float, double, std::int32_t, std::int64_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(AllReduce, ReducibleTypes);

TYPED_TEST(AllReduce, SumsMinimaAndMaximaOfRanks) {
  const auto rank = static_cast<TypeParam>(world().rank());
  const auto size = static_cast<TypeParam>(world().size());

  EXPECT_EQ(all_reduce(static_cast<TypeParam>(rank + 1), ReduceOp::kSum, world()), size * (size + 1) / 2);
  EXPECT_EQ(all_reduce(static_cast<TypeParam>(rank + 3), ReduceOp::kMin, world()), static_cast<TypeParam>(3));
  EXPECT_EQ(all_reduce(rank, ReduceOp::kMax, world()), size - 1);
}

TEST(AllReduceSpan, WorksElementByElementAndOnNothing) {
  std::vector<std::int64_t> values{world().rank(), -world().rank(), 5};

  all_reduce(std::span(values), ReduceOp::kMax, world());
  all_reduce(std::span<float>(), ReduceOp::kSum, world());

  EXPECT_THAT(values, ElementsAre(world().size() - 1, 0, 5));
}

TEST(ExclusiveScan, IsTheSumOfLowerRanks) {
  EXPECT_EQ(exclusive_scan(my_rank() + 1, world()), my_rank() * (my_rank() + 1) / 2);
}

TEST(AllGather, OrdersOneValueARank) {
  const auto values = all_gather(Pair{world().rank(), my_rank() * my_rank()}, world());

  ASSERT_EQ(values.size(), size_of_world());
  for (std::uint64_t r = 0; r < values.size(); ++r) EXPECT_EQ(values[r], (Pair{static_cast<int>(r), r * r}));
}

TEST(AllGather, ConcatenatesUnevenAndEmptyContributions) {
  EXPECT_EQ(all_gather<std::uint64_t>(uneven(my_rank()), world()), all_uneven());
  EXPECT_THAT(all_gather(std::span<const float>(), world()), IsEmpty());
}

TEST(Gather, GivesTheRootEveryRanksItemsAndOthersNothing) {
  for (int root = 0; root < world().size(); ++root) {
    const auto received = gather<std::uint64_t>(uneven(my_rank()), root, world());

    EXPECT_EQ(received.data, world().rank() == root ? all_uneven() : std::vector<std::uint64_t>{});
    for (int r = 0; r < world().size(); ++r) {
      const auto part = received.from(r);
      EXPECT_EQ(part.size(), world().rank() == root ? static_cast<std::size_t>(r) : 0);
    }
  }
}

TEST(AllToAll, DeliversUnevenPartsInRankOrder) {
  std::vector<Pair> out;
  std::vector<std::uint64_t> counts;
  for (std::uint64_t to = 0; to < size_of_world(); ++to) {
    counts.push_back((my_rank() + to) % 3);  // some pairs exchange nothing
    for (std::uint64_t i = 0; i < counts.back(); ++i) out.push_back({world().rank(), to * 10 + i});
  }

  const auto received = all_to_all<Pair>(out, counts, world());

  for (int from = 0; from < world().size(); ++from) {
    const auto part = received.from(from);
    EXPECT_EQ(part.size(), (my_rank() + static_cast<std::uint64_t>(from)) % 3);
    for (std::size_t i = 0; i < part.size(); ++i) EXPECT_EQ(part[i], (Pair{from, my_rank() * 10 + i}));
  }
}

TEST(AllToAll, TakesValuesThatAreGivenAway) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t to = 0; to < size_of_world(); ++to) out.insert(out.end(), {my_rank(), to});
  const std::vector<std::uint64_t> counts(size_of_world(), 2);
  const auto copied = all_to_all<std::uint64_t>(out, counts, world());

  const auto moved = all_to_all<std::uint64_t>(std::move(out), counts, world());

  EXPECT_EQ(moved.data, copied.data);
  EXPECT_EQ(moved.counts, copied.counts);
  EXPECT_THROW(all_to_all<std::uint64_t>(std::vector<std::uint64_t>(1), counts, world()), CommError);
}

TEST(AllToAll, OfNothingIsNothing) {
  const std::vector<std::uint64_t> counts(size_of_world(), 0);

  EXPECT_THAT(all_to_all(std::span<const double>(), counts, world()).data, IsEmpty());
}

TEST(AllToAll, RefusesCountsThatDoNotFit) {
  const std::vector<std::uint64_t> too_many(size_of_world(), 1);
  const std::vector<std::uint64_t> too_few_ranks;

  EXPECT_THROW(all_to_all(std::span<const double>(), too_many, world()), CommError);
  EXPECT_THROW(all_to_all(std::span<const double>(), too_few_ranks, world()), CommError);
}

TEST(Shift, PassesUnevenPartsAroundTheRing) {
  const int size = world().size();
  const int from = (world().rank() + size - 1) % size;

  const auto received = shift<std::uint64_t>(uneven(my_rank()), (world().rank() + 1) % size, from, world());

  EXPECT_EQ(received, uneven(static_cast<std::uint64_t>(from)));
}

TEST(ExchangeByOwner, KeepsTheOrderOfEachSource) {
  std::vector<Pair> items;
  for (std::uint64_t i = 0; i < 50 * my_rank(); ++i) items.push_back({world().rank(), i});
  const auto owner_of = [](const Pair& item) { return static_cast<int>((item.value * 7) % size_of_world()); };

  const auto received = exchange_by_owner<Pair>(items, owner_of, world());

  for (int from = 0; from < world().size(); ++from) {
    std::vector<Pair> expected;
    for (std::uint64_t i = 0; i < 50 * static_cast<std::uint64_t>(from); ++i)
      if (owner_of({from, i}) == world().rank()) expected.push_back({from, i});
    const auto part = received.from(from);
    EXPECT_EQ(std::vector<Pair>(part.begin(), part.end()), expected);
  }
}

TEST(ExchangeByOwner, RefusesAnOwnerThatDoesNotExist) {
  const std::vector<int> items{1};

  EXPECT_THROW(exchange_by_owner<int>(
                   items, [](int) { return world().size(); }, world()),
               std::out_of_range);
}

}  // namespace
}  // namespace linktrail::comm
