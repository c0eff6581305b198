#include "report/table.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace linktrail {
namespace {

TEST(TextTable, AlignsNumbersRightAndWordsLeft) {
  TextTable table({"metric", "value", "gate"});
  table.add_row({"recall@10", "0.9931", "passed"});
  table.add_row({"unreachable", "12", "-"});

  EXPECT_EQ(table.render(),
            "metric        value  gate\n"
            "-----------  ------  ------\n"
            "recall@10    0.9931  passed\n"
            "unreachable      12  -\n");
}

TEST(TextTable, TreatsUnitsAsNumbersAndTitlesAsWords) {
  TextTable table({"size", "title"});
  table.add_row({"1.5 GiB", "3 Idiots"});
  table.add_row({"87 %", "1984 (novel)"});

  EXPECT_EQ(table.render(),
            "   size  title\n"
            "-------  ------------\n"
            "1.5 GiB  3 Idiots\n"
            "   87 %  1984 (novel)\n");
}

TEST(TextTable, CountsCharactersNotBytes) {
  TextTable table({"t", "n"});
  table.add_row({"Zürich", "1"});
  table.add_row({"Rome", "22"});

  EXPECT_EQ(table.render(), "t        n\n------  --\nZürich   1\nRome    22\n");
}

TEST(TextTable, WithoutRowsIsHeaderAndRule) { EXPECT_EQ(TextTable({"a", "bc"}).render(), "a  bc\n-  --\n"); }

TEST(TextTable, RefusesARowOfAnotherWidth) {
  TextTable table({"a", "b"});

  EXPECT_THROW(table.add_row({"1"}), std::invalid_argument);
}

}  // namespace
}  // namespace linktrail
