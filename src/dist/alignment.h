// Turns a trained model onto an earlier one, so that the vectors of two months can be compared.
#pragma once

#include <cstdint>
#include <span>

#include "dist/earlier_model.h"
#include "dist/node_model.h"
#include "embedding/procrustes.h"

namespace linktrail::dist {

struct AlignmentReport {
  std::uint64_t articles = 0;  // common to both, with a vector in both
  double cosine_before = 0;    // mean cosine of an article's two vectors
  double cosine_after = 0;
};

// Collective. Rotates both matrices of `model`, equal on all nodes before and after, by the orthogonal matrix that
// brings the articles common to both nearest to their vectors in `earlier`; dot products stay as they are but for
// rounding. `qids` names the first input rows. `earlier` is open on rank 0, null on the others: that rank reads it and
// solves, O(common * dim^2); every rank turns its
// share of the node's rows. Throws AgreedError (bad input) if no article is common to both.
AlignmentReport align(const EarlierModel* earlier, std::span<const Qid> qids, NodeModel& model);

}  // namespace linktrail::dist
