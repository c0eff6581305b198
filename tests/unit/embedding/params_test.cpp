#include <gmock/gmock.h>

#include <cmath>
#include <functional>

#include "core/error.h"
#include "embedding/trainer.h"

namespace linktrail {
namespace {

TEST(ValidateParams, DefaultsAndLimitsAreFine) {
  EXPECT_NO_THROW(validate({}));
  EXPECT_NO_THROW(validate({.dim = 4096, .window = 1000, .negatives = 1000, .epochs = 10000, .learning_rate = 10}));
}

TEST(ValidateParams, NamesTheFlagOfEachFault) {
  const auto text_of = [](const std::function<void(TrainParams&)>& spoil) -> std::string {
    TrainParams params;
    spoil(params);
    try {
      validate(params);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "accepted";
  };

  EXPECT_THAT(text_of([](auto& p) { p.dim = 0; }), testing::HasSubstr("--dim"));
  EXPECT_THAT(text_of([](auto& p) { p.dim = 4097; }), testing::HasSubstr("4097"));
  EXPECT_THAT(text_of([](auto& p) { p.window = 0; }), testing::HasSubstr("--window"));
  EXPECT_THAT(text_of([](auto& p) { p.negatives = 1001; }), testing::HasSubstr("--negatives"));
  EXPECT_THAT(text_of([](auto& p) { p.epochs = 0; }), testing::HasSubstr("--epochs"));
  EXPECT_THAT(text_of([](auto& p) { p.min_count = 0; }), testing::HasSubstr("--min-count"));
  EXPECT_THAT(text_of([](auto& p) { p.subsample = 0; }), testing::HasSubstr("--subsample"));
  EXPECT_THAT(text_of([](auto& p) { p.learning_rate = 0; }), testing::HasSubstr("--lr"));
  EXPECT_THAT(text_of([](auto& p) { p.learning_rate = std::nan(""); }), testing::HasSubstr("--lr"));
  EXPECT_THAT(text_of([](auto& p) { p.negative_exponent = 2.5; }), testing::HasSubstr("--negative-exponent"));
}

}  // namespace
}  // namespace linktrail
