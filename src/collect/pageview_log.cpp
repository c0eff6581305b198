#include "collect/pageview_log.h"

#include "collect/fields.h"
#include "core/hash.h"

namespace linktrail {

namespace {

enum class Truth { kTrue, kFalse, kNone };

Truth parse_truth(std::string_view text) {
  if (text == "true" || text == "1" || text == "TRUE" || text == "True") return Truth::kTrue;
  if (text == "false" || text == "0" || text == "FALSE" || text == "False" || is_missing(text)) return Truth::kFalse;
  return Truth::kNone;
}

}  // namespace

// The columns that an export may lack filter only where they are: the query has filtered then.
RowRule PageviewRows::filter(const Fields& fields, const PageviewColumns& columns) {
  constexpr auto kNone = PageviewColumns::kNone;
  if (columns.flag != kNone && filters_.is_pageview != kAny) {
    const Truth truth = parse_truth(fields[columns.flag]);
    if (truth == Truth::kNone) return malformed("true or false in is_pageview");
    if (truth == Truth::kFalse) return RowRule::kNotPageview;
  }
  if (columns.agent != kNone && filters_.agent_type != kAny && fields[columns.agent] != filters_.agent_type)
    return RowRule::kAgent;
  if (columns.access != kNone && filters_.drop_access != kAny && fields[columns.access] == filters_.drop_access)
    return RowRule::kAccess;
  current_ = wiki(fields[columns.wiki], columns);
  if (!current_.known) return RowRule::kProject;
  if (columns.name_space != kNone && filters_.name_space != kAny && fields[columns.name_space] != filters_.name_space)
    return RowRule::kNamespace;
  return RowRule::kCount;
}

RowRule PageviewRows::parse(std::string_view line, const PageviewColumns& columns, View& view) {
  Fields fields;
  if (split_fields(line, fields) != columns.count) return malformed("as many columns as the header has");
  const RowRule rule = filter(fields, columns);
  if (rule != RowRule::kCount) return rule;
  const std::string_view actor = fields[columns.actor], time = fields[columns.time], page = fields[columns.page];
  if (is_missing(actor) || is_missing(time) || is_missing(page)) return RowRule::kNothing;
  const auto when = times_.parse(time);
  if (!when) return malformed(TimestampParser::kExpected);
  const std::uint32_t page_id = parse_page_id(page);
  if (page_id == 0) return malformed("a whole number from 1 to 4294967295 in page_id");
  view.actor = hash_bytes(actor, key_.first);
  view.when = (hash_bytes(actor, key_.second) << kTimeBits) | *when;
  view.page = page_key(current_.hash, page_id);
  return RowRule::kCount;
}

PageviewRows::Wiki PageviewRows::wiki(std::string_view text, const PageviewColumns& columns) {
  if (columns.wiki_is_project == last_kind_ && text == last_text_) return last_;
  std::string key(text);
  if (columns.wiki_is_project != 0) key += '\t';  // no field holds one
  auto it = seen_.find(key);
  if (it == seen_.end()) it = seen_.emplace(key, look_up(text, columns)).first;
  last_text_ = text;
  last_kind_ = columns.wiki_is_project;
  return last_ = it->second;
}

PageviewRows::Wiki PageviewRows::look_up(std::string_view text, const PageviewColumns& columns) {
  if (is_missing(text)) return {};
  const bool original = filters_.compat == Compat::kOriginal;
  std::string name;
  if (columns.wiki_is_project != 0)
    name = original ? original_wiki_of_project(text) : wiki_of_project(text);
  else
    name = original ? original_wiki(text) : std::string(text);
  return name.empty() ? Wiki{} : Wiki{true, wikis_.add(name)};
}

}  // namespace linktrail
