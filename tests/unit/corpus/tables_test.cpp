#include <gtest/gtest.h>

#include "corpus/label_table.h"
#include "corpus/title_table.h"
#include "unit/corpus/test_files.h"

namespace linktrail {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(LabelTable, SortsNamesArticlesAndLabels) {
  const LabelTable table({{9, "music"}, {3, "sport"}, {9, "art"}, {9, "music"}, {3, "Zoo"}});

  EXPECT_THAT(table.names(), ElementsAre("Zoo", "art", "music", "sport"));
  EXPECT_THAT(table.qids(), ElementsAre(3, 9));
  EXPECT_THAT(table.labels_of(3), ElementsAre(0, 3));
  EXPECT_THAT(table.labels_of(9), ElementsAre(1, 2));
  EXPECT_THAT(table.labels_of(4), IsEmpty());
  EXPECT_THAT(table.labels_of(10), IsEmpty());
}

TEST(LabelTable, LoadsFiles) {
  const test::TempDir dir;
  const std::vector<InputFile> files{test::input_file(dir.write("a", "Q1\tx\n")),
                                     test::input_file(dir.write("b", "Q1\ty\n"))};

  const LabelTable table = LabelTable::load(files);

  EXPECT_THAT(table.labels_of(1), ElementsAre(0, 1));
  EXPECT_TRUE(LabelTable().empty());
}

TEST(LabelTable, RefusesFilesWithoutAnyLabelAndNamesThem) {
  const test::TempDir dir;
  const std::vector<InputFile> files{test::input_file(dir.write("a", "")), test::input_file(dir.write("b", "\n\n"))};

  const std::string fault = test::error_of<InputError>([&] { LabelTable::load(files); });

  EXPECT_THAT(fault, ::testing::AllOf(HasSubstr(files[0].path), HasSubstr(files[1].path), HasSubstr("no label")));
}

class Titles : public ::testing::Test {
 protected:
  TitleTable load(std::string_view text) const {
    const std::vector<InputFile> files{test::input_file(dir_.write("titles", text))};
    return TitleTable::load(files);
  }
  test::TempDir dir_;
};

TEST_F(Titles, AreFoundBothWays) {
  const TitleTable table = load("Q2\tÅland\nQ1\tÁedán_mac_Gabráin\n");

  EXPECT_EQ(table.title_of(1), "Áedán_mac_Gabráin");
  EXPECT_EQ(table.find("Áedán mac Gabráin"), 1);
  EXPECT_EQ(table.find("Áedán_mac_Gabráin"), 1);
  EXPECT_EQ(table.find("Åland"), 2);
  EXPECT_EQ(table.find("åland"), kNoQid);
  EXPECT_EQ(table.find("Ålan"), kNoQid);
  EXPECT_EQ(table.title_of(3), "");
}

TEST_F(Titles, FollowTheOrderOfTheRows) {
  const TitleTable table = load("Q5\tdog\nQ3\tdog\nQ5\tdomestic dog\nQ3\tcad\n");

  EXPECT_EQ(table.find("dog"), 5);
  EXPECT_EQ(table.title_of(5), "dog");
  EXPECT_EQ(table.title_of(3), "dog");
  EXPECT_EQ(table.find("cad"), 3);
}

TEST_F(Titles, AreChosenByWiki) {
  const TitleTable table = load("enwiki\tQ5\tGift\ndewiki\tQ6\tGift\ndewiki\tQ5\tGeschenk\nenwiki\tQ6\tPoison\n");

  EXPECT_EQ(table.find("Gift"), 5);
  EXPECT_EQ(table.find("Gift", "dewiki"), 6);
  EXPECT_EQ(table.title_of(5, "dewiki"), "Geschenk");
  EXPECT_EQ(table.title_of(5, "frwiki"), "");
  EXPECT_EQ(table.title_of(6), "Gift");
  EXPECT_EQ(table.size(), 4U);
}

}  // namespace
}  // namespace linktrail
