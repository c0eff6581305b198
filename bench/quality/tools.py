"""Runs linktrail (on real MPI ranks) and Debian's fastText, and converts between their files.

Nothing here knows what is measured: it starts programs, fails loudly when they fail, and turns fastText's vectors
into an embeddings.h5, so that one evaluator judges both.
"""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import h5py
import numpy as np

ALL = "1000000000"  # of queries or pairs: take every one, so that no sampling noise is left


class Tools:
    def __init__(self, linktrail, mpirun, work):
        self.binary, self.mpirun, self.work = str(linktrail), mpirun, Path(work)
        self.work.mkdir(parents=True, exist_ok=True)
        self.environment = dict(os.environ, OMP_NUM_THREADS="1")
        if os.geteuid() == 0:  # Open MPI refuses root unless told twice
            self.environment.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")

    def run(self, command, **options):
        done = subprocess.run(command, env=self.environment, text=True, stderr=subprocess.PIPE, **options)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\nexit code {done.returncode}\n{done.stderr}")

    def linktrail(self, ranks, *arguments):
        launch = [] if ranks == 1 else self.mpirun.split() + ["-n", str(ranks)]
        self.run(launch + [self.binary, *map(str, arguments)], stdout=subprocess.DEVNULL)

    def fasttext(self, *arguments, output=None):
        with open(output or os.devnull, "w", encoding="ascii") as out:
            self.run(["fasttext", *map(str, arguments)], stdout=out)

    def evaluate(self, embeddings, *arguments):
        result = self.work / "evaluation.json"
        self.linktrail(1, "evaluate", "--embeddings", embeddings, "--output", result, *arguments)
        return json.loads(result.read_text())


def in_held_out_part(key, fraction):
    """A split by hash of its own, so that the benchmark does not lean on what it judges."""
    digest = hashlib.sha256(str(key).encode()).digest()
    return int.from_bytes(digest[:8], "big") < fraction * 2**64


def read_vectors(path):
    """QIDs and vectors of a fastText .vec file; its row for the end of a line is left out."""
    qids, rows = [], []
    with open(path, encoding="ascii") as lines:
        next(lines)
        for line in lines:
            word, *values = line.split()
            if word.startswith("Q"):
                qids.append(int(word[1:]))
                rows.append(np.array(values, dtype=np.float32))
    return np.array(qids, dtype=np.int64), np.stack(rows)


def write_embeddings(path, qids, vectors):
    order = np.argsort(qids)
    with h5py.File(path, "w") as file:
        file["vectors"] = vectors[order]
        file["qid"] = qids[order]
        file["count"] = np.ones(len(qids), dtype=np.int64)
        for name, value in {"format_name": "linktrail-embeddings", "format_version": "1.0", "producer": "fasttext",
                            "run_id": "fasttext", "config": "{}", "metric": "cosine", "model": "reader",
                            "created": "1970-01-01T00:00:00Z"}.items():
            file.attrs[name] = value
        file.attrs["dim"] = np.int64(vectors.shape[1])
    return path


def write_link_model(folder, qids, vectors, counts, documents):
    """A model.h5 of link vectors that linktrail did not train, so that it embeds and is judged in the same way."""
    count_of = {int(link[1:]): count for link, count in counts.items()}
    order = sorted(range(len(qids)), key=lambda i: (-count_of[int(qids[i])], qids[i]))
    folder.mkdir(exist_ok=True)
    with h5py.File(folder / "model.h5", "w") as file:
        file["qid"] = qids[order]
        file["count"] = np.array([count_of[int(qid)] for qid in qids[order]], dtype=np.int64)
        file["vectors"] = file["output_vectors"] = vectors[order].astype(np.float32)
        for name, value in {"format_name": "linktrail-model", "format_version": "1.0", "producer": "fasttext",
                            "model": "links", "config": "{}"}.items():
            file.attrs[name] = value
        file.attrs["documents"], file.attrs["dim"] = np.int64(documents), np.int64(vectors.shape[1])
