#include "comm/fabric.h"

#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): setenv is POSIX

#include <fstream>

#include "unit/snapshot/temporary_folder.h"

namespace linktrail::comm {
namespace {

namespace fs = std::filesystem;

// A root with the given file, and folders of other devices.
bool found_with(const std::string& file) {
  const TemporaryFolder folder;
  const fs::path& root = folder.path();
  for (const char* other : {"sys/class/net/eth0", "sys/class/infiniband", "dev/disk"})
    fs::create_directories(root / other);
  if (!file.empty()) {
    fs::create_directories((root / file).parent_path());
    std::ofstream(root / file) << "device";
  }
  return has_fast_fabric(root);
}

TEST(FastFabric, IsKnownByItsDevices) {
  for (const char* file : {"sys/class/infiniband/mlx5_0", "sys/class/cxi/cxi0", "dev/hfi1_0", "dev/ipath", "dev/kgni0"})
    EXPECT_TRUE(found_with(file)) << file;
}

TEST(FastFabric, IsNotOnOtherMachines) {
  for (const char* file : {"", "dev/sda", "sys/class/net/eth1", "sys/class/input/hfi1"})
    EXPECT_FALSE(found_with(file)) << file;
  EXPECT_FALSE(has_fast_fabric("/nowhere/at/all"));
}

class Environment : public testing::Test {
 protected:
  void SetUp() override { TearDown(); }
  void TearDown() override {
    unsetenv("OMPI_MCA_pml");
    unsetenv("OMPI_MCA_mtl");
  }
};

TEST_F(Environment, IsNotOverruled) {
  setenv("OMPI_MCA_mtl", "psm2", 1);
  skip_absent_fabrics();
  EXPECT_EQ(getenv("OMPI_MCA_pml"), nullptr);

  setenv("OMPI_MCA_pml", "cm", 1);
  skip_absent_fabrics();
  EXPECT_STREQ(getenv("OMPI_MCA_pml"), "cm");
}

TEST_F(Environment, NamesWhatIsLeftWhereNoFabricIs) {
  skip_absent_fabrics();

  if (has_fast_fabric("/"))
    EXPECT_EQ(getenv("OMPI_MCA_pml"), nullptr);
  else
    EXPECT_STREQ(getenv("OMPI_MCA_pml"), "ob1");
}

}  // namespace
}  // namespace linktrail::comm
