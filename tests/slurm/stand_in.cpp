// Stands in for linktrail in the test of the job script: `stand_in snapshot CONFIG ...` does what the first line of
// CONFIG says, or ends with 2 if an option is given twice, as linktrail does. "exit N": end with N. "wait": wait for
// USR1 and end with 75, but end well at once after a requeue. It calls MPI directly because it tests how ranks are
// started, not the project's own layer.
#include <mpi.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

namespace {

constexpr int kUsage = 2;
constexpr int kCheckpointed = 75;
constexpr int kNeverSignalled = 99;
constexpr int kPollMicroseconds = 50'000;
constexpr int kPolls = 1200;  // a minute: the test gives up before

volatile std::sig_atomic_t stop_requested = 0;
void request_stop(int) { stop_requested = 1; }

std::string environment_or(const char* name, const char* fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : value;
}

int wait_for_signal(int rank) {
  if (environment_or("SLURM_RESTART_COUNT", "0") != "0") return 0;
  MPI_Barrier(MPI_COMM_WORLD);  // the test sends the signal when it sees the line: all must be ready
  if (rank == 0) std::puts("waiting for a signal");
  std::fflush(stdout);
  for (int poll = 0; poll < kPolls; ++poll) {
    int mine = stop_requested;
    int all = 0;
    MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);  // MIN: every rank must have got it
    if (all != 0) {
      if (rank == 0) std::puts("stopped by signal");
      return kCheckpointed;
    }
    usleep(kPollMicroseconds);
  }
  return kNeverSignalled;
}

bool an_option_repeats(int argc, char** argv) {
  std::set<std::string> seen;
  for (int i = 3; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.starts_with("--") && !seen.insert(word.substr(0, word.find('='))).second) return true;
  }
  return false;
}

int follow(const std::string& order, int rank) {
  if (order == "wait") return wait_for_signal(rank);
  return std::stoi(order.substr(order.find(' ') + 1));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::puts("stand-in 1.0");
    return 0;
  }
  std::signal(SIGUSR1, request_stop);
  std::signal(SIGTERM, request_stop);
  MPI_Init(&argc, &argv);
  int rank = 0;
  int ranks = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  std::printf("rank %d of %d on %s\n", rank, ranks, environment_or("SLURMD_NODENAME", "?").c_str());
  std::string order;
  std::getline(std::ifstream(argv[2]), order);
  const int code = an_option_repeats(argc, argv) ? kUsage : follow(order, rank);
  MPI_Finalize();
  return code;
}
