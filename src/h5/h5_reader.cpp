#include "h5/h5_reader.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "h5/detail/handle.h"
#include "h5/detail/hdf5_error.h"
#include "h5/detail/native_type.h"

namespace linktrail::h5 {

struct H5Reader::Native {
  Handle file;
};

namespace {

Handle open_file(const std::string& path) {
  if (!std::filesystem::exists(path)) throw InputError(path + ": no such file");
  if (H5Fis_hdf5(path.c_str()) <= 0)
    throw InputError(path + ": not an HDF5 file; give a file that linktrail embed wrote");
  const Handle fapl = checked<InputError>(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, path, "make properties");
  // Finished files never change, and locks fail on some network file systems.
  check<InputError>(H5Pset_file_locking(fapl, false, true), path, "turn locking off");
  return checked<InputError>(H5Fopen(path.c_str(), H5F_ACC_RDONLY, fapl), H5Fclose, path, "open the file");
}

std::string at(const std::string& path, const std::string& dataset) { return fmt::format("{}: /{}", path, dataset); }

Handle open_dataset(hid_t file, const std::string& path, const std::string& name) {
  if (H5Lexists(file, name.c_str(), H5P_DEFAULT) <= 0) throw InputError(at(path, name) + ": no such dataset");
  return checked<InputError>(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose, at(path, name), "open the dataset");
}

Shape shape_of(hid_t dataset, const std::string& where) {
  const Handle space = checked<InputError>(H5Dget_space(dataset), H5Sclose, where, "get the dataspace");
  const int dimensions = H5Sget_simple_extent_ndims(space);
  if (dimensions < 1 || dimensions > 2)
    throw InputError(fmt::format("{}: expected 1 or 2 dimensions, found {}", where, dimensions));
  std::array<hsize_t, 2> extent{0, 0};
  H5Sget_simple_extent_dims(space, extent.data(), nullptr);
  return {extent[0], extent[1]};
}

// Byte order may differ, since HDF5 converts it; class, width and sign may not.
bool same_kind(hid_t found, hid_t expected) {
  const H5T_class_t kind = H5Tget_class(found);
  return kind == H5Tget_class(expected) && H5Tget_size(found) == H5Tget_size(expected) &&
         (kind != H5T_INTEGER || H5Tget_sign(found) == H5Tget_sign(expected));
}

std::string kind_text(hid_t type) {
  const std::size_t bits = H5Tget_size(type) * 8;
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      return fmt::format("float{}", bits);
    case H5T_INTEGER:
      return fmt::format("{}{}", H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int", bits);
    case H5T_STRING:
      return "text";
    default:
      return "a compound or other type";
  }
}

void expect_kind(hid_t dataset, Element element, const std::string& where) {
  const Handle found = checked<InputError>(H5Dget_type(dataset), H5Tclose, where, "get the type");
  const NativeType expected = native_type(element);
  if (!same_kind(found, expected.file))
    throw InputError(fmt::format("{}: expected {}, found {}", where, expected.name, kind_text(found)));
}

void expect_in_range(std::uint64_t begin, std::uint64_t rows, const Shape& shape, const std::string& where) {
  if (begin > shape.rows || rows > shape.rows - begin)
    throw InputError(fmt::format("{}: expected at least {} + {} rows, found {}", where, begin, rows, shape.rows));
}

Handle open_attribute(hid_t file, const std::string& path, const std::string& name) {
  const std::string where = fmt::format("{}: attribute {}", path, name);
  if (H5Aexists(file, name.c_str()) <= 0) throw InputError(where + ": missing");
  return checked<InputError>(H5Aopen(file, name.c_str(), H5P_DEFAULT), H5Aclose, where, "open the attribute");
}

Handle attribute_type(hid_t attribute, const std::string& where) {
  return checked<InputError>(H5Aget_type(attribute), H5Tclose, where, "get the type");
}

std::string read_variable_text(hid_t attribute, hid_t type, const std::string& where) {
  char* text = nullptr;
  check<InputError>(H5Aread(attribute, type, static_cast<void*>(&text)), where, "read the attribute");
  std::string copy = text ? text : "";
  H5free_memory(text);
  return copy;
}

std::string read_fixed_text(hid_t attribute, hid_t type, const std::string& where) {
  std::string text(H5Tget_size(type), '\0');
  check<InputError>(H5Aread(attribute, type, text.data()), where, "read the attribute");
  text.erase(text.find_last_not_of('\0') + 1);  // padding
  return text;
}

struct NumberRequest {
  hid_t memory_type;
  bool floats_too;
};

void read_number(hid_t attribute, const std::string& where, NumberRequest request, void* out) {
  const Handle type = attribute_type(attribute, where);
  const H5T_class_t kind = H5Tget_class(type);
  if (kind != H5T_INTEGER && !(request.floats_too && kind == H5T_FLOAT))
    throw InputError(fmt::format("{}: expected {}, found {}", where, request.floats_too ? "a number" : "an integer",
                                 kind_text(type)));
  check<InputError>(H5Aread(attribute, request.memory_type, out), where, "read the attribute");
}

}  // namespace

H5Reader::H5Reader(std::string path) : path_(std::move(path)), native_(std::make_unique<Native>()) {
  silence_hdf5();
  native_->file = open_file(path_);
}

H5Reader::~H5Reader() = default;
H5Reader::H5Reader(H5Reader&&) noexcept = default;
H5Reader& H5Reader::operator=(H5Reader&&) noexcept = default;

bool H5Reader::has_dataset(const std::string& name) const {
  return H5Lexists(native_->file, name.c_str(), H5P_DEFAULT) > 0;
}

Shape H5Reader::shape(const std::string& name) const {
  return shape_of(open_dataset(native_->file, path_, name), at(path_, name));
}

std::size_t H5Reader::elements_of(const std::string& name, std::uint64_t rows) const {
  const Shape found = shape(name);
  expect_in_range(0, rows, found, at(path_, name));  // before memory is asked for
  return rows * std::max<std::uint64_t>(1, found.columns);
}

void H5Reader::read_block(const Request& request, void* out, std::uint64_t stride) const {
  const std::string where = at(path_, request.name);
  const Handle dataset = open_dataset(native_->file, path_, request.name);
  const Shape found = shape_of(dataset, where);
  expect_kind(dataset, request.element, where);
  expect_in_range(request.begin, request.rows, found, where);
  const std::uint64_t width = std::max<std::uint64_t>(1, found.columns);
  if (request.rows == 0) return;

  const Handle in_file = checked<InputError>(H5Dget_space(dataset), H5Sclose, where, "get the dataspace");
  const std::array<hsize_t, 2> start{request.begin, 0};
  const std::array<hsize_t, 2> count{request.rows, width};
  check<InputError>(H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr), where,
                    "select rows");
  const std::array<hsize_t, 2> memory_shape{request.rows, stride == 0 ? width : stride};
  const std::array<hsize_t, 2> origin{0, 0};
  const Handle in_memory =
      checked<InputError>(H5Screate_simple(2, memory_shape.data(), nullptr), H5Sclose, where, "describe the memory");
  check<InputError>(H5Sselect_hyperslab(in_memory, H5S_SELECT_SET, origin.data(), nullptr, count.data(), nullptr),
                    where, "select the memory");
  check<InputError>(H5Dread(dataset, native_type(request.element).memory, in_memory, in_file, H5P_DEFAULT, out), where,
                    "read");
}

