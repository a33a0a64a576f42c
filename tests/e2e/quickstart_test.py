"""deploy/quickstart.sh in the tree that is built already: what it shows, and that it repeats."""

import os
import pathlib
import subprocess
import unittest

from quotes_testing import CLEAN_ENVIRONMENT, QUOTED, SOURCE_DIR, TempDir

SCRIPT = SOURCE_DIR / "deploy/quickstart.sh"


class QuickstartTest(unittest.TestCase):
    """Works in a folder of its own, so that a reader's server is left alone."""

    def setUp(self):
        folder = self.enterContext(TempDir())
        # A name that a careless script would split.
        self.state = folder / "a folder"
        self.elsewhere = folder
        self.addCleanup(self.run_script, "--stop")

    def run_script(self, *arguments, code=0):
        result = subprocess.run(
            [str(SCRIPT), *arguments], cwd=self.elsewhere, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=500, check=False,
            env={**CLEAN_ENVIRONMENT, "QUOTES_QUICKSTART_DIR": str(self.state)})
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout

    def pid(self):
        return int((self.state / "quoted.pid").read_text(encoding="ascii"))

    def test_from_start_to_stop(self):
        first = self.run_script()
        self.assertIn("imported", first)
        self.assertIn("2 quotes", first)
        self.assertEqual(first.count("棚改项目"), 1)
        self.assertIn("PASS: word for word\n", first)
        self.assertIn("FAIL: altered", first)
        self.assertIn("任务 for 要务", first)
        pid = self.pid()
        self.assertEqual(pathlib.Path(os.readlink(f"/proc/{pid}/exe")), QUOTED)

        again = self.run_script()
        self.assertIn("still running", again)
        self.assertIn("unchanged", again)
        self.assertEqual(self.pid(), pid)

        self.assertIn("stopped", self.run_script("--stop"))
        self.assertFalse(os.path.exists(f"/proc/{pid}"))
        self.assertIn("no server", self.run_script("--stop"))

        # After a stop, and after a crash that left the pid file, it starts anew on the same data.
        self.assertIn("unchanged", self.run_script())
        os.kill(self.pid(), 9)
        self.assertIn("unchanged", self.run_script())

    def test_failure_is_told(self):
        self.state.mkdir()
        (self.state / "quotes.db").write_bytes(b"no database" * 1000)
        result = subprocess.run(
            [str(SCRIPT)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=500,
            check=False, env={**CLEAN_ENVIRONMENT, "QUOTES_QUICKSTART_DIR": str(self.state)})
        self.assertEqual(result.returncode, 1)
        self.assertIn("the server ended", result.stderr)
        self.assertIn("quotes.db", result.stderr)

    def test_usage(self):
        self.assertIn("--stop", self.run_script("--help"))
        self.run_script("--nonsense", code=2)


if __name__ == "__main__":
    unittest.main()
