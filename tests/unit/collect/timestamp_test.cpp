// Times as logs write them.
#include "collect/timestamp.h"

#include <gtest/gtest.h>

namespace linktrail {
namespace {

constexpr std::uint64_t kNoon = 1'790'856'000'000;  // 2026-10-01 12:00:00 UTC

TEST(Timestamp, EveryDocumentedFormIsTheSameTime) {
  TimestampParser parser;
  for (const char* text : {"2026-10-01 12:00:00", "2026-10-01T12:00:00Z", "2026-10-01T12:00:00",
                           "2026-10-01 12:00:00.0", "2026-10-01 12:00:00.000000000Z", "1790856000", "1790856000.0"})
    EXPECT_EQ(parser.parse(text), kNoon) << text;
}

TEST(Timestamp, FractionsAreCutToMilliseconds) {
  TimestampParser parser;
  EXPECT_EQ(parser.parse("2026-10-01 12:00:00.5"), kNoon + 500);
  EXPECT_EQ(parser.parse("2026-10-01 12:00:00.0125"), kNoon + 12);
  EXPECT_EQ(parser.parse("1790856000.123456789"), kNoon + 123);
}

TEST(Timestamp, ARememberedDayIsNotTakenForAnother) {
  TimestampParser parser;
  EXPECT_EQ(parser.parse("2026-10-01 12:00:00"), kNoon);
  EXPECT_EQ(parser.parse("2026-10-02 12:00:00"), kNoon + 86'400'000);
  EXPECT_EQ(parser.parse("2026-10-32 12:00:00"), std::nullopt);
  EXPECT_EQ(parser.parse("2026-10-01 12:00:00"), kNoon);
  EXPECT_EQ(parser.parse("2024-02-29 00:00:00"), 1'709'164'800'000);
}

TEST(Timestamp, WhatIsNoTimeIsRefused) {
  TimestampParser parser;
  for (const char* text : {"",
                           "x",
                           "-1",
                           "2026-02-29 12:00:00",
                           "2026-13-01 12:00:00",
                           "2026-10-01 24:00:00",
                           "2026-10-01 12:60:00",
                           "2026-10-01 12:00:60",
                           "2026-10-01",
                           "2026-10-01 12:00",
                           "2026-10-01 12:00:00.",
                           "2026-10-01 12:00:00 CET",
                           "2026/10/01 12:00:00",
                           "1969-12-31 23:59:59",
                           "9999-01-01 00:00:00",
                           "99999999999",
                           "1790856000.",
                           "1e9",
                           "12 ",
                           "0000-00-00 00:00:00",
                           "2026-10-01 12:00:00.0000000000",
                           "Z",
                           "2026-10-01 12:00:0Z"})
    EXPECT_EQ(parser.parse(text), std::nullopt) << text;
}

}  // namespace
}  // namespace linktrail
