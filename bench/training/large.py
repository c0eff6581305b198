"""The bars of a large vocabulary: words a second at 10 M articles beside a model that fits the cache, and the memory of a
node of two ranks beside the two matrices and the packed corpus."""

from pathlib import Path
from statistics import median

from programs import LINKTRAIL_RATE, flags_of, linktrail_folder, train_linktrail
from tools import training_metrics
from usage import MemoryWatch
from worlds import MAKE_RATE, MEAN_SESSION, count_tokens, free_bytes, make_full_world

DIM = 64
SPEED_BAR = 0.6  # of the in-cache words a second
MEMORY_BAR = 1.3  # of the matrices and the packed corpus
MEMORY_RANKS = 2
CACHED_ARTICLES, CACHED_SESSIONS = 5_000, 2_000_000
FLOAT, TOKEN, OFFSET = 4, 4, 8  # bytes
DISK_AN_ARTICLE = 3 * DIM * FLOAT  # model.h5 and embeddings.h5


def large_flags(model):
    """Every article counts: the vocabulary is to have as many rows as the world."""
    return {**flags_of(model, 1, min_count=1), "dim": DIM}


def worlds_of(tools, arguments):
    articles, sessions = arguments.large_articles, arguments.large_sessions
    small = min(CACHED_ARTICLES, articles), min(CACHED_SESSIONS, sessions)
    needed = articles * (DISK_AN_ARTICLE + 100) + sessions * 100
    if free_bytes(tools.work) < needed:
        raise SystemExit(f"{tools.work}: {needed / 1e9:.0f} GB are needed, {free_bytes(tools.work) / 1e9:.0f} GB are free; "
                         "choose another --work or fewer --large-articles")
    return {"in cache": make_full_world(tools, *small), "large": make_full_world(tools, articles, sessions)}


def measure_large_speed(tools, model, arguments, judge):
    """The two sizes in turn. Words a second are those of the rounds of training: reading and writing are left out."""
    task = f"large {model}, {arguments.large_articles / 1e6:g}M"
    for ranks in arguments.large_ranks:
        rates = {name: [] for name in ("in cache", "large")}
        for _ in range(arguments.large_repeats):
            for name, train in worlds_of(tools, arguments).items():
                usage = train_linktrail(tools, model, train, large_flags(model), 1, ranks)
                metrics = training_metrics(linktrail_folder(tools))
                rates[name].append(metrics["words_per_s"])
        for name, found in rates.items():
            judge.row(task, f"{name}, {ranks} ranks, words/s", median(found), all=found)
        judge.row(task, f"large / in cache, {ranks} ranks", median(rates["large"]) / median(rates["in cache"]), SPEED_BAR,
                  f"sync {metrics['sync_share']:.1%}, whole command {usage.wall:.0f} s")


def measure_large_memory(tools, model, arguments, judge):
    """A run of its own, since taking samples of the memory slows training."""
    train = worlds_of(tools, arguments)["large"]
    tokens, sessions = count_tokens(train)
    matrices = 2 * arguments.large_articles * DIM * FLOAT
    packed = TOKEN * tokens + OFFSET * sessions
    watch = MemoryWatch(Path(tools.binary).name)
    usage = train_linktrail(tools, model, train, large_flags(model), 1, MEMORY_RANKS, watch)
    peak, second = watch.peak()
    task = f"memory {model}, {arguments.large_articles / 1e6:g}M"
    judge.row(task, "matrices, GB", matrices / 1e9)
    judge.row(task, "packed corpus, GB", packed / 1e9)
    note = f"at second {second:.0f} of {usage.wall:.0f}" + (", STOPPED: memory ran out" if watch.stopped_short else "")
    judge.row(task, f"peak, {MEMORY_RANKS} ranks, GB", peak / 1e9, note=note)
    ratio = peak / (matrices + packed)
    judge.row(task, "peak / (matrices + corpus)", ratio)
    judge.at_most(task, "memory", ratio, 0 if watch.stopped_short else MEMORY_BAR)


def estimate(tools, arguments):
    """Seconds, about. At each stop the vocabulary is also counted, and the model written."""
    words = arguments.large_sessions * MEAN_SESSION + arguments.large_articles
    small = min(CACHED_SESSIONS, arguments.large_sessions) * MEAN_SESSION
    one_run = words / (LINKTRAIL_RATE / 2) + arguments.large_articles * 6e-6
    folder = tools.work / f"full-{arguments.large_articles}-{arguments.large_sessions}"
    seconds = {} if (folder / "train.txt").exists() else {"make": (2 * words + 10 * arguments.large_articles) / MAKE_RATE}
    for model in arguments.models:
        if "large-speed" in arguments.parts:
            runs = arguments.large_repeats * len(arguments.large_ranks)
            seconds[f"large-speed {model}"] = runs * (one_run + small / LINKTRAIL_RATE)
        if "large-memory" in arguments.parts:
            seconds[f"large-memory {model}"] = 1.5 * one_run
    return seconds
