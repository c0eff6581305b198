#include "mpi_jobs/collect_record.h"

#include <filesystem>

#include "comm/agreement.h"
#include "core/version.h"
#include "mpi_jobs/record.h"
#include "report/table.h"
#include "snapshot/atomic_file.h"

namespace linktrail::jobs {

namespace {

std::filesystem::path record_path(const std::string& folder) { return std::filesystem::path(folder) / "_collect.json"; }

}  // namespace

std::string rule_table(const RuleCounts& counts) {
  TextTable table({"rule", "count"});
  for (const RuleCount& count : counts) table.add_row({count.rule, fmt::format("{}", count.count)});
  return table.render();
}

void write_collect_record(const std::string& folder, const nlohmann::ordered_json& config, const RuleCounts& counts,
                          const Context& context) {
  comm::agreed_on_root(context.comm, [&] {
    nlohmann::ordered_json rules;
    for (const RuleCount& count : counts) rules[count.rule] = count.count;
    const nlohmann::ordered_json record{
        {"producer", kProducer}, {"created", creation_time()}, {"config", config}, {"counts", rules}};
    write_text_atomically(record_path(folder), record_text(record));
  });
}

std::string record_text(const nlohmann::ordered_json& record) {
  return record.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void remove_collect_record(const std::string& folder, const Context& context) {
  comm::agreed_on_root(context.comm, [&] { std::filesystem::remove(record_path(folder)); });
}

}  // namespace linktrail::jobs
