#!/usr/bin/python3
"""Speed, memory and quality of training beside Debian's fastText, on simulated data, in one run.

Both programs train on the same lines with the same flags. Prints an estimate first; --dry-run only that. See
bench/README.md for the parts. Exit code 6 if a bar is missed.
"""

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/common"))
import labels  # noqa: E402
import large  # noqa: E402
import reader  # noqa: E402
from judge import Judge  # noqa: E402
from programs import MODELS  # noqa: E402
from tools import Tools  # noqa: E402
from worlds import WORLDS  # noqa: E402

PARTS = ["speed", "quality", "ranks", "labels"]
LARGE_PARTS = ["large-speed", "large-memory"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--linktrail", default=ROOT / "build/release/linktrail", help="the program to judge")
    parser.add_argument("--mpirun", default="mpirun --bind-to core", help="how to start ranks")
    parser.add_argument("--work", help="folder for data and models; kept, and its data and fastText's vectors used again. "
                        "Temporary by default")
    parser.add_argument("--worlds", nargs="+", default=["50k", "1M"], choices=list(WORLDS))
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--parts", nargs="+", choices=PARTS + LARGE_PARTS, help=f"by default {' '.join(PARTS)}")
    parser.add_argument("--large", action="store_true", help=f"the parts {' '.join(LARGE_PARTS)}")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3], help="quality is the mean over them")
    parser.add_argument("--repeats", type=int, default=3, help="timed runs of each program")
    parser.add_argument("--probes", type=int,
                        help="pairs and articles a frequency bucket at most; by default 5000, for 1M 1700")
    parser.add_argument("--links", default="full", choices=list(labels.ARTICLES), help="size of the labelled pagelinks")
    parser.add_argument("--large-articles", type=int, default=10_000_000)
    parser.add_argument("--large-sessions", type=int, default=20_000_000)
    parser.add_argument("--large-ranks", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--large-repeats", type=int, default=1)
    parser.add_argument("--json", type=Path, help="file for the figures, written as they come")
    parser.add_argument("--dry-run", action="store_true", help="print the estimate and stop")
    arguments = parser.parse_args()
    arguments.parts = arguments.parts or (LARGE_PARTS if arguments.large else PARTS)
    return arguments


def print_estimate(tools, arguments):
    seconds = {}
    for name in arguments.worlds:
        seconds |= {f"{name}: {part}": value for part, value in reader.estimate(tools, WORLDS[name], arguments).items()}
    if "labels" in arguments.parts:
        seconds |= labels.estimate(tools, arguments)
    if set(LARGE_PARTS) & set(arguments.parts):
        seconds |= large.estimate(tools, arguments)
    for part, value in seconds.items():
        print(f"# about {value / 60:6.1f} min  {part}")
    print(f"# about {sum(seconds.values()) / 60:6.1f} min  in all", flush=True)


def measure_world(tools, world, arguments, judge):
    if "speed" in arguments.parts:
        for model in arguments.models:
            reader.measure_speed(tools, world, model, arguments, judge)
    if "ranks" in arguments.parts:
        for model in arguments.models:
            reader.measure_ranks(tools, world, model, arguments, judge)
    if "quality" in arguments.parts:
        quality = reader.Quality(tools, world, arguments)
        for model in arguments.models:
            quality.measure(model, judge)


def measure(tools, arguments, judge):
    for name in arguments.worlds if set(PARTS[:3]) & set(arguments.parts) else []:
        measure_world(tools, WORLDS[name], arguments, judge)
    if "labels" in arguments.parts:
        labels.measure_labels(tools, arguments, judge)
    for model in arguments.models:
        if "large-speed" in arguments.parts:
            large.measure_large_speed(tools, model, arguments, judge)
        if "large-memory" in arguments.parts:
            large.measure_large_memory(tools, model, arguments, judge)


def main():
    arguments = parse_arguments()
    judge = Judge(arguments.json)
    with tempfile.TemporaryDirectory() as scratch:
        tools = Tools(arguments.linktrail, arguments.mpirun, arguments.work or scratch)
        print_estimate(tools, arguments)
        if not arguments.dry_run:
            measure(tools, arguments, judge)
    raise SystemExit(judge.exit_code())


if __name__ == "__main__":
    main()
