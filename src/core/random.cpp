#include "core/random.h"

namespace linktrail {

RandomStream::RandomStream(const RandomKey& key) {
  std::uint64_t state = mix64(key.seed + 0x9e3779b97f4a7c15ULL);
  state = mix64(state ^ (static_cast<std::uint64_t>(key.stage) * 0xd6e8feb86659fd93ULL));
  state = mix64(state ^ (key.epoch * 0xa0761d6478bd642fULL + 1));
  state_ = mix64(state ^ (key.record * 0xe7037ed1a0b428dbULL + 2));
}

}  // namespace linktrail
