// ReportService and AdminService: what they answer when all is well.

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/hash.h"
#include "service/text/utf8.h"
#include "tests/contract/contract_fixture.h"

namespace quotes::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using Quotes = v1::QuoteService::Stub;
using Reports = v1::ReportService::Stub;

class ReportCalls : public Contract {
 protected:
  v1::Report Get(const std::string& name) {
    v1::GetReportRequest request;
    request.set_name(name);
    v1::GetReportResponse response;
    const grpc::Status status = Call(reports_, &Reports::GetReport, request, &response);
    EXPECT_TRUE(status.ok()) << Outcome(status);
    return response.report();
  }

  v1::Revision GetRevision(const std::string& name, v1::GetRevisionRequest request = {}) {
    request.set_name(name);
    v1::GetRevisionResponse response;
    const grpc::Status status = Call(reports_, &Reports::GetRevision, request, &response);
    EXPECT_TRUE(status.ok()) << Outcome(status);
    return response.revision();
  }
};

TEST_F(ReportCalls, ImportAnswersWithTheReport) {
  Start(/*sample=*/false);
  v1::ImportReportResponse response;
  ASSERT_TRUE(Call(reports_, &Reports::ImportReport, SampleImport(), &response).ok());
  const v1::Report& report = response.report();
  EXPECT_EQ(report.name(), "reports/sample");
  EXPECT_EQ(report.metadata().speaker(), "宋磊");
  EXPECT_EQ(report.metadata().speech_date().year(), 2022);
  EXPECT_EQ(report.metadata().speech_date().month(), 1);
  EXPECT_EQ(report.metadata().speech_date().day(), 17);
  EXPECT_THAT(report.metadata().title(), Not(IsEmpty()));
  EXPECT_EQ(report.source().file_name(), "zaozhuang-shizhong-2022.txt");
  EXPECT_EQ(report.source().media_type(), "text/plain");
  EXPECT_EQ(report.source().encoding(), "UTF-8");
  EXPECT_EQ(report.source().sha256(), Sha256Hex(testing::SampleReport()));
  EXPECT_EQ(report.source().size_bytes(), static_cast<int64_t>(testing::SampleReport().size()));
  EXPECT_EQ(report.completeness().state(), v1::Completeness::STATE_TRUNCATED);
  EXPECT_EQ(report.completeness().jump_target(), "11版");
  EXPECT_GT(report.completeness().position(), 1'000);
  EXPECT_EQ(report.state(), v1::Report::STATE_ACTIVE);
  EXPECT_EQ(report.latest_revision(), "reports/sample/revisions/1");
  EXPECT_GT(report.section_count(), 20);
  EXPECT_GT(report.quote_count(), 100);
  EXPECT_GT(report.furniture_quote_count(), 3);
  EXPECT_EQ(report.defect_count(), SampleImport().defects_size());
  EXPECT_THAT(report.etag(), Not(IsEmpty()));
  EXPECT_TRUE(report.has_create_time());
  EXPECT_TRUE(report.has_update_time());
  EXPECT_GT(response.lint_size(), 4);
  EXPECT_FALSE(response.unchanged());
  EXPECT_FALSE(response.replayed());
  EXPECT_EQ(response.archive_revision(), 1);
  EXPECT_EQ(Get("reports/sample").SerializeAsString(), report.SerializeAsString());
}

TEST_F(ReportCalls, ImportIsIdempotent) {
  Start();
  v1::ImportReportRequest request = SampleImport();
  v1::ImportReportResponse again;
  ASSERT_TRUE(Call(reports_, &Reports::ImportReport, request, &again).ok());
  EXPECT_TRUE(again.unchanged());
  EXPECT_EQ(again.archive_revision(), 1);

  request.set_request_id("try-1");
  request.mutable_metadata()->set_office("区委书记");
  v1::ImportReportResponse first;
  ASSERT_TRUE(Call(reports_, &Reports::ImportReport, request, &first).ok());
  EXPECT_FALSE(first.unchanged());
  EXPECT_EQ(first.report().latest_revision(), "reports/sample/revisions/2");
  EXPECT_EQ(first.report().metadata().office(), "区委书记");
  v1::ImportReportResponse retried;
  ASSERT_TRUE(Call(reports_, &Reports::ImportReport, request, &retried).ok());
  EXPECT_TRUE(retried.replayed());
  EXPECT_EQ(retried.archive_revision(), first.archive_revision());
  EXPECT_EQ(retried.report().SerializeAsString(), first.report().SerializeAsString());
}

TEST_F(ReportCalls, ValidateOnlyWritesNothing) {
  Start(/*sample=*/false);
  v1::ImportReportRequest request = SampleImport();
  request.set_validate_only(true);
  v1::ImportReportResponse response;
  ASSERT_TRUE(Call(reports_, &Reports::ImportReport, request, &response).ok());
  EXPECT_EQ(response.report().metadata().speaker(), "宋磊");
  EXPECT_GT(response.lint_size(), 4);
  v1::ListReportsResponse list;
  ASSERT_TRUE(Call(reports_, &Reports::ListReports, v1::ListReportsRequest(), &list).ok());
  EXPECT_EQ(list.total_size(), 0);
}

TEST_F(ReportCalls, FileNamesLoseTheirFolders) {
  Start(/*sample=*/false);
  for (const std::string name : {"/a/b/r.txt", "C:\\a\\r.txt", "r.txt"}) {
    v1::ImportReportRequest request = SampleImport();
    request.set_validate_only(true);
    request.mutable_source()->set_file_name(name);
    v1::ImportReportResponse response;
    ASSERT_TRUE(Call(reports_, &Reports::ImportReport, request, &response).ok());
    EXPECT_EQ(response.report().source().file_name(), "r.txt");
  }
}

TEST_F(ReportCalls, UploadIsAnImport) {
  Start(/*sample=*/false);
  const std::string content = testing::SampleReport();
  for (const bool with_hash : {false, true}) {
    v1::UploadReportResponse response;
    grpc::ClientContext context;
    auto writer = reports_->UploadReport(&context, &response);
    v1::UploadReportRequest message;
    auto* header = message.mutable_header();
    header->mutable_import()->set_report_id(with_hash ? "hashed" : "sized");
    header->mutable_import()->set_duplicate_handling(v1::DUPLICATE_HANDLING_SEPARATE);
    if (with_hash) {
      header->set_sha256(Sha256Hex(content));
    } else {
      header->set_size_bytes(static_cast<int64_t>(content.size()));
    }
    ASSERT_TRUE(writer->Write(message));
    for (size_t i = 0; i < content.size(); i += 10'007) {
      message.set_chunk(content.substr(i, 10'007));
      ASSERT_TRUE(writer->Write(message));
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    ASSERT_TRUE(status.ok()) << Outcome(status);
    EXPECT_EQ(response.report().source().sha256(), Sha256Hex(content));
    EXPECT_EQ(response.archive_revision(), with_hash ? 2 : 1);
  }
}

TEST_F(ReportCalls, LargestUploadArrivesWhole) {
  Start(/*sample=*/false);
  // The source limit to the byte, in lines that are allowed; only read, not written.
  std::string line = std::string(60'000, 'a') + "。\n";
  std::string content;
  while (content.size() + line.size() <= (64u << 20)) {
    content += line;
  }
  content.append((64u << 20) - content.size(), 'b');
  v1::UploadReportResponse response;
  grpc::ClientContext context;
  auto writer = reports_->UploadReport(&context, &response);
  v1::UploadReportRequest message;
  message.mutable_header()->set_size_bytes(64 << 20);
  message.mutable_header()->set_sha256(std::string(64, '0'));  // refused after the last byte
  ASSERT_TRUE(writer->Write(message));
  for (size_t i = 0; i < content.size(); i += 1u << 20) {
    message.set_chunk(content.substr(i, 1u << 20));
    ASSERT_TRUE(writer->Write(message));
  }
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  EXPECT_EQ(Outcome(status), "INVALID_ARGUMENT/UPLOAD_INCOMPLETE");
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr("SHA-256"));
}

TEST_F(ReportCalls, ListReportsPagesInOrder) {
  Start(/*sample=*/false);
  for (const int year : {2019, 2021, 2020}) {
    for (const char* id : {"b", "a"}) {
      v1::ImportReportRequest request;
      request.set_report_id(absl::StrCat(id, "-", year));
      request.mutable_source()->set_content(
          absl::StrCat("关于", year, "年工作的报告。我们要努力。"));
      request.mutable_metadata()->mutable_speech_date()->set_year(year);
      request.mutable_metadata()->mutable_speech_date()->set_month(3);
      request.mutable_metadata()->mutable_speech_date()->set_day(5);
      v1::ImportReportResponse response;
      ASSERT_TRUE(Call(reports_, &Reports::ImportReport, request, &response).ok());
    }
  }
  Import("undated", "没有日期的报告。");
  for (const int page_size : {1, 2, 3, 7, 500}) {
    std::vector<std::string> names;
    v1::ListReportsRequest request;
    request.set_page_size(page_size);
    do {
      v1::ListReportsResponse response;
      ASSERT_TRUE(Call(reports_, &Reports::ListReports, request, &response).ok());
      EXPECT_EQ(response.total_size(), 7);
      EXPECT_EQ(response.archive_revision(), 7);
      EXPECT_LE(response.reports_size(), page_size);
      for (const v1::Report& report : response.reports()) {
        names.push_back(report.name());
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    EXPECT_THAT(names,
                ElementsAre("reports/a-2021", "reports/b-2021", "reports/a-2020", "reports/b-2020",
                            "reports/a-2019", "reports/b-2019", "reports/undated"));
  }
}

TEST_F(ReportCalls, RevisionsKeepTheirTexts) {
  Start(/*sample=*/false);
  Import("r", "第一句话。第二句话。");
  Import("r", "第一句话。新的第二句。");
  Import("r", "第一句话。");
  EXPECT_EQ(GetRevision("reports/r/revisions/1").text(), "第一句话。第二句话。");
  EXPECT_EQ(GetRevision("reports/r/revisions/2").text(), "第一句话。新的第二句。");
  const v1::Revision latest = GetRevision("reports/r/revisions/latest");
  EXPECT_EQ(latest.name(), "reports/r/revisions/3");
  EXPECT_EQ(latest.text(), "第一句话。");
  EXPECT_EQ(latest.text_length(), 5);
  EXPECT_THAT(latest.parser_version(), Not(IsEmpty()));
  EXPECT_THAT(latest.fold_version(), Not(IsEmpty()));

  for (const int page_size : {1, 2, 3, 4}) {
    std::vector<std::string> names;
    v1::ListRevisionsRequest request;
    request.set_parent("reports/r");
    request.set_page_size(page_size);
    do {
      v1::ListRevisionsResponse response;
      ASSERT_TRUE(Call(reports_, &Reports::ListRevisions, request, &response).ok());
      for (const v1::Revision& revision : response.revisions()) {
        names.push_back(revision.name());
        EXPECT_TRUE(revision.text().empty());
        EXPECT_FALSE(revision.has_text_range());
        EXPECT_GT(revision.text_length(), 0);
        EXPECT_EQ(revision.source().sha256().size(), 64u);
        EXPECT_TRUE(revision.has_create_time());
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    EXPECT_THAT(names, ElementsAre("reports/r/revisions/3", "reports/r/revisions/2",
                                   "reports/r/revisions/1"));
  }
}

TEST_F(ReportCalls, RevisionsAreCompared) {
  Start(/*sample=*/false);
  v1::ImportReportRequest import;
  import.set_report_id("r");
  import.mutable_source()->set_content("第一句话说发展。第二句话说改革。第三句话说𠀀开放。");
  v1::ImportReportResponse imported;
  ASSERT_TRUE(Call(reports_, &Reports::ImportReport, import, &imported).ok());
  import.mutable_source()->set_content("第一句话说发展。新来的话。第三句话说𠀀开明。");
  import.mutable_metadata()->set_title("题目");
  ASSERT_TRUE(Call(reports_, &Reports::ImportReport, import, &imported).ok());
  const auto diff = [this](const v1::DiffRevisionsRequest& request) {
    v1::DiffRevisionsResponse response;
    const grpc::Status status = Call(reports_, &Reports::DiffRevisions, request, &response);
    EXPECT_TRUE(status.ok()) << Outcome(status);
    return response;
  };
  v1::DiffRevisionsRequest request;
  request.set_name("reports/r/revisions/latest");
  const v1::DiffRevisionsResponse whole = diff(request);
  EXPECT_EQ(whole.base_revision(), "reports/r/revisions/1");
  EXPECT_EQ(whole.revision(), "reports/r/revisions/2");
  EXPECT_EQ(whole.counts().kept_sentences(), 1);
  EXPECT_EQ(whole.counts().changed_sentences(), 1);
  EXPECT_EQ(whole.counts().inserted_sentences(), 1);
  EXPECT_EQ(whole.counts().removed_sentences(), 1);
  EXPECT_EQ(whole.counts().moved_sentences(), 0);
  EXPECT_EQ(whole.counts().metadata_fields(), 1);
  ASSERT_EQ(whole.changes_size(), 4);
  EXPECT_EQ(whole.changes(0).metadata().field(), "title");
  EXPECT_EQ(whole.changes(0).metadata().value(), "题目");
  EXPECT_EQ(whole.changes(1).sentence().kind(), v1::SentenceChange::KIND_REMOVED);
  EXPECT_EQ(whole.changes(1).sentence().base().text(), "第二句话说改革。");
  EXPECT_FALSE(whole.changes(1).sentence().has_revision());
  EXPECT_EQ(whole.changes(2).sentence().kind(), v1::SentenceChange::KIND_INSERTED);
  const v1::SentenceChange& changed = whole.changes(3).sentence();
  EXPECT_EQ(changed.kind(), v1::SentenceChange::KIND_CHANGED);
  EXPECT_FALSE(changed.form_only());
  ASSERT_EQ(changed.edits_size(), 1);
  EXPECT_EQ(changed.edits(0).base_text(), "放");
  EXPECT_EQ(changed.edits(0).revision_text(), "明");
  EXPECT_EQ(changed.edits(0).base_range().begin(), 23);
  EXPECT_EQ(changed.edits(0).revision_range().begin(), 20);

  // The other way round, with all that stayed, in UTF-16.
  request.set_name("reports/r/revisions/1");
  request.set_base_revision("reports/r/revisions/latest");
  request.set_show_kept(true);
  request.set_offset_encoding(v1::OFFSET_ENCODING_UTF16);
  const v1::DiffRevisionsResponse back = diff(request);
  ASSERT_EQ(back.changes_size(), 5);
  EXPECT_EQ(back.changes(1).sentence().kind(), v1::SentenceChange::KIND_KEPT);
  // A sentence that stays keeps its name.
  EXPECT_EQ(back.changes(1).sentence().base().quote(),
            back.changes(1).sentence().revision().quote());
  EXPECT_EQ(back.changes(4).sentence().edits(0).revision_range().begin(), 24);

  // Pages add up, also when "latest" moves on meanwhile.
  request.Clear();
  request.set_name("reports/r/revisions/latest");
  request.set_page_size(1);
  std::string paged;
  do {
    const v1::DiffRevisionsResponse page = diff(request);
    EXPECT_EQ(page.changes_size(), 1);
    EXPECT_EQ(page.revision(), whole.revision());
    EXPECT_EQ(page.counts().SerializeAsString(), whole.counts().SerializeAsString());
    paged += page.changes(0).SerializeAsString();
    request.set_page_token(page.next_page_token());
    Import("r", absl::StrCat("又一版。", paged.size()));
  } while (!request.page_token().empty());
  std::string all;
  for (const v1::RevisionChange& change : whole.changes()) {
    all += change.SerializeAsString();
  }
  EXPECT_EQ(paged, all);
}

TEST_F(ReportCalls, NearDuplicatesAreTakenOnlyWhenAsked) {
  Start();
  v1::ImportReportRequest copy;
  copy.mutable_source()->set_content(testing::SampleReport() + "\n添一句。\n");
  const auto import = [&](const std::string& id, v1::DuplicateHandling handling) {
    copy.set_report_id(id);
    copy.set_duplicate_handling(handling);
    v1::ImportReportResponse response;
    const grpc::Status status = Call(reports_, &Reports::ImportReport, copy, &response);
    EXPECT_TRUE(status.ok()) << Outcome(status);
    return response;
  };
  const v1::ImportReportResponse variant = import("variant", v1::DUPLICATE_HANDLING_VARIANT);
  EXPECT_EQ(variant.duplicate_of(), "reports/sample");
  EXPECT_GT(variant.likeness(), 0.9);
  EXPECT_EQ(variant.report().state(), v1::Report::STATE_WITHDRAWN);
  EXPECT_EQ(Get("reports/variant").state(), v1::Report::STATE_WITHDRAWN);
  EXPECT_EQ(Get("reports/variant").duplicate_of(), "reports/sample");
  EXPECT_EQ(Get("reports/sample").duplicate_of(), "");
  v1::ListReportsRequest list;
  v1::ListReportsResponse reports;
  ASSERT_TRUE(Call(reports_, &Reports::ListReports, list, &reports).ok());
  EXPECT_EQ(reports.total_size(), 1);
  const v1::ImportReportResponse separate = import("separate", v1::DUPLICATE_HANDLING_SEPARATE);
  EXPECT_EQ(separate.report().state(), v1::Report::STATE_ACTIVE);
  EXPECT_EQ(separate.duplicate_of(), "reports/sample");
  // Of account for new reports only; the report itself takes its next text as ever.
  const v1::ImportReportResponse again = import("sample", v1::DUPLICATE_HANDLING_REFUSE);
  EXPECT_EQ(again.report().latest_revision(), "reports/sample/revisions/2");
  EXPECT_EQ(again.duplicate_of(), "");
}

TEST_F(ReportCalls, FindingsCarryTheEntryThatAcceptsThem) {
  Start(/*sample=*/false);
  v1::ImportReportRequest request = SampleImport();
  request.clear_defects();
  v1::ImportReportResponse response;
  ASSERT_TRUE(Call(reports_, &Reports::ImportReport, request, &response).ok());
  int entries = 0;
  for (const v1::LintFinding& finding : response.lint()) {
    // What stands twice should go: its proposal is nothing.
    const bool proposed =
        !finding.proposal().empty() || finding.kind() == v1::LintFinding::KIND_DUPLICATED_PASSAGE;
    EXPECT_EQ(finding.has_defect(), proposed) << finding.ShortDebugString();
    if (finding.has_defect()) {
      ++entries;
      EXPECT_EQ(finding.defect().line(), finding.line());
      *request.add_defects() = finding.defect();
    }
  }
  ASSERT_GT(entries, 0);
  // What is proposed is accepted as it is.
  ASSERT_TRUE(Call(reports_, &Reports::ImportReport, request, &response).ok());
  EXPECT_EQ(response.report().defect_count(), entries);
}

TEST_F(ReportCalls, PartsOfARevision) {
  Start();
  const v1::Revision whole = GetRevision("reports/sample/revisions/latest");
  const std::u32string text = text::ToCodePoints(whole.text());
  EXPECT_EQ(whole.text_length(), static_cast<int64_t>(text.size()));
  EXPECT_EQ(whole.text_range().begin(), 0);
  EXPECT_EQ(whole.text_range().end(), static_cast<int64_t>(text.size()));
  const std::string source = testing::SampleReport();
  for (const v1::PrintSpan& span : whole.print_spans()) {
    const std::string printed =
        source.substr(static_cast<size_t>(span.byte_begin()),
                      static_cast<size_t>(span.byte_end() - span.byte_begin()));
    EXPECT_EQ(printed, text::ToUtf8(text.substr(
                           static_cast<size_t>(span.range().begin()),
                           static_cast<size_t>(span.range().end() - span.range().begin()))));
  }
  EXPECT_EQ(whole.runs(0).kind(), v1::BLOCK_KIND_BODY);

  v1::GetRevisionRequest request;
  request.mutable_range()->set_begin(100);
  request.mutable_range()->set_end(140);
  const v1::Revision part = GetRevision("reports/sample/revisions/1", request);
  EXPECT_EQ(part.text(), text::ToUtf8(text.substr(100, 40)));
  EXPECT_EQ(part.text_length(), whole.text_length());
  EXPECT_EQ(part.runs_size(), 1);
  EXPECT_LT(part.print_spans_size(), whole.print_spans_size());
  for (const v1::PrintSpan& span : part.print_spans()) {
    EXPECT_TRUE(span.range().begin() < 140 && span.range().end() > 100);
  }

  request.set_offset_encoding(v1::OFFSET_ENCODING_UTF8_BYTES);
  const v1::Revision bytes = GetRevision("reports/sample/revisions/1", request);
  EXPECT_EQ(bytes.text_range().begin(),
            static_cast<int64_t>(text::ToUtf8(text.substr(0, 100)).size()));
  EXPECT_EQ(bytes.text_length(), static_cast<int64_t>(whole.text().size()));
  EXPECT_EQ(bytes.text(), part.text()) << "requests count in code points";

  request.mutable_range()->set_begin(INT64_MAX - 1);
  request.mutable_range()->set_end(INT64_MAX);
  EXPECT_EQ(GetRevision("reports/sample/revisions/1", request).text(), "");
}

TEST_F(ReportCalls, OutlineAndDefectsPage) {
  Start();
  const int total = Get("reports/sample").section_count();
  std::vector<std::string> all;
  for (const int page_size : {200, 7, 1}) {
    std::vector<std::string> names;
    std::set<std::string> seen;
    v1::ListSectionsRequest request;
    request.set_parent("reports/sample");
    request.set_page_size(page_size);
    do {
      v1::ListSectionsResponse response;
      ASSERT_TRUE(Call(reports_, &Reports::ListSections, request, &response).ok());
      EXPECT_EQ(response.total_size(), total);
      EXPECT_EQ(response.revision(), "reports/sample/revisions/1");
      for (const v1::Section& section : response.sections()) {
        EXPECT_TRUE(section.parent().empty() || seen.contains(section.parent()));
        EXPECT_LE(section.heading_range().begin(), section.heading_range().end());
        EXPECT_LE(section.range().begin(), section.heading_range().begin());
        EXPECT_GE(section.range().end(), section.heading_range().end());
        names.push_back(section.name());
        seen.insert(section.name());
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(static_cast<int>(names.size()), total);
    EXPECT_TRUE(all.empty() || all == names);
    all = names;
  }
  v1::GetSectionRequest get;
  get.set_name(all.front());
  v1::GetSectionResponse section;
  ASSERT_TRUE(Call(reports_, &Reports::GetSection, get, &section).ok());
  EXPECT_EQ(section.section().name(), all.front());
  EXPECT_EQ(section.section().path(), "1");
  EXPECT_EQ(section.revision(), "reports/sample/revisions/1");

  const std::u32string text = text::ToCodePoints(GetRevision("reports/sample/revisions/1").text());
  int64_t last = 0;
  int defects = 0;
  v1::ListDefectsRequest request;
  request.set_parent("reports/sample");
  request.set_page_size(2);
  do {
    v1::ListDefectsResponse response;
    ASSERT_TRUE(Call(reports_, &Reports::ListDefects, request, &response).ok());
    EXPECT_EQ(response.total_size(), SampleImport().defects_size());
    for (const v1::Defect& defect : response.defects()) {
      ++defects;
      EXPECT_GE(defect.range().begin(), last);
      last = defect.range().begin();
      EXPECT_EQ(text::ToUtf8(text.substr(static_cast<size_t>(last),
                                         static_cast<size_t>(defect.range().end() - last))),
                defect.printed());
      EXPECT_EQ(defect.printed_sha256(), Sha256Hex(defect.printed()));
      EXPECT_GT(defect.readings_size(), 0);
      EXPECT_EQ(defect.revision(), "reports/sample/revisions/1");
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(defects, SampleImport().defects_size());
}

TEST_F(ReportCalls, WithdrawnReportsAreLeftOutAtOnce) {
  Start();
  Import("other", "高质量发展的报告。第二句话。\n");
  const v1::Report before = Get("reports/other");
  v1::ListQuotesRequest quotes;
  quotes.set_parent("reports/other");
  v1::ListQuotesResponse listed;
  ASSERT_TRUE(Call(quotes_, &Quotes::ListQuotes, quotes, &listed).ok());
  ASSERT_EQ(listed.quotes_size(), 2);
  v1::SearchQuotesRequest search;
  search.set_query("高质量发展");
  search.set_return_facets(true);
  v1::SearchQuotesResponse found;
  ASSERT_TRUE(Call(quotes_, &Quotes::SearchQuotes, search, &found).ok());
  const int64_t total = found.total_size();
  EXPECT_EQ(found.coverage().report_count(), 2);

  v1::DeleteReportRequest request;
  request.set_name("reports/other");
  request.set_etag(before.etag());
  v1::DeleteReportResponse withdrawn;
  ASSERT_TRUE(Call(reports_, &Reports::DeleteReport, request, &withdrawn).ok());
  EXPECT_EQ(withdrawn.report().state(), v1::Report::STATE_WITHDRAWN);
  EXPECT_TRUE(withdrawn.report().has_delete_time());
  EXPECT_NE(withdrawn.report().etag(), before.etag());
  EXPECT_FALSE(withdrawn.unchanged());
  EXPECT_EQ(withdrawn.archive_revision(), 3);

  ASSERT_TRUE(Call(quotes_, &Quotes::SearchQuotes, search, &found).ok());
  EXPECT_EQ(found.total_size(), total - 1);
  EXPECT_EQ(found.coverage().report_count(), 1);
  EXPECT_EQ(found.archive_revision(), 3);
  ASSERT_EQ(found.facets().reports_size(), 1);
  EXPECT_EQ(found.facets().reports(0).value(), "reports/sample");
  // Its names resolve.
  EXPECT_EQ(Get("reports/other").SerializeAsString(), withdrawn.report().SerializeAsString());
  v1::GetQuoteRequest get;
  get.set_name(listed.quotes(1).name());
  v1::GetQuoteResponse quote;
  ASSERT_TRUE(Call(quotes_, &Quotes::GetQuote, get, &quote).ok());
  EXPECT_EQ(quote.quote().text(), "第二句话。");
  EXPECT_TRUE(quote.quote().withdrawn());
  EXPECT_FALSE(quote.quote().superseded());
  EXPECT_EQ(GetRevision("reports/other/revisions/latest").text(), "高质量发展的报告。第二句话。");
  v1::BatchGetQuotesRequest batch;
  batch.add_names(listed.quotes(0).name());
  v1::BatchGetQuotesResponse several;
  ASSERT_TRUE(Call(quotes_, &Quotes::BatchGetQuotes, batch, &several).ok());
  EXPECT_TRUE(several.quotes(0).withdrawn());
  ASSERT_TRUE(Call(quotes_, &Quotes::ListQuotes, quotes, &listed).ok());
  EXPECT_EQ(listed.total_size(), 0);

  // Lists show it when asked.
  v1::ListReportsRequest list;
  v1::ListReportsResponse reports;
  ASSERT_TRUE(Call(reports_, &Reports::ListReports, list, &reports).ok());
  EXPECT_EQ(reports.total_size(), 1);
  list.set_show_deleted(true);
  list.set_page_size(1);
  std::vector<std::string> names;
  do {
    ASSERT_TRUE(Call(reports_, &Reports::ListReports, list, &reports).ok());
    EXPECT_EQ(reports.total_size(), 2);
    for (const v1::Report& report : reports.reports()) {
      names.push_back(report.name());
    }
    list.set_page_token(reports.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_THAT(names, ElementsAre("reports/sample", "reports/other"));

  // Asked again, nothing changes; the etag of before is no longer the report's.
  request.clear_etag();
  ASSERT_TRUE(Call(reports_, &Reports::DeleteReport, request, &withdrawn).ok());
  EXPECT_TRUE(withdrawn.unchanged());
  EXPECT_EQ(withdrawn.archive_revision(), 3);
  v1::UndeleteReportRequest undelete;
  undelete.set_name("reports/other");
  undelete.set_etag(before.etag());
  v1::UndeleteReportResponse restored;
  EXPECT_EQ(Outcome(Call(reports_, &Reports::UndeleteReport, undelete, &restored)),
            "ABORTED/ETAG_MISMATCH");

  // A correction is taken in and stays out until the report is restored.
  v1::ImportReportRequest import;
  import.set_report_id("other");
  import.mutable_source()->set_content("高质量发展的报告。更正的第二句话。\n");
  v1::ImportReportResponse imported;
  ASSERT_TRUE(Call(reports_, &Reports::ImportReport, import, &imported).ok());
  EXPECT_EQ(imported.report().state(), v1::Report::STATE_WITHDRAWN);
  EXPECT_EQ(imported.report().latest_revision(), "reports/other/revisions/2");
  ASSERT_TRUE(Call(quotes_, &Quotes::SearchQuotes, search, &found).ok());
  EXPECT_EQ(found.total_size(), total - 1);

  undelete.set_etag(imported.report().etag());
  ASSERT_TRUE(Call(reports_, &Reports::UndeleteReport, undelete, &restored).ok());
  EXPECT_EQ(restored.report().state(), v1::Report::STATE_ACTIVE);
  EXPECT_FALSE(restored.report().has_delete_time());
  EXPECT_FALSE(restored.unchanged());
  EXPECT_EQ(restored.archive_revision(), 5);
  ASSERT_TRUE(Call(quotes_, &Quotes::SearchQuotes, search, &found).ok());
  EXPECT_EQ(found.total_size(), total);
  undelete.clear_etag();
  ASSERT_TRUE(Call(reports_, &Reports::UndeleteReport, undelete, &restored).ok());
  EXPECT_TRUE(restored.unchanged());
  // The quote of the first text is superseded now.
  ASSERT_TRUE(Call(quotes_, &Quotes::GetQuote, get, &quote).ok());
  EXPECT_TRUE(quote.quote().superseded());
  EXPECT_FALSE(quote.quote().withdrawn());
}

TEST_F(ReportCalls, DefectsAreEditedAndKept) {
  Start();
  const v1::Report before = Get("reports/sample");
  const std::u32string text =
      text::ToCodePoints(GetRevision("reports/sample/revisions/latest").text());
  v1::CreateDefectRequest create;
  create.set_parent("reports/sample");
  create.mutable_defect()->set_printed("发展");
  create.mutable_defect()->add_readings("展发");
  create.mutable_defect()->add_readings("");
  create.set_occurrence(3);
  create.set_offset_encoding(v1::OFFSET_ENCODING_UTF8_BYTES);
  v1::CreateDefectResponse created;
  ASSERT_TRUE(Call(reports_, &Reports::CreateDefect, create, &created).ok());
  EXPECT_EQ(created.archive_revision(), 2);
  const v1::Defect& defect = created.defect();
  EXPECT_EQ(defect.kind(), v1::Defect::KIND_OTHER);
  EXPECT_EQ(defect.certainty(), v1::CERTAINTY_POSSIBLE);
  EXPECT_EQ(defect.origin(), v1::Defect::ORIGIN_EDITOR);
  EXPECT_EQ(defect.revision(), "reports/sample/revisions/1");
  EXPECT_EQ(defect.printed_sha256(), Sha256Hex("发展"));
  size_t third = text.find(U"发展");
  third = text.find(U"发展", text.find(U"发展", third + 1) + 1);
  EXPECT_EQ(defect.range().begin(),
            static_cast<int64_t>(text::ToUtf8(text.substr(0, third)).size()));
  const v1::Report after = Get("reports/sample");
  EXPECT_EQ(after.defect_count(), before.defect_count() + 1);
  EXPECT_NE(after.etag(), before.etag());
  EXPECT_EQ(after.latest_revision(), before.latest_revision());

  // By its range, in the unit of the request, it is the same place.
  create.clear_occurrence();
  *create.mutable_defect()->mutable_range() = defect.range();
  EXPECT_EQ(Outcome(Call(reports_, &Reports::CreateDefect, create, &created)),
            "ALREADY_EXISTS/DEFECT_EXISTS");

  v1::GetDefectRequest get;
  get.set_name(defect.name());
  get.set_offset_encoding(v1::OFFSET_ENCODING_UTF8_BYTES);
  v1::GetDefectResponse read;
  ASSERT_TRUE(Call(reports_, &Reports::GetDefect, get, &read).ok());
  EXPECT_EQ(read.defect().SerializeAsString(), defect.SerializeAsString());

  v1::UpdateDefectRequest update;
  update.mutable_defect()->set_name(defect.name());
  update.mutable_defect()->set_etag(defect.etag());
  update.mutable_defect()->set_kind(v1::Defect::KIND_TRANSPOSITION);
  update.mutable_defect()->set_note("不在掩码内");
  update.mutable_update_mask()->add_paths("kind");
  v1::UpdateDefectResponse updated;
  ASSERT_TRUE(Call(reports_, &Reports::UpdateDefect, update, &updated).ok());
  EXPECT_EQ(updated.defect().kind(), v1::Defect::KIND_TRANSPOSITION);
  EXPECT_EQ(updated.defect().note(), "");
  EXPECT_EQ(updated.defect().readings_size(), 2);
  EXPECT_NE(updated.defect().etag(), defect.etag());
  EXPECT_EQ(Outcome(Call(reports_, &Reports::UpdateDefect, update, &updated)),
            "ABORTED/ETAG_MISMATCH");
  update.mutable_defect()->clear_etag();
  update.clear_update_mask();
  update.mutable_defect()->clear_kind();
  ASSERT_TRUE(Call(reports_, &Reports::UpdateDefect, update, &updated).ok());
  EXPECT_EQ(updated.defect().note(), "不在掩码内") << "without a mask what is set";
  EXPECT_EQ(updated.defect().kind(), v1::Defect::KIND_TRANSPOSITION);

  // An entry of the file that an editor deletes stays away; the others and the editor's stay, over
  // the same import and over a new text.
  v1::ListDefectsRequest list;
  list.set_parent("reports/sample");
  list.set_page_size(200);
  v1::ListDefectsResponse listed;
  ASSERT_TRUE(Call(reports_, &Reports::ListDefects, list, &listed).ok());
  v1::DeleteDefectRequest remove;
  for (const v1::Defect& entry : listed.defects()) {
    if (entry.origin() == v1::Defect::ORIGIN_IMPORT) {
      remove.set_name(entry.name());
      remove.set_etag(entry.etag());
    }
  }
  v1::DeleteDefectResponse removed;
  ASSERT_TRUE(Call(reports_, &Reports::DeleteDefect, remove, &removed).ok());
  EXPECT_EQ(Outcome(Call(reports_, &Reports::DeleteDefect, remove, &removed)),
            "NOT_FOUND/DEFECT_NOT_FOUND");
  v1::ImportReportRequest import = SampleImport();
  v1::ImportReportResponse imported;
  ASSERT_TRUE(Call(reports_, &Reports::ImportReport, import, &imported).ok());
  EXPECT_TRUE(imported.unchanged());
  import.mutable_source()->mutable_content()->append("\n又一行。\n");
  ASSERT_TRUE(Call(reports_, &Reports::ImportReport, import, &imported).ok());
  EXPECT_EQ(imported.report().latest_revision(), "reports/sample/revisions/2");
  EXPECT_EQ(imported.report().defect_count(), before.defect_count());
  ASSERT_TRUE(Call(reports_, &Reports::GetDefect, get, &read).ok());
  EXPECT_EQ(read.defect().note(), "不在掩码内");
  EXPECT_EQ(read.defect().revision(), "reports/sample/revisions/2");
  // One whose characters are gone is read from the revision that has it.
  Import("sample", "完全不同的文字。\n");
  ASSERT_TRUE(Call(reports_, &Reports::ListDefects, list, &listed).ok());
  EXPECT_EQ(listed.total_size(), 0);
  ASSERT_TRUE(Call(reports_, &Reports::GetDefect, get, &read).ok());
  EXPECT_EQ(read.defect().revision(), "reports/sample/revisions/2");
}

TEST_F(ReportCalls, ARevisionsTimeIsThatOfItsImport) {
  Start(/*sample=*/false);
  Import("r", "第一句话。");
  const v1::Revision first = GetRevision("reports/r/revisions/1");
  Import("r", "第二句话。");
  v1::DeleteReportRequest request;
  request.set_name("reports/r");
  v1::DeleteReportResponse response;
  ASSERT_TRUE(Call(reports_, &Reports::DeleteReport, request, &response).ok());
  v1::ListRevisionsRequest list;
  list.set_parent("reports/r");
  v1::ListRevisionsResponse revisions;
  ASSERT_TRUE(Call(reports_, &Reports::ListRevisions, list, &revisions).ok());
  for (const v1::Revision& revision : revisions.revisions()) {
    EXPECT_EQ(GetRevision(revision.name()).create_time().SerializeAsString(),
              revision.create_time().SerializeAsString());
  }
  EXPECT_EQ(revisions.revisions(1).create_time().SerializeAsString(),
            first.create_time().SerializeAsString());
}

TEST_F(ReportCalls, SectionsThatVanishedAreStillRead) {
  Start(/*sample=*/false);
  Import("r", "一、第一个标题\n第一句话。\n二、第二个标题\n第二句话。\n");
  v1::ListSectionsRequest list;
  list.set_parent("reports/r");
  v1::ListSectionsResponse sections;
  ASSERT_TRUE(Call(reports_, &Reports::ListSections, list, &sections).ok());
  ASSERT_EQ(sections.sections_size(), 2);
  Import("r", "一、第一个标题\n第一句话。\n");
  v1::GetSectionRequest get;
  get.set_name(sections.sections(1).name());
  v1::GetSectionResponse section;
  const grpc::Status status = Call(reports_, &Reports::GetSection, get, &section);
  ASSERT_TRUE(status.ok()) << Outcome(status);
  EXPECT_EQ(section.section().heading(), "第二个标题");
  EXPECT_EQ(section.revision(), "reports/r/revisions/1");
}

TEST_F(ReportCalls, StatusFillsEveryField) {
  Start();
  v1::GetStatusResponse status;
  ASSERT_TRUE(
      Call(admin_, &v1::AdminService::Stub::GetStatus, v1::GetStatusRequest(), &status).ok());
  EXPECT_EQ(status.version(), server::ProgramVersion());
  EXPECT_GT(status.start_time().seconds(), 1'600'000'000);
  EXPECT_GT(status.uptime().seconds() * 1'000'000'000 + status.uptime().nanos(), 0);
  EXPECT_FALSE(status.read_only());
  EXPECT_THAT(status.storage_engine(), ::testing::StartsWith("sqlite 3."));
  EXPECT_THAT(status.storage_location(), ::testing::HasSubstr("quotes.db"));
  EXPECT_GE(status.schema_version(), 1);
  EXPECT_GT(status.storage_size_bytes(), 10'000);
  EXPECT_EQ(status.archive_revision(), 1);
  EXPECT_EQ(status.report_count(), 1);
  EXPECT_EQ(status.revision_count(), 1);
  const v1::Report report = Get("reports/sample");
  EXPECT_EQ(status.quote_count(), report.quote_count() + report.furniture_quote_count());
  EXPECT_EQ(status.code_point_count(),
            GetRevision("reports/sample/revisions/latest").text_length());
  EXPECT_THAT(status.scheme_version(), Not(IsEmpty()));
  EXPECT_THAT(status.fold_version(), Not(IsEmpty()));
  EXPECT_THAT(status.parser_version(), Not(IsEmpty()));
}

}  // namespace
}  // namespace quotes::contract
