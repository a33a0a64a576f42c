"""What the fault tests share: the library that makes a server meet faults, invented reports, the
record of what a server acknowledged, and the check that all of it still holds.

QUOTES_LONG=1 runs the long forms, QUOTES_FAULT_SEED another order of the random ones than that of
seed 1; every test prints the seed that it ran with.
"""

import collections
import contextlib
import hashlib
import mmap
import os
import pathlib
import random
import re
import sqlite3
import struct
import threading
import time
from contextlib import closing

import quotes_testing
from quotes_testing import TempDir

quotes_testing.add_stubs()

# pylint: disable=wrong-import-position
import grpc
from quotes.v1 import (quote_pb2, quote_service_pb2, quote_service_pb2_grpc, report_service_pb2,
                       report_service_pb2_grpc)

LONG = os.environ.get("QUOTES_LONG", "") not in ("", "0")
SEED = int(os.environ.get("QUOTES_FAULT_SEED", "1"))

SHIM = os.environ.get("QUOTES_FAULT_SHIM")

WRITES, SYNCS, READS = 1, 2, 4
KILL = -1
EVER = 1 << 62

SEPARATE = report_service_pb2.DUPLICATE_HANDLING_SEPARATE


def chooser(name):
    """Random numbers of one test; says how to get them again."""
    print(f"{name}: QUOTES_FAULT_SEED={SEED}{' QUOTES_LONG=1' if LONG else ''}")
    return random.Random(f"{SEED} {name}")


def chooser_of(numbers):
    """Random numbers for a thread of its own."""
    return random.Random(numbers.random())


class Faults:
    """The faults of the processes that are started with `env`; see fault_shim.cc, whose table of
    fields this is."""

    FIELDS = ("space", "clock_offset", "calls", "first", "last", "error", "seen", "failed",
              "refused")

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "faults"
        self.path.write_bytes(bytes(len(self.FIELDS) * 8 + 256))
        with open(self.path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)
        self.end()
        self.env = {"LD_PRELOAD": SHIM, "QUOTES_FAULT_CONTROL": str(self.path)}

    def __getitem__(self, field):
        return struct.unpack_from("q", self._memory, self.FIELDS.index(field) * 8)[0]

    def __setitem__(self, field, value):
        struct.pack_into("q", self._memory, self.FIELDS.index(field) * 8, value)

    def _of_files(self, pattern):
        place = len(self.FIELDS) * 8
        self._memory[place:place + 256] = str(pattern).encode().ljust(256, b"\0")

    def end(self):
        """From now on nothing fails, and the clock is right."""
        self["calls"] = self["first"] = self["clock_offset"] = 0
        self["space"] = -1

    def count(self, files, calls):
        """Counts calls on files that fit the pattern; `seen` tells."""
        self.end()
        self._of_files(files)
        self["seen"] = self["failed"] = 0
        self["calls"] = calls

    def fail(self, files, calls, first, error, times=1):
        """Makes the `first`-th such call from now on fail, and those behind it."""
        self.count(files, 0)
        self["error"] = error
        self["last"] = first + times - 1
        self["first"] = first
        self["calls"] = calls

    def leave_space(self, files, size):
        """Files that fit the pattern may grow by so many bytes together."""
        self._of_files(files)
        self["refused"] = 0
        self["space"] = size


class PowerLoss:
    """What a process wrote and did not sync, taken back as when the power goes: each write on its
    own is there or not, as the disk had got to it."""

    RECORD = struct.Struct("5q")

    def __init__(self, faults):
        self.path = pathlib.Path(f"{faults.path}.undo")
        faults.env["QUOTES_FAULT_UNDO"] = str(self.path)

    def strike(self, files, numbers):
        """Of files of this list; the process must be gone. How many writes were taken back, and
        how many were not safe."""
        unsafe = {}
        if self.path.exists():
            data = self.path.read_bytes()
            place = 0
            while place + self.RECORD.size <= len(data):
                kind, inode, offset, size, length = self.RECORD.unpack_from(data, place)
                place += self.RECORD.size
                if chr(kind) == "S":
                    unsafe.pop(inode, None)
                else:
                    unsafe.setdefault(inode, []).append(
                        (chr(kind), offset, data[place:place + size], length))
                place += size
            self.path.unlink()
        lost = count = 0
        share = numbers.choice((0.1, 0.5, 0.9, 1.0))
        for path in files:
            if not path.exists():
                continue
            records = unsafe.get(path.stat().st_ino, [])
            count += len(records)
            with open(path, "r+b") as file:
                for _, offset, before, length in reversed(records):
                    if numbers.random() >= share:
                        continue
                    lost += 1
                    file.seek(offset)
                    file.write(before)
                    if path.stat().st_size > length:
                        file.flush()
                        # What had made it longer is gone, or was never filled.
                        if numbers.random() < 0.5:
                            os.ftruncate(file.fileno(), length)
                        else:
                            file.seek(length)
                            end = os.fstat(file.fileno()).st_size
                            file.write(bytes(max(0, min(end, offset + 8192) - length)))
        return lost, count


