"""Bad input gives the documented exit code and one clear message, at 1 and at 3 ranks, and never a hang."""
import bz2
import gzip
import math
import unittest

from job import BAD_INPUT, DONE, GATE_FAILED, STORAGE, USAGE, JobTest, messages, run

SMALL = ["--dim", 8, "--epochs", 1, "--min-count", 1]
SESSIONS = "".join(f"Q{i % 50 + 1} Q{i % 50 + 2} Q{i % 50 + 3}\n" for i in range(300))
HEADER = "wiki_db\tpid_from\tqid_from\toutlinks\n"


class BadInput(JobTest):
    def train(self, code, text, path, *more, kind="reader"):
        for ranks in (1, 3):
            with self.subTest(ranks=ranks):
                self.refused(code, text, ranks, "train", kind, "--input", path, "--output", self.folder / "out", *SMALL, *more)
                self.assertFalse((self.folder / "out" / "embeddings.h5").exists())

    def test_missing_input(self):
        self.train(BAD_INPUT, "nowhere.txt", self.folder / "nowhere.txt")

    def test_empty_input(self):
        self.train(BAD_INPUT, "empty.txt", self.write("empty.txt", ""))

    def test_token_that_is_no_qid_is_named_with_its_line(self):
        path = self.write("bad.txt", SESSIONS + "Q1 Paris Q2\n" + SESSIONS)
        self.train(BAD_INPUT, "bad.txt:301", path)

    def test_nul_byte(self):
        self.train(BAD_INPUT, "nul.txt:301", self.write("nul.txt", SESSIONS.encode() + b"Q1 Q\x002\n"))

    def test_line_of_ten_megabytes(self):
        self.train(BAD_INPUT, "long.txt:301", self.write("long.txt", SESSIONS + "Q1 " * (10 << 20) + "\n"))

    def test_truncated_gzip(self):
        self.train(BAD_INPUT, "cut.gz", self.write("cut.gz", gzip.compress(SESSIONS.encode() * 50)[:-20]))

    def test_truncated_bzip2(self):
        self.train(BAD_INPUT, "cut.bz2", self.write("cut.bz2", bz2.compress(SESSIONS.encode() * 50)[:-20]))

    def test_pagelinks_without_header(self):
        path = self.write("links.tsv", "enwiki\t1\tQ1\tQ2 Q3\n")
        self.train(BAD_INPUT, "links.tsv", path, kind="links")

    def test_pagelinks_row_with_a_missing_field(self):
        path = self.write("links.tsv", HEADER + "enwiki\t1\tQ1\tQ2 Q3\nenwiki\t2\tQ2\n")
        self.train(BAD_INPUT, "links.tsv:3", path, kind="links")

    def test_every_token_below_min_count(self):
        path = self.write("few.txt", SESSIONS)
        for ranks in (1, 3):
            with self.subTest(ranks=ranks):
                self.refused(BAD_INPUT, "min-count", ranks, "train", "reader", "--input", path, "--output",
                             self.folder / "out", "--min-count", 1000)

    def test_unwritable_output(self):
        path = self.write("sessions.txt", SESSIONS)
        blocked = self.write("file", "not a folder")
        for ranks in (1, 3):
            with self.subTest(ranks=ranks):
                self.refused(STORAGE, str(blocked), ranks, "train", "reader", "--input", path, "--output",
                             blocked / "out", *SMALL)

    def test_unknown_toml_key(self):
        config = self.write("m.toml", "[reader]\ndimm = 8\n")
        for ranks in (1, 3):
            with self.subTest(ranks=ranks):
                self.refused(USAGE, "m.toml:2", ranks, "snapshot", config)

    def test_unknown_toml_section(self):
        config = self.write("m.toml", "[raeder]\ndim = 8\n")
        self.refused(USAGE, "raeder", 1, "snapshot", config)

    def test_sections_of_other_commands_are_legal_and_unknown_ones_are_not(self):
        path = self.write("sessions.txt", SESSIONS)
        train = ["train", "reader", "--input", path, "--output", self.folder / "out", "--dry-run", "--config"]
        self.done(1, *train, self.write("good.toml", "[links]\ndim = 4\n[snapshot]\nname = 'x'\n[reader]\ndim = 5\n"))
        self.refused(USAGE, "bad.toml:2", 1, *train, self.write("bad.toml", "[reader]\n[linkss]\ndim = 4\n"))

    def test_a_snapshot_checks_every_model_before_it_trains_the_first(self):
        path = self.write("sessions.txt", SESSIONS)
        config = self.write("m.toml", f"[input]\nsessions = ['{path}']\npagelinks = ['{path}']\n"
                            f"[snapshot]\nroot = '{self.folder}/root'\n[links]\nlr = 1e9\n")
        self.refused(USAGE, "--lr", 3, "snapshot", config)
        self.assertFalse((self.folder / "root").exists())

    def snapshot_config(self, *, snapshot="", evaluate="", labels="Q1\tA\n", titles="Q1\tOne\n"):
        path = self.write("sessions.txt", SESSIONS)
        labels, titles = self.write("labels.tsv", labels), self.write("titles.tsv", titles)
        return self.write("m.toml", f"[input]\nsessions = ['{path}']\nlabels = ['{labels}']\ntitles = ['{titles}']\n"
                          f"[snapshot]\nroot = '{self.folder}/root'\nmodels = ['reader']\n{snapshot}\n"
                          f"[reader]\nmin_count = 1\n[evaluate]\n{evaluate}\n")

    def refused_before_training(self, code, text, config):
        for ranks in (1, 3):
            with self.subTest(text=text, ranks=ranks):
                process = self.refused(code, text, ranks, "snapshot", config)
                self.assertNotIn("reader train", process.stderr)

    def test_a_gate_or_an_evaluation_that_makes_no_sense_is_refused_before_any_work(self):
        for value in ("1.1", "-0.1", "nan"):
            self.refused_before_training(USAGE, "--min-index-recall", self.snapshot_config(snapshot=f"min_index_recall = {value}"))
        self.refused_before_training(USAGE, "--queries", self.snapshot_config(evaluate="queries = 0"))
        self.refused(USAGE, "--queries", 1, "evaluate", "--embeddings", self.folder / "none.h5", "--queries", 0)
        self.assertFalse((self.folder / "root").exists())

    def test_malformed_titles_and_labels_are_found_before_training(self):
        self.refused_before_training(BAD_INPUT, "titles.tsv:2", self.snapshot_config(titles="Q1\tOne\nParis\n"))
        self.refused_before_training(BAD_INPUT, "labels.tsv:2", self.snapshot_config(labels="Q1\tA\nQ2\n"))

    def test_empty_labels_and_titles_are_found_before_training(self):
        self.refused_before_training(BAD_INPUT, "labels.tsv: no label", self.snapshot_config(labels=""))
        self.refused_before_training(BAD_INPUT, "titles.tsv: the input is empty", self.snapshot_config(titles="\n"))
        self.train(BAD_INPUT, "none.tsv: no label", self.write("s.txt", SESSIONS), "--labels", self.write("none.tsv", ""))
        self.train(BAD_INPUT, "none.tsv: no label", self.write("l.tsv", HEADER + "enwiki\t1\tQ1\tQ2 Q3\n"), "--labels",
                   self.folder / "none.tsv", "--objective", "links", kind="links")

    def test_wrong_pagelinks_are_found_before_the_reader_is_trained(self):
        row = "enwiki\t1\tQ1\tQ2 Q3\n"
        for text, wrong in (("second.tsv: the input is empty", HEADER), ("second.tsv:1: pagelinks header", row),
                            ("second.tsv:3", HEADER + row + "enwiki\t2\tQ2\n")):
            links = [self.write("first.tsv", HEADER if wrong == HEADER else HEADER + row), self.write("second.tsv", wrong)]
            config = self.snapshot_config(snapshot="").read_text().replace("models = ['reader']", "").replace(
                "[input]\n", f"[input]\npagelinks = ['{links[0]}', '{links[1]}']\n")
            self.refused_before_training(BAD_INPUT, text, self.write("both.toml", config))

    def test_a_model_named_twice_is_refused(self):
        config = self.snapshot_config()
        for ranks in (1, 3):
            self.refused(USAGE, "found reader twice", ranks, "snapshot", "--models", "reader", "reader", config)

    def test_a_name_that_is_taken_by_something_else_is_a_fault_of_storage(self):
        (self.folder / "root" / "2026-11").mkdir(parents=True)
        config = self.snapshot_config(snapshot="name = '2026-11'")
        self.refused_before_training(STORAGE, "root/2026-11: exists and is no snapshot", config)

    def test_parameters_out_of_range(self):
        path = self.write("sessions.txt", SESSIONS)
        refused = [("--dim", 0), ("--dim", 5000), ("--lr", 0), ("--lr", 1e9)]
        refused_likewise = [("--holdout", 1), ("--holdout", "nan"), ("--lr", "nan"), ("--epochs", 0), ("--window", "x")]
        cases = [(*case, ranks) for case in refused for ranks in (1, 3)] + [(*case, 1) for case in refused_likewise]
        for flag, value, ranks in cases:
            with self.subTest(flag=flag, value=value, ranks=ranks):
                self.refused(USAGE, flag, ranks, "train", "reader", "--input", path, "--output", self.folder / "out", flag, value)
                self.assertFalse((self.folder / "out").exists())

    def test_index_of_something_else(self):
        path = self.write("sessions.txt", SESSIONS)
        for ranks in (1, 3):
            self.refused(BAD_INPUT, "sessions.txt", ranks, "index", "--input", path, "--output", self.folder / "i.hnsw")

    def test_index_output_is_tried_before_the_embeddings_are_read(self):
        blocked = self.write("file", "not a folder")
        self.write("folder/x", "")
        for output in (self.folder / "missing" / "i.hnsw", blocked / "i.hnsw", self.folder / "folder", "/proc/i.hnsw"):
            with self.subTest(output=output):
                # Embeddings that are none would be refused with another code if they came first.
                self.refused(STORAGE, str(output), 3, "index", "--input", blocked, "--output", output)


