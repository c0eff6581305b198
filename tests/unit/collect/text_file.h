// A folder of small files for the tests of dumps.
#pragma once

#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "corpus/input_set.h"

namespace linktrail::test {

class TextFolder {
 public:
  TextFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "linktrail-collect-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TextFolder() { std::filesystem::remove_all(path_); }
  TextFolder(const TextFolder&) = delete;
  TextFolder& operator=(const TextFolder&) = delete;

  std::string path(const std::string& name = "") const { return (path_ / name).string(); }

  InputFile write(const std::string& name, std::string_view text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return file(name);
  }
  InputFile write_gzip(const std::string& name, std::string_view text) const {
    gzFile stream = ::gzopen(path(name).c_str(), "wb");
    ::gzwrite(stream, text.data(), static_cast<unsigned>(text.size()));
    ::gzclose(stream);
    return file(name);
  }

 private:
  InputFile file(const std::string& name) const {
    return {path(name), std::filesystem::file_size(path(name)), detect_compression(path(name))};
  }

  std::filesystem::path path_;
};

}  // namespace linktrail::test
