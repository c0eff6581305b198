// Messages that nobody waits for: all arrive, those of one rank in the order sent, whatever the others do meanwhile.
#include "comm/message_stream.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "comm/agreement.h"
#include "support/mpi_test.h"

namespace linktrail::comm {
namespace {

using test::world;
using testing::Each;

constexpr std::size_t kMessages = 40;

// Number `number` of a sender: lengths that are no multiple of a word, empty ones, and ones of a few MB.
std::size_t length_of(std::size_t number) { return number % 10 == 7 ? 3'000'001 : number * 3; }

std::vector<char> message(int sender, std::size_t number) {
  return std::vector<char>(length_of(number), static_cast<char>(sender * 31 + static_cast<int>(number)));
}

TEST(MessageStream, BringsAllMessagesInTheOrderOfTheirSender) {
  MessageStream stream(world());
  std::map<int, std::size_t> received;
  std::size_t missing = kMessages * static_cast<std::size_t>(world().size());
  const auto take = [&] {
    while (const auto got = stream.receive()) {
      const std::size_t number = received[got->from]++;
      const auto expected = message(got->from, number);
      EXPECT_EQ(got->bytes.size(), (expected.size() + 7) / 8 * 8);
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), got->bytes.begin())) << "message " << number;
      --missing;
    }
  };

  for (std::size_t number = 0; number < kMessages; ++number)
    for (int to = 0; to < world().size(); ++to) {
      stream.send(to, message(world().rank(), number));
      if (number % 5 == static_cast<std::size_t>(world().rank())) take();
    }
  while (missing > 0 || stream.pending_bytes() > 0) take();

  EXPECT_EQ(received.size(), static_cast<std::size_t>(world().size()));
  for (const auto& [from, count] : received) EXPECT_EQ(count, kMessages) << "of rank " << from;
  EXPECT_TRUE(all_ranks_ok(true, world()));  // or the next test's messages come into this one's stream
}

TEST(MessageStream, HasNothingWhereNothingWasSent) {
  MessageStream stream(world());

  EXPECT_FALSE(stream.receive().has_value());
  EXPECT_EQ(stream.pending_bytes(), 0U);
}

}  // namespace
}  // namespace linktrail::comm
