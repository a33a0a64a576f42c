"""The installed C++ client library, used by a project that knows nothing of this one's sources."""

import pathlib
import subprocess
import unittest

from deploy_testing import install, run
from quotes_testing import CLEAN_ENVIRONMENT, SAMPLE, SAMPLE_ID, Server, TempDir, quotectl

PROJECT = pathlib.Path(__file__).parent


class ClientTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(TempDir())
        # The tree works wherever it is moved to.
        install(folder / "installed", "libquotes-dev")
        cls.prefix = (folder / "installed").rename(folder / "moved")
        run("cmake", "-S", PROJECT, "-B", folder / "build", "-G", "Ninja",
            f"-DCMAKE_PREFIX_PATH={cls.prefix}", "-DCMAKE_BUILD_TYPE=Release")
        run("cmake", "--build", folder / "build")
        cls.program = folder / "build/find_quotes"

    def find(self, server, query):
        return subprocess.run([str(self.program), server, query], capture_output=True, text=True,
                              env=CLEAN_ENVIRONMENT, timeout=60, check=False)

    def test_finds_quotes(self):
        with TempDir() as folder, Server(folder / "quotes.db") as server:
            quotectl("import", SAMPLE, "--id", SAMPLE_ID, server=server)
            found = self.find(server.address, "希望社区")
            self.assertEqual(found.returncode, 0, found.stderr)
            self.assertTrue(found.stdout)
            for line in found.stdout.splitlines():
                name, text = line.split("\t")
                self.assertRegex(name, f"^reports/{SAMPLE_ID}/quotes/")
                self.assertIn("希望社区", text)
            refused = self.find(server.address, "")
            self.assertEqual((refused.returncode, refused.stderr),
                             (1, "INVALID_ARGUMENT INVALID_QUERY\n"))

    def test_nobody_listens(self):
        refused = self.find("127.0.0.1:1", "希望社区")
        self.assertEqual(refused.returncode, 1)
        self.assertTrue(refused.stderr.startswith("UNAVAILABLE "), refused.stderr)

    def test_headers_include_only_what_is_installed(self):
        """Every header compiles by itself, without the sources' folder on the path."""
        for header in sorted((self.prefix / "include/quotes").rglob("*.h")):
            if header.name.endswith(".pb.h"):
                continue  # those that are written by hand include these
            run("c++", "-std=c++20", "-fsyntax-only", "-x", "c++",
                f"-I{self.prefix}/include/quotes", header)


if __name__ == "__main__":
    unittest.main()
