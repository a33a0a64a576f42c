"""Mixed work against one server for some minutes: look-ups, citation checks, imports of new
revisions with the merges that follow, connections that come and go. Prints what the server holds
every minute and the slope of it, and fails if memory grows.

    QUOTES_BIN_DIR=build/bin ... soak.py [--minutes 30] [--reports 60] [--no-imports]

As a test it runs a minute and a half; see CMakeLists.txt for its environment.
"""

import argparse
import random
import sys
import threading
import time
import unittest

from fault_testing import (HAN, LONG, SEED, Ledger, Stubs, check_everything, import_request,
                           invented_text, open_files, quote_service_pb2, resident)
from h2_client import Connection
from quotes.v1 import citation_service_pb2, citation_service_pb2_grpc
from quotes_testing import Server, TempDir, wait_for

# What a server may hold more at the end than once it was warm: texts that are merged, what the
# allocator keeps, pages of the database. And for each new revision, since all are kept for checks
# of old quotations: 80 sentences, some 3,000 characters.
MAY_GROW = 48 << 20
REVISION_MAY_TAKE = 48 << 10


def slope(points):
    """Bytes a second, by least squares."""
    if len(points) < 2:
        return 0.0
    times = [point[0] for point in points]
    mean_time = sum(times) / len(times)
    mean = sum(point[1] for point in points) / len(points)
    spread = sum((when - mean_time) ** 2 for when in times)
    return sum((when - mean_time) * (held - mean) for when, held in points) / spread


