#include <fmt/format.h>
#include <hnswlib/hnswlib.h>

#include <atomic>
#include <thread>

#include "peer.h"

namespace linktrail::bench {
namespace {

class HnswlibPeer : public Peer {
 public:
  HnswlibPeer(std::size_t m, std::size_t ef_construction) : m_(m), ef_construction_(ef_construction) {}

  HnswlibPeer(const std::filesystem::path& path, std::size_t dim)
      : first_(1),
        space_(std::make_unique<hnswlib::InnerProductSpace>(dim)),
        index_(std::make_unique<hnswlib::HierarchicalNSW<float>>(space_.get(), path.string())) {
    index_->num_deleted_ = 0;  // hnswlib 0.6.2 leaves it uninitialised when it loads
  }

  std::string name() const override {
    return ef_construction_ == 0 ? "file" : fmt::format("hnswlib {}/{}", m_, ef_construction_);
  }

  void build(MatrixView rows, std::size_t threads) override {
    space_ = std::make_unique<hnswlib::InnerProductSpace>(rows.dim);
    index_ = std::make_unique<hnswlib::HierarchicalNSW<float>>(space_.get(), rows.rows, m_, ef_construction_);
    index_->addPoint(rows.row_data(0), 0);
    std::atomic<std::size_t> next = 1;
    std::vector<std::jthread> workers;
    for (std::size_t t = 0; t < threads; ++t)
      workers.emplace_back([&] {
        for (std::size_t i = next++; i < rows.rows; i = next++) index_->addPoint(rows.row_data(i), i);
      });
  }

  void search(const float* query, std::size_t k, std::size_t effort, std::vector<std::uint64_t>& to) override {
    index_->setEf(effort);
    to.clear();
    for (auto heap = index_->searchKnn(query, k); !heap.empty(); heap.pop()) to.push_back(heap.top().second - first_);
  }

  std::uint64_t distances() const override {
    return static_cast<std::uint64_t>(index_->metric_distance_computations.load());
  }

 private:
  std::size_t m_ = 0;
  std::size_t ef_construction_ = 0;
  std::size_t first_ = 0;  // label of row 0
  std::unique_ptr<hnswlib::InnerProductSpace> space_;
  std::unique_ptr<hnswlib::HierarchicalNSW<float>> index_;
};

}  // namespace

std::unique_ptr<Peer> make_hnswlib(std::size_t m, std::size_t ef_construction) {
  return std::make_unique<HnswlibPeer>(m, ef_construction);
}

std::unique_ptr<Peer> load_hnswlib(const std::filesystem::path& path, std::size_t dim) {
  return std::make_unique<HnswlibPeer>(path, dim);
}

}  // namespace linktrail::bench
