// A step of work over all ranks whose records go to their owners while it runs. No rank waits for another, but for one
// that is far behind, and at the end.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "comm/communicator.h"
#include "dist/record_shuffle.h"

namespace linktrail::dist {

struct ShuffleWork {
  std::uint64_t in_flight = 0;  // bytes sent and not yet taken, beyond which a rank waits: how far one may run ahead
  // Works on until a shuffle that it pushes to is full, or for about as long; does not communicate. Whether there is
  // more to do.
  std::function<bool()> turn;
  std::function<double()> done = {};             // of the rank's work, in [0, 1]; called between turns
  std::function<void(double)> on_progress = {};  // with the mean of done() over the ranks, as far as it is known
};

// Collective. Calls work.turn() until it has no more, and moves what it pushed to the stores of the owners. In what
// order records come to a bucket differs between runs. If a turn, or a store, throws on any rank, all ranks end their
// work soon and throw AgreedError.
void run_shuffles(std::span<RecordShuffle* const> shuffles, const ShuffleWork& work, const comm::Communicator& comm);

}  // namespace linktrail::dist
