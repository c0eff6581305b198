// Sessions inside planted topics: articles of one topic meet, those of two do not.
#pragma once

#include <cmath>
#include <vector>

#include "core/random.h"
#include "core/sequences.h"
#include "embedding/model.h"

namespace linktrail::test {

struct PlantedTopics {
  std::size_t topics = 6;
  std::size_t articles = 20;  // a topic
  std::size_t sessions = 1500;
  std::size_t length = 8;

  std::size_t vocabulary() const { return topics * articles; }
  TokenId token(std::size_t topic, std::size_t article) const { return static_cast<TokenId>(article * topics + topic); }

  TokenSequences make(std::uint64_t seed) const {
    TokenSequences result;
    for (std::size_t i = 0; i < sessions; ++i) {
      RandomStream random({.seed = seed, .stage = RandomStage::kWorld, .record = i});
      const std::size_t topic = random.below(static_cast<std::uint32_t>(topics));
      std::vector<TokenId> session(length);
      for (TokenId& t : session) t = token(topic, random.below(static_cast<std::uint32_t>(articles)));
      result.append(session);
    }
    return result;
  }

  std::vector<std::uint64_t> counts(const TokenSequences& sequences) const {
    std::vector<std::uint64_t> result(vocabulary(), 0);
    for (const TokenId t : sequences.tokens) ++result[t];
    return result;
  }

  std::vector<Qid> qids() const {
    std::vector<Qid> result(vocabulary());
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<Qid>(100 + i);
    return result;
  }

  // Mean cosine inside topics minus mean cosine between topics.
  double separation(const EmbeddingModel& model) const {
    double inside = 0, between = 0, inside_pairs = 0, between_pairs = 0;
    for (std::size_t a = 0; a < vocabulary(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        const bool same = a % topics == b % topics;
        (same ? inside : between) += cosine(model.input.row(a), model.input.row(b));
        (same ? inside_pairs : between_pairs) += 1;
      }
    }
    return inside / inside_pairs - between / between_pairs;
  }

  static double cosine(std::span<const float> a, std::span<const float> b) {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
      const double x = static_cast<double>(a[j]), y = static_cast<double>(b[j]);
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    return ab / std::sqrt(aa * bb);
  }
};

}  // namespace linktrail::test
