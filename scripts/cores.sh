# shellcheck shell=bash
# Source it: usable_cores prints how many cores this process may use.

# nproc would obey OMP_NUM_THREADS and OMP_THREAD_LIMIT, which say how many threads a rank has (1), not how many ranks fit.
usable_cores() { env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc; }
