// Dot products of 8-bit codes with a query of 16-bit integers, in the widest instructions that the machine has.
//
// The arithmetic is exact, so that AVX-512 VNNI, AVX2 and plain code give the same numbers: a search finds the same on
// every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "index/hnsw_graph.h"

namespace linktrail {

// Kernels read codes in blocks of this size: whole blocks must be readable after the last row's begin. What a block
// reads beyond a row is multiplied by 0.
inline constexpr std::size_t kCodeBlock = 64;

// A query in integers: values[i] * step is about query[i], and no dot product with codes leaves 32 bits. The same
// numbers again as 256 high + low, for instructions that multiply bytes.
struct CodeQuery {
  std::vector<std::int16_t> values;  // dim, then zeros to whole blocks
  std::vector<std::int8_t> high;     // beside values
  std::vector<std::int8_t> low;
  std::size_t dim = 0;
  float step = 0;
  std::int32_t sum = 0;  // of values
};

CodeQuery make_code_query(std::span<const float> query);
// The same in place of what `to` holds.
void make_code_query(std::span<const float> query, CodeQuery& to);

// Rows of codes, row i at data + i * stride.
struct CodeRows {
  const std::uint8_t* data = nullptr;
  std::size_t stride = 0;
};

// to[i] becomes the dot product of the query's values with row rows[i].
using CodeDotKernel = void (*)(const CodeRows& codes, const CodeQuery& query, std::span<const NodeId> rows,
                               std::int32_t* to);

void code_dots_plain(const CodeRows& codes, const CodeQuery& query, std::span<const NodeId> rows, std::int32_t* to);
void code_dots_avx2(const CodeRows& codes, const CodeQuery& query, std::span<const NodeId> rows,
                    std::int32_t* to);  // only where the CPU has AVX2
void code_dots_vnni(const CodeRows& codes, const CodeQuery& query, std::span<const NodeId> rows,
                    std::int32_t* to);  // only where has_vnni()

// Whether the CPU has AVX-512 with byte and neural-network instructions.
bool has_vnni();

// The best of the three for this machine.
CodeDotKernel best_code_dot_kernel();

}  // namespace linktrail
