"""Jobs that are held at a moment of their work, so that a test meets them there however long it takes to look."""
import contextlib
import os
import pathlib
import signal
import subprocess
import threading
import time

from job import TIME_LIMIT_S, command, environment


def ranks_of(mpirun):
    """The process ids of the ranks that this mpirun started."""
    return [int(pid) for pid in pathlib.Path(f"/proc/{mpirun.pid}/task/{mpirun.pid}/children").read_text().split()]


def signal_ranks(mpirun, number):
    for pid in ranks_of(mpirun):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def go_on(mpirun):
    signal_ranks(mpirun, signal.SIGCONT)


def kill(mpirun):
    """Ends a job and its ranks as a machine that fails does; a job that has ended stays as it is."""
    if mpirun.poll() is not None:
        return
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        signal_ranks(mpirun, signal.SIGKILL)
    mpirun.kill()
    mpirun.communicate(timeout=TIME_LIMIT_S)


def wait_until(condition):
    deadline = time.monotonic() + TIME_LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.002)


def is_held_thread(stat):
    try:
        return stat.read_text().rpartition(")")[2].split()[0] == "T"
    except (FileNotFoundError, ProcessLookupError):
        return True  # it has ended


def is_held(pid):
    return all(is_held_thread(stat) for stat in pathlib.Path(f"/proc/{pid}/task").glob("*/stat"))


def waits_for(pid, number):
    """Whether the signal waits for a held process."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    waiting = next(line for line in status.splitlines() if line.startswith("ShdPnd")).split()[1]
    return bool(int(waiting, 16) >> (number - 1) & 1)


def hold(mpirun):
    """Stops the ranks; returns when every thread of theirs stands, so that a signal sent from now on has to wait."""
    signal_ranks(mpirun, signal.SIGSTOP)
    wait_until(lambda: all(is_held(pid) for pid in ranks_of(mpirun)))


def start(test, ranks, *arguments, stderr=subprocess.PIPE):
    """A job that does not outlive its test."""
    process = subprocess.Popen(command(ranks, *arguments), env=environment(), stdout=subprocess.DEVNULL, stderr=stderr, text=True)
    test.addCleanup(kill, process)
    return process


def held_at_line(test, text, ranks, *arguments):
    """The job, held as soon as it has written a line that holds `text`."""
    process = start(test, ranks, *arguments)
    overdue = threading.Timer(TIME_LIMIT_S, kill, [process])  # ends a readline() that would wait for ever
    overdue.start()
    test.addCleanup(overdue.cancel)
    while text not in (line := process.stderr.readline()):
        test.assertNotEqual(line, "", f"ended before it wrote '{text}'")
    overdue.cancel()
    hold(process)
    return process


def held_at_file(test, path, ranks, *arguments):
    """The job, held as soon as `path` exists."""
    process = start(test, ranks, *arguments, stderr=subprocess.DEVNULL)
    wait_until(lambda: path.exists() or process.poll() is not None)
    test.assertIsNone(process.poll(), f"ended before {path} was seen")
    hold(process)
    return process


def ask_to_stop(mpirun):
    """Has mpirun pass USR1 on to its held ranks, as a batch system does, and lets them go on with it."""
    mpirun.send_signal(signal.SIGUSR1)
    wait_until(lambda: all(waits_for(pid, signal.SIGUSR1) for pid in ranks_of(mpirun)))
    go_on(mpirun)
