#include "h5/detail/dataset_write.h"

#include <algorithm>
#include <array>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "h5/chunk_policy.h"
#include "h5/detail/hdf5_error.h"

namespace linktrail::h5 {
namespace {

// gzip's cheapest level: most of the gain comes from the shuffle before it.
constexpr unsigned kGzipLevel = 1;

int rank_of(const RowBlock& block) { return block.columns == 0 ? 1 : 2; }
std::uint64_t width_of(const RowBlock& block) { return std::max<std::uint64_t>(1, block.columns); }

Handle creation_properties(const DatasetSlice& slice, Storage storage) {
  Handle dcpl = checked<StorageError>(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, slice.where, "make properties");
  check<StorageError>(H5Pset_obj_track_times(dcpl, false), slice.where, "turn time stamps off");
  if (storage == Storage::kContiguous || slice.block.total == 0) {
    // The rows of all ranks tile the dataset, so filling it first would write everything twice.
    check<StorageError>(H5Pset_fill_time(dcpl, H5D_FILL_TIME_NEVER), slice.where, "turn filling off");
    return dcpl;
  }
  const std::uint64_t row_bytes = width_of(slice.block) * slice.type.bytes;
  const std::array<hsize_t, 2> chunk{chunk_rows(slice.block.total, row_bytes), width_of(slice.block)};
  check<StorageError>(H5Pset_chunk(dcpl, rank_of(slice.block), chunk.data()), slice.where, "set chunks");
  check<StorageError>(H5Pset_shuffle(dcpl), slice.where, "set the shuffle filter");
  check<StorageError>(H5Pset_deflate(dcpl, kGzipLevel), slice.where, "set the gzip filter");
  return dcpl;
}

Handle create_dataset(hid_t file, const DatasetSlice& slice, Storage storage) {
  const std::array<hsize_t, 2> shape{slice.block.total, slice.block.columns};
  const Handle space = checked<StorageError>(H5Screate_simple(rank_of(slice.block), shape.data(), nullptr), H5Sclose,
                                             slice.where, "make the dataspace");
  const Handle dcpl = creation_properties(slice, storage);
  return checked<StorageError>(
      H5Dcreate2(file, slice.name.c_str(), slice.type.file, space, H5P_DEFAULT, dcpl, H5P_DEFAULT), H5Dclose,
      slice.where, "create the dataset");
}

// Part of this rank's rows, written by one call.
struct CallRows {
  std::uint64_t begin = 0;  // among this rank's rows
  std::uint64_t count = 0;
};

Handle file_selection(hid_t dataset, const DatasetSlice& slice, CallRows call) {
  Handle space = checked<StorageError>(H5Dget_space(dataset), H5Sclose, slice.where, "get the dataspace");
  const std::array<hsize_t, 2> start{slice.block.begin + call.begin, 0};
  const std::array<hsize_t, 2> count{call.count, width_of(slice.block)};
  check<StorageError>(call.count == 0
                          ? H5Sselect_none(space)
                          : H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
                      slice.where, "select rows of the file");
  return space;
}

// Memory is always described as rows x stride, of which the first `columns` are selected.
Handle memory_selection(const DatasetSlice& slice, CallRows call) {
  const std::array<hsize_t, 2> shape{std::max<std::uint64_t>(1, call.count), slice.stride};
  Handle space =
      checked<StorageError>(H5Screate_simple(2, shape.data(), nullptr), H5Sclose, slice.where, "describe the memory");
  const std::array<hsize_t, 2> start{0, 0};
  const std::array<hsize_t, 2> count{call.count, width_of(slice.block)};
  check<StorageError>(call.count == 0
                          ? H5Sselect_none(space)
                          : H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
                      slice.where, "select rows of the memory");
  return space;
}

// HDF5 may fall back to independent writes without an error; it says so only when asked. Empty if the last
// write with `dxpl` was collective; otherwise why not. One rank is no exception: it reports a collective write.
std::string why_independent(hid_t dxpl, const DatasetSlice& slice) {
  H5D_mpio_actual_io_mode_t mode = H5D_MPIO_NO_COLLECTIVE;
  std::uint32_t local = 0;
  std::uint32_t global = 0;
  check<StorageError>(H5Pget_mpio_actual_io_mode(dxpl, &mode), slice.where, "ask how the write went");
  check<StorageError>(H5Pget_mpio_no_collective_cause(dxpl, &local, &global), slice.where, "ask how the write went");
  if (global == H5D_MPIO_COLLECTIVE && mode != H5D_MPIO_NO_COLLECTIVE) return {};
  return fmt::format("HDF5 wrote independently instead of collectively (mode {}, cause {:#x} here, {:#x} anywhere)",
                     static_cast<int>(mode), local, global);
}

// Returns why_independent() of the call.
std::string write_call(hid_t dataset, hid_t dxpl, const DatasetSlice& slice, CallRows call) {
  static constexpr std::byte kNothing{};
  const Handle in_file = file_selection(dataset, slice, call);
  const Handle in_memory = memory_selection(slice, call);
  const auto* begin = call.count == 0
                          ? &kNothing
                          : static_cast<const std::byte*>(slice.data) + call.begin * slice.stride * slice.type.bytes;
  check<StorageError>(H5Dwrite(dataset, slice.type.memory, in_memory, in_file, dxpl, begin), slice.where,
                      "write; is the disk full?");
  return why_independent(dxpl, slice);
}

Handle collective_transfer(const DatasetSlice& slice) {
  Handle dxpl = checked<StorageError>(H5Pcreate(H5P_DATASET_XFER), H5Pclose, slice.where, "make properties");
  check<StorageError>(H5Pset_dxpl_mpio(dxpl, H5FD_MPIO_COLLECTIVE), slice.where, "ask for collective writes");
  return dxpl;
}

std::uint64_t rows_per_call(const DatasetSlice& slice, WriteOptions options) {
  return std::max<std::uint64_t>(1, options.max_call_bytes / (width_of(slice.block) * slice.type.bytes));
}

}  // namespace

WriteReport create_and_write(hid_t file, const DatasetSlice& slice, WriteOptions options,
                             const comm::Communicator& comm) {
  Handle dataset = comm::agreed(comm, [&] { return create_dataset(file, slice, options.storage); });
  if (slice.block.total == 0) return {};
  const Handle dxpl = comm::agreed(comm, [&] { return collective_transfer(slice); });

  const std::uint64_t step = rows_per_call(slice, options);
  const std::uint64_t calls = comm::all_reduce((slice.rows + step - 1) / step, comm::ReduceOp::kMax, comm);
  std::string independent;
  for (std::uint64_t i = 0; i < calls; ++i) {
    const std::uint64_t begin = std::min(i * step, slice.rows);
    auto why = comm::agreed(comm, [&] {
      return write_call(dataset, dxpl, slice, {begin, std::min(step, slice.rows - begin)});
    });
    if (independent.empty()) independent = std::move(why);
  }
  const hid_t id = dataset.release();
  comm::agreed(comm, [&] {
    check<StorageError>(H5Dclose(id), slice.where, "close the dataset");
    if (!independent.empty()) throw StorageError(fmt::format("{}: {}", slice.where, independent));
  });
  return {.calls = calls, .collective = independent.empty()};
}

}  // namespace linktrail::h5
