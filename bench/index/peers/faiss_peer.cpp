#include <faiss/IndexHNSW.h>
#include <faiss/impl/HNSW.h>
#include <fmt/format.h>
#include <omp.h>

#include "peer.h"

namespace linktrail::bench {
namespace {

class FaissPeer : public Peer {
 public:
  FaissPeer(std::size_t m, std::size_t ef_construction) : m_(m), ef_construction_(ef_construction) {}

  std::string name() const override { return fmt::format("faiss {}/{}", m_, ef_construction_); }

  void build(MatrixView rows, std::size_t threads) override {
    index_ = std::make_unique<faiss::IndexHNSWFlat>(static_cast<int>(rows.dim), static_cast<int>(m_),
                                                    faiss::METRIC_INNER_PRODUCT);
    index_->hnsw.efConstruction = static_cast<int>(ef_construction_);
    omp_set_num_threads(static_cast<int>(threads));
    std::vector<float> packed;
    packed.reserve(rows.rows * rows.dim);
    for (std::size_t i = 0; i < rows.rows; ++i) packed.insert(packed.end(), rows.row(i).begin(), rows.row(i).end());
    index_->add(static_cast<faiss::Index::idx_t>(rows.rows), packed.data());
    omp_set_num_threads(1);
    faiss::hnsw_stats.reset();
  }

  void search(const float* query, std::size_t k, std::size_t effort, std::vector<std::uint64_t>& to) override {
    index_->hnsw.efSearch = static_cast<int>(effort);
    scores_.resize(k);
    ids_.resize(k);
    index_->search(1, query, static_cast<faiss::Index::idx_t>(k), scores_.data(), ids_.data());
    to.clear();
    for (const auto id : ids_)
      if (id >= 0) to.push_back(static_cast<std::uint64_t>(id));
  }

  std::uint64_t distances() const override { return faiss::hnsw_stats.n3; }

 private:
  std::size_t m_;
  std::size_t ef_construction_;
  std::unique_ptr<faiss::IndexHNSWFlat> index_;
  std::vector<float> scores_;
  std::vector<faiss::Index::idx_t> ids_;
};

}  // namespace

std::unique_ptr<Peer> make_faiss_hnsw(std::size_t m, std::size_t ef_construction) {
  return std::make_unique<FaissPeer>(m, ef_construction);
}

}  // namespace linktrail::bench
