// A hand-written database in WordNet's format, and the real one where it is installed.
#include "simulate/wordnet.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "corpus/label_table.h"
#include "corpus/title_table.h"
#include "simulate/wordnet_files.h"
#include "unit/corpus/test_files.h"

namespace linktrail {
namespace {

using test::error_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kLicence = "  1 A line of licence text starts with two spaces.  \n";

// Nouns: animal 10, dog 20 (hound), cad 30 (its second word is dog, sense 2); a verb "dog", an adjective
// with a marker and a satellite, an adverb. Offsets are made up, as are the words of the glosses.
class TinyWordNet : public ::testing::Test {
 protected:
  TinyWordNet() {
    write("data.noun",
          "00000010 05 n 01 animal 0 002 ~ 00000020 n 0000 + 00000060 a 0101 | a beast  \n"
          "00000020 05 n 02 dog 0 hound 1 001 @ 00000010 n 0000 | it barks | and bites  \n"
          "00000030 18 n 02 cad 0 dog 3 000 | no gentleman  \n"
          "00000040 18 n 02 dog 4 Big_Dog 0 000 | the boss  \n");
    write("index.noun",
          "animal n 1 2 ~ + 1 0 00000010  \ndog n 3 1 @ 3 1 00000020 00000030 00000040  \n"
          "hound n 1 1 @ 1 0 00000020  \ncad n 1 0 1 0 00000030  \nbig_dog n 1 0 1 0 00000040  \n");
    write("data.verb", "00000050 38 v 01 dog 0 000 01 + 08 00 | to follow  \n");
    write("index.verb", "dog v 1 0 1 1 00000050  \n");
    write("data.adj",
          "00000060 00 a 01 beastly(a) 0 001 & 00000070 a 0000 | so  \n"
          "00000070 00 s 01 doggy 0 001 & 00000060 a 0000 | so too  \n");
    write("index.adj", "beastly a 1 1 & 1 0 00000060  \ndoggy a 1 1 & 1 0 00000070  \n");
    write("data.adv", "00000080 02 r 01 doggedly 0 000 | with a will  \n");
    write("index.adv", "doggedly r 1 0 1 0 00000080  \n");
  }

  void write(const std::string& name, const std::string& text) const { dir_.write(name, kLicence + text); }
  WordNet read() const { return read_wordnet(dir_.path()); }