# Characters that no fold touches, so that a search for some of them can be done by hand.
HAN = "春江花月夜天地人山水林田湖草沙海河池岸石土木火金日星风云雷雨雪冰霜"


def invented_text(number, version, sentences, random_numbers=None):
    """A report like no other, its sentences of plain characters."""
    numbers = random_numbers or random.Random(number * 1000 + version)
    lines = [f"第{number}号报告", "", "同志们："]
    for line in range(sentences):
        words = "".join(numbers.choice(HAN) for _ in range(numbers.randint(12, 40)))
        lines.append(f"{words}，版次{version}，行次{line}。")
    return ("\n".join(lines) + "\n").encode()


def import_request(report_id, request_id, content):
    request = report_service_pb2.ImportReportRequest(
        report_id=report_id, request_id=request_id, duplicate_handling=SEPARATE)
    request.source.content = content
    request.source.file_name = f"{report_id}.txt"
    return request


def upload_messages(request, piece=20_000):
    """The same import as a stream."""
    content = request.source.content
    first = report_service_pb2.UploadReportRequest()
    part = getattr(first.header, "import")
    part.CopyFrom(request)
    part.source.content = b""
    first.header.size_bytes = len(content)
    yield first
    for place in range(0, len(content), piece):
        yield report_service_pb2.UploadReportRequest(chunk=content[place:place + piece])


def reason_of(error):
    """The ErrorInfo reason of an RPC error, or its code's name."""
    # pylint: disable=import-outside-toplevel
    from google.rpc import error_details_pb2, status_pb2
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                info = error_details_pb2.ErrorInfo()
                if detail.Unpack(info):
                    return info.reason
    return error.code().name


