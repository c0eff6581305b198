"""What new articles of a warm start leave behind, seen by h5py in the checkpoint that is written before the first round:
rows of their own, and every known row as the earlier model has it."""
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
MATRICES = ("vectors", "output_vectors")
FLAGS = ["--dim", 8, "--min-count", 1, "--min-rounds", 4, "--checkpoint-minutes", 1000]


class NewArticles(JobTest):
    def reader(self, month, output, *more):
        return ["train", "reader", "--input", self.folder / month / "sessions.txt", "--output", self.folder / output, *FLAGS,
                *more]

    def rows(self, path, qids):
        """Both matrices of a file, by QID."""
        with h5py.File(self.folder / path) as file:
            return {name: dict(zip(qids, file[name][:])) for name in MATRICES}

    def qids(self, path):
        with h5py.File(self.folder / path) as file:
            return file["qid"][:].tolist()

    def test_known_rows_are_those_of_the_earlier_model_when_the_first_round_begins(self):
        simulate_months(self)
        add_new_articles(self)
        self.done(2, *self.reader("may", "m1", "--epochs", 5))
        warm = ["--init-from", self.folder / "m1", "--epochs"]
        self.done(2, *self.reader("june", "whole", *warm, 1))
        kill(held_at_file(self, self.folder / "m2" / "checkpoint.h5", 2, *self.reader("june", "m2", *warm, 1000)))

        earlier = self.rows("m1/model.h5", self.qids("m1/model.h5"))
        begun = self.rows("m2/checkpoint.h5", self.qids("whole/model.h5"))

        for name in MATRICES:
            known = begun[name].keys() & earlier[name].keys()
            self.assertGreater(len(known), 100)
            for qid in known:
                np.testing.assert_array_equal(begun[name][qid], earlier[name][qid])
        for qid in NEW:
            self.assertGreater(np.abs(begun["output_vectors"][qid]).max(), 0, "an initial row would be zero")


if __name__ == "__main__":
    unittest.main()
