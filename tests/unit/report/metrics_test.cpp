#include "report/metrics.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "core/error.h"

namespace linktrail {
namespace {

class MetricsTest : public testing::Test {
 protected:
  MetricsTest() { std::filesystem::remove(path_); }
  ~MetricsTest() override { std::filesystem::remove(path_); }

  std::string text() const {
    std::ostringstream out;
    out << std::ifstream(path_).rdbuf();
    return out.str();
  }

  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() /
      (std::string("linktrail-metrics-") + testing::UnitTest::GetInstance()->current_test_info()->name() +
       std::to_string(::getpid()));
};

MetricsRow row(std::uint64_t step, double loss = 2.5) {
  MetricsRow result;
  result.run_id = "r1";
  result.stage = "train reader";
  result.step = step;
  result.words = 10 * step;
  result.loss = loss;
  return result;
}

TEST_F(MetricsTest, ARowIsOneJsonLineWithAllKeys) {
  MetricsWriter(path_, MetricsStart::kFresh).append(row(3));

  EXPECT_EQ(text(), R"({"schema":1,"run_id":"r1","stage":"train reader","epoch":0,"step":3,"wall_s":0.0,"words":30,)"
                    R"("words_per_s":0.0,"loss":2.5,"lr":0.0,"sync_s":0.0,"wait_max_s":0.0,"rss_max":0})"
                    "\n");
}

TEST_F(MetricsTest, RowsAreOnDiskBeforeTheWriterEnds) {
  MetricsWriter writer(path_, MetricsStart::kFresh);
  writer.append(row(0));

  EXPECT_EQ(read_metrics(path_).size(), 1U);
}

TEST_F(MetricsTest, FreshReplacesAndResumeContinues) {
  MetricsWriter(path_, MetricsStart::kFresh).append(row(0));
  MetricsWriter(path_, MetricsStart::kResume).append(row(1));
  EXPECT_EQ(read_metrics(path_).size(), 2U);

  MetricsWriter(path_, MetricsStart::kFresh).append(row(0));
  EXPECT_EQ(read_metrics(path_).size(), 1U);
}

TEST_F(MetricsTest, RepeatedRoundsOfAResumedRunCountOnce) {
  MetricsWriter writer(path_, MetricsStart::kFresh);
  for (const std::uint64_t step : {0, 1, 2}) writer.append(row(step, 9));
  for (const std::uint64_t step : {1, 2, 3}) writer.append(row(step, 1));

  const std::vector<MetricsRow> rows = read_metrics(path_);

  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].loss, 9);
  EXPECT_EQ(rows[1].loss, 1);
  EXPECT_EQ(rows[3].step, 3U);
}

TEST_F(MetricsTest, ATornLineCostsOnlyItself) {
  MetricsWriter(path_, MetricsStart::kFresh).append(row(0));
  std::ofstream(path_, std::ios::app) << R"({"schema":1,"run_)";
  MetricsWriter(path_, MetricsStart::kResume).append(row(1));

  EXPECT_EQ(read_metrics(path_).size(), 2U);
}

TEST_F(MetricsTest, LossThatIsNotANumberSurvivesAsSuch) {
  MetricsWriter(path_, MetricsStart::kFresh).append(row(0, std::numeric_limits<double>::quiet_NaN()));

  EXPECT_TRUE(std::isnan(read_metrics(path_).at(0).loss));
}

TEST_F(MetricsTest, UnwritableFolderAndFullDiskAreStorageErrors) {
  std::ofstream(path_) << "";
  EXPECT_THROW(MetricsWriter(path_ / "below-a-file", MetricsStart::kFresh), StorageError);

  MetricsWriter full("/dev/full", MetricsStart::kFresh);
  EXPECT_THROW(full.append(row(0)), StorageError);
  EXPECT_THROW(read_metrics("/nonexistent/metrics.jsonl"), InputError);
}

}  // namespace
}  // namespace linktrail
