"""What does not depend on the number of ranks: the vocabulary, and the vectors of articles of a given model."""
import unittest

from job import JobTest

SMALL = ["--dim", 16, "--epochs", 2, "--min-count", 2]


class RankCount(JobTest):
    def setUp(self):
        super().setUp()
        self.input = self.folder / "in"
        self.done(1, "simulate", "world", "--output", self.input, "--articles", 300, "--sessions", 3000)

    def test_article_vectors_are_the_same_bytes_at_any_number_of_ranks(self):
        model = self.folder / "model"
        self.done(2, "train", "links", "--input", self.input / "pagelinks.tsv", "--labels", self.input / "labels.tsv",
                  "--output", model, *SMALL)
        files = []
        for ranks in (1, 2, 3, 5):
            out = self.folder / f"embedded-{ranks}"
            self.done(ranks, "embed", "links", "--model", model, "--input", self.input / "pagelinks.tsv", "--output", out)
            files.append((out / "embeddings.h5").read_bytes())
        self.assertGreater(len(files[0]), 300 * 16 * 4 // 2)
        for content in files[1:]:
            self.assertEqual(content, files[0])

    def test_vocabulary_is_the_same_at_any_number_of_ranks_and_any_split_of_the_input(self):
        text = (self.input / "sessions.txt").read_text().splitlines(keepends=True)
        for part in range(3):
            self.write(f"split/part-{part}.txt", "".join(text[part * 1000:(part + 1) * 1000]))
        exports = []
        for ranks, source in ((1, self.input / "sessions.txt"), (2, self.input / "sessions.txt"), (3, self.folder / "split"),
                              (5, self.folder / "split" / "part-*.txt")):
            out = self.folder / f"reader-{ranks}"
            self.done(ranks, "train", "reader", "--input", source, "--output", out, *SMALL)
            self.done(1, "export", "--input", out, "--format", "tsv", "--output", out / "vectors.tsv")
            exports.append([line.split("\t")[0] for line in (out / "vectors.tsv").read_text().splitlines()])
        self.assertGreater(len(exports[0]), 100)
        for qids in exports[1:]:
            self.assertEqual(qids, exports[0])

    def test_same_seed_and_ranks_give_the_same_model_bytes(self):
        models = []
        for name in ("a", "b"):
            self.done(3, "train", "reader", "--input", self.input / "sessions.txt", "--output", self.folder / name, *SMALL)
            models.append((self.folder / name / "model.h5").read_bytes())
        self.assertEqual(models[0], models[1])


if __name__ == "__main__":
    unittest.main()
