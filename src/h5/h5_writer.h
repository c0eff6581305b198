// Writes one HDF5 file from all ranks at once, collectively, and makes it appear only when complete.
//
// Everything here is collective: all ranks call in the same order. A fault on any rank becomes the same
// comm::AgreedError on every rank (ExitCode::kStorage for files and disks). The data go to `path`.partial;
// finish() reads them back and renames it. Space is reserved before it is written: a full disk is found there, not
// inside a collective write. No time stamps are stored: equal content gives equal bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "comm/communicator.h"
#include "core/matrix.h"
#include "h5/element.h"

namespace linktrail::h5 {

enum class Storage {
  kContiguous,  // one block: the fastest to write, and readable by mmap
  kCompressed,  // chunks with shuffle and gzip: for integers with few distinct high bytes
};

struct WriteOptions {
  Storage storage = Storage::kContiguous;
  // Largest write of one rank in one HDF5 call; MPI-IO counts are int. Equal on all ranks; tests lower it.
  std::uint64_t max_call_bytes = std::uint64_t{1} << 30;
};

// Where a rank's rows go. The blocks of all ranks must tile [0, total) without overlap; any may be empty.
struct RowBlock {
  std::uint64_t begin = 0;    // first row of this rank
  std::uint64_t total = 0;    // rows of the dataset, equal on all ranks
  std::uint64_t columns = 0;  // 0 = a 1-D dataset
};

// What HDF5 said about a finished write, equal on all ranks.
struct WriteReport {
  std::uint64_t calls = 0;  // collective write calls; 0 for a dataset without elements
  bool collective = true;   // every call was collective on every rank
};

class H5Writer {
 public:
  // Creates `path`.partial, replacing an older one; of a symbolic link, beside what it points at. Fails if a device, a
  // pipe or a folder stands at `path`.
  H5Writer(const std::string& path, const comm::Communicator& comm);

  // Without finish(): rank 0 removes the partial file. Does not throw. During an exception the HDF5 file is
  // left to MPI_Finalize, because closing is collective and the other ranks may not come here.
  ~H5Writer();
  H5Writer(const H5Writer&) = delete;
  H5Writer& operator=(const H5Writer&) = delete;

  // Attributes of the root group; the value must be equal on all ranks. Text is fixed-length UTF-8.
  void set_attribute(const std::string& name, const std::string& value);
  void set_attribute(const std::string& name, const char* value) { set_attribute(name, std::string(value)); }
  void set_attribute(const std::string& name, std::int64_t value);
  void set_attribute(const std::string& name, double value);

  // Creates `dataset` (a name without folders, e.g. "vectors") and writes this rank's rows: `local` holds
  // whole rows. Fails if HDF5 did not write collectively.
  template <H5Element T>
  WriteReport write_rows(const std::string& dataset, std::span<const T> local, RowBlock block,
                         WriteOptions options = {}) {
    return write_block({dataset, element_of<T>(), local.data(), local.size(), block.columns}, block, options);
  }

  // The same for a matrix whose rows are padded in memory: only `dim` columns reach the file. The dim must
  // be equal on all ranks, also on those without rows.
  WriteReport write_rows(const std::string& dataset, MatrixView local, std::uint64_t row_begin,
                         std::uint64_t rows_total, WriteOptions options = {});

  // A text, equal on all ranks, as a uint8 dataset: JSON or names. Any length.
  void write_text(const std::string& dataset, const std::string& text);

  // Closes, compares the file with what was given, syncs it to disk and renames it to the final path. No other call may
  // follow.
  void finish();

 private:
  struct Native;
  struct LocalBlock {
    const std::string& dataset;
    Element element;
    const void* data;
    std::uint64_t elements;  // in memory, padding included
    std::uint64_t stride;    // elements from row to row; 0 = 1-D
  };
  void reserve(std::uint64_t more);  // collective: bytes that the next step adds
  WriteReport write_block(const LocalBlock& local, RowBlock block, WriteOptions options);

  std::string path_;
  comm::Communicator comm_;
  std::unique_ptr<Native> native_;
};

}  // namespace linktrail::h5
