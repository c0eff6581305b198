// The page-to-QID table: TSV with the header wiki_db, page_id, qid, a row a page.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/ids.h"
#include "corpus/line_reader.h"

namespace linktrail {

struct PageQid {
  std::string_view wiki;  // of the line
  std::uint32_t page = 0;
  Qid qid = kNoQid;
};

// The header names the columns, in any order, others are ignored.
struct PageQidColumns {
  std::uint32_t wiki = 0, page = 1, qid = 2, count = 3;
};

// Reads the first line of `file`. Throws InputError unless it names the three columns once each.
PageQidColumns read_page_qid_header(const InputFile& file);

// Reads the row that `lines` returned. False for a row without a QID (empty, NULL). A QID is Q42 or 42.
// Throws InputError, with file and line, for a row that is none; it quotes fields, never a row.
bool parse_page_qid(const LineReader& lines, std::string_view line, const PageQidColumns& columns, PageQid& row);

}  // namespace linktrail
