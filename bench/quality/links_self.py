"""Links without labels: bag CBOW, skip-gram and the spectral embedding beside fastText's skip-gram and CBOW.

All train on the same shuffled rows, a tenth of the articles left out. Their link vectors become one model.h5 each, so that
`linktrail embed` makes every article's vector in the same way, and `linktrail evaluate` asks two things: do the ten nearest
articles share a label, and are hidden links of the articles left out found (half of an article's links give its vector, the
other half is looked for among all links)?
"""

from collections import Counter

from links import option_list, read_rows, write_rows
from tools import ALL, in_held_out_part, read_vectors, write_link_model

HELD_OUT = 0.1
STEPS = ("window", "negatives", "epochs", "lr", "subsample")  # flags that the method spectral refuses
EPOCHS = {"wikispeedia": 20}  # of the others 5: they have more rows


class LinkTask:
    def __init__(self, tools, name, folder):
        self.tools, self.labels, self.pagelinks = tools, folder / "labels.tsv", folder / "pagelinks.tsv"
        rows = [row for row in read_rows(self.pagelinks, True) if row[1]]
        train = [row for row in rows if not in_held_out_part(row[0][2], HELD_OUT)]
        self.train_path = write_rows(tools.work / "self.train.tsv", train)
        self.held_out_path = write_rows(tools.work / "self.heldout.tsv",
                                        [row for row in rows if in_held_out_part(row[0][2], HELD_OUT)])
        self.counts, self.documents = Counter(link for _, links in train for link in links), len(train)
        self.fasttext_train = tools.work / "self.train.txt"
        self.fasttext_train.write_text("".join(" ".join(links) + "\n" for _, links in train))
        self.flags = {"dim": 50, "window": 20, "negatives": 10, "epochs": EPOCHS.get(name, 5), "lr": 0.05, "subsample": 0.1,
                      "min-count": 1}

    def fasttext(self, architecture, seed):
        output, flags = self.tools.work / "fasttext-self", self.flags
        self.tools.fasttext(architecture, "-input", self.fasttext_train, "-output", output, "-dim", flags["dim"], "-ws",
                            flags["window"], "-neg", flags["negatives"], "-epoch", flags["epochs"], "-lr", flags["lr"],
                            "-t", flags["subsample"], "-minCount", flags["min-count"], "-minn", 0, "-maxn", 0, "-bucket",
                            1, "-thread", 1, "-seed", seed, "-verbose", 0)
        model = self.tools.work / "fasttext-self-model"
        write_link_model(model, *read_vectors(f"{output}.vec"), self.counts, self.documents)
        return self.judge(model)

    def linktrail(self, ranks, seed, *extra, without=()):
        model = self.tools.work / "linktrail-self"
        flags = {name: value for name, value in self.flags.items() if name not in without}
        self.tools.linktrail(ranks, "train", "links", "--input", self.train_path, "--output", model, "--seed", seed,
                             "--resume", "never", *option_list(flags), *extra)
        return self.judge(model)

    def judge(self, model):
        self.tools.linktrail(1, "embed", "links", "--model", model, "--input", self.pagelinks, "--output", model)
        scores = self.tools.evaluate(model / "embeddings.h5", "--labels", self.labels, "--queries", "5000", "--model", model,
                                     "--pagelinks", self.held_out_path, "--holdout", "1", "--pairs",
                                     ALL if self.documents < 10000 else "20000")
        hidden = scores["hidden_links"]
        return {"agreement_at_10": scores["labels"]["agreement_at_10"], "hidden_at_10": hidden["recall_at_10"],
                "hidden_at_100": hidden["recall_at_100"], "hidden_mrr": hidden["mrr"]}


def measure(tools, name, folder, arguments, report):
    task, title = LinkTask(tools, name, folder), f"links without labels, {name}"
    for architecture in ("skipgram", "cbow"):
        report.seeds(title, f"fasttext {architecture}",
                     [task.fasttext(architecture, seed) for seed in arguments.seeds])
    for ranks in arguments.ranks:
        for architecture in ("skipgram", "cbow"):
            report.seeds(title, f"linktrail {architecture}, {ranks} ranks",
                         [task.linktrail(ranks, seed, "--method", "bag", "--model", architecture, *arguments.extra)
                          for seed in arguments.seeds])
        # Its seed only moves rounding errors: one is enough.
        report.seeds(title, f"linktrail spectral, {ranks} ranks",
                     [task.linktrail(ranks, 1, "--method", "spectral", without=STEPS)])
