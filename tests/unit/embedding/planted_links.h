// Random rows of links of given topics, as sets; and the dense matrix that they stand for.
#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"
#include "core/sequences.h"
#include "embedding/link_gram.h"

namespace linktrail::test {

struct PlantedLinks {
  std::size_t topics = 4;
  std::size_t tokens = 60;  // token t is of topic t % topics
  std::size_t rows = 300;
  std::size_t links = 8;  // a row, all of one topic but the last, which is of any

  TokenSequences make() const {
    TokenSequences result;
    for (std::size_t i = 0; i < rows; ++i) {
      RandomStream random({.seed = 3, .stage = RandomStage::kWorld, .record = i});
      const std::size_t topic = random.below(static_cast<std::uint32_t>(topics));
      std::vector<TokenId> row;
      for (std::size_t l = 0; l + 1 < links; ++l)
        row.push_back(static_cast<TokenId>(random.below(static_cast<std::uint32_t>(tokens / topics)) * topics + topic));
      row.push_back(random.below(static_cast<std::uint32_t>(tokens)));
      std::sort(row.begin(), row.end());
      row.erase(std::unique(row.begin(), row.end()), row.end());
      if (i % 50 == 7) row.clear();
      result.append(row);
    }
    return result;
  }

  std::vector<float> weights() const {
    std::vector<float> result;
    for (std::size_t t = 0; t < tokens; ++t) result.push_back(0.5F + static_cast<float>(t % 7) / 4);
    return result;
  }

  std::vector<Qid> qids() const {
    std::vector<Qid> result;
    for (std::size_t t = 0; t < tokens; ++t) result.push_back(static_cast<Qid>(1000 + 3 * t));
    return result;
  }
};

// The matrix as embedding/link_gram.h defines it.
inline Eigen::MatrixXd dense_matrix(TokenSequencesView bags, std::span<const float> weights) {
  Eigen::MatrixXd matrix =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(bags.size()), static_cast<Eigen::Index>(weights.size()));
  for (std::size_t i = 0; i < bags.size(); ++i) {
    double square = 0;
    for (const TokenId token : bags[i])
      square += static_cast<double>(weights[token]) * static_cast<double>(weights[token]);
    for (const TokenId token : bags[i])
      matrix(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(token)) =
          static_cast<double>(weights[token]) / std::pow(square, kRowPower / 2);
  }
  return matrix;
}

}  // namespace linktrail::test
