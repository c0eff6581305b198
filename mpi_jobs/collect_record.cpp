#include "mpi_jobs/collect_record.h"

#include <filesystem>
#include <fstream>

#include "comm/agreement.h"
#include "core/error.h"
#include "core/version.h"
#include "mpi_jobs/record.h"
#include "report/table.h"
#include "snapshot/atomic_file.h"

namespace linktrail::jobs {

namespace {

std::filesystem::path record_path(const std::string& folder) { return std::filesystem::path(folder) / kCollectRecord; }

// Bytes that are no UTF-8, of a path or a dump, are replaced.
std::string text_of(const nlohmann::ordered_json& record) {
  return record.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

// Indentation is for the table.
std::string name_of(const RuleCount& count) { return count.rule.substr(count.rule.find_first_not_of(' ')); }

}  // namespace

std::string rule_table(const RuleCounts& counts) {
  TextTable table({"rule", "count"});
  for (const RuleCount& count : counts) table.add_row({count.rule, fmt::format("{}", count.count)});
  return table.render();
}

void write_collect_record(const std::string& folder, const std::string& command, const nlohmann::ordered_json& config,
                          const RuleCounts& counts, const Context& context, const nlohmann::ordered_json& more) {
  comm::agreed_on_root(context.comm, [&] {
    nlohmann::ordered_json rules;
    for (const RuleCount& count : counts) rules[name_of(count)] = count.count;
    nlohmann::ordered_json record{{"producer", kProducer},       {"created", creation_time()}, {"command", command},
                                  {"seed", context.common.seed}, {"config", config},           {"counts", rules}};
    record.update(more);
    write_text_atomically(record_path(folder), text_of(record));
  });
}

void expect_record_of(const std::string& folder, const std::string& command, const Context& context) {
  comm::agreed_on_root(context.comm, [&] {
    std::ifstream file(record_path(folder));
    if (!file) return;
    const auto record = nlohmann::json::parse(file, nullptr, false);
    const std::string found = record.is_object() ? record.value("command", command) : command;
    if (found != command)
      throw StorageError(
          fmt::format("{}: holds what {} wrote, and its {} would be lost; choose another --output, or "
                      "remove it",
                      folder, found, kCollectRecord));
  });
}

void remove_collect_record(const std::string& folder, const Context& context) {
  comm::agreed_on_root(context.comm, [&] { std::filesystem::remove(record_path(folder)); });
}

}  // namespace linktrail::jobs
