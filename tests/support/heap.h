// What the process holds of the heap, for tests that large things are handed back. Under a sanitizer that is always 0,
// and such tests say nothing.
#pragma once

#include <malloc.h>

#include <cstddef>

namespace linktrail::test {

inline std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace linktrail::test
