// A model of an earlier run, open for reading: a model.h5, or a model.bin as fastText and every snapshot have it.
//
// Not collective: one rank opens it. Rows are read when asked for, so a second model need not fit into memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/matrix.h"
#include "dist/model_file.h"
#include "embedding/params.h"

namespace linktrail::dist {

// What a model is. Vectors of two models say something of each other only if all of this is equal.
struct ModelIdentity {
  ModelKind kind = ModelKind::kReader;
  Architecture architecture = Architecture::kCbow;  // has no meaning for a supervised model
  std::uint32_t dim = 0;
};

enum class ModelMatrix { kInput, kOutput };

struct EarlierModel {
  std::string path;  // of the file
  std::uint32_t dim = 0;
  std::optional<ModelKind> kind;  // nothing: unsupervised, and the file does not say what from
  Architecture architecture = Architecture::kCbow;
  std::vector<Qid> qids;            // of the input rows; kNoQid: the end of a sequence; kNoArticle: another word
  std::vector<std::string> labels;  // of a supervised model's output rows; else output rows are as input rows
  bool fasttext_labels = false;     // labels are spelt as fasttext_label() does
  // Rows [begin, begin + count) of a matrix. Throws InputError if they cannot be read or are not finite.
  std::function<Matrix(ModelMatrix matrix, std::uint64_t begin, std::uint64_t count)> rows;

  std::uint64_t output_rows() const { return labels.empty() ? qids.size() : labels.size(); }
};

// The file that `path` stands for: the file itself, or of a folder its model.h5 or else model.bin, directly or below
// `model` ("reader" or "links"; a snapshot). Throws InputError naming what was looked for.
std::string earlier_model_file(const std::string& path, const std::string& model);

// Opens a file. Throws InputError if it is no model, damaged, without any article, or another model than `wanted`.
std::unique_ptr<EarlierModel> open_earlier_model(const std::string& file, const ModelIdentity& wanted);

}  // namespace linktrail::dist
