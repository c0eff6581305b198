// simulate pageviews: raw logs for `collect pageviews`. Rank 0 writes; the other ranks wait.
#include "comm/agreement.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/record.h"

namespace linktrail::jobs {

namespace {

class SimulatePageviews : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {&set_}; }
  std::string plan() const override {
    return fmt::format("write {} logs and a page-to-QID table to {}\n", options_.params.files, options_.output);
  }
  void run(const Context& context) override {
    require("output", options_.output);
    PageviewLogCounts counts;
    comm::agreed_on_root(context.comm, [&] {
      options_.params.world.seed = context.common.seed;
      counts = write_pageview_log(options_.params, options_.output, options_.compression);
    });
    context.log.info("{}: {} rows in {} logs, {} pages", options_.output, counts.rows, options_.params.files,
                     counts.pages);
  }

 private:
  SimulatePageviewsOptions options_;
  OptionSet set_{"simulate_pageviews", options_};
};

}  // namespace

std::unique_ptr<Command> make_simulate_pageviews() { return std::make_unique<SimulatePageviews>(); }

}  // namespace linktrail::jobs
