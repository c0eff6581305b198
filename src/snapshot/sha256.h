// SHA-256 (FIPS 180-4) as lowercase hex: what `sha256sum` prints, so that a manifest can be checked without linktrail.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace linktrail {

std::string sha256_of(std::string_view bytes);

// Streams the file once. Throws InputError if it cannot be read.
std::string sha256_of_file(const std::filesystem::path& path);

// One digest for several files: depends on their contents and order, not on their names or place, so that moving
// the data does not make it new.
std::string sha256_of_files(std::span<const std::filesystem::path> paths);

// One digest for several strings; ("ab", "c") and ("a", "bc") differ.
std::string sha256_of_parts(std::span<const std::string> parts);

}  // namespace linktrail
