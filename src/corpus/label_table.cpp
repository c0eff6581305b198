#include "corpus/label_table.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "core/checked_cast.h"
#include "core/error.h"
#include "corpus/flat_files.h"

namespace linktrail {

namespace {

// There are few names: sorting them alone is cheaper than sorting all entries.
std::vector<std::string> sorted_names(const std::vector<LabelTable::Entry>& entries) {
  std::unordered_set<std::string_view> distinct;
  for (const auto& entry : entries) distinct.insert(entry.label);
  std::vector<std::string> names(distinct.begin(), distinct.end());
  std::sort(names.begin(), names.end());
  return names;
}

struct Labelled {
  Qid qid;
  LabelId label;
};

// By article and label. Label ids follow the order of the names, so ordering by id is ordering by text.
std::vector<Labelled> sorted_entries(const std::vector<LabelTable::Entry>& entries,
                                     const std::vector<std::string>& names) {
  std::unordered_map<std::string_view, LabelId> id_of;
  for (const std::string& name : names) id_of.emplace(name, checked_cast<LabelId>(id_of.size()));
  std::vector<Labelled> sorted;
  sorted.reserve(entries.size());
  for (const auto& entry : entries) sorted.push_back({entry.qid, id_of.at(entry.label)});
  std::sort(sorted.begin(), sorted.end(),
            [](const Labelled& a, const Labelled& b) { return std::tie(a.qid, a.label) < std::tie(b.qid, b.label); });
  return sorted;
}

std::string names_of(std::span<const InputFile> files) {
  std::string names;
  for (const InputFile& file : files) names += (names.empty() ? "" : ", ") + file.path;
  return names;
}

}  // namespace

LabelTable::LabelTable(const std::vector<Entry>& entries) : names_(sorted_names(entries)) {
  const std::vector<Labelled> sorted = sorted_entries(entries, names_);
  std::vector<LabelId> labels;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (labels.empty() || labels.back() != sorted[i].label) labels.push_back(sorted[i].label);
    if (i + 1 < sorted.size() && sorted[i + 1].qid == sorted[i].qid) continue;
    qids_.push_back(sorted[i].qid);
    labels_.append(labels);
    labels.clear();
  }
  place_of_.reserve(qids_.size());
  for (std::size_t i = 0; i < qids_.size(); ++i) place_of_.emplace(qids_[i], i);
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
  return LabelTable(entries);
}

std::span<const LabelId> LabelTable::labels_of(Qid qid) const {
  const auto found = place_of_.find(qid);
  if (found == place_of_.end()) return {};
  return labels_[found->second];
}

}  // namespace linktrail
