#include "comm/agreement.h"

// An archive header must come before Boost's container headers (Boost 1.74).
#include <boost/mpi/collectives/broadcast.hpp>
#include <boost/serialization/string.hpp>

#include "comm/collectives.h"
#include "comm/detail/mpi_check.h"
#include "comm/detail/native_impl.h"

namespace boost::serialization {

template <class Archive>
void serialize(Archive& archive, linktrail::comm::LocalFault& fault, unsigned /*version*/) {
  archive& fault.code;
  archive& fault.text;
}

}  // namespace boost::serialization

namespace linktrail::comm {

bool all_ranks_ok(bool ok, const Communicator& comm) { return all_reduce(std::int32_t{ok}, ReduceOp::kMin, comm) == 1; }

void agree_on_fault(const std::optional<LocalFault>& fault, const Communicator& comm) {
  const int first = all_reduce(std::int32_t{fault ? comm.rank() : comm.size()}, ReduceOp::kMin, comm);
  if (first == comm.size()) return;
  LocalFault agreed_fault = fault.value_or(LocalFault{});
  detail::checked_boost("MPI_Bcast of a fault",
                        [&] { boost::mpi::broadcast(comm.native().boost, agreed_fault, first); });
  throw AgreedError(agreed_fault.code, agreed_fault.text, first);
}

void expect_same_on_all_ranks(std::uint64_t value, const std::string& what, const Communicator& comm) {
  std::uint64_t expected = value;
  broadcast(std::span(&expected, 1), 0, comm);
  std::optional<LocalFault> fault;
  if (value != expected)
    fault = LocalFault{ExitCode::kCommunication,
                       fmt::format("{} differs between ranks: expected {:#018x} as on rank 0, found {:#018x} on rank "
                                   "{}; give every rank the same files and flags",
                                   what, expected, value, comm.rank())};
  agree_on_fault(fault, comm);
}

}  // namespace linktrail::comm
