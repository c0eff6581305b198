"""The reader bars: speed of the whole command, quality by how often articles are seen, and two ranks against one."""

from concurrent.futures import ThreadPoolExecutor
from statistics import median

import numpy as np
from buckets import RECALL, Probes, compare
from neighbors import seconds_a_score
from programs import (FASTTEXT_RATE, LINKTRAIL_RATE, MIN_COUNT, MODELS, cached_path, flags_of, keep_fasttext,
                      linktrail_folder, train_fasttext, train_linktrail)
from tools import ALL, LaunchedTools, training_metrics, training_rounds
from worlds import count_tokens, make_world

SCALING_BAR = 1.9  # 2 ranks over 1
RANK_EPOCHS = 20  # as in production; with fewer the start of MPI, .4 s, is a tenth of the time
UNBOUND = "mpirun --bind-to none"  # two mpirun at once would bind their ranks to the same core
SAME = 0.001  # recall@10 here and by `linktrail evaluate` on the same pairs


def measure_speed(tools, world, model, arguments, judge):
    """Runs the two programs in turn, so that both meet the machine in the same state, and compares the medians."""
    train, flags = make_world(tools, world) / "train.txt", flags_of(model, world.epochs)
    words = count_tokens(train)[0] * flags["epochs"]
    theirs, ours = [], []
    for repeat in range(arguments.repeats):
        seed = arguments.seeds[repeat % len(arguments.seeds)]
        theirs.append(train_fasttext(tools, model, train, flags, seed))
        keep_fasttext(tools, cached_path(tools, world, model, flags, seed))
        ours.append(train_linktrail(tools, model, train, flags, seed))
    task = f"speed {model}, {world.name}"
    for who, runs in (("fastText", theirs), ("linktrail", ours)):
        report_usage(task, who, runs, words, judge)
    report_ratios(task, theirs, ours, world.bars.get(model), judge)
    judge.row(task, "linktrail, words/s of the rounds", training_metrics(linktrail_folder(tools))["words_per_s"])


def report_usage(task, who, runs, words, judge):
    judge.row(task, f"{who}, words/s", words / median(run.wall for run in runs), walls=[run.wall for run in runs])
    judge.row(task, f"{who}, CPU seconds", median(run.cpu for run in runs), all=[run.cpu for run in runs])
    judge.row(task, f"{who}, peak RSS, MB", max(run.peak_rss for run in runs) / 1e6)


def report_ratios(task, theirs, ours, bar, judge):
    for what, unit, limit in (("wall clock", "wall", bar), ("CPU time", "cpu", None)):
        ratio = median(getattr(run, unit) for run in theirs) / median(getattr(run, unit) for run in ours)
        judge.row(task, f"fastText / linktrail, {what}", ratio, limit)


def fasttext_vectors(tools, world, model, flags, train, seed):
    path = cached_path(tools, world, model, flags, seed)
    if not path.exists():
        train_fasttext(tools, model, train, flags, seed)
        keep_fasttext(tools, path)
    return path


class Quality:
    """Quality on one world; its probes are the same for all models."""

    def __init__(self, tools, world, arguments):
        self.tools, self.world, self.seeds = tools, world, arguments.seeds
        folder = make_world(tools, world)
        self.train = folder / "train.txt"
        self.probes = Probes(self.train, folder / "heldout.txt", folder / "labels.tsv", MIN_COUNT,
                             arguments.probes or world.probes)

    def measure(self, model, judge):
        flags, task, theirs, ours = flags_of(model, self.world.epochs), f"quality {model}, {self.world.name}", [], []
        for seed in self.seeds:
            theirs.append(self.probes.measure(fasttext_vectors(self.tools, self.world, model, flags, self.train, seed)))
            train_linktrail(self.tools, model, self.train, flags, seed)
            ours.append(self.probes.measure(linktrail_folder(self.tools) / "embeddings.h5"))
        for what in ours[0]:
            result = compare(ours, theirs, what)
            judge.comparison(task, what, result, result.theirs)
        self.check_against_evaluate(ours[-1])

    def check_against_evaluate(self, figures):
        """`linktrail evaluate` must count the same hits on the same pairs."""
        pairs = self.probes.write_pairs(self.tools.work / "pairs.txt")
        found = self.tools.evaluate(linktrail_folder(self.tools) / "embeddings.h5", "--sessions", pairs, "--holdout", 1,
                                    "--pairs", ALL, "--queries", 1)["next_article"]
        hits = sum(stratum.values.sum() for stratum in figures[RECALL])
        mine = hits / sum(len(stratum.values) for stratum in figures[RECALL])
        print(f"# recall@10 of the {found['pairs']} sampled pairs: {mine:.4f} here, {found['recall_at_10']:.4f} by "
              "linktrail evaluate", flush=True)
        if abs(mine - found["recall_at_10"]) > SAME:
            raise SystemExit("bench: the two evaluators disagree; the figures above cannot be trusted")


