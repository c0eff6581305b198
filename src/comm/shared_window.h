// Memory that the ranks of a node share: each rank brings a segment, and all of them read and write all segments.
//
// Segments are anonymous files of the kernel (memfd), not an MPI window: those lie in /dev/shm, which containers keep
// small and where there are no huge pages (docs/adr/0006). Pages appear when first written, so a segment may be an
// upper bound that is never reached.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "comm/communicator.h"

namespace linktrail::comm {

class SharedWindow {
 public:
  // Collective over `all`, of which `node` has the ranks that share; `bytes` may differ between ranks and may be 0.
  // Zeros at first. Every rank of `all` throws AgreedError if one of them cannot map a segment.
  SharedWindow(std::size_t bytes, const Communicator& node, const Communicator& all);

  // The segment of a rank, null if it has no bytes. Nothing orders the accesses of ranks but barrier().
  void* of(int rank) const { return segments_[static_cast<std::size_t>(rank)].get(); }

  // The same, to be kept longer than the window.
  std::shared_ptr<void> share(int rank) const { return segments_[static_cast<std::size_t>(rank)]; }

 private:
  std::vector<std::shared_ptr<void>> segments_;
};

}  // namespace linktrail::comm
