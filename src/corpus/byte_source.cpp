// One driver feeds file blocks to a decoder and decides what the end of the file means; the three
// decoders only translate their library's calls into (consumed, produced, stream ended).
#include "corpus/byte_source.h"

#include <bzlib.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <optional>
#include <vector>

namespace linktrail {

namespace {

// Large enough that the system call costs nothing beside decompression, small enough for the L2 cache.
constexpr std::size_t kFileBlockBytes = 256UL << 10;

class FileDescriptor {
 public:
  explicit FileDescriptor(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

class PlainSource : public ByteSource {
 public:
  PlainSource(const std::string& path, std::uint64_t begin) : fd_(path) {
    if (fd_.get() < 0) fail("cannot be opened");
    posix_fadvise(fd_.get(), static_cast<off_t>(begin), 0, POSIX_FADV_SEQUENTIAL);
    if (::lseek(fd_.get(), static_cast<off_t>(begin), SEEK_SET) < 0) fail("cannot be positioned");
  }

  std::size_t read(std::span<char> out) override {
    while (true) {
      const ssize_t got = ::read(fd_.get(), out.data(), out.size());
      if (got >= 0) {
        taken_ += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
      }
      if (errno != EINTR) fail("cannot be read");
    }
  }

  std::uint64_t file_bytes_read() const override { return taken_; }

 private:
  [[noreturn]] static void fail(const char* what) {
    throw ByteFault{std::string(what) + " (" + std::strerror(errno) + ")",
                    "check the path, its permissions and the disk"};
  }

  FileDescriptor fd_;
  std::uint64_t taken_ = 0;
};

struct Progress {
  std::size_t consumed = 0;
  std::size_t produced = 0;
  bool stream_ended = false;
};

// Decodes one stream after another. decode() throws ByteFault on corrupt data.
class Decoder {
 public:
  Decoder() = default;
  virtual ~Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  virtual Progress decode(std::span<const char> in, std::span<char> out) = 0;
  virtual void start_next_stream() = 0;

  // Whether zero bytes may follow the last stream up to the end of the file, as gzip allows: tapes and copies in blocks
  // leave them behind.
  virtual bool may_be_padded() const { return false; }
};

[[noreturn]] void corrupt(const std::string& reason) {
  throw ByteFault{"corrupt compressed data (" + reason + ")", "fetch or export it again"};
}

// The C interfaces take counts of 32 bits; our blocks are far smaller, larger ones are simply cut.
unsigned narrow_count(std::size_t count) { return static_cast<unsigned>(std::min<std::size_t>(count, 1UL << 30)); }

class GzipDecoder : public Decoder {
 public:
  GzipDecoder() {
    constexpr int kGzipOnly = 15 + 16;  // zlib: the largest window, and gzip framing with its checksum
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipDecoder() override { inflateEnd(&stream_); }

  Progress decode(std::span<const char> in, std::span<char> out) override {
    const unsigned in_size = narrow_count(in.size()), out_size = narrow_count(out.size());
    // zlib promises not to write through next_in, but declares it without const unless ZLIB_CONST is set.
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(in.data()));
    stream_.avail_in = in_size;
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = out_size;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
      corrupt(stream_.msg != nullptr ? stream_.msg : "gzip");
    return {in_size - stream_.avail_in, out_size - stream_.avail_out, status == Z_STREAM_END};
  }
  void start_next_stream() override { inflateReset(&stream_); }
  bool may_be_padded() const override { return true; }

 private:
  z_stream stream_{};
};

class Bzip2Decoder : public Decoder {
 public:
  Bzip2Decoder() { start(); }
  ~Bzip2Decoder() override { BZ2_bzDecompressEnd(&stream_); }

  Progress decode(std::span<const char> in, std::span<char> out) override {
    const unsigned in_size = narrow_count(in.size()), out_size = narrow_count(out.size());
    stream_.next_in = const_cast<char*>(in.data());  // not written through, as with zlib
    stream_.avail_in = in_size;
    stream_.next_out = out.data();
    stream_.avail_out = out_size;
    const int status = BZ2_bzDecompress(&stream_);
    if (status != BZ_OK && status != BZ_STREAM_END) corrupt("bzip2 error " + std::to_string(status));
    return {in_size - stream_.avail_in, out_size - stream_.avail_out, status == BZ_STREAM_END};
  }
  void start_next_stream() override {
    BZ2_bzDecompressEnd(&stream_);
    start();
  }

 private:
  void start() {
    stream_ = {};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
  }

  bz_stream stream_{};
};

class ZstdDecoder : public Decoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    if (!context_) throw std::bad_alloc();
    // Dumps are often packed with --long=31; the frame says so, and memory follows the frame, not this limit.
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, 31);
  }

