"""Who may call what, over what: certificates, tokens, roles, sockets and limits, with the real
programs."""

import base64
import json
import math
import os
import signal
import socket
import ssl
import stat
import struct
import subprocess
import threading
import time
import unittest

from certificates import Authority
from metrics_testing import metrics_port, scrape
from quotes_testing import (CLEAN_ENVIRONMENT, QUOTED, SAMPLE, SAMPLE_ID, Server, TempDir,
                            add_stubs, quotectl, replace_text, start_and_fail, wait_for)

add_stubs()
import grpc  # pylint: disable=wrong-import-position
from google.rpc import error_details_pb2, status_pb2  # pylint: disable=wrong-import-position
from quotes.v1 import (quote_service_pb2, quote_service_pb2_grpc,  # pylint: disable=wrong-import-position
                       report_service_pb2, report_service_pb2_grpc)

# A theme of the house and the word that gives it.
HOUSE_THEMES = ("code\tparent\tzh\ten\tscope\n"
                "house\t\t本社\tHouse\tOf this house\n"
                "house.flats\thouse\t棚改\tFlats\tSentences with the word\n")
HOUSE_CUES = "version\t1\ncode\tterm\tweight\tscope\nhouse.flats\t棚改\t3\tany\n"
REMOTE = "192.0.2.1:50051"  # for documentation: nobody is there


def run_quoted(*arguments):
    return subprocess.run([str(QUOTED), *map(str, arguments)], capture_output=True, text=True,
                          env=CLEAN_ENVIRONMENT, timeout=60, check=False)


def new_token(tokens, name, role, expires="1d"):
    """Adds a token to a file of callers; the token."""
    result = run_quoted("token", "new", "--name", name, "--role", role, "--expires", expires,
                        "--file", tokens)
    assert result.returncode == 0, result
    return result.stdout.strip()


def save(folder, name, text):
    path = folder / name
    path.write_text(text + "\n")
    return path


def bearer(token):
    return (("authorization", f"Bearer {token}"),)


def outcome(error):
    """ "CODE REASON" of a call that failed."""
    info = error_details_pb2.ErrorInfo()
    details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    for packed in status_pb2.Status.FromString(details).details:
        packed.Unpack(info)
    return f"{error.code().name} {info.reason}"


def events(server, name):
    return [line for line in server.log_lines() if line["event"] == name]


class Calls:
    """The calls of a server's log. They are noted behind their answers, one after the other."""

    def __init__(self, server):
        self._server = server
        self._known = 0

    def next(self):
        """The line of the next call, once it is there."""
        self._known += 1
        return self._server.await_lines("call", self._known)[self._known - 1]


def served_certificate(server):
    """The server's certificate as a new connection gets it."""
    return ssl.get_server_certificate(("127.0.0.1", server.port))


