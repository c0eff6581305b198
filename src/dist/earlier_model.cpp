#include "dist/earlier_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/checked_cast.h"
#include "core/error.h"
#include "corpus/qid_text.h"
#include "embedding/row_match.h"
#include "h5/h5_reader.h"
#include "snapshot/fasttext_reader.h"

namespace linktrail::dist {

namespace fs = std::filesystem;

namespace {

constexpr const char* kAdvice =
    "give a snapshot, or the folder or file of a model that was trained with the same options";

[[noreturn]] void refuse(std::string what, const std::string& file, std::string expected, std::string found) {
  throw input_error({std::move(what), file, 0, std::move(expected), std::move(found), kAdvice});
}

std::string text_of(ModelKind kind, Architecture architecture) {
  if (kind == ModelKind::kLinksSupervised) return "a links model trained on labels";
  return fmt::format("a {} model, {}", kind == ModelKind::kReader ? "reader" : "links without labels",
                     architecture == Architecture::kCbow ? "cbow" : "skipgram");
}

std::string text_of(const EarlierModel& model) {
  if (model.kind) return text_of(*model.kind, model.architecture);
  return fmt::format("an unsupervised model, {}", model.architecture == Architecture::kCbow ? "cbow" : "skipgram");
}

void expect_identity(const EarlierModel& model, const ModelIdentity& wanted) {
  const bool supervised = wanted.kind == ModelKind::kLinksSupervised;
  const bool same_kind = model.kind ? *model.kind == wanted.kind : !supervised;
  if (!same_kind || (!supervised && model.architecture != wanted.architecture))
    refuse("another model", model.path, text_of(wanted.kind, wanted.architecture), text_of(model));
  if (model.dim != wanted.dim)
    refuse("vectors of another dim", model.path, fmt::format("dim {}", wanted.dim), std::to_string(model.dim));
}

void expect_articles(const EarlierModel& model) {
  if (std::ranges::none_of(model.qids, [](Qid qid) { return qid >= 0; }))
    refuse("no articles", model.path, "words such as Q42", fmt::format("{} words, none a QID", model.qids.size()));
}

void expect_rows(const h5::H5Reader& file, const std::string& name, h5::Shape expected) {
  if (const h5::Shape found = file.shape(name); found != expected)
    refuse(fmt::format("/{} does not fit", name), file.path(), fmt::format("{} x {}", expected.rows, expected.columns),
           fmt::format("{} x {}", found.rows, found.columns));
}

Architecture architecture_in(const std::string& config) {
  const auto json = nlohmann::json::parse(config, nullptr, false);
  const bool skipgram = json.is_object() && json.value("model", "cbow") == "skipgram";
  return skipgram ? Architecture::kSkipGram : Architecture::kCbow;
}

std::unique_ptr<EarlierModel> open_h5(const std::string& path) {
  const auto file = std::make_shared<h5::H5Reader>(path);
  ModelDescription described = describe_model(*file);
  auto model = std::make_unique<EarlierModel>();
  model->path = path;
  model->dim = checked_cast<std::uint32_t>(file->shape("vectors").columns);
  model->kind = described.kind;
  model->architecture = architecture_in(described.config);
  model->qids = file->read_all<Qid>("qid");
  if (file->shape("vectors").rows > model->qids.size()) model->qids.push_back(kNoQid);
  model->labels = std::move(described.labels);
  expect_rows(*file, "vectors", {model->qids.size(), model->dim});
  expect_rows(*file, "output_vectors", {model->output_rows(), model->dim});
  model->rows = [file](ModelMatrix matrix, std::uint64_t begin, std::uint64_t count) {
    return file->read_matrix(matrix == ModelMatrix::kInput ? "vectors" : "output_vectors", begin, count);
  };
  return model;
}

// fastText's file does not say what an unsupervised model was trained on; the embeddings beside it in a snapshot do.
std::optional<ModelKind> kind_beside(const std::string& path) {
  const fs::path embeddings = fs::path(path).parent_path() / "embeddings.h5";
  if (!fs::exists(embeddings)) return std::nullopt;
  const h5::H5Reader file(embeddings.string());
  return file.text_attribute("model") == "reader" ? ModelKind::kReader : ModelKind::kLinks;
}

void expect_known_loss(const FastTextReader& file, const std::string& path) {
  const bool supervised = file.args().model == FastTextModel::kSupervised;
  const FastTextLoss wanted = supervised ? FastTextLoss::kOneVsAll : FastTextLoss::kNegativeSampling;
  if (file.args().loss != wanted)
    refuse("trained with another loss", path, supervised ? "-loss ova" : "-loss ns",
           fmt::format("number {}", static_cast<std::int32_t>(file.args().loss)));
}

Qid qid_of_word(std::string_view word) {
  if (word == kFastTextEnd) return kNoQid;
  const Qid qid = parse_qid(word);
  return qid == kNoQid ? kNoArticle : qid;
}

std::unique_ptr<EarlierModel> open_fasttext(const std::string& path) {
  const auto file = std::make_shared<FastTextReader>(path);
  expect_known_loss(*file, path);
  const bool supervised = file->args().model == FastTextModel::kSupervised;
  auto model = std::make_unique<EarlierModel>();
  model->path = path;
  model->dim = file->dim();
  model->kind = supervised ? std::optional(ModelKind::kLinksSupervised) : kind_beside(path);
  model->architecture = file->args().model == FastTextModel::kSkipGram ? Architecture::kSkipGram : Architecture::kCbow;
  for (std::size_t i = 0; i < file->words(); ++i) model->qids.push_back(qid_of_word(file->word(i)));
  for (std::size_t i = 0; i < file->labels(); ++i) model->labels.emplace_back(file->label(i));
  model->fasttext_labels = true;
  model->rows = [file](ModelMatrix matrix, std::uint64_t begin, std::uint64_t count) {
    return file->rows(matrix == ModelMatrix::kInput ? FastTextMatrix::kInput : FastTextMatrix::kOutput, begin, count);
  };
  return model;
}

}  // namespace

std::string earlier_model_file(const std::string& path, const std::string& model) {
  std::error_code fault;  // an unreadable path is one that does not exist
  if (fs::is_regular_file(path, fault)) return path;
  for (const fs::path& folder : {fs::path(path), fs::path(path) / model})
    for (const char* name : {"model.h5", "model.bin"})
      if (fs::is_regular_file(folder / name, fault)) return fs::canonical(folder / name).string();
  if (fs::exists(path, fault))
    refuse(fmt::format("no {} model in this folder", model), path,
           fmt::format("model.h5 or model.bin, there or in {}/", model), "neither");
  refuse("no such file or folder", path, "an earlier model", "nothing");
}

std::unique_ptr<EarlierModel> open_earlier_model(const std::string& file, const ModelIdentity& wanted) {
  auto model = is_fasttext_file(file) ? open_fasttext(file) : open_h5(file);
  expect_articles(*model);
  expect_identity(*model, wanted);
  model->rows = [read = std::move(model->rows), file](ModelMatrix matrix, std::uint64_t begin, std::uint64_t count) {
    Matrix rows = read(matrix, begin, count);
    if (!all_finite(rows)) refuse("vectors are not finite", file, "finite numbers", "NaN or infinity");
    return rows;
  };
  return model;
}

}  // namespace linktrail::dist
