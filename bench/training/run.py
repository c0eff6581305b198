#!/usr/bin/python3
"""Speed and quality of training beside Debian's fastText, on simulated data, in one run.

The words a second are those of the whole command, with reading and writing: tokens of the input times epochs, by the wall
clock. Both programs train on the same lines with the same flags, in turn, and the medians are compared. Quality:
next-article recall@10 of held-out sessions, and the share of the ten nearest articles with the same topic for head, middle
and rare articles. See README.md. Exit code 6 if a bar is missed.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/common"))
from tools import Tools, in_held_out_part, read_vectors, write_embeddings  # noqa: E402

HELD_OUT = 0.02
PAIRS = 20000
PROBES = 1000  # articles a bucket
MIN_COUNT = 5

# articles, sessions, epochs, and how many times fastText's speed is asked of each model
WORLDS = {
    "50k": {"articles": 50_000, "sessions": 1_000_000, "epochs": 5, "bars": {"cbow": 20, "skipgram": 30}},
    "1M": {"articles": 1_000_000, "sessions": 4_000_000, "epochs": 2, "bars": {"cbow": 15, "skipgram": 20}},
}
MODELS = {"cbow": {"dim": 50, "negatives": 10}, "skipgram": {"dim": 64, "negatives": 5}}
SCALING_BAR = 1.9  # 2 ranks over 1
LABEL_BAR = 15


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--linktrail", default=ROOT / "build/release/linktrail", help="the program to judge")
    parser.add_argument("--mpirun", default="mpirun --bind-to core", help="how to start ranks")
    parser.add_argument("--work", help="folder for data and models; kept, and its data used again. Temporary by default")
    parser.add_argument("--worlds", nargs="+", default=list(WORLDS), choices=list(WORLDS))
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--parts", nargs="+", default=["reader", "ranks", "labels"], choices=["reader", "ranks", "labels"])
    parser.add_argument("--repeats", type=int, default=3, help="runs of linktrail; fastText runs once beside them")
    parser.add_argument("--json", type=Path, help="file for the figures")
    return parser.parse_args()


class Judge:
    def __init__(self):
        self.rows = []

    def row(self, task, what, found, bar=None):
        passed = bar is None or found >= bar
        self.rows.append({"task": task, "what": what, "found": found, "bar": bar, "passed": passed})
        verdict = "" if bar is None else f"   bar {bar:.4g} {'pass' if passed else 'FAIL'}"
        print(f"{task:24} {what:40} {found:12.4f}{verdict}", flush=True)


def timed(work):
    begin = time.monotonic()
    work()
    return time.monotonic() - begin


def make_world(tools, name):
    """Simulated sessions, split by hash into what is trained on and what is held out."""
    folder = tools.work / name
    if not (folder / "train.txt").exists():
        world = WORLDS[name]
        tools.linktrail(1, "simulate", "world", "--output", folder, "--articles", world["articles"], "--sessions",
                        world["sessions"], "--topics", 64)
        with open(folder / "sessions.txt", encoding="ascii") as lines, open(folder / "train.part", "w") as train, \
                open(folder / "heldout.txt", "w") as held_out:
            for line in lines:
                (held_out if in_held_out_part(line.strip(), HELD_OUT) else train).write(line)
        (folder / "train.part").rename(folder / "train.txt")
    return folder


def count_tokens(path):
    with open(path, encoding="ascii") as lines:
        return sum(line.count(" ") + 1 for line in lines)


def flags_of(model, world):
    return {"dim": MODELS[model]["dim"], "window": 5, "negatives": MODELS[model]["negatives"],
            "epochs": WORLDS[world]["epochs"], "lr": 0.05, "subsample": 0.1, "min-count": MIN_COUNT}


def train_fasttext(tools, model, folder, flags):
    tools.fasttext(model, "-input", folder / "train.txt", "-output", tools.work / "fasttext", "-dim", flags["dim"], "-ws",
                   flags["window"], "-neg", flags["negatives"], "-epoch", flags["epochs"], "-lr", flags["lr"], "-t",
                   flags["subsample"], "-minCount", flags["min-count"], "-minn", 0, "-maxn", 0, "-bucket", 1, "-thread", 1,
                   "-verbose", 0)


def train_linktrail(tools, model, folder, flags, ranks):
    options = [text for name, value in flags.items() for text in (f"--{name}", value)]
    tools.linktrail(ranks, "train", "reader", "--input", folder / "train.txt", "--output", tools.work / "linktrail",
                    "--model", model, "--resume", "never", "--progress", "off", *options)


def topics_of(folder):
    with open(folder / "labels.tsv", encoding="utf-8") as lines:
        return {int(qid[1:]): label for qid, label in (line.rstrip("\n").split("\t") for line in lines)}


def agreement_by_bucket(embeddings, folder):
    """Of the ten nearest articles, the share with the same topic: for the tenth of the articles seen most (head), the next
    four tenths (middle) and the rest (rare)."""
    with h5py.File(embeddings, "r") as file:
        qids, vectors = file["qid"][:], file["vectors"][:]
    counts = dict.fromkeys(qids.tolist(), 0)
    with open(folder / "train.txt", encoding="ascii") as lines:
        for line in lines:
            for word in line.split():
                qid = int(word[1:])
                if qid in counts:
                    counts[qid] += 1
    order = np.argsort([-counts[qid] for qid in qids.tolist()], kind="stable")
    topics = topics_of(folder)
    number = {name: i for i, name in enumerate(sorted(set(topics.values())))}
    topic = np.array([number[topics[qid]] for qid in qids.tolist()])
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
    cuts = [0, len(qids) // 10, len(qids) // 2, len(qids)]
    shares = {}
    for bucket, begin, end in zip(("head", "middle", "rare"), cuts, cuts[1:]):
        probes = np.random.default_rng(1).choice(order[begin:end], size=min(PROBES, end - begin), replace=False)
        right = 0
        for part in np.array_split(probes, max(1, len(probes) // 100)):
            scores = unit[part] @ unit.T
            scores[np.arange(len(part)), part] = -2
            nearest = np.argpartition(-scores, 10, axis=1)[:, :10]
            right += int((topic[nearest] == topic[part][:, None]).sum())
        shares[bucket] = right / (10 * len(probes))
    return shares


def quality(tools, embeddings, folder):
    next_article = tools.evaluate(embeddings, "--sessions", folder / "heldout.txt", "--holdout", 1, "--pairs", PAIRS,
                                  "--queries", 1)["next_article"]
    return {"next-article recall@10": next_article["recall_at_10"],
            **{f"agreement@10, {bucket}": share for bucket, share in agreement_by_bucket(embeddings, folder).items()}}


def measure_reader(tools, world, model, arguments, judge):
    folder, flags = make_world(tools, world), flags_of(model, world)
    words = count_tokens(folder / "train.txt") * flags["epochs"]
    task = f"reader {model}, {world}"
    theirs = words / timed(lambda: train_fasttext(tools, model, folder, flags))
    base = quality(tools, write_embeddings(tools.work / "fasttext.h5", *read_vectors(tools.work / "fasttext.vec")), folder)
    ours = statistics.median(words / timed(lambda: train_linktrail(tools, model, folder, flags, 1))
                             for _ in range(arguments.repeats))
    judge.row(task, "fastText, words/s", theirs)
    judge.row(task, "linktrail, words/s", ours)
    judge.row(task, "linktrail / fastText", ours / theirs, WORLDS[world]["bars"][model])
    for name, value in quality(tools, tools.work / "linktrail/embeddings.h5", folder).items():
        judge.row(task, name, value, base[name])


def measure_ranks(tools, world, model, arguments, judge):
    folder, flags = make_world(tools, world), flags_of(model, world)
    ratios = []
    for _ in range(arguments.repeats):
        one, two = (timed(lambda: train_linktrail(tools, model, folder, flags, ranks)) for ranks in (1, 2))
        ratios.append(one / two)
    judge.row(f"ranks {model}, {world}", "1 rank / 2 ranks, wall clock", statistics.median(ratios), SCALING_BAR)


def write_labelled_rows(folder, out):
    topics = topics_of(folder)
    with open(folder / "pagelinks.tsv", encoding="utf-8") as lines, open(out, "w", encoding="utf-8") as rows:
        next(lines)
        for line in lines:
            _, _, qid, links = line.rstrip("\n").split("\t")
            if qid != "NULL" and int(qid[1:]) in topics and links:
                rows.write(f"__label__{topics[int(qid[1:])].replace(' ', '_')} {links}\n")


def measure_labels(tools, world, arguments, judge):
    folder = make_world(tools, world)
    rows, task, epochs = folder / "labelled.txt", f"labels, {world}", 5
    write_labelled_rows(folder, rows)
    theirs = timed(lambda: tools.fasttext(
        "supervised", "-input", rows, "-output", tools.work / "fasttext", "-dim", 50, "-epoch", epochs, "-lr", 0.5, "-loss",
        "ova", "-minCount", MIN_COUNT, "-bucket", 1, "-thread", 1, "-verbose", 0))
    ours = statistics.median(timed(lambda: tools.linktrail(
        1, "train", "links", "--input", folder / "pagelinks.tsv", "--labels", folder / "labels.tsv", "--output",
        tools.work / "linktrail", "--dim", 50, "--epochs", epochs, "--lr", 0.5, "--min-count", MIN_COUNT, "--resume", "never",
        "--progress", "off")) for _ in range(arguments.repeats))
    judge.row(task, "fastText / linktrail, wall clock", theirs / ours, LABEL_BAR)


def main():
    arguments = parse_arguments()
    judge = Judge()
    with tempfile.TemporaryDirectory() as scratch:
        tools = Tools(arguments.linktrail, arguments.mpirun, Path(arguments.work or scratch))
        for world in arguments.worlds:
            for model in arguments.models:
                if "reader" in arguments.parts:
                    measure_reader(tools, world, model, arguments, judge)
                if "ranks" in arguments.parts:
                    measure_ranks(tools, world, model, arguments, judge)
            if "labels" in arguments.parts:
                measure_labels(tools, world, arguments, judge)
    if arguments.json:
        arguments.json.write_text(json.dumps(judge.rows, indent=1) + "\n")
    raise SystemExit(0 if all(row["passed"] for row in judge.rows) else 6)


if __name__ == "__main__":
    main()
