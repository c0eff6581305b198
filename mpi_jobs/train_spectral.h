// train links --method spectral: link vectors from the link matrix, and no training in steps.
#pragma once

#include "dist/corpus.h"
#include "embedding/params.h"
#include "mpi_jobs/context.h"
#include "mpi_jobs/options.h"
#include "mpi_jobs/stages.h"

namespace linktrail::jobs {

// Collective. Computes the vectors and writes model.h5 and metrics.jsonl into options.output. Asked to stop, leaves
// with code 75 at the next slice; there is no checkpoint, for all of it takes minutes. Takes the vocabulary out of
// `corpus`.
StageResult train_spectral(const LinkTrainOptions& options, const TrainParams& params, dist::LinkCorpus& corpus,
                           const Context& context);

}  // namespace linktrail::jobs
