// Progress on one rank's stderr: a bar that is rewritten on a terminal, sparse plain lines in a log.
//
// The line reads like fastText's. Clock and output are passed in; nothing here asks for the time or prints by itself.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <string_view>

namespace linktrail {

enum class ProgressMode { kAuto, kBar, kLines, kOff };

// "auto", "bar", "lines", "off". Throws UsageError.
ProgressMode parse_progress_mode(std::string_view name);

// What stderr can do.
struct Terminal {
  bool is_terminal = false;
  bool is_dumb = false;   // TERM unset or "dumb": cannot rewrite a line
  bool no_color = false;  // NO_COLOR set and not empty (no-color.org)
  std::size_t columns = 80;
};
Terminal detect_terminal();

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Where a stage stands, summed over ranks. Values of kUnknown are left out of the line.
struct ProgressSample {
  double fraction = 0;       // done, 0..1
  std::string_view phase{};  // of the stage; empty = it has none
  std::uint32_t epoch = 0;   // from 1; 0 = the stage has none
  std::uint32_t epochs = 0;
  std::uint64_t items = 0;  // done so far by all ranks; 0 = the stage counts none
  double loss = kUnknown;
  double learning_rate = kUnknown;
  double slowest_lag_s = kUnknown;  // how long the others waited for the slowest rank in the last round
  double sync_share = kUnknown;     // of the wall time, 0..1
};

struct ProgressParams {
  ProgressMode mode = ProgressMode::kAuto;
  std::string stage = "train";
  std::string unit = "words";
  int ranks = 1;
  Terminal terminal{};
  std::function<double()> now_s{};  // seconds of a steady clock
  std::ostream* out = nullptr;      // not owned
};

class ProgressMeter {
 public:
  explicit ProgressMeter(ProgressParams params);

  // Shows the sample if it is due: a bar 5 times a second, a line every 30 s or 5 % of the work.
  void update(const ProgressSample& sample);
  // Shows the last sample and ends the bar's line. Later calls do nothing.
  void finish();
  // Wipes the bar, so that something else can be printed; the next update draws it again.
  void interrupt();

  ProgressMode mode() const { return params_.mode; }  // resolved: never kAuto

 private:
  bool is_due(const ProgressSample& sample, double now) const;
  void show(const ProgressSample& sample, double now);
  std::string text_of(const ProgressSample& sample, double now) const;

  ProgressParams params_;
  ProgressSample last_;
  double started_s_ = 0;
  double shown_s_ = 0;
  double shown_fraction_ = 0;
  bool shown_any_ = false;
  bool pending_ = false;
  bool bar_drawn_ = false;
  bool finished_ = false;
};

// "1h02m", "3m05s", "9s"; "-" if unknown.
std::string format_duration(double seconds);

// "987", "12.3k", "4.56M", "1.20G".
std::string format_count(double value);

}  // namespace linktrail
