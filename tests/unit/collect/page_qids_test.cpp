// The page-to-QID table.
#include "collect/page_qids.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "core/error.h"

namespace linktrail {
namespace {

namespace fs = std::filesystem;

// The rows of a table with this text; the text of the fault in place of a row that is refused.
std::vector<std::string> read(const std::string& text) {
  const std::string path = fs::temp_directory_path() / ("linktrail-page-qids-" + std::to_string(::getpid()));
  std::ofstream(path) << text;
  std::vector<std::string> result;
  try {
    const InputFile file{path, fs::file_size(path), Compression::kNone};
    const PageQidColumns columns = read_page_qid_header(file);
    LineReader lines(file, {0, 0, file.bytes});
    PageQid row;
    std::string_view line;
    lines.next(line);
    while (lines.next(line))
      result.push_back(parse_page_qid(lines, line, columns, row)
                           ? std::string(row.wiki) + std::to_string(row.page) + "=" + std::to_string(row.qid)
                           : "none");
  } catch (const InputError& error) {
    result.emplace_back(error.what());
  }
  fs::remove(path);
  return result;
}

TEST(PageQids, ColumnsAreFoundByNameAndQidsInBothSpellings) {
  EXPECT_THAT(read("qid\tx\tpage_id\twiki_db\nQ42\t\t7\tenwiki\n43\t\t8\tenwiki\nNULL\t\t9\tenwiki\n"),
              testing::ElementsAre("enwiki7=42", "enwiki8=43", "none"));
}

TEST(PageQids, WhatIsWrongIsRefusedWithItsLine) {
  const std::string header = "wiki_db\tpage_id\tqid\n";
  EXPECT_THAT(read("").at(0), testing::HasSubstr("empty"));
  EXPECT_THAT(read("enwiki\t7\tQ42\n").at(0), testing::HasSubstr("header"));
  EXPECT_THAT(read("wiki_db\tpage_id\tqid\tqid\n").at(0), testing::HasSubstr("header"));
  for (const char* row : {"enwiki\t7", "enwiki\t7\tQ42\tx", "enwiki\t0\tQ42", "enwiki\tx\tQ42", "enwiki\t7\tx42",
                          "enwiki\t7\tQ042", "\t7\tQ42"})
    EXPECT_THAT(read(header + row + "\n").at(0), testing::HasSubstr(":2:")) << row;
}

}  // namespace
}  // namespace linktrail
