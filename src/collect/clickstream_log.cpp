#include "collect/clickstream_log.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "collect/fields.h"
#include "core/hash.h"

namespace linktrail {

const char* parse_click(std::string_view line, Click& click) {
  std::array<std::string_view, 4> fields;
  if (split_fields(line, fields) != 4) return "the four columns prev, curr, type and n";
  click.prev = fields[0];
  click.curr = fields[1];
  if (click.prev.empty() || click.curr.empty()) return "a title in prev and in curr";
  if (fields[2] == "external")
    click.type = ClickType::kExternal;
  else if (fields[2] == "link")
    click.type = ClickType::kLink;
  else if (fields[2] == "other")
    click.type = ClickType::kOther;
  else
    return "link, external or other in type";
  const std::string_view n = fields[3];
  const auto [end, fault] = std::from_chars(n.data(), n.data() + n.size(), click.count);
  // 2^40 views of one pair a month are no clickstream, and sums of less cannot overflow.
  if (fault != std::errc() || end != n.data() + n.size() || click.count == 0 || click.count > (1ULL << 40))
    return "a number of clicks from 1 in n";
  return nullptr;
}

std::string wiki_of_file(std::string_view path) {
  path = path.substr(path.rfind('/') + 1);
  while (!path.empty()) {
    const std::size_t end = std::min(path.find_first_of("-."), path.size());
    const std::string_view word = path.substr(0, end);
    if (word.size() > 4 && word.ends_with("wiki")) return std::string(word);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return {};
}

std::uint64_t title_key(std::string_view wiki_db, std::string_view title) {
  std::string text(title);
  std::replace(text.begin(), text.end(), ' ', '_');
  const std::uint64_t key = hash_bytes(text, hash_bytes(wiki_db));
  return key == 0 ? 1 : key;
}

}  // namespace linktrail
