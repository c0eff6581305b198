"""Every option does what it says or is refused with a message that names it; nothing is ignored, nothing overwritten."""
import gzip
import lzma
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from job import BAD_INPUT, BINARY, DONE, STORAGE, USAGE, JobTest, environment, run

SMALL = ["--dim", 8, "--epochs", 1, "--min-count", 1]
HEADER = "wiki_db\tpid_from\tqid_from\toutlinks\n"


def sessions(first, last):
    return "".join(f"Q{i} Q{i + 1} Q{i + 2}\n" for i in range(first, last))


class Lists(JobTest):
    def dumped(self, *args):
        return self.done(1, *args, "--dump-config").stdout

    def test_several_values_after_one_flag_are_those_of_repeated_flags(self):
        one = self.dumped("train", "links", "--input", "a", "b", "--labels", "l", "m", "--output", "o")
        repeated = self.dumped("train", "links", "--input", "a", "--labels", "l", "--output", "o", "--labels", "m",
                               "--input", "b")
        self.assertIn('input = ["a", "b"]', one)
        self.assertIn('labels = ["l", "m"]', one)
        self.assertEqual(one, repeated)

    def test_all_files_of_a_list_are_read(self):
        a, b, both = (self.write(name, text) for name, text in
                      (("a.txt", sessions(1, 40)), ("b.txt", sessions(30, 90)), ("c.txt", sessions(1, 40) + sessions(30, 90))))
        self.done(2, "train", "reader", "--input", a, b, "--output", self.folder / "listed", *SMALL)
        self.done(2, "train", "reader", "--input", both, "--output", self.folder / "joined", *SMALL)
        self.assertEqual(*((self.folder / name / "embeddings.h5").read_bytes() for name in ("listed", "joined")))

    def test_a_list_leaves_the_positional_argument_alone(self):
        config = self.write("m.toml", "[input]\nsessions = ['s.txt']\npagelinks = ['p.tsv']\n")
        expected = 'models = ["links", "reader"]'
        self.assertIn(expected, self.dumped("snapshot", "--models", "links", "reader", config))
        self.assertIn(expected, self.dumped("snapshot", config, "--models", "links", "reader"))
        self.assertIn(expected, self.dumped("snapshot", "--models", "links", config, "--models", "reader"))
        self.assertIn('models = ["links"]', self.dumped("snapshot", "--models", "links", config))
        self.refused(USAGE, "CONFIG is required", 1, "snapshot", "--models", "links", "reader", "--dry-run")
        self.assertIn("linktrail snapshot [OPTIONS] CONFIG\n", self.done(1, "snapshot", "--help").stdout)

    def test_one_value_stays_one_value(self):
        self.refused(USAGE, "b.h5", 1, "index", "--input", "a.h5", "b.h5", "--output", "o")


