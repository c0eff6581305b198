// report.html of one model: what it was made from, how training went, how good it is.
#pragma once

#include <string>

#include "mpi_jobs/stages.h"

namespace linktrail::jobs {

struct ModelReport {
  std::string model;
  std::string metrics_jsonl;       // of the training
  std::string folder;              // where report.html and a copy of metrics.jsonl go
  nlohmann::ordered_json metrics;  // of the model's stages
  nlohmann::ordered_json config;
};

// Collective; rank 0 writes.
StageResult write_model_report(const ModelReport& report, const Context& context);

}  // namespace linktrail::jobs
