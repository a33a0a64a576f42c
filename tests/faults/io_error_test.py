"""Reading, writing or syncing fails at one exact call, or from it on. Whatever is answered, what was
acknowledged is there after a crash, and a server that lives goes on when the fault is over."""

import collections
import errno
import unittest

from fault_testing import (EVER, LONG, READS, SYNCS, WRITES, Faults, Ledger, Stubs,
                           check_everything, chooser, grpc, reason_of, report_service_pb2, settle)
from quotes_testing import Server, TempDir

SAMPLES = 9
KINDS = {"write": WRITES, "sync": SYNCS, "read": READS}

# What a caller may be told: the store failed (the log says how), or a page could not be read whole.
REASONS = {"STORE_UNAVAILABLE", "DATABASE_CORRUPT"}


class IoErrorTest(unittest.TestCase):
    """By a library that fails in the place of the kernel; see fault_shim.cc."""

    def setUp(self):
        self.numbers = chooser(self.id())
        self.answers = collections.Counter()

    def work(self, server, ledger):
        """The same work each time; what fails is counted and work goes on."""
        with Stubs(server) as stubs:
            for number in range(6):
                request = ledger.make(self.numbers, 5 + 40 * number, revise=0.5)
                try:
                    ledger.write(stubs, request, upload=number % 2 == 1)
                    self.answers["acknowledged"] += 1
                except grpc.RpcError as error:
                    self.answers[reason_of(error)] += 1
                    self.assertIn(reason_of(error), REASONS, error)
                    self.assertNotIn(request.report_id, error.details())
            for request_id in list(ledger.acknowledged)[:2]:
                name = ledger.acknowledged[request_id].report.latest_revision
                try:
                    stubs.reports.GetRevision(
                        report_service_pb2.GetRevisionRequest(name=name), timeout=30)
                except grpc.RpcError as error:
                    self.answers[reason_of(error)] += 1
                    self.assertIn(reason_of(error), REASONS, error)
            # Touches no file.
            stubs.search("春")

    def calls_of_work(self, kind):
        with TempDir() as folder:
            database, faults = folder / "quotes.db", Faults(folder)
            faults.count(f"{database}*", kind)
            with Server(database, env=faults.env) as server:
                self.work(server, Ledger())
                at_work = faults["seen"]
                self.assertEqual(server.terminate(), 0)
            print(f"calls counted: {at_work}, with the end {faults['seen']}")
            return faults["seen"]

    def one(self, kind, first, times):
        with TempDir() as folder:
            database, faults, ledger = folder / "quotes.db", Faults(folder), Ledger()
            faults.fail(f"{database}*", kind, first, errno.EIO, times)
            server = Server(database, env=faults.env)
            try:
                try:
                    server.wait_until_serving()
                except AssertionError:
                    # It says why, and nothing else happened.
                    self.assertEqual(server.process.returncode, 3, server.log_text())
                    self.assertIn(str(database), server.log_text().splitlines()[-1])
                    self.answers["start refused"] += 1
                    return
                self.work(server, ledger)
                self.assertIsNone(server.process.poll(), server.log_text())
                ending = self.numbers.random()
                if ending < 0.3:
                    # What is written at the end may fail too; the log of the database has it.
                    self.assertEqual(server.terminate(), 0)
                faults.end()
                if ending > 0.6:
                    # The same server goes on as if nothing had been.
                    self.answers["durable without an answer"] += settle(self, server, ledger)
                    check_everything(self, server, database, ledger, self.numbers)
                server.kill()
            finally:
                server.__exit__(None, None, None)
            with Server(database) as server:
                check_everything(self, server, database, ledger, self.numbers)
                settle(self, server, ledger)
                check_everything(self, server, database, ledger, self.numbers)
                self.assertEqual(server.terminate(), 0)
            self.answers["met"] += faults["failed"] > 0

    def run_kind(self, name):
        kind = KINDS[name]
        calls = self.calls_of_work(kind)
        numbers = range(1, calls + 1)
        chosen = numbers if LONG and calls < 400 else sorted(
            self.numbers.sample(numbers, min(calls, 200 if LONG else SAMPLES)))
        for first in chosen:
            times = EVER if self.numbers.random() < 0.25 else 1
            with self.subTest(kind=name, first=first, ever=times == EVER):
                self.one(kind, first, times)
        print(f"{name}: {len(chosen)} of {calls} calls: " + ", ".join(
            f"{what} {count}" for what, count in sorted(self.answers.items())))
        self.assertGreater(self.answers["met"] + self.answers["start refused"], len(chosen) // 6)

    def test_writes(self):
        self.run_kind("write")

    def test_syncs(self):
        self.run_kind("sync")

    def test_reads(self):
        self.run_kind("read")


if __name__ == "__main__":
    unittest.main()
