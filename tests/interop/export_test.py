"""Every format of `linktrail export`, opened by the tool that it is for, holds the vectors of embeddings.h5."""
import functools
import json
import subprocess
import unittest

import fasttext
import gensim.models
import h5py
import numpy as np
from small_snapshot import (READER_DIM, SCORE_TOLERANCE, assert_nearest, embeddings, linktrail, snapshot, trained_reader,
                            unit, work_folder, words_of)

QUERIES = (0, 7, 100, 250)
K = 10
SIGMOID_STEP = 8e-3  # largest error of fastText's table of the sigmoid: 1/32 wide, slope 1/4


@functools.cache
def exported(name, format_name, source=None):
    """The file (or folder) that export wrote, from the snapshot's reader embeddings unless another source is given."""
    path = work_folder() / "exports" / name
    path.parent.mkdir(exist_ok=True)
    linktrail(1, "export", "--input", source or snapshot() / "reader" / "embeddings.h5", "--output", path, "--format",
              format_name)
    return path


class PlainFormats(unittest.TestCase):
    def setUp(self):
        self.qids, self.vectors, self.counts = embeddings(snapshot() / "reader" / "embeddings.h5")
        self.words = words_of(self.qids)

    def assert_gensim_reads(self, path, binary):
        model = gensim.models.KeyedVectors.load_word2vec_format(str(path), binary=binary)
        self.assertEqual(model.index_to_key, self.words)
        np.testing.assert_array_equal(model.vectors, self.vectors)
        for row in QUERIES:
            assert_nearest(self, self.vectors, self.words, row, model.most_similar(self.words[row], topn=K))

    def test_word2vec_text_in_gensim(self):
        self.assert_gensim_reads(exported("a.vec", "word2vec"), binary=False)

    def test_word2vec_binary_in_gensim(self):
        self.assert_gensim_reads(exported("a.bin", "word2vec-bin"), binary=True)

    def test_npy_in_numpy(self):
        folder = exported("npy", "npy")
        np.testing.assert_array_equal(np.load(folder / "vectors.npy", mmap_mode="r"), self.vectors)
        np.testing.assert_array_equal(np.load(folder / "qids.npy"), self.qids)

    def test_fvecs(self):
        path = exported("a.fvecs", "fvecs")
        rows = np.fromfile(path, dtype="<i4").reshape(-1, READER_DIM + 1)
        self.assertTrue((rows[:, 0] == READER_DIM).all())
        np.testing.assert_array_equal(rows[:, 1:].copy().view("<f4"), self.vectors)
        self.assertEqual(path.with_suffix(".qids.txt").read_text().split(), self.words)

    def test_tsv(self):
        rows = [line.split("\t") for line in exported("a.tsv", "tsv").read_text().splitlines()]
        self.assertEqual([row[0] for row in rows], self.words)
        np.testing.assert_array_equal(np.array([row[1].split() for row in rows], dtype=np.float32), self.vectors)

    def test_qdrant_points(self):
        points = [json.loads(line) for line in exported("a.jsonl", "qdrant-jsonl").read_text().splitlines()]
        self.assertEqual([point["id"] for point in points], list(self.qids))
        self.assertEqual([point["payload"]["name"] for point in points], self.words)
        np.testing.assert_array_equal(np.array([point["vector"] for point in points], dtype=np.float32), self.vectors)

    def test_projector(self):
        folder = exported("projector", "projector")
        vectors = np.loadtxt(folder / "vectors.tsv", delimiter="\t", dtype=np.float32)
        np.testing.assert_array_equal(vectors, self.vectors)
        rows = [line.split("\t") for line in (folder / "metadata.tsv").read_text().splitlines()]
        self.assertEqual(rows[0], ["qid", "count"])
        self.assertEqual(rows[1:], [[word, str(count)] for word, count in zip(self.words, self.counts)])


