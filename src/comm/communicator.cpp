#include "comm/communicator.h"

#include <mpi.h>

#include "comm/detail/mpi_check.h"
#include "comm/detail/native_impl.h"

namespace linktrail::comm {

Communicator::Communicator(std::shared_ptr<Native> native)
    : native_(std::move(native)), rank_(native_->boost.rank()), size_(native_->boost.size()) {}

Communicator Communicator::split(int color) const {
  auto part = detail::checked_boost("MPI_Comm_split", [&] { return native_->boost.split(color, rank_); });
  return Communicator(std::make_shared<Native>(Native{std::move(part)}));
}

Communicator Communicator::split_by_node() const {
  MPI_Comm node = MPI_COMM_NULL;
  detail::check(MPI_Comm_split_type(native_->boost, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node),
                "MPI_Comm_split_type", 1);
  return Communicator(
      std::make_shared<Native>(Native{boost::mpi::communicator(node, boost::mpi::comm_take_ownership)}));
}

}  // namespace linktrail::comm
