// The life of MPI in a program: initialised once in main, finalised when it leaves scope.
#pragma once

#include <memory>
#include <string>

#include "comm/communicator.h"
#include "core/error.h"

namespace linktrail::comm {

class Environment {
 public:
  // Initialises MPI (MPI_THREAD_FUNNELED) and sets errors to return, so that every code is checked.
  // Throws CommError if the level is not provided, and if a launcher started singletons: world size 1
  // although the launcher was asked for more (see comm/launch_check.h; the text names --mpi=pmix).
  Environment(int& argc, char**& argv);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  // A duplicate of the world. Collective.
  Communicator world() const;

  // After a storage fault: leaving scope closes what was left open, which may wait for ever if the ranks failed at
  // different places. `seconds` from now the process ends with ExitCode::kStorage, come what may.
  void limit_goodbye(unsigned seconds) const;

  static std::string library_version();  // one line, e.g. "Open MPI v4.1.4"

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Prints "linktrail: rank R: text" once to stderr, flushes, and ends every rank with `code`.
// For faults that the ranks cannot agree on, such as an exception inside a collective.
[[noreturn]] void abort_all(const Communicator& comm, ExitCode code, const std::string& text);

}  // namespace linktrail::comm
