# shellcheck shell=bash
# A whole Slurm on one machine, for tests: munged, slurmctld and two slurmd ("n1" and "n2") that share the host.
# Source this file, call cluster_start, use sbatch/squeue/scontrol as ever, and call cluster_stop from a trap.
# Everything (keys, sockets, spools, logs) lives in one temporary folder with free ports, so it neither needs nor touches
# a Slurm of the host, systemd or cgroups, and two of them can run side by side.

CLUSTER_NODES=(n1 n2)
# More than the machine may have: ranks of a test wait for each other most of the time.
CLUSTER_CPUS_PER_NODE=4
CLUSTER_START_SECONDS=60
CLUSTER_PIDS=()

cluster_free_ports() {
  /usr/bin/python3 - "$1" <<'PY'
import socket
import sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in held:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in held))
PY
}

cluster_write_config() {
  local host user node ports i
  host=$(hostname -s)
  user=$(id -un)
  read -r -a ports <<<"$(cluster_free_ports $((1 + ${#CLUSTER_NODES[@]})))"
  {
    cat <<CONF
ClusterName=linktrailtest
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
# A requeued job may not start before its old credential expired; two minutes by default.
AuthInfo=socket=${CLUSTER_DIR}/munge.socket,cred_expire=5
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=${CLUSTER_DIR}/jobcomp.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=1,sched_interval=2
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=30
MessageTimeout=30
OverTimeLimit=0
StateSaveLocation=${CLUSTER_DIR}/state
SlurmctldPidFile=${CLUSTER_DIR}/slurmctld.pid
SlurmctldLogFile=${CLUSTER_DIR}/slurmctld.log
SlurmdSpoolDir=${CLUSTER_DIR}/spool.%n
SlurmdPidFile=${CLUSTER_DIR}/slurmd.%n.pid
SlurmdLogFile=${CLUSTER_DIR}/slurmd.%n.log
TmpFS=${CLUSTER_DIR}/tmp.%n
CONF
    i=1
    for node in "${CLUSTER_NODES[@]}"; do
      echo "NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[i]} CPUs=${CLUSTER_CPUS_PER_NODE} State=UNKNOWN"
      i=$((i + 1))
    done
    echo "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP"
  } >"${CLUSTER_DIR}/slurm.conf"
}

# Open MPI settings that make one host look like two: no shared memory between "nodes", and loopback only.
cluster_export_environment() {
  export SLURM_CONF=${CLUSTER_DIR}/slurm.conf
  export OMPI_MCA_btl=self,tcp OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_oob_tcp_if_include=lo
  export OMPI_MCA_mpi_yield_when_idle=1
}

# The daemon ends with this shell, even when the shell is killed and no trap can run.
cluster_spawn() { # NAME COMMAND...
  local name=$1
  shift
  setpriv --pdeathsig TERM "$@" >"${CLUSTER_DIR}/${name}.out" 2>&1 &
  CLUSTER_PIDS+=($!)
}

cluster_start_munge() {
  mkdir -m 0700 "${CLUSTER_DIR}/munge"
  (umask 077 && head -c 128 /dev/urandom >"${CLUSTER_DIR}/munge/key")
  # --force: munged dislikes folders below the world-writable /tmp and running as root.
  cluster_spawn munged munged --foreground --force --num-threads=2 \
    --key-file="${CLUSTER_DIR}/munge/key" --socket="${CLUSTER_DIR}/munge.socket" \
    --pid-file="${CLUSTER_DIR}/munge/pid" --log-file="${CLUSTER_DIR}/munge/log" --seed-file="${CLUSTER_DIR}/munge/seed"
  cluster_wait "munged's socket" test -S "${CLUSTER_DIR}/munge.socket"
}

cluster_wait() { # WHAT COMMAND...
  local what=$1 deadline=$((SECONDS + CLUSTER_START_SECONDS))
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS > deadline)); then
      echo "cluster: waited ${CLUSTER_START_SECONDS} s for ${what}" >&2
      cluster_show_logs
      return 1
    fi
    sleep 0.3
  done
}

