"""A model that Debian's fastText trained can be the start of ours: with steps of next to nothing, ours is that model."""
import subprocess
import unittest

import fasttext
import h5py
import numpy as np
from small_snapshot import linktrail, work_folder

DIM = 11
STANDSTILL = ["--epochs", 1, "--lr", 1e-12, "--min-rounds", 1]


def fasttext_model(name, command, text, *more):
    path = work_folder() / name
    subprocess.run(["fasttext", command, "-input", text, "-output", path, "-dim", str(DIM), "-minCount", "1", "-minn", "0",
                    "-maxn", "0", "-epoch", "2", "-thread", "1", "-verbose", "0", *more], check=True, timeout=60)
    return path.with_suffix(".bin")


class FastTextAsStart(unittest.TestCase):
    def test_of_sessions_both_matrices_and_the_end_of_a_line_are_taken_over(self):
        sessions = work_folder() / "in" / "sessions.txt"
        start = fasttext_model("ft-reader", "cbow", sessions)
        output = work_folder() / "from-ft-reader"

        linktrail(2, "train", "reader", "--input", sessions, "--output", output, "--dim", DIM, "--min-count", 1,
                  "--init-from", start, *STANDSTILL)

        theirs = fasttext.load_model(str(start))
        row = {word: i for i, word in enumerate(theirs.get_words())}
        with h5py.File(output / "model.h5", "r") as ours:
            order = [row[f"Q{qid}"] for qid in ours["qid"][:]] + [row["</s>"]]
            np.testing.assert_allclose(ours["vectors"][:], theirs.get_input_matrix()[order], atol=1e-6)
            np.testing.assert_allclose(ours["output_vectors"][:], theirs.get_output_matrix()[order], atol=1e-6)

    def test_of_labelled_links_output_rows_find_their_labels(self):
        folder = work_folder() / "in"
        labels = dict(line.split("\t") for line in (folder / "labels.tsv").read_text().splitlines())
        rows = [line.split("\t") for line in (folder / "pagelinks.tsv").read_text().splitlines()[1:]]
        text = work_folder() / "ft-links.txt"
        text.write_text("".join(f"__label__{labels[qid].replace(' ', '_')} {links}\n" for _, _, qid, links in rows
                                if qid in labels and links))
        start = fasttext_model("ft-links", "supervised", text, "-loss", "ova")
        output = work_folder() / "from-ft-links"

        linktrail(2, "train", "links", "--input", folder / "pagelinks.tsv", "--labels", folder / "labels.tsv", "--output",
                  output, "--dim", DIM, "--min-count", 1, "--init-from", start, *STANDSTILL)

        theirs = fasttext.load_model(str(start))
        row = {label: i for i, label in enumerate(theirs.get_labels())}
        with h5py.File(output / "model.h5", "r") as ours:
            names = ours["label_names"][:].tobytes().decode().splitlines()
            order = [row[f"__label__{name.replace(' ', '_')}"] for name in names]
            np.testing.assert_allclose(ours["output_vectors"][:], theirs.get_output_matrix()[order], atol=1e-6)


if __name__ == "__main__":
    unittest.main()
