// How the output is cut into parts: ranges of (wiki, page id) with about as many links each. It depends on the input
// alone, not on the ranks or their memory, so the parts have the same bytes whoever writes them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace linktrail {

// Work by page, summed over runs of pages.
class PageWeights {
 public:
  static constexpr unsigned kRunBits = 10;  // pages a run: fine enough to balance, few enough to sum over ranks
  // All pages behind these are one run: the ids of a sound wiki are far below, and a damaged one must cost no memory.
  static constexpr std::size_t kMostRuns = std::size_t{1} << 18;

  static std::size_t run_of(std::uint32_t page) { return std::min<std::size_t>(page >> kRunBits, kMostRuns - 1); }

  explicit PageWeights(std::size_t wikis) : runs_(wikis) {}

  void add(std::uint16_t wiki, std::uint32_t page, std::uint64_t weight = 1) {
    auto& runs = runs_[wiki];
    const std::size_t run = run_of(page);
    if (run >= runs.size()) runs.resize(run + 1);
    runs[run] += weight;
  }

  std::vector<std::vector<std::uint64_t>>& runs() { return runs_; }
  const std::vector<std::vector<std::uint64_t>>& runs() const { return runs_; }

 private:
  std::vector<std::vector<std::uint64_t>> runs_;
};

class PartPlan {
 public:
  // A part holds about this many links: enough for files of megabytes, few enough to sort in memory.
  static constexpr std::uint64_t kLinksPerPart = 200'000;
  static constexpr std::uint64_t kMostParts = 1024;

  explicit PartPlan(const PageWeights& weights);

  std::size_t size() const { return parts_; }
  // Of a page whose run has a weight, or lies before one.
  std::uint32_t part_of(std::uint16_t wiki, std::uint32_t page) const {
    return part_of_run_[wiki][PageWeights::run_of(page)];
  }

 private:
  std::size_t parts_ = 1;
  std::vector<std::vector<std::uint32_t>> part_of_run_;
};

}  // namespace linktrail
