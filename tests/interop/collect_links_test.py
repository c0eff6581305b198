"""collect pagelinks gives exactly the pairs that SQLite gives for the same rules, on real dumps and simulated ones."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import sqlite_links

BINARY = os.environ["LINKTRAIL"]
# Real dumps, where they are at hand: a folder `wikimedia_sql` under $LINKTRAIL_DATA, or in `data` beside this clone.
DATA = pathlib.Path(os.environ.get("LINKTRAIL_DATA", pathlib.Path(__file__).resolve().parents[2].parent / "shared/data"))
REAL = DATA / "wikimedia_sql"
NAME = re.compile(r"(?P<wiki>[^-]+)-(?:\d{8}-)?(?P<table>page_props|pagelinks|page|linktarget|redirect)[\d.-]")


def collect(dumps, output, *flags, ranks=1):
    env = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
               OMPI_MCA_rmaps_base_oversubscribe="1")
    command = ["mpirun", "-n", str(ranks), BINARY, "collect", "pagelinks", "--dumps", str(dumps), "--output",
               str(output), "--progress", "off", *flags]
    process = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    if process.returncode != 0:
        raise AssertionError(process.stderr)


def collected_pairs(output):
    found = []
    for path in sorted(pathlib.Path(output).glob("pagelinks-*.tsv")):
        lines = path.read_text().splitlines()
        assert lines[0] == "wiki_db\tpid_from\tqid_from\toutlinks", lines[0]
        for line in lines[1:]:
            wiki, page, qid, targets = line.split("\t")
            found += [(wiki, int(page), None if qid == "NULL" else int(qid[1:]), int(target[1:]))
                      for target in targets.split(" ")]
    return found


def dumps_in(folder):
    for path in sorted(folder.iterdir()):
        match = NAME.match(path.name)
        if match:
            yield match["wiki"], match["table"], path


class CollectLinksTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="linktrail-collect-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def expect_same(self, dumps, files, *flags, wikis=(), at_least=1, ranks=1, **rules):
        output = self.folder / "output"
        names = ["--wikis", ",".join(wikis)] if wikis else []
        collect(dumps, output, *names, *flags, ranks=ranks)
        found = collected_pairs(output)
        expected = sqlite_links.pairs(sqlite_links.load(files), **rules)
        self.assertEqual(len(found), len(set(found)), "a pair is written twice")
        self.assertEqual(set(found), expected)
        self.assertGreaterEqual(len(found), at_least)
        return output

    def simulate(self, *flags):
        dumps = self.folder / "dumps"
        subprocess.run([BINARY, "simulate", "dumps", "--output", str(dumps), "--pages", "3000", "--links", "8", *flags],
                       check=True, capture_output=True)
        return dumps

    def test_simulated_dumps_in_both_schemas(self):
        dumps = self.simulate("--schema", "mixed", "--files", "3")
        files = list(dumps_in(dumps))
        for flags, rules in (((), {}), (("--redirect-hops", "0"), {"hops": 0}), (("--redirect-hops", "4"), {"hops": 4}),
                             (("--disambiguation", "drop"), {"keep_disambiguation": False})):
            with self.subTest(flags=flags):
                self.expect_same(dumps, files, *flags, ranks=2, at_least=1000, **rules)

    def test_links_by_title_and_by_target_id_in_one_table(self):
        dumps = self.simulate("--schema", "linktarget", "--wikis", "1", "--compression", "none")
        files = list(dumps_in(dumps))
        paths = {table: path for _, table, path in files}
        targets = {row["lt_id"]: (row["lt_namespace"], row["lt_title"])
                   for row in sqlite_links.rows_of(paths["linktarget"], "linktarget")}
        rows = []
        for i, row in enumerate(sqlite_links.rows_of(paths["pagelinks"], "pagelinks")):
            target = row["pl_target_id"]
            space, title = targets[target] if i % 3 else (0, b"")
            title = title.replace(b"\\", b"\\\\").replace(b"'", b"\\'")
            rows.append(b"(%d,%d,%d,'%s',%s)" % (row["pl_from"], row["pl_from_namespace"], space, title,
                                                 b"NULL" if i % 3 == 1 else b"%d" % target))
        mixed = self.folder / "mixed"
        shutil.copytree(dumps, mixed)
        (mixed / paths["pagelinks"].name).write_bytes(
            b"CREATE TABLE `pagelinks` (\n  `pl_from` int,\n  `pl_from_namespace` int,\n  `pl_namespace` int,\n"
            b"  `pl_title` varbinary(255),\n  `pl_target_id` bigint\n);\n"
            b"INSERT INTO `pagelinks` VALUES " + b",".join(rows) + b";\n-- Dump completed\n")
        self.expect_same(mixed, files, ranks=2, at_least=1000)

    def test_tables_of_titles_and_pages(self):
        dumps = self.simulate("--wikis", "2", "--compression", "none")
        output = self.expect_same(dumps, list(dumps_in(dumps)), at_least=1000)
        base = sqlite_links.load(dumps_in(dumps))
        base.execute(sqlite_links.QIDS_OF_PROPS)
        articles = list(base.execute("SELECT p.wiki, page_id, qid, page_title FROM page p JOIN qid q ON q.wiki = p.wiki "
                                     "AND page = page_id WHERE page_namespace = 0 AND page_is_redirect = 0 ORDER BY 1, 2"))
        rows = [f"{wiki}\t{page}\tQ{qid}" for wiki, page, qid, _ in articles]
        self.assertEqual((output / "page_qids.tsv").read_text().splitlines(), ["wiki_db\tpage_id\tqid", *rows])
        titles = [b"%s\tQ%d\t%s" % (wiki.encode(), qid, title) for wiki, _, qid, title in articles]
        self.assertEqual((output / "titles.tsv").read_bytes().split(b"\n")[:-1], titles)

    @unittest.skipUnless(REAL.is_dir(), "no real dumps here")
    def test_real_dumps_by_page_id(self):
        for wiki, at_least in (("crwiki", 300), ("mtwiki", 50000)):
            with self.subTest(wiki=wiki):
                files = [entry for entry in dumps_in(REAL) if entry[0] == wiki]
                self.expect_same(REAL, files, "--ids", "page", wikis=[wiki], ids="page", at_least=at_least, ranks=2)

    @unittest.skipUnless(REAL.is_dir(), "no real dumps here")
    def test_real_dumps_of_two_wikis_with_a_table_of_qids(self):
        files = [entry for entry in dumps_in(REAL) if entry[0] in ("crwiki", "mtwiki")]
        qids = [(wiki, row["page_id"], row["page_id"] * 3 + len(wiki)) for wiki, table, path in files if table == "page"
                for row in sqlite_links.rows_of(path, "page") if row["page_id"] % 7 != 0]
        table = self.folder / "qids.tsv"
        table.write_text("wiki_db\tpage_id\tqid\n" + "".join(f"{w}\t{p}\tQ{q}\n" for w, p, q in qids))
        self.expect_same(REAL, files, "--qids", str(table), "--redirect-hops", "3", wikis=["crwiki", "mtwiki"],
                         qids=qids, hops=3, at_least=50000)

    @unittest.skipUnless(REAL.is_dir(), "no real dumps here")
    def test_a_local_wiki_without_namespaces_of_sources(self):
        dumps = REAL / "local_mediawiki_2017"
        files = [("my_wiki", table, dumps / f"my_wiki_{table}.sql")
                 for table in ("page", "pagelinks", "redirect", "page_props")]
        self.expect_same(dumps, files, "--ids", "page", ids="page")

    @unittest.skipUnless(REAL.is_dir(), "no real dumps here")
    def test_a_real_wiki_with_linktargets(self):
        dumps = self.folder / "dumps"
        dumps.mkdir()
        for table in ("page", "pagelinks", "linktarget"):
            shutil.copy(REAL / f"new_schema/test-20240901-{table}.sql", dumps / f"loginwiki-20240901-{table}.sql")
        files = list(dumps_in(dumps))
        # The excerpt's links lead out of it, so none is left, and an empty collection is refused.
        self.assertEqual(sqlite_links.pairs(sqlite_links.load(files), ids="page", hops=0), set())
        with self.assertRaisesRegex(AssertionError, "no link is left"):
            collect(dumps, self.folder / "output", "--ids", "page", "--redirect-hops", "0")


if __name__ == "__main__":
    unittest.main()
