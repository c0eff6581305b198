#!/usr/bin/python3
"""Merged index beside one stock hnswlib build: `linktrail index` on real MPI ranks, judged from the file it writes.

For every embeddings.h5 and number of ranks: recall@10 of stock hnswlib on the file against exact neighbours, and nodes
that the file's own links do not reach. The bars: recall at every ef at least that of one stock build (in the same run,
same m and ef_construction, file order) less 0.002; no unreachable node; the same file for every number of ranks (cells).
Times are of the whole command, reading and writing included, beside adding alone for stock hnswlib. Ties count as right.
Exits with 1 if a bar is missed. See bench/README.md.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time

import h5py
import hnswlib
import numpy as np

from hnswlib_graph import count_unreachable, read_graph

TOP = 10
BEAMS = (10, 20, 40, 80, 160)
BAR_BELOW_STOCK = 0.002
TIE = 1e-6  # dot products of float32 rows of length 1 differ by less in another order of addition


def parse_arguments():
    demo = "build/demo/snapshots/current"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embeddings", nargs="*", help=f"NAME=embeddings.h5 (default: both models of {demo})")
    parser.add_argument("--binary", default="build/release/linktrail")
    parser.add_argument("--ranks", type=int, nargs="+", default=[1, 2, 3, 4, 8])
    parser.add_argument("--queries", type=int, default=2000, help="rows drawn as queries; each finds itself too")
    parser.add_argument("--m", type=int, default=16)
    parser.add_argument("--ef-construction", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2, help="of the stock build")
    parser.add_argument("--shards", default="cells", choices=("cells", "random"))
    parser.add_argument("--engine", default="leaf", choices=("leaf", "hnswlib"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", help="write all numbers to this file")
    arguments = parser.parse_args()
    if not arguments.embeddings:
        arguments.embeddings = [f"{name}={demo}/{name}/embeddings.h5" for name in ("reader", "links")]
    return arguments


class Queries:
    """Rows drawn from the data, and the similarity that a result needs to be one of the TOP nearest."""

    def __init__(self, path, count, seed):
        with h5py.File(path) as file:
            vectors = file["vectors"][:].astype(np.float32)
            self.qids = file["qid"][:]
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        self.vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
        drawn = np.random.default_rng(seed).choice(len(vectors), min(count, len(vectors)), replace=False)
        self.rows = self.vectors[np.sort(drawn)]
        self.needed = np.concatenate([self._nth_best(block) for block in np.array_split(self.rows, 20)])
        self.row_of_qid = {qid: row for row, qid in enumerate(self.qids.tolist())}

    def _nth_best(self, block):
        return np.partition(block @ self.vectors.T, -TOP, axis=1)[:, -TOP]

    def recall(self, index, beam):
        index.set_ef(beam)
        labels, _ = index.knn_query(self.rows, k=TOP, num_threads=1)
        found = np.vectorize(self.row_of_qid.__getitem__)(labels)
        similarity = np.einsum("qd,qkd->qk", self.rows, self.vectors[found])
        return float((similarity >= self.needed[:, None] - TIE).mean())


def measure(path, queries):
    """Everything that is told by the file alone."""
    index = hnswlib.Index(space="ip", dim=queries.vectors.shape[1])
    index.load_index(path)
    graph = read_graph(path)
    if sorted(graph.labels.tolist()) != sorted(queries.qids.tolist()):
        raise SystemExit(f"{path}: its labels are not the QIDs of the embeddings")
    return {
        "recall": {str(beam): queries.recall(index, beam) for beam in BEAMS},
        "unreachable": count_unreachable(graph),
        "mean_degree": float(graph.counts.mean()),
    }


def build_stock(queries, path, arguments):
    index = hnswlib.Index(space="ip", dim=queries.vectors.shape[1])
    index.init_index(len(queries.qids), M=arguments.m, ef_construction=arguments.ef_construction)
    index.add_items(queries.vectors, queries.qids, num_threads=arguments.threads)
    index.save_index(path)


def build_merged(embeddings, path, ranks, arguments):
    environment = dict(os.environ, OMPI_MCA_mpi_yield_when_idle="1")
    if os.geteuid() == 0:
        environment.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    command = ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none", arguments.binary, "index"]
    command += ["--input", embeddings, "--output", path, "--m", str(arguments.m), "--progress", "off", "-q"]
    command += ["--ef-construction", str(arguments.ef_construction), "--seed", str(arguments.seed)]
    command += ["--shards", arguments.shards, "--engine", arguments.engine]
    subprocess.run(command, check=True, env=environment)


def timed(build, *arguments):
    start = time.monotonic()
    build(*arguments)
    return time.monotonic() - start


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def meets_bar(row, rows, arguments):
    """`rows` are those before: the stock build, then other numbers of ranks."""
    as_good = all(row["recall"][beam] >= rows[0]["recall"][beam] - BAR_BELOW_STOCK for beam in row["recall"])
    same = arguments.shards == "random" or all(other["digest"] == row["digest"] for other in rows[1:])
    return as_good and same and row["unreachable"] == 0


def print_row(row):
    recalls = " ".join(f"{row['recall'][str(beam)]:7.4f}" for beam in BEAMS)
    verdict = {True: "pass", False: "FAIL", None: ""}[row["pass"]]
    print(
        f"{row['model']:<8}{row['graph']:<8} {recalls} {row['unreachable']:>8} {row['mean_degree']:>7.1f}"
        f" {row['seconds']:>8.1f} {row.get('times', 1):>6.1f}x  {verdict}",
        flush=True,
    )


def run_model(name, embeddings, folder, arguments):
    queries = Queries(embeddings, arguments.queries, arguments.seed)
    path = os.path.join(folder, "index.hnsw")
    seconds = timed(build_stock, queries, path, arguments)
    stock = {"model": name, "graph": "stock", "seconds": seconds, "pass": None, **measure(path, queries)}
    print_row(stock)
    rows = [stock]
    for ranks in arguments.ranks:
        seconds = timed(build_merged, embeddings, path, ranks, arguments)
        row = {"model": name, "graph": f"{ranks} rank" + "s" * (ranks > 1), "seconds": seconds}
        row.update(measure(path, queries))
        row["times"] = stock["seconds"] / seconds
        row["digest"] = digest_of(path)
        row["pass"] = meets_bar(row, rows, arguments)
        print_row(row)
        rows.append(row)
    return rows


def main():
    arguments = parse_arguments()
    print(f"recall@{TOP}, {arguments.queries} queries, m {arguments.m}, ef_construction {arguments.ef_construction}")
    print(f"{'model':<8}{'graph':<8} " + " ".join(f"{f'ef {beam}':>7}" for beam in BEAMS), end="")
    print(f" {'unreach.':>8} {'degree':>7} {'seconds':>8} {'faster':>7}  bar")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for entry in arguments.embeddings:
            name, _, path = entry.rpartition("=")
            rows += run_model(name or "model", path, folder, arguments)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump({"arguments": vars(arguments), "rows": rows}, file, indent=2)
            file.write("\n")
    return 0 if all(row["pass"] is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
