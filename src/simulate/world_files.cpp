#include "simulate/world_files.h"

#include "corpus/flat_writers.h"
#include "simulate/make_folder.h"

namespace linktrail {

namespace {

void to_qids(const World& world, const std::vector<World::Article>& articles, std::vector<Qid>& qids) {
  qids.clear();
  for (const World::Article article : articles) qids.push_back(world.qid(article));
}

void write_sessions(const World& world, const std::string& path, FlatCounts& counts) {
  SessionWriter writer(path);
  std::vector<World::Article> pages;
  std::vector<Qid> qids;
  for (std::uint64_t i = 0; i < world.params().sessions; ++i) {
    world.session(world.params().first_session + i, pages);
    to_qids(world, pages, qids);
    writer.write(qids);
    counts.session_tokens += qids.size();
  }
  writer.finish();
  counts.sessions = world.params().sessions;
}

void write_links(const World& world, const std::string& path, FlatCounts& counts) {
  LinkWriter writer(path);
  std::vector<World::Article> all, targets;
  std::vector<Qid> qids;
  std::vector<char> has_links(world.params().articles, 0);
  for (std::uint32_t wiki = 0; wiki < world.params().wikis; ++wiki) {
    const std::string wiki_db = world.wiki_db(wiki);
    for (World::Article a = 0; a < world.params().articles; ++a) {
      if (!world.exists_in(wiki, a)) continue;
      world.links(a, all);
      world.links_in(wiki, a, all, targets);
      to_qids(world, targets, qids);
      const Qid from = world.lacks_qid(wiki, a) ? kNoQid : world.qid(a);
      writer.write(
          {.wiki_db = wiki_db, .page_id = static_cast<std::int64_t>(a) + 1, .qid_from = from, .outlinks = qids});
      ++counts.link_rows;
      counts.links += qids.size();
      if (!qids.empty()) has_links[a] = 1;
    }
  }
  writer.finish();
  for (const char has : has_links) counts.articles_without_links += has == 0 ? 1 : 0;
}

void write_labels(const World& world, const std::string& path, FlatCounts& counts) {
  LabelWriter writer(path);
  for (World::Article a = 0; a < world.params().articles; ++a) {
    for (const World::Topic topic : {world.topic(a), world.second_topic(a)}) {
      if (topic == World::kNoTopic) continue;
      writer.write(world.qid(a), World::label(topic));
      ++counts.label_rows;
    }
  }
  writer.finish();
}

void write_titles(const World& world, const std::string& path, FlatCounts& counts) {
  TitleWriter writer(path);
  for (World::Article a = 0; a < world.params().articles; ++a) writer.write(world.qid(a), world.title(a));
  writer.finish();
  counts.title_rows = world.params().articles;
}

}  // namespace

FlatCounts write_world(const WorldParams& params, const std::string& folder, FlatCompression compression) {
  const World world(params);
  make_folder(folder);
  const FlatPaths paths = flat_paths(folder, compression);
  FlatCounts counts;
  counts.articles = params.articles;
  write_sessions(world, paths.sessions, counts);
  write_links(world, paths.pagelinks, counts);
  write_labels(world, paths.labels, counts);
  write_titles(world, paths.titles, counts);
  return counts;
}

}  // namespace linktrail
