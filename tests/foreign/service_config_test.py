"""The service config for all clients: it names the contract's methods, and clients in Python and
C++ do with a server that is not available what it says."""

import json
import os
import pathlib
import threading
import unittest
from concurrent import futures

import quotes_testing
from quotes_testing import SOURCE_DIR, quotectl

quotes_testing.add_stubs()

# pylint: disable=wrong-import-position
import grpc
from google.protobuf import descriptor_pb2
from quotes.v1 import (quote_service_pb2, quote_service_pb2_grpc, report_service_pb2,
                       report_service_pb2_grpc)

CONFIG = (SOURCE_DIR / "client/data/service_config.json").read_text(encoding="utf-8")
READS = ("BatchGet", "BatchVerify", "Diff", "Get", "List", "Lookup", "Search", "Trace", "Verify")


def contract():
    """Method descriptors and their comments by (service, method), from the descriptor set."""
    path = pathlib.Path(os.environ["QUOTES_BIN_DIR"]).parent / "quotes.v1.binpb"
    files = descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes())
    found = {}
    for file in files.file:
        if file.package != "quotes.v1":
            continue
        comments = {tuple(place.path): place.leading_comments
                    for place in file.source_code_info.location}
        for index, service in enumerate(file.service):
            for number, method in enumerate(service.method):
                found[f"quotes.v1.{service.name}", method.name] = (
                    method, comments.get((6, index, 2, number), ""))
    return found


class FileTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.config = json.loads(CONFIG)["methodConfig"]
        cls.contract = contract()

    def test_every_method_is_named_once(self):
        named = [(name["service"], name["method"])
                 for entry in self.config for name in entry["name"]]
        self.assertEqual(sorted(named), sorted(self.contract))

    def test_every_call_has_an_end(self):
        for entry in self.config:
            self.assertRegex(entry["timeout"], r"^[1-9]\d*s$")

    def test_what_is_idempotent_is_tried_again_and_nothing_else(self):
        """A look-up is; of the others those of which the contract says so. The answer to a stream
        cannot be had again without sending it again."""
        for entry in self.config:
            if "retryPolicy" in entry:
                self.assertEqual(entry["retryPolicy"]["retryableStatusCodes"],
                                 ["UNAVAILABLE", "CANCELLED"])
            for name in entry["name"]:
                method, comment = self.contract[name["service"], name["method"]]
                idempotent = method.name.startswith(READS) or "Idempotent" in comment
                self.assertEqual("retryPolicy" in entry,
                                 idempotent and not method.client_streaming, method.name)


class Unavailable(grpc.GenericRpcHandler):
    """Counts calls and refuses the first few of each method."""

    def __init__(self, refusals):
        self.refusals = refusals
        self.calls = {}
        self.lock = threading.Lock()

    def service(self, details):
        def answer(_, context):
            with self.lock:
                count = self.calls[details.method] = self.calls.get(details.method, 0) + 1
            if count <= self.refusals:
                context.abort(grpc.StatusCode.UNAVAILABLE, "not now")
            return b""
        return grpc.unary_unary_rpc_method_handler(answer)


class RetryTest(unittest.TestCase):
    ATTEMPTS = 5

    def serve(self, refusals):
        handler = Unavailable(refusals)
        server = grpc.server(futures.ThreadPoolExecutor(4), handlers=[handler])
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        self.addCleanup(lambda: server.stop(None).wait())
        return handler, f"127.0.0.1:{port}"

    def test_python(self):
        handler, address = self.serve(refusals=self.ATTEMPTS - 1)
        with grpc.insecure_channel(address, [("grpc.service_config", CONFIG)]) as channel:
            quotes = quote_service_pb2_grpc.QuoteServiceStub(channel)
            quotes.SearchQuotes(quote_service_pb2.SearchQuotesRequest(query="党"), timeout=60)
            reports = report_service_pb2_grpc.ReportServiceStub(channel)
            with self.assertRaises(grpc.RpcError) as caught:
                reports.CreateDefect(report_service_pb2.CreateDefectRequest(), timeout=60)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAVAILABLE)
        self.assertEqual(handler.calls, {"/quotes.v1.QuoteService/SearchQuotes": self.ATTEMPTS,
                                         "/quotes.v1.ReportService/CreateDefect": 1})

    def test_python_gives_up(self):
        handler, address = self.serve(refusals=100)
        with grpc.insecure_channel(address, [("grpc.service_config", CONFIG)]) as channel:
            quotes = quote_service_pb2_grpc.QuoteServiceStub(channel)
            with self.assertRaises(grpc.RpcError):
                quotes.SearchQuotes(quote_service_pb2.SearchQuotesRequest(query="党"), timeout=60)
        self.assertEqual(handler.calls, {"/quotes.v1.QuoteService/SearchQuotes": self.ATTEMPTS})

    def test_cpp(self):
        handler, address = self.serve(refusals=self.ATTEMPTS - 1)
        found = quotectl("find", "党", "--server", address)
        self.assertEqual(found.returncode, 1, found)  # the empty answer at last: nothing found
        removed = quotectl("remove-defect", "reports/a/defects/b", "--server", address)
        self.assertEqual(removed.returncode, 3, removed)
        self.assertEqual(handler.calls["/quotes.v1.QuoteService/SearchQuotes"], self.ATTEMPTS)
        self.assertEqual(handler.calls["/quotes.v1.ReportService/DeleteDefect"], 1)


if __name__ == "__main__":
    unittest.main()
