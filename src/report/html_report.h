// report.html: one file that opens from a mail. No script, no font, no picture from elsewhere; light and dark.
//
// The page is well-formed XML too, so that tests and scripts can parse it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/metrics.h"
#include "report/svg_plot.h"

namespace linktrail {

struct ReportPlot {
  PlotParams params{};
  std::vector<PlotSeries> series{};
};

struct ReportTable {
  std::string title{};
  std::vector<std::string> header{};
  std::vector<std::vector<std::string>> rows{};  // cells that read as numbers are set to the right
};

struct ReportPage {
  std::string title{};                                            // "Reader model, 2026-11"
  std::string subtitle{};                                         // run, ranks, date
  std::vector<std::pair<std::string, std::string>> highlights{};  // label, value: the few numbers to see first
  std::vector<ReportPlot> plots{};
  std::vector<ReportTable> tables{};  // metrics, gates, files
  std::string config{};               // shown as it is
};

std::string render_html(const ReportPage& page);

// Loss and words/s over words seen, from the rows of metrics.jsonl. Empty without rows.
std::vector<ReportPlot> training_plots(const std::vector<MetricsRow>& rows);

}  // namespace linktrail
