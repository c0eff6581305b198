// A request to stop early: SIGTERM, SIGINT or SIGUSR1 sets a flag, and ranks agree on it at the next
// synchronisation point. The handler does nothing else.
#pragma once

#include "comm/communicator.h"

namespace linktrail::comm {

class StopSignal {
 public:
  StopSignal();   // installs the handlers
  ~StopSignal();  // restores the previous ones
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Whether this rank was asked to stop.
  static bool requested() noexcept;

  // Collective. Whether any rank was asked to stop.
  static bool requested_anywhere(const Communicator& comm);
};

}  // namespace linktrail::comm
