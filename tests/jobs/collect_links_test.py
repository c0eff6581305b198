"""collect pagelinks as users run it: what it refuses, with which exit code, and what it leaves behind."""
import json
import shutil
import unittest

from held_job import go_on, held_at_file, kill
from job import BAD_INPUT, DONE, STORAGE, TIME_LIMIT_S, USAGE, JobTest


class CollectLinksTest(JobTest):
    def setUp(self):
        super().setUp()
        self.dumps, self.output = self.folder / "dumps", self.folder / "output"
        self.done(1, "simulate", "dumps", "--output", self.dumps, "--pages", 2000, "--wikis", 2, "--compression", "none")

    def flags(self, *more):
        return ("collect", "pagelinks", "--dumps", self.dumps, "--output", self.output, *more)

    def clicks(self):
        titles = self.write("titles.tsv", "aawiki\tQ1\tA\naawiki\tQ2\tB\n")
        clicks = self.write("clicks.tsv", "other-search\tA\texternal\t100\nA\tB\tlink\t40\n")
        return ("collect", "clickstream", "--input", clicks, "--titles", titles, "--wiki", "aawiki", "--output", self.output,
                "--sessions", 100000)

    def views(self):
        qids = self.write("qids.tsv", "wiki_db\tpage_id\tqid\naawiki\t1\tQ1\n")
        views = self.write("views.tsv", "actor\ttimestamp\twiki_db\tpage_id\n")
        return ("collect", "pageviews", "--input", views, "--qids", qids, "--output", self.output)

    def test_usage(self):
        self.refused(USAGE, "--dumps is required", 1, "collect", "pagelinks", "--output", self.output)
        self.refused(USAGE, "--ids page: page ids mean nothing beyond one wiki", 2, *self.flags("--ids", "page"))
        self.refused(USAGE, "--memory: expected 0 to", 1, *self.flags("--memory", -1))
        self.refused(USAGE, "--redirect-hops: expected 0 to 16", 1, *self.flags("--redirect-hops", 17))

    def test_bad_input_is_named_and_older_output_stays(self):
        self.done(2, *self.flags())
        before = {path.name: path.read_bytes() for path in self.output.iterdir()}
        self.refused(BAD_INPUT, "no dump of xxwiki", 2, *self.flags("--wikis", "xxwiki"))
        self.refused(BAD_INPUT, "no dump of xxwiki", 2, *self.flags("--wikis", "aawiki, xxwiki"))
        self.refused(USAGE, "--wikis names no wiki", 2, *self.flags("--wikis", " "))
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

    def test_nothing_unfinished_stays_in_another_folder(self):
        """The tables are ready when the folder is found where page_qids.tsv should go."""
        there = self.folder / "there"
        there.mkdir()
        (self.output / "page_qids.tsv").mkdir(parents=True)
        (self.output / "titles.tsv").symlink_to(there / "kept.tsv")
        self.refused(STORAGE, "page_qids.tsv: is a folder", 2, *self.flags())
        self.assertEqual(list(there.iterdir()), [])

    def test_a_second_collection_is_kept_out(self):
        for first in (self.flags(), self.clicks()):
            lock = self.output / ".collect.lock"
            process = held_at_file(self, lock, 2, *first)
            for second in (self.flags(), self.clicks(), self.views()):
                self.refused(STORAGE, "is being written by another run", 2, *second)
            go_on(process)
            self.assertEqual(process.wait(timeout=TIME_LIMIT_S), DONE)
            self.assertFalse(lock.exists())
            self.done(1, *first)
            shutil.rmtree(self.output)  # its record keeps other commands out

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

    def test_a_nul_in_the_head_of_a_dump_is_no_end_of_a_name(self):
        for path in self.dumps.glob("aawiki-*"):
            path.write_bytes(path.read_bytes().replace(b"Database: aawiki", b"Database: a\0wiki"))
        pages = self.dumps / "bbwiki-20240901-page.sql"
        pages.write_bytes(pages.read_bytes().replace(b"`page_len`", b"`page\0len`"))
        self.done(2, *self.flags())

    def test_only_parts_of_an_earlier_run_are_removed(self):
        self.done(1, *self.flags())
        names = ["pagelinks-12345.tsv.bak", "pagelinks-12345.tsv~", "pagelinks-1234.tsv"]
        for name in names:
            (self.output / name).write_text("mine")
        (self.output / "pagelinks-12345.tsv").write_text("a part")
        self.done(1, *self.flags("--compression", "gzip"))
        for name in names:
            self.assertEqual((self.output / name).read_text(), "mine")
        self.assertFalse((self.output / "pagelinks-12345.tsv").exists())

    def test_the_files_of_another_command_keep_their_record(self):
        self.done(1, *self.clicks(), "--seed", 7, "--min-length", 1)
        record = json.loads((self.output / "_collect.json").read_text())
        self.assertEqual((record["command"], record["seed"]), ("collect clickstream", 7))
        self.refused(STORAGE, "holds what collect clickstream wrote", 2, *self.flags())
        self.refused(STORAGE, "holds what collect clickstream wrote", 1, *self.views())
        self.assertEqual(json.loads((self.output / "_collect.json").read_text()), record)

    def test_items_that_are_no_qid_are_told_with_their_line_up_to_a_limit(self):
        props = self.dumps / "aawiki-20240901-page_props.sql"
        text = props.read_bytes()

        def add(rows):
            values = b",".join(b"(%d,'wikibase_item','foo',NULL)" % page for page in range(90000, 90000 + rows))
            props.write_bytes(text + b"INSERT INTO `page_props` VALUES " + values + b";\n")

        add(3)
        self.assertIn("wikibase_item whose pp_value is no QID", self.done(2, *self.flags()).stderr)
        add(200)
        self.refused(BAD_INPUT, "aawiki-20240901-page_props.sql:", 2, *self.flags())

    def test_bytes_of_a_dump_that_are_no_text_do_not_spoil_the_manifest(self):
        for path in self.dumps.glob("aawiki-*"):
            path.write_bytes(path.read_bytes().replace(b"Database: aawiki", b"Database: b\xff"))
        self.done(1, *self.flags("--wikis", "aawiki"))
        self.assertIn("_collect.json", [path.name for path in self.output.iterdir()])

    def test_scratch_that_cannot_be_made(self):
        self.refused(STORAGE, "scratch", 1, *self.flags("--scratch", self.write("file", "x") / "scratch"))

    def test_killed_while_it_writes_it_leaves_older_output_and_runs_again(self):
        """The older output has other links, of no redirect, so that none of the new can be taken for it."""
        self.dumps = self.folder / "large"  # several parts, so that the job still writes when it is held
        self.done(1, "simulate", "dumps", "--output", self.dumps, "--pages", 60000, "--wikis", 1)
        older = self.flags("--redirect-hops", 0)
        self.done(2, *older)
        before, unfinished = self.files(), self.output / ".collect-pagelinks.partial"
        process = held_at_file(self, unfinished / "pagelinks-00000.tsv", 2, *self.flags())
        self.assertFalse((unfinished / "titles.tsv").exists(), "held too late")
        kill(process)
        self.assertTrue((unfinished / "pagelinks-00000.tsv").read_bytes())
        self.assertEqual(self.files(), before)

        self.done(2, *self.flags())
        self.assertFalse(unfinished.exists())
        after, self.output = self.files(), self.folder / "fresh"
        self.done(1, *self.flags())
        self.assertEqual(self.contents(after), self.contents(self.files()))
        self.assertNotEqual(after["pagelinks-00000.tsv"], before["pagelinks-00000.tsv"])

    def files(self):
        return {path.name: path.read_bytes() for path in self.output.iterdir() if path.is_file() and path.name != ".collect.lock"}

    @staticmethod
    def contents(files):
        return {name: text for name, text in files.items() if name != "_collect.json"}  # which holds the time


if __name__ == "__main__":
    unittest.main()
