#include "corpus/label_table.h"

#include <algorithm>
#include <tuple>

#include "core/checked_cast.h"
#include "core/error.h"
#include "corpus/flat_files.h"

namespace linktrail {

namespace {

std::vector<std::string> sorted_names(const std::vector<LabelTable::Entry>& entries) {
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const auto& entry : entries) names.push_back(entry.label);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string names_of(std::span<const InputFile> files) {
  std::string names;
  for (const InputFile& file : files) names += (names.empty() ? "" : ", ") + file.path;
  return names;
}

}  // namespace

LabelTable::LabelTable(std::vector<Entry> entries) : names_(sorted_names(entries)) {
  // Label ids follow the order of the names, so ordering by text is ordering by id.
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return std::tie(a.qid, a.label) < std::tie(b.qid, b.label); });
  std::vector<LabelId> labels;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto name = std::lower_bound(names_.begin(), names_.end(), entries[i].label);
    const auto label = checked_cast<LabelId>(name - names_.begin());
    if (labels.empty() || labels.back() != label) labels.push_back(label);
    if (i + 1 < entries.size() && entries[i + 1].qid == entries[i].qid) continue;
    qids_.push_back(entries[i].qid);
    labels_.append(labels);
    labels.clear();
  }
}

LabelTable LabelTable::load(std::span<const InputFile> files) {
  std::vector<Entry> entries;
  for_each_file(files, [&](LineReader& lines) {
    read_labels(lines, [&](Qid qid, std::string_view label) { entries.push_back({qid, std::string(label)}); });
  });
  if (entries.empty())
    throw input_error({.what = "no label in any of the label files",
                       .file = names_of(files),
                       .expected = "at least one row qid<TAB>label",
                       .found = "none",
                       .advice = "check that the export finished, or leave the labels out"});
  return LabelTable(std::move(entries));
}

std::span<const LabelId> LabelTable::labels_of(Qid qid) const {
  const auto found = std::lower_bound(qids_.begin(), qids_.end(), qid);
  if (found == qids_.end() || *found != qid) return {};
  return labels_.view()[static_cast<std::size_t>(found - qids_.begin())];
}

}  // namespace linktrail
