#include "core/error.h"

namespace linktrail {

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  for (const char c : text.substr(0, limit)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f)
      out += c;
    else
      out += fmt::format("\\x{:02x}", byte);
  }
  if (text.size() > limit) out += "...";
  return out;
}

InputError input_error(const InputFault& fault) {
  std::string text = fault.line > 0 ? fmt::format("{}:{}: {}", fault.file, fault.line, fault.what)
                                    : fmt::format("{}: {}", fault.file, fault.what);
  if (!fault.expected.empty()) text += fmt::format("; expected {}", fault.expected);
  if (!fault.found.empty()) text += fmt::format(", found '{}'", printable(fault.found));
  if (!fault.advice.empty()) text += fmt::format("; {}", fault.advice);
  return InputError(text);
}

}  // namespace linktrail
