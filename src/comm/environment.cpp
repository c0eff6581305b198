#include "comm/environment.h"

#include <mpi.h>
#include <unistd.h>

#include <array>
#include <boost/mpi/environment.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "comm/detail/mpi_check.h"
#include "comm/detail/native_impl.h"
#include "comm/fabric.h"
#include "comm/launch_check.h"

namespace linktrail::comm {

// An exception that unwinds through main has been agreed on, so leaving is a plain MPI_Finalize; faults that
// were not agreed on go through abort_all. Boost's own abort on exceptions is therefore off.
struct Environment::Impl {
  Impl(int& argc, char**& argv) : boost(argc, argv, boost::mpi::threading::funneled, false) {}
  boost::mpi::environment boost;
};

namespace {

void expect_funneled() {
  int provided = MPI_THREAD_SINGLE;
  detail::check(MPI_Query_thread(&provided), "MPI_Query_thread", 1);
  if (provided < MPI_THREAD_FUNNELED)
    throw CommError(fmt::format("{} provides thread level {} only; linktrail needs MPI_THREAD_FUNNELED ({})",
                                Environment::library_version(), provided, MPI_THREAD_FUNNELED));
}

void expect_no_singleton() {
  int size = 0;
  detail::check(MPI_Comm_size(MPI_COMM_WORLD, &size), "MPI_Comm_size", 1);
  if (const auto fault = singleton_fault(launch_facts(size))) throw CommError(*fault);
}

extern "C" void end_with_storage_code(int /*signal*/) { std::_Exit(static_cast<int>(ExitCode::kStorage)); }

}  // namespace

Environment::Environment(int& argc, char**& argv) {
  skip_absent_fabrics();
  impl_ = std::make_unique<Impl>(argc, argv);
  std::signal(SIGXFSZ, SIG_IGN);  // past `ulimit -f`, a write then fails like any other instead of killing the rank
  detail::check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler", 1);
  expect_funneled();
  expect_no_singleton();
}

Environment::~Environment() = default;

Communicator Environment::world() const {
  auto duplicate = detail::checked_boost(
      "MPI_Comm_dup", [] { return boost::mpi::communicator(MPI_COMM_WORLD, boost::mpi::comm_duplicate); });
  detail::check(MPI_Comm_set_errhandler(duplicate, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler", 1);
  return Communicator(std::make_shared<Communicator::Native>(Communicator::Native{std::move(duplicate)}));
}

void Environment::limit_goodbye(unsigned seconds) const {
  std::signal(SIGALRM, end_with_storage_code);
  alarm(seconds);
}

std::string Environment::library_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  detail::check(MPI_Get_library_version(text.data(), &length), "MPI_Get_library_version", 1);
  const std::string all(text.data(), static_cast<std::size_t>(length));
  return all.substr(0, all.find_first_of(",\n"));
}

void abort_all(const Communicator& comm, ExitCode code, const std::string& text) {
  std::fflush(stdout);
  fmt::print(stderr, "linktrail: rank {}: {}\n", comm.rank(), text);
  std::fflush(stderr);
  MPI_Abort(comm.native().boost, static_cast<int>(code));
  std::_Exit(static_cast<int>(code));  // MPI_Abort may return if MPI itself is broken
}

}  // namespace linktrail::comm
