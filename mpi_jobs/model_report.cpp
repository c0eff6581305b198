#include "mpi_jobs/model_report.h"

#include <fmt/format.h>

#include "comm/agreement.h"
#include "core/version.h"
#include "mpi_jobs/evaluation_table.h"
#include "mpi_jobs/record.h"
#include "report/html_report.h"
#include "report/metrics.h"
#include "snapshot/atomic_file.h"

namespace linktrail::jobs {

namespace {

// The numbers to see first, where the evaluation has them.
std::vector<std::pair<std::string, std::string>> highlights(const nlohmann::ordered_json& metrics) {
  const std::vector<std::pair<const char*, const char*>> wanted{
      {"Next-article recall@10", "/evaluate/next_article/recall_at_10"},
      {"Label agreement@10", "/evaluate/labels/agreement_at_10"},
      {"Micro-F1", "/evaluate/link_model/micro_f1"},
      {"Index recall@10", "/evaluate/index/recall_at_10"},
      {"Coverage", "/embed/coverage"}};
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& [label, path] : wanted) {
    const nlohmann::ordered_json::json_pointer pointer(path);
    if (metrics.contains(pointer)) found.emplace_back(label, fmt::format("{:.3f}", metrics[pointer].get<double>()));
  }
  return found;
}

ReportTable metrics_table(const nlohmann::ordered_json& metrics) {
  ReportTable table{.title = "All metrics", .header = {"metric", "value"}, .rows = {}};
  for (const auto& [name, value] : flat_numbers(metrics)) table.rows.push_back({name, value});
  return table;
}

}  // namespace

StageResult write_model_report(const ModelReport& report, const Context& context) {
  comm::agreed_on_root(context.comm, [&] {
    const ReportPage page{.title = fmt::format("The {} model", report.model),
                          .subtitle = fmt::format("{}, {} ranks, {}", kProducer, context.comm.size(), creation_time()),
                          .highlights = highlights(report.metrics),
                          .plots = training_plots(read_metrics(report.metrics_jsonl)),
                          .tables = {metrics_table(report.metrics)},
                          .config = report.config.dump(2)};
    write_text_atomically(report.folder + "/report.html", render_html(page));
    write_text_atomically(report.folder + "/metrics.jsonl", read_text(report.metrics_jsonl));
  });
  return StageResult::object();
}

}  // namespace linktrail::jobs