Matrix H5Reader::read_matrix(const std::string& name, std::uint64_t begin, std::uint64_t rows) const {
  const Shape found = shape(name);
  if (found.columns == 0) throw InputError(at(path_, name) + ": expected 2 dimensions, found 1");
  expect_in_range(begin, rows, found, at(path_, name));
  Matrix matrix(rows, found.columns);
  read_block({name, Element::kFloat32, begin, rows}, matrix.data(), matrix.stride());
  return matrix;
}

std::string H5Reader::read_text(const std::string& name) const {
  const auto bytes = read_all<std::uint8_t>(name);
  return {bytes.begin(), bytes.end()};
}

bool H5Reader::has_attribute(const std::string& name) const { return H5Aexists(native_->file, name.c_str()) > 0; }

std::string H5Reader::text_attribute(const std::string& name) const {
  const std::string where = fmt::format("{}: attribute {}", path_, name);
  const Handle attribute = open_attribute(native_->file, path_, name);
  const Handle type = attribute_type(attribute, where);
  if (H5Tget_class(type) != H5T_STRING)
    throw InputError(fmt::format("{}: expected text, found {}", where, kind_text(type)));
  return H5Tis_variable_str(type) > 0 ? read_variable_text(attribute, type, where)
                                      : read_fixed_text(attribute, type, where);
}

std::int64_t H5Reader::int_attribute(const std::string& name) const {
  std::int64_t value = 0;
  read_number(open_attribute(native_->file, path_, name), fmt::format("{}: attribute {}", path_, name),
              {.memory_type = H5T_NATIVE_INT64, .floats_too = false}, &value);
  return value;
}

double H5Reader::double_attribute(const std::string& name) const {
  double value = 0;
  read_number(open_attribute(native_->file, path_, name), fmt::format("{}: attribute {}", path_, name),
              {.memory_type = H5T_NATIVE_DOUBLE, .floats_too = true}, &value);
  return value;
}

}  // namespace linktrail::h5
