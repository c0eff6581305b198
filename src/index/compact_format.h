// The byte layout of index.compact, version 1: a header, then sections that begin at multiples of 64 bytes.
//
// Everything but the length of the packed links follows from the header's numbers, so a reader computes where sections
// must be and refuses a header that says otherwise. docs/file-formats.md describes every byte.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace linktrail {

static_assert(std::endian::native == std::endian::little, "index files are little endian");

inline constexpr std::string_view kCompactMagic = "LTCOMPCT";
// A minor step is one that readers of the major version can ignore. 1.0: the first.
inline constexpr std::uint16_t kCompactMajor = 1;
inline constexpr std::uint16_t kCompactMinor = 0;

enum class CompactSection : std::size_t {
  kMeans,       // f32 [dim, blocks]
  kEntries,     // u32 [blocks]: the node nearest to the mean of each block
  kScales,      // u8 [nodes]
  kCodes,       // u8 [nodes, code stride]
  kLinks,       // packed lists (compact_links.h)
  kLinkStarts,  // for 16 nodes: u64, then 16 x u16
  kResiduals,   // u8 [nodes, dim]
  kQids,        // nodes numbers of qid_bits
  kByQid,       // nodes ids of id_bits, by rising QID
};
inline constexpr std::size_t kCompactSections = 9;

// Lists of 16 nodes share one 64-bit position, to which 16 bits a node are added.
inline constexpr std::size_t kNodesPerStart = 16;
inline constexpr std::size_t kStartBytes = 8 + 2 * kNodesPerStart;

struct CompactExtent {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t hash = 0;  // of all bytes up to the next section or the end of the file

  friend bool operator==(const CompactExtent&, const CompactExtent&) = default;
};

struct CompactHeader {
  std::array<char, 8> magic{};
  std::uint16_t major = kCompactMajor;
  std::uint16_t minor = kCompactMinor;
  std::uint32_t header_bytes = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t nodes = 0;
  std::uint32_t dim = 0;
  std::uint32_t code_stride = 0;
  std::uint32_t block_bits = 0;  // a block is 2^block_bits nodes, the last one fewer
  std::uint32_t qid_bits = 0;
  std::uint32_t id_bits = 0;
  std::uint32_t reserved = 0;
  std::array<char, 32> producer{};  // padded with zeros
  std::array<CompactExtent, kCompactSections> sections{};
  std::uint64_t reserved_too = 0;  // fills the header up to where the first section begins
  std::uint64_t hash = 0;          // of the bytes before it
};
static_assert(sizeof(CompactHeader) == 320 && alignof(CompactHeader) == 8);

constexpr std::uint64_t block_count(std::uint64_t nodes, std::uint32_t block_bits) {
  return (nodes >> block_bits) + ((nodes & ((std::uint64_t{1} << block_bits) - 1)) != 0 ? 1 : 0);
}

// After the last section: room for kernels and lists that read whole blocks.
inline constexpr std::uint64_t kCompactTail = 2048;
inline constexpr std::uint64_t kCompactAlign = 64;

constexpr std::uint64_t align_section(std::uint64_t offset) {
  return (offset + kCompactAlign - 1) / kCompactAlign * kCompactAlign;
}

// Fills offsets and sizes of sections and file from the numbers in the header and the length of the packed links.
void lay_out(CompactHeader& header, std::uint64_t link_bytes);

// Chained XXH3 over blocks of 1 MiB: the hash of a block is seeded with that of the block before, the first with 0.
inline constexpr std::uint64_t kCompactHashBlock = 1UL << 20;
std::uint64_t compact_hash(std::string_view bytes);

// Number i of those of `bits` bits each that are packed one after the other from the lowest bit of `from` on; bits is
// at most 64, and 16 bytes are read from where the number begins.
std::uint64_t packed_number(const std::byte* from, std::uint64_t i, std::uint32_t bits);

}  // namespace linktrail
