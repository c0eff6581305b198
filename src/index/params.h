// What an HNSW index is asked to be (Malkov & Yashunin 2016, arXiv 1603.09320).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace linktrail {

struct HnswParams {
  std::uint32_t m = 16;                 // links of a node on upper levels; level 0 holds 2 m
  std::uint32_t ef_construction = 200;  // candidates considered while building; more is slower and better
  std::uint64_t seed = 1;
};

// Told now and then how many rows a long step has behind it; may be empty.
using RowsDone = std::function<void(std::size_t rows)>;
// Rows between two calls: some milliseconds of building.
inline constexpr std::size_t kRowsBetweenCalls = 256;

}  // namespace linktrail
