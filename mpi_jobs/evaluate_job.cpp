// evaluate: a table for people and JSON for programs.
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/hash.h"
#include "corpus/label_table.h"
#include "dist/corpus.h"
#include "dist/evaluation.h"
#include "dist/model_file.h"
#include "embedding/document_vector.h"
#include "index/search_effort.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/evaluation_table.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/stages.h"
#include "mpi_jobs/stop_request.h"
#include "snapshot/atomic_file.h"

namespace linktrail::jobs {

namespace {

constexpr std::size_t kExactNeighbors = 100;  // recall@100 is the deepest figure reported

LabelTable load_labels(const std::vector<std::string>& inputs, const comm::Communicator& comm) {
  return comm::agreed(comm, [&] { return LabelTable::load(expand_inputs(inputs)); });
}

// Labels of other articles would measure nothing.
void refuse_foreign_labels(const LabelTable& labels, const dist::EmbeddingRows& rows, const EvaluateOptions& options,
                           const comm::Communicator& comm) {
  const auto mine = static_cast<std::uint64_t>(
      std::ranges::count_if(rows.qids, [&](Qid article) { return !labels.labels_of(article).empty(); }));
  const std::uint64_t labelled = comm::all_reduce(mine, comm::ReduceOp::kSum, comm);
  comm::agreed(comm, [&] {
    if (labelled == 0)
      throw input_error({.what = fmt::format("no article of {} has a label", options.embeddings),
                         .file = fmt::format("{}", fmt::join(options.labels, ", ")),
                         .expected = fmt::format("labels of some of its {} articles", rows.total),
                         .found = fmt::format("labels of {} others", labels.qids().size()),
                         .advice = "check that both name their articles by the same QIDs"});
  });
}

// A share of nothing is left out: as 0 it would read like the worst of results. `measured` is what it is a share of.
StageResult figures(std::uint64_t measured, const StageResult& shares, const StageResult& counts) {
  StageResult all = measured > 0 ? shares : StageResult::object();
  all.update(counts);
  return all;
}

// Metrics of vectors that are not finite would look like numbers; they must fail instead.
void refuse_non_finite(const dist::EmbeddingRows& rows, const std::string& path, const comm::Communicator& comm) {
  comm::agreed(comm, [&] {
    if (!all_finite(rows.vectors))
      throw GateError(fmt::format("{}: vectors are not finite; training diverged, lower --lr", path));
  });
}

bool measures_sessions(const EvaluateOptions& options) { return !options.sessions.empty() && options.holdout > 0; }

bool measures_link_model(const EvaluateOptions& options) {
  return !options.model.empty() && !options.pagelinks.empty() && options.holdout > 0;
}

void evaluate_sessions(const EvaluateOptions& options, const dist::EmbeddingRows& rows, const Context& context,
                       StageResult& result) {
  const dist::SessionCorpus held_out = dist::load_sessions({.inputs = options.sessions,
                                                            .min_count = 1,
                                                            .holdout_fraction = options.holdout,
                                                            .part = dist::SessionPart::kHeldOut,
                                                            .when_empty = dist::WhenEmpty::kReturnNothing},
                                                           context.comm);
  const NextArticleSums sums = dist::next_article(rows, held_out, options.pairs, context.common.seed, context.comm);
  result["next_article"] = figures(sums.pairs, {{"recall_at_10", sums.recall_at_10()}, {"mrr", sums.mrr()}},
                                   {{"pairs", sums.pairs}, {"unknown_pairs", sums.unknown}});
}

void evaluate_neighbors(const EvaluateOptions& options, const dist::EmbeddingRows& rows, const Context& context,
                        StageResult& result) {
  LabelTable labels;
  if (!options.labels.empty()) {
    labels = load_labels(options.labels, context.comm);
    refuse_foreign_labels(labels, rows, options, context.comm);
  }
  const auto queries = dist::sample_rows(rows, options.queries, context.common.seed, context.comm);
  const dist::ExactNeighbors exact = dist::exact_neighbors(rows, queries, kExactNeighbors, context.comm);
  if (!options.index.empty()) {
    const dist::IndexRecall recall = dist::index_recall(options.index, rows, exact, options.ef, context.comm);
    const BeamShape beam = beam_for(10, rows.total, options.ef);
    result["index"] = figures(recall.queries,
                              {{"recall_at_1", recall.at_1},
                               {"recall_at_10", recall.at_10},
                               {"recall_at_100", recall.at_100},
                               {"worst_decile_recall_at_10", recall.worst_decile_at_10},
                               {"distances_per_query", recall.distances},
                               {"queries_per_second", recall.queries_per_second}},
                              {{"ef", beam.width}, {"slack", beam.slack}, {"queries", recall.queries}});
  }
  if (!options.labels.empty()) {
    const LabelAgreementSums sums = dist::label_agreement(rows, exact, labels, context.comm);
    result["labels"] = figures(sums.articles, {{"agreement_at_10", sums.mean()}}, {{"articles", sums.articles}});
  }
}

dist::LinkCorpus held_out_rows(const EvaluateOptions& options, const Vocabulary& vocabulary,
                               const comm::Communicator& comm) {
  return dist::load_links_with(vocabulary,
                               {.inputs = options.pagelinks,
                                .keep_article = [&](Qid article) { return is_held_out(article, options.holdout); },
                                .when_empty = dist::WhenEmpty::kReturnNothing},
                               comm);
}

void evaluate_labels(const EvaluateOptions& options, const dist::StoredModel& stored, const Context& context,
                     StageResult& result) {
  const dist::LinkModelQuality quality =
      dist::link_model_quality(stored.model, stored.labels, held_out_rows(options, stored.vocabulary, context.comm),
                               load_labels(options.labels, context.comm), context.comm);
  result["link_model"] = figures(quality.rows,
                                 {{"micro_f1", quality.micro_f1},
                                  {"macro_f1", quality.macro_f1},
                                  {"micro_precision", quality.micro_precision},
                                  {"micro_recall", quality.micro_recall}},
                                 {{"rows", quality.rows}});
}

void evaluate_hidden_links(const EvaluateOptions& options, const dist::StoredModel& stored, const Context& context,
                           StageResult& result) {
  const std::vector<float> weights = link_weights(LinkWeight::kIdf, stored.vocabulary.counts(), stored.documents);
  const HeldOutLinkSums sums =
      dist::held_out_links({.link_vectors = embeddings(stored.model, stored.vocabulary.size()),
                            .weights = weights,
                            .max_links = options.pairs,
                            .seed = context.common.seed},
                           held_out_rows(options, stored.vocabulary, context.comm), context.comm);
  result["hidden_links"] = figures(
      sums.links, {{"recall_at_10", sums.recall_at_10()}, {"recall_at_100", sums.recall_at_100()}, {"mrr", sums.mrr()}},
      {{"links", sums.links}, {"rows", sums.rows}});
}

// A model of labels is asked for labels, one of links for links.
void evaluate_link_model(const EvaluateOptions& options, const Context& context, StageResult& result) {
  const dist::StoredModel stored = dist::read_model(options.model + "/model.h5", context.comm);
  if (stored.kind == dist::ModelKind::kLinks) evaluate_hidden_links(options, stored, context, result);
  if (stored.kind == dist::ModelKind::kLinksSupervised && !options.labels.empty())
    evaluate_labels(options, stored, context, result);
}

}  // namespace

void validate(const EvaluateOptions& options) {
  if (!(options.holdout >= 0 && options.holdout <= 1))
    throw UsageError(fmt::format("--holdout: expected a fraction from 0 to 1, found {}", options.holdout));
  const auto positive = [](const char* flag, std::uint64_t value) {
    if (value == 0) throw UsageError(fmt::format("{}: expected 1 or more, found 0", flag));
  };
  positive("--queries", options.queries);
  positive("--pairs", options.pairs);
}

namespace {

// Of the articles of the pagelinks, those with a vector.
void evaluate_coverage(const EvaluateOptions& options, const dist::EmbeddingRows& rows, const Context& context,
                       StageResult& result) {
  const dist::LinkCorpus corpus = dist::load_links({.inputs = options.pagelinks, .min_count = 1}, context.comm);
  const dist::Coverage found = dist::coverage(rows, corpus.articles, context.comm);
  result["coverage"] = found.share();
  result["articles_of_pagelinks"] = found.articles;
}

StageResult measure(const EvaluateOptions& options, const Context& context) {
  validate(options);
  dist::EmbeddingRows rows = dist::read_embeddings(options.embeddings, context.comm);
  refuse_non_finite(rows, options.embeddings, context.comm);
  normalize_rows(rows.vectors);
  StageResult result;
  result["articles"] = rows.total;
  result["dim"] = rows.dim();
  if (measures_sessions(options)) evaluate_sessions(options, rows, context, result);
  leave_if_asked(context);
  evaluate_neighbors(options, rows, context, result);
  leave_if_asked(context);
  if (measures_link_model(options)) evaluate_link_model(options, context, result);
  if (options.coverage == CoverageOf::kPagelinks && !options.pagelinks.empty())
    evaluate_coverage(options, rows, context, result);
  return result;
}

}  // namespace

StageResult evaluate(const EvaluateOptions& options, const Context& context) {
  StageResult result = measure(options, context);
  if (!options.output.empty())
    comm::agreed_on_root(context.comm, [&] { write_text_atomically(options.output, result.dump(2) + "\n"); });
  return result;
}

namespace {

// Files that were given for nothing.
void warn_of_idle_inputs(const EvaluateOptions& options, const Log& log) {
  if (!options.sessions.empty() && !measures_sessions(options))
    log.warning("--sessions: without --holdout no session is held out, so next-article recall and MRR are left out");
  if (!options.model.empty() && !measures_link_model(options))
    log.warning(
        "the link model is left out: F1 needs --model, --pagelinks, --labels and --holdout, recall of hidden "
        "links the same without --labels");
}

void refuse_output_over_input(const EvaluateOptions& options) {
  if (options.output.empty()) return;
  for (const std::string& input : {options.embeddings, options.index, options.model + "/model.h5"})
    refuse_same_file(input, options.output);
  for (const auto* inputs : {&options.sessions, &options.pagelinks, &options.labels})
    for (const std::string& input : *inputs) refuse_same_file(input, options.output);
}

class Evaluate : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {&set_}; }
  std::string plan() const override {
    validate(options_);
    refuse_output_over_input(options_);
    return fmt::format("read {}\n", options_.embeddings);
  }
  void run(const Context& context) override {
    require("embeddings", options_.embeddings);
    validate(options_);
    comm::agreed_on_root(context.comm, [&] { refuse_output_over_input(options_); });
    if (!options_.output.empty()) require_writable("output", options_.output, context.comm);
    warn_of_idle_inputs(options_, context.log);
    const StageResult result = evaluate(options_, context);
    print_result(context, evaluation_table({{options_.embeddings, result}}));
  }

 private:
  EvaluateOptions options_;
  OptionSet set_{"evaluate", options_};
};

}  // namespace

std::unique_ptr<Command> make_evaluate() { return std::make_unique<Evaluate>(); }

}  // namespace linktrail::jobs
