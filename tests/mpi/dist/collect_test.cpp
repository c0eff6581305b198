// Collecting over ranks: the same sessions, in the same order, for any number of ranks and any cut of the input.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "comm/collectives.h"
#include "core/error.h"
#include "dist/collect_clickstream.h"
#include "dist/collect_sessions.h"
#include "dist/key_join.h"
#include "dist/session_files.h"
#include "dist/session_order.h"
#include "support/mpi_test.h"

namespace linktrail::dist {
namespace {

using test::agreed_fault;
using test::SharedFolder;
using test::world;

constexpr const char* kHeader = "actor\ttimestamp\twiki_db\tpage_id\tagent_type\n";
constexpr std::uint32_t kActors = 400, kPages = 60;

// Rows of actors with 1 to 40 views of pages 1..60, of which 57 is the main page's and 58..60 have no QID.
std::vector<std::string> log_rows() {
  std::vector<std::string> rows;
  std::mt19937_64 random(7);  // NOLINT: the same rows in every run
  for (std::uint32_t actor = 0; actor < kActors; ++actor) {
    std::uint64_t time = 1'790'812'800 + random() % 500'000;
    for (std::uint64_t i = 0, n = 1 + random() % 40; i < n; ++i) {
      time += random() % 4 == 0 ? random() % 4000 : random() % 100;
      const std::uint64_t page = actor % 9 == 0 ? 1 + random() % kPages : 1 + random() % (kPages - 4);
      rows.push_back("actor" + std::to_string(actor) + "\t" + std::to_string(time) + "\t" +
                     (random() % 5 == 0 ? "zh_yuewiki" : "enwiki") + "\t" + std::to_string(page) + "\t" +
                     (actor % 11 == 0 ? "spider" : "user") + "\n");
    }
  }
  return rows;
}

std::string qid_table() {
  std::string text = "wiki_db\tpage_id\tqid\n";
  for (const char* wiki : {"enwiki", "zh_yuewiki"})
    for (std::uint32_t page = 1; page <= kPages - 3; ++page)
      text += std::string(wiki) + "\t" + std::to_string(page) + "\tQ" + std::to_string(page == 57 ? 5296 : page % 50) +
              "\n";
  return text;
}

void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

// Collective. The rows in `files` logs, in an order drawn by `seed`.
CollectParams write_logs(const SharedFolder& folder, const std::string& name, std::size_t files, unsigned seed) {
  CollectParams params;
  for (std::size_t f = 0; f < files; ++f) params.logs.push_back(folder.file(name + std::to_string(f)));
  std::reverse(params.logs.begin(), params.logs.end());
  params.qids = {folder.file("qids")};
  params.rules.min_actors = 5;
  params.rules.max_views_per_day = 30;
  if (world().is_root()) {
    std::vector<std::string> rows = log_rows();
    std::shuffle(rows.begin(), rows.end(), std::mt19937(seed));
    std::vector<std::string> texts(files, kHeader);
    for (std::size_t i = 0; i < rows.size(); ++i) texts[i * files / rows.size()] += rows[i];
    for (std::size_t f = 0; f < files; ++f) write_file(folder.file(name + std::to_string(f)), texts[f]);
    write_file(folder.file("qids"), qid_table());
  }
  comm::barrier(world());
  return params;
}

// Collective. All parts, one after the other, on every rank.
std::string all_parts(const std::vector<SessionPart>& mine, std::uint32_t parts) {
  std::string text;
  for (std::uint32_t number = 0; number < parts; ++number) {
    std::string part;
    for (const SessionPart& candidate : mine) {
      if (candidate.number != number) continue;
      for (std::size_t i = 0; i < candidate.sessions.size(); ++i) {
        for (const Qid qid : candidate.sessions[i]) part += std::to_string(qid) + " ";
        part += "\n";
      }
    }
    const std::vector<char> all = comm::all_gather<char>(std::span<const char>(part), world());
    text += std::string(all.begin(), all.end()) + "--\n";
  }
  return text;
}

std::string collected(const CollectParams& params) {
  CollectedSessions result = collect_sessions(params, world());
  std::string text = all_parts(shuffle_sessions(std::move(result.sessions), 1, 3, world()), 3);
  for (const RuleCount& count : result.counts) text += count.rule + " " + std::to_string(count.count) + "\n";
  return text;
}

// One rank alone makes what all make together: it does so in a communicator of its own.
std::string collected_alone(const CollectParams& params) {
  const comm::Communicator alone = world().split(world().rank());
  CollectedSessions result = collect_sessions(params, alone);
  std::string text;
  for (const SessionPart& part : shuffle_sessions(std::move(result.sessions), 1, 3, alone)) {
    for (std::size_t i = 0; i < part.sessions.size(); ++i) {
      for (const Qid qid : part.sessions[i]) text += std::to_string(qid) + " ";
      text += "\n";
    }
    text += "--\n";
  }
  for (const RuleCount& count : result.counts) text += count.rule + " " + std::to_string(count.count) + "\n";
  return text;
}

TEST(CollectSessions, AreTheSameForAnyNumberOfRanksAndAnyFilesInAnyOrder) {
  const SharedFolder folder;
  const CollectParams one = write_logs(folder, "one", 1, 1), many = write_logs(folder, "many", 7, 2);
  const std::string expected = collected_alone(one);
  EXPECT_THAT(expected, testing::HasSubstr("\n"));
  EXPECT_GT(std::count(expected.begin(), expected.end(), '\n'), 300);
  EXPECT_EQ(collected(one), expected);
  EXPECT_EQ(collected(many), expected);
}

TEST(CollectSessions, LittleMemoryReadsTheLogsAgainForPartsOfTheActors) {
  const SharedFolder folder;
  CollectParams params = write_logs(folder, "log", 3, 1);
  const std::string expected = collected(params);
  for (const std::uint64_t views : {300UL, 1000UL, 2000UL, 4000UL}) {
    params.memory = sizeof(View) * views / static_cast<std::uint64_t>(world().size());
    EXPECT_GE(collect_sessions(params, world()).passes, 3U) << views;
    EXPECT_EQ(collected(params), expected) << views;
  }
}

TEST(CollectSessions, AnActorWithMoreViewsThanMemoryLosesItsBusyDaysOnly) {
  const SharedFolder folder;
  CollectParams params = write_logs(folder, "log", 3, 1);
  if (world().is_root())
    for (const std::string& log : params.logs) {
      std::ofstream file(log, std::ios::app);
      for (std::uint32_t i = 0; i < 9000; ++i) file << "bot\t" << 1'790'812'800 + i % 3000 << "\tenwiki\t3\tuser\n";
      for (std::uint32_t i = 0; i < 9; ++i) file << "bot\t" << 1'790'912'800 + i << "\tenwiki\t" << 4 + i << "\tuser\n";
    }
  comm::barrier(world());
  const std::string expected = collected(params);
  EXPECT_THAT(expected, testing::HasSubstr("views in sessions "));
  params.memory = sizeof(View) * 2000 / static_cast<std::uint64_t>(world().size());
  EXPECT_GE(collect_sessions(params, world()).passes, 3U);
  EXPECT_EQ(collected(params), expected);

  params.rules.max_views_per_day = 0;
  const auto fault = agreed_fault([&] { collect_sessions(params, world()); });
  // In a later slice a rank lets chance pass, up to a whole batch.
  if (fault.has_value()) {
    EXPECT_EQ(fault->code(), ExitCode::kUsage);
    EXPECT_THAT(fault->what(), testing::HasSubstr("one actor has more views"));
  }
}

TEST(CollectSessions, EveryRowIsCountedOnce) {
  const SharedFolder folder;
  const CollectedSessions result = collect_sessions(write_logs(folder, "log", 2, 1), world());
  std::uint64_t sum = 0;
  for (std::size_t i = 1; i < 16; ++i) sum += result.counts[i].count;
  EXPECT_EQ(result.counts[0].count, sum);
  for (const std::size_t rule : {3UL, 8UL, 9UL, 10UL, 11UL, 12UL, 13UL, 15UL})
    EXPECT_GT(result.counts[rule].count, 0U) << rule;
}

TEST(CollectSessions, AMalformedRowIsRefusedByAllWithItsLineAndWithoutItsActor) {
  const SharedFolder folder;
  CollectParams params = write_logs(folder, "log", 3, 1);
  if (world().is_root()) write_file(params.logs[1], std::string(kHeader) + "5ecre7\tnoon\tenwiki\t3\tuser\n");
  comm::barrier(world());
  const auto fault = agreed_fault([&] { collect_sessions(params, world()); });
  ASSERT_ON_ALL_RANKS(fault.has_value());
  EXPECT_EQ(fault->code(), ExitCode::kBadInput);
  EXPECT_THAT(fault->what(), testing::HasSubstr(params.logs[1] + ":2:"));
  EXPECT_THAT(fault->what(), testing::Not(testing::HasSubstr("5ecre7")));

  params.malformed = Malformed::kSkip;
  EXPECT_EQ(collect_sessions(params, world()).counts[1].count, 1U);
}

TEST(ShuffleSessions, NeighboursSayNothingOfWhoseTheyWereAndCopiesLieApart) {
  Sequences<Qid> sessions;
  if (world().is_root()) {
    for (Qid i = 0; i < 3000; ++i) sessions.append(std::vector<Qid>{i + 10, i + 11});
    for (Qid i = 0; i < 1000; ++i) sessions.append(std::vector<Qid>{1, 2});
  }
  const std::string text = all_parts(shuffle_sessions(std::move(sessions), 5, 2, world()), 2);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4002);
  std::size_t adjacent = 0, followed = 0;
  std::istringstream lines(text);
  std::string line, before;
  for (; std::getline(lines, line); before = line) {
    adjacent += line == "1 2 " && before == line ? 1 : 0;
    if (line.size() > 5 && before.size() > 5) followed += std::stoi(line) == std::stoi(before) + 1 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(adjacent), 250, 75);  // a quarter of the lines, so a quarter of a thousand
  EXPECT_LT(followed, 20U);
}

TEST(ShuffleSessions, AnotherSeedIsAnotherOrderOfTheSameSessions) {
  const auto shuffled = [](std::uint64_t seed) {
    Sequences<Qid> sessions;
    for (Qid i = world().rank(); i < 500; i += world().size()) sessions.append(std::vector<Qid>{i, i + 1, i + 2});
    return all_parts(shuffle_sessions(std::move(sessions), seed, 1, world()), 1);
  };
  std::string one = shuffled(1), two = shuffled(2);
  EXPECT_NE(one, two);
  EXPECT_EQ(one, shuffled(1));
  std::sort(one.begin(), one.end());
  std::sort(two.begin(), two.end());
  EXPECT_EQ(one, two);
}

TEST(JoinQids, CountsOfAllRanksDecideAndTheLowestQidWins) {
  PageTable keys;
  keys[7] += 1;                                          // seen once a rank
  keys[8 + static_cast<unsigned>(world().rank())] += 1;  // seen by one rank
  keys[100] += 5;                                        // not in the table
  bool given = false;
  const auto rows = [&](std::vector<KeyQid>& batch) {
    if (!given) batch = {{7, 70 + world().rank()}, {8, 80}, {999, 1}};
    given = true;
    return false;
  };
  const JoinCounts counts = join_qids(keys, static_cast<std::uint64_t>(world().size()), rows, world());
  EXPECT_EQ(*keys.find(7), 70);
  EXPECT_EQ(*keys.find(100), kPageWithoutQid);
  EXPECT_EQ(*keys.find(8 + static_cast<unsigned>(world().rank())), world().size() == 1 ? 80 : kRarePage);
  EXPECT_EQ(counts.keys, 2U + static_cast<unsigned>(world().size()));
  EXPECT_EQ(counts.without, 1U);
  EXPECT_EQ(counts.conflicts, world().size() == 1 ? 0U : 1U);
}

TEST(CollectClicks, TheGraphIsTheSameForAnyNumberOfRanksAndFiles) {
  const SharedFolder folder;
  if (world().is_root()) {
    std::string a = "other-search\tA\texternal\t100\nA\tB\tlink\t40\nB\tC_c\tlink\t20\nA\tNo_item\tlink\t9\n";
    std::string b =
        "A\tB\tlink\t2\nC_c\tA\tother\t7\nB\tMain\tlink\t50\nother-empty\tC_c\texternal\t3\nA\tA\tlink\t5\n";
    write_file(folder.file("enwiki-1"), a);
    write_file(folder.file("enwiki-2"), b);
    write_file(folder.file("enwiki-both"), b + a);
    write_file(folder.file("titles"),
               "enwiki\tQ1\tA\nenwiki\tQ2\tB\nenwiki\tQ3\tC c\nenwiki\tQ5296\tMain\ndewiki\tQ9\tNo item\n");
  }
  comm::barrier(world());
  for (const std::vector<std::string>& files :
       {std::vector<std::string>{folder.file("enwiki-1"), folder.file("enwiki-2")}, {folder.file("enwiki-both")}}) {
    ClickstreamParams params;
    params.clicks = files;
    params.titles = {folder.file("titles")};
    const CollectedClicks clicks = collect_clicks(params, world());
    const ClickGraph& graph = clicks.graph;
    ASSERT_ON_ALL_RANKS(graph.size() == 3);
    std::map<Qid, ClickGraph::Node> node;
    for (ClickGraph::Node i = 0; i < 3; ++i) node[graph.qid(i)] = i;
    EXPECT_EQ(graph.clicks(node[1]), 42U);
    EXPECT_EQ(graph.clicks(node[2]), 20U);
    EXPECT_EQ(graph.clicks(node[3]), 0U);
    EXPECT_EQ(graph.entries(node[1]), 100U);
    EXPECT_EQ(graph.arrivals(node[1]), 107U);
    EXPECT_EQ(graph.arrivals(node[2]), 42U);
    std::map<std::string, std::uint64_t> count;
    for (const RuleCount& c : clicks.counts) count[c.rule] = c.count;
    EXPECT_EQ(count["rows read"], 9U);
    EXPECT_EQ(count["rows from an article to itself"], 1U);
    EXPECT_EQ(count["rows to an article without a QID"], 1U);
    EXPECT_EQ(count["rows of the main page"], 1U);
    EXPECT_EQ(count["rows between articles without a link"], 1U);
    EXPECT_EQ(count["rows between articles"], 3U);
  }
}

}  // namespace
}  // namespace linktrail::dist
