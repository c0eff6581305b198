// A request to stop early: SIGTERM, SIGINT or SIGUSR1 sets a flag, and ranks agree on it at the next
// synchronisation point. The handler does nothing else.
#pragma once

#include <array>
#include <csignal>

#include "comm/communicator.h"

namespace linktrail::comm {

class StopSignal {
 public:
  StopSignal();   // installs the handlers and clears the request
  ~StopSignal();  // restores the previous ones
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Whether this rank was asked to stop.
  static bool requested() noexcept;

  // Collective. Whether any rank was asked to stop.
  static bool requested_anywhere(const Communicator& comm);

 private:
  static constexpr std::array<int, 3> kSignals{SIGTERM, SIGINT, SIGUSR1};
  std::array<struct sigaction, kSignals.size()> previous_{};
};

}  // namespace linktrail::comm
