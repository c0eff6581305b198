// This rank's rows of the page-to-QID tables, one after the other.
#pragma once

#include <string_view>
#include <vector>

#include "collect/page_qids.h"
#include "comm/agreement.h"
#include "comm/collectives.h"
#include "dist/piece_lines.h"

namespace linktrail::dist {

class PageQidLines {
 public:
  // Collective: the root reads the headers. Throws AgreedError, on all ranks, for a table that is none. `tables` must
  // outlive this, and be the same on all ranks.
  PageQidLines(std::span<const InputFile> tables, const comm::Communicator& comm)
      : columns_(read_headers(tables, comm)), lines_(tables, comm, LineText::kPrivate) {}

  // Moves to the next row with a QID; false behind the last. Not collective. Throws InputError.
  bool next(PageQid& row) {
    std::string_view line;
    while (lines_.next(line)) {
      if (line.empty() || lines_.reader().is_first_of_file()) continue;
      if (parse_page_qid(lines_.reader(), line, columns_[lines_.file()], row)) return true;
    }
    return false;
  }

 private:
  static std::vector<PageQidColumns> read_headers(std::span<const InputFile> tables, const comm::Communicator& comm) {
    std::vector<PageQidColumns> columns;
    comm::agreed_on_root(comm, [&] {
      for (const InputFile& table : tables) columns.push_back(read_page_qid_header(table));
    });
    return comm::broadcast(std::move(columns), 0, comm);
  }

  std::vector<PageQidColumns> columns_;
  PieceLines lines_;
};

}  // namespace linktrail::dist
