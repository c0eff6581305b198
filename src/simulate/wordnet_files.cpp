#include "simulate/wordnet_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <unordered_map>

#include "corpus/flat_writers.h"
#include "simulate/make_folder.h"

namespace linktrail {

namespace {

constexpr std::uint32_t kNoSense = std::numeric_limits<std::uint32_t>::max();

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::string with_spaces(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

// One lemma of one synset with its place among the senses of the word.
struct LemmaRow {
  int part = 0;
  std::uint32_t order = kNoSense;
  Qid qid = kNoQid;
  std::string title;
};

std::vector<LemmaRow> rows_in_sense_order(const WordNet& wordnet) {
  std::unordered_map<std::string, std::uint32_t> order_of;  // "word qid" -> order
  order_of.reserve(wordnet.senses.size());
  const auto key = [](std::string_view word, Qid qid) { return fmt::format("{} {}", word, qid); };
  for (const WordSense& sense : wordnet.senses) order_of.emplace(key(sense.word, sense.qid), sense.order);

  std::vector<LemmaRow> rows;
  for (const Synset& synset : wordnet.synsets) {
    for (const std::string& lemma : synset.lemmas) {
      const auto found = order_of.find(key(lower_case(lemma), synset.qid));
      const std::uint32_t order = found == order_of.end() ? kNoSense : found->second;
      rows.push_back({static_cast<int>(synset.qid / synset_qid(1, 0)), order, synset.qid, with_spaces(lemma)});
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const LemmaRow& a, const LemmaRow& b) {
    return std::tie(a.part, a.order, a.qid) < std::tie(b.part, b.order, b.qid);
  });
  return rows;
}

// "lemma", "lemma (topic)", "lemma (topic 2)", ...: the first that is free for this synset.
std::string own_title(const Synset& synset, const std::unordered_map<std::string, Qid>& first_sense,
                      std::unordered_map<std::string, int>& used) {
  const std::string lemma = with_spaces(synset.lemmas.front());
  if (first_sense.at(lemma) == synset.qid) return lemma;
  const std::string_view topic = wordnet_topic(synset.topic);
  const int times = ++used[fmt::format("{} ({})", lemma, topic)];
  return times == 1 ? fmt::format("{} ({})", lemma, topic) : fmt::format("{} ({} {})", lemma, topic, times);
}

void write_links(const LinkGraph& graph, const NeighborhoodParams& params, const std::string& path,
                 FlatCounts& counts) {
  const Sequences<LocalId> bags = link_neighborhoods(graph, params);
  LinkWriter writer(path);
  std::vector<Qid> qids;
  for (std::size_t node = 0; node < graph.size(); ++node) {
    qids.clear();
    for (const LocalId link : bags[node]) qids.push_back(graph.qids[link]);
    writer.write({.wiki_db = "wordnet",
                  .page_id = static_cast<std::int64_t>(node) + 1,
                  .qid_from = graph.qids[node],
                  .outlinks = qids});
    counts.links += qids.size();
    counts.articles_without_links += qids.empty() ? 1 : 0;
  }
  writer.finish();
  counts.link_rows = graph.size();
}

void write_labels(const WordNet& wordnet, const std::string& path, FlatCounts& counts) {
  LabelWriter writer(path);
  for (const Synset& synset : wordnet.synsets) writer.write(synset.qid, wordnet_topic(synset.topic));
  writer.finish();
  counts.label_rows = wordnet.synsets.size();
}

void write_titles(const WordNet& wordnet, const std::string& path, FlatCounts& counts) {
  TitleWriter writer(path);
  const std::vector<TitleRow> rows = wordnet_titles(wordnet);
  for (const TitleRow& row : rows) writer.write(row.qid, row.title);
  writer.finish();
  counts.title_rows = rows.size();
}

}  // namespace

std::vector<TitleRow> wordnet_titles(const WordNet& wordnet) {
  std::vector<LemmaRow> lemmas = rows_in_sense_order(wordnet);
  std::unordered_map<std::string, Qid> first_sense;
  for (const LemmaRow& row : lemmas) first_sense.emplace(row.title, row.qid);

  std::vector<TitleRow> titles;
  titles.reserve(wordnet.synsets.size() + lemmas.size());
  std::unordered_map<std::string, int> used;
  std::unordered_map<Qid, std::string> own;
  for (const Synset& synset : wordnet.synsets) {
    titles.push_back({synset.qid, own_title(synset, first_sense, used)});
    own.emplace(synset.qid, titles.back().title);
  }
  for (LemmaRow& row : lemmas)
    if (own.at(row.qid) != row.title) titles.push_back({row.qid, std::move(row.title)});
  return titles;
}

FlatCounts write_wordnet(const WordNetParams& params, const std::string& folder, FlatCompression compression) {
  const WordNet wordnet = read_wordnet(params.source);
  make_folder(folder);
  const LinkGraph graph = wordnet_graph(wordnet);
  const FlatPaths paths = flat_paths(folder, compression);
  FlatCounts counts;
  counts.articles = wordnet.synsets.size();
  write_walks(graph, params.walk, paths.sessions, counts);
  write_links(graph, params.links, paths.pagelinks, counts);
  write_labels(wordnet, paths.labels, counts);
  write_titles(wordnet, paths.titles, counts);
  return counts;
}

}  // namespace linktrail
