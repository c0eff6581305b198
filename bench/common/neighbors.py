"""Exact neighbours by cosine in numpy, in parts that fit memory.

Cost: 2 x probes x articles x dim operations. Debian's plain libblas does about 2e9 of them a second; with the package
libopenblas0-pthread, which numpy then uses, they cost less than looking through the scores.
"""

import time

import h5py
import numpy as np

PROBES, TILE = 256, 8192  # scored at once: a tile of scores stays in the cache while it is looked through
STEP = TILE // 64  # columns c, c + STEP, ... of a tile form a group, of which first the best is taken: faster, and exact
TIE = 1e-6  # equal vectors may differ in the last bits


def read_unit_vectors(path, qids):
    """Rows of an embeddings.h5 of exactly these (ascending) QIDs in their order, scaled to length 1."""
    with h5py.File(path, "r") as file:
        found, vectors = file["qid"][:], file["vectors"][:]
    order = np.argsort(found)
    if not np.array_equal(found[order], qids):
        raise SystemExit(f"{path}: holds {len(found)} articles, expected the {len(qids)} of the training data seen often "
                         "enough; the two programs must agree on the vocabulary to be compared")
    if not np.isfinite(vectors).all():
        raise SystemExit(f"{path}: vectors are not finite; training diverged")
    vectors = vectors[order]
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)


def parts(count):
    return (slice(begin, begin + PROBES) for begin in range(0, count, PROBES))


def score_tiles(unit, probes):
    """Yields first row and scores [probes, TILE] of each tile; those of a probe itself and beyond the end are -2."""
    queries = unit[probes]
    for begin in range(0, len(unit), TILE):
        tile = unit[begin : begin + TILE]
        scores = np.full((len(probes), TILE), -2, dtype=np.float32)
        scores[:, : len(tile)] = queries @ tile.T
        own = np.flatnonzero((probes >= begin) & (probes < begin + TILE))
        scores[own, probes[own] - begin] = -2
        yield begin, scores


def hits_at_10(unit, sources, targets):
    """For each pair of rows 1 if the target is among the ten nearest of all rows but the source, as `linktrail evaluate`."""
    hits = np.zeros(len(sources))
    for part in parts(len(sources)):
        threshold = np.einsum("ij,ij->i", unit[sources[part]], unit[targets[part]]).astype(np.float32) + np.float32(TIE)
        above = sum(np.count_nonzero(scores > threshold[:, None], axis=1) for _, scores in score_tiles(unit, sources[part]))
        hits[part] = above < 10
    return hits


def nearest_10(unit, probes):
    """Rows of the ten nearest of each probe, in no order, itself left out; all others if there are fewer than ten."""
    wanted = min(10, len(unit) - 1)
    return np.concatenate([nearest_of_part(unit, probes[part], wanted) for part in parts(len(probes))])


def nearest_of_part(unit, probes, wanted):
    """The best rows lie in as many groups: those with the best maxima."""
    maxima = [scores.reshape(len(probes), -1, STEP).max(axis=1) for _, scores in score_tiles(unit, probes)]
    tile, first = np.divmod(largest(np.concatenate(maxima, axis=1), wanted), STEP)
    rows = ((tile * TILE + first)[:, :, None] + np.arange(0, TILE, STEP)).reshape(len(probes), -1)
    scores = np.einsum("ij,ikj->ik", unit[probes], unit[np.minimum(rows, len(unit) - 1)])
    scores[(rows == probes[:, None]) | (rows >= len(unit))] = -2
    return np.take_along_axis(rows, largest(scores, wanted), axis=1)


def largest(values, wanted):
    """Columns of the `wanted` largest of each row."""
    return np.argpartition(-values, wanted - 1, axis=1)[:, :wanted]


def seconds_a_score(dim):
    """Of the two searches above, a probe and article: measured here and now, since it depends on the libblas installed."""
    unit, rows = np.random.default_rng(1).standard_normal((100_000, dim), dtype=np.float32), np.arange(128)
    unit[rows] @ unit[rows].T  # wakes the threads of the library
    begin = time.monotonic()
    hits_at_10(unit, rows, rows + 1)
    nearest_10(unit, rows)
    return (time.monotonic() - begin) / (2 * len(rows) * len(unit))
