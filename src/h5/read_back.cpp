#include "h5/detail/read_back.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

#include "core/hash.h"
#include "h5/h5_reader.h"

namespace linktrail::h5 {
namespace {

// Large enough that a read costs little beside its bytes, small beside any model.
constexpr std::uint64_t kBatchBytes = std::uint64_t{4} << 20;

std::uint64_t rows_per_batch(std::uint64_t row_bytes) {
  return std::max<std::uint64_t>(1, kBatchBytes / std::max<std::uint64_t>(1, row_bytes));
}

template <class T>
std::string_view as_text(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

template <class T>
std::uint64_t digest_in_file(const H5Reader& file, const WrittenRows& w) {
  std::vector<T> batch;
  return hash_pieces(w.rows, rows_per_batch(w.row_bytes), [&](std::uint64_t begin, std::uint64_t count) {
    batch = file.read_rows<T>(w.dataset, w.begin + begin, count);
    return as_text(batch);
  });
}

std::uint64_t digest_in_file(const H5Reader& file, const WrittenRows& w) {
  switch (w.element) {
    case Element::kFloat32:
      return digest_in_file<float>(file, w);
    case Element::kInt64:
      return digest_in_file<std::int64_t>(file, w);
    case Element::kUint8:
      return digest_in_file<std::uint8_t>(file, w);
    case Element::kUint16:
      return digest_in_file<std::uint16_t>(file, w);
    case Element::kUint32:
      return digest_in_file<std::uint32_t>(file, w);
    case Element::kUint64:
      return digest_in_file<std::uint64_t>(file, w);
  }
  throw UsageError("unknown element type");
}

}  // namespace

WrittenRows remember(const DatasetSlice& slice, Element element) {
  const std::uint64_t row_bytes = std::max<std::uint64_t>(1, slice.block.columns) * slice.type.bytes;
  const std::uint64_t stride_bytes = slice.stride * slice.type.bytes;
  const auto* rows = static_cast<const char*>(slice.data);
  std::string packed;
  const auto bytes = [&](std::uint64_t begin, std::uint64_t count) -> std::string_view {
    if (stride_bytes == row_bytes) return {rows + begin * row_bytes, count * row_bytes};
    packed.clear();
    for (std::uint64_t i = begin; i < begin + count; ++i) packed.append(rows + i * stride_bytes, row_bytes);
    return packed;
  };
  return {.dataset = slice.name,
          .element = element,
          .begin = slice.block.begin,
          .rows = slice.rows,
          .row_bytes = row_bytes,
          .digest = hash_pieces(slice.rows, rows_per_batch(row_bytes), bytes)};
}

void expect_written(const std::string& file, const std::string& path, const std::vector<WrittenRows>& written) {
  const auto fail = [&](const std::string& found) {
    throw StorageError(fmt::format(
        "{}: what was written is not what the disk holds ({}); check its space, quota and health", path, found));
  };
  try {
    const H5Reader reader(file);
    for (const WrittenRows& w : written)
      if (digest_in_file(reader, w) != w.digest)
        fail(fmt::format("rows {} to {} of /{} differ", w.begin, w.begin + w.rows, w.dataset));
  } catch (const InputError& error) {
    fail(error.what());
  }
}

}  // namespace linktrail::h5
