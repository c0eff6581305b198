#!/usr/bin/python3
"""Checks a published snapshot against its own manifest: every listed file exists and has its sha256, and nothing is missing.

usage: check_snapshot.py [--ranks N] FOLDER    exit code 1 and a list of faults if anything is wrong; --ranks: made by N
       check_snapshot.py --print-qid FOLDER   the first article of the reader model, for a query
The manifest is searched for objects with a "sha256" and a "path", and for a map from relative path to digest.
"""
import hashlib
import json
import pathlib
import re
import sys

MUST_HAVE = ("reader/embeddings.h5", "reader/index.hnsw", "links/embeddings.h5", "links/index.hnsw")
DIGEST = re.compile(r"^(sha256:)?[0-9a-f]{64}$")


def digests(manifest, key="files"):
    """Relative path -> hex digest, from manifest["files"] as a list of objects or as a map."""
    files = manifest[key]
    entries = files if isinstance(files, list) else [
        {"path": path, **(value if isinstance(value, dict) else {"sha256": value})} for path, value in files.items()]
    return {entry["path"]: entry["sha256"] for entry in entries}


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def faults(folder, ranks=None):
    manifest = json.loads((folder / "manifest.json").read_text())
    if ranks is not None and manifest["ranks"] != ranks:
        yield f"made by {manifest['ranks']} ranks, expected {ranks}"
    listed = digests(manifest)
    for path in MUST_HAVE:
        if path not in listed:
            yield f"{path} is not in the manifest"
    for path, expected in listed.items():
        if not DIGEST.match(expected):
            yield f"{path}: '{expected}' is no sha256"
        elif not (folder / path).is_file():
            yield f"{path} is in the manifest but not in the folder"
        elif sha256(folder / path) != expected.removeprefix("sha256:"):
            yield f"{path} differs from its sha256 in the manifest"


def first_qid(folder):
    import h5py  # Debian's python3-h5py; only this mode needs it
    with h5py.File(folder / "reader" / "embeddings.h5", "r") as file:
        return f"Q{file['qid'][0]}"


def main(arguments):
    folder = pathlib.Path(arguments[-1])
    if arguments[0] == "--print-qid":
        print(first_qid(folder))
        return 0
    ranks = int(arguments[1]) if arguments[0] == "--ranks" else None
    found = list(faults(folder, ranks))
    for fault in found:
        print(f"FAILED: {folder}: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
