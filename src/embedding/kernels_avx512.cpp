// The kernels for avx512: 16 floats a register.
#define LINKTRAIL_LANES 16
#define LINKTRAIL_ISA Isa::kAvx512
#define LINKTRAIL_TABLE avx512_kernels
#include "embedding/kernels_body.inc"
