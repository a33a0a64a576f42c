"""What tests of the real binaries share: starting `quoted`, running `quotectl`, finding things.

The environment says where they are (CMake sets it): QUOTES_BIN_DIR, QUOTES_SOURCE_DIR, and for
tests that speak gRPC QUOTES_STUBS_DIR.
"""

import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

BIN_DIR = pathlib.Path(os.environ["QUOTES_BIN_DIR"])
SOURCE_DIR = pathlib.Path(os.environ["QUOTES_SOURCE_DIR"])
QUOTED = BIN_DIR / "quoted"
QUOTECTL = BIN_DIR / "quotectl"
SAMPLE = SOURCE_DIR / "service/report/data/zaozhuang-shizhong-2022.txt"
SAMPLE_ID = "zaozhuang-shizhong-2022"

# A start reads a small database; under a sanitizer on a busy machine it has taken seconds.
START_SECONDS = 120
# Longer than any grace that a test configures.
STOP_SECONDS = 120
# For whatever comes by itself. Only a test that fails waits so long.
WAIT_SECONDS = 120

# Nothing of the caller's configuration may leak into a test.
CLEAN_ENVIRONMENT = {
    name: value for name, value in os.environ.items()
    if not name.startswith(("QUOTED_", "QUOTES_", "QUOTECTL_", "XDG_", "LC_", "GRPC_"))
}
CLEAN_ENVIRONMENT.update({"LANG": "C.UTF-8", "XDG_CONFIG_HOME": "/nonexistent",
                          "http_proxy": "", "https_proxy": "", "no_proxy": "*"})


def add_stubs():
    """Makes the generated Python modules (quotes.v1, grpc.health.v1 and others) importable."""
    sys.path.insert(0, os.environ["QUOTES_STUBS_DIR"])
    # The package `grpc` is the library's own; the stubs of the proto package grpc.* extend it.
    import grpc  # pylint: disable=import-outside-toplevel
    grpc.__path__.append(os.path.join(os.environ["QUOTES_STUBS_DIR"], "grpc"))


class TempDir:
    """A folder that goes with the `with` block, whatever became of rights inside it."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="quotes-test-"))
        return self.path

    def __exit__(self, *unused):
        shutil.rmtree(self.path, ignore_errors=True)


class Server:
    """A running `quoted`. Ends with the `with` block, by SIGKILL if it has not ended before."""

    def __init__(self, database, *arguments, env=None, listen="127.0.0.1:0", wrapper=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quotes-server-"))
        self.log_path = self.folder / "log"
        command = [*wrapper, str(QUOTED), *arguments]
        if database is not None:
            command += ["--database", str(database)]
        if listen is not None:
            command += ["--listen", listen]
        self._log_file = open(self.log_path, "wb")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            command, stdin=subprocess.DEVNULL, stdout=self._log_file, stderr=self._log_file,
            env={**CLEAN_ENVIRONMENT, **(env or {})})
        self.port = None

    def __enter__(self):
        try:
            self.wait_until_serving()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._log_file.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def log_text(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def log_lines(self):
        """The complete lines of the log so far, parsed. Lines for people (a sanitizer's, the
        sentence that says why a start failed) are no JSON objects and are left out."""
        text = self.log_text()
        lines = text[:text.rfind("\n") + 1].splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def wait_until_serving(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            for line in self.log_lines():
                if line.get("event") == "serving":
                    self.port = int(line["port"])
                    return
            if self.process.poll() is not None:
                raise AssertionError(
                    f"quoted ended with {self.process.returncode}:\n{self.log_text()}")
            time.sleep(0.02)
        raise AssertionError(f"quoted did not serve in time:\n{self.log_text()}")

    def await_lines(self, event, count=1, **fields):
        """The lines of an event with these fields, once there are so many. The log is written
        behind the answers to calls: what a call did may come to the log after its answer."""
        def found():
            return [line for line in self.log_lines()
                    if line.get("event") == event and fields.items() <= line.items()]
        wait_for(lambda: len(found()) >= count, f"{count} lines of {event} {fields or ''}")
        return found()

    def hang(self):
        """SIGSTOP, and not one thread runs when this returns."""
        self.process.send_signal(signal.SIGSTOP)

        def stands(task):
            try:
                return (task / "stat").read_text().rsplit(")", 1)[1].split()[0] == "T"
            except (FileNotFoundError, ProcessLookupError):
                return True  # it ended meanwhile
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        wait_for(lambda: all(map(stands, tasks.iterdir())), "all threads stand")

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def terminate(self):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def kill(self):
        """SIGKILL, and gone when this returns."""
        self.process.kill()
        self.process.wait()


def start_and_fail(database, *arguments, listen="127.0.0.1:0", env=None, wrapper=()):
    """Starts a `quoted` that is expected to end by itself; its exit code and log."""
    server = Server(database, *arguments, listen=listen, env=env, wrapper=wrapper)
    try:
        code = server.process.wait(START_SECONDS)
        return code, server.log_text()
    except subprocess.TimeoutExpired:
        raise AssertionError(f"quoted still runs:\n{server.log_text()}") from None
    finally:
        server.__exit__(None, None, None)


def quotectl(*arguments, server=None, database=None, stdin=None, env=None, timeout=300):
    """Runs quotectl; the finished process with text in stdout and stderr."""
    command = [str(QUOTECTL), *map(str, arguments)]
    if server is not None:
        command += ["--server", server.address]
    if database is not None:
        command += ["--database", str(database)]
    return subprocess.run(command, input=stdin, stdin=None if stdin is not None
                          else subprocess.DEVNULL, capture_output=True,
                          env={**CLEAN_ENVIRONMENT, **(env or {})}, timeout=timeout, check=False,
                          **({} if isinstance(stdin, bytes) else {"text": True}))


def quotectl_json(*arguments, **keywords):
    """The objects that `quotectl --json` prints; fails unless it exits 0."""
    result = quotectl(*arguments, "--json", **keywords)
    if result.returncode != 0:
        raise AssertionError(f"quotectl {arguments}: exit {result.returncode}\n{result.stderr}")
    return [json.loads(line) for line in result.stdout.splitlines()]


def replace_text(path, text, mode=None):
    """Gives a file another content at once: whoever reads it meanwhile finds the old or the new one,
    never a part."""
    fresh = path.with_name(path.name + ".fresh")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(path.stat().st_mode & 0o777 if mode is None else mode)
    fresh.rename(path)


# Sockets without a use but their names, which tell other tests that a port is taken.
_taken_ports = []


def free_port():
    """A port that nobody listens on. As long as this process lives no other test gets it, nor does
    the kernel give it to a client or to whoever asks for any port: it is none of those."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first, last = map(int, file.read().split())
    ports = [*range(10_000, first), *range(last + 1, 65_536)]
    random.SystemRandom().shuffle(ports)
    for port in ports:
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0quotes-test-port-{port}")
            with socket.socket() as probe:
                # As a server will: connections that ended a moment ago are no hindrance.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            name.close()
            continue
        _taken_ports.append(name)
        return port
    raise AssertionError("no port is free")


def wait_for(condition, what, seconds=WAIT_SECONDS):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
