#!/usr/bin/python3
"""How fast `collect pageviews` reads: beside `gzip -dc FILE > /dev/null` on one rank, and two ranks beside one.

`log`: one gzipped log, one rank. What reading takes (decompressing, parsing, exchanging; the program says so) and what
the whole command takes, as parts of what gzip takes; in turn, medians of --repeats. The bar: reading at 0.8 of gzip's
speed. `log-ranks`: 8 gzipped logs, whole command, wall clock, one rank over two; beside it two runs of one rank at once, which
share nothing but the machine: two ranks cannot gain more than `most`. The bar: 1.8.
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
    parser.add_argument("--actors", type=int, default=1_500_000, help="of the logs; about 20 rows each")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", help="write all numbers to this file")
    return parser.parse_args()


class Bench:
    def __init__(self, arguments, work):
        self.tools = Tools(arguments.binary, arguments.mpirun, work)
        self.arguments = arguments

    def logs(self, files):
        folder = self.tools.work / f"logs-{files}-{self.arguments.actors}"
        if not (folder / "page_qids.tsv.gz").exists():
            self.tools.linktrail(1, "simulate", "pageviews", "--output", folder, "--actors", self.arguments.actors,
                                 "--articles", self.arguments.articles, "--files", files)
        return folder

    def launcher(self, ranks):
        return self.arguments.mpirun.split() + ["-n", str(ranks)]

    def collect(self, launchers, folder):
        """Runs side by side. Seconds until all end, and that the first takes to read the logs, as the program says."""
        commands = [launcher + [self.tools.binary, "collect", "pageviews", "--input", str(folder / "log-*"), "--qids",
                                str(folder / "page_qids.tsv.gz"), "--output", str(self.tools.work / f"sessions-{number}")]
                    for number, launcher in enumerate(launchers)]
        begin = time.perf_counter()
        running = [subprocess.Popen(command, env=self.tools.environment, stderr=subprocess.PIPE, text=True)
                   for command in commands]
        texts = [process.communicate()[1] for process in running]
        seconds = time.perf_counter() - begin
        if any(process.returncode for process in running):
            raise SystemExit("bench: a command failed:\n" + "\n".join(texts))
        return seconds, float(READ.search(texts[0]).group(1))

    @staticmethod
    def gzip(path):
        begin = time.perf_counter()
        subprocess.run(["gzip", "-dc", str(path)], stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - begin

    def log(self):
        folder = self.logs(1)
        path = next(folder.glob("log-*"))
        rounds = [(self.gzip(path), *self.collect([[]], folder)) for _ in range(self.arguments.repeats)]
        gzip, whole, read = map(statistics.median, zip(*rounds))
        return {"bytes": path.stat().st_size, "gzip_s": gzip, "read_s": read, "whole_s": whole,
                "whole_over_gzip": gzip / whole, "ratio": gzip / read}

    def log_ranks(self):
        folder = self.logs(8)
        cases = [[self.launcher(1)], [self.launcher(2)], [self.launcher(1), self.launcher(1)]]
        rounds = [[self.collect(case, folder)[0] for case in cases] for _ in range(self.arguments.repeats)]
        one, two, apart = map(statistics.median, zip(*rounds))
        return {"one_s": one, "two_s": two, "apart_s": apart, "most": 2 * one / apart, "ratio": one / two}


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