class UnusualInput(JobTest):
    def test_more_ranks_than_sessions(self):
        path = self.write("two.txt", "Q1 Q2 Q3\nQ2 Q3 Q1\n")
        self.done(3, "train", "reader", "--input", path, "--output", self.folder / "out", *SMALL)
        self.assertTrue((self.folder / "out" / "embeddings.h5").exists())

    def test_an_empty_file_among_good_ones_is_named_once(self):
        self.write("in/a.txt", SESSIONS)
        for name in "bcdef":
            self.write(f"in/{name}.txt", "")
        for ranks in (1, 3):
            process = self.done(ranks, "train", "reader", "--input", self.folder / "in", "--output", self.folder / "out", *SMALL)
            warnings = [line for line in process.stderr.splitlines() if "0 bytes" in line]
            self.assertEqual(len(warnings), 1, process.stderr)
            self.assertIn("5 of 6 input files are empty", warnings[0])
            self.assertIn("in/b.txt", warnings[0])

    def test_one_article_has_no_neighbours_to_measure_an_index_by(self):
        sessions = self.write("one.txt", "Q1 Q1 Q1\n" * 9)
        for gate, code in (("", GATE_FAILED), ("min_index_recall = 0", DONE)):
            config = self.write("m.toml", f"[input]\nsessions = ['{sessions}']\n[snapshot]\nroot = '{self.folder}/root'\n"
                                f"models = ['reader']\n{gate}\n[reader]\nmin_count = 1\nepochs = 1\n")
            for ranks in (1, 3) if code == GATE_FAILED else (2,):
                process = run(ranks, "snapshot", config)
                self.assertEqual(process.returncode, code, process.stderr)
                self.assertNotIn("recall_at_10", process.stdout)
                self.assertEqual("was not measured" in process.stderr, code == GATE_FAILED)

    def assert_trained(self, articles, sessions):
        """Both architectures end well at 1 and 3 ranks, with a finite vector for each of `articles`."""
        for ranks in (1, 3):
            for model in ("cbow", "skipgram"):
                with self.subTest(ranks=ranks, model=model):
                    out = self.folder / f"{sessions.stem}-{model}-{ranks}"
                    self.done(ranks, "train", "reader", "--input", sessions, "--output", out, "--model", model, *SMALL)
                    self.assertEqual(sorted(self.vectors(out)), articles)

    def vectors(self, folder):
        """{QID: vector} of embeddings.h5; fails where a number is not finite."""
        self.done(1, "export", "--input", folder / "embeddings.h5", "--format", "tsv", "--output", folder / "vectors.tsv")
        rows = [line.split("\t") for line in (folder / "vectors.tsv").read_text().splitlines()]
        vectors = {qid: [float(x) for x in numbers.split()] for qid, numbers in rows}
        self.assertTrue(all(math.isfinite(x) for vector in vectors.values() for x in vector))
        return vectors

    def test_one_session(self):
        self.assert_trained(["Q1", "Q2", "Q3"], self.write("one.txt", "Q1 Q2 Q3\n"))

    def test_one_article_a_million_times(self):
        """It has no neighbours to tell it from, so its vector says nothing; but it is a vector."""
        one_line = self.write("line.txt", "Q1" + " Q1" * 999_999 + "\n")
        many_lines = self.write("lines.txt", "Q1 Q1 Q1 Q1\n" * 250_000)
        for path in (one_line, many_lines):
            with self.subTest(path=path.name):
                self.assert_trained(["Q1"], path)

    def test_one_article_to_a_session_is_refused_since_it_has_no_context(self):
        path = self.write("alone.txt", "Q1\n" * 1000)
        for ranks in (1, 3):
            with self.subTest(ranks=ranks):
                self.refused(BAD_INPUT, "none of 1000 sessions has 2 known articles", ranks, "train", "reader", "--input", path,
                             "--output", self.folder / "out", *SMALL)

    def test_the_largest_rate_publishes_finite_vectors_or_none(self):
        path = self.write("sessions.txt", SESSIONS)
        for ranks in (1, 3):
            with self.subTest(ranks=ranks):
                out = self.folder / f"fast-{ranks}"
                process = run(ranks, "train", "reader", "--input", path, "--output", out, *SMALL, "--lr", 10, "--epochs", 20,
                              "--min-rounds", 2)
                if process.returncode == DONE:
                    self.assertEqual(len(self.vectors(out)), 52)
                else:
                    self.assertEqual((process.returncode, len(messages(process))), (USAGE, 1), process.stderr)
                    self.assertFalse((out / "embeddings.h5").exists())

    def test_multi_member_gzip_equals_plain(self):
        half = len(SESSIONS) // 2
        half = SESSIONS.index("\n", half) + 1
        members = gzip.compress(SESSIONS[:half].encode()) + gzip.compress(SESSIONS[half:].encode())
        plain, packed = self.write("a.txt", SESSIONS), self.write("b.bin", members)
        for name, path in (("plain", plain), ("packed", packed)):
            self.done(2, "train", "reader", "--input", path, "--output", self.folder / name, *SMALL)
        self.assertEqual((self.folder / "plain" / "model.h5").read_bytes(), (self.folder / "packed" / "model.h5").read_bytes())


if __name__ == "__main__":
    unittest.main()
