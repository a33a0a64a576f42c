"""quotectl health: a probe for containers and scripts."""

import json
import signal
import subprocess
import time
import unittest

from quotes_testing import (CLEAN_ENVIRONMENT, QUOTECTL, Server, TempDir, free_port, quotectl,
                            quotectl_json, wait_for)


def health(server, *arguments, **keywords):
    return quotectl("health", *arguments, "--server", server, **keywords)


class HealthTest(unittest.TestCase):
    """Exit codes are what a probe sees."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(TempDir())
        cls.server = cls.enterClassContext(Server(cls.folder / "quotes.db"))

    def test_serving(self):
        result = health(self.server.address)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "SERVING\n", ""))
        answer, = quotectl_json("health", server=self.server)
        self.assertEqual(answer, {"status": "SERVING"})

    def test_services(self):
        for service in ("quotes.v1.QuoteService", "quotes.v1.ReportService",
                        "quotes.v1.CitationService", "quotes.v1.AdminService"):
            self.assertEqual(health(self.server.address, "--service", service).returncode, 0)
        unknown = health(self.server.address, "--service", "quotes.v1.None")
        self.assertEqual((unknown.returncode, unknown.stdout), (1, ""))
        self.assertTrue(unknown.stderr)

    def test_nobody_there(self):
        # It does not wait for somebody to come.
        result = health(f"127.0.0.1:{free_port()}", "--timeout", "10m", timeout=120)
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        failed = health(f"127.0.0.1:{free_port()}", "--json")
        self.assertEqual(failed.returncode, 1)
        self.assertEqual(json.loads(failed.stderr)["code"], "UNAVAILABLE")

    def test_unix_address_without_a_socket(self):
        result = health(f"unix:{self.folder}/none.sock")
        self.assertEqual(result.returncode, 1, result)

    def test_a_server_that_hangs(self):
        with Server(self.folder / "hangs.db") as server:
            server.hang()
            try:
                durations = []
                for arguments in ((), ("--timeout", "300ms")):
                    start = time.monotonic()
                    result = health(server.address, *arguments, timeout=120)
                    self.assertEqual(result.returncode, 1)
                    durations.append(time.monotonic() - start)
                # Three seconds unless it is told otherwise.
                self.assertGreater(durations[0], 2.9)
                self.assertLess(durations[1], durations[0])
            finally:
                server.go_on()

    def test_wait(self):
        port = free_port()
        start = time.monotonic()
        self.assertEqual(health(f"127.0.0.1:{port}", "--wait", "1s").returncode, 1)
        self.assertGreaterEqual(time.monotonic() - start, 0.8)
        with subprocess.Popen([str(QUOTECTL), "health", "--wait", "10m", "--server",
                               f"127.0.0.1:{port}"], stdout=subprocess.PIPE, text=True,
                              env=CLEAN_ENVIRONMENT) as waiting:
            time.sleep(1)
            self.assertIsNone(waiting.poll())
            with Server(self.folder / "late.db", listen=f"127.0.0.1:{port}"):
                # It does not sleep through what a channel waits between its own attempts.
                self.assertEqual(waiting.wait(60), 0)
                self.assertEqual(waiting.stdout.read(), "SERVING\n")

    def test_draining(self):
        with Server(self.folder / "drains.db", "--drain-delay", "60s") as server:
            server.process.send_signal(signal.SIGTERM)
            wait_for(lambda: health(server.address).returncode == 1, "NOT_SERVING")
            result = health(server.address)
            self.assertEqual((result.returncode, result.stdout), (1, "NOT_SERVING\n"))

    def test_usage(self):
        for arguments in (("--wait", "soon"), ("--wait", "-1s"), ("--wait",), ("--service",),
                          ("extra",)):
            with self.subTest(arguments):
                result = health(self.server.address, *arguments)
                self.assertEqual((result.returncode, result.stdout), (2, ""))
        result = quotectl("health", database=self.folder / "quotes.db")
        self.assertEqual(result.returncode, 2, result)

    def test_quick(self):
        """It asks and ends: no longer than a program takes that asks for nothing, and a little."""
        def seconds(*arguments):
            start = time.monotonic()
            for _ in range(10):
                self.assertEqual(quotectl(*arguments).returncode, 0)
            return (time.monotonic() - start) / 10
        alone = seconds("--version")
        self.assertLess(seconds("health", "--server", self.server.address), 2 + 10 * alone)


if __name__ == "__main__":
    unittest.main()
