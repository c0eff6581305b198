// Vectors from files that other tools write.
#pragma once

#include <filesystem>

#include "core/matrix.h"

namespace linktrail::bench {

// *.fvecs (i32 dim, dim floats, a row after the other) or word2vec's text ("rows dim", then a word and dim numbers a
// line; fastText's .vec is the same). Rows are normalised. Throws InputError.
Matrix read_vectors(const std::filesystem::path& path);

}  // namespace linktrail::bench
