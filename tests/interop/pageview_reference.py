"""The rules of `collect pageviews`, written down once more, plainly: no code or structure of the program.

Reads whole logs into memory with csv and datetime, and follows the steps of docs/operations.md one after the other.
"""
import bz2
import collections
import csv
import datetime
import gzip
import itertools

DEFAULTS = dict(max_views=500, min_actors=50, main_page="Q5296", gap=3600, min_length=2, max_length=30)
ACTOR = ("actor", "actor_signature", "actor_signature_per_project_family")
TIME = ("timestamp", "ts", "dt")
NAMESPACE = ("namespace", "namespace_id")


def rows(paths):
    for path in paths:
        opener = {".gz": gzip.open, ".bz2": bz2.open}.get(path.suffix, open)
        with opener(path, "rt", encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def first(row, names, default=None):
    return next((row[name] for name in names if name in row), default)


def seconds(text):
    if "-" not in text:
        return float(text)
    text = text.rstrip("Z").replace("T", " ")
    form = "%Y-%m-%d %H:%M:%S.%f" if "." in text else "%Y-%m-%d %H:%M:%S"
    return datetime.datetime.strptime(text, form).replace(tzinfo=datetime.timezone.utc).timestamp()


def wiki_name(row, compat):
    if "wiki_db" in row:
        return row["wiki_db"].replace("_", "-") if compat else row["wiki_db"]
    language = row["project"].removesuffix(".wikipedia")
    if compat:
        return language + "wiki"
    return {"be-tarask": "be_x_old"}.get(language, language).replace("-", "_") + "wiki"


def is_reader_view(row):
    return (row.get("is_pageview", "true") == "true" and row.get("agent_type", "user") == "user"
            and row.get("access_method") != "mobile app" and first(row, NAMESPACE, "0") == "0"
            and row["page_id"] != "NULL")


def load_qids(paths):
    table = {}
    for row in rows(paths):
        key, number = (row["wiki_db"], int(row["page_id"])), int(row["qid"].lstrip("Q"))
        table[key] = min(number, table.get(key, number))
    return {key: f"Q{number}" for key, number in table.items()}


def collapsed(visits):
    return [next(group) for _, group in itertools.groupby(visits, key=lambda visit: visit[1])]


def split(visits, gap):
    session = []
    for visit in visits:
        if session and visit[0] - session[-1][0] > gap:
            yield session
            session = []
        session.append(visit)
    if session:
        yield session


def sessions(log_paths, qid_paths, compat=False, **changed):
    """The sessions as a list of strings, in no particular order."""
    rule = {**DEFAULTS, **changed}
    qids = load_qids(qid_paths)
    views = [(first(row, ACTOR), seconds(first(row, TIME)), int(row["page_id"]), wiki_name(row, compat))
             for row in rows(log_paths) if is_reader_view(row)]

    day = lambda view: (view[0], int(view[1] // 86400))
    a_day = collections.Counter(map(day, views))
    views = [view for view in views if a_day[day(view)] <= rule["max_views"]]

    actors = collections.defaultdict(set)
    for actor, _, page, wiki in views:
        actors[wiki, page].add(actor)
    views = [view for view in views if len(actors[view[3], view[2]]) >= rule["min_actors"]]

    streams = collections.defaultdict(list)
    for actor, time, page, wiki in views:
        if (wiki, page) in qids:
            streams[actor].append((time, page, wiki))
    result = []
    for stream in streams.values():
        visits = [(time, qids[wiki, page]) for time, page, wiki in sorted(stream)]
        if any(qid == rule["main_page"] for _, qid in visits):
            continue
        if compat:
            visits = collapsed(visits)
        for session in split(visits, rule["gap"]):
            articles = [qid for _, qid in collapsed(session)]
            if rule["min_length"] <= len(articles) <= rule["max_length"]:
                result.append(" ".join(articles))
    return result
