#include "embedding/document_vector.h"

#include <algorithm>
#include <cmath>

namespace linktrail {
namespace {

// A link that every article has says nothing, but must not make a bag of only such links weightless.
constexpr double kSmallestIdf = 0.01;

}  // namespace

void make_bag(std::vector<TokenId>& tokens, LinkBag kind) {
  std::sort(tokens.begin(), tokens.end());
  if (kind == LinkBag::kUnion) tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
}

std::vector<float> link_weights(LinkWeight kind, std::span<const std::uint64_t> counts, std::uint64_t documents) {
  std::vector<float> weights(counts.size(), 1.0F);
  if (kind == LinkWeight::kEqual) return weights;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double count = static_cast<double>(std::max<std::uint64_t>(counts[i], 1));
    weights[i] = static_cast<float>(std::max(std::log(static_cast<double>(documents) / count), kSmallestIdf));
  }
  return weights;
}

bool document_vector(std::span<const TokenId> bag, MatrixView input, std::span<const float> weights,
                     std::span<float> out) {
  std::fill(out.begin(), out.end(), 0.0F);
  if (bag.empty()) return false;

  std::vector<double> sum(input.dim, 0.0);
  double total = 0;
  for (const TokenId token : bag) {
    const double weight = static_cast<double>(weights[token]);
    const float* row = input.row_data(token);
    for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += weight * static_cast<double>(row[j]);
    total += weight;
  }
  for (std::size_t j = 0; j < sum.size(); ++j) out[j] = static_cast<float>(sum[j] / total);
  return true;
}

}  // namespace linktrail
