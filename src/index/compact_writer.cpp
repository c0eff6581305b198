#include "index/compact_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "core/version.h"
#include "index/compact_codes.h"
#include "index/compact_format.h"
#include "index/compact_links.h"
#include "index/compact_order.h"
#include "index/compact_sections.h"

namespace linktrail {

namespace {

// At most so many blocks, and of long vectors fewer: every query is multiplied with the means of all.
constexpr std::size_t kMaxBlocks = 256;
constexpr std::size_t kMinBlocks = 16;  // are always allowed
constexpr std::size_t kMeanFloats = std::size_t{1} << 14;
// Smaller blocks would have means of chance, and files of a few articles more means than vectors.
constexpr std::uint32_t kMinBlockBits = 8;
// Longer than any row of length 1 and its rounding.
constexpr float kLongestValue = 1.001F;

[[noreturn]] void refuse(const HnswlibView& graph, NodeId node, const std::string& what) {
  throw InputError(fmt::format("compact index: Q{} {}; build the index again", graph.label(node), what));
}

void check_vectors(const HnswlibView& graph) {
  for (NodeId node = 0; node < graph.size(); ++node)
    for (const float x : graph.vector(node))
      if (!(std::abs(x) <= kLongestValue)) refuse(graph, node, "has a vector that is not of length 1");
}

std::uint32_t block_bits_for(std::size_t nodes, std::size_t dim) {
  const std::size_t most = std::clamp(kMeanFloats / std::max<std::size_t>(1, dim), kMinBlocks, kMaxBlocks);
  std::uint32_t bits = kMinBlockBits;
  while (block_count(nodes, bits) > most) ++bits;
  return bits;
}

const HnswlibView& checked(const HnswlibView& graph) {
  check_vectors(graph);
  return graph;
}

std::uint32_t bits_for(std::uint64_t largest) { return static_cast<std::uint32_t>(std::bit_width(largest)); }

class CompactWriter {
 public:
  CompactWriter(const std::filesystem::path& path, const HnswlibView& graph)
      : graph_(checked(graph)),
        block_bits_(block_bits_for(graph.size(), graph.dim())),
        order_(locality_order(graph.size(), graph.dim(), std::size_t{1} << block_bits_,
                              [&](NodeId node) { return graph.vector(node); })),
        file_(path) {
    number_.resize(order_.size());
    for (NodeId id = 0; id < order_.size(); ++id) number_[order_[id]] = id;
  }

  CompactReport run() {
    fill_header();
    find_means();
    section(CompactSection::kMeans, [&] { write_means(); });
    section(CompactSection::kEntries, [&] { write_entries(); });
    section(CompactSection::kScales, [&] { write_scales(); });
    section(CompactSection::kCodes, [&] { write_rows(header_.code_stride, codes_); });
    section(CompactSection::kLinks, [&] { write_links(); });
    section(CompactSection::kLinkStarts, [&] { write_starts(); });
    section(CompactSection::kResiduals, [&] { write_rows(header_.dim, residuals_); });
    section(CompactSection::kQids, [&] { write_qids(); });
    section(CompactSection::kByQid, [&] { write_by_qid(); });
    return finish();
  }

 private:
  template <class Write>
  void section(CompactSection which, Write write) {
    file_.begin();
    write();
    const auto index = static_cast<std::size_t>(which);
    header_.sections[index] = file_.end(index + 1 == kCompactSections ? kCompactTail : 0);
  }

  void fill_header() {
    std::copy(kCompactMagic.begin(), kCompactMagic.end(), header_.magic.begin());
    const std::string_view producer(kProducer);
    std::copy_n(producer.begin(), std::min(producer.size(), header_.producer.size()), header_.producer.begin());
    header_.nodes = graph_.size();
    header_.dim = static_cast<std::uint32_t>(graph_.dim());
    header_.code_stride = static_cast<std::uint32_t>(code_stride(graph_.dim()));
    Qid largest = 0;
    for (NodeId node = 0; node < graph_.size(); ++node) {
      if (graph_.label(node) < 0) refuse(graph_, node, "has no number of an article");
      largest = std::max(largest, graph_.label(node));
    }
    header_.block_bits = block_bits_;
    header_.qid_bits = bits_for(static_cast<std::uint64_t>(largest));
    header_.id_bits = bits_for(graph_.size());
  }

  std::span<const NodeId> block(std::size_t b) const {
    const std::size_t begin = b << block_bits_;
    return std::span(order_).subspan(begin, std::min(order_.size() - begin, std::size_t{1} << block_bits_));
  }
  std::span<const float> mean(std::size_t b) const { return std::span(means_).subspan(b * graph_.dim(), graph_.dim()); }
  std::size_t blocks() const { return block_count(order_.size(), block_bits_); }

