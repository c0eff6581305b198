#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/random.h"
#include "index/compact_codes.h"
#include "index/compact_format.h"
#include "index/compact_kernels.h"
#include "index/compact_links.h"
#include "index/compact_order.h"
#include "unit/index/clustered_points.h"

namespace linktrail {
namespace {

TEST(CompactCodes, SixteenBitsOfTheLargestDifference) {
  const std::vector<float> mean{0.5F, 0.1F, -0.2F};
  for (const float size : {1.0F, 0.03F, 1e-5F}) {
    const std::vector<float> vector{0.5F + size, 0.1F - 0.3F * size, -0.2F + 0.001F * size};
    std::vector<std::uint8_t> codes(3);
    std::vector<std::uint8_t> residuals(3);
    std::vector<float> read(3);
    const float scale = code_scales()[encode_vector(vector, mean, {codes, residuals})];
    EXPECT_GE(scale * 127, 0.999F * size);
    EXPECT_LE(scale * 127, 1.1F * size);
    decode_vector(scale, codes.data(), residuals.data(), mean, read);
    // Half a step of a residual, and the rounding of a float of about 1.
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(read[i], vector[i], 0.51F * scale / kResidualSteps + 1e-7F);
  }
}

TEST(CompactCodes, AVectorThatIsTheMean) {
  const std::vector<float> mean{0.5F, 0.1F};
  std::vector<std::uint8_t> codes(2);
  std::vector<std::uint8_t> residuals(2);
  encode_vector(mean, mean, {codes, residuals});
  EXPECT_THAT(codes, ::testing::Each(kCodeZero));
}

TEST(CompactCodes, RowsAreWholeLinesWhereThatIsCheap) {
  EXPECT_EQ(code_stride(64), 64U);
  EXPECT_EQ(code_stride(52), 64U);
  EXPECT_EQ(code_stride(50), 64U);
  EXPECT_EQ(code_stride(49), 56U);
  EXPECT_EQ(code_stride(100), 128U);
  EXPECT_EQ(code_stride(40), 40U);
  EXPECT_EQ(code_stride(128), 128U);
  EXPECT_EQ(code_stride(3), 8U);
}

struct Unpacked {
  std::vector<NodeId> links;
  NodeId largest = 0;

  friend bool operator==(const Unpacked&, const Unpacked&) = default;
};

Unpacked unpack_with(const CompactKernels& kernels, NodeId node, const std::vector<std::uint8_t>& packed) {
  Unpacked result;
  result.links.resize(packed[0] + kUnpackedSpare, ~NodeId{0});
  result.largest = kernels.unpack(node, packed.data(), result.links.data());
  result.links.resize(packed[0]);
  return result;
}

// By both kernels, which must agree on whatever bytes.
Unpacked unpack(NodeId node, std::vector<std::uint8_t> packed) {
  packed.resize(packed.size() + kMaxPackedBytes, 0xff);
  const Unpacked plain = unpack_with(kCompactKernelsPlain, node, packed);
  EXPECT_EQ(unpack_with(best_compact_kernels(), node, packed), plain);
  return plain;
}

TEST(CompactLinks, AreReadBackSorted) {
  constexpr NodeId kLast = (1U << 31) - 1;
  const std::vector<std::pair<NodeId, std::vector<NodeId>>> cases{{7, {}},
                                                                  {7, {8}},
                                                                  {7, {6}},
                                                                  {0, {kLast, 1}},
                                                                  {kLast, {0, kLast - 1}},
                                                                  {1000, {70000, 999, 3, 1255, 1256, 1001, 20000000}}};
  for (auto [node, links] : cases) {
    std::vector<std::uint8_t> packed;
    pack_links(node, links, packed);
    std::ranges::sort(links);
    const Unpacked read = unpack(node, packed);
    EXPECT_EQ(read.links, links);
    EXPECT_EQ(read.largest, links.empty() ? 0 : links.back());
  }
}

TEST(CompactLinks, NearNodesTakeAboutOneByte) {
  std::vector<NodeId> links(32);
  std::iota(links.begin(), links.end(), NodeId{5000});
  std::vector<std::uint8_t> packed;
  pack_links(4990, links, packed);
  EXPECT_EQ(packed.size(), 1U + 8 + 32);
}

TEST(CompactLinks, LongestListFitsAndLongerThrows) {
  std::vector<NodeId> links(kMaxPackedLinks);
  for (NodeId i = 0; i < links.size(); ++i) links[i] = i << 20;
  std::vector<std::uint8_t> packed;
  pack_links(1, links, packed);
  EXPECT_LE(packed.size(), kMaxPackedBytes);
  EXPECT_EQ(unpack(1, packed).links, links);
  links.push_back(1);
  EXPECT_THROW(pack_links(1, links, packed), std::length_error);
}

// What is no list must not pass for one: if the result is an id, all are.
TEST(CompactLinks, AnyBytesGiveIdsNoLargerThanTheResult) {
  RandomStream random({.seed = 5, .stage = RandomStage::kWorld});
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::uint8_t> bytes(kMaxPackedBytes);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
    bytes[0] %= 4;
    if (i % 2 == 0) bytes[2] |= 1;  // a first link below the node
    const Unpacked read = unpack(static_cast<NodeId>(random.below(100)), bytes);
    for (const NodeId link : read.links) EXPECT_LE(link, read.largest);
  }
}

// To the bit: what a search finds does not depend on the machine.
TEST(CompactKernels, DistancesToBlocksAreTheSameInAllInstructions) {
  RandomStream random({.seed = 9, .stage = RandomStage::kWorld});
  for (const std::size_t blocks : {0UL, 1UL, 7UL, 8UL, 63UL, 64UL, 77UL, 256UL}) {
    constexpr std::size_t kDim = 50;
    std::vector<float> means(kDim * blocks);
    std::vector<float> query(kDim);
    for (float& x : means) x = random.uniform() - 0.5F;
    for (float& x : query) x = random.uniform() - 0.5F;
    std::vector<float> plain(blocks + 1, 5.0F);
    std::vector<float> best(plain);
    kCompactKernelsPlain.block_distances(means.data(), blocks, query.data(), kDim, plain.data());
    best_compact_kernels().block_distances(means.data(), blocks, query.data(), kDim, best.data());
    EXPECT_EQ(best, plain) << blocks;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
      std::vector<float> avx2(blocks + 1, 5.0F);
      kCompactKernelsAvx2.block_distances(means.data(), blocks, query.data(), kDim, avx2.data());
      EXPECT_EQ(avx2, plain) << blocks;
    }
#endif
    EXPECT_EQ(plain.back(), 5.0F);
    for (std::size_t b = 0; b < blocks; ++b) {
      double dot = 0;
      for (std::size_t d = 0; d < kDim; ++d) dot += query[d] * means[d * blocks + b];
      EXPECT_NEAR(plain[b], 1 - dot, 1e-5);
    }
  }
}

