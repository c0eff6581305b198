// embed: from a trained model to a vector for every article.
#include "comm/agreement.h"
#include "dist/corpus.h"
#include "dist/documents.h"
#include "dist/embedding_rows.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/stages.h"

namespace linktrail::jobs {

namespace {

std::string model_path(const std::string& folder) { return folder + "/model.h5"; }

void expect_kind(const dist::StoredModel& stored, const std::string& folder, const std::string& wanted) {
  const bool is_reader = stored.kind == dist::ModelKind::kReader;
  if (is_reader != (wanted == "reader"))
    throw UsageError(fmt::format("--model {}: holds a {} model, expected a {} model", folder,
                                 is_reader ? "reader" : "links", wanted));
}

// The rows of articles, without that of the end of a session, which is the last.
dist::EmbeddingRows token_rows(const dist::StoredModel& stored, const std::string& path,
                               const comm::Communicator& comm) {
  const auto [begin, end] = dist::row_block(stored.vocabulary.size(), comm.rank(), comm.size());
  dist::EmbeddingRows rows{.vectors = dist::read_model_rows(path, begin, end - begin),
                           .qids = {},
                           .counts = {},
                           .begin = begin,
                           .total = stored.vocabulary.size()};
  for (std::uint64_t token = begin; token < end; ++token) {
    rows.qids.push_back(stored.vocabulary.qid(static_cast<TokenId>(token)));
    rows.counts.push_back(stored.vocabulary.count(static_cast<TokenId>(token)));
  }
  return rows;
}

// The supervised model was trained on plain means; without labels, idf keeps links that nearly every article has from
// drowning the others (docs/numerics.md).
LinkWeight weight_for(dist::ModelKind kind) {
  return kind == dist::ModelKind::kLinksSupervised ? LinkWeight::kEqual : LinkWeight::kIdf;
}

dist::EmbeddingAttributes attributes_of(const std::string& model, const std::string& config) {
  return {.model = model, .config = config, .run_id = run_id_of(config), .created = creation_time()};
}

}  // namespace

StageResult embed_reader(const EmbedOptions& options, const Context& context) {
  const std::string path = model_path(options.model);
  const dist::StoredModel stored = comm::agreed(context.comm, [&] { return dist::read_model_header(path); });
  expect_kind(stored, options.model, "reader");
  const dist::EmbeddingRows rows = comm::agreed(context.comm, [&] { return token_rows(stored, path, context.comm); });
  make_output_folder(options.output, context.comm);
  dist::write_embeddings(options.output + "/embeddings.h5", rows, attributes_of("reader", stored.config), context.comm);
  return {{"articles", stored.vocabulary.size()}, {"dim", rows.dim()}};
}

StageResult embed_links(const EmbedOptions& options, const Context& context) {
  const dist::StoredModel stored = dist::read_model(model_path(options.model), context.comm);
  expect_kind(stored, options.model, "links");
  make_output_folder(options.output, context.comm);
  require_writable("output", options.output + "/embeddings.h5", context.comm);
  const dist::LinkCorpus corpus = dist::load_links_with(stored.vocabulary, {.inputs = options.input}, context.comm);
  const std::vector<float> weights =
      link_weights(weight_for(stored.kind), stored.vocabulary.counts(), stored.documents);
  const dist::Documents documents =
      dist::embed_documents(corpus, stored.model.input, weights, options.links, context.comm);
  dist::write_embeddings(options.output + "/embeddings.h5", documents.rows, attributes_of("links", stored.config),
                         context.comm);
  const dist::DocumentStats& stats = documents.stats;
  context.log.info("embedded {} of {} articles; {} have no known link and get no vector", documents.rows.total,
                   stats.articles, stats.without_known_link);
  return {
      {"articles", stats.articles},
      {"embedded", documents.rows.total},
      {"without_known_link", stats.without_known_link},
      {"coverage",
       stats.articles == 0 ? 0.0 : static_cast<double>(documents.rows.total) / static_cast<double>(stats.articles)}};
}

namespace {

class EmbedReader : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {&set_}; }
  std::string plan() const override {
    return fmt::format("read {}\nwrite {}/embeddings.h5\n", model_path(options_.model), options_.output);
  }
  void run(const Context& context) override {
    require("model", options_.model);
    require("output", options_.output);
    embed_reader(options_, context);
  }

 protected:
  EmbedOptions options_;
  OptionSet set_{"embed", options_};
};

class EmbedLinks : public EmbedReader {
 public:
  void run(const Context& context) override {
    require("model", options_.model);
    require("input", options_.input);
    require("output", options_.output);
    embed_links(options_, context);
  }
};

}  // namespace

std::unique_ptr<Command> make_embed_reader() { return std::make_unique<EmbedReader>(); }
std::unique_ptr<Command> make_embed_links() { return std::make_unique<EmbedLinks>(); }

}  // namespace linktrail::jobs
