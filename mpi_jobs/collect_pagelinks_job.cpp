// collect pagelinks: SQL dumps of any set of wikis to flat files of links, titles and page ids by QID.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>

#include "comm/agreement.h"
#include "dist/collect_links.h"
#include "mpi_jobs/collect_output.h"
#include "mpi_jobs/collect_record.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/record.h"
#include "report/progress.h"
#include "snapshot/atomic_file.h"

namespace linktrail::jobs {

namespace {

constexpr const char* kCommand = "collect pagelinks";

constexpr std::uint32_t kMostHops = 16;

std::string trimmed(const std::string& text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

std::vector<std::string> split_commas(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const std::string& word : words) {
    std::size_t begin = 0;
    while (begin <= word.size()) {
      const std::size_t end = std::min(word.find(',', begin), word.size());
      const std::string name = trimmed(word.substr(begin, end - begin));
      if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      begin = end + 1;
    }
  }
  if (names.empty() && !words.empty()) throw UsageError("--wikis names no wiki; leave it out to collect all");
  return names;
}

dist::CollectLinksParams params_of(const CollectPagelinksOptions& options) {
  return {.dumps = options.dumps,
          .wikis = split_commas(options.wikis),
          .qids = options.qids,
          .pages = {.ids = options.ids, .disambiguation = options.disambiguation},
          .redirect_hops = options.redirect_hops,
          .memory_bytes = node_memory(options.memory_gib),
          .scratch = options.scratch.empty() ? options.output : options.scratch,
          .output = options.output,
          .part_suffix = options.compression == FlatCompression::kGzip ? ".tsv.gz" : ".tsv"};
}

dist::CollectedLinks collect_with_progress(const dist::CollectLinksParams& params, const Context& context) {
  std::unique_ptr<ProgressMeter> meter;
  if (context.comm.is_root())
    meter = std::make_unique<ProgressMeter>(ProgressParams{
        .mode = parse_progress_mode(context.common.progress),
        .stage = "collect pagelinks",
        .ranks = context.comm.size(),
        .terminal = detect_terminal(),
        .now_s =
            [] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); },
        .out = &std::cerr});
  const auto observe = [&](const dist::CollectLinksProgress& progress) {
    if (meter) meter->update({.fraction = progress.fraction, .phase = progress.phase});
  };
  dist::CollectedLinks collected = dist::collect_links(params, observe, context.comm);
  if (meter) meter->finish();
  return collected;
}

void validate(const CollectPagelinksOptions& options) {
  require("dumps", options.dumps);
  require("output", options.output);
  if (options.redirect_hops > kMostHops)
    throw UsageError(fmt::format("--redirect-hops: expected 0 to {}, found {}", kMostHops, options.redirect_hops));
  if (options.ids == PageIds::kPage && !options.qids.empty())
    throw UsageError("--qids: page ids stand for QIDs already, by --ids page; give one of the two");
  node_memory(options.memory_gib);
}

class CollectPagelinks : public Command {
 public:
  std::vector<OptionSet*> flags() override { return {&set_}; }
  std::string plan() const override {
    validate(options_);
    return fmt::format("read {}\nwrite {}/pagelinks-*.tsv\nwrite {}/titles.tsv\nwrite {}/page_qids.tsv\n",
                       options_.dumps, options_.output, options_.output, options_.output);
  }
  void run(const Context& context) override {
    validate(options_);
    const auto lock = lock_output(options_.output, context);
    expect_record_of(options_.output, kCommand, context);
    require_writable("output", options_.output + "/" + kCollectRecord, context.comm);
    const dist::CollectLinksParams params = params_of(options_);
    comm::agreed(context.comm, [&] { create_folders(params.scratch); });
    const dist::CollectedLinks collected = collect_with_progress(params, context);
    for (const std::string& note : collected.notes) context.log.warning("{}", note);
    write_collect_record(options_.output, kCommand, set_.to_json(), collected.rules, context,
                         {{"wikis", collected.wikis},
                          {"inputs", collected.inputs},
                          {"files", collected.files},
                          {"warnings", collected.notes}});
    context.log.info("what the rules kept and dropped:\n{}", rule_table(collected.rules));
    context.log.info("{} links of {} articles in {} files of {}; {} MiB were spilled to scratch", collected.pairs,
                     collected.rows, collected.parts, options_.output, collected.spilled_bytes >> 20);
  }

 private:
  CollectPagelinksOptions options_;
  OptionSet set_{"collect_pagelinks", options_};
};

}  // namespace

std::unique_ptr<Command> make_collect_pagelinks() { return std::make_unique<CollectPagelinks>(); }

}  // namespace linktrail::jobs
