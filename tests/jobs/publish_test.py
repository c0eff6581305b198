"""Publishing that was cut short is finished by the next run, and two runs of one name do not meet."""
import os
import pathlib
import shutil
import tempfile
import unittest

from held_job import go_on, held_at_line, kill
from job import BAD_INPUT, DONE, STORAGE, TIME_LIMIT_S, JobTest, run
from snapshot_config import snapshot_config


class Publish(JobTest):
    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="linktrail-publish-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared)
        made = run(1, "simulate", "world", "--output", cls.shared / "in", "--articles", 300, "--sessions", 2000, "--topics", 5)
        assert made.returncode == DONE, made.stderr
        cls.root = cls.shared / "root"
        cls.config = cls.shared / "m.toml"
        cls.config.write_text(snapshot_config(cls.shared / "in", cls.root, min_rounds=2))
        published = run(2, "snapshot", cls.config)
        assert published.returncode == DONE, published.stderr
        shutil.copytree(cls.root, cls.shared / "as-published", symlinks=True)

    def setUp(self):
        super().setUp()
        shutil.rmtree(self.root)
        shutil.copytree(self.shared / "as-published", self.root, symlinks=True)
        self.current = self.root / "current"

    def again(self):
        return self.done(2, "snapshot", self.config).stderr

    def test_a_missing_current_is_made(self):
        self.current.unlink()
        self.assertIn("switched current", self.again())
        self.assertEqual(self.current.resolve(), (self.root / "2026-11").resolve())

    def test_a_dangling_current_is_switched(self):
        self.current.unlink()
        self.current.symlink_to("2026-10")
        self.assertIn("switched current", self.again())
        self.assertEqual(self.current.resolve(), (self.root / "2026-11").resolve())

    def test_a_current_that_leads_to_another_snapshot_is_left(self):
        shutil.copytree(self.root / "2026-11", self.root / "2026-12")
        self.current.unlink()
        self.current.symlink_to("2026-12")
        self.assertIn("nothing to do", self.again())
        self.assertEqual(os.readlink(self.current), "2026-12")

    def test_the_spelling_of_paths_makes_no_other_snapshot(self):
        relative = pathlib.Path(os.path.relpath(self.root))
        self.assertFalse(relative.is_absolute())
        for root in (relative, f"./{relative}", f"{self.root}/", self.root.parent / "." / "in" / ".." / "root"):
            with self.subTest(root=root):
                process = self.done(2, "snapshot", self.config, "--root", root)
                self.assertIn("nothing to do", process.stderr)
        shutil.copytree(self.shared / "in", self.folder / "moved")
        moved = self.write("n.toml", self.config.read_text().replace(f"{self.shared}/in/", f"{self.folder}/moved/"))
        self.assertIn("nothing to do", self.done(2, "snapshot", moved).stderr)

    def test_what_a_finished_run_left_behind_is_removed(self):
        (self.root / ".work" / "2026-11.stages").mkdir()
        self.again()
        self.assertEqual(list((self.root / ".work").iterdir()), [])

    def test_a_published_snapshot_that_was_damaged_is_not_called_unchanged(self):
        index = self.root / "2026-11" / "links" / "index.hnsw"
        whole = index.read_bytes()
        for damaged in (whole + b"x", b"\xff" + whole[1:], None):
            index.unlink()
            if damaged is not None:
                index.write_bytes(damaged)
            self.refused(BAD_INPUT, "links/index.hnsw", 2, "snapshot", self.config)

    def test_a_folder_named_current_is_refused_before_any_work(self):
        self.current.unlink()
        self.current.mkdir()
        for name in ("2026-11", "2026-12"):
            process = self.refused(STORAGE, "current", 2, "snapshot", self.config, "--name", name)
            self.assertNotIn("reader train", process.stderr)


class Lock(JobTest):
    def setUp(self):
        super().setUp()
        self.done(1, "simulate", "world", "--output", self.folder / "in", "--articles", 300, "--sessions", 2000, "--topics", 5)
        self.config = self.write("m.toml", snapshot_config(self.folder / "in", self.folder / "root"))

    def running(self):
        """A snapshot that is held at its first stage."""
        return held_at_line(self, "reader train", 2, "snapshot", self.config)

    def test_a_second_run_of_a_name_is_refused_at_once_and_the_first_goes_on(self):
        first = self.running()

        self.refused(STORAGE, "another run", 2, "snapshot", self.config)

        go_on(first)
        _, rest = first.communicate(timeout=TIME_LIMIT_S)
        self.assertEqual(first.returncode, DONE, rest)
        self.assertTrue((self.folder / "root" / "current" / "manifest.json").exists())

    def test_a_killed_run_locks_nobody_out(self):
        first = self.running()
        kill(first)
        self.assertTrue((self.folder / "root" / ".work" / "2026-11.lock").exists())

        self.done(2, "snapshot", self.config)

        self.assertEqual(list((self.folder / "root" / ".work").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
