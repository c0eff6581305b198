// Stock hnswlib alone, in the widest instructions that it has: compiled by itself, with AVX2 on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace linktrail::bench {

class StockSearch {
 public:
  StockSearch(const std::filesystem::path& path, std::size_t dim);
  ~StockSearch();
  StockSearch(const StockSearch&) = delete;
  StockSearch& operator=(const StockSearch&) = delete;

  // Labels of the k nearest; to is replaced.
  void search(const float* query, std::size_t k, std::size_t ef, std::vector<std::uint64_t>& to);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace linktrail::bench
