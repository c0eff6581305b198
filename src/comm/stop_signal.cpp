#include "comm/stop_signal.h"

#include <atomic>
#include <system_error>

#include "comm/collectives.h"

namespace linktrail::comm {
namespace {

// The one mutable static of the project: a signal handler can reach nothing else.
std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "the handler may only touch lock-free atomics");

extern "C" void request_stop(int /*signal*/) { stop_requested.store(true, std::memory_order_relaxed); }

}  // namespace

StopSignal::StopSignal() {
  stop_requested.store(false);
  struct sigaction action {};
  action.sa_handler = request_stop;
  action.sa_flags = SA_RESTART;  // reads and writes in flight carry on; only the flag changes
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i)
    if (sigaction(kSignals[i], &action, &previous_[i]) != 0)
      throw std::system_error(errno, std::generic_category(), "sigaction");
}

StopSignal::~StopSignal() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &previous_[i], nullptr);
}

bool StopSignal::requested() noexcept { return stop_requested.load(std::memory_order_relaxed); }

bool StopSignal::requested_anywhere(const Communicator& comm) {
  return all_reduce(std::int32_t{requested()}, ReduceOp::kMax, comm) == 1;
}

}  // namespace linktrail::comm
