// Large memory that costs nothing until it is written to.
#pragma once

#include <cstddef>
#include <memory>

namespace linktrail {

// Pages above this size are worth asking for: 2 MiB ones save the TLB misses of random rows.
inline constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

// Bytes to reserve for `bytes`: whole huge pages, where there are enough of them, since the rest of one would be small
// pages.
constexpr std::size_t in_huge_pages(std::size_t bytes) {
  return bytes < 2 * kHugePageBytes ? bytes : (bytes + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
}

// `bytes` zeros, aligned to huge pages if there are enough of them. Pages appear when first written, so the size may
// be an upper bound that is never reached. Throws std::bad_alloc.
std::shared_ptr<void> reserve_zeroed(std::size_t bytes);

// Address space of `bytes`, aligned as above and not accessible, to map something over. Throws std::bad_alloc.
std::shared_ptr<void> reserve_addresses(std::size_t bytes);

// Makes the whole huge pages within [begin, begin + bytes) huge now, which takes their memory. Of memory that processes
// share, machines mostly give small pages, and random rows then cost a walk through the page table each. A wish: needs
// Linux 6.1 (MADV_COLLAPSE), and failure costs only speed.
void make_huge(void* begin, std::size_t bytes);

}  // namespace linktrail
