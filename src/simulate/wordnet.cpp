#include "simulate/wordnet.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

#include "core/error.h"
#include "corpus/line_reader.h"

namespace linktrail {

namespace {

constexpr std::array<std::string_view, kWordNetTopics> kTopics{
    "adj.all",          "adj.pert",           "adv.all",
    "noun.Tops",        "noun.act",           "noun.animal",
    "noun.artifact",    "noun.attribute",     "noun.body",
    "noun.cognition",   "noun.communication", "noun.event",
    "noun.feeling",     "noun.food",          "noun.group",
    "noun.location",    "noun.motive",        "noun.object",
    "noun.person",      "noun.phenomenon",    "noun.plant",
    "noun.possession",  "noun.process",       "noun.quantity",
    "noun.relation",    "noun.shape",         "noun.state",
    "noun.substance",   "noun.time",          "verb.body",
    "verb.change",      "verb.cognition",     "verb.communication",
    "verb.competition", "verb.consumption",   "verb.contact",
    "verb.creation",    "verb.emotion",       "verb.motion",
    "verb.perception",  "verb.possession",    "verb.social",
    "verb.stative",     "verb.weather",       "adj.ppl"};

constexpr std::array<std::string_view, 4> kParts{"noun", "verb", "adj", "adv"};  // QID digit minus 1

constexpr const char* kAdvice =
    "install the package wordnet-base, or point to a folder with WordNet's data and index files";

int part_of(std::string_view letter) {
  if (letter == "n") return 1;
  if (letter == "v") return 2;
  if (letter == "a" || letter == "s") return 3;  // satellites live in data.adj
  return letter == "r" ? 4 : 0;
}

// Takes the space-separated fields of a line one by one; every fault names the line.
class Fields {
 public:
  Fields(std::string_view line, const LineReader& lines) : rest_(line), lines_(lines) {}

  std::string_view word() {
    const std::size_t begin = rest_.find_first_not_of(' ');
    if (begin == std::string_view::npos) refuse("more fields", "the end of the line");
    rest_.remove_prefix(begin);
    const std::string_view field = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(field.size());
    return field;
  }

  std::int64_t number(int base) {
    const std::string_view field = word();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value, base);
    if (error != std::errc{} || end != field.data() + field.size() || value < 0) refuse("a number", field);
    return value;
  }

  int part() {
    const std::string_view field = word();
    const int part = part_of(field);
    if (part == 0) refuse("a part of speech n, v, a, s or r", field);
    return part;
  }

  [[noreturn]] void refuse(const char* expected, std::string_view found) const {
    throw input_error({.what = "not a line of WordNet",
                       .file = lines_.path(),
                       .line = lines_.line_number(),
                       .expected = expected,
                       .found = std::string(found),
                       .advice = kAdvice});
  }

 private:
  std::string_view rest_;
  const LineReader& lines_;
};

// Calls visit(fields, line) for each line of the file below its licence, whose lines start with spaces.
template <class Visit>
void for_each_entry(const std::string& path, Visit&& visit) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (error)
    throw input_error({.what = "WordNet's file cannot be read (" + error.message() + ")",
                       .file = path,
                       .expected = {},
                       .found = {},
                       .advice = kAdvice});
  const InputFile file{path, bytes, Compression::kNone};
  LineReader lines(file, {0, 0, bytes});
  std::uint64_t entries = 0;
  for (std::string_view line; lines.next(line);) {
    if (line.empty() || line.starts_with("  ")) continue;
    Fields fields(line, lines);
    visit(fields);
    ++entries;
  }
  if (entries == 0)
    throw input_error(
        {.what = "WordNet's file holds no entry", .file = path, .expected = {}, .found = {}, .advice = kAdvice});
}

std::string lemma_of(std::string_view word) {
  if (word.ends_with(')')) word = word.substr(0, word.rfind('('));  // syntactic marker: (p), (a) or (ip)
  return std::string(word);
}

// synset_offset lex_filenum ss_type w_cnt {word lex_id} p_cnt {symbol offset pos source/target} ... | gloss
Synset parse_synset(int part, Fields& fields) {
  Synset synset;
  synset.qid = synset_qid(part, fields.number(10));
  const std::int64_t topic = fields.number(10);
  if (topic >= static_cast<std::int64_t>(kWordNetTopics))
    fields.refuse("a lexicographer file from 0 to 44", fmt::to_string(topic));
  synset.topic = static_cast<std::uint8_t>(topic);
  if (const int type = fields.part(); type != part)
    fields.refuse("the part of speech of the file", kParts[static_cast<std::size_t>(type - 1)]);
  for (std::int64_t words = fields.number(16); words > 0; --words) {
    synset.lemmas.push_back(lemma_of(fields.word()));
    fields.number(16);
  }
  if (synset.lemmas.empty()) fields.refuse("at least one word", "0");
  for (std::int64_t pointers = fields.number(10); pointers > 0; --pointers) {
    fields.word();
    const std::int64_t offset = fields.number(10);
    synset.pointers.push_back(synset_qid(fields.part(), offset));
    fields.number(16);
  }
  return synset;
}

