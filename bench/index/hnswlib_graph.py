"""Links of an hnswlib 0.6.2 index file, read with numpy alone.

Deliberately not the project's own reader (src/index/hnswlib_reader.cpp): the benchmark recomputes reachability from the
bytes that were written. Layout, little endian: a 96-byte header, then fixed records of level 0 (u16 count, u16 flags,
2 M u32 links, dim f32, u64 label), then the lists of upper levels (not read here).
"""

import struct
from typing import NamedTuple

import numpy as np

HEADER = struct.Struct("<QQQQQQiIQQQdQ")


class Graph(NamedTuple):
    links: np.ndarray  # [n, 2 M] uint32; entries from counts[i] on are unused
    counts: np.ndarray  # [n] uint16
    labels: np.ndarray  # [n] uint64
    entry_point: int


def read_graph(path):
    """Level 0 of the file at `path`. Raises ValueError if its header does not add up."""
    with open(path, "rb") as file:
        header = HEADER.unpack(file.read(HEADER.size))
        _, _, nodes, record_bytes, label_offset, vector_offset, _, entry_point, _, max_links, _, _, _ = header
        if vector_offset != 4 + 4 * max_links or record_bytes != label_offset + 8:
            raise ValueError(f"{path}: not an hnswlib index file")
        record = np.dtype(
            {
                "names": ["count", "links", "label"],
                "formats": ["<u2", ("<u4", (max_links,)), "<u8"],
                "offsets": [0, 4, label_offset],
                "itemsize": record_bytes,
            }
        )
        records = np.fromfile(file, dtype=record, count=nodes)
    return Graph(records["links"].copy(), records["count"].copy(), records["label"].copy(), entry_point)


def count_unreachable(graph):
    """Nodes that no walk over level 0 from the entry point arrives at."""
    seen = np.zeros(len(graph.counts), dtype=bool)
    frontier = np.array([graph.entry_point])
    seen[frontier] = True
    slots = np.arange(graph.links.shape[1])
    while frontier.size:
        used = slots[None, :] < graph.counts[frontier, None]
        targets = np.unique(graph.links[frontier][used])
        frontier = targets[~seen[targets]]
        seen[frontier] = True
    return int((~seen).sum())
