// Who parses which dump, and the rows of a rank's own dumps one after the other, as far as there is room for them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "collect/dump_files.h"
#include "collect/dump_rows.h"
#include "comm/communicator.h"

namespace linktrail::dist {

// Collective. find_dumps, read_heads and expect_tables by rank 0, known to every rank.
DumpSet find_dumps_on_root(const std::string& folder, std::span<const std::string> wikis,
                           std::span<const DumpTable> tables, const comm::Communicator& comm);

// The files for each rank, whole: the largest first, to the rank with least so far. The same on every rank.
std::vector<std::vector<const DumpFile*>> plan_files(const DumpSet& dumps, int ranks);

// What a rank has read.
struct InputTally {
  std::uint64_t rows[kDumpTables.size()] = {};
  std::uint64_t malformed = 0;
  std::vector<std::string> notes;
};

// The rows of one table in the files of a rank.
template <class Rows, class Row>
class TableFeed {
 public:
  TableFeed(std::span<const DumpFile* const> files, DumpTable table, InputTally& tally) : table_(table), tally_(tally) {
    for (const DumpFile* file : files)
      if (file->table == table) files_.push_back(file);
  }

  // Calls on_row(wiki, row) until full() holds; whether there may be more.
  template <class OnRow, class Full>
  bool run(OnRow&& on_row, Full&& full) {
    for (; next_ < files_.size(); finish_file()) {
      if (!rows_) rows_ = std::make_unique<Rows>(*files_[next_]);
      std::uint64_t& count = tally_.rows[static_cast<std::size_t>(table_)];
      Row row;
      while (rows_->next(row)) {
        ++count;
        on_row(files_[next_]->wiki, row);
        if (full()) return true;
      }
    }
    return false;
  }

  // Of the files themselves, so far.
  std::uint64_t file_bytes() const { return done_bytes_ + (rows_ ? rows_->rows().dump().file_bytes_read() : 0); }

 private:
  void finish_file();

  DumpTable table_;
  InputTally& tally_;
  std::vector<const DumpFile*> files_;
  std::size_t next_ = 0;
  std::unique_ptr<Rows> rows_;
  std::uint64_t done_bytes_ = 0;
};

void note_end_of_file(const DumpRows& rows, InputTally& tally);

template <class Rows, class Row>
void TableFeed<Rows, Row>::finish_file() {
  note_end_of_file(rows_->rows(), tally_);
  done_bytes_ += files_[next_]->input.bytes;
  rows_.reset();
  ++next_;
}

}  // namespace linktrail::dist
