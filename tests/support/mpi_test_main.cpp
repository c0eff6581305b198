// main() of MPI tests: initialises MPI, runs gtest on every rank, and makes the ranks agree on the verdict.
#include <gtest/gtest.h>

#include <cstdio>
#include <exception>

#include "comm/collectives.h"
#include "comm/environment.h"
#include "support/mpi_test.h"

namespace linktrail::test {
namespace {

// Prints this rank's failures with its rank, each in one write so that ranks do not mix within a failure. At
// once, not at the end: if the ranks then hang, the cause is already on the screen.
class RankFailures : public testing::EmptyTestEventListener {
 public:
  explicit RankFailures(const comm::Communicator& comm) : comm_(comm) {}

  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    const std::string text = fmt::format("[rank {}] {}:{}: {}\n", comm_.rank(), value_or(result.file_name(), "?"),
                                         result.line_number(), result.message());
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  }

  // The default printer comes after this one, so a failure added here makes it print FAILED.
  void OnTestEnd(const testing::TestInfo& info) override {
    const bool passed = info.result()->Passed();
    const auto verdict = holds_everywhere(passed);
    if (comm_.is_root() && passed && !verdict.empty()) ADD_FAILURE() << "failed on rank(s) " << verdict;
  }

 private:
  static const char* value_or(const char* text, const char* fallback) { return text ? text : fallback; }

  std::string holds_everywhere(bool passed) const {
    const auto verdicts = comm::all_gather(std::int32_t{passed}, comm_);
    std::string failed;
    for (std::size_t rank = 0; rank < verdicts.size(); ++rank)
      if (verdicts[rank] == 0) failed += (failed.empty() ? "" : ", ") + std::to_string(rank);
    return failed;
  }

  const comm::Communicator& comm_;  // not the one of the tests: their collectives never meet ours
};

void install_listeners(const comm::Communicator& comm) {
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  if (!comm.is_root()) delete listeners.Release(listeners.default_result_printer());
  listeners.Append(new RankFailures(comm));  // gtest takes ownership
}

int run(const comm::Communicator& comm) {
  const int failed = RUN_ALL_TESTS();
  const bool none_ran = testing::UnitTest::GetInstance()->test_to_run_count() == 0;
  return comm::all_reduce(std::int32_t{failed != 0 || none_ran}, comm::ReduceOp::kMax, comm);
}

std::string current_test() {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  return info ? fmt::format("{}.{}", info->test_suite_name(), info->name()) : std::string("outside of tests");
}

}  // namespace
}  // namespace linktrail::test

int main(int argc, char** argv) {
  using namespace linktrail;
  comm::Environment environment(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  // An exception on one rank would leave the others in a collective: end them all instead.
  GTEST_FLAG_SET(catch_exceptions, false);
  const comm::Communicator tests = environment.world();
  const comm::Communicator verdicts = environment.world();
  test::set_world(&tests);
  test::install_listeners(verdicts);
  try {
    return test::run(verdicts);
  } catch (const std::exception& error) {
    comm::abort_all(tests, ExitCode::kInternal, fmt::format("exception in {}: {}", test::current_test(), error.what()));
  }
}
