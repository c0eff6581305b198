// Reads a finished HDF5 file. Not collective: each rank opens and reads what it needs on its own.
//
// Faults are InputErrors that name the file and the dataset or attribute: missing, not HDF5, truncated,
// another element type or number of dimensions, rows out of range.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/matrix.h"
#include "h5/element.h"

namespace linktrail::h5 {

struct Shape {
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;  // 0 = 1-D
  bool operator==(const Shape&) const = default;
};

class H5Reader {
 public:
  explicit H5Reader(std::string path);
  ~H5Reader();
  H5Reader(H5Reader&&) noexcept;
  H5Reader& operator=(H5Reader&&) noexcept;

  const std::string& path() const { return path_; }

  bool has_dataset(const std::string& name) const;
  Shape shape(const std::string& name) const;  // of a 1-D or 2-D dataset

  // Rows [begin, begin + rows), row after row without padding.
  template <H5Element T>
  std::vector<T> read_rows(const std::string& name, std::uint64_t begin, std::uint64_t rows) const {
    std::vector<T> values(elements_of(name, rows));
    read_block({name, element_of<T>(), begin, rows}, values.data(), 0);
    return values;
  }
  template <H5Element T>
  std::vector<T> read_all(const std::string& name) const {
    return read_rows<T>(name, 0, shape(name).rows);
  }

  // Rows of a 2-D float32 dataset as a padded matrix.
  Matrix read_matrix(const std::string& name, std::uint64_t begin, std::uint64_t rows) const;

  // What H5Writer::write_text wrote.
  std::string read_text(const std::string& name) const;

  // Attributes of the root group. Texts of fixed and of variable length are both read.
  bool has_attribute(const std::string& name) const;
  std::string text_attribute(const std::string& name) const;
  std::int64_t int_attribute(const std::string& name) const;  // any integer type
  double double_attribute(const std::string& name) const;     // any number

 private:
  struct Native;
  struct Request {
    const std::string& name;
    Element element;
    std::uint64_t begin;
    std::uint64_t rows;
  };
  std::size_t elements_of(const std::string& name, std::uint64_t rows) const;
  void read_block(const Request& request, void* out, std::uint64_t stride) const;  // stride 0 = columns

  std::string path_;
  std::unique_ptr<Native> native_;
};

}  // namespace linktrail::h5
