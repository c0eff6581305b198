#include "corpus/qid_text.h"

#include <fmt/format.h>

#include <limits>

namespace linktrail {

Qid parse_qid(std::string_view token) {
  constexpr std::size_t kMaxDigits = 19;  // of 2^63 - 1
  if (token.size() < 2 || token.size() > kMaxDigits + 1 || token[0] != 'Q') return kNoQid;
  if (token[1] == '0' && token.size() > 2) return kNoQid;
  std::uint64_t number = 0;  // 19 digits fit into 64 bits, so only the last comparison can fail
  for (const char c : token.substr(1)) {
    const auto digit = static_cast<unsigned>(c - '0');
    if (digit > 9) return kNoQid;
    number = number * 10 + digit;
  }
  if (number > static_cast<std::uint64_t>(std::numeric_limits<Qid>::max())) return kNoQid;
  return static_cast<Qid>(number);
}

std::string format_qid(Qid qid) { return fmt::format("Q{}", qid); }

std::string_view parse_qids(std::string_view text, std::vector<Qid>& qids) {
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] == ' ') {
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    while (end < text.size() && text[end] != ' ') ++end;
    const std::string_view token = text.substr(i, end - i);
    const Qid qid = parse_qid(token);
    if (qid == kNoQid) return token;
    qids.push_back(qid);
    i = end;
  }
  return {};
}

}  // namespace linktrail
