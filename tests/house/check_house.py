#!/usr/bin/python3
"""Checks that the house stands as drawn: who includes and links whom, where MPI, HDF5 and hnswlib may appear, how long files
are, that algorithms do not print, and that no build is tied to one machine's instruction set.

usage: check_house.py REPOSITORY [ARROWS.json]     prints one line a fault; exit code 1 if there is any
A rule is a function(house) that yields faults; RULES names them all, and check_house_test.py breaks each of them once.
"""
import collections
import json
import pathlib
import re
import sys

SOURCE_SUFFIXES = {".h", ".cpp"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
PRINTS = re.compile(r"\bstd::(cout|cerr|clog)\b|(?<![\w.])(std::)?(printf|fprintf|puts|putchar|vprintf)\s*\(|\bfmt::print\s*\(")
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
ADD_ROOM = re.compile(r"\badd_room\s*\(\s*(\w+)([^)]*)\)")
LINK_LIBRARIES = re.compile(r"\btarget_link_libraries\s*\(\s*(\w+)([^)]*)\)")
LINKED_ROOM = re.compile(r"\blinktrail(?:::|_)(\w+)")
# Targets that are not rooms but share the prefix.
NO_ROOMS = {"warnings", "hnswlib_headers", "mpi_test_main"}
MACHINE_FLAGS = re.compile(r"-m(arch|tune|cpu)=native|-ffast-math")

Fault = collections.namedtuple("Fault", "rule path line text")


class House:
    """The files of a repository that rules look at, with each file's room (folder of src/, or mpi_jobs, or tools)."""

    def __init__(self, root, table):
        self.root = pathlib.Path(root)
        self.arrows = table["arrows"]
        self.only_here = table["only_here"]
        self.silent_rooms = set(table["silent_rooms"])
        self.max_lines = table["max_lines"]
        self.texts = {path: (self.root / path).read_text(encoding="utf-8") for path in sorted(self._paths())}

    def _paths(self):
        for top in ("src", "mpi_jobs", "tools", "tests", "bench", "cmake"):
            for path in (self.root / top).rglob("*"):
                if path.is_file() and (path.suffix in SOURCE_SUFFIXES | {".cmake"} or path.name == "CMakeLists.txt"):
                    yield path.relative_to(self.root).as_posix()
        for name in ("CMakeLists.txt", "CMakePresets.json"):
            if (self.root / name).is_file():
                yield name

    @staticmethod
    def room_of(path):
        parts = path.split("/")
        if parts[0] == "src" and len(parts) > 2:
            return parts[1]
        return parts[0] if parts[0] in ("mpi_jobs", "tools") and len(parts) > 1 else None

    def sources(self):
        """(path, room, text) of the program's own C++ files."""
        for path, text in self.texts.items():
            room = self.room_of(path)
            if room and pathlib.PurePosixPath(path).suffix in SOURCE_SUFFIXES:
                yield path, room, text

    def build_files(self):
        for path, text in self.texts.items():
            if pathlib.PurePosixPath(path).suffix not in SOURCE_SUFFIXES:
                yield path, re.sub(r"#[^\n]*", "", text) if not path.endswith(".json") else text


def includes(text):
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def room_is_known(house):
    for path, room, _ in house.sources():
        if room not in house.arrows:
            yield Fault("room-is-known", path, 1, f"room '{room}' is not in the table of arrows")


def includes_follow_arrows(house):
    for path, room, text in house.sources():
        allowed = {room, *house.arrows.get(room, [])}
        for number, _, header in includes(text):
            target = header.split("/")[0]
            if "/" in header and target in house.arrows and target not in allowed:
                yield Fault("includes-follow-arrows", path, number, f"{room} may not include {header}")


def includes_name_their_room(house):
    for path, room, text in house.sources():
        for number, quoted, header in includes(text):
            if quoted and header.split("/")[0] not in house.arrows:
                yield Fault("includes-name-their-room", path, number,
                            f'"{header}" names no room; write "{room}/{header}" if it is this room\'s own')


def libraries_stay_home(house):
    for path, _, text in house.sources():
        for number, _, header in includes(text):
            for rule in house.only_here:
                if re.search(rule["header"], header) and not any(re.search(home, path) for home in rule["paths"]):
                    yield Fault("libraries-stay-home", path, number, f"<{header}>: {rule['why']}")


def links_follow_arrows(house):
    for path, text in house.build_files():
        declarations = [(m, m.group(1)) for m in ADD_ROOM.finditer(text) if path.startswith("src/")]
        if path.startswith(("src/", "mpi_jobs/", "tools/")):
            declarations += [(m, m.group(1).removeprefix("linktrail_") if path.startswith("src/") else house.room_of(path))
                             for m in LINK_LIBRARIES.finditer(text)]
        for match, room in declarations:
            for target in LINKED_ROOM.findall(match.group(2)):
                if target not in NO_ROOMS and target not in {room, *house.arrows.get(room, [])}:
                    yield Fault("links-follow-arrows", path, line_of(text, match.start()), f"{room} may not link {target}")


def includes_are_linked(house):
    """A room that includes another must also link it: else it builds only because of who else is in the program."""
    linked = collections.defaultdict(set)
    for path, text in house.build_files():
        if path.startswith("src/"):
            for match in [*ADD_ROOM.finditer(text), *LINK_LIBRARIES.finditer(text)]:
                linked[match.group(1).removeprefix("linktrail_")].update(LINKED_ROOM.findall(match.group(2)))
    reachable = {room: set(_reach(room, linked)) for room in list(linked)}
    for path, room, text in house.sources():
        if room in reachable:
            for number, _, header in includes(text):
                target = header.split("/")[0]
                if "/" in header and target in house.arrows and target != room and target not in reachable[room]:
                    yield Fault("includes-are-linked", path, number, f"{room} includes {header} but does not link {target}")


def _reach(room, linked):
    seen, todo = set(), [room]
    while todo:
        for target in linked.get(todo.pop(), ()):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def files_are_short(house):
    for path, text in house.texts.items():
        lines = len(text.splitlines())
        if lines > house.max_lines:
            yield Fault("files-are-short", path, lines, f"{lines} lines; split it, {house.max_lines} is the limit")


def algorithms_are_silent(house):
    for path, room, text in house.sources():
        if room in house.silent_rooms:
            bare = COMMENT_OR_STRING.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
            for match in PRINTS.finditer(bare):
                yield Fault("algorithms-are-silent", path, line_of(bare, match.start()),
                            f"{match.group().strip()} in room {room}: return stats or take an observer")


def builds_run_anywhere(house):
    for path, text in house.build_files():
        for match in MACHINE_FLAGS.finditer(text):
            yield Fault("builds-run-anywhere", path, line_of(text, match.start()), f"{match.group()}: clusters mix machines")


def headers_are_guarded(house):
    for path, _, text in house.sources():
        if path.endswith(".h") and not re.search(r"^#pragma once$", text, re.MULTILINE):
            yield Fault("headers-are-guarded", path, 1, "no #pragma once")


def files_open_with_their_purpose(house):
    """Headers and lone sources say what they are for before line 15; a .cpp beside its header is introduced by it."""
    introducing = {(house.room_of(path), pathlib.PurePosixPath(path).stem) for path in house.texts if path.endswith(".h")}
    for path, room, text in house.sources():
        introduced = path.endswith(".cpp") and (room, pathlib.PurePosixPath(path).stem) in introducing
        if not introduced and not any(line.startswith("//") for line in text.splitlines()[:15]):
            yield Fault("files-open-with-their-purpose", path, 1, "does not open with a comment that says what it is for")


RULES = [room_is_known, includes_follow_arrows, includes_name_their_room, libraries_stay_home, links_follow_arrows,
         includes_are_linked, files_are_short, algorithms_are_silent, builds_run_anywhere, headers_are_guarded,
         files_open_with_their_purpose]


def check(root, table):
    house = House(root, table)
    return [fault for rule in RULES for fault in rule(house)]


def main(arguments):
    root = pathlib.Path(arguments[0])
    arrows = pathlib.Path(arguments[1]) if len(arguments) > 1 else pathlib.Path(__file__).with_name("arrows.json")
    table = json.loads(arrows.read_text(encoding="utf-8"))
    faults = check(root, table)
    for fault in faults:
        print(f"{fault.path}:{fault.line}: [{fault.rule}] {fault.text}")
    if not any(True for _ in House(root, table).sources()):
        print(f"{root}: no sources found; is this the repository?")
        return 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
