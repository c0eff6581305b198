// Records by bucket, in memory up to a limit that several stores share; what does not fit goes to a scratch file.
//
// The scratch file has mode 0600 and no name from the start, so it vanishes with the process however that ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace linktrail {

class RecordStore;

// Memory for the blocks of the stores of one rank. When it is used up, the store that holds most moves to scratch.
class BlockPool {
 public:
  static constexpr std::size_t kBlockBytes = 16UL << 10;

  // `scratch` is a folder that exists. At least 16 blocks are granted.
  BlockPool(std::uint64_t limit_bytes, std::string scratch);
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  std::uint64_t spilled_bytes() const { return spilled_; }  // so far, by all stores
  const std::string& scratch() const { return scratch_; }

 private:
  friend class RecordStore;
  using Block = std::unique_ptr<char[]>;

  Block take();
  void give_back(Block block);

  std::uint64_t limit_blocks_;
  std::uint64_t used_blocks_ = 0;
  std::uint64_t spilled_ = 0;
  std::string scratch_;
  std::vector<Block> free_;
  std::vector<RecordStore*> stores_;
};

class RecordStore {
 public:
  // `pool` outlives the store.
  RecordStore(std::size_t buckets, BlockPool& pool);
  ~RecordStore();
  RecordStore(const RecordStore&) = delete;
  RecordStore& operator=(const RecordStore&) = delete;

  std::size_t buckets() const { return buckets_.size(); }
  std::uint64_t bytes(std::size_t bucket) const { return buckets_[bucket].bytes; }

  // Throws StorageError if scratch is needed and cannot be written.
  void append(std::size_t bucket, std::span<const char> bytes);

  // Fills `out` from `offset` on; returns how much there was. Bytes come in the order they were appended. Throws
  // StorageError if scratch cannot be read.
  std::size_t read(std::size_t bucket, std::uint64_t offset, std::span<char> out) const;

  // The whole bucket as records.
  template <class Record>
  std::vector<Record> load(std::size_t bucket) const {
    std::vector<Record> records(bytes(bucket) / sizeof(Record));
    read(bucket, 0, {reinterpret_cast<char*>(records.data()), records.size() * sizeof(Record)});
    return records;
  }

  // Frees the memory of the bucket, and its space on scratch where the file system can.
  void drop(std::size_t bucket);

 private:
  friend class BlockPool;
  struct Extent {
    std::uint64_t offset, bytes;
  };
  struct Bucket {
    std::vector<Extent> extents;  // on scratch, before the blocks
    std::vector<BlockPool::Block> blocks;
    std::uint64_t spilled = 0;  // bytes of the extents
    std::uint64_t bytes = 0;
  };

  void spill();
  void open_scratch();
  void write_out(const Bucket& bucket);

  BlockPool& pool_;
  std::vector<Bucket> buckets_;
  std::uint64_t blocks_ = 0;
  int fd_ = -1;
  std::uint64_t file_end_ = 0;
};

}  // namespace linktrail
