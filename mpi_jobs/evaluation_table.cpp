#include "mpi_jobs/evaluation_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/table.h"

namespace linktrail::jobs {

namespace {

using nlohmann::ordered_json;

void add_numbers(const ordered_json& object, const std::string& prefix, ordered_json& flat) {
  for (const auto& [key, value] : object.items()) {
    const std::string name = prefix.empty() ? key : prefix + " " + key;
    if (value.is_object())
      add_numbers(value, name, flat);
    else if (value.is_number())
      flat[name] = value;
  }
}

ordered_json numbers_of(const ordered_json& metrics) {
  ordered_json flat = ordered_json::object();
  add_numbers(metrics.contains("evaluate") ? metrics["evaluate"] : metrics, "", flat);
  if (metrics.contains("embed") && metrics["embed"].contains("coverage"))
    flat["coverage"] = metrics["embed"]["coverage"];
  return flat;
}

std::string cell(const ordered_json& value) {
  if (value.is_null()) return "-";
  if (!value.is_number_float()) return value.dump();
  const double number = value.get<double>();
  return fmt::format("{:.{}f}", number, number < 1000 ? 4 : 0);  // shares and seconds to 4 places, speeds to none
}

}  // namespace

std::vector<std::pair<std::string, std::string>> flat_numbers(const ordered_json& metrics) {
  ordered_json flat = ordered_json::object();
  add_numbers(metrics, "", flat);
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& [name, value] : flat.items()) rows.emplace_back(name, cell(value));
  return rows;
}

std::string evaluation_table(const ordered_json& metrics) {
  std::vector<std::string> header{"metric"};
  std::vector<ordered_json> columns;
  std::vector<std::string> names;
  for (const auto& [model, result] : metrics.items()) {
    header.push_back(model);
    columns.push_back(numbers_of(result));
    for (const auto& [name, value] : columns.back().items())
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  TextTable table(header);
  for (const std::string& name : names) {
    std::vector<std::string> row{name};
    for (const ordered_json& column : columns) row.push_back(cell(column.value(name, ordered_json())));
    table.add_row(row);
  }
  return table.render();
}

}  // namespace linktrail::jobs
