"""Reports that are removed for good, with the real programs: no call answers of them, no file holds a
word of them, on the server that writes and on a replica, and the audit trail says who did it."""

import json
import os
import pty
import random
import re
import subprocess
import unittest

from quotes_testing import (CLEAN_ENVIRONMENT, QUOTECTL, SAMPLE, SAMPLE_ID, Server, TempDir,
                            add_stubs, quotectl, quotectl_json, wait_for)

add_stubs()
# pylint: disable=wrong-import-position
import grpc
from google.rpc import error_details_pb2, status_pb2
from quotes.v1 import (citation_service_pb2, citation_service_pb2_grpc, quote_service_pb2,
                       quote_service_pb2_grpc, report_service_pb2, report_service_pb2_grpc,
                       trace_pb2)

ID = "2026-gone"
REPORT = f"reports/{ID}"
# Words that nothing else here has: of the first revision, of the second, of both and beside the text.
FIRST = "全区新建扶贫车间七千八百六十座，投资达到93.71亿元。"
SECOND = "全区新建扶贫车间七千八百五十座，投资达到92.64亿元。"
# One form that folds change: traditional characters, and a mark inside.
FOLDED = "鄉村振興，專項資金"
TEXT = "在枣庄市异地搬迁九千大会上的报告\n\n同志们：\n{}\n" + FOLDED + "已经到位。\n第三句话是别的。\n"
MARKERS = ("扶贫车间七千", "93.71", "92.64", "异地搬迁九千", "鄉村振興", "乡村振兴，专项资金",
           "乡村振兴专项资金", "校对附注内容")


def files_with(folder, markers=MARKERS):
    """Files below a folder that have any of the words, in any of the forms in which texts are
    kept."""
    forms = [marker.encode(encoding) for marker in markers
             for encoding in ("utf-8", "utf-16-le", "utf-32-le", "utf-16-be", "gb18030")]
    found = []
    for path in sorted(folder.rglob("*")):
        try:
            data = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:  # replaced meanwhile
            continue
        if any(form in data for form in forms):
            found.append(str(path.relative_to(folder)))
    return found


class Stubs:
    def __init__(self, server):
        self.channel = grpc.insecure_channel(server.address)
        self.reports = report_service_pb2_grpc.ReportServiceStub(self.channel)
        self.quotes = quote_service_pb2_grpc.QuoteServiceStub(self.channel)
        self.citations = citation_service_pb2_grpc.CitationServiceStub(self.channel)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.channel.close()


def refusal(call, request):
    """The reason and the metadata of a failed call."""
    try:
        call(request, timeout=60)
    except grpc.RpcError as error:
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                for detail in status_pb2.Status.FromString(value).details:
                    info = error_details_pb2.ErrorInfo()
                    if detail.Unpack(info):
                        return error.code(), info.reason, dict(info.metadata)
        return error.code(), None, {}
    raise AssertionError(f"{request} was answered")


