#include "report/svg_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace linktrail {
namespace {

constexpr double kWidth = 720, kHeight = 300;
constexpr double kLeft = 76, kRight = 700, kTop = 18, kBottom = 248;  // the plotting area inside the labels
constexpr int kTickIntervals = 5;
constexpr std::size_t kColours = 6;
constexpr std::size_t kMaxPoints = 1000;  // more than a line of 624 units can show; keeps the file fit for a mail

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

struct Axis {
  std::vector<double> ticks;
  double begin = 0;  // where ticks.front() and ticks.back() lie
  double end = 0;

  double place(double value) const {
    return begin + (value - ticks.front()) / (ticks.back() - ticks.front()) * (end - begin);
  }
};

Axis axis_over(Range range, double begin, double end) {
  if (!(range.low <= range.high)) range = {0, 1};  // no finite value at all
  return {nice_ticks(range.low, range.high, kTickIntervals), begin, end};
}

bool is_drawable(const PlotSeries& series, std::size_t i) {
  return std::isfinite(series.x[i]) && std::isfinite(series.y[i]);
}

std::string tick_text(double value) {
  const double size = std::abs(value);
  if (size >= 1e9) return fmt::format("{:g}G", value / 1e9);
  if (size >= 1e6) return fmt::format("{:g}M", value / 1e6);
  if (size >= 1e4) return fmt::format("{:g}k", value / 1e3);
  return fmt::format("{:g}", size < 1e-12 ? 0.0 : value);
}

void append_axes(std::string& svg, const Axis& x, const Axis& y) {
  auto out = std::back_inserter(svg);
  for (const double tick : y.ticks)
    fmt::format_to(out,
                   "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
                   "<text class=\"tick\" x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
                   kLeft, kRight, y.place(tick), y.place(tick), kLeft - 8, y.place(tick) + 4, tick_text(tick));
  for (const double tick : x.ticks)
    fmt::format_to(out, "<text class=\"tick\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x.place(tick),
                   kBottom + 18, tick_text(tick));
}

void append_labels(std::string& svg, const PlotParams& params) {
  const double middle = (kTop + kBottom) / 2;
  fmt::format_to(
      std::back_inserter(svg),
      "<text class=\"label\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n"
      "<text class=\"label\" x=\"16\" y=\"{}\" text-anchor=\"middle\" transform=\"rotate(-90 16 {})\">{}</text>\n",
      (kLeft + kRight) / 2, kBottom + 40, escape_xml(params.x_label), middle, middle, escape_xml(params.y_label));
}

// One polyline for each run of finite points, thinned evenly; a run of one point is a dot.
void append_series(std::string& svg, const PlotSeries& series, std::size_t colour, const Axis& x, const Axis& y) {
  const std::size_t count = std::min(series.x.size(), series.y.size());
  const std::size_t step = std::max<std::size_t>(1, (count + kMaxPoints - 1) / kMaxPoints);
  std::string points;
  const auto end_run = [&] {
    if (!points.empty()) svg += fmt::format("<polyline class=\"line s{}\" points=\"{}\"/>\n", colour, points);
    points.clear();
  };
  for (std::size_t i = 0; i < count; i += step) {
    if (!is_drawable(series, i)) {
      end_run();
      continue;
    }
    points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", x.place(series.x[i]), y.place(series.y[i]));
    if (count == 1)
      svg += fmt::format("<circle class=\"dot s{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\"/>\n", colour,
                         x.place(series.x[i]), y.place(series.y[i]));
  }
  end_run();
}

void append_legend(std::string& svg, const std::vector<PlotSeries>& series) {
  if (series.size() < 2) return;
  double at = kLeft;
  for (std::size_t i = 0; i < series.size(); ++i) {
    svg += fmt::format(
        "<line class=\"line s{}\" x1=\"{}\" x2=\"{}\" y1=\"8\" y2=\"8\"/>"
        "<text class=\"tick\" x=\"{}\" y=\"12\">{}</text>\n",
        i % kColours, at, at + 18, at + 24, escape_xml(series[i].name));
    at += 40 + 7 * static_cast<double>(series[i].name.size());
  }
}

}  // namespace

std::vector<double> nice_ticks(double low, double high, int count) {
  if (!(high > low)) {
    // A flat curve gets room around it in proportion to its height.
    const double room = low == 0 ? 1 : std::abs(low) * 0.1;
    low -= room;
    high += room;
  }
  const double rough = (high - low) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double mantissa = rough / power;
  const double step = power * (mantissa <= 1.5 ? 1 : mantissa <= 3.5 ? 2 : mantissa <= 7.5 ? 5 : 10);
  const auto first = static_cast<long>(std::floor(low / step + 1e-9));
  const auto last = static_cast<long>(std::ceil(high / step - 1e-9));
  std::vector<double> ticks;
  for (long i = first; i <= last; ++i) ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

std::string escape_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t')
      out += c;
  }
  return out;
}

std::string svg_line_plot(const PlotParams& params, const std::vector<PlotSeries>& series) {
  Range xs, ys;
  for (const PlotSeries& one : series)
    for (std::size_t i = 0; i < std::min(one.x.size(), one.y.size()); ++i)
      if (is_drawable(one, i)) xs.add(one.x[i]), ys.add(one.y[i]);
  if (params.y_axis == YAxis::kFromZero) ys.add(0);
  const Axis x = axis_over(xs, kLeft, kRight), y = axis_over(ys, kBottom, kTop);
  const std::string id = escape_xml(params.id);
  std::string svg = fmt::format(
      "<svg class=\"plot\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{}-title {}-desc\">\n"
      "<title id=\"{}-title\">{}</title>\n<desc id=\"{}-desc\">{}</desc>\n",
      kWidth, kHeight, id, id, id, escape_xml(params.title), id, escape_xml(params.description));
  append_axes(svg, x, y);
  append_labels(svg, params);
  for (std::size_t i = 0; i < series.size(); ++i) append_series(svg, series[i], i % kColours, x, y);
  append_legend(svg, series);
  return svg + "</svg>\n";
}

}  // namespace linktrail
