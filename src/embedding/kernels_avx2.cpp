// The kernels for avx2: 8 floats a register.
#define LINKTRAIL_LANES 8
#define LINKTRAIL_ISA Isa::kAvx2
#define LINKTRAIL_TABLE avx2_kernels
#include "embedding/kernels_body.inc"
