"""Reports that are held back until their time, with the real programs: who may know of them, when
they come out, across restarts, and on a replica."""

import datetime
import json
import random
import re
import subprocess
import time
import unittest

from metrics_testing import metrics_port
from metrics_testing import read as read_metrics
from quotes_testing import (CLEAN_ENVIRONMENT, QUOTED, QUOTECTL, SAMPLE, SAMPLE_ID, Server,
                            TempDir, add_stubs, quotectl, quotectl_json, wait_for)

add_stubs()
# pylint: disable=wrong-import-position
import grpc
from google.protobuf import field_mask_pb2, timestamp_pb2
from quotes.v1 import (admin_service_pb2, admin_service_pb2_grpc, citation_service_pb2,
                       citation_service_pb2_grpc, quote_service_pb2, quote_service_pb2_grpc,
                       report_pb2, report_service_pb2, report_service_pb2_grpc, text_pb2, trace_pb2)

# Words, a figure and an id that nothing else here has.
ID = "2026-qzxheldback"
SENTENCE = "全区新建扶贫车间七千八百六十座，投资达到93.71亿元。"
WORDS = ("扶贫车间七千", "93.71亿", "qzxheldback")
REPORT = f"在枣庄市扶贫车间七千大会上的报告\n\n同志们：\n{SENTENCE}\n第二句话是别的。\n"


def moment(seconds_ahead):
    """An RFC 3339 moment, with the zone of the people who use this."""
    zone = datetime.timezone(datetime.timedelta(hours=8))
    time_then = datetime.datetime.now(zone) + datetime.timedelta(seconds=seconds_ahead)
    return time_then.isoformat()


class Stubs:
    """All services as one caller sees them."""

    def __init__(self, server, token=None):
        self.channel = grpc.insecure_channel(server.address)
        self.metadata = (("authorization", f"Bearer {token}"),) if token else ()
        self.reports = report_service_pb2_grpc.ReportServiceStub(self.channel)
        self.quotes = quote_service_pb2_grpc.QuoteServiceStub(self.channel)
        self.citations = citation_service_pb2_grpc.CitationServiceStub(self.channel)
        self.admin = admin_service_pb2_grpc.AdminServiceStub(self.channel)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.channel.close()

    def ask(self, method, request):
        return method(request, timeout=60, metadata=self.metadata)

    def refusal(self, method, request):
        """Everything that a failed call tells, without its id and the name that was asked for."""
        try:
            self.ask(method, request)
        except grpc.RpcError as error:
            told = [(key, value) for key, value in error.trailing_metadata() or ()
                    if key != "x-request-id"]
            return f"{error.code()} {error.details()} {told}"
        raise AssertionError(f"{request} was answered")

    def by_name(self, report, show=None):
        """The calls that name a report or what is below it."""
        v1 = report_service_pb2
        shown = {} if show is None else {"show_embargoed": show}
        yield self.reports.GetReport, v1.GetReportRequest(name=report, **shown)
        for revision in ("1", "latest"):
            yield self.reports.GetRevision, v1.GetRevisionRequest(
                name=f"{report}/revisions/{revision}", **shown)
        yield self.reports.ListRevisions, v1.ListRevisionsRequest(parent=report, **shown)
        yield self.reports.DiffRevisions, v1.DiffRevisionsRequest(
            name=f"{report}/revisions/1", base_revision=f"{report}/revisions/2", **shown)
        yield self.reports.ListSections, v1.ListSectionsRequest(parent=report, **shown)
        yield self.reports.GetSection, v1.GetSectionRequest(name=f"{report}/sections/s", **shown)
        yield self.reports.ListDefects, v1.ListDefectsRequest(parent=report, **shown)
        yield self.reports.GetDefect, v1.GetDefectRequest(name=f"{report}/defects/d", **shown)

    def by_name_elsewhere(self, report, quote):
        """The same of services that have no way to ask for what is held back."""
        q = quote_service_pb2
        yield self.quotes.GetQuote, q.GetQuoteRequest(name=f"{report}/quotes/{quote}")
        yield self.quotes.BatchGetQuotes, q.BatchGetQuotesRequest(
            names=[f"{report}/quotes/{quote}"])
        yield self.quotes.ListQuotes, q.ListQuotesRequest(parent=report)
        yield self.quotes.ListNewPhrases, trace_pb2.ListNewPhrasesRequest(report=report)

    def everything(self, role):
        """The answers to all calls that look for something, as texts."""
        q, v1 = quote_service_pb2, report_service_pb2
        calls = [(self.quotes.SearchQuotes, q.SearchQuotesRequest(
            query=query, return_facets=True, return_total_size=True, page_size=200))
                 for query in ("扶贫车间七千", "第二句话", "全区 OR 发展", "同志们")]
        calls += [
            (self.quotes.SearchQuotes, q.SearchQuotesRequest(
                query="发展", filter={"reports": [f"reports/{ID}"]})),
            (self.quotes.LookupTheme, q.LookupThemeRequest(
                name="themes/rural", page_size=200, return_facets=True)),
            (self.quotes.LookupTheme, q.LookupThemeRequest(
                name="themes/industry", page_size=200, return_facets=True)),
            (self.quotes.ListThemes, q.ListThemesRequest(page_size=200)),
            (self.quotes.SearchFigures, q.SearchFiguresRequest(value="93.71亿元")),
            (self.quotes.SearchFigures, q.SearchFiguresRequest(measure="投资", page_size=200)),
            (self.quotes.TracePhrase, trace_pb2.TracePhraseRequest(phrase="扶贫车间")),
            (self.quotes.TracePhrase, trace_pb2.TracePhraseRequest(phrase="全区")),
            (self.quotes.ListQuotes, q.ListQuotesRequest(parent="reports/-", page_size=200)),
            (self.reports.ListReports, v1.ListReportsRequest(page_size=200)),
            (self.reports.ListReports, v1.ListReportsRequest(page_size=200, show_deleted=True))]
        if role != "reader":
            calls += [(self.citations.VerifyCitation, citation_service_pb2.VerifyCitationRequest(
                quotation=quotation, claim=claim)) for quotation, claim in (
                    (SENTENCE, None), (SENTENCE, {"report": f"reports/{ID}"}),
                    ("全区新建扶贫车间七千八百座", None))]
        told = []
        for method, request in calls:
            # Every change raises it, and that of what nobody may know of, too; tokens hold it.
            told.append(re.sub("(archive_revision|next_page_token): .*", "",
                               str(self.ask(method, request))))
        return told


