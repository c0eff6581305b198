#!/usr/bin/python3
"""What averaging over ranks costs in quality: 1 rank beside 2, 4, 8 and 16 with the same epochs and rate, for each rule.

Ranks beyond the cores share them: this shows quality, not speed. See README.md. Exit code 6 if a bar is missed.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/common"))
import data  # noqa: E402
from buckets import compare  # noqa: E402
from judge import Judge, markdown_table  # noqa: E402
from neighbors import seconds_a_score  # noqa: E402
from tools import Tools, option_list, training_metrics  # noqa: E402
from worlds import WORLDS  # noqa: E402

RULE_WITH_BAR = "adasum"  # the default; the others are shown for contrast
SLACK = {"head": 0.01, "middle": 0.03, "rare": 0.03}  # of the value of 1 rank
MODELS = {"skipgram": {"model": "skipgram", "negatives": 5}, "cbow": {"model": "cbow", "negatives": 10},
          "cbow-5": {"model": "cbow", "negatives": 5}}
SHARED_CORES = {"OMPI_MCA_mpi_yield_when_idle": "1"}  # a rank that waits lets another work
WORDS_A_CORE = 1e6  # a second, about, with synchronising: only for the estimate


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--linktrail", default=ROOT / "build/release/linktrail", help="the program to judge")
    parser.add_argument("--mpirun", default="mpirun --oversubscribe --bind-to none", help="how to start ranks")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/wikispeedia",
                        help="folder with sessions.txt and labels.tsv of Wikispeedia")
    parser.add_argument("--work", help="folder for data and models; kept, and its data used again. Temporary by default")
    parser.add_argument("--sets", nargs="+", default=[*data.WIKISPEEDIA, "50k", "50k-links"],
                        choices=[*data.WIKISPEEDIA, *WORLDS])
    parser.add_argument("--models", nargs="+", default=["skipgram", "cbow"], choices=list(MODELS))
    parser.add_argument("--rules", nargs="+", help="by default all that the program knows")
    parser.add_argument("--ranks", nargs="+", type=int, default=[2, 4, 8, 16], help="held against 1 rank")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3], help="figures are means over them")
    parser.add_argument("--probes", type=int,
                        help="pairs and articles a frequency bucket at most; by default 5000, for 1M 1700")
    parser.add_argument("--epochs", type=int, help="by default 20 for Wikispeedia, a world's own for simulated data")
    parser.add_argument("--extra", default="", help="more flags for linktrail train, in one string")
    parser.add_argument("--json", type=Path, help="file for the figures, written as they come")
    parser.add_argument("--markdown", type=Path, help="file for the tables, which are printed too")
    parser.add_argument("--dry-run", action="store_true", help="print the estimate and stop")
    return parser.parse_args()


class Bench:
    """One model on one set of data: trains, and remembers what one rank reaches."""

    def __init__(self, tools, set_, model, arguments):
        self.tools, self.set, self.model, self.arguments = tools, set_, model, arguments
        self.alone = [self.run(1, None, seed) for seed in arguments.seeds]
        self.table = []

    def run(self, ranks, rule, seed):
        """Figures of one training, and the share of its time in synchronisation."""
        flags = {**self.set.flags(self.arguments.epochs), **MODELS[self.model], "seed": seed, "resume": "never",
                 "progress": "off", **({"sync": rule} if rule else {})}
        output = self.tools.work / "averaging"
        self.tools.linktrail(ranks, "train", "reader", "--input", self.set.train, "--output", output, *option_list(flags),
                             *self.arguments.extra.split())
        return self.set.probes.measure(output / "embeddings.h5"), training_metrics(output)["sync_share"]

    def measure(self, rule, ranks, judge):
        runs = [self.run(ranks, rule, seed) for seed in self.arguments.seeds]
        sync = sum(share for _, share in runs) / len(runs)
        task, cells = f"{self.set.name} {self.model} {rule} x{ranks}", []
        for what in runs[0][0]:
            result = compare([figures for figures, _ in runs], [figures for figures, _ in self.alone], what)
            bar = self.bar(rule, what, result.theirs)
            judge.comparison(task, what, result, bar)
            cells.append(cell(result, bar))
        judge.row(task, "share of time in sync", sync)
        self.table.append([rule, str(ranks), *cells, f"{sync:.0%}"])

    def bar(self, rule, what, alone):
        bucket = what.rsplit(" ", 1)[-1]
        return (1 - SLACK[bucket]) * alone if rule == RULE_WITH_BAR and bucket in SLACK else None

    def markdown(self):
        """The table with the value of one rank above, relative differences in brackets, missed bars in bold."""
        names = list(self.alone[0][0])
        one = [f"{compare(*[[figures for figures, _ in self.alone]] * 2, name).ours:.4f}" for name in names]
        flags = self.set.flags(self.arguments.epochs)
        return (f"{self.set.name}, {self.model}, dim {flags['dim']}, {MODELS[self.model]['negatives']} negatives, "
                f"{flags['epochs']} epochs, means of seeds {' '.join(map(str, self.arguments.seeds))}:\n\n"
                + markdown_table(["rule", "ranks", *names, "in sync"], [["", "1", *one, ""], *self.table]) + "\n")


def cell(result, bar):
    """The value, its distance from one rank and the standard error of that, both in % of one rank's value."""
    if result.theirs == 0:
        return f"{result.ours:.4f}"
    percent = 100 / result.theirs
    text = f"{result.ours:.4f} ({percent * (result.ours - result.theirs):+.1f} ± {percent * result.error:.1f} %)"
    return f"**{text}**" if bar is not None and result.ours < bar else text


def rules_of(tools, arguments):
    return arguments.rules or tools.choices("sync", "train", "reader")


def print_estimate(sets, rules, arguments):
    runs = len(arguments.models) * len(arguments.seeds) * (1 + len(rules) * len(arguments.ranks))
    total = 0
    for set_ in sets:
        words = set_.words(arguments.epochs)
        judging = set_.probes.scores() * seconds_a_score(set_.flags()["dim"])
        seconds = runs * (words / WORDS_A_CORE / min(2, os.cpu_count()) + 2 + judging)
        total += seconds
        print(f"# about {seconds / 60:6.1f} min  {set_.name}: {runs} runs, {judging:.0f} s each to judge")
    print(f"# about {total / 60:6.1f} min  in all; rules {' '.join(rules)}", flush=True)


def measure(tools, arguments, judge):
    rules = rules_of(tools, arguments)
    sets = [data.make_set(tools, name, arguments) for name in arguments.sets]
    print_estimate(sets, rules, arguments)
    tables = ""
    for set_ in sets if not arguments.dry_run else []:
        for model in arguments.models:
            bench = Bench(tools, set_, model, arguments)
            for rule in rules:
                for ranks in arguments.ranks:
                    bench.measure(rule, ranks, judge)
            tables += bench.markdown()
            if arguments.markdown:
                arguments.markdown.write_text(tables, encoding="utf-8")
    print(f"\n{tables}", end="")


def main():
    arguments = parse_arguments()
    judge = Judge(arguments.json)
    with tempfile.TemporaryDirectory() as scratch:
        tools = Tools(arguments.linktrail, arguments.mpirun, arguments.work or scratch, SHARED_CORES)
        measure(tools, arguments, judge)
    raise SystemExit(judge.exit_code())


if __name__ == "__main__":
    main()
