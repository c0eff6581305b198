"""collect pageviews and clickstream as users run them: files and their modes, privacy of messages, what is refused."""
import gzip
import json
import os
import pathlib
import stat
import subprocess
import time
import unittest

import job
from job import BAD_INPUT, STORAGE, USAGE, JobTest

HEADER = "actor\ttimestamp\twiki_db\tpage_id\tnamespace_id\tagent_type\taccess_method\tis_pageview\n"
SECRET = "5ecre75igna7ure"
QIDS = "wiki_db\tpage_id\tqid\n" + "".join(f"enwiki\t{page}\tQ{page + 100}\n" for page in range(1, 20))


def row(actor, time, page, wiki="enwiki"):
    return f"{actor}\t{time}\t{wiki}\t{page}\t0\tuser\tdesktop\ttrue\n"


class Pageviews(JobTest):
    def setUp(self):
        super().setUp()
        self.rows = [row(f"{SECRET}{actor}", 1_790_812_800 + actor * 7 + step * 60, 1 + (actor + step) % 9)
                     for actor in range(60) for step in range(4)]
        self.log = self.write("log.tsv", HEADER + "".join(self.rows))
        self.qids = self.write("qids.tsv", QIDS)
        self.output = self.folder / "sessions"

    def args(self, *more, log=None):
        return ("collect", "pageviews", "--input", log or self.log, "--qids", self.qids, "--output", self.output,
                "--min-actors", 5, *more)

    def parts(self):
        return sorted(self.output.glob("sessions-*"))

    def test_sessions_are_for_their_owner_only_whatever_the_umask(self):
        self.output.mkdir()
        stale = self.output / "sessions-001-of-002.txt.gz.partial"
        stale.write_text("left by a killed run")
        stale.chmod(0o644)
        command = "umask 000; exec " + " ".join(map(str, job.command(2, *self.args("--parts", 2, "--compression", "gzip"))))
        subprocess.run(["bash", "-c", command], env=job.environment(), check=True, timeout=job.TIME_LIMIT_S)
        self.assertEqual([path.name for path in self.parts()], ["sessions-001-of-002.txt.gz", "sessions-002-of-002.txt.gz"])
        for path in self.parts():
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        text = b"".join(gzip.open(path).read() for path in self.parts()).decode()
        self.assertEqual(len(text.splitlines()), 60)

    def test_a_dry_run_tells_that_logs_go_and_leaves_them(self):
        self.assertIn("then delete the logs", self.done(1, *self.args("--delete-inputs", "on-success", "--dry-run")).stdout)
        self.assertTrue(self.log.exists())

    def test_a_namespace_is_a_number_or_any(self):
        self.refused(USAGE, "--namespace: expected a number or any, found 'foo'", 1, *self.args("--namespace", "foo"))
        self.done(1, *self.args("--namespace", "any"))

    def test_what_a_killed_run_with_other_parts_left_goes(self):
        self.output.mkdir()
        stale = self.output / "sessions-001-of-004.txt.partial"
        stale.write_text("Q1 Q2\n")
        self.done(1, *self.args("--parts", 2))
        self.assertFalse(stale.exists())

    def test_a_log_given_as_the_table_is_not_quoted(self):
        for text in ("".join(self.rows), QIDS + "".join(self.rows)):
            self.qids = self.write("log2.tsv", text)
            self.assertNotIn(SECRET, self.refused(BAD_INPUT, "page-to-QID table", 2, *self.args()).stderr)

    def test_partial_files_are_private_from_their_first_byte(self):
        """Looked at again and again while the job writes."""
        seen = set()
        self.done(1, "simulate", "pageviews", "--output", self.folder / "big", "--actors", 20000, "--articles", 200)
        process = subprocess.Popen(job.command(1, "collect", "pageviews", "--input", self.folder / "big" / "log-*", "--qids",
                                               self.folder / "big" / "page_qids.tsv.gz", "--output", self.output, "--parts", 1,
                                               "--compression", "gzip"),
                                   env=job.environment(), stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + job.TIME_LIMIT_S
        while process.poll() is None and time.monotonic() < deadline:
            for path in self.output.glob("sessions-*"):
                try:
                    seen.add(stat.S_IMODE(path.stat().st_mode))
                except FileNotFoundError:
                    pass
        self.assertEqual(process.wait(), 0)
        self.assertEqual(seen, {0o600})

    def test_the_result_and_the_record_say_what_became_of_every_row(self):
        process = self.done(2, *self.args("-v", "-v"))
        counts = json.loads((self.output / "_collect.json").read_text())["counts"]
        self.assertEqual(counts["rows read"], 240)
        self.assertEqual(counts["sessions"], 60)
        self.assertRegex(process.stderr, r"rows read +240")
        for text in (process.stderr, process.stdout, (self.output / "_collect.json").read_text(),
                     *(path.read_text() for path in self.parts())):
            self.assertNotIn(SECRET, text)

    def test_the_folder_is_an_input_of_training_as_it_is(self):
        self.done(2, *self.args())
        self.done(1, "train", "reader", "--input", self.output, "--output", self.folder / "m", "--dim", 8, "--epochs", 1)

    def test_no_message_holds_an_actor(self):
        good = "".join(self.rows)
        broken = {
            "columns": f"{SECRET}\t100\tenwiki\n", "time": row(SECRET, SECRET, 1), "page": row(SECRET, 100, SECRET),
            "nul": f"{SECRET}\0\t100\tenwiki\t1\t0\tuser\tdesktop\ttrue\n", "long": SECRET * 400_000 + "\n",
            "flag": f"{SECRET}\t100\tenwiki\t1\t0\tuser\tdesktop\t{SECRET}\n",
        }
        for name, bad in broken.items():
            with self.subTest(case=name):
                log = self.write(f"{name}.tsv", HEADER + good + bad)
                process = self.refused(BAD_INPUT, f"{name}.tsv:242", 2, *self.args("-v", "-v", log=log))
                self.assertNotIn(SECRET, process.stderr + process.stdout)
                self.assertEqual(self.parts(), [])
        log = self.write("no-header.tsv", good)
        process = self.refused(BAD_INPUT, "no-header.tsv:1", 2, *self.args(log=log))
        self.assertNotIn(SECRET, process.stderr + process.stdout)

    def test_truncated_and_empty_logs_are_refused(self):
        packed = gzip.compress((HEADER + "".join(self.rows)).encode())
        self.refused(BAD_INPUT, "truncated", 2, *self.args(log=self.write("cut.gz", packed[:-20])))
        self.refused(BAD_INPUT, "empty", 2, *self.args(log=self.write("nothing.tsv", "")))
        self.refused(BAD_INPUT, "no row", 2, *self.args(log=self.write("header.tsv", HEADER)))
        self.refused(BAD_INPUT, "no session is left", 2, *self.args("--agent-type", "nobody"))

    def test_malformed_rows_can_be_counted_instead(self):
        log = self.write("bad.tsv", HEADER + "".join(self.rows) + f"{SECRET}\n" * 3)
        self.done(2, *self.args("--malformed", "skip", log=log))
        self.assertEqual(json.loads((self.output / "_collect.json").read_text())["counts"]["malformed rows"], 3)

    def test_a_refused_run_leaves_the_sessions_of_the_one_before(self):
        self.done(1, *self.args())
        before = [path.read_bytes() for path in self.parts()]
        self.refused(BAD_INPUT, "bad.tsv:242", 2, *self.args(log=self.write("bad.tsv", HEADER + "".join(self.rows) + "x\n")))
        self.assertEqual([path.read_bytes() for path in self.parts()], before)

    def test_sessions_of_another_collection_are_not_mixed_in(self):
        self.done(1, *self.args("--parts", 3))
        self.refused(STORAGE, "another collection", 2, *self.args("--parts", 2))

    def test_options_out_of_range(self):
        for flags, text in ((["--main-page", "Main"], "--main-page"), (["--parts", 0], "--parts"),
                            (["--min-length", 5, "--max-length", 4], "--min-length"), (["--compat", "maybe"], "--compat"),
                            (["--is-pageview", "no"], "--is-pageview")):
            self.refused(USAGE, text, 1, *self.args(*flags))

    def test_logs_are_deleted_only_on_demand_and_on_success(self):
        self.done(1, *self.args())
        self.assertTrue(self.log.exists())
        bad = self.write("bad.tsv", HEADER + "".join(self.rows) + "x\n")
        self.refused(BAD_INPUT, "bad.tsv", 2, *self.args("--delete-inputs", "on-success", log=bad))
        self.assertTrue(bad.exists())
        link = self.folder / "link.tsv"
        link.symlink_to(self.log)
        self.refused(USAGE, "link.tsv", 2, *self.args("--delete-inputs", "on-success", log=link))
        self.assertTrue(self.log.exists())
        self.done(2, *self.args("--delete-inputs", "on-success"))
        self.assertFalse(self.log.exists())
        self.assertTrue(self.qids.exists())
        self.assertTrue(self.parts())

    def test_an_actor_with_a_million_views(self):
        heavy = row(SECRET, 1_790_812_800, 3) * 1_000_000
        log = self.folder / "heavy.tsv.gz"
        with gzip.open(log, "wb", compresslevel=1) as file:
            file.write((HEADER + "".join(self.rows) + heavy).encode())
        self.done(2, *self.args(log=log))
        counts = json.loads((self.output / "_collect.json").read_text())["counts"]
        self.assertEqual(counts["views on days of more than 500 by one actor"], 1_000_000)
        self.assertEqual(counts["sessions"], 60)
        small = self.args("--memory", 4 / 1024, log=log)  # a twelfth of its views on each of two ranks
        self.done(2, *small)
        again = json.loads((self.output / "_collect.json").read_text())["counts"]
        self.assertEqual(again, counts)
        self.refused(USAGE, "one actor has more views than the 2048 KiB", 2, *small, "--max-views-per-day", 0)
        self.done(2, *self.args("--max-views-per-day", 0, log=log))  # without the rule: one article, collapsed
        counts = json.loads((self.output / "_collect.json").read_text())["counts"]
        self.assertEqual(counts["views of the article before"], 999_999)


class Clickstream(JobTest):
    CLICKS = ("other-search\tA\texternal\t100\nA\tB_b\tlink\t40\nB_b\tC\tlink\t20\nC\tA\tlink\t20\n"
              "other-empty\tB_b\texternal\t30\n")
    DATA = os.environ.get("LINKTRAIL_DATA", pathlib.Path(__file__).resolve().parents[2].parent / "shared" / "data")
    EXCERPT = pathlib.Path(DATA) / "clickstream"

    def setUp(self):
        super().setUp()
        self.clicks = self.write("clickstream-enwiki-2026-10.tsv", self.CLICKS)
        self.titles = self.write("titles.tsv", "enwiki\tQ1\tA\nenwiki\tQ2\tB b\nenwiki\tQ3\tC\n")
        self.output = self.folder / "sessions"

    def args(self, *more, clicks=None):
        return ("collect", "clickstream", "--input", clicks or self.clicks, "--titles", self.titles, "--output", self.output,
                "--sessions", 1000, *more)

    def text(self):
        return "".join(path.read_text() for path in sorted(self.output.glob("sessions-*")))

    def test_sessions_are_the_same_for_any_number_of_ranks(self):
        seen = set()
        for ranks in (1, 3):
            self.done(ranks, *self.args())
            seen.add(self.text())
        self.assertEqual(len(seen), 1)
        steps = {"Q1 Q2", "Q2 Q3", "Q3 Q1"}
        sessions = [line.split() for line in seen.pop().splitlines()]
        self.assertEqual(len(sessions), 1000)
        for session in sessions:
            self.assertTrue(2 <= len(session) <= 30)
            self.assertLessEqual({" ".join(pair) for pair in zip(session, session[1:])}, steps)
        self.done(1, *self.args("--seed", 2))
        self.assertEqual(len(self.text().splitlines()), 1000)

    def test_what_cannot_be_walked_is_refused(self):
        self.refused(BAD_INPUT, "clicks.tsv:2", 2, *self.args("--wiki", "enwiki", clicks=self.write(
            "clicks.tsv", "A\tB\tlink\t3\nA\tB\tlink\n")))
        self.refused(BAD_INPUT, "--wiki", 2, *self.args(clicks=self.write("clicks.tsv", self.CLICKS)))
        self.refused(BAD_INPUT, "no session can begin", 2, *self.args("--wiki", "dewiki"))
        self.refused(USAGE, "--stop", 2, *self.args("--stop", 1))
        self.refused(USAGE, "--sessions", 2, *self.args("--sessions", 0))

    def test_the_excerpt_of_a_real_clickstream_walks(self):
        if not self.EXCERPT.is_dir():
            return self.check_walk(self.clicks, self.titles)  # elsewhere the small one stands in
        excerpt = next(self.EXCERPT.glob("*.tsv"))
        titles = set()
        for line in excerpt.read_text().splitlines():
            prev, curr, _, _ = line.split("\t")
            titles.update({curr} if prev.startswith("other-") else {prev, curr})
        table = "".join(f"enwiki\tQ{5296 if title == 'Main_Page' else 10_000 + i}\t{title}\n"
                        for i, title in enumerate(sorted(titles)))
        return self.check_walk(excerpt, self.write("all.tsv", table))

    def check_walk(self, clicks, titles):
        """The excerpt is thin: most of its links lead from articles that no other row brings readers to."""
        process = job.run(2, "collect", "clickstream", "--input", clicks, "--titles", titles, "--output", self.output,
                          "--sessions", 2000, "--min-length", 1)
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertEqual(len(self.text().splitlines()), 2000)


if __name__ == "__main__":
    unittest.main()
