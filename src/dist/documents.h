// Article vectors from links: every row of an article, over all wikis and ranks, becomes one bag and one vector.
#pragma once

#include <cstdint>
#include <span>

#include "comm/communicator.h"
#include "dist/corpus.h"
#include "dist/embedding_rows.h"
#include "embedding/document_vector.h"

namespace linktrail::dist {

struct DocumentStats {
  std::uint64_t articles = 0;            // distinct, on all ranks
  std::uint64_t without_known_link = 0;  // have no vector
};

struct Documents {
  EmbeddingRows rows;  // by rising QID; row_block() of this rank
  DocumentStats stats;
};

// Collective. `corpus` holds this rank's rows with tokens of the vocabulary of `input`. The bags of one article meet at
// the rank owner_of(qid), where they are joined as `kind` says and averaged with `weights` (one a token). The result is
// the same for any number of ranks and any order of the input. 4 bytes a link and one vector an article travel.
Documents embed_documents(const LinkCorpus& corpus, MatrixView input, std::span<const float> weights, LinkBag kind,
                          const comm::Communicator& comm);

}  // namespace linktrail::dist
