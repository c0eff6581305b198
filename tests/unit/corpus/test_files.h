// Small files for tests, in a folder that goes away with the test.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "corpus/input_set.h"
#include "corpus/line_reader.h"

namespace linktrail::test {

class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "linktrail-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

  // Writes `bytes` to a file of the folder and returns its path.
  std::string write(const std::string& name, std::string_view bytes) const {
    std::ofstream out(file(name), std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file(name);
  }

 private:
  std::string path_;
};

inline std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline InputFile input_file(const std::string& path) {
  return {path, std::filesystem::file_size(path), detect_compression(path)};
}

inline std::vector<std::string> lines_of(const InputFile& file, const Piece& piece) {
  LineReader reader(file, piece);
  std::vector<std::string> lines;
  for (std::string_view line; reader.next(line);) lines.emplace_back(line);
  return lines;
}

inline std::vector<std::string> lines_of(const InputFile& file) { return lines_of(file, {0, 0, file.bytes}); }

// The text of the error that `work` throws; fails the test if it throws none.
template <class Thrown, class Work>
std::string error_of(Work&& work) {
  try {
    work();
  } catch (const Thrown& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace linktrail::test
