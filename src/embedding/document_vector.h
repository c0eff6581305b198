// The vector of an article from the links in its text, over all wikis.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/matrix.h"

namespace linktrail {

// How the rows of one article in several wikis become one bag of links.
enum class LinkBag { kUnion, kMultiset };

// How much each link counts in the mean.
enum class LinkWeight { kEqual, kIdf };

// Sorts the tokens ascending; kUnion also removes repeats. The sum below is then the same for any number of ranks.
void make_bag(std::vector<TokenId>& tokens, LinkBag kind);

// Weight of each token: 1, or log(total / count) of its count (at least a small positive floor).
std::vector<float> link_weights(LinkWeight kind, std::span<const std::uint64_t> counts, std::uint64_t documents);

// Weighted mean of the bag's input rows into `out` (input.dim floats), summed in double in bag order.
// Returns false and leaves zeros if the bag is empty: such an article gets no vector, and is counted.
bool document_vector(std::span<const TokenId> bag, MatrixView input, std::span<const float> weights,
                     std::span<float> out);

}  // namespace linktrail
