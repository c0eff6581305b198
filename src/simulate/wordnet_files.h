// Writes WordNet as flat files: links from its pointers, sessions walked over them.
#pragma once

#include <string>

#include "simulate/flat_folder.h"
#include "simulate/walk.h"
#include "simulate/wordnet.h"

namespace linktrail {

struct WordNetParams {
  std::string source = kWordNetFolder;
  NeighborhoodParams links;             // of pagelinks.tsv
  WalkParams walk{.sessions = 400000};  // sessions follow the pointers themselves, never two hops at once
};

// Writes sessions.txt, pagelinks.tsv (wiki_db "wordnet"), labels.tsv and titles.tsv (".gz" appended when
// compressed) to `folder`, which is created if missing.
//
// Titles have spaces. The first row of a synset is its own title: its first lemma, followed by the topic
// in parentheses unless the lemma means this synset first ("dog (noun.person)"). Rows of all lemmas
// follow by part of speech (nouns first) and sense, so the first row of a title is its most common sense.
// Throws InputError as read_wordnet does, StorageError for failed writes.
FlatCounts write_wordnet(const WordNetParams& params, const std::string& folder,
                         FlatCompression compression = FlatCompression::kNone);

// The rows of titles.tsv.
struct TitleRow {
  Qid qid = kNoQid;
  std::string title;
};
std::vector<TitleRow> wordnet_titles(const WordNet& wordnet);

}  // namespace linktrail
