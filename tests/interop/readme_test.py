"""The lines of Python in README.md do what README.md says, on a snapshot as users have it."""
import pathlib
import re
import shlex
import subprocess
import sys
import unittest

from small_snapshot import linktrail, snapshot, work_folder

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


class Readme(unittest.TestCase):
    def test_its_python_prints_neighbours_from_all_three_tools(self):
        program = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL).group(1)
        export = re.search(r"^# linktrail (export .*)$", program, re.MULTILINE).group(1)
        snapshot()
        linktrail(1, *(str(work_folder() / word) if "." in word else word for word in shlex.split(export)))

        process = subprocess.run([sys.executable, "-c", program], cwd=work_folder(), capture_output=True, text=True,
                                 timeout=60, check=False)

        self.assertEqual(process.returncode, 0, process.stderr)
        lines = process.stdout.splitlines()
        self.assertEqual(len(lines), 3, process.stdout)
        for line in lines:
            self.assertEqual(len(re.findall(r"'Q\d+'", line)), 10, line)


if __name__ == "__main__":
    unittest.main()
