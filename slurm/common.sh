# shellcheck shell=bash
# What every job script shares: where the binary is, how ranks are started, how a stop signal reaches them, and what an
# exit code means to Slurm. Source it; it defines functions and changes nothing. Settings come from the environment:
#   LINKTRAIL                binary (default: build/release/linktrail of this repository)
#   LAUNCHER                 srun | mpirun | auto (default auto: srun when Slurm has PMIx, else mpirun)
#   LINKTRAIL_MAX_RESTARTS   how often a job may requeue itself (default 50)
#   LINKTRAIL_BTL            Open MPI transports, e.g. "self,tcp", for clusters whose default choice misbehaves

# The program's word for "stopped early, a checkpoint is written, call me again" (EX_TEMPFAIL of sysexits.h).
EXIT_CHECKPOINTED=75
EXIT_USAGE=2
# A monthly run on 24-hour partitions needs a handful; a job that still is not done after 50 makes no progress.
DEFAULT_MAX_RESTARTS=50

LINKTRAIL_HOME=${LINKTRAIL_HOME:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}

die() {
  echo "linktrail: $*" >&2
  exit "$EXIT_USAGE"
}

linktrail_binary() {
  local binary=${LINKTRAIL:-${LINKTRAIL_HOME}/build/release/linktrail}
  [[ -x $binary ]] || die "no program at ${binary}; run scripts/build.sh, or set LINKTRAIL to where it is"
  printf '%s\n' "$binary"
}

slurm_has_pmix() {
  command -v srun >/dev/null && srun --mpi=list 2>&1 | grep -Eq '(^|[[:space:]])pmix'
}

# The one place that decides how ranks are started.
choose_launcher() {
  case ${LAUNCHER:-auto} in
    srun | mpirun) printf '%s\n' "$LAUNCHER" ;;
    auto) if slurm_has_pmix; then echo srun; else echo mpirun; fi ;;
    *) die "LAUNCHER is '${LAUNCHER}'; expected srun, mpirun or auto" ;;
  esac
}

# Fills the array LAUNCH with the command that goes before the binary. srun without PMIx would start N programs of one
# rank each, so --mpi=pmix is always spelt out.
# shellcheck disable=SC2034  # LAUNCH is read by the sourcing script
set_launch_command() {
  case $(choose_launcher) in
    srun) LAUNCH=(srun --mpi=pmix --kill-on-bad-exit=1) ;;
    mpirun) LAUNCH=(mpirun) ;;
    *) exit "$EXIT_USAGE" ;;
  esac
  if [[ -n ${LINKTRAIL_BTL:-} ]]; then export OMPI_MCA_btl=$LINKTRAIL_BTL; fi
  export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
  # srun of Slurm 22.05 and later no longer inherits the job's --cpus-per-task.
  if [[ -n ${SLURM_CPUS_PER_TASK:-} ]]; then export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK; fi
}

has_option() { # NAME WORDS...
  local name=$1 word
  shift
  for word in "$@"; do
    if [[ $word == "$name" || $word == "$name="* ]]; then return 0; fi
  done
  return 1
}

# Fills the array DEFAULTS with what an unattended snapshot needs, except what the user's own options say: linktrail takes
# each option once. --resume is spelt out because a requeued job must go on even if its config says "never".
# shellcheck disable=SC2034  # DEFAULTS is read by the sourcing script
set_default_options() { # USER'S_OPTIONS...
  DEFAULTS=()
  has_option --resume "$@" || DEFAULTS+=(--resume auto)
  has_option --progress "$@" || DEFAULTS+=(--progress lines)
}

# Runs a command so that USR1 and TERM reach all ranks as USR1 ("write a checkpoint and stop"): srun and mpirun both pass
# USR1 on, while mpirun answers TERM by killing its ranks. Returns the command's own exit code.
run_and_forward_signals() {
  local pid code=0 asked=0
  "$@" &
  pid=$!
  # shellcheck disable=SC2064  # the pid of now is meant
  trap "asked=1; echo 'linktrail: stop requested, asking the ranks for a checkpoint' >&2; kill -USR1 $pid 2>/dev/null" USR1 TERM
  # wait returns early, with a code above 128, when a trap ran; then the ranks are still busy with their checkpoint.
  while :; do
    code=0
    asked=0
    wait "$pid" || code=$?
    ((asked == 1 && code > 128)) || break
  done
  trap - USR1 TERM
  return "$code"
}

# A job that someone cancelled is COMPLETING while its ranks still write their checkpoint; putting that one back into the
# queue would bring it back from the dead.
job_is_running() {
  [[ $(squeue --noheader --jobs="$SLURM_JOB_ID" --format=%T 2>/dev/null) == RUNNING ]]
}

# Puts the job back into the queue after exit code 75, unless it was cancelled or did so too often. Returns CODE, with
# which the script should end.
requeue_if_checkpointed() { # CODE
  local code=$1 restarts=${SLURM_RESTART_COUNT:-0} limit=${LINKTRAIL_MAX_RESTARTS:-$DEFAULT_MAX_RESTARTS}
  if ((code != EXIT_CHECKPOINTED)) || [[ -z ${SLURM_JOB_ID:-} ]]; then
    return "$code"
  fi
  if ! job_is_running; then
    echo "linktrail: stopped with a checkpoint; the job was cancelled or is out of time, so it is not requeued" >&2
  elif ((restarts >= limit)); then
    echo "linktrail: stopped with a checkpoint, but the job was requeued ${restarts} times already (LINKTRAIL_MAX_RESTARTS=${limit})" >&2
  else
    echo "linktrail: stopped with a checkpoint, requeueing job ${SLURM_JOB_ID} (restart $((restarts + 1)) of at most ${limit})" >&2
    scontrol requeue "$SLURM_JOB_ID"
  fi
  return "$code"
}
