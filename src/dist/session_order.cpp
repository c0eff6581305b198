#include "dist/session_order.h"

#include <algorithm>
#include <numeric>

#include "comm/agreement.h"
#include "comm/collectives.h"
#include "core/checked_cast.h"
#include "core/hash.h"

namespace linktrail::dist {

namespace {

// A session on its way: [key, length, QIDs...] as 64-bit words.
constexpr std::size_t kHeadWords = 2;

struct Keyed {
  Sequences<Qid> sessions;
  std::vector<std::uint64_t> keys;  // one a session
};

// Collective. Sends session i to rank owner(keys[i]). The memory of `mine` is given back before the answer is unpacked.
template <class Owner>
Keyed exchange(Keyed mine, Owner&& owner, const comm::Communicator& comm) {
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(comm.size()));
  std::vector<std::int64_t> words;
  comm::agreed(comm, [&] {
    for (std::size_t i = 0; i < mine.keys.size(); ++i)
      counts[owner(mine.keys[i])] += kHeadWords + mine.sessions[i].size();
    std::vector<std::uint64_t> next(counts.size());
    std::exclusive_scan(counts.begin(), counts.end(), next.begin(), std::uint64_t{0});
    words.resize(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
    for (std::size_t i = 0; i < mine.keys.size(); ++i) {
      std::uint64_t& at = next[owner(mine.keys[i])];
      words[at++] = static_cast<std::int64_t>(mine.keys[i]);
      words[at++] = static_cast<std::int64_t>(mine.sessions[i].size());
      for (const Qid qid : mine.sessions[i]) words[at++] = qid;
    }
    mine = {};
  });
  const auto received = comm::all_to_all<std::int64_t>(std::move(words), counts, comm);
  return comm::agreed(comm, [&] {
    Keyed here;
    const std::span<const std::int64_t> all(received.data);
    for (std::size_t at = 0; at < all.size();) {
      const auto length = static_cast<std::size_t>(all[at + 1]);
      here.keys.push_back(static_cast<std::uint64_t>(all[at]));
      here.sessions.append(all.subspan(at + kHeadWords, length));
      at += kHeadWords + length;
    }
    return here;
  });
}

// Positions in the order of (key, articles).
std::vector<std::uint32_t> sorted_order(const Keyed& keyed) {
  std::vector<std::uint32_t> order(checked_cast<std::uint32_t>(keyed.keys.size()));
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (keyed.keys[a] != keyed.keys[b]) return keyed.keys[a] < keyed.keys[b];
    const auto left = keyed.sessions[a], right = keyed.sessions[b];
    return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end());
  });
  return order;
}

bool equal(std::span<const Qid> a, std::span<const Qid> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// Copies of a session get keys of their own. All copies are on this rank.
void number_copies(Keyed& keyed) {
  const std::vector<std::uint32_t> order = sorted_order(keyed);
  std::vector<std::uint64_t> keys(keyed.keys.size());
  std::uint64_t copy = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool repeated = i > 0 && equal(keyed.sessions[order[i]], keyed.sessions[order[i - 1]]);
    copy = repeated ? copy + 1 : 0;
    keys[order[i]] = mix64(keyed.keys[order[i]] + copy * 0x9e3779b97f4a7c15ULL);
  }
  keyed.keys = std::move(keys);
}

std::vector<SessionPart> parts_of(const Keyed& keyed, std::uint32_t parts, const comm::Communicator& comm) {
  std::vector<SessionPart> mine;
  for (auto number = static_cast<std::uint32_t>(comm.rank()); number < parts;
       number += static_cast<std::uint32_t>(comm.size()))
    mine.push_back({number, {}});
  for (const std::uint32_t i : sorted_order(keyed))
    mine[share_of(keyed.keys[i], parts) / static_cast<std::uint32_t>(comm.size())].sessions.append(keyed.sessions[i]);
  return mine;
}

}  // namespace

std::vector<SessionPart> shuffle_sessions(Sequences<Qid> sessions, std::uint64_t seed, std::uint32_t parts,
                                          const comm::Communicator& comm) {
  const auto ranks = static_cast<std::uint64_t>(comm.size());
  Keyed keyed = comm::agreed(comm, [&] {
    Keyed local{std::move(sessions), {}};
    for (std::size_t i = 0; i < local.sessions.size(); ++i) local.keys.push_back(hash_qids(local.sessions[i], seed));
    return local;
  });
  keyed = exchange(
      std::move(keyed), [&](std::uint64_t key) { return key % ranks; }, comm);
  comm::agreed(comm, [&] { number_copies(keyed); });
  keyed = exchange(
      std::move(keyed), [&](std::uint64_t key) { return share_of(key, parts) % ranks; }, comm);
  return comm::agreed(comm, [&] { return parts_of(keyed, parts, comm); });
}

}  // namespace linktrail::dist
