// Reads dumps of pagelinks as linktrail collect does, and hashes or keeps the key of every link: dump_bench FILE...
//
// Prints the rows, and the wall and processor seconds, of reading, decompressing and parsing alone.
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <filesystem>

#include "collect/dump_rows.h"
#include "collect/link_records.h"
#include "core/error.h"

int main(int argc, char** argv) {
  using namespace linktrail;
  using Clock = std::chrono::steady_clock;
  std::uint64_t rows = 0, sum = 0;
  const auto start = Clock::now();
  const std::clock_t busy = std::clock();
  try {
    for (int i = 1; i < argc; ++i) {
      const std::string path = argv[i];
      PagelinkRows links(
          {{path, std::filesystem::file_size(path), detect_compression(path)}, 0, DumpTable::kPagelinks});
      PagelinkRow row;
      for (; links.next(row); ++rows)
        sum += row.title.data() != nullptr ? title_key(0, row.title).low : id_key(0, row.target).low;
    }
  } catch (const Error& error) {
    fmt::print(stderr, "dump_bench: {}\n", error.what());
    return 1;
  }
  fmt::print("rows {} wall {:.3f} cpu {:.3f} sum {:x}\n", rows,
             std::chrono::duration<double>(Clock::now() - start).count(),
             static_cast<double>(std::clock() - busy) / CLOCKS_PER_SEC, sum);
  return 0;
}
