#!/usr/bin/python3
"""Shows that every rule of check_house.py can fail: a small good tree passes, and each tree with one thing broken gives
exactly the fault that was meant."""
import json
import pathlib
import tempfile
import unittest

import check_house

TABLE = json.loads(pathlib.Path(__file__).with_name("arrows.json").read_text(encoding="utf-8"))

GOOD = {
    "src/core/ids.h": "// Ids.\n#pragma once\n#include <cstdint>\n",
    "src/core/ids.cpp": '// Ids.\n#include "core/ids.h"\n',
    "src/core/CMakeLists.txt": "add_room(core SOURCES ids.cpp PUBLIC fmt::fmt)\n",
    "src/comm/reduce.h": '#pragma once\n// Reductions.\n#include <mpi.h>\n#include <boost/mpi/communicator.hpp>\n#include "core/ids.h"\n',
    "src/comm/CMakeLists.txt": "add_room(comm SOURCES reduce.cpp PUBLIC linktrail::core MPI::MPI_CXX)\n",
    "src/h5/file.cpp": '// Files.\n#include <hdf5.h>\n#include "comm/reduce.h"\n',
    "src/h5/CMakeLists.txt": "add_room(h5 SOURCES file.cpp PUBLIC linktrail::comm PRIVATE linktrail_warnings)\n",
    "src/index/hnswlib_adapter.cpp": '// Adapter. Says nothing: printf("x") and std::cout are for jobs.\n#include <hnswlib/hnswlib.h>\n'
                                     'const char* kText = "std::cout";\n',
    "mpi_jobs/main.cpp": '// Registry.\n#include <cstdio>\n#include "h5/file.h"\nint main() { printf("hello"); }\n',
    "mpi_jobs/CMakeLists.txt": "target_link_libraries(linktrail PRIVATE linktrail::h5)\n",
    "CMakeLists.txt": "# never -march=native\nproject(x)\n",
}

# rule -> (what is broken, files that replace or join the good ones)
BROKEN = [
    ("room-is-known", "a new folder without a line in the table", {"src/attic/a.h": "// A.\n#pragma once\n"}),
    ("includes-follow-arrows", "core looks up to comm", {"src/core/ids.cpp": '// Ids.\n#include "comm/reduce.h"\n',
                                                           "src/core/CMakeLists.txt": "add_library(x)\n"}),
    ("includes-follow-arrows", "angle brackets do not hide it", {"src/corpus/a.cpp": "// A.\n#include <dist/train.h>\n"}),
    ("includes-follow-arrows", "a job reaches the server", {"mpi_jobs/main.cpp": '// M.\n#include "serve/http.h"\n'}),
    ("includes-follow-arrows", "the server reaches MPI", {"tools/serve.cpp": '// S.\n#include "comm/reduce.h"\n'}),
    ("includes-name-their-room", "a header without its room", {"src/core/ids.cpp": '// Ids.\n#include "ids.h"\n'}),
    ("libraries-stay-home", "MPI in the distributed layer", {"src/dist/a.cpp": "// A.\n#include <mpi.h>\n"}),
    ("libraries-stay-home", "Boost.MPI in a job", {"mpi_jobs/main.cpp": "// M.\n#include <boost/mpi.hpp>\n"}),
    ("libraries-stay-home", "HDF5 in the snapshot", {"src/snapshot/a.cpp": "// A.\n#  include <hdf5.h>\n"}),
    ("libraries-stay-home", "hnswlib beside its adapter", {"src/index/a.cpp": "// A.\n#include <hnswlib/hnswlib.h>\n"}),
    ("links-follow-arrows", "core links comm", {"src/core/CMakeLists.txt": "add_room(core SOURCES ids.cpp\n  PUBLIC linktrail::comm)\n"}),
    ("links-follow-arrows", "by the other command",
     {"src/index/CMakeLists.txt": "target_link_libraries(linktrail_index PRIVATE linktrail_dist)\n"}),
    ("links-follow-arrows", "a tool links MPI's room", {"tools/CMakeLists.txt": "target_link_libraries(serve PRIVATE linktrail::comm)\n"}),
    ("includes-are-linked", "used but not linked", {"src/h5/CMakeLists.txt": "add_room(h5 SOURCES file.cpp)\n"}),
    ("files-are-short", "401 lines", {"src/core/long.cpp": "// L.\n" + "\n" * 400}),
    ("files-are-short", "tests too", {"tests/unit/core/long_test.cpp": "\n" * 401}),
    ("algorithms-are-silent", "cout", {"src/index/a.cpp": "// A.\nvoid f() { std::cout << 1; }\n"}),
    ("algorithms-are-silent", "printf", {"src/embedding/a.cpp": '// A.\nvoid f() { printf("loss"); }\n'}),
    ("algorithms-are-silent", "fmt::print", {"src/dist/a.cpp": '// A.\nvoid f() { fmt::print("x"); }\n'}),
    ("builds-run-anywhere", "native code", {"src/core/CMakeLists.txt": "add_room(core)\nadd_compile_options(-march=native)\n"}),
    ("builds-run-anywhere", "in a preset", {"CMakePresets.json": '{"CMAKE_CXX_FLAGS": "-O3 -ffast-math"}\n'}),
    ("headers-are-guarded", "no guard", {"src/core/b.h": "// B.\n#include <vector>\n"}),
    ("files-open-with-their-purpose", "no opening comment", {"src/core/b.cpp": "#include <vector>\n"}),
]


def faults_of(files):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            target = pathlib.Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return check_house.check(folder, TABLE)


class CheckHouse(unittest.TestCase):
    def test_a_good_tree_has_no_faults(self):
        self.assertEqual(faults_of(GOOD), [])

    def test_each_broken_tree_gives_the_meant_fault_and_no_other(self):
        for rule, what, files in BROKEN:
            with self.subTest(rule=rule, what=what):
                faults = faults_of({**GOOD, **files})
                self.assertEqual({fault.rule for fault in faults}, {rule}, faults)
                self.assertIn(faults[0].path, files.keys() | {"src/h5/file.cpp"})

    def test_every_rule_is_broken_at_least_once(self):
        names = {rule.__name__.replace("_", "-") for rule in check_house.RULES}
        self.assertEqual(names, {rule for rule, _, _ in BROKEN})

    def test_the_arrows_have_no_cycle(self):
        arrows = TABLE["arrows"]
        for room in arrows:
            self.assertNotIn(room, check_house._reach(room, arrows))


if __name__ == "__main__":
    unittest.main()
