"""The metrics endpoint of a real server: exact counts, no texts, and no harm from whoever calls it."""

import json
import os
import random
import shutil
import signal
import socket
import threading
import time
import unittest
import urllib.error

import quotes_testing
from metrics_testing import Scrape, metrics_port, read, scrape
from quotes_testing import (SAMPLE, SAMPLE_ID, Server, TempDir, free_port, quotectl, quotectl_json,
                            start_and_fail, wait_for)

quotes_testing.add_stubs()

# pylint: disable=wrong-import-position
import grpc
from quotes.v1 import (admin_service_pb2, admin_service_pb2_grpc, citation_service_pb2,
                       citation_service_pb2_grpc, quote_service_pb2, quote_service_pb2_grpc,
                       report_service_pb2, report_service_pb2_grpc)

# Characters that stand in no report, label or message.
MARKER = "囍囍秘密囍囍"


class Stubs:
    def __init__(self, channel):
        self.quotes = quote_service_pb2_grpc.QuoteServiceStub(channel)
        self.reports = report_service_pb2_grpc.ReportServiceStub(channel)
        self.citations = citation_service_pb2_grpc.CitationServiceStub(channel)
        self.admin = admin_service_pb2_grpc.AdminServiceStub(channel)


def code_of(call, *arguments, **keywords):
    try:
        call(*arguments, timeout=120, **keywords)
        return "OK"
    except grpc.RpcError as error:
        return error.code().name


def search(query):
    return quote_service_pb2.SearchQuotesRequest(query=query)


