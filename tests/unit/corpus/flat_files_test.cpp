#include "corpus/flat_files.h"

#include <gtest/gtest.h>

#include <tuple>

#include "unit/corpus/test_files.h"

namespace linktrail {
namespace {

using test::error_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using QidList = std::vector<Qid>;

class FlatFiles : public ::testing::Test {
 protected:
  InputFile write(std::string_view bytes) const { return test::input_file(dir_.write("flat", bytes)); }

  std::vector<QidList> sessions(std::string_view text) const { return sessions(write(text), {0, 0, text.size()}); }

  static std::vector<QidList> sessions(const InputFile& file, const Piece& piece) {
    std::vector<QidList> all;
    LineReader lines(file, piece);
    read_sessions(lines, [&](std::span<const Qid> session) { all.emplace_back(session.begin(), session.end()); });
    return all;
  }

  struct Row {
    std::string wiki;
    std::int64_t page;
    Qid from;
    QidList outlinks;
    bool operator==(const Row&) const = default;
  };

  std::vector<Row> links(std::string_view text) const {
    const InputFile file = write(text);
    std::vector<Row> rows;
    LineReader lines(file, {0, 0, file.bytes});
    read_links(lines, read_link_header(file), [&](const LinkRow& row) {
      rows.push_back({std::string(row.wiki_db), row.page_id, row.qid_from, {row.outlinks.begin(), row.outlinks.end()}});
    });
    return rows;
  }

