#include "core/lazy_memory.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace linktrail {

namespace {

// Below, whole pages would be a waste.
constexpr std::size_t kSmallBytes = std::size_t{256} << 10;
constexpr std::size_t kCacheLine = 64;

std::shared_ptr<void> allocate_small(std::size_t bytes) {
  if (bytes == 0) return nullptr;
  const std::size_t size = (bytes + kCacheLine - 1) / kCacheLine * kCacheLine;
  void* memory = std::aligned_alloc(kCacheLine, size);
  if (memory == nullptr) throw std::bad_alloc();
  std::memset(memory, 0, size);
  return {memory, [](void* p) { std::free(p); }};
}

std::shared_ptr<void> map_aligned(std::size_t bytes, int protection) {
  if (bytes == 0) return nullptr;
  const std::size_t slack = bytes >= 2 * kHugePageBytes ? kHugePageBytes : 0;
  const std::size_t size = bytes + slack;
  void* memory = mmap(nullptr, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t aligned = slack > 0 ? (address + slack - 1) / kHugePageBytes * kHugePageBytes : address;
  return {static_cast<std::byte*>(memory) + (aligned - address), [memory, size](void*) { munmap(memory, size); }};
}

}  // namespace

std::shared_ptr<void> reserve_zeroed(std::size_t bytes) {
  if (bytes < kSmallBytes) return allocate_small(bytes);
  const std::size_t size = in_huge_pages(bytes);
  auto memory = map_aligned(size, PROT_READ | PROT_WRITE);
  if (size >= 2 * kHugePageBytes) madvise(memory.get(), size, MADV_HUGEPAGE);  // a wish: failure costs only speed
  return memory;
}

void make_huge(void* begin, std::size_t bytes) {
#ifdef MADV_COLLAPSE
  constexpr int kCollapse = MADV_COLLAPSE;
#else
  constexpr int kCollapse = 25;
#endif
  const std::size_t before = reinterpret_cast<std::uintptr_t>(begin) % kHugePageBytes;
  for (std::size_t at = before == 0 ? 0 : kHugePageBytes - before; at + kHugePageBytes <= bytes; at += kHugePageBytes) {
    char* page = static_cast<char*>(begin) + at;
    volatile char* first = page;
    *first = *first;  // a page of which nothing is there cannot be made huge
    madvise(page, kHugePageBytes, kCollapse);
  }
}

std::shared_ptr<void> reserve_addresses(std::size_t bytes) { return map_aligned(bytes, PROT_NONE); }

}  // namespace linktrail
