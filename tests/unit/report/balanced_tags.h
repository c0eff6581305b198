// A small check that markup is balanced; enough for pages without comments or CDATA.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace linktrail {

// The first tag that is not closed in order, or "" if all are.
inline std::string first_unbalanced_tag(std::string_view text) {
  std::vector<std::string> open;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const std::size_t end = text.find('>', at);
    if (end == std::string_view::npos) return "unfinished tag";
    const std::string_view tag = text.substr(at + 1, end - at - 1);
    if (tag.starts_with('!') || tag.ends_with('/')) continue;
    const bool closes = tag.starts_with('/');
    const std::string name(tag.substr(closes ? 1 : 0, tag.find(' ')));
    if (!closes)
      open.push_back(name);
    else if (open.empty() || open.back() != name)
      return name;
    else
      open.pop_back();
  }
  return open.empty() ? "" : open.back();
}

}  // namespace linktrail
