#include "h5/h5_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "comm/file.h"
#include "comm/native.h"
#include "core/disk_space.h"
#include "core/hash.h"
#include "h5/detail/dataset_write.h"
#include "h5/detail/hdf5_error.h"
#include "h5/detail/read_back.h"

namespace linktrail::h5 {

// Outlives a constructor that throws, so that what it left is removed too. See ~H5Writer() for what it may not close.
struct H5Writer::Native {
  Native(std::string partial_file, const comm::Communicator& comm)
      : partial(std::move(partial_file)), root(comm.is_root()) {}
  ~Native() {
    if (std::uncaught_exceptions() > 0) file.release();
    file = Handle();
    if (root) std::remove(partial.c_str());  // renamed, there is none
  }
  Native(const Native&) = delete;
  Native& operator=(const Native&) = delete;

  std::string partial;
  bool root = false;
  Handle file;
  std::uint64_t reserved = 0;        // bytes of the partial file; counted on rank 0 only
  std::vector<WrittenRows> written;  // by this rank
};

namespace {

// For HDF5's own records: the superblock, the root group, and whatever it still writes when a file is given up.
constexpr std::uint64_t kMetadataRoom = std::uint64_t{64} << 10;
// For the header of a dataset or attribute, which takes some hundred bytes and is placed in blocks of 2 KiB.
constexpr std::uint64_t kObjectRoom = std::uint64_t{4} << 10;

std::string partial(const std::string& path) { return path + ".partial"; }

[[noreturn]] void throw_errno(const std::string& path, const char* operation) {
  throw StorageError(fmt::format("{}: cannot {}: {}; check that the folder exists, is writable and has space", path,
                                 operation, std::strerror(errno)));
}

// MPI and HDF5 hide the reason for a failed open; asking the system first gives a clear text. So does a disk that is
// full already.
void expect_writable(const std::string& path) {
  const int fd = open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0666);
  if (fd < 0) throw_errno(path, "create the file");
  close(fd);
  reserve_space(path, 0, kMetadataRoom);
}

void sync_to_disk(const std::string& path, int flags) {
  const int fd = open(path.c_str(), flags);
  if (fd < 0) throw_errno(path, "open for syncing");
  const int status = fsync(fd);
  close(fd);
  if (status != 0) throw_errno(path, "sync");
}

// After this the file exists under its name, also after a power cut.
void publish(const std::string& path) {
  sync_to_disk(partial(path), O_RDWR);
  if (std::rename(partial(path).c_str(), path.c_str()) != 0) throw_errno(path, "rename the partial file");
  const auto folder = std::filesystem::absolute(path).parent_path();
  sync_to_disk(folder, O_RDONLY | O_DIRECTORY);
}

Handle create_file(const std::string& path, const comm::Communicator& comm) {
  const Handle fapl = checked<StorageError>(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, path, "make properties");
  check<StorageError>(H5Pset_fapl_mpio(fapl, comm::native_handle(comm), MPI_INFO_NULL), path, "choose MPI-IO");
  check<StorageError>(H5Pset_coll_metadata_write(fapl, true), path, "ask for collective metadata");
  // The format of HDF5 1.8: it can leave time stamps out, and attributes (a config text) may exceed 64 KiB.
  check<StorageError>(H5Pset_libver_bounds(fapl, H5F_LIBVER_V18, H5F_LIBVER_V18), path, "choose the format");
  const Handle fcpl = checked<StorageError>(H5Pcreate(H5P_FILE_CREATE), H5Pclose, path, "make properties");
  check<StorageError>(H5Pset_obj_track_times(fcpl, false), path, "turn the root group's time stamps off");
  return checked<StorageError>(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, fcpl, fapl), H5Fclose, path, "create the file");
}

struct Attribute {
  const std::string& name;
  hid_t file_type;
  hid_t memory_type;
  const void* value;
};

void write_attribute(hid_t file, const std::string& path, const Attribute& attribute) {
  const std::string where = fmt::format("{}: attribute {}", path, attribute.name);
  const Handle space = checked<StorageError>(H5Screate(H5S_SCALAR), H5Sclose, where, "make the dataspace");
  const Handle id = checked<StorageError>(
      H5Acreate2(file, attribute.name.c_str(), attribute.file_type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, where,
      "create the attribute");
  check<StorageError>(H5Awrite(id, attribute.memory_type, attribute.value), where, "write the attribute");
}

Handle text_type(std::size_t length, const std::string& where) {
  Handle type = checked<StorageError>(H5Tcopy(H5T_C_S1), H5Tclose, where, "make a text type");
  check<StorageError>(H5Tset_size(type, std::max<std::size_t>(1, length)), where, "size a text type");
  check<StorageError>(H5Tset_strpad(type, H5T_STR_NULLPAD), where, "pad a text type");
  check<StorageError>(H5Tset_cset(type, H5T_CSET_UTF8), where, "set UTF-8");
  return type;
}

// The blocks of all ranks must tile the dataset; a gap would hold whatever the disk held.
void expect_tiling(const DatasetSlice& slice, const comm::Communicator& comm) {
  comm::expect_same_on_all_ranks(slice.block.total, slice.where + ": the number of rows", comm);
  comm::expect_same_on_all_ranks(slice.block.columns, slice.where + ": the number of columns", comm);
  const std::uint64_t rows = comm::all_reduce(slice.rows, comm::ReduceOp::kSum, comm);
  comm::agreed(comm, [&] {
    if (rows != slice.block.total || slice.block.begin + slice.rows > slice.block.total)
      throw Error(ExitCode::kInternal,
                  fmt::format("{}: {} rows from {} here and {} rows of all ranks do not tile {} rows", slice.where,
                              slice.rows, slice.block.begin, rows, slice.block.total));
  });
}

}  // namespace

