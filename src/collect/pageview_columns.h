// Which column of an exported pageview log holds what, from the names in its header line.
#pragma once

#include <cstdint>

#include "corpus/input_set.h"

namespace linktrail {

// Positions from 0; kNone for a column that the export does not have.
struct PageviewColumns {
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  static constexpr std::uint32_t kMost = 64;  // columns of a row

  std::uint32_t actor = kNone, time = kNone, wiki = kNone, page = kNone;          // always there
  std::uint32_t name_space = kNone, agent = kNone, access = kNone, flag = kNone;  // where present
  std::uint32_t count = 0;
  std::uint32_t wiki_is_project = 0;  // 1: the wiki column holds projects such as en.wikipedia
};

// Reads the first line of `file`. Known names, in any order, others are ignored; "table.column", as Hive writes it, is
// "column": actor or actor_signature or actor_signature_per_project_family; timestamp, ts or dt; wiki_db, or else
// project; page_id; namespace or namespace_id; agent_type; access_method; is_pageview.
// Throws InputError for an empty file, a needed column that is missing, or two columns of one meaning. The message
// does not quote the line: without a header it is a row of the log, which names a reader.
PageviewColumns read_pageview_header(const InputFile& file);

}  // namespace linktrail
