#include "core/error.h"

#include <gtest/gtest.h>

#include "core/checked_cast.h"

namespace linktrail {
namespace {

TEST(InputErrorText, NamesFileLineExpectedFoundAndAdvice) {
  const InputError error = input_error({.what = "not a QID",
                                        .file = "sessions.txt",
                                        .line = 7,
                                        .expected = "Q and a number",
                                        .found = "Q4\x01x",
                                        .advice = "fix the export"});

  EXPECT_STREQ(error.what(), "sessions.txt:7: not a QID; expected Q and a number, found 'Q4\\x01x'; fix the export");
  EXPECT_EQ(error.code(), ExitCode::kBadInput);
}

TEST(Printable, CutsLongTextAndEscapesBytes) {
  EXPECT_EQ(printable(std::string(100, 'a'), 4), "aaaa...");
  EXPECT_EQ(printable("\xff\n"), "\\xff\\x0a");
}

TEST(CheckedCast, KeepsWhatFitsAndThrowsOtherwise) {
  EXPECT_EQ(checked_cast<int>(std::uint64_t{7}), 7);
  EXPECT_THROW(checked_cast<int>(std::uint64_t{1} << 31), std::overflow_error);
  EXPECT_THROW(checked_cast<std::uint32_t>(-1), std::overflow_error);
}

}  // namespace
}  // namespace linktrail
