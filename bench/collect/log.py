#!/usr/bin/python3
"""How fast `collect pageviews` reads: beside `gzip -dc FILE > /dev/null` on one rank, and two ranks beside one.

`log`: one gzipped log, one rank. What reading takes (decompressing, parsing, exchanging; the program says so) and what
the whole command takes, as parts of what gzip takes; in turn, medians of --repeats. The bar: reading at 0.8 of gzip's
speed. `log-ranks`: 8 gzipped logs, whole command, wall clock, one rank over two. The bar: 1.8.
Logs are simulated; --work keeps them. Exits with 1 if a bar is missed. Needs a quiet machine with 2 cores.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "common"))
from tools import Tools  # noqa: E402

BARS = {"log": 0.8, "log-ranks": 1.8}
READ = re.compile(r"read \d+ rows in ([0-9.]+) s")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="build/release/linktrail")
    parser.add_argument("--mpirun", default="mpirun --bind-to none")
    parser.add_argument("--work", help="folder for the logs (default: a temporary one)")
    parser.add_argument("--parts", nargs="+", default=list(BARS), choices=list(BARS))
    parser.add_argument("--actors", type=int, default=300_000, help="of the logs; about 20 rows each")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", help="write all numbers to this file")
    return parser.parse_args()


class Bench:
    def __init__(self, arguments, work):
        self.tools = Tools(arguments.binary, arguments.mpirun, work)
        self.arguments = arguments

    def logs(self, files):
        folder = self.tools.work / f"logs-{files}"
        if not (folder / "page_qids.tsv.gz").exists():
            self.tools.linktrail(1, "simulate", "pageviews", "--output", folder, "--actors", self.arguments.actors,
                                 "--articles", self.arguments.articles, "--files", files)
        return folder

    def collect(self, ranks, folder):
        """Seconds of the whole command, and of reading the logs, as the program says."""
        launch = [] if ranks == 1 else self.arguments.mpirun.split() + ["-n", str(ranks)]
        command = launch + [self.tools.binary, "collect", "pageviews", "--input", str(folder / "log-*"), "--qids",
                            str(folder / "page_qids.tsv.gz"), "--output", str(self.tools.work / "sessions")]
        begin = time.perf_counter()
        process = subprocess.run(command, env=self.tools.environment, stderr=subprocess.PIPE, text=True, check=True)
        return time.perf_counter() - begin, float(READ.search(process.stderr).group(1))

    @staticmethod
    def gzip(path):
        begin = time.perf_counter()
        subprocess.run(["gzip", "-dc", str(path)], stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - begin

    def log(self):
        folder = self.logs(1)
        path = next(folder.glob("log-*"))
        rounds = [(self.gzip(path), *self.collect(1, folder)) for _ in range(self.arguments.repeats)]
        gzip, whole, read = map(statistics.median, zip(*rounds))
        return {"bytes": path.stat().st_size, "gzip_s": gzip, "read_s": read, "whole_s": whole,
                "whole_over_gzip": gzip / whole, "ratio": gzip / read}

    def log_ranks(self):
        folder = self.logs(8)
        rounds = [(self.collect(1, folder)[0], self.collect(2, folder)[0]) for _ in range(self.arguments.repeats)]
        one, two = map(statistics.median, zip(*rounds))
        return {"one_s": one, "two_s": two, "ratio": one / two}


def main():
    arguments = parse_arguments()
    results = {}
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(arguments, arguments.work or temporary)
        for part in arguments.parts:
            results[part] = getattr(bench, part.replace("-", "_"))()
            text = "  ".join(f"{name} {value:.3f}" for name, value in results[part].items())
            print(f"{part:10}  {text}  bar {BARS[part]}", flush=True)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(results, indent=2) + "\n")
    return 0 if all(results[part]["ratio"] >= BARS[part] for part in results) else 1


if __name__ == "__main__":
    sys.exit(main())