def private_bytes(process):
    """What the process holds without the files that it maps."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) << 10
    raise AssertionError("no process")


class Soak:
    """The work of some threads on one server, counted."""

    def __init__(self, server, reports):
        self.server, self.reports = server, reports
        self.stop = threading.Event()
        self.counts = dict.fromkeys(("look-ups", "checks", "imports", "connections"), 0)
        self.failures = []
        self.slowest = 0.0
        self.ledger = Ledger()
        self.half_open = []

    def import_next(self, stubs, number, version):
        """The same reports get new texts of the same length again and again."""
        request = import_request(f"invented-{number}", f"request-{number}-{version}",
                                 invented_text(number, version, 80))
        self.ledger.attempted[request.request_id] = request
        self.ledger.write(stubs, request, upload=version % 3 == 0)

    def run(self, work):
        numbers = random.Random(f"{SEED} {work.__name__}")
        try:
            with Stubs(self.server) as stubs:
                while not self.stop.is_set():
                    work(stubs, numbers)
        except BaseException as failure:  # pylint: disable=broad-except
            if not self.stop.is_set():
                self.failures.append(failure)

    def look_up(self, stubs, numbers):
        begin = time.monotonic()
        if numbers.random() < 0.8:
            stubs.search("".join(numbers.choice(HAN) for _ in range(numbers.randint(1, 3))),
                         page_size=numbers.choice((0, 20, 200)))
        else:
            stubs.quotes.LookupTheme(quote_service_pb2.LookupThemeRequest(
                name="themes/environment", return_facets=True), timeout=20)
        self.slowest = max(self.slowest, time.monotonic() - begin)
        self.counts["look-ups"] += 1

    def check(self, stubs, numbers):
        number = numbers.randint(1, self.reports)
        lines = invented_text(number, 1, 80).decode().splitlines()
        quotation = numbers.choice(lines[3:])
        if numbers.random() < 0.5:
            quotation = quotation.replace(numbers.choice(quotation), numbers.choice(HAN))
        citation_service_pb2_grpc.CitationServiceStub(stubs.channel).VerifyCitation(
            citation_service_pb2.VerifyCitationRequest(
                quotation=quotation), timeout=30)
        self.counts["checks"] += 1

    def write(self, stubs, _):
        count = self.counts["imports"]
        self.import_next(stubs, count % self.reports + 1, count // self.reports + 2)
        self.counts["imports"] += 1
        self.stop.wait(0.05)

    def come_and_go(self, _, numbers):
        with Stubs(self.server) as stubs:
            stubs.search("春")
        with Connection(self.server.port, preface=numbers.choice((None, b"GET / HTTP/1.1\r\n\r\n"))):
            pass
        self.counts["connections"] += 2
        self.stop.wait(0.02)

    def vanish(self, count):
        """Clients of which nothing is heard any more, although their machine still takes what is
        sent."""
        for _ in range(count):
            connection = Connection(self.server.port)
            self.half_open.append(connection)

    def vanished_are_found(self):
        """Whether the server has closed them all."""
        for connection in self.half_open:
            connection.socket.settimeout(0)
            try:
                while connection.socket.recv(1 << 16):
                    pass
            except BlockingIOError:
                return False
            except OSError:
                pass
        return True


def soak(test, minutes, reports, interval=60.0, imports=True):
    """Runs and prints; returns nothing, fails `test`."""
    with TempDir() as folder, Server(folder / "quotes.db") as server:
        work = Soak(server, reports)
        with Stubs(server) as stubs:
            for number in range(1, reports + 1):
                work.import_next(stubs, number, 1)
        work.vanish(20)
        vanished = time.monotonic()
        threads = [threading.Thread(target=work.run, args=(what,)) for what in
                   (work.look_up, work.look_up, work.check, work.come_and_go)
                   + ((work.write,) if imports else ())]
        for thread in threads:
            thread.start()
        begin = time.monotonic()
        points = []
        print("minute    RSS MiB  private MiB  files  look-ups   checks  imports  connections")
        try:
            while time.monotonic() - begin < minutes * 60 and not work.failures:
                work.stop.wait(min(interval, max(0, begin + minutes * 60 - time.monotonic())))
                now = time.monotonic() - begin
                points.append((now, private_bytes(server.process)))
                print(f"{now / 60:6.1f} {resident(server.process) / (1 << 20):10.1f} "
                      f"{points[-1][1] / (1 << 20):12.1f} {open_files(server.process):6} "
                      + " ".join(f"{work.counts[what]:{width}}" for what, width in
                                 (("look-ups", 9), ("checks", 8), ("imports", 8),
                                  ("connections", 12))), flush=True)
        finally:
            work.stop.set()
            for thread in threads:
                thread.join()
        test.assertEqual(work.failures, [])
        warm = points[max(1, len(points) // 5):]
        print(f"slope after the first fifth: {slope(warm) * 60 / (1 << 20):+.2f} MiB a minute, "
              f"{(points[-1][1] - warm[0][1]) / max(1, work.counts['imports']) / 1024:.1f} KiB a "
              f"revision that is kept; "
              f"slowest look-up {work.slowest * 1000:.0f} ms")
        # Vanished clients are asked after a minute, and cut off 20 seconds later.
        wait_for(work.vanished_are_found, "half-open connections that are closed",
                 max(5, vanished + 100 - time.monotonic()))
        test.assertLess(open_files(server.process), 60)
        check_everything(test, server, folder / "quotes.db", work.ledger, random.Random(SEED))
        test.assertLess(points[-1][1] - warm[0][1],
                        MAY_GROW + work.counts["imports"] * REVISION_MAY_TAKE)
        test.assertEqual(server.terminate(), 0)


class SoakTest(unittest.TestCase):
    """The short form, and half-open connections beside it."""

    def test_memory_stays_flat(self):
        soak(self, 30 if LONG else 1.3, 60, 60 if LONG else 15)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--reports", type=int, default=60)
    parser.add_argument("--interval", type=float, default=60, help="seconds between the lines")
    parser.add_argument("--no-imports", action="store_true", help="only look-ups and checks")
    arguments = parser.parse_args()
    soak(unittest.TestCase(), arguments.minutes, arguments.reports, arguments.interval,
         not arguments.no_imports)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--test":
        unittest.main(argv=sys.argv[:1] + sys.argv[2:])
    main()
