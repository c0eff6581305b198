"""Quality of vectors for articles seen often, at times and rarely, each with its sampling error.

Articles are ordered by how often the training lines have them: the first tenth is the head, the next four tenths the
middle, the rest rare. A pair of consecutive articles of a held-out session belongs to the bucket of its second article.
The probes are drawn once and are the same for everything measured, so that differences are taken probe by probe.
"""

from dataclasses import dataclass

import numpy as np

from neighbors import hits_at_10, nearest_10, read_unit_vectors

NAMES = ("head", "middle", "rare")
CUTS = (0.1, 0.5, 1.0)
RECALL, AGREEMENT = "next-article recall@10", "label agreement@10"


@dataclass(frozen=True)
class Stratum:
    weight: float  # of this part in the figure
    values: np.ndarray  # one a probe, from 0 to 1
    alike: np.ndarray  # one number a probe; probes with the same one say the same


def read_sessions_flat(path):
    """All QIDs of a sessions file, in order."""
    return np.fromstring(path.read_bytes().replace(b"Q", b" "), dtype=np.int64, sep=" ")


def read_pairs(path):
    """[n, 2]: consecutive articles of the sessions."""
    pairs = []
    with open(path, encoding="ascii") as lines:
        for line in lines:
            qids = [int(word[1:]) for word in line.split()]
            pairs += zip(qids, qids[1:])
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def read_label_sets(path, qids):
    """[articles, labels], bool: whether the article has the label."""
    with open(path, encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    number = {name: i for i, name in enumerate(sorted({label for _, label in rows}))}
    at = {qid: i for i, qid in enumerate(qids.tolist())}
    table = np.zeros((len(qids), len(number)), dtype=bool)
    for qid, label in rows:
        row = at.get(int(qid[1:]))
        if row is not None:
            table[row, number[label]] = True
    return table


def agreement_of(labels, probes, nearest):
    """Of each probe's labelled neighbours the share that has a label of its own; probes without either are left out."""
    shares = []
    for probe, near in zip(probes, nearest):
        labelled = near[labels[near].any(axis=1)]
        if labels[probe].any() and len(labelled):
            shares.append((labels[labelled] & labels[probe]).any(axis=1).mean())
        else:
            shares.append(np.nan)  # keeps the probes in step; which these are differs between programs
    return np.array(shares)


def same_two_articles(pairs):
    """A number for each pair that all pairs of the same two articles have. Readers go from one popular article to another
    again and again: whether the two are neighbours is one question, however often it is asked."""
    return np.unique(np.sort(pairs, axis=1), axis=0, return_inverse=True)[1].reshape(-1)


class Probes:
    def __init__(self, train, held_out, labels, min_count, wanted):
        """`wanted`: probes a bucket at most, of each measure."""
        random = np.random.default_rng(1)
        qids, counts = np.unique(read_sessions_flat(train), return_counts=True)
        self.qids, counts = qids[counts >= min_count], counts[counts >= min_count]
        self.bucket = self._buckets(counts)
        self.labels = read_label_sets(labels, self.qids)
        pairs = read_pairs(held_out)
        known = self._known_pairs(pairs)
        self.pairs, self.alike, self.weights, self.articles = {}, {}, {}, {}
        for number, name in enumerate(NAMES):
            mine = known[self.bucket[known[:, 1]] == number]
            self.weights[name] = len(mine) / max(1, len(pairs))
            self.pairs[name] = random.permutation(mine)[:wanted]
            self.alike[name] = same_two_articles(self.pairs[name])
            articles = np.flatnonzero((self.bucket == number) & self.labels.any(axis=1))
            self.articles[name] = random.permutation(articles)[:wanted]

    @staticmethod
    def _buckets(counts):
        order = np.argsort(-counts, kind="stable")
        bucket = np.empty(len(counts), dtype=np.int8)
        bucket[order] = np.searchsorted(np.array(CUTS[:-1]) * len(counts), np.arange(len(counts)), side="right")
        return bucket

    def _known_pairs(self, pairs):
        """Rows of the pairs of two different articles that have vectors; all others are misses for everyone."""
        rows = np.minimum(np.searchsorted(self.qids, pairs), len(self.qids) - 1)
        return rows[(self.qids[rows] == pairs).all(axis=1) & (rows[:, 0] != rows[:, 1])]

    def scores(self):
        """Number of them that one measure() takes."""
        return len(self.qids) * (sum(map(len, self.pairs.values())) + sum(map(len, self.articles.values())))

    def measure(self, embeddings):
        """Strata of each figure, by name: recall over all held-out pairs, and both measures for each bucket."""
        unit = read_unit_vectors(embeddings, self.qids)
        figures, overall = {}, []
        for name in NAMES:
            hits = hits_at_10(unit, *self.pairs[name].T)
            overall.append(Stratum(self.weights[name], hits, self.alike[name]))
            figures[f"{RECALL}, {name}"] = [Stratum(1, hits, self.alike[name])]
        for name in NAMES:
            probes = self.articles[name]
            agreement = agreement_of(self.labels, probes, nearest_10(unit, probes))
            figures[f"{AGREEMENT}, {name}"] = [Stratum(1, agreement, np.arange(len(probes)))]
        return {RECALL: overall, **figures}

    def write_pairs(self, path):
        """The sampled pairs as sessions of two articles, for another evaluator."""
        with open(path, "w", encoding="ascii") as out:
            for rows in self.pairs.values():
                out.writelines(f"Q{a} Q{b}\n" for a, b in self.qids[rows].tolist())
        return path


def value_of(strata):
    return sum(stratum.weight * float(np.nanmean(stratum.values)) for stratum in strata if len(stratum.values))


@dataclass(frozen=True)
class Comparison:
    ours: float  # mean over the seeds
    theirs: float
    error: float  # standard error of the difference: of the probes, and of the seeds where there are several
    ours_each: list  # by seed
    theirs_each: list


def compare(ours, theirs, name):
    """Figure `name` of two lists of measure(), one a seed, on the same probes."""
    each = [[value_of(run[name]) for run in runs] for runs in (ours, theirs)]
    variance = sum(probe_variance([run[name][i] for run in ours], [run[name][i] for run in theirs])
                   for i in range(len(ours[0][name])))
    variance += sum(np.var(values, ddof=1) / len(values) for values in each if len(values) > 1)
    return Comparison(float(np.mean(each[0])), float(np.mean(each[1])), float(np.sqrt(variance)), *each)


def probe_variance(ours, theirs):
    """Of the weighted mean difference of one stratum, from the differences of its probes, those alike taken together."""
    difference = np.mean([one.values for one in ours], axis=0) - np.mean([one.values for one in theirs], axis=0)
    finite = np.isfinite(difference)
    groups, group = np.unique(ours[0].alike[finite], return_inverse=True)
    if len(groups) < 2:
        return 0.0
    difference = difference[finite]
    sums = np.bincount(group, difference - difference.mean())
    return ours[0].weight**2 * len(groups) / (len(groups) - 1) * float(np.sum(sums**2)) / len(difference) ** 2
