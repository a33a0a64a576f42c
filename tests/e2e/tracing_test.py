"""Traces and slow calls in the log: ids of the caller's trace, shapes of requests, no texts."""

import unittest

import quotes_testing
from quotes_testing import (SAMPLE, SAMPLE_ID, Server, TempDir, quotectl, quotectl_json,
                            start_and_fail, wait_for)

quotes_testing.add_stubs()

# pylint: disable=wrong-import-position
import grpc
from quotes.v1 import quote_service_pb2, quote_service_pb2_grpc

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"
MARKER = "囍囍秘密囍囍"


def lines(server, event, **fields):
    return [line for line in server.log_lines()
            if line.get("event") == event and fields.items() <= line.items()]


class TraceTest(unittest.TestCase):
    """traceparent from the caller to the log."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(TempDir())
        cls.server = cls.enterClassContext(Server(cls.folder / "quotes.db"))
        channel = cls.enterClassContext(grpc.insecure_channel(cls.server.address))
        cls.stub = quote_service_pb2_grpc.QuoteServiceStub(channel)

    def logged(self, request_id, *metadata):
        """The line of a call with these metadata; its answer names the request's id."""
        _, call = self.stub.SearchQuotes.with_call(
            quote_service_pb2.SearchQuotesRequest(query="经济"), timeout=30,
            metadata=[("x-request-id", request_id), *metadata])
        self.assertIn(("x-request-id", request_id),
                      [(key, value) for key, value in call.trailing_metadata()])
        wait_for(lambda: lines(self.server, "call", request_id=request_id), "the line of the call")
        line, = lines(self.server, "call", request_id=request_id)
        return line

    def test_a_trace_is_noted(self):
        line = self.logged("with-trace", ("traceparent", PARENT))
        self.assertEqual((line["trace_id"], line["parent_span_id"]), (TRACE, SPAN))

    def test_later_version(self):
        line = self.logged("later", ("traceparent", f"01-{TRACE}-{SPAN}-01-more"))
        self.assertEqual(line["trace_id"], TRACE)

    def test_what_is_none_is_ignored(self):
        self.assertNotIn("trace_id", self.logged("without"))
        for number, bad in enumerate((
                "", "nonsense", PARENT.upper(), PARENT + "-extra", f"ff-{TRACE}-{SPAN}-01",
                f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE}-{SPAN}",
                "a" * 4000)):
            line = self.logged(f"bad-{number}", ("traceparent", bad))
            self.assertNotIn("trace_id", line, bad)
            self.assertEqual(line["code"], "OK")

    def test_two_are_none(self):
        line = self.logged("two", ("traceparent", PARENT),
                           ("traceparent", f"00-{'a' * 32}-{SPAN}-01"))
        self.assertNotIn("trace_id", line)

    def test_quotectl_passes_on_its_caller_s(self):
        for parent, noted in ((PARENT, True), ("nonsense", False), ("", False)):
            before = len(lines(self.server, "call", method="/quotes.v1.AdminService/GetStatus"))
            result = quotectl("status", server=self.server, env={"TRACEPARENT": parent})
            self.assertEqual(result.returncode, 0, result)
            wait_for(lambda: len(lines(  # pylint: disable=cell-var-from-loop
                self.server, "call", method="/quotes.v1.AdminService/GetStatus")) > before,
                "the line of the call")
            line = lines(self.server, "call", method="/quotes.v1.AdminService/GetStatus")[-1]
            self.assertEqual(line.get("trace_id") == TRACE, noted, line)

    def test_uploads_too(self):
        source = self.folder / "large.txt"
        with open(source, "wb") as file:
            file.truncate(33 << 20)
        quotectl("import", source, "--id", "large", server=self.server,
                 env={"TRACEPARENT": PARENT})
        wait_for(lambda: lines(self.server, "call", trace_id=TRACE,
                               method="/quotes.v1.ReportService/UploadReport"), "the upload", 120)


class SlowCallTest(unittest.TestCase):
    """Every call is slow where the bound is 1 ns."""

    def test_shape_without_text(self):
        with TempDir() as folder, Server(folder / "quotes.db", "--slow-call", "1ns") as server:
            quotectl_json("import", SAMPLE, "--id", SAMPLE_ID, server=server)
            self.assertEqual(lines(server, "slow_call"), [])
            quotectl("find", f"{MARKER} OR 经济", "--report", SAMPLE_ID, "--limit", "7",
                     server=server, env={"TRACEPARENT": PARENT})
            quotectl("verify", f"{MARKER}坚持", "--speaker", MARKER, server=server)
            quotectl("trace", MARKER, server=server)
            found = {}
            for method in ("QuoteService/SearchQuotes", "CitationService/VerifyCitation",
                           "QuoteService/TracePhrase"):
                line, = server.await_lines("slow_call", method=f"/quotes.v1.{method}")
                found[method.split("/")[1]] = line
            search = found["SearchQuotes"]
            self.assertEqual(search["level"], "warning")
            self.assertIn(f"query.code_points={len(MARKER) + len(' OR 经济')}", search["shape"])
            self.assertIn("filter.reports.count=1", search["shape"])
            self.assertIn("page_size=7", search["shape"])
            self.assertEqual(search["terms"], 2)
            self.assertGreater(search["planned_work"], 0)
            self.assertGreater(search["duration_us"], 0)
            self.assertEqual(search["trace_id"], TRACE)
            call, = lines(server, "call", request_id=search["request_id"])
            self.assertEqual(call["duration_us"], search["duration_us"])
            self.assertIn(f"quotation.code_points={len(MARKER) + 2}",
                          found["VerifyCitation"]["shape"])
            self.assertIn("code_points=", found["TracePhrase"]["shape"])
            for word in ("囍", "秘密", "经济", "坚持"):
                self.assertNotIn(word, server.log_text())

    def test_off(self):
        with TempDir() as folder, Server(folder / "quotes.db", "--slow-call", "0") as server:
            quotectl("find", "经济", server=server)
            wait_for(lambda: lines(server, "call"), "the line of the call")
            self.assertEqual(lines(server, "slow_call"), [])

    def test_above_the_bound_only(self):
        with TempDir() as folder, Server(folder / "quotes.db", "--slow-call", "1h") as server:
            quotectl("find", "经济", server=server)
            wait_for(lambda: lines(server, "call"), "the line of the call")
            self.assertEqual(lines(server, "slow_call"), [])
            code, log = start_and_fail(folder / "two.db", "--slow-call", "often")
            self.assertEqual(code, 2)
            self.assertIn("--slow-call", log)


if __name__ == "__main__":
    unittest.main()
