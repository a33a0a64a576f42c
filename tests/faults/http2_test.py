"""HTTP/2 that no client speaks: broken frames in the manner of h2spec, floods, bombs, junk of other
protocols. Whatever comes, the server lives, others are answered, and memory has a bound."""

import collections
import os
import select
import ssl
import struct
import subprocess
import threading
import time
import unittest

from certificates import Authority
from fault_testing import (LONG, Ledger, Stubs, check_everything, chooser, grpc, import_request,
                           invented_text, open_files, quote_service_pb2, resident,
                           upload_messages)
from h2_client import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HAS_PRIORITY,
                       HEADERS, PADDED, PING, PREFACE, PRIORITY, PUSH_PROMISE, RST_STREAM,
                       SETTINGS, SETTINGS_ENABLE_PUSH, SETTINGS_INITIAL_WINDOW_SIZE,
                       SETTINGS_MAX_FRAME_SIZE, WINDOW_UPDATE, Body, Connection, call_headers, frame,
                       grpc_message, header, integer)
from quotes_testing import QUOTED, WAIT_SECONDS, Server, TempDir, wait_for

SEARCH = "/quotes.v1.QuoteService/SearchQuotes"
QUERY = quote_service_pb2.SearchQuotesRequest(query="春").SerializeToString()
CALL = call_headers(SEARCH)
WHOLE = END_HEADERS | END_STREAM

# What one hostile client may make the server hold, beyond what it held before.
BOUND = 256 << 20
# And for how long others may wait for an answer, on a machine that does other work besides.
PATIENCE = 30


def setting(name, value):
    return struct.pack(">HI", name, value)


def client_hello():
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2"])
    connection = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        connection.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


# Sent in the place of the client's first words.
FIRST_WORDS = {
    "nothing": b"",
    "half of a preface": PREFACE[:11],
    "wrong preface": b"PRI * HTTP/2.0\r\n\r\nMS\r\n\r\n" + frame(SETTINGS, 0, 0),
    "HTTP/1.1": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "HTTP/1.1 that asks for an upgrade":
        b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
    "TLS": client_hello(),
    "SSH": b"SSH-2.0-OpenSSH_9.2p1\r\n",
    "zeros": bytes(100_000),
    "no settings first": PREFACE + frame(HEADERS, WHOLE, 1, CALL),
    "settings that never end": PREFACE + frame(SETTINGS, 0, 0, b"", length=(1 << 24) - 1),
}

