// Princeton WordNet 3.0 as an encyclopedia: synsets are articles, pointers are links, lexicographer
// files are topics, lemmas are titles. Real, linked and labelled, and a package of the distribution.
//
// Reads data.{noun,verb,adj,adv} and index.{noun,verb,adj,adv} as wndb(5WN) describes them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "simulate/link_graph.h"

namespace linktrail {

inline constexpr const char* kWordNetFolder = "/usr/share/wordnet";  // where Debian's wordnet-base puts it
inline constexpr std::size_t kWordNetTopics = 45;

struct Synset {
  Qid qid = kNoQid;                 // see synset_qid
  std::uint8_t topic = 0;           // number of its lexicographer file, 0..44
  std::vector<std::string> lemmas;  // as in the file: underscores for spaces, without adjective markers
  std::vector<Qid> pointers;        // semantic and lexical, in file order, may repeat
};

// A word's sense: `order` 0 is the most frequent sense of the word within its part of speech.
struct WordSense {
  std::string word;  // lower case
  Qid qid = kNoQid;
  std::uint32_t order = 0;
};

struct WordNet {
  std::vector<Synset> synsets;    // ascending QIDs: nouns, verbs, adjectives, adverbs
  std::vector<WordSense> senses;  // by part of speech, word, order
};

// The QID that stands for a synset: part of speech (noun 1, verb 2, adjective and satellite 3, adverb 4)
// times 10^8 plus its byte offset in the data file. Stable for one release of WordNet.
constexpr Qid synset_qid(int part_of_speech, std::int64_t offset) { return part_of_speech * 100000000LL + offset; }

// "noun.animal" and its 44 siblings, lexnames(5WN).
std::string_view wordnet_topic(std::uint8_t number);

// Throws InputError for a missing or malformed file, naming the package, and for a pointer to nowhere.
WordNet read_wordnet(const std::string& folder);

// All pointers, in both directions.
LinkGraph wordnet_graph(const WordNet& wordnet);

struct NeighborhoodParams {
  int hops = 2;                // 1: the links themselves; 2: also the links of those
  std::size_t max_links = 40;  // of a node: two hops from a hub would reach thousands
};

// The bag of each node: its links, then the nodes two links away by falling number of paths, ties by
// number, cut at max_links; ascending.
Sequences<LocalId> link_neighborhoods(const LinkGraph& graph, const NeighborhoodParams& params);

}  // namespace linktrail
