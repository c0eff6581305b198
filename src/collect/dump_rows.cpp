#include "collect/dump_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <span>

#include "core/error.h"
#include "corpus/qid_text.h"

namespace linktrail {

namespace {

constexpr std::size_t kMostTitleBytes = 255;  // varbinary(255) in every schema
constexpr std::uint64_t kMostPage = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMostTarget = std::numeric_limits<std::uint64_t>::max();

constexpr const char* kNoPage = "a page id that is no number of 32 bits";
constexpr const char* kNoSpace = "a namespace that is no number";
constexpr const char* kNoTitle = "a title that is no text of at most 255 bytes";

bool read_page(const SqlField& field, std::uint32_t& out) {
  const auto value = unsigned_of(field, kMostPage);
  if (value) out = static_cast<std::uint32_t>(*value);
  return value.has_value();
}

bool read_space(const SqlField& field, std::int32_t& out) {
  const auto value = signed_of(field);
  if (value) out = *value;
  return value.has_value();
}

bool read_title(const SqlField& field, std::string& scratch, std::string_view& out) {
  const auto value = text_of(field, scratch);
  if (value) out = *value;
  return value && value->size() <= kMostTitleBytes;
}

bool has_column(const DumpFile& file, std::string_view name) {
  return std::find(file.columns.begin(), file.columns.end(), name) != file.columns.end();
}

// Columns that may be missing have a "?" before their name.
std::string named(std::span<const std::string> wanted) {
  std::string text;
  for (const std::string& name : wanted)
    text += (text.empty() ? "" : ", ") + (name[0] == '?' ? name.substr(1) + " (may be missing)" : name);
  return text;
}

}  // namespace

DumpRows::DumpRows(const DumpFile& file, std::vector<std::string> wanted)
    : dump_(file.input, table_name(file.table), file.columns), wanted_(std::move(wanted)) {}

void DumpRows::find_columns() {
  const auto& columns = dump_.columns();
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    const bool optional = wanted_[i].starts_with('?');
    const std::string name = wanted_[i].substr(optional ? 1 : 0);
    const auto found = std::find(columns.begin(), columns.end(), name);
    positions_.at(i) = found == columns.end() ? kMissing : static_cast<std::size_t>(found - columns.begin());
    if (found == columns.end() && !optional)
      throw input_error({.what = "unknown schema: no column " + name,
                         .file = dump_.path(),
                         .line = dump_.line(),
                         .expected = named(wanted_),
                         .found = fmt::format("{}", fmt::join(columns, ", ")),
                         .advice = "dump the tables of a MediaWiki that linktrail knows (docs/file-formats.md)"});
  }
  layout_ = dump_.layout();
}

void DumpRows::count_malformed(const char* reason) {
  if (malformed_.count++ == 0) {
    malformed_.first_line = dump_.line();
    malformed_.first_reason = reason;
  }
  if (malformed_.count > kMostMalformedRows)
    throw input_error(
        {.what = fmt::format("more than {} malformed rows; the last has {}", kMostMalformedRows, reason),
         .file = dump_.path(),
         .line = dump_.line(),
         .expected = fmt::format("{} values: {}", dump_.columns().size(), fmt::join(dump_.columns(), ", ")),
         .found = fmt::format("{} values", dump_.fields().size()),
         .advice = "fetch the dump again"});
}

PageRows::PageRows(const DumpFile& file)
    : rows_(file, {"page_id", "page_namespace", "page_title", "page_is_redirect"}) {}

bool PageRows::next(PageRow& row) {
  return rows_.next([&]() -> const char* {
    if (!read_page(rows_.at(0), row.page)) return kNoPage;
    if (!read_space(rows_.at(1), row.space)) return kNoSpace;
    if (!read_title(rows_.at(2), scratch_, row.title)) return kNoTitle;
    const auto redirect = unsigned_of(rows_.at(3), 1);
    if (!redirect) return "page_is_redirect that is neither 0 nor 1";
    row.is_redirect = *redirect == 1;
    return nullptr;
  });
}