class FastTextReader(unittest.TestCase):
    """model.bin of the snapshot, and an export of a trained model's folder: the same vectors in fastText and gensim."""

    def files(self):
        trained = exported("reader.bin", "fasttext-bin", trained_reader())
        return ((snapshot() / "reader" / "model.bin", snapshot() / "reader" / "embeddings.h5"),
                (trained, trained_reader() / "embeddings.h5"))

    def test_fasttext_in_python(self):
        for path, source in self.files():
            with self.subTest(path=path.name):
                qids, vectors, _ = embeddings(source)
                model = fasttext.load_model(str(path))
                self.assertEqual(model.get_words(), words_of(qids))
                np.testing.assert_array_equal(model.get_input_matrix(), vectors)
                self.assertEqual(model.get_output_matrix().shape, vectors.shape)
                for row in QUERIES:
                    found = [(word, score) for score, word in model.get_nearest_neighbors(f"Q{qids[row]}", k=K)]
                    assert_nearest(self, vectors, words_of(qids), row, found)

    def test_the_output_matrix_too_is_that_of_the_model(self):
        model = fasttext.load_model(str(exported("reader.bin", "fasttext-bin", trained_reader())))
        with h5py.File(trained_reader() / "model.h5", "r") as file:
            np.testing.assert_array_equal(model.get_output_matrix(), file["output_vectors"][:len(file["qid"])])

    def test_gensim(self):
        for path, source in self.files():
            with self.subTest(path=path.name):
                qids, vectors, _ = embeddings(source)
                model = gensim.models.fasttext.load_facebook_vectors(str(path))
                self.assertEqual(model.index_to_key, words_of(qids))
                np.testing.assert_array_equal(model.vectors_vocab, vectors)
                for row in QUERIES:
                    found = model.most_similar(f"Q{qids[row]}", topn=K)
                    assert_nearest(self, vectors, words_of(qids), row, found)

    def test_fasttext_on_the_command_line(self):
        for path, source in self.files():
            with self.subTest(path=path.name):
                qids, vectors, _ = embeddings(source)
                text = fasttext_cli("nn", path, K, text="".join(f"Q{qids[row]}\n" for row in QUERIES))
                lines = [line.replace("Query word?", "").split() for line in text.splitlines()]
                pairs = [(line[0], float(line[1])) for line in lines if len(line) == 2]
                self.assertEqual(len(pairs), K * len(QUERIES))
                for i, row in enumerate(QUERIES):
                    assert_nearest(self, vectors, words_of(qids), row, pairs[i * K:(i + 1) * K])

    def test_embeddings_alone_have_neighbours_and_no_output(self):
        for kind in ("reader", "links"):
            with self.subTest(kind=kind):
                source = snapshot() / kind / "embeddings.h5"
                qids, vectors, _ = embeddings(source)
                model = fasttext.load_model(str(exported(f"{kind}-embeddings.bin", "fasttext-bin", source)))
                self.assertEqual(model.get_words(), words_of(qids))
                np.testing.assert_array_equal(model.get_input_matrix(), vectors)
                self.assertFalse(model.get_output_matrix().any())
                for row in QUERIES:
                    found = [(word, score) for score, word in model.get_nearest_neighbors(f"Q{qids[row]}", k=K)]
                    assert_nearest(self, vectors, words_of(qids), row, found)


class FastTextLinks(unittest.TestCase):
    """The supervised link model in fastText: an article's links in, its topic out."""

    def setUp(self):
        self.path = snapshot() / "links" / "model.bin"
        folder = work_folder() / "in"
        self.labels = dict(line.split("\t") for line in (folder / "labels.tsv").read_text().splitlines())
        rows = [line.split("\t") for line in (folder / "pagelinks.tsv").read_text().splitlines()[1:]]
        self.rows = [(qid, links) for _, _, qid, links in rows if qid in self.labels and links][:300]

    def test_python_and_command_line_predict_the_same_and_mostly_the_label(self):
        model = fasttext.load_model(str(self.path))
        self.assertEqual(set(model.get_labels()), {f"__label__{name.replace(' ', '_')}" for name in self.labels.values()})
        probabilities = [dict(zip(*model.predict(links, k=-1))) for _, links in self.rows]
        command = fasttext_cli("predict", self.path, "-", 1, text="".join(links + "\n" for _, links in self.rows)).split()
        wanted = [f"__label__{self.labels[qid].replace(' ', '_')}" for qid, _ in self.rows]

        self.assertEqual(len(command), len(wanted))
        for labels, label in zip(probabilities, command):  # of labels that tie, either may come first
            self.assertAlmostEqual(labels[label], max(labels.values()), delta=SCORE_TOLERANCE)
        self.assertGreater(np.mean([a == b for a, b in zip(command, wanted)]), 0.8)

    def test_fasttext_predicts_with_the_bias_that_the_model_was_trained_with(self):
        trained = work_folder() / "trained-links"
        linktrail(2, "train", "links", "--input", work_folder() / "in" / "pagelinks.tsv", "--labels",
                  work_folder() / "in" / "labels.tsv", "--output", trained, "--dim", 7, "--epochs", 3, "--min-rounds", 2)
        with h5py.File(trained / "model.h5", "r") as file:
            vectors, outputs, qids = file["vectors"][:], file["output_vectors"][:], file["qid"][:]
        self.assertEqual(len(vectors), len(qids) + 1)
        row = {f"Q{qid}": i for i, qid in enumerate(qids)}
        model = fasttext.load_model(str(exported("links.bin", "fasttext-bin", trained)))

        for _, links in self.rows[:20]:
            bag = [row[link] for link in links.split() if link in row] + [len(qids)]
            probabilities = 1 / (1 + np.exp(-outputs @ vectors[bag].mean(axis=0)))
            found = sorted(model.predict(links, k=len(outputs))[1])
            np.testing.assert_allclose(found, sorted(probabilities), atol=SIGMOID_STEP)

    def test_neighbours_of_a_link_on_the_command_line_are_exact(self):
        model = fasttext.load_model(str(self.path))
        words, vectors = model.get_words(), model.get_input_matrix()
        text = fasttext_cli("nn", self.path, K, text=words[3] + "\n")
        lines = [line.replace("Query word?", "").split() for line in text.splitlines()]
        assert_nearest(self, vectors, words, 3, [(line[0], float(line[1])) for line in lines if len(line) == 2])
        self.assertTrue(np.isfinite(unit(vectors)).all())


def fasttext_cli(*args, text):
    return subprocess.run(["fasttext", *map(str, args)], input=text, capture_output=True, text=True, check=True,
                          timeout=60).stdout


if __name__ == "__main__":
    unittest.main()
