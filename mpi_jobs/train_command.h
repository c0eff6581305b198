// What the two train commands have in common: their flags, their plan, and what must be given.
#pragma once

#include <fmt/ranges.h>

#include <string>
#include <utility>
#include <vector>

#include "mpi_jobs/command.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/stages.h"

namespace linktrail::jobs {

// `Options` is a TrainOptions with what the model adds to it.
template <class Options>
class TrainCommand : public Command {
 public:
  explicit TrainCommand(std::string section) : set_(std::move(section), options_) {}

  std::vector<OptionSet*> flags() override { return {&set_}; }
  OnStopSignal on_stop_signal() const override { return OnStopSignal::kCheckpoint; }
  std::string plan() const override {
    validate(options_);
    const std::string start = options_.init_from.empty() ? "" : fmt::format("start from {}\n", options_.init_from);
    return fmt::format("read {}\n{}write {}/model.h5\n", fmt::join(options_.input, ", "), start, options_.output);
  }
  void run(const Context& context) override {
    require("input", options_.input);
    require("output", options_.output);
    train(options_, context);
  }

 private:
  virtual void train(const Options& options, const Context& context) = 0;

  Options options_;
  OptionSet set_;
};

}  // namespace linktrail::jobs
