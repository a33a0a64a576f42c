"""A rolling restart: a writer that publishes and two replicas that follow, behind nginx, under a steady
load of clients that do as the service config says. Each server is restarted in turn, nginx and the servers
read their configuration anew; no call may fail, and each answer must be of one state of the archive."""

import os
import re
import signal
import threading
import time
import unittest

import quotes_testing
from deploy_testing import run
from nginx_test import Nginx
from quotes_testing import SAMPLE, SAMPLE_ID, SOURCE_DIR, Server, TempDir, free_port, wait_for

# pylint: disable=wrong-import-position,wrong-import-order
import grpc
from quotes.v1 import (citation_pb2, citation_service_pb2, citation_service_pb2_grpc,
                       quote_service_pb2, quote_service_pb2_grpc, report_service_pb2,
                       report_service_pb2_grpc)

SERVICE_CONFIG = (SOURCE_DIR / "client/data/service_config.json").read_text(encoding="utf-8")
DRAIN = ("--drain-delay", "1s", "--drain-grace", "20s")
ROLLING_ID = "rolling"
ROUNDS = int(os.environ.get("QUOTES_ROLLING_ROUNDS", "2"))
PASS = citation_pb2.DISPOSITION_PASS


def edition(number):
    """The report that is imported again and again; each edition says which one it is, twice."""
    return f"滚动工作报告\n一、回顾\n滚动核验第{number}次完成。\n二、安排\n滚动核验第{number}次开始。\n".encode()


class Load:
    """Callers that go on until they are told to end, and what they saw."""

    def __init__(self, nginx, names):
        self.nginx = nginx
        self.names = names          # of the hits of the search that no import changes, in order
        self.failures = []
        self.editions = {}          # archive revision -> edition, as acknowledged
        self.seen = []              # (archive revision, editions in the answer)
        self.judged = []            # (archive revision, edition that was quoted, disposition)
        self.counts = {}
        self.acknowledged = 0
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(kind, number))
                         for number, kind in enumerate(
                             [self._search, self._search, self._page, self._verify, self._import])]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *unused):
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def total(self):
        return sum(self.counts.values())

    def all_more_than(self, calls):
        return (len(self.counts) == len(self._threads)
                and min(self.counts.values()) > calls)

    def _run(self, kind, number):
        options = [("grpc.service_config", SERVICE_CONFIG), ("grpc.use_local_subchannel_pool", 1)]
        with self.nginx.channel(options) as channel:
            while not self._ended.is_set():
                begin = time.monotonic()
                try:
                    kind(channel)
                    self.counts[number] = self.counts.get(number, 0) + 1
                except grpc.RpcError as error:
                    self.failures.append(f"{kind.__name__} after {time.monotonic() - begin:.2f} s: "
                                         f"{error.code()}: {error.details()}")
                except AssertionError as error:
                    self.failures.append(f"{kind.__name__}: {error}")

    def _search(self, channel):
        answer = quote_service_pb2_grpc.QuoteServiceStub(channel).SearchQuotes(
            quote_service_pb2.SearchQuotesRequest(query="滚动核验"))
        found = [int(re.search("第([0-9]+)次", hit.quote.text).group(1)) for hit in answer.hits]
        self.seen.append((answer.archive_revision, found))

    def _page(self, channel):
        """All pages of one search, each perhaps from another server."""
        stub = quote_service_pb2_grpc.QuoteServiceStub(channel)
        request = quote_service_pb2.SearchQuotesRequest(query="发展", page_size=5)
        names = []
        while True:
            page = stub.SearchQuotes(request)
            names += [hit.quote.name for hit in page.hits]
            request.page_token = page.next_page_token
            if not page.next_page_token:
                break
        assert names == self.names, f"pages do not fit together: {names}"

    def _verify(self, channel):
        stub = citation_service_pb2_grpc.CitationServiceStub(channel)
        number = self.acknowledged
        for quotation, number in ((f"滚动核验第{number}次完成", number),
                                  ("城镇新增就业4.5万余人", None), ("城镇新增就业4.5万人", False)):
            result = stub.VerifyCitation(citation_service_pb2.VerifyCitationRequest(
                quotation=quotation)).result
            if number is None or number is False:
                assert (result.disposition == PASS) == (number is None), result
            else:
                self.judged.append((result.archive_revision, number, result.disposition))

    def _import(self, channel):
        number = self.acknowledged + 1
        request = report_service_pb2.ImportReportRequest(report_id=ROLLING_ID,
                                                         request_id=f"rolling-edition-{number:08}")
        request.source.content = edition(number)
        request.source.file_name = "rolling.txt"
        answer = report_service_pb2_grpc.ReportServiceStub(channel).ImportReport(request)
        self.editions[answer.archive_revision] = number
        self.acknowledged = number
        time.sleep(0.05)

    def check(self, test):
        """That nothing failed, and that what was seen is what was written."""
        test.assertEqual(self.failures, [])
        test.assertTrue(self.all_more_than(20), self.counts)
        for revision, found in self.seen:
            expected = self.editions.get(revision)
            if expected is None:  # the last import, of which the answer did not come
                test.assertGreater(revision, max(self.editions))
            else:
                test.assertEqual(found, [expected] * 2, revision)
        passed = 0
        for revision, number, disposition in self.judged:
            test.assertEqual(disposition == PASS, self.editions.get(revision) == number,
                             (revision, self.editions.get(revision), number, disposition))
            passed += disposition == PASS
        test.assertGreater(passed, 0)


