// Pageview logs of simulated readers, as the query of docs/operations.md exports them, and the page-to-QID table.
//
// Readers walk the sessions of a World in one of its wikis, or in two; some rows are what real logs are full of: bots,
// apps, other namespaces (edits among them), pages without an id, reloads, returns after a long pause, visits of the
// Main Page, two views in one second, one actor with very many views. Rows are in no order of time. Rows of actor i are
// drawn from streams keyed by i, so a log of any size needs little memory.
#pragma once

#include <cstdint>
#include <string>

#include "simulate/flat_folder.h"
#include "simulate/world.h"

namespace linktrail {

enum class WikiColumn { kWikiDb, kProject };

struct PageviewLogParams {
  WorldParams world;
  std::uint64_t actors = 20000;
  std::uint32_t files = 4;
  std::uint32_t days = 7;
  double bot_share = 0.15;        // of the actors: spiders and automated ones
  double main_page_share = 0.05;  // of the actors: see the Main Page once or more
  double noise_share = 0.2;       // of the rows: apps, other namespaces, no pageviews, no page id
  std::uint64_t heavy_views = 0;  // of one more actor, on one day
  WikiColumn wiki_column = WikiColumn::kWikiDb;
};

struct PageviewLogCounts {
  std::uint64_t rows = 0;
  std::uint64_t pages = 0;  // rows of the page-to-QID table
};

// Writes log-00000.tsv .. and page_qids.tsv (".gz" appended when compressed) to `folder`, made if missing.
// Throws UsageError for parameters out of range, StorageError for failed writes.
PageviewLogCounts write_pageview_log(const PageviewLogParams& params, const std::string& folder,
                                     FlatCompression compression);

}  // namespace linktrail
