#include "corpus/flat_writers.h"

#include <gtest/gtest.h>

#include "unit/corpus/test_files.h"

namespace linktrail {
namespace {

using test::error_of;
using test::lines_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(FlatWriters, WriteWhatTheReadersRead) {
  const test::TempDir dir;
  const std::vector<Qid> qids{1, 9223372036854775807};
  SessionWriter sessions(dir.file("s"));
  LinkWriter links(dir.file("l"));
  LabelWriter labels(dir.file("b"));
  TitleWriter titles(dir.file("t"));

  sessions.write(qids);
  sessions.finish();
  links.write({.wiki_db = "enwiki", .page_id = 3, .qid_from = 7, .outlinks = qids});
  links.write({.wiki_db = "enwiki", .page_id = 4, .qid_from = kNoQid, .outlinks = {}});
  links.finish();
  labels.write(5, "STEM");
  labels.finish();
  titles.write(5, "Åland");
  titles.write(5, "Aland", "dewiki");
  titles.finish();

  EXPECT_EQ(test::read_all(dir.file("s")), "Q1 Q9223372036854775807\n");
  EXPECT_EQ(test::read_all(dir.file("l")),
            "wiki_db\tpid_from\tqid_from\toutlinks\nenwiki\t3\tQ7\tQ1 Q9223372036854775807\nenwiki\t4\tNULL\t\n");
  EXPECT_EQ(test::read_all(dir.file("b")), "Q5\tSTEM\n");
  EXPECT_EQ(test::read_all(dir.file("t")), "Q5\tÅland\ndewiki\tQ5\tAland\n");
}

TEST(FlatWriters, CompressByTheSuffix) {
  const test::TempDir dir;
  SessionWriter writer(dir.file("s.gz"));
  const std::vector<Qid> session{1, 2, 3};

  for (int i = 0; i < 100000; ++i) writer.write(session);
  writer.finish();

  const InputFile file = test::input_file(dir.file("s.gz"));
  EXPECT_EQ(file.compression, Compression::kGzip);
  const std::vector<std::string> lines = lines_of(file);
  EXPECT_EQ(lines.size(), 100000U);
  EXPECT_EQ(lines.back(), "Q1 Q2 Q3");
}

TEST(FlatWriters, ShowTheNameOnlyWhenFinished) {
  const test::TempDir dir;
  {
    SessionWriter writer(dir.file("s"));
    writer.write(std::vector<Qid>{1});
    EXPECT_FALSE(std::filesystem::exists(dir.file("s")));
    EXPECT_TRUE(std::filesystem::exists(dir.file("s.partial")));
  }

  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(FlatWriters, ReportAnUnwritableFolder) {
  const std::string error = error_of<StorageError>([] { SessionWriter writer("/nonexistent-folder/s"); });

  EXPECT_THAT(error, HasSubstr("/nonexistent-folder/s.partial: cannot be written"));
}

TEST(FlatWriters, RefuseTextThatWouldBreakTheFormat) {
  const test::TempDir dir;
  LabelWriter writer(dir.file("l"));

  EXPECT_THROW(writer.write(1, "two\tfields"), StorageError);
  EXPECT_THROW(writer.write(1, "two\nlines"), StorageError);
}

}  // namespace
}  // namespace linktrail
