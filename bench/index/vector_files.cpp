#include "vector_files.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "core/error.h"

namespace linktrail::bench {

namespace {

Matrix read_fvecs(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::int32_t dim = 0;
  in.read(reinterpret_cast<char*>(&dim), 4);
  if (!in || dim <= 0) throw InputError(fmt::format("{}: expected an .fvecs file", path.string()));
  const auto row_bytes = 4 + 4 * static_cast<std::uintmax_t>(dim);
  Matrix rows(std::filesystem::file_size(path) / row_bytes, static_cast<std::size_t>(dim));
  in.seekg(0);
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    in.read(reinterpret_cast<char*>(&dim), 4);
    in.read(reinterpret_cast<char*>(rows.row_data(i)), static_cast<std::streamsize>(row_bytes - 4));
  }
  if (!in) throw InputError(fmt::format("{}: ends early", path.string()));
  return rows;
}

Matrix read_text(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::size_t count = 0;
  std::size_t dim = 0;
  if (!(in >> count >> dim)) throw InputError(fmt::format("{}: expected 'rows dim' in the first line", path.string()));
  Matrix rows(count, dim);
  std::string word;
  for (std::size_t i = 0; i < count; ++i) {
    in >> word;
    for (float& x : rows.row(i)) in >> x;
  }
  if (!in) throw InputError(fmt::format("{}: ends early", path.string()));
  return rows;
}

}  // namespace

Matrix read_vectors(const std::filesystem::path& path) {
  Matrix rows = path.extension() == ".fvecs" ? read_fvecs(path) : read_text(path);
  normalize_rows(rows);
  return rows;
}

}  // namespace linktrail::bench
