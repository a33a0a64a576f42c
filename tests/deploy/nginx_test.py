"""The configuration of nginx that deploy/ ships, in Debian's nginx, in front of real servers: a
writer, and a second server that reads the same database and stands in for it."""

import os
import re
import signal
import socket
import subprocess
import threading
import time
import unittest
from concurrent import futures

import quotes_testing
from deploy_testing import contract_methods, is_read, run
from quotes_testing import SAMPLE, SAMPLE_ID, SOURCE_DIR, Server, TempDir, free_port, wait_for

quotes_testing.add_stubs()

# pylint: disable=wrong-import-position
import grpc
from grpc.health.v1 import health_pb2, health_pb2_grpc
from grpc.reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from quotes.v1 import (quote_service_pb2, quote_service_pb2_grpc, report_service_pb2,
                       report_service_pb2_grpc)

CONFIGURATION = (SOURCE_DIR / "deploy/nginx/quotes.conf").read_text(encoding="utf-8")
# Details that with Base64 fill what a server says of an error (kMaxStatusBytes of limits.h).
LARGEST_DETAILS = (4 << 10) * 3 // 4


def large_report(size):
    """A speech of that many bytes, every sentence another one."""
    lines = ["甲市政府工作报告", "各位代表："]
    written = 0
    number = 0
    while written < size:
        number += 1
        line = f"第{number}项工作要抓紧抓实，今年完成投资{number}万元，新增岗位{number * 7 % 9973}个。"
        lines.append(line)
        written += len(line.encode()) + 1
    return "\n".join(lines).encode()


class Nginx:
    """The shipped configuration with addresses and certificate replaced, running."""

    def __init__(self, folder, writer, *readers, edit=lambda text: text):
        self.folder = folder
        self.address = f"localhost:{free_port()}"
        for name in ("quotes.crt", "quotes.key"):
            assert (folder / name).exists()
        text = edit(CONFIGURATION)
        # A line for each server that reads, as the comment there says.
        line = re.search(r"  server 127\.0\.0\.1:50052 .*\n", text).group()
        text = text.replace(line, "".join(line.replace("127.0.0.1:50052", reader)
                                          for reader in readers))
        for shipped, used in [("listen 443 ", f"listen 127.0.0.1:{self.address.split(':')[1]} "),
                              ("127.0.0.1:50051", writer),
                              ("server_name quotes.example.org", "server_name localhost"),
                              ("/etc/nginx/quotes.", f"{folder}/quotes.")]:
            assert shipped in text, shipped
            text = text.replace(shipped, used)
        (folder / "quotes.conf").write_text(text, encoding="utf-8")
        paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in
                        ("client_body", "proxy", "fastcgi", "scgi", "uwsgi"))
        # Its workers must reach the folder of the test, whoever runs it.
        user = "user root;\n" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            f"{user}pid {folder}/pid;\nerror_log {folder}/error.log;\nworker_processes 2;\n"
            f"events {{ worker_connections 512; }}\nhttp {{\naccess_log off;\n{paths}"
            f"include {folder}/quotes.conf;\n}}\n", encoding="utf-8")
        self.command = ["/usr/sbin/nginx", "-p", str(folder), "-e", str(folder / "error.log"),
                        "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]

    def __enter__(self):
        run(*self.command, "-t")
        self.process = subprocess.Popen(self.command)  # pylint: disable=consider-using-with
        wait_for(self.listens, "nginx listens", 60)
        return self

    def listens(self):
        assert self.process.poll() is None, (self.folder / "error.log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", int(self.address.split(":")[1]))) == 0

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.wait(120)

    def channel(self, options=()):
        certificate = (self.folder / "quotes.crt").read_bytes()
        return grpc.secure_channel(self.address, grpc.ssl_channel_credentials(certificate), options)


