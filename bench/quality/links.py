"""The bar of links with labels: micro-F1 of the supervised model against `fasttext supervised -loss ova`.

Both train on the same rows in the same order with the same flags. A held-out row counts if at least one of its links
occurs in a training row, for both; a true label counts if it occurs in the training rows.
"""

import random

from tools import in_held_out_part

SLACK = 0.01  # of micro-F1, absolute: the bar
HELD_OUT = 0.2
HEADER = "wiki_db\tpid_from\tqid_from\toutlinks\n"


def read_labels(path):
    labels = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            qid, label = line.rstrip("\n").split("\t")
            labels.setdefault(qid, []).append(label.replace(" ", "_"))
    return labels


def read_rows(path, shuffle):
    with open(path, encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in list(lines)[1:]]
    if shuffle:
        random.Random(1).shuffle(rows)
    return [(row, row[3].split()) for row in rows]


def write_rows(path, rows):
    with open(path, "w", encoding="utf-8") as out:
        out.write(HEADER)
        out.writelines("\t".join(row) + "\n" for row, _ in rows)
    return path


def f1_of(predicted, true):
    hits = sum(len(p & t) for p, t in zip(predicted, true))
    return 2 * hits / max(1, sum(map(len, predicted)) + sum(map(len, true)))


def option_list(flags):
    return [text for name, value in flags.items() for text in (f"--{name}", value)]


class Supervised:
    def __init__(self, tools, folder, shuffle):
        self.tools, self.labels_path = tools, folder / "labels.tsv"
        labels = read_labels(self.labels_path)
        rows = [row for row in read_rows(folder / "pagelinks.tsv", shuffle) if row[1] and row[0][2] in labels]
        train = [row for row in rows if not in_held_out_part(row[0][2], HELD_OUT)]
        known = {link for _, links in train for link in links}
        seen = {label for row, _ in train for label in labels[row[2]]}
        held_out = [row for row in rows if in_held_out_part(row[0][2], HELD_OUT) and known.intersection(row[1])]
        self.true = [set(labels[row[2]]) & seen for row, _ in held_out]
        self.train_path = write_rows(tools.work / "links.train.tsv", train)
        self.held_out_path = write_rows(tools.work / "links.heldout.tsv", held_out)
        self.fasttext_train, self.fasttext_test = tools.work / "links.train.txt", tools.work / "links.heldout.txt"
        with open(self.fasttext_train, "w", encoding="utf-8") as out:
            for row, links in train:
                out.write(" ".join([f"__label__{label}" for label in labels[row[2]]] + links) + "\n")
        self.fasttext_test.write_text("".join(" ".join(links) + "\n" for _, links in held_out))

    def fasttext_f1(self, flags, seed):
        model, answers = self.tools.work / "fasttext-links", self.tools.work / "fasttext-links.predicted"
        self.tools.fasttext("supervised", "-input", self.fasttext_train, "-output", model, "-loss", "ova", "-dim",
                            flags["dim"], "-epoch", flags["epochs"], "-lr", flags["lr"], "-minCount",
                            flags["min-count"], "-minn", 0, "-maxn", 0, "-bucket", 1, "-thread", 1, "-seed", seed,
                            "-verbose", 0)
        self.tools.fasttext("predict", f"{model}.bin", self.fasttext_test, -1, 0.5, output=answers)
        predicted = [{word.removeprefix("__label__") for word in line.split()}
                     for line in answers.read_text(encoding="utf-8").split("\n")[:-1]]
        assert len(predicted) == len(self.true)
        return {"micro_f1": f1_of(predicted, self.true)}

    def linktrail_f1(self, flags, seed, ranks, extra):
        model = self.tools.work / "linktrail-links"
        self.tools.linktrail(ranks, "train", "links", "--input", self.train_path, "--labels", self.labels_path,
                             "--output", model, "--seed", seed, "--resume", "never", "--holdout", 0,
                             *option_list(flags), *extra)
        self.tools.linktrail(1, "embed", "links", "--model", model, "--input", self.held_out_path, "--output", model)
        scores = self.tools.evaluate(model / "embeddings.h5", "--model", model, "--pagelinks", self.held_out_path,
                                     "--labels", self.labels_path, "--holdout", "1", "--queries", "1")["link_model"]
        assert scores["rows"] == len(self.true)
        return {"micro_f1": scores["micro_f1"]}


def measure_supervised(tools, name, folder, arguments, report):
    flags = {"dim": 50, "epochs": arguments.link_epochs, "lr": arguments.link_lr, "min-count": 1}
    for shuffle in arguments.orders:
        task = Supervised(tools, folder, shuffle == "shuffled")
        title = f"links supervised, {name}, lines {shuffle}"
        base = [task.fasttext_f1(flags, seed) for seed in arguments.seeds]
        report.seeds(title, "fasttext", base)
        bars = {"micro_f1": sum(one["micro_f1"] for one in base) / len(base) - SLACK}
        for ranks in arguments.ranks:
            ours = [task.linktrail_f1(flags, seed, ranks, arguments.extra) for seed in arguments.seeds]
            report.seeds(title, f"linktrail, {ranks} ranks", ours, bars)
