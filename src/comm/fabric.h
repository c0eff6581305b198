// Which of Open MPI's ways to send are worth loading on this machine.
//
// Open MPI 4.1 loads the libraries of every fabric that it was built for to find out whether they can be used, and two
// of them (PSM, PSM2) spend a tenth of a second each on measuring a clock. On a machine without such hardware that is
// two thirds of the time that any command takes to start.
#pragma once

#include <filesystem>

namespace linktrail::comm {

// Whether a device of a fabric is there that Open MPI reaches past the kernel's sockets: InfiniBand, RoCE, EFA,
// Omni-Path, TrueScale, Slingshot or Gemini/Aries. `root` is "/" but for tests. Never throws.
bool has_fast_fabric(const std::filesystem::path& root);

// Where there is none, asks Open MPI for what it would choose in the end (pml ob1: shared memory and sockets), unless
// the environment names a pml or mtl; files of parameters give way to it. To be called before MPI starts; other
// libraries do not look at it.
void skip_absent_fabrics();

}  // namespace linktrail::comm
