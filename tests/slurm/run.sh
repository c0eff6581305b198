#!/bin/bash
# The whole job under a real Slurm: two slurmd on this machine, slurm/snapshot.sbatch over both, and then the snapshot that
# it left is looked at: manifest, checksums of all files, and a query.   usage: run.sh LINKTRAIL_BINARY
set -euo pipefail
binary=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "${here}/../.." && pwd)
# shellcheck source=tests/slurm/cluster.sh
source "${here}/cluster.sh"
# shellcheck source=scripts/mpi_env.sh
source "${repository}/scripts/mpi_env.sh"

JOB_SECONDS=200
work=$(mktemp -d)
trap 'cluster_stop; rm -rf "$work"' EXIT

"$binary" simulate world --output "${work}/input" --articles 500 --sessions 3000 --seed 1
sed "s|@WORK@|${work}|g" "${here}/snapshot.toml.in" >"${work}/snapshot.toml"

cluster_start
job=$(LINKTRAIL=$binary sbatch --parsable --chdir="$work" --output="${work}/job.out" --nodes=2 --ntasks-per-node=1 \
  "${repository}/slurm/snapshot.sbatch" "${work}/snapshot.toml")
outcome=$(cluster_wait_job "$job" "$JOB_SECONDS") || outcome="NOT DONE"
if [[ $outcome != "COMPLETED 0:0" ]]; then
  echo "FAILED: the job ended as '${outcome}'; its log:" >&2
  cat "${work}/job.out" >&2 || true
  exit 1
fi

# One rank on each node, and one world of both: two worlds of one rank each would also leave a snapshot.
scontrol show job --oneliner "$job" | grep -q ' NumNodes=2 ' || {
  echo "FAILED: the job did not run on two nodes:" >&2
  scontrol show job "$job" >&2
  exit 1
}
/usr/bin/python3 "${here}/check_snapshot.py" --ranks 2 "${work}/snapshots/current"
first_qid=$(/usr/bin/python3 "${here}/check_snapshot.py" --print-qid "${work}/snapshots/current")
"$binary" query "${work}/snapshots/current" --model reader --qid "$first_qid" -k 5 >"${work}/query.out"
# The first line is the article itself; its neighbours follow.
(($(grep -Ec '^Q[0-9]+' "${work}/query.out") >= 2)) || {
  echo "FAILED: the query for ${first_qid} returned no neighbour:" >&2
  cat "${work}/query.out" >&2
  exit 1
}
echo "ok: a snapshot over two nodes, all checksums hold, ${first_qid} has neighbours"
