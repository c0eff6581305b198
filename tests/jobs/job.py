"""Runs the binary under mpirun for the job tests, always with a time limit."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BINARY = os.environ["LINKTRAIL"]
TIME_LIMIT_S = 120  # far beyond what any of these small jobs takes: reaching it means a hang

DONE, USAGE, BAD_INPUT, STORAGE, GATE_FAILED, STOPPED = 0, 2, 3, 4, 6, 75


def environment(**extra):
    env = dict(os.environ, OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_mpi_yield_when_idle="1",
               OMPI_MCA_hwloc_base_binding_policy="none", SOURCE_DATE_EPOCH="1700000000")
    if os.geteuid() == 0:
        env.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    env.update(extra)
    return env


def command(ranks, *args):
    return ["mpirun", "-n", str(ranks), BINARY, *map(str, args)]


def run(ranks, *args, **extra):
    """Runs linktrail on `ranks` ranks; returns the finished process with its text output."""
    return subprocess.run(command(ranks, *args), env=environment(**extra), capture_output=True, text=True,
                          errors="replace", timeout=TIME_LIMIT_S)


def messages(process):
    """The lines that linktrail itself wrote as its final message."""
    return [line for line in process.stderr.splitlines() if line.startswith("linktrail: ")]


class JobTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="linktrail-jobs-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def done(self, ranks, *args, **extra):
        process = run(ranks, *args, **extra)
        self.assertEqual(process.returncode, DONE, process.stderr)
        return process

    def refused(self, code, text, ranks, *args):
        """The job ends with `code` and exactly one message, which holds `text`."""
        process = run(ranks, *args)
        self.assertEqual(process.returncode, code, process.stderr)
        self.assertEqual(len(messages(process)), 1, process.stderr)
        self.assertIn(text, messages(process)[0])
        return process
