"""Runs linktrail (on real MPI ranks) and Debian's fastText, and converts between their files.

Nothing here knows what is measured: it starts programs, fails loudly when they fail, says what they took, and turns
fastText's vectors into an embeddings.h5, so that one evaluator judges both.
"""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import h5py
import numpy as np

from usage import run_measured

ALL = "1000000000"  # of queries or pairs: take every one, so that no sampling noise is left


class Tools:
    """Every method that runs a program returns its Usage, and ends the benchmark if the program failed."""

    def __init__(self, linktrail, mpirun, work, variables=None):
        self.binary, self.mpirun, self.work = str(linktrail), mpirun, Path(work)
        self.work.mkdir(parents=True, exist_ok=True)
        self.environment = dict(os.environ, OMP_NUM_THREADS="1", **(variables or {}))
        if os.geteuid() == 0:  # Open MPI refuses root unless told twice
            self.environment.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")

    def run(self, command, stdout=subprocess.DEVNULL, watch=None):
        code, errors, usage = run_measured(command, self.environment, stdout, watch)
        if code != 0 and not (watch and watch.stopped_short):
            raise SystemExit(f"{' '.join(command)}\nexit code {code}\n{errors}")
        return usage

    def linktrail(self, ranks, *arguments, watch=None):
        return self.run(self.launch(ranks) + [self.binary, *map(str, arguments)], watch=watch)

    def launch(self, ranks):
        return [] if ranks == 1 else [*self.mpirun.split(), "-n", str(ranks)]

    def fasttext(self, *arguments, output=None):
        with open(output or os.devnull, "w", encoding="ascii") as out:
            return self.run(["fasttext", *map(str, arguments)], stdout=out)

    def evaluate(self, embeddings, *arguments):
        result = self.work / "evaluation.json"
        self.linktrail(1, "evaluate", "--embeddings", embeddings, "--output", result, *arguments)
        return json.loads(result.read_text())

    def choices(self, flag, *command):
        """What a flag may be set to, from the command's --help."""
        text = subprocess.run([self.binary, *command, "--help"], env=self.environment, text=True, check=True,
                              stdout=subprocess.PIPE).stdout
        words = text.split()
        return words[words.index(f"--{flag}") + 1].strip("{}[]").replace(",", "|").split("|")


class LaunchedTools(Tools):
    """Starts one rank through mpirun too, so that the start of MPI weighs on any number of ranks alike."""

    def launch(self, ranks):
        return [*self.mpirun.split(), "-n", str(ranks)]


def option_list(flags):
    return [text for name, value in flags.items() for text in (f"--{name}", value)]


def training_rounds(folder):
    """One record a round of a `train`."""
    return [json.loads(line) for line in (Path(folder) / "metrics.jsonl").read_text().splitlines()]


def training_metrics(folder):
    """Words a second over all rounds of a `train`, and the share of that time spent in synchronisation."""
    rounds = training_rounds(folder)
    wall = rounds[-1]["wall_s"]
    return {"words_per_s": rounds[-1]["words"] / wall, "sync_share": sum(row["sync_s"] for row in rounds) / wall}


def in_held_out_part(key, fraction):
    """A split by hash of its own, so that the benchmark does not lean on what it judges."""
    digest = hashlib.sha256(str(key).encode()).digest()
    return int.from_bytes(digest[:8], "big") < fraction * 2**64


def split_sessions(source, train, held_out, fraction):
    """Splits lines by hash into what is trained on and what is held out. `train` appears last, and whole."""
    part = train.with_suffix(".part")
    with open(source, encoding="ascii") as lines, open(part, "w") as kept, open(held_out, "w") as out:
        for line in lines:
            (out if in_held_out_part(line.strip(), fraction) else kept).write(line)
    part.rename(train)


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