class RollingTest(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(TempDir())
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost", "-keyout", self.folder / "quotes.key",
            "-out", self.folder / "quotes.crt")
        published = self.folder / "published"
        self.arguments = [(self.folder / "quotes.db", "--publish-folder", published,
                           "--publish-every", "1s", *DRAIN)]
        self.arguments += [(self.folder / f"replica{number}.db", "--follow", published, *DRAIN)
                           for number in (1, 2)]
        # They come back at the same addresses.
        self.servers = [self.enterContext(self.server(0))]
        with grpc.insecure_channel(self.servers[0].address) as channel:
            stub = report_service_pb2_grpc.ReportServiceStub(channel)
            for report, name, content in ((SAMPLE_ID, SAMPLE.name, SAMPLE.read_bytes()),
                                          (ROLLING_ID, "rolling.txt", edition(0))):
                request = report_service_pb2.ImportReportRequest(report_id=report)
                request.source.content = content
                request.source.file_name = name
                self.first = stub.ImportReport(request, timeout=60).archive_revision
            quotes = quote_service_pb2_grpc.QuoteServiceStub(channel)
            self.names = [hit.quote.name for hit in quotes.SearchQuotes(
                quote_service_pb2.SearchQuotesRequest(query="发展", page_size=200)).hits]
        self.assertGreater(len(self.names), 10)
        self.servers += [self.enterContext(self.server(number)) for number in (1, 2)]
        for server in self.servers:
            wait_for(lambda server=server: self.revision(server) == self.first, "replicas")

    def server(self, number):
        return Server(*self.arguments[number], listen=f"127.0.0.1:{free_port()}")

    @staticmethod
    def revision(server):
        status, = quotes_testing.quotectl_json("status", server=server)
        return int(status["archive_revision"])

    def revisions(self):
        """Of the report that is imported again and again, on the server that writes."""
        with grpc.insecure_channel(self.servers[0].address) as channel:
            stub = report_service_pb2_grpc.ReportServiceStub(channel)
            request = report_service_pb2.ListRevisionsRequest(parent=f"reports/{ROLLING_ID}",
                                                              page_size=200)
            found = 0
            while True:
                page = stub.ListRevisions(request, timeout=60)
                found += len(page.revisions)
                request.page_token = page.next_page_token
                if not page.next_page_token:
                    return found

    def restart(self, number):
        address = self.servers[number].address
        self.assertEqual(self.servers[number].terminate(), 0)
        self.servers[number] = self.enterContext(Server(*self.arguments[number], listen=address))

    def roll(self, edit):
        addresses = [server.address for server in self.servers]
        with Nginx(self.folder, *addresses, edit=edit) as nginx:
            with Load(nginx, self.names) as load:
                load.editions[self.first] = 0

                def go_on(calls=40):
                    before = load.total()
                    wait_for(lambda: load.total() >= before + calls or load.failures,
                             "calls go on")
                go_on()
                for _ in range(ROUNDS):
                    for number in range(len(self.servers)):
                        self.restart(number)
                        go_on()
                    nginx.process.send_signal(signal.SIGHUP)
                    go_on()
                    for server in self.servers:
                        server.process.send_signal(signal.SIGHUP)
                    go_on()
                wait_for(lambda: load.failures or load.all_more_than(20), "calls of every kind")
            load.check(self)
            # All that was acknowledged is there, on every server.
            last = max(load.editions)
            for server in self.servers:
                wait_for(lambda server=server: self.revision(server) >= last, "the last edition")
            self.assertGreaterEqual(self.revisions(), load.acknowledged + 1)
            print(f"{load.total()} calls, {load.acknowledged} imports, {len(load.seen)} answers "
                  f"compared, none failed", flush=True)

    def test_replicas_stand_in(self):
        self.roll(lambda text: text)

    def test_replicas_share_the_work(self):
        """As the comment in the configuration says."""
        self.roll(lambda text: text.replace(" backup;", ";"))


if __name__ == "__main__":
    unittest.main()
