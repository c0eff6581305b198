#include "snapshot/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "snapshot/atomic_file.h"

namespace linktrail {
namespace {

std::string own_name() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("process {} on {}", ::getpid(), host.data());
}

// What the holder wrote; empty if it has not come to that yet.
std::string holder_of(int descriptor) {
  std::array<char, 512> text{};
  const ssize_t bytes = ::pread(descriptor, text.data(), text.size(), 0);
  return bytes > 0 ? printable({text.data(), static_cast<std::size_t>(bytes)}, text.size()) : "unknown";
}

// The holder before us removes its file; a lock on a file that has lost its name locks nobody out.
bool has_its_name(int descriptor, const std::filesystem::path& path) {
  struct stat open_file {};
  struct stat named_file {};
  return ::fstat(descriptor, &open_file) == 0 && ::stat(path.c_str(), &named_file) == 0 &&
         open_file.st_ino == named_file.st_ino && open_file.st_dev == named_file.st_dev;
}

// What flock(2) said.
enum class Attempt { kLocked, kTaken, kUnsupported };

// Closes the descriptor if it throws.
Attempt try_lock(int descriptor, const std::filesystem::path& path) {
  int status = 0;
  while ((status = ::flock(descriptor, LOCK_EX | LOCK_NB)) != 0 && errno == EINTR) {
  }
  if (status == 0) return Attempt::kLocked;
  if (errno == EWOULDBLOCK) return Attempt::kTaken;
  if (errno == ENOSYS || errno == EOPNOTSUPP || errno == ENOLCK) return Attempt::kUnsupported;
  const int error_number = errno;
  ::close(descriptor);
  throw_storage_error(path, "lock", error_number);
}

void write_holder(int descriptor) {
  const std::string text = own_name();
  // A courtesy to whoever is locked out; without it the lock holds just as well.
  if (::ftruncate(descriptor, 0) == 0) static_cast<void>(::pwrite(descriptor, text.data(), text.size(), 0) == 0);
}

}  // namespace

RunLock::RunLock(std::filesystem::path path, const std::string& what) : path_(std::move(path)) {
  while (descriptor_ < 0) {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw_storage_error(path_, "open the lock file", errno);
    const Attempt attempt = try_lock(descriptor_, path_);
    held_ = attempt == Attempt::kLocked;
    if (attempt == Attempt::kTaken) {
      const std::string holder = holder_of(descriptor_);
      ::close(descriptor_);
      throw StorageError(
          fmt::format("{} is being written by another run ({}, which holds {}); wait for its end, or choose "
                      "another name",
                      what, holder, path_.string()));
    }
    if (held_ && !has_its_name(descriptor_, path_)) ::close(std::exchange(descriptor_, -1));
  }
  if (held_) write_holder(descriptor_);
}

RunLock::~RunLock() {
  std::error_code ignored;
  if (held_) std::filesystem::remove(path_, ignored);  // before the lock goes, or it would be the next run's file
  ::close(descriptor_);
}

}  // namespace linktrail
