#!/bin/bash
# Proves at link time that programs which must do without MPI do: none of their shared libraries is MPI's or parallel HDF5.
# usage: no_mpi_linked.sh PROGRAM...
set -euo pipefail
(($# > 0)) || { echo "no_mpi_linked: no program given" >&2 && exit 1; }
code=0
for program in "$@"; do
  libraries=$(ldd "$program")
  if grep -Eq 'libmpi|libopen-(rte|pal)|libboost_mpi|libhdf5' <<<"$libraries"; then
    echo "FAILED: ${program} links:" >&2
    grep -E 'libmpi|libopen-(rte|pal)|libboost_mpi|libhdf5' <<<"$libraries" >&2
    code=1
  else
    echo "ok: $(basename "$program") does without MPI"
  fi
done
exit "$code"
