// Damaged variants of small valid inputs: seeded, so that a failure names the variant that shows it again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

namespace linktrail::test {

// Variants a test tries. LINKTRAIL_FUZZ_FACTOR=100 tries a hundred times as many.
inline std::uint64_t variants(std::uint64_t usual) {
  const char* factor = std::getenv("LINKTRAIL_FUZZ_FACTOR");
  return factor == nullptr ? usual : usual * std::strtoull(factor, nullptr, 10);
}

// One to four bits turned, bytes set, slices deleted, repeated, moved or overwritten, and the end cut off.
class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::string mutated(std::string text) {
    for (std::uint64_t i = 0, n = 1 + below(4); i < n; ++i) mutate(text);
    return text;
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : random_() % bound; }

  // What parsers look for, and what they should not meet.
  char any_byte() {
    static constexpr std::string_view kTelling(
        "'\\\"`(),;-/*\n\r\t \0\xff"
        "0xN",
        20);
    return below(4) == 0 ? static_cast<char>(below(256)) : kTelling[below(kTelling.size())];
  }

  std::string slice(const std::string& text) {
    return text.substr(below(text.size()), 1 + below(below(4) == 0 ? 2000 : 12));
  }

  void mutate(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    const bool inside = at < text.size();
    switch (below(8)) {
      case 0:
        if (inside) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
      case 1:
        if (inside) text[at] = any_byte();
        break;
      case 2:
        text.insert(at, 1, any_byte());
        break;
      case 3:
        text.erase(at, 1 + below(below(4) == 0 ? 2000 : 12));
        break;
      case 4:
        if (!text.empty()) text.insert(at, slice(text));
        break;
      case 5:
        if (inside) text.replace(at, 1 + below(12), slice(text));
        break;
      case 6:
        text.insert(at, std::to_string(random_() >> below(64)));
        break;
      default:
        if (below(4) == 0) text.resize(at);
    }
  }

  std::mt19937_64 random_;
};

}  // namespace linktrail::test
