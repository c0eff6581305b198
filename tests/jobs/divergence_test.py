"""A rate that is too high: rounds are taken back and the rate is halved, on one rank, which has no overlays to forget, too."""
import json
import unittest

from job import JobTest
from two_months import add_new_articles, simulate_months

SMALL = ["--dim", 8, "--epochs", 4, "--min-count", 1, "--min-rounds", 15]
TOO_HIGH = ["--lr", 1.5]
HALVED = "took the round back, and halved the rate"


class Divergence(JobTest):
    def setUp(self):
        super().setUp()
        simulate_months(self)
        add_new_articles(self)

    def train(self, ranks, month, output, *more):
        return self.done(ranks, "train", "reader", "--input", self.folder / month / "sessions.txt", "--output",
                         self.folder / output, *SMALL, *more)

    def stages_on_record(self, output):
        lines = (self.folder / output / "metrics.jsonl").read_text().splitlines()
        return [json.loads(line)["stage"] for line in lines]

    def test_a_cold_run_goes_on_at_half_the_rate(self):
        for ranks in (1, 3):
            with self.subTest(ranks=ranks):
                process = self.train(ranks, "june", "cold", *TOO_HIGH)
                self.assertIn(HALVED, process.stderr)

    def test_so_does_a_warm_one_and_only_its_own_rounds_are_on_record(self):
        self.train(1, "may", "m1")
        for ranks in (1, 3):
            with self.subTest(ranks=ranks):
                process = self.train(ranks, "june", f"warm{ranks}", "--init-from", self.folder / "m1", *TOO_HIGH)
                self.assertIn("train reader: training diverged", process.stderr)
                self.assertIn("train reader, new articles: training diverged", process.stderr)
                self.assertEqual(set(self.stages_on_record(f"warm{ranks}")), {"train reader"})


if __name__ == "__main__":
    unittest.main()
