"""A Python client: generated stubs, Debian's python3-grpcio, the real server over TCP."""

import hashlib
import random
import re
import unittest

import quotes_testing
from quotes_testing import SAMPLE, SAMPLE_ID, SOURCE_DIR, Server, TempDir

quotes_testing.add_stubs()

# pylint: disable=wrong-import-position
import grpc
from google.rpc import error_details_pb2, status_pb2
from google.protobuf import descriptor_pb2
from grpc.health.v1 import health_pb2, health_pb2_grpc
from grpc.reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from quotes.v1 import (admin_service_pb2, admin_service_pb2_grpc, citation_pb2,
                       citation_service_pb2, citation_service_pb2_grpc, errors_pb2, lookup_pb2,
                       quote_pb2, quote_service_pb2, quote_service_pb2_grpc, report_pb2,
                       report_service_pb2, report_service_pb2_grpc, trace_pb2)

DATA = SOURCE_DIR / "tests/foreign/data"
SERVICES = {
    "quotes.v1.AdminService", "quotes.v1.CitationService", "quotes.v1.QuoteService",
    "quotes.v1.ReportService",
    "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection",
    "grpc.channelz.v1.Channelz",
}


def details(error):
    """The google.rpc details of a failed call by type name, from the trailer as any client could."""
    for key, value in error.trailing_metadata():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            found = {}
            for packed in status.details:
                kind = packed.type_url.rsplit(".", 1)[-1]
                message = getattr(error_details_pb2, kind)()
                packed.Unpack(message)
                found.setdefault(kind, []).append(message)
            return status, found
    raise AssertionError(f"no details: {error}")


class Client:
    """The stubs of one server, and the imports that the tests share."""

    def __init__(self, server):
        self.channel = grpc.insecure_channel(server.address)
        self.reports = report_service_pb2_grpc.ReportServiceStub(self.channel)
        self.quotes = quote_service_pb2_grpc.QuoteServiceStub(self.channel)
        self.citations = citation_service_pb2_grpc.CitationServiceStub(self.channel)
        self.admin = admin_service_pb2_grpc.AdminServiceStub(self.channel)
        self.health = health_pb2_grpc.HealthStub(self.channel)
        self.reflection = reflection_pb2_grpc.ServerReflectionStub(self.channel)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.channel.close()

    def import_file(self, path, report_id, **fields):
        request = report_service_pb2.ImportReportRequest(report_id=report_id, **fields)
        request.source.content = path.read_bytes()
        request.source.file_name = path.name
        return self.reports.ImportReport(request, timeout=60)

    def all_quotes(self, parent="reports/-", kind=quote_pb2.TEXT_KIND_UNSPECIFIED,
                   **fields):
        """All quotes, by pages as large as they come."""
        request = quote_service_pb2.ListQuotesRequest(parent=parent, page_size=200, **fields)
        if kind:
            request.filter.kind = kind
        found = []
        while True:
            page = self.quotes.ListQuotes(request, timeout=60)
            found += page.quotes
            if not page.next_page_token:
                assert len(found) == page.total_size, (len(found), page.total_size)
                return found
            request.page_token = page.next_page_token


