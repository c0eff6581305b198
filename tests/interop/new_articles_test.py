"""What a warm start leaves in the checkpoint that is written before the first round, seen by h5py: new articles that the month
sees seldom have rows of their own, those it sees often initial ones, and every known row is that of the earlier model, no
longer than a warm start allows."""
import pathlib
import sys
import unittest

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "jobs"))
from held_job import held_at_file, kill  # noqa: E402
from job import JobTest  # noqa: E402
from two_months import add_new_articles, simulate_months  # noqa: E402

SEEN_OFTEN = (900000001, 900000002)
MATRICES = ("vectors", "output_vectors")
DIM = 8
FLAGS = ["--dim", DIM, "--min-count", 1, "--min-rounds", 4, "--checkpoint-minutes", 1000]


def longest(model, matrix, counts):
    """By QID. The worlds of this test are too sparse for longer inputs of CBOW."""
    if (model, matrix) == ("cbow", "vectors"):
        return dict.fromkeys(counts, 0.3)
    return {qid: (0.5 if model == "cbow" else 0.32) * count**0.5 for qid, count in counts.items()}


class NewArticles(JobTest):
    def reader(self, month, output, *more):
        return ["train", "reader", "--input", self.folder / month / "sessions.txt", "--output", self.folder / output, *FLAGS,
                *more]

    def rows(self, path, qids):
        """Both matrices of a file, by QID."""
        with h5py.File(self.folder / path) as file:
            return {name: dict(zip(qids, file[name][:])) for name in MATRICES}

    def counts(self, path):
        """By QID, in the order of rows."""
        with h5py.File(self.folder / path) as file:
            return dict(zip(file["qid"][:].tolist(), file["count"][:].tolist()))

    def begun(self, model):
        """(the earlier model, what the first round begins with): rows of both by QID; and how often the month has each."""
        first, whole, held = (f"{model}-{name}" for name in ("first", "whole", "held"))
        train = ["--model", model, "--lr", 0.2, "--epochs"]
        self.done(2, *self.reader("may", first, *train, 30))
        warm = ["--init-from", self.folder / first, *train]
        self.done(2, *self.reader("june", whole, *warm, 1))
        checkpoint = f"{held}/checkpoint.h5"
        kill(held_at_file(self, self.folder / checkpoint, 2, *self.reader("june", held, *warm, 1000)))
        counts = self.counts(f"{whole}/model.h5")
        return self.rows(f"{first}/model.h5", self.counts(f"{first}/model.h5")), self.rows(checkpoint, counts), counts

    def expect_shortened(self, begun, earlier, longest_rows):
        known = begun.keys() & earlier.keys()
        self.assertGreater(len(known), 100)
        lengths = {qid: np.linalg.norm(earlier[qid]) for qid in known}
        for qid in known:
            np.testing.assert_allclose(begun[qid], earlier[qid] * min(1, longest_rows[qid] / lengths[qid]), rtol=1e-5)
        self.assertTrue(any(lengths[qid] > longest_rows[qid] for qid in known), "no row was long enough to tell")

    def expect_new(self, begun, known, longest_rows):
        """Rows of both matrices. An initial output is zero, an initial input within 1 / dim."""
        seldom = begun["vectors"].keys() - known - set(SEEN_OFTEN)
        self.assertGreater(len(seldom), 0)
        for qid in seldom:
            self.assertGreater(np.abs(begun["output_vectors"][qid]).max(), 0)
            for name in MATRICES:
                self.assertLess(np.linalg.norm(begun[name][qid]), longest_rows[name][qid] + 1e-5)
        for qid in SEEN_OFTEN:
            self.assertEqual(np.abs(begun["output_vectors"][qid]).max(), 0)
            self.assertLessEqual(np.abs(begun["vectors"][qid]).max(), 1 / DIM)
            self.assertGreater(np.abs(begun["vectors"][qid]).max(), 0)

    def test_rows_are_those_of_the_earlier_model_shortened_when_the_first_round_begins(self):
        simulate_months(self)
        add_new_articles(self)
        for model in ("cbow", "skipgram"):
            with self.subTest(model=model):
                earlier, begun, counts = self.begun(model)
                longest_rows = {name: longest(model, name, counts) for name in MATRICES}
                for name in MATRICES:
                    self.expect_shortened(begun[name], earlier[name], longest_rows[name])
                self.expect_new(begun, earlier["vectors"].keys(), longest_rows)


if __name__ == "__main__":
    unittest.main()
