#include "dist/shuffle_run.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <numeric>

#include "comm/agreement.h"
#include "comm/environment.h"
#include "comm/message_stream.h"
#include "core/error.h"

namespace linktrail::dist {

namespace {

enum class SenderState : std::uint32_t { kMore, kEnded, kFailed };

// Before the records of a message.
struct MessageHeader {
  double done = 0;  // of the sender's work
  SenderState state = SenderState::kMore;
  std::uint32_t unused = 0;
};

class ShuffleRun {
 public:
  ShuffleRun(std::span<RecordShuffle* const> shuffles, const ShuffleWork& work, const comm::Communicator& comm)
      : shuffles_(shuffles),
        work_(work),
        comm_(comm),
        stream_(comm),
        done_(static_cast<std::size_t>(comm.size()), 0.0),
        working_(static_cast<std::size_t>(comm.size()), true) {
    working_[static_cast<std::size_t>(comm.rank())] = false;
  }

  // Until no rank waits for another any more.
  void exchange() {
    bool more = true;
    while (more) {
      guarded([&] { more = work_.turn(); });
      if (fault_ || peer_failed_) more = false;
      guarded([&] { note_done(comm_.rank(), own_done(more)); });
      send_all(more ? SenderState::kMore : SenderState::kEnded);
      guarded([&] {
        for (RecordShuffle* shuffle : shuffles_) shuffle->keep_own();
      });
      receive_arrived();
    }
    while (others_work() || stream_.pending_bytes() > 0) receive_arrived();
  }

  // Throws what this rank failed with.
  void rethrow_fault() const {
    if (fault_) std::rethrow_exception(fault_);
  }

 private:
  // A failed rank goes on to receive, so that the others get to know and none waits for it.
  template <class Body>
  void guarded(Body&& body) {
    if (fault_) return;
    try {
      body();
    } catch (...) {
      fault_ = std::current_exception();
    }
    if (fault_) tell_failed();
  }

  // Also behind the message that this rank has ended: then its store failed with what others sent.
  void tell_failed() {
    for (int rank = 0; rank < comm_.size(); ++rank)
      if (rank != comm_.rank()) stream_.send(rank, header_only(SenderState::kFailed));
  }

  double own_done(bool more) const { return more ? (work_.done ? work_.done() : 0.0) : 1.0; }
  bool others_work() const { return std::find(working_.begin(), working_.end(), true) != working_.end(); }

  void note_done(int rank, double done) {
    done_[static_cast<std::size_t>(rank)] = done;
    if (work_.on_progress && work_.done)
      work_.on_progress(std::accumulate(done_.begin(), done_.end(), 0.0) / comm_.size());
  }

  std::vector<char> header_only(SenderState state) const {
    const MessageHeader header{.done = done_[static_cast<std::size_t>(comm_.rank())], .state = state};
    std::vector<char> message(sizeof(header));
    std::memcpy(message.data(), &header, sizeof(header));
    return message;
  }

  std::vector<char> message_to(int rank, SenderState state, std::uint64_t waiting) {
    std::vector<char> message = header_only(state);
    message.reserve(message.size() + waiting);
    for (std::size_t i = 0; i < shuffles_.size(); ++i) shuffles_[i]->pack(rank, static_cast<std::uint32_t>(i), message);
    return message;
  }

  void send_all(SenderState state) {
    for (int step = 1; step < comm_.size() && !fault_; ++step) {
      const int to = (comm_.rank() + step) % comm_.size();
      std::uint64_t waiting = 0;
      for (const RecordShuffle* shuffle : shuffles_) waiting += shuffle->message_bytes(to);
      if (waiting == 0 && state == SenderState::kMore) continue;
      while (stream_.pending_bytes() > work_.in_flight && !fault_) receive_arrived();
      guarded([&] { stream_.send(to, message_to(to, state, waiting)); });
    }
  }

  void receive_arrived() {
    while (const auto message = stream_.receive()) {
      MessageHeader header;
      std::memcpy(&header, message->bytes.data(), sizeof(header));
      if (header.state != SenderState::kMore) working_[static_cast<std::size_t>(message->from)] = false;
      if (header.state == SenderState::kFailed) peer_failed_ = true;
      guarded([&] {
        unpack(std::span(message->bytes).subspan(sizeof(header)), shuffles_);
        note_done(message->from, header.state == SenderState::kEnded ? 1.0 : header.done);
      });
    }
  }

  std::span<RecordShuffle* const> shuffles_;
  const ShuffleWork& work_;
  const comm::Communicator& comm_;
  comm::MessageStream stream_;
  std::vector<double> done_;   // by rank
  std::vector<bool> working_;  // the other ranks that have not said that they ended
  bool peer_failed_ = false;
  std::exception_ptr fault_;
};

// What escapes exchange() the others cannot be told: a fault of MPI, or no memory for
// what arrives.
void run_or_abort(ShuffleRun& run, const comm::Communicator& comm) {
  try {
    run.exchange();
  } catch (const Error& error) {
    comm::abort_all(comm, error.code(), error.what());
  } catch (const std::bad_alloc&) {
    comm::abort_all(comm, ExitCode::kInternal, "out of memory; use more nodes or fewer ranks a node");
  } catch (const std::exception& error) {
    comm::abort_all(comm, ExitCode::kInternal, error.what());
  }
}

}  // namespace

void run_shuffles(std::span<RecordShuffle* const> shuffles, const ShuffleWork& work, const comm::Communicator& comm) {
  const comm::Communicator own = comm.split(0);  // a late message of a rank that failed must not get into the next run
  ShuffleRun run(shuffles, work, own);
  run_or_abort(run, own);
  comm::agreed(comm, [&] { run.rethrow_fault(); });
}

}  // namespace linktrail::dist
