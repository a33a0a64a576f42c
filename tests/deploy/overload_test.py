"""More calls than a server takes: what it refuses says why and when to come again, what it accepts is
answered in time, memory stays bounded, and it is as before at once when the load is over."""

import pathlib
import re
import shutil
import subprocess
import threading
import time
import unittest

import quotes_testing
from metrics_testing import metrics_port, scrape
from quotes_testing import CLEAN_ENVIRONMENT, SAMPLE, SAMPLE_ID, Server, TempDir, quotectl

quotes_testing.add_stubs()

# pylint: disable=wrong-import-position
import grpc
from google.rpc import error_details_pb2, status_pb2
from quotes.v1 import (citation_service_pb2, citation_service_pb2_grpc, quote_service_pb2,
                       quote_service_pb2_grpc)

SEARCH = quote_service_pb2.SearchQuotesRequest(query="希望社区")
# Beside other work of a machine with two cores. In quiet it is some milliseconds: deploy/README.md.
SLOWEST_LOOK_UP_SECONDS = 5
MOST_MEMORY = 256 << 20


def refusal(error):
    """(reason, seconds to wait) of a call that was refused."""
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    retry, info = error_details_pb2.RetryInfo(), error_details_pb2.ErrorInfo()
    for packed in status_pb2.Status.FromString(details).details:
        packed.Unpack(retry)
        packed.Unpack(info)
    return info.reason, retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9


class Probe:
    """A caller beside the load, with a connection of its own: how long each look-up took."""

    def __init__(self, server):
        self.server = server
        self.seconds = []
        self.refused = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        options = [("grpc.use_local_subchannel_pool", 1)]
        with grpc.insecure_channel(self.server.address, options) as channel:
            stub = quote_service_pb2_grpc.QuoteServiceStub(channel)
            while not self._ended.is_set():
                begin = time.monotonic()
                try:
                    stub.SearchQuotes(SEARCH, timeout=60)
                    self.seconds.append(time.monotonic() - begin)
                except grpc.RpcError as error:
                    self.refused.append(refusal(error)[0])
                time.sleep(0.005)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, failed, *unused):
        if failed is None:
            quotes_testing.wait_for(lambda: len(self.seconds) > 10, "some look-ups")
        self._ended.set()
        self._thread.join()

    def told(self):
        ordered = sorted(self.seconds)
        return (f"{len(ordered)} look-ups beside it: median {ordered[len(ordered) // 2] * 1e3:.1f} ms, "
                f"99 % {ordered[len(ordered) * 99 // 100] * 1e3:.1f} ms, "
                f"worst {ordered[-1] * 1e3:.1f} ms")


