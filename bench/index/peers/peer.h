// What the indexes that we are measured against have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/matrix.h"

namespace linktrail::bench {

class Peer {
 public:
  Peer() = default;
  virtual ~Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  virtual std::string name() const = 0;
  // Rows are of length 1 or 0; row i gets id i.
  virtual void build(MatrixView rows, std::size_t threads) = 0;
  // Ids of the k nearest by inner product. `effort` is the beam of a graph.
  virtual void search(const float* query, std::size_t k, std::size_t effort, std::vector<std::uint64_t>& to) = 0;
  // Evaluated by searches since it was built; 0 where the library does not tell.
  virtual std::uint64_t distances() const = 0;
  // Evaluated to build it; 0 where it was not counted.
  virtual std::uint64_t build_distances() const { return 0; }
};

std::unique_ptr<Peer> make_hnswlib(std::size_t m, std::size_t ef_construction);
// The same, which counts what building evaluates: its seconds tell nothing.
std::unique_ptr<Peer> make_counted_hnswlib(std::size_t m, std::size_t ef_construction);
// A file whose labels are row numbers counted from 1.
std::unique_ptr<Peer> load_hnswlib(const std::filesystem::path& path, std::size_t dim);
std::unique_ptr<Peer> make_faiss_hnsw(std::size_t m, std::size_t ef_construction);
std::unique_ptr<Peer> make_annoy(std::size_t trees);

}  // namespace linktrail::bench
