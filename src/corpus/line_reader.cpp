// A block buffer over a ByteSource. Lines inside the block are handed out where they lie; only a line
// that crosses the end of the block moves, once, to its front. NUL bytes are searched for a block at a time.
#include "corpus/line_reader.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/error.h"
#include "corpus/byte_source.h"

namespace linktrail {

namespace {

constexpr std::size_t kBlockBytes = 256UL << 10;  // fits the L2 cache beside the decoder's own window
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kNone = ~std::size_t{0};

std::uint64_t count_newlines(const InputFile& file, std::uint64_t end) {
  const auto source = open_bytes(file, 0);
  std::vector<char> block(kBlockBytes);
  std::uint64_t lines = 0;
  for (std::uint64_t offset = 0; offset < end;) {
    const std::size_t got = source->read(std::span(block).first(std::min<std::uint64_t>(block.size(), end - offset)));
    if (got == 0) break;
    lines +=
        static_cast<std::uint64_t>(std::count(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(got), '\n'));
    offset += got;
  }
  return lines;
}

}  // namespace

struct LineReader::State {
  InputFile file;
  std::unique_ptr<ByteSource> source;
  std::vector<char> buffer = std::vector<char>(kBlockBytes);
  std::size_t begin = 0;  // the unread bytes are buffer[begin .. end)
  std::size_t end = 0;
  std::size_t nul = kNone;         // position of the first NUL byte in them
  std::uint64_t offset = 0;        // of buffer[begin] in the decompressed file
  std::uint64_t piece_end = 0;     // lines start before this offset
  std::uint64_t first_offset = 0;  // where the first line of this piece starts
  std::uint64_t lines = 0;         // returned so far
  std::uint64_t mark = 0;          // bytes of the byte order mark: they belong to the first line
  bool ended = false;
  LineText text;

  State(const InputFile& input, const Piece& piece, LineText line_text) : file(input), text(line_text) {
    const bool cut = file.compression == Compression::kNone;
    const bool inner = cut && piece.begin > 0;
    piece_end = cut ? piece.end : ~std::uint64_t{0};
    offset = inner ? piece.begin - 1 : 0;
    open();
    if (inner)
      skip_partial_line();
    else
      skip_byte_order_mark();
    first_offset = inner ? offset : 0;
  }

  void open() {
    try {
      source = open_bytes(file, offset);
    } catch (const ByteFault& fault) {
      throw input_error({.what = fault.what, .file = file.path, .expected = {}, .found = {}, .advice = fault.advice});
    }
  }

  // Number in the file of the n-th line of this piece (from 0).
  std::uint64_t line_of(std::uint64_t n) const {
    return n + 1 +
           (first_offset > 0 && file.compression == Compression::kNone ? count_newlines(file, first_offset) : 0);
  }

  std::size_t read_source() {
    try {
      return source->read(std::span(buffer).subspan(end));
    } catch (const ByteFault& fault) {
      throw input_error({.what = fault.what,
                         .file = file.path,
                         .line = line_of(lines),
                         .expected = {},
                         .found = {},
                         .advice = fault.advice});
    }
  }

  // Reads more behind the unread bytes; false at the end of the file.
  bool refill() {
    if (ended) return false;
    if (begin > 0) {
      std::memmove(buffer.data(), buffer.data() + begin, end - begin);
      if (nul != kNone) nul -= begin;
      end -= begin;
      begin = 0;
    }
    if (end == buffer.size()) buffer.resize(buffer.size() * 2);
    const std::size_t got = read_source();
    if (nul == kNone && got > 0) {
      const void* hit = std::memchr(buffer.data() + end, 0, got);
      if (hit != nullptr) nul = static_cast<std::size_t>(static_cast<const char*>(hit) - buffer.data());
    }
    end += got;
    ended = got == 0;
    return got > 0;
  }

  void consume(std::size_t bytes) {
    begin += bytes;
    offset += bytes;
    if (nul != kNone && nul < begin) find_nul();
  }

  void find_nul() {
    const void* hit = end > begin ? std::memchr(buffer.data() + begin, 0, end - begin) : nullptr;
    nul = hit == nullptr ? kNone : static_cast<std::size_t>(static_cast<const char*>(hit) - buffer.data());
  }

  // To the start of the first line that starts in the piece: the byte before the piece is looked at too.
  void skip_partial_line() {
    while (true) {
      const void* hit = end > begin ? std::memchr(buffer.data() + begin, '\n', end - begin) : nullptr;
      if (hit != nullptr) {
        consume(static_cast<std::size_t>(static_cast<const char*>(hit) - (buffer.data() + begin)) + 1);
        return;
      }
      consume(end - begin);
      if (offset >= piece_end || !refill()) return;
    }
  }

  void skip_byte_order_mark() {
    while (end < kByteOrderMark.size() && refill()) {
    }
    if (std::string_view(buffer.data(), end).starts_with(kByteOrderMark)) mark = kByteOrderMark.size();
    consume(mark);
  }

  [[noreturn]] void refuse(const char* what, const std::string& expected, std::string_view found,
                           const char* advice) const {
    throw input_error({.what = what,
                       .file = file.path,
                       .line = line_of(lines),
                       .expected = expected,
                       .found = text == LineText::kPrivate ? std::string{} : std::string(found.substr(0, 64)),
                       .advice = advice});
  }

  bool next(std::string_view& line) {
    if (offset - (lines == 0 ? mark : 0) >= piece_end) return false;
    std::size_t searched = 0, length = 0;
    bool newline = false;
    while (true) {
      const char* start = buffer.data() + begin;
      const std::size_t unread = end - begin;
      const void* hit = unread > searched ? std::memchr(start + searched, '\n', unread - searched) : nullptr;
      newline = hit != nullptr;
      length = newline ? static_cast<std::size_t>(static_cast<const char*>(hit) - start) : unread;
      if (newline || length > kMaxLineBytes || !refill()) break;
      searched = length;
    }
    if (length == 0 && !newline) return false;
    line = std::string_view(buffer.data() + begin, length);
    check(line);
    consume(length + (newline ? 1 : 0));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++lines;
    return true;
  }

  void check(std::string_view line) const {
    if (nul != kNone && nul < begin + line.size())
      refuse("NUL byte in a text line", "UTF-8 text", line.substr(nul - begin >= 16 ? nul - begin - 16 : 0),
             "the file is damaged or binary; fetch or export it again");
    if (line.size() > kMaxLineBytes)
      refuse("line too long", "at most " + std::to_string(kMaxLineBytes) + " bytes", line,
             "check that the file has line breaks and is a flat file");
  }
};

LineReader::LineReader(const InputFile& file, const Piece& piece, LineText text)
    : state_(std::make_unique<State>(file, piece, text)) {}
LineReader::~LineReader() = default;
LineReader::LineReader(LineReader&&) noexcept = default;

bool LineReader::next(std::string_view& line) { return state_->next(line); }

const std::string& LineReader::path() const { return state_->file.path; }

bool LineReader::is_first_of_file() const { return state_->lines == 1 && state_->first_offset == 0; }

std::uint64_t LineReader::line_number() const { return state_->lines == 0 ? 0 : state_->line_of(state_->lines - 1); }

void refuse_line(const LineReader& lines, const char* what, const char* expected, std::string_view found,
                 const char* advice) {
  throw input_error({.what = what,
                     .file = lines.path(),
                     .line = lines.line_number(),
                     .expected = expected,
                     .found = std::string(found),
                     .advice = advice});
}

}  // namespace linktrail
