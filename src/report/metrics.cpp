#include "report/metrics.h"

#include <cerrno>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/error.h"

namespace linktrail {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void throw_unwritable(const std::filesystem::path& path, int error_number) {
  throw StorageError(fmt::format("{}: cannot write metrics: {}; check that the folder exists and has space",
                                 path.string(), std::generic_category().message(error_number)));
}

Json to_json(const MetricsRow& row) {
  return {{"schema", kMetricsSchema}, {"run_id", row.run_id}, {"stage", row.stage},   {"epoch", row.epoch},
          {"step", row.step},         {"wall_s", row.wall_s}, {"words", row.words},   {"words_per_s", row.words_per_s},
          {"loss", row.loss},         {"lr", row.lr},         {"sync_s", row.sync_s}, {"wait_max_s", row.wait_max_s},
          {"rss_max", row.rss_max}};
}

double number(const Json& json, const char* key) {
  const Json& value = json.at(key);
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

MetricsRow from_json(const Json& json) {
  MetricsRow row;
  row.run_id = json.at("run_id").get<std::string>();
  row.stage = json.at("stage").get<std::string>();
  row.epoch = json.at("epoch").get<std::uint32_t>();
  row.step = json.at("step").get<std::uint64_t>();
  row.wall_s = number(json, "wall_s");
  row.words = json.at("words").get<std::uint64_t>();
  row.words_per_s = number(json, "words_per_s");
  row.loss = number(json, "loss");
  row.lr = number(json, "lr");
  row.sync_s = number(json, "sync_s");
  row.wait_max_s = number(json, "wait_max_s");
  row.rss_max = json.at("rss_max").get<std::uint64_t>();
  return row;
}

void append_newest(std::vector<MetricsRow>& rows, MetricsRow row) {
  while (!rows.empty() && rows.back().stage == row.stage && rows.back().step >= row.step) rows.pop_back();
  rows.push_back(std::move(row));
}

}  // namespace

MetricsWriter::MetricsWriter(const std::filesystem::path& path, MetricsStart start) : path_(path) {
  bool torn = false;
  if (start == MetricsStart::kResume) {
    // A line cut short by a kill must not swallow the next one.
    std::ifstream old(path, std::ios::binary | std::ios::ate);
    torn = old && old.tellg() > 0 && old.seekg(-1, std::ios::end) && old.get() != '\n';
  }
  out_.open(path,
            start == MetricsStart::kFresh ? std::ios::binary | std::ios::trunc : std::ios::binary | std::ios::app);
  if (!out_) throw_unwritable(path_, errno);
  if (torn) out_ << '\n';
}

void MetricsWriter::append(const MetricsRow& row) {
  out_ << to_json(row).dump() + "\n" << std::flush;
  if (!out_) throw_unwritable(path_, errno);
}

std::vector<MetricsRow> read_metrics(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in)
    throw input_error(
        {.what = "cannot be read", .file = path.string(), .expected = "", .found = "", .advice = "check the path"});
  std::vector<MetricsRow> rows;
  std::string line;
  while (std::getline(in, line)) {
    try {
      append_newest(rows, from_json(Json::parse(line)));
    } catch (const Json::exception&) {
      continue;  // torn by a kill: its round was repeated after the resume, or was the last
    }
  }
  return rows;
}

}  // namespace linktrail
