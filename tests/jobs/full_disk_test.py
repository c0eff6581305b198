"""A full disk ends every rank with the storage code and one message, never with a hang or a damaged file.

The small disk is a limit on the size of files, which needs no rights; where a tmpfs can be mounted, also a real one.
"""
import shutil
import subprocess
import unittest

from job import BINARY, DONE, STORAGE, TIME_LIMIT_S, JobTest, environment, messages, run
from snapshot_config import snapshot_config

TRAIN = ["--dim", 32, "--epochs", 1, "--min-rounds", 2, "--min-count", 1, "--progress", "off", "-q"]


def run_limited(file_bytes, ranks, *args):
    """Runs linktrail with no file larger than `file_bytes`; without MPI's shared-memory files, which would be too."""
    command = ["mpirun", "-n", ranks, "prlimit", f"--fsize={file_bytes}", BINARY, *args]
    return subprocess.run(list(map(str, command)), env=environment(OMPI_MCA_btl="self,tcp"), capture_output=True, text=True,
                          errors="replace", timeout=TIME_LIMIT_S)


def mount(folder, kilobytes):
    """Whether a tmpfs of that size now lies at `folder`."""
    folder.mkdir()
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", folder],
                          capture_output=True).returncode == 0


class FullDisk(JobTest):
    def setUp(self):
        super().setUp()
        self.input = self.folder / "w"
        self.done(1, "simulate", "world", "--output", self.input, "--articles", 300, "--sessions", 2000, "--topics", 5,
                  "--links", 10)

    def train(self, out):
        return ["train", "reader", "--input", self.input / "sessions.txt", "--output", out, *TRAIN]

    def assert_storage_fault(self, process):
        self.assertEqual(process.returncode, STORAGE, process.stderr)
        self.assertEqual(len(messages(process)), 1, process.stderr)

    def tmpfs(self, kilobytes):
        """A new small disk, or nothing if it may not be mounted here."""
        folder = self.folder / "tiny"
        if not mount(folder, kilobytes):
            print("no right to mount a tmpfs: tested with a limit on file sizes only")
            return None
        self.addCleanup(subprocess.run, ["umount", "-l", folder])
        return folder

    def test_training_fails_whole_and_leaves_no_file(self):
        for ranks in (1, 2, 3):
            for limit in (1000, 70000, 120000):  # below HDF5's own records; below model.h5; within it
                with self.subTest(ranks=ranks, limit=limit):
                    out = self.folder / f"o-{ranks}-{limit}"
                    self.assert_storage_fault(run_limited(limit, ranks, *self.train(out)))
                    self.assertEqual(list(out.glob("*.h5*")), [])

    def test_an_older_model_stays_as_it_was(self):
        out = self.folder / "o"
        self.done(3, *self.train(out))
        before = (out / "model.h5").read_bytes(), (out / "embeddings.h5").read_bytes()

        self.assert_storage_fault(run_limited(70000, 3, *self.train(out), "--seed", 2))

        self.assertEqual(((out / "model.h5").read_bytes(), (out / "embeddings.h5").read_bytes()), before)

    def test_index_fails_whole_and_leaves_no_file(self):
        self.done(2, *self.train(self.folder / "o"))
        for ranks in (1, 2, 3):
            with self.subTest(ranks=ranks):
                output = self.folder / "i.hnsw"
                process = run_limited(40000, ranks, "index", "--input", self.folder / "o" / "embeddings.h5", "--output", output)
                self.assert_storage_fault(process)
                self.assertIn("i.hnsw", messages(process)[0])
                self.assertEqual(list(self.folder.glob("i.hnsw*")), [])

    def test_a_real_disk_that_fills_while_training(self):
        disk = self.tmpfs(200)
        for ranks in (2, 3) if disk else ():
            for fill in (60, 90, 110, 130, 190, 200):
                with self.subTest(ranks=ranks, fill=fill):
                    (disk / "fill").write_bytes(bytes(fill * 1024))
                    process = run(ranks, *self.train(disk / "o"))
                    self.assert_whole_or_storage_fault(process, disk / "o")
                    shutil.rmtree(disk / "o", ignore_errors=True)

    def assert_whole_or_storage_fault(self, process, out):
        if process.returncode != DONE:
            self.assert_storage_fault(process)
        self.assertEqual(list(out.glob("*.h5.partial")), [], process.stderr)
        for path in out.glob("*.h5"):
            self.done(1, "inspect", path)
        self.assertEqual((out / "embeddings.h5").exists(), process.returncode == DONE)

    def test_a_real_disk_that_fills_while_indexing(self):
        disk = self.tmpfs(200)
        if disk:
            self.done(2, *self.train(self.folder / "o"))
            shutil.copy(self.folder / "o" / "embeddings.h5", disk)
            (disk / "fill").write_bytes(bytes(130 * 1024))
            for ranks in (2, 3):
                self.assert_storage_fault(run(ranks, "index", "--input", disk / "embeddings.h5", "--output", disk / "i.hnsw"))
                self.assertEqual(list(disk.glob("i.hnsw*")), [])

    def test_a_real_disk_that_fills_while_a_snapshot_is_made(self):
        disk = self.tmpfs(560)
        if disk:
            config = self.write("m.toml", snapshot_config(self.input, disk / "snaps", min_rounds=2))
            for ranks, fill in ((2, 200), (3, 260), (3, 330), (2, 420), (2, 520)):
                with self.subTest(ranks=ranks, fill=fill):
                    shutil.rmtree(disk / "snaps", ignore_errors=True)
                    (disk / "fill").write_bytes(bytes(fill * 1024))
                    self.assert_storage_fault(run(ranks, "snapshot", config))
                    self.assertFalse((disk / "snaps" / "current").exists())


if __name__ == "__main__":
    unittest.main()
