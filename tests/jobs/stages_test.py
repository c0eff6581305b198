"""Stages of a snapshot that are done are skipped, unless what they are made from has changed; only what belongs to a
snapshot is published; a request to stop is heard everywhere."""
import json
import os
import signal
import subprocess
import unittest

from held_job import ask_to_stop, held_at_line, ranks_of, start, wait_until
from job import DONE, GATE_FAILED, STOPPED, TIME_LIMIT_S, JobTest, run
from snapshot_config import snapshot_config

END_OF_NOVEMBER, DECEMBER = "1764547190", "1764547220"  # 2025-11-30 23:59:50 and 2025-12-01 00:00:20


class Stages(JobTest):
    def setUp(self):
        super().setUp()
        self.input, self.root = self.folder / "input", self.folder / "root"
        self.done(1, "simulate", "world", "--output", self.input, "--articles", 400, "--topics", 8, "--sessions", 4000)
        self.text = snapshot_config(self.input, self.root, min_rounds=2)
        # So few links a node and so narrow a search find not all neighbours.
        self.weak = "[index]\nm = 4\nef_construction = 4\n[evaluate]\nef = 10\n"
        self.config = self.write("m.toml", self.text + self.weak)
        self.ledger = self.root / ".work" / "2026-11.stages"

    def fail_gate(self, ranks, *extra):
        return self.refused(GATE_FAILED, "recall", ranks, "snapshot", self.config, "--min-index-recall", 1, *extra)

    def published(self):
        return json.loads((self.root / "2026-11" / "manifest.json").read_text())

    def test_what_is_done_is_skipped_but_the_report_shows_this_run(self):
        self.fail_gate(2)

        process = self.done(1, "snapshot", self.config, "--min-index-recall", 0.01)

        for model in ("reader", "links"):
            for stage in ("train", "embed", "index", "evaluate", "export"):
                self.assertIn(f"{model} {stage}: done before, skipped", process.stderr)
                self.assertEqual(self.published()["metrics"][model][stage]["ranks"], 2)
            self.assertNotIn(f"{model} report: done before", process.stderr)
        self.assertIn("0.01", (self.root / "2026-11" / "reader" / "report.html").read_text())

    def test_a_stage_that_runs_again_takes_along_those_that_read_its_result(self):
        self.fail_gate(2, "--models", "reader")
        (self.ledger / "reader.train.done.json").unlink()

        process = self.done(3, "snapshot", self.config, "--models", "reader", "--min-index-recall", 0)

        self.assertNotIn("done before", process.stderr)
        for stage, result in self.published()["metrics"]["reader"].items():
            self.assertEqual(result["ranks"], 3, stage)

    def test_a_model_whose_gate_failed_is_not_published_beside_another(self):
        self.fail_gate(2)

        self.done(2, "snapshot", self.config, "--models", "reader", "--min-index-recall", 0)

        folder = self.root / "2026-11"
        self.assertEqual({entry["path"].split("/")[0] for entry in self.published()["files"]}, {"reader", "titles.tsv"})
        self.assertEqual({path.name for path in folder.iterdir()}, {"reader", "titles.tsv", "manifest.json"})

    def test_without_a_name_a_run_goes_on_in_the_next_month(self):
        self.config.write_text(self.config.read_text().replace('name = "2026-11"', 'min_index_recall = 1'))
        first = run(2, "snapshot", self.config, SOURCE_DATE_EPOCH=END_OF_NOVEMBER)
        self.assertEqual(first.returncode, GATE_FAILED, first.stderr)

        second = run(2, "snapshot", self.config, SOURCE_DATE_EPOCH=DECEMBER)

        self.assertEqual(second.returncode, GATE_FAILED, second.stderr)
        self.assertIn("2025-11: begun earlier", second.stderr)
        self.assertIn("reader train: done before", second.stderr)
        self.assertEqual([path.name for path in (self.root / ".work").glob("*.stages")], ["2025-11.stages"])
        self.config.write_text(self.config.read_text().replace("epochs = 3", "epochs = 2"))
        other = run(2, "snapshot", self.config, SOURCE_DATE_EPOCH=DECEMBER)
        self.assertNotIn("begun earlier", other.stderr)
        self.assertTrue((self.root / ".work" / "2025-12.stages").exists())


class StopRequest(JobTest):
    def test_a_snapshot_stops_in_the_middle_of_its_index_and_goes_on(self):
        world, root = self.folder / "in", self.folder / "root"
        self.done(1, "simulate", "world", "--output", world, "--articles", 6000, "--sessions", 60000, "--topics", 8)
        config = self.write("m.toml", snapshot_config(world, root, min_rounds=2) + "[index]\nef_construction = 1000\n")
        arguments = ["snapshot", config, "--models", "reader", "--min-index-recall", 0]
        process = held_at_line(self, "reader index", 2, *arguments)

        ask_to_stop(process)

        _, rest = process.communicate(timeout=TIME_LIMIT_S)
        self.assertEqual(process.returncode, STOPPED, rest)
        self.assertIn("stopped on request", rest)
        self.assertFalse((root / ".work" / "2026-11.stages" / "reader.index.done.json").exists())
        self.assertIn("reader embed: done before", self.done(2, *arguments).stderr)

    def test_a_command_that_keeps_nothing_ends_at_once(self):
        out = self.folder / "out"
        process = start(self, 1, "simulate", "world", "--output", out, "--articles", 100000, "--sessions", 10000000,
                        "--links", 0, stderr=subprocess.DEVNULL)
        wait_until(lambda: list(out.glob("*")) or process.poll() is not None)

        os.kill(ranks_of(process)[0], signal.SIGTERM)  # mpirun itself would kill its rank in any case

        self.assertNotEqual(process.wait(timeout=TIME_LIMIT_S), DONE)
        self.assertFalse((out / "sessions.txt").exists())


if __name__ == "__main__":
    unittest.main()
