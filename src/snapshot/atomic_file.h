// Files that appear whole or not at all.
//
// Bytes go to PATH.partial; commit() syncs it and renames it to PATH, which POSIX makes atomic within a file system.
// A reader, a crash or a full disk never leaves a half-written PATH, and an older PATH survives until the rename.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace linktrail {

class AtomicFile {
 public:
  // Creates PATH.partial, replacing one that a killed run left. PATH is what `path` points at if it is a symbolic link.
  // Throws StorageError, also if a device, a pipe or a folder stands there.
  explicit AtomicFile(const std::filesystem::path& path);
  // Removes PATH.partial unless committed.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // Appends; buffered. Throws StorageError, e.g. on a full disk, with the advice to free space.
  void write(std::string_view bytes);

  // Appends the object representation: little-endian, as every format here asks (asserted in the .cpp).
  template <class T>
  void write_value(const T& value) {
    write_values(std::span<const T>(&value, 1));
  }
  template <class T>
  void write_values(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    write({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  }

  // Flushes, syncs, renames and syncs the folder. Nothing may be written afterwards. Throws StorageError.
  void commit();

  std::uint64_t bytes_written() const { return written_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  void flush();
  void close_quietly() noexcept;

  std::filesystem::path path_;
  std::filesystem::path partial_;
  std::string buffer_;
  std::uint64_t written_ = 0;
  int descriptor_ = -1;
  bool committed_ = false;
};

void write_text_atomically(const std::filesystem::path& path, std::string_view text);

// The whole of a small text file. Throws InputError if it cannot be read.
std::string read_text(const std::filesystem::path& path);

// Makes the names in `folder` durable, or the content of a file. Throw StorageError.
void sync_folder(const std::filesystem::path& folder);
void sync_file(const std::filesystem::path& file);

// mkdir -p. Throws StorageError.
void create_folders(const std::filesystem::path& folder);

// StorageError for a failed system call: "PATH: cannot VERB: ERRNO TEXT; ADVICE". The advice follows from
// `error_number`.
[[noreturn]] void throw_storage_error(const std::filesystem::path& path, std::string_view verb, int error_number);

}  // namespace linktrail
