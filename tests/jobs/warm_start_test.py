"""A month that starts from the one before: what is taken over, what is on record, and what is refused."""
import hashlib
import json
import pathlib
import shutil
import unittest

from held_job import held_at_file, kill
from job import BAD_INPUT, JobTest
from snapshot_config import snapshot_config
from two_months import add_new_articles, simulate_months

SMALL = {"--dim": 8, "--epochs": 2, "--min-count": 1, "--min-rounds": 4}


def flags(*more):
    """The small settings, as far as `more` has no others, and `more`."""
    return [word for pair in SMALL.items() if pair[0] not in more for word in pair] + list(more)


class WarmTraining(JobTest):
    def setUp(self):
        super().setUp()
        simulate_months(self)

    def train(self, ranks, kind, month, output, *more):
        source = "sessions.txt" if kind == "reader" else "pagelinks.tsv"
        return self.done(ranks, "train", kind, "--input", self.folder / month / source, "--output", self.folder / output,
                         *flags(*more))

    def refused_warm(self, text, *more, kind="reader"):
        source = "sessions.txt" if kind == "reader" else "pagelinks.tsv"
        for ranks in (1, 3):
            with self.subTest(text=text, ranks=ranks):
                process = self.refused(BAD_INPUT, text, ranks, "train", kind, "--input", self.folder / "june" / source,
                                       "--output", self.folder / "refused", *flags(*more))
                self.assertNotIn("words/s", process.stderr)
                self.assertFalse((self.folder / "refused" / "model.h5").exists())

    def test_counts_what_it_takes_over_and_starts_with_a_lower_loss(self):
        self.train(2, "reader", "may", "m1", "--epochs", 10)
        cold = self.train(2, "reader", "june", "cold", "--epochs", 1)
        warm = self.train(2, "reader", "june", "m2", "--init-from", self.folder / "m1", "--warm-epochs", 1)

        self.assertRegex(warm.stderr, r"started from .*m1: \d+ articles matched, \d+ new, \d+ vanished")
        self.assertNotIn("started from", cold.stderr)
        first_loss = [json.loads((self.folder / name / "metrics.jsonl").read_text().splitlines()[0])["loss"]
                      for name in ("cold", "m2")]
        self.assertLess(first_loss[1], first_loss[0])

    def test_all_rows_meet_often_at_first_unless_they_were_trained_before(self):
        often = ["--hot-syncs", 6, "--epochs", 1]
        self.train(2, "reader", "may", "m1", *often)
        self.train(2, "reader", "may", "m2", *often, "--init-from", self.folder / "m1", "--warm-epochs", 1)
        topics = ["--labels", self.folder / "may" / "labels.tsv", *often]
        self.train(2, "links", "may", "t1", *topics)
        self.train(2, "links", "may", "t2", *topics, "--init-from", self.folder / "t1", "--warm-epochs", 1)

        for output, rounds in (("m1", 12), ("m2", 4), ("t1", 12), ("t2", 4)):
            lines = (self.folder / output / "metrics.jsonl").read_text().splitlines()
            self.assertEqual([json.loads(line)["step"] for line in lines], list(range(rounds)), output)

    def test_new_articles_are_trained_first_and_a_resumed_run_has_them(self):
        self.train(2, "reader", "may", "m1")
        add_new_articles(self)
        warm = ["--init-from", self.folder / "m1", "--epochs", 6, "--min-rounds", 15, "--checkpoint-minutes", 0]
        whole = self.train(2, "reader", "june", "whole", *warm)
        held = held_at_file(self, self.folder / "parts" / "checkpoint.h5", 2, "train", "reader", "--input",
                            self.folder / "june" / "sessions.txt", "--output", self.folder / "parts", *flags(*warm))
        kill(held)

        resumed = self.train(2, "reader", "june", "parts", *warm)

        self.assertIn("train reader, new articles 100.0%", whole.stderr)
        self.assertNotIn("new articles 100.0%", resumed.stderr)
        self.assertIn("resumed at epoch", resumed.stderr)
        self.assertEqual(*((self.folder / name / "embeddings.h5").read_bytes() for name in ("whole", "parts")))
        stages = {json.loads(line)["stage"] for line in (self.folder / "whole" / "metrics.jsonl").read_text().splitlines()}
        self.assertEqual(stages, {"train reader"}, "the rounds of the model on record are those of its epochs")

    def test_a_month_without_new_articles_goes_on_at_once(self):
        self.train(2, "reader", "may", "m1")
        process = self.train(2, "reader", "may", "m2", "--init-from", self.folder / "m1")
        self.assertNotIn("new articles", process.stderr.replace("articles matched", ""))

    def test_new_articles_that_are_seen_often_learn_with_all_others(self):
        self.train(2, "reader", "may", "m1")
        add_new_articles(self, "may")
        process = self.train(2, "reader", "may", "m2", "--init-from", self.folder / "m1")
        self.assertIn("matched, 2 new, 0 vanished", process.stderr)
        self.assertNotIn("train reader, new articles", process.stderr)

    def test_the_content_of_the_earlier_model_is_on_record_and_its_path_is_not(self):
        self.train(1, "reader", "may", "m1")
        shutil.copytree(self.folder / "m1", self.folder / "moved")
        for output, source in (("a", "m1"), ("b", "moved/model.h5")):
            self.train(1, "reader", "june", output, "--init-from", self.folder / source, "--align-to", self.folder / source)
        model = (self.folder / "a" / "model.h5").read_bytes()
        digest = hashlib.sha256((self.folder / "m1" / "model.h5").read_bytes()).hexdigest()

        self.assertEqual(model, (self.folder / "b" / "model.h5").read_bytes())
        self.assertIn(f'"init_from":"sha256:{digest}"', model.decode(errors="replace"))
        self.assertIn(f'"align_to":"sha256:{digest}"', model.decode(errors="replace"))
        self.assertNotIn(str(self.folder).encode(), model)

    def test_alignment_brings_independent_models_together(self):
        self.train(2, "reader", "may", "m1", "--epochs", 10)
        process = self.train(2, "reader", "june", "m2", "--seed", 2, "--epochs", 10, "--align-to", self.folder / "m1")
        before, after = (float(process.stderr.split(text)[1][:6]) for text in (", was ", "mean cosine "))
        self.assertLess(before, 0.5)
        self.assertGreater(after, before + 0.2)

    def test_another_dim_kind_or_architecture_is_refused_before_training(self):
        self.train(1, "reader", "may", "m1")
        self.train(1, "links", "may", "links")
        self.train(1, "links", "may", "topics", "--labels", self.folder / "may" / "labels.tsv")
        self.done(1, "export", "--input", self.folder / "m1", "--output", self.folder / "m1.bin", "--format", "fasttext-bin")
        for flag in ("--init-from", "--align-to"):
            for source in ("m1", "m1/model.h5", "m1.bin"):
                self.refused_warm("expected dim 16, found '8'", flag, self.folder / source, "--dim", 16)
        self.refused_warm("skipgram, found 'a reader model", "--init-from", self.folder / "m1", "--model", "skipgram")
        self.refused_warm("expected a reader model", "--init-from", self.folder / "links")
        self.refused_warm("expected a links without labels model", "--init-from", self.folder / "m1", kind="links")
        self.refused_warm("found 'a links model trained on labels", "--init-from", self.folder / "topics", kind="links")
        self.refused_warm("trained on labels, found", "--init-from", self.folder / "m1.bin", "--labels",
                          self.folder / "june" / "labels.tsv", kind="links")

    def test_what_is_missing_damaged_or_something_else_is_refused(self):
        self.train(1, "reader", "may", "m1")
        self.done(1, "export", "--input", self.folder / "m1", "--output", self.folder / "m1.bin", "--format", "fasttext-bin")
        cut = self.write("cut.bin", (self.folder / "m1.bin").read_bytes()[:-4])
        self.refused_warm("no such file or folder", "--init-from", self.folder / "none")
        self.refused_warm("model.h5 or model.bin", "--init-from", self.folder / "may")
        self.refused_warm("cut.bin: truncated", "--init-from", cut)
        self.refused_warm("labels.tsv", "--init-from", self.folder / "may" / "labels.tsv")
        self.refused_warm("embeddings.h5", "--init-from", self.folder / "m1" / "embeddings.h5")
        others = self.write("others/sessions.txt", "Q900000001 Q900000002 Q900000003\n" * 9)
        self.done(1, "train", "reader", "--input", others, "--output", self.folder / "others", *flags())
        self.refused_warm("no article in common", "--init-from", self.folder / "others")

    def test_links_with_and_without_labels_start_warm(self):
        for more in ([], ["--labels", self.folder / "may" / "labels.tsv"]):
            self.train(2, "links", "may", "l1", *more)
            process = self.train(2, "links", "june", "l2", "--init-from", self.folder / "l1", *more)
            self.assertIn("articles matched, 0 new, 0 vanished", process.stderr)


