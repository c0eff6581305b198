"""The reader bar: held-out next-article recall@10 and MRR of linktrail on 1, 2, 4 ranks against fastText.

Both train on exactly the same lines with the same flags; `linktrail evaluate` judges both, on every pair of the
held-out sessions.
"""

from tools import ALL, in_held_out_part, read_vectors, write_embeddings

SLACK = 0.02  # of fastText's value: the bar
HELD_OUT = 0.1


def split_sessions(source, work):
    train, held_out = work / "sessions.train.txt", work / "sessions.heldout.txt"
    with open(source, encoding="ascii") as lines, open(train, "w") as kept, open(held_out, "w") as out:
        for line in lines:
            (out if in_held_out_part(line.strip(), HELD_OUT) else kept).write(line)
    return train, held_out


def judge(tools, embeddings, held_out):
    scores = tools.evaluate(embeddings, "--sessions", held_out, "--holdout", "1", "--pairs", ALL)["next_article"]
    return {"recall_at_10": scores["recall_at_10"], "mrr": scores["mrr"]}


def fasttext_scores(tools, architecture, train, held_out, flags, seed):
    model = tools.work / "fasttext-reader"
    tools.fasttext(architecture, "-input", train, "-output", model, "-dim", flags["dim"], "-ws",
                   flags["window"], "-neg", flags["negatives"], "-epoch", flags["epochs"], "-lr", flags["lr"], "-t",
                   flags["subsample"], "-minCount", flags["min-count"], "-minn", 0, "-maxn", 0, "-bucket", 1, "-thread",
                   1, "-seed", seed, "-verbose", 0)
    return judge(tools, write_embeddings(tools.work / "fasttext.h5", *read_vectors(f"{model}.vec")), held_out)


def linktrail_scores(tools, architecture, train, held_out, flags, seed, ranks, extra):
    output = tools.work / "linktrail-reader"
    options = [text for name, value in flags.items() for text in (f"--{name}", value)]
    tools.linktrail(ranks, "train", "reader", "--input", train, "--output", output, "--model", architecture, "--seed",
                    seed, "--resume", "never", "--holdout", 0, *options, *extra)
    return judge(tools, output / "embeddings.h5", held_out)


def measure(tools, sessions, arguments, report):
    flags = {"dim": 64, "window": 5, "negatives": 5, "epochs": 20, "lr": 0.05, "subsample": 0.1, "min-count": 5}
    train, held_out = split_sessions(sessions, tools.work)
    for architecture in arguments.models:
        base = [fasttext_scores(tools, architecture, train, held_out, flags, seed) for seed in arguments.seeds]
        report.seeds(f"reader {architecture}", "fasttext", base)
        bars = {name: (1 - SLACK) * sum(one[name] for one in base) / len(base) for name in base[0]}
        for ranks in arguments.ranks:
            ours = [linktrail_scores(tools, architecture, train, held_out, flags, seed, ranks, arguments.extra)
                    for seed in arguments.seeds]
            report.seeds(f"reader {architecture}", f"linktrail, {ranks} ranks", ours, bars)
