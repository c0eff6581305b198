#include "index/search_effort.h"

#include <algorithm>
#include <cmath>

namespace linktrail {

namespace {

// Measured (docs/adr/0008): from .2 to .3 recall rises still, from .3 to .4 hardly.
constexpr float kSlack = 0.3F;
// At a million nodes, for ten neighbours; more neighbours take five times their number.
constexpr double kWidth = 500;
constexpr std::size_t kLeastWidth = 200;
constexpr std::size_t kWidthOfEach = 5;

// A graph of eight times the nodes takes a beam of about twice the width to be as good.
double growth(std::size_t nodes) { return std::cbrt(static_cast<double>(nodes) / 1e6); }

}  // namespace

BeamShape beam_for(std::size_t k, std::size_t nodes, std::size_t ef) {
  if (ef > 0) return {.width = std::max(ef, k), .wanted = k};
  const double width = growth(nodes) * std::max(kWidth, static_cast<double>(kWidthOfEach * k));
  return {.width = std::max({static_cast<std::size_t>(width), kLeastWidth, 2 * k}), .wanted = k, .slack = kSlack};
}

}  // namespace linktrail
