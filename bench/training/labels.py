"""The bar of the supervised link model: speed of the whole command and micro-F1 beside `fasttext supervised -loss ova`.

Simulated pagelinks of about a million rows and 64 labels. Articles are held out by hash, with their rows in all wikis. A
held-out row counts if one of its links is known, a true label if it occurs in training, for both programs.
"""

from collections import Counter
from statistics import mean, median, stdev

from programs import MIN_COUNT
from reader import report_ratios
from tools import in_held_out_part, option_list
from worlds import MAKE_RATE, TOPICS

ARTICLES = {"tiny": 2_000, "full": 576_000}  # 1.83 times as many rows; 1.0 M are left for training
HELD_OUT = 0.05
SPEED_BAR = 15
FLAGS = {"dim": 50, "epochs": 5, "lr": 0.5, "min-count": MIN_COUNT}
FASTTEXT_ROWS = 15e3  # a second, about: only for the estimate


def read_labels(path):
    """The labels of each QID, as fastText writes them."""
    labels = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            qid, label = line.rstrip("\n").split("\t")
            labels.setdefault(qid, []).append("__label__" + label.replace(" ", "_"))
    return labels


class LabelledRows:
    """The files of one world, for both programs; made once a folder."""

    def __init__(self, tools, size):
        self.folder = tools.work / f"links-{size}"
        self.train, self.held_out = self.folder / "train.tsv", self.folder / "heldout.tsv"
        self.fasttext_train, self.fasttext_held_out = self.folder / "train.txt", self.folder / "heldout.txt"
        self.labels, self.truth = self.folder / "labels.tsv", self.folder / "truth.txt"
        if not self.truth.exists():
            tools.linktrail(1, "simulate", "world", "--output", self.folder, "--articles", ARTICLES[size], "--sessions",
                            1000, "--topics", TOPICS)
            self._split()

    def _rows(self):
        with open(self.folder / "pagelinks.tsv", encoding="utf-8") as lines:
            self.header = next(lines)
            for line in lines:
                qid, links = line.rstrip("\n").split("\t")[2:]
                if qid in self.of_qid and links:
                    yield line, qid, links

    def _split(self):
        self.of_qid = read_labels(self.labels)
        known, seen, waiting = Counter(), set(), []
        with open(self.train, "w", encoding="utf-8") as train, open(self.fasttext_train, "w", encoding="utf-8") as plain:
            for number, (line, qid, links) in enumerate(self._rows()):
                if number == 0:
                    train.write(self.header)
                if in_held_out_part(qid, HELD_OUT):
                    waiting.append((line, qid, links))
                    continue
                train.write(line)
                plain.write(" ".join(self.of_qid[qid]) + f" {links}\n")
                known.update(links.split())
                seen.update(self.of_qid[qid])
        self._write_held_out(waiting, {link for link, count in known.items() if count >= MIN_COUNT}, seen)

    def _write_held_out(self, waiting, known, seen):
        rows = [row for row in waiting if known.intersection(row[2].split())]
        self.held_out.write_text(self.header + "".join(line for line, _, _ in rows), encoding="utf-8")
        self.fasttext_held_out.write_text("".join(f"{links}\n" for _, _, links in rows), encoding="utf-8")
        self.truth.write_text("".join(" ".join(seen.intersection(self.of_qid[qid])) + "\n" for _, qid, _ in rows),
                              encoding="utf-8")


def read_label_lines(path):
    return [set(line.split()) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def micro_f1(predicted, true):
    hits = sum(len(p & t) for p, t in zip(predicted, true, strict=True))
    return 2 * hits / max(1, sum(map(len, predicted)) + sum(map(len, true)))


def run_fasttext(tools, rows, seed):
    """Usage of the training, and F1."""
    model, answers = tools.work / "fasttext", tools.work / "fasttext.predicted"
    usage = tools.fasttext("supervised", "-input", rows.fasttext_train, "-output", model, "-loss", "ova", "-dim",
                           FLAGS["dim"], "-epoch", FLAGS["epochs"], "-lr", FLAGS["lr"], "-minCount", FLAGS["min-count"],
                           "-minn", 0, "-maxn", 0, "-bucket", 1, "-thread", 1, "-seed", seed, "-verbose", 0)
    tools.fasttext("predict", f"{model}.bin", rows.fasttext_held_out, -1, 0.5, output=answers)
    return usage, micro_f1(read_label_lines(answers), read_label_lines(rows.truth))


def run_linktrail(tools, rows, seed):
    model = tools.work / "linktrail-links"
    usage = tools.linktrail(1, "train", "links", "--input", rows.train, "--labels", rows.labels, "--output", model, "--seed",
                            seed, "--resume", "never", "--progress", "off", *option_list(FLAGS))
    tools.linktrail(1, "embed", "links", "--model", model, "--input", rows.held_out, "--output", model)
    scores = tools.evaluate(model / "embeddings.h5", "--model", model, "--pagelinks", rows.held_out, "--labels",
                            rows.labels, "--holdout", 1, "--queries", 1)["link_model"]
    if scores["rows"] != len(read_label_lines(rows.truth)):
        raise SystemExit("bench: linktrail and fastText were judged on different numbers of rows")
    return usage, scores["micro_f1"]


def measure_labels(tools, arguments, judge):
    """One run of each program a seed, in turn: its time and its F1."""
    rows = LabelledRows(tools, arguments.links)
    theirs, ours = [], []
    for seed in arguments.seeds:
        theirs.append(run_fasttext(tools, rows, seed))
        ours.append(run_linktrail(tools, rows, seed))
    task, (their_f1, our_f1) = f"labels, {arguments.links}", ([f1 for _, f1 in runs] for runs in (theirs, ours))
    for who, runs in (("fastText", theirs), ("linktrail", ours)):
        judge.row(task, f"{who}, seconds", median(usage.wall for usage, _ in runs), walls=[usage.wall for usage, _ in runs])
        judge.row(task, f"{who}, CPU seconds", median(usage.cpu for usage, _ in runs))
        judge.row(task, f"{who}, peak RSS, MB", max(usage.peak_rss for usage, _ in runs) / 1e6)
    report_ratios(task, [usage for usage, _ in theirs], [usage for usage, _ in ours], SPEED_BAR, judge)
    error = sum(stdev(f1)**2 / len(f1) for f1 in (their_f1, our_f1) if len(f1) > 1)**0.5
    difference = mean(our_f1) - mean(their_f1)
    judge.row(task, "micro-F1", mean(our_f1), mean(their_f1), f"{difference:+.4f} +- {error:.4f} (seeds)", seeds=our_f1,
              beside_seeds=their_f1)


def estimate(tools, arguments):
    rows = 1.83 * ARTICLES[arguments.links]
    make = 0 if (tools.work / f"links-{arguments.links}/truth.txt").exists() else 2 * rows * 20 / MAKE_RATE
    return {"labels": make + len(arguments.seeds) * FLAGS["epochs"] * rows / FASTTEXT_ROWS * 1.2}
