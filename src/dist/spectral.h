// The spectral embedding over ranks: see embedding/spectral.h.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "comm/communicator.h"
#include "core/matrix.h"
#include "dist/corpus.h"
#include "embedding/spectral.h"

namespace linktrail::dist {

struct SpectralModel {
  Matrix vectors;                       // [V, dim], a row a token, whole on every rank
  std::vector<double> singular_values;  // falling
  double unexplained = 0;               // share of the squared matrix outside the computed subspace
};

// Collective. Makes sets of the rows of `corpus` in place, then computes link vectors from them, with `weights` above
// 0, one a token. The vectors are the same bytes for any number of ranks. `on_slice` is called on every rank and may
// throw AgreedError. A slice sends 64 bytes a token to every rank and 128 bytes a token to its owner.
SpectralModel train_spectral(const SpectralParams& params, std::span<const float> weights, LinkCorpus& corpus,
                             const std::function<void(const SpectralProgress&)>& on_slice,
                             const comm::Communicator& comm);

}  // namespace linktrail::dist
