"""What a program took: the wall clock, processor time and memory of a process and of all that it started."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.2
LEAST_FREE = 1 << 30  # bytes of the machine; a run that leaves less is stopped before the kernel stops something else


@dataclass(frozen=True)
class Usage:
    wall: float  # seconds
    cpu: float  # seconds, user and system, of the process and all that it waited for: mpirun's include its ranks
    peak_rss: int  # bytes of the largest single process; shared memory counts in each


class MemoryWatch:
    """Largest memory of all processes called `name` below a process, sampled; what they share counts once.

    Private pages come from smaps_rollup. Shared memory is what the processes have mapped and touched (Pss) or, if more,
    what the files of /dev/shm grew by. Stops the processes if the machine runs short.
    """

    def __init__(self, name):
        self.name, self.samples, self.stopped_short = name[:15], [], False
        self.shm_before = shm_bytes()

    def start(self, pid):
        self.begin, self.done = time.monotonic(), threading.Event()
        self.thread = threading.Thread(target=self._sample_until_done, args=(pid,), daemon=True)
        self.thread.start()

    def stop(self):
        self.done.set()
        self.thread.join()

    def peak(self):
        """Bytes, and the second of the run at which they were reached."""
        peak = max(self.samples, default=(0, 0.0))
        if peak[0] == 0:
            raise SystemExit(f"bench: no memory of a process named '{self.name}' was seen; was the run too short?")
        return peak

    def _sample_until_done(self, pid):
        while not self.done.wait(SAMPLE_SECONDS):
            ranks = [child for child in descendants(pid) if comm_of(child) == self.name]
            used = memory_of(ranks, shm_bytes() - self.shm_before)
            self.samples.append((used, time.monotonic() - self.begin))
            if available_bytes() < LEAST_FREE and ranks and not self.done.is_set():
                self.stopped_short = True
                for rank in ranks:
                    kill(rank)


def run_measured(command, environment, stdout, watch=None):
    """Runs the command to its end: its exit code, what it wrote to stderr, and its usage."""
    with tempfile.TemporaryFile("w+") as errors:
        begin = time.monotonic()
        process = subprocess.Popen(command, env=environment, stdout=stdout, stderr=errors)
        if watch:
            watch.start(process.pid)
        _, status, used = os.wait4(process.pid, 0)
        usage = Usage(time.monotonic() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
        process.returncode = os.waitstatus_to_exitcode(status)
        if watch:
            watch.stop()
        errors.seek(0)
        return process.returncode, errors.read(), usage


def read_or_empty(path):
    """Processes end while they are looked at."""
    try:
        return Path(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def comm_of(pid):
    return read_or_empty(f"/proc/{pid}/comm").strip()


def descendants(pid):
    """The process and all below it."""
    found = [pid]
    for parent in found:  # grows while it is walked
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            found += map(int, read_or_empty(children).split())
    return found


def kibibytes(text, fields):
    """Sum of the named lines of smaps_rollup or meminfo, in bytes."""
    rows = (line.split() for line in text.splitlines())
    return 1024 * sum(int(row[1]) for row in rows if len(row) > 1 and row[0] in fields)


def memory_of(pids, shm_grown):
    rollups = [read_or_empty(f"/proc/{pid}/smaps_rollup") for pid in pids]
    own = sum(kibibytes(text, {"Pss_Anon:", "Pss_File:"}) for text in rollups)
    shared = sum(kibibytes(text, {"Pss_Shmem:"}) for text in rollups)
    return own + max(shared, shm_grown if pids else 0)


def shm_bytes():
    state = os.statvfs("/dev/shm")
    return (state.f_blocks - state.f_bfree) * state.f_frsize


def available_bytes():
    return kibibytes(read_or_empty("/proc/meminfo"), {"MemAvailable:"})


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
