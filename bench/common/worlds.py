"""The simulated worlds that benches train on: made once a work folder, with the same lines for every program.

Readers of most worlds draw articles of a topic by popularity: what they read next tells nothing of one rare article
rather than another, so agreement of labels is what such a world can be judged by. Readers who follow links are more
like real ones (Arora, Gerlach, Piccardi et al., WSDM 2022), and what they read next can be learnt for rare articles too.
"""

import shutil
from dataclasses import dataclass, field

import numpy as np

from tools import split_sessions

TOPICS = 64
HELD_OUT = 0.02  # of the sessions
MEAN_SESSION = 4.3  # articles of a simulated session
MEAN_WALK = 6.0  # of one that follows links
TAIL_SESSION = 10
MAKE_RATE = 1e6  # tokens of sessions or links made, written and split a second, about


@dataclass(frozen=True)
class World:
    name: str
    articles: int
    sessions: int
    epochs: int
    bars: dict = field(default_factory=dict)  # times fastText's words a second asked of each model
    probes: int = 5000  # pairs and articles a frequency bucket
    follows_links: bool = False
    epochs_of_ranks: int = 0  # where numbers of ranks are compared; 0: as many

    def tokens(self):
        """About: of the sessions."""
        return self.sessions * (MEAN_WALK if self.follows_links else MEAN_SESSION)

    def words(self):
        """About: trained on in all epochs."""
        return self.tokens() * (1 - HELD_OUT) * self.epochs

    def seconds_to_make(self):
        return (self.tokens() + self.articles * 60) / MAKE_RATE


WORLDS = {world.name: world for world in (
    World("tiny", 2_000, 20_000, 2),  # to try the bench itself
    World("50k", 50_000, 1_000_000, 5, {"cbow": 20, "skipgram": 30}),
    World("50k-links", 50_000, 1_000_000, 5, follows_links=True, epochs_of_ranks=20),
    World("50k-dense", 50_000, 7_000_000, 5),  # 600 tokens an article and epoch, as in production
    World("1M", 1_000_000, 4_000_000, 2, {"cbow": 15, "skipgram": 20}, 1700),
)}


def make_world(tools, world):
    """Folder with train.txt, heldout.txt, labels.tsv."""
    folder = tools.work / world.name
    if not (folder / "train.txt").exists():
        tools.linktrail(1, "simulate", "world", "--output", folder, "--articles", world.articles, "--sessions",
                        1 if world.follows_links else world.sessions, "--topics", TOPICS)
        if world.follows_links:
            tools.linktrail(1, "simulate", "walk", "--input", folder / "pagelinks.tsv", "--output",
                            folder / "sessions.txt", "--sessions", world.sessions)
        split_sessions(folder / "sessions.txt", folder / "train.txt", folder / "heldout.txt", HELD_OUT)
    return folder


def make_full_world(tools, articles, sessions):
    """File of sessions of a world in which every article occurs: the popular ones as simulated, and all once more in
    sessions of ten, spread evenly among the others. Needs no links, so it is made with none."""
    folder = tools.work / f"full-{articles}-{sessions}"
    if not (folder / "train.txt").exists():
        tools.linktrail(1, "simulate", "world", "--output", folder, "--articles", articles, "--sessions", sessions,
                        "--topics", TOPICS, "--links", 0, "--wikis", 1)
        mix_in_every_article(folder)
        for name in ("pagelinks.tsv", "titles.tsv", "labels.tsv", "sessions.txt"):
            (folder / name).unlink()
    return folder / "train.txt"


def mix_in_every_article(folder):
    with open(folder / "titles.tsv", encoding="utf-8") as lines:
        words = np.array([line.split("\t", 1)[0] for line in lines])
    np.random.default_rng(1).shuffle(words)
    tail = np.array_split(words, max(1, len(words) // TAIL_SESSION))
    with open(folder / "sessions.txt", encoding="ascii") as lines:
        every = max(1, sum(1 for _ in lines) // len(tail))
    with open(folder / "sessions.txt", encoding="ascii") as lines, open(folder / "train.part", "w") as out:
        for number, line in enumerate(lines):
            out.write(line)
            if number % every == 0 and tail:
                out.write(" ".join(tail.pop()) + "\n")
        out.writelines(" ".join(words) + "\n" for words in tail)
    (folder / "train.part").rename(folder / "train.txt")


def count_tokens(path):
    """Tokens and lines of a sessions file."""
    tokens = sessions = 0
    with open(path, encoding="ascii") as lines:
        for line in lines:
            tokens += line.count(" ") + 1
            sessions += 1
    return tokens, sessions


def free_bytes(path):
    return shutil.disk_usage(path).free
