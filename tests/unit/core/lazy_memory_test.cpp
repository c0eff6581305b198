#include "core/lazy_memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace linktrail {
namespace {

// Bytes that tell where they are.
void fill(unsigned char* memory, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) memory[i] = static_cast<unsigned char>(i * 2654435761U >> 24);
}

TEST(LazyMemory, IsZeroAndAligned) {
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{300} << 10, 3 * kHugePageBytes}) {
    const auto memory = reserve_zeroed(bytes);

    const auto* begin = static_cast<const unsigned char*>(memory.get());
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(begin) % 64, 0U);
    EXPECT_EQ(begin[0], 0);
    EXPECT_EQ(begin[bytes - 1], 0);
  }
}

TEST(LazyMemory, LargeMemoryComesInWholeHugePages) {
  EXPECT_EQ(in_huge_pages(0), 0U);
  EXPECT_EQ(in_huge_pages(2 * kHugePageBytes - 1), 2 * kHugePageBytes - 1);
  EXPECT_EQ(in_huge_pages(2 * kHugePageBytes), 2 * kHugePageBytes);
  EXPECT_EQ(in_huge_pages(2 * kHugePageBytes + 1), 3 * kHugePageBytes);
}

TEST(MakeHuge, KeepsWhatIsThereWhateverTheRange) {
  constexpr std::size_t kBytes = 4 * kHugePageBytes;
  const auto memory = reserve_zeroed(kBytes);
  auto* begin = static_cast<unsigned char*>(memory.get());
  fill(begin, kBytes);
  std::vector<unsigned char> before(begin, begin + kBytes);

  make_huge(begin, kBytes);
  make_huge(begin + 12345, kBytes - 23456);
  make_huge(begin, 1);
  make_huge(begin, 0);

  EXPECT_EQ(std::memcmp(begin, before.data(), kBytes), 0);
}

}  // namespace
}  // namespace linktrail
