// The options of the stages that make flat files from raw ones, and of the simulator of raw ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collect/clickstream_walk.h"
#include "collect/page_facts.h"
#include "collect/pageview_log.h"
#include "dist/collect_clickstream.h"
#include "mpi_jobs/options.h"
#include "simulate/dump_world.h"
#include "simulate/pageview_log.h"

namespace linktrail::jobs {

struct CollectClickstreamOptions {
  std::vector<std::string> input;
  std::vector<std::string> titles;
  std::string wiki;
  std::string output;
  FlatCompression compression = FlatCompression::kNone;
  std::uint32_t parts = 8;
  std::uint64_t sessions = 1000000;
  ClickWalkParams walk;
  dist::Transitions transitions = dist::Transitions::kLink;
  std::string main_page = "Q5296";
  Malformed malformed = Malformed::kRefuse;
};

struct SimulatePageviewsOptions {
  std::string output;
  FlatCompression compression = FlatCompression::kGzip;
  PageviewLogParams params;
};

// What becomes of the exported logs once sessions are durable. They name readers; sessions do not.
enum class DeleteInputs { kNever, kOnSuccess };

struct CollectPageviewsOptions {
  std::vector<std::string> input;
  std::vector<std::string> qids;
  std::string output;
  FlatCompression compression = FlatCompression::kNone;
  std::uint32_t parts = 8;
  RowFilters filters;
  std::uint32_t max_views_per_day = 500;
  std::uint32_t min_actors = 50;
  std::string main_page = "Q5296";
  std::uint32_t gap = 3600;
  std::uint32_t min_length = 2;
  std::uint32_t max_length = 30;
  Malformed malformed = Malformed::kRefuse;
  double memory_gib = 0;
  DeleteInputs delete_inputs = DeleteInputs::kNever;
};

struct CollectPagelinksOptions {
  std::string dumps;
  std::vector<std::string> wikis;  // each may name several, separated by commas
  PageIds ids = PageIds::kQid;
  std::string output;
  std::vector<std::string> qids;
  std::uint32_t redirect_hops = 1;
  Disambiguation disambiguation = Disambiguation::kKeep;
  FlatCompression compression = FlatCompression::kNone;
  double memory_gib = 0;
  std::string scratch;
};

struct DumpsOptions {
  std::string output;
  FlatCompression compression = FlatCompression::kGzip;
  DumpWorldParams params;
};

template <class Visitor>
void fields(SimulatePageviewsOptions& o, Visitor&& v) {
  v(FieldInfo{"output", "folder for the logs and the page-to-QID table"}, o.output);
  v(FieldInfo{"compression", "compression of the files"}, o.compression);
  v(FieldInfo{"actors", "number of actors"}, o.params.actors);
  v(FieldInfo{"files", "number of logs"}, o.params.files);
  v(FieldInfo{"days", "days that the logs cover"}, o.params.days);
  v(FieldInfo{"articles", "number of articles"}, o.params.world.articles);
  v(FieldInfo{"topics", "number of planted topics"}, o.params.world.topics);
  v(FieldInfo{"wikis", "number of wikis, at most 5; the second and fourth have hyphens"}, o.params.world.wikis);
  v(FieldInfo{"zipf", "exponent of the articles' popularity"}, o.params.world.zipf_exponent);
  v(FieldInfo{"bots", "share of actors that are spiders or automated"}, o.params.bot_share);
  v(FieldInfo{"main-page", "share of actors who see the Main Page"}, o.params.main_page_share);
  v(FieldInfo{"noise", "rows that the filters drop for each view: apps, other namespaces, no pageviews, no page id"},
    o.params.noise_share);
  v(FieldInfo{"heavy-views", "views of one more actor, all on one day"}, o.params.heavy_views);
  v(FieldInfo{"wiki-column", "how the logs name wikis"}, o.params.wiki_column);
}

inline constexpr const char* kRules = "Rules, in the order in which they are applied";

template <class Visitor>
void fields(CollectPageviewsOptions& o, Visitor&& v) {
  v(FieldInfo{"input", "exported logs (TSV with a header): files, folders or globs"}, o.input);
  v(FieldInfo{"qids", "page-to-QID table: TSV with the header wiki_db, page_id, qid"}, o.qids);
  v(FieldInfo{"output", "folder for the sessions, which only you may read"}, o.output);
  v(FieldInfo{"compression", "compression of the sessions"}, o.compression);
  v(FieldInfo{"parts", "number of files, written side by side"}, o.parts);
  v(FieldInfo{"malformed", "what to do at a row that cannot be read: end, or count it and go on"}, o.malformed);
  v(FieldInfo{"memory",
              "GiB of a node's memory for views; beyond, the logs are read again for each part of the actors; "
              "0: half of what is free",
              "GIB"},
    o.memory_gib);
  v(FieldInfo{"delete-inputs", "delete the logs when the sessions are safely on disk"}, o.delete_inputs);
  v(FieldInfo{"is-pageview", "keep rows with this is_pageview", "true|any", kRules}, o.filters.is_pageview);
  v(FieldInfo{"agent-type", "keep rows of this agent_type", "TEXT|any", kRules}, o.filters.agent_type);
  v(FieldInfo{"drop-access-method", "drop rows of this access_method", "TEXT|any", kRules}, o.filters.drop_access);
  v(FieldInfo{"namespace", "keep rows of this namespace", "N|any", kRules}, o.filters.name_space);
  v(FieldInfo{"max-views-per-day", "drop the views of an actor's day (UTC) that has more; 0: any number", "", kRules},
    o.max_views_per_day);
  v(FieldInfo{"min-actors", "drop views of pages that fewer actors have seen", "", kRules}, o.min_actors);
  v(FieldInfo{"main-page", "drop actors who have seen this article", "QID|none", kRules}, o.main_page);
  v(FieldInfo{"gap", "seconds between two views beyond which a session ends", "", kRules}, o.gap);
  v(FieldInfo{"min-length", "drop shorter sessions", "", kRules}, o.min_length);
  v(FieldInfo{"max-length", "drop longer sessions", "", kRules}, o.max_length);
  v(FieldInfo{"compat", "repeat the bugs of the pipeline in use: hyphenated wikis lost, repeats gone before splitting",
              "", kRules},
    o.filters.compat);
}

template <class Visitor>
void fields(CollectClickstreamOptions& o, Visitor&& v) {
  v(FieldInfo{"input", "monthly clickstream files: files, folders or globs"}, o.input);
  v(FieldInfo{"titles", "titles: wiki_db, qid, title; or qid, title for one wiki"}, o.titles);
  v(FieldInfo{"wiki", "the wiki of all files, e.g. enwiki; if not given, by their names", "NAME"}, o.wiki);
  v(FieldInfo{"output", "folder for the sessions"}, o.output);
  v(FieldInfo{"compression", "compression of the sessions"}, o.compression);
  v(FieldInfo{"parts", "number of files, written side by side"}, o.parts);
  v(FieldInfo{"sessions", "number of sessions"}, o.sessions);
  v(FieldInfo{"min-length", "shortest session; shorter walks are drawn again"}, o.walk.min_length);
  v(FieldInfo{"max-length", "longest session; walks end there"}, o.walk.max_length);
  v(FieldInfo{"stop",
              "probability to stop at an article; auto: the share of its arrivals that no click leads away from"},
    o.walk.stop_probability);
  v(FieldInfo{"transitions", "steps between articles: along links, or all that readers made"}, o.transitions);
  v(FieldInfo{"main-page", "leave this article out", "QID|none"}, o.main_page);
  v(FieldInfo{"malformed", "what to do at a row that cannot be read: end, or count it and go on"}, o.malformed);
}

template <class Visitor>
void fields(CollectPagelinksOptions& o, Visitor&& v) {
  v(FieldInfo{"dumps", "folder of SQL dumps: page, pagelinks, linktarget, redirect, page_props"}, o.dumps);
  v(FieldInfo{"wikis", "wikis to collect, in the order of the output; all in the folder if not given", "WIKI,..."},
    o.wikis);
  v(FieldInfo{"ids", "what stands for an article: its QID, or its page id (of one wiki)"}, o.ids);
  v(FieldInfo{"output", "folder for pagelinks-*.tsv, titles.tsv, page_qids.tsv and the manifest"}, o.output);
  v(FieldInfo{"qids", "tables wiki_db, page_id, qid to take QIDs from instead of page_props"}, o.qids);
  v(FieldInfo{"redirect-hops", "redirects followed from a link, one after the other, at most 16"}, o.redirect_hops);
  v(FieldInfo{"disambiguation", "disambiguation pages: as other articles, or left out with the links to them"},
    o.disambiguation);
  v(FieldInfo{"compression", "compression of the pagelinks"}, o.compression);
  v(FieldInfo{"memory", "GiB of a node's memory that its ranks may take; beyond, --scratch; 0: half of what is free",
              "GIB", kRanks},
    o.memory_gib);
  v(FieldInfo{"scratch", "folder for what does not fit into memory; the output folder if not given", "DIR", kRanks},
    o.scratch);
}

template <class Visitor>
void fields(DumpsOptions& o, Visitor&& v) {
  v(FieldInfo{"output", "folder for the dumps"}, o.output);
  v(FieldInfo{"compression", "compression of the files"}, o.compression);
  v(FieldInfo{"wikis", "number of wikis"}, o.params.wikis);
  v(FieldInfo{"pages", "pages of the largest wiki; each further one has half as many"}, o.params.pages);
  v(FieldInfo{"links", "mean number of links of a page"}, o.params.mean_links);
  v(FieldInfo{"schema", "how pagelinks name their targets; mixed: every second wiki by title"}, o.params.schema);
  v(FieldInfo{"files", "files that the pagelinks of a wiki are cut into"}, o.params.files);
}

}  // namespace linktrail::jobs
