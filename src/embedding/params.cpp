#include "embedding/params.h"

#include <fmt/format.h>

#include "core/error.h"
#include "embedding/trainer.h"

namespace linktrail {
namespace {

// Written so that NaN is out of every range.
template <class T>
void require_range(const char* flag, T value, T low, T high) {
  if (value >= low && value <= high) return;
  throw UsageError(fmt::format("{}: expected a value from {} to {}, found {}", flag, low, high, value));
}

void require_positive(const char* flag, double value, double high) {
  if (value > 0 && value <= high) return;
  throw UsageError(fmt::format("{}: expected a value above 0 and at most {}, found {}", flag, high, value));
}

}  // namespace

void validate(const TrainParams& params) {
  require_range<std::uint32_t>("--dim", params.dim, 1, 4096);
  require_range<std::uint32_t>("--window", params.window, 1, 1000);
  require_range<std::uint32_t>("--negatives", params.negatives, 1, 1000);
  require_range<std::uint32_t>("--epochs", params.epochs, 1, 10000);
  if (params.min_count == 0) throw UsageError("--min-count: expected 1 or more, found 0");
  require_positive("--subsample", params.subsample, 1e6);
  require_positive("--lr", params.learning_rate, 10);
  require_range("--negative-exponent", params.negative_exponent, -2.0, 2.0);
}

}  // namespace linktrail
