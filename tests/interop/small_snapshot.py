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


def assert_nearest(test, vectors, words, query, found, tolerance=1e-4):
    """`found` = [(word, cosine)] are the exact nearest rows to row `query`, itself left out. Ties may swap."""
    cosines = unit(vectors) @ unit(vectors[query])
    cosines[query] = -np.inf
    best = np.sort(cosines)[::-1][:len(found)]
    row = {word: i for i, word in enumerate(words)}
    test.assertEqual(len({word for word, _ in found}), len(found))
    np.testing.assert_allclose([score for _, score in found], best, atol=tolerance)
    np.testing.assert_allclose([cosines[row[word]] for word, _ in found], best, atol=tolerance)
