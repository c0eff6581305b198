// What each rule of a collection dropped or kept, by name: the table at the end of the log and in the manifest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace linktrail {

struct RuleCount {
  std::string rule;
  std::uint64_t count = 0;
};

using RuleCounts = std::vector<RuleCount>;

}  // namespace linktrail
