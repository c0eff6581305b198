// A world with planted topics: articles of Zipf popularity, sessions and links that mostly stay within
// a topic. What a good model must find is therefore known.
//
// Article, session and row number i are drawn from random streams keyed by i, so any process makes
// records [a, b) of a world of any size alone. Memory is O(articles); sessions are never held.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/random.h"

namespace linktrail {

struct WorldParams {
  std::uint64_t seed = 1;
  std::uint32_t articles = 10000;  // >= 2
  std::uint32_t topics = 20;       // 1 .. articles
  std::uint32_t wikis = 3;         // >= 1
  std::uint64_t sessions = 100000;
  std::uint64_t first_session = 0;    // number of the first one: another range is another month of the same world
  double zipf_exponent = 1.0;         // popularity of the r-th article is r^-exponent; measured page views are near 1
  double second_topic_share = 0.1;    // of the articles
  double jump_probability = 0.05;     // that a step of a session leaves the topic
  double continue_probability = 0.7;  // that a session goes on after its second page: a mean of about 4.3 pages
  double mean_links = 30;             // of an article, before wikis take their subsets
  double topic_link_share = 0.85;     // of the links
  double missing_qid_share = 0.02;    // of the rows; 2.2 % of real pages lack an item
};

class World {
 public:
  using Article = std::uint32_t;  // 0 .. articles - 1
  using Topic = std::uint32_t;
  static constexpr Topic kNoTopic = ~Topic{0};
  static constexpr std::size_t kMinSession = 2, kMaxSession = 30;  // what the real sessions are cut to

  // Throws UsageError for parameters out of range.
  explicit World(const WorldParams& params);

  const WorldParams& params() const { return params_; }

  Qid qid(Article article) const;  // rises with the number, with gaps
  Topic topic(Article article) const { return topics_[article]; }
  Topic second_topic(Article article) const;  // kNoTopic for most
  double popularity(Article article) const;
  std::string title(Article article) const;
  static std::string label(Topic topic);

  // The pages of session `number`, 2..30, no page twice in a row.
  void session(std::uint64_t number, std::vector<Article>& pages) const;

  // The distinct links of an article in all wikis together, ascending, never itself.
  void links(Article article, std::vector<Article>& targets) const;

  std::string wiki_db(std::uint32_t wiki) const;
  bool exists_in(std::uint32_t wiki, Article article) const;  // the first wiki has every article

  // The subset of `all_links` that the article has in `wiki`.
  void links_in(std::uint32_t wiki, Article article, const std::vector<Article>& all_links,
                std::vector<Article>& targets) const;
  bool lacks_qid(std::uint32_t wiki, Article article) const;

 private:
  RandomStream stream(std::uint64_t use, std::uint64_t record) const;
  void assign_topics();
  Article draw_article(Topic topic, RandomStream& random) const;
  Article draw_anywhere(RandomStream& random) const;
  std::size_t session_length(RandomStream& random) const;

  WorldParams params_;
  std::uint64_t rank_step_ = 1;   // popularity rank = (article * step + 1) mod articles: spreads ranks over QIDs
  std::vector<Topic> topics_;     // main topic, by article
  std::vector<Article> members_;  // of topic t: [begins_[t] .. begins_[t + 1])
  std::vector<std::uint64_t> begins_;
  std::vector<double> member_sums_;  // running popularity within the topic, parallel to members_
  std::vector<double> topic_sums_;   // running popularity over topics
};

}  // namespace linktrail