class Base(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(TempDir())
        self.tokens = self.folder / "tokens.toml"

    def start(self, *arguments, **keywords):
        server = Server(self.folder / "quotes.db", *map(str, arguments), **keywords)
        return self.enterContext(server)

    def refused(self, result, *words, code=3):
        self.assertEqual(result.returncode, code, result)
        for word in words:
            self.assertIn(word, result.stderr)


class TlsTest(Base):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder, "authority")
        self.cert = self.folder / "server.pem"
        self.key = self.folder / "server.key"
        self.put(*self.authority.issue("quotes.test"))

    def put(self, certificate, key):
        """Both files by renaming, the key last: for a moment they do not fit."""
        for source, target in ((certificate, self.cert), (key, self.key)):
            fresh = target.with_suffix(".new")
            fresh.write_bytes(source.read_bytes())
            fresh.chmod(0o600)
            fresh.rename(target)

    def start_tls(self, *arguments):
        return self.start("--tls-cert", self.cert, "--tls-key", self.key, *arguments)

    def test_a_key_that_others_can_read_is_told(self):
        for mode, told in ((0o600, []), (0o640, [str(self.key)]), (0o604, [str(self.key)])):
            self.key.chmod(mode)
            with Server(self.folder / "quotes.db", "--tls-cert", str(self.cert),
                        "--tls-key", str(self.key)) as server:
                self.assertEqual([line["file"] for line in events(server, "key_is_open")], told)

    def test_certificates_are_checked_and_what_is_wrong_is_said(self):
        server = self.start_tls()
        ca = ("--ca", self.authority.certificate)
        self.assertEqual(quotectl("themes", *ca, server=server).returncode, 0)
        self.assertEqual(quotectl("themes", server=server, env={
            "QUOTES_CA": str(self.authority.certificate)}).returncode, 0)
        other = Authority(self.folder, "other")
        self.refused(quotectl("themes", "--ca", other.certificate, server=server),
                     "not trusted", "--ca FILE")
        self.refused(quotectl("themes", "--tls", server=server), "not trusted")
        self.refused(quotectl("themes", server=server), "speaks TLS", "--tls")
        self.refused(quotectl("themes", server=server, env={"LC_ALL": "zh_CN.UTF-8"}), "使用 TLS")
        self.put(*self.authority.issue("quotes.test", names=("DNS:quotes.test",)))
        wait_for(lambda: len(events(server, "certificate_loaded")) > 1, "the certificate is read")
        self.refused(quotectl("themes", *ca, server=server), "another name", "quotes.test")

    def test_an_expired_certificate(self):
        self.put(*self.authority.issue("quotes.test", expired=True))
        server = self.start_tls()
        self.assertEqual(len(events(server, "certificate_expired")), 1)
        self.refused(quotectl("themes", "--ca", self.authority.certificate, server=server),
                     "has expired")

    def test_tls_against_plaintext(self):
        server = self.start()
        self.refused(quotectl("themes", "--ca", self.authority.certificate, server=server),
                     "does not speak TLS")

    def test_certificates_change_without_a_restart(self):
        server = self.start_tls()
        first = served_certificate(server)
        self.assertEqual(first, self.cert.read_text().replace("\r", ""))
        # A connection that stands is left alone.
        channel = grpc.secure_channel(server.address, grpc.ssl_channel_credentials(
            self.authority.certificate.read_bytes()))
        self.addCleanup(channel.close)
        stub = quote_service_pb2_grpc.QuoteServiceStub(channel)
        request = quote_service_pb2.ListThemesRequest()
        stub.ListThemes(request, timeout=60)

        self.put(*self.authority.issue("quotes.test"))
        wait_for(lambda: served_certificate(server) != first, "a new certificate is served")
        second = served_certificate(server)
        self.assertEqual(second, self.cert.read_text())
        stub.ListThemes(request, timeout=60)

        # Nothing that is broken is ever served.
        good_key = self.key.read_bytes()
        for name, content in (("no PEM", b"nonsense"),
                              ("another key", self.authority.issue("x")[1].read_bytes()),
                              ("empty", b"")):
            with self.subTest(name):
                before = len(events(server, "certificate_not_loaded"))
                self.key.write_bytes(content)
                wait_for(lambda: len(events(server, "certificate_not_loaded")) > before,
                         "the broken file is logged")
                self.assertIn(str(self.key), events(server, "certificate_not_loaded")[-1]["error"])
                self.assertEqual(served_certificate(server), second)
        self.key.unlink()
        server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "No such file" in events(server, "certificate_not_loaded")[-1]["error"],
                 "the file that is gone is logged")
        self.assertEqual(served_certificate(server), second)
        loaded = len(events(server, "certificate_loaded"))
        self.key.write_bytes(good_key)
        wait_for(lambda: len(events(server, "certificate_loaded")) > loaded, "all is well again")
        expired = self.authority.issue("quotes.test", expired=True)
        before = len(events(server, "certificate_not_loaded"))
        self.put(*expired)
        wait_for(lambda: any("expired" in line["error"] for line in
                             events(server, "certificate_not_loaded")[before:]),
                 "an expired certificate is logged")
        self.assertEqual(served_certificate(server), second)

    def test_mutual_tls(self):
        clients = Authority(self.folder, "clients")
        self.tokens.write_text('[[client]]\ncommon_name = "cms.example.org"\nrole = "checker"\n')
        server = self.start_tls("--tls-client-ca", clients.certificate, "--tokens", self.tokens)

        def ask(pair, *arguments):
            own = ("--cert", pair[0], "--key", pair[1]) if pair else ()
            return quotectl(*arguments, "--ca", self.authority.certificate, *own, server=server)

        cms = clients.issue("cms.example.org", names=())
        self.assertEqual(ask(cms, "themes").returncode, 0)
        self.refused(ask(cms, "import", SAMPLE), "checker", "editor", "ROLE_TOO_LOW")
        line = server.await_lines("call", reason="ROLE_TOO_LOW")[-1]
        self.assertEqual(line["caller"], "cms.example.org")
        self.refused(ask(None, "themes"), "asks for a client certificate", "--cert")
        stranger = Authority(self.folder, "strangers").issue("cms.example.org", names=())
        self.refused(ask(stranger, "themes"), "does not accept")
        self.refused(ask(clients.issue("desk.example.org", names=()), "themes"), "TOKEN_MISSING")
        # A token says more than a certificate.
        token = save(self.folder, "token", new_token(self.tokens, "desk", "editor"))
        wait_for(lambda: len(events(server, "tokens_loaded")) > 1, "the token is read")
        self.assertEqual(ask(cms, "import", SAMPLE, "--token-file", token).returncode, 0)

    def test_what_cannot_be_used_is_refused_at_the_start(self):
        database = self.folder / "quotes.db"
        locked = self.folder / "locked.key"
        subprocess.run(["openssl", "ec", "-in", str(self.key), "-aes256", "-passout", "pass:x",
                        "-out", str(locked)], check=True, capture_output=True)
        other = self.authority.issue("other")[1]
        for arguments, word in (
                (("--tls-cert", self.cert), "--tls-key"),
                (("--tls-client-ca", self.cert), "--tls-cert"),
                (("--tls-cert", self.cert, "--tls-key", other), "is not the key"),
                (("--tls-cert", self.cert, "--tls-key", locked), "password"),
                (("--tls-cert", self.cert, "--tls-key", self.folder / "none"), "No such file"),
                (("--tls-cert", self.key, "--tls-key", self.key), "no certificate")):
            with self.subTest(word):
                code, log = start_and_fail(database, *map(str, arguments))
                self.assertEqual(code, 2, log)
                self.assertIn(word, log)

    def test_other_machines_need_tls_and_tokens(self):
        database = self.folder / "quotes.db"
        tls = ("--tls-cert", str(self.cert), "--tls-key", str(self.key))
        for arguments, word in (((), "--tls-cert"), (tls, "--tokens")):
            code, log = start_and_fail(database, *arguments, listen="0.0.0.0:0")
            self.assertEqual(code, 2, log)
            self.assertIn(word, log)
            self.assertIn("--insecure-allow-remote", log)
        new_token(self.tokens, "cms", "reader")
        for arguments in ((*tls, "--tokens", self.tokens), ("--insecure-allow-remote",)):
            with Server(database, *map(str, arguments), listen="0.0.0.0:0") as server:
                self.assertEqual(server.terminate(), 0)


