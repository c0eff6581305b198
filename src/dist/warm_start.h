// A new model that starts from an earlier one: what both know is copied, by QID and label, and the rest stays initial.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dist/earlier_model.h"
#include "dist/node_model.h"

namespace linktrail::dist {

// Changes with what a warm start makes of the earlier rows of a model of sequences before the first epoch, and of new
// ones (new_articles.h, embedding/row_lengths.h): a checkpoint of another version is not resumed.
inline constexpr int kWarmStartVersion = 2;

// What the rows of a new model stand for.
struct RowNames {
  std::vector<Qid> qids;            // of the input rows; the end of a sequence, if there is one, is kNoQid
  std::vector<std::string> labels;  // of the output rows of a supervised model; else they are as the input rows
};

// How two models overlap. All counts but `labels` are of articles, without the end of a sequence.
struct Overlap {
  std::uint64_t matched = 0;
  std::uint64_t vanished = 0;     // in the earlier model only
  std::uint64_t labels = 0;       // output rows of a supervised model that were matched
  std::vector<TokenId> new_rows;  // of the articles that were added, rising
};

// Collective. Copies every row of both matrices that `earlier` has too into `model`, which is equal on all nodes before
// and after. `earlier` is open on rank 0 and null on the others, so that a file is read once however many ranks there
// are; its rows travel in blocks of some megabytes. Throws AgreedError (bad input) if no article is common to both.
Overlap warm_start(const EarlierModel* earlier, const RowNames& names, NodeModel& model);

}  // namespace linktrail::dist
