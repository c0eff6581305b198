"""The published files as h5py and sha256sum see them: what docs/file-formats.md promises."""
import json
import subprocess
import unittest

import h5py
import numpy as np
from small_snapshot import LINKS_DIM, READER_DIM, embeddings, snapshot, trained_reader, unit, work_folder

DIMS = {"reader": READER_DIM, "links": LINKS_DIM}
ISO_8601_UTC = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


class Hdf5(unittest.TestCase):
    def test_root_attributes_say_what_the_file_is(self):
        for model, dim in DIMS.items():
            with self.subTest(model=model), h5py.File(snapshot() / model / "embeddings.h5", "r") as file:
                attributes = file.attrs
                self.assertEqual(text(attributes["format_name"]), "linktrail-embeddings")
                self.assertEqual(text(attributes["format_version"]), "1.0")
                self.assertRegex(text(attributes["producer"]), r"^linktrail \d+\.\d+\.\d+")
                self.assertRegex(text(attributes["run_id"]), r"^[0-9a-f]{16}$")
                self.assertEqual(json.loads(text(attributes["config"]))["dim"], dim)
                self.assertEqual(text(attributes["metric"]), "cosine")
                self.assertEqual(text(attributes["model"]), model)
                self.assertEqual(attributes["dim"], dim)
                self.assertRegex(text(attributes["created"]), ISO_8601_UTC)

    def test_datasets_have_the_promised_types_and_shapes(self):
        for model, dim in DIMS.items():
            with self.subTest(model=model), h5py.File(snapshot() / model / "embeddings.h5", "r") as file:
                rows = file["qid"].shape[0]
                self.assertGreater(rows, 300)
                for name, kind, shape in (("vectors", np.float32, (rows, dim)), ("qid", np.int64, (rows,)),
                                          ("count", np.int64, (rows,))):
                    self.assertEqual(file[name].dtype, kind)
                    self.assertEqual(file[name].shape, shape)

    def test_rows_are_distinct_articles_with_usable_vectors(self):
        for model in DIMS:
            with self.subTest(model=model):
                qids, vectors, counts = embeddings(snapshot() / model / "embeddings.h5")
                self.assertEqual(len(set(qids)), len(qids))
                self.assertTrue((counts > 0).all())
                self.assertTrue(np.isfinite(vectors).all())
                self.assertTrue((np.linalg.norm(vectors, axis=1) > 0).all())

    def test_reader_rows_fall_by_count_and_link_rows_rise_by_qid(self):
        reader_qids, _, counts = embeddings(snapshot() / "reader" / "embeddings.h5")
        link_qids, _, _ = embeddings(snapshot() / "links" / "embeddings.h5")
        by_count = sorted(zip(-counts, reader_qids))
        self.assertEqual([qid for _, qid in by_count], list(reader_qids))
        self.assertEqual(sorted(link_qids), list(link_qids))

    def test_counts_are_those_of_the_sessions(self):
        # trained without a holdout, so every occurrence counts
        tokens = (work_folder() / "in" / "sessions.txt").read_text().split()
        qids, _, counts = embeddings(trained_reader() / "embeddings.h5")
        for qid, count in list(zip(qids, counts))[::17]:
            self.assertEqual(count, tokens.count(f"Q{qid}"))

    def test_the_model_file_holds_both_matrices(self):
        with h5py.File(trained_reader() / "model.h5", "r") as file:
            self.assertEqual(text(file.attrs["format_name"]), "linktrail-model")
            articles = file["qid"].shape[0]
            for name in ("vectors", "output_vectors"):
                self.assertEqual(file[name].dtype, np.float32)
                self.assertIn(file[name].shape, ((articles, READER_DIM), (articles + 1, READER_DIM)))
            qids, vectors, _ = embeddings(trained_reader() / "embeddings.h5")
            np.testing.assert_array_equal(file["qid"][:], qids)
            np.testing.assert_array_equal(file["vectors"][:articles], vectors)

    def test_a_link_vector_points_where_the_mean_of_its_links_does(self):
        import fasttext
        model = fasttext.load_model(str(snapshot() / "links" / "model.bin"))
        known = set(model.get_words())
        bags = {}
        for line in (work_folder() / "in" / "pagelinks.tsv").read_text().splitlines()[1:]:
            _, _, qid, links = line.split("\t")
            bags.setdefault(qid, set()).update(known.intersection(links.split()))
        qids, vectors, _ = embeddings(snapshot() / "links" / "embeddings.h5")
        for qid, vector in list(zip(qids, vectors))[::11]:
            mean = np.mean([model.get_word_vector(word) for word in bags[f"Q{qid}"]], axis=0)
            self.assertGreater(float(unit(mean) @ unit(vector)), 0.9999, f"Q{qid}")


class Manifest(unittest.TestCase):
    def test_sha256sum_agrees_with_the_manifest(self):
        files = json.loads((snapshot() / "manifest.json").read_text())["files"]
        lines = "".join(f"{entry['sha256']}  {entry['path']}\n" for entry in files)
        process = subprocess.run(["sha256sum", "--check", "--strict"], input=lines, cwd=snapshot(), capture_output=True,
                                 text=True, check=False)
        self.assertEqual(process.returncode, 0, process.stdout + process.stderr)
        self.assertGreaterEqual(len(files), 11)
        for entry in files:
            self.assertEqual((snapshot() / entry["path"]).stat().st_size, entry["bytes"])


if __name__ == "__main__":
    unittest.main()