  void find_means() {
    std::vector<double> sums(graph_.dim());
    for (std::size_t b = 0; b < blocks(); ++b) {
      std::ranges::fill(sums, 0.0);
      for (const NodeId node : block(b))
        for (std::size_t d = 0; d < sums.size(); ++d) sums[d] += graph_.vector(node)[d];
      for (const double sum : sums) means_.push_back(static_cast<float>(sum / static_cast<double>(block(b).size())));
    }
  }

  void write_means() {
    for (std::size_t d = 0; d < graph_.dim(); ++d)
      for (std::size_t b = 0; b < blocks(); ++b) file_.write(&mean(b)[d], sizeof(float));
  }

  // Of each block the node nearest to its mean, by its new id.
  void write_entries() {
    const DotKernel dot = best_dot_kernel();
    for (std::size_t b = 0; b < blocks(); ++b) {
      std::pair<float, NodeId> best{-2.0F, 0};
      for (const NodeId node : block(b)) {
        const float near = dot(graph_.vector(node).data(), mean(b).data(), graph_.dim());
        if (near > best.first) best = {near, number_[node]};
      }
      file_.write(&best.second, sizeof best.second);
    }
  }

  // Codes are made again for each section that needs them: all of them at once would not fit into memory.
  template <class Visit>
  void for_each_coded(Visit visit) {
    codes_.assign(header_.code_stride, kCodeZero);
    residuals_.assign(header_.dim, 0);
    for (std::size_t id = 0; id < order_.size(); ++id)
      visit(encode_vector(graph_.vector(order_[id]), mean(id >> block_bits_), {codes_, residuals_}));
  }

  void write_scales() {
    for_each_coded([&](std::uint8_t scale) { file_.write(&scale, 1); });
  }

  void write_rows(std::size_t stride, const std::vector<std::uint8_t>& row) {
    for_each_coded([&](std::uint8_t) { file_.write(row.data(), stride); });
  }

  void write_links() {
    std::vector<NodeId> links;
    std::vector<std::uint8_t> packed;
    std::uint64_t at = 0;
    starts_.reserve(order_.size());
    for (NodeId id = 0; id < order_.size(); ++id) {
      links.clear();
      for (const NodeId link : graph_.links(order_[id])) links.push_back(number_[link]);
      if (links.size() > kMaxPackedLinks) refuse(graph_, order_[id], "has more than 255 links");
      packed.clear();
      pack_links(id, links, packed);
      file_.write(packed.data(), packed.size());
      starts_.push_back(static_cast<std::uint16_t>(packed.size()));
      at += packed.size();
    }
    link_bytes_ = at;
  }

  // 16 lists of kMaxPackedBytes end below 2^16.
  void write_starts() {
    std::uint64_t at = 0;
    for (std::size_t begin = 0; begin < starts_.size(); begin += kNodesPerStart) {
      file_.write(&at, sizeof at);
      std::uint16_t within[kNodesPerStart] = {};
      std::uint16_t sum = 0;
      for (std::size_t i = begin; i < std::min(starts_.size(), begin + kNodesPerStart); ++i) {
        within[i - begin] = sum;
        sum = static_cast<std::uint16_t>(sum + starts_[i]);
      }
      file_.write(within, sizeof within);
      at += sum;
    }
  }

  void write_qids() {
    BitWriter bits(file_, header_.qid_bits);
    for (const NodeId node : order_) bits.write(static_cast<std::uint64_t>(graph_.label(node)));
  }

  void write_by_qid() {
    std::vector<std::pair<Qid, NodeId>> sorted;
    sorted.reserve(order_.size());
    for (NodeId id = 0; id < order_.size(); ++id) sorted.emplace_back(graph_.label(order_[id]), id);
    std::ranges::sort(sorted);
    BitWriter bits(file_, header_.id_bits);
    for (const auto& [qid, id] : sorted) bits.write(id);
  }

  CompactReport finish() {
    CompactHeader expected = header_;
    lay_out(expected, link_bytes_);
    header_.header_bytes = expected.header_bytes;
    header_.file_bytes = expected.file_bytes;
    header_.hash = compact_hash({reinterpret_cast<const char*>(&header_), offsetof(CompactHeader, hash)});
    file_.finish(header_);
    return {.nodes = header_.nodes, .blocks = blocks(), .link_bytes = link_bytes_, .file_bytes = header_.file_bytes};
  }

  const HnswlibView& graph_;
  std::uint32_t block_bits_;
  std::vector<NodeId> order_;   // node of the graph by its new id
  std::vector<NodeId> number_;  // new id by node
  SectionFile file_;
  CompactHeader header_;
  std::vector<float> means_;             // [blocks, dim]
  std::vector<std::uint8_t> codes_;      // of the row in hand
  std::vector<std::uint8_t> residuals_;  // of the row in hand
  std::vector<std::uint16_t> starts_;    // bytes of each list
  std::uint64_t link_bytes_ = 0;
};

}  // namespace

CompactReport write_compact_file(const std::filesystem::path& path, const HnswlibView& graph) {
  return CompactWriter(path, graph).run();
}

}  // namespace linktrail
