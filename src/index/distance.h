// Dot products of rows, in the widest instructions that the machine has, with the same bits on every machine.
//
// All versions add into the same 16 lanes in the same order and never fuse multiply and add, so AVX-512, AVX2 and plain
// code agree to the last bit: graphs do not depend on the node that built them.
#pragma once

#include <cstddef>

namespace linktrail {

// Sum of a[i] * b[i] over n floats; no alignment needed, fastest for n a multiple of 16 (padded rows).
using DotKernel = float (*)(const float* a, const float* b, std::size_t n);

float dot_plain(const float* a, const float* b, std::size_t n);
float dot_avx2(const float* a, const float* b, std::size_t n);    // only where the CPU has AVX2
float dot_avx512(const float* a, const float* b, std::size_t n);  // only where the CPU has AVX-512F

// The best of the three for this machine.
DotKernel best_dot_kernel();

}  // namespace linktrail
