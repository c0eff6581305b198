// How often an article occurs.
#pragma once

#include <cstdint>

#include "core/ids.h"

namespace linktrail {

struct QidCount {
  Qid qid = kNoQid;
  std::uint64_t count = 0;
};

}  // namespace linktrail
