"""collect pagelinks as users run it: what it refuses, with which exit code, and what it leaves behind."""
import unittest

from held_job import held_at_file, kill
from job import BAD_INPUT, STORAGE, USAGE, JobTest


class CollectLinksTest(JobTest):
    def setUp(self):
        super().setUp()
        self.dumps, self.output = self.folder / "dumps", self.folder / "output"
        self.done(1, "simulate", "dumps", "--output", self.dumps, "--pages", 2000, "--wikis", 2, "--compression", "none")

    def flags(self, *more):
        return ("collect", "pagelinks", "--dumps", self.dumps, "--output", self.output, *more)

    def test_usage(self):
        self.refused(USAGE, "--dumps is required", 1, "collect", "pagelinks", "--output", self.output)
        self.refused(USAGE, "--ids page: page ids mean nothing beyond one wiki", 2, *self.flags("--ids", "page"))
        self.refused(USAGE, "--memory: expected 0 to", 1, *self.flags("--memory", -1))
        self.refused(USAGE, "--redirect-hops: expected 0 to 16", 1, *self.flags("--redirect-hops", 17))

    def test_bad_input_is_named_and_older_output_stays(self):
        self.done(2, *self.flags())
        before = {path.name: path.read_bytes() for path in self.output.iterdir()}
        self.refused(BAD_INPUT, "no dump of xxwiki", 2, *self.flags("--wikis", "xxwiki"))
        links = self.dumps / "bbwiki-20240901-pagelinks.sql"
        whole = links.read_bytes()
        links.write_bytes(whole[:len(whole) // 2])
        self.refused(BAD_INPUT, "bbwiki-20240901-pagelinks.sql:", 2, *self.flags())
        links.write_bytes(whole.replace(b"Database: bbwiki", b"Database: ccwiki"))
        self.refused(BAD_INPUT, "a table of another wiki", 2, *self.flags())
        links.write_bytes(whole.replace(b"pl_from_namespace", b"pl_other").replace(b"`pl_from`", b"`pl_source`"))
        self.refused(BAD_INPUT, "unknown schema", 2, *self.flags())
        links.unlink()
        self.refused(BAD_INPUT, "no dump of the table pagelinks of bbwiki", 2, *self.flags())
        self.assertEqual({path.name: path.read_bytes() for path in self.output.iterdir()}, before)

    def test_a_link_to_another_folder_stays(self):
        there = self.folder / "there"
        there.mkdir()
        self.output.mkdir()
        (self.output / "titles.tsv").symlink_to(there / "kept.tsv")
        self.done(2, *self.flags())
        self.assertTrue((self.output / "titles.tsv").is_symlink())
        self.assertIn(b"aawiki\tQ", (there / "kept.tsv").read_bytes())
        self.assertEqual([path.name for path in there.iterdir()], ["kept.tsv"])

    def test_an_empty_result_or_a_folder_in_its_place_leaves_older_output(self):
        self.done(1, *self.flags())
        before = {path.name: path.read_bytes() for path in self.output.iterdir()}
        qids = self.write("qids.tsv", "wiki_db\tpage_id\tqid\nen\t1\tQ1\nen\t2\t\\N\n")
        self.refused(BAD_INPUT, "no link is left", 2, *self.flags("--qids", qids))
        self.assertEqual({path.name: path.read_bytes() for path in self.output.iterdir()}, before)
        titles = self.output / "titles.tsv"
        titles.unlink()
        titles.mkdir()
        self.refused(STORAGE, "titles.tsv: is a folder", 2, *self.flags())
        before.pop("titles.tsv")
        after = {path.name: path.read_bytes() for path in self.output.iterdir() if path.is_file()}
        self.assertEqual(after, before)

    def test_bytes_of_a_dump_that_are_no_text_do_not_spoil_the_manifest(self):
        for path in self.dumps.glob("aawiki-*"):
            path.write_bytes(path.read_bytes().replace(b"Database: aawiki", b"Database: b\xff"))
        self.done(1, *self.flags("--wikis", "aawiki"))
        self.assertIn("_collect.json", [path.name for path in self.output.iterdir()])

    def test_scratch_that_cannot_be_made(self):
        self.refused(STORAGE, "scratch", 1, *self.flags("--scratch", self.write("file", "x") / "scratch"))

    def test_killed_while_it_writes_it_leaves_older_output_and_runs_again(self):
        self.done(1, *self.flags())
        before = {path.name: path.read_bytes() for path in self.output.iterdir()}
        unfinished = self.output / ".collect-pagelinks.partial"
        kill(held_at_file(self, unfinished, 2, *self.flags()))
        self.assertTrue(unfinished.exists())
        self.assertEqual({path.name: path.read_bytes() for path in self.output.iterdir() if path.is_file()}, before)
        self.done(2, *self.flags())
        self.assertFalse(unfinished.exists())
        before.pop("_collect.json")  # holds the time
        self.assertEqual({path.name: path.read_bytes() for path in self.output.iterdir() if path.name != "_collect.json"},
                         before)


if __name__ == "__main__":
    unittest.main()
