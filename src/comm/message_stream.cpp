#include "comm/message_stream.h"

#include <mpi.h>

#include <cstdint>
#include <list>

#include "comm/detail/mpi_check.h"
#include "comm/detail/native_impl.h"
#include "core/checked_cast.h"

namespace linktrail::comm {

namespace {

constexpr int kTag = 2;  // not that of the collectives made of send-receive rounds

// MPI counts are int: as words, a message may be eight times as long as in bytes.
constexpr std::size_t kWord = sizeof(std::uint64_t);

}  // namespace

struct MessageStream::Pending {
  struct Send {
    MPI_Request request;
    std::vector<char> bytes;
  };
  std::list<Send> sends;
};

MessageStream::MessageStream(const Communicator& comm) : comm_(comm), pending_(std::make_unique<Pending>()) {}

MessageStream::~MessageStream() {
  if (!pending_->sends.empty()) static_cast<void>(pending_.release());
}

void MessageStream::send(int to, std::vector<char> bytes) {
  bytes.resize((bytes.size() + kWord - 1) / kWord * kWord);
  auto& send = pending_->sends.emplace_back(Pending::Send{MPI_REQUEST_NULL, std::move(bytes)});
  detail::check(MPI_Isend(send.bytes.data(), checked_cast<int>(send.bytes.size() / kWord), MPI_UINT64_T, to, kTag,
                          comm_.native().boost, &send.request),
                "MPI_Isend", send.bytes.size());
  pending_bytes_ += send.bytes.size();
}

std::uint64_t MessageStream::pending_bytes() {
  std::erase_if(pending_->sends, [&](Pending::Send& send) {
    int done = 0;
    detail::check(MPI_Test(&send.request, &done, MPI_STATUS_IGNORE), "MPI_Test", 1);
    if (done != 0) pending_bytes_ -= send.bytes.size();
    return done != 0;
  });
  return pending_bytes_;
}

std::optional<MessageStream::Message> MessageStream::receive() {
  int found = 0;
  MPI_Message handle = MPI_MESSAGE_NULL;
  MPI_Status status;
  detail::check(MPI_Improbe(MPI_ANY_SOURCE, kTag, comm_.native().boost, &found, &handle, &status), "MPI_Improbe", 1);
  if (found == 0) return std::nullopt;
  int words = 0;
  detail::check(MPI_Get_count(&status, MPI_UINT64_T, &words), "MPI_Get_count", 1);
  Message message{.from = status.MPI_SOURCE, .bytes = std::vector<char>(static_cast<std::size_t>(words) * kWord)};
  detail::check(MPI_Mrecv(message.bytes.data(), words, MPI_UINT64_T, &handle, MPI_STATUS_IGNORE), "MPI_Mrecv",
                message.bytes.size());
  return message;
}

}  // namespace linktrail::comm
