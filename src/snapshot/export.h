// Embeddings in the formats of other tools: one entry point, a registry of names, and the line of Python that opens
// each.
//
// Writers stream from views, so the memory of an export is that of the vectors. Floats in text are the shortest that
// read back to the same bits. See docs/file-formats.md for the layouts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/matrix.h"

namespace linktrail {

enum class ExportFormat { kFastTextBin, kWord2Vec, kWord2VecBin, kTsv, kNpy, kFvecs, kQdrantJsonl, kProjector };

// "fasttext-bin", "word2vec", ... Throws UsageError with the list of names.
ExportFormat parse_export_format(std::string_view name);
std::string_view export_format_name(ExportFormat format);
std::span<const ExportFormat> all_export_formats();

// What a format makes at the path it is given.
enum class ExportOutput { kFile, kFolder };
ExportOutput output_of(ExportFormat format);

// The values are those of fastText's file.
enum class FastTextModel : std::int32_t { kCbow = 1, kSkipGram = 2, kSupervised = 3 };
enum class FastTextLoss : std::int32_t { kHierarchicalSoftmax = 1, kNegativeSampling = 2, kSoftmax = 3, kOneVsAll = 4 };

// What fastText stores about training. Defaults describe the reader model.
struct FastTextArgs {
  FastTextModel model = FastTextModel::kCbow;
  FastTextLoss loss = FastTextLoss::kNegativeSampling;
  std::int32_t window = 5;
  std::int32_t epochs = 20;
  std::int32_t min_count = 5;
  std::int32_t negatives = 10;
  double subsample = 0.1;
};

// The word that stands for the end of a line in fastText's files.
inline constexpr std::string_view kFastTextEnd = "</s>";

// The word that stands for a label in fastText's files. A label ends at white space wherever fastText reads one, so it
// may hold none.
std::string fasttext_label(std::string name);

// What an export reads; owns nothing.
struct ExportView {
  std::span<const Qid> qids{};                    // [N]
  MatrixView input{};                             // [N, dim]
  MatrixView output{};                            // [N, dim], [labels, dim] if supervised, or no rows: unknown
  std::span<const std::uint64_t> counts{};        // [N], or empty: unknown
  MatrixView end{};                               // [1, dim]: the end of a supervised row, or no rows
  std::span<const std::string> labels{};          // of a supervised model, else empty
  std::span<const std::uint64_t> label_counts{};  // [labels], or empty: unknown
  FastTextArgs args{};
};

// Writes the view. `path` is the file; for npy and projector it is a folder, created if need be. Returns the files
// written. Throws InputError for an empty view, sizes that disagree, or vectors that are not finite; StorageError.
std::vector<std::filesystem::path> export_vectors(ExportFormat format, const ExportView& view,
                                                  const std::filesystem::path& path);

// Python that opens what export_vectors(format, ..., path) wrote; one line.
std::string python_hint(ExportFormat format, const std::filesystem::path& path);

// At most this many rows go to the projector: beyond about 10,000 points the browser crawls.
inline constexpr std::size_t kProjectorRows = 10'000;

}  // namespace linktrail
