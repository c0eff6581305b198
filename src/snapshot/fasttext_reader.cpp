#include "snapshot/fasttext_reader.h"

#include <fmt/format.h>

#include "core/error.h"
#include "snapshot/fasttext_layout.h"

namespace linktrail {

using namespace formats;

FastTextReader::FastTextReader(std::filesystem::path path) : path_(std::move(path)), file_(path_, std::ios::binary) {
  std::error_code fault;
  bytes_ = std::filesystem::file_size(path_, fault);
  if (!file_ || fault)
    refuse("cannot be read", "a model of fastText", "no such file, or no right to read it", "check the path");
  read_arguments();
  read_dictionary();
  input_ = read_matrix_head("input", words_ + buckets_);
  file_.seekg(static_cast<std::streamoff>(input_.begin + input_.rows * dim_ * sizeof(float)));
  output_ = read_matrix_head("output", args_.model == FastTextModel::kSupervised ? labels() : words_);
  check_end(output_);
}

template <class T>
T FastTextReader::value() {
  T read{};
  file_.read(reinterpret_cast<char*>(&read), sizeof(read));
  if (!file_) refuse_truncated();
  return read;
}

void FastTextReader::refuse(std::string what, std::string expected, std::string found, std::string advice) const {
  throw input_error({std::move(what), path_.string(), 0, std::move(expected), std::move(found), std::move(advice)});
}

void FastTextReader::refuse_truncated() const {
  refuse("truncated", "a whole model of fastText", fmt::format("only {} bytes", bytes_), "copy the file again");
}

void FastTextReader::read_arguments() {
  if (bytes_ < sizeof(std::int32_t)) refuse_truncated();
  if (const auto magic = value<std::int32_t>(); magic != kFastTextMagic)
    refuse("no model of fastText", fmt::format("the number {} at its start", kFastTextMagic), std::to_string(magic),
           "give a .bin file of fastText");
  if (const auto version = value<std::int32_t>(); version != kFastTextVersion)
    refuse("another version of fastText's file", fmt::format("version {}", kFastTextVersion), std::to_string(version),
           "train with fastText 0.9");
  const auto dim = value<std::int32_t>();
  if (dim < 1) refuse("damaged", "vectors of dim 1 or more", std::to_string(dim), "copy the file again");
  dim_ = static_cast<std::uint32_t>(dim);
  args_.window = value<std::int32_t>();
  args_.epochs = value<std::int32_t>();
  args_.min_count = value<std::int32_t>();
  args_.negatives = value<std::int32_t>();
  const auto ngrams = value<std::int32_t>();
  args_.loss = static_cast<FastTextLoss>(value<std::int32_t>());
  args_.model = static_cast<FastTextModel>(value<std::int32_t>());
  const auto buckets = value<std::int32_t>();
  value<std::int32_t>();  // shortest subword: has no meaning without a longest
  const auto longest = value<std::int32_t>();
  value<std::int32_t>();  // how often fastText lowers its rate
  args_.subsample = value<double>();
  if (ngrams > 1 || longest > 0)
    refuse("vectors are made of parts of words", "a model of whole words",
           fmt::format("word n-grams of {}, subwords of {}", ngrams, longest), "train it with -wordNgrams 1 -maxn 0");
  if (buckets < 0) refuse("damaged", "0 or more buckets", std::to_string(buckets), "copy the file again");
  buckets_ = static_cast<std::uint64_t>(buckets);
}

void FastTextReader::read_dictionary() {
  const auto size = value<std::int32_t>();
  const auto words = value<std::int32_t>();
  const auto labels = value<std::int32_t>();
  value<std::int64_t>();  // tokens of the training text
  const auto pruned = value<std::int64_t>();
  if (words < 0 || labels < 0 || std::int64_t{words} + labels != size)
    refuse("damaged dictionary", fmt::format("{} entries", size), fmt::format("{} words and {} labels", words, labels),
           "copy the file again");
  if (pruned != kNotPruned)
    refuse("a pruned model", "all rows", fmt::format("{} kept", pruned), "use the model from before `quantize`");
  words_ = static_cast<std::size_t>(words);
  for (std::int32_t i = 0; i < size; ++i) read_entry(i < words ? kWordEntry : kLabelEntry);
}

void FastTextReader::read_entry(std::int8_t type) {
  std::string word;
  if (!std::getline(file_, word, '\0') || file_.eof()) refuse_truncated();
  value<std::int64_t>();  // occurrences
  if (const auto found = value<std::int8_t>(); found != type)
    refuse("damaged dictionary", fmt::format("type {} of '{}'", type, printable(word)), std::to_string(found),
           "copy the file again");
  text_ += word;
  ends_.push_back(text_.size());
}

FastTextReader::Place FastTextReader::read_matrix_head(std::string_view name, std::uint64_t rows) {
  if (const auto quantized = value<std::uint8_t>(); quantized != kNotQuantized)
    refuse("a quantised model", "float32 vectors", fmt::format("a quantised {} matrix", name),
           "use the .bin from before `quantize`");
  const auto found_rows = value<std::int64_t>();
  const auto found_dim = value<std::int64_t>();
  if (found_rows != static_cast<std::int64_t>(rows) || found_dim != dim_)
    refuse(fmt::format("damaged {} matrix", name), fmt::format("{} rows of {}", rows, dim_),
           fmt::format("{} rows of {}", found_rows, found_dim), "copy the file again");
  const Place place{.begin = static_cast<std::uint64_t>(file_.tellg()), .rows = rows};
  if (place.begin + rows * dim_ * sizeof(float) > bytes_) refuse_truncated();
  return place;
}

void FastTextReader::check_end(const Place& last) {
  const std::uint64_t expected = last.begin + last.rows * dim_ * sizeof(float);
  if (expected != bytes_)
    refuse("more than a model", fmt::format("{} bytes", expected), std::to_string(bytes_), "copy the file again");
}

std::string_view FastTextReader::entry(std::size_t i) const {
  const std::uint64_t begin = i == 0 ? 0 : ends_[i - 1];
  return std::string_view(text_).substr(begin, ends_[i] - begin);
}

Matrix FastTextReader::rows(FastTextMatrix matrix, std::uint64_t begin, std::uint64_t count) {
  const Place& place = matrix == FastTextMatrix::kInput ? input_ : output_;
  if (begin + count > place.rows)
    refuse("rows out of range", fmt::format("at most {}", place.rows), std::to_string(begin + count),
           "report this fault");
  Matrix read(count, dim_);
  file_.seekg(static_cast<std::streamoff>(place.begin + begin * dim_ * sizeof(float)));
  for (std::uint64_t i = 0; i < count && file_; ++i)
    file_.read(reinterpret_cast<char*>(read.row_data(i)), static_cast<std::streamsize>(dim_ * sizeof(float)));
  if (!file_)
    refuse("cannot be read to its end", "all rows", "a failed read", "check the disk, or copy the file again");
  return read;
}

bool is_fasttext_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::int32_t magic = 0;
  file.read(reinterpret_cast<char*>(&magic), sizeof(magic));
  return file && magic == kFastTextMagic;
}

}  // namespace linktrail
