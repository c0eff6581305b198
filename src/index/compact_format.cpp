#include "index/compact_format.h"

#include <cstring>

#include "core/hash.h"

namespace linktrail {

namespace {

std::uint64_t packed_bytes(std::uint64_t count, std::uint32_t bits) { return (count * bits + 7) / 8; }

// In the order of CompactSection.
std::array<std::uint64_t, kCompactSections> section_bytes(const CompactHeader& header, std::uint64_t link_bytes) {
  const std::uint64_t nodes = header.nodes;
  const std::uint64_t blocks = block_count(nodes, header.block_bits);
  return {4 * blocks * header.dim,
          4 * blocks,
          nodes,
          nodes * header.code_stride,
          link_bytes,
          (nodes + kNodesPerStart - 1) / kNodesPerStart * kStartBytes,
          nodes * header.dim,
          packed_bytes(nodes, header.qid_bits),
          packed_bytes(nodes, header.id_bits)};
}

}  // namespace

void lay_out(CompactHeader& header, std::uint64_t link_bytes) {
  const auto bytes = section_bytes(header, link_bytes);
  std::uint64_t at = align_section(sizeof(CompactHeader));
  for (std::size_t i = 0; i < kCompactSections; ++i) {
    header.sections[i].offset = at;
    header.sections[i].bytes = bytes[i];
    at = align_section(at + bytes[i]);
  }
  header.header_bytes = sizeof(CompactHeader);
  header.file_bytes = at + kCompactTail;
}

std::uint64_t compact_hash(std::string_view bytes) {
  return hash_pieces(bytes.size(), kCompactHashBlock,
                     [&](std::uint64_t begin, std::uint64_t count) { return bytes.substr(begin, count); });
}

std::uint64_t packed_number(const std::byte* from, std::uint64_t i, std::uint32_t bits) {
  if (bits == 0) return 0;
  const std::uint64_t position = i * bits;
  std::uint64_t words[2];
  std::memcpy(words, from + position / 8, sizeof words);
  const auto shift = static_cast<unsigned>(position % 8);
  std::uint64_t value = words[0] >> shift;
  if (shift != 0) value |= words[1] << (64 - shift);
  return bits == 64 ? value : value & ((std::uint64_t{1} << bits) - 1);
}

}  // namespace linktrail