cluster_all_nodes_idle() {
  [[ $(sinfo --noheader --Node --format=%T | grep -c '^idle$') -eq ${#CLUSTER_NODES[@]} ]]
}

cluster_start() {
  local tool node
  for tool in munged slurmctld slurmd sbatch scontrol; do
    PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null || {
      echo "cluster: $tool is missing; run scripts/install_packages.sh test" >&2
      return 1
    }
  done
  PATH=$PATH:/usr/sbin:/sbin
  # Unix socket paths end at 108 bytes, so the folder is directly below /tmp whatever TMPDIR says.
  CLUSTER_DIR=$(mktemp -d /tmp/linktrail-slurm.XXXXXX)
  chmod 0755 "$CLUSTER_DIR"
  mkdir "${CLUSTER_DIR}/state"
  for node in "${CLUSTER_NODES[@]}"; do mkdir "${CLUSTER_DIR}/spool.${node}" "${CLUSTER_DIR}/tmp.${node}"; done
  cluster_write_config
  cluster_export_environment
  cluster_start_munge
  cluster_spawn slurmctld slurmctld -D -c
  for node in "${CLUSTER_NODES[@]}"; do cluster_spawn "slurmd.${node}" slurmd -D -N "$node"; done
  cluster_wait "two idle nodes" cluster_all_nodes_idle
}

cluster_show_logs() {
  local log
  for log in "${CLUSTER_DIR}"/*.log "${CLUSTER_DIR}"/*.out; do
    [[ -s $log ]] && { echo "--- ${log##*/}" && tail -n 25 "$log"; } >&2
  done
  return 0
}

# Only our own children are ended, by pid: steps first (through Slurm), then the daemons in reverse order.
cluster_stop() {
  local i deadline
  [[ -n ${CLUSTER_DIR:-} ]] || return 0
  timeout 10 scancel --user="$(id -un)" --state=RUNNING >/dev/null 2>&1 || true
  timeout 10 scancel --user="$(id -un)" >/dev/null 2>&1 || true
  deadline=$((SECONDS + 15))
  while ((SECONDS < deadline)) && [[ -n $(timeout 5 squeue --noheader 2>/dev/null) ]]; do sleep 0.5; done
  for ((i = ${#CLUSTER_PIDS[@]} - 1; i >= 0; i--)); do
    kill -TERM "${CLUSTER_PIDS[i]}" 2>/dev/null || true
  done
  deadline=$((SECONDS + 10))
  for ((i = ${#CLUSTER_PIDS[@]} - 1; i >= 0; i--)); do
    while ((SECONDS < deadline)) && kill -0 "${CLUSTER_PIDS[i]}" 2>/dev/null; do sleep 0.2; done
    kill -KILL "${CLUSTER_PIDS[i]}" 2>/dev/null || true
    wait "${CLUSTER_PIDS[i]}" 2>/dev/null || true
  done
  CLUSTER_PIDS=()
  [[ -n ${CLUSTER_KEEP:-} ]] || rm -rf "$CLUSTER_DIR"
}

# Waits until a job has left the queue for good (or the time is over) and prints "STATE EXITCODE:SIGNAL".
cluster_wait_job() { # JOBID SECONDS
  local record deadline=$((SECONDS + $2))
  while ((SECONDS < deadline)); do
    record=$(scontrol show job --oneliner "$1")
    case $record in
      *JobState=COMPLETED* | *JobState=FAILED* | *JobState=CANCELLED* | *JobState=TIMEOUT* | *JobState=NODE_FAIL*)
        sed -E 's/.*JobState=([A-Z_]+).* ExitCode=([0-9]+:[0-9]+).*/\1 \2/' <<<"$record"
        return 0
        ;;
    esac
    sleep 0.5
  done
  echo "cluster: job $1 is not done after $2 s: $record" >&2
  return 1
}
