#include "index/incoming_links.h"

#include <algorithm>

namespace linktrail {

IncomingLinks::IncomingLinks(std::span<const ReverseLink> links, NodeId first, std::size_t rows, std::size_t most)
    : begin_(rows + 1, 0), sources_(links.size()) {
  std::vector<std::size_t> next(rows + 1, 0);
  for (const ReverseLink& link : links) ++next[link.target - first + 1];
  for (std::size_t row = 0; row < rows; ++row) next[row + 1] += next[row];
  const std::vector<std::size_t> all = next;
  for (const ReverseLink& link : links) sources_[next[link.target - first]++] = {link.distance, link.source};
  std::size_t kept = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto begin = sources_.begin() + static_cast<std::ptrdiff_t>(all[row]);
    const auto end = sources_.begin() + static_cast<std::ptrdiff_t>(all[row + 1]);
    std::sort(begin, end);
    const auto last = begin + std::min<std::ptrdiff_t>(end - begin, static_cast<std::ptrdiff_t>(most));
    begin_[row] = kept;
    kept = static_cast<std::size_t>(std::copy(begin, last, sources_.begin() + static_cast<std::ptrdiff_t>(kept)) -
                                    sources_.begin());
  }
  begin_[rows] = kept;
  sources_.resize(kept);
}

}  // namespace linktrail
