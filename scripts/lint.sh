#!/bin/bash
# Checks form: clang-format on tracked sources, shellcheck on tracked scripts, clang-tidy on the compile database.
#   scripts/lint.sh            everything          scripts/lint.sh --fast    without clang-tidy
#   scripts/lint.sh --fix      formats the sources in place and stops
#   scripts/lint.sh FILE...    clang-tidy on these .cpp files only, and form of everything
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/cores.sh
source scripts/cores.sh
build=build/dev

mapfile -t sources < <(git ls-files -- '*.h' '*.cpp')
tidy=yes
case ${1:-} in
  --fast) tidy=no && shift ;;
  --fix) exec clang-format -i "${sources[@]}" ;;
esac

echo "clang-format: ${#sources[@]} files"
clang-format --dry-run -Werror "${sources[@]}"

mapfile -t scripts < <(git ls-files -- '*.sh' '*.sbatch' '.ci/run')
echo "shellcheck: ${#scripts[@]} files"
shellcheck --external-sources "${scripts[@]}"

[[ $tidy == yes ]] || exit 0
[[ -f $build/compile_commands.json ]] || cmake --preset dev >/dev/null
cmake --build --preset dev --target linktrail_commit >/dev/null  # a header that is made anew by every build
if (($# > 0)); then
  files=("$@")
else
  # Only what is tracked and compiled: generated files and headers come along with their includers.
  mapfile -t files < <(git ls-files -- 'src/*.cpp' 'mpi_jobs/*.cpp' 'tools/*.cpp')
fi
echo "clang-tidy: ${#files[@]} files"
# Warning flags that only g++ knows are no error.
# Findings go to stdout; stderr only counts what was found in system headers and left out.
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$(usable_cores)" clang-tidy --quiet -p "$build" --extra-arg=-Wno-unknown-warning-option \
    2> >(grep -v 'warnings generated' >&2)
echo "lint: clean"
