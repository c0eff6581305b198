// collect pagelinks: SQL dumps of any set of wikis to flat files of links, titles and page ids by QID.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>

#include "comm/agreement.h"
#include "core/free_memory.h"
#include "core/version.h"
#include "dist/collect_links.h"
#include "mpi_jobs/collect_record.h"
#include "mpi_jobs/command.h"
#include "mpi_jobs/record.h"
#include "mpi_jobs/stages.h"
#include "report/progress.h"
#include "snapshot/atomic_file.h"

namespace linktrail::jobs {

namespace {

constexpr std::uint32_t kMostHops = 16;

std::vector<std::string> split_commas(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const std::string& word : words) {
    std::size_t begin = 0;
    while (begin <= word.size()) {
      const std::size_t end = std::min(word.find(',', begin), word.size());
      const std::string name = word.substr(begin, end - begin);
      if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      begin = end + 1;
    }
  }
  return names;
}

// "4", "4G", "4GiB", "512M": bytes; a bare number counts GiB. Throws UsageError.
std::uint64_t parse_memory(const std::string& text) {
  std::size_t digits = 0;
  double value = 0;
  try {
    value = std::stod(text, &digits);
  } catch (const std::exception&) {
  }
  std::string unit = text.substr(digits);
  for (const char* tail : {"iB", "B"})
    if (unit.size() > 1 && unit.ends_with(tail)) unit.resize(unit.size() - std::string_view(tail).size());
  const double scale = unit == "" || unit == "G" ? 0x1p30
                       : unit == "M"             ? 0x1p20
                       : unit == "K"             ? 0x1p10
                       : unit == "T"             ? 0x1p40
                                                 : 0;
  if (digits == 0 || scale == 0 || !(value >= 0) || value > 1e9)
    throw UsageError(fmt::format("--memory: expected a size like 4G or 512M, found '{}'", printable(text)));
  return static_cast<std::uint64_t>(value * scale);
}

// Of a node: what was asked for, or most of what is free.
std::uint64_t memory_of(const CollectPagelinksOptions& options) {
  constexpr std::uint64_t kUnknownFree = 2UL << 30;
  const std::uint64_t asked = parse_memory(options.memory);
  if (asked > 0) return asked;
  const std::uint64_t free = free_memory_bytes();
  return free == 0 ? kUnknownFree : free / 4 * 3;
}

dist::CollectLinksParams params_of(const CollectPagelinksOptions& options) {
  return {.dumps = options.dumps,
          .wikis = split_commas(options.wikis),
          .qids = options.qids,
          .pages = {.ids = options.ids, .disambiguation = options.disambiguation},
          .redirect_hops = options.redirect_hops,
          .memory_bytes = memory_of(options),
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

// Without what depends on the machine: two runs over the same dumps write the same manifest at the same time.
nlohmann::ordered_json manifest_of(const dist::CollectedLinks& collected, const CollectPagelinksOptions& options) {
  CollectPagelinksOptions copy = options;
  nlohmann::ordered_json rules = nlohmann::ordered_json::array();
  for (const RuleCount& rule : collected.rules)
    rules.push_back({{"rule", rule.rule.substr(rule.rule.find_first_not_of(' '))}, {"count", rule.count}});
  const nlohmann::ordered_json config = OptionSet("collect_pagelinks", copy, {"memory", "scratch", "output"}).to_json();
  return {{"stage", "collect pagelinks"}, {"producer", kProducer},
          {"created", creation_time()},   {"config", config},
          {"wikis", collected.wikis},     {"inputs", collected.inputs},
          {"files", collected.files},     {"rows", collected.rows},
          {"links", collected.pairs},     {"rules", rules},
          {"warnings", collected.notes}};
}

}  // namespace

void validate(const CollectPagelinksOptions& options) {
  require("dumps", options.dumps);
  require("output", options.output);
  if (options.redirect_hops > kMostHops)
    throw UsageError(fmt::format("--redirect-hops: expected 0 to {}, found {}", kMostHops, options.redirect_hops));
  if (options.ids == PageIds::kPage && !options.qids.empty())
    throw UsageError("--qids: page ids stand for QIDs already, by --ids page; give one of the two");
  parse_memory(options.memory);
}

StageResult collect_pagelinks(const CollectPagelinksOptions& options, const Context& context) {
  make_output_folder(options.output, context.comm);
  const std::string manifest = options.output + "/" + dist::kLinksManifest;
  require_writable("output", manifest, context.comm);
  dist::CollectLinksParams params = params_of(options);
  comm::agreed(context.comm, [&] { create_folders(params.scratch); });
  const dist::CollectedLinks collected = collect_with_progress(params, context);
  for (const std::string& note : collected.notes) context.log.warning("{}", note);
  const nlohmann::ordered_json record = manifest_of(collected, options);
  comm::agreed_on_root(context.comm, [&] { write_text_atomically(manifest, record_text(record)); });
  context.log.info("what the rules kept and dropped:\n{}", rule_table(collected.rules));
  context.log.info("{} links of {} articles in {} files of {}; {} MiB were spilled to scratch", collected.pairs,
                   collected.rows, collected.parts, options.output, collected.spilled_bytes >> 20);
  return record;
}

namespace {

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
    collect_pagelinks(options_, context);
  }

 private:
  CollectPagelinksOptions options_;
  OptionSet set_{"collect_pagelinks", options_};
};

}  // namespace

std::unique_ptr<Command> make_collect_pagelinks() { return std::make_unique<CollectPagelinks>(); }

}  // namespace linktrail::jobs
