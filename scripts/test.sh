#!/bin/bash
# Everything that must hold before a change lands: installs what is missing, builds with warnings as errors and runs all
# tests (unit, mpi, jobs, interop, slurm). Ends with ctest's summary and its exit code; JUnit in build/ci/junit.xml.
# Asks nothing. usage: test.sh [ctest options, e.g. -L unit -R vocabulary]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/mpi_env.sh
source scripts/mpi_env.sh
# shellcheck source=scripts/cores.sh
source scripts/cores.sh
scripts/install_packages.sh build test
cmake --preset ci
cmake --build --preset ci --parallel "$(usable_cores)"
# MPI tests declare two processors each, so this keeps the machine busy without making ranks wait for each other.
ctest --preset ci --parallel "$(usable_cores)" "$@"
