"""`buf curl` knows nothing but the address: it learns the contract by reflection."""

import base64
import json
import os
import pathlib
import subprocess
import unittest

from quotes_testing import CLEAN_ENVIRONMENT, SAMPLE, SAMPLE_ID, Server, TempDir, quotectl_json

BUF = pathlib.Path(os.environ["QUOTES_NODE_DIR"]) / "node_modules/.bin/buf"


class BufCurlTest(unittest.TestCase):
    """One server, read only by these tests."""

    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(TempDir())
        cls.server = cls.enterClassContext(Server(folder / "quotes.db"))
        quotectl_json("import", SAMPLE, "--id", SAMPLE_ID, server=cls.server)
        cls.environment = {**CLEAN_ENVIRONMENT, "HOME": str(folder),
                           "BUF_CACHE_DIR": str(folder / "buf")}

    def buf(self, *arguments):
        return subprocess.run(
            [str(BUF), "curl", "--protocol", "grpc", "--http2-prior-knowledge", *arguments],
            cwd=self.environment["HOME"], env=self.environment, capture_output=True, text=True,
            timeout=100, check=False)

    def test_lists_services_and_methods(self):
        result = self.buf("--list-services", f"http://{self.server.address}")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertLessEqual({"quotes.v1.AdminService", "quotes.v1.CitationService",
                              "quotes.v1.QuoteService", "quotes.v1.ReportService"}, set(result.stdout.split()))
        result = self.buf("--list-methods", f"http://{self.server.address}")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("quotes.v1.QuoteService/SearchQuotes", result.stdout)

    def test_calls_by_reflection(self):
        result = self.buf("--data", json.dumps({"query": "棚改"}),
                          f"http://{self.server.address}/quotes.v1.QuoteService/SearchQuotes")
        self.assertEqual(result.returncode, 0, result.stderr)
        answer = json.loads(result.stdout)
        self.assertEqual(answer["totalSize"], "2")
        self.assertEqual(len(answer["hits"]), 2)
        for hit in answer["hits"]:
            self.assertIn("棚改", hit["quote"]["text"])

    def test_errors_carry_their_reason(self):
        result = self.buf("--data", json.dumps({"query": "-党"}),
                          f"http://{self.server.address}/quotes.v1.QuoteService/SearchQuotes")
        self.assertNotEqual(result.returncode, 0)
        error = json.loads(result.stderr)
        self.assertEqual(error["code"], "invalid_argument")
        info, = [detail["value"] for detail in error["details"]
                 if detail["type"] == "google.rpc.ErrorInfo"]
        padded = info + "=" * (-len(info) % 4)
        self.assertIn(b"INVALID_QUERY", base64.b64decode(padded))


if __name__ == "__main__":
    unittest.main()