def train_two_apart(tools, model, train, flags, seed, rounds):
    """Seconds that two runs of one rank take side by side, and that they would take if each waited for the other after
    every one of so many rounds an epoch. They exchange nothing, so no two ranks can do better."""
    folders = [LaunchedTools(tools.binary, UNBOUND, tools.work / f"apart-{number}") for number in range(2)]
    flags = {**flags, "min-rounds": rounds}
    with ThreadPoolExecutor() as pool:
        walls = [run.wall for run in pool.map(lambda own: train_linktrail(own, model, train, flags, seed), folders)]
    ends = [np.array([row["wall_s"] for row in training_rounds(linktrail_folder(own))]) for own in folders]
    waiting = np.maximum(*(np.diff(end, prepend=0) for end in ends)).sum()
    return max(walls), waiting + min(wall - end[-1] for wall, end in zip(walls, ends))


def rounds_of_last_epoch(folder):
    rounds = training_rounds(folder)
    return sum(row["epoch"] == rounds[-1]["epoch"] for row in rounds)


def measure_ranks(tools, world, model, arguments, judge):
    train, flags = make_world(tools, world) / "train.txt", flags_of(model, RANK_EPOCHS)
    tools = LaunchedTools(tools.binary, tools.mpirun, tools.work)
    runs, rates, apart = {1: [], 2: []}, {1: [], 2: []}, []
    for repeat in range(arguments.repeats):
        seed = arguments.seeds[0] + repeat
        for ranks in runs:
            runs[ranks].append(train_linktrail(tools, model, train, flags, seed, ranks))
            metrics = training_metrics(linktrail_folder(tools))
            rates[ranks].append(metrics["words_per_s"])
        # A rank of two trains half of the file in its rounds of an epoch.
        rounds = 2 * rounds_of_last_epoch(linktrail_folder(tools))
        apart.append(train_two_apart(tools, model, train, flags, seed, rounds))
    task, alone = f"ranks {model}, {world.name}", median(run.wall for run in runs[1])
    judge.row(task, "1 rank / 2 ranks, wall clock", alone / median(run.wall for run in runs[2]), SCALING_BAR,
              walls={ranks: [run.wall for run in all_] for ranks, all_ in runs.items()})
    judge.row(task, "most that two cores of this machine give: two runs apart", 2 * alone / median(
        wall for wall, _ in apart), walls=[wall for wall, _ in apart])
    judge.row(task, "the same if they waited for each other after every round", 2 * alone / median(
        waiting for _, waiting in apart), walls=[waiting for _, waiting in apart])
    judge.row(task, "2 ranks / 1 rank, words/s of the rounds", median(rates[2]) / median(rates[1]))
    judge.row(task, "2 ranks / 1 rank, CPU time", median(run.cpu for run in runs[2]) / median(run.cpu for run in runs[1]))
    judge.row(task, "share of time in sync, 2 ranks", metrics["sync_share"])


def estimate(tools, world, arguments):
    """Seconds, about, of the parts of this world: {part: seconds}."""
    words, seconds = world.words(), {}
    if not {"speed", "quality", "ranks"} & set(arguments.parts):
        return seconds
    if not (tools.work / world.name / "train.txt").exists():
        seconds["make"] = world.seconds_to_make()
    probes = min(arguments.probes or world.probes, world.articles / 3)
    scores = 6 * probes * world.articles  # at most: two measures, three buckets
    for model in arguments.models:
        ours, theirs = words / LINKTRAIL_RATE, words / FASTTEXT_RATE[model]
        new = sum(not cached_path(tools, world, model, flags_of(model, world.epochs), seed).exists()
                  for seed in arguments.seeds)
        if "speed" in arguments.parts:
            new = max(0, new - arguments.repeats)
        judging = scores * seconds_a_score(MODELS[model]["dim"])
        of_part = {"speed": arguments.repeats * (ours + theirs),
                   "ranks": arguments.repeats * 3 * ours * RANK_EPOCHS / world.epochs,
                   "quality": new * theirs + len(arguments.seeds) * (ours + 2 * judging)}
        for part in set(of_part) & set(arguments.parts):
            seconds[f"{part} {model}"] = of_part[part]
    return seconds
