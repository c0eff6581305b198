// The table of --qids: TSV with a header that names wiki_db, page_id and qid, a row a page.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "core/ids.h"
#include "corpus/line_reader.h"

namespace linktrail {

struct QidColumns {
  std::size_t wiki = 0, page = 1, qid = 2, count = 3;
};

// Reads the first line of `file`. Throws InputError unless it names the three columns.
QidColumns read_qid_header(const InputFile& file);

// Calls on_row for each further row with a QID ("Q42" or "42"; empty and NULL are none) of the piece, until it returns
// false; whether there may be more rows. Throws InputError with file and line for a row that is none.
bool read_qid_rows(LineReader& lines, const QidColumns& columns,
                   const std::function<bool(std::string_view wiki, std::uint32_t page, Qid qid)>& on_row);

}  // namespace linktrail
