// metrics.jsonl: one JSON object a round of training, appended and flushed, so that a killed run keeps its curve.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace linktrail {

inline constexpr int kMetricsSchema = 1;

struct MetricsRow {
  std::string run_id{};
  std::string stage{};      // "train reader"
  std::uint32_t epoch = 0;  // from 0
  std::uint64_t step = 0;   // round, from 0
  double wall_s = 0;        // since the start of the stage
  std::uint64_t words = 0;  // so far, all ranks
  double words_per_s = 0;   // all ranks
  double loss = 0;          // mean over the examples of the round
  double lr = 0;
  double sync_s = 0;          // in this round, most over ranks
  double wait_max_s = 0;      // longest wait for the slowest rank in this round
  std::uint64_t rss_max = 0;  // bytes, largest rank
};

enum class MetricsStart {
  kFresh,   // replaces an older file
  kResume,  // appends to it
};

class MetricsWriter {
 public:
  // Throws StorageError if the file cannot be opened.
  MetricsWriter(const std::filesystem::path& path, MetricsStart start);
  // Throws StorageError if the line cannot be written. Values that are not finite become null.
  void append(const MetricsRow& row);

 private:
  std::filesystem::path path_;
  std::ofstream out_;
};

// Rows of the file in order; null reads as NaN. Lines cut short by a kill are skipped. Rounds that a resumed run
// repeated count once: a row replaces the rows just before it of the same stage and of its step or a greater one.
// Throws InputError for a file that cannot be read.
std::vector<MetricsRow> read_metrics(const std::filesystem::path& path);

}  // namespace linktrail
