#!/bin/bash
# slurm/snapshot.sbatch itself, on the test cluster, with a small program in the place of linktrail that does as its
# config file says. Facts: ranks of both nodes form one world under either launcher; an exit code reaches Slurm unchanged;
# a stop request becomes a checkpoint, a requeue and a second, successful run; a cancelled job does not come back; the
# cap on requeues holds.
# usage: job_script_test.sh REPOSITORY STAND_IN
set -euo pipefail
repository=$1
stand_in=$2
# shellcheck source=tests/slurm/cluster.sh
source "${repository}/tests/slurm/cluster.sh"
# shellcheck source=scripts/mpi_env.sh
source "${repository}/scripts/mpi_env.sh"

JOB_SECONDS=60
failures=0
work=$(mktemp -d)
trap 'cluster_stop; rm -rf "$work"' EXIT

expect() { # FACT COMMAND...
  local fact=$1
  shift
  if "$@"; then
    echo "ok: ${fact}"
  else
    echo "FAILED: ${fact}" >&2
    failures=$((failures + 1))
  fi
}

expect_in_log() { # FACT NAME PATTERN
  expect "$1" grep -Eq "$3" "${work}/$2.out"
}

linktrail_options=() # behind the config, in all submissions
submit() { # NAME CONFIG_TEXT SBATCH_OPTIONS...  -> job id
  local name=$1
  printf '%s\n' "$2" >"${work}/${name}.toml"
  shift 2
  sbatch --parsable --chdir="$work" --job-name="$name" --output="${work}/%x.out" --nodes=2 --ntasks-per-node=2 \
    "$@" "${repository}/slurm/snapshot.sbatch" "${work}/${name}.toml" "${linktrail_options[@]}"
}

wait_for_line() { # NAME PATTERN
  local deadline=$((SECONDS + JOB_SECONDS))
  until grep -Eqs "$2" "${work}/$1.out"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.3
  done
}

exit_codes_reach_slurm() {
  local id launcher
  for launcher in srun mpirun; do
    id=$(LAUNCHER=$launcher submit "good_${launcher}" "exit 0")
    expect "${launcher}: a good run is COMPLETED" [ "$(cluster_wait_job "$id" "$JOB_SECONDS")" = "COMPLETED 0:0" ]
    expect_in_log "${launcher}: four ranks form one world" "good_${launcher}" 'rank 3 of 4'
    expect_in_log "${launcher}: the second node takes part" "good_${launcher}" 'on n2'
    id=$(LAUNCHER=$launcher submit "bad_${launcher}" "exit 3")
    expect "${launcher}: exit code 3 stays 3" [ "$(cluster_wait_job "$id" "$JOB_SECONDS")" = "FAILED 3:0" ]
  done
  id=$(LAUNCHER=auto submit good_auto "exit 0")
  expect "auto: a good run is COMPLETED" [ "$(cluster_wait_job "$id" "$JOB_SECONDS")" = "COMPLETED 0:0" ]
}

a_stop_request_is_a_checkpoint_and_a_second_run() {
  local id launcher ids=()
  for launcher in srun mpirun; do
    ids+=("$(LAUNCHER=$launcher submit "stop_${launcher}" "wait")")
    expect "${launcher}: the waiting run starts" wait_for_line "stop_${launcher}" 'waiting for a signal'
    scancel --batch --signal=USR1 "${ids[-1]}"
    expect "${launcher}: the signal reaches the ranks" wait_for_line "stop_${launcher}" 'stopped by signal'
  done
  for id in "${ids[@]}"; do
    expect "job ${id} ends well after its requeue" [ "$(cluster_wait_job "$id" "$JOB_SECONDS")" = "COMPLETED 0:0" ]
  done
  expect_in_log "the log is appended to, with the restart in it" stop_srun 'restart 1$'
}

a_cancelled_job_stays_cancelled() {
  local id
  id=$(LAUNCHER=srun submit cancelled "wait")
  expect "the run to be cancelled starts" wait_for_line cancelled 'waiting for a signal'
  scancel "$id"
  expect "its ranks checkpoint" wait_for_line cancelled 'stopped by signal'
  expect "a cancelled job is not requeued" grep -q '^CANCELLED' <<<"$(cluster_wait_job "$id" "$JOB_SECONDS")"
}

requeues_are_capped() {
  local id
  id=$(LINKTRAIL_MAX_RESTARTS=0 submit capped "exit 75")
  expect "a job at its cap ends with 75" [ "$(cluster_wait_job "$id" "$JOB_SECONDS")" = "FAILED 75:0" ]
  expect_in_log "and says why" capped 'LINKTRAIL_MAX_RESTARTS=0'
}

options_of_the_user_replace_the_scripts_own() {
  local id linktrail_options=(--resume never --progress=off)
  id=$(submit options "exit 0")
  expect "the user's options are taken" [ "$(cluster_wait_job "$id" "$JOB_SECONDS")" = "COMPLETED 0:0" ]
}

wrong_settings_are_usage_errors() {
  local id
  id=$(LAUNCHER=ssh submit launcher "exit 0")
  expect "an unknown launcher is a usage error" [ "$(cluster_wait_job "$id" "$JOB_SECONDS")" = "FAILED 2:0" ]
  id=$(LINKTRAIL=/nowhere submit missing "exit 0")
  expect "a missing program is a usage error" [ "$(cluster_wait_job "$id" "$JOB_SECONDS")" = "FAILED 2:0" ]
  expect_in_log "that names the program" missing 'no program at /nowhere'
}

export LINKTRAIL=$stand_in
cluster_start
exit_codes_reach_slurm
a_stop_request_is_a_checkpoint_and_a_second_run
a_cancelled_job_stays_cancelled
requeues_are_capped
options_of_the_user_replace_the_scripts_own
wrong_settings_are_usage_errors
((failures == 0)) || { cluster_show_logs && exit 1; }
