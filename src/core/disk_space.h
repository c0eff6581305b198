// Space on disk, taken before it is needed.
//
// A full disk that shows only inside a collective write is lost: MPI-IO layers drop the error of the rank that wrote,
// or leave the others waiting for it. Reserved first, by one rank and an ordinary call, it is an ordinary error.
#pragma once

#include <cstdint>
#include <string>

namespace linktrail {

// Makes [begin, end) of an existing file writable without further space, and the file at least `end` long; new bytes
// read as zero. Where the file system cannot reserve (NFS before 4.2, some Lustre) it only compares with the free
// space, which is no promise. Throws StorageError naming `path`.
void reserve_space(const std::string& path, std::uint64_t begin, std::uint64_t end);

}  // namespace linktrail
