"""The sets of data that rules are compared on, each split once into what is trained on and what is held out.

Wikispeedia's sessions come sorted by their first article, so that every rank would train another part of the
encyclopaedia, and one rank one part after the other; real logs do not. "wikispeedia-shuffled" has them in random order.
"""

import random
from dataclasses import dataclass
from pathlib import Path

from buckets import Probes
from tools import split_sessions
from worlds import WORLDS, count_tokens, make_world

MIN_COUNT = 5
FLAGS = {"dim": 64, "window": 5, "lr": 0.05, "subsample": 0.1, "min-count": MIN_COUNT}
SHUFFLED = "wikispeedia-shuffled"
WIKISPEEDIA = ("wikispeedia", SHUFFLED)
WIKISPEEDIA_EPOCHS = 20
WIKISPEEDIA_HELD_OUT = 0.1
WIKISPEEDIA_PROBES = 20_000  # a bucket: all there are


@dataclass(frozen=True)
class DataSet:
    name: str
    train: Path
    epochs: int
    probes: Probes

    def flags(self, epochs=None):
        return {**FLAGS, "epochs": epochs or self.epochs}

    def words(self, epochs=None):
        return count_tokens(self.train)[0] * (epochs or self.epochs)


def make_set(tools, name, arguments):
    if name in WIKISPEEDIA:
        folder, labels = split_wikispeedia(tools, name, arguments.data), arguments.data / "labels.tsv"
        epochs, wanted = WIKISPEEDIA_EPOCHS, WIKISPEEDIA_PROBES
    else:
        world = WORLDS[name]
        folder, epochs, wanted = make_world(tools, world), world.epochs_of_ranks or world.epochs, world.probes
        labels = folder / "labels.tsv"
    train = folder / "train.txt"
    probes = Probes(train, folder / "heldout.txt", labels, MIN_COUNT, arguments.probes or wanted)
    return DataSet(name, train, epochs, probes)


def split_wikispeedia(tools, name, source):
    folder = tools.work / name
    folder.mkdir(exist_ok=True)
    train = folder / "train.txt"
    if not train.exists():
        split_sessions(source / "sessions.txt", train, folder / "heldout.txt", WIKISPEEDIA_HELD_OUT)
        if name == SHUFFLED:
            lines = train.read_text(encoding="utf-8").splitlines(keepends=True)
            random.Random(1).shuffle(lines)
            train.write_text("".join(lines), encoding="utf-8")
    return folder
