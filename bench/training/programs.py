"""The commands that are compared: the same lines and flags for linktrail and fastText."""

import hashlib
import json

from tools import option_list, read_vectors, write_embeddings

MIN_COUNT = 5
MODELS = {"cbow": {"dim": 50, "negatives": 10}, "skipgram": {"dim": 64, "negatives": 5}}
FASTTEXT_RATE = {"cbow": 130e3, "skipgram": 65e3}  # words a second, about: only for the estimate
LINKTRAIL_RATE = 1.5e6


def flags_of(model, epochs, min_count=MIN_COUNT):
    return {"dim": MODELS[model]["dim"], "window": 5, "negatives": MODELS[model]["negatives"], "epochs": epochs,
            "lr": 0.05, "subsample": 0.1, "min-count": min_count}


def train_fasttext(tools, model, train, flags, seed):
    """Usage; the vectors are left in fasttext.vec."""
    usage = tools.fasttext(
        model, "-input", train, "-output", tools.work / "fasttext", "-dim", flags["dim"], "-ws", flags["window"], "-neg",
        flags["negatives"], "-epoch", flags["epochs"], "-lr", flags["lr"], "-t", flags["subsample"], "-minCount",
        flags["min-count"], "-minn", 0, "-maxn", 0, "-bucket", 1, "-thread", 1, "-seed", seed, "-verbose", 0)
    (tools.work / "fasttext.bin").unlink()
    return usage


def train_linktrail(tools, model, train, flags, seed, ranks=1, watch=None):
    """Usage; the model is left in the folder linktrail_folder(tools)."""
    return tools.linktrail(ranks, "train", "reader", "--input", train, "--output", linktrail_folder(tools), "--model",
                           model, "--seed", seed, "--resume", "never", "--progress", "off", "--checkpoint-minutes", 1000,
                           *option_list(flags), watch=watch)


def linktrail_folder(tools):
    return tools.work / "linktrail"


def cached_path(tools, world, model, flags, seed):
    """Where fastText's vectors of this run are kept: they cost minutes and do not change with what is judged."""
    key = hashlib.sha256(json.dumps([world.articles, world.sessions, flags], sort_keys=True).encode()).hexdigest()[:12]
    folder = tools.work / "fasttext-vectors"
    folder.mkdir(exist_ok=True)
    return folder / f"{world.name}-{model}-{key}-seed{seed}.h5"


def keep_fasttext(tools, path):
    """Turns what train_fasttext left into a kept embeddings.h5."""
    part = path.with_suffix(".part")
    write_embeddings(part, *read_vectors(tools.work / "fasttext.vec"))
    part.rename(path)
    (tools.work / "fasttext.vec").unlink()
    return path
