#!/bin/bash
# slurm/stat_box.sh, without Slurm, with a small program in the place of linktrail: exit codes pass through, two runs never
# overlap, a stop request becomes a checkpoint, unusable arguments are usage errors.   usage: stat_box_test.sh REPOSITORY STAND_IN
set -euo pipefail
# shellcheck source=scripts/cores.sh
source "$1/scripts/cores.sh"
script=$1/slurm/stat_box.sh
export LINKTRAIL=$2
WAIT_SECONDS=30
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LINKTRAIL_LOCK=${work}/lock LINKTRAIL_LOG_DIR=${work}/logs
cd "$work"
echo "exit 0" >good.toml
echo "exit 3" >bad.toml
echo "wait" >wait.toml

expect_code() { # FACT CODE COMMAND...
  local fact=$1 expected=$2 code=0
  shift 2
  "$@" >>out 2>&1 || code=$?
  if ((code == expected)); then
    echo "ok: ${fact}"
  else
    echo "FAILED: ${fact}: exit code ${code}, expected ${expected}" >&2
    failures=$((failures + 1))
  fi
}

stop_while_running() {
  local pid deadline=$((SECONDS + WAIT_SECONDS))
  "$script" wait.toml &
  pid=$!
  until grep -qs 'waiting for a signal' "$LINKTRAIL_LOG_DIR"/*.log || ((SECONDS > deadline)); do sleep 0.2; done
  expect_code "a second run is refused" 2 "$script" good.toml
  kill -TERM "$pid"
  wait "$pid"
}

expect_code "a good run" 0 "$script" good.toml
expect_code "exit code 3 stays 3" 3 "$script" bad.toml
expect_code "a stop request ends in a checkpoint" 75 stop_while_running
grep -E '^(ok|FAILED)' out || true
expect_code "the lock is free again" 0 "$script" good.toml
expect_code "more ranks than cores" 2 "$script" -n 9999 good.toml
expect_code "ranks that are no number" 2 "$script" -n many good.toml
expect_code "threads of a rank are no cores" 0 env OMP_NUM_THREADS=1 OMP_THREAD_LIMIT=1 "$script" -n "$(usable_cores)" good.toml
for option in "--resume never" "--resume=never" "--progress off" "-v"; do
  # shellcheck disable=SC2086  # two words
  expect_code "the user's ${option} replaces the script's own" 0 "$script" good.toml $option
done
expect_code "no config" 2 "$script"
expect_code "a config that is not there" 2 "$script" nowhere.toml
if ((failures > 0)) || grep -q '^FAILED' out; then
  cat out >&2
  exit 1
fi
