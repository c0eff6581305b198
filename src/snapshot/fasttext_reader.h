// Reads fastText's model file, version 12: the models that were served before linktrail, and the model.bin of a
// snapshot.
//
// The file is checked as a whole when it is opened; rows are read when asked for, so that a model larger than memory
// can be read in pieces. Only models whose rows are words: subwords, word n-grams and quantised matrices are refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "core/matrix.h"
#include "snapshot/export.h"

namespace linktrail {

enum class FastTextMatrix { kInput, kOutput };

class FastTextReader {
 public:
  // Throws InputError naming the file: missing, another format or version, truncated, sizes that disagree.
  explicit FastTextReader(std::filesystem::path path);

  const FastTextArgs& args() const { return args_; }
  std::uint32_t dim() const { return dim_; }

  // Words are the rows of the input matrix in its order, and of the output matrix too unless there are labels. The word
  // "</s>" stands for the end of a line.
  std::size_t words() const { return words_; }
  std::string_view word(std::size_t i) const { return entry(i); }
  // Of a supervised model, in the order of the output rows: as fasttext_label() writes them.
  std::size_t labels() const { return ends_.size() - words_; }
  std::string_view label(std::size_t i) const { return entry(words_ + i); }

  // Rows [begin, begin + count). Throws InputError if they cannot be read.
  Matrix rows(FastTextMatrix matrix, std::uint64_t begin, std::uint64_t count);

 private:
  struct Place {
    std::uint64_t begin = 0;  // byte of the first row
    std::uint64_t rows = 0;
  };

  template <class T>
  T value();
  [[noreturn]] void refuse(std::string what, std::string expected, std::string found, std::string advice) const;
  [[noreturn]] void refuse_truncated() const;
  void read_arguments();
  void read_dictionary();
  void read_entry(std::int8_t type);
  Place read_matrix_head(std::string_view name, std::uint64_t rows);
  void check_end(const Place& last);
  std::string_view entry(std::size_t i) const;

  std::filesystem::path path_;
  std::ifstream file_;
  std::uint64_t bytes_ = 0;
  FastTextArgs args_;
  std::uint32_t dim_ = 0;
  std::uint64_t buckets_ = 0;  // rows behind the words that no word uses
  std::string text_;           // all words and labels, one behind the other
  std::vector<std::uint64_t> ends_;
  std::size_t words_ = 0;
  Place input_;
  Place output_;
};

// Whether the file starts as fastText's do. Not for a file that cannot be read.
bool is_fasttext_file(const std::filesystem::path& path);

}  // namespace linktrail
