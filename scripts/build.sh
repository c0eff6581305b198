#!/bin/bash
# Installs what building needs, configures a preset and builds it.   usage: build.sh [PRESET]   (default: release)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=${1:-release}
# shellcheck source=scripts/cores.sh
source scripts/cores.sh
scripts/install_packages.sh build
cmake --preset "$preset"
cmake --build --preset "$preset" --parallel "$(usable_cores)"
