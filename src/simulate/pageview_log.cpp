#include "simulate/pageview_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "core/error.h"
#include "corpus/flat_writers.h"
#include "simulate/make_folder.h"

namespace linktrail {

namespace {

constexpr std::uint64_t kStart = 1'790'812'800;  // 2026-10-01 00:00:00 UTC
constexpr Qid kMainPage = 5296;
// Actors whose rows are mixed before they are written: those of one reader lie far apart.
constexpr std::uint64_t kActorsABlock = 2000;

struct WikiName {
  const char* db;
  const char* project;
};
// Those with a hyphen in the project are what the pipeline in use loses.
constexpr std::array<WikiName, 5> kWikis{{{"enwiki", "en.wikipedia"},
                                          {"zh_yuewiki", "zh-yue.wikipedia"},
                                          {"dewiki", "de.wikipedia"},
                                          {"be_x_oldwiki", "be-tarask.wikipedia"},
                                          {"frwiki", "fr.wikipedia"}}};

struct Row {
  std::uint64_t order = 0;  // random: rows are written by it
  std::uint64_t actor = 0;
  std::uint64_t time = 0;  // seconds
  std::uint32_t wiki = 0;
  std::uint32_t page = 0;  // 0: NULL
  std::uint32_t name_space = 0;
  const char* agent = "user";
  const char* access = "desktop";
  const char* pageview = "true";
};

void check(const PageviewLogParams& params) {
  const auto is_share = [](double value) { return value >= 0 && value <= 1; };
  if (params.files == 0 || params.files > 99999 || params.days == 0 || params.days > 366 ||
      params.world.wikis > kWikis.size())
    throw UsageError(fmt::format("files, days and wikis must be from 1 to 99999, 366 and {}, found {}, {} and {}",
                                 kWikis.size(), params.files, params.days, params.world.wikis));
  if (!is_share(params.bot_share) || !is_share(params.main_page_share) || !is_share(params.noise_share))
    throw UsageError("the shares of bots, of actors who see the main page and of noise must be from 0 to 1");
}

class Readers {
 public:
  Readers(const PageviewLogParams& params, const World& world) : params_(params), world_(world) {}

  // Appends the rows of actor `number`.
  void rows(std::uint64_t number, std::vector<Row>& out) const {
    RandomStream random({.seed = params_.world.seed, .stage = RandomStage::kPageviewLog, .epoch = 0, .record = number});
    Row row;
    row.actor = random();
    const bool bot = random.uniform_double() < params_.bot_share;
    if (bot) row.agent = random.below(2) == 0 ? "spider" : "automated";
    row.access = random.below(3) == 0 ? "desktop" : "mobile web";
    row.wiki = random.below(params_.world.wikis);
    const std::uint32_t sessions = 1 + random.below(bot ? 20 : 4);
    const bool sees_main = random.uniform_double() < params_.main_page_share;
    const std::uint32_t main_at = random.below(sessions);
    for (std::uint32_t i = 0; i < sessions; ++i) {
      row.time = kStart + random.below(params_.days * 86400);
      if (sees_main && i == main_at) out.push_back(with_page(row, params_.world.articles + 1, random));
      session(number * 32 + i, row, random, out);
    }
  }

  // Very many views of one actor on one day, more than any rule allows.
  void heavy_rows(std::vector<Row>& out, std::uint64_t begin, std::uint64_t end) const {
    RandomStream random({.seed = params_.world.seed, .stage = RandomStage::kPageviewLog, .epoch = 1, .record = begin});
    for (std::uint64_t i = begin; i < end; ++i) {
      Row row;
      row.actor = 1;
      row.time = kStart + i * 86400 / std::max<std::uint64_t>(1, params_.heavy_views);
      out.push_back(with_page(row, 1 + random.below(params_.world.articles), random));
    }
  }

 private:
  static Row with_page(Row row, std::uint32_t page, RandomStream& random) {
    row.order = random();
    row.page = page;
    return row;
  }

  // Seconds to the next view: most soon, some in the same second, some after a break, a few at the very limit.
  static std::uint64_t pause(RandomStream& random) {
    const std::uint32_t kind = random.below(100);
    if (kind < 3) return 0;
    if (kind < 8) return 1800 + random.below(3600);
    if (kind < 9) return 3600 + random.below(2);
    return 1 + random.below(240);
  }

  void session(std::uint64_t number, Row row, RandomStream& random, std::vector<Row>& out) const {
    std::vector<World::Article> pages;
    world_.session(number, pages);
    for (const World::Article article : pages) {
      if (random.below(50) == 0) row.wiki = random.below(params_.world.wikis);  // changes the language
      out.push_back(with_page(row, article + 1, random));
      row.time += pause(random);
      if (random.below(8) == 0) {  // a reload
        out.push_back(with_page(row, article + 1, random));
        row.time += pause(random);
      }
      if (random.uniform_double() < params_.noise_share) noise(row, random, out);
    }
  }

