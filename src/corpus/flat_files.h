// The four flat files of linktrail (docs/file-formats.md): sessions, pagelinks, labels, titles.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "corpus/line_reader.h"

namespace linktrail {

// Calls on_session once for each non-empty line. Throws InputError at a token that is no QID.
void read_sessions(LineReader& lines, const std::function<void(std::span<const Qid>)>& on_session);

// One article in one wiki.
struct LinkRow {
  std::string_view wiki_db;
  std::int64_t page_id = 0;
  Qid qid_from = kNoQid;          // kNoQid where the field is empty, "NULL" or "None"
  std::span<const Qid> outlinks;  // as in the file: may be empty, may repeat
};

// The header names the columns, in any order: wiki_db, pid_from, qid_from, outlinks.
struct LinkColumns {
  std::size_t wiki_db = 0, page_id = 1, qid_from = 2, outlinks = 3, count = 4;
};

// Reads the first line of `file`. Throws InputError unless it names the four columns once each.
LinkColumns read_link_header(const InputFile& file);

// Calls on_row for each row of the piece; the header line (line 1 of the file) is skipped.
void read_links(LineReader& lines, const LinkColumns& columns, const std::function<void(const LinkRow&)>& on_row);

// qid<TAB>label, several rows an article allowed.
void read_labels(LineReader& lines, const std::function<void(Qid, std::string_view label)>& on_label);

// qid<TAB>title or wiki_db<TAB>qid<TAB>title; wiki_db is empty for the former.
void read_titles(LineReader& lines,
                 const std::function<void(std::string_view wiki_db, Qid qid, std::string_view title)>& on_title);

// What a look at the start of a file reads at most: enough to tell a wrong file, and cheap for any size.
inline constexpr std::uint64_t kHeadRecords = 1000;

// The number of sessions, or of pagelinks rows, at the start of `file`, at most kHeadRecords; 0 only if it has none.
// Throws InputError for a wrong header or record among them.
std::uint64_t check_sessions_head(const InputFile& file);
std::uint64_t check_links_head(const InputFile& file);

// Calls `read(lines)` for every file of `files`, each as one piece. For small tables that one rank reads whole.
void for_each_file(std::span<const InputFile> files, const std::function<void(LineReader&)>& read);

}  // namespace linktrail
