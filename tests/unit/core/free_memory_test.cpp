#include "core/free_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace linktrail {
namespace {

namespace fs = std::filesystem;

// A tree of control groups as the system shows them.
class Groups : public testing::Test {
 protected:
  Groups() : root_(fs::temp_directory_path() / ("linktrail-groups-" + std::to_string(getpid()))) {
    fs::create_directories(root_ / "job/step/task");
  }
  ~Groups() override { fs::remove_all(root_); }

  void put(const std::string& file, const std::string& text) const { std::ofstream(root_ / file) << text; }
  std::optional<std::uint64_t> free_of(const std::string& group) const { return free_in_control_groups(root_, group); }

  fs::path root_;
};

TEST_F(Groups, WithoutALimitNothingIsSaid) {
  put("job/memory.max", "max\n");
  put("job/memory.current", "500\n");

  EXPECT_EQ(free_of("/job/step/task"), std::nullopt);
  EXPECT_EQ(free_of("/"), std::nullopt);
  EXPECT_EQ(free_of(""), std::nullopt);
}

TEST_F(Groups, TheTightestLimitOnTheWayUpCounts) {
  put("job/memory.max", "1000\n");
  put("job/memory.current", "400\n");
  put("job/step/memory.max", "max\n");
  put("job/step/memory.current", "300\n");
  put("job/step/task/memory.max", "900\n");
  put("job/step/task/memory.current", "200\n");

  EXPECT_EQ(free_of("/job/step/task"), 600U);
  EXPECT_EQ(free_of("/job/step"), 600U);
}

TEST_F(Groups, FilesInTheCacheCountAsFree) {
  put("job/memory.max", "1000\n");
  put("job/memory.current", "990\n");
  put("job/memory.stat", "anon 100\ninactive_file 500\nactive_file 300\nfile 890\n");

  EXPECT_EQ(free_of("/job"), 810U);
}

TEST_F(Groups, MoreThanTheLimitLeavesNothing) {
  put("job/memory.max", "1000\n");
  put("job/memory.current", "1200\n");

  EXPECT_EQ(free_of("/job"), 0U);
}

TEST(FreeMemory, IsKnownOnThisSystem) { EXPECT_GT(free_memory_bytes(), std::uint64_t{1} << 20); }

}  // namespace
}  // namespace linktrail