  test::TempDir dir_;
};

TEST_F(FlatFiles, SessionsAreOneALineAndEmptyLinesAreNone) {
  EXPECT_THAT(sessions("Q1 Q2 Q1\n\n  \r\nQ3\r\n Q4  Q5 "), ElementsAre(QidList{1, 2, 1}, QidList{3}, QidList{4, 5}));
}

TEST_F(FlatFiles, ABadTokenIsNamedWithItsLine) {
  const std::string error = error_of<InputError>([&] { sessions("Q1 Q2\nQ3 Dog Q4\n"); });

  EXPECT_THAT(error, AllOf(HasSubstr("flat:2:"), HasSubstr("expected QIDs such as Q42"), HasSubstr("'Dog'")));
}

TEST_F(FlatFiles, ABadTokenOfASplitFileIsNamedWithTheLineOfTheFile) {
  const InputFile file = write("Q1\nQ2\nQ3\nQ4\nQx\nQ6\n");

  EXPECT_THAT(error_of<InputError>([&] { sessions(file, {0, 7, file.bytes}); }), HasSubstr("flat:5:"));
}

TEST_F(FlatFiles, LinkRowsFollowTheHeaderInAnyOrder) {
  const Row row{"enwiki", 12, 7, {1, 2}};

  EXPECT_THAT(links("wiki_db\tpid_from\tqid_from\toutlinks\nenwiki\t12\tQ7\tQ1 Q2\n"), ElementsAre(row));
  EXPECT_THAT(links("outlinks\tqid_from\tpid_from\twiki_db\r\nQ1 Q2\tQ7\t12\tenwiki\r\n"), ElementsAre(row));
  EXPECT_THAT(links("qid_from\textra\twiki_db\toutlinks\tpid_from\nQ7\tx\tenwiki\tQ1 Q2\t12\n"), ElementsAre(row));
}

TEST_F(FlatFiles, MissingSourcesAndOutlinksAreKeptAsRows) {
  const std::string header = "wiki_db\tpid_from\tqid_from\toutlinks\n";

  EXPECT_THAT(
      links(header + "w\t1\t\tQ1\nw\t2\tNULL\tQ1\nw\t3\tNone\tQ1\nw\t4\tQ4\t\n\n"),
      ElementsAre(Row{"w", 1, kNoQid, {1}}, Row{"w", 2, kNoQid, {1}}, Row{"w", 3, kNoQid, {1}}, Row{"w", 4, 4, {}}));
}

TEST_F(FlatFiles, FaultyLinkHeadersAreRefused) {
  const auto fault = [&](std::string_view text) { return error_of<InputError>([&] { links(text); }); };

  EXPECT_THAT(fault(""), AllOf(HasSubstr("header"), HasSubstr("empty")));
  EXPECT_THAT(fault("enwiki\t12\tQ7\tQ1 Q2\n"), AllOf(HasSubstr("flat:1:"), HasSubstr("header"), HasSubstr("enwiki")));
  EXPECT_THAT(fault("wiki_db\tpid_from\toutlinks\n"), HasSubstr("lacks a column"));
  EXPECT_THAT(fault("wiki_db\tpid_from\tqid_from\toutlinks\toutlinks\n"), HasSubstr("twice"));
}

TEST_F(FlatFiles, FaultyLinkRowsAreRefused) {
  const std::string header = "wiki_db\tpid_from\tqid_from\toutlinks\n";
  const auto fault = [&](std::string_view row) {
    return error_of<InputError>([&] { links(header + std::string(row)); });
  };

  EXPECT_THAT(fault("w\t1\tQ1\n"), AllOf(HasSubstr("flat:2:"), HasSubstr("4 tab-separated"), HasSubstr("3 columns")));
  EXPECT_THAT(fault("w\tone\tQ1\tQ2\n"), HasSubstr("page id"));
  EXPECT_THAT(fault("w\t1\tP1\tQ2\n"), HasSubstr("'P1'"));
  EXPECT_THAT(fault("w\t1\tQ1\tQ2 3\n"), HasSubstr("'3'"));
}

TEST_F(FlatFiles, TheHeaderLineIsSkippedOnlyByThePieceThatHoldsIt) {
  const InputFile file = write("wiki_db\tpid_from\tqid_from\toutlinks\nw\t1\tQ1\tQ2\nw\t2\tQ2\tQ3\n");
  const LinkColumns columns = read_link_header(file);

  for (std::uint64_t cut = 0; cut <= file.bytes; ++cut) {
    std::vector<Qid> from;
    for (const Piece& piece : {Piece{0, 0, cut}, Piece{0, cut, file.bytes}}) {
      LineReader lines(file, piece);
      read_links(lines, columns, [&](const LinkRow& row) { from.push_back(row.qid_from); });
    }
    EXPECT_THAT(from, ElementsAre(1, 2)) << "cut at " << cut;
  }
}

TEST_F(FlatFiles, AHeadIsCheckedAndCountedNoFurtherThanItsRecords) {
  const std::string header = "wiki_db\tpid_from\tqid_from\toutlinks\n";
  const auto repeated = [](std::string_view line, std::uint64_t times) {
    std::string text;
    for (std::uint64_t i = 0; i < times; ++i) text += line;
    return text;
  };
  const auto links = [&](const std::string& text) { return check_links_head(write(text)); };
  const auto sessions = [&](const std::string& text) { return check_sessions_head(write(text)); };

  EXPECT_EQ(links(header), 0U);
  EXPECT_EQ(links(header + "\nw\t1\tQ1\tQ2\n"), 1U);
  EXPECT_EQ(links(header + repeated("w\t1\tQ1\tQ2\n", kHeadRecords) + "never looked at"), kHeadRecords);
  EXPECT_EQ(sessions("\n\n"), 0U);
  EXPECT_EQ(sessions(repeated("Q1 Q2\n", kHeadRecords) + "never looked at"), kHeadRecords);
  EXPECT_THAT(error_of<InputError>([&] { links("w\t1\tQ1\tQ2\n"); }), HasSubstr("header"));
  EXPECT_THAT(error_of<InputError>([&] { links(header + "w\t1\tQ1\n"); }), HasSubstr("flat:2:"));
  EXPECT_THAT(error_of<InputError>([&] { sessions("Q1\nParis\n"); }), HasSubstr("flat:2:"));
}

TEST_F(FlatFiles, LabelsNeedTwoFields) {
  const auto read = [&](std::string_view text) {
    std::vector<std::pair<Qid, std::string>> all;
    const InputFile file = write(text);
    LineReader lines(file, {0, 0, file.bytes});
    read_labels(lines, [&](Qid qid, std::string_view label) { all.emplace_back(qid, label); });
    return all;
  };

  EXPECT_THAT(read("Q1\tArts and music\nQ1\tB\n"), ElementsAre(std::pair(1, "Arts and music"), std::pair(1, "B")));
  EXPECT_THAT(error_of<InputError>([&] { read("Q1\n"); }), HasSubstr("flat:1:"));
  EXPECT_THAT(error_of<InputError>([&] { read("Q1\ta\nQ2\t\n"); }), HasSubstr("flat:2:"));
  EXPECT_THAT(error_of<InputError>([&] { read("1\ta\n"); }), HasSubstr("'1'"));
}

TEST_F(FlatFiles, TitlesHaveTwoOrThreeFields) {
  using Title = std::tuple<std::string, Qid, std::string>;
  const auto read = [&](std::string_view text) {
    std::vector<Title> all;
    const InputFile file = write(text);
    LineReader lines(file, {0, 0, file.bytes});
    read_titles(lines,
                [&](std::string_view wiki, Qid qid, std::string_view title) { all.emplace_back(wiki, qid, title); });
    return all;
  };

  EXPECT_THAT(read("Q1\tÅland\ndewiki\tQ2\tHund\n"), ElementsAre(Title{"", 1, "Åland"}, Title{"dewiki", 2, "Hund"}));
  EXPECT_THAT(error_of<InputError>([&] { read("Q1\n"); }), HasSubstr("wiki_db<TAB>qid<TAB>title"));
}

TEST_F(FlatFiles, ForEachFileReadsEveryFileWhole) {
  const std::vector<InputFile> files{test::input_file(dir_.write("a", "1\n2\n")),
                                     test::input_file(dir_.write("b", "3"))};
  std::vector<std::string> all;

  for_each_file(files, [&](LineReader& lines) {
    for (std::string_view line; lines.next(line);) all.emplace_back(line);
  });

  EXPECT_THAT(all, ElementsAre("1", "2", "3"));
}

}  // namespace
}  // namespace linktrail
