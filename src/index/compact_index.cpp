#include "index/compact_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "core/error.h"
#include "index/compact_links.h"
#include "index/search_routine.h"

namespace linktrail {

static_assert(GraphView<CompactIndex>);

namespace {

// Larger than any vector that is embedded, small enough that no product of sizes wraps around.
constexpr std::uint32_t kMaxDim = 1U << 16;
constexpr std::uint64_t kMaxNodes = 1ULL << 31;

template <class T>
const T* at(std::span<const std::byte> bytes) {
  return reinterpret_cast<const T*>(bytes.data());
}

std::string_view text(std::span<const std::byte> bytes) { return {at<char>(bytes), bytes.size()}; }

}  // namespace

CompactIndex::CompactIndex(const std::filesystem::path& path, CompactCheck check)
    : file_(path), dots_(best_code_dot_kernel()), kernels_(best_compact_kernels()) {
  read_header();
  check_layout();
  check_hash(CompactSection::kMeans);
  check_hash(CompactSection::kEntries);
  if (check == CompactCheck::kAll)
    for (std::size_t i = 0; i < kCompactSections; ++i) check_hash(static_cast<CompactSection>(i));
  map_sections();
}

void CompactIndex::map_sections() {
  means_ = at<float>(section(CompactSection::kMeans));
  codes_ = at<std::uint8_t>(section(CompactSection::kCodes));
  scales_ = at<std::uint8_t>(section(CompactSection::kScales));
  residuals_ = at<std::uint8_t>(section(CompactSection::kResiduals));
  links_ = at<std::uint8_t>(section(CompactSection::kLinks));
  link_starts_ = section(CompactSection::kLinkStarts).data();
  qids_ = section(CompactSection::kQids).data();
  by_qid_ = section(CompactSection::kByQid).data();
  entries_ = {at<NodeId>(section(CompactSection::kEntries)), block_count(header_.nodes, header_.block_bits)};
  for (const NodeId entry : entries_)
    if (entry >= size()) fail("starts searches nowhere", fmt::format("ids below {}", size()), fmt::format("{}", entry));
  file_.expect_random_access(file_.bytes());
}

void CompactIndex::fail(const std::string& what, const std::string& expected, const std::string& found) const {
  throw input_error({.what = what,
                     .file = file_.path().string(),
                     .expected = expected,
                     .found = found,
                     .advice = "copy the file again, or build the index again"});
}

void CompactIndex::read_header() {
  const std::span<const std::byte> bytes = file_.bytes();
  const std::size_t magic = std::min(bytes.size(), kCompactMagic.size());
  if (magic == 0 || text(bytes.first(magic)) != kCompactMagic.substr(0, magic))
    fail("is no compact index", "a file that begins with LTCOMPCT", printable(text(bytes.first(magic))));
  if (bytes.size() < sizeof header_)
    fail("ends early", fmt::format("at least {} bytes", sizeof header_), fmt::format("{}", bytes.size()));
  std::memcpy(&header_, bytes.data(), sizeof header_);
  // The version first: the header of a later one may be longer.
  if (header_.major != kCompactMajor)
    fail("has a version that this program does not know", fmt::format("{}.x", kCompactMajor),
         fmt::format("{}.{}", header_.major, header_.minor));
  if (compact_hash(text(bytes.first(offsetof(CompactHeader, hash)))) != header_.hash)
    fail("has a damaged header", "the hash that it was written with", "another");
  if (header_.file_bytes != bytes.size())
    fail(bytes.size() < header_.file_bytes ? "ends early" : "has bytes after its end",
         fmt::format("{} bytes", header_.file_bytes), fmt::format("{}", bytes.size()));
}

// A header whose hash is right can still be that of a program with a fault, or made up.
void CompactIndex::check_layout() const {
  const bool possible = header_.dim > 0 && header_.dim <= kMaxDim && header_.nodes < kMaxNodes &&
                        header_.code_stride >= header_.dim && header_.code_stride <= 2 * kMaxDim &&
                        header_.reserved == 0 && header_.reserved_too == 0 && header_.block_bits < 32 &&
                        header_.qid_bits <= 63 && header_.id_bits <= 32;
  CompactHeader expected = header_;
  const std::uint64_t link_bytes = header_.sections[static_cast<std::size_t>(CompactSection::kLinks)].bytes;
  if (possible && link_bytes <= header_.file_bytes) lay_out(expected, link_bytes);
  if (!possible || link_bytes > header_.file_bytes || expected.sections != header_.sections ||
      expected.header_bytes != header_.header_bytes || expected.file_bytes != header_.file_bytes)
    fail("has sizes that do not add up", "sections that follow from the header", "others");
}

std::span<const std::byte> CompactIndex::section(CompactSection which) const {
  const CompactExtent& extent = header_.sections[static_cast<std::size_t>(which)];
  return file_.bytes().subspan(extent.offset, extent.bytes);
}

void CompactIndex::check_hash(CompactSection which) const {
  const auto index = static_cast<std::size_t>(which);
  const std::uint64_t begin = header_.sections[index].offset;
  const std::uint64_t end = index + 1 < kCompactSections ? header_.sections[index + 1].offset : header_.file_bytes;
  if (compact_hash(text(file_.bytes().subspan(begin, end - begin))) != header_.sections[index].hash)
    fail(fmt::format("is damaged between bytes {} and {}", begin, end), "the hash in its header", "another");
}

std::string CompactIndex::producer() const {
  const std::string_view all(header_.producer.data(), header_.producer.size());
  return printable(all.substr(0, all.find('\0')));
}

Qid CompactIndex::qid(NodeId id) const { return static_cast<Qid>(packed_number(qids_, id, header_.qid_bits)); }

std::optional<NodeId> CompactIndex::find(Qid wanted) const {
  const auto id_at = [&](std::uint64_t rank) {
    const std::uint64_t id = packed_number(by_qid_, rank, header_.id_bits);
    if (id >= size())
      fail("is damaged in its list of articles", fmt::format("ids below {}", size()), fmt::format("{}", id));
    return static_cast<NodeId>(id);
  };
  std::uint64_t low = 0;
  for (std::uint64_t high = size(); low < high;) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (qid(id_at(middle)) < wanted)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == size() || qid(id_at(low)) != wanted) return std::nullopt;
  return id_at(low);
}

