// Index files that are cut short, have any bit turned, or are something else: a clear error or a sound answer, never
// more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/error.h"
#include "index/compact_search.h"
#include "index/compact_writer.h"
#include "index/hnswlib_adapter.h"
#include "index/index_search.h"
#include "support/file_damage.h"
#include "unit/index/clustered_points.h"
#include "unit/index/graph_checks.h"

namespace linktrail {
namespace {

namespace fs = std::filesystem;
using test::for_each_cut;
using test::for_each_flip;

constexpr std::size_t kDim = 5;
constexpr std::size_t kNodes = 24;

// Small, so that every bit of it can be turned.
class Damage : public ::testing::Test {
 protected:
  void SetUp() override {
    points_ = make_clustered_points({.count = kNodes, .dim = kDim, .clusters = 4});
    write_hnswlib_file(hnsw_, build_with_hnswlib(points_, labels_from_1000(kNodes), {.m = 4, .ef_construction = 20}));
    write_compact_file(compact_, HnswlibView(hnsw_, kDim));
  }
  void TearDown() override {
    fs::remove(hnsw_);
    fs::remove(compact_);
  }

  // An InputError that names the file, or an answer of articles' numbers; anything else fails or crashes.
  void ask(const fs::path& path) {
    try {
      const auto index = open_index(path, kDim);
      for (std::size_t row = 0; row < kNodes; row += 13) {
        const auto found = index->search(points_.row(row), 10, 40);
        EXPECT_LE(found.size(), 10U);
        index->vector(1000 + static_cast<Qid>(row));
      }
    } catch (const InputError& error) {
      EXPECT_FALSE(std::string(error.what()).empty());
    }
  }

  fs::path hnsw_ = scratch_file("d.hnsw");
  fs::path compact_ = scratch_file("d.compact");
  Matrix points_;
};

TEST_F(Damage, CompactOfEveryLengthButItsOwnIsRefused) {
  for_each_cut(compact_, [&](std::uintmax_t size) { EXPECT_THROW(CompactIndex index(compact_), InputError) << size; });
}

TEST_F(Damage, CompactWithBytesAfterItsEndIsRefused) {
  fs::resize_file(compact_, fs::file_size(compact_) + 1);
  EXPECT_THROW(CompactIndex index(compact_), InputError);
}

TEST_F(Damage, EveryBitOfACompactFileIsChecked) {
  for_each_flip(compact_, [&](std::uintmax_t at, int bit) {
    EXPECT_THROW(CompactIndex(compact_, CompactCheck::kAll), InputError) << at << " " << bit;
  });
  EXPECT_NO_THROW(CompactIndex(compact_, CompactCheck::kAll));
}

TEST_F(Damage, EveryBitOfACompactHeaderIsCheckedAtOpening) {
  for_each_flip(compact_, [&](std::uintmax_t at, int bit) {
    if (at >= sizeof(CompactHeader)) return;
    EXPECT_THROW(CompactIndex index(compact_), InputError) << at << " " << bit;
  });
}

TEST_F(Damage, ACompactFileWithAnyBitTurnedIsAskedWithoutHarm) {
  for_each_flip(compact_, [&](std::uintmax_t, int) { ask(compact_); });
}

// A hash can be made up: the numbers behind it are checked too.
TEST_F(Damage, ACompactHeaderOfNonsenseWithTheRightHashIsRefused) {
  CompactHeader header;
  std::fstream file(compact_, std::ios::in | std::ios::out | std::ios::binary);
  file.read(reinterpret_cast<char*>(&header), sizeof header);
  for (std::size_t at = 16; at < offsetof(CompactHeader, hash); ++at) {
    if (at >= offsetof(CompactHeader, producer) && at < offsetof(CompactHeader, sections)) continue;
    for (const int bit : {0, 3, 7}) {
      CompactHeader other = header;
      reinterpret_cast<unsigned char*>(&other)[at] ^= static_cast<unsigned char>(1 << bit);
      other.hash = compact_hash({reinterpret_cast<const char*>(&other), offsetof(CompactHeader, hash)});
      file.seekp(0);
      file.write(reinterpret_cast<const char*>(&other), sizeof other);
      file.flush();
      ask(compact_);
    }
  }
}

TEST_F(Damage, ALaterVersionIsRefusedByItsNumber) {
  std::fstream file(compact_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(8);
  file.put(2);
  file.flush();
  try {
    CompactIndex index(compact_);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::AllOf(::testing::HasSubstr("2.0"), ::testing::HasSubstr("1.x")));
  }
}

TEST_F(Damage, HnswlibFilesOfEveryLengthButTheirOwnAreRefused) {
  for_each_cut(hnsw_, [&](std::uintmax_t size) {
    EXPECT_THROW(HnswlibView(hnsw_, kDim), InputError) << size;
    EXPECT_THROW(read_hnswlib_file(hnsw_, kDim), InputError) << size;
    EXPECT_THROW(HnswlibIndex(hnsw_, kDim), InputError) << size;
  });
}

TEST_F(Damage, AnHnswlibFileWithAnyBitTurnedIsAskedWithoutHarm) {
  for_each_flip(hnsw_, [&](std::uintmax_t, int) { ask(hnsw_); });
}

TEST_F(Damage, ACompactFileIsMadeOfADamagedOneWithoutHarm) {
  for_each_flip(hnsw_, [&](std::uintmax_t at, int bit) {
    if (static_cast<std::uintmax_t>(bit) != at % 8) return;
    try {
      write_compact_file(compact_, HnswlibView(hnsw_, kDim));
    } catch (const InputError&) {
      return;
    }
    ask(compact_);
  });
}

TEST_F(Damage, StockHnswlibIsOnlyGivenWhatItCanStand) {
  for_each_flip(hnsw_, [&](std::uintmax_t, int) {
    try {
      HnswlibIndex index(hnsw_, kDim);
      index.search(points_.row(0), 10, 40);
    } catch (const InputError&) {
    }
  });
}

TEST_F(Damage, ForeignFilesAreRefused) {
  const fs::path foreign = scratch_file("foreign");
  for (const std::string& content :
       {std::string(), std::string("LTCO"), std::string("Q42 Q7\n"), std::string(5000, '\0'), std::string(5000, '\xff'),
        "\x89HDF\r\n\x1a\n" + std::string(4000, 'x')}) {
    std::ofstream(foreign, std::ios::binary) << content;
    EXPECT_THROW(open_index(foreign, kDim), InputError);
    EXPECT_THROW(CompactIndex index(foreign), InputError);
    EXPECT_THROW(HnswlibIndex(foreign, kDim), InputError);
  }
  fs::remove(foreign);
  EXPECT_THROW(open_index(foreign, kDim), InputError);
  EXPECT_THROW(CompactIndex index(foreign), InputError);
  EXPECT_THROW(open_index(fs::temp_directory_path(), kDim), InputError);
  EXPECT_THROW(CompactIndex index(fs::temp_directory_path()), InputError);
  EXPECT_THROW(open_index(hnsw_, kDim + 1), InputError);
}

}  // namespace
}  // namespace linktrail
