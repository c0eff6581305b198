#!/usr/bin/python3
"""Shows the training-quality bars in one run: linktrail on real MPI ranks beside Debian's fastText.

See README.md in this folder. Prints a table and, with --json, writes every seed's figures. Exit code 6 if a bar is
missed, as a failed gate.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "common"))
import links  # noqa: E402
import links_self  # noqa: E402
import reader  # noqa: E402
import warm  # noqa: E402
from tools import Tools  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


class Report:
    def __init__(self):
        self.rows = []

    def seeds(self, task, who, runs, bars=None):
        """One row a metric: its mean over the seeds, each seed, and whether the mean reaches the bar."""
        for metric in runs[0]:
            values = [run[metric] for run in runs]
            mean = sum(values) / len(values)
            row = {"task": task, "who": who, "metric": metric, "mean": mean, "seeds": values}
            if bars:
                row.update(bar=bars[metric], passed=mean >= bars[metric])
            self.rows.append(row)
            verdict = f"bar {row['bar']:.4f} {'pass' if row['passed'] else 'FAIL'}" if bars else ""
            each = " ".join(f"{value:.4f}" for value in values)
            print(f"{task:42} {who:28} {metric:16} {mean:.4f}  [{each}]  {verdict}", flush=True)

    def passed(self):
        return all(row.get("passed", True) for row in self.rows)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--linktrail", default=ROOT / "build/release/linktrail", help="the program to judge")
    parser.add_argument("--mpirun", default="mpirun --oversubscribe --bind-to none", help="how to start ranks")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/wikispeedia",
                        help="folder with sessions.txt, pagelinks.tsv and labels.tsv of Wikispeedia")
    parser.add_argument("--wordnet", type=Path, help="output of `linktrail simulate wordnet`; made if not given")
    parser.add_argument("--world", type=Path, help="output of `linktrail simulate world`; made if not given")
    parser.add_argument("--work", help="folder for intermediate files; a temporary one by default")
    parser.add_argument("--parts", nargs="+", default=["reader", "supervised", "self", "warm"])
    parser.add_argument("--tasks", nargs="+", default=["wikispeedia", "wordnet", "world"],
                        help="data sets of the link parts; the world, whose labels are its topics, without labels only")
    parser.add_argument("--models", nargs="+", default=["cbow", "skipgram"], help="architectures of the reader part")
    parser.add_argument("--orders", nargs="+", default=["as written", "shuffled"], help="of the supervised lines")
    parser.add_argument("--ranks", nargs="+", type=int, default=[1, 2, 4])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--link-epochs", type=int, default=20)
    parser.add_argument("--link-lr", type=float, default=0.5)
    parser.add_argument("--warm-tasks", nargs="+", default=["wikispeedia", "world", "links"],
                        help="data sets of the warm part")
    parser.add_argument("--warm-ranks", nargs="+", type=int, default=[1, 2], help="of the warm part")
    parser.add_argument("--world-articles", type=int, default=20000, help="of the simulated world of the warm part")
    parser.add_argument("--world-sessions", type=int, default=200000, help="a month of that world")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--extra", default="", help="more flags for linktrail train, in one string")
    arguments = parser.parse_args()
    arguments.extra = arguments.extra.split()
    return arguments


def folder_of(name, arguments, tools):
    """The flat files of a data set, simulated if no folder was given."""
    given = {"wikispeedia": arguments.data, "wordnet": arguments.wordnet, "world": arguments.world}[name]
    if given is not None:
        return given
    size = ["--articles", 20000, "--topics", 100] if name == "world" else []
    tools.linktrail(1, "simulate", name, "--output", tools.work / name, "--sessions", 1000, *size)
    return tools.work / name


def measure(arguments, work, report):
    tools = Tools(arguments.linktrail, arguments.mpirun, work)
    if "reader" in arguments.parts:
        reader.measure(tools, arguments.data / "sessions.txt", arguments, report)
    if "warm" in arguments.parts:
        warm.measure(tools, arguments.data, arguments, report)
    for name in arguments.tasks if {"supervised", "self"} & set(arguments.parts) else []:
        folder = folder_of(name, arguments, tools)
        if "supervised" in arguments.parts and name != "world":
            links.measure_supervised(tools, name, folder, arguments, report)
        if "self" in arguments.parts:
            links_self.measure(tools, name, folder, arguments, report)


def main():
    arguments = parse_arguments()
    report = Report()
    with tempfile.TemporaryDirectory() as scratch:
        measure(arguments, Path(arguments.work or scratch), report)
    if arguments.json:
        arguments.json.write_text(json.dumps(report.rows, indent=1) + "\n")
    raise SystemExit(0 if report.passed() else 6)


if __name__ == "__main__":
    main()
