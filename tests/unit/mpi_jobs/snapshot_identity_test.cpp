#include "mpi_jobs/snapshot_identity.h"

#include <gtest/gtest.h>

namespace linktrail::jobs {
namespace {

using nlohmann::ordered_json;

ordered_json config(const std::string& where, int dim) {
  return {{"seed", 1},
          {"input", {{"sessions", {where + "/s.txt"}}}},
          {"snapshot", {{"root", where}, {"name", "2026-11"}}},
          {"reader", {{"dim", dim}, {"init_from", where + "/old"}, {"align_to", ""}}},
          {"links", {{"dim", 8}, {"init_from", ""}, {"align_to", where + "/old"}}}};
}

TEST(WithoutLocations, IsTheSameWhereverTheFilesLie) {
  EXPECT_EQ(without_locations(config("a", 8)), without_locations(config("./a/", 8)));
}

TEST(WithoutLocations, KeepsEverythingElse) {
  EXPECT_NE(without_locations(config("a", 8)), without_locations(config("a", 9)));
  EXPECT_EQ(without_locations(config("a", 8))["snapshot"]["name"], "2026-11");
  EXPECT_EQ(without_locations(config("a", 8))["seed"], 1);
}

}  // namespace
}  // namespace linktrail::jobs
