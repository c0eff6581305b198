// Tools for tests that run under mpirun; link linktrail::mpi_test_main for the main.
//
// Every rank runs every test. Each failure is printed at once, in one write, with its rank; a test that
// fails on any rank fails on all. Use EXPECT, not ASSERT, unless the condition is equal on all ranks: a
// rank that returns early leaves the others in the next collective.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "comm/agreement.h"
#include "comm/communicator.h"

namespace linktrail::test {

// The ranks of this test program.
const comm::Communicator& world();
void set_world(const comm::Communicator* communicator);  // for the main only

// Collective. Success if `holds` on every rank; otherwise the message names the ranks where it does not.
testing::AssertionResult holds_on_all_ranks(bool holds, const char* expression);

// What `work` threw, if it was the exception on which all ranks agree.
template <class Work>
std::optional<comm::AgreedError> agreed_fault(Work&& work) {
  try {
    work();
  } catch (const comm::AgreedError& error) {
    return error;
  }
  return std::nullopt;
}

// Collective. A folder that is new, empty and the same on all ranks; removed, collectively, at the end of scope.
class SharedFolder {
 public:
  SharedFolder();
  ~SharedFolder();
  SharedFolder(const SharedFolder&) = delete;
  SharedFolder& operator=(const SharedFolder&) = delete;

  std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace linktrail::test

#define EXPECT_ON_ALL_RANKS(condition) \
  EXPECT_TRUE(::linktrail::test::holds_on_all_ranks(static_cast<bool>(condition), #condition))
#define ASSERT_ON_ALL_RANKS(condition) \
  ASSERT_TRUE(::linktrail::test::holds_on_all_ranks(static_cast<bool>(condition), #condition))
