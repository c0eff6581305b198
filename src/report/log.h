// Messages on stderr, by intent: what the job says once (rank 0 only), and what a single rank must say (with its tag).
#pragma once

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <utility>

namespace linktrail {

struct LogParams {
  int rank = 0;
  int ranks = 1;
  int verbosity = 0;        // number of -v less number of -q: -2 errors, -1 warnings, 0 info, 1 detail, 2 debug
  spdlog::sink_ptr sink{};  // stderr if empty
};

class Log {
 public:
  explicit Log(const LogParams& params);

  // Once for the whole job: silent on every rank but 0.
  template <class... Args>
  void error(fmt::format_string<Args...> text, Args&&... args) const {
    root(spdlog::level::err, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warning(fmt::format_string<Args...> text, Args&&... args) const {
    root(spdlog::level::warn, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void info(fmt::format_string<Args...> text, Args&&... args) const {
    root(spdlog::level::info, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void detail(fmt::format_string<Args...> text, Args&&... args) const {
    root(spdlog::level::debug, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void debug(fmt::format_string<Args...> text, Args&&... args) const {
    root(spdlog::level::trace, fmt::format(text, std::forward<Args>(args)...));
  }

  // From this rank, tagged "[rank r]" when there are several.
  template <class... Args>
  void from_rank(spdlog::level::level_enum level, fmt::format_string<Args...> text, Args&&... args) const {
    tagged(level, fmt::format(text, std::forward<Args>(args)...));
  }

 private:
  void root(spdlog::level::level_enum level, const std::string& text) const;
  void tagged(spdlog::level::level_enum level, const std::string& text) const;

  int rank_;
  int ranks_;
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace linktrail
