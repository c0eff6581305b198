#include "mpi_jobs/program.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/environment.h"
#include "comm/stop_signal.h"
#include "core/version.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/help_formatter.h"
#include "mpi_jobs/record.h"
#include "report/progress.h"

namespace linktrail::jobs {

namespace {

struct GlobalFlags {
  bool dump_config = false;
  bool dry_run = false;
  int verbose = 0;
  int quiet = 0;
};

// One subcommand of the command line with its options.
struct Parsed {
  std::unique_ptr<Command> command;
  CLI::App* app = nullptr;
  CommonOptions common;
  std::unique_ptr<OptionSet> common_set;
  GlobalFlags flags;
};

using Commands = std::vector<std::unique_ptr<Parsed>>;

constexpr const char* kCommonHeading = "Common options";
constexpr const char* kExitCodes =
    "linktrail COMMAND --help says more.\n\n"
    "Exit codes: 0 done, 1 fault of the program, 2 usage, 3 bad input, 4 storage, 5 communication,\n"
    "6 a gate failed, 75 stopped early with a checkpoint: run the same command again.";

std::string version_text() { return fmt::format("{} ({})", kProducer, comm::Environment::library_version()); }

void add_standard_flags(CLI::App& app) {
  app.set_help_flag();  // set anew: groups appear in the order of their first option
  app.set_help_flag("-h,--help", "print this help and stop")->group(kCommonHeading);
  app.set_version_flag("--version", version_text(), "print the versions of linktrail and MPI and stop")
      ->group(kCommonHeading);
}

void add_common(CLI::App& app, Parsed& parsed) {
  app.option_defaults()->group(kCommonHeading);
  parsed.common_set = std::make_unique<OptionSet>("", parsed.common);
  parsed.common_set->add_flags(app);
  app.add_option("--config", parsed.common.config, "TOML file of options; flags win over it")->type_name("PATH");
  app.add_flag("--dump-config", parsed.flags.dump_config, "print the resolved configuration as TOML and stop");
  app.add_flag("--dry-run", parsed.flags.dry_run, "check the options, say what would be done, and stop");
  app.add_flag("-v", parsed.flags.verbose, "say more; twice: still more");
  app.add_flag("-q", parsed.flags.quiet, "say less; twice: errors only");
  add_standard_flags(app);
}

// "train reader" hangs below "train"; groups are made when first seen.
CLI::App* subcommand_for(CLI::App& app, const Registered& entry, std::map<std::string, CLI::App*>& groups) {
  CLI::App* parent = &app;
  if (entry.path.size() > 1) {
    CLI::App*& group = groups[entry.path.front()];
    if (group == nullptr) {
      group = app.add_subcommand(entry.path.front(), group_help(entry.path.front()));
      group->group(entry.heading);
      group->get_help_ptr()->group(kCommonHeading);
      group->footer("");
      group->require_subcommand(1);
    }
    parent = group;
  }
  CLI::App* command = parent->add_subcommand(entry.path.back(), entry.help);
  command->group(parent == &app ? entry.heading : "Commands");
  return command->footer(entry.notes);
}

Commands add_subcommands(CLI::App& app) {
  Commands all;
  std::map<std::string, CLI::App*> groups;
  for (const Registered& entry : registry()) {
    auto parsed = std::make_unique<Parsed>();
    parsed->command = entry.make();
    parsed->app = subcommand_for(app, entry, groups);
    parsed->command->add_positionals(*parsed->app);
    for (OptionSet* set : parsed->command->flags()) set->add_flags(*parsed->app);
    add_common(*parsed->app, *parsed);
    all.push_back(std::move(parsed));
  }
  return all;
}

// The sections of the options that a file may set, behind those of every command.
std::vector<OptionSet*> sections_of(const Parsed& parsed) {
  std::vector<OptionSet*> sets = parsed.command->flags();
  const std::vector<OptionSet*> others = parsed.command->file_sections();
  sets.insert(sets.end(), others.begin(), others.end());
  return sets;
}

// Of all commands: one file serves them all, and each reads only its own sections.
std::set<std::string> known_sections(const Commands& all) {
  std::set<std::string> names;
  for (const auto& parsed : all)
    for (const OptionSet* set : sections_of(*parsed)) names.insert(set->section());
  return names;
}

std::string read_text(const std::string& path) {
  std::error_code unreadable;
  if (std::filesystem::is_directory(path, unreadable))
    throw UsageError(fmt::format("configuration '{}' is a folder; expected a TOML file", path));
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw UsageError(fmt::format("cannot read configuration '{}'; check the path", path));
  return text.str();
}

void read_config(Parsed& parsed, const std::set<std::string>& sections, const comm::Communicator& comm) {
  std::string path = parsed.command->config_path();
  if (!path.empty() && !parsed.common.config.empty())
    throw UsageError(
        fmt::format("--config {}: the configuration is {} already; give one file", parsed.common.config, path));
  if (path.empty()) path = parsed.common.config;
  if (path.empty()) return;
  std::string text;
  comm::agreed_on_root(comm, [&] { text = read_text(path); });
  text = comm::broadcast(std::move(text), 0, comm);

  const toml::table file = parse_toml(text, path);
  parsed.common_set->read(file, path, sections);
  for (OptionSet* set : sections_of(parsed)) set->read(file, path);
}

std::string resolved_config(Parsed& parsed) {
  std::vector<const OptionSet*> sets{parsed.common_set.get()};
  for (OptionSet* set : sections_of(parsed)) sets.push_back(set);
  return dump_toml(sets);
}

void execute(Parsed& parsed, const std::set<std::string>& sections, const comm::Communicator& comm) {
  comm::agreed(comm, [] {});  // a rank that never got here must not leave the others in the first real collective
  read_config(parsed, sections, comm);
  parse_progress_mode(parsed.common.progress);  // a typing error must not cost the hours before the first round
  if (parsed.flags.dump_config || parsed.flags.dry_run) {
    comm::agreed_on_root(
        comm, [&] { write_stdout(parsed.flags.dump_config ? resolved_config(parsed) : parsed.command->plan()); });
    return;
  }
  std::optional<comm::StopSignal> stop;
  if (parsed.command->on_stop_signal() == OnStopSignal::kCheckpoint) stop.emplace();
  comm::agreed(comm, [] {});  // from the first line of the log on, a signal to any rank finds its handler
  const Log log({.rank = comm.rank(),
                 .ranks = comm.size(),
                 .verbosity = parsed.flags.verbose - parsed.flags.quiet,
                 .sink = nullptr});
  log.detail("{}, {}, {} ranks", kProducer, comm::Environment::library_version(), comm.size());
  log.detail("configuration:\n{}", resolved_config(parsed));
  parsed.command->run({.comm = comm, .common = parsed.common, .log = log});
}

Parsed* chosen(const Commands& all) {
  for (const auto& parsed : all)
    if (parsed->app->parsed()) return parsed.get();
  return nullptr;
}

enum class Next { kExecute, kStop };

// Collective. Throws UsageError, the same on every rank. kStop: --help or --version has been printed.
Next parse(CLI::App& app, int argc, char** argv, const comm::Communicator& comm) {
  refuse_unknown_command({argv + 1, argv + argc});
  try {
    app.parse(argc, argv);
    return Next::kExecute;
  } catch (const CLI::Success& success) {
    std::ostringstream text;
    app.exit(success, text, text);
    comm::agreed_on_root(comm, [&] { write_stdout(text.str()); });
    return Next::kStop;
  } catch (const CLI::ParseError& error) {
    throw UsageError(fmt::format("{}; see linktrail --help", error.what()));
  }
}

}  // namespace

ExitCode run_program(int argc, char** argv, const comm::Communicator& comm) {
  CLI::App app("Monthly snapshots of Wikipedia article embeddings, each with one nearest-neighbour index.",
               "linktrail");
  app.formatter(std::make_shared<HelpFormatter>());
  add_standard_flags(app);
  app.footer(kExitCodes);
  app.require_subcommand(1);
  const auto all = add_subcommands(app);
  try {
    if (parse(app, argc, argv, comm) == Next::kExecute) execute(*chosen(all), known_sections(all), comm);
    return ExitCode::kDone;
  } catch (const comm::AgreedError& error) {
    if (comm.is_root()) fmt::print(stderr, "linktrail: {}\n", error.what());
    return error.code();
  } catch (const UsageError& error) {  // raised from options alone, which are the same on every rank
    if (comm.is_root()) fmt::print(stderr, "linktrail: {}\n", error.what());
    return error.code();
  } catch (const Error& error) {
    comm::abort_all(comm, error.code(), error.what());
  } catch (const std::exception& error) {
    comm::abort_all(comm, ExitCode::kInternal, error.what());
  }
}

}  // namespace linktrail::jobs
