// The fixed header of an hnswlib index file and access to its unaligned bytes. Internal to hnswlib_reader.cpp and
// hnswlib_writer.cpp; the layout of the rest is in hnswlib_file.h.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "index/hnswlib_file.h"

namespace linktrail {

static_assert(std::endian::native == std::endian::little, "hnswlib files are little endian");

// Records are moved in blocks of this size: large enough for full disk speed, small beside any graph.
inline constexpr std::size_t kHnswlibBlockBytes = 4UL << 20;

struct HnswlibHeader {
  std::uint64_t offset_level0 = 0;
  std::uint64_t max_elements = 0;
  std::uint64_t elements = 0;
  std::uint64_t record_bytes = 0;
  std::uint64_t label_offset = 0;
  std::uint64_t vector_offset = 0;
  std::int32_t max_level = -1;
  std::uint32_t entry_point = 0;
  std::uint64_t max_m = 0;
  std::uint64_t max_m0 = 0;
  std::uint64_t m = 0;
  double mult = 0;
  std::uint64_t ef_construction = 0;
};
static_assert(sizeof(HnswlibHeader) == HnswlibLayout::kHeaderBytes);

template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class T>
void store(std::byte* to, const T& value) {
  std::memcpy(to, &value, sizeof value);
}

}  // namespace linktrail
