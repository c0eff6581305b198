// A communicator of ranks, without MPI types in sight: other rooms include this and never <mpi.h>.
#pragma once

#include <memory>
#include <string>

namespace linktrail::comm {

// A duplicated communicator. Cheap to copy (shared); the last copy frees it.
class Communicator {
 public:
  struct Native;  // holds the MPI communicator; see comm/native.h

  explicit Communicator(std::shared_ptr<Native> native);

  int rank() const noexcept { return rank_; }
  int size() const noexcept { return size_; }
  bool is_root() const noexcept { return rank_ == 0; }

  // Collective. Ranks of the same color form a new communicator, ordered by their rank here.
  Communicator split(int color) const;

  // Collective. The ranks that share memory with this one.
  Communicator split_by_node() const;

  const Native& native() const { return *native_; }

 private:
  std::shared_ptr<Native> native_;
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace linktrail::comm