TEST(CompactFormat, PackedNumbers) {
  for (const std::uint32_t bits : {1U, 7U, 20U, 33U, 57U, 63U, 64U}) {
    const std::uint64_t largest = bits == 64 ? ~0ULL : (1ULL << bits) - 1;
    std::vector<bool> all;
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t i = 0; i < 50; ++i) {
      numbers.push_back(mix64(i) & largest);
      for (std::uint32_t bit = 0; bit < bits; ++bit) all.push_back((numbers[i] >> bit & 1) != 0);
    }
    std::vector<std::byte> bytes(all.size() / 8 + 20);
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i]) bytes[i / 8] |= static_cast<std::byte>(1U << (i % 8));
    for (std::uint64_t i = 0; i < 50; ++i) EXPECT_EQ(packed_number(bytes.data(), i, bits), numbers[i]) << bits;
  }
}

std::vector<NodeId> order_of(const Matrix& points, std::size_t block) {
  return locality_order(points.rows(), points.dim(), block, [&](NodeId row) { return points.row(row); });
}

double distance_in(const Matrix& points, const std::vector<NodeId>& order) {
  double sum = 0;
  for (std::size_t i = 1; i < order.size(); ++i)
    for (std::size_t d = 0; d < points.dim(); ++d)
      sum += std::pow(points.row(order[i])[d] - points.row(order[i - 1])[d], 2.0F);
  return sum;
}

TEST(CompactOrder, IsAPermutationThatPutsNearPointsTogether) {
  const Matrix points = make_clustered_points({.count = 3000, .dim = 20, .clusters = 30});
  const std::vector<NodeId> order = order_of(points, 512);
  std::vector<NodeId> all(3000);
  std::iota(all.begin(), all.end(), NodeId{0});
  EXPECT_THAT(order, ::testing::UnorderedElementsAreArray(all));
  EXPECT_LT(distance_in(points, order), 0.5 * distance_in(points, all));
  EXPECT_EQ(order, order_of(points, 512));
}

TEST(CompactOrder, EqualPointsAndNone) {
  EXPECT_TRUE(order_of(Matrix(0, 4), 256).empty());
  EXPECT_EQ(order_of(Matrix(1000, 4), 256).size(), 1000U);
}

}  // namespace
}  // namespace linktrail
