"""`collect pageviews` beside a reference that shares no code with it: equal line for line after sorting."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "jobs"))
import job  # noqa: E402
import pageview_reference as reference  # noqa: E402

CASES = {
    "default": ([], {}),
    "compat": (["--compat", "original"], {"compat": True}),
    "other-limits": (["--max-views-per-day", 6, "--min-actors", 5, "--gap", 120, "--max-length", 4, "--min-length", 1,
                      "--main-page", "none"],
                     {"max_views": 6, "min_actors": 5, "gap": 120, "max_length": 4, "min_length": 1, "main_page": None}),
}


class Collected(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="linktrail-collect-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        for column in ("wiki_db", "project"):
            cls.run_job(1, "simulate", "pageviews", "--output", cls.folder / column, "--actors", 8000, "--articles", 300,
                        "--wikis", 5, "--files", 3, "--heavy-views", 2000, "--wiki-column", column)

    @staticmethod
    def run_job(ranks, *args):
        subprocess.run(job.command(ranks, *args), env=job.environment(), check=True, capture_output=True,
                       timeout=job.TIME_LIMIT_S)

    def collect(self, ranks, name, column, flags):
        output = self.folder / name
        self.run_job(ranks, "collect", "pageviews", "--input", self.folder / column / "log-*", "--qids",
                     self.folder / column / "page_qids.tsv.gz", "--output", output, *flags)
        return sorted(line for path in output.glob("sessions-*") for line in path.read_text().splitlines())

    def expected(self, column, options):
        folder = self.folder / column
        return sorted(reference.sessions(sorted(folder.glob("log-*")), [folder / "page_qids.tsv.gz"], **options))

    def test_sessions_equal_those_of_the_reference(self):
        seen = {}
        for column in ("wiki_db", "project"):
            for case, (flags, options) in CASES.items():
                with self.subTest(column=column, case=case):
                    seen[column, case] = self.collect(2, f"{column}-{case}", column, flags)
                    self.assertGreater(len(seen[column, case]), 1000)
                    self.assertEqual(seen[column, case], self.expected(column, options))
        # The cases are worth comparing: each rule set gives other sessions, both kinds of log the same.
        self.assertNotEqual(seen["wiki_db", "default"], seen["wiki_db", "compat"])
        self.assertEqual(seen["wiki_db", "default"], seen["project", "default"])


if __name__ == "__main__":
    unittest.main()
