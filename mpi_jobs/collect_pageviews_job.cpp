// collect pageviews: sessions from exported pageview logs, over all ranks.
#include <fmt/ranges.h>
#include <unistd.h>

#include <filesystem>

#include "comm/agreement.h"
#include "comm/node.h"
#include "dist/collect_sessions.h"
#include "dist/input_files.h"
#include "dist/session_files.h"
#include "dist/session_order.h"
#include "mpi_jobs/collect_output.h"
#include "mpi_jobs/collect_record.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/private_memory.h"
#include "mpi_jobs/record.h"
#include "snapshot/atomic_file.h"

namespace linktrail::jobs {

namespace {

constexpr const char* kCommand = "collect pageviews";

namespace fs = std::filesystem;

void validate(const CollectPageviewsOptions& o) {
  require("input", o.input);
  require("qids", o.qids);
  require("output", o.output);
  main_page_of(o.main_page);
  check_parts(o.parts);
  if (o.filters.is_pageview != "true" && o.filters.is_pageview != kAny)
    throw UsageError(fmt::format("--is-pageview: expected true or any, found '{}'", printable(o.filters.is_pageview)));
  const std::string& space = o.filters.name_space;
  if (space != kAny &&
      (space.empty() || space.find_first_not_of("0123456789", space[0] == '-' ? 1 : 0) != std::string::npos))
    throw UsageError(fmt::format("--namespace: expected a number or any, found '{}'", printable(space)));
  if (o.min_length == 0 || o.max_length < o.min_length)
    throw UsageError(fmt::format("--min-length and --max-length: expected 1 <= min <= max, found {} and {}",
                                 o.min_length, o.max_length));
  node_memory(o.memory_gib);
}

// Only regular files by their own names: removing a link would leave the log where it is.
void check_deletable(const std::vector<InputFile>& files) {
  for (const InputFile& file : files) {
    const fs::path folder = fs::path(file.path).has_parent_path() ? fs::path(file.path).parent_path() : fs::path(".");
    if (!fs::is_regular_file(fs::symlink_status(file.path)))
      throw UsageError(fmt::format("--delete-inputs on-success: {} is a link; name the file itself", file.path));
    if (::access(folder.c_str(), W_OK) != 0)
      throw StorageError(
          fmt::format("--delete-inputs on-success: {} cannot be deleted, its folder is read-only", file.path));
  }
}

void delete_files(const std::vector<InputFile>& files) {
  for (const InputFile& file : files) {
    if (::unlink(file.path.c_str()) != 0) throw_storage_error(file.path, "delete", errno);
    sync_folder(fs::path(file.path).has_parent_path() ? fs::path(file.path).parent_path() : fs::path("."));
  }
}

class CollectPageviews : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {&set_}; }

  std::string plan() const override {
    validate(options_);
    const bool deleting = options_.delete_inputs == DeleteInputs::kOnSuccess;
    return fmt::format("read {} and {}\nwrite {} files of sessions to {}\n{}", fmt::join(options_.input, ", "),
                       fmt::join(options_.qids, ", "), options_.parts, options_.output,
                       deleting ? "then delete the logs\n" : "");
  }

  void run(const Context& context) override {
    forbid_core_dumps();
    validate(options_);
    const bool deleting = options_.delete_inputs == DeleteInputs::kOnSuccess;
    std::vector<InputFile> logs;
    if (deleting) {
      logs = dist::expand_inputs_on_root(options_.input, context.comm);
      comm::agreed_on_root(context.comm, [&] { check_deletable(logs); });
    }
    const auto lock = lock_output(options_.output, context);
    expect_record_of(options_.output, kCommand, context);
    const dist::SessionFiles files = session_files(options_, FileAccess::kOwner);
    dist::check_session_folder(files, context.comm);
    dist::CollectedSessions collected = dist::collect_sessions(params(context.comm), context.comm);
    report(collected, context);
    comm::agreed_on_root(context.comm, [&] { refuse_nothing(collected); });
    write(std::move(collected.sessions), files, context);
    write_collect_record(options_.output, kCommand, set_.to_json(), collected.counts, context);
    if (deleting) comm::agreed_on_root(context.comm, [&] { delete_files(logs); });
    context.log.info("wrote {} sessions to {} files in {}{}", collected.total, files.parts, files.folder,
                     deleting ? "; the logs are deleted" : "");
  }

 private:
  // Collective.
  dist::CollectParams params(const comm::Communicator& comm) const {
    return {.logs = options_.input,
            .qids = options_.qids,
            .filters = options_.filters,
            .rules = {.max_views_per_day = options_.max_views_per_day,
                      .min_actors = options_.min_actors,
                      .main_page = main_page_of(options_.main_page),
                      .gap_seconds = options_.gap,
                      .min_length = options_.min_length,
                      .max_length = options_.max_length,
                      .compat = options_.filters.compat},
            .malformed = options_.malformed,
            .memory = node_memory(options_.memory_gib) / comm::Node(comm).ranks().size() + 1};  // 0: no limit at all
  }

  static void report(const dist::CollectedSessions& collected, const Context& context) {
    if (collected.missing_filters > 0)
      context.log.warning(
          "{} of the logs lack is_pageview, agent_type, access_method or namespace: rows of these files "
          "pass the filters that ask for them",
          collected.missing_filters);
    context.log.info("read {} rows in {:.3f} s{}", collected.counts.front().count, collected.read_seconds,
                     collected.passes > 1
                         ? fmt::format(", in {} passes, to keep the views within the memory", collected.passes)
                         : "");
    context.log.info("what the rules dropped and kept:\n{}", rule_table(collected.counts));
  }

  static void refuse_nothing(const dist::CollectedSessions& collected) {
    if (collected.total == 0)
      throw InputError(
          "no session is left; the table above says which rule dropped how much; check the page-to-QID "
          "table, --min-actors and the filters");
  }

  // Collective.
  void write(Sequences<Qid> sessions, const dist::SessionFiles& files, const Context& context) const {
    const std::vector<dist::SessionPart> parts =
        dist::shuffle_sessions(std::move(sessions), context.common.seed, files.parts, context.comm);
    remove_collect_record(options_.output, context);
    const auto ranks = static_cast<std::uint32_t>(context.comm.size());
    dist::write_session_files(
        files,
        [&](std::uint32_t number, SessionWriter& writer) {
          const Sequences<Qid>& mine = parts[number / ranks].sessions;
          for (std::size_t i = 0; i < mine.size(); ++i) writer.write(mine[i]);
        },
        context.comm);
  }

  CollectPageviewsOptions options_;
  OptionSet set_{"collect_pageviews", options_};
};

}  // namespace

std::unique_ptr<Command> make_collect_pageviews() { return std::make_unique<CollectPageviews>(); }

}  // namespace linktrail::jobs
