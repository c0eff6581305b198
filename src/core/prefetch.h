// Fetching values into the cache ahead of their use.
#pragma once

#include <cstddef>

namespace linktrail {

// GCC 12 takes a function that does nothing but prefetch for one without effect, and leaves out its calls.
inline void have_effect() { asm volatile(""); }

// Into the second-level cache, where the rows of some hundred tokens fit.
inline void prefetch_floats(const float* data, std::size_t count) {
  constexpr int kForReading = 0, kSecondLevel = 2;
  constexpr std::size_t kLineFloats = 16;
  for (std::size_t j = 0; j < count; j += kLineFloats) __builtin_prefetch(data + j, kForReading, kSecondLevel);
  have_effect();
}

}  // namespace linktrail
