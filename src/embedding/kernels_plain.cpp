// The kernels for baseline of the architecture: 4 floats a register (SSE2, NEON).
#define LINKTRAIL_LANES 4
#define LINKTRAIL_ISA Isa::kPlain
#define LINKTRAIL_TABLE plain_kernels
#include "embedding/kernels_body.inc"