class TokenTest(Base):
    def start_tokens(self, *arguments):
        return self.start("--tokens", self.tokens, *arguments)

    def ask(self, server, token, *arguments, **keywords):
        path = save(self.folder, "token", token)
        return quotectl(*arguments, "--token-file", path, server=server, **keywords)

    def test_roles(self):
        tokens = {role: new_token(self.tokens, f"{role}-desk", role)
                  for role in ("reader", "checker", "editor", "admin")}
        # For the server to read, whoever it is, and for the operator alone to write.
        self.assertEqual(stat.S_IMODE(self.tokens.stat().st_mode) & 0o133, 0)
        for token in tokens.values():
            self.assertNotIn(token, self.tokens.read_text())
        server = self.start_tokens()
        commands = ((("import", SAMPLE, "--id", SAMPLE_ID), "editor"),
                    (("find", "棚改"), "reader"), (("status",), "reader"),
                    (("verify", "城镇新增就业4.5万余人"), "checker"))
        roles = list(tokens)
        calls = Calls(server)
        for arguments, needed in commands:
            for role in reversed(roles):
                with self.subTest(arguments=arguments, role=role):
                    result = self.ask(server, tokens[role], *arguments)
                    if roles.index(role) >= roles.index(needed):
                        self.assertEqual(result.returncode, 0, result)
                    else:
                        self.refused(result, role, needed, "ROLE_TOO_LOW")
                    line = calls.next()
                    self.assertEqual((line["caller"], line["role"]), (f"{role}-desk", role))
        self.refused(quotectl("find", "棚改", server=server), "asks who calls", "--token-file")
        self.refused(quotectl("find", "棚改", server=server, env={"LC_ALL": "zh_CN.UTF-8"}),
                     "请用 --token-file")
        self.refused(self.ask(server, "quotes_" + "a" * 43, "find", "棚改"), "does not know")
        # The other ways to give a token.
        self.assertEqual(quotectl("find", "棚改", server=server, env={
            "QUOTES_TOKEN": tokens["reader"]}).returncode, 0)
        self.assertEqual(quotectl("find", "棚改", server=server, env={
            "QUOTES_TOKEN_FILE": str(save(self.folder, "other", tokens["reader"]))}).returncode, 0)
        config = save(self.folder, "quotectl.toml",
                      f'server = "{server.address}"\ntoken_file = "{self.folder}/other"')
        self.assertEqual(quotectl("find", "棚改", env={"QUOTECTL_CONFIG": str(config)}).returncode,
                         0)
        log = server.log_text()
        for token in tokens.values():
            self.assertNotIn(token, log)
            self.assertNotIn(token[-20:], log)

    def test_the_server_s_user_may_read_what_an_administrator_made(self):
        before = os.umask(0o022)
        try:
            new_token(self.folder / "made.toml", "cms", "reader")
        finally:
            os.umask(before)
        self.assertEqual((self.folder / "made.toml").stat().st_mode & 0o777, 0o644)

    def test_a_token_of_the_file_is_for_the_server_of_the_file(self):
        token = new_token(self.tokens, "cms", "reader")
        server = self.start_tokens()
        save(self.folder, "token", token)
        config = save(self.folder, "quotectl.toml",
                      f'server = "127.0.0.1:1"\ntoken_file = "{self.folder}/token"')
        self.refused(quotectl("themes", server=server, env={"QUOTECTL_CONFIG": str(config)}),
                     "TOKEN_MISSING")

    def test_secrets_that_others_can_read_are_told(self):
        token = new_token(self.tokens, "cms", "reader")
        server = self.start_tokens()
        path = save(self.folder, "cms.token", token)
        for mode, told in ((0o600, False), (0o400, False), (0o640, True), (0o604, True),
                           (0o602, True)):
            path.chmod(mode)
            with self.subTest(oct(mode)):
                result = quotectl("themes", "--token-file", path, server=server)
                self.assertEqual(result.returncode, 0, result)
                warnings = [line for line in result.stderr.splitlines() if str(path) in line]
                self.assertEqual(len(warnings), int(told), result.stderr)
                if told:
                    self.assertIn("chmod 600", warnings[0])
                    self.assertTrue(warnings[0].startswith("warning"), warnings)
        path.chmod(0o644)
        chinese = quotectl("--lang", "zh", "--json", "themes", "--token-file", path, server=server)
        self.assertEqual(chinese.returncode, 0, chinese)
        self.assertIn("注意", chinese.stderr)
        self.assertIn("chmod 600", chinese.stderr)
        # A key is no less; of the certificate nobody says anything.
        authority = Authority(self.folder, "authority")
        certificate, key = authority.issue("desk")
        key.chmod(0o644)
        certificate.chmod(0o644)
        result = quotectl("themes", "--server", "localhost:1", "--ca", authority.certificate,
                          "--cert", certificate, "--key", key, "--timeout", "1s")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(f"warning: {key} ", result.stderr)
        self.assertNotIn(f"warning: {certificate}", result.stderr)

    def test_tokens_come_and_go_without_a_restart(self):
        keeper = new_token(self.tokens, "keeper", "reader")
        server = self.start_tokens()
        # Good for long enough to be read and used, however slow the machine is.
        begin = time.monotonic()
        self.assertEqual(self.ask(server, keeper, "themes").returncode, 0)
        life = math.ceil(3 + 20 * (time.monotonic() - begin))
        token = new_token(self.tokens, "cms", "reader", expires=f"{life}s")
        wait_for(lambda: self.ask(server, token, "themes").returncode == 0, "a token is issued",
                 life)
        wait_for(lambda: self.ask(server, token, "themes").returncode == 3, "it expires")
        self.refused(self.ask(server, token, "themes"), "expired at 20", "TOKEN_EXPIRED")
        self.assertEqual(self.ask(server, keeper, "themes").returncode, 0)
        # Damaged, writable by others, missing: what was read stays in use, and the log says why.
        before = self.tokens.read_text()
        for spoil, word in ((lambda: replace_text(self.tokens, "[[token]]\n" + token), "not TOML"),
                            (lambda: self.tokens.chmod(0o666), "chmod go-w"),
                            (self.tokens.unlink, "No such file")):
            with self.subTest(word):
                spoil()
                wait_for(lambda: any(word in line["error"] for line in
                                     events(server, "tokens_not_loaded")), "it is logged")
                self.assertEqual(self.ask(server, keeper, "themes").returncode, 0)
                replace_text(self.tokens, before, 0o640)
                count = len(events(server, "tokens_loaded"))
                server.process.send_signal(signal.SIGHUP)
                wait_for(lambda: len(events(server, "tokens_loaded")) > count, "SIGHUP reads it")
        # Revoked.
        self.tokens.write_text("")
        wait_for(lambda: self.ask(server, keeper, "themes").returncode == 3, "it is revoked")
        self.refused(self.ask(server, keeper, "themes"), "TOKEN_INVALID")
        self.assertNotIn(token, server.log_text())

    def test_files_are_read_anew_when_an_admin_says_so(self):
        authority = Authority(self.folder, "authority")
        cert, key = authority.issue("quotes.test")
        admin = new_token(self.tokens, "operator", "admin")
        editor = new_token(self.tokens, "desk", "editor")
        server = self.start_tokens("--tls-cert", cert, "--tls-key", key)
        ca = ("--ca", authority.certificate)
        self.assertEqual(self.ask(server, editor, "import", SAMPLE, *ca).returncode, 0)
        self.refused(self.ask(server, editor, "reload", *ca), "editor", "admin", "ROLE_TOO_LOW")

        # Tokens, certificate and themes are in use when the call is answered.
        first = served_certificate(server)
        fresh_cert, fresh_key = authority.issue("quotes.test")
        cert.write_bytes(fresh_cert.read_bytes())
        key.write_bytes(fresh_key.read_bytes())
        checker = new_token(self.tokens, "cms", "checker")
        themes = self.folder / "quotes.db.themes"
        themes.mkdir()
        save(themes, "themes.tsv", HOUSE_THEMES)
        save(themes, "cues.tsv", HOUSE_CUES)
        result = self.ask(server, admin, "reload", *ca)
        self.assertEqual(result.returncode, 0, result)
        for line in (f"certificate: read anew ({cert}, {key})",
                     f"tokens: read anew ({self.tokens})", f"themes: read anew ({themes})"):
            self.assertIn(line, result.stdout.splitlines())
        self.assertNotEqual(served_certificate(server), first)
        found = self.ask(server, checker, "theme", "house.flats", *ca)
        self.assertEqual(found.returncode, 0, found)
        self.assertIn("棚改", found.stdout)

        # What cannot be used is said with its reason, and what was read before stays in use.
        self.tokens.chmod(0o666)
        save(themes, "cues.tsv", "nonsense")
        result = self.ask(server, admin, "reload", *ca)
        self.refused(result, "tokens: what was read before stays in use: ", "chmod go-w",
                     "themes: what was read before stays in use: ", "cues.tsv")
        self.assertIn("certificate: read anew", result.stdout)
        result = self.ask(server, admin, "reload", "--json", *ca)
        self.assertEqual(result.returncode, 3, result)
        sources = json.loads(result.stdout)["sources"]
        self.assertEqual([(s["kind"], bool(s.get("error"))) for s in sources],
                         [("KIND_CERTIFICATE", False), ("KIND_TOKENS", True),
                          ("KIND_THEMES", True)])
        self.assertEqual(self.ask(server, checker, "theme", "house.flats", *ca).returncode,
                         0)
        self.refused(self.ask(server, admin, "reload", *ca, env={"LC_ALL": "zh_CN.UTF-8"}),
                     "令牌：仍沿用原有内容")

    def test_a_file_that_cannot_be_used_is_refused_at_the_start(self):
        new_token(self.tokens, "cms", "reader")
        self.tokens.chmod(0o660)
        code, log = start_and_fail(self.folder / "quotes.db", "--tokens", str(self.tokens))
        self.assertEqual(code, 2, log)
        self.assertIn("chmod go-w", log)

    def open_channel(self, server):
        channel = grpc.insecure_channel(server.address, options=[
            ("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)])
        self.addCleanup(channel.close)
        return channel

    def test_a_token_that_is_revoked_ends_its_streams(self):
        keeper = new_token(self.tokens, "keeper", "reader")
        before = self.tokens.read_text()
        token = new_token(self.tokens, "cms", "editor")
        server = self.start_tokens("--metrics-listen", "127.0.0.1:0")
        port = metrics_port(server)
        stub = report_service_pb2_grpc.ReportServiceStub(self.open_channel(server))
        # The next heartbeat is far.
        request = report_service_pb2.WatchChangesRequest(heartbeat={"seconds": 3600})
        watches = {name: stub.WatchChanges(request, metadata=bearer(name))
                   for name in (token, keeper)}
        for watch in watches.values():
            next(watch)
        go = threading.Event()

        def upload():
            yield report_service_pb2.UploadReportRequest(
                header=report_service_pb2.UploadReportRequest.Header(size_bytes=6))
            go.wait(600)
            yield report_service_pb2.UploadReportRequest(chunk="正文".encode())

        uploading = stub.UploadReport.future(upload(), metadata=bearer(token))
        wait_for(lambda: scrape(port).one("quotes_calls_in_flight", grpc_method="UploadReport") == 1,
                 "the upload is let in")
        replace_text(self.tokens, before)
        begun = time.monotonic()
        with self.assertRaises(grpc.RpcError) as caught:
            next(watches[token])
        # A look at the file each second, at the call every two; the rest is the machine's.
        self.assertLess(time.monotonic() - begun, 60)
        self.assertEqual(outcome(caught.exception), "UNAUTHENTICATED TOKEN_INVALID")
        go.set()
        self.assertEqual(outcome(uploading.exception(60)), "UNAUTHENTICATED TOKEN_INVALID")
        self.assertTrue(watches[keeper].is_active())
        for method in ("WatchChanges", "UploadReport"):
            line, = server.await_lines("call", method=f"/quotes.v1.ReportService/{method}")
            self.assertEqual(line["caller"], "cms")

    def test_one_caller_does_not_take_all_calls(self):
        tokens = [new_token(self.tokens, name, "reader") for name in ("greedy", "other")]
        server = self.start_tokens("--max-calls", "6", "--max-watches", "4")
        channel = self.open_channel(server)
        stub = report_service_pb2_grpc.ReportServiceStub(channel)
        quotes = quote_service_pb2_grpc.QuoteServiceStub(channel)
        request = report_service_pb2.WatchChangesRequest()

        def watch(token):
            opened = stub.WatchChanges(request, metadata=bearer(token))
            try:
                next(opened)
                return opened
            except grpc.RpcError as error:
                return outcome(error)

        kept = [watch(tokens[0]) for _ in range(4)]
        self.assertEqual(kept[2:], ["RESOURCE_EXHAUSTED TOO_MANY_CALLS"] * 2)
        kept += [watch(tokens[1]) for _ in range(2)]
        self.assertEqual(sum(isinstance(one, str) for one in kept), 2)
        for token in tokens:
            quotes.ListThemes(quote_service_pb2.ListThemesRequest(), metadata=bearer(token),
                              timeout=60)
        kept[0].cancel()
        wait_for(lambda: not isinstance(watch(tokens[0]), str), "the place is given back")

    def test_answers_that_are_not_read_stop_only_their_caller(self):
        greedy, other = (new_token(self.tokens, name, "reader") for name in ("greedy", "other"))
        server = self.start_tokens("--max-calls", "8")
        body = b"\0\0\0\0\0"
        for _ in range(6):
            connection = self.enterContext(
                socket.create_connection(("127.0.0.1", server.port), timeout=60))
            # A window without room: no byte of an answer may be sent.
            connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
                               frame(4, 0, 0, struct.pack(">HI", 4, 0)) + frame(4, 1, 0))
            head = b"".join(
                b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value
                for name, value in ((b":method", b"POST"), (b":scheme", b"http"),
                                    (b":path", b"/quotes.v1.QuoteService/ListThemes"),
                                    (b":authority", b"x"), (b"te", b"trailers"),
                                    (b"content-type", b"application/grpc"),
                                    (b"authorization", f"Bearer {greedy}".encode())))
            for stream in range(1, 401, 2):
                connection.sendall(frame(1, 4, stream, head) + frame(0, 1, stream, body))
        wait_for(lambda: len(events(server, "call")) >= 1200, "all have arrived")
        outcomes = [line["reason"] for line in events(server, "call")]
        self.assertEqual(set(outcomes), {"", "TOO_MANY_CALLS"})
        # Calls that began together may pass the bound together.
        self.assertLessEqual(outcomes.count(""), 1000 + 4)
        self.assertGreater(outcomes.count(""), 500)
        self.assertEqual(self.ask(server, other, "themes").returncode, 0)
        self.refused(self.ask(server, greedy, "themes"), "TOO_MANY_CALLS")

    def test_whoever_asks_for_reflection_is_in_the_log(self):
        reader, admin = (new_token(self.tokens, name, name) for name in ("reader", "admin"))
        server = self.start_tokens()
        method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
        call = self.open_channel(server).stream_stream(method)
        list(call(iter([b"\x3a\x00"]), metadata=bearer(admin), timeout=60))
        with self.assertRaises(grpc.RpcError):
            list(call(iter([b"\x3a\x00"]), metadata=bearer(reader), timeout=60))
        self.assertEqual([(line["method"], line["caller"], line["code"], line["reason"])
                          for line in server.await_lines("call", 2)],
                         [(method, "admin", "OK", ""),
                          (method, "reader", "PERMISSION_DENIED", "ROLE_TOO_LOW")])

    def test_no_proxy_gets_the_token(self):
        token = new_token(self.tokens, "cms", "reader")
        server = self.start_tokens()
        with socket.create_server(("127.0.0.1", 0)) as proxy:
            proxy.settimeout(1)
            address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
            environment = {"no_proxy": "", "http_proxy": address, "https_proxy": address,
                           "grpc_proxy": address}
            self.assertEqual(self.ask(server, token, "themes", env=environment).returncode, 0)
            self.refused(quotectl("themes", "--server", REMOTE, "--insecure-send-token",
                                  "--token-file", save(self.folder, "token", token),
                                  "--timeout", "1s", env=environment))
            with self.assertRaises(TimeoutError):  # who asked has ended
                proxy.accept()

    def test_tokens_do_not_travel_in_the_clear(self):
        token = save(self.folder, "token", "quotes_secret")
        arguments = ("themes", "--server", REMOTE, "--token-file", token, "--timeout", "1s")
        self.refused(quotectl(*arguments), "unencrypted", "--tls", code=2)
        # Once told so it is tried, and nobody is there.
        self.assertEqual(quotectl(*arguments, "--insecure-send-token").returncode, 3)
        self.refused(quotectl("themes", "--server", "127.evil.example:1", "--token-file", token),
                     "unencrypted", code=2)
        empty = save(self.folder, "empty", "")
        self.refused(quotectl("themes", "--server", "127.0.0.1:1", "--token-file", empty),
                     "has no token", code=2)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class SignedTokenTest(Base):
    """An identity provider with an RSA key of openssl."""

    def setUp(self):
        super().setUp()
        self.key = self.folder / "provider.key"
        subprocess.run(["openssl", "genrsa", "-out", str(self.key), "2048"], check=True,
                       capture_output=True)
        self.jwks = self.folder / "jwks.json"
        self.write_keys("key-1")

    def write_keys(self, key_id):
        printed = subprocess.run(["openssl", "rsa", "-in", str(self.key), "-noout", "-modulus"],
                                 check=True, capture_output=True, text=True).stdout
        modulus = bytes.fromhex(printed.strip().partition("=")[2])
        self.jwks.write_text(json.dumps({"keys": [
            {"kty": "RSA", "kid": key_id, "alg": "RS256", "use": "sig", "n": b64(modulus),
             "e": "AQAB"}]}))

    def sign(self, key_id="key-1", algorithm="RS256", **claims):
        claims = {"iss": "https://id.example.org", "aud": "quotes", "sub": "desk",
                  "exp": int(time.time()) + 600, "quotes_role": "reader", **claims}
        head = b64(json.dumps({"alg": algorithm, "kid": key_id}).encode())
        signed = f"{head}.{b64(json.dumps(claims).encode())}"
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(self.key)],
                                   input=signed.encode(), check=True, capture_output=True).stdout
        return f"{signed}.{b64(signature)}"

    def test_signed_tokens(self):
        server = self.start("--jwks", self.jwks, "--jwt-issuer", "https://id.example.org",
                            "--jwt-audience", "quotes", "--tokens", self.tokens_with_one())

        def ask(token, *arguments):
            return quotectl(*(arguments or ("themes",)), server=server, env={"QUOTES_TOKEN": token})

        good = self.sign()
        self.assertEqual(ask(good).returncode, 0)
        line, = server.await_lines("call")
        self.assertEqual((line["caller"], line["role"]), ("jwt:desk", "reader"))
        self.assertEqual(ask(self.own).returncode, 0)  # beside it
        self.refused(ask(good, "import", SAMPLE), "reader", "editor")
        self.assertEqual(ask(self.sign(quotes_role="editor"), "import", SAMPLE).returncode, 0)
        for wrong in ({"iss": "https://evil.example"}, {"aud": "other"}, {"quotes_role": "root"},
                      {"algorithm": "HS256"}, {"algorithm": "none"}, {"key_id": "key-2"}):
            with self.subTest(wrong):
                self.refused(ask(self.sign(**wrong)), "TOKEN_INVALID")
        self.refused(ask(self.sign(exp=int(time.time()) - 600)), "TOKEN_EXPIRED")
        # Another key comes, the old one goes.
        self.write_keys("key-2")
        wait_for(lambda: len(events(server, "jwks_loaded")) > 1, "the keys are read")
        self.refused(ask(good), "TOKEN_INVALID")
        self.assertEqual(ask(self.sign("key-2")).returncode, 0)
        self.jwks.write_text("{}")
        wait_for(lambda: events(server, "jwks_not_loaded"), "damaged keys are logged")
        self.assertEqual(ask(self.sign("key-2")).returncode, 0)
        self.assertNotIn(good.split(".")[2], server.log_text())

    def tokens_with_one(self):
        self.own = new_token(self.tokens, "cms", "reader")
        return self.tokens

    def test_issuer_and_audience_are_needed(self):
        code, log = start_and_fail(self.folder / "quotes.db", "--jwks", str(self.jwks))
        self.assertEqual(code, 2, log)
        self.assertIn("--jwt-issuer", log)


