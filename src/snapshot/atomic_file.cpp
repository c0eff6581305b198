// POSIX calls are used directly: streams can neither fsync nor tell why a write failed.
#include "snapshot/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/output_path.h"

namespace linktrail {
namespace {

static_assert(std::endian::native == std::endian::little, "the binary formats are written as they stand in memory");

// One write a MiB: large enough that the call costs nothing beside the copy, small enough to stay in cache.
constexpr std::size_t kBufferBytes = 1 << 20;

std::string_view advice_for(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return "free some space there, or choose another output";
    case EACCES:
    case EPERM:
    case EROFS:
      return "choose a folder that you may write to";
    case ENOENT:
      return "create the folder first";
    case ENOTDIR:
      return "a part of the path is a file, not a folder; choose another output";
    case EXDEV:
      return "both must be on one file system";
    default:
      return "check the disk and the path";
  }
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

void sync_path(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) throw_storage_error(path, "open", errno);
  const int status = ::fsync(descriptor);
  const int error_number = errno;
  ::close(descriptor);
  // Some network file systems refuse to sync folders; their rename is as durable as they can make it.
  if (status != 0 && error_number != EINVAL) throw_storage_error(path, "sync", error_number);
}

}  // namespace

void throw_storage_error(const std::filesystem::path& path, std::string_view verb, int error_number) {
  throw StorageError(fmt::format("{}: cannot {}: {}; {}", path.string(), verb,
                                 std::generic_category().message(error_number), advice_for(error_number)));
}

AtomicFile::AtomicFile(const std::filesystem::path& path) : path_(output_path(path)), partial_(path_) {
  partial_ += ".partial";
  descriptor_ = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw_storage_error(partial_, "create", errno);
  buffer_.reserve(kBufferBytes);
}

AtomicFile::~AtomicFile() {
  close_quietly();
  std::error_code ignored;
  if (!committed_) std::filesystem::remove(partial_, ignored);
}

void AtomicFile::close_quietly() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void AtomicFile::write(std::string_view bytes) {
  written_ += bytes.size();
  while (!bytes.empty()) {
    const std::size_t taken = std::min(bytes.size(), kBufferBytes - buffer_.size());
    buffer_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (buffer_.size() == kBufferBytes) flush();
  }
}

void AtomicFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t done = ::write(descriptor_, rest.data(), rest.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw_storage_error(partial_, "write", errno);
    rest.remove_prefix(static_cast<std::size_t>(done));
  }
  buffer_.clear();
}

void AtomicFile::commit() {
  flush();
  if (::fsync(descriptor_) != 0) throw_storage_error(partial_, "sync", errno);
  const int status = ::close(std::exchange(descriptor_, -1));
  if (status != 0) throw_storage_error(partial_, "close", errno);
  if (::rename(partial_.c_str(), path_.c_str()) != 0) throw_storage_error(path_, "rename into place", errno);
  committed_ = true;
  sync_folder(folder_of(path_));
}

void write_text_atomically(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || (in.peek() != std::ifstream::traits_type::eof() && !(text << in.rdbuf())))
    throw input_error({.what = "cannot be read",
                       .file = path.string(),
                       .expected = "",
                       .found = "",
                       .advice = "check that the file exists"});
  return text.str();
}

void sync_folder(const std::filesystem::path& folder) { sync_path(folder, O_RDONLY | O_DIRECTORY); }

void sync_file(const std::filesystem::path& file) { sync_path(file, O_RDONLY); }

void create_folders(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw_storage_error(folder, "create the folder", error.value());
}

}  // namespace linktrail
