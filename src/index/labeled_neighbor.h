// A neighbour as users know it: by its article.
#pragma once

#include <compare>

#include "core/ids.h"

namespace linktrail {

struct LabeledNeighbor {
  float distance = 0;
  Qid label = 0;

  friend auto operator<=>(const LabeledNeighbor&, const LabeledNeighbor&) = default;
};

}  // namespace linktrail
