#include "mpi_jobs/export_files.h"

#include <filesystem>

#include "comm/agreement.h"
#include "dist/embedding_rows.h"
#include "dist/model_file.h"
#include "h5/h5_reader.h"

namespace linktrail::jobs {

namespace {

namespace fs = std::filesystem;

// What an export needs, owned.
struct ExportData {
  std::vector<Qid> qids;
  std::vector<std::uint64_t> counts;
  Matrix input;
  Matrix output;
  std::vector<std::string> labels;
  FastTextArgs args;

  ExportView view() const {
    MatrixView known = input;
    known.rows = qids.size();  // the end of a sequence is no article
    MatrixView known_output = output;
    if (labels.empty()) known_output.rows = std::min(known_output.rows, qids.size());
    MatrixView end;
    if (!labels.empty() && input.rows() > qids.size())
      end = {.data = input.row_data(qids.size()), .rows = 1, .dim = input.dim(), .stride = input.stride()};
    return {.qids = qids,
            .input = known,
            .output = known_output,
            .counts = counts,
            .end = end,
            .labels = labels,
            .label_counts = {},
            .args = args};
  }
};

FastTextArgs args_of(const dist::StoredModel& stored) {
  FastTextArgs args;
  const auto config = nlohmann::ordered_json::parse(stored.config, nullptr, false);
  if (config.is_discarded()) return args;
  args.model = config.value("model", "cbow") == "cbow" ? FastTextModel::kCbow : FastTextModel::kSkipGram;
  args.window = config.value("window", args.window);
  args.epochs = config.value("epochs", args.epochs);
  args.min_count = config.value("min_count", args.min_count);
  args.negatives = config.value("negatives", args.negatives);
  args.subsample = config.value("subsample", args.subsample);
  if (stored.kind == dist::ModelKind::kLinksSupervised) {
    args.model = FastTextModel::kSupervised;
    args.loss = FastTextLoss::kOneVsAll;
  }
  return args;
}

ExportData from_model(dist::StoredModel stored) {
  ExportData data{.qids = stored.vocabulary.qids(),
                  .counts = stored.vocabulary.counts(),
                  .input = std::move(stored.model.input),
                  .output = std::move(stored.model.output),
                  .labels = std::move(stored.labels),
                  .args = args_of(stored)};
  return data;
}

ExportData from_embeddings(const h5::H5Reader& file) {
  const auto counts = file.read_all<std::int64_t>("count");
  ExportData data{.qids = file.read_all<Qid>("qid"),
                  .counts = {counts.begin(), counts.end()},
                  .input = file.read_matrix("vectors", 0, file.shape("vectors").rows),
                  .output = {},
                  .labels = {},
                  .args = {}};
  if (file.has_dataset("output_vectors"))
    data.output = file.read_matrix("output_vectors", 0, file.shape("output_vectors").rows);
  return data;
}

ExportData load(const std::string& input) {
  const std::string path = exported_file(input);
  const h5::H5Reader file(path);
  if (file.text_attribute("format_name") == "linktrail-model") return from_model(dist::read_model_file(path));
  return from_embeddings(file);
}

}  // namespace

std::string exported_file(const std::string& input) { return fs::is_directory(input) ? input + "/model.h5" : input; }

std::vector<fs::path> export_file(const std::string& input, const std::string& output, ExportFormat format,
                                  const Context& context) {
  std::vector<fs::path> written;
  comm::agreed_on_root(context.comm, [&] {
    const ExportData data = load(input);
    if (format == ExportFormat::kFastTextBin && data.output.empty())
      context.log.info(
          "{} holds no output vectors, zeros are written: vectors and neighbours work, further training "
          "starts without them",
          input);
    written = export_vectors(format, data.view(), output);
  });
  return written;
}

StageResult export_fasttext(const std::string& folder, const std::string& output, const Context& context) {
  export_file(folder, output, ExportFormat::kFastTextBin, context);
  return {{"format", "fasttext-bin"}};
}

}  // namespace linktrail::jobs
