"""Stopped or killed at any moment and started again: the result is the same, and nothing half-written is ever published."""
import signal
import subprocess
import time
import unittest

from job import BINARY, STOPPED, TIME_LIMIT_S, JobTest, command, environment

TRAIN = ["--dim", 16, "--epochs", 12, "--min-count", 1, "--round-tokens", 2000, "--checkpoint-minutes", 0]


class Resume(JobTest):
    def setUp(self):
        super().setUp()
        self.done(1, "simulate", "world", "--output", self.folder / "in", "--articles", 300, "--sessions", 20000)

    def train(self, out):
        return ["train", "reader", "--input", self.folder / "in" / "sessions.txt", "--output", self.folder / out, *TRAIN]

    def uninterrupted(self):
        self.done(2, *self.train("whole"))
        return (self.folder / "whole" / "embeddings.h5").read_bytes()

    def interrupt(self, out, signal_number):
        """Starts training, waits for the first checkpoint, sends the signal, returns the exit code."""
        process = subprocess.Popen(command(2, *self.train(out)), env=environment(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        checkpoint = self.folder / out / "checkpoint.h5"
        deadline = time.monotonic() + TIME_LIMIT_S
        while not checkpoint.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        self.assertIsNone(process.poll(), "training ended before it could be interrupted")
        process.send_signal(signal_number)
        return process.wait(timeout=TIME_LIMIT_S)

    def test_a_stop_signal_leaves_a_checkpoint_and_code_75_and_resumes_to_the_same_bytes(self):
        whole = self.uninterrupted()

        self.assertEqual(self.interrupt("stopped", signal.SIGUSR1), STOPPED)
        self.assertFalse((self.folder / "stopped" / "embeddings.h5").exists())
        self.done(2, *self.train("stopped"))

        self.assertEqual((self.folder / "stopped" / "embeddings.h5").read_bytes(), whole)
        self.assertFalse((self.folder / "stopped" / "checkpoint.h5").exists())

    def test_killed_and_resumed_to_the_same_bytes(self):
        whole = self.uninterrupted()

        self.interrupt("killed", signal.SIGKILL)
        subprocess.run(["pkill", "-9", "-f", f"{BINARY} train reader .*{self.folder}/killed"], check=False)
        self.done(2, *self.train("killed"))

        self.assertEqual((self.folder / "killed" / "embeddings.h5").read_bytes(), whole)

    def test_resume_never_starts_over(self):
        whole = self.uninterrupted()
        self.interrupt("fresh", signal.SIGUSR1)

        process = self.done(2, *self.train("fresh"), "--resume", "never")

        self.assertNotIn("resumed", process.stderr)
        self.assertEqual((self.folder / "fresh" / "embeddings.h5").read_bytes(), whole)


if __name__ == "__main__":
    unittest.main()
