#include "index/hnswlib_adapter.h"

#include <fmt/format.h>
#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <numeric>

#include "core/checked_cast.h"
#include "core/error.h"
#include "core/random.h"
#include "index/distance.h"
#include "index/hnswlib_file.h"

namespace linktrail {

namespace {

using Stock = hnswlib::HierarchicalNSW<float>;

// hnswlib hands the third argument of its distance function back to us; some of its functions read it as a size_t dim,
// so that comes first.
struct Context {
  std::size_t dim = 0;
  DotKernel dot = nullptr;
  std::uint64_t evaluated = 0;
};

float counted_distance(const void* a, const void* b, const void* context) {
  // The count belongs to the space that hnswlib only lends as const.
  auto* counter = const_cast<Context*>(static_cast<const Context*>(context));
  ++counter->evaluated;
  return 1.0F - counter->dot(static_cast<const float*>(a), static_cast<const float*>(b), counter->dim);
}

// Inner product in the project's own kernel, counting evaluations. 1 - dot, as hnswlib::InnerProductSpace.
class CountingSpace : public hnswlib::SpaceInterface<float> {
 public:
  explicit CountingSpace(std::size_t dim) : context_{dim, best_dot_kernel(), 0} {}
  std::size_t get_data_size() override { return context_.dim * sizeof(float); }
  hnswlib::DISTFUNC<float> get_dist_func() override { return counted_distance; }
  void* get_dist_func_param() override { return &context_; }
  std::uint64_t evaluated() const { return context_.evaluated; }

 private:
  Context context_;
};

std::vector<std::uint32_t> insertion_order(std::size_t rows, std::uint64_t seed) {
  std::vector<std::uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0U);
  RandomStream random({.seed = seed, .stage = RandomStage::kShuffle, .record = rows});
  for (std::size_t i = rows; i > 1; --i) std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
  return order;
}

std::vector<std::uint8_t> levels_of(const HnswlibBuild& build) {
  if (!build.levels.empty()) return {build.levels.begin(), build.levels.end()};
  std::vector<std::uint8_t> levels;
  levels.reserve(build.labels.size());
  for (const Qid label : build.labels) levels.push_back(level_of(label, build.params));
  return levels;
}

// hnswlib numbers nodes by insertion; its label is our row, so `to_row` undoes the shuffle.
std::vector<NodeId> stock_list(const Stock& stock, hnswlib::tableint node, int level) {
  hnswlib::linklistsizeint* list = stock.get_linklist_at_level(node, level);
  const hnswlib::tableint* ids = list + 1;
  std::vector<NodeId> rows;
  for (std::size_t i = 0; i < stock.getListCount(list); ++i)
    rows.push_back(static_cast<NodeId>(stock.getExternalLabel(ids[i])));
  return rows;
}

void extract_links(const Stock& stock, HnswGraph& graph) {
  for (hnswlib::tableint node = 0; node < graph.size(); ++node) {
    const std::size_t row = stock.getExternalLabel(node);
    graph.links0.assign(row, stock_list(stock, node, 0));
    for (std::uint32_t level = 1; level <= graph.levels[row]; ++level)
      graph.upper.assign(graph.upper_begin[row] + level - 1, stock_list(stock, node, static_cast<int>(level)));
  }
  graph.entry_point = static_cast<NodeId>(stock.getExternalLabel(stock.enterpoint_node_));
  graph.max_level = stock.maxlevel_;
}

Matrix copy_rows(MatrixView view) {
  Matrix copy(view.rows, view.dim);
  for (std::size_t i = 0; i < view.rows; ++i) std::ranges::copy(view.row(i), copy.row_data(i));
  return copy;
}

}  // namespace

