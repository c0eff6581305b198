#include "comm/shared_window.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/lazy_memory.h"

namespace linktrail::comm {

namespace {

[[noreturn]] void fail(const char* operation, std::size_t bytes) {
  throw CommError(
      fmt::format("shared memory of a node: {} of {} bytes failed: {}; start one rank a node, or allow more "
                  "memory",
                  operation, bytes, std::strerror(errno)));
}

// Closes itself.
class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() {
    if (number_ >= 0) close(number_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

// How another rank finds a segment. The inode proves that it is the right file, were the process another one of the
// same number in another container.
struct Address {
  pid_t process = 0;
  int descriptor = -1;
  ino_t inode = 0;
  std::size_t bytes = 0;
};

ino_t inode_of(int descriptor, std::size_t bytes) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) fail("fstat", bytes);
  return status.st_ino;
}

int create_segment(std::size_t bytes) {
  if (bytes == 0) return -1;
  const int descriptor = memfd_create("linktrail", MFD_CLOEXEC);
  if (descriptor < 0) fail("memfd_create", bytes);
  if (ftruncate(descriptor, static_cast<off_t>(bytes)) != 0) {
    close(descriptor);
    fail("ftruncate", bytes);
  }
  return descriptor;
}

std::shared_ptr<void> map_segment(const Address& address) {
  if (address.bytes == 0) return nullptr;
  const std::string path = fmt::format("/proc/{}/fd/{}", address.process, address.descriptor);
  const FileDescriptor file(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.is_open()) fail("open", address.bytes);
  if (inode_of(file.number(), address.bytes) != address.inode) {
    errno = ESTALE;
    fail("open", address.bytes);
  }
  // Over aligned addresses, so that huge pages are possible.
  std::shared_ptr<void> range = reserve_addresses(address.bytes);
  void* memory = mmap(range.get(), address.bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file.number(), 0);
  if (memory == MAP_FAILED) fail("mmap", address.bytes);
  if (address.bytes >= 2 * kHugePageBytes) madvise(memory, address.bytes, MADV_HUGEPAGE);  // a wish
  return range;
}

}  // namespace

SharedWindow::SharedWindow(std::size_t bytes, const Communicator& node, const Communicator& all) {
  // One rank's memory may be private, which has huge pages on more machines than shared memory.
  const bool alone = node.size() == 1;
  const FileDescriptor own(agreed(all, [&] { return alone ? -1 : create_segment(bytes); }));
  const Address address = agreed(all, [&] {
    const ino_t inode = own.is_open() ? inode_of(own.number(), bytes) : 0;
    return Address{.process = getpid(), .descriptor = own.number(), .inode = inode, .bytes = bytes};
  });
  const std::vector<Address> addresses = all_gather(address, node);
  agreed(all, [&] {
    for (const Address& one : addresses) segments_.push_back(alone ? reserve_zeroed(bytes) : map_segment(one));
  });
  // agreed() returns when all ranks have mapped, so the descriptors may be closed.
}

}  // namespace linktrail::comm