class OverloadTest(unittest.TestCase):
    def start(self, *arguments):
        self.folder = self.enterContext(TempDir())
        server = self.enterContext(Server(self.folder / "quotes.db", "--metrics-listen",
                                          "127.0.0.1:0", *arguments))
        result = quotectl("import", SAMPLE, "--id", SAMPLE_ID, server=server)
        self.assertEqual(result.returncode, 0, result.stderr)
        channel = self.enterContext(grpc.insecure_channel(server.address))
        self.quotes = quote_service_pb2_grpc.QuoteServiceStub(channel)
        self.before = self.memory(server)
        return server

    @staticmethod
    def memory(server):
        status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) << 10

    def check_after(self, server):
        """As before, at once; and the peak of its memory."""
        begin = time.monotonic()
        self.assertGreater(self.quotes.SearchQuotes(SEARCH, timeout=30).total_size, 0)
        self.assertLess(time.monotonic() - begin, SLOWEST_LOOK_UP_SECONDS)
        grown = self.memory(server) - self.before
        self.assertLess(grown, MOST_MEMORY)
        return f"{grown / (1 << 20):.0f} MiB more at most"

    def check_probe(self, probe, refused=()):
        self.assertGreater(len(probe.seconds), 10)
        self.assertLess(max(probe.seconds), SLOWEST_LOOK_UP_SECONDS)
        self.assertLessEqual(set(probe.refused), set(refused))

    def flood(self, server, calls):
        """So many batches of citations at once on eight connections: the reasons of those refused,
        and the seconds that those answered took."""
        request = citation_service_pb2.BatchVerifyCitationsRequest()
        for number in range(100):
            request.requests.add().quotation = f"城镇新增就业{number}万余人，农村劳动力转移就业3.2万人"
        begin = time.monotonic()
        done, pending = {}, []
        for channel_number in range(8):
            channel = self.enterContext(grpc.insecure_channel(
                server.address, [("grpc.use_local_subchannel_pool", 1)]))
            stub = citation_service_pb2_grpc.CitationServiceStub(channel)
            for number in range(calls // 8):
                call = stub.BatchVerifyCitations.future(request, timeout=120)
                key = (channel_number, number)
                call.add_done_callback(lambda _, key=key: done.__setitem__(
                    key, time.monotonic() - begin))
                pending.append((key, call))
        reasons, answered = [], []
        for key, call in pending:
            error = call.exception()
            if error is None:
                self.assertEqual(len(call.result().items), 100)
                quotes_testing.wait_for(lambda key=key: key in done, "when it was done")
                answered.append(done[key])
                continue
            self.assertEqual(error.code(), grpc.StatusCode.RESOURCE_EXHAUSTED, error.details())
            reason, wait = refusal(error)
            self.assertGreater(wait, 0)
            reasons.append(reason)
        return reasons, answered

    def test_full_queue(self):
        server = self.start("--executor-threads", "1", "--executor-queue", "4")
        with Probe(server) as probe:
            reasons, answered = self.flood(server, 400)
        self.assertEqual(set(reasons), {"QUEUE_FULL"})
        self.assertGreaterEqual(len(answered), 5)
        # What is accepted waits for four others at most.
        self.assertLess(max(answered), 60)
        self.check_probe(probe)
        print(f"queue: {len(reasons)} of 400 refused, answers within {max(answered):.2f} s; "
              f"{probe.told()}; {self.check_after(server)}", flush=True)

    def test_too_many_calls(self):
        server = self.start("--max-calls", "20", "--executor-queue", "1000")
        with Probe(server) as probe:
            reasons, answered = self.flood(server, 800)
        self.assertEqual(set(reasons), {"TOO_MANY_CALLS"})
        self.assertGreaterEqual(len(answered), 19)
        self.check_probe(probe, {"TOO_MANY_CALLS"})
        print(f"calls: {len(reasons)} of 800 refused, answers within {max(answered):.2f} s; "
              f"{probe.told()}; {self.check_after(server)}", flush=True)

    def test_quota(self):
        # Slower than the slowest client calls.
        rate, burst = 10, 20
        server = self.start("--quota-rate", str(rate), "--quota-burst", str(burst))
        time.sleep(burst / rate)
        begin = time.monotonic()
        accepted, waits = 0, []
        for _ in range(600):
            try:
                self.quotes.SearchQuotes(SEARCH, timeout=30)
                accepted += 1
            except grpc.RpcError as error:
                reason, wait = refusal(error)
                self.assertEqual(reason, "QUOTA_EXCEEDED")
                waits.append(wait)
        took = time.monotonic() - begin
        self.assertGreater(len(waits), 0)
        self.assertGreaterEqual(accepted, burst)
        self.assertLessEqual(accepted, burst + rate * took + 1)
        self.assertLess(max(waits), 1)
        # Who waits as long as told is served: told now, as a call may have been served since.
        with self.assertRaises(grpc.RpcError) as refused:
            for _ in range(100 * burst):
                self.quotes.SearchQuotes(SEARCH, timeout=30)
        reason, wait = refusal(refused.exception)
        self.assertEqual(reason, "QUOTA_EXCEEDED")
        time.sleep(wait)
        self.quotes.SearchQuotes(SEARCH, timeout=30)

    @unittest.skipUnless(shutil.which("h2load"), "needs h2load")
    def test_h2load(self):
        """As many look-ups as a machine can make, on fifty connections."""
        server = self.start()
        message = SEARCH.SerializeToString()
        (self.folder / "body").write_bytes(b"\0" + len(message).to_bytes(4, "big") + message)
        calls = 50_000
        with Probe(server) as probe:
            result = subprocess.run(
                ["h2load", "-n", str(calls), "-c", "50", "-m", "50", "-t", "1", "-d",
                 self.folder / "body", "-H", "content-type: application/grpc", "-H", "te: trailers",
                 f"http://{server.address}/quotes.v1.QuoteService/SearchQuotes"],
                capture_output=True, text=True, timeout=300, check=True, env=CLEAN_ENVIRONMENT)
        self.assertIn(f"{calls} succeeded, 0 failed, 0 errored, 0 timeout", result.stdout)
        self.check_probe(probe, {"TOO_MANY_CALLS"})
        figures = scrape(metrics_port(server))
        ended = {code: figures.sum("grpc_server_handled_total", grpc_method="SearchQuotes",
                                   grpc_code=code) for code in ("OK", "ResourceExhausted")}
        self.assertGreaterEqual(sum(ended.values()), calls)
        self.assertEqual(figures.sum("grpc_server_handled_total", grpc_method="SearchQuotes"),
                         sum(ended.values()))
        speed = re.search(r"finished in .*?, ([0-9.]+) req/s", result.stdout).group(1)
        print(f"h2load: {speed} calls a second, {ended}; {probe.told()}; "
              f"{self.check_after(server)}", flush=True)


if __name__ == "__main__":
    unittest.main()
