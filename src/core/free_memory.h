// How much memory this process and its neighbours may still take.
#pragma once

#include <cstdint>

namespace linktrail {

// Bytes that are free on this machine, or within the limit of this process's control group if that is less. An
// estimate: others take and give back. 0 if the system does not tell.
std::uint64_t free_memory_bytes();

}  // namespace linktrail
