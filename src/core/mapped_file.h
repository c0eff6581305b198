// A file as read-only memory: nothing is read until it is touched, and the system may drop it again at any time.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace linktrail {

class MappedFile {
 public:
  MappedFile() = default;
  // Throws InputError if the file is missing, unreadable or no regular file. An empty file maps to no bytes. A file
  // that is cut while it is mapped ends the process (SIGBUS) when the missing part is touched, as with every mapping:
  // files of a snapshot never change.
  explicit MappedFile(const std::filesystem::path& path);

  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(memory_.get()), size_}; }
  const std::filesystem::path& path() const { return path_; }

  // Says that the bytes will be touched here and there, so that the system reads single pages rather than runs of them.
  void expect_random_access(std::span<const std::byte> part) const;

 private:
  std::filesystem::path path_;
  std::shared_ptr<const void> memory_;
  std::size_t size_ = 0;
};

}  // namespace linktrail
