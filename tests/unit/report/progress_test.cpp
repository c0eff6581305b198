#include "report/progress.h"

#include <gmock/gmock.h>

#include <sstream>

#include "core/error.h"

namespace linktrail {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

// A meter on a clock that the test sets.
struct Stage {
  double now = 100;
  std::ostringstream out;

  ProgressMeter meter(ProgressMode mode, const Terminal& terminal = {.is_terminal = true, .columns = 200}) {
    ProgressParams params;
    params.mode = mode;
    params.ranks = 2;
    params.terminal = terminal;
    params.now_s = [this] { return now; };
    params.out = &out;
    return ProgressMeter(params);
  }
  long lines() const {
    const std::string text = out.str();
    return std::count(text.begin(), text.end(), '\n');
  }
};

ProgressSample sample(double fraction) {
  ProgressSample result;
  result.fraction = fraction;
  result.epoch = 2;
  result.epochs = 20;
  result.items = static_cast<std::uint64_t>(fraction * 8e6);
  result.loss = 1.25;
  result.learning_rate = 0.0375;
  result.slowest_lag_s = 0.4;
  result.sync_share = 0.031;
  return result;
}

TEST(ProgressLines, SayEverythingInOrder) {
  Stage stage;
  ProgressMeter meter = stage.meter(ProgressMode::kLines);
  stage.now += 40;

  meter.update(sample(0.25));

  EXPECT_EQ(stage.out.str(),
            "train  25.0%  epoch 2/20  words/s/rank 25.0k  total 50.0k  loss 1.2500  lr 0.03750  eta 2m00s  lag 0.4s  "
            "sync 3%\n");
}

TEST(ProgressLines, LeaveOutWhatIsUnknown) {
  Stage stage;
  ProgressMeter meter = stage.meter(ProgressMode::kLines);
  stage.now += 30;

  meter.update({.fraction = 0.5, .items = 300});

  EXPECT_EQ(stage.out.str(), "train  50.0%  words/s/rank 5  total 10  eta 30s\n");
}

TEST(ProgressLines, NameThePhaseAndNoRateOfAStageWithoutItems) {
  Stage stage;
  ProgressMeter meter = stage.meter(ProgressMode::kLines);
  stage.now += 30;

  meter.update({.fraction = 0.5, .phase = "search"});

  EXPECT_EQ(stage.out.str(), "train  50.0%  search  eta 30s\n");
}

TEST(ProgressLines, ComeEveryThirtySecondsOrFivePercent) {
  Stage stage;
  ProgressMeter meter = stage.meter(ProgressMode::kLines);

  stage.now += 29;
  meter.update(sample(0.01));
  EXPECT_EQ(stage.lines(), 0);
  stage.now += 1;
  meter.update(sample(0.01));
  EXPECT_EQ(stage.lines(), 1);
  stage.now += 1;
  meter.update(sample(0.05));
  EXPECT_EQ(stage.lines(), 1);
  meter.update(sample(0.0625));
  EXPECT_EQ(stage.lines(), 2);
}

TEST(ProgressLines, HoldNoControlCharacters) {
  Stage stage;
  ProgressMeter meter = stage.meter(ProgressMode::kLines);
  stage.now += 60;
  meter.update(sample(0.5));
  meter.finish();

  EXPECT_THAT(stage.out.str(), AllOf(Not(HasSubstr("\r")), Not(HasSubstr("\x1b"))));
}

TEST(ProgressLines, FinishShowsTheLastSampleOnce) {
  Stage stage;
  ProgressMeter meter = stage.meter(ProgressMode::kLines);
  stage.now += 1;
  meter.update(sample(0.9));
  meter.update(sample(1.0));

  meter.finish();
  meter.finish();

  EXPECT_EQ(stage.lines(), 2);
  EXPECT_THAT(stage.out.str(), HasSubstr("100.0%"));
}

TEST(ProgressBar, RewritesOneLineAndEndsIt) {
  Stage stage;
  ProgressMeter meter = stage.meter(ProgressMode::kBar);
  for (int i = 1; i <= 4; ++i) {
    stage.now += 1;
    meter.update(sample(0.25 * i));
  }
  EXPECT_EQ(stage.lines(), 0);

  meter.finish();

  EXPECT_EQ(stage.lines(), 1);
  EXPECT_THAT(stage.out.str(), AllOf(testing::StartsWith("\r\x1b[K\x1b[1mtrain\x1b[0m  25.0%"), EndsWith("\n")));
}

TEST(ProgressBar, DrawsAtMostFiveTimesASecond) {
  Stage stage;
  ProgressMeter meter = stage.meter(ProgressMode::kBar);
  for (int i = 0; i < 100; ++i) {
    meter.update(sample(0.001 * i));
    stage.now += 0.01;
  }

  const std::string text = stage.out.str();
  EXPECT_LE(std::count(text.begin(), text.end(), '\r'), 6);
  EXPECT_GE(std::count(text.begin(), text.end(), '\r'), 4);
}

TEST(ProgressBar, FitsTheTerminalAndHonoursNoColor) {
  Stage stage;
  ProgressMeter meter = stage.meter(ProgressMode::kBar, {.is_terminal = true, .no_color = true, .columns = 20});
  stage.now += 1;

  meter.update(sample(0.5));

  EXPECT_EQ(stage.out.str(), "\r\x1b[Ktrain  50.0%  epoch");
}

TEST(ProgressBar, InterruptWipesItForOtherText) {
  Stage stage;
  ProgressMeter meter = stage.meter(ProgressMode::kBar);
  stage.now += 1;
  meter.update(sample(0.5));

  meter.interrupt();

  EXPECT_THAT(stage.out.str(), EndsWith("\r\x1b[K"));
}

TEST(ProgressMeter, OffPrintsNothing) {
  Stage stage;
  ProgressMeter meter = stage.meter(ProgressMode::kOff);
  stage.now += 100;
  meter.update(sample(1));
  meter.finish();

  EXPECT_EQ(stage.out.str(), "");
}

TEST(ProgressMeter, AutoIsABarOnlyOnACapableTerminal) {
  Stage stage;

  EXPECT_EQ(stage.meter(ProgressMode::kAuto, {.is_terminal = true}).mode(), ProgressMode::kBar);
  EXPECT_EQ(stage.meter(ProgressMode::kAuto, {.is_terminal = true, .is_dumb = true}).mode(), ProgressMode::kLines);
  EXPECT_EQ(stage.meter(ProgressMode::kAuto, {.is_terminal = false}).mode(), ProgressMode::kLines);
}

TEST(ProgressMode, IsParsedOrRefused) {
  EXPECT_EQ(parse_progress_mode("lines"), ProgressMode::kLines);
  EXPECT_EQ(parse_progress_mode("auto"), ProgressMode::kAuto);
  EXPECT_THROW(parse_progress_mode("spinner"), UsageError);
}

TEST(FormatDuration, PicksUnits) {
  EXPECT_EQ(format_duration(8.6), "9s");
  EXPECT_EQ(format_duration(59.6), "1m00s");
  EXPECT_EQ(format_duration(3725), "1h02m");
  EXPECT_EQ(format_duration(kUnknown), "-");
}

TEST(FormatCount, KeepsThreeDigits) {
  EXPECT_EQ(format_count(987), "987");
  EXPECT_EQ(format_count(999.7), "1.00k");
  EXPECT_EQ(format_count(12'345), "12.3k");
  EXPECT_EQ(format_count(4'560'000), "4.56M");
  EXPECT_EQ(format_count(123e9), "123G");
}

}  // namespace
}  // namespace linktrail