# Sent after a proper hello.
FRAMES = {
    "settings on a stream": frame(SETTINGS, 0, 1),
    "settings of 5 bytes": frame(SETTINGS, 0, 0, b"12345"),
    "acknowledgement with a payload": frame(SETTINGS, ACK, 0, setting(1, 1)),
    "ENABLE_PUSH 2": frame(SETTINGS, 0, 0, setting(SETTINGS_ENABLE_PUSH, 2)),
    "window of 2^31": frame(SETTINGS, 0, 0, setting(SETTINGS_INITIAL_WINDOW_SIZE, 1 << 31)),
    "frame size 0": frame(SETTINGS, 0, 0, setting(SETTINGS_MAX_FRAME_SIZE, 0)),
    "unknown setting": frame(SETTINGS, 0, 0, setting(0xFFF, 1)),
    "unknown frame": frame(0x42, 0xFF, 77, b"whatever"),
    "data on stream 0": frame(DATA, 0, 0, b"x"),
    "data on an idle stream": frame(DATA, 0, 5, b"x"),
    "headers on stream 0": frame(HEADERS, WHOLE, 0, CALL),
    "headers on an even stream": frame(HEADERS, WHOLE, 2, CALL),
    "streams that go back": frame(HEADERS, END_HEADERS, 9, CALL) + frame(
        HEADERS, END_HEADERS, 3, CALL),
    "the same stream again": frame(HEADERS, WHOLE, 1, CALL) * 2,
    "frame above the size": frame(HEADERS, WHOLE, 1, CALL + header("x", "y" * 60_000)),
    "frame of 16 MiB that does not come": frame(DATA, 0, 1, b"x", length=(1 << 24) - 1),
    "continuation of nothing": frame(CONTINUATION, END_HEADERS, 1, CALL),
    "another frame between headers": frame(HEADERS, 0, 1, CALL) + frame(PING, 0, 0, bytes(8)),
    "another stream between headers": frame(HEADERS, 0, 1, CALL) + frame(
        CONTINUATION, END_HEADERS, 3, CALL),
    "padding longer than the frame": frame(DATA, PADDED, 1, b"\xff" + b"x" * 9),
    "headers of padding alone": frame(HEADERS, WHOLE | PADDED, 1, b"\x05" + bytes(4)),
    "priority of itself": frame(HEADERS, WHOLE | HAS_PRIORITY, 1,
                                struct.pack(">IB", 1, 5) + CALL),
    "priority of 4 bytes": frame(PRIORITY, 0, 1, b"1234"),
    "reset of an idle stream": frame(RST_STREAM, 0, 7, bytes(4)),
    "reset of stream 0": frame(RST_STREAM, 0, 0, bytes(4)),
    "reset of 3 bytes": frame(HEADERS, END_HEADERS, 1, CALL) + frame(RST_STREAM, 0, 1, bytes(3)),
    "ping of 7 bytes": frame(PING, 0, 0, bytes(7)),
    "ping on a stream": frame(PING, 0, 1, bytes(8)),
    "goaway on a stream": frame(GOAWAY, 0, 1, bytes(8)),
    "window update by 0": frame(WINDOW_UPDATE, 0, 0, bytes(4)),
    "window update of 3 bytes": frame(WINDOW_UPDATE, 0, 0, bytes(3)),
    "window beyond 2^31": frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", (1 << 31) - 1)) * 3,
    "window of a stream beyond 2^31": frame(HEADERS, END_HEADERS, 1, CALL) + frame(
        WINDOW_UPDATE, 0, 1, struct.pack(">I", (1 << 31) - 1)) * 3,
    "push promise": frame(PUSH_PROMISE, END_HEADERS, 1, struct.pack(">I", 2) + CALL),
    "header of no table entry": frame(HEADERS, WHOLE, 1, CALL + integer(4000, 7, 0x80)),
    "header index 0": frame(HEADERS, WHOLE, 1, CALL + b"\x80"),
    "number without an end": frame(HEADERS, WHOLE, 1, CALL + b"\xff" * 40),
    "table of 4 GiB": frame(HEADERS, WHOLE, 1, integer((1 << 32) - 1, 5, 0x20) + CALL),
    "string longer than the block": frame(HEADERS, WHOLE, 1, CALL + b"\0" + integer(9999, 7)),
    "Huffman code of the end": frame(HEADERS, WHOLE, 1,
                                     CALL + b"\0\x01a" + b"\x84\xff\xff\xff\xff"),
    "upper case": frame(HEADERS, WHOLE, 1, CALL + header("X-Upper", "1")),
    "bytes that are no header": frame(HEADERS, WHOLE, 1, CALL + header(b"a\0b\n", b"\0\r\n\xff")),
    "path missing": frame(HEADERS, WHOLE, 1, header(":method", "POST") + header(
        "content-type", "application/grpc")),
    "path twice": frame(HEADERS, WHOLE, 1, CALL + header(":path", SEARCH)),
    "pseudo-header unknown": frame(HEADERS, WHOLE, 1, CALL + header(":x", "1")),
    "GET": frame(HEADERS, WHOLE, 1, CALL.replace(b"POST", b"GETS")),
    "connection header": frame(HEADERS, WHOLE, 1, CALL + header("connection", "close")),
    "not gRPC": frame(HEADERS, WHOLE, 1, CALL.replace(b"application/grpc", b"application/json")),
    "unknown method": frame(HEADERS, WHOLE, 1, call_headers("/x")),
    "path of 8,000 characters": frame(HEADERS, WHOLE, 1, call_headers("/" + "x" * 8000)),
    "timeout that is none": frame(HEADERS, WHOLE, 1, CALL + header("grpc-timeout", "soon")),
    "timeout of ages": frame(HEADERS, END_HEADERS, 1, CALL + header(
        "grpc-timeout", "99999999H")) + frame(DATA, END_STREAM, 1, grpc_message(QUERY)),
    "encoding that is none": frame(HEADERS, END_HEADERS, 1, CALL + header(
        "grpc-encoding", "nonsense")) + frame(DATA, END_STREAM, 1, b"\1" + grpc_message(QUERY)[1:]),
    "no message": frame(HEADERS, WHOLE, 1, CALL),
    "half a message": frame(HEADERS, END_HEADERS, 1, CALL) + frame(
        DATA, END_STREAM, 1, grpc_message(QUERY)[:-1]),
    "two messages": frame(HEADERS, END_HEADERS, 1, CALL) + frame(
        DATA, END_STREAM, 1, grpc_message(QUERY) * 2),
    "message of 4 GiB": frame(HEADERS, END_HEADERS, 1, CALL) + frame(
        DATA, 0, 1, b"\0\xff\xff\xff\xff" + b"x" * 1000),
    "message of no proto": frame(HEADERS, END_HEADERS, 1, CALL) + frame(
        DATA, END_STREAM, 1, grpc_message(os.urandom(200))),
    "compressed as nothing": frame(HEADERS, END_HEADERS, 1, CALL) + frame(
        DATA, END_STREAM, 1, b"\1" + grpc_message(QUERY)[1:]),
    "flag 7": frame(HEADERS, END_HEADERS, 1, CALL) + frame(
        DATA, END_STREAM, 1, b"\7" + grpc_message(QUERY)[1:]),
    "gzip that is none": frame(HEADERS, END_HEADERS, 1, CALL + header(
        "grpc-encoding", "gzip")) + frame(DATA, END_STREAM, 1, b"\1" + grpc_message(QUERY)[1:]),
    "data after the end": frame(HEADERS, WHOLE, 1, CALL) + frame(
        DATA, END_STREAM, 1, grpc_message(QUERY)),
    "trailers that do not end": frame(HEADERS, END_HEADERS, 1, CALL) + frame(
        HEADERS, END_HEADERS, 1, header("x-trailer", "1")),
    "trailers with a pseudo-header": frame(HEADERS, END_HEADERS, 1, CALL) + frame(
        HEADERS, WHOLE, 1, header(":path", "/x")),
}


