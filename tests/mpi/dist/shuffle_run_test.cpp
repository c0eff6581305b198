// Records reach the owners of their buckets whatever the ranks' speeds, and a rank that fails takes all along.
#include "dist/shuffle_run.h"

#include <gmock/gmock.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <thread>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/error.h"
#include "support/mpi_test.h"

namespace linktrail::dist {
namespace {

using test::world;
using testing::HasSubstr;

constexpr std::size_t kBuckets = 7;
constexpr std::uint64_t kOutbox = 1000;

struct TwoShuffles {
  BlockPool pool{64UL << 20, std::filesystem::temp_directory_path().string()};
  RecordShuffle even{kBuckets, kOutbox, pool, world()}, odd{kBuckets, kOutbox, pool, world()};
  std::uint64_t next = 0;

  std::size_t bucket_of(std::uint64_t value) const { return value % kBuckets; }
  bool full() const { return even.full() || odd.full(); }

  // Values of this rank are rank, rank + size, ...: one by one to the shuffle of their parity.
  bool turn(std::uint64_t end) {
    const auto size = static_cast<std::uint64_t>(world().size());
    while (next < end && !full()) {
      const std::uint64_t value = next++ * size + static_cast<std::uint64_t>(world().rank());
      (value % 2 == 0 ? even : odd).push_record(bucket_of(value), value);
    }
    return next < end;
  }

  void go(const ShuffleWork& work) {
    RecordShuffle* const shuffles[] = {&even, &odd};
    run_shuffles(shuffles, work, world());
  }
};

// Of all ranks, sorted.
std::vector<std::uint64_t> all_values(RecordShuffle& shuffle) {
  std::vector<std::uint64_t> own;
  for (std::size_t i = 0; i < shuffle.own_count(); ++i)
    for (const std::uint64_t value : shuffle.store().load<std::uint64_t>(i)) {
      EXPECT_EQ(value % kBuckets, shuffle.own_begin() + i);
      own.push_back(value);
    }
  std::vector<std::uint64_t> all = comm::all_gather<std::uint64_t>(std::span<const std::uint64_t>(own), world());
  std::sort(all.begin(), all.end());
  return all;
}

std::uint64_t values_of(int rank) { return 20'000 + 5'000 * static_cast<std::uint64_t>(rank); }

TEST(ShuffleRun, BringsEveryRecordToItsOwnerOnce) {
  for (const std::uint64_t in_flight : {std::uint64_t{0}, 8 * kOutbox}) {
    TwoShuffles run;
    run.go({.in_flight = in_flight, .turn = [&] { return run.turn(values_of(world().rank())); }});
    std::vector<std::uint64_t> even, odd;
    for (int rank = 0; rank < world().size(); ++rank)
      for (std::uint64_t i = 0; i < values_of(rank); ++i) {
        const std::uint64_t value = i * static_cast<std::uint64_t>(world().size()) + static_cast<std::uint64_t>(rank);
        (value % 2 == 0 ? even : odd).push_back(value);
      }
    std::sort(even.begin(), even.end());
    std::sort(odd.begin(), odd.end());

    EXPECT_EQ(all_values(run.even), even);
    EXPECT_EQ(all_values(run.odd), odd);
  }
}

TEST(ShuffleRun, ReportsTheMeanOfWhatIsDone) {
  TwoShuffles run;
  double last = 0;
  run.go({.in_flight = kOutbox,
          .turn = [&] { return run.turn(5000); },
          .done = [&] { return static_cast<double>(run.next) / 5000; },
          .on_progress =
              [&](double done) {
                EXPECT_GE(done, last);
                EXPECT_LE(done, 1.0 + 1e-9);
                last = done;
              }});

  EXPECT_NEAR(last, 1.0, 1e-9);
}

TEST(ShuffleRun, LetsSlowRanksTakeTheirTime) {
  TwoShuffles run;
  const bool slow = world().rank() == world().size() - 1;
  run.go({.in_flight = kOutbox, .turn = [&] {
            if (slow) std::this_thread::sleep_for(std::chrono::milliseconds(2));
            return run.turn(slow ? 2000 : 10'000);
          }});

  EXPECT_EQ(all_values(run.even).size() + all_values(run.odd).size(),
            2000 + 10'000 * static_cast<std::size_t>(world().size() - 1));
}

TEST(ShuffleRun, EndsOnAllRanksWhenOneFails) {
  TwoShuffles run;
  std::string text;
  try {
    run.go({.in_flight = kOutbox, .turn = [&] {
              if (world().rank() == world().size() - 1 && run.next > 1000) throw InputError("line 7 is bad");
              run.turn(run.next + 500);
              return true;  // the others would go on for ever
            }});
  } catch (const comm::AgreedError& error) {
    text = error.what();
    EXPECT_EQ(error.rank(), world().size() - 1);
  }

  EXPECT_THAT(text, HasSubstr("line 7 is bad"));
  EXPECT_TRUE(comm::all_ranks_ok(true, world()));  // and no message of the run is left in the way
}

// The last rank says at once that it has nothing; then it fails with what it gets.
TEST(ShuffleRun, EndsOnAllRanksWhenOneFailsThatHadEnded) {
  if (world().size() == 1) return;  // nobody sends it anything
  TwoShuffles run;
  const bool ends_at_once = world().rank() == world().size() - 1;
  int told = 0;
  std::string text;
  try {
    run.go({.in_flight = kOutbox,
            .turn =
                [&] {
                  if (ends_at_once) return false;
                  run.turn(run.next + 500);
                  return true;
                },
            .done = [] { return 0.5; },
            .on_progress =
                [&](double) {
                  if (ends_at_once && ++told == 3) throw StorageError("the disk is full");
                }});
  } catch (const comm::AgreedError& error) {
    text = error.what();
  }

  EXPECT_THAT(text, HasSubstr("the disk is full"));
  EXPECT_TRUE(comm::all_ranks_ok(true, world()));
}

TEST(ShuffleRun, RefusesAMessageThatCannotBe) {
  TwoShuffles run;
  RecordShuffle* const shuffles[] = {&run.even, &run.odd};
  const std::size_t own = run.even.own_begin();
  const bool has_bucket = run.even.own_count() > 0;
  const auto message = [](std::uint32_t shuffle, std::size_t bucket, std::uint64_t bytes) {
    std::vector<char> text(16 + 8);
    const auto bucket32 = static_cast<std::uint32_t>(bucket);
    std::memcpy(text.data(), &shuffle, 4);
    std::memcpy(text.data() + 4, &bucket32, 4);
    std::memcpy(text.data() + 8, &bytes, 8);
    return text;
  };
  if (has_bucket) {
    EXPECT_NO_THROW(unpack(message(1, own, 8), shuffles));
  }
  EXPECT_THROW(unpack(message(2, own, 8), shuffles), CommError);
  EXPECT_THROW(unpack(message(0, kBuckets, 8), shuffles), CommError);
  EXPECT_THROW(unpack(message(0, own, 9), shuffles), CommError);
}

}  // namespace
}  // namespace linktrail::dist
