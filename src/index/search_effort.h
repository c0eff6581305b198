// How wide a search is: what a user asks for, or what answers well without being asked.
#pragma once

#include <cstddef>

#include "index/search_beam.h"

namespace linktrail {

// The beam of a search for the k nearest of `nodes`. With ef, a beam of that width (at least k) as in hnswlib. Without
// (0), one that is as wide as a query needs: it ends when what is left is much further away than the k-th found, so
// that easy queries cost little and hard ones are given what they take. Its width is a bound only, and grows with the
// graph. (Al-Jazzazi et al. 2025, arXiv 2505.15636.) Finds more than .99 of ten and .98 of a hundred neighbours at a
// million nodes (docs/adr/0008).
BeamShape beam_for(std::size_t k, std::size_t nodes, std::size_t ef = 0);

}  // namespace linktrail
