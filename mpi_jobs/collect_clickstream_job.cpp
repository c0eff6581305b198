// collect clickstream: sessions walked over the public clickstream, each rank those of its files.
#include <fmt/ranges.h>

#include "comm/agreement.h"
#include "mpi_jobs/collect_output.h"
#include "mpi_jobs/collect_record.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/record.h"

namespace linktrail::jobs {

namespace {

constexpr const char* kCommand = "collect clickstream";

void validate(const CollectClickstreamOptions& o) {
  require("input", o.input);
  require("titles", o.titles);
  require("output", o.output);
  main_page_of(o.main_page);
  check_parts(o.parts);
  if (o.sessions == 0) throw UsageError("--sessions: expected 1 or more, found 0");
}

class CollectClickstream : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {&set_}; }

  std::string plan() const override {
    validate(options_);
    return fmt::format("read {} and {}\nwrite {} sessions in {} files to {}\n", fmt::join(options_.input, ", "),
                       fmt::join(options_.titles, ", "), options_.sessions, options_.parts, options_.output);
  }

  void run(const Context& context) override {
    validate(options_);
    const auto lock = lock_output(options_.output, context);
    expect_record_of(options_.output, kCommand, context);
    const dist::SessionFiles files = session_files(options_, FileAccess::kAsUmask);
    dist::check_session_folder(files, context.comm);
    const dist::CollectedClicks clicks = dist::collect_clicks({.clicks = options_.input,
                                                               .titles = options_.titles,
                                                               .wiki = options_.wiki,
                                                               .transitions = options_.transitions,
                                                               .main_page = main_page_of(options_.main_page),
                                                               .malformed = options_.malformed},
                                                              context.comm);
    context.log.info("what the rules dropped and kept:\n{}", rule_table(clicks.counts));
    write(clicks.graph, files, context);
    write_collect_record(options_.output, kCommand, set_.to_json(), clicks.counts, context);
    context.log.info("walked {} sessions over {} articles to {} files in {}", options_.sessions, clicks.graph.size(),
                     files.parts, files.folder);
  }

 private:
  // Collective. Part p of n holds the sessions [p N / n, (p + 1) N / n): whoever writes it.
  void write(const ClickGraph& graph, const dist::SessionFiles& files, const Context& context) {
    options_.walk.seed = context.common.seed;
    const ClickWalk walk = comm::agreed(context.comm, [&] { return ClickWalk(graph, options_.walk); });
    remove_collect_record(options_.output, context);
    const auto begin_of = [&](std::uint64_t part) {
      const std::uint64_t n = files.parts;
      return options_.sessions / n * part + options_.sessions % n * part / n;
    };
    dist::write_session_files(
        files,
        [&](std::uint32_t part, SessionWriter& writer) {
          std::vector<Qid> session;
          for (std::uint64_t i = begin_of(part); i < begin_of(part + 1); ++i) {
            walk.session(i, session);
            writer.write(session);
          }
        },
        context.comm);
  }

  CollectClickstreamOptions options_;
  OptionSet set_{"collect_clickstream", options_};
};

}  // namespace

std::unique_ptr<Command> make_collect_clickstream() { return std::make_unique<CollectClickstream>(); }

}  // namespace linktrail::jobs
