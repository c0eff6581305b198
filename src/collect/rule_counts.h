// What each rule of a collection dropped or kept, in the order of the rules: a table for people and the record.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace linktrail {

struct RuleCount {
  std::string rule;
  std::uint64_t count = 0;
};

// Of every collection, beside its files and written last: a folder without it is not complete. Readers of flat files
// pass over names that begin with "_".
inline constexpr const char* kCollectRecord = "_collect.json";

using RuleCounts = std::vector<RuleCount>;

}  // namespace linktrail
