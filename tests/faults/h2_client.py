"""HTTP/2 by a raw socket, frame by frame, so that a test can send what no client would."""

import collections
import select
import socket
import struct
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, \
    CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED, HAS_PRIORITY = 0x1, 0x1, 0x4, 0x8, 0x20

SETTINGS_HEADER_TABLE_SIZE, SETTINGS_ENABLE_PUSH, SETTINGS_MAX_CONCURRENT_STREAMS, \
    SETTINGS_INITIAL_WINDOW_SIZE, SETTINGS_MAX_FRAME_SIZE, SETTINGS_MAX_HEADER_LIST_SIZE = \
    range(1, 7)

Frame = collections.namedtuple("Frame", "type flags stream payload")


def frame(type_, flags, stream, payload=b"", length=None):
    """The bytes of a frame; `length` is what its head says instead of the truth."""
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + struct.pack(">BBI", type_, flags, stream) + payload


def integer(value, bits, first=0):
    """HPACK's integers."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([first | value])
    out = [first | most]
    value -= most
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    out.append(value)
    return bytes(out)


def string(text):
    data = text if isinstance(text, bytes) else text.encode()
    return integer(len(data), 7) + data


def header(name, value, indexed=False):
    """A header field by its letters; `indexed` puts it into the table, too."""
    return (b"\x40" if indexed else b"\x00") + string(name) + string(value)


def call_headers(path, *more):
    return b"".join(header(name, value) for name, value in (
        (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"),
        ("content-type", "application/grpc"), ("te", "trailers"), *more))


def grpc_message(message):
    return b"\0" + struct.pack(">I", len(message)) + message


class Connection:
    """One connection that says hello unless it is told not to. ConnectionError when the server has
    closed it, TimeoutError when it says nothing."""

    def __init__(self, port, preface=PREFACE, window=None, timeout=60, settings=b"", tls=None):
        """`tls`: an ssl.SSLContext."""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self._read = bytearray()
        if window is not None:
            settings += struct.pack(">HI", SETTINGS_INITIAL_WINDOW_SIZE, window)
        if preface is not None:
            self.send(preface + frame(SETTINGS, 0, 0, settings))

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def send_frame(self, type_, flags, stream, payload=b"", length=None):
        self.send(frame(type_, flags, stream, payload, length))

    def _fill(self, size):
        while len(self._read) < size:
            piece = self.socket.recv(1 << 16)
            if not piece:
                raise ConnectionError("closed by the server")
            self._read += piece

    def has_more(self, seconds):
        """Whether there is something to be read within so long."""
        pending = getattr(self.socket, "pending", lambda: 0)
        return bool(self._read or pending()
                    or select.select([self.socket], [], [], seconds)[0])

    def read_frame(self):
        self._fill(9)
        size = int.from_bytes(self._read[:3], "big")
        type_, flags, stream = struct.unpack(">BBI", self._read[3:9])
        self._fill(9 + size)
        payload = bytes(self._read[9:9 + size])
        del self._read[:9 + size]
        return Frame(type_, flags, stream & 0x7FFFFFFF, payload)

    def read_until(self, wanted):
        """The first frame that is wanted; acknowledges settings on the way."""
        while True:
            got = self.read_frame()
            if got.type == SETTINGS and not got.flags & ACK:
                self.send_frame(SETTINGS, ACK, 0)
            if wanted(got):
                return got


class Body:
    """Bodies of many calls on one connection, as fast as the server's windows allow. Settings are
    acknowledged, pings answered; the bodies never end."""

    FIRST_WINDOW = 65_535

    def __init__(self, connection, headers, streams, size):
        self.connection = connection
        self.sent = 0
        self._window = self.FIRST_WINDOW  # of the connection
        self._first = self.FIRST_WINDOW
        begin = b"\0" + struct.pack(">I", size)
        self._windows = {}
        self._left = {}
        for number in range(streams):
            stream = 2 * number + 1
            connection.send(frame(HEADERS, END_HEADERS, stream, headers)
                            + frame(DATA, 0, stream, begin))
            self._windows[stream] = self.FIRST_WINDOW - len(begin)
            self._left[stream] = size - 1
            self._window -= len(begin)

    def run(self, seconds):
        """Sends for so long. ConnectionError if the server closes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for stream in list(self._left):
                size = min(16_384, self._window, self._windows[stream], self._left[stream])
                if size > 0:
                    self.connection.send_frame(DATA, 0, stream, bytes(size))
                    self.sent += size
                    self._window -= size
                    self._windows[stream] -= size
                    self._left[stream] -= size
            self._listen()

    def _listen(self):
        while self.connection.has_more(0.005):
            got = self.connection.read_frame()
            if got.type == WINDOW_UPDATE:
                more = int.from_bytes(got.payload, "big")
                if got.stream == 0:
                    self._window += more
                elif got.stream in self._windows:
                    self._windows[got.stream] += more
            elif got.type == SETTINGS and not got.flags & ACK:
                for place in range(0, len(got.payload), 6):
                    name, value = struct.unpack(">HI", got.payload[place:place + 6])
                    if name == SETTINGS_INITIAL_WINDOW_SIZE:
                        for stream in self._windows:
                            self._windows[stream] += value - self._first
                        self._first = value
                self.connection.send_frame(SETTINGS, ACK, 0)
            elif got.type == PING and not got.flags & ACK:
                self.connection.send_frame(PING, ACK, 0, got.payload)
            elif got.type == RST_STREAM or (got.type in (HEADERS, DATA) and got.flags & END_STREAM):
                self._left.pop(got.stream, None)
