#include "simulate/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "core/error.h"
#include "simulate/weighted_choice.h"

namespace linktrail {

namespace {

// What the streams of stage kWorld are for: the `epoch` of their key. Wikis follow from kWikiBase on.
enum Use : std::uint64_t { kTopicUse, kSecondTopicUse, kQidUse, kSessionUse, kLinkUse, kMissingUse, kWikiBase = 1000 };

constexpr std::uint64_t kQidGap = 37;      // QIDs are about this far apart: not dense, as real ones
constexpr int kDrawsForANewPage = 16;      // a topic whose one article has nearly all views may repeat itself
constexpr double kWikiShrink = 0.6;        // each further wiki has this share of the articles of the one before
constexpr double kLinksKeptInAWiki = 0.8;  // of an article's links, in each wiki

// A step near the golden section of n and coprime to it: i -> i * step + 1 mod n is a permutation.
std::uint64_t coprime_step(std::uint64_t n) {
  auto step = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(n) * 0.6180339887));
  while (std::gcd(step, n) != 1) ++step;
  return step;
}

void check_share(double value, const char* name) {
  if (!(value >= 0 && value <= 1)) throw UsageError(fmt::format("{} must be from 0 to 1, found {}", name, value));
}

void check(const WorldParams& params) {
  if (params.articles < 2)
    throw UsageError(fmt::format("a world needs at least 2 articles, found {}", params.articles));
  if (params.topics < 1 || params.topics > params.articles)
    throw UsageError(fmt::format("topics must be from 1 to the {} articles, found {}", params.articles, params.topics));
  if (params.wikis < 1) throw UsageError("a world needs at least 1 wiki");
  if (!(params.mean_links >= 0) || !(params.zipf_exponent >= 0))
    throw UsageError("mean_links and zipf_exponent must not be negative");
  check_share(params.second_topic_share, "second_topic_share");
  check_share(params.jump_probability, "jump_probability");
  check_share(params.continue_probability, "continue_probability");
  check_share(params.topic_link_share, "topic_link_share");
  check_share(params.missing_qid_share, "missing_qid_share");
}

}  // namespace

World::World(const WorldParams& params) : params_(params) {
  check(params_);
  rank_step_ = coprime_step(params_.articles);
  assign_topics();
}

RandomStream World::stream(std::uint64_t use, std::uint64_t record) const {
  return RandomStream({.seed = params_.seed, .stage = RandomStage::kWorld, .epoch = use, .record = record});
}

double World::popularity(Article article) const {
  const std::uint64_t rank = (article * rank_step_ + 1) % params_.articles;
  return std::pow(static_cast<double>(rank + 1), -params_.zipf_exponent);
}

Qid World::qid(Article article) const {
  return static_cast<Qid>(article * kQidGap + 1 + stream(kQidUse, article).below(kQidGap));
}

std::string World::title(Article article) const { return fmt::format("Topic {} article {}", topic(article), article); }

std::string World::label(Topic topic) { return fmt::format("Topic {}", topic); }

World::Topic World::second_topic(Article article) const {
  RandomStream random = stream(kSecondTopicUse, article);
  if (params_.topics < 2 || random.uniform_double() >= params_.second_topic_share) return kNoTopic;
  const Topic other = random.below(params_.topics - 1);
  return other < topics_[article] ? other : other + 1;
}

void World::assign_topics() {
  topics_.resize(params_.articles);
  begins_.assign(params_.topics + 1, 0);
  const auto for_each_membership = [&](auto&& visit) {
    for (Article a = 0; a < params_.articles; ++a) {
      visit(a, topics_[a]);
      if (const Topic second = second_topic(a); second != kNoTopic) visit(a, second);
    }
  };
  // The first articles seed one topic each, so that no topic is empty.
  for (Article a = 0; a < params_.articles; ++a)
    topics_[a] = a < params_.topics ? a : stream(kTopicUse, a).below(params_.topics);
  for_each_membership([&](Article, Topic t) { ++begins_[t + 1]; });
  std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());

  members_.resize(begins_.back());
  std::vector<std::uint64_t> next(begins_.begin(), begins_.end() - 1);
  for_each_membership([&](Article a, Topic t) { members_[next[t]++] = a; });

  member_sums_.reserve(members_.size());
  std::vector<double> totals;
  for (Topic t = 0; t < params_.topics; ++t) {
    double sum = 0;
    for (std::uint64_t i = begins_[t]; i < begins_[t + 1]; ++i) member_sums_.push_back(sum += popularity(members_[i]));
    totals.push_back(sum);
  }
  topic_sums_ = running_sums(totals);
}

World::Article World::draw_article(Topic topic, RandomStream& random) const {
  const auto sums = std::span(member_sums_).subspan(begins_[topic], begins_[topic + 1] - begins_[topic]);
  return members_[begins_[topic] + choose(sums, random)];
}

World::Article World::draw_anywhere(RandomStream& random) const {
  return draw_article(static_cast<Topic>(choose(topic_sums_, random)), random);
}

std::size_t World::session_length(RandomStream& random) const {
  std::size_t length = kMinSession;
  while (length < kMaxSession && random.uniform_double() < params_.continue_probability) ++length;
  return length;
}

void World::session(std::uint64_t number, std::vector<Article>& pages) const {
  RandomStream random = stream(kSessionUse, number);
  const auto topic = static_cast<Topic>(choose(topic_sums_, random));
  const std::size_t length = session_length(random);
  pages.assign(1, draw_article(topic, random));
  while (pages.size() < length) {
    const bool jump = random.uniform_double() < params_.jump_probability;
    Article page = pages.back();
    for (int i = 0; i < kDrawsForANewPage && page == pages.back(); ++i)
      page = jump ? draw_anywhere(random) : draw_article(topic, random);
    if (page == pages.back()) page = (page + 1) % params_.articles;
    pages.push_back(page);
  }
}

void World::links(Article article, std::vector<Article>& targets) const {
  RandomStream random = stream(kLinkUse, article);
  targets.clear();
  const double mean = params_.mean_links;  // geometric: many short articles, a few long ones
  const auto count = static_cast<std::size_t>(-std::log(1.0 - random.uniform_double()) * mean + 0.5);
  const Topic second = second_topic(article);
  for (std::size_t i = 0; i < std::min<std::size_t>(count, params_.articles); ++i) {
    const bool within = random.uniform_double() < params_.topic_link_share;
    const bool use_second = second != kNoTopic && random.below(2) == 0;
    const Article target =
        within ? draw_article(use_second ? second : topics_[article], random) : draw_anywhere(random);
    if (target != article) targets.push_back(target);
  }
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
}

std::string World::wiki_db(std::uint32_t wiki) const { return fmt::format("sim{}wiki", wiki); }

bool World::exists_in(std::uint32_t wiki, Article article) const {
  return wiki == 0 || stream(kWikiBase + 2 * wiki, article).uniform_double() < std::pow(kWikiShrink, wiki);
}

void World::links_in(std::uint32_t wiki, Article article, const std::vector<Article>& all_links,
                     std::vector<Article>& targets) const {
  RandomStream random = stream(kWikiBase + 2 * wiki + 1, article);
  targets.clear();
  for (const Article target : all_links)
    if (random.uniform_double() < kLinksKeptInAWiki && exists_in(wiki, target)) targets.push_back(target);
}

bool World::lacks_qid(std::uint32_t wiki, Article article) const {
  const std::uint64_t row = static_cast<std::uint64_t>(wiki) * params_.articles + article;
  return stream(kMissingUse, row).uniform_double() < params_.missing_qid_share;
}

}  // namespace linktrail
