#include "report/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "core/error.h"

namespace linktrail {
namespace {

constexpr double kBarPeriodS = 0.2;     // faster than the eye follows digits, slow enough to cost nothing
constexpr double kLinePeriodS = 30;     // at most 120 lines an hour in a log
constexpr double kLineFraction = 0.05;  // and at least 20 lines a stage, however short
constexpr std::string_view kClearLine = "\r\x1b[K";

constexpr std::array<std::pair<std::string_view, ProgressMode>, 4> kModes{{{"auto", ProgressMode::kAuto},
                                                                           {"bar", ProgressMode::kBar},
                                                                           {"lines", ProgressMode::kLines},
                                                                           {"off", ProgressMode::kOff}}};

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

ProgressMode resolve(ProgressMode mode, const Terminal& terminal) {
  if (mode != ProgressMode::kAuto) return mode;
  return terminal.is_terminal && !terminal.is_dumb ? ProgressMode::kBar : ProgressMode::kLines;
}

void append_known(std::string& line, std::string_view label, const std::string& text, double value) {
  if (std::isfinite(value)) line += fmt::format("  {} {}", label, text);
}

}  // namespace

ProgressMode parse_progress_mode(std::string_view name) {
  const auto* const found = std::ranges::find(kModes, name, &decltype(kModes)::value_type::first);
  if (found == kModes.end())
    throw UsageError(fmt::format("--progress '{}': expected auto, bar, lines or off", printable(name)));
  return found->second;
}

Terminal detect_terminal() {
  Terminal terminal;
  const std::string term = environment("TERM");
  terminal.is_terminal = ::isatty(STDERR_FILENO) == 1;
  terminal.is_dumb = term.empty() || term == "dumb";
  terminal.no_color = !environment("NO_COLOR").empty();
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) terminal.columns = size.ws_col;
  return terminal;
}

std::string format_duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "-";
  const auto total = static_cast<long>(std::lround(std::min(seconds, 3.6e8)));
  if (total >= 3600) return fmt::format("{}h{:02}m", total / 3600, total / 60 % 60);
  if (total >= 60) return fmt::format("{}m{:02}s", total / 60, total % 60);
  return fmt::format("{}s", total);
}

std::string format_count(double value) {
  if (!std::isfinite(value)) return "-";
  constexpr std::string_view kUnits = " kMGT";
  std::size_t unit = 0;
  while (std::abs(value) >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  if (unit == 0) return fmt::format("{:.0f}", value);
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f}{}", value, decimals, kUnits[unit]);
}

ProgressMeter::ProgressMeter(ProgressParams params) : params_(std::move(params)) {
  params_.mode = resolve(params_.mode, params_.terminal);
  started_s_ = params_.now_s();
  shown_s_ = started_s_;
}

bool ProgressMeter::is_due(const ProgressSample& sample, double now) const {
  if (params_.mode == ProgressMode::kBar) return !shown_any_ || now - shown_s_ >= kBarPeriodS;
  return now - shown_s_ >= kLinePeriodS || sample.fraction - shown_fraction_ >= kLineFraction;
}

void ProgressMeter::update(const ProgressSample& sample) {
  if (params_.mode == ProgressMode::kOff || finished_) return;
  last_ = sample;
  pending_ = true;
  const double now = params_.now_s();
  if (is_due(sample, now)) show(sample, now);
}

void ProgressMeter::finish() {
  if (finished_) return;
  finished_ = true;
  if (pending_ || (shown_any_ && params_.mode == ProgressMode::kBar && !bar_drawn_)) show(last_, params_.now_s());
  if (bar_drawn_) *params_.out << '\n' << std::flush;
  bar_drawn_ = false;
}

void ProgressMeter::interrupt() {
  if (bar_drawn_) *params_.out << kClearLine << std::flush;
  bar_drawn_ = false;
}

void ProgressMeter::show(const ProgressSample& sample, double now) {
  std::string line = text_of(sample, now);
  if (params_.mode == ProgressMode::kBar) {
    // A line that wraps cannot be rewritten: cut it one column early.
    line.resize(std::min(line.size(), std::max<std::size_t>(params_.terminal.columns, 2) - 1));
    if (!params_.terminal.no_color && line.starts_with(params_.stage))
      line = fmt::format("\x1b[1m{}\x1b[0m{}", params_.stage, line.substr(params_.stage.size()));
    *params_.out << kClearLine << line << std::flush;
    bar_drawn_ = true;
  } else {
    *params_.out << line << '\n' << std::flush;
  }
  shown_s_ = now;
  shown_fraction_ = sample.fraction;
  shown_any_ = true;
  pending_ = false;
}

std::string ProgressMeter::text_of(const ProgressSample& sample, double now) const {
  const double elapsed = now - started_s_;
  const double rate = elapsed > 0 && sample.items > 0 ? static_cast<double>(sample.items) / elapsed : kUnknown;
  const double eta = sample.fraction > 0 ? elapsed / sample.fraction * (1 - sample.fraction) : kUnknown;
  std::string line = fmt::format("{} {:5.1f}%", params_.stage, 100 * sample.fraction);
  if (!sample.phase.empty()) line += fmt::format("  {}", sample.phase);
  if (sample.epoch > 0) line += fmt::format("  epoch {}/{}", sample.epoch, sample.epochs);
  append_known(line, params_.unit + "/s/rank", format_count(rate / params_.ranks), rate);
  if (params_.ranks > 1) append_known(line, "total", format_count(rate), rate);
  append_known(line, "loss", fmt::format("{:.4f}", sample.loss), sample.loss);
  append_known(line, "lr", fmt::format("{:.5f}", sample.learning_rate), sample.learning_rate);
  line += fmt::format("  eta {}", format_duration(eta));
  append_known(line, "lag", fmt::format("{:.1f}s", sample.slowest_lag_s), sample.slowest_lag_s);
  append_known(line, "sync", fmt::format("{:.0f}%", 100 * sample.sync_share), sample.sync_share);
  return line;
}

}  // namespace linktrail