HnswGraph build_with_hnswlib(const HnswlibBuild& build) {
  HnswGraph graph;
  graph.params = build.params;
  graph.vectors = copy_rows(build.vectors);
  graph.labels.assign(build.labels.begin(), build.labels.end());
  graph.levels = levels_of(build);
  graph.links0 = NeighborLists(graph.size(), 2 * build.params.m);
  allocate_upper(graph);
  if (graph.size() == 0) return graph;

  CountingSpace space(graph.vectors.stride());
  Stock stock(&space, graph.size(), build.params.m, build.params.ef_construction);
  // hnswlib draws a level and lets a positive one override it; a factor of 0 makes the drawn one always 0.
  stock.mult_ = 0;
  std::size_t inserted = 0;
  for (const std::uint32_t row : insertion_order(graph.size(), build.params.seed)) {
    stock.addPoint(graph.vectors.row_data(row), row, graph.levels[row]);
    if (++inserted % kRowsBetweenCalls == 0 && build.done) build.done(inserted);
  }
  extract_links(stock, graph);
  if (build.distances != nullptr) *build.distances += space.evaluated();
  return graph;
}

HnswGraph build_with_hnswlib(MatrixView vectors, std::span<const Qid> labels, const HnswParams& params) {
  check(params);
  return build_with_hnswlib({.vectors = vectors, .labels = labels, .levels = {}, .params = params});
}

struct HnswlibIndex::Impl {
  Impl(const std::filesystem::path& path, std::size_t dim) : space(dim), stock(&space, path.string()) {
    stock.num_deleted_ = 0;  // hnswlib 0.6.2 leaves it uninitialised when it loads
  }
  CountingSpace space;
  Stock stock;
};

namespace {

const std::filesystem::path& checked(const std::filesystem::path& path, std::size_t dim) {
  check_hnswlib_file(path, dim);
  return path;
}

}  // namespace

// hnswlib's own faults have neither path nor code; the file may go or be cut after it was checked.
HnswlibIndex::HnswlibIndex(const std::filesystem::path& path, std::size_t dim) try
    : impl_(std::make_unique<Impl>(checked(path, dim), dim)) {
} catch (const std::bad_alloc&) {
  throw;
} catch (const Error&) {
  throw;
} catch (const std::exception& error) {
  throw input_error({.what = fmt::format("hnswlib cannot load it ({})", error.what()),
                     .file = path.string(),
                     .expected = "",
                     .found = "",
                     .advice = "build the index again, and let no other run write it meanwhile"});
}
HnswlibIndex::~HnswlibIndex() = default;
HnswlibIndex::HnswlibIndex(HnswlibIndex&&) noexcept = default;
HnswlibIndex& HnswlibIndex::operator=(HnswlibIndex&&) noexcept = default;

std::vector<LabeledNeighbor> HnswlibIndex::search(std::span<const float> query, std::size_t k, std::size_t ef) {
  if (query.size() != dim())
    throw UsageError(fmt::format("index search: the query has {} floats, the index {}", query.size(), dim()));
  impl_->stock.setEf(ef);
  auto heap = impl_->stock.searchKnn(query.data(), k);
  std::vector<LabeledNeighbor> found;
  for (; !heap.empty(); heap.pop()) found.push_back({heap.top().first, static_cast<Qid>(heap.top().second)});
  std::ranges::sort(found);
  return found;
}

std::size_t HnswlibIndex::size() const { return impl_->stock.cur_element_count; }
std::size_t HnswlibIndex::dim() const { return impl_->stock.data_size_ / sizeof(float); }
std::uint64_t HnswlibIndex::distances() const { return impl_->space.evaluated(); }

std::vector<Qid> HnswlibIndex::labels() const {
  std::vector<Qid> labels;
  for (hnswlib::tableint i = 0; i < size(); ++i) labels.push_back(static_cast<Qid>(impl_->stock.getExternalLabel(i)));
  return labels;
}

std::vector<float> HnswlibIndex::vector(Qid label) const {
  const auto entry = impl_->stock.label_lookup_.find(static_cast<hnswlib::labeltype>(label));
  if (entry == impl_->stock.label_lookup_.end())
    throw InputError(fmt::format("Q{} is not in the index; it was too rare, or has no known link", label));
  const auto* row = reinterpret_cast<const float*>(impl_->stock.getDataByInternalId(entry->second));
  return {row, row + dim()};
}

}  // namespace linktrail
