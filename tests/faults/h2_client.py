"""HTTP/2 by a raw socket, frame by frame, so that a test can send what no client would."""

import collections
import socket
import struct

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

    def __init__(self, port, preface=PREFACE, window=None, timeout=10, settings=b""):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
