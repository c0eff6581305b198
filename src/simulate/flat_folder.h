// What every simulator leaves: the four flat files in one folder.
#pragma once

#include <cstdint>
#include <string>

namespace linktrail {

enum class FlatCompression { kNone, kGzip };

struct FlatCounts {
  std::uint64_t articles = 0;
  std::uint64_t sessions = 0;
  std::uint64_t session_tokens = 0;
  std::uint64_t link_rows = 0;
  std::uint64_t links = 0;
  std::uint64_t articles_without_links = 0;  // no outlink in any wiki
  std::uint64_t label_rows = 0;
  std::uint64_t title_rows = 0;
};

// Paths of the four files in `folder`, with ".gz" where compressed.
struct FlatPaths {
  std::string sessions, pagelinks, labels, titles;
};

inline FlatPaths flat_paths(const std::string& folder, FlatCompression compression) {
  const std::string suffix = compression == FlatCompression::kGzip ? ".gz" : "";
  return {folder + "/sessions.txt" + suffix, folder + "/pagelinks.tsv" + suffix, folder + "/labels.tsv" + suffix,
          folder + "/titles.tsv" + suffix};
}

}  // namespace linktrail
