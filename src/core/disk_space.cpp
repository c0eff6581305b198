#include "core/disk_space.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/checked_cast.h"
#include "core/error.h"

namespace linktrail {
namespace {

// 0 or an errno.
int compare_with_free_space(int descriptor, std::uint64_t bytes) {
  struct statvfs found {};
  if (::fstatvfs(descriptor, &found) != 0) return errno;
  return std::uint64_t{found.f_bavail} * found.f_frsize < bytes ? ENOSPC : 0;
}

// 0 or an errno.
int allocate(int descriptor, std::uint64_t begin, std::uint64_t bytes) {
  int status = 0;
  do {
    status = ::fallocate(descriptor, 0, checked_cast<off_t>(begin), checked_cast<off_t>(bytes)) == 0 ? 0 : errno;
  } while (status == EINTR);
  return status == EOPNOTSUPP || status == ENOSYS ? compare_with_free_space(descriptor, bytes) : status;
}

}  // namespace

void reserve_space(const std::string& path, std::uint64_t begin, std::uint64_t end) {
  if (end <= begin) return;
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const int status = descriptor < 0 ? errno : allocate(descriptor, begin, end - begin);
  if (descriptor >= 0) ::close(descriptor);
  if (status != 0)
    throw StorageError(
        fmt::format("{}: cannot reserve {} bytes of disk: {}; free some space there, or choose another output", path,
                    end - begin, std::strerror(status)));
}

}  // namespace linktrail
