// Messages between ranks that do not wait for each other: for work whose pieces take different times on every rank.
//
// Not collective, but what was sent must have been received by all before the ranks' next collective call: a stream
// takes messages of its communicator from any rank at any time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "comm/communicator.h"

namespace linktrail::comm {

class MessageStream {
 public:
  struct Message {
    int from = 0;
    std::vector<char> bytes;  // up to 7 zeros follow what was sent
  };

  explicit MessageStream(const Communicator& comm);
  // Every send should have ended: see pending_bytes. The bytes of others are never freed, as MPI may still read them.
  ~MessageStream();
  MessageStream(const MessageStream&) = delete;
  MessageStream& operator=(const MessageStream&) = delete;

  // Begins to send, and returns at once. Throws CommError. Up to 16 GiB.
  void send(int to, std::vector<char> bytes);

  // Of the messages that have not left yet. Does not wait. Throws CommError.
  std::uint64_t pending_bytes();

  // A message that has arrived, those of one rank in the order sent. Does not wait. Throws CommError.
  std::optional<Message> receive();

 private:
  struct Pending;  // holds MPI's handles

  const Communicator& comm_;
  std::unique_ptr<Pending> pending_;
  std::uint64_t pending_bytes_ = 0;
};

}  // namespace linktrail::comm
