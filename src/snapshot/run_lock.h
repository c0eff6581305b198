// One run at a time: an advisory lock on a file, held as long as the object lives.
//
// flock(2), so the kernel drops it when the process ends, however it ends; a lock file left by a killed run locks
// nothing.
#pragma once

#include <filesystem>
#include <string>

namespace linktrail {

class RunLock {
 public:
  // Creates the file and locks it. `what` names the locked thing in messages. Throws StorageError at once if another
  // run holds the lock (it says which), or if the file cannot be made.
  RunLock(std::filesystem::path path, const std::string& what);
  // Removes the file and gives the lock up.
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  // False where the file system knows no locks (Lustre without -o flock): then nothing is locked out.
  bool held() const { return held_; }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  bool held_ = false;
};

}  // namespace linktrail
