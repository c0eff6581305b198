#include "collect/sql_buffer.h"

#include <algorithm>
#include <cstring>

namespace linktrail {

namespace {

constexpr std::size_t kWindowBytes = 256UL << 10;  // fits the L2 cache beside the decoder's own window

std::uint64_t newlines(const char* begin, const char* end) {
  return static_cast<std::uint64_t>(std::count(begin, end, '\n'));
}

}  // namespace

SqlBuffer::SqlBuffer(const InputFile& file) : path_(file.path), buffer_(kWindowBytes + kPadding) {
  try {
    source_ = open_bytes(file, 0);
  } catch (const ByteFault& fault) {
    throw input_error({.what = fault.what, .file = path_, .advice = fault.advice});
  }
}

bool SqlBuffer::more() {
  if (begin_ > 0) {
    lines_before_ += newlines(buffer_.data(), buffer_.data() + begin_);
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ + kPadding == buffer_.size()) buffer_.resize((buffer_.size() - kPadding) * 2 + kPadding);
  try {
    const std::size_t got = source_->read({buffer_.data() + end_, buffer_.size() - kPadding - end_});
    end_ += got;
    std::memset(buffer_.data() + end_, 0, kPadding);
    return got > 0;
  } catch (const ByteFault& fault) {
    throw input_error(
        {.what = fault.what, .file = path_, .line = line_at(buffer_.data() + end_), .advice = fault.advice});
  }
}

std::uint64_t SqlBuffer::line_at(const char* position) const {
  return lines_before_ + newlines(buffer_.data(), position) + 1;
}

InputError SqlBuffer::fault(const char* position, const std::string& what, const std::string& expected,
                            const std::string& advice) const {
  const auto left = static_cast<std::size_t>(buffer_.data() + end_ - position);
  return input_error(
      {.what = what,
       .file = path_,
       .line = line_at(position),
       .expected = expected,
       .found = left == 0 ? "the end of the file" : std::string(position, std::min<std::size_t>(left, 60)),
       .advice = advice});
}

}  // namespace linktrail
