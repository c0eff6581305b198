"""Help, version, dry runs and configuration dumps: one text whatever the number of ranks."""
import re
import unittest

from job import DONE, USAGE, JobTest, run


class CommandLine(JobTest):
    def test_help_is_printed_once(self):
        process = self.done(3, "--help")
        for name in ("snapshot", "train", "embed", "index", "evaluate", "query", "inspect", "export", "simulate"):
            self.assertEqual(process.stdout.count(f"\n  {name}"), 1, process.stdout)

    def test_help_of_train_names_the_flags_that_scripts_use(self):
        text = self.done(1, "train", "reader", "--help").stdout
        for flag in ("input", "output", "model", "dim", "window", "negatives", "epochs", "min-count", "subsample", "lr",
                     "seed", "labels", "resume", "progress", "config", "dump-config", "dry-run"):
            self.assertRegex(text, rf"--{flag}[ =\n]")

    def test_version(self):
        self.assertIn("linktrail 0.1.0", self.done(3, "--version").stdout)

    def test_no_command_is_a_usage_fault(self):
        self.assertEqual(run(3).returncode, USAGE)

    def test_unknown_flag(self):
        self.refused(USAGE, "--dimm", 3, "train", "reader", "--dimm", 5)

    def test_an_unknown_kind_of_progress_is_refused_before_any_work(self):
        self.refused(USAGE, "--progress", 2, "train", "reader", "--input", "nowhere", "--output", self.folder / "out",
                     "--progress", "spinner")
        self.assertFalse((self.folder / "out").exists())

    def test_dumped_configuration_is_a_configuration(self):
        config = self.write("m.toml", "seed = 7\n[input]\nsessions = ['s.txt']\npagelinks = ['p.tsv']\n[reader]\ndim = 33\n")
        dumped = self.done(1, "snapshot", config, "--dump-config").stdout
        self.assertIn("dim = 33", dumped)
        again = self.done(1, "snapshot", self.write("again.toml", dumped), "--dump-config").stdout
        self.assertEqual(dumped, again)

    def commands(self):
        """Every command there is: an unknown one is answered with those that are known."""
        def known(*words):
            found = re.search(r"known: (.*?);", self.refused(USAGE, "known: ", 1, *words, "bogus").stderr)
            return found.group(1).split(", ")
        groups = ("collect", "train", "embed", "simulate")
        return [[name, word] for name in groups for word in known(name)] + [[n] for n in known() if n not in groups]

    def test_the_dump_of_every_command_is_a_configuration_of_it(self):
        inputs = self.write("m.toml", "[input]\nsessions = ['s.txt']\npagelinks = ['p.tsv']\n")
        positional = {"snapshot": [inputs], "query": [self.folder], "inspect": [self.folder]}
        self.assertGreaterEqual(len(self.commands()), 18)
        for words in self.commands():
            with self.subTest(command=words):
                given = positional.get(words[0], [])
                dumped = self.done(1, *words, *given, "--seed", 5, "--dump-config").stdout
                again = self.write("again.toml", dumped)
                reread = [again] if words == ["snapshot"] else [*given, "--config", again]
                self.assertEqual(self.done(1, *words, *reread, "--dump-config").stdout, dumped)

    def test_flag_wins_over_file(self):
        config = self.write("m.toml", "seed = 7\n[reader]\ndim = 33\nwindow = 2\n")
        dumped = self.done(1, "train", "reader", "--config", config, "--dim", 44, "--dump-config").stdout
        self.assertIn("dim = 44", dumped)
        self.assertIn("window = 2", dumped)
        self.assertIn("seed = 7", dumped)

    def test_dry_run_writes_nothing(self):
        out = self.folder / "out"
        process = run(2, "train", "reader", "--input", "nowhere", "--output", out, "--dry-run")
        self.assertEqual(process.returncode, DONE, process.stderr)
        self.assertFalse(out.exists())


if __name__ == "__main__":
    unittest.main()
