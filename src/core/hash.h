// Stable 64-bit hashes (XXH3): the same on every machine, rank and run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/ids.h"

namespace linktrail {

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0);
// 128 bits: among a billion texts the chance that any two share a hash is below 10^-20.
struct WideHash {
  std::uint64_t low = 0, high = 0;
};
WideHash wide_hash_bytes(std::string_view bytes);

std::uint64_t hash_qids(std::span<const Qid> qids, std::uint64_t seed = 0);

// The hash of `total` units of something too large to hold, `step` at a time: piece(begin, count) returns the bytes of
// units [begin, begin + count). Depends on `step`.
template <class Piece>
std::uint64_t hash_pieces(std::uint64_t total, std::uint64_t step, Piece&& piece) {
  std::uint64_t hash = 0;
  for (std::uint64_t begin = 0; begin < total; begin += step)
    hash = hash_bytes(piece(begin, total - begin < step ? total - begin : step), hash);
  return hash;
}

// Bijective mix of a 64-bit value (the finaliser of SplitMix64, Steele et al. 2014).
constexpr std::uint64_t mix64(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// Which of `shares` equal shares of all hashes `hash` lies in, from 0, by its upper half.
constexpr std::uint32_t share_of(std::uint64_t hash, std::uint32_t shares) {
  return static_cast<std::uint32_t>(((hash >> 32) * shares) >> 32);
}

// The rank that owns an article in an exchange: depends on the QID and the number of ranks only.
constexpr int owner_of(Qid qid, int ranks) {
  return static_cast<int>(mix64(static_cast<std::uint64_t>(qid) + 0x9e3779b97f4a7c15ULL) %
                          static_cast<std::uint64_t>(ranks));
}

// Whether a session belongs to the held-out part: a hash of its QIDs, so the same session is held out
// in every run, on every rank. `fraction` in [0, 1]; all are held out at 1.
bool is_held_out(std::span<const Qid> session, double fraction);

// The same for an article.
bool is_held_out(Qid article, double fraction);

}  // namespace linktrail