class UnixSocketTest(Base):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "quoted.sock"

    def test_beside_tcp_and_instead(self):
        for listen in ("127.0.0.1:0", "none"):
            with self.subTest(listen):
                server = self.start("--listen-unix", self.path, listen=listen)
                self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o660)
                target = f"unix:{self.path}"
                self.assertEqual(quotectl("themes", "--server", target).returncode, 0)
                if listen == "none":
                    self.assertEqual(server.port, 0)
                else:
                    self.assertEqual(quotectl("themes", server=server).returncode, 0)
                self.assertEqual(server.terminate(), 0)
                self.assertFalse(self.path.exists())

    def test_a_socket_that_was_left_behind_is_replaced_and_a_live_one_is_not(self):
        first = self.start("--listen-unix", self.path, listen="none")
        code, log = start_and_fail(self.folder / "other.db", "--listen-unix", str(self.path),
                                   listen="none")
        self.assertEqual(code, 3, log)
        self.assertIn("another process listens", log)
        target = f"unix:{self.path}"
        self.assertEqual(quotectl("themes", "--server", target).returncode, 0)
        first.kill()
        self.assertTrue(self.path.exists())
        self.start("--listen-unix", self.path, listen="none")
        self.assertEqual(quotectl("themes", "--server", target).returncode, 0)

    def test_what_cannot_be_a_socket(self):
        self.path.write_text("precious")
        for path, code, word in ((self.path, 3, "no socket"), ("relative.sock", 3, "from the root"),
                                 ("/" + "x" * 120, 3, "at most 107 bytes"),
                                 ("/nonexistent/quoted.sock", 3, "cannot listen")):
            with self.subTest(word):
                found, log = start_and_fail(self.folder / "quotes.db", "--listen-unix", str(path))
                self.assertEqual(found, code, log)
                self.assertIn(word, log)
        self.assertEqual(self.path.read_text(), "precious")
        code, log = start_and_fail(self.folder / "quotes.db", listen="none")
        self.assertEqual(code, 2, log)

    def test_tokens_are_asked_for_there_too(self):
        token = save(self.folder, "token", new_token(self.tokens, "cms", "reader"))
        self.start("--listen-unix", self.path, "--tokens", self.tokens, listen="none")
        target = f"unix:{self.path}"
        self.refused(quotectl("themes", "--server", target), "TOKEN_MISSING")
        self.assertEqual(quotectl("themes", "--server", target, "--token-file", token).returncode, 0)
        self.refused(quotectl("themes", "--server", target, "--tls"), "Unix socket", code=2)


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


