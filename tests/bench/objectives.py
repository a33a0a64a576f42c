"""Measures what the service-level objectives of deploy/README.md promise, with the real programs.

    tests/bench/objectives.py [--reports N] [--bytes N] [--folder DIR] [--archive DIR] [--rounds N]

Makes an archive of N texts of so many bytes each, or takes that of the folder of --archive, and prints, in seconds: how long after `kill -9` a new
start answers look-ups, and citation checks; how long a backup takes, and a restored one until it
serves; how long an acknowledged import takes until a replica answers with it; and how long look-ups take
inside the server. Needs the Python stubs of the build (target quotes_python_stubs).
"""

import argparse
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
os.environ.setdefault("QUOTES_BIN_DIR", str(BUILD / "bin"))
os.environ.setdefault("QUOTES_SOURCE_DIR", str(ROOT))
os.environ.setdefault("QUOTES_STUBS_DIR", str(BUILD / "tests/support/python/stubs"))
sys.path[:0] = [str(ROOT / "tests/support/python"), str(ROOT / "tests/bench")]

# pylint: disable=wrong-import-position
import import_speed
import quotes_testing
from quotes_testing import QUOTECTL, Server, free_port, quotectl, quotectl_json

quotes_testing.add_stubs()

# pylint: disable=wrong-import-order
import grpc
from quotes.v1 import (citation_service_pb2, citation_service_pb2_grpc, quote_service_pb2,
                       quote_service_pb2_grpc)

quotes_testing.START_SECONDS = 600


def line(what, values):
    print(f"| {what} | {statistics.median(values):.3f} | {max(values):.3f} | {len(values)} |",
          flush=True)


def make_archive(folder, reports, size):
    texts = folder / "texts"
    texts.mkdir()
    import_speed.TEXT_BYTES = size
    import_speed.make_texts(texts, import_speed.lines_of(None), reports * size)
    begin = time.monotonic()
    subprocess.run([QUOTECTL, "--database", folder / "quotes.db", "import", "-q", "--jobs", "2",
                    "--format", "text", "--as", "separate", texts], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(f"archive made in {time.monotonic() - begin:.0f} s", flush=True)
    shutil.rmtree(texts)


def until_answered(call, since):
    while True:
        try:
            call()
            return time.monotonic() - since
        except grpc.RpcError as error:
            if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
                raise
            time.sleep(0.02)


def listens(address):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(address.split(":")[1]))) == 0


def start(database, *arguments):
    """A server, and the seconds until it answered a look-up and a citation check."""
    address = f"127.0.0.1:{free_port()}"
    begin = time.monotonic()
    server = Server(database, *arguments, listen=address)
    # A channel that could not connect waits for seconds before it tries again.
    while not listens(address):
        time.sleep(0.005)
    with grpc.insecure_channel(address) as channel:
        quotes = quote_service_pb2_grpc.QuoteServiceStub(channel)
        citations = citation_service_pb2_grpc.CitationServiceStub(channel)
        looked_up = until_answered(lambda: quotes.SearchQuotes(
            quote_service_pb2.SearchQuotesRequest(query="城镇新增就业"), timeout=5), begin)
        checked = until_answered(lambda: citations.VerifyCitation(
            citation_service_pb2.VerifyCitationRequest(quotation="城镇新增就业4.5万余人"), timeout=60),
                                 begin)
    server.wait_until_serving()
    return server, looked_up, checked


def measure_restarts(database, rounds):
    looked_up, checked = [], []
    server, _, _ = start(database)
    for _ in range(rounds):
        server.kill()
        server.__exit__(None, None, None)
        server, look_up, check = start(database)
        looked_up.append(look_up)
        checked.append(check)
    server.__exit__(None, None, None)
    line("`kill -9` and start: until look-ups", looked_up)
    line("`kill -9` and start: until citation checks and imports", checked)


def measure_backups(folder, rounds):
    taken, served, checked = [], [], []
    with Server(folder / "quotes.db", "--backup-folder", folder / "backups") as server:
        for number in range(rounds):
            begin = time.monotonic()
            quotectl_json("backup", f"{number}.db", server=server, timeout=600)
            taken.append(time.monotonic() - begin)
    line("backup by `quotectl backup`", taken)
    print(f"a backup has {(folder / 'backups/0.db').stat().st_size / 1e6:.0f} MB", flush=True)
    for number in range(rounds):
        restored = folder / "restored"
        restored.mkdir()
        begin = time.monotonic()
        shutil.copy(folder / f"backups/{number}.db", restored / "quotes.db")
        copied = time.monotonic() - begin
        server, look_up, check = start(restored / "quotes.db")
        server.__exit__(None, None, None)
        served.append(copied + look_up)
        checked.append(copied + check)
        shutil.rmtree(restored)
    line("restore (copy and start): until look-ups", served)
    line("restore (copy and start): until citation checks and imports", checked)


def measure_replicas(folder, every, rounds):
    published = folder / f"published-{every}"
    lags = []
    with Server(folder / "quotes.db", "--publish-folder", published, "--publish-every",
                every) as writer:
        with Server(folder / f"replica-{every}.db", "--follow", published) as replica:
            with grpc.insecure_channel(replica.address) as channel:
                stub = quote_service_pb2_grpc.QuoteServiceStub(channel)
                for number in range(rounds):
                    words = f"复制测量{every}第{number}次"
                    result = quotectl("import", "-", "--id", f"lag-{every}", server=writer,
                                      stdin=f"工作报告\n一、回顾\n{words}。\n")
                    assert result.returncode == 0, result.stderr
                    begin = time.monotonic()
                    request = quote_service_pb2.SearchQuotesRequest(query=f'"{words}"')
                    while not stub.SearchQuotes(request, timeout=60).hits:
                        time.sleep(0.02)
                    lags.append(time.monotonic() - begin)
    line(f"import acknowledged, until a replica has it (`--publish-every {every}`)", lags)


def measure_look_ups(database, calls=2000):
    with Server(database) as server:
        with grpc.insecure_channel(server.address) as channel:
            stub = quote_service_pb2_grpc.QuoteServiceStub(channel)
            for number in range(calls):
                stub.SearchQuotes(quote_service_pb2.SearchQuotesRequest(
                    query=("就业", "城镇 收入", "工业 OR 农业", "\"产业集群\"")[number % 4]), timeout=30)
        inside = sorted(float(entry["duration_us"]) / 1e6 for entry in server.log_lines()
                        if "SearchQuotes" in str(entry.get("method")))
    print(f"look-ups inside the server: median {inside[len(inside) // 2] * 1e3:.2f} ms, "
          f"99 % below {inside[len(inside) * 99 // 100] * 1e3:.2f} ms ({len(inside)} calls)",
          flush=True)


def measure(folder, rounds):
    print("| | median | worst | n |\n|---|---|---|---|")
    measure_restarts(folder / "quotes.db", rounds)
    measure_backups(folder, rounds)
    for every in ("1s", "10s"):
        measure_replicas(folder, every, rounds)
    measure_look_ups(folder / "quotes.db")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, default=10_000)
    parser.add_argument("--bytes", type=int, default=6_000)
    parser.add_argument("--folder", help="where the archive is made; a temporary one by default")
    parser.add_argument("--archive", help="the folder of a quotes.db, which this changes")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.archive:
        measure(pathlib.Path(options.archive), options.rounds)
        return
    folder = pathlib.Path(tempfile.mkdtemp(prefix="quotes-objectives-", dir=options.folder))
    try:
        make_archive(folder, options.reports, options.bytes)
        measure(folder, options.rounds)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
