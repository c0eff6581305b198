#include <fmt/format.h>
#include <hnswlib/hnswlib.h>

#include <atomic>
#include <thread>

#include "peer.h"

namespace linktrail::bench {
namespace {

// hnswlib's inner product, counted.
class CountedSpace : public hnswlib::SpaceInterface<float> {
 public:
  explicit CountedSpace(std::size_t dim) : space_(dim), function_(space_.get_dist_func()) {}

  std::size_t get_data_size() override { return space_.get_data_size(); }
  hnswlib::DISTFUNC<float> get_dist_func() override { return counted_distance; }
  void* get_dist_func_param() override { return this; }
  std::uint64_t count() const { return count_; }

 private:
  static float counted_distance(const void* a, const void* b, const void* self) {
    // hnswlib passes on as const what it was given as not.
    auto* space = static_cast<CountedSpace*>(const_cast<void*>(self));
    space->count_.fetch_add(1, std::memory_order_relaxed);
    return space->function_(a, b, space->space_.get_dist_func_param());
  }

  hnswlib::InnerProductSpace space_;
  hnswlib::DISTFUNC<float> function_;
  std::atomic<std::uint64_t> count_ = 0;
};

void add_all(hnswlib::HierarchicalNSW<float>& index, MatrixView rows, std::size_t threads) {
  index.addPoint(rows.row_data(0), 0);
  std::atomic<std::size_t> next = 1;
  std::vector<std::jthread> workers;
  for (std::size_t t = 0; t < threads; ++t)
    workers.emplace_back([&] {
      for (std::size_t i = next++; i < rows.rows; i = next++) index.addPoint(rows.row_data(i), i);
    });
}

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
    add_all(*index_, rows, threads);
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

// Built for its number of distances, not to be searched.
class CountedPeer : public Peer {
 public:
  CountedPeer(std::size_t m, std::size_t ef_construction) : m_(m), ef_construction_(ef_construction) {}

  std::string name() const override { return fmt::format("hnswlib {}/{}, counted", m_, ef_construction_); }
  void build(MatrixView rows, std::size_t threads) override {
    CountedSpace space(rows.dim);
    hnswlib::HierarchicalNSW<float> index(&space, rows.rows, m_, ef_construction_);
    add_all(index, rows, threads);
    count_ = space.count();
  }
  void search(const float*, std::size_t, std::size_t, std::vector<std::uint64_t>& to) override { to.clear(); }
  std::uint64_t distances() const override { return 0; }
  std::uint64_t build_distances() const override { return count_; }

 private:
  std::size_t m_;
  std::size_t ef_construction_;
  std::uint64_t count_ = 0;
};

}  // namespace

std::unique_ptr<Peer> make_counted_hnswlib(std::size_t m, std::size_t ef_construction) {
  return std::make_unique<CountedPeer>(m, ef_construction);
}

std::unique_ptr<Peer> make_hnswlib(std::size_t m, std::size_t ef_construction) {
  return std::make_unique<HnswlibPeer>(m, ef_construction);
}

std::unique_ptr<Peer> load_hnswlib(const std::filesystem::path& path, std::size_t dim) {
  return std::make_unique<HnswlibPeer>(path, dim);
}

}  // namespace linktrail::bench
