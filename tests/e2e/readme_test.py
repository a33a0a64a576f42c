"""What README.md shows is what happens: its marked examples are run against a real server.

An example is marked by `<!-- tested -->` before its block. A console block is commands after `$ `,
each followed by exactly what it prints; other blocks are run and must succeed.
"""

import os
import re
import subprocess
import unittest

from quotes_testing import BIN_DIR, CLEAN_ENVIRONMENT, SAMPLE, SAMPLE_ID, SOURCE_DIR, Server, TempDir
from quotes_testing import quotectl

README = SOURCE_DIR / "README.md"
BLOCK = re.compile(r"^<!-- tested -->\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDRESS = "127.0.0.1:50051"


class ReadmeTest(unittest.TestCase):
    """One server with the sample, in a folder that looks like the root of the project."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(TempDir())
        cls.server = cls.enterClassContext(Server(cls.folder / "quotes.db"))
        result = quotectl("import", SAMPLE, "--id", SAMPLE_ID, server=cls.server)
        assert result.returncode == 0, result
        # The examples write below build/, which must not be the real one.
        build = cls.folder / "build"
        (build / "proto").mkdir(parents=True)
        (build / "bin").symlink_to(BIN_DIR)
        (build / "proto/third_party").symlink_to(os.environ["QUOTES_THIRD_PARTY_DIR"])
        (cls.folder / "proto").symlink_to(SOURCE_DIR / "proto")
        cls.environment = {
            **CLEAN_ENVIRONMENT,
            "QUOTES_SERVER": cls.server.address,
            "PYTHONPATH": str(build / "stubs"),
            "PATH": "/usr/bin:/bin:" + os.environ.get("PATH", ""),
            "NODE_PATH": os.path.join(os.environ["QUOTES_NODE_DIR"], "node_modules"),
        }

    def run_command(self, *command):
        return subprocess.run(command, cwd=self.folder, env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=100, check=False)

    def test_examples(self):
        blocks = BLOCK.findall(README.read_text(encoding="utf-8"))
        kinds = [kind for kind, _ in blocks]
        for kind in ("console", "sh", "python", "js"):
            self.assertIn(kind, kinds)
        for kind, text in blocks:
            with self.subTest(kind=kind, text=text[:60]):
                if kind == "console":
                    self.check_console(text)
                    continue
                program = text.replace(ADDRESS, self.server.address)
                self.assertTrue(kind == "sh" or program != text)
                command = {"sh": ["bash", "-euc", program],
                           "python": ["/usr/bin/python3", "-c", program],
                           "js": ["node", "-e", program]}[kind]
                result = self.run_command(*command)
                self.assertEqual(result.returncode, 0, result.stdout)
                if kind != "sh":
                    count = re.search(r"(\d+) quotes", result.stdout)
                    self.assertIsNotNone(count, result.stdout)
                    self.assertGreater(int(count[1]), 0)

    def check_console(self, text):
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            result = self.run_command("bash", "-c", command)
            self.assertEqual(result.stdout, expected)

    def test_links_lead_somewhere(self):
        for target in re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8")):
            if "://" not in target:
                self.assertTrue((SOURCE_DIR / target).exists(), target)

    def test_backup_while_the_server_runs(self):
        copy = self.folder / "copy.db"
        database = self.folder / "quotes.db"
        result = self.run_command("sqlite3", str(database), f".backup '{copy}'")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertEqual(quotectl("find", "棚改", server=self.server).stdout,
                         quotectl("find", "棚改", database=copy).stdout)
        with Server(copy) as restored:
            self.assertEqual(quotectl("find", "棚改", server=restored).returncode, 0)


if __name__ == "__main__":

    unittest.main()
