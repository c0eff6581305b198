// Files as a bad disk or a broken copy leaves them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>

namespace linktrail::test {

// visit(byte, bit) with each bit of the file turned, one at a time; the file is whole again afterwards.
template <class Visit>
void for_each_flip(const std::filesystem::path& path, Visit visit) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto put = [&](std::uintmax_t at, char byte) {
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte);
    file.flush();
  };
  const std::uintmax_t size = std::filesystem::file_size(path);
  for (std::uintmax_t at = 0; at < size; ++at) {
    file.seekg(static_cast<std::streamoff>(at));
    const auto byte = static_cast<char>(file.get());
    for (int bit = 0; bit < 8; ++bit) {
      put(at, static_cast<char>(byte ^ (1 << bit)));
      visit(at, bit);
    }
    put(at, byte);
  }
}

// visit(size) with the file cut to each size below its own, from the largest on.
template <class Visit>
void for_each_cut(const std::filesystem::path& path, Visit visit) {
  for (std::uintmax_t size = std::filesystem::file_size(path); size-- > 0;) {
    std::filesystem::resize_file(path, size);
    visit(size);
  }
}

}  // namespace linktrail::test