class LimitsTest(Base):
    def test_an_upload_that_stands_still_ends(self):
        server = self.start("--upload-idle", "2s")
        channel = grpc.insecure_channel(server.address)
        self.addCleanup(channel.close)
        done = threading.Event()
        self.addCleanup(done.set)

        def stands_still():
            yield report_service_pb2.UploadReportRequest(
                header=report_service_pb2.UploadReportRequest.Header(size_bytes=1 << 20))
            yield report_service_pb2.UploadReportRequest(chunk=b"a" * 1000)
            done.wait(60)

        upload = report_service_pb2_grpc.ReportServiceStub(channel).UploadReport.future(
            stands_still())
        error = upload.exception(120)
        self.assertEqual(outcome(error), "DEADLINE_EXCEEDED UPLOAD_INCOMPLETE")
        self.assertIn("came in 2s", error.details())
        self.assertEqual(quotectl("import", SAMPLE, "--id", SAMPLE_ID, server=server).returncode, 0)

    def test_a_request_that_never_comes_ends(self):
        server = self.start("--upload-idle", "1s")
        channel = grpc.insecure_channel(server.address)
        self.addCleanup(channel.close)
        done = threading.Event()
        self.addCleanup(done.set)

        def never():
            done.wait(600)
            yield b""

        # On the wire as a unary call is before its request.
        call = channel.stream_unary("/quotes.v1.ReportService/ImportReport").future(never())
        error = call.exception(120)
        self.assertEqual(outcome(error), "DEADLINE_EXCEEDED UPLOAD_INCOMPLETE")
        self.assertIn("within 10s", error.details())
        self.assertEqual(quotectl("import", SAMPLE, "--id", SAMPLE_ID, server=server).returncode, 0)

    def test_an_upload_that_drips_ends(self):
        """Who sends a byte now and then holds what it has no longer than who sends nothing."""
        server = self.start("--upload-idle", "2s")
        channel = grpc.insecure_channel(server.address)
        self.addCleanup(channel.close)
        done = threading.Event()
        self.addCleanup(done.set)

        def drips():
            yield report_service_pb2.UploadReportRequest(
                header=report_service_pb2.UploadReportRequest.Header(size_bytes=1 << 20))
            while not done.wait(0.2):
                yield report_service_pb2.UploadReportRequest(chunk=b"a")

        # It would drip for days.
        error = report_service_pb2_grpc.ReportServiceStub(channel).UploadReport.future(
            drips()).exception(120)
        self.assertEqual(outcome(error), "DEADLINE_EXCEEDED UPLOAD_INCOMPLETE")

    def stub(self, server):
        """On a connection of its own."""
        channel = grpc.insecure_channel(server.address,
                                        options=[("grpc.use_local_subchannel_pool", 1)])
        self.addCleanup(channel.close)
        return report_service_pb2_grpc.ReportServiceStub(channel)

    def test_one_editor_leaves_room_for_sources_of_others(self):
        editor = new_token(self.tokens, "cms", "editor")
        other = new_token(self.tokens, "archive", "editor")
        server = self.start("--tokens", self.tokens, "--max-import-bytes", 140 << 20,
                            "--metrics-listen", "127.0.0.1:0")
        port = metrics_port(server)
        done = threading.Event()
        self.addCleanup(done.set)

        def holds():
            yield report_service_pb2.UploadReportRequest(
                header=report_service_pb2.UploadReportRequest.Header(size_bytes=41 << 20))
            for _ in range(40):
                yield report_service_pb2.UploadReportRequest(chunk=b"a" * (1 << 20))
            done.wait(600)

        def held():
            return scrape(port).one("quotes_import_bytes_in_flight")

        stub = self.stub(server)
        first = stub.UploadReport.future(holds(), metadata=bearer(editor))
        wait_for(lambda: held() >= 40 << 20 or first.done(), "an upload")
        self.assertFalse(first.done(), first)
        self.assertEqual(outcome(stub.UploadReport.future(holds(), metadata=bearer(editor))
                                 .exception(120)), "RESOURCE_EXHAUSTED TOO_MANY_CALLS")
        # Another editor uploads as much.
        second = self.stub(server).UploadReport.future(holds(), metadata=bearer(other))
        wait_for(lambda: held() >= 80 << 20 or second.done(), "an upload of another")
        self.assertFalse(second.done(), second)
        self.assertFalse(first.done(), first)

    def test_connections_are_made_anew_without_a_failed_call(self):
        server = self.start("--max-connection-age", "1s")
        channel = grpc.insecure_channel(server.address)
        self.addCleanup(channel.close)
        stub = quote_service_pb2_grpc.QuoteServiceStub(channel)

        def peers():
            stub.ListThemes(quote_service_pb2.ListThemesRequest(), timeout=60)
            return {line["peer"] for line in events(server, "call")}
        wait_for(lambda: len(peers()) >= 3, "calls on three connections")

    def test_the_log_has_no_metadata_of_callers(self):
        server = self.start()
        secret = "SECRETQUOTATION"
        head = b"".join(b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value
                        for name, value in ((b":method", b"POST"), (b":scheme", b"http"),
                                            (b":path", b"/quotes.v1.QuoteService/ListThemes"),
                                            (b":authority", b"x"), (b"te", secret.encode()),
                                            (b"content-type", secret.encode()),
                                            (b"grpc-timeout", secret.encode()),
                                            (b"grpc-encoding", secret.encode())))
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
            connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0) +
                               b"".join(frame(1, 5, stream, head) for stream in range(1, 100, 2)))
            wait_for(lambda: events(server, "grpc"), "gRPC complains")
            time.sleep(1)
        self.assertNotIn(secret, server.log_text())
        self.assertLessEqual(len(events(server, "grpc")), 50)

    def test_quota_by_address_with_retry_info(self):
        server = self.start("--quota-rate", "0.001", "--quota-burst", "5")
        channel = grpc.insecure_channel(server.address)
        self.addCleanup(channel.close)
        stub = quote_service_pb2_grpc.QuoteServiceStub(channel)
        request = quote_service_pb2.ListThemesRequest()
        for _ in range(5):
            stub.ListThemes(request, timeout=60)
        with self.assertRaises(grpc.RpcError) as caught:
            stub.ListThemes(request, timeout=60)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        details = dict(caught.exception.trailing_metadata())["grpc-status-details-bin"]
        retry, info = error_details_pb2.RetryInfo(), error_details_pb2.ErrorInfo()
        for packed in status_pb2.Status.FromString(details).details:
            packed.Unpack(retry)
            packed.Unpack(info)
        self.assertEqual(info.reason, "QUOTA_EXCEEDED")
        self.assertEqual(info.metadata["caller"], "ipv4:127.0.0.1")
        self.assertGreater(retry.retry_delay.seconds, 100)
        self.refused(quotectl("themes", server=server), "QUOTA_EXCEEDED")

    def test_too_many_pings(self):
        server = self.start("--min-ping-interval", "30s")
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
            connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0))
            received = b""
            goaway = None
            try:
                # What came is read before more is sent: a reset would take it away.
                acknowledged = frame(6, 1, 0, struct.pack(">Q", 0))[:9]
                for count in range(50):
                    connection.sendall(frame(6, 0, 0, struct.pack(">Q", count)))
                    # The answer, or the end of the connection.
                    while received.count(acknowledged) <= count:
                        more = connection.recv(65536)
                        if not more:
                            raise ConnectionResetError
                        received += more
            except (ConnectionResetError, BrokenPipeError):
                pass
            at = 0
            while at + 9 <= len(received):
                size = int.from_bytes(received[at:at + 3], "big")
                if received[at + 3] == 7:
                    goaway = received[at + 9:at + 9 + size]
                at += 9 + size
        self.assertIsNotNone(goaway, received)
        self.assertEqual(int.from_bytes(goaway[4:8], "big"), 11)  # ENHANCE_YOUR_CALM
        self.assertEqual(goaway[8:], b"too_many_pings")
        self.assertEqual(quotectl("themes", server=server).returncode, 0)

    def test_streams_of_a_connection_wait(self):
        server = self.start("--max-streams", "2")
        channel = grpc.insecure_channel(server.address)
        self.addCleanup(channel.close)
        reports = report_service_pb2_grpc.ReportServiceStub(channel)
        quotes = quote_service_pb2_grpc.QuoteServiceStub(channel)
        request = quote_service_pb2.ListThemesRequest()
        quotes.ListThemes(request, timeout=60)

        def never_ends():
            yield report_service_pb2.UploadReportRequest(
                header=report_service_pb2.UploadReportRequest.Header(size_bytes=1))
            time.sleep(600)

        uploads = [reports.UploadReport.future(never_ends()) for _ in range(2)]
        with self.assertRaises(grpc.RpcError) as caught:
            while True:  # the uploads may begin behind it
                quotes.ListThemes(request, timeout=2)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        self.assertEqual(quotectl("themes", server=server).returncode, 0)  # another connection
        waiting = quotes.ListThemes.future(request, timeout=60)
        uploads[0].cancel()
        self.assertTrue(waiting.result().themes)
        uploads[1].cancel()

    def test_limits_are_numbers_of_the_configuration(self):
        config = save(self.folder, "quoted.toml",
                      'max_calls = 7\nquota_rate = 2.5\nquota_burst = 10\nmax_message_bytes = 3000000')
        printed = run_quoted("--config", config, "--print-config")
        self.assertEqual(printed.returncode, 0, printed)
        for line in ("max_calls = 7", "quota_rate = 2.5", "quota_burst = 10",
                     "max_message_bytes = 3000000"):
            self.assertIn(line, printed.stdout)
        again = run_quoted("--config", save(self.folder, "again.toml", printed.stdout),
                           "--print-config")
        self.assertEqual(again.stdout, printed.stdout)
        for text, word in (("max_calls = 0", "from 1"), ("max_calls = 'many'", "a number"),
                           ("quota_rate = -1", "from 0"), ("quota_rate = nan", "from 0"),
                           ("max_message_bytes = 1000000000", "from 2097152")):
            refused = run_quoted("--config", save(self.folder, "bad.toml", text), "--print-config")
            self.assertEqual(refused.returncode, 2, refused)
            self.assertIn(word, refused.stderr)


if __name__ == "__main__":
    unittest.main()