class Stubs:
    """A connection of its own to a server."""

    def __init__(self, server, options=()):
        self.channel = grpc.insecure_channel(
            server if isinstance(server, str) else server.address,
            options=[("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0), *options])
        self.reports = report_service_pb2_grpc.ReportServiceStub(self.channel)
        self.quotes = quote_service_pb2_grpc.QuoteServiceStub(self.channel)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.channel.close()

    def health(self, timeout=20):
        """"SERVING" or another state of the whole server."""
        # pylint: disable=import-outside-toplevel
        from grpc.health.v1 import health_pb2
        check = self.channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString)
        status = check(health_pb2.HealthCheckRequest(), timeout=timeout).status
        return health_pb2.HealthCheckResponse.ServingStatus.Name(status)

    def search(self, query, timeout=20, page_size=20):
        request = quote_service_pb2.SearchQuotesRequest(query=query, page_size=page_size)
        request.filter.kind = quote_pb2.TEXT_KIND_ANY
        return self.quotes.SearchQuotes(request, timeout=timeout)


class Ledger:
    """What was asked of servers on one database and what they acknowledged. Thread-safe."""

    def __init__(self):
        self.lock = threading.Lock()
        self.attempted = {}  # request id: the request
        self.acknowledged = {}  # request id: the answer
        self._next = 0

    def new_number(self):
        with self.lock:
            self._next += 1
            return self._next

    def make(self, numbers, sentences, revise=0.3):
        """A new report, or sometimes the next revision of one that nobody writes meanwhile."""
        number = self.new_number()
        report_id = f"invented-{number}"
        with self.lock:
            settled = sorted({request.report_id for name, request in self.attempted.items()
                              if name in self.acknowledged}
                             - {request.report_id for name, request in self.attempted.items()
                                if name not in self.acknowledged})
            if settled and numbers.random() < revise:
                report_id = numbers.choice(settled)
            content = invented_text(number, number, sentences)
            request = import_request(report_id, f"request-{number}", content)
            self.attempted[request.request_id] = request
        return request

    def acknowledge(self, request, answer):
        with self.lock:
            self.acknowledged[request.request_id] = answer

    def take(self, report_id):
        """Forgets what was asked and answered of a report, and returns it for give_back."""
        with self.lock:
            names = [name for name, request in self.attempted.items()
                     if request.report_id == report_id]
            return ({name: self.attempted.pop(name) for name in names},
                    {name: self.acknowledged.pop(name) for name in names
                     if name in self.acknowledged})

    def give_back(self, taken):
        with self.lock:
            self.attempted.update(taken[0])
            self.acknowledged.update(taken[1])

    def write(self, stubs, request, upload, timeout=60):
        """Imports; the answer is recorded. grpc.RpcError if there is none."""
        if upload:
            answer = stubs.reports.UploadReport(upload_messages(request), timeout=timeout)
        else:
            answer = stubs.reports.ImportReport(request, timeout=timeout)
        self.acknowledge(request, answer)
        return answer


def held_reports(stubs):
    held = {}
    request = report_service_pb2.ListReportsRequest(page_size=200)
    while True:
        page = stubs.reports.ListReports(request, timeout=60)
        held.update({report.name.split("/")[1]: report for report in page.reports})
        if not page.next_page_token:
            return held
        request.page_token = page.next_page_token


class Content:
    """Numbers and texts of a row of `contents`, one after the other (service/store/SCHEMA.md)."""

    def __init__(self, content):
        assert content[0] == 1, content[0]
        self.content = content
        self.at = 1
        self.last = collections.Counter()  # of each kind of number that is told by its difference

    def number(self):
        value = shift = 0
        while True:
            byte = self.content[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def signed(self):
        value = self.number()
        return value >> 1 ^ -(value & 1)

    def index(self):
        value = self.signed()
        return None if value < 0 else value

    def near(self, kind):
        self.last[kind] += self.signed()
        return self.last[kind]

    def range(self):
        return self.near("place"), self.near("place")

    def text(self):
        size = self.number()
        self.at += size
        return self.content[self.at - size:self.at].decode()


# The tables that `contents` took the place of, in the order of its lists, and an item of each.
LISTS = {
    "print_spans": lambda c: (c.number(), c.near("line"), c.near("page"), c.near("byte"),
                              c.near("byte"), *c.range()),
    "runs": lambda c: (c.number(), *c.range()),
    "paragraphs": lambda c: c.range(),
    "joins": lambda c: (c.number(), c.number(), c.number()),
    "sections": lambda c: (c.text(), c.text(), c.index(), c.signed(), c.signed(), c.number(),
                           c.text(), c.text(), c.number(), *c.range(), *c.range(), c.number(),
                           c.text()),
    "quotes": lambda c: (c.text(), *c.range(), c.index(), c.near("paragraph"), c.number(),
                         c.number(), c.number(), c.number()),
    "lint": lambda c: (c.number(), c.number(), c.number(), *c.range(), c.text(), c.text()),
}


def read_content(held):
    """The items of each table that a row of `contents` holds."""
    content = Content(held)
    tables = {}
    for table, item in LISTS.items():
        content.last["place"] = 0
        tables[table] = [item(content) for _ in range(content.number())]
    assert content.at == len(held)
    return tables


def stored_quotes(database):
    """The texts of all quotes of latest revisions, read from the database itself."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        texts = []
        for joined, revision, content in connection.execute(
                "SELECT joined, revisions.id, bytes FROM revisions JOIN reports USING (report_id)"
                " LEFT JOIN contents ON revision = revisions.id WHERE number = latest_revision"):
            ranges = [quote[1:3] for quote in read_content(content)["quotes"]] if content else \
                connection.execute("SELECT range_begin, range_end FROM quotes WHERE revision = ?",
                                   (revision,)).fetchall()
            texts += [joined[begin:end] for begin, end in ranges]
        return texts


def check_integrity(test, database):
    with closing(sqlite3.connect(database)) as connection:
        test.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        test.assertEqual(connection.execute("PRAGMA foreign_key_check").fetchall(), [])


def without_circumstances(answer):
    """What is the same in every answer to one request id."""
    same = type(answer)()
    same.CopyFrom(answer)
    same.replayed = False
    # Told once, and about the report as a whole, which later revisions change.
    same.ClearField("report")
    del same.lint[:]
    return same


def check_everything(test, server, database, ledger, numbers, replays=12, searches=8, stubs=None):
    """Everything acknowledged is there, nothing is there by half, look-ups find what is stored.
    Asks by a connection of its own unless it gets one."""
    with contextlib.ExitStack() as closes:
        if stubs is None:
            stubs = closes.enter_context(Stubs(server))
        held = held_reports(stubs)
        newest = {}  # of each report, the last request that was acknowledged
        for request_id, answer in ledger.acknowledged.items():
            report_id = answer.report.name.split("/")[1]
            revision = int(answer.report.latest_revision.split("/")[-1])
            test.assertIn(report_id, held, "an acknowledged import is lost")
            if revision >= newest.get(report_id, (0, None))[0]:
                newest[report_id] = (revision, request_id)
        attempted_sums = {}
        for request in ledger.attempted.values():
            attempted_sums.setdefault(request.report_id, set()).add(
                hashlib.sha256(request.source.content).hexdigest())
        unsettled = {request.report_id for name, request in ledger.attempted.items()
                     if name not in ledger.acknowledged}
        for report_id, report in held.items():
            test.assertIn(report.source.sha256, attempted_sums[report_id])
            revision, request_id = newest.get(report_id, (0, None))
            now = int(report.latest_revision.split("/")[-1])
            test.assertGreaterEqual(now, revision, "an acknowledged revision is lost")
            if now == revision:
                # To the byte what was acknowledged.
                test.assertEqual(
                    report.SerializeToString(deterministic=True),
                    ledger.acknowledged[request_id].report.SerializeToString(deterministic=True))
            else:
                test.assertIn(report_id, unsettled, "a revision that nobody asked for")
        # Whole, by its own counts and by the rows.
        for report_id in numbers.sample(sorted(held), min(len(held), replays)):
            report = held[report_id]
            listing = quote_service_pb2.ListQuotesRequest(parent=report.name, page_size=1)
            listing.filter.kind = quote_pb2.TEXT_KIND_ANY
            test.assertEqual(stubs.quotes.ListQuotes(listing, timeout=60).total_size,
                             report.quote_count + report.furniture_quote_count)
            sections = stubs.reports.ListSections(report_service_pb2.ListSectionsRequest(
                parent=report.name, page_size=1), timeout=60)
            test.assertEqual(sections.total_size, report.section_count)
            revision = stubs.reports.GetRevision(report_service_pb2.GetRevisionRequest(
                name=report.latest_revision), timeout=60).revision
            test.assertEqual(revision.source.sha256, report.source.sha256)
        # A retry of what was acknowledged is answered as it was, and changes nothing.
        known = sorted(ledger.acknowledged)
        for request_id in numbers.sample(known, min(len(known), replays)):
            again = stubs.reports.ImportReport(ledger.attempted[request_id], timeout=60)
            first = ledger.acknowledged[request_id]
            test.assertTrue(again.replayed, request_id)
            test.assertEqual(again.report.name, first.report.name)
            test.assertEqual(again.unchanged, first.unchanged)
            test.assertEqual(again.archive_revision, first.archive_revision)
        test.assertEqual(set(held_reports(stubs)), set(held))
        # Look-ups against the rows, one by one.
        texts = stored_quotes(database)
        test.assertEqual(sum(report.quote_count + report.furniture_quote_count
                             for report in held.values()), len(texts))
        for _ in range(searches if texts else 0):
            text = numbers.choice(texts)
            words = max(re.findall(f"[{HAN}]+", text) or ["春"], key=len)
            size = min(len(words), numbers.choice((1, 2, 2, 3, 6)))
            place = numbers.randint(0, len(words) - size)
            term = words[place:place + size]
            answer = stubs.search(f'"{term}"')
            test.assertEqual(answer.total_size, sum(term in text for text in texts), term)
            for hit in answer.hits:
                test.assertIn(term, hit.quote.text)
    check_integrity(test, database)
    return held


def settle(test, server, ledger):
    """Sends everything again that was not answered. Returns how many of them were durable."""
    durable = 0
    with Stubs(server) as stubs:
        for request_id, request in ledger.attempted.items():
            if request_id not in ledger.acknowledged:
                answer = ledger.write(stubs, request, upload=False)
                durable += answer.replayed
                test.assertFalse(answer.unchanged)
    return durable


def write_until(stop, server, ledger, numbers, sentences=(5, 200), upload=0.4, failures=None):
    """Imports one report after the other until `stop` is set or the server is gone."""
    with Stubs(server) as stubs:
        while not stop.is_set():
            request = ledger.make(numbers, numbers.randint(*sentences))
            try:
                ledger.write(stubs, request, upload=numbers.random() < upload)
            except grpc.RpcError as error:
                if failures is None:
                    return
                failures.append(reason_of(error))


def resident(process):
    """Bytes of memory that a process holds."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) << 10
    raise AssertionError("no process")


def open_files(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