  void noise(Row row, RandomStream& random, std::vector<Row>& out) const {
    const std::uint32_t page = 1 + random.below(params_.world.articles);
    switch (random.below(5)) {
      case 0:
        row.access = "mobile app";
        break;
      case 1:
        row.name_space = 1 + random.below(3);  // talk, user and their edits
        break;
      case 2:
        row.pageview = "false";
        break;
      case 3:
        return out.push_back(with_page(row, 0, random));
      default:
        row.page = params_.world.articles + 2 + random.below(100);  // new pages, which have no item yet
        return out.push_back(with_page(row, row.page, random));
    }
    out.push_back(with_page(row, page, random));
  }

  const PageviewLogParams& params_;
  const World& world_;
};

class LogFiles {
 public:
  LogFiles(const PageviewLogParams& params, const std::string& folder, const std::string& suffix) : params_(params) {
    const char* wiki = params.wiki_column == WikiColumn::kWikiDb ? "wiki_db" : "project";
    for (std::uint32_t i = 0; i < params.files; ++i) {
      files_.emplace_back(fmt::format("{}/log-{:05}.tsv{}", folder, i, suffix), FileAccess::kOwner);
      files_.back().write(
          fmt::format("actor\ttimestamp\t{}\tpage_id\tnamespace_id\tagent_type\taccess_method\tis_pageview\n", wiki));
    }
  }

  // Writes and clears `rows`.
  void write(std::vector<Row>& rows) {
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.order < b.order; });
    for (const Row& row : rows) write(row);
    rows_ += rows.size();
    rows.clear();
  }

  void finish() {
    for (FlatFileWriter& file : files_) file.finish();
  }
  std::uint64_t rows() const { return rows_; }

 private:
  void write(const Row& row) {
    const std::chrono::sys_seconds time{std::chrono::seconds(row.time)};
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
    const std::uint64_t second = row.time % 86400;
    const WikiName& wiki = kWikis[row.wiki];
    line_.clear();
    fmt::format_to(std::back_inserter(line_), "{:016x}{:016x}\t{:04}-{:02}-{:02} {:02}:{:02}:{:02}\t{}\t",
                   mix64(row.actor), mix64(~row.actor), static_cast<int>(date.year()),
                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), second / 3600,
                   second / 60 % 60, second % 60, params_.wiki_column == WikiColumn::kWikiDb ? wiki.db : wiki.project);
    if (row.page == 0)
      line_ += "NULL";
    else
      fmt::format_to(std::back_inserter(line_), "{}", row.page);
    fmt::format_to(std::back_inserter(line_), "\t{}\t{}\t{}\t{}\n", row.name_space, row.agent, row.access,
                   row.pageview);
    files_[share_of(mix64(row.order), params_.files)].write(line_);
  }

  const PageviewLogParams& params_;
  std::vector<FlatFileWriter> files_;
  std::string line_;
  std::uint64_t rows_ = 0;
};

std::uint64_t write_page_qids(const World& world, const std::string& path) {
  FlatFileWriter file(path);
  file.write("wiki_db\tpage_id\tqid\n");
  std::uint64_t rows = 0;
  for (std::uint32_t wiki = 0; wiki < world.params().wikis; ++wiki) {
    for (World::Article a = 0; a < world.params().articles; ++a) {
      if (world.lacks_qid(wiki, a)) continue;
      file.write(fmt::format("{}\t{}\tQ{}\n", kWikis[wiki].db, a + 1, world.qid(a)));
      ++rows;
    }
    file.write(fmt::format("{}\t{}\tQ{}\n", kWikis[wiki].db, world.params().articles + 1, kMainPage));
  }
  file.finish();
  return rows + world.params().wikis;
}

}  // namespace

PageviewLogCounts write_pageview_log(const PageviewLogParams& params, const std::string& folder,
                                     FlatCompression compression) {
  check(params);
  const World world(params.world);
  make_folder(folder);
  const std::string suffix = compression == FlatCompression::kGzip ? ".gz" : "";
  const Readers readers(params, world);
  LogFiles files(params, folder, suffix);
  std::vector<Row> rows;
  for (std::uint64_t begin = 0; begin < params.actors; begin += kActorsABlock) {
    const std::uint64_t end = std::min(begin + kActorsABlock, params.actors);
    for (std::uint64_t i = begin; i < end; ++i) readers.rows(i, rows);
    // The heavy actor's rows lie among those of the others.
    readers.heavy_rows(rows, params.heavy_views * begin / params.actors, params.heavy_views * end / params.actors);
    files.write(rows);
  }
  files.finish();
  return {files.rows(), write_page_qids(world, folder + "/page_qids.tsv" + suffix)};
}

}  // namespace linktrail
