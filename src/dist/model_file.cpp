#include "dist/model_file.h"

#include <array>
#include <sstream>

#include "comm/agreement.h"
#include "core/error.h"
#include "core/version.h"
#include "dist/embedding_rows.h"
#include "dist/matrix_file.h"
#include "dist/node_model.h"
#include "h5/format_stamp.h"

namespace linktrail::dist {

namespace {

constexpr h5::FormatStamp kFormat{"linktrail-model", 1, 0};

constexpr std::array<const char*, 3> kKindNames{"reader", "links", "links-supervised"};

ModelKind kind_from(const std::string& name, const std::string& path) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i)
    if (name == kKindNames[i]) return static_cast<ModelKind>(i);
  throw input_error({.what = "unknown kind of model",
                     .file = path,
                     .expected = "reader, links or links-supervised",
                     .found = name,
                     .advice = "train the model with this version"});
}

void write_vocabulary(h5::H5Writer& file, const Vocabulary& vocabulary, const comm::Communicator& comm) {
  const auto [begin, end] = row_block(vocabulary.size(), comm.rank(), comm.size());
  std::vector<std::int64_t> qids, counts;
  for (std::uint64_t token = begin; token < end; ++token) {
    qids.push_back(vocabulary.qid(static_cast<TokenId>(token)));
    counts.push_back(static_cast<std::int64_t>(vocabulary.count(static_cast<TokenId>(token))));
  }
  file.write_rows("qid", std::span<const std::int64_t>(qids), {.begin = begin, .total = vocabulary.size()});
  file.write_rows("count", std::span<const std::int64_t>(counts), {.begin = begin, .total = vocabulary.size()});
}

Vocabulary read_vocabulary(const h5::H5Reader& file) {
  const auto qids = file.read_all<std::int64_t>("qid");
  const auto counts = file.read_all<std::int64_t>("count");
  std::vector<QidCount> entries(qids.size());
  for (std::size_t i = 0; i < qids.size(); ++i) entries[i] = {qids[i], static_cast<std::uint64_t>(counts[i])};
  return Vocabulary(std::move(entries), 0);
}

std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

void write_model(const std::string& path, const StoredModel& stored, const comm::Communicator& comm) {
  h5::H5Writer file(path, comm);
  h5::write_stamp(file, kFormat);
  file.set_attribute("producer", std::string(kProducer));
  file.set_attribute("model", kKindNames[static_cast<std::size_t>(stored.kind)]);
  file.set_attribute("config", stored.config);
  file.set_attribute("documents", static_cast<std::int64_t>(stored.documents));
  file.set_attribute("dim", static_cast<std::int64_t>(stored.model.input.dim()));
  write_vocabulary(file, stored.vocabulary, comm);
  write_matrix(file, "vectors", stored.model.input, comm);
  write_matrix(file, "output_vectors", stored.model.output, comm);
  if (!stored.labels.empty()) file.write_text("label_names", join_lines(stored.labels));
  file.finish();
}

ModelDescription describe_model(const h5::H5Reader& file) {
  h5::expect_stamp(file, kFormat);
  ModelDescription description{.kind = kind_from(file.text_attribute("model"), file.path()),
                               .labels = {},
                               .config = file.text_attribute("config")};
  if (file.has_dataset("label_names")) description.labels = split_lines(file.read_text("label_names"));
  return description;
}

StoredModel read_model_header(const std::string& path) {
  const h5::H5Reader file(path);
  ModelDescription description = describe_model(file);
  StoredModel stored;
  stored.kind = description.kind;
  stored.config = std::move(description.config);
  stored.labels = std::move(description.labels);
  stored.documents = static_cast<std::uint64_t>(file.int_attribute("documents"));
  stored.vocabulary = read_vocabulary(file);
  return stored;
}

StoredModel read_model_file(const std::string& path) {
  StoredModel stored = read_model_header(path);
  const h5::H5Reader file(path);
  stored.model = {.input = read_matrix(file, "vectors"), .output = read_matrix(file, "output_vectors")};
  return stored;
}

StoredModel read_model(const std::string& path, const comm::Communicator& comm) {
  StoredModel stored = comm::agreed(comm, [&] { return read_model_header(path); });
  const h5::H5Reader file = comm::agreed(comm, [&] { return h5::H5Reader(path); });
  const comm::Node node(comm);
  const auto [input, output] =
      comm::agreed(comm, [&] { return std::pair(file.shape("vectors"), file.shape("output_vectors")); });
  stored.model = {.input = shared_matrix(input.rows, input.columns, node),
                  .output = shared_matrix(output.rows, output.columns, node)};
  comm::agreed(comm, [&] {
    read_share(file, "vectors", stored.model.input, node);
    read_share(file, "output_vectors", stored.model.output, node);
  });
  return stored;
}

Matrix read_model_rows(const std::string& path, std::uint64_t begin, std::uint64_t rows) {
  return h5::H5Reader(path).read_matrix("vectors", begin, rows);
}

}  // namespace linktrail::dist
