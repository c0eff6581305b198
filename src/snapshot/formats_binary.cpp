// Binary formats that are rows of float32: word2vec binary, fvecs (with its QIDs beside it), and npy version 1.0.
#include <fmt/format.h>

#include "core/checked_cast.h"
#include "snapshot/atomic_file.h"
#include "snapshot/formats.h"

namespace linktrail::formats {
namespace {

// Data starts at a multiple of this, as the npy format asks, so that the arrays can be mapped.
constexpr std::size_t kNpyAlignment = 64;

std::string npy_header(std::string_view type, const std::string& shape) {
  constexpr std::string_view kMagic("\x93NUMPY\x01\x00", 8);
  std::string dict = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", type, shape);
  const std::size_t unpadded = kMagic.size() + sizeof(std::uint16_t) + dict.size() + 1;
  dict.append((kNpyAlignment - unpadded % kNpyAlignment) % kNpyAlignment, ' ');
  dict += '\n';
  const auto size = checked_cast<std::uint16_t>(dict.size());
  std::string header(kMagic);
  header += static_cast<char>(size & 0xff);
  header += static_cast<char>(size >> 8);
  return header + dict;
}

}  // namespace

Paths write_word2vec_binary(const ExportView& view, const std::filesystem::path& path) {
  AtomicFile file(path);
  file.write(fmt::format("{} {}\n", view.qids.size(), view.input.dim));
  for (std::size_t i = 0; i < view.qids.size(); ++i) {
    file.write(fmt::format("Q{} ", view.qids[i]));
    file.write_values(view.input.row(i));
    file.write("\n");
  }
  file.commit();
  return {path};
}

Paths write_fvecs(const ExportView& view, const std::filesystem::path& path) {
  // fvecs has no room for ids: row i of the vectors is line i of the QIDs.
  AtomicFile file(path);
  AtomicFile qids(std::filesystem::path(path).replace_extension(".qids.txt"));
  const auto dim = checked_cast<std::int32_t>(view.input.dim);
  for (std::size_t i = 0; i < view.qids.size(); ++i) {
    file.write_value(dim);
    file.write_values(view.input.row(i));
    qids.write(fmt::format("Q{}\n", view.qids[i]));
  }
  qids.commit();
  file.commit();
  return {file.path(), qids.path()};
}

Paths write_npy(const ExportView& view, const std::filesystem::path& folder) {
  create_folders(folder);
  AtomicFile vectors(folder / "vectors.npy");
  vectors.write(npy_header("<f4", fmt::format("{}, {}", view.input.rows, view.input.dim)));
  for (std::size_t i = 0; i < view.input.rows; ++i) vectors.write_values(view.input.row(i));
  AtomicFile qids(folder / "qids.npy");
  qids.write(npy_header("<i8", fmt::format("{},", view.qids.size())));
  qids.write_values(view.qids);
  qids.commit();
  vectors.commit();
  return {vectors.path(), qids.path()};
}

}  // namespace linktrail::formats
