#!/usr/bin/python3
"""Collecting: parts `dump`, `ranks`, `large`, `table`. See README.md beside this file. Exits with 1 if a bar is missed."""

import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

ENV = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")


def busy_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENV)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def simulate(args, name, pages, files):
    folder = args.work / name
    if not folder.is_dir():
        subprocess.run([args.binary, "simulate", "dumps", "--output", str(folder) + ".new", "--wikis", "1", "--pages",
                        str(pages), "--links", "20", "--schema", "linktarget", "--files", str(files)], check=True, env=ENV)
        os.rename(str(folder) + ".new", folder)
    return folder


def collect(args, dumps, ranks, *flags, output="output"):
    return ["mpirun", "-n", str(ranks), args.binary, "collect", "pagelinks", "--dumps", str(dumps), "--output",
            str(args.work / output), "--progress", "off", "-q", *flags]


def unbound(command):
    """Two mpirun at once would bind their ranks to the same core."""
    return [*command[:1], "--bind-to", "none", *command[1:]]


def wall_seconds(*commands):
    """Of the commands, run side by side."""
    start = time.monotonic()
    running = [subprocess.Popen(command, env=ENV) for command in commands]
    if any([process.wait() for process in running]):
        raise SystemExit("bench: a command failed")
    return time.monotonic() - start


def run_dump(args):
    path = next(simulate(args, "small", 1_000_000, 1).glob("*-pagelinks.sql.gz"))
    gzip = min(busy_seconds(["gzip", "-dc", path]) for _ in range(5))
    ours = min(busy_seconds([args.dump_bench, path]) for _ in range(5))
    print(f"dump: gzip {gzip:.2f} s, ours {ours:.2f} s: {gzip / ours:.2f}x (bar 0.8x)")
    return gzip / ours >= 0.8


def run_ranks(args):
    """Also two runs of one rank at once: they share nothing but the machine, so two ranks cannot gain more."""
    dumps = simulate(args, "eight", args.pages, 8)
    cases = {"1 rank": [collect(args, dumps, 1)], "2 ranks": [collect(args, dumps, 2)],
             "two runs apart": [unbound(collect(args, dumps, 1, output=f"output-{number}")) for number in range(2)]}
    rounds = [[wall_seconds(*commands) for commands in cases.values()] for _ in range(5)]
    walls = dict(zip(cases, map(statistics.median, zip(*rounds))))
    one, two, apart = walls.values()
    print("ranks: " + ", ".join(f"{name} {wall:.2f} s" for name, wall in walls.items()))
    print(f"ranks: {one / two:.2f}x (bar 1.8x); most that two cores of this machine give: {2 * one / apart:.2f}x")
    return one / two >= 1.8


def descendants(pid):
    found = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                found += descendants(int(child))
    except OSError:
        pass  # it has ended meanwhile
    return found


def pss_bytes(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def within_memory(args, name, dumps, *flags):
    process = subprocess.Popen(collect(args, dumps, 2, "--memory", str(args.memory), *flags), env=ENV)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(pss_bytes(pid) for pid in descendants(process.pid)[1:]))
        time.sleep(0.05)
    asked = args.memory * 2**30
    print(f"{name}: code {process.returncode}, peak {peak / 2**20:.0f} MiB: {peak / asked:.2f}x of --memory (bar 1.2x)")
    return process.returncode == 0 and peak <= 1.2 * asked


def run_large(args):
    return within_memory(args, "large", simulate(args, "large", 6_000_000, 8))


def run_table(args):
    """Far more rows of --qids than pages, all of the wiki, so that none may be left out at once."""
    dumps = simulate(args, "few", 20_000, 2)
    table = args.work / "qids.tsv"
    if not table.exists():
        wiki = next(dumps.glob("*-page.sql.gz")).name.split("-")[0]
        with open(table, "w", encoding="ascii") as file:
            file.write("wiki_db\tpage_id\tqid\n")
            file.writelines(f"{wiki}\t{page}\tQ{page + 1}\n" for page in range(1, 20_000_001))
    return within_memory(args, "table", dumps, "--qids", str(table))


PARTS = {"dump": run_dump, "ranks": run_ranks, "large": run_large, "table": run_table}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", default=[])
    parser.add_argument("--large", action="store_true", help="the part large")
    parser.add_argument("--binary", default="build/release/linktrail")
    parser.add_argument("--dump-bench", default="build/release/dump_bench")
    parser.add_argument("--pages", type=int, default=3_000_000, help="of the dumps of the part ranks")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build/bench-collect"))
    parser.add_argument("--memory", type=float, default=4, help="GiB for the parts large and table")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    parts = (args.parts or []) + (["large"] if args.large else []) or ["dump", "ranks"]
    return 0 if all([PARTS[part](args) for part in parts]) else 1


if __name__ == "__main__":
    sys.exit(main())
