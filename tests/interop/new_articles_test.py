"""What a warm start leaves in the checkpoint that is written before the first round, seen by h5py: new articles have rows of
their own, and every known row is that of the earlier model, no longer than a warm start allows."""
import pathlib
import sys
import unittest

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "jobs"))
from held_job import held_at_file, kill  # noqa: E402
from job import JobTest  # noqa: E402
from two_months import add_new_articles, simulate_months  # noqa: E402

NEW = (900000001, 900000002)
LONGEST = {"cbow": {"vectors": 0.9, "output_vectors": np.inf}, "skipgram": {"vectors": 3, "output_vectors": 3}}
FLAGS = ["--dim", 8, "--min-count", 1, "--min-rounds", 4, "--checkpoint-minutes", 1000]


class NewArticles(JobTest):
    def reader(self, month, output, *more):
        return ["train", "reader", "--input", self.folder / month / "sessions.txt", "--output", self.folder / output, *FLAGS,
                *more]

    def rows(self, path, qids):
        """Both matrices of a file, by QID."""
        with h5py.File(self.folder / path) as file:
            return {name: dict(zip(qids, file[name][:])) for name in LONGEST["cbow"]}

    def qids(self, path):
        with h5py.File(self.folder / path) as file:
            return file["qid"][:].tolist()

    def begun(self, model):
        """(the earlier model, what the first round begins with): rows of both by QID."""
        first, whole, held = (f"{model}-{name}" for name in ("first", "whole", "held"))
        train = ["--model", model, "--lr", 0.2, "--epochs"]
        self.done(2, *self.reader("may", first, *train, 30))
        warm = ["--init-from", self.folder / first, *train]
        self.done(2, *self.reader("june", whole, *warm, 1))
        checkpoint = f"{held}/checkpoint.h5"
        kill(held_at_file(self, self.folder / checkpoint, 2, *self.reader("june", held, *warm, 1000)))
        return (self.rows(f"{first}/model.h5", self.qids(f"{first}/model.h5")),
                self.rows(checkpoint, self.qids(f"{whole}/model.h5")))

    def expect_shortened(self, begun, earlier, longest):
        known = begun.keys() & earlier.keys()
        self.assertGreater(len(known), 100)
        lengths = {qid: np.linalg.norm(earlier[qid]) for qid in known}
        for qid in known:
            np.testing.assert_allclose(begun[qid], earlier[qid] * min(1, longest / lengths[qid]), rtol=1e-5)
        if np.isfinite(longest):
            self.assertGreater(max(lengths.values()), longest, "no row was long enough to tell")
        for qid in NEW:
            self.assertLess(np.linalg.norm(begun[qid]), longest + 1e-5)

    def test_rows_are_those_of_the_earlier_model_shortened_when_the_first_round_begins(self):
        simulate_months(self)
        add_new_articles(self)
        for model, matrices in LONGEST.items():
            with self.subTest(model=model):
                earlier, begun = self.begun(model)
                for name, longest in matrices.items():
                    self.expect_shortened(begun[name], earlier[name], longest)
                for qid in NEW:
                    self.assertGreater(np.abs(begun["output_vectors"][qid]).max(), 0, "an initial row would be zero")


if __name__ == "__main__":
    unittest.main()