class NginxTest(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(TempDir())
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost", "-keyout", self.folder / "quotes.key",
            "-out", self.folder / "quotes.crt")
        database = self.folder / "quotes.db"
        # It comes back at the same address.
        self.writer = self.enterContext(Server(database, listen=f"127.0.0.1:{free_port()}"))
        self.direct = self.enterContext(grpc.insecure_channel(self.writer.address))
        request = report_service_pb2.ImportReportRequest(report_id=SAMPLE_ID)
        request.source.content = SAMPLE.read_bytes()
        request.source.file_name = SAMPLE.name
        report_service_pb2_grpc.ReportServiceStub(self.direct).ImportReport(request, timeout=60)
        self.reader = self.enterContext(Server(database, "--read-only"))
        self.nginx = self.enterContext(Nginx(self.folder, self.writer.address,
                                             self.reader.address))
        self.channel = self.enterContext(self.nginx.channel())
        self.quotes = quote_service_pb2_grpc.QuoteServiceStub(self.channel)
        self.reports = report_service_pb2_grpc.ReportServiceStub(self.channel)
        self.search = quote_service_pb2.SearchQuotesRequest(query="希望社区")

    def test_look_ups(self):
        answer = self.quotes.SearchQuotes(self.search, timeout=30)
        self.assertGreater(answer.total_size, 0)
        direct = quote_service_pb2_grpc.QuoteServiceStub(self.direct)
        self.assertEqual(answer, direct.SearchQuotes(self.search, timeout=30))
        # More than one connection to a server would carry by nginx's defaults.
        for _ in range(1500):
            self.quotes.SearchQuotes(self.search, timeout=30)

    def test_health_and_reflection(self):
        health = health_pb2_grpc.HealthStub(self.channel)
        self.assertEqual(health.Check(health_pb2.HealthCheckRequest(), timeout=30).status,
                         health_pb2.HealthCheckResponse.SERVING)
        # A stream in both directions: each answer comes before the next question is asked.
        reflection = reflection_pb2_grpc.ServerReflectionStub(self.channel)
        answered = []

        def questions():
            for number in range(3):
                wait_for(lambda count=number: len(answered) == count, "the answer before")
                yield reflection_pb2.ServerReflectionRequest(list_services="")
        for answer in reflection.ServerReflectionInfo(questions(), timeout=60):
            answered.append({service.name for service in answer.list_services_response.service})
        self.assertEqual(len(answered), 3)
        self.assertIn("quotes.v1.QuoteService", answered[0])

    def test_error_details(self):
        request = report_service_pb2.GetReportRequest(name="reports/" + "名" * 3000)
        seen = []
        for channel in (self.channel, self.direct):
            with self.assertRaises(grpc.RpcError) as caught:
                report_service_pb2_grpc.ReportServiceStub(channel).GetReport(request, timeout=30)
            trailers = dict(caught.exception.trailing_metadata())
            seen.append((caught.exception.code(), caught.exception.details(),
                         trailers["grpc-status-details-bin"]))
        self.assertEqual(seen[0], seen[1])

    def test_largest_error_details(self):
        """As many bytes as a server may send: more than nginx takes by default."""
        details = bytes(number % 251 for number in range(LARGEST_DETAILS))

        def refuse(_, context):
            context.set_trailing_metadata([("grpc-status-details-bin", details)])
            context.abort(grpc.StatusCode.NOT_FOUND, "党" * 100)

        class Refusal(grpc.GenericRpcHandler):
            def service(self, handler_call_details):
                return grpc.unary_unary_rpc_method_handler(refuse)

        server = grpc.server(futures.ThreadPoolExecutor(1), handlers=[Refusal()])
        address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        self.addCleanup(lambda: server.stop(None).wait())
        with Nginx(self.folder, address, address) as nginx, nginx.channel() as channel:
            quotes = quote_service_pb2_grpc.QuoteServiceStub(channel)
            with self.assertRaises(grpc.RpcError) as caught:
                quotes.SearchQuotes(self.search, timeout=30)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.NOT_FOUND)
        self.assertEqual(dict(caught.exception.trailing_metadata())["grpc-status-details-bin"],
                         details)

    def test_large_imports(self):
        """Far above what nginx and gRPC take by default."""
        content = large_report(9 << 20)
        request = report_service_pb2.ImportReportRequest(report_id="large", validate_only=True)
        request.source.content = content
        request.source.file_name = "large.txt"
        answer = self.reports.ImportReport(request, timeout=300)
        self.assertEqual(answer.report.name, "reports/large")

        def messages():
            first = report_service_pb2.UploadReportRequest()
            part = getattr(first.header, "import")
            part.report_id = "large"
            part.source.file_name = "large.txt"
            part.validate_only = True
            first.header.size_bytes = len(content)
            yield first
            for at in range(0, len(content), 1 << 20):
                yield report_service_pb2.UploadReportRequest(chunk=content[at:at + (1 << 20)])
        answer = self.reports.UploadReport(messages(), timeout=300)
        self.assertEqual(answer.report.name, "reports/large")

    def test_too_large(self):
        request = quote_service_pb2.SearchQuotesRequest(query="党" * (3 << 20))
        with self.assertRaises(grpc.RpcError) as caught:
            self.quotes.SearchQuotes(request, timeout=60)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)

    def test_second_server_only_stands_in(self):
        """It sees what was written about a second later, which nobody may notice."""
        self.withdraw()
        for _ in range(20):
            self.assertEqual(self.quotes.SearchQuotes(self.search, timeout=30).total_size, 0)

    def test_second_server_down(self):
        """Look-ups and writes go on without one failure."""
        self.reader.kill()
        for _ in range(40):
            self.quotes.SearchQuotes(self.search, timeout=30)
        self.withdraw()

    def test_writer_down(self):
        """Look-ups go on without one failure; a write says that it cannot, and is not handed on."""
        self.writer.kill()
        for _ in range(40):
            self.quotes.SearchQuotes(self.search, timeout=30)
        with self.assertRaises(grpc.RpcError) as caught:
            self.withdraw()
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAVAILABLE)
        self.reader.kill()
        with self.assertRaises(grpc.RpcError) as caught:
            self.quotes.SearchQuotes(self.search, timeout=30)
        self.assertEqual((caught.exception.code(), caught.exception.details()),
                         (grpc.StatusCode.UNAVAILABLE, "no server is available"))

    def test_a_server_that_hangs_is_left(self):
        """It accepts connections and says nothing: another one answers well before the deadline of
        callers that do as the service config says, and calls that last are not ended for it."""
        changes = self.reports.WatchChanges(report_service_pb2.WatchChangesRequest(
            heartbeat={"seconds": 14}), timeout=120)
        begin = time.monotonic()
        next(changes)
        next(changes)  # nothing is said for longer than a look-up may take
        self.assertGreater(time.monotonic() - begin, 11)
        changes.cancel()
        self.writer.process.send_signal(signal.SIGSTOP)
        config = (SOURCE_DIR / "client/data/service_config.json").read_text(encoding="utf-8")
        try:
            with self.nginx.channel([("grpc.service_config", config)]) as channel:
                quotes = quote_service_pb2_grpc.QuoteServiceStub(channel)
                for _ in range(2):
                    self.assertGreater(quotes.SearchQuotes(self.search, timeout=30).total_size, 0)
        finally:
            self.writer.process.send_signal(signal.SIGCONT)

    def test_restart_under_load(self):
        """The writer drains, ends and comes back, without one failed look-up of clients that do as
        the service config says."""
        config = (SOURCE_DIR / "client/data/service_config.json").read_text(encoding="utf-8")
        ended, failures, counts = threading.Event(), [], []

        def look_up():
            with self.nginx.channel([("grpc.service_config", config)]) as channel:
                quotes = quote_service_pb2_grpc.QuoteServiceStub(channel)
                count = 0
                while not ended.is_set():
                    try:
                        quotes.SearchQuotes(self.search, timeout=30)
                        count += 1
                    except grpc.RpcError as error:
                        failures.append(f"{error.code()}: {error.details()}")
                counts.append(count)

        threads = [threading.Thread(target=look_up) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(3):
                self.assertEqual(self.writer.terminate(), 0)
                self.writer = self.enterContext(
                    Server(self.folder / "quotes.db", listen=self.writer.address))
        finally:
            ended.set()
            for thread in threads:
                thread.join()
        self.assertEqual(failures, [])
        self.assertGreater(min(counts), 10)

    def withdraw(self):
        self.reports.DeleteReport(
            report_service_pb2.DeleteReportRequest(name=f"reports/{SAMPLE_ID}"), timeout=30)

    def test_writes_reach_the_writer(self):
        for _ in range(5):
            self.withdraw()
            self.reports.UndeleteReport(
                report_service_pb2.UndeleteReportRequest(name=f"reports/{SAMPLE_ID}"), timeout=30)


class WritesTest(unittest.TestCase):
    def test_all_that_write_are_told_apart(self):
        # The first that fits is taken.
        patterns = re.findall(r"location ~ (\S+) \{\n    grpc_pass grpc://(\w+);", CONFIGURATION)
        self.assertEqual(len(patterns), CONFIGURATION.count("location ~ "))
        for full, method in contract_methods():
            taken = next((upstream for pattern, upstream in patterns if re.search(pattern, full)),
                         "quotes_readers")
            self.assertEqual(taken, "quotes_readers" if is_read(method) else "quotes_writer", full)
        watch = re.search(patterns[0][0], "/quotes.v1.ReportService/WatchChanges")
        self.assertIsNotNone(watch)


if __name__ == "__main__":
    unittest.main()
