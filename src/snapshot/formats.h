// The writers behind export_vectors(), one a format; each expects a checked view. Implementation detail of the room.
#pragma once

#include <filesystem>
#include <vector>

#include "snapshot/export.h"

namespace linktrail::formats {

using Paths = std::vector<std::filesystem::path>;

Paths write_word2vec_text(const ExportView& view, const std::filesystem::path& path);
Paths write_tsv(const ExportView& view, const std::filesystem::path& path);
Paths write_qdrant_jsonl(const ExportView& view, const std::filesystem::path& path);
Paths write_projector(const ExportView& view, const std::filesystem::path& folder);

Paths write_word2vec_binary(const ExportView& view, const std::filesystem::path& path);
Paths write_fvecs(const ExportView& view, const std::filesystem::path& path);
Paths write_npy(const ExportView& view, const std::filesystem::path& folder);

Paths write_fasttext(const ExportView& view, const std::filesystem::path& path);

}  // namespace linktrail::formats
