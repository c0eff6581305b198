"""The configuration of a small snapshot, for the tests of jobs and of what other tools make of its files."""

TEXT = """
seed = 3
[input]
sessions = ["{input}/sessions.txt"]
pagelinks = ["{input}/pagelinks.tsv"]
labels = ["{input}/labels.tsv"]
titles = ["{input}/titles.tsv"]
[snapshot]
root = "{root}"
name = "2026-11"
[reader]
dim = {reader_dim}
epochs = 3
min_rounds = {min_rounds}
holdout = 0.05
[links]
dim = {links_dim}
epochs = 20
min_rounds = {min_rounds}
lr = 0.5
min_count = 1
holdout = 0.1
"""


def snapshot_config(folder, root, reader_dim=16, links_dim=16, min_rounds=40):
    """TOML for the flat files in `folder`, to be published under `root` as 2026-11."""
    return TEXT.format(input=folder, root=root, reader_dim=reader_dim, links_dim=links_dim, min_rounds=min_rounds)
