"""One small snapshot for all interop tests, made by two ranks when first asked for, and helpers to compare vectors.

The dims differ between the models and are no multiples of a SIMD register, so that padding would show.
"""
import atexit
import functools
import pathlib
import shutil
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "jobs"))
import job  # noqa: E402  (the runner of the job tests)
from snapshot_config import snapshot_config  # noqa: E402

READER_DIM, LINKS_DIM = 19, 13

# Cosines of float32 rows of length 1, summed by different SIMD kernels, differ by some 1e-7.
TIE = 2e-6
SCORE_TOLERANCE = 1e-5


def linktrail(ranks, *args):
    """Runs linktrail on `ranks` ranks and returns its standard output; anything but success is an error."""
    process = job.run(ranks, *args)
    if process.returncode != job.DONE:
        raise AssertionError(f"linktrail {' '.join(map(str, args))}: exit {process.returncode}\n{process.stderr}")
    return process.stdout


@functools.cache
def work_folder():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="linktrail-interop-"))
    atexit.register(shutil.rmtree, folder)
    linktrail(1, "simulate", "world", "--output", folder / "in", "--articles", 400, "--topics", 8, "--sessions", 3000)
    return folder


@functools.cache
def snapshot():
    """The published folder, through `current` as users open it."""
    folder = work_folder()
    config = folder / "interop.toml"
    config.write_text(snapshot_config(folder / "in", folder / "snapshots", READER_DIM, LINKS_DIM, min_rounds=4))
    linktrail(2, "snapshot", config)
    return folder / "snapshots" / "current"


@functools.cache
def trained_reader():
    """A folder as `train reader` leaves it: model.h5 and embeddings.h5."""
    folder = work_folder() / "trained"
    linktrail(2, "train", "reader", "--input", work_folder() / "in" / "sessions.txt", "--output", folder, "--dim",
              READER_DIM, "--epochs", 1, "--min-rounds", 2)
    return folder


@functools.cache
def embeddings(path):
    """QIDs, vectors and counts of an embeddings.h5."""
    with h5py.File(path, "r") as file:
        return file["qid"][:], file["vectors"][:], file["count"][:]


def words_of(qids):
    return [f"Q{qid}" for qid in qids]


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def cosines_to(vectors, words, query):
    """{word: cosine to row `query`} of all other rows, in double precision."""
    rows = unit(vectors.astype(np.float64))
    return {word: cosine for i, (word, cosine) in enumerate(zip(words, rows @ rows[query])) if i != query}


def assert_same_neighbors(test, expected, found, cosines, tie=TIE):
    """Two answers to one query name the same neighbours in the same order; only where the true cosines tie, two programs
    may round to another order, or choose another last one."""
    test.assertEqual(len(expected), len(found))
    test.assertEqual(len(set(found)), len(found), found)
    for place, (a, b) in enumerate(zip(expected, found)):
        test.assertLessEqual(abs(cosines[a] - cosines[b]), tie, f"place {place}: {a} or {b}? {expected} {found}")
    last = min((cosines[word] for word in expected), default=0)
    for word in set(expected) ^ set(found):
        test.assertLessEqual(cosines[word] - last, tie, f"{word} is in one answer only: {expected} {found}")


def assert_scores(test, pairs, cosines, tolerance=SCORE_TOLERANCE):
    """Every score of `pairs` = [(word, score)] is the cosine of its word."""
    for word, score in pairs:
        test.assertAlmostEqual(score, cosines[word], delta=tolerance, msg=word)


def assert_nearest(test, vectors, words, query, found):
    """`found` = [(word, cosine)] are the exact nearest rows to row `query`, itself left out."""
    cosines = cosines_to(vectors, words, query)
    best = sorted(cosines, key=cosines.get, reverse=True)[:len(found)]
    assert_same_neighbors(test, best, [word for word, _ in found], cosines)
    assert_scores(test, found, cosines)