  Progress decode(std::span<const char> in, std::span<char> out) override {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const std::size_t hint = ZSTD_decompressStream(context_.get(), &output, &input);
    if (ZSTD_isError(hint) != 0) corrupt(std::string("zstd: ") + ZSTD_getErrorName(hint));
    return {input.pos, output.pos, hint == 0};
  }
  void start_next_stream() override { ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only); }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_;
};

class CompressedSource : public ByteSource {
 public:
  CompressedSource(const std::string& path, std::unique_ptr<Decoder> decoder)
      : file_(path, 0), decoder_(std::move(decoder)), block_(kFileBlockBytes) {}

  std::size_t read(std::span<char> out) override {
    if (fault_) throw *fault_;
    std::size_t produced = 0;
    try {
      while (produced < out.size() && step(out, produced)) {
      }
    } catch (const ByteFault& fault) {
      if (produced == 0) throw;
      fault_ = fault;  // the good bytes before it go first
    }
    return produced;
  }

  std::uint64_t file_bytes_read() const override { return file_.file_bytes_read(); }

 private:
  // One call of the decoder; false at the end of the file.
  bool step(std::span<char> out, std::size_t& produced) {
    if (input_.empty() && !file_ended_) refill();
    if (input_.empty() && !in_stream_) return false;
    if (!in_stream_ && any_stream_ && decoder_->may_be_padded() && input_.front() == 0) {
      skip_padding();
      return false;
    }
    if (!in_stream_ && any_stream_) decoder_->start_next_stream();
    any_stream_ = in_stream_ = true;
    const Progress progress = decoder_->decode(input_, out.subspan(produced));
    input_ = input_.subspan(progress.consumed);
    produced += progress.produced;
    if (progress.stream_ended)
      in_stream_ = false;
    else if (input_.empty() && file_ended_ && progress.produced == 0)
      throw ByteFault{"truncated compressed data", "the file is truncated; fetch or export it again"};
    return true;
  }

  // To the end of the file. Padding hides nothing: a byte behind it that is not zero is a fault.
  void skip_padding() {
    while (!input_.empty()) {
      if (std::any_of(input_.begin(), input_.end(), [](char byte) { return byte != 0; }))
        corrupt("data behind zero bytes that follow the end");
      refill();
    }
  }

  void refill() {
    const std::size_t got = file_.read(block_);
    input_ = std::span<const char>(block_).first(got);
    file_ended_ = got == 0;
  }

  PlainSource file_;
  std::unique_ptr<Decoder> decoder_;
  std::vector<char> block_;
  std::span<const char> input_;  // the part of block_ not yet decoded
  bool file_ended_ = false;
  bool in_stream_ = false;
  bool any_stream_ = false;
  std::optional<ByteFault> fault_;
};

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const InputFile& file, std::uint64_t begin) {
  switch (file.compression) {
    case Compression::kGzip:
      return std::make_unique<CompressedSource>(file.path, std::make_unique<GzipDecoder>());
    case Compression::kBzip2:
      return std::make_unique<CompressedSource>(file.path, std::make_unique<Bzip2Decoder>());
    case Compression::kZstd:
      return std::make_unique<CompressedSource>(file.path, std::make_unique<ZstdDecoder>());
    case Compression::kNone:
      break;
  }
  return std::make_unique<PlainSource>(file.path, begin);
}

}  // namespace linktrail
