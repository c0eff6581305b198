#include "mpi_jobs/stage_runner.h"

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "mpi_jobs/stop_request.h"
#include "snapshot/atomic_file.h"

namespace linktrail::jobs {

namespace fs = std::filesystem;

namespace {

std::string id_of(const Stage& stage) { return stage.model + "." + stage.name; }

}  // namespace

StageRunner::StageRunner(std::string folder, const Context& context)
    : folder_(std::move(folder)), context_(context), ledger_(folder_) {}

// A stage that ran again may have made something else from the same inputs, e.g. on another number of ranks.
std::string StageRunner::key_of(const Stage& stage) const {
  std::vector<std::string> parts{stage.key};
  for (const std::string& before : stage.after) parts.push_back(ledger_.record_digest(stage.model + "." + before));
  return stage_key(parts);
}

bool StageRunner::is_done(const Stage& stage, const std::string& key) const {
  int done = 0;
  comm::agreed_on_root(context_.comm, [&] {
    done = context_.common.resume == Resume::kAuto && ledger_.is_current(id_of(stage), key) ? 1 : 0;
    if (done == 0) ledger_.forget(id_of(stage));
  });
  comm::broadcast(std::span<int>(&done, 1), 0, context_.comm);
  return done != 0;
}

void StageRunner::record(const Stage& stage, const std::string& key, const StageResult& result) const {
  comm::agreed_on_root(context_.comm, [&] {
    const std::string file = result_file(id_of(stage));
    write_text_atomically(file, result.dump(2) + "\n");
    std::vector<fs::path> outputs{fs::path(file).lexically_relative(folder_)};
    for (const std::string& output : stage.outputs) outputs.push_back(fs::path(output).lexically_relative(folder_));
    ledger_.record(id_of(stage), key, outputs);
  });
}

StageResult StageRunner::run(const Stage& stage, const std::function<StageResult()>& work) {
  leave_if_asked(context_);
  outputs_.insert(outputs_.end(), stage.outputs.begin(), stage.outputs.end());
  std::string key;
  comm::agreed_on_root(context_.comm, [&] { key = key_of(stage); });
  if (is_done(stage, key)) {
    context_.log.info("{} {}: done before, skipped", stage.model, stage.name);
    return comm::agreed(context_.comm, [&] { return StageResult::parse(read_text(result_file(id_of(stage)))); });
  }
  context_.log.info("{} {}", stage.model, stage.name);
  StageResult result = work();
  result["ranks"] = context_.comm.size();
  record(stage, key, result);
  return result;
}

}  // namespace linktrail::jobs
