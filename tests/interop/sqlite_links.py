"""Pagelinks by the rules, from SQL dumps loaded into SQLite: a reference that shares nothing with linktrail.

Its parser is a plain character walk over the whole file; its joins are SQL.
"""
import gzip
import pathlib
import re
import sqlite3

ESCAPES = {b"0": b"\0", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"Z": b"\x1a"}
WANTED = {
    "page": ("page_id", "page_namespace", "page_title", "page_is_redirect"),
    "redirect": ("rd_from", "rd_namespace", "rd_title", "rd_interwiki"),
    "page_props": ("pp_page", "pp_propname", "pp_value"),
    "linktarget": ("lt_id", "lt_namespace", "lt_title"),
    "pagelinks": ("pl_from", "pl_from_namespace", "pl_namespace", "pl_title", "pl_target_id"),
}
VALUE = re.compile(rb"\s*(?:'((?:[^'\\]|\\.|'')*)'|(NULL)|([-+.0-9eE]+))\s*([,)])", re.DOTALL)


def unescape(text):
    return re.sub(rb"\\(.)|''", lambda m: b"'" if m[1] is None else ESCAPES.get(m[1], m[1]), text, flags=re.DOTALL)


def read_bytes(path):
    data = pathlib.Path(path).read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def columns_of(data, table):
    create = re.search(rb"CREATE TABLE `" + table.encode() + rb"` \((.*?)\n\)", data, re.DOTALL)
    return re.findall(r"^\s*`(\w+)`", create[1].decode("latin-1"), re.MULTILINE)


def rows_of(path, table):
    """Every row as a dictionary of column to int, float, bytes or None."""
    data = read_bytes(path)
    names = columns_of(data, table)
    head = b"INSERT INTO `" + table.encode() + b"` VALUES"
    at = data.find(b"\n" + head)
    while at >= 0:
        at += 1 + len(head)
        while True:
            at = data.index(b"(", at) + 1
            values, end = [], b","
            while end == b",":
                match = VALUE.match(data, at)
                text, null, number, end = match.groups()
                values.append(None if null else unescape(text) if text is not None else
                              int(number) if number.lstrip(b"-").isdigit() else float(number))
                at = match.end()
            yield dict(zip(names, values, strict=True))
            while data[at:at + 1].isspace():
                at += 1
            if data[at:at + 1] == b";":
                break
        at = data.find(b"\n" + head, at)


def load(files):
    """`files`: (wiki, table, path) of each dump. Returns a connection with one SQL table a dump table."""
    base = sqlite3.connect(":memory:")
    for table, names in WANTED.items():
        base.execute(f"CREATE TABLE {table} (wiki, {', '.join(names)})")
    for wiki, table, path in files:
        marks = ", ".join("?" * (len(WANTED[table]) + 1))
        base.executemany(f"INSERT INTO {table} VALUES ({marks})",
                         ((wiki, *(row.get(name) for name in WANTED[table])) for row in rows_of(path, table)))
    base.executescript("""
        CREATE INDEX by_title ON page (wiki, page_namespace, page_title);
        CREATE INDEX by_id ON page (wiki, page_id);
        CREATE INDEX by_from ON redirect (wiki, rd_from);
        CREATE INDEX by_target ON linktarget (wiki, lt_id);
        CREATE INDEX by_page ON page_props (wiki, pp_page, pp_propname);
        CREATE TABLE qid (wiki, page, qid);
    """)
    return base


QIDS_OF_PROPS = """INSERT INTO qid SELECT wiki, pp_page, CAST(substr(CAST(pp_value AS TEXT), 2) AS INTEGER)
                   FROM page_props WHERE pp_propname = CAST('wikibase_item' AS BLOB)"""
QIDS_OF_PAGES = "INSERT INTO qid SELECT wiki, page_id, page_id FROM page"

# Article: namespace 0 and no redirect. A title leads to an article in at most :hops redirects.
PAIRS = """
WITH RECURSIVE
link AS (
  SELECT p.wiki AS wiki, pl_from AS source, coalesce(pl_title, lt_title) AS title
  FROM pagelinks p LEFT JOIN linktarget t ON t.wiki = p.wiki AND lt_id = pl_target_id
  WHERE coalesce(pl_from_namespace, 0) = 0 AND coalesce(pl_namespace, lt_namespace) = 0),
chain (wiki, start, page, hop) AS (
  SELECT wiki, page_title, page_id, 0 FROM page WHERE page_namespace = 0
  UNION
  SELECT c.wiki, c.start, t.page_id, c.hop + 1
  FROM chain c JOIN page s ON s.wiki = c.wiki AND s.page_id = c.page AND s.page_is_redirect = 1
  JOIN redirect r ON r.wiki = c.wiki AND r.rd_from = c.page AND r.rd_namespace = 0 AND length(coalesce(rd_interwiki, '')) = 0
  JOIN page t ON t.wiki = c.wiki AND t.page_namespace = 0 AND t.page_title = r.rd_title
  WHERE c.hop < :hops),
leads AS (
  SELECT c.wiki, start, qid FROM chain c
  JOIN page p ON p.wiki = c.wiki AND p.page_id = c.page AND p.page_is_redirect = 0
  JOIN qid q ON q.wiki = c.wiki AND q.page = c.page
  WHERE :keep OR NOT EXISTS (SELECT 1 FROM page_props x WHERE x.wiki = c.wiki AND x.pp_page = c.page
                             AND x.pp_propname = CAST('disambiguation' AS BLOB)))
SELECT DISTINCT link.wiki, source, q.qid, leads.qid FROM link
JOIN page s ON s.wiki = link.wiki AND s.page_id = source AND s.page_namespace = 0 AND s.page_is_redirect = 0
JOIN leads ON leads.wiki = link.wiki AND leads.start = link.title
LEFT JOIN qid q ON q.wiki = link.wiki AND q.page = source
WHERE :keep OR NOT EXISTS (SELECT 1 FROM page_props x WHERE x.wiki = link.wiki AND x.pp_page = source
                           AND x.pp_propname = CAST('disambiguation' AS BLOB))
"""


def pairs(base, hops=1, ids="qid", keep_disambiguation=True, qids=None):
    """The set of (wiki, page id, its QID or None, QID linked to)."""
    base.execute("DELETE FROM qid")
    if qids is not None:
        base.executemany("INSERT INTO qid VALUES (?, ?, ?)", qids)
    else:
        base.execute(QIDS_OF_PAGES if ids == "page" else QIDS_OF_PROPS)
    base.executescript("DROP INDEX IF EXISTS qid_of; CREATE INDEX qid_of ON qid (wiki, page);")
    return set(base.execute(PAIRS, {"hops": hops, "keep": keep_disambiguation}))
