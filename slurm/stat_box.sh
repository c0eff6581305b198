#!/bin/bash
# A snapshot on a shared machine without Slurm:  slurm/stat_box.sh [-n RANKS] CONFIG.toml [linktrail options]
# Polite by design: nice, at most half of the cores unless told otherwise, never two at a time (flock), one log a run.
# Fit for cron:  17 3 2 * *  /srv/linktrail/slurm/stat_box.sh -n 16 /srv/linktrail/monthly.toml
#   LINKTRAIL_RANKS   as -n          LINKTRAIL_LOG_DIR  where logs go (default: logs/ of the working folder)
#   LINKTRAIL_LOCK    the lock file  LINKTRAIL_NICE     niceness (default 10)
set -euo pipefail
LINKTRAIL_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=slurm/common.sh
source "${LINKTRAIL_HOME}/slurm/common.sh"
# shellcheck source=scripts/mpi_env.sh
source "${LINKTRAIL_HOME}/scripts/mpi_env.sh"
# shellcheck source=scripts/cores.sh
source "${LINKTRAIL_HOME}/scripts/cores.sh"

usage="usage: slurm/stat_box.sh [-n RANKS] CONFIG.toml [linktrail options]"
cores=$(usable_cores)
ranks=${LINKTRAIL_RANKS:-$((cores > 1 ? cores / 2 : 1))}
while getopts "n:h" option; do
  case $option in
    n) ranks=$OPTARG ;;
    h) echo "$usage" && exit 0 ;;
    *) die "$usage" ;;
  esac
done
shift $((OPTIND - 1))
(($# >= 1)) || die "$usage"
[[ $ranks =~ ^[1-9][0-9]*$ ]] || die "the number of ranks is '${ranks}'; expected a positive number"
((ranks <= cores)) || die "${ranks} ranks on ${cores} cores would wait for each other; take fewer"
config=$1
shift
[[ -r $config ]] || die "cannot read the config file ${config} (working folder: ${PWD})"
binary=$(linktrail_binary)
set_default_options "$@"

lock=${LINKTRAIL_LOCK:-/tmp/linktrail-$(id -un).lock}
exec {lock_fd}>>"$lock"
flock --nonblock "$lock_fd" || die "another run holds ${lock}; wait for it, or set LINKTRAIL_LOCK"

log_dir=${LINKTRAIL_LOG_DIR:-logs}
mkdir -p "$log_dir"
log=${log_dir}/snapshot-$(date +%Y%m%dT%H%M%S)-$$.log
export OMP_NUM_THREADS=1
if [[ -n ${LINKTRAIL_BTL:-} ]]; then export OMPI_MCA_btl=$LINKTRAIL_BTL; fi

echo "linktrail: ${ranks} of ${cores} cores, log in ${log}"
# --bind-to none: others work here too, so the kernel should place the ranks. The lock is ours, not the children's:
# a stray child must not keep the next run out.
code=0
run_and_forward_signals nice -n "${LINKTRAIL_NICE:-10}" mpirun -n "$ranks" --bind-to none \
  "$binary" snapshot "$config" "${DEFAULTS[@]}" "$@" >"$log" 2>&1 {lock_fd}>&- || code=$?
case $code in
  0) echo "linktrail: done" ;;
  "$EXIT_CHECKPOINTED") echo "linktrail: stopped on request; the same command goes on from the last checkpoint" ;;
  *) echo "linktrail: failed with exit code ${code}; the last lines of ${log}:" >&2 && tail -n 20 "$log" >&2 ;;
esac
exit "$code"