def gzip_bomb():
    """A message of 1 GiB in 1 MiB."""
    import gzip  # pylint: disable=import-outside-toplevel
    return gzip.compress(bytes(256 << 20), 9)


class Http2Test(unittest.TestCase):
    """All against one server, which must be as good afterwards as before."""

    @classmethod
    def setUpClass(cls):
        cls.numbers = chooser("http2_test")
        cls.folder = cls.enterClassContext(TempDir())
        cls.database = cls.folder / "quotes.db"
        cls.server = cls.enterClassContext(Server(cls.database))
        cls.ledger = Ledger()
        with Stubs(cls.server) as stubs:
            for _ in range(10):
                cls.ledger.write(stubs, cls.ledger.make(cls.numbers, 100, revise=0), upload=False)
            cls.expected = stubs.search("春").SerializeToString(deterministic=True)

    def setUp(self):
        self.before = resident(self.server.process)
        self.stubs = self.enterContext(Stubs(self.server))
        self.most = self.before
        self.check()

    def tearDown(self):
        wait_for(lambda: open_files(self.server.process) < 60, "connections that are gone")
        # What was asked and is not wanted any more is still worked off.
        wait_for(self.is_idle, "a server without work", 120)
        self.check()

    @classmethod
    def tearDownClass(cls):
        case = unittest.TestCase()
        check_everything(case, cls.server, cls.database, cls.ledger, cls.numbers)
        case.assertEqual(cls.server.terminate(), 0)

    def is_idle(self):
        before = self.used_time()
        time.sleep(0.3)
        return self.used_time() - before <= 2

    def used_time(self):
        """Hundredths of a second of processors."""
        with open(f"/proc/{self.server.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def check(self):
        self.assertIsNone(self.server.process.poll(), self.server.log_text()[-2000:])
        answer = self.stubs.search("春", timeout=PATIENCE)
        self.assertEqual(answer.SerializeToString(deterministic=True), self.expected)
        self.most = max(self.most, resident(self.server.process))
        self.assertLess(self.most - self.before, BOUND)

    @staticmethod
    def reaction(connection, seconds):
        """What the server does within so long, until it closes: names of frames."""
        connection.socket.settimeout(seconds)
        seen = []
        lives = False
        try:
            while True:
                got = connection.read_frame()
                names = {GOAWAY: "goaway", RST_STREAM: "reset", HEADERS: "headers", DATA: "data"}
                if got.type == PING and got.flags & ACK:
                    # What it says of the frames before may come a moment later.
                    lives = True
                    connection.socket.settimeout(0.1)
                if got.type in names and names[got.type] not in seen:
                    seen.append(names[got.type])
        except TimeoutError:
            return seen + ["lives" if lives else "waits"]
        except OSError:
            return seen + ["closes"]

    def test_first_words(self):
        reactions = collections.Counter()
        for name, words in FIRST_WORDS.items():
            with self.subTest(name), Connection(self.server.port, preface=None) as connection:
                connection.send(words)
                reactions[self.reaction(connection, 2)[-1]] += 1
            self.check()
        print(f"first words: {dict(reactions)}")
        self.assertGreaterEqual(reactions["closes"], 4)

    def test_frames(self):
        reactions = collections.Counter()
        for name, sent in FRAMES.items():
            with self.subTest(name), Connection(self.server.port) as connection:
                connection.read_until(lambda got: got.type == SETTINGS and not got.flags & ACK)
                connection.send(sent)
                try:
                    connection.send_frame(PING, 0, 0, b"are you?")
                except OSError:
                    pass
                reactions[", ".join(self.reaction(connection, 1.5))] += 1
            self.check()
        print(f"frames: {dict(reactions)}")
        # Most of them end the stream or the connection.
        self.assertGreater(sum(count for what, count in reactions.items() if what != "lives"),
                           len(FRAMES) // 3)

    def test_garbage(self):
        for number in range(200 if LONG else 40):
            with self.subTest(number), Connection(
                    self.server.port, preface=PREFACE if number % 2 else None) as connection:
                try:
                    if number % 4 > 1:
                        for _ in range(20):
                            size = self.numbers.randint(0, 40)
                            connection.send_frame(
                                self.numbers.randint(0, 12), self.numbers.randint(0, 255),
                                self.numbers.randint(0, 9), self.numbers.randbytes(size))
                    else:
                        connection.send(self.numbers.randbytes(self.numbers.randint(1, 5000)))
                except OSError:
                    pass  # it was closed meanwhile
                self.reaction(connection, 0.02)
        self.check()

    def flood(self, pieces, most=1 << 30, read=True, window=None):
        """Sends what pieces() gives, one after the other, for some time, at most so many. Others
        must be answered all the while. First by a client that acknowledges no settings, then by one
        that does. What became of it: "closed", "no longer read" or None."""
        return [self.flood_once(pieces(), most, read, window, settled)
                for settled in (False, True)]

    def flood_once(self, pieces, most, read, window, settled):
        sent, closed = 0, None
        slowest = 0
        done = threading.Event()

        def ask():
            nonlocal slowest
            while not done.wait(0.1):
                begin = time.monotonic()
                self.check()
                slowest = max(slowest, time.monotonic() - begin)
        failures = []

        def watched():
            try:
                ask()
            except BaseException as failure:  # pylint: disable=broad-except
                failures.append(failure)
        asker = threading.Thread(target=watched)
        with Connection(self.server.port, window=window) as connection:
            if settled:
                connection.read_until(lambda got: got.type == SETTINGS and not got.flags & ACK)
            asker.start()
            connection.socket.settimeout(2)
            end = time.monotonic() + (8 if LONG else 2)
            try:
                for piece in pieces:
                    if time.monotonic() > end or sent == most:
                        break
                    connection.send(piece)
                    sent += 1
                    while read and select.select([connection.socket], [], [], 0)[0]:
                        if not connection.socket.recv(1 << 20):
                            raise ConnectionError("closed")
            except TimeoutError:
                closed = "no longer read"
            except OSError:
                closed = "closed"
            self.check()
            done.set()
            asker.join()
        self.assertEqual(failures, [])
        print(f"{self._testMethodName}{', settled' if settled else ''}: {sent} sent, "
              f"{closed or 'all taken'}; memory at most {(self.most - self.before) >> 20} MiB more; "
              f"look-ups beside it at most {slowest * 1000:.0f} ms")
        self.assertLess(slowest, PATIENCE)
        return closed

    def closed_for(self):
        """Why connections were closed, from the log."""
        return {line["reason"] for line in self.server.log_lines()
                if line["event"] == "connections_closed"}

    @staticmethod
    def streams():
        return range(1, 1 << 30, 2)

    def test_rapid_reset(self):
        reset = struct.pack(">I", 8)
        self.flood(lambda: (
            b"".join(frame(HEADERS, END_HEADERS, stream + 2 * i, CALL)
                     + frame(DATA, END_STREAM, stream + 2 * i, grpc_message(QUERY))
                     + frame(RST_STREAM, 0, stream + 2 * i, reset) for i in range(50))
            for stream in range(1, 1 << 30, 100)))

    def test_streams_that_never_end(self):
        closed = self.flood(lambda: (
            b"".join(frame(HEADERS, END_HEADERS, stream + 2 * i, CALL) for i in range(50))
            for stream in range(1, 1 << 30, 100)))
        self.assertEqual(closed, ["closed", "closed"])

    def test_continuations(self):
        def pieces():
            yield frame(HEADERS, 0, 1, CALL)
            number = 0
            while True:
                number += 1
                yield frame(CONTINUATION, 0, 1, b"".join(
                    header(f"x-{number}-{i}", "y" * 1000) for i in range(15)))
        self.flood(pieces)

    def test_continuations_of_nothing(self):
        def pieces():
            yield frame(HEADERS, 0, 1, CALL)
            while True:
                yield frame(CONTINUATION, 0, 1) * 1000
        self.flood(pieces)

    def test_one_header_without_an_end(self):
        def pieces():
            yield frame(HEADERS, 0, 1, CALL + b"\0" + b"\1x" + integer(1 << 31, 7))
            while True:
                yield frame(CONTINUATION, 0, 1, b"y" * 16_000)
        self.flood(pieces)

    def test_bomb_of_the_header_table(self):
        def pieces():
            # One field of nearly the table's size, then thousands of references of one byte.
            yield frame(HEADERS, END_HEADERS, 1, CALL + header("a", "b" * 4000, indexed=True))
            for stream in range(3, 1 << 30, 2):
                yield frame(HEADERS, END_HEADERS, stream, CALL + b"\xbe" * 15_000)
        self.flood(pieces)

    def test_headers_over_the_limit(self):
        self.flood(lambda: (frame(HEADERS, END_HEADERS, stream, CALL + header("x", "y" * 15_000))
                            for stream in self.streams()))

    def test_settings(self):
        self.flood(lambda: (
            frame(SETTINGS, 0, 0, setting(SETTINGS_INITIAL_WINDOW_SIZE, 1000 + n % 2)) * 500
            for n in range(1 << 30)), read=False)

    def test_pings(self):
        self.flood(lambda: (frame(PING, 0, 0, bytes(8)) * 500 for _ in range(1 << 30)),
                   read=False)

    def test_window_updates(self):
        closed = self.flood(lambda: (frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1)) * 500
                                     for _ in range(1 << 30)))
        self.assertEqual(closed, ["closed", "closed"])

    def test_acknowledgements_of_nothing(self):
        for sent in (frame(PING, ACK, 0, bytes(8)), frame(SETTINGS, ACK, 0)):
            with self.subTest(sent[3]):
                closed = self.flood(lambda sent=sent: (sent * 500 for _ in range(1 << 30)))
                self.assertEqual(closed, ["closed", "closed"])

    def test_resets_of_nothing(self):
        def pieces():
            yield frame(HEADERS, END_HEADERS, 1, CALL) + frame(RST_STREAM, 0, 1, bytes(4))
            while True:
                yield frame(RST_STREAM, 0, 1, bytes(4)) * 500
        self.assertEqual(self.flood(pieces), ["closed", "closed"])

    def test_frames_of_a_call_that_was_reset(self):
        for sent in (frame(HEADERS, END_HEADERS, 1, CALL), frame(DATA, 0, 1, bytes(16_000))):
            def pieces(sent=sent):
                yield frame(HEADERS, END_HEADERS, 1, CALL) + frame(RST_STREAM, 0, 1, bytes(4))
                while True:
                    yield sent * 50
            with self.subTest(sent[3]):
                self.assertEqual(self.flood(pieces), ["closed", "closed"])

    def test_priorities(self):
        self.flood(lambda: (frame(PRIORITY, 0, 1 + 2 * (n % 100_000), struct.pack(">IB", 0, 5)) * 500
                            for n in range(1 << 30)))

    def test_data_of_nothing(self):
        def pieces():
            yield frame(HEADERS, END_HEADERS, 1, CALL)
            while True:
                yield frame(DATA, 0, 1) * 500
        self.flood(pieces)

    def test_windows_of_one(self):
        """Answers are asked for byte by byte."""
        def pieces():
            for stream in self.streams():
                yield (frame(HEADERS, END_HEADERS, stream, CALL)
                       + frame(DATA, END_STREAM, stream, grpc_message(QUERY))
                       + frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", 1)))
        self.flood(pieces, most=2000, window=1)

    def test_bombs_in_gzip(self):
        bomb = gzip_bomb()
        message = b"\1" + struct.pack(">I", len(bomb)) + bomb

        def pieces():
            for stream in self.streams():
                yield frame(HEADERS, END_HEADERS, stream,
                            CALL + header("grpc-encoding", "gzip"))
                for place in range(0, len(message), 16_000):
                    last = place + 16_000 >= len(message)
                    yield frame(DATA, END_STREAM if last else 0, stream,
                                message[place:place + 16_000])
        self.flood(pieces)

    def test_connections_that_come_and_go(self):
        end = time.monotonic() + (10 if LONG else 2)
        count = 0
        while time.monotonic() < end:
            with Connection(self.server.port, preface=self.numbers.choice((None, PREFACE))):
                count += 1
        self.check()
        print(f"{count} connections made and closed")


class BodiesTest(unittest.TestCase):
    """Bodies that strangers send before anybody asks who they are, and resets, by many connections
    at once: what all of them make the server hold has the documented bound, and others go on."""

    # What the process may grow by beyond it: what is freed goes back in pieces.
    BESIDE = 96 << 20

    def setUp(self):
        self.folder = self.enterContext(TempDir())
        self.connections = []
        self.done = threading.Event()
        self.addCleanup(self.close_all)

    def close_all(self):
        for connection in self.connections:
            connection.socket.close()

    def start(self, *arguments):
        server = self.enterContext(Server(self.folder / "quotes.db", *arguments))
        self.stubs = self.enterContext(Stubs(server))
        ledger = Ledger()
        ledger.write(self.stubs, ledger.make(chooser("bodies"), 200, revise=0), upload=False)
        return server

    def beside(self, server, count, work, seconds, enough, tls=None):
        """Runs work(connection) for `count` connections at once, so long and until `enough` of them
        were closed, however slow the machine is. Look-ups and health are asked beside it. Returns
        how much the process grew."""
        before = most = resident(server.process)
        slowest = 0
        closed = []
        failures = []
        self.done.clear()

        def run():
            try:
                connection = Connection(server.port, tls=tls)
                self.connections.append(connection)
                work(connection)
            except OSError:
                closed.append(1)
            except BaseException as failure:  # pylint: disable=broad-except
                failures.append(failure)
        threads = [threading.Thread(target=run) for _ in range(count)]
        for thread in threads:
            thread.start()
        begun = time.monotonic()
        try:
            while (passed := time.monotonic() - begun) < seconds or (
                    len(closed) < enough and passed < WAIT_SECONDS):
                begin = time.monotonic()
                if tls is None:
                    self.assertGreater(self.stubs.search("春", timeout=PATIENCE).total_size, 0)
                    self.assertEqual(self.stubs.health(timeout=PATIENCE), "SERVING")
                slowest = max(slowest, time.monotonic() - begin)
                most = max(most, resident(server.process))
                time.sleep(0.05)
        finally:
            self.done.set()
            for thread in threads:
                thread.join()
        self.assertEqual(failures, [])
        print(f"{self._testMethodName}: {(most - before) >> 20} MiB more, {len(closed)} of {count} "
              f"connections closed, look-ups beside them at most {slowest * 1000:.0f} ms")
        self.assertLess(slowest, PATIENCE)
        self.assertGreaterEqual(len(closed), enough)
        return most - before

    @staticmethod
    def closed_for(server):
        return {line["reason"] for line in server.log_lines()
                if line["event"] == "connections_closed"}

    def await_closed(self, server, reasons):
        """The log tells these reasons, a moment after the clients heard, and no others."""
        for reason in reasons:
            server.await_lines("connections_closed", reason=reason)
        self.assertEqual(self.closed_for(server), reasons)

    def send(self, streams, size):
        """Work of a connection: bodies of so many calls, and listening when they are sent."""
        def work(connection):
            body = Body(connection, CALL, streams, size)
            while not self.done.is_set():
                body.run(0.2)
        return work

    def test_one_connection(self):
        server = self.start("--max-connection-bytes", str(64 << 20))
        growth = self.beside(server, 1, self.send(40, 8 << 20), 5, enough=1)
        self.assertLess(growth, (64 << 20) + self.BESIDE)
        self.await_closed(server, {"bytes"})

    def test_all_connections(self):
        server = self.start("--max-connection-bytes", str(64 << 20),
                            "--max-transport-bytes", str(128 << 20))
        # None of them goes too far by itself.
        growth = self.beside(server, 8, self.send(20, 2 << 20), 5, enough=4)
        self.assertLess(growth, (128 << 20) + self.BESIDE)
        self.await_closed(server, {"memory"})

    def test_defaults(self):
        server = self.start()
        growth = self.beside(server, 6, self.send(100, 32 << 20), 10, enough=2)
        self.assertLess(growth, (512 << 20) + 2 * self.BESIDE)

    def test_inside_tls(self):
        authority = Authority(self.folder, "authority")
        certificate, key = authority.issue("server")
        server = self.enterContext(Server(
            self.folder / "quotes.db", "--tls-cert", str(certificate), "--tls-key", str(key),
            "--max-connection-bytes", str(64 << 20), "--max-transport-bytes", str(128 << 20)))
        tls = ssl.create_default_context(cafile=str(authority.certificate))
        tls.set_alpn_protocols(["h2"])
        growth = self.beside(server, 1, self.send(40, 8 << 20), 5, enough=1, tls=tls)
        self.assertLess(growth, (64 << 20) + self.BESIDE)
        growth = self.beside(server, 8, self.send(20, 2 << 20), 5, enough=4, tls=tls)
        # What is encrypted is held besides, until it is not.
        self.assertLess(growth, (128 << 20) + 2 * self.BESIDE)
        self.await_closed(server, {"bytes", "memory"})
        # One that sends nothing more is closed, too: gRPC closed as many sockets.
        self.close_all()
        wait_for(lambda: open_files(server.process) < 60, "connections that are gone")
        self.assertEqual(server.terminate(), 0)

    def test_resets_by_many(self):
        server = self.start("--max-transport-bytes", str(128 << 20))
        reset = struct.pack(">I", 8)

        def work(connection):
            connection.read_until(lambda got: got.type == SETTINGS and not got.flags & ACK)
            stream = 1
            while not self.done.is_set():
                connection.send(b"".join(
                    frame(HEADERS, END_HEADERS, stream + 2 * i, CALL)
                    + frame(DATA, END_STREAM, stream + 2 * i, grpc_message(QUERY))
                    + frame(RST_STREAM, 0, stream + 2 * i, reset) for i in range(50)))
                stream += 100
        growth = self.beside(server, 8, work, 3, enough=7)
        self.assertLess(growth, (128 << 20) + self.BESIDE)

    def test_strangers_make_room_for_who_was_let_in(self):
        """Half-sent requests of callers without a token take all that there is, again and again; who
        has one imports beside them what is larger than each of theirs."""
        tokens = self.folder / "tokens.toml"
        token = subprocess.run(
            [QUOTED, "token", "new", "--name", "desk", "--role", "editor", "--file", tokens],
            check=True, capture_output=True, text=True).stdout.strip()
        server = self.enterContext(Server(self.folder / "quotes.db", "--tokens", str(tokens),
                                          "--max-transport-bytes", str(72 << 20)))
        done = threading.Event()

        def strange():
            while not done.is_set():
                try:
                    with Connection(server.port) as connection:
                        body = Body(connection, CALL, 1, 4 << 20)
                        while not done.is_set():
                            body.run(0.2)
                except OSError:
                    pass
        threads = [threading.Thread(target=strange) for _ in range(24)]
        for thread in threads:
            thread.start()
        try:
            wait_for(lambda: "memory" in self.closed_for(server), "a server without room", 120)
            line = "全区生产总值达到280亿元，城镇新增就业4.5万余人，棚户区改造完成。\n".encode()
            request = import_request("large", "", "在大会上的报告\n\n".encode()
                                     + line * ((6 << 20) // len(line)))
            request.validate_only = True
            metadata = (("authorization", f"Bearer {token}"),)
            for number in range(4):
                with self.subTest(number), Stubs(server) as stubs:
                    if number % 2:
                        stubs.reports.UploadReport(upload_messages(request, 1 << 20),
                                                   metadata=metadata, timeout=300)
                    else:
                        stubs.reports.ImportReport(request, metadata=metadata, timeout=300)
        finally:
            done.set()
            for thread in threads:
                thread.join()
        self.assertEqual(self.closed_for(server), {"memory"})

    def test_a_large_request_is_refused_before_it_comes(self):
        """Whoever has no token is told so by the first frame of an import."""
        tokens = self.folder / "tokens.toml"
        subprocess.run([QUOTED, "token", "new", "--name", "desk", "--role", "editor", "--file",
                        tokens], check=True, capture_output=True)
        with Server(self.folder / "closed.db", "--tokens", str(tokens)) as server, \
                Connection(server.port) as connection:
            connection.send_frame(HEADERS, END_HEADERS, 1,
                                  call_headers("/quotes.v1.ReportService/ImportReport"))
            answer = connection.read_until(lambda got: got.type == HEADERS and got.stream == 1)
            self.assertTrue(answer.flags & END_STREAM)
        # One that ends without a request, from where everybody may import.
        server = self.start()
        with Connection(server.port) as connection:
            connection.send_frame(HEADERS, END_HEADERS | END_STREAM, 1,
                                  call_headers("/quotes.v1.ReportService/ImportReport"))
            answer = connection.read_until(lambda got: got.type == HEADERS and got.stream == 1)
            self.assertTrue(answer.flags & END_STREAM)
        self.assertGreater(self.stubs.search("春").total_size, 0)

    def test_half_of_an_import_keeps_no_place(self):
        server = self.start("--max-calls", "2")
        with Connection(server.port) as connection:
            for stream in (1, 3, 5):
                connection.send(frame(HEADERS, END_HEADERS, stream,
                                      call_headers("/quotes.v1.ReportService/ImportReport"))
                                + frame(DATA, 0, stream, b"\0" + struct.pack(">I", 1000) + b"x"))
            connection.send_frame(PING, 0, 0, bytes(8))
            connection.read_until(lambda got: got.type == PING and got.flags & ACK)
            for _ in range(20):
                self.assertGreater(self.stubs.search("春").total_size, 0)

    def test_answers_that_nobody_reads_have_a_bound(self):
        """Of one connection a quarter; others are answered."""
        server = self.start("--max-unread-answers", "8", "--log-level", "debug")
        with Connection(server.port, window=0) as connection:
            connection.read_until(lambda got: got.type == SETTINGS and not got.flags & ACK)
            refused = None
            for stream in range(1, 100, 2):
                connection.send(frame(HEADERS, END_HEADERS, stream, CALL)
                                + frame(DATA, END_STREAM, stream, grpc_message(QUERY)))
                # An answer begins with headers of its own, a refusal has these alone.
                answer = connection.read_until(
                    lambda got, stream=stream: got.type == HEADERS and got.stream == stream)
                if answer.flags & END_STREAM:
                    refused = stream
                    break
            self.assertEqual(refused, 5)
            wait_for(lambda: any(line.get("reason") == "TOO_MANY_CALLS"
                                 for line in server.log_lines()), "the refusal in the log")
            self.assertGreater(self.stubs.search("春").total_size, 0)

    def test_connections_are_taken_at_a_rate(self):
        server = self.start("--connection-rate", "10", "--connection-burst", "3")
        begin = time.monotonic()
        for _ in range(23):
            with Connection(server.port, timeout=PATIENCE) as connection:
                connection.read_until(lambda got: got.type == SETTINGS and not got.flags & ACK)
        self.assertGreater(time.monotonic() - begin, 1.8)
        self.assertGreater(self.stubs.search("春", timeout=PATIENCE).total_size, 0)

    def test_compressed_requests_are_refused(self):
        """They may be a thousand times as large as what came."""
        server = self.start()
        with Stubs(server, [("grpc.default_compression_algorithm", 2)]) as stubs:
            with self.assertRaises(grpc.RpcError) as raised:
                stubs.search("春" * 200)
        self.assertEqual(raised.exception.code(), grpc.StatusCode.UNIMPLEMENTED)
        self.assertIn("gzip", raised.exception.details())
        self.assertGreater(self.stubs.search("春").total_size, 0)

    def test_limit_of_the_largest_import(self):
        """Four of the largest requests on one connection are no flood."""
        server = self.start()
        requests = [import_request(f"large-{n}", f"large-{n}", invented_text(n, n, 90_000))
                    for n in range(4)]
        with Stubs(server) as stubs:
            calls = [stubs.reports.ImportReport.future(request, timeout=300)
                     for request in requests]
            for call in calls:
                call.result()
        self.assertEqual(self.closed_for(server), set())


if __name__ == "__main__":
    unittest.main()