class LookupTest(unittest.TestCase):
    """Reads; all tests share one server that holds the sample."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(TempDir())
        server = cls.enterClassContext(Server(cls.folder / "quotes.db"))
        cls.client = cls.enterClassContext(Client(server))
        cls.imported = cls.client.import_file(SAMPLE, SAMPLE_ID)

    def search(self, query, **fields):
        return self.client.quotes.SearchQuotes(
            quote_service_pb2.SearchQuotesRequest(query=query, **fields), timeout=60)

    def fails(self, call, code, reason):
        with self.assertRaises(grpc.RpcError) as raised:
            call()
        status, found = details(raised.exception)
        self.assertEqual(raised.exception.code(), code)
        self.assertEqual(status.code, code.value[0])
        self.assertEqual(len(found["ErrorInfo"]), 1)
        self.assertEqual(found["ErrorInfo"][0].domain, "quotes.v1")
        self.assertEqual(found["ErrorInfo"][0].reason, reason)
        self.assertIn("ERROR_REASON_" + reason, errors_pb2.ErrorReason.keys())
        self.assertEqual({message.locale for message in found["LocalizedMessage"]}, {"en", "zh"})
        return found

    def test_reflection_lists_the_services(self):
        request = reflection_pb2.ServerReflectionRequest(list_services="")
        answer, = self.client.reflection.ServerReflectionInfo(iter([request]), timeout=60)
        self.assertEqual({service.name for service in answer.list_services_response.service},
                         SERVICES)

    def test_reflection_describes_the_services(self):
        # Tools list the methods of whatever is named; one that is not described stops them.
        for service in sorted(SERVICES):
            request = reflection_pb2.ServerReflectionRequest(file_containing_symbol=service)
            answer, = self.client.reflection.ServerReflectionInfo(iter([request]), timeout=60)
            self.assertEqual(answer.WhichOneof("message_response"), "file_descriptor_response",
                             service)

    def test_every_rpc_of_the_contract_has_code(self):
        # Calls each RPC with an empty message: whatever it says, it is not UNIMPLEMENTED. An empty
        # message asks for a backup, which this server has no folder for.
        for service in sorted(SERVICES):
            if not service.startswith("quotes."):
                continue
            request = reflection_pb2.ServerReflectionRequest(file_containing_symbol=service)
            answer, = self.client.reflection.ServerReflectionInfo(iter([request]), timeout=60)
            methods = []
            for encoded in answer.file_descriptor_response.file_descriptor_proto:
                file = descriptor_pb2.FileDescriptorProto.FromString(encoded)
                for candidate in file.service:
                    if f"{file.package}.{candidate.name}" == service:
                        methods = candidate.method
            self.assertTrue(methods, service)
            for method in methods:
                path = f"/{service}/{method.name}"
                with self.subTest(path):
                    try:
                        if method.client_streaming:
                            self.client.channel.stream_unary(path)(iter([]), timeout=60)
                        elif method.server_streaming:
                            call = self.client.channel.unary_stream(path)(b"", timeout=60)
                            next(call)
                            call.cancel()
                        else:
                            self.client.channel.unary_unary(path)(b"", timeout=60)
                    except grpc.RpcError as error:
                        self.assertEqual(
                            error.code(), grpc.StatusCode.FAILED_PRECONDITION
                            if method.name == "Backup" else grpc.StatusCode.INVALID_ARGUMENT)
                        details(error)

    def test_health_of_every_service(self):
        for service in ["", "quotes.v1.QuoteService", "quotes.v1.ReportService",
                        "quotes.v1.AdminService"]:
            answer = self.client.health.Check(health_pb2.HealthCheckRequest(service=service),
                                              timeout=60)
            self.assertEqual(answer.status, health_pb2.HealthCheckResponse.SERVING, service)

    def test_sample_is_described(self):
        report = self.imported.report
        self.assertEqual(report.name, f"reports/{SAMPLE_ID}")
        self.assertEqual(report.metadata.speaker, "宋磊")
        day = report.metadata.speech_date
        self.assertEqual((day.year, day.month, day.day), (2022, 1, 17))
        self.assertEqual(report.completeness.jump_target, "11版")
        self.assertEqual(report.source.sha256, hashlib.sha256(SAMPLE.read_bytes()).hexdigest())

    def test_highlights_are_code_points_of_the_text(self):
        for query in ["产业集群", "党", "希望社区", "２８０亿元", "發展歷程"]:
            answer = self.search(query, view=quote_pb2.QUOTE_VIEW_FULL)
            self.assertGreater(answer.total_size, 0, query)
            revision = self.client.reports.GetRevision(
                report_service_pb2.GetRevisionRequest(
                    name=f"reports/{SAMPLE_ID}/revisions/latest"), timeout=60).revision
            for hit in answer.hits:
                self.assertEqual(hit.quote.text,
                                 revision.text[hit.quote.range.begin:hit.quote.range.end])
                self.assertTrue(hit.highlights)
                for highlight in hit.highlights:
                    shown = hit.quote.text[highlight.quote_range.begin:highlight.quote_range.end]
                    self.assertEqual(shown,
                                     revision.text[highlight.range.begin:highlight.range.end])
                    if not hit.folds:
                        self.assertEqual(shown, query)

    def test_totals_are_those_of_a_count_by_hand(self):
        texts = [quote.text for quote in self.client.all_quotes(kind=quote_pb2.TEXT_KIND_SPEECH)]
        self.assertGreater(len(texts), 100)
        chooser = random.Random(20220117)
        for _ in range(300):
            text = chooser.choice(texts)
            begin = chooser.randrange(len(text))
            term = text[begin:begin + chooser.randint(1, 4)]
            # Quotation marks delimit phrases in a query, straight and curly alike.
            if not re.search(r"\w", term) or set(term) & set('"“”„‟＂'):
                continue
            answer = self.search(f'"{term}"', match=quote_service_pb2.MATCH_MODE_EXACT,
                                 page_size=1)
            self.assertEqual(answer.total_size, sum(term in text for text in texts), term)

    def test_theme_with_everything_below_it(self):
        themes = self.client.quotes.ListThemes(quote_service_pb2.ListThemesRequest(), timeout=60)
        self.assertFalse(themes.next_page_token)
        names = {theme.name for theme in themes.themes}
        self.assertTrue({"themes/rural", "themes/party.discipline", "themes/economy"} <= names)
        below = {theme.name for theme in themes.themes if theme.parent == "themes/economy"}
        self.assertTrue(below)
        found = self.all_of_theme("themes/economy")
        for quote in found:
            self.assertTrue({entry.theme for entry in quote.themes}
                            & (below | {"themes/economy"}), quote.text)
        for name in below:
            self.assertLessEqual({quote.name for quote in self.all_of_theme(name)},
                                 {quote.name for quote in found})
        economy, = [theme for theme in themes.themes if theme.name == "themes/economy"]
        self.assertEqual(economy.quote_count, len(found))

    def all_of_theme(self, name):
        request = quote_service_pb2.LookupThemeRequest(name=name, page_size=50,
                                                       view=quote_pb2.QUOTE_VIEW_FULL)
        found = []
        while True:
            page = self.client.quotes.LookupTheme(request, timeout=60)
            found += [hit.quote for hit in page.hits]
            if not page.next_page_token:
                self.assertEqual(page.total_size, len(found))
                return found
            request.page_token = page.next_page_token

    def test_figures_by_value(self):
        request = quote_service_pb2.SearchFiguresRequest(value="2,800,000万元")
        answer = self.client.quotes.SearchFigures(request, timeout=60)
        self.assertEqual(answer.total_size, 1)
        figure = answer.hits[0].figures[0]
        self.assertEqual((figure.printed, figure.value, figure.measure),
                         ("280亿元", "28000000000", "全区生产总值"))

    def test_history_of_a_phrase(self):
        request = trace_pb2.TracePhraseRequest(phrase="“高质量发展”")
        answer = self.client.quotes.TracePhrase(request, timeout=60)
        text = "".join(quote.text for quote in self.client.all_quotes())
        self.assertEqual(answer.occurrence_count, text.count("高质量发展"))
        report, = answer.reports
        self.assertEqual((report.report, report.occurrence_count, report.quote_count),
                         (f"reports/{SAMPLE_ID}", answer.occurrence_count, answer.quote_count))
        year, = answer.years
        self.assertEqual((year.year, year.occurrence_count, year.report_count,
                          year.searched_report_count),
                         (report.date.year, answer.occurrence_count, 1, 1))
        use = answer.first_use
        self.assertEqual(use.quote.text[use.quote_range.begin:use.quote_range.end], "高质量发展")
        self.assertFalse(answer.drops)
        self.fails(lambda: self.client.quotes.TracePhrase(
            trace_pb2.TracePhraseRequest(phrase="，"), timeout=60),
                   grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID")

    def test_new_phrases_of_a_report(self):
        with TempDir() as folder, Server(folder / "quotes.db") as server, Client(server) as client:
            for report_id, text in (
                    ("old", "2022年政府工作报告\n\n推动高质量发展。提高生产力的水平。\n"),
                    ("new", "2024年政府工作报告\n\n加快发展新质生产力。培育新质生产力，推动高质量"
                            "发展。新质生产力要因地制宜。\n")):
                request = report_service_pb2.ImportReportRequest(report_id=report_id)
                request.source.content = text.encode()
                request.source.file_name = f"{report_id}.txt"
                request.metadata.speech_date.year = 2022 if report_id == "old" else 2024
                request.metadata.speech_date.month, request.metadata.speech_date.day = 3, 5
                client.reports.ImportReport(request, timeout=60)
            request = trace_pb2.ListNewPhrasesRequest(report="reports/new")
            answer = client.quotes.ListNewPhrases(request, timeout=60)
            self.assertEqual(answer.earlier_report_count, 1)
            self.assertEqual([(phrase.phrase, phrase.report_occurrence_count)
                              for phrase in answer.phrases], [("新质生产力", 3)])
            self.assertEqual(answer.total_size, 1)
            with self.assertRaises(grpc.RpcError) as raised:
                request.min_occurrence_count = 1
                client.quotes.ListNewPhrases(request, timeout=60)
            _, found = details(raised.exception)
            violation, = found["BadRequest"][0].field_violations
            self.assertEqual(violation.field, "min_occurrence_count")
            self.assertIn("2 to 1000", violation.description)

    def test_outline_is_a_tree_in_order(self):
        request = report_service_pb2.ListSectionsRequest(parent=f"reports/{SAMPLE_ID}",
                                                         page_size=11)
        sections = []
        while True:
            page = self.client.reports.ListSections(request, timeout=60)
            sections += page.sections
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
        self.assertEqual(page.total_size, len(sections))
        seen = {"": None}
        for section in sections:
            self.assertIn(section.parent, seen)
            if section.parent:
                parent = seen[section.parent]
                self.assertEqual(section.level, parent.level + 1)
                self.assertGreaterEqual(section.range.begin, parent.range.begin)
                self.assertLessEqual(section.range.end, parent.range.end)
            seen[section.name] = section
        self.assertEqual([section.marker for section in sections if section.level == 1],
                         ["一、", "二、"])

    def test_print_map_leads_to_the_bytes(self):
        source = SAMPLE.read_bytes()
        revision = self.client.reports.GetRevision(
            report_service_pb2.GetRevisionRequest(name=f"reports/{SAMPLE_ID}/revisions/1"),
            timeout=60).revision
        covered = 0
        for span in revision.print_spans:
            self.assertEqual(source[span.byte_begin:span.byte_end].decode(),
                             revision.text[span.range.begin:span.range.end])
            covered += span.range.end - span.range.begin
        self.assertEqual(covered, len(revision.text))

    def test_forged_tokens_are_refused(self):
        first = self.client.quotes.ListQuotes(
            quote_service_pb2.ListQuotesRequest(parent="reports/-", page_size=7), timeout=60)
        token = first.next_page_token
        self.assertTrue(token)
        middle = len(token) // 2
        other = "A" if token[middle] != "A" else "B"
        forged = ["x", token[:-1], token + "A", token[:middle] + other + token[middle + 1:],
                  "!" * 40, "令牌", "A" * 1024]
        for value in forged:
            with self.subTest(value):
                found = self.fails(
                    lambda value=value: self.client.quotes.ListQuotes(
                        quote_service_pb2.ListQuotesRequest(parent="reports/-", page_size=7,
                                                            page_token=value), timeout=60),
                    grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
                self.assertEqual(found["BadRequest"][0].field_violations[0].field, "page_token")
        # A true token of another request.
        self.fails(lambda: self.search("党", page_token=token),
                   grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")

    def test_names_that_do_not_exist(self):
        self.fails(lambda: self.client.reports.GetReport(
            report_service_pb2.GetReportRequest(name="reports/no-such"), timeout=60),
                   grpc.StatusCode.NOT_FOUND, "REPORT_NOT_FOUND")
        self.fails(lambda: self.client.quotes.LookupTheme(
            quote_service_pb2.LookupThemeRequest(name="themes/no.such"), timeout=60),
                   grpc.StatusCode.NOT_FOUND, "THEME_NOT_FOUND")

    def test_citation_word_for_word(self):
        quotation = "2021年预计全区生产总值完成280亿元，年均增长5.5%"
        result = self.client.citations.VerifyCitation(
            citation_service_pb2.VerifyCitationRequest(quotation=quotation), timeout=60).result
        self.assertEqual(result.disposition, citation_pb2.DISPOSITION_PASS)
        self.assertEqual(result.text_verdict, citation_pb2.TEXT_VERDICT_VERBATIM)
        self.assertEqual(result.quotation_sha256,
                         hashlib.sha256(quotation.encode()).hexdigest())

    def test_citation_with_a_difference(self):
        # Code points index Python's strings.
        quotation = "\u200b加快发展是第一任务"
        result = self.client.citations.VerifyCitation(
            citation_service_pb2.VerifyCitationRequest(quotation=quotation), timeout=60).result
        self.assertEqual(result.disposition, citation_pb2.DISPOSITION_FAIL)
        (edit,) = result.edits
        mine = edit.quotation_range
        self.assertEqual(quotation[mine.begin:mine.end], "任")
        where = result.locations[0]
        self.assertEqual(
            where.text[edit.source_range.begin - where.source_range.begin:
                       edit.source_range.end - where.source_range.begin], "要")

    def test_batch_of_citations(self):
        answer = self.client.citations.BatchVerifyCitations(
            citation_service_pb2.BatchVerifyCitationsRequest(requests=[
                {"quotation": "加快发展是第一要务"}, {"quotation": ""}]), timeout=60)
        self.assertEqual([item.WhichOneof("outcome") for item in answer.items],
                         ["result", "error"])
        info = error_details_pb2.ErrorInfo()
        self.assertTrue(answer.items[1].error.details[0].Unpack(info))
        self.assertEqual(info.reason, "FIELD_REQUIRED")
        profiles = self.client.citations.ListProfiles(
            citation_service_pb2.ListProfilesRequest(), timeout=60).profiles
        self.assertEqual([profile.name for profile in profiles],
                         ["profiles/newspaper", "profiles/strict", "profiles/search"])

    def test_bytes_that_are_no_utf8(self):
        # Field 1 (query) of SearchQuotesRequest, by hand: the stubs would refuse to send it.
        call = self.client.channel.unary_unary("/quotes.v1.QuoteService/SearchQuotes")
        found = self.fails(lambda: call(b"\x0a\x04\xe5\x85\x9a\xff", timeout=60),
                           grpc.StatusCode.INVALID_ARGUMENT, "INVALID_UTF8")
        self.assertEqual(found["ErrorInfo"][0].metadata["byte_offset"], "3")

    def test_upload_is_the_same_as_import(self):
        content = SAMPLE.read_bytes()

        def messages():
            header = report_service_pb2.UploadReportRequest()
            part = getattr(header.header, "import")
            part.report_id = SAMPLE_ID
            part.source.file_name = SAMPLE.name
            header.header.size_bytes = len(content)
            header.header.sha256 = hashlib.sha256(content).hexdigest()
            yield header
            for begin in range(0, len(content), 1000):
                yield report_service_pb2.UploadReportRequest(chunk=content[begin:begin + 1000])

        answer = self.client.reports.UploadReport(messages(), timeout=60)
        self.assertTrue(answer.unchanged)
        self.assertEqual(answer.report, self.imported.report)

        def cut_short():
            for number, message in enumerate(messages()):
                if number < 5:
                    yield message

        self.fails(lambda: self.client.reports.UploadReport(cut_short(), timeout=60),
                   grpc.StatusCode.INVALID_ARGUMENT, "UPLOAD_INCOMPLETE")


class PagingTest(unittest.TestCase):
    """Pages over an archive that changes meanwhile."""

    def resume_after_imports(self, order):
        with TempDir() as folder, Server(folder / "quotes.db") as server, Client(server) as client:
            client.import_file(SAMPLE, SAMPLE_ID)
            client.import_file(DATA / "liuyuan-2019.txt", "liuyuan-2019")
            kind = quote_pb2.TEXT_KIND_ANY
            before = [quote.name for quote in client.all_quotes(kind=kind, order_by=order)]

            request = quote_service_pb2.ListQuotesRequest(parent="reports/-", page_size=7,
                                                          order_by=order)
            request.filter.kind = kind
            got, revisions = [], []
            halfway = len(before) // 2
            while len(got) < halfway:
                page = client.quotes.ListQuotes(request, timeout=60)
                self.assertEqual(len(page.quotes), 7)
                got += [quote.name for quote in page.quotes]
                revisions.append(page.archive_revision)
                request.page_token = page.next_page_token
            self.assertEqual(got, before[:len(got)])

            # One newer, one older, one whose name sorts in between.
            client.import_file(DATA / "qingxi-2023.txt", "aaa-first")
            client.import_file(DATA / "qingxi-2023.txt", "mmm-between")
            client.import_file(DATA / "liuyuan-2019.txt", "zzz-last")
            after = [quote.name for quote in client.all_quotes(kind=kind, order_by=order)]
            self.assertLess(set(before), set(after))

            strict = quote_service_pb2.ListQuotesRequest()
            strict.CopyFrom(request)
            strict.require_same_revision = True
            with self.assertRaises(grpc.RpcError) as raised:
                client.quotes.ListQuotes(strict, timeout=60)
            reason = details(raised.exception)[1]["ErrorInfo"][0].reason
            # The token is of a request without require_same_revision, if that is part of the
            # request; either way the client learns that it must begin again.
            self.assertIn(reason, {"REVISION_CHANGED", "PAGE_TOKEN_INVALID"})

            while request.page_token:
                page = client.quotes.ListQuotes(request, timeout=60)
                got += [quote.name for quote in page.quotes]
                revisions.append(page.archive_revision)
                request.page_token = page.next_page_token
            self.assertGreater(revisions[-1], revisions[0])
            self.assertEqual(len(got), len(set(got)), "something came twice")
            self.assertLessEqual(set(before), set(got), "something was skipped")
            # What came is in the order of the archive as it is now.
            places = [after.index(name) for name in got]
            self.assertEqual(places, sorted(places))

    def test_reading_order(self):
        self.resume_after_imports(lookup_pb2.LOOKUP_ORDER_READING)

    def test_newest_first(self):
        self.resume_after_imports(lookup_pb2.LOOKUP_ORDER_NEWEST)

    def test_revision_changed(self):
        with TempDir() as folder, Server(folder / "quotes.db") as server, Client(server) as client:
            client.import_file(SAMPLE, SAMPLE_ID)
            request = quote_service_pb2.ListQuotesRequest(parent="reports/-", page_size=7,
                                                          require_same_revision=True)
            request.page_token = client.quotes.ListQuotes(request, timeout=60).next_page_token
            self.assertEqual(len(client.quotes.ListQuotes(request, timeout=60).quotes), 7)
            client.import_file(DATA / "qingxi-2023.txt", "qingxi-2023")
            with self.assertRaises(grpc.RpcError) as raised:
                client.quotes.ListQuotes(request, timeout=60)
            self.assertEqual(raised.exception.code(), grpc.StatusCode.ABORTED)
            self.assertEqual(details(raised.exception)[1]["ErrorInfo"][0].reason,
                             "REVISION_CHANGED")


class ImportTest(unittest.TestCase):
    """Retries."""

    def test_request_id_makes_a_retry_safe(self):
        with TempDir() as folder, Server(folder / "quotes.db") as server, Client(server) as client:
            first = client.import_file(SAMPLE, "one", request_id="retry-1")
            again = client.import_file(SAMPLE, "one", request_id="retry-1")
            self.assertFalse(first.replayed)
            self.assertTrue(again.replayed)
            self.assertEqual(first.report, again.report)
            with self.assertRaises(grpc.RpcError) as raised:
                client.import_file(SAMPLE, "two", request_id="retry-1")
            self.assertEqual(raised.exception.code(), grpc.StatusCode.ALREADY_EXISTS)
            status = client.admin.GetStatus(admin_service_pb2.GetStatusRequest(), timeout=60)
            self.assertEqual((status.report_count, status.revision_count), (1, 1))

    def test_validate_only_writes_nothing(self):
        with TempDir() as folder, Server(folder / "quotes.db") as server, Client(server) as client:
            answer = client.import_file(SAMPLE, SAMPLE_ID, validate_only=True)
            self.assertGreater(answer.report.quote_count, 0)
            self.assertEqual(
                client.reports.ListReports(report_service_pb2.ListReportsRequest(),
                                           timeout=60).total_size, 0)


class WriteTest(unittest.TestCase):
    """What editors change."""

    def test_withdraw_and_restore(self):
        with TempDir() as folder, Server(folder / "quotes.db") as server, Client(server) as client:
            client.import_file(SAMPLE, SAMPLE_ID)
            name = f"reports/{SAMPLE_ID}"
            search = quote_service_pb2.SearchQuotesRequest(query="发展")
            self.assertGreater(client.quotes.SearchQuotes(search, timeout=60).total_size, 0)
            answer = client.reports.DeleteReport(
                report_service_pb2.DeleteReportRequest(name=name), timeout=60)
            self.assertEqual(answer.report.state, report_pb2.Report.STATE_WITHDRAWN)
            self.assertEqual(client.quotes.SearchQuotes(search, timeout=60).total_size, 0)
            with self.assertRaises(grpc.RpcError) as raised:
                client.reports.UndeleteReport(
                    report_service_pb2.UndeleteReportRequest(name=name, etag="old"), timeout=60)
            self.assertEqual(raised.exception.code(), grpc.StatusCode.ABORTED)
            self.assertEqual(details(raised.exception)[1]["ErrorInfo"][0].reason, "ETAG_MISMATCH")
            client.reports.UndeleteReport(
                report_service_pb2.UndeleteReportRequest(name=name, etag=answer.report.etag),
                timeout=60)
            self.assertGreater(client.quotes.SearchQuotes(search, timeout=60).total_size, 0)

    def test_tags(self):
        with TempDir() as folder, Server(folder / "quotes.db") as server, Client(server) as client:
            client.import_file(SAMPLE, SAMPLE_ID)
            lookup = quote_service_pb2.LookupThemeRequest(name="themes/rural", page_size=1)
            name = client.quotes.LookupTheme(lookup, timeout=60).hits[0].quote.name
            tag = quote_service_pb2.TagQuoteRequest(
                name=name, theme="themes/defence", action=quote_pb2.QuoteTag.ACTION_PIN)
            quote = client.quotes.TagQuote(tag, timeout=60).quote
            self.assertEqual([(theme.theme, theme.origin) for theme in quote.themes][0],
                             ("themes/defence", quote_pb2.QuoteTheme.ORIGIN_EDITOR))
            lookup = quote_service_pb2.LookupThemeRequest(name="themes/defence", page_size=200)
            found = client.quotes.LookupTheme(lookup, timeout=60)
            self.assertIn(name, [hit.quote.name for hit in found.hits])
            tag.theme = "themes/none"
            with self.assertRaises(grpc.RpcError) as raised:
                client.quotes.TagQuote(tag, timeout=60)
            self.assertEqual(raised.exception.code(), grpc.StatusCode.NOT_FOUND)

    def test_defects(self):
        with TempDir() as folder, Server(folder / "quotes.db") as server, Client(server) as client:
            client.import_file(SAMPLE, SAMPLE_ID)
            request = report_service_pb2.CreateDefectRequest(
                parent=f"reports/{SAMPLE_ID}", defect_id="mine", occurrence=2)
            request.defect.printed = "发展"
            request.defect.readings.append("展发")
            created = client.reports.CreateDefect(request, timeout=60).defect
            self.assertEqual(created.name, f"reports/{SAMPLE_ID}/defects/mine")
            update = report_service_pb2.UpdateDefectRequest()
            update.defect.name = created.name
            update.defect.note = "见清样"
            update.update_mask.paths.append("note")
            client.reports.UpdateDefect(update, timeout=60)
            read = client.reports.GetDefect(
                report_service_pb2.GetDefectRequest(name=created.name), timeout=60).defect
            self.assertEqual((read.note, list(read.readings)), ("见清样", ["展发"]))
            delete = report_service_pb2.DeleteDefectRequest(name=created.name, etag=read.etag)
            client.reports.DeleteDefect(delete, timeout=60)
            with self.assertRaises(grpc.RpcError) as raised:
                client.reports.DeleteDefect(delete, timeout=60)
            self.assertEqual(raised.exception.code(), grpc.StatusCode.NOT_FOUND)


if __name__ == "__main__":
    unittest.main()
