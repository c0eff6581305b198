#!/bin/bash
# From a bare Debian 12 to neighbours of an article: installs, builds, makes flat files from WordNet (synsets as articles),
# runs the whole job on all cores and asks both models for the neighbours of three well-known titles.
# usage: demo.sh        LINKTRAIL_RANKS=N for another number of ranks
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/mpi_env.sh
source scripts/mpi_env.sh
# shellcheck source=scripts/cores.sh
source scripts/cores.sh

ranks=${LINKTRAIL_RANKS:-$(usable_cores)}
binary=build/release/linktrail
work=build/demo
titles=(dog Paris guitar)

step() { printf '\n== %s\n' "$*"; }

step "installing what is missing"
scripts/install_packages.sh build demo

step "building"
scripts/build.sh release

step "making the input from WordNet"
"$binary" simulate wordnet --output "$work/input"

# A snapshot never changes, so what an earlier build published, or had begun, gives way.
if [[ "$binary" -nt "$work/built" ]]; then rm -rf "$work/snapshots"; fi
touch -r "$binary" "$work/built"

step "both models, their indexes and a published snapshot, on ${ranks} ranks"
mpirun -n "$ranks" --oversubscribe --bind-to none "$binary" snapshot configs/demo.toml

snapshot=$work/snapshots/current
for model in reader links; do
  for title in "${titles[@]}"; do
    step "${model}: neighbours of '${title}'"
    "$binary" query "$snapshot" --model "$model" --title "$title" -k 5
  done
done

step "how good is it"
"$binary" inspect "$snapshot"

step "what was written"
(cd "$snapshot/" && find . -type f -printf '%12s  %P\n' | sort -k 2)

cat <<TEXT

Next: ask for an article of your choice,
  ${binary} query ${snapshot} --model links --title violin -k 10
or open ${snapshot}/reader/embeddings.h5 with h5py and ${snapshot}/reader/index.hnsw with hnswlib.
TEXT