class CountsTest(unittest.TestCase):
    """What callers did is what the endpoint says."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(TempDir())
        cls.server = cls.enterClassContext(
            Server(cls.folder / "quotes.db", "--metrics-listen", "127.0.0.1:0"))
        cls.port = metrics_port(cls.server)
        # One that imports, with a marker for the file's name.
        source = cls.folder / f"{MARKER}.txt"
        shutil.copy(SAMPLE, source)
        quotectl_json("import", source, "--id", SAMPLE_ID, server=cls.server)
        cls.channel = cls.enterClassContext(grpc.insecure_channel(cls.server.address))
        cls.stubs = Stubs(cls.channel)

    def handled(self, figures, method, code):
        return figures.sum("grpc_server_handled_total", grpc_method=method, grpc_code=code)

    def test_exact(self):
        before = scrape(self.port)
        size = 0
        for _ in range(7):
            answer = self.stubs.quotes.SearchQuotes(search("经济"), timeout=30)
            size += answer.ByteSize()
        for _ in range(3):
            self.assertEqual(code_of(self.stubs.quotes.SearchQuotes, search("-无")),
                             "INVALID_ARGUMENT")
        for _ in range(2):
            self.assertEqual(code_of(self.stubs.reports.GetReport,
                                     report_service_pb2.GetReportRequest(name="reports/none")),
                             "NOT_FOUND")
        for quotation in ("建设", MARKER):
            self.assertEqual(code_of(
                self.stubs.citations.VerifyCitation,
                citation_service_pb2.VerifyCitationRequest(quotation=quotation)), "OK")
        for path in ("/quotes.v1.QuoteService/None", f"/{'x' * 300}/y", "/a.B/C"):
            call = self.channel.unary_unary(path, request_serializer=bytes,
                                            response_deserializer=bytes)
            self.assertEqual(code_of(call, b"anything"), "UNIMPLEMENTED")
        after = scrape(self.port)

        def risen(name, **labels):
            return after.sum(name, **labels) - before.sum(name, **labels)

        self.assertEqual(self.handled(after, "SearchQuotes", "OK")
                         - self.handled(before, "SearchQuotes", "OK"), 7)
        self.assertEqual(self.handled(after, "SearchQuotes", "INVALID_ARGUMENT")
                         - self.handled(before, "SearchQuotes", "INVALID_ARGUMENT"), 3)
        self.assertEqual(risen("grpc_server_started_total", grpc_method="SearchQuotes"), 10)
        self.assertEqual(risen("grpc_server_handling_seconds_count", grpc_method="SearchQuotes"),
                         10)
        self.assertGreater(risen("grpc_server_handling_seconds_sum", grpc_method="SearchQuotes"), 0)
        self.assertEqual(risen("quotes_call_sent_bytes_total", grpc_method="SearchQuotes"), size)
        self.assertEqual(risen("grpc_server_handled_total", grpc_method="GetReport",
                               grpc_code="NOT_FOUND"), 2)
        self.assertEqual(risen("quotes_call_errors_total", reason="REPORT_NOT_FOUND"), 2)
        self.assertEqual(risen("quotes_call_errors_total", reason="INVALID_QUERY"), 3)
        self.assertEqual(risen("quotes_citations_total"), 2)
        self.assertEqual(risen("grpc_server_handled_total", grpc_method="other",
                               grpc_code="UNIMPLEMENTED"), 3)
        self.assertEqual(risen("quotes_call_faults_total"), 0)
        self.assertEqual({dict(key)["caller_role"]
                          for key in after.select("grpc_server_handled_total")}, {"admin"})
        after.check_histograms()

    def test_import_and_archive(self):
        figures = scrape(self.port)
        status, = quotectl_json("status", server=self.server)
        self.assertEqual(figures.one("quotes_archive_reports"), 1)
        self.assertEqual(figures.one("quotes_archive_revision"), int(status["archive_revision"]))
        self.assertEqual(figures.one("quotes_archive_quotes"), int(status["quote_count"]))
        self.assertEqual(figures.one("quotes_archive_code_points"),
                         int(status["code_point_count"]))
        self.assertEqual(figures.one("quotes_archive_incomplete_reports"), 1)
        self.assertGreaterEqual(figures.one("quotes_archive_segments"), 1)
        self.assertGreater(figures.sum("quotes_archive_memory_bytes"),
                           int(status["code_point_count"]))
        self.assertEqual(figures.one("quotes_imports_total", outcome="imported"), 1)
        self.assertEqual(figures.one("quotes_import_source_bytes_total"), SAMPLE.stat().st_size)
        self.assertEqual(figures.one("quotes_import_duration_seconds_count"), 1)
        self.assertEqual(figures.one("quotes_ready"), 1)
        self.assertEqual(figures.one("quotes_serving_lookups"), 1)
        self.assertEqual(figures.one("quotes_draining"), 0)
        self.assertLess(abs(time.time() - figures.one("quotes_snapshot_timestamp_seconds")), 900)
        self.assertGreater(figures.one("quotes_load_duration_seconds", phase="all"), 0)
        database = self.folder / "quotes.db"
        self.assertEqual(figures.one("quotes_sqlite_file_bytes"), database.stat().st_size)
        self.assertGreater(figures.one("quotes_sqlite_memory_bytes"), 0)
        self.assertGreater(figures.one("quotes_sqlite_page_cache_hits_total"), 0)
        self.assertGreater(figures.one("quotes_sqlite_pages_written_total"), 0)
        for executor in ("read", "write"):
            self.assertEqual(figures.one("quotes_executor_queue_depth", executor=executor), 0)
        self.assertGreaterEqual(figures.one("quotes_executor_calls_total", executor="write"), 1)

    def test_process(self):
        figures = scrape(self.port)
        with open(f"/proc/{self.server.process.pid}/statm", encoding="ascii") as file:
            resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        told = figures.one("process_resident_memory_bytes")
        self.assertLess(abs(told - resident), max(16 << 20, resident / 2))
        self.assertGreater(figures.one("process_cpu_seconds_total"), 0)
        self.assertLess(abs(time.time() - figures.one("process_start_time_seconds")), 900)
        self.assertLess(figures.one("process_open_fds"), figures.one("process_max_fds"))
        version = quotectl("--version").stdout.split()[-1]
        self.assertEqual(figures.one("quotes_build_info", version=version), 1)

    def test_queries_and_strangers_leave_no_text_and_no_series(self):
        self.assertEqual(code_of(self.stubs.quotes.SearchQuotes, search("没有")), "OK")
        self.assertEqual(code_of(self.stubs.reports.GetReport, report_service_pb2.GetReportRequest(
            name="reports/no-such")), "NOT_FOUND")
        unknown = self.channel.unary_unary("/a/b", request_serializer=bytes,
                                           response_deserializer=bytes)
        code_of(unknown, b"")
        code_of(self.stubs.citations.VerifyCitation,
                citation_service_pb2.VerifyCitationRequest(quotation=MARKER))
        before = scrape(self.port)
        for number in range(200):
            call = self.channel.unary_unary(f"/secret{number}.S/M{number}",
                                            request_serializer=bytes, response_deserializer=bytes)
            self.assertEqual(code_of(call, b""), "UNIMPLEMENTED")
            code_of(self.stubs.quotes.SearchQuotes, search(f"{MARKER}{number}"),
                    metadata=[("x-request-id", f"id-{number}"), ("x-role", f"role-{number}")])
            code_of(self.stubs.reports.GetReport, report_service_pb2.GetReportRequest(
                name=f"reports/secret-{number}"))
        after = scrape(self.port)
        # The histogram of the endpoint's own scrapes aside, which belongs to the library.
        self.assertEqual({key for key in after.samples if not key[0].startswith("exposer_")},
                         {key for key in before.samples if not key[0].startswith("exposer_")})
        for word in ("囍", "secret", "id-1", "role-", str(self.folder), SAMPLE_ID, "枣庄", "市中"):
            self.assertNotIn(word, after.text)
        for word in ("secret", "囍"):
            self.assertNotIn(word, self.server.log_text())

    def test_calls_in_flight(self):
        def in_flight():
            return scrape(self.port).one("quotes_calls_in_flight", grpc_method="UploadReport")

        self.assertEqual(in_flight(), 0)
        go_on = threading.Event()

        def messages():
            header = report_service_pb2.UploadReportRequest()
            part = getattr(header.header, "import")
            part.source.file_name = "a.txt"
            header.header.size_bytes = 100
            yield header
            go_on.wait(300)

        upload = self.stubs.reports.UploadReport.future(messages(), timeout=300)
        wait_for(lambda: in_flight() == 1, "the upload in flight")
        go_on.set()
        self.assertIsNotNone(upload.exception())
        wait_for(lambda: in_flight() == 0, "the upload's end")

    def test_status_tells_the_same(self):
        for _ in range(5):
            self.stubs.quotes.SearchQuotes(search("发展"), timeout=30)
        status = self.stubs.admin.GetStatus(admin_service_pb2.GetStatusRequest(), timeout=30)
        figures = scrape(self.port)
        told, = [method for method in status.methods if method.method == "SearchQuotes"]
        self.assertEqual(told.call_count,
                         figures.sum("grpc_server_handled_total", grpc_method="SearchQuotes"))
        self.assertGreaterEqual(told.last_minute_count, 5)
        self.assertGreater(told.median_duration.ToNanoseconds(), 0)
        self.assertLessEqual(told.median_duration.ToNanoseconds(),
                             told.p99_duration.ToNanoseconds())
        own, = [method for method in status.methods if method.method == "GetStatus"]
        self.assertEqual(own.in_flight_count, 1)
        self.assertTrue(status.ready)
        self.assertEqual([executor.name for executor in status.executors], ["read", "write"])
        self.assertEqual(status.imports.count, 1)
        self.assertEqual(status.store.file_bytes, figures.one("quotes_sqlite_file_bytes"))
        self.assertGreater(status.process.resident_bytes, 1 << 20)


class LifeTest(unittest.TestCase):
    """Before everything is loaded, while the server drains, and when the endpoint cannot be."""

    def test_while_loading(self):
        chooser = random.Random(7)
        letters = sorted({c for c in SAMPLE.read_text(encoding="utf-8") if "一" <= c <= "龥"})
        with TempDir() as folder:
            for number in range(2):
                lines = ["".join(chooser.choices(letters, k=60)) + "。" for _ in range(20_000)]
                (folder / f"{number}.txt").write_text("\n".join(lines), encoding="utf-8")
                result = quotectl("import", folder / f"{number}.txt", "--id", f"long-{number}",
                                  database=folder / "quotes.db")
                self.assertEqual(result.returncode, 0, result.stderr)
            # A replica loads for as long as there is no snapshot to be loaded.
            port, listen = free_port(), f"127.0.0.1:{free_port()}"
            server = Server(folder / "replica.db", "--follow", folder / "published",
                            "--metrics-listen", f"127.0.0.1:{port}", listen=listen)
            self.addCleanup(server.__exit__, None, None, None)
            loading = None
            with grpc.insecure_channel(listen) as channel:
                stub = quote_service_pb2_grpc.QuoteServiceStub(channel)
                server.await_lines("waiting_for_snapshot")
                refused = code_of(stub.SearchQuotes, search("经济"))
                loading = scrape(port)
            self.assertEqual(refused, "UNAVAILABLE")
            self.assertEqual(loading.one("quotes_serving_lookups"), 0)
            self.assertEqual(loading.one("quotes_ready"), 0)
            self.assertEqual(loading.select("quotes_archive_reports"), {})
            self.assertEqual(loading.one("quotes_call_errors_total", reason="LOADING"), 1)
            self.assertEqual(loading.one("grpc_server_handled_total", grpc_code="UNAVAILABLE"), 1)
            with Server(folder / "quotes.db", "--publish-folder", folder / "published"):
                server.wait_until_serving()
            served = scrape(port)
            self.assertEqual(served.one("quotes_ready"), 1)
            self.assertEqual(served.one("quotes_archive_reports"), 2)
            self.assertGreater(served.one("quotes_load_duration_seconds", phase="lookups"), 0.05)

    def test_while_draining(self):
        with TempDir() as folder, Server(folder / "quotes.db", "--metrics-listen", "127.0.0.1:0",
                                         "--drain-delay", "10m") as server:
            port = metrics_port(server)
            server.process.send_signal(signal.SIGTERM)
            wait_for(lambda: scrape(port).one("quotes_draining") == 1, "draining")
            quotectl("find", "经济", server=server)
            figures = scrape(port)
            self.assertEqual(figures.sum("grpc_server_handled_total", grpc_method="SearchQuotes"),
                             1)
            self.assertEqual(figures.one("quotes_ready"), 1)
            self.assertEqual(server.terminate(), 0)  # a second signal ends the delay
            self.assertEqual(server.log_lines()[-1]["event"], "end")
            with self.assertRaises(OSError):
                read(port)

    def test_addresses(self):
        with TempDir() as folder, Server(folder / "one.db", "--metrics-listen",
                                         "localhost:0") as server:
            port = metrics_port(server)
            self.assertEqual(scrape(port).one("quotes_ready"), 1)
            with self.assertRaises(urllib.error.HTTPError) as refused:
                read(port, "/")
            self.assertEqual(refused.exception.code, 404)
            code, log = start_and_fail(folder / "two.db", "--metrics-listen", f"127.0.0.1:{port}")
            self.assertEqual(code, 3, log)
            self.assertRegex(log.splitlines()[-1], rf"quoted: .*{port}")
            for bad in ("nonsense", "127.0.0.1", "127.0.0.1:99999", "no.such.host.invalid:9464",
                        "[::1]:9464"):
                code, log = start_and_fail(folder / "three.db", "--metrics-listen", bad)
                self.assertEqual(code, 2, log)
                self.assertIn("--metrics-listen", log)
        with TempDir() as folder, Server(folder / "quotes.db") as server:
            self.assertNotIn('"event":"metrics"', server.log_text())


class HostileTest(unittest.TestCase):
    """Whatever reaches the endpoint, look-ups go on and the endpoint recovers."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(TempDir())
        cls.server = cls.enterClassContext(
            Server(cls.folder / "quotes.db", "--metrics-listen", "127.0.0.1:0"))
        cls.port = metrics_port(cls.server)
        quotectl_json("import", SAMPLE, "--id", SAMPLE_ID, server=cls.server)
        channel = cls.enterClassContext(grpc.insecure_channel(cls.server.address))
        cls.stub = quote_service_pb2_grpc.QuoteServiceStub(channel)
        cls.stub.SearchQuotes(search("经济"), timeout=30)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    # A look-up that waits for one of the endpoint's callers waits for ever.
    PATIENCE = 10

    def look_up(self, calls=200):
        """The slowest but one in a hundred, in seconds; every call must succeed."""
        durations = []
        for _ in range(calls):
            start = time.monotonic()
            answer = self.stub.SearchQuotes(search("经济"), timeout=120)
            durations.append(time.monotonic() - start)
            self.assertTrue(answer.hits)
        return sorted(durations)[calls * 99 // 100]

    def tearDown(self):
        self.assertIsNone(self.server.process.poll(), self.server.log_text())
        self.assertLess(self.look_up(), self.PATIENCE)
        # Whoever was slow has been cut off by now, or is within its time.
        figures = None
        deadline = time.monotonic() + 120
        while figures is None and time.monotonic() < deadline:
            try:
                figures = scrape(self.port, timeout=10)
            except OSError:
                time.sleep(0.2)
        self.assertIsNotNone(figures, "no scrape after it")
        self.assertLess(figures.one("process_open_fds"), 200)
        # Nothing but JSON lines: no library writes past the log. The last may not be whole yet.
        for line in self.server.log_text().rpartition("\n")[0].splitlines():
            json.loads(line)

    def test_junk(self):
        chooser = random.Random(3)
        for junk in (b"", b"\0" * 1000, b"GET", b"\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                     b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + chooser.randbytes(500),
                     chooser.randbytes(100_000), b"GET " + b"/" * 100_000 + b" HTTP/1.1\r\n\r\n",
                     b"GET /metrics HTTP/1.1\r\n" + b"A: b\r\n" * 50_000 + b"\r\n",
                     b"GET /metrics HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                     b"POST /metrics HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\nx",
                     b"GET /../../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
                     b"PUT /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
                     b"DELETE /metrics HTTP/1.1\r\nHost: a\r\n\r\n"):
            with self.subTest(junk[:40]), self.connect() as connection:
                answer = b""
                try:
                    connection.sendall(junk)
                    connection.shutdown(socket.SHUT_WR)
                    while part := connection.recv(65_536):
                        answer += part
                except OSError:
                    pass  # closed in the midst of what was sent
                self.assertNotIn(b"root:", answer)

    def test_slow(self):
        connections = [self.connect() for _ in range(40)]
        try:
            for connection in connections:
                connection.sendall(b"GET /metrics HTT")
            self.assertLess(self.look_up(), self.PATIENCE)
            # A byte now and then does not keep a thread for long.
            for _ in range(5):
                for connection in connections:
                    try:
                        connection.sendall(b"P")
                    except OSError:
                        pass
                time.sleep(0.1)
            self.assertLess(self.look_up(), self.PATIENCE)
        finally:
            for connection in connections:
                connection.close()

    def test_slow_readers(self):
        connections = [self.connect() for _ in range(20)]
        try:
            for connection in connections:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertLess(self.look_up(), self.PATIENCE)
        finally:
            for connection in connections:
                connection.close()

    def test_a_thousand_connections(self):
        connections = []
        try:
            for _ in range(1000):
                connection = socket.socket()
                connection.setblocking(False)
                connection.connect_ex(("127.0.0.1", self.port))
                connections.append(connection)
            self.assertLess(self.look_up(500), self.PATIENCE)
            with open(f"/proc/{self.server.process.pid}/limits", encoding="ascii") as file:
                self.assertIn("open files", file.read())
            # Waiting connections are the kernel's, not the server's.
            self.assertLess(len(os.listdir(f"/proc/{self.server.process.pid}/fd")), 200)
        finally:
            for connection in connections:
                connection.close()

    def test_many_scrapes_at_once(self):
        texts, errors = [], []

        def scrape_often():
            for _ in range(20):
                try:
                    texts.append(read(self.port))
                except OSError as error:
                    errors.append(error)

        threads = [threading.Thread(target=scrape_often) for _ in range(6)]
        for thread in threads:
            thread.start()
        self.assertLess(self.look_up(), self.PATIENCE)
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])
        self.assertEqual(len(texts), 120)
        for text in texts:
            Scrape(text)


if __name__ == "__main__":
    unittest.main()
