#include "stock_search.h"

#include <hnswlib/hnswlib.h>

namespace linktrail::bench {

struct StockSearch::Impl {
  Impl(const std::filesystem::path& path, std::size_t dim) : space(dim), index(&space, path.string()) {
    index.num_deleted_ = 0;  // hnswlib 0.6.2 leaves it uninitialised when it loads
  }
  hnswlib::InnerProductSpace space;
  hnswlib::HierarchicalNSW<float> index;
};

StockSearch::StockSearch(const std::filesystem::path& path, std::size_t dim)
    : impl_(std::make_unique<Impl>(path, dim)) {}
StockSearch::~StockSearch() = default;

void StockSearch::search(const float* query, std::size_t k, std::size_t ef, std::vector<std::uint64_t>& to) {
  impl_->index.setEf(ef);
  to.clear();
  for (auto heap = impl_->index.searchKnn(query, k); !heap.empty(); heap.pop()) to.push_back(heap.top().second);
}

}  // namespace linktrail::bench
