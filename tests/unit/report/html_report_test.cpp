#include "report/html_report.h"

#include <gmock/gmock.h>

#include "unit/report/balanced_tags.h"

namespace linktrail {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

ReportPage example() {
  std::vector<MetricsRow> rows(40);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].words = 100'000 * (i + 1);
    rows[i].loss = 1.2 + 2.0 / static_cast<double>(i + 1);
    rows[i].words_per_s = 2.1e6 + 4e4 * static_cast<double>(i % 5);
  }
  return {.title = "Reader model <2026-11>",
          .subtitle = "run r1, 4 ranks",
          .highlights = {{"recall@10", "0.993"}, {"articles", "79,000"}},
          .plots = training_plots(rows),
          .tables = {{.title = "Files",
                      .header = {"file", "bytes", "sha256"},
                      .rows = {{"embeddings.h5", "12,345", std::string(64, '0')}, {"index.hnsw", "99", "ab"}}}},
          .config = "dim = 50 # a < b & c\n"};
}

TEST(HtmlReport, HoldsEveryPartOfThePage) {
  const std::string html = render_html(example());

  EXPECT_THAT(html, AllOf(HasSubstr("<h1>Reader model &lt;2026-11&gt;</h1>"), HasSubstr("run r1, 4 ranks"),
                          HasSubstr("<dt>recall@10</dt><dd>0.993</dd>"), HasSubstr("<th scope=\"col\">file</th>"),
                          HasSubstr("dim = 50 # a &lt; b &amp; c")));
  EXPECT_THAT(html, AllOf(HasSubstr("loss (nats per example)"), HasSubstr("speed (words/s)"),
                          HasSubstr("prefers-color-scheme: dark")));
}

TEST(HtmlReport, IsBalancedMarkup) { EXPECT_EQ(first_unbalanced_tag(render_html(example())), ""); }

TEST(HtmlReport, LoadsNothingFromElsewhere) {
  const std::string html = render_html(example());

  EXPECT_THAT(html, AllOf(Not(HasSubstr("http")), Not(HasSubstr("src=")), Not(HasSubstr("<script")),
                          Not(HasSubstr("url(")), Not(HasSubstr("<link"))));
}

TEST(HtmlReport, SetsNumbersRightButNotDigests) {
  const std::string html = render_html(example());

  EXPECT_THAT(html, HasSubstr("<td class=\"number\">12,345</td>"));
  EXPECT_THAT(html, HasSubstr("<td>" + std::string(64, '0') + "</td>"));
}

TEST(HtmlReport, AnEmptyPageIsStillAPage) {
  const std::string html = render_html({.title = "Nothing yet"});

  EXPECT_EQ(first_unbalanced_tag(html), "");
  EXPECT_THAT(html, Not(HasSubstr("<h2>")));
}

TEST(TrainingPlots, AreLossAndSpeedOrNothing) {
  EXPECT_THAT(example().plots, SizeIs(2));
  EXPECT_THAT(training_plots({}), IsEmpty());
}

}  // namespace
}  // namespace linktrail
