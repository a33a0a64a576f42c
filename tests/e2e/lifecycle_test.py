"""quoted as a process: configuration, start, refusal to start, log, end."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import unittest
from contextlib import closing

import quotes_testing
from quotes_testing import (CLEAN_ENVIRONMENT, QUOTED, SAMPLE, SAMPLE_ID, SOURCE_DIR, STOP_SECONDS,
                            Server, TempDir, free_port, quotectl, quotectl_json, start_and_fail,
                            wait_for)

quotes_testing.add_stubs()

# pylint: disable=wrong-import-position
import grpc
from grpc.health.v1 import health_pb2, health_pb2_grpc
from quotes.v1 import report_service_pb2, report_service_pb2_grpc

EXIT_OPTIONS = 2
EXIT_START = 3


def import_sample(server):
    result = quotectl("import", SAMPLE, "--id", SAMPLE_ID, server=server)
    assert result.returncode == 0, result


class DrainTest(unittest.TestCase):
    """SIGTERM and SIGINT."""

    def test_idle_server_ends_with_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), TempDir() as folder:
                with Server(folder / "quotes.db") as server:
                    server.process.send_signal(number)
                    self.assertEqual(server.process.wait(STOP_SECONDS), 0)
                    self.assertEqual(server.log_lines()[-1]["event"], "end")

    def test_call_in_flight_finishes(self):
        content = SAMPLE.read_bytes()
        with TempDir() as folder, Server(folder / "quotes.db", "--drain-delay", "10m",
                                         "--drain-grace", "10m") as server:
            with grpc.insecure_channel(server.address) as channel:
                health = health_pb2_grpc.HealthStub(channel)
                half_sent, go_on = threading.Event(), threading.Event()

                def messages():
                    header = report_service_pb2.UploadReportRequest()
                    part = getattr(header.header, "import")
                    part.report_id = SAMPLE_ID
                    part.source.file_name = SAMPLE.name
                    header.header.size_bytes = SAMPLE.stat().st_size
                    yield header
                    yield report_service_pb2.UploadReportRequest(chunk=content[:10_000])
                    half_sent.set()
                    go_on.wait(300)
                    yield report_service_pb2.UploadReportRequest(chunk=content[10_000:])

                upload = report_service_pb2_grpc.ReportServiceStub(channel).UploadReport.future(
                    messages(), timeout=300)
                self.assertTrue(half_sent.wait(60), upload)

                def status():
                    answer = health.Check(health_pb2.HealthCheckRequest(), timeout=60)
                    return answer.status

                self.assertEqual(status(), health_pb2.HealthCheckResponse.SERVING)
                server.process.send_signal(signal.SIGTERM)
                # The delay: health tells, while calls are still served.
                wait_for(lambda: status() == health_pb2.HealthCheckResponse.NOT_SERVING,
                         "health NOT_SERVING")
                self.assertFalse(upload.done(), upload)
                # The grace, which a second signal begins: no new calls, while the upload is still
                # awaited.
                server.process.send_signal(signal.SIGTERM)
                wait_for(lambda: self.refuses(server), "new connections refused")
                self.assertIsNone(server.process.poll())
                go_on.set()
                self.assertEqual(upload.result().report.name, f"reports/{SAMPLE_ID}")
            self.assertEqual(server.process.wait(STOP_SECONDS), 0)
            with Server(folder / "quotes.db") as again:
                page, = quotectl_json("reports", server=again)
                self.assertEqual(page["total_size"], "1")

    @staticmethod
    def refuses(server):
        try:
            with socket.create_connection(("127.0.0.1", server.port)):
                return False
        except ConnectionRefusedError:
            return True

    def test_call_that_never_ends_is_cancelled(self):
        with TempDir() as folder, Server(folder / "quotes.db", "--drain-grace", "1s") as server:
            with grpc.insecure_channel(server.address) as channel:
                started, forever = threading.Event(), threading.Event()

                def messages():
                    header = report_service_pb2.UploadReportRequest()
                    part = getattr(header.header, "import")
                    part.report_id = "never"
                    part.source.file_name = SAMPLE.name
                    header.header.size_bytes = SAMPLE.stat().st_size
                    yield header
                    started.set()
                    forever.wait(60)

                upload = report_service_pb2_grpc.ReportServiceStub(channel).UploadReport.future(
                    messages(), timeout=60)
                self.assertTrue(started.wait(30))
                # The header must have arrived, or there is nothing in flight.
                quotectl("status", server=server)
                self.assertEqual(server.terminate(), 0)
                forever.set()
                self.assertIsNotNone(upload.exception())
            with Server(folder / "quotes.db") as again:
                status, = quotectl_json("status", server=again)
                self.assertEqual(status["report_count"], "0")


class RefusalTest(unittest.TestCase):
    """What keeps a server from starting is said in one clear line."""

    def refused(self, database, *arguments, says, code=EXIT_START, **keywords):
        exit_code, log = start_and_fail(database, *arguments, **keywords)
        self.assertEqual(exit_code, code, log)
        for_people = [line for line in log.splitlines() if line.startswith("quoted: ")]
        self.assertEqual(len(for_people), 1, log)
        self.assertRegex(for_people[0], says)
        self.assertNotIn('"event":"serving"', log)

    def test_port_of_another_server(self):
        with TempDir() as folder, Server(folder / "one.db") as server:
            self.refused(folder / "two.db", listen=server.address, says=str(server.port))
            self.assertEqual(quotectl("status", server=server).returncode, 0)

    def test_database_of_another_server(self):
        with TempDir() as folder, Server(folder / "one.db") as server:
            import_sample(server)
            self.refused(folder / "one.db", says=r"one\.db")
            # By another path to the same file as well.
            os.symlink(folder / "one.db", folder / "other.db")
            self.refused(folder / "other.db", says=r"\.db")
            self.assertEqual(quotectl("find", "棚改", server=server).returncode, 0)

    def test_reader_beside_the_writer(self):
        with TempDir() as folder, Server(folder / "one.db") as server:
            import_sample(server)
            with Server(folder / "one.db", "--read-only") as reader:
                self.assertEqual(quotectl("find", "棚改", server=reader).returncode, 0)
                result = quotectl("import", SAMPLE, "--id", "x", "--json", server=reader)
                self.assertEqual(result.returncode, 3, result)
                self.assertIn('"READ_ONLY"', result.stderr)

    def test_newer_schema(self):
        with TempDir() as folder:
            database = folder / "quotes.db"
            with Server(database) as server:
                import_sample(server)
                self.assertEqual(server.terminate(), 0)
            # closing(), because a connection's own `with` leaves it open.
            with closing(sqlite3.connect(database)) as connection:
                version, = connection.execute("PRAGMA user_version").fetchone()
                connection.execute(f"PRAGMA user_version = {version + 41}")
            before = database.read_bytes()
            self.refused(database, says=rf"quotes\.db.*\b{version + 41}\b")
            self.assertEqual(database.read_bytes(), before)

    def test_no_database(self):
        with TempDir() as folder:
            for name, content in {"text.db": SAMPLE.read_bytes(), "noise.db": bytes(range(256)) * 64,
                                  "short.db": b"SQLite format 3\0"}.items():
                with self.subTest(name):
                    path = folder / name
                    path.write_bytes(content)
                    self.refused(path, says=re.escape(name))
                    self.assertEqual(path.read_bytes(), content)
            foreign = folder / "foreign.db"
            with closing(sqlite3.connect(foreign)) as connection:
                connection.execute("CREATE TABLE somebody_elses (x)")
            self.refused(foreign, says=r"foreign\.db")

    def test_damaged_database(self):
        with TempDir() as folder:
            database = folder / "quotes.db"
            with Server(database) as server:
                import_sample(server)
                self.assertEqual(server.terminate(), 0)
            whole = database.read_bytes()
            page = int.from_bytes(whole[16:18], "big")
            for what, damaged in {
                    "pages overwritten": whole[:2 * page] + b"\xa5" * (20 * page)
                                         + whole[22 * page:],
                    "cut off": whole[:len(whole) // 2],
            }.items():
                with self.subTest(what):
                    database.write_bytes(damaged)
                    self.refused(database, says=r"quotes\.db")

    def test_folder_that_does_not_exist(self):
        with TempDir() as folder:
            self.refused(folder / "no" / "such" / "quotes.db", says="no/such")

    def test_read_only_folder(self):
        # Rights do not bind root, so the programs run without that privilege.
        wrapper = ()
        if os.geteuid() == 0:
            wrapper = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
            probe = subprocess.run([*wrapper, "true"], capture_output=True, check=False)
            if probe.returncode != 0:
                self.skipTest("root may not drop a privilege here, and rights do not bind it")
        with TempDir() as folder:
            database = folder / "quotes.db"
            with Server(database) as server:
                import_sample(server)
                self.assertEqual(server.terminate(), 0)
            empty = folder / "empty"
            empty.mkdir()
            os.chmod(database, 0o444)
            os.chmod(folder, 0o555)
            os.chmod(empty, 0o555)
            try:
                self.refused(empty / "quotes.db", says=r"empty/quotes\.db", wrapper=wrapper)
                self.refused(database, says=r"quotes\.db", wrapper=wrapper)
            finally:
                os.chmod(folder, 0o755)
                os.chmod(empty, 0o755)

    def test_address_of_other_machines(self):
        with TempDir() as folder:
            self.refused(folder / "quotes.db", listen="0.0.0.0:0", code=EXIT_OPTIONS,
                         says="--insecure-allow-remote")
            with Server(folder / "quotes.db", "--insecure-allow-remote",
                        listen="0.0.0.0:0") as server:
                self.assertEqual(quotectl("status", server=server).returncode, 0)

    def test_wrong_options(self):
        with TempDir() as folder:
            config = folder / "quoted.toml"
            for text, says in {
                    "no_such_key = 1\n": "no_such_key",
                    "listen = 5\n": "listen",
                    "listen = \n": re.escape(str(config)),
                    'drain_grace = "soon"\n': "drain_grace",
            }.items():
                with self.subTest(text):
                    config.write_text(text, encoding="utf-8")
                    self.refused(folder / "quotes.db", "--config", str(config), says=says,
                                 code=EXIT_OPTIONS)
            for arguments, says in [(("--no-such-flag",), "no-such-flag"),
                                    (("--log-level", "loud"), "log-level"),
                                    (("--config", str(folder / "none.toml")), "none.toml")]:
                with self.subTest(arguments=arguments):
                    self.refused(folder / "quotes.db", *arguments, says=says, code=EXIT_OPTIONS)
            self.refused(folder / "quotes.db", listen="nonsense", says="nonsense",
                         code=EXIT_OPTIONS)
            self.assertFalse((folder / "quotes.db").exists())


class ConfigurationTest(unittest.TestCase):
    """Flags before environment before file before defaults."""

    @staticmethod
    def effective(*arguments, env=None):
        result = subprocess.run(
            [str(QUOTED), *arguments, "--print-config"], capture_output=True, text=True,
            env={**CLEAN_ENVIRONMENT, **(env or {})}, timeout=60, check=True)
        values = {}
        for line in result.stdout.splitlines():
            if line.strip():
                key, value = line.split(" = ")
                values[key] = value.strip("'\"")
        return values

    def test_precedence_of_every_option(self):
        defaults = self.effective()
        self.assertEqual(defaults["listen"], "127.0.0.1:50051")
        others = {
            "listen": ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"],
            "listen_unix": ["one.sock", "two.sock", "three.sock"],
            "tls_cert": ["one.pem", "two.pem", "three.pem"],
            "tls_key": ["one.key", "two.key", "three.key"],
            "tls_client_ca": ["one.pem", "two.pem", "three.pem"],
            "tokens": ["one.toml", "two.toml", "three.toml"],
            "jwks": ["one.json", "two.json", "three.json"],
            "jwt_issuer": ["one", "two", "three"],
            "jwt_audience": ["one", "two", "three"],
            "quota_rate": ["1", "2", "3"],
            "quota_burst": ["1", "2", "3"],
            "quota_callers": ["10", "20", "30"],
            "max_import_bytes": ["140000000", "150000000", "160000000"],
            "max_unread_bytes": ["70000000", "80000000", "90000000"],
            "max_unread_answers": ["10", "20", "30"],
            "connection_rate": ["10", "20", "30"],
            "connection_burst": ["10", "20", "30"],
            "max_connection_age": ["1m", "2m", "3m"],
            "max_calls": ["10", "20", "30"],
            "max_calls_per_caller": ["10", "20", "30"],
            "max_watches": ["10", "20", "30"],
            "max_streams": ["10", "20", "30"],
            "max_message_bytes": ["3000000", "4000000", "5000000"],
            "max_metadata_bytes": ["2000", "3000", "4000"],
            "max_connection_bytes": ["40000000", "50000000", "60000000"],
            "max_transport_bytes": ["100000000", "200000000", "300000000"],
            "executor_threads": ["1", "2", "3"],
            "executor_queue": ["1", "2", "3"],
            "upload_idle": ["1s", "2s", "3s"],
            "min_ping_interval": ["1s", "2s", "3s"],
            "database": ["one.db", "two.db", "three.db"],
            "log_level": ["debug", "warning", "error"],
            "log_file": ["one.log", "two.log", "three.log"],
            "profiles": ["one.toml", "two.toml", "three.toml"],
            "extractor": ["/one", "/two", "/three"],
            "metrics_listen": ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"],
            "slow_call": ["1s", "2s", "3s"],
            "backup_folder": ["one", "two", "three"],
            "backup_every": ["1h", "2h", "24h"],
            "backup_keep": ["1", "2", "3"],
            "publish_folder": ["one", "two", "three"],
            "publish_every": ["1s", "2s", "3s"],
            "publish_keep": ["1", "2", "3"],
            "follow": ["one", "two", "three"],
            "drain_delay": ["1s", "2s", "3s"],
            "drain_grace": ["1s", "2s", "3s"],
            "read_only": ["true", "false", "true"],
            "insecure_allow_remote": ["true", "false", "true"],
        }
        # An option that this test does not know is one that it does not test.
        self.assertEqual(set(defaults), set(others))
        with TempDir() as folder:
            for key, (in_file, in_environment, as_flag) in others.items():
                with self.subTest(key):
                    config = folder / "quoted.toml"
                    plain = in_file in ("true", "false") or in_file.isdecimal()
                    config.write_text(f"{key} = {in_file}\n" if plain else
                                      f'{key} = "{in_file}"\n', encoding="utf-8")
                    file = ["--config", str(config)]
                    variable = {f"QUOTED_{key.upper()}": in_environment}
                    flag = [f"--{key.replace('_', '-')}={as_flag}"]
                    self.assertEqual(self.effective(*file)[key], in_file)
                    self.assertEqual(self.effective(env={"QUOTED_CONFIG": str(config)})[key],
                                     in_file)
                    self.assertEqual(self.effective(*file, env=variable)[key], in_environment)
                    self.assertEqual(self.effective(*file, *flag, env=variable)[key], as_flag)

    def test_help_names_every_option(self):
        result = subprocess.run([str(QUOTED), "--help"], capture_output=True, text=True,
                                env=CLEAN_ENVIRONMENT, timeout=60, check=True)
        readme = (SOURCE_DIR / "README.md").read_text(encoding="utf-8")
        for key in self.effective():
            for spelling in (f"--{key.replace('_', '-')}", f"QUOTED_{key.upper()}"):
                self.assertIn(spelling, result.stdout)
                self.assertIn(spelling, readme)

    def test_file_of_the_systemd_unit(self):
        values = self.effective("--config", str(SOURCE_DIR / "deploy/systemd/quoted.toml"))
        self.assertEqual(values["database"], "/var/lib/quoted/quotes.db")

    def test_the_configured_reader_of_formats_is_used(self):
        page = "<h1>甲市政府工作报告</h1><p>同志们：</p><p>我们要加快发展。</p>".encode()
        with TempDir() as folder:
            broken = folder / "broken"
            broken.write_text("#!/bin/sh\nkill -SEGV $$\n", encoding="utf-8")
            broken.chmod(0o755)
            file = folder / "page.html"
            file.write_bytes(page)
            for reader, reason in [(folder / "missing", "EXTRACTOR_UNAVAILABLE"),
                                   (broken, "EXTRACTION_FAILED"),
                                   (QUOTED.parent / "quotes-extract", None)]:
                with self.subTest(reason):
                    config = folder / "quoted.toml"
                    config.write_text(f'extractor = "{reader}"\n', encoding="utf-8")
                    with Server(folder / "quotes.db", "--config", str(config)) as server:
                        result = quotes_testing.quotectl("import", "--json", file, server=server)
                        if reason is None:
                            self.assertEqual(result.returncode, 0, result)
                        else:
                            self.assertNotEqual(result.returncode, 0, result)
                            self.assertIn(f'"reason":"{reason}"', result.stderr)
                        # Plain text is read all the same.
                        self.assertEqual(quotes_testing.quotectl(
                            "import", "-q", "-", "--id", "plain", stdin="同志们：\n我们要改革。\n".encode(),
                            server=server).returncode, 0)

    def test_served_as_configured(self):
        with TempDir() as folder:
            port = free_port()
            config = folder / "quoted.toml"
            config.write_text(f'listen = "127.0.0.1:{port}"\ndatabase = "{folder}/quotes.db"\n',
                              encoding="utf-8")
            with Server(None, "--config", str(config), listen=None) as server:
                self.assertEqual(server.port, port)
                import_sample(server)
            self.assertTrue((folder / "quotes.db").exists())


class LogTest(unittest.TestCase):
    """JSON lines, and no word of a report or of a query in them."""

    def test_log(self):
        with TempDir() as folder:
            log = folder / "quoted.log"
            with Server(folder / "quotes.db", "--log-level", "debug") as server:
                import_sample(server)
                quotectl("find", "棚改", server=server)
                quotectl("find", "棚改 (", server=server)
                quotectl("theme", "rural", server=server)
                quotectl("outline", SAMPLE_ID, server=server)
                quotectl("get", "reports/甲乙丙", server=server)
                quotectl("import", "-", "--title", "暂定标题", server=server,
                         stdin=SAMPLE.read_bytes()[:5000] + b"\xff\xff")
                self.assertEqual(server.terminate(), 0)
                lines = server.log_lines()
                text = server.log_text()
            self.assertEqual(len(lines), len(text.splitlines()))
            events = [line["event"] for line in lines]
            for event in ("start", "listening", "serving_lookups", "serving", "call", "drain",
                          "end"):
                self.assertIn(event, events)
            for line in lines:
                self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
                self.assertIn(line["level"], ("debug", "info", "warning", "error"))
            methods = {line["method"] for line in lines if line["event"] == "call"}
            self.assertIn("/quotes.v1.QuoteService/SearchQuotes", methods)
            # Chinese words have no other way into this log than from a report or a request.
            self.assertIsNone(re.search("[\u3400-\u9fff]|\\\\u[3-9]", text), text)

            # To a file instead, to which the next server appends.
            for times in (1, 2):
                process = subprocess.Popen(
                    [str(QUOTED), "--database", str(folder / "quotes.db"), "--listen",
                     "127.0.0.1:0", "--log-file", str(log)],
                    stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=CLEAN_ENVIRONMENT)
                with process:
                    try:
                        wait_for(lambda times=times: log.exists() and log.read_text(
                            encoding="utf-8").count('"event":"serving"') == times, "serving")
                        process.send_signal(signal.SIGTERM)
                        self.assertEqual(process.wait(STOP_SECONDS), 0)
                        self.assertEqual(process.stderr.read(), b"")
                    finally:
                        process.kill()
            self.assertEqual(log.read_text(encoding="utf-8").count('"event":"end"'), 2)


if __name__ == "__main__":
    unittest.main()
