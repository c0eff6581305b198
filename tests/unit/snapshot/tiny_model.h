// Two articles in two dimensions, small enough to write every byte of every format by hand.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "snapshot/export.h"

namespace linktrail {

struct TinyModel {
  std::array<Qid, 2> qids{42, 7};
  std::array<std::uint64_t, 2> counts{9, 3};
  Matrix input{2, 2};
  Matrix output{2, 2};

  TinyModel() {
    const float in[4] = {0.5F, -1.0F, 0.1F, 2.0F};
    for (std::size_t i = 0; i < 4; ++i) {
      input.row(i / 2)[i % 2] = in[i];
      output.row(i / 2)[i % 2] = static_cast<float>(i);
    }
  }

  ExportView view() const { return {.qids = qids, .input = input, .output = output, .counts = counts}; }
};

// The bytes of values, one after the other, as they stand in a little-endian file.
template <class... T>
std::string bytes_of(const T&... values) {
  std::string bytes;
  (bytes.append(reinterpret_cast<const char*>(&values), sizeof(values)), ...);
  return bytes;
}

}  // namespace linktrail
