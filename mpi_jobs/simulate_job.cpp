// simulate: flat files where no real ones are at hand. Rank 0 writes; the other ranks wait.
#include "comm/agreement.h"
#include "mpi_jobs/collect_options.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/record.h"
#include "simulate/dump_files.h"
#include "simulate/walk.h"
#include "simulate/wordnet_files.h"
#include "simulate/world_files.h"

namespace linktrail::jobs {

namespace {

std::string counts_text(const FlatCounts& counts) {
  return fmt::format("{} articles, {} sessions of {} tokens, {} links in {} rows; {} articles have no link",
                     counts.articles, counts.sessions, counts.session_tokens, counts.links, counts.link_rows,
                     counts.articles_without_links);
}

// The part that all three simulators share.
template <class Options>
class Simulator : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {&set_}; }
  std::string plan() const override { return fmt::format("write flat files to {}\n", options_.output); }
  void run(const Context& context) override {
    require("output", options_.output);
    FlatCounts counts;
    comm::agreed_on_root(context.comm, [&] { counts = make(context.common.seed); });
    context.log.info("{}: {}", options_.output, counts_text(counts));
  }

 protected:
  virtual FlatCounts make(std::uint64_t seed) = 0;

  Options options_;
  OptionSet set_{"simulate", options_};
};

class SimulateWorld : public Simulator<WorldOptions> {
  FlatCounts make(std::uint64_t seed) override {
    options_.params.seed = seed;
    return write_world(options_.params, options_.output, options_.compression);
  }
};

class SimulateWordnet : public Simulator<WordnetOptions> {
  FlatCounts make(std::uint64_t seed) override {
    options_.params.walk.seed = seed;
    return write_wordnet(options_.params, options_.output, options_.compression);
  }
};

class SimulateWalk : public Simulator<WalkOptions> {
  FlatCounts make(std::uint64_t seed) override {
    require("input", options_.input);
    options_.params.seed = seed;
    const std::vector<InputFile> files = expand_inputs(options_.input);
    for (const InputFile& file : files) refuse_same_file(file.path, options_.output);
    expect_writable("output", options_.output);
    const LinkGraph graph = load_link_graph(files);
    FlatCounts counts{.articles = graph.size(), .links = graph.outlinks.tokens.size()};
    write_walks(graph, options_.params, options_.output, counts);
    return counts;
  }
};

class SimulateDumps : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {&set_}; }
  std::string plan() const override { return fmt::format("write SQL dumps to {}\n", options_.output); }
  void run(const Context& context) override {
    require("output", options_.output);
    DumpCounts counts;
    options_.params.seed = context.common.seed;
    comm::agreed_on_root(context.comm,
                         [&] { counts = write_dumps(options_.params, options_.output, options_.compression); });
    context.log.info("{}: {} pages and {} rows of pagelinks in {} wikis", options_.output, counts.pages, counts.links,
                     options_.params.wikis);
  }

 private:
  DumpsOptions options_;
  OptionSet set_{"simulate", options_};
};

}  // namespace

std::unique_ptr<Command> make_simulate_dumps() { return std::make_unique<SimulateDumps>(); }
std::unique_ptr<Command> make_simulate_world() { return std::make_unique<SimulateWorld>(); }
std::unique_ptr<Command> make_simulate_wordnet() { return std::make_unique<SimulateWordnet>(); }
std::unique_ptr<Command> make_simulate_walk() { return std::make_unique<SimulateWalk>(); }

}  // namespace linktrail::jobs
