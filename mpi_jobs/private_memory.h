// Memory that must not reach a disk: logs of readers while they are read.
#pragma once

namespace linktrail::jobs {

// Forbids core dumps of this process from now on, into files and into collectors alike. Not collective. Swap is not in
// our hands: docs/operations.md says what to ask of a machine.
void forbid_core_dumps();

}  // namespace linktrail::jobs
