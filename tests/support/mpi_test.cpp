#include "support/mpi_test.h"

#include <cstdint>
#include <cstdlib>
#include <stdexcept>

#include "comm/collectives.h"

namespace linktrail::test {
namespace {

const comm::Communicator* world_ptr = nullptr;

std::string make_folder() {
  std::string pattern = std::filesystem::temp_directory_path() / "linktrail-test-XXXXXX";
  if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make the folder " + pattern);
  return pattern;
}

}  // namespace

const comm::Communicator& world() { return *world_ptr; }
void set_world(const comm::Communicator* communicator) { world_ptr = communicator; }

testing::AssertionResult holds_on_all_ranks(bool holds, const char* expression) {
  const auto verdicts = comm::all_gather(std::int32_t{holds}, world());
  std::string failed;
  for (std::size_t rank = 0; rank < verdicts.size(); ++rank)
    if (verdicts[rank] == 0) failed += (failed.empty() ? "" : ", ") + std::to_string(rank);
  if (failed.empty()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << expression << " is false on rank(s) " << failed;
}

SharedFolder::SharedFolder() : path_(comm::broadcast(world().is_root() ? make_folder() : std::string(), 0, world())) {}

SharedFolder::~SharedFolder() {
  comm::barrier(world());
  std::error_code ignored;
  if (world().is_root()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace linktrail::test
