"""Stock hnswlib, from Python, on index.hnsw: the same answers as `linktrail query`, and nearly those of exact search."""
import concurrent.futures
import unittest

import h5py
import hnswlib
import numpy as np
from small_snapshot import assert_same_neighbors, assert_scores, cosines_to, embeddings, linktrail, snapshot, unit

ARTICLES, K, EF = 50, 10, 100
COMPACT_ERROR = 5e-5  # of a cosine from vectors of 16 bits a value, which query answers from
PRINTED_TOLERANCE = 5e-5 + COMPACT_ERROR  # it prints four decimals
PARALLEL_QUERIES = 2  # each is a process of its own; more only wait on two cores


def printed_neighbors(model, qid):
    """[(qid, score)] as `linktrail query` prints them, the article itself left out."""
    lines = linktrail(1, "query", snapshot(), "--model", model, "--qid", f"Q{qid}", "-k", K, "--ef", EF).splitlines()
    rows = [line.split("\t") for line in lines]
    assert rows[0][0] == f"Q{qid}", lines
    return [(int(row[0][1:]), float(row[1])) for row in rows[1:]]


def loaded(model):
    """QIDs, unit vectors and the index."""
    qids, vectors, _ = embeddings(snapshot() / model / "embeddings.h5")
    index = hnswlib.Index(space="ip", dim=vectors.shape[1])
    index.load_index(str(snapshot() / model / "index.hnsw"))
    index.set_ef(EF)
    index.set_num_threads(1)
    return qids, unit(vectors), index


class Index(unittest.TestCase):
    def test_every_article_is_in_it_once_with_its_unit_vector(self):
        for model in ("reader", "links"):
            with self.subTest(model=model):
                qids, vectors, index = loaded(model)
                self.assertEqual(sorted(index.get_ids_list()), sorted(qids))
                stored = np.array(index.get_items(qids))
                np.testing.assert_allclose(np.linalg.norm(stored, axis=1), 1, atol=1e-5)
                np.testing.assert_allclose(stored, vectors, atol=1e-5)

    def test_hnswlib_returns_what_query_prints(self):
        for model, articles in (("reader", ARTICLES // 2), ("links", ARTICLES // 2)):
            qids, vectors, index = loaded(model)
            rows = np.linspace(0, len(qids) - 1, articles).astype(int)
            with concurrent.futures.ThreadPoolExecutor(PARALLEL_QUERIES) as pool:
                printed = list(pool.map(lambda row: printed_neighbors(model, qids[row]), rows))
            labels, distances = index.knn_query(vectors[rows], k=K + 1)
            for row, expected, found, distance in zip(rows, printed, labels, distances):
                with self.subTest(model=model, qid=qids[row]):
                    others = [(label, 1 - d) for label, d in zip(found, distance) if label != qids[row]][:K]
                    cosines = cosines_to(vectors, qids, row)
                    assert_same_neighbors(self, [qid for qid, _ in expected], [label for label, _ in others], cosines,
                                          tie=COMPACT_ERROR)
                    assert_scores(self, expected, cosines, PRINTED_TOLERANCE)
                    assert_scores(self, others, cosines)

    def test_neighbors_file_holds_the_nearest_of_every_article(self):
        for model in ("reader", "links"):
            with self.subTest(model=model), h5py.File(snapshot() / model / "neighbors.h5") as file:
                qids, vectors, _ = embeddings(snapshot() / model / "embeddings.h5")
                self.assertEqual(file.attrs["format_name"], b"linktrail-neighbors")
                self.assertEqual((file["neighbors"].dtype, file["scores"].dtype), (np.int64, np.float32))
                self.assertEqual(file["neighbors"].shape, (len(qids), K))
                self.assertEqual(sorted(file["qid"][:]), sorted(qids))
                row_of = {qid: row for row, qid in enumerate(qids)}
                rows = np.array([row_of[qid] for qid in file["qid"][:]])
                cosines = unit(vectors.astype(np.float64)) @ unit(vectors.astype(np.float64)).T
                found = np.vectorize(row_of.get)(file["neighbors"][:])
                np.testing.assert_allclose(file["scores"][:], cosines[rows[:, None], found], atol=1e-5)
                np.fill_diagonal(cosines, -2)
                kth = np.sort(cosines[rows], axis=1)[:, -K]
                self.assertGreater((file["scores"][:] >= kth[:, None] - 1e-6).mean(), 0.98)

    def test_recall_against_exact_search(self):
        for model in ("reader", "links"):
            with self.subTest(model=model):
                qids, vectors, index = loaded(model)
                _, distances = index.knn_query(vectors, k=K)
                exact = np.sort(1 - vectors @ vectors.T, axis=1)[:, K - 1]  # the K-th best; counts ties as found
                self.assertGreaterEqual((distances <= exact[:, None] + 1e-5).mean(), 0.99)


if __name__ == "__main__":
    unittest.main()
