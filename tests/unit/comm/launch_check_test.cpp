#include "comm/launch_check.h"

#include <gmock/gmock.h>

namespace linktrail::comm {
namespace {

using testing::HasSubstr;

TEST(SingletonFault, NoLauncherIsNoFault) { EXPECT_EQ(singleton_fault({.world_size = 1}), std::nullopt); }

TEST(SingletonFault, StepOfManyTasksWithoutPmixNamesTheFlag) {
  const auto fault =
      singleton_fault({.world_size = 1, .slurm_step_id = "0", .slurm_step_tasks = "4", .slurm_ntasks = "4"});

  ASSERT_TRUE(fault.has_value());
  EXPECT_THAT(*fault, HasSubstr("srun --mpi=pmix"));
  EXPECT_THAT(*fault, HasSubstr("4 tasks"));
}

TEST(SingletonFault, FallsBackToTheTasksOfTheJob) {
  EXPECT_TRUE(singleton_fault({.world_size = 1, .slurm_step_id = "0", .slurm_ntasks = "2"}).has_value());
}

TEST(SingletonFault, PlainRunInABatchScriptIsFine) {
  EXPECT_EQ(singleton_fault({.world_size = 1, .slurm_ntasks = "16"}), std::nullopt);
}

TEST(SingletonFault, StepOfOneTaskInALargerJobIsFine) {
  EXPECT_EQ(singleton_fault({.world_size = 1, .slurm_step_id = "2", .slurm_step_tasks = "1", .slurm_ntasks = "16"}),
            std::nullopt);
}

TEST(SingletonFault, MpirunsOwnCountOverrulesSlurms) {
  EXPECT_EQ(singleton_fault({.world_size = 1, .ompi_size = "1", .slurm_step_id = "0", .slurm_step_tasks = "4"}),
            std::nullopt);
  EXPECT_TRUE(singleton_fault({.world_size = 1, .ompi_size = "3"}).has_value());
}

TEST(SingletonFault, ForeignPmiLauncherIsCaught) {
  EXPECT_TRUE(singleton_fault({.world_size = 1, .pmi_size = "8"}).has_value());
}

TEST(SingletonFault, ARealWorldIsNeverAFault) {
  EXPECT_EQ(singleton_fault({.world_size = 4, .ompi_size = "4", .slurm_step_id = "0", .slurm_step_tasks = "4"}),
            std::nullopt);
}

TEST(SingletonFault, IgnoresVariablesThatAreNoNumbers) {
  EXPECT_EQ(singleton_fault({.world_size = 1, .ompi_size = "many"}), std::nullopt);
}

}  // namespace
}  // namespace linktrail::comm
