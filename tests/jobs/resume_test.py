"""Stopped or killed at any moment and started again: the result is the same, and nothing half-written is ever published."""
import os
import pathlib
import shutil
import signal
import tempfile
import unittest

from held_job import ask_to_stop, go_on, held_at_file, held_at_line, kill, ranks_of
from job import DONE, STOPPED, TIME_LIMIT_S, JobTest, run

# Rounds enough to be stopped in between, each followed by a checkpoint.
TRAIN = ["--dim", 16, "--epochs", 6, "--min-count", 1, "--min-rounds", 15, "--checkpoint-minutes", 0]


class Resume(JobTest):
    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="linktrail-resume-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared)
        made = run(1, "simulate", "world", "--output", cls.shared / "in", "--articles", 300, "--sessions", 4000)
        assert made.returncode == DONE, made.stderr
        whole = run(2, *cls.train(cls.shared / "whole"))
        assert whole.returncode == DONE, whole.stderr
        cls.whole = (cls.shared / "whole" / "embeddings.h5").read_bytes()

    @classmethod
    def train(cls, out):
        return ["train", "reader", "--input", cls.shared / "in" / "sessions.txt", "--output", out, *TRAIN]

    def assert_resumes_to_the_same_bytes(self, out):
        self.assertFalse((out / "embeddings.h5").exists())
        self.done(2, *self.train(out))
        self.assertEqual((out / "embeddings.h5").read_bytes(), self.whole)
        self.assertFalse((out / "checkpoint.h5").exists())
        self.assertEqual([str(path) for path in out.glob("*.partial")], [])

    def running(self, out):
        """A training that is held with its first checkpoint on disk."""
        return held_at_file(self, out / "checkpoint.h5", 2, *self.train(out))

    def test_a_stop_signal_leaves_a_checkpoint_and_code_75_and_resumes_to_the_same_bytes(self):
        out = self.folder / "out"
        process = self.running(out)

        ask_to_stop(process)

        self.assertEqual(process.wait(timeout=TIME_LIMIT_S), STOPPED)
        self.assertTrue((out / "checkpoint.h5").exists())
        self.assert_resumes_to_the_same_bytes(out)

    def test_a_training_that_is_killed_leaves_the_rounds_of_the_older_model(self):
        out = self.folder / "out"
        self.done(2, *self.train(out))
        before = (out / "metrics.jsonl").read_bytes()
        (out / "embeddings.h5").unlink()
        process = self.running(out)

        kill(process)

        self.assertEqual((out / "metrics.jsonl").read_bytes(), before)
        self.assert_resumes_to_the_same_bytes(out)
        self.assertNotEqual((out / "metrics.jsonl").read_bytes(), b"")

    def test_killed_and_resumed_to_the_same_bytes(self):
        out = self.folder / "out"
        process = self.running(out)

        kill(process)

        self.assert_resumes_to_the_same_bytes(out)

    def test_resume_never_starts_over(self):
        out = self.folder / "out"
        process = self.running(out)
        ask_to_stop(process)
        process.wait(timeout=TIME_LIMIT_S)

        process = self.done(2, *self.train(out), "--resume", "never")

        self.assertNotIn("resumed", process.stderr)
        self.assertEqual((out / "embeddings.h5").read_bytes(), self.whole)

    def test_sigterm_to_one_rank_while_it_loads_stops_all_with_a_checkpoint(self):
        out = self.folder / "out"
        # With -v the configuration is logged once the handlers stand and before a byte of input is read.
        process = held_at_line(self, "configuration", 2, *self.train(out), "-v")

        os.kill(ranks_of(process)[1], signal.SIGTERM)
        go_on(process)

        _, rest = process.communicate(timeout=TIME_LIMIT_S)
        self.assertEqual(process.returncode, STOPPED, rest)
        self.assert_resumes_to_the_same_bytes(out)


if __name__ == "__main__":
    unittest.main()