// lemma pos synset_cnt p_cnt {symbol} sense_cnt tagsense_cnt {synset_offset}
void parse_senses(int part, Fields& fields, std::vector<WordSense>& senses) {
  const std::string word(fields.word());
  fields.word();
  const std::int64_t synsets = fields.number(10);
  for (std::int64_t symbols = fields.number(10); symbols > 0; --symbols) fields.word();
  fields.number(10);
  fields.number(10);
  for (std::int64_t i = 0; i < synsets; ++i)
    senses.push_back({word, synset_qid(part, fields.number(10)), static_cast<std::uint32_t>(i)});
}

bool knows(const std::vector<Synset>& synsets, Qid qid) {
  const auto found = std::lower_bound(synsets.begin(), synsets.end(), qid,
                                      [](const Synset& synset, Qid wanted) { return synset.qid < wanted; });
  return found != synsets.end() && found->qid == qid;
}

void check_pointers(const WordNet& wordnet, const std::string& folder) {
  for (const Synset& synset : wordnet.synsets)
    for (const Qid target : synset.pointers)
      if (!knows(wordnet.synsets, target))
        throw input_error({.what = fmt::format("synset {} points to {}, which no data file holds", synset.qid, target),
                           .file = folder,
                           .expected = "data files of one release",
                           .found = {},
                           .advice = kAdvice});
}

// Nodes two links away from `node` that are neither it nor its links, most paths first.
void second_hop(const LinkGraph& graph, std::size_t node, std::vector<LocalId>& reached) {
  const auto links = graph.outlinks[node];
  std::map<LocalId, std::uint32_t> paths;
  for (const LocalId link : links)
    for (const LocalId next : graph.outlinks[link])
      if (next != node && !std::binary_search(links.begin(), links.end(), next)) ++paths[next];
  std::vector<std::pair<LocalId, std::uint32_t>> order(paths.begin(), paths.end());
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  for (const auto& [next, count] : order) reached.push_back(next);
}

}  // namespace

std::string_view wordnet_topic(std::uint8_t number) { return kTopics.at(number); }

WordNet read_wordnet(const std::string& folder) {
  WordNet wordnet;
  for (int part = 1; part <= 4; ++part) {
    const std::string_view name = kParts[static_cast<std::size_t>(part - 1)];
    for_each_entry(fmt::format("{}/data.{}", folder, name),
                   [&](Fields& fields) { wordnet.synsets.push_back(parse_synset(part, fields)); });
    for_each_entry(fmt::format("{}/index.{}", folder, name),
                   [&](Fields& fields) { parse_senses(part, fields, wordnet.senses); });
  }
  std::sort(wordnet.synsets.begin(), wordnet.synsets.end(),
            [](const Synset& a, const Synset& b) { return a.qid < b.qid; });
  check_pointers(wordnet, folder);
  return wordnet;
}

LinkGraph wordnet_graph(const WordNet& wordnet) {
  std::vector<Qid> qids;
  std::vector<LinkEdge> edges;
  for (const Synset& synset : wordnet.synsets) {
    qids.push_back(synset.qid);
    for (const Qid target : synset.pointers) {
      edges.push_back({synset.qid, target});
      edges.push_back({target, synset.qid});
    }
  }
  return make_link_graph(std::move(qids), std::move(edges));
}

Sequences<LocalId> link_neighborhoods(const LinkGraph& graph, const NeighborhoodParams& params) {
  Sequences<LocalId> bags;
  std::vector<LocalId> bag;
  for (std::size_t node = 0; node < graph.size(); ++node) {
    const auto links = graph.outlinks[node];
    bag.assign(links.begin(), links.end());
    if (params.hops >= 2 && bag.size() < params.max_links) second_hop(graph, node, bag);
    bag.resize(std::min(bag.size(), params.max_links));
    std::sort(bag.begin(), bag.end());
    bags.append(bag);
  }
  return bags;
}

}  // namespace linktrail
