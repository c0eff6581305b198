// The tables that kernels.cpp chooses from; each is defined by the file compiled for that instruction set.
#pragma once

#include "embedding/kernels.h"

namespace linktrail {

const Kernels& plain_kernels();
const Kernels& avx2_kernels();
const Kernels& avx512_kernels();

}  // namespace linktrail
