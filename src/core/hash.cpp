#include "core/hash.h"

#include <xxhash.h>

namespace linktrail {

namespace {
constexpr std::uint64_t kHoldoutSeed = 0x686f6c646f7574ULL;  // "holdout": independent of other hashes
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

WideHash wide_hash_bytes(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

std::uint64_t hash_qids(std::span<const Qid> qids, std::uint64_t seed) {
  return XXH3_64bits_withSeed(qids.data(), qids.size_bytes(), seed);
}

bool is_held_out(std::span<const Qid> session, double fraction) {
  constexpr double kTwoTo53 = 9007199254740992.0;
  const double position = static_cast<double>(hash_qids(session, kHoldoutSeed) >> 11) / kTwoTo53;
  return position < fraction;
}

bool is_held_out(Qid article, double fraction) { return is_held_out(std::span<const Qid>(&article, 1), fraction); }

}  // namespace linktrail
