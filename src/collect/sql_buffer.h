// The bytes of a dump, as a window that a parser walks through: any line length, with line numbers for messages.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "corpus/byte_source.h"

namespace linktrail {

class SqlBuffer {
 public:
  // What is kept readable, and zero, behind the window: scans by blocks need no check of their own.
  static constexpr std::size_t kPadding = 64;

  // Throws InputError if the file cannot be opened.
  explicit SqlBuffer(const InputFile& file);

  // The unread bytes. Valid until more().
  char* begin() { return buffer_.data() + begin_; }
  char* end() { return buffer_.data() + end_; }

  // The bytes before `position`, which lies in the window, are done with. O(1).
  void consume_to(const char* position) { begin_ = static_cast<std::size_t>(position - buffer_.data()); }

  // Moves the unread bytes to the front and reads more behind them, growing the buffer if they fill it. False at the
  // end of the file. Throws InputError with file and line if the bytes are truncated or corrupt.
  bool more();

  // Number (from 1) of the line that `position` lies in. O(window).
  std::uint64_t line_at(const char* position) const;

  // InputError at `position`.
  InputError fault(const char* position, const std::string& what, const std::string& expected,
                   const std::string& advice) const;

  const std::string& path() const { return path_; }
  std::uint64_t file_bytes_read() const { return source_->file_bytes_read(); }

 private:
  std::string path_;
  std::unique_ptr<ByteSource> source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t lines_before_ = 0;  // newlines in the bytes that have left the buffer
};

}  // namespace linktrail
