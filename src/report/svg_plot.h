// Line plots as inline SVG, without a script or a font of their own; colours come from the page's CSS variables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace linktrail {

struct PlotSeries {
  std::string name{};
  std::vector<double> x{};
  std::vector<double> y{};  // as many as x; a value that is not finite breaks the line
};

enum class YAxis {
  kFit,       // as far as the values reach
  kFromZero,  // for rates, where a fitted axis would make noise look like collapse
};

struct PlotParams {
  std::string id{};  // unique on the page, letters and digits: other elements refer to it
  std::string title{};
  std::string description{};  // for those who cannot see the plot: what it shows, in a sentence
  std::string x_label{};      // with unit
  std::string y_label{};
  YAxis y_axis = YAxis::kFit;
};

// One <svg> element, 720 x 300 units, that scales to its container. At most 6 series are told apart by colour.
std::string svg_line_plot(const PlotParams& params, const std::vector<PlotSeries>& series);

// Round steps (1, 2 or 5 times a power of ten) that cover [low, high] with about `count` intervals, ends included.
std::vector<double> nice_ticks(double low, double high, int count);

// & < > " ' as entities; control characters that XML forbids are dropped.
std::string escape_xml(std::string_view text);

}  // namespace linktrail
