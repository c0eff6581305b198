#include "report/svg_plot.h"

#include <gmock/gmock.h>

#include <limits>

#include "unit/report/balanced_tags.h"

namespace linktrail {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const PlotParams kParams{
    .id = "p", .title = "A & B", .description = "Falls.", .x_label = "words", .y_label = "loss (nats)"};

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(NiceTicks, AreRoundAndCoverTheRange) {
  EXPECT_THAT(nice_ticks(0, 10, 5), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(nice_ticks(0.3, 4.1, 5), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(nice_ticks(-30, 170, 5), ElementsAre(-50, 0, 50, 100, 150, 200));
}

TEST(NiceTicks, GiveAFlatCurveRoom) {
  const std::vector<double> ticks = nice_ticks(7, 7, 5);

  EXPECT_LT(ticks.front(), 7);
  EXPECT_GT(ticks.back(), 7);
}

TEST(EscapeXml, EscapesMarkupAndDropsControls) {
  EXPECT_EQ(escape_xml("<a href=\"x\">'&'\x01</a>"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

TEST(SvgLinePlot, HasTitleDescriptionLabelsAndOneLine) {
  const std::string svg = svg_line_plot(kParams, {{.name = "loss", .x = {0, 5, 10}, .y = {0, 5, 10}}});

  EXPECT_THAT(svg, AllOf(HasSubstr("<title id=\"p-title\">A &amp; B</title>"), HasSubstr("<desc id=\"p-desc\">Falls."),
                         HasSubstr("aria-labelledby=\"p-title p-desc\""), HasSubstr(">loss (nats)</text>")));
  EXPECT_THAT(svg, HasSubstr("points=\"76.0,248.0 388.0,133.0 700.0,18.0\""));
  EXPECT_EQ(first_unbalanced_tag(svg), "");
}

TEST(SvgLinePlot, BreaksTheLineAtValuesThatAreNotFinite) {
  const double nan = std::numeric_limits<double>::quiet_NaN();

  const std::string svg = svg_line_plot(kParams, {{.name = "loss", .x = {0, 1, 2, 3, 4}, .y = {1, 2, nan, 2, 1}}});

  EXPECT_EQ(count_of(svg, "<polyline"), 2);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(SvgLinePlot, DrawsSinglePointsAndNothingAtAll) {
  EXPECT_THAT(svg_line_plot(kParams, {{.name = "s", .x = {1}, .y = {1}}}), HasSubstr("<circle"));
  EXPECT_EQ(first_unbalanced_tag(svg_line_plot(kParams, {})), "");
}

TEST(SvgLinePlot, StartsTheAxisOfARateAtZero) {
  PlotParams rate = kParams;
  rate.y_axis = YAxis::kFromZero;
  const std::vector<PlotSeries> series{{.name = "s", .x = {0, 10}, .y = {90, 100}}};

  EXPECT_THAT(svg_line_plot(rate, series), HasSubstr("points=\"76.0,41.0 700.0,18.0\""));
  EXPECT_THAT(svg_line_plot(kParams, series), HasSubstr("points=\"76.0,248.0 700.0,18.0\""));
}

TEST(SvgLinePlot, NamesSeveralSeriesInALegend) {
  const PlotSeries one{.name = "one", .x = {0, 1}, .y = {0, 1}}, two{.name = "two", .x = {0, 1}, .y = {1, 0}};

  EXPECT_THAT(svg_line_plot(kParams, {one, two}), AllOf(HasSubstr(">one</text>"), HasSubstr("line s1")));
  EXPECT_THAT(svg_line_plot(kParams, {one}), Not(HasSubstr(">one</text>")));
}

TEST(SvgLinePlot, ThinsLongCurves) {
  PlotSeries series{.name = "long", .x = {}, .y = {}};
  for (int i = 0; i < 100'000; ++i) {
    series.x.push_back(i);
    series.y.push_back(i % 7);
  }

  EXPECT_LT(svg_line_plot(kParams, {series}).size(), 30'000U);
}

}  // namespace
}  // namespace linktrail
