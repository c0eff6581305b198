// A small disk for tests, without rights or mounts: this process cannot write past `bytes` of any file (EFBIG where a
// full disk says ENOSPC; both come out of the same calls). Also on the files that MPI shares between ranks, so keep it
// short.
#pragma once

#include <sys/resource.h>

#include <csignal>

namespace linktrail::test {

class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &previous_);
    const rlimit lowered{.rlim_cur = bytes, .rlim_max = previous_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &lowered);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &previous_);
    std::signal(SIGXFSZ, signal_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit previous_{};
  void (*signal_)(int);
};

}  // namespace linktrail::test
