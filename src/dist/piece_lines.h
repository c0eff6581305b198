// The lines of the pieces that a shard plan gives to this rank, one after the other.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "comm/communicator.h"
#include "corpus/line_reader.h"
#include "corpus/shard_plan.h"

namespace linktrail::dist {

class PieceLines {
 public:
  // Not collective. `files` must outlive this, and be the same on all ranks.
  PieceLines(std::span<const InputFile> files, const comm::Communicator& comm, LineText text = LineText::kQuoted)
      : files_(files),
        plan_(plan_shards(files, comm.size())),
        mine_(plan_.of_rank[static_cast<std::size_t>(comm.rank())]),
        text_(text) {}

  // Moves to the next line; false at the end of the last piece, and from then on.
  bool next(std::string_view& line) {
    while (true) {
      if (lines_ && lines_->next(line)) return true;
      lines_.reset();
      if (at_ == mine_.size()) return false;
      const Piece& piece = plan_.pieces[mine_[at_++]];
      file_ = piece.file;
      lines_.emplace(files_[file_], piece, text_);
    }
  }

  bool ended() const { return at_ == mine_.size() && !lines_; }
  std::size_t file() const { return file_; }            // of the line last returned: its position in `files`
  const LineReader& reader() const { return *lines_; }  // of the line last returned

 private:
  std::span<const InputFile> files_;
  ShardPlan plan_;
  std::vector<std::size_t> mine_;
  LineText text_;
  std::size_t at_ = 0, file_ = 0;
  std::optional<LineReader> lines_;
};

}  // namespace linktrail::dist
