// fastText's model file, version 12, as fastText 0.9 loads it: arguments, dictionary, input matrix, output matrix.
//
// There are no subwords and no word n-grams, so the hash bucket has 0 rows. The end of a row is fastText's word "</s>":
// a supervised model has it, since every prediction adds it; a reader model goes without, since it is no article and
// must not come back as a neighbour. fastText takes a missing "</s>" as unknown.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/checked_cast.h"
#include "core/error.h"
#include "snapshot/atomic_file.h"
#include "snapshot/fasttext_layout.h"
#include "snapshot/formats.h"

namespace linktrail::formats {
namespace {

constexpr std::int32_t kLearningRateUpdates = 100;  // fastText's default; has no meaning after training
// fastText's hash table has 30 million slots and its lookup never ends once they are all taken.
constexpr std::size_t kMaxEntries = 30'000'000 - 1;
constexpr std::size_t kEndEntries = 1;

bool is_supervised(const ExportView& view) { return view.args.model == FastTextModel::kSupervised; }

void refuse(std::string what, std::string expected, std::string found, std::string advice) {
  throw input_error(
      {std::move(what), "export fasttext-bin", 0, std::move(expected), std::move(found), std::move(advice)});
}

void check_fasttext(const ExportView& view) {
  const std::size_t outputs = is_supervised(view) ? view.labels.size() : view.qids.size();
  if (is_supervised(view) && view.labels.empty())
    refuse("a supervised model needs its labels", "at least one label", "none", "train with --labels");
  if (is_supervised(view) ? view.output.rows != outputs : view.output.rows != 0 && view.output.rows != outputs)
    refuse("output vectors do not fit", fmt::format("{} rows", outputs), std::to_string(view.output.rows),
           "export from the folder of a trained model");
  if (!view.label_counts.empty() && view.label_counts.size() != view.labels.size())
    refuse("label counts do not fit", fmt::format("{} counts", view.labels.size()),
           std::to_string(view.label_counts.size()), "export from the folder of a trained model");
  if (view.end.rows > kEndEntries || (view.end.rows > 0 && view.end.dim != view.input.dim))
    refuse("the end of a row does not fit", fmt::format("one vector of {}", view.input.dim),
           fmt::format("{} of {}", view.end.rows, view.end.dim), "export from the folder of a trained model");
  if (view.qids.size() + view.labels.size() + kEndEntries > kMaxEntries)
    refuse("too many articles for fastText", fmt::format("at most {}", kMaxEntries), std::to_string(view.qids.size()),
           "raise --min-count, or export word2vec-bin or npy");
}

void write_arguments(AtomicFile& file, const ExportView& view) {
  constexpr std::int32_t kWordNgrams = 1, kBucket = 0, kMinChars = 0, kMaxChars = 0;
  const FastTextArgs& args = view.args;
  for (const std::int32_t value :
       {kFastTextMagic, kFastTextVersion, checked_cast<std::int32_t>(view.input.dim), args.window, args.epochs,
        args.min_count, args.negatives, kWordNgrams, static_cast<std::int32_t>(args.loss),
        static_cast<std::int32_t>(args.model), kBucket, kMinChars, kMaxChars, kLearningRateUpdates})
    file.write_value(value);
  file.write_value(args.subsample);
}

// fastText builds its table of negatives from the counts and divides by their sum: none may be 0.
std::int64_t positive_count(std::span<const std::uint64_t> counts, std::size_t i) {
  return counts.empty() ? 1 : checked_cast<std::int64_t>(std::max<std::uint64_t>(counts[i], 1));
}

void write_entry(AtomicFile& file, std::string_view word, std::int64_t count, std::int8_t type) {
  file.write(word);
  file.write_value('\0');
  file.write_value(count);
  file.write_value(type);
}

void write_dictionary(AtomicFile& file, const ExportView& view) {
  const std::span<const std::string> labels = is_supervised(view) ? view.labels : std::span<const std::string>();
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < view.qids.size(); ++i) tokens += positive_count(view.counts, i);
  for (std::size_t i = 0; i < labels.size(); ++i) tokens += positive_count(view.label_counts, i);
  const std::size_t words = view.qids.size() + view.end.rows;
  tokens += checked_cast<std::int64_t>(view.end.rows);
  file.write_value(checked_cast<std::int32_t>(words + labels.size()));
  file.write_value(checked_cast<std::int32_t>(words));
  file.write_value(checked_cast<std::int32_t>(labels.size()));
  file.write_value(tokens);
  file.write_value(kNotPruned);
  for (std::size_t i = 0; i < view.qids.size(); ++i)
    write_entry(file, fmt::format("Q{}", view.qids[i]), positive_count(view.counts, i), kWordEntry);
  if (view.end.rows > 0) write_entry(file, kFastTextEnd, 1, kWordEntry);
  for (std::size_t i = 0; i < labels.size(); ++i)
    write_entry(file, fasttext_label(labels[i]), positive_count(view.label_counts, i), kLabelEntry);
}

// The rows of `matrix`, then those of `last`.
void write_matrix(AtomicFile& file, MatrixView matrix, MatrixView last = {}) {
  file.write_value(kNotQuantized);
  file.write_value(checked_cast<std::int64_t>(matrix.rows + last.rows));
  file.write_value(checked_cast<std::int64_t>(matrix.dim));
  for (const MatrixView& rows : {matrix, last})
    for (std::size_t i = 0; i < rows.rows; ++i) file.write_values(rows.row(i));
}

// An unknown output matrix is zeros of the shape that loaders expect: neighbours need the input alone.
MatrixView output_or_zeros(const ExportView& view, std::span<const float> zero_row) {
  if (view.output.rows > 0) return view.output;
  return {zero_row.data(), view.input.rows, view.input.dim, 0};  // stride 0: every row is the same one
}

}  // namespace

Paths write_fasttext(const ExportView& view, const std::filesystem::path& path) {
  check_fasttext(view);
  AtomicFile file(path);
  write_arguments(file, view);
  write_dictionary(file, view);
  write_matrix(file, view.input, view.end);
  const std::vector<float> zero_row(view.input.dim, 0.0F);
  write_matrix(file, output_or_zeros(view, zero_row));
  file.commit();
  return {path};
}

}  // namespace linktrail::formats

namespace linktrail {

std::string fasttext_label(std::string name) {
  std::ranges::replace_if(
      name, [](char c) { return c == '\0' || std::isspace(static_cast<unsigned char>(c)); }, '_');
  return "__label__" + name;
}

}  // namespace linktrail
