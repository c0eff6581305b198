// The stages as plain functions: what the subcommands call one at a time and snapshot calls in a row. All collective.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "dist/earlier_model.h"
#include "dist/model_file.h"
#include "mpi_jobs/context.h"
#include "mpi_jobs/options.h"

namespace linktrail::jobs {

// What a stage says of its result: numbers for the manifest and the evaluation table.
using StageResult = nlohmann::ordered_json;

// Throws UsageError naming the flag whose value is out of range. Not collective.
void validate(const TrainOptions& options);
void validate(const LinkTrainOptions& options);
void validate(const EvaluateOptions& options);

// What a training with these options makes, as far as earlier models must be alike.
dist::ModelIdentity identity_of(const TrainOptions& options);
dist::ModelIdentity identity_of(const LinkTrainOptions& options);

// Trains on sessions; writes model.h5, embeddings.h5 (a row a token) and metrics.jsonl into options.output.
StageResult train_reader(const TrainOptions& options, const Context& context);

// Trains on pagelinks, supervised if options.labels is not empty; writes model.h5 and metrics.jsonl.
StageResult train_links(const LinkTrainOptions& options, const Context& context);

// Writes embeddings.h5 of a trained reader model: a row a token, by falling count.
StageResult embed_reader(const EmbedOptions& options, const Context& context);

// Writes embeddings.h5 of a trained link model: a row an article that has a known link, by rising QID.
StageResult embed_links(const EmbedOptions& options, const Context& context);

// Builds one index over all ranks; writes index.hnsw.
StageResult build_index(const IndexOptions& options, const Context& context);

// Measures whatever the options name; writes JSON to options.output if set.
StageResult evaluate(const EvaluateOptions& options, const Context& context);

}  // namespace linktrail::jobs
