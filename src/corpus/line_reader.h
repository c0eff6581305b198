// Lines of a piece of a file: plain, gzip, bzip2 or zstd, with any number of members or frames.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "corpus/input_set.h"
#include "corpus/shard_plan.h"

namespace linktrail {

// A longer line is refused: no session or article row comes near it, broken files do.
inline constexpr std::size_t kMaxLineBytes = 4UL << 20;

// Whether messages may quote lines. Those of logs of readers may not: they name people.
enum class LineText { kQuoted, kPrivate };

class LineReader {
 public:
  LineReader(const InputFile& file, const Piece& piece, LineText text = LineText::kQuoted);
  ~LineReader();
  LineReader(LineReader&&) noexcept;

  // Moves to the next line that starts in the piece; false at its end. The view is valid until the
  // next call and has no "\n" or "\r\n". Throws InputError for truncated or corrupt compressed data,
  // a line over kMaxLineBytes, or a NUL byte, with file and line.
  bool next(std::string_view& line);

  const std::string& path() const;

  // Whether the line last returned is the first of the whole file. O(1).
  bool is_first_of_file() const;

  // Number (from 1) in the whole file of the line last returned. For a piece that starts inside a plain
  // file this counts the newlines before it: O(file), for messages only.
  std::uint64_t line_number() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Throws InputError about the line that `lines` last returned. `found` is quoted: leave it empty where lines are
// private.
[[noreturn]] void refuse_line(const LineReader& lines, const char* what, const char* expected, std::string_view found,
                              const char* advice);

}  // namespace linktrail
