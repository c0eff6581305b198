#include "index/index_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>

#include "core/error.h"
#include "index/compact_search.h"
#include "index/hnswlib_view.h"
#include "index/search_effort.h"

namespace linktrail {

namespace {

[[noreturn]] void refuse_missing(Qid qid) {
  throw InputError(fmt::format("Q{} is not in the index; it was too rare, or has no known link", qid));
}

class CompactIndexSearch : public IndexSearch {
 public:
  explicit CompactIndexSearch(const std::filesystem::path& path) : index_(path), search_(index_) {}
  std::size_t size() const override { return index_.size(); }
  std::size_t dim() const override { return index_.dim(); }
  std::vector<LabeledNeighbor> search(std::span<const float> query, std::size_t k, std::size_t ef) override {
    return search_.search(query, k, beam_for(k, size(), ef));
  }
  std::vector<float> vector(Qid qid) const override {
    const auto id = index_.find(qid);
    if (!id) refuse_missing(qid);
    return index_.vector(*id);
  }

 private:
  CompactIndex index_;
  CompactSearch search_;
};

class HnswlibSearch : public IndexSearch {
 public:
  HnswlibSearch(const std::filesystem::path& path, std::size_t dim) : view_(path, dim), routine_(view_) {}
  std::size_t size() const override { return view_.size(); }
  std::size_t dim() const override { return view_.dim(); }
  std::vector<LabeledNeighbor> search(std::span<const float> query, std::size_t k, std::size_t ef) override;
  std::vector<float> vector(Qid qid) const override;

 private:
  HnswlibView view_;
  BeamSearch<HnswlibView> routine_;
};

std::vector<LabeledNeighbor> HnswlibSearch::search(std::span<const float> query, std::size_t k, std::size_t ef) {
  if (query.size() != dim())
    throw UsageError(fmt::format("index search: the query has {} floats, the index {}", query.size(), dim()));
  if (size() == 0 || k == 0) return {};
  const NodeId entry = routine_.descend(query.data());
  const Beam& beam = routine_.search_from({&entry, 1}, query.data(), beam_for(k, size(), ef));
  std::vector<LabeledNeighbor> found;
  for (std::size_t i = 0; i < beam.size(); ++i) found.push_back({beam[i].distance, view_.label(beam[i].id)});
  std::ranges::sort(found);
  found.resize(std::min(k, found.size()));
  return found;
}

// The format has no index of labels: a pass over the file.
std::vector<float> HnswlibSearch::vector(Qid qid) const {
  for (NodeId node = 0; node < view_.size(); ++node)
    if (view_.label(node) == qid) return {view_.vector(node).begin(), view_.vector(node).end()};
  refuse_missing(qid);
}

bool is_compact(const std::filesystem::path& path) {
  std::array<char, kCompactMagic.size()> magic{};
  std::ifstream(path, std::ios::binary).read(magic.data(), magic.size());
  return std::ranges::equal(magic, kCompactMagic);
}

}  // namespace

std::unique_ptr<IndexSearch> open_index(const std::filesystem::path& path, std::size_t dim) {
  if (!is_compact(path)) return std::make_unique<HnswlibSearch>(path, dim);
  auto index = std::make_unique<CompactIndexSearch>(path);
  if (index->dim() != dim)
    throw input_error({.what = "is a compact index of another dim",
                       .file = path.string(),
                       .expected = fmt::format("{}", dim),
                       .found = fmt::format("{}", index->dim()),
                       .advice = "build the index again"});
  return index;
}

}  // namespace linktrail
