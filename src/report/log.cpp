#include "report/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>

#include <algorithm>
#include <cstdlib>

namespace linktrail {
namespace {

spdlog::level::level_enum level_of(int verbosity) {
  switch (std::clamp(verbosity, -2, 2)) {
    case -2:
      return spdlog::level::err;
    case -1:
      return spdlog::level::warn;
    case 0:
      return spdlog::level::info;
    case 1:
      return spdlog::level::debug;
    default:
      return spdlog::level::trace;
  }
}

spdlog::sink_ptr stderr_sink() {
  const char* const no_color = std::getenv("NO_COLOR");
  const bool plain = no_color != nullptr && *no_color != '\0';
  return std::make_shared<spdlog::sinks::stderr_color_sink_mt>(plain ? spdlog::color_mode::never
                                                                     : spdlog::color_mode::automatic);
}

}  // namespace

Log::Log(const LogParams& params)
    : rank_(params.rank),
      ranks_(params.ranks),
      logger_(std::make_shared<spdlog::logger>("linktrail", params.sink ? params.sink : stderr_sink())) {
  logger_->set_level(level_of(params.verbosity));
  logger_->set_pattern("%H:%M:%S %^%l%$ %v");
  // A message must be on disk when the job is killed in the next moment.
  logger_->flush_on(spdlog::level::trace);
}

void Log::root(spdlog::level::level_enum level, const std::string& text) const {
  if (rank_ == 0) logger_->log(level, text);
}

void Log::tagged(spdlog::level::level_enum level, const std::string& text) const {
  logger_->log(level, ranks_ > 1 ? fmt::format("[rank {}] {}", rank_, text) : text);
}

}  // namespace linktrail