class Numbers(JobTest):
    def test_training_refuses_times_that_are_none(self):
        for minutes in ("nan", "-1"):
            with self.subTest(minutes=minutes):
                self.refused(USAGE, "--checkpoint-minutes", 2, "train", "reader", "--input", "i", "--output",
                             self.folder / "o", f"--checkpoint-minutes={minutes}")

    def test_training_refuses_early_what_cannot_fit_or_makes_no_sense(self):
        path = self.write("s.txt", sessions(1, 40))
        train = ["train", "reader", "--input", path, "--output", self.folder / "o", *SMALL]
        for ranks in (1, 3):
            process = self.refused(USAGE, "training needs", ranks, *train, "--memory", "0.000001")
            self.assertIn("0.000 GiB are available", process.stderr)
            self.refused(USAGE, "--hot-syncs: expected 0 to 1000", ranks, *train, "--hot-syncs", 4000000000)
            self.refused(USAGE, "--memory: expected 0 to", ranks, *train, "--memory", "nan")
        self.assertFalse((self.folder / "o" / "model.h5").exists())

    def test_samples_and_searches_of_nothing_are_refused(self):
        for flag in ("--pairs", "--queries"):
            with self.subTest(flag=flag):
                self.refused(USAGE, flag, 2, "evaluate", "--embeddings", "e.h5", flag, 0)

    def test_the_snapshot_checks_its_evaluation_before_any_work(self):
        for key in ("queries", "pairs"):
            with self.subTest(key=key):
                config = self.write("m.toml", "[input]\nsessions = ['s.txt']\n[snapshot]\nmodels = ['reader']\n"
                                    f"[evaluate]\n{key} = 0\n")
                self.refused(USAGE, f"--{key}", 1, "snapshot", config, "--dry-run")

    def test_the_snapshot_checks_the_links_of_its_index_before_any_work(self):
        text = "[input]\nsessions = ['s.txt']\n[snapshot]\nmodels = ['reader']\n[index]\nm = 128\n"
        self.refused(USAGE, "--m", 1, "snapshot", self.write("m.toml", text), "--dry-run")

    def test_a_short_flag_is_named_as_it_is_typed(self):
        process = self.refused(USAGE, "linktrail: -k: expected a whole number", 1, "query", self.folder, "--qid", "Q1", "-k", "-1")
        self.assertNotIn("---k", process.stderr)

    def test_more_rounds_than_tokens_come_to_an_end(self):
        path = self.write("s.txt", sessions(1, 10))
        self.done(2, "train", "reader", "--input", path, "--output", self.folder / "o", *SMALL, "--min-rounds", 4000000000)
        rows = (self.folder / "o" / "metrics.jsonl").read_text().splitlines()
        self.assertLessEqual(len(rows), 27)


