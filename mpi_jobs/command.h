// A subcommand: its options and what it does. main() finds it in the registry.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "mpi_jobs/context.h"
#include "mpi_jobs/option_set.h"

namespace linktrail::jobs {

// What a signal to stop does: TERM, INT or USR1.
enum class OnStopSignal {
  kEnd,         // ends the program at once; outputs that are not finished do not appear
  kCheckpoint,  // is noticed at the next synchronisation: the work so far is kept, exit code 75
};

class Command {
 public:
  virtual ~Command() = default;

  // The sections whose options are flags of this command.
  virtual std::vector<OptionSet*> flags() = 0;

  // Further sections that only the configuration file sets.
  virtual std::vector<OptionSet*> file_sections() { return {}; }

  // Arguments without a flag.
  virtual void add_positionals(CLI::App& /*app*/) {}

  // Where the configuration comes from, if not from --config.
  virtual std::string config_path() const { return {}; }

  virtual OnStopSignal on_stop_signal() const { return OnStopSignal::kEnd; }

  // What --dry-run prints: checks the options and names inputs and outputs. Root only, no communication.
  virtual std::string plan() const = 0;

  // Collective.
  virtual void run(const Context& context) = 0;
};

struct Registered {
  std::vector<std::string> path;  // e.g. {"train", "reader"}
  std::string heading;            // of --help, under which the command stands
  std::string help;               // one line
  std::string notes;              // below the options: what is printed, an example
  std::unique_ptr<Command> (*make)();
};

// Every subcommand, in the order of --help.
const std::vector<Registered>& registry();

// What --help says of the commands that share their first word, e.g. "train".
std::string group_help(const std::string& group);

// Throws UsageError naming the first word that should be a command of the registry and is none, with those there are.
// `words` are those of the command line behind the program; flags and missing words are left to the parser.
void refuse_unknown_command(const std::vector<std::string>& words);

std::unique_ptr<Command> make_collect_pagelinks();
std::unique_ptr<Command> make_train_reader();
std::unique_ptr<Command> make_train_links();
std::unique_ptr<Command> make_embed_reader();
std::unique_ptr<Command> make_embed_links();
std::unique_ptr<Command> make_index();
std::unique_ptr<Command> make_evaluate();
std::unique_ptr<Command> make_snapshot();
std::unique_ptr<Command> make_collect_pageviews();
std::unique_ptr<Command> make_collect_clickstream();
std::unique_ptr<Command> make_query();
std::unique_ptr<Command> make_inspect();
std::unique_ptr<Command> make_export();
std::unique_ptr<Command> make_simulate_world();
std::unique_ptr<Command> make_simulate_wordnet();
std::unique_ptr<Command> make_simulate_walk();
std::unique_ptr<Command> make_simulate_pageviews();
std::unique_ptr<Command> make_simulate_dumps();

}  // namespace linktrail::jobs