std::vector<float> CompactIndex::vector(NodeId id) const {
  std::vector<float> values(dim());
  decode_vector(scale(id), codes_ + id * std::uint64_t{header_.code_stride}, residuals_ + id * dim(), mean_of(id),
                values);
  return values;
}

CompactQuery CompactIndex::query(std::span<const float> vector) const {
  CompactQuery result;
  query(vector, result);
  return result;
}

void CompactIndex::query(std::span<const float> vector, CompactQuery& to) const {
  if (vector.size() != dim())
    throw UsageError(fmt::format("index search: the query has {} floats, the index {}", vector.size(), dim()));
  make_code_query(vector, to.codes);
  to.bases.resize(entries_.size());
  kernels_.block_distances(means_, entries_.size(), vector.data(), dim(), to.bases.data());
  to.entry =
      entries_.empty() ? 0 : entries_[static_cast<std::size_t>(std::ranges::min_element(to.bases) - to.bases.begin())];
}

std::vector<float> CompactIndex::mean_of(NodeId id) const {
  std::vector<float> mean;
  for (std::size_t d = 0; d < dim(); ++d) mean.push_back(means_[d * entries_.size() + (id >> header_.block_bits)]);
  return mean;
}

template <class Visit>
void CompactIndex::for_each_dot(const CodeRows& rows, const CompactQuery& query, std::span<const NodeId> ids,
                                Visit visit) const {
  std::array<std::int32_t, 64> dots;
  for (std::size_t begin = 0; begin < ids.size(); begin += dots.size()) {
    const auto part = ids.subspan(begin, std::min(dots.size(), ids.size() - begin));
    dots_(rows, query.codes, part, dots.data());
    for (std::size_t i = 0; i < part.size(); ++i) visit(begin + i, dots[i]);
  }
}

// 1 - query . (mean + scale (code - 128)), the sum over codes in integers.
void CompactIndex::distances(const Query& query, std::span<const NodeId> ids, float* to) const {
  const std::int32_t zero = kCodeZero * query.codes.sum;
  for_each_dot({codes_, header_.code_stride}, query, ids, [&](std::size_t i, std::int32_t dot) {
    to[i] =
        query.bases[ids[i] >> header_.block_bits] - query.codes.step * scale(ids[i]) * static_cast<float>(dot - zero);
  });
}

// A residual r stands for (r - 127.5) / 256 = (2 r - 255) / 512 of a scale.
void CompactIndex::refine(const CompactQuery& query, std::span<const NodeId> ids, float* distances) const {
  for_each_dot({residuals_, dim()}, query, ids, [&](std::size_t i, std::int32_t dot) {
    distances[i] -= query.codes.step * scale(ids[i]) / 512.0F *
                    (2.0F * static_cast<float>(dot) - 255.0F * static_cast<float>(query.codes.sum));
  });
}

std::span<const NodeId> CompactIndex::links(NodeId id, std::vector<NodeId>& buffer) const {
  const std::uint64_t start = link_start(id);
  if (start >= section(CompactSection::kLinks).size())
    fail(fmt::format("has a list of links outside it, of node {}", id), "a place in the file",
         fmt::format("{}", start));
  const std::size_t count = links_[start];
  if (buffer.size() < count + kUnpackedSpare) buffer.resize(kMaxPackedLinks + kUnpackedSpare);
  const NodeId largest = kernels_.unpack(id, links_ + start, buffer.data());
  if (largest >= size())
    fail(fmt::format("links node {} to nowhere", id), fmt::format("ids below {}", size()), fmt::format("{}", largest));
  return std::span(buffer).first(count);
}

}  // namespace linktrail
