"""The disk fills up under a running server: imports are refused with STORAGE_FULL, nothing that was
acknowledged is lost, look-ups go on, and when there is space again the same server goes on too."""

import datetime
import os
import shutil
import subprocess
import time
import unittest

from fault_testing import (LONG, Faults, Ledger, Stubs, check_everything, chooser, grpc, reason_of,
                           settle)
from quotes_testing import Server, TempDir, quotectl, start_and_fail, wait_for


class DiskFullTest(unittest.TestCase):
    """By a library that gives files no more room than it is told; see fault_shim.cc."""

    def setUp(self):
        self.numbers = chooser(self.id())
        self.folder = self.enterContext(TempDir())
        self.database = self.folder / "quotes.db"
        self.faults = Faults(self.folder)
        self.ledger = Ledger()

    def tearDown(self):
        with Server(self.database) as server:
            check_everything(self, server, self.database, self.ledger, self.numbers)
            self.assertEqual(server.terminate(), 0)

    def write(self, stubs, sentences=60):
        return self.ledger.write(stubs, self.ledger.make(self.numbers, sentences),
                                 upload=self.numbers.random() < 0.5)

    def write_until_full(self, stubs, sentences=60, most=2000):
        for _ in range(most):
            try:
                self.write(stubs, sentences)
            except grpc.RpcError as error:
                self.assertEqual(reason_of(error), "STORAGE_FULL", error)
                self.assertEqual(error.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
                return
        self.fail("the disk never filled up")

    def check_full(self, server, stubs):
        """While nothing can be written all that is asked is answered, and imports say why not."""
        self.assertIsNone(server.process.poll(), server.log_text())
        self.assertGreater(self.faults["refused"], 0)
        with self.assertRaises(grpc.RpcError) as refusal:
            self.write(stubs)
        self.assertEqual(reason_of(refusal.exception), "STORAGE_FULL")
        check_everything(self, server, self.database, self.ledger, self.numbers, searches=2)

    def test_imports(self):
        sizes = [0, 1, 4096, 10_000, 32_768] + sorted(
            self.numbers.randint(1, 1_500_000) for _ in range(60 if LONG else 7))
        with Server(self.database, env=self.faults.env) as server, Stubs(server) as stubs:
            self.write(stubs)
            for size in sizes:
                with self.subTest(size):
                    self.faults.leave_space(f"{self.database}*", size)
                    self.write_until_full(stubs)
                    self.check_full(server, stubs)
                    self.faults.end()
                    self.write(stubs)
                    self.assertEqual(settle(self, server, self.ledger), 0,
                                     "an import that was refused is there")
            check_everything(self, server, self.database, self.ledger, self.numbers)
            if self.numbers.random() < 0.5:
                server.kill()
            else:
                self.assertEqual(server.terminate(), 0)

    def test_the_database_cannot_take_what_the_log_holds(self):
        """A checkpoint fails: what was acknowledged is in the log and stays acknowledged."""
        log = self.folder / "quotes.db-wal"
        with Server(self.database, env=self.faults.env) as server, Stubs(server) as stubs:
            self.write(stubs)
            self.faults.leave_space(self.database, 0)
            deadline = time.monotonic() + 120
            while self.faults["refused"] < 3 and time.monotonic() < deadline:
                self.write(stubs, sentences=2500)
            self.assertGreaterEqual(self.faults["refused"], 3)
            size = log.stat().st_size
            self.assertGreater(size, 16 << 20)
            check_everything(self, server, self.database, self.ledger, self.numbers, searches=2)
            self.faults.end()
            before = self.database.stat().st_size
            self.write(stubs, sentences=2500)
            self.assertGreater(self.database.stat().st_size, before, "no checkpoint")
            # And ended while the disk is full.
            self.faults.leave_space(f"{self.database}*", 0)
            self.assertEqual(server.terminate(), 0)
        self.faults.end()

    def test_start(self):
        """A server that has not the room to start says so; the next one starts."""
        with Server(self.database) as server, Stubs(server) as stubs:
            self.write(stubs)
            server.kill()
        for file in self.folder.glob("quotes.db-shm"):
            file.unlink()
        self.faults.leave_space(f"{self.database}*", 0)
        code, log = start_and_fail(self.database, env=self.faults.env)
        self.assertEqual(code, 3)
        self.assertIn("no space left", log.splitlines()[-1])
        self.faults.leave_space(f"{self.folder}/new.db*", 0)
        code, log = start_and_fail(self.folder / "new.db", env=self.faults.env)
        self.assertEqual(code, 3)
        self.assertIn("no space left", log.splitlines()[-1])

    def test_segments(self):
        """Segments are a cache: imports go on without them, and the log tells, not for each."""
        with Server(self.database, env=self.faults.env) as server, Stubs(server) as stubs:
            self.write(stubs)
            for size in (0, 100, 5_000):
                self.faults.leave_space(f"{self.database}.segments*", size)
                for _ in range(12):
                    self.write(stubs, sentences=20)
                wait_for(lambda: self.faults["refused"] > 0, "a segment that found no space")
                check_everything(self, server, self.database, self.ledger, self.numbers)
            warnings = server.await_lines("segments")
            self.assertIn("No space left on device", warnings[0]["warning"])
            self.faults.end()
            segments = self.folder / "quotes.db.segments"
            had = set(segments.glob("*.segment"))
            self.write(stubs)
            wait_for(lambda: set(segments.glob("*.segment")) - had, "segments again")
            server.kill()

    def test_log(self):
        """Calls are answered whether or not they can be logged; lines come again with space."""
        log = self.folder / "log.json"
        with open(self.folder / "stderr", "wb") as stderr:
            with LoggingServer(self.database, log, self.faults.env, stderr) as server, \
                    Stubs(server) as stubs:
                self.write(stubs)
                self.faults.leave_space(log, 100)
                for _ in range(200):
                    stubs.search("春")
                self.write(stubs)
                wait_for(lambda: self.faults["refused"] > 0, "a line without space")
                self.assertIsNone(server.process.poll())
                size = log.stat().st_size
                self.faults.end()
                stubs.search("春")
                wait_for(lambda: log.stat().st_size > size, "lines again")
                self.assertEqual(server.terminate(), 0)
        self.assertIn('"event":"end"', log.read_text(encoding="utf-8").splitlines()[-1])
        self.assertLess(os.path.getsize(self.folder / "stderr"), 5_000)

    def test_a_real_file_system(self):
        """The same on a small tmpfs, where the kernel refuses, and memory that is mapped counts
        too. Needs the right to mount one in a namespace of its own."""
        mount = self.folder / "small"
        mount.mkdir()
        wrapper = ("unshare", "--user", "--map-root-user", "--mount", "--", "sh", "-c",
                   f"mount -t tmpfs -o size=4m none {mount} && exec \"$@\"", "sh")
        if subprocess.run([*wrapper, "true"], check=False, capture_output=True).returncode != 0:
            self.skipTest("no namespaces of users here")
        inside = mount / "quotes.db"
        with Server(inside, wrapper=wrapper) as server, Stubs(server) as stubs:
            seen = f"/proc/{server.process.pid}/root{mount}"
            for _ in range(3):
                self.write_until_full(stubs, sentences=300)
                self.assertIsNone(server.process.poll(), server.log_text())
                self.check_inside(server, seen)
                # As large again.
                self.remount(server, mount)
                self.write(stubs)
                settle(self, server, self.ledger)
            self.check_inside(server, seen)
        # It went with the server's namespace.
        self.ledger = Ledger()

    def check_inside(self, server, seen):
        # SQLite here would look for the real path, which there is none of.
        with TempDir() as copy:
            for name in ("quotes.db", "quotes.db-wal"):
                shutil.copy(f"{seen}/{name}", copy / name)
            check_everything(self, server, copy / "quotes.db", self.ledger, self.numbers)

    @staticmethod
    def remount(server, mount):
        pid = server.process.pid
        size = os.statvfs(f"/proc/{pid}/root{mount}")
        now = size.f_blocks * size.f_frsize
        subprocess.run(["nsenter", f"--target={pid}", "--user", "--mount", "--preserve-credentials",
                        "mount", "-o", f"remount,size={now * 2}", str(mount)], check=True)


class LoggingServer(Server):
    """One whose log is a file of its own."""

    def __init__(self, database, log, env, stderr):
        self.stderr = stderr
        super().__init__(database, "--log-file", str(log), env=env)
        self.own_log = log

    def log_text(self):
        return self.own_log.read_text(encoding="utf-8") if self.own_log.exists() else ""

    def __exit__(self, *arguments):
        self.stderr.write(self.log_path.read_bytes())
        super().__exit__(*arguments)


class ReleaseTest(unittest.TestCase):
    """A report that is held back is due while nothing can be written."""

    def test_it_is_told_and_made_up_for(self):
        folder = self.enterContext(TempDir())
        faults = Faults(folder)
        (folder / "held.txt").write_text("关于乙的报告\n\n同志们：\n全区新建车间七千座。\n", encoding="utf-8")
        with Server(folder / "quotes.db", env=faults.env) as server:
            # So far ahead that the disk is full by then, however slow the machine is.
            begin = time.monotonic()
            self.assertEqual(quotectl("find", "车间七千座", server=server).returncode, 1)
            ahead = datetime.timedelta(seconds=3 + 20 * (time.monotonic() - begin))
            due = datetime.datetime.now(datetime.timezone.utc) + ahead
            result = quotectl("import", "--id", "held", "--embargo", due.isoformat(),
                              folder / "held.txt", server=server)
            self.assertEqual(result.returncode, 0, result)
            faults.leave_space(f"{folder / 'quotes.db'}*", 0)

            def status():
                return quotectl("status", server=server).stdout

            wait_for(lambda: "release" in status(), "the status to tell it")
            self.assertRegex(status(), r"Failing +release, .*no space left")
            self.assertEqual(quotectl("find", "车间七千座", server=server).returncode, 1)
            faults.end()
            wait_for(lambda: quotectl("find", "车间七千座", server=server).returncode == 0,
                     "the release")
            wait_for(lambda: "release" not in status(), "the status to tell that it is well")


if __name__ == "__main__":
    unittest.main()
