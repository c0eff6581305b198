"""One command from flat files to a published snapshot."""
import hashlib
import json
import pathlib
import unittest

from held_job import ask_to_stop, held_at_line
from job import BAD_INPUT, GATE_FAILED, STOPPED, TIME_LIMIT_S, USAGE, JobTest
from snapshot_config import snapshot_config


class Snapshot(JobTest):
    def setUp(self):
        super().setUp()
        self.input = self.folder / "input"
        self.root = self.folder / "root"
        self.done(1, "simulate", "world", "--output", self.input, "--articles", 400, "--topics", 8, "--sessions", 4000)
        self.config = self.write("m.toml", snapshot_config(self.input, self.root))

    def manifest(self):
        return json.loads((self.root / "current" / "manifest.json").read_text())

    def test_publishes_a_snapshot_that_holds_what_its_manifest_says(self):
        self.done(2, "snapshot", self.config)

        manifest = self.manifest()
        folder = self.root / "2026-11"
        self.assertEqual((self.root / "current").resolve(), folder.resolve())
        listed = {entry["path"] for entry in manifest["files"]}
        for model in ("reader", "links"):
            for name in ("embeddings.h5", "index.hnsw", "index.compact", "neighbors.h5", "model.bin", "metrics.jsonl",
                         "report.html"):
                self.assertIn(f"{model}/{name}", listed)
        for entry in manifest["files"]:
            content = (folder / entry["path"]).read_bytes()
            self.assertEqual(entry["sha256"], hashlib.sha256(content).hexdigest(), entry["path"])
        on_disk = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
        self.assertEqual(on_disk - {"manifest.json"}, listed)
        self.assertEqual({entry["role"] for entry in manifest["inputs"]}, {"sessions", "pagelinks", "labels", "titles"})
        self.assertTrue(all(gate["passed"] for gate in manifest["gates"]))
        self.assertLessEqual({"mpi", "hdf5", "compiler"}, set(manifest["versions"]))
        self.assertTrue(all(manifest["versions"].values()))
        self.assertRegex(manifest["git"], "^([0-9a-f]{40}(-dirty)?)?$")
        metrics = manifest["metrics"]
        self.assertGreater(metrics["reader"]["evaluate"]["labels"]["agreement_at_10"], 0.5)
        self.assertGreater(metrics["links"]["evaluate"]["link_model"]["micro_f1"], 0.8)
        self.assertEqual(metrics["reader"]["index"]["unreachable"], 0)
        self.assertFalse(any((self.root / ".work").glob("*")))

    def test_a_second_run_finds_nothing_to_do_and_another_configuration_is_refused(self):
        self.done(2, "snapshot", self.config)
        before = (self.root / "2026-11" / "manifest.json").read_bytes()

        process = self.done(2, "snapshot", self.config)
        self.assertIn("nothing to do", process.stderr)
        changed = self.write("n.toml", self.config.read_text().replace("dim = 16", "dim = 8"))
        self.refused(USAGE, "another --name", 2, "snapshot", changed)
        self.assertEqual((self.root / "2026-11" / "manifest.json").read_bytes(), before)

    def test_a_gate_that_fails_publishes_nothing_and_keeps_the_old(self):
        self.done(1, "snapshot", self.config)
        # Few links a node, hardly chosen, and a search no wider than its answer: no such index finds all neighbours.
        self.write("m.toml", self.config.read_text().replace('name = "2026-11"', 'name = "2026-12"\nmin_index_recall = 1.0') +
                   "[index]\nm = 4\nef_construction = 4\n[evaluate]\nef = 10\n")

        self.refused(GATE_FAILED, "recall", 2, "snapshot", self.config)

        self.assertEqual((self.root / "current").resolve(), (self.root / "2026-11").resolve())
        self.assertFalse((self.root / "2026-12").exists())

    def test_same_seed_and_ranks_give_identical_bytes(self):
        digests = []
        for name in ("a", "b"):
            root = self.folder / name
            config = self.write(f"{name}.toml", snapshot_config(self.input, root))
            self.done(2, "snapshot", config)
            files = json.loads((root / "current" / "manifest.json").read_text())["files"]
            digests.append({f["path"]: f["sha256"] for f in files if pathlib.Path(f["path"]).name in
                            ("index.hnsw", "index.compact", "model.bin", "titles.tsv")})
        self.assertEqual(digests[0], digests[1])
        self.assertEqual(len(digests[0]), 7)

    def test_query_knows_articles_by_qid_and_title(self):
        self.done(2, "snapshot", self.config)
        qid, title = (self.input / "titles.tsv").read_text().splitlines()[0].split("\t")[-2:]

        by_qid = self.done(1, "query", self.root, "--model", "links", "--qid", qid, "-k", 5).stdout.splitlines()
        by_title = self.done(1, "query", self.root, "--model", "links", "--title", title, "-k", 5).stdout.splitlines()

        self.assertEqual(len(by_qid), 6)
        self.assertEqual(by_qid, by_title)
        self.assertEqual(by_qid[0].split("\t"), [qid, "1.0000", title])
        scores = [float(line.split("\t")[1]) for line in by_qid]
        self.assertEqual(scores, sorted(scores, reverse=True))
        self.refused(BAD_INPUT, "Q999999999", 2, "query", self.root, "--qid", "Q999999999")
        self.refused(USAGE, "--qid", 1, "query", self.root, "--qid", "Paris")
        planned = self.done(1, "query", self.root, "--qid", qid, "--dry-run").stdout.removeprefix("read ").strip()
        self.assertTrue(pathlib.Path(planned).is_file(), planned)
        self.assertEqual(pathlib.Path(planned).name, "index.compact")
        (self.root / "2026-11" / "links" / "index.compact").unlink()
        by_hnsw = self.done(1, "query", self.root, "--model", "links", "--qid", qid, "-k", 5).stdout.splitlines()
        for one, other in zip(by_qid, by_hnsw, strict=True):
            self.assertAlmostEqual(float(one.split("\t")[1]), float(other.split("\t")[1]), delta=2e-4)

    def test_inspect_describes_and_verifies(self):
        self.done(2, "snapshot", self.config)
        folder = self.root / "2026-11"

        self.assertIn("recall_at_10", self.done(2, "inspect", folder).stdout)
        self.assertIn("/vectors", self.done(1, "inspect", folder / "reader" / "embeddings.h5").stdout)
        self.assertIn("M 16", self.done(1, "inspect", folder / "reader" / "index.hnsw").stdout)
        compact = folder / "reader" / "index.compact"
        self.assertIn("compact index 1.0", self.done(1, "inspect", compact).stdout)
        with open(folder / "reader" / "index.hnsw", "r+b") as file:
            file.seek(5000)
            file.write(b"\xff\xff")
        self.refused(BAD_INPUT, "index.hnsw", 1, "inspect", folder)

    def test_objective_links_keeps_labels_for_the_evaluation_only(self):
        self.config.write_text(self.config.read_text().replace("[links]\n", "[links]\nobjective = 'links'\n").replace(
            "lr = 0.5", ""))
        self.done(2, "snapshot", self.config)
        metrics = self.manifest()["metrics"]["links"]["evaluate"]
        self.assertNotIn("link_model", metrics)
        self.assertGreater(metrics["labels"]["agreement_at_10"], 0.5)

    def test_labels_as_objective_without_labels_are_refused_before_any_work(self):
        text = self.config.read_text().replace("labels =", "# labels =").replace("[links]\n", "[links]\nobjective = 'labels'\n")
        self.config.write_text(text)
        self.refused(USAGE, "--objective labels", 2, "snapshot", self.config)
        self.assertFalse(self.root.exists())

    def test_asked_to_stop_between_stages_it_leaves_with_75_and_goes_on_from_there(self):
        process = held_at_line(self, "reader index", 2, "snapshot", self.config)
        ask_to_stop(process)
        _, rest = process.communicate(timeout=TIME_LIMIT_S)

        self.assertEqual(process.returncode, STOPPED, rest)
        self.assertFalse((self.root / "2026-11").exists())
        again = self.done(2, "snapshot", self.config)
        self.assertIn("reader train: done before, skipped", again.stderr)
        self.assertTrue((self.root / "2026-11" / "manifest.json").exists())

    def test_without_labels_the_link_model_is_self_supervised(self):
        self.config.write_text(self.config.read_text().replace("labels =", "# labels ="))
        self.done(2, "snapshot", self.config)
        self.assertNotIn("link_model", self.manifest()["metrics"]["links"]["evaluate"])


if __name__ == "__main__":
    unittest.main()