PagelinkRows::PagelinkRows(const DumpFile& file)
    : by_title_(has_column(file, "pl_title")),
      rows_(file, by_title_ ? std::vector<std::string>{"pl_from", "?pl_from_namespace", "pl_namespace", "pl_title",
                                                       "?pl_target_id"}
                            : std::vector<std::string>{"pl_from", "?pl_from_namespace", "pl_target_id"}) {}

bool PagelinkRows::next(PagelinkRow& row) {
  return rows_.next([&] { return read(row); });
}

const char* PagelinkRows::read(PagelinkRow& row) {
  if (!read_page(rows_.at(0), row.from)) return kNoPage;
  if (rows_.has(1) && !read_space(rows_.at(1), row.from_space)) return kNoSpace;
  if (!by_title_) return read_target(rows_.at(2), row);
  if (names_target_by_id()) return read_target(rows_.at(4), row);
  row.target = 0;
  if (!read_space(rows_.at(2), row.space)) return kNoSpace;
  return read_title(rows_.at(3), scratch_, row.title) ? nullptr : kNoTitle;
}

// While MediaWiki moved from titles to ids (1.41 to 1.43), a table has both columns and a row may have only its id.
bool PagelinkRows::names_target_by_id() const {
  if (!rows_.has(4) || (rows_.at(3).kind != SqlKind::kNull && rows_.at(3).size > 0)) return false;
  const SqlField& target = rows_.at(4);
  return target.kind != SqlKind::kNull && target.raw() != "0";
}

const char* PagelinkRows::read_target(const SqlField& field, PagelinkRow& row) {
  const auto target = unsigned_of(field, kMostTarget);
  row.target = target.value_or(0);
  row.space = 0;  // linktarget tells
  row.title = {};
  return target ? nullptr : "pl_target_id that is no number";
}

LinktargetRows::LinktargetRows(const DumpFile& file) : rows_(file, {"lt_id", "lt_namespace", "lt_title"}) {}

bool LinktargetRows::next(LinktargetRow& row) {
  return rows_.next([&]() -> const char* {
    const auto target = unsigned_of(rows_.at(0), kMostTarget);
    if (!target) return "lt_id that is no number";
    row.target = *target;
    if (!read_space(rows_.at(1), row.space)) return kNoSpace;
    return read_title(rows_.at(2), scratch_, row.title) ? nullptr : kNoTitle;
  });
}

RedirectRows::RedirectRows(const DumpFile& file)
    : rows_(file, {"rd_from", "rd_namespace", "rd_title", "?rd_interwiki"}) {}

bool RedirectRows::next(RedirectRow& row) {
  return rows_.next([&]() -> const char* {
    if (!read_page(rows_.at(0), row.from)) return kNoPage;
    if (!read_space(rows_.at(1), row.space)) return kNoSpace;
    if (!read_title(rows_.at(2), scratch_, row.title)) return kNoTitle;
    row.leaves_wiki = rows_.has(3) && !text_of(rows_.at(3), interwiki_).value_or("").empty();
    return nullptr;
  });
}

PagePropRows::PagePropRows(const DumpFile& file) : rows_(file, {"pp_page", "pp_propname", "pp_value"}) {}

bool PagePropRows::next(PagePropRow& row) {
  return rows_.next([&]() -> const char* {
    if (!read_page(rows_.at(0), row.page)) return kNoPage;
    const auto name = text_of(rows_.at(1), name_);
    if (!name) return "pp_propname that is no text";
    row.name = *name;
    row.value = text_of(rows_.at(2), value_).value_or("");
    if (row.name == "wikibase_item" && parse_qid(row.value) == kNoQid) return "wikibase_item whose pp_value is no QID";
    return nullptr;
  });
}

}  // namespace linktrail