H5Writer::H5Writer(const std::string& path, const comm::Communicator& comm)
    : path_(comm::agreed_output_path(path, comm)),
      comm_(comm),
      native_(std::make_unique<Native>(path_ + ".partial", comm)) {
  silence_hdf5();
  comm::agreed_on_root(comm_, [&] { expect_writable(partial(path_)); });
  native_->file = comm::agreed(comm_, [&] { return create_file(partial(path_), comm_); });
  reserve(kMetadataRoom);
}

H5Writer::~H5Writer() = default;

// HDF5 tells nobody, under MPI-IO, where its file ends. So every step announces the most that it can add, and no
// collective write, nor the flush of a file that is given up, meets a full disk.
void H5Writer::reserve(std::uint64_t more) {
  comm::agreed_on_root(comm_, [&] {
    const std::uint64_t end = native_->reserved + kObjectRoom + more;
    reserve_space(partial(path_), native_->reserved, end);
    native_->reserved = end;
  });
}

void H5Writer::set_attribute(const std::string& name, const std::string& value) {
  comm::expect_same_on_all_ranks(hash_bytes(value), fmt::format("{}: attribute {}", path_, name), comm_);
  reserve(2 * value.size());
  comm::agreed(comm_, [&] {
    const Handle type = text_type(value.size(), path_);
    write_attribute(native_->file, path_, {name, type, type, value.c_str()});
  });
}

void H5Writer::set_attribute(const std::string& name, std::int64_t value) {
  comm::expect_same_on_all_ranks(static_cast<std::uint64_t>(value), fmt::format("{}: attribute {}", path_, name),
                                 comm_);
  reserve(0);
  comm::agreed(comm_, [&] { write_attribute(native_->file, path_, {name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value}); });
}

void H5Writer::set_attribute(const std::string& name, double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  comm::expect_same_on_all_ranks(bits, fmt::format("{}: attribute {}", path_, name), comm_);
  reserve(0);
  comm::agreed(comm_, [&] {
    write_attribute(native_->file, path_, {name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value});
  });
}

WriteReport H5Writer::write_block(const LocalBlock& local, RowBlock block, WriteOptions options) {
  const std::uint64_t stride = std::max<std::uint64_t>(1, local.stride);
  const DatasetSlice slice{.name = local.dataset,
                           .where = fmt::format("{}: /{}", path_, local.dataset),
                           .type = native_type(local.element),
                           .data = local.data,
                           .rows = local.elements / stride,
                           .stride = stride,
                           .block = block};
  comm::agreed(comm_, [&] {
    if (local.elements % stride != 0)
      throw Error(ExitCode::kInternal,
                  fmt::format("{}: {} elements are no whole rows of {}", slice.where, local.elements, stride));
  });
  expect_tiling(slice, comm_);
  const std::uint64_t bytes = block.total * std::max<std::uint64_t>(1, block.columns) * slice.type.bytes;
  // Chunks that do not compress take their size, and that of the smaller ones they replace.
  reserve(options.storage == Storage::kCompressed ? 2 * bytes : bytes);
  const WriteReport report = create_and_write(native_->file, slice, options, comm_);
  native_->written.push_back(remember(slice, local.element));
  return report;
}

WriteReport H5Writer::write_rows(const std::string& dataset, MatrixView local, std::uint64_t row_begin,
                                 std::uint64_t rows_total, WriteOptions options) {
  const std::uint64_t stride = std::max(local.stride, local.dim);
  return write_block({dataset, Element::kFloat32, local.data, local.rows * stride, stride},
                     {.begin = row_begin, .total = rows_total, .columns = local.dim}, options);
}

void H5Writer::write_text(const std::string& dataset, const std::string& text) {
  comm::expect_same_on_all_ranks(hash_bytes(text), fmt::format("{}: /{}", path_, dataset), comm_);
  const std::span whole(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  const bool mine = comm_.is_root();
  write_rows<std::uint8_t>(dataset, mine ? whole : whole.first(0),
                           {.begin = mine ? 0 : text.size(), .total = text.size()});
}

void H5Writer::finish() {
  const hid_t file = native_->file.release();
  comm::agreed(comm_, [&] { check<StorageError>(H5Fclose(file), path_, "close the file"); });
  comm::agreed(comm_, [&] { expect_written(partial(path_), path_, native_->written); });
  comm::agreed_on_root(comm_, [&] { publish(path_); });
  native_.reset();
}

}  // namespace linktrail::h5
