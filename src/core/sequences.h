// Many short sequences of tokens (sessions, link bags) packed into two arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.h"

namespace linktrail {

// Sequence i is tokens[offsets[i] .. offsets[i + 1]); offsets.front() is 0, offsets.size() is count + 1.
template <class Token>
struct SequencesView {
  std::span<const std::uint64_t> offsets;
  std::span<const Token> tokens;

  std::size_t size() const { return offsets.empty() ? 0 : offsets.size() - 1; }
  std::span<const Token> operator[](std::size_t i) const {
    return tokens.subspan(offsets[i], offsets[i + 1] - offsets[i]);
  }
};

template <class Token>
struct Sequences {
  std::vector<std::uint64_t> offsets{0};
  std::vector<Token> tokens;

  std::size_t size() const { return offsets.size() - 1; }
  std::span<const Token> operator[](std::size_t i) const { return view()[i]; }
  SequencesView<Token> view() const { return {offsets, tokens}; }
  operator SequencesView<Token>() const { return view(); }  // NOLINT(google-explicit-constructor)

  void append(std::span<const Token> sequence) {
    tokens.insert(tokens.end(), sequence.begin(), sequence.end());
    offsets.push_back(tokens.size());
  }

  // Keeps the memory.
  void clear() {
    offsets.assign(1, 0);
    tokens.clear();
  }
};

using TokenSequences = Sequences<TokenId>;
using TokenSequencesView = SequencesView<TokenId>;

}  // namespace linktrail
