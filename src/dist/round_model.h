// The model of a node while it is trained: what the own rank changes in a round, and how the ranks bring that together.
#pragma once

#include <cstddef>

#include "comm/shared_window.h"
#include "dist/node_model.h"
#include "dist/round_plan.h"
#include "dist/row_sync.h"
#include "embedding/round_rows.h"
#include "embedding/row_lengths.h"

namespace linktrail::dist {

class SharedRound {
 public:
  // Collective. `model` must outlive this. One rank alone trains it in place, several train what the plan says.
  SharedRound(NodeModel& model, CombineRule rule, const RoundsPlan& plan);
  SharedRound(const SharedRound&) = delete;  // its rows refer to its parts
  SharedRound& operator=(const SharedRound&) = delete;

  RoundModel& rows() { return rows_; }

  // Whether the model is trained in place, so that roll_back() cannot bring back what it was.
  bool is_alone() const { return node().all().size() == 1; }

  // Collective. At the start of a round in which hot rows will be synchronised.
  void remember_hot_rows();

  // Collective. Brings the first rows together, those of the most frequent articles. The round goes on.
  void synchronise_hot_rows(ValuePrecision precision);

  // Collective. Brings all rows together and ends the round.
  void finish(ValuePrecision precision);

  // Collective. Ends the round and leaves the model as it was at its start, unless one rank alone has changed it in
  // place.
  void roll_back();

  // Collective, between two rounds. Brings the rows that are longer to these lengths.
  void shorten(const RowLengths& longest);

  // Whether what this rank has trained in the round is finite and of a length that a model may have.
  bool is_sane() const;

 private:
  // One of the two matrices.
  struct Part {
    Part(Matrix& trained, const SyncRule& rule, const comm::Node& node, const RoundsPlan& plan);

    // What this rank trains.
    RoundRows rows(const comm::Node& node);
    // Makes the replica equal to the matrix, if there is one.
    void replicate();

    Matrix& matrix;
    RankCopies copies;
    std::size_t hot_rows;
    comm::SharedWindow window;
    RowSync sync;
    Matrix replica;  // of this rank
  };

  const comm::Node& node() const { return *model_.node; }
  SyncRule sync_rule(CombineRule combine, float correction) const;

  template <class Work>
  void between_barriers(const Work& work);

  NodeModel& model_;
  Part input_, output_;
  RoundModel rows_;
};

}  // namespace linktrail::dist
