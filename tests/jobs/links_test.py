"""Links without labels: both methods, articles that training never saw, and what is refused."""
import json
import unittest

from job import BAD_INPUT, USAGE, JobTest

SMALL = ["--dim", 16, "--min-count", 1]
SPECTRAL = ["--method", "spectral", *SMALL]
BAG = ["--method", "bag", "--epochs", 3, *SMALL]


class World(JobTest):
    def setUp(self):
        super().setUp()
        self.done(1, "simulate", "world", "--output", self.folder / "in", "--articles", 600, "--topics", 8, "--sessions", 10)
        self.links, self.labels = self.folder / "in" / "pagelinks.tsv", self.folder / "in" / "labels.tsv"

    def train(self, name, ranks, *args, links=None):
        self.done(ranks, "train", "links", "--input", links or self.links, "--output", self.folder / name, *args)
        return self.folder / name

    def embed(self, model, links, name="vectors"):
        process = self.done(2, "embed", "links", "--model", model, "--input", links, "--output", self.folder / name)
        return self.folder / name / "embeddings.h5", process.stderr

    def evaluate(self, embeddings, *args):
        result = self.folder / "result.json"
        self.done(2, "evaluate", "--embeddings", embeddings, "--output", result, *args)
        return json.loads(result.read_text())

    def test_both_methods_find_topics_and_hidden_links(self):
        for name, flags in (("spectral", SPECTRAL), ("bag", BAG)):
            with self.subTest(method=name):
                model = self.train(name, 2, *flags, "--holdout", 0.2)
                embeddings, _ = self.embed(model, self.links)
                result = self.evaluate(embeddings, "--labels", self.labels, "--model", model, "--pagelinks", self.links,
                                       "--holdout", 0.2)
                self.assertGreater(result["labels"]["agreement_at_10"], 0.6)
                self.assertGreater(result["hidden_links"]["rows"], 50)
                self.assertGreater(result["hidden_links"]["recall_at_100"], 0.4)  # by chance 0.17

    def test_spectral_vectors_are_the_same_bytes_for_any_number_of_ranks(self):
        one, three = (self.train(f"ranks{ranks}", ranks, *SPECTRAL) for ranks in (1, 3))
        self.assertEqual(*((path / "model.h5").read_bytes() for path in (one, three)))
        self.assertEqual(len((one / "metrics.jsonl").read_text().splitlines()),
                         len((three / "metrics.jsonl").read_text().splitlines()))

    def test_articles_that_training_never_saw_get_vectors_from_their_links(self):
        header, *rows = self.links.read_text().splitlines(keepends=True)
        cold = {qid for qid in (row.split("\t")[2] for row in rows) if qid.endswith(("3", "7"))}
        known = self.write("known.tsv", header + "".join(row for row in rows if row.split("\t")[2] not in cold))
        nowhere = "enwiki\t1\tQ999999999\tQ999999998\n"
        new = self.write("new.tsv", header + "".join(row for row in rows if row.split("\t")[2] in cold) + nowhere)

        for name, flags in (("spectral", SPECTRAL), ("bag", BAG)):
            with self.subTest(method=name):
                embeddings, log = self.embed(self.train(name, 2, *flags, links=known), new, f"{name}-vectors")
                result = self.evaluate(embeddings, "--labels", self.labels)
                self.assertGreater(result["articles"], 50)
                self.assertGreater(result["labels"]["agreement_at_10"], 0.5)
                self.assertRegex(log, r"embedded \d+ of \d+ articles; [1-9]\d* have no known link")

    def test_a_spectral_model_can_be_exported_and_published(self):
        model = self.train("spectral", 1, *SPECTRAL)
        self.done(1, "export", "--input", model, "--output", self.folder / "links.vec")
        config = self.write("m.toml", f"[input]\npagelinks = ['{self.links}']\n[snapshot]\nroot = '{self.folder}/root'\n"
                            "models = ['links']\nname = 'x'\n[links]\nmethod = 'spectral'\ndim = 16\nmin_count = 1\n"
                            "holdout = 0.1\n")
        self.done(2, "snapshot", config)
        manifest = json.loads((self.folder / "root" / "x" / "manifest.json").read_text())
        self.assertGreater(manifest["metrics"]["links"]["evaluate"]["hidden_links"]["links"], 10)


class Refused(JobTest):
    HEADER = "wiki_db\tpid_from\tqid_from\toutlinks\n"

    def train(self, code, text, *args):
        links = self.write("links.tsv", self.HEADER + "".join(f"enwiki\t{i}\tQ{i}\tQ{i + 1} Q{i + 2}\n" for i in range(1, 30)))
        self.refused(code, text, 2, "train", "links", "--input", links, "--output", self.folder / "o", *args)

    def test_a_method_beside_labels_that_are_trained_on(self):
        labels = self.write("labels.tsv", "Q1\tart\n")
        for method in ("bag", "spectral"):
            self.train(USAGE, f"--method {method}", "--method", method, "--labels", labels)
            self.train(USAGE, f"--method {method}", "--method", method, "--labels", labels, "--objective", "labels")

    def test_options_of_steps_beside_what_takes_none(self):
        for flag, value in (("--lr", 0.1), ("--epochs", 3), ("--model", "skipgram"), ("--window", 9), ("--negatives", 3)):
            self.train(USAGE, flag, "--method", "spectral", flag, value)

    def test_a_method_that_is_none(self):
        self.train(USAGE, "auto, bag, spectral", "--method", "svd")

    def test_a_corpus_that_is_held_out_as_a_whole(self):
        for method in ("bag", "spectral"):
            self.train(BAD_INPUT, "all are held out", "--method", method, "--holdout", 0.9999999)


if __name__ == "__main__":
    unittest.main()