class PurgeTest(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(TempDir())

    def fill_others(self, server):
        numbers = random.Random(7)
        for number in range(4):
            words = "".join(numbers.choices("春江花月夜天地人山水林田湖草沙海河池岸石", k=80))
            self.import_text(server, f"other-{number}", f"关于{number}的报告\n\n{words}，全区。\n")
        result = quotectl("import", SAMPLE, "--id", SAMPLE_ID, server=server)
        self.assertEqual(result.returncode, 0, result.stderr)

    def fill(self, server):
        """Others, and the report with two revisions, an entry of its register and a tag."""
        self.import_text(server, ID, TEXT.format(FIRST))
        self.fill_others(server)
        self.import_text(server, ID, TEXT.format(SECOND))
        result = quotectl("add-defect", ID, "--printed", "第三句话", "--reading", "第二句话",
                          "--note", "校对附注内容", server=server)
        self.assertEqual(result.returncode, 0, result.stderr)
        found, = quotectl_json("find", "扶贫车间七千", server=server)
        quote = found["hits"][0]["quote"]["name"]
        result = quotectl("tag", quote, "rural", server=server)
        self.assertEqual(result.returncode, 0, result.stderr)
        return quote

    def import_text(self, server, report, text, *arguments, code=0):
        result = quotectl("import", "-", "--id", report, *arguments, server=server, stdin=text)
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def answers(self, server):
        """What look-ups of all kinds say, without what every change raises."""
        q = quote_service_pb2
        told = []
        with Stubs(server) as stubs:
            for query in ("全区", "扶贫车间七千", "乡村振兴", "第三句话", "发展"):
                told.append(stubs.quotes.SearchQuotes(q.SearchQuotesRequest(
                    query=query, page_size=200, return_total_size=True, return_facets=True)))
            told.append(stubs.quotes.SearchQuotes(q.SearchQuotesRequest(
                query="全区", return_total_size=True, filter={"reports": [REPORT]})))
            for theme in ("rural", "industry"):
                told.append(stubs.quotes.LookupTheme(q.LookupThemeRequest(
                    name=f"themes/{theme}", page_size=200, return_facets=True)))
            told.append(stubs.quotes.ListThemes(q.ListThemesRequest(page_size=200)))
            for value in ("93.71亿元", "92.64亿元"):
                told.append(stubs.quotes.SearchFigures(q.SearchFiguresRequest(value=value)))
            for phrase in ("扶贫车间", "全区"):
                told.append(stubs.quotes.TracePhrase(trace_pb2.TracePhraseRequest(phrase=phrase)))
            told.append(stubs.quotes.ListQuotes(q.ListQuotesRequest(
                parent="reports/-", page_size=200)))
            told.append(stubs.reports.ListReports(report_service_pb2.ListReportsRequest(
                page_size=200, show_deleted=True, show_embargoed=True)))
            c = citation_service_pb2
            for quotation, claim in ((FIRST, None), (SECOND, None), (SECOND, {"report": REPORT})):
                answer = stubs.citations.VerifyCitation(c.VerifyCitationRequest(
                    quotation=quotation, claim=claim))
                told.append(answer)
        return [re.sub("(archive_revision|next_page_token): .*", "", str(answer))
                for answer in told]

    def assert_gone(self, server, quote):
        v1 = report_service_pb2
        q = quote_service_pb2
        with Stubs(server) as stubs:
            calls = [
                (stubs.reports.GetReport, v1.GetReportRequest(name=REPORT)),
                (stubs.reports.GetReport, v1.GetReportRequest(name=REPORT, show_embargoed=True)),
                (stubs.reports.GetRevision, v1.GetRevisionRequest(name=f"{REPORT}/revisions/1")),
                (stubs.reports.GetRevision, v1.GetRevisionRequest(
                    name=f"{REPORT}/revisions/latest")),
                (stubs.reports.ListRevisions, v1.ListRevisionsRequest(parent=REPORT)),
                (stubs.reports.DiffRevisions, v1.DiffRevisionsRequest(
                    name=f"{REPORT}/revisions/2", base_revision=f"{REPORT}/revisions/1")),
                (stubs.reports.ListSections, v1.ListSectionsRequest(parent=REPORT)),
                (stubs.reports.GetSection, v1.GetSectionRequest(name=f"{REPORT}/sections/s")),
                (stubs.reports.ListDefects, v1.ListDefectsRequest(parent=REPORT)),
                (stubs.reports.GetDefect, v1.GetDefectRequest(name=f"{REPORT}/defects/d")),
                (stubs.quotes.GetQuote, q.GetQuoteRequest(name=quote)),
                (stubs.quotes.BatchGetQuotes, q.BatchGetQuotesRequest(names=[quote])),
                (stubs.quotes.ListQuotes, q.ListQuotesRequest(parent=REPORT)),
                (stubs.quotes.ListNewPhrases, trace_pb2.ListNewPhrasesRequest(report=REPORT))]
            for call, request in calls:
                code, reason, metadata = refusal(call, request)
                self.assertEqual((code, reason), (grpc.StatusCode.NOT_FOUND, "REPORT_PURGED"),
                                 request)
                self.assertEqual(metadata["name"], REPORT)

    def test_nothing_answers_of_it_and_no_file_holds_it(self):
        published = self.folder / "published"
        with Server(self.folder / "quotes.db", "--publish-folder", published, "--publish-every",
                    "1s", "--publish-keep", "5") as server:
            quote = self.fill(server)
            replica = self.enterContext(
                Server(self.folder / "replica.db", "--follow", published))
            with Stubs(server) as stubs:
                page = stubs.quotes.ListQuotes(quote_service_pb2.ListQuotesRequest(
                    parent=REPORT, page_size=1))
                self.assertNotEqual(page.next_page_token, "")
            with_it = self.answers(server)
            self.await_replica(server, replica)
            self.assertNotEqual(files_with(self.folder), [])
            since, = quotectl_json("status", server=server)

            refused = quotectl("purge", ID, server=server)
            self.assertEqual(refused.returncode, 2, refused)
            self.assertIn("--yes", refused.stderr)
            self.assertEqual(self.answers(server), with_it)
            mismatch = quotectl("purge", ID, "--yes", "--etag", "other", server=server)
            self.assertNotEqual(mismatch.returncode, 0)
            self.assertEqual(self.answers(server), with_it)
            # A beginning of an id is none.
            self.assertEqual(quotectl("purge", "2026-", "--yes", server=server).returncode, 2)
            self.assertEqual(quotectl("purge", "2026-g", "--yes", server=server).returncode, 1)

            told, = quotectl_json("purge", ID, "--yes", server=server)
            self.assertTrue(told["erased"])
            self.assertFalse(told.get("unchanged", False))
            self.assertEqual(int(told["revision_count"]), 2)
            database_files = [name for name in files_with(self.folder)
                              if not name.startswith(("published", "replica.db"))]
            self.assertEqual(database_files, [])
            self.assert_gone(server, quote)
            with Stubs(server) as stubs:
                self.assertEqual(refusal(stubs.quotes.ListQuotes,
                                         quote_service_pb2.ListQuotesRequest(
                                             parent=REPORT, page_size=1,
                                             page_token=page.next_page_token))[1], "REPORT_PURGED")
            again = quotectl("purge", REPORT, "--yes", server=server)
            self.assertEqual(again.returncode, 0, again.stderr)
            self.assertIn("already", again.stdout)

            # The next snapshot is without it, and so is what a replica makes of it.
            wait_for(lambda: files_with(self.folder) == [], "all copies are gone", seconds=120)
            self.await_replica(server, replica)
            self.assert_gone(replica, quote)
            without = self.answers(server)
            self.assertEqual(self.answers(replica), without)
            # As if it had never been there.
            with TempDir() as other, Server(other / "quotes.db") as fresh:
                self.fill_others(fresh)
                self.assertEqual(self.without_times(self.answers(fresh)),
                                 self.without_times(without))

            # Who did it.
            trail, = quotectl_json("audit", REPORT, "--all", server=server)
            self.assertEqual([(entry["action"], entry.get("detail", ""))
                              for entry in trail["entries"]],
                             [("ACTION_PURGE", "2 revisions"),
                              ("ACTION_TAG_QUOTE", "pinned themes/rural"),
                              ("ACTION_CREATE_DEFECT", "OTHER POSSIBLE"),
                              ("ACTION_IMPORT", ""), ("ACTION_IMPORT", "")])
            human = quotectl("audit", REPORT, server=server)
            self.assertIn("pinned themes/rural", human.stdout)
            for place in (server, replica):
                watched = quotectl("watch", "--since", since["archive_revision"], "--once",
                                   server=place)
                self.assertRegex(watched.stdout, rf"(?m)^\d+  .*Z  purged  {REPORT}$")
            self.assertNotIn("扶贫车间", json.dumps(trail, ensure_ascii=False))

            # Its id is not given to another one unasked.
            retried = self.import_text(server, ID, TEXT.format(FIRST), code=2)
            self.assertIn("--reuse-purged", retried.stderr)
            self.import_text(server, ID, "关于归来的报告\n\n同志们：\n归来的一句话。\n",
                             "--reuse-purged")
            self.assertEqual(quotectl("find", "归来的一句话", server=server).returncode, 0)
        self.assertEqual(files_with(self.folder), [])
        with Server(self.folder / "quotes.db") as server:
            self.assertEqual(quotectl("find", "归来的一句话", server=server).returncode, 0)
            self.assertEqual(quotectl("find", "扶贫车间七千", server=server).returncode, 1)

    @staticmethod
    def without_times(answers):
        """Etags and times are of each server's own."""
        kept = []
        for answer in answers:
            lines = [line for line in answer.splitlines()
                     if not any(word in line for word in ("etag", "seconds", "nanos"))]
            kept.append("\n".join(lines))
        return kept

    def await_replica(self, server, replica):
        revision = quotectl_json("status", server=server)[0]["archive_revision"]
        wait_for(lambda: quotectl_json("status", server=replica)[0]["archive_revision"] == revision,
                 "the replica follows", seconds=120)

    def test_without_a_server(self):
        database = self.folder / "quotes.db"
        result = quotectl("import", "-", "--id", ID, database=database, stdin=TEXT.format(FIRST))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotEqual(files_with(self.folder), [])
        told, = quotectl_json("purge", ID, "--yes", database=database)
        self.assertTrue(told["erased"])
        self.assertEqual(files_with(self.folder), [])
        self.assertEqual(quotectl("get", REPORT, database=database).returncode, 1)
        self.assertEqual(quotectl("purge", "none", "--yes", database=database).returncode, 1)
        chinese = quotectl("get", REPORT, database=database, env={"LC_ALL": "zh_CN.UTF-8"})
        self.assertIn("彻底删除", chinese.stderr)

    def test_a_terminal_is_asked(self):
        database = self.folder / "quotes.db"
        result = quotectl("import", "-", "--id", ID, database=database, stdin=TEXT.format(FIRST))
        self.assertEqual(result.returncode, 0, result.stderr)
        for answer, code in (("no\n", 2), ("y\n", 2), ("yes\n", 0)):
            self.assertEqual(quotectl("get", REPORT, database=database).returncode, 0)
            ours, theirs = pty.openpty()
            with subprocess.Popen(
                    [QUOTECTL, "purge", ID, "--database", database], stdin=theirs,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                    env=CLEAN_ENVIRONMENT) as process:
                os.close(theirs)
                os.write(ours, answer.encode())
                _, told = process.communicate(timeout=300)
                os.close(ours)
            self.assertEqual(process.returncode, code, told)
            self.assertIn(REPORT, told)
        self.assertEqual(quotectl("get", REPORT, database=database).returncode, 1)


if __name__ == "__main__":
    unittest.main()