class Base(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(TempDir())
        self.pace = 0.0

    def set_pace(self):
        """Measures what a server's start, an import and a look-up take here, together."""
        begin = time.monotonic()
        with TempDir() as folder, Server(folder / "quotes.db") as server:
            result = quotectl("import", SAMPLE, "--id", SAMPLE_ID, server=server)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertFalse(self.found(server))
            server.kill()
        self.pace = time.monotonic() - begin

    def ahead(self, seconds):
        """So many seconds and as many more as it takes to have a report and look at it before its
        time, however slow the machine is."""
        return seconds + 4 * self.pace

    def assert_hidden_until(self, due, server, message=None):
        """Whatever is asked and answered before that time knows nothing."""
        found = self.found(server)
        if time.time() < due:
            self.assertFalse(found, message)

    def import_held(self, server, seconds_ahead, *arguments, text=REPORT, **keywords):
        result = quotectl("import", "-", "--id", ID, "--embargo", moment(seconds_ahead), *arguments,
                          server=server, stdin=text, **keywords)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def found(self, server):
        result = quotectl("find", "扶贫车间七千", server=server)
        self.assertIn(result.returncode, (0, 1), result.stderr)
        return result.returncode == 0

    def assert_silent(self, text, where):
        for word in WORDS:
            for form in (word, json.dumps(word)[1:-1]):
                self.assertNotIn(form, text, where)


class WhoKnowsTest(Base):
    def setUp(self):
        super().setUp()
        self.tokens = {}
        file = self.folder / "tokens.toml"
        for role in ("reader", "checker", "editor", "admin"):
            made = subprocess.run(
                [str(QUOTED), "token", "new", "--name", f"a-{role}", "--role", role, "--file",
                 str(file)], capture_output=True, text=True, env=CLEAN_ENVIRONMENT, check=True)
            self.tokens[role] = made.stdout.strip()
        self.server = self.enterContext(Server(
            self.folder / "quotes.db", "--tokens", str(file), "--metrics-listen", "127.0.0.1:0",
            "--log-level", "debug"))
        self.editor = {"QUOTES_TOKEN": self.tokens["editor"]}
        result = quotectl("import", SAMPLE, "--id", SAMPLE_ID, server=self.server, env=self.editor)
        self.assertEqual(result.returncode, 0, result.stderr)

    def stubs(self, role):
        return self.enterContext(Stubs(self.server, self.tokens[role]))

    def test_nobody_but_editors_who_ask(self):
        report, absent = f"reports/{ID}", "reports/2026-qzxheldbacc"
        self.assertEqual(len(report), len(absent))
        reader, checker, editor = map(self.stubs, ("reader", "checker", "editor"))
        before = {stubs: stubs.everything(role) for stubs, role in
                  ((reader, "reader"), (checker, "checker"), (editor, "editor"))}
        watch = reader.reports.WatchChanges(report_service_pb2.WatchChangesRequest(
            since_archive_revision=0, heartbeat={"seconds": 1}), metadata=reader.metadata)
        self.assertEqual([change.report for change in next(watch).changes],
                         [f"reports/{SAMPLE_ID}"])
        status = reader.ask(reader.admin.GetStatus, admin_service_pb2.GetStatusRequest())

        human = self.import_held(self.server, 3600, env=self.editor)
        self.assertIn("held back until", human.stderr)
        # Another text, a defect and a tag: as much as editors do before the day.
        changed = quotectl("import", "-", "--revision-of", ID, server=self.server, env=self.editor,
                           stdin=REPORT.replace("第二句话", "第二句话qzxheldback"))
        self.assertEqual(changed.returncode, 0, changed.stderr)
        defect = quotectl("add-defect", ID, "--printed", "七千八百", "--reading", "八千八百", "--id", "d",
                          server=self.server, env=self.editor)
        self.assertEqual(defect.returncode, 0, defect.stderr)
        quote_ids = re.findall(r"reports/\S+/quotes/(\S+)", human.stdout) or ["q"]

        for stubs, answers in before.items():
            role = {reader: "reader", checker: "checker"}.get(stubs, "editor")
            after = stubs.everything(role)
            self.assertEqual(after, answers, role)
            # Names are those of nothing, word for word.
            for method, request in [*stubs.by_name(report),
                                    *stubs.by_name_elsewhere(report, quote_ids[0])]:
                other = type(request).FromString(
                    request.SerializeToString().replace(report.encode(), absent.encode()))
                told = stubs.refusal(method, request)
                self.assertIn("REPORT_NOT_FOUND", told, request)
                self.assertEqual(told.replace(ID, ""),
                                 stubs.refusal(method, other).replace(absent[8:], ""), request)
        # Who may not ask is told so, whether there is something or not.
        for stubs in (reader, checker):
            for name in (report, absent, f"reports/{SAMPLE_ID}"):
                for method, request in stubs.by_name(name, show=True):
                    told = stubs.refusal(method, request)
                    self.assertIn("PERMISSION_DENIED", told)
                    self.assertIn("ROLE_TOO_LOW", told)
            told = stubs.refusal(stubs.reports.ListReports, report_service_pb2.ListReportsRequest(
                show_embargoed=True))
            self.assertIn("ROLE_TOO_LOW", told)
            told = stubs.refusal(stubs.reports.UpdateReport, report_service_pb2.UpdateReportRequest(
                report={"name": report}, update_mask={"paths": ["available_from"]}))
            self.assertIn("ROLE_TOO_LOW", told)
        now = reader.ask(reader.admin.GetStatus, admin_service_pb2.GetStatusRequest())
        self.assertEqual((now.report_count, now.revision_count, now.quote_count),
                         (status.report_count, status.revision_count, status.quote_count))
        self.assertEqual(status.report_count, 1)
        # The watch goes on, and tells nothing.
        silent = next(watch)
        self.assertEqual(len(silent.changes), 0)

        # An editor who asks sees all of it.
        for method, request in editor.by_name(report, show=True):
            if "GetSection" in str(method._method):  # pylint: disable=protected-access
                continue
            editor.ask(method, request)
        listed = editor.ask(editor.reports.ListReports, report_service_pb2.ListReportsRequest(
            show_embargoed=True, page_size=1))
        self.assertEqual(listed.total_size, 2)
        self.assertEqual(listed.reports[0].name, f"reports/{SAMPLE_ID}")
        second = editor.ask(editor.reports.ListReports, report_service_pb2.ListReportsRequest(
            show_embargoed=True, page_size=1, page_token=listed.next_page_token))
        self.assertEqual(second.reports[0].name, report)
        self.assertEqual(second.reports[0].state, report_pb2.Report.STATE_EMBARGOED)
        table = quotectl("reports", "--embargoed", server=self.server, env=self.editor)
        self.assertIn("held back until", table.stdout)
        self.assertIn(ID, table.stdout)
        for command in (("get", report), ("get", "--text", report), ("outline", ID),
                        ("defects", ID), ("diff", ID)):
            shown = quotectl(*command, "--embargoed", server=self.server, env=self.editor)
            self.assertIn(shown.returncode, (0, 1), shown)
            self.assertNotEqual(shown.stdout, "", command)
            hidden = quotectl(*command, server=self.server, env=self.editor)
            self.assertNotEqual(hidden.returncode, 0, command)
            self.assertEqual(hidden.stdout, "", command)

        # Withdrawn it is hidden as well.
        done = quotectl("withdraw", ID, server=self.server, env=self.editor)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(checker.everything("checker"), before[checker])
        for method, request in reader.by_name(report):
            self.assertIn("REPORT_NOT_FOUND", reader.refusal(method, request))
        done = quotectl("restore", ID, server=self.server, env=self.editor)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(checker.everything("checker"), before[checker])

        # Neither the log nor the metrics know its name or a word of it.
        self.assert_silent(read_metrics(metrics_port(self.server)), "metrics")
        wait_for(lambda: any(line["event"] == "change" and line.get("action") == "restore"
                             for line in self.server.log_lines()), "the log is written")
        self.assert_silent(self.server.log_text(), "log")
        lines = [line for line in self.server.log_lines() if line.get("embargoed")]
        self.assertGreaterEqual(len(lines), 4)
        self.assertTrue(all("report" not in line for line in lines), lines)

        # Released, it is there for all, and the watch tells of it as of a new report.
        released = quotectl("embargo", ID, "--release", server=self.server, env=self.editor)
        self.assertEqual(released.returncode, 0, released.stderr)
        for change in (change for message in watch for change in message.changes):
            self.assertEqual(change.report, report)
            self.assertEqual(change.kind, report_service_pb2.Change.KIND_NEW_REPORT)
            self.assertEqual(change.revision, 2)
            break
        watch.cancel()
        # Whoever asks from the beginning is told the same.
        again = next(reader.reports.WatchChanges(report_service_pb2.WatchChangesRequest(
            since_archive_revision=0), metadata=reader.metadata))
        self.assertEqual([change.report for change in again.changes],
                         [f"reports/{SAMPLE_ID}", report])
        for method, request in reader.by_name(report):
            if "GetSection" not in str(method._method):  # pylint: disable=protected-access
                reader.ask(method, request)
        verdict = checker.ask(checker.citations.VerifyCitation,
                              citation_service_pb2.VerifyCitationRequest(quotation=SENTENCE))
        self.assertIn("DISPOSITION_", str(verdict))
        self.assertIn(ID, str(verdict))
        # The trail has everything, for admins.
        admin = self.stubs("admin")
        trail = admin.ask(admin.admin.ListAuditEntries, admin_service_pb2.ListAuditEntriesRequest(
            resource=report, page_size=200)).entries
        actions = [(admin_service_pb2.AuditEntry.Action.Name(entry.action)[7:], entry.embargoed)
                   for entry in trail]
        self.assertEqual(actions, [("RELEASE", False), ("RESTORE", True), ("WITHDRAW", True),
                                   ("CREATE_DEFECT", True), ("IMPORT", True), ("IMPORT", True)])
        self.assertEqual(trail[0].caller, "a-editor")

    def test_what_update_report_takes(self):
        editor = self.stubs("editor")
        self.import_held(self.server, 3600, env=self.editor)
        name = f"reports/{ID}"
        held = editor.ask(editor.reports.GetReport, report_service_pb2.GetReportRequest(
            name=name, show_embargoed=True)).report
        update = report_service_pb2.UpdateReportRequest

        def report(seconds=None, **fields):
            made = report_pb2.Report(name=name, **fields)
            if seconds is not None:
                made.available_from.CopyFrom(timestamp_pb2.Timestamp(
                    seconds=int(time.time() + seconds)))
            return made
        mask = field_mask_pb2.FieldMask(paths=["available_from"])
        for request, told in (
                (update(), "FIELD_REQUIRED"),
                (update(report=report(60)), "FIELD_REQUIRED"),
                (update(report=report(60), update_mask={"paths": ["*"]}), "FIELD_INVALID"),
                (update(report=report(60), update_mask={"paths": ["metadata.title"]}),
                 "FIELD_INVALID"),
                (update(report=report(-60), update_mask=mask), "report.available_from"),
                (update(report=report(2e9), update_mask=mask), "FIELD_OUT_OF_RANGE"),
                (update(report=report(60, etag="old"), update_mask=mask), "ETAG_MISMATCH"),
                (update(report={"name": f"reports/{SAMPLE_ID}",
                                "available_from": {"seconds": int(time.time()) + 60}},
                        update_mask=mask), "NOT_EMBARGOED"),
                (update(report={"name": "reports/none"}, update_mask=mask), "REPORT_NOT_FOUND")):
            self.assertIn(told, editor.refusal(editor.reports.UpdateReport, request), request)
        moved = editor.ask(editor.reports.UpdateReport, update(
            report=report(7200, etag=held.etag), update_mask=mask))
        self.assertGreater(moved.report.available_from.seconds, held.available_from.seconds)
        self.assertFalse(moved.unchanged)
        again = editor.ask(editor.reports.UpdateReport, update(
            report=moved.report, update_mask=mask))
        self.assertTrue(again.unchanged)
        released = editor.ask(editor.reports.UpdateReport, update(
            report=report(etag=moved.report.etag), update_mask=mask))
        self.assertEqual(released.report.state, report_pb2.Report.STATE_ACTIVE)
        self.assertFalse(released.report.HasField("available_from"))


class WhenTest(Base):
    def setUp(self):
        super().setUp()
        self.set_pace()

    def test_at_its_time(self):
        with Server(self.folder / "quotes.db") as server:
            ahead = self.ahead(2)
            due = time.time() + ahead
            self.import_held(server, ahead)
            while time.time() < due:
                self.assert_hidden_until(due, server)
                time.sleep(0.1)
            wait_for(lambda: self.found(server), "released")
            line, = server.await_lines("released")
            released = datetime.datetime.fromisoformat(line["time"].replace("Z", "+00:00"))
            late = released.timestamp() - due
            print(f"released {late:.3f} s after its time")
            self.assertGreater(late, -0.001, "not too early")
            # A look each quarter of a second; the rest is the machine's.
            self.assertLess(late, 1.5 + 5 * self.pace)
            trail = quotectl_json("audit", server=server)
            entry = trail[0]["entries"][0]
            self.assertEqual((entry["action"], entry["caller"]), ("ACTION_RELEASE", "quoted"))

    def test_what_was_due_while_nobody_was_there(self):
        database = self.folder / "quotes.db"
        with Server(database) as server:
            ahead = self.ahead(1)
            due = time.time() + ahead
            self.import_held(server, ahead)
            server.kill()
        with Server(database) as server:
            self.assert_hidden_until(due, server,
                                     "a restart releases nothing before its time")
            server.kill()
        time.sleep(max(0, due - time.time()) + 0.1)
        with Server(database) as server:
            wait_for(lambda: self.found(server), "released at the start")
            server.kill()
        with Server(database) as server:
            self.assertTrue(self.found(server))
            revision = quotectl_json("status", server=server)[0]["archive_revision"]
            time.sleep(1)
            status, = quotectl_json("status", server=server)
            self.assertEqual(status["archive_revision"], revision, "released once")

    def test_killed_around_its_time(self):
        """Whatever moment ends the server: nothing comes out early, twice, or not at all."""
        database = self.folder / "quotes.db"
        numbers = random.Random(7)
        due, hidden_at_start = {}, 0
        names = iter(range(1000))
        # So long that a server is killed, and the next one asked, before it has passed for some.
        longest = 1.2 + 2 * self.pace
        for _ in range(10):
            with Server(database) as server, Stubs(server) as stubs:
                for _ in range(4):
                    number = next(names)
                    then = time.time() + numbers.uniform(longest / 4, longest)
                    stamp = timestamp_pb2.Timestamp()
                    stamp.FromNanoseconds(int(then * 1e9))
                    try:
                        stubs.reports.ImportReport(report_service_pb2.ImportReportRequest(
                            report_id=f"r{number}", available_from=stamp, source={
                                "content": f"关于第{number}号的报告\n\n扶贫车间第{number}号建成。\n"
                                           .encode()}), timeout=60)
                    except grpc.RpcError as error:
                        # It arrived when its time had passed: nothing is held, nothing came out.
                        self.assertEqual(error.code(), grpc.StatusCode.INVALID_ARGUMENT, error)
                        self.assertGreater(time.time(), then, error)
                        continue
                    due[f"reports/r{number}"] = then
                time.sleep(numbers.uniform(0, longest))
                server.kill()
            with Server(database) as server, Stubs(server) as stubs:
                before = time.time()
                listed = {report.name for report in stubs.reports.ListReports(
                    report_service_pb2.ListReportsRequest(page_size=200), timeout=60).reports}
                now = time.time()
                self.assertEqual([name for name in listed if due[name] > now], [], "too early")
                shown = {report.name: report for report in stubs.reports.ListReports(
                    report_service_pb2.ListReportsRequest(page_size=200, show_embargoed=True),
                    timeout=60).reports}
                self.assertEqual(set(shown), set(due), "lost")
                hidden_at_start += sum(then > before for then in due.values())
                wait_for(lambda: stubs.reports.ListReports(
                    report_service_pb2.ListReportsRequest(page_size=200),
                    timeout=60).total_size == len(due), "all released")
                server.kill()
        with Server(database) as server:
            trail = [entry for page in quotectl_json("audit", "--limit", "1000", server=server)
                     for entry in page["entries"]]
        released = [entry["resource"] for entry in trail if entry["action"] == "ACTION_RELEASE"]
        self.assertEqual(sorted(released), sorted(due), "once each")
        for entry in trail:
            if entry["action"] == "ACTION_RELEASE":
                then = datetime.datetime.fromisoformat(
                    re.sub(r"(\.\d{6})\d*", r"\1", entry["time"]).replace("Z", "+00:00"))
                self.assertGreaterEqual(then.timestamp(), due[entry["resource"]] - 2e-6)
        self.assertGreater(hidden_at_start, 3, "some were killed before their time")

    def test_without_a_server(self):
        database = self.folder / "quotes.db"

        def run(*arguments, **keywords):
            return quotectl(*arguments, database=database, **keywords)
        self.assertEqual(run("import", SAMPLE, "--id", SAMPLE_ID).returncode, 0)
        ahead = self.ahead(1)
        due = time.time() + ahead
        self.assertEqual(run("import", "-", "--id", ID, "--embargo", moment(ahead), stdin=REPORT)
                         .returncode, 0)
        self.assertEqual(run("find", "扶贫车间七千").returncode, 1)
        self.assertEqual(run("get", f"reports/{ID}").returncode, 1)
        self.assertIn(ID, run("reports", "--embargoed").stdout)
        time.sleep(max(0, due - time.time()) + 0.1)
        self.assertEqual(run("find", "扶贫车间七千").returncode, 1, "looking writes nothing")
        self.assertEqual(run("import", SAMPLE, "--id", SAMPLE_ID).returncode, 0)
        self.assertEqual(run("find", "扶贫车间七千").returncode, 0)

    def test_a_replica_shows_it_when_the_writer_released_it(self):
        published = self.folder / "published"
        published.mkdir()
        with Server(self.folder / "quotes.db", "--publish-folder", published, "--publish-every",
                    "1s") as writer, Server(self.folder / "replica.db", "--follow",
                                            published) as replica:
            result = quotectl("import", SAMPLE, "--id", SAMPLE_ID, server=writer)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.import_held(writer, 3600)

            def revision(server):
                return quotectl_json("status", server=server)[0]["archive_revision"]
            wait_for(lambda: revision(replica) == revision(writer), "carried")
            self.assertFalse(self.found(replica))
            self.assertEqual(quotectl("get", f"reports/{ID}", server=replica).returncode, 1)
            self.assertEqual(quotectl("verify", SENTENCE, server=replica).returncode, 1)
            # The rows are there, as the README says, and an editor may ask for them.
            self.assertIn(ID, quotectl("reports", "--embargoed", server=replica).stdout)
            refused = quotectl("embargo", ID, "--release", "--json", server=replica)
            self.assertEqual(json.loads(refused.stderr)["reason"], "READ_ONLY")
            self.assertEqual(quotectl("embargo", ID, "--until", moment(self.ahead(1)),
                                      server=writer).returncode, 0)
            wait_for(lambda: self.found(writer), "released")
            wait_for(lambda: self.found(replica), "carried")


class CommandTest(Base):
    def test_what_people_may_write(self):
        with Server(self.folder / "quotes.db") as server:
            for wrong in ("2999-01-01", "2999-01-01T09:00", "tomorrow", ""):
                result = quotectl("import", "-", "--id", ID, "--embargo", wrong, server=server,
                                  stdin=REPORT)
                self.assertEqual(result.returncode, 2, wrong)
                self.assertIn("zone", result.stderr, wrong)
            chinese = quotectl("import", "-", "--embargo", "明天", server=server, stdin=REPORT,
                               env={"LC_ALL": "zh_CN.UTF-8"})
            self.assertIn("时区", chinese.stderr)
            past = quotectl("import", "-", "--id", ID, "--embargo", moment(-5), server=server,
                            stdin=REPORT)
            self.assertEqual(past.returncode, 2, past)
            self.assertIn("ahead", past.stderr)
            self.assertFalse(self.found(server), "what was meant to be held back is not published")
            for options in ((), ("--until", moment(60), "--release")):
                result = quotectl("embargo", ID, *options, server=server)
                self.assertEqual(result.returncode, 2, result)
                self.assertIn("--release", result.stderr)
            self.import_held(server, 3600)
            other = quotectl("import", "-", "--id", ID, "--embargo", moment(60), server=server,
                             stdin=REPORT)
            self.assertEqual(other.returncode, 2, other)
            self.assertIn("UpdateReport", other.stderr)
            day = (datetime.datetime.now() + datetime.timedelta(days=40)).date().isoformat()
            moved = quotectl("embargo", ID, "--until", f"{day}T09:00+08:00", server=server)
            self.assertEqual(moved.returncode, 0, moved.stderr)
            self.assertIn(f"{day} 01:00:00 UTC", moved.stdout)

    def test_files_say_it(self):
        folder = self.folder / "reports"
        folder.mkdir()
        then = moment(3600)
        (folder / "a.txt").write_text(REPORT, encoding="utf-8")
        (folder / "a.toml").write_text(f'id = "a"\nembargo = "{then}"\n', encoding="utf-8")
        (folder / "b.md").write_text(
            f"---\nembargo: {then}\nauthor: 张三\ndate: 2026-01-02\n---\n# 另一份报告\n\n扶贫车间七千乙。\n",
            encoding="utf-8")
        (folder / "c.txt").write_text("关于丙的报告\n\n同志们：\n扶贫车间七千丙。\n", encoding="utf-8")
        # TOML has moments of its own.
        (folder / "c.toml").write_text(f"id = \"c\"\nembargo = {then}\n", encoding="utf-8")
        (folder / "d.txt").write_text("关于丁的报告\n\n同志们：\n扶贫车间七千丁。\n", encoding="utf-8")
        (folder / "d.toml").write_text("id = \"d\"\nembargo = 2999-01-01T09:00:00\n",
                                       encoding="utf-8")
        with Server(self.folder / "quotes.db") as server:
            result = quotectl("import", folder, server=server)
            self.assertEqual(result.returncode, 2, result)
            self.assertIn("d.toml", result.stderr)
            self.assertIn("zone", result.stderr)
            self.assertFalse(self.found(server))
            listed, = quotectl_json("reports", "--embargoed", server=server)
            self.assertEqual(len(listed["reports"]), 3, listed)
            (folder / "d.txt").unlink()
            again = quotectl("import", folder, server=server)
            self.assertEqual(again.returncode, 0, again.stderr)

    def test_another_report_does_not_answer_for_it(self):
        """Neither for its id nor for the beginning of that, and nothing tells that there is one."""
        report = self.folder / "report.txt"
        report.write_text(REPORT, encoding="utf-8")
        other = self.folder / "other.txt"
        other.write_text("关于别的事情的讲话\n\n这里说的是别的事情。\n", encoding="utf-8")

        def answers(server, report_id):
            seen = []
            for command in ("defects", "get", "outline", "export"):
                for name in (report_id, f"reports/{report_id}", report_id[:-1]):
                    result = quotectl(command, name, server=server)
                    seen.append((result.returncode, result.stdout,
                                 result.stderr.replace(report_id, "ID").replace(name, "BEGINNING")))
            return seen

        with Server(self.folder / "quotes.db") as server:
            for name in ("alpha-2", "bravo-2"):
                result = quotectl("import", "--id", name, "--as", "separate", other, server=server)
                self.assertEqual(result.returncode, 0, result)
            result = quotectl("import", "--id", "alpha", "--embargo", moment(3600), report,
                              server=server)
            self.assertEqual(result.returncode, 0, result)
            held, unknown = answers(server, "alpha"), answers(server, "bravo")
            self.assertEqual(held, unknown)
            for code, out, _ in held:
                self.assertNotEqual(code, 0)
                self.assertEqual(out, "")
            self.assertIn("alpha-2", quotectl("outline", "alpha", server=server).stderr)
            shown = quotectl("defects", "alpha", "--embargoed", server=server)
            self.assertNotIn("alpha-2", shown.stdout + shown.stderr)
            # Its whole id, and what is no numbered one, are understood as ever.
            self.assertEqual(quotectl("outline", "alpha-2", server=server).returncode, 0)
            quotectl("import", "--id", "speech-2021", "--as", "separate", other, server=server)
            self.assertEqual(quotectl("outline", "speech", server=server).returncode, 0)

    def test_no_copy_tells_it(self):
        text = SAMPLE.read_text(encoding="utf-8")
        (self.folder / "held.txt").write_text(text, encoding="utf-8")
        lines = text.splitlines(keepends=True)
        copies = {"corrected": text.replace("280", "290"),
                  "half": "".join(lines[:len(lines) * 2 // 3]),
                  "other title": "在会议上的讲话\n\n" + "".join(lines[3:])}
        self.assertEqual(len({text, *copies.values()}), 4)
        with Server(self.folder / "quotes.db") as server:
            result = quotectl("import", "--embargo", moment(3600), self.folder / "held.txt",
                              server=server)
            self.assertEqual(result.returncode, 0, result.stderr)
            for name, words in copies.items():
                copy = self.folder / f"{name}.txt"
                copy.write_text(words, encoding="utf-8")
                for how in (("--as", "variant"), ("--as", "separate"),
                            ("--id", "other", "--as", "variant")):
                    for more in ((), ("--validate-only",)):
                        with self.subTest(name=name, how=how, more=more):
                            refused = quotectl("import", *how, *more, copy, server=server)
                            self.assertEqual(refused.returncode, 2, refused)
                            self.assertIn("available_from", refused.stderr)
                with self.subTest(name=name):
                    checked = quotectl("import", "--validate-only", copy, server=server)
                    self.assertNotRegex(checked.stdout + checked.stderr, r"duplicate of *($|\n|;)")
            for listed in ((), ("--withdrawn",)):
                self.assertEqual(quotectl("reports", *listed, server=server).returncode, 1)
            self.assertEqual(quotectl("find", "全区生产总值", server=server).returncode, 1)

    def test_a_large_file_is_held_back_as_well(self):
        """It travels by another call."""
        text = REPORT + "".join(f"这是第{i}句很长的话，用来把文件写大，说的是同一件事情。\n"
                                for i in range(500_000))
        self.assertGreater(len(text.encode()), 32 << 20)
        with Server(self.folder / "quotes.db") as server:
            # Much work for a server with a sanitizer.
            self.import_held(server, 3600, "--quiet", text=text, timeout=800)
            self.assertFalse(self.found(server))
            listed, = quotectl_json("reports", "--embargoed", server=server)
            self.assertEqual(listed["reports"][0]["state"], "STATE_EMBARGOED")


if __name__ == "__main__":
    unittest.main()
