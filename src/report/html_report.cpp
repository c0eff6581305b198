#include "report/html_report.h"

#include <fmt/format.h>

#include <cctype>

namespace linktrail {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1c1e21; --soft: #5b6068; --rule: #dfe2e6; --paper: #ffffff; --tint: #f5f6f8;
  --c0: #2457a6; --c1: #b3541e; --c2: #2e7d4f; --c3: #7a4ba0; --c4: #9a7400; --c5: #a02c4a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a3a9b2; --rule: #363a40; --paper: #17191c;
  --tint: #1f2226; --c0: #7fb0ff; --c1: #f0a06a; --c2: #74cc97; --c3: #c79bea; --c4: #e0bd50; --c5: #f08aa4; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 1.05rem; margin: 2.5rem 0 0.75rem; }
.subtitle { color: var(--soft); margin: 0.35rem 0 2rem; }
.highlights { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1rem; margin: 0; }
.highlights div { border-top: 2px solid var(--ink); padding-top: 0.5rem; }
dt { color: var(--soft); font-size: 0.85rem; }
dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
.plot { width: 100%; height: auto; }
.grid { stroke: var(--rule); }
.tick { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.label { fill: var(--soft); font-size: 13px; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.s0 { stroke: var(--c0); } .s1 { stroke: var(--c1); } .s2 { stroke: var(--c2); }
.s3 { stroke: var(--c3); } .s4 { stroke: var(--c4); } .s5 { stroke: var(--c5); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.35rem 1rem 0.35rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { color: var(--soft); font-weight: 500; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; }
td { overflow-wrap: anywhere; }
td.number { white-space: nowrap; }
pre { background: var(--tint); padding: 1rem; overflow-x: auto; font-size: 0.85rem; line-height: 1.45; }
)";

// A column of numbers, by its first cell: digits lead, after a sign perhaps, and few letters follow.
bool is_number_column(const ReportTable& table, std::size_t column) {
  for (const auto& row : table.rows) {
    const std::string& cell = row.at(column);
    if (cell.empty() || cell == "-") continue;
    const bool has_sign = cell.size() > 1 && (cell[0] == '-' || cell[0] == '+');
    const auto lead = static_cast<unsigned char>(cell[has_sign ? 1 : 0]);
    const bool is_digest = cell.size() > 20;
    if (std::isdigit(lead) == 0 || is_digest) return false;
  }
  return !table.rows.empty();
}

void append_row(std::string& html, const std::vector<std::string>& cells, const ReportTable& table,
                std::string_view tag) {
  html += "<tr>";
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const std::string_view kind = is_number_column(table, c) ? " class=\"number\"" : "";
    const std::string_view scope = tag == "th" ? " scope=\"col\"" : "";
    html += fmt::format("<{}{}{}>{}</{}>", tag, scope, kind, escape_xml(cells[c]), tag);
  }
  html += "</tr>\n";
}

void append_table(std::string& html, const ReportTable& table) {
  html += fmt::format("<section>\n<h2>{}</h2>\n<div class=\"scroll\"><table>\n<thead>", escape_xml(table.title));
  append_row(html, table.header, table, "th");
  html += "</thead>\n<tbody>\n";
  for (const auto& row : table.rows) append_row(html, row, table, "td");
  html += "</tbody>\n</table></div>\n</section>\n";
}

void append_highlights(std::string& html, const ReportPage& page) {
  if (page.highlights.empty()) return;
  html += "<dl class=\"highlights\">\n";
  for (const auto& [label, value] : page.highlights)
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape_xml(label), escape_xml(value));
  html += "</dl>\n";
}

}  // namespace

std::string render_html(const ReportPage& page) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\"/>\n<title>{}</title>\n<style>{}</style>\n"
      "</head>\n<body>\n<main>\n<h1>{}</h1>\n<p class=\"subtitle\">{}</p>\n",
      escape_xml(page.title), kStyle, escape_xml(page.title), escape_xml(page.subtitle));
  append_highlights(html, page);
  for (const ReportPlot& plot : page.plots)
    html += fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", escape_xml(plot.params.title),
                        svg_line_plot(plot.params, plot.series));
  for (const ReportTable& table : page.tables) append_table(html, table);
  if (!page.config.empty())
    html += fmt::format("<section>\n<h2>Configuration</h2>\n<pre>{}</pre>\n</section>\n", escape_xml(page.config));
  return html + "</main>\n</body>\n</html>\n";
}

std::vector<ReportPlot> training_plots(const std::vector<MetricsRow>& rows) {
  if (rows.empty()) return {};
  PlotSeries loss{.name = "loss", .x = {}, .y = {}}, speed{.name = "words/s", .x = {}, .y = {}};
  for (const MetricsRow& row : rows) {
    loss.x.push_back(static_cast<double>(row.words));
    loss.y.push_back(row.loss);
    speed.x.push_back(static_cast<double>(row.words));
    speed.y.push_back(row.words_per_s);
  }
  return {{{.id = "loss",
            .title = "Loss",
            .description = fmt::format("Mean loss of a round over {} rounds, from {:.4f} to {:.4f}.", rows.size(),
                                       rows.front().loss, rows.back().loss),
            .x_label = "words seen by all ranks",
            .y_label = "loss (nats per example)"},
           {std::move(loss)}},
          {{.id = "speed",
            .title = "Speed",
            .description = fmt::format("Words per second of all ranks over {} rounds, at the end {:.0f}.", rows.size(),
                                       rows.back().words_per_s),
            .x_label = "words seen by all ranks",
            .y_label = "speed (words/s)",
            .y_axis = YAxis::kFromZero},
           {std::move(speed)}}};
}

}  // namespace linktrail
