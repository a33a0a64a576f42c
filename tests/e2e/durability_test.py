"""kill -9 in the middle of imports and of the merges behind them: what was acknowledged is there,
nothing is there by half."""

import hashlib
import os
import random
import sqlite3
import threading
import time
import unittest
from contextlib import closing

import quotes_testing
from quotes_testing import SAMPLE, Server, TempDir, wait_for

quotes_testing.add_stubs()

# pylint: disable=wrong-import-position
import grpc
from quotes.v1 import (quote_pb2, quote_service_pb2, quote_service_pb2_grpc, report_service_pb2,
                       report_service_pb2_grpc)

# Each round costs two starts of the server; twelve have met every phase of an import.
ROUNDS = int(os.environ.get("QUOTES_KILL_ROUNDS", "12"))


def invented_report(number):
    """A text like no other; long enough that writing it takes a moment."""
    sample = SAMPLE.read_text(encoding="utf-8")
    return (sample + "\n" + "".join(
        f"第{number}号报告第{line}条：全年完成投资{number * 1000 + line}万元。\n"
        for line in range(200))).encode()


class DurabilityTest(unittest.TestCase):
    """Real processes, real signals."""

    def import_until_killed(self, server, first_number, acknowledged, attempted):
        """Imports one invented report after the other until the server is gone."""
        with grpc.insecure_channel(server.address) as channel:
            stub = report_service_pb2_grpc.ReportServiceStub(channel)
            for number in range(first_number, first_number + 1000):
                content = invented_report(number)
                request = report_service_pb2.ImportReportRequest(
                    report_id=f"invented-{number}", request_id=f"request-{number}",
                    duplicate_handling=report_service_pb2.DUPLICATE_HANDLING_SEPARATE)
                request.source.content = content
                attempted[request.report_id] = content
                try:
                    answer = stub.ImportReport(request, timeout=60)
                except grpc.RpcError:
                    return
                acknowledged[request.report_id] = answer

    def check_everything(self, server, acknowledged, attempted):
        with grpc.insecure_channel(server.address) as channel:
            reports = report_service_pb2_grpc.ReportServiceStub(channel)
            quotes = quote_service_pb2_grpc.QuoteServiceStub(channel)
            held = {}
            request = report_service_pb2.ListReportsRequest(page_size=200)
            while True:
                page = reports.ListReports(request, timeout=60)
                held.update({report.name.split("/")[1]: report for report in page.reports})
                if not page.next_page_token:
                    break
                request.page_token = page.next_page_token
            self.assertLessEqual(set(acknowledged), set(held), "an acknowledged import is lost")
            self.assertLessEqual(set(held), set(attempted))
            for report_id, report in held.items():
                if report_id in acknowledged:
                    self.assertEqual(report, acknowledged[report_id].report)
                self.assertEqual(report.source.sha256,
                                 hashlib.sha256(attempted[report_id]).hexdigest())
                listing = quote_service_pb2.ListQuotesRequest(parent=report.name, page_size=1)
                listing.filter.kind = quote_pb2.TEXT_KIND_ANY
                self.assertEqual(quotes.ListQuotes(listing, timeout=60).total_size,
                                 report.quote_count + report.furniture_quote_count)
                sections = reports.ListSections(
                    report_service_pb2.ListSectionsRequest(parent=report.name, page_size=1),
                    timeout=60)
                self.assertEqual(sections.total_size, report.section_count)
            return held

    def test_kill_in_the_middle_of_imports(self):
        chooser = random.Random(9)
        acknowledged, attempted = {}, {}
        unanswered_but_held = merges_cut_off = 0
        with TempDir() as folder:
            database = folder / "quotes.db"
            segments = folder / "quotes.db.segments"
            for number in range(ROUNDS):
                with Server(database) as server:
                    self.check_everything(server, acknowledged, attempted)
                    worker = threading.Thread(
                        target=self.import_until_killed,
                        args=(server, number * 1000, acknowledged, attempted))
                    before = len(acknowledged)
                    worker.start()
                    # At some moment of a first import or of a later one, however long they take.
                    done = chooser.randrange(0, 16)
                    begin = time.monotonic()
                    wait_for(lambda count=before + done: len(acknowledged) >= count, "some imports")
                    each = (time.monotonic() - begin) / max(done, 1)
                    time.sleep(chooser.uniform(0, 0.4 + each))
                    server.kill()
                    worker.join()
                    # Files of merges that were cut off; the next start must not trust them.
                    merges_cut_off += len(list(segments.glob("*.unfinished")))
            with Server(database) as server:
                held = self.check_everything(server, acknowledged, attempted)
                unanswered_but_held = len(set(held) - set(acknowledged))
                # A retry with the same request id after the crash is answered as if nothing was.
                for report_id in sorted(set(attempted) - set(acknowledged)):
                    request = report_service_pb2.ImportReportRequest(
                        report_id=report_id, request_id="request-" + report_id.split("-")[1],
                        duplicate_handling=report_service_pb2.DUPLICATE_HANDLING_SEPARATE)
                    request.source.content = attempted[report_id]
                    with grpc.insecure_channel(server.address) as channel:
                        answer = report_service_pb2_grpc.ReportServiceStub(channel).ImportReport(
                            request, timeout=60)
                    self.assertEqual(answer.replayed, report_id in held)
                    acknowledged[report_id] = answer
                self.assertEqual(set(self.check_everything(server, acknowledged, attempted)),
                                 set(attempted))
                self.assertEqual(server.terminate(), 0)
            self.assertEqual(list(segments.glob("*.unfinished")), [])
            with closing(sqlite3.connect(database)) as connection:
                self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(),
                                 [("ok",)])
                self.assertEqual(connection.execute("PRAGMA foreign_key_check").fetchall(), [])
        self.assertGreater(len(attempted), ROUNDS, "nothing was caught at work")
        print(f"{len(attempted)} imports begun, {ROUNDS} kills, "
              f"{unanswered_but_held} durable without an answer, {merges_cut_off} merges cut off")


if __name__ == "__main__":
    unittest.main()
