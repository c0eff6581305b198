#include "embedding/kernels.h"

#include <fmt/format.h>

#include <initializer_list>
#include <stdexcept>

#include "embedding/kernels_table.h"

namespace linktrail {

const char* isa_name(Isa isa) {
  switch (isa) {
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kPlain:
      break;
  }
  return "plain";
}

#ifdef LINKTRAIL_X86_KERNELS

bool is_supported(Isa isa) {
  switch (isa) {
    case Isa::kAvx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    case Isa::kAvx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::kPlain:
      break;
  }
  return true;
}

const Kernels& kernels_for(Isa isa) {
  if (!is_supported(isa)) throw std::invalid_argument(fmt::format("this CPU has no {}", isa_name(isa)));
  if (isa == Isa::kAvx512) return avx512_kernels();
  if (isa == Isa::kAvx2) return avx2_kernels();
  return plain_kernels();
}

#else

bool is_supported(Isa isa) { return isa == Isa::kPlain; }

const Kernels& kernels_for(Isa isa) {
  if (!is_supported(isa)) throw std::invalid_argument(fmt::format("this build has no {} kernels", isa_name(isa)));
  return plain_kernels();
}

#endif

const Kernels& best_kernels() {
  for (const Isa isa : {Isa::kAvx512, Isa::kAvx2})
    if (is_supported(isa)) return kernels_for(isa);
  return plain_kernels();
}

}  // namespace linktrail