class WarmSnapshot(JobTest):
    def setUp(self):
        super().setUp()
        self.root = self.folder / "root"
        for month, first in (("2026-11", 0), ("2026-12", 3000)):
            self.done(1, "simulate", "world", "--output", self.folder / month, "--articles", 300, "--topics", 6,
                      "--sessions", 3000, "--first-session", first)

    def config(self, month, **replacements):
        text = snapshot_config(self.folder / month, self.root, min_rounds=10).replace('"2026-11"', f'"{month}"')
        for section in ("reader", "links"):
            text = text.replace(f"[{section}]\n", f"[{section}]\ninit_from = 'previous'\nalign_to = 'previous'\nwarm_epochs = 1\n")
        for old, new in replacements.items():
            text = text.replace(old, new)
        return self.write(f"{month}.toml", text)

    def manifest(self, month):
        return json.loads((self.root / month / "manifest.json").read_text())

    def test_one_configuration_serves_the_first_month_and_all_that_follow(self):
        first = self.done(2, "snapshot", self.config("2026-11"))
        self.assertIn("reader: no previous snapshot has this model", first.stderr)
        self.assertNotIn("init_matched", self.manifest("2026-11")["metrics"]["reader"]["train"])
        self.done(2, "snapshot", self.config("2026-12"))

        manifest = self.manifest("2026-12")
        for model in ("reader", "links"):
            train = manifest["metrics"][model]["train"]
            self.assertGreater(train["init_matched"], 200)
            self.assertGreater(train["cosine_after_alignment"], 0.5)
            recorded = {entry["role"]: entry for entry in manifest["inputs"]}
            source = self.root / "2026-11" / model / "model.bin"
            for role in (f"{model} init_from", f"{model} align_to"):
                self.assertEqual(pathlib.Path(recorded[role]["path"]), source.resolve())
                self.assertEqual(recorded[role]["sha256"], hashlib.sha256(source.read_bytes()).hexdigest())
        # `current` is this very snapshot by now.
        self.assertEqual((self.root / "current").resolve().name, "2026-12")
        self.assertIn("nothing to do", self.done(2, "snapshot", self.config("2026-12")).stderr)

    def test_an_earlier_model_that_does_not_fit_the_second_model_stops_the_run_before_the_first_trains(self):
        self.done(2, "snapshot", self.config("2026-11"))
        config = self.config("2026-12")
        text = config.read_text()
        at = text.index("[links]")
        config.write_text(text[:at] + text[at:].replace("dim = 16", "dim = 12"))
        process = self.refused(BAD_INPUT, "expected dim 12, found '16'", 2, "snapshot", config)
        self.assertNotIn("reader train", process.stderr)

    def test_a_path_that_is_missing_is_refused_where_previous_is_not(self):
        config = self.config("2026-11", **{"init_from = 'previous'": "init_from = 'nowhere'"})
        self.refused(BAD_INPUT, "nowhere", 2, "snapshot", config)


if __name__ == "__main__":
    unittest.main()
