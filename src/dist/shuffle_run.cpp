#include "dist/shuffle_run.h"

#include <cstring>
#include <exception>
#include <numeric>

#include "comm/agreement.h"
#include "comm/message_stream.h"

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
        working_peers_(comm.size() - 1) {}

  // Throws what this rank failed with.
  void run() {
    bool more = true;
    while (more) {
      guarded([&] { more = work_.turn(); });
      if (fault_ || peer_failed_) more = false;
      const SenderState state = fault_ ? SenderState::kFailed : more ? SenderState::kMore : SenderState::kEnded;
      guarded([&] { note_done(comm_.rank(), state == SenderState::kEnded ? 1.0 : own_done()); });
      send_all(state);
      guarded([&] {
        for (RecordShuffle* shuffle : shuffles_) shuffle->keep_own();
      });
      receive_arrived();
    }
    while (working_peers_ > 0 || stream_.pending_bytes() > 0) receive_arrived();
    if (fault_) std::rethrow_exception(fault_);
  }

 private:
  // A failed rank goes on to send and receive, so that the others get to know and none waits for it.
  template <class Body>
  void guarded(Body&& body) {
    if (fault_) return;
    try {
      body();
    } catch (...) {
      fault_ = std::current_exception();
    }
  }

  double own_done() const { return work_.done ? work_.done() : 0.0; }

  void note_done(int rank, double done) {
    done_[static_cast<std::size_t>(rank)] = done;
    if (work_.on_progress && work_.done)
      work_.on_progress(std::accumulate(done_.begin(), done_.end(), 0.0) / comm_.size());
  }

  void send_all(SenderState state) {
    for (int step = 1; step < comm_.size(); ++step) {
      const int to = (comm_.rank() + step) % comm_.size();
      std::uint64_t waiting = 0;
      for (const RecordShuffle* shuffle : shuffles_) waiting += shuffle->message_bytes(to);
      if (waiting == 0 && state == SenderState::kMore) continue;
      while (stream_.pending_bytes() > work_.in_flight) receive_arrived();
      const MessageHeader header{.done = done_[static_cast<std::size_t>(comm_.rank())], .state = state};
      std::vector<char> message;
      message.reserve(sizeof(header) + waiting);
      message.resize(sizeof(header));
      std::memcpy(message.data(), &header, sizeof(header));
      for (std::size_t i = 0; i < shuffles_.size(); ++i) shuffles_[i]->pack(to, static_cast<std::uint32_t>(i), message);
      stream_.send(to, std::move(message));
    }
  }

  void receive_arrived() {
    while (const auto message = stream_.receive()) {
      MessageHeader header;
      std::memcpy(&header, message->bytes.data(), sizeof(header));
      if (header.state != SenderState::kMore) --working_peers_;
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
  std::vector<double> done_;  // by rank
  int working_peers_;         // that have not said that they ended
  bool peer_failed_ = false;
  std::exception_ptr fault_;
};

}  // namespace

void run_shuffles(std::span<RecordShuffle* const> shuffles, const ShuffleWork& work, const comm::Communicator& comm) {
  // The agreement is also what keeps a rank that has ended from sending messages of its next run to one that has not.
  comm::agreed(comm, [&] { ShuffleRun(shuffles, work, comm).run(); });
}

}  // namespace linktrail::dist
