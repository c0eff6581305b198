#!/usr/bin/python3
"""An index of ten million articles on one machine: link vectors of a simulated world, dim 50, indexed by two ranks.

Link vectors, since a link model is what has so many articles (DESIGN: 4 to 18 million; readers see 2.6 million). The
world is made, a link model trained with labels and its articles embedded, once a work folder. Bars: `linktrail index`
done in 30 minutes; memory of all ranks at most 14 GB; recall@10 of 10,000 articles at ef 100 at least 0.95, against exact
neighbours. Other embeddings are indexed and judged in the same way with --embeddings. Exits with 6 if a bar is missed.
"""

import argparse
import json
import sys
from pathlib import Path

import h5py

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "common"))
from judge import Judge  # noqa: E402
from tools import Tools, option_list  # noqa: E402
from usage import MemoryWatch  # noqa: E402
from worlds import TOPICS, free_bytes  # noqa: E402

DIM, EF, QUERIES = 50, 100, 10_000
BAR_SECONDS, BAR_BYTES, BAR_RECALL = 30 * 60, 14e9, 0.95
WITH_LINKS = 0.95  # of the articles, at least, have a link and a QID, and so a vector
DISK_AN_ARTICLE = 1100  # bytes of links, model, embeddings and index


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for the world, the model and the index; kept")
    parser.add_argument("--articles", type=int, default=10_000_000, help="that have a vector, at least")
    parser.add_argument("--epochs", type=int, default=5, help="of training")
    parser.add_argument("--embeddings", type=Path, help="index this embeddings.h5 instead")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--build", type=Path, default=Path("build/release"), help="folder of linktrail")
    parser.add_argument("--mpirun", default="mpirun --oversubscribe --bind-to none")
    parser.add_argument("--extra", default="", help="flags for linktrail index")
    parser.add_argument("--json", type=Path, help="write all numbers to this file")
    return parser.parse_args()


def make_embeddings(tools, arguments):
    world, model = tools.work / f"links-{arguments.articles}", tools.work / f"model-{arguments.articles}-{arguments.epochs}"
    links, labels = world / "pagelinks.tsv", world / "labels.tsv"
    if not (model / "embeddings.h5").exists() and free_bytes(tools.work) < arguments.articles * DISK_AN_ARTICLE:
        raise SystemExit(f"{tools.work}: {arguments.articles * DISK_AN_ARTICLE / 1e9:.0f} GB are needed")
    if not (world / "done").exists():
        tools.linktrail(1, "simulate", "world", "--output", world, "--articles", int(arguments.articles / WITH_LINKS),
                        "--topics", TOPICS, "--wikis", 1, "--sessions", 2)
        (world / "done").touch()
    if not (model / "embeddings.h5").exists():
        tools.linktrail(1, "train", "links", "--input", links, "--labels", labels, "--output", model,
                        *option_list({"dim": str(DIM), "epochs": str(arguments.epochs), "seed": "1"}))
        tools.linktrail(1, "embed", "links", "--model", model, "--input", links, "--output", model)
    return model / "embeddings.h5"


def measure_build(tools, embeddings, index, arguments, judge):
    watch = MemoryWatch(Path(tools.binary).name)
    usage = tools.linktrail(arguments.ranks, "index", "--input", embeddings, "--output", index, *arguments.extra.split(),
                            watch=watch)
    peak, second = watch.peak()
    task = f"index, {arguments.ranks} ranks"
    judge.row(task, "seconds", usage.wall, note=f"{usage.cpu:.0f} CPU seconds")
    judge.at_most(task, "seconds", usage.wall, BAR_SECONDS)
    note = "STOPPED: memory ran out" if watch.stopped_short else f"at second {second:.0f}"
    judge.row(task, "memory of all ranks, GB", peak / 1e9, note=note)
    judge.at_most(task, "memory", peak, 0 if watch.stopped_short else BAR_BYTES)
    return not watch.stopped_short


def measure_recall(tools, embeddings, index, arguments, judge):
    result = tools.work / "evaluation.json"
    tools.linktrail(arguments.ranks, "evaluate", "--embeddings", embeddings, "--index", index, "--ef", EF, "--queries",
                    QUERIES, "--output", result)
    for name, value in json.loads(result.read_text())["index"].items():
        judge.row(f"search, ef {EF}", name, float(value), BAR_RECALL if name == "recall_at_10" else None)


def main():
    arguments = parse_arguments()
    tools, judge = Tools((arguments.build / "linktrail").resolve(), arguments.mpirun, arguments.work), Judge(arguments.json)
    embeddings, index = arguments.embeddings or make_embeddings(tools, arguments), tools.work / "index.hnsw"
    with h5py.File(embeddings) as file:
        rows, dim = file["vectors"].shape
    judge.row("vectors", "articles", rows, None if arguments.embeddings else arguments.articles, f"dim {dim}")
    if measure_build(tools, embeddings, index, arguments, judge):
        measure_recall(tools, embeddings, index, arguments, judge)
    return judge.exit_code()


if __name__ == "__main__":
    sys.exit(main())
