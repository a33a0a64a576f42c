"""The clock of the machine jumps by hours, forward and back, during look-ups, imports, merges and
the drain: nothing waits for it, no call takes negative time, deadlines are the callers'."""

import signal
import threading
import time
import unittest

from fault_testing import (Faults, Ledger, Stubs, check_everything, chooser, chooser_of, grpc,
                           write_until)
from quotes.v1 import admin_service_pb2, admin_service_pb2_grpc
from quotes_testing import STOP_SECONDS, Server, TempDir, wait_for

HOUR = 3600 * 10 ** 9
JUMPS = (2 * HOUR, -3 * HOUR, 26 * HOUR, 0, -HOUR, HOUR, -50 * HOUR, 0)


class ClockTest(unittest.TestCase):
    """By a library that moves the clock for one process; see fault_shim.cc."""

    def setUp(self):
        self.numbers = chooser(self.id())
        self.folder = self.enterContext(TempDir())
        self.database = self.folder / "quotes.db"
        self.faults = Faults(self.folder)
        self.ledger = Ledger()

    def check_log(self, server):
        calls = [line for line in server.log_lines() if line["event"] == "call"]
        self.assertTrue(calls)
        for line in calls:
            self.assertGreaterEqual(line["duration_us"], 0, line)
            self.assertLess(line["duration_us"], 60_000_000, line)
        for line in server.log_lines():
            for field in ("load_us", "reload_us"):
                self.assertGreaterEqual(line.get(field, 0), 0, line)
                self.assertLess(line.get(field, 0), 60_000_000, line)

    def test_jumps_at_work(self):
        with Server(self.database, env=self.faults.env) as server, Stubs(server) as stubs:
            stop, failures = threading.Event(), []
            writers = [threading.Thread(target=write_until, args=(
                stop, server, self.ledger, chooser_of(self.numbers), (5, 150), 0.5, failures))
                       for _ in range(2)]
            for writer in writers:
                writer.start()
            try:
                slowest, asked = self.ask_while_the_clock_jumps(stubs)
            finally:
                stop.set()
                for writer in writers:
                    writer.join(60)
            for writer in writers:
                self.assertFalse(writer.is_alive(), "an import waits for the clock")
            self.assertEqual(failures, [])
            print(f"{asked} look-ups, the slowest {slowest * 1000:.0f} ms; "
                  f"{len(self.ledger.acknowledged)} imports")
            self.assertLess(slowest, 10)
            self.check_log(server)
            check_everything(self, server, self.database, self.ledger, self.numbers)
        with Server(self.database) as server:
            check_everything(self, server, self.database, self.ledger, self.numbers)

    def ask_while_the_clock_jumps(self, stubs):
        slowest = asked = 0
        for jump in JUMPS:
            self.faults["clock_offset"] = jump
            end = time.monotonic() + 0.7
            while time.monotonic() < end:
                begin = time.monotonic()
                stubs.search("春江", timeout=20)
                slowest = max(slowest, time.monotonic() - begin)
                asked += 1
            status = admin_service_pb2_grpc.AdminServiceStub(stubs.channel).GetStatus(
                admin_service_pb2.GetStatusRequest(), timeout=20)
            self.assertLess(status.uptime.ToTimedelta().total_seconds(), 600)
            self.assertGreaterEqual(status.uptime.ToTimedelta().total_seconds(), 0)
        return slowest, asked

    def test_merging_does_not_wait_for_the_clock(self):
        """It waits a moment for further imports; set back, that moment must not take hours."""
        names = self.folder / "quotes.db.segments" / "segments.list"
        with Server(self.database, env=self.faults.env) as server, Stubs(server) as stubs:
            for round_ in range(4):
                for _ in range(3):
                    self.ledger.write(stubs, self.ledger.make(self.numbers, 10), upload=False)
                self.faults["clock_offset"] = -(round_ + 1) * 2 * HOUR
                # The clock of file systems is the kernel's, which stands where it stood.
                acknowledged = time.time_ns()
                wait_for(lambda: names.exists() and names.stat().st_mtime_ns > acknowledged,
                         "segments that are saved")
            self.assertEqual(server.terminate(), 0)

    def test_deadlines(self):
        """A deadline is a length of time of the caller's; the server's clock has no say in it."""
        with Server(self.database, env=self.faults.env) as server, Stubs(server) as stubs:
            for jump in (5 * HOUR, -5 * HOUR, 0):
                self.faults["clock_offset"] = jump
                request = self.ledger.make(self.numbers, 3000)
                stop = threading.Event()
                mover = threading.Thread(target=self.move, args=(stop,))
                mover.start()
                try:
                    # Long work with a deadline that is longer.
                    self.ledger.write(stubs, request, upload=False, timeout=40)
                    # And with one that is shorter.
                    begin = time.monotonic()
                    with self.assertRaises(grpc.RpcError) as late:
                        stubs.reports.ImportReport(self.ledger.make(self.numbers, 9000, revise=0),
                                                   timeout=0.05)
                    self.assertEqual(late.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
                    self.assertLess(time.monotonic() - begin, 10)
                finally:
                    stop.set()
                    mover.join()
            self.faults.end()
            stubs.search("春江")
            self.check_log(server)

    def move(self, stop):
        jump = 0
        while not stop.wait(0.01):
            jump = -jump + 3 * HOUR
            self.faults["clock_offset"] = jump

    def test_drain(self):
        """The grace of calls in flight is neither cut short nor stretched."""
        for jump in (4 * HOUR, -4 * HOUR):
            self.faults.end()
            with self.subTest(jump), Server(
                    self.folder / f"{jump}.db", "--drain-delay", "1s", "--drain-grace", "8s",
                    env=self.faults.env) as server, Stubs(server) as stubs:
                held = threading.Event()

                def never_ending():
                    held.wait(300)
                    yield from ()
                upload = stubs.reports.UploadReport.future(never_ending(), timeout=300)
                admin = admin_service_pb2_grpc.AdminServiceStub(stubs.channel)
                wait_for(lambda admin=admin: any(
                    method.method == "UploadReport" and method.in_flight_count == 1 for method in
                    admin.GetStatus(admin_service_pb2.GetStatusRequest(), timeout=60).methods),
                    "the upload in flight")
                begin = time.monotonic()
                server.process.send_signal(signal.SIGTERM)
                server.await_lines("drain")
                self.faults["clock_offset"] = jump
                # Both together take nine seconds, by whatever clock this machine's time is told.
                self.assertEqual(server.process.wait(STOP_SECONDS), 0)
                self.assertGreater(time.monotonic() - begin, 6, "the grace was cut short")
                held.set()
                upload.exception()

    def test_start(self):
        """A database from the future, as it seems, is served; times do not go back."""
        with Server(self.database, env=self.faults.env) as server, Stubs(server) as stubs:
            self.faults["clock_offset"] = 30 * 24 * HOUR
            first = self.ledger.write(stubs, self.ledger.make(self.numbers, 20), upload=False)
            self.assertEqual(server.terminate(), 0)
        self.faults["clock_offset"] = -30 * 24 * HOUR
        with Server(self.database, env=self.faults.env) as server, Stubs(server) as stubs:
            check_everything(self, server, self.database, self.ledger, self.numbers)
            request = self.ledger.make(self.numbers, 20, revise=1)
            again = self.ledger.write(stubs, request, upload=False)
            self.assertEqual(again.report.name, first.report.name)
            self.assertGreaterEqual(again.report.update_time.ToNanoseconds(),
                                    first.report.update_time.ToNanoseconds())
            check_everything(self, server, self.database, self.ledger, self.numbers)


if __name__ == "__main__":
    unittest.main()