class Output(JobTest):
    """On one small trained reader."""

    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="linktrail-options-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared)
        cls.sessions = cls.shared / "s.txt"
        cls.sessions.write_text(sessions(1, 60))
        cls.model = cls.shared / "model"
        made = run(1, "train", "reader", "--input", cls.sessions, "--output", cls.model, *SMALL)
        assert made.returncode == DONE, made.stderr
        cls.embeddings = cls.model / "embeddings.h5"

    def assert_kept(self, path, *args):
        before = path.read_bytes()
        self.refused(USAGE, "--output", 2, *args)
        self.assertEqual(path.read_bytes(), before)

    def test_that_is_the_input_itself_is_refused(self):
        link = self.folder / "link.h5"
        link.symlink_to(self.embeddings)
        for output in (self.embeddings, self.model / ".." / "model" / "embeddings.h5", link):
            with self.subTest(output=output):
                self.assert_kept(self.embeddings, "index", "--input", self.embeddings, "--output", output)
                self.assert_kept(self.embeddings, "export", "--input", self.embeddings, "--output", output)
        self.assert_kept(self.model / "model.h5", "export", "--input", self.model, "--output", self.model / "model.h5")
        self.assert_kept(self.embeddings, "evaluate", "--embeddings", self.embeddings, "--output", self.embeddings)

    def test_over_the_pagelinks_to_walk_over_is_refused(self):
        links = self.write("links.tsv", HEADER + "enwiki\t1\tQ1\tQ2 Q3\nenwiki\t2\tQ2\tQ1 Q3\n")
        self.assert_kept(links, "simulate", "walk", "--input", links, "--output", links)

    def writers(self):
        """Commands that write one file, without its name."""
        links = self.write("links.tsv", HEADER + "enwiki\t1\tQ1\tQ2 Q3\nenwiki\t2\tQ2\tQ1 Q3\n")
        return {"index": ["index", "--input", self.embeddings, "--output"],
                "export": ["export", "--format", "tsv", "--input", self.embeddings, "--output"],
                "evaluate": ["evaluate", "--embeddings", self.embeddings, "--output"],
                "walk": ["simulate", "walk", "--input", links, "--sessions", 10, "--output"]}

    def test_that_is_no_regular_file_is_refused_and_left_as_it_is(self):
        pipe, link = self.folder / "pipe", self.folder / "link-to-device"
        os.mkfifo(pipe)
        link.symlink_to("/dev/null")
        for name, args in self.writers().items():
            for output, kind in ((pipe, "is a pipe"), (link, "is a device")):
                with self.subTest(command=name, output=output.name):
                    process = self.refused(STORAGE, kind, 2, *args, output)
                    self.assertIn(f"--output {output}", process.stderr)
                    self.assertTrue(pipe.is_fifo() and link.is_symlink() and link.is_char_device())
        for name in ("train", "embed"):
            folder = self.folder / name
            folder.mkdir()
            os.mkfifo(folder / ("model.h5" if name == "train" else "embeddings.h5"))
        self.refused(STORAGE, "is a pipe", 2, "train", "reader", "--input", self.sessions, "--output", self.folder / "train", *SMALL)
        self.refused(STORAGE, "is a pipe", 2, "embed", "reader", "--model", self.model, "--output", self.folder / "embed")
        self.refused(STORAGE, "pipe", 2, "export", "--format", "npy", "--input", self.embeddings, "--output", pipe)
        self.assertEqual(list(self.folder.glob("*.partial")), [])

    def test_that_is_no_regular_file_is_refused_before_the_input_is_read(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        for args in (["index", "--input"], ["export", "--input"], ["evaluate", "--embeddings"]):
            with self.subTest(command=args[0]):
                self.refused(STORAGE, "is a pipe", 1, *args, self.sessions, "--output", pipe)

    def test_that_is_a_link_is_written_where_the_link_leads(self):
        for name, args in self.writers().items():
            for state in ("old", "new"):
                with self.subTest(command=name, target=state):
                    there, link = self.folder / "there" / f"{name}-{state}", self.folder / f"{name}-{state}"
                    there.parent.mkdir(exist_ok=True)
                    if state == "old":
                        there.write_text("old")
                    link.symlink_to(pathlib.Path("there") / there.name)
                    self.done(2, *args, link)
                    self.assertTrue(link.is_symlink())
                    self.assertNotIn(there.read_bytes(), (b"old", b""))
        self.assertEqual(list(self.folder.rglob("*.partial")), [])

    def test_a_model_is_written_where_its_link_leads(self):
        out, there = self.folder / "out", self.folder / "elsewhere.h5"
        out.mkdir()
        (out / "model.h5").symlink_to(there)
        self.done(2, "train", "reader", "--input", self.sessions, "--output", out, *SMALL)
        self.assertTrue((out / "model.h5").is_symlink())
        self.done(1, "inspect", there)

    def test_that_is_lost_is_a_fault_of_storage(self):
        for args in (["--help"], ["train", "--help"], ["--version"], ["inspect", str(self.embeddings)],
                     ["train", "reader", "--dump-config"], ["evaluate", "--embeddings", str(self.embeddings)]):
            with self.subTest(args=args), open("/dev/full", "w") as full:  # no mpirun: it would read the output itself
                process = subprocess.run([BINARY, *args], env=environment(), stdout=full, stderr=subprocess.PIPE, text=True)
                self.assertEqual(process.returncode, STORAGE, process.stderr)
                self.assertIn("standard output cannot be written", process.stderr)

    def test_labels_that_measure_nothing_are_refused(self):
        evaluate = ["evaluate", "--embeddings", self.embeddings, "--labels"]
        for ranks in (1, 3):
            process = self.refused(BAD_INPUT, "no article of", ranks, *evaluate, self.write("other.tsv", "Q900\tA\n"))
            self.assertIn("other.tsv", process.stderr)
            self.refused(BAD_INPUT, "empty.tsv: no label", ranks, *evaluate, self.write("empty.tsv", ""))

    def test_a_share_of_nothing_is_left_out(self):
        # One labelled article: it has no labelled neighbour to agree with.
        shown = self.done(2, "evaluate", "--embeddings", self.embeddings, "--labels", self.write("one.tsv", "Q1\tA\n"),
                          "--sessions", self.sessions, "--holdout", 1e-9).stdout
        self.assertRegex(shown, r"labels articles +0\n")
        self.assertRegex(shown, r"next_article pairs +0\n")
        for figure in ("agreement_at_10", "recall_at_10", "mrr"):
            self.assertNotIn(figure, shown)

    def test_fasttext_of_embeddings_says_what_it_lacks(self):
        process = self.done(2, "export", "--format", "fasttext-bin", "--input", self.embeddings, "--output", self.folder / "e.bin")
        self.assertIn("no output vectors, zeros are written", process.stderr)

    def test_a_truncated_index_is_not_described(self):
        index = self.folder / "i.hnsw"
        self.done(2, "index", "--input", self.embeddings, "--output", index)
        self.assertIn("hnswlib index", self.done(2, "inspect", index).stdout)
        for size in (100, 2000, index.stat().st_size - 1):
            with self.subTest(size=size):
                cut = self.write("cut.hnsw", index.read_bytes()[:size])
                self.refused(BAD_INPUT, "cut.hnsw", 2, "inspect", cut)

    def test_a_compact_index_is_written_beside_the_other_and_checked(self):
        index, compact = self.folder / "i.hnsw", self.folder / "i.compact"
        self.done(2, "index", "--input", self.embeddings, "--output", index, "--compact", compact)
        self.assertEqual(sorted(path.name for path in self.folder.glob("i.*")), ["i.compact", "i.hnsw"])
        self.assertIn("compact index", self.done(2, "inspect", compact).stdout)
        whole = compact.read_bytes()
        for size in (5, 100, 2000, len(whole) - 1):
            self.refused(BAD_INPUT, "cut.compact", 2, "inspect", self.write("cut.compact", whole[:size]))
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 4
        self.refused(BAD_INPUT, "is damaged", 2, "inspect", self.write("flipped.compact", bytes(flipped)))
        self.refused(USAGE, "--compact", 2, "index", "--input", self.embeddings, "--output", index, "--compact", index)
        self.refused(STORAGE, "missing", 2, "index", "--input", self.embeddings, "--output", index, "--compact",
                     self.folder / "missing" / "i.compact")

    def test_more_links_than_a_compact_index_holds_are_refused_before_one_is_built(self):
        index = self.folder / "wide.hnsw"
        self.refused(USAGE, "--m", 2, "index", "--input", self.embeddings, "--output", index, "--m", 128, "--compact",
                     self.folder / "wide.compact")
        self.assertFalse(index.exists())
        self.done(2, "index", "--input", self.embeddings, "--output", index, "--m", 127, "--compact",
                  self.folder / "wide.compact")

    def test_evaluation_says_which_figures_it_leaves_out(self):
        process = self.done(2, "evaluate", "--embeddings", self.embeddings, "--sessions", self.sessions)
        self.assertIn("no session is held out", process.stderr)
        process = self.done(1, "evaluate", "--embeddings", self.embeddings, "--model", self.model)
        self.assertIn("the link model is left out", process.stderr)
        process = self.done(1, "evaluate", "--embeddings", self.embeddings, "--sessions", self.sessions, "--holdout", 1)
        self.assertNotIn("left out", process.stderr)


class Inputs(JobTest):
    def links(self):
        return self.write("links.tsv", HEADER + "".join(f"enwiki\t{i}\tQ{i}\tQ{i + 1} Q{i + 2}\n" for i in range(1, 30)))

    def test_labels_of_other_articles_are_blamed_on_the_labels(self):
        labels = self.write("labels.tsv", "Q900\tart\n")
        for holdout in (0, 0.1):
            with self.subTest(holdout=holdout):
                process = self.refused(BAD_INPUT, "no row's article has a label", 2, "train", "links", "--input", self.links(),
                                       "--labels", labels, "--output", self.folder / "o", *SMALL, "--holdout", holdout)
                self.assertIn(str(labels), process.stderr)

    def test_labels_that_do_not_train_must_exist_all_the_same(self):
        self.refused(BAD_INPUT, "nope.tsv", 2, "train", "links", "--objective", "links", "--input", self.links(), "--labels",
                     self.folder / "nope.tsv", "--output", self.folder / "o", *SMALL)
        self.assertFalse((self.folder / "o").exists())

    def test_a_link_to_nowhere_in_a_folder_is_named(self):
        self.write("in/a.txt", sessions(1, 40))
        (self.folder / "in" / "b.txt").symlink_to("gone.txt")
        self.refused(BAD_INPUT, "in/b.txt", 2, "train", "reader", "--input", self.folder / "in", "--output",
                     self.folder / "o", *SMALL)

    def test_gzip_may_end_in_zero_bytes(self):
        path = self.write("s.gz", gzip.compress(sessions(1, 40).encode()) + bytes(10000))
        self.done(2, "train", "reader", "--input", path, "--output", self.folder / "o", *SMALL)

    def test_a_format_that_is_not_read_is_named(self):
        path = self.write("s.xz", lzma.compress(sessions(1, 40).encode()))
        self.refused(BAD_INPUT, "compressed as xz", 2, "train", "reader", "--input", path, "--output", self.folder / "o", *SMALL)


class Commands(JobTest):
    def test_an_unknown_command_is_named_with_those_there_are(self):
        for words, known in ((["bogus"], "snapshot, collect, train, embed"), (["train", "bogus"], "reader, links"),
                             (["simulate", "bogus", "--output", "o"], "world, wordnet, walk")):
            with self.subTest(words=words):
                process = self.refused(USAGE, "unknown command 'bogus'", 3, *words)
                self.assertIn(known, process.stderr)

    def test_labels_given_to_the_reader_measure_it(self):
        self.done(1, "simulate", "world", "--output", self.folder / "in", "--articles", 100, "--sessions", 1000)
        process = self.done(2, "train", "reader", "--input", self.folder / "in" / "sessions.txt", "--output", self.folder / "out",
                            "--dim", 8, "--epochs", 2, "--min-count", 1, "--labels", self.folder / "in" / "labels.tsv")
        self.assertRegex(process.stdout, r"labels agreement_at_10 +0\.\d")

    def test_a_query_names_its_article_once(self):
        self.refused(USAGE, "--qid and --title", 2, "query", self.folder, "--qid", "Q1", "--title", "x")


class SnapshotFile(JobTest):
    FILLED = {"reader": ("input", "output"), "links": ("input", "output", "labels"), "embed": ("model", "input", "output"),
              "index": ("input", "output"),
              "evaluate": ("embeddings", "index", "model", "output", "sessions", "pagelinks", "labels", "holdout")}
    INPUT = "[input]\nsessions = ['s.txt']\npagelinks = ['p.tsv']\n"

    def test_keys_that_the_snapshot_fills_are_unknown_in_it(self):
        for section, keys in self.FILLED.items():
            for key in keys:
                with self.subTest(section=section, key=key):
                    config = self.write("m.toml", f"{self.INPUT}[{section}]\n{key} = 'x'\n")
                    self.refused(USAGE, f"unknown key '{key}' in [{section}]", 1, "snapshot", config, "--dry-run")

    def test_the_dump_has_no_key_without_effect(self):
        section, seen = "", {}
        for line in self.done(1, "snapshot", self.write("m.toml", self.INPUT), "--dump-config").stdout.splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif " = " in line:
                seen.setdefault(section, set()).add(line.split(" = ")[0])
        for name, keys in self.FILLED.items():
            self.assertTrue(seen[name])
            self.assertFalse(seen[name] & set(keys), name)

    def test_the_file_serves_single_stages_as_well(self):
        config = self.write("m.toml", self.INPUT + "[reader]\ndim = 9\n[links]\ndim = 10\n[index]\nm = 5\n[evaluate]\nef = 7\n")
        for args, line in ((["train", "reader"], "dim = 9"), (["train", "links"], "dim = 10"), (["index"], "m = 5"),
                           (["evaluate"], "ef = 7")):
            with self.subTest(args=args):
                self.assertIn(line, self.done(1, *args, "--config", config, "--dump-config").stdout.splitlines())

    def test_a_second_configuration_is_refused(self):
        a, b = self.write("a.toml", self.INPUT), self.write("b.toml", self.INPUT)
        self.refused(USAGE, "b.toml", 2, "snapshot", a, "--config", b)

    def test_a_folder_is_called_a_folder(self):
        self.refused(USAGE, "is a folder", 2, "snapshot", self.folder)


if __name__ == "__main__":
    unittest.main()
