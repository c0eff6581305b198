// Labels of articles, e.g. topics: loaded whole.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <tsl/robin_map.h>

#include "core/ids.h"
#include "core/sequences.h"
#include "corpus/input_set.h"

namespace linktrail {

class LabelTable {
 public:
  struct Entry {
    Qid qid;
    std::string label;
  };

  LabelTable() = default;
  // Any order, duplicates allowed.
  explicit LabelTable(const std::vector<Entry>& entries);

  // Reads label files whole. Throws InputError as read_labels does, or if they hold no label at all.
  static LabelTable load(std::span<const InputFile> files);

  // Ascending label ids of the article; empty if it has none.
  std::span<const LabelId> labels_of(Qid qid) const;

  const std::vector<std::string>& names() const { return names_; }  // sorted bytewise; LabelId is the position
  std::span<const Qid> qids() const { return qids_; }               // ascending
  bool empty() const { return qids_.empty(); }

 private:
  std::vector<std::string> names_;
  std::vector<Qid> qids_;
  Sequences<LabelId> labels_;
  tsl::robin_map<Qid, std::size_t> place_of_;  // in qids_
};

}  // namespace linktrail
