#include "embedding/link_gram.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "embedding/order_free_sum.h"

namespace linktrail {
namespace {

// Links ahead of the one in work whose lines are fetched: about what memory needs at one line a few nanoseconds.
constexpr std::size_t kFetchAhead = 16;

using Columns = std::array<float, kSliceColumns>;

void fetch(const float* row, const std::uint64_t* sums) {
  __builtin_prefetch(row);
  __builtin_prefetch(sums, 1);
  __builtin_prefetch(sums + kSliceColumns / 2, 1);
}

}  // namespace

LinkGram::LinkGram(TokenSequencesView bags, std::span<const float> weights)
    : bags_(bags), norms_(bags.size(), 0.0F), factors_(bags.size(), 0.0F) {
  for (std::size_t i = 0; i < bags.size(); ++i) {
    double square = 0;
    for (const TokenId token : bags[i])
      square += static_cast<double>(weights[token]) * static_cast<double>(weights[token]);
    if (square == 0) continue;
    norms_[i] = static_cast<float>(std::sqrt(square));
    factors_[i] = static_cast<float>(std::pow(square, -kRowPower));
    squared_norm_ += static_cast<std::uint64_t>(std::pow(square, 1 - kRowPower) / kGramUnit + 0.5);
  }
}

// A row of A has length norm^(1 - power), so (A X)_i is at most that, and it is multiplied by norm^-power.
void LinkGram::add_reach(std::span<std::uint64_t> reach) const {
  for (std::size_t i = 0; i < bags_.size(); ++i) {
    if (bags_[i].empty()) continue;
    const double most = std::pow(static_cast<double>(norms_[i]), 1 - 2 * kRowPower);
    const auto units = static_cast<std::uint64_t>(std::ceil(most / kGramUnit));
    for (const TokenId token : bags_[i]) reach[token] += units;
  }
}

void LinkGram::multiply(std::span<const float> weighted, double scale, std::span<std::uint64_t> sums) const {
  const auto line = [&](TokenId token) { return weighted.data() + std::size_t{token} * kSliceColumns; };
  const auto target = [&](TokenId token) { return sums.data() + std::size_t{token} * kSliceColumns; };
  const std::size_t all = bags_.tokens.size();
  std::size_t position = 0;
  for (std::size_t i = 0; i < bags_.size(); ++i) {
    const auto bag = bags_[i];
    Columns product{};
    for (const TokenId token : bag) {
      const TokenId ahead = bags_.tokens[std::min(position++ + kFetchAhead, all - 1)];
      fetch(line(ahead), target(ahead));
      const float* row = line(token);
      for (std::size_t c = 0; c < kSliceColumns; ++c) product[c] += row[c];
    }
    std::array<std::uint64_t, kSliceColumns> addend;
    const auto factor = static_cast<double>(factors_[i]);
    for (std::size_t c = 0; c < kSliceColumns; ++c)
      addend[c] = to_fixed(static_cast<double>(product[c]) * factor, scale);
    for (const TokenId token : bag) {
      std::uint64_t* sum = target(token);
      for (std::size_t c = 0; c < kSliceColumns; ++c) sum[c] += addend[c];
    }
  }
}

}  // namespace linktrail