  test::TempDir dir_;
};

TEST_F(TinyWordNet, SynsetsBecomeArticles) {
  const WordNet wordnet = read();

  std::vector<Qid> qids;
  for (const Synset& synset : wordnet.synsets) qids.push_back(synset.qid);
  EXPECT_THAT(qids,
              ElementsAre(100000010, 100000020, 100000030, 100000040, 200000050, 300000060, 300000070, 400000080));
  EXPECT_THAT(wordnet.synsets[0].pointers, ElementsAre(100000020, 300000060));
  EXPECT_THAT(wordnet.synsets[1].lemmas, ElementsAre("dog", "hound"));
  EXPECT_THAT(wordnet.synsets[5].lemmas, ElementsAre("beastly"));
  EXPECT_EQ(wordnet_topic(wordnet.synsets[0].topic), "noun.animal");
  EXPECT_EQ(wordnet_topic(wordnet.synsets[4].topic), "verb.motion");
}

TEST_F(TinyWordNet, PointersBecomeLinksInBothDirections) {
  const LinkGraph graph = wordnet_graph(read());

  EXPECT_THAT(graph.outlinks[0], ElementsAre(1, 5));
  EXPECT_THAT(graph.outlinks[1], ElementsAre(0));
  EXPECT_THAT(graph.outlinks[5], ElementsAre(0, 6));
  EXPECT_THAT(graph.outlinks[7], IsEmpty());
}

TEST_F(TinyWordNet, BagsReachTwoHops) {
  const LinkGraph graph = wordnet_graph(read());

  const auto one = link_neighborhoods(graph, {.hops = 1});
  const auto two = link_neighborhoods(graph, {});
  const auto cut = link_neighborhoods(graph, {.max_links = 1});

  EXPECT_THAT(one[1], ElementsAre(0));
  EXPECT_THAT(two[1], ElementsAre(0, 5));
  EXPECT_THAT(two[0], ElementsAre(1, 5, 6));
  EXPECT_THAT(cut[1], ElementsAre(0));
  EXPECT_THAT(two[7], IsEmpty());
}

TEST(LinkNeighborhoods, PreferManyPathsAtTheSecondHop) {
  // 0 reaches 8 by one path and 9 by two.
  const LinkGraph graph = make_link_graph({}, {{0, 1}, {0, 2}, {1, 8}, {1, 9}, {2, 9}});

  const auto bags = link_neighborhoods(graph, {.hops = 2, .max_links = 3});

  EXPECT_EQ(graph.qids[bags[0][2]], 9);
}

TEST_F(TinyWordNet, ATitleFindsItsMostCommonNoun) {
  const test::TempDir out;
  write_wordnet({.source = dir_.path(), .links = {}, .walk = {.sessions = 10}}, out.path());
  const std::vector<InputFile> files{test::input_file(out.file("titles.tsv"))};

  const TitleTable titles = TitleTable::load(files);

  EXPECT_EQ(titles.find("dog"), 100000020);
  EXPECT_EQ(titles.find("hound"), 100000020);
  EXPECT_EQ(titles.find("Big Dog"), 100000040);
  EXPECT_EQ(titles.title_of(100000020), "dog");
  EXPECT_EQ(titles.title_of(100000030), "cad");
  EXPECT_EQ(titles.title_of(100000040), "dog (noun.person)");
  EXPECT_EQ(titles.title_of(200000050), "dog (verb.motion)");
}

TEST_F(TinyWordNet, WritesTheFlatFilesAndCounts) {
  const test::TempDir out;

  const FlatCounts counts = write_wordnet({.source = dir_.path(), .links = {}, .walk = {.sessions = 10}}, out.path());

  EXPECT_EQ(counts.articles, 8U);
  EXPECT_EQ(counts.sessions, 10U);
  EXPECT_EQ(counts.link_rows, 8U);
  EXPECT_EQ(counts.articles_without_links, 4U);
  EXPECT_EQ(counts.label_rows, 8U);
  EXPECT_THAT(test::read_all(out.file("pagelinks.tsv")),
              HasSubstr("\nwordnet\t2\tQ100000020\tQ100000010 Q300000060\n"));
  EXPECT_THAT(test::read_all(out.file("labels.tsv")), HasSubstr("Q400000080\tadv.all\n"));
  EXPECT_THAT(test::read_all(out.file("sessions.txt")), ::testing::StartsWith("Q"));
}

TEST_F(TinyWordNet, MissingFilesNameThePackage) {
  std::filesystem::remove(dir_.file("index.verb"));

  EXPECT_THAT(error_of<InputError>([&] { read(); }), AllOf(HasSubstr("index.verb"), HasSubstr("wordnet-base")));
  EXPECT_THAT(error_of<InputError>([] { read_wordnet("/nowhere"); }), HasSubstr("wordnet-base"));
}

TEST_F(TinyWordNet, MalformedLinesAreNamed) {
  const auto fault = [&](const std::string& line) {
    write("data.adv", line);
    return error_of<InputError>([&] { read(); });
  };

  EXPECT_THAT(fault("00000080 02 r 01 doggedly\n"), AllOf(HasSubstr("data.adv:2:"), HasSubstr("wordnet-base")));
  EXPECT_THAT(fault("00000080 99 r 01 doggedly 0 000 | x\n"), HasSubstr("lexicographer"));
  EXPECT_THAT(fault("00000080 02 n 01 doggedly 0 000 | x\n"), HasSubstr("part of speech"));
  EXPECT_THAT(fault("eighty 02 r 01 doggedly 0 000 | x\n"), HasSubstr("'eighty'"));
  EXPECT_THAT(fault("00000080 02 r 01 doggedly 0 001 ! 00000081 r 0000 | x\n"), HasSubstr("400000081"));
  EXPECT_THAT(fault(""), HasSubstr("no entry"));
}

// The package is an optional extra of the build machine; scripts/test.sh installs it.
class RealWordNet : public ::testing::Test {
 protected:
  static bool installed() { return std::filesystem::exists(std::string(kWordNetFolder) + "/data.noun"); }
};

TEST_F(RealWordNet, HasItsKnownSizeTopicsAndSenses) {
  if (!installed()) return;
  const WordNet wordnet = read_wordnet(kWordNetFolder);
  std::set<std::string_view> topics;
  for (const Synset& synset : wordnet.synsets) topics.insert(wordnet_topic(synset.topic));
  std::map<std::string, Qid> first;
  std::set<Qid> titled;
  for (const TitleRow& row : wordnet_titles(wordnet)) {
    first.emplace(row.title, row.qid);
    titled.insert(row.qid);
  }

  EXPECT_EQ(wordnet.synsets.size(), 117659U);
  EXPECT_EQ(topics.size(), kWordNetTopics);
  EXPECT_EQ(first.at("dog"), 102084071);
  EXPECT_EQ(first.at("happy"), 301148283);
  EXPECT_EQ(titled.size(), wordnet.synsets.size());
}

}  // namespace
}  // namespace linktrail
