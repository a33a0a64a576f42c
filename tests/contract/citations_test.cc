// CitationService over TCP: what it answers, field by field, and what it refuses.

#include <gmock/gmock.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "service/base/hash.h"
#include "service/base/limits.h"
#include "service/text/utf8.h"
#include "tests/contract/contract_fixture.h"

namespace quotes::contract {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Service = v1::CitationService::Stub;

const char kVerbatim[] = "2021年预计全区生产总值完成280亿元，年均增长5.5%";

class Citations : public Contract {
 protected:
  v1::VerifyCitationRequest Ask(const std::string& quotation) {
    v1::VerifyCitationRequest request;
    request.set_quotation(quotation);
    return request;
  }
  grpc::Status Send(const v1::VerifyCitationRequest& request, v1::CitationResult* result) {
    v1::VerifyCitationResponse response;
    const grpc::Status status = Call(citations_, &Service::VerifyCitation, request, &response);
    *result = response.result();
    return status;
  }
  v1::CitationResult Verify(const v1::VerifyCitationRequest& request) {
    v1::CitationResult result;
    const grpc::Status status = Send(request, &result);
    EXPECT_TRUE(status.ok()) << Outcome(status) << " " << status.error_message();
    return result;
  }
  v1::CitationResult Verify(const std::string& quotation) { return Verify(Ask(quotation)); }

  std::string Refused(const v1::VerifyCitationRequest& request) {
    v1::CitationResult result;
    return Outcome(Send(request, &result));
  }
  // The text of a range of a revision, in code points.
  std::string TextAt(const std::string& revision, const v1::TextRange& range) {
    return text::ToUtf8(std::u32string_view(Joined(revision))
                            .substr(static_cast<size_t>(range.begin()),
                                    static_cast<size_t>(range.end() - range.begin())));
  }
  std::u32string Joined(const std::string& revision) {
    v1::GetRevisionRequest request;
    request.set_name(revision);
    v1::GetRevisionResponse response;
    EXPECT_TRUE(Call(reports_, &v1::ReportService::Stub::GetRevision, request, &response).ok());
    return text::ToCodePoints(response.revision().text());
  }
};

TEST_F(Citations, AVerbatimQuotation) {
  Start();
  const v1::CitationResult result = Verify(kVerbatim);
  EXPECT_EQ(result.disposition(), v1::DISPOSITION_PASS);
  EXPECT_THAT(result.reasons(), IsEmpty());
  EXPECT_EQ(result.text_verdict(), v1::TEXT_VERDICT_VERBATIM);
  EXPECT_EQ(result.severity(), v1::SEVERITY_UNSPECIFIED);
  EXPECT_EQ(result.cost(), 0);
  EXPECT_THAT(result.edits(), IsEmpty());
  EXPECT_EQ(result.edit_count(), 0);
  EXPECT_EQ(result.attribution(), v1::ATTRIBUTION_NOT_CLAIMED);
  ASSERT_EQ(result.locations_size(), 1);
  EXPECT_EQ(result.location_count(), 1);
  EXPECT_EQ(result.report_count(), 1);
  const v1::CitationLocation& location = result.locations(0);
  EXPECT_EQ(location.report(), "reports/sample");
  EXPECT_EQ(location.revision(), "reports/sample/revisions/1");
  EXPECT_EQ(location.state(), v1::SOURCE_STATE_LATEST);
  EXPECT_EQ(location.verdict(), v1::TEXT_VERDICT_VERBATIM);
  EXPECT_EQ(location.text(), kVerbatim);
  EXPECT_EQ(TextAt(location.revision(), location.source_range()), kVerbatim);
  EXPECT_THAT(location.section(), StartsWith("reports/sample/sections/"));
  EXPECT_THAT(location.section_path(), Not(IsEmpty()));
  EXPECT_THAT(location.breadcrumb(), Not(IsEmpty()));
  EXPECT_EQ(location.block(), v1::BLOCK_KIND_BODY);
  EXPECT_GT(location.paragraph(), 0);
  EXPECT_GT(location.sentence(), 0);
  ASSERT_GT(location.print_places_size(), 0);
  EXPECT_GT(location.print_places(0).line(), 0);
  ASSERT_EQ(location.quotes_size(), 1);
  v1::GetQuoteRequest get;
  get.set_name(location.quotes(0));
  v1::GetQuoteResponse quote;
  ASSERT_TRUE(Call(quotes_, &v1::QuoteService::Stub::GetQuote, get, &quote).ok());
  EXPECT_THAT(quote.quote().text(), HasSubstr(kVerbatim));
  EXPECT_EQ(quote.quote().section(), location.section());
  EXPECT_EQ(result.citation(), quote.quote().citation());
  EXPECT_EQ(result.coverage().report_count(), 1);
  EXPECT_EQ(result.coverage().incomplete_report_count(), 1);
  ASSERT_EQ(result.coverage().incomplete_reports_size(), 1);
  EXPECT_EQ(result.coverage().incomplete_reports(0).report(), "reports/sample");
  EXPECT_EQ(result.coverage().incomplete_reports(0).jump_target(), "11版");
  EXPECT_EQ(result.stop_reason(), v1::CitationResult::STOP_REASON_UNSPECIFIED);
  EXPECT_EQ(result.archive_revision(), 1);
  EXPECT_THAT(result.engine_version(), Not(IsEmpty()));
  EXPECT_THAT(result.fold_version(), Not(IsEmpty()));
  EXPECT_THAT(result.lexicon_version(), Not(IsEmpty()));
  EXPECT_EQ(result.profile(), "profiles/newspaper");
  EXPECT_THAT(result.profile_version(), StartsWith("newspaper-"));
  EXPECT_EQ(result.quotation_sha256(), Sha256Hex(kVerbatim));
}

TEST_F(Citations, AnAlteredQuotationNamesTheDifference) {
  Start();
  const v1::CitationResult result = Verify("加快发展是第一任务");
  EXPECT_EQ(result.disposition(), v1::DISPOSITION_FAIL);
  ASSERT_GT(result.reasons_size(), 0);
  EXPECT_EQ(result.reasons(0).disposition(), v1::DISPOSITION_FAIL);
  EXPECT_EQ(result.text_verdict(), v1::TEXT_VERDICT_ALTERED);
  EXPECT_GT(result.cost(), 0);
  ASSERT_EQ(result.edits_size(), 1);
  EXPECT_EQ(result.edit_count(), 1);
  const v1::CitationEdit& edit = result.edits(0);
  EXPECT_EQ(edit.kind(), v1::EDIT_KIND_SUBSTITUTION);
  EXPECT_EQ(edit.severity(), result.severity());
  EXPECT_NE(edit.reason(), v1::EDIT_REASON_UNSPECIFIED);
  EXPECT_EQ(edit.quotation_text(), "任");
  EXPECT_EQ(edit.source_text(), "要");
  EXPECT_EQ(edit.quotation_range().begin(), 7);
  EXPECT_EQ(edit.quotation_range().end(), 8);
  EXPECT_EQ(TextAt(result.locations(0).revision(), edit.source_range()), "要");
  EXPECT_EQ(TextAt(result.locations(0).revision(), edit.source_token_range()), edit.source_token());
  EXPECT_EQ(result.repair(), "加快发展是第一要务");
}

TEST_F(Citations, RangesInEveryUnit) {
  Start();
  // The noise in front takes one code point and three bytes; 𠮷 is beyond the basic plane.
  const std::string quotation = "\xE2\x80\x8B加快发展是第一𠮷务";
  const std::u32string quoted = text::ToCodePoints(quotation);
  const v1::CitationResult plain = Verify(quotation);
  ASSERT_EQ(plain.edits_size(), 1);
  EXPECT_EQ(plain.edits(0).quotation_range().begin(), 8);
  EXPECT_EQ(plain.edits(0).quotation_range().end(), 9);
  const std::u32string joined = Joined(plain.locations(0).revision());
  const auto expect = [](const std::u32string& in, text::OffsetUnit unit,
                         const v1::TextRange& code_points, const v1::TextRange& range) {
    const auto offset = [&](int64_t at) {
      return static_cast<int64_t>(text::OffsetInUnit(in, static_cast<size_t>(at), unit));
    };
    EXPECT_EQ(range.begin(), offset(code_points.begin()));
    EXPECT_EQ(range.end(), offset(code_points.end()));
  };
  for (const auto& [encoding, unit] :
       {std::pair(v1::OFFSET_ENCODING_CODE_POINTS, text::OffsetUnit::kCodePoints),
        std::pair(v1::OFFSET_ENCODING_UTF16, text::OffsetUnit::kUtf16),
        std::pair(v1::OFFSET_ENCODING_UTF8_BYTES, text::OffsetUnit::kUtf8Bytes)}) {
    SCOPED_TRACE(v1::OffsetEncoding_Name(encoding));
    v1::VerifyCitationRequest request = Ask(quotation);
    request.set_offset_encoding(encoding);
    const v1::CitationResult result = Verify(request);
    ASSERT_EQ(result.edits_size(), 1);
    const v1::CitationEdit& edit = result.edits(0);
    expect(quoted, unit, plain.edits(0).quotation_range(), edit.quotation_range());
    expect(quoted, unit, plain.edits(0).quotation_token_range(), edit.quotation_token_range());
    expect(joined, unit, plain.edits(0).source_range(), edit.source_range());
    expect(joined, unit, plain.edits(0).source_token_range(), edit.source_token_range());
    expect(joined, unit, plain.locations(0).source_range(), result.locations(0).source_range());
  }
}

TEST_F(Citations, ClaimsAreJudgedFieldByField) {
  Start();
  v1::VerifyCitationRequest request = Ask("我们没有选择、没有退路");
  v1::CitationClaim* claim = request.mutable_claim();
  claim->set_report("reports/sample");
  claim->set_speaker("宋磊");
  claim->mutable_date()->set_month(1);
  claim->mutable_date()->set_day(17);
  v1::CitationResult result = Verify(request);
  EXPECT_EQ(result.attribution(), v1::ATTRIBUTION_CONFIRMED);
  ASSERT_EQ(result.fields_size(), 3);
  for (const v1::ClaimFieldResult& field : result.fields()) {
    EXPECT_EQ(field.verdict(), v1::FIELD_VERDICT_MATCH) << field.field();
    EXPECT_THAT(field.claimed(), Not(IsEmpty()));
  }
  claim->mutable_date()->set_year(2021);
  result = Verify(request);
  EXPECT_EQ(result.disposition(), v1::DISPOSITION_FAIL);
  EXPECT_EQ(result.attribution(), v1::ATTRIBUTION_WRONG_DATE);
  EXPECT_EQ(result.reasons(0).finding(), v1::FINDING_WRONG_DATE);
  ASSERT_EQ(result.fields_size(), 3);
  EXPECT_EQ(result.fields(2).field(), v1::CLAIM_FIELD_DATE);
  EXPECT_EQ(result.fields(2).verdict(), v1::FIELD_VERDICT_MISMATCH);
  EXPECT_THAT(result.fields(2).actual(), HasSubstr("2022"));
}

TEST_F(Citations, AReportThatIsNotHeldIsNoError) {
  Start();
  v1::VerifyCitationRequest request = Ask("打造全国一流的量子计算中心");
  request.mutable_claim()->set_report("reports/unheld");
  v1::CitationResult result = Verify(request);
  EXPECT_EQ(result.disposition(), v1::DISPOSITION_REVIEW);
  EXPECT_EQ(result.text_verdict(), v1::TEXT_VERDICT_UNVERIFIABLE);
  EXPECT_EQ(result.unverifiable_reason(), v1::UNVERIFIABLE_REASON_SOURCE_NOT_HELD);
  request.mutable_claim()->set_report("reports/sample");
  result = Verify(request);
  EXPECT_EQ(result.unverifiable_reason(), v1::UNVERIFIABLE_REASON_SOURCE_INCOMPLETE);
  request.clear_claim();
  result = Verify(request);
  EXPECT_EQ(result.text_verdict(), v1::TEXT_VERDICT_NOT_FOUND);
  EXPECT_EQ(result.disposition(), v1::DISPOSITION_FAIL);
  EXPECT_THAT(result.locations(), IsEmpty());
}

TEST_F(Citations, PartsContextAndFaults) {
  Start();
  v1::CitationResult result = Verify("实施棚改项目12个……在全市率先实现小区物业管理全覆盖");
  EXPECT_EQ(result.text_verdict(), v1::TEXT_VERDICT_ELIDED);
  ASSERT_EQ(result.parts_size(), 2);
  for (const v1::CitationPart& part : result.parts()) {
    EXPECT_EQ(part.verdict(), v1::TEXT_VERDICT_VERBATIM);
    EXPECT_EQ(part.report(), "reports/sample");
  }
  EXPECT_EQ(TextAt(result.parts(0).revision(), result.parts(0).source_range()), "实施棚改项目12个");
  EXPECT_EQ(result.parts(0).quotation_range().end(), 9);

  result = Verify("因为取得一点成绩，就沾沾自喜、裹足不前");
  EXPECT_EQ(result.disposition(), v1::DISPOSITION_FAIL);
  const auto* negation = static_cast<const v1::ContextFlagResult*>(nullptr);
  for (const v1::ContextFlagResult& flag : result.flags()) {
    if (flag.flag() == v1::CONTEXT_FLAG_TRUNCATED_NEGATION) {
      negation = &flag;
    }
  }
  ASSERT_NE(negation, nullptr);
  EXPECT_TRUE(negation->direct());
  EXPECT_EQ(negation->detail(), "绝不能");
  EXPECT_EQ(TextAt(result.locations(0).revision(), negation->source_range()), "绝不能");

  result = Verify("越要快人一步、快马加鞭");
  EXPECT_EQ(result.text_verdict(), v1::TEXT_VERDICT_VERBATIM_EMENDED);
  EXPECT_EQ(result.disposition(), v1::DISPOSITION_REVIEW);
  ASSERT_EQ(result.defects_size(), 1);
  const v1::TouchedDefect& defect = result.defects(0);
  EXPECT_THAT(defect.defect(), StartsWith("reports/sample/defects/"));
  EXPECT_EQ(defect.certainty(), v1::CERTAINTY_PROBABLE);
  EXPECT_EQ(defect.printed(), TextAt(result.locations(0).revision(), defect.source_range()));
  EXPECT_TRUE(defect.has_applied_reading());
  EXPECT_THAT(defect.readings(), Not(IsEmpty()));
}

TEST_F(Citations, LocationsAreCountedAndCapped) {
  Start();
  v1::VerifyCitationRequest request = Ask("累计整顿软弱涣散村、后进村26个");
  EXPECT_EQ(Verify(request).locations_size(), 2);
  request.set_max_locations(1);
  const v1::CitationResult result = Verify(request);
  EXPECT_EQ(result.locations_size(), 1);
  EXPECT_EQ(result.location_count(), 2);
}

TEST_F(Citations, FilterHidesReports) {
  Start();
  Import("other", "别的报告。\n加快发展是第一要务。\n");
  v1::VerifyCitationRequest request = Ask("加快发展是第一要务");
  EXPECT_EQ(Verify(request).report_count(), 2);
  request.mutable_filter()->add_reports("reports/sample");
  const v1::CitationResult result = Verify(request);
  EXPECT_EQ(result.report_count(), 1);
  EXPECT_EQ(result.coverage().report_count(), 1);
  EXPECT_EQ(result.locations(0).report(), "reports/sample");
}

TEST_F(Citations, ProfilesJudge) {
  Options options;
  const auto house = citation::Profiles::Parse(
      "[evening]\nbase = \"newspaper\"\n[evening.findings]\nNUMERAL_RESTATED = \"PASS\"\n",
      "house.toml");
  ASSERT_TRUE(house.ok()) << house.status();
  options.profiles = *house;
  Start(options);
  v1::VerifyCitationRequest request = Ask("2021年预计全区生产总值完成2800000万元，年均增长5.5%");
  const auto judged_by = [&](const std::string& profile) {
    request.set_profile(profile);
    const v1::CitationResult result = Verify(request);
    EXPECT_EQ(result.text_verdict(), v1::TEXT_VERDICT_NUMERAL_RESTATED);
    return result.disposition();
  };
  EXPECT_EQ(judged_by(""), v1::DISPOSITION_REVIEW);
  EXPECT_EQ(judged_by("profiles/newspaper"), v1::DISPOSITION_REVIEW);
  EXPECT_EQ(judged_by("profiles/strict"), v1::DISPOSITION_FAIL);
  EXPECT_EQ(judged_by("profiles/search"), v1::DISPOSITION_PASS);
  EXPECT_EQ(judged_by("profiles/evening"), v1::DISPOSITION_PASS);

  v1::ListProfilesRequest list;
  list.set_page_size(3);
  v1::ListProfilesResponse page;
  ASSERT_TRUE(Call(citations_, &Service::ListProfiles, list, &page).ok());
  ASSERT_EQ(page.profiles_size(), 3);
  EXPECT_EQ(page.profiles(0).name(), "profiles/newspaper");
  EXPECT_TRUE(page.profiles(0).is_default());
  EXPECT_EQ(page.profiles(1).name(), "profiles/strict");
  EXPECT_FALSE(page.profiles(1).is_default());
  EXPECT_EQ(page.profiles(2).name(), "profiles/search");
  for (const v1::Profile& profile : page.profiles()) {
    EXPECT_THAT(profile.version(), Not(IsEmpty()));
    EXPECT_THAT(profile.description(), Not(IsEmpty()));
    EXPECT_EQ(profile.rules_size(), v1::Finding_ARRAYSIZE - 1);
  }
  list.set_page_token(page.next_page_token());
  ASSERT_TRUE(Call(citations_, &Service::ListProfiles, list, &page).ok());
  ASSERT_EQ(page.profiles_size(), 1);
  EXPECT_EQ(page.profiles(0).name(), "profiles/evening");
  EXPECT_THAT(page.next_page_token(), IsEmpty());
  list.set_page_token("x");
  EXPECT_EQ(Outcome(Call(citations_, &Service::ListProfiles, list, &page)),
            "INVALID_ARGUMENT/PAGE_TOKEN_INVALID page_token");
  list.clear_page_token();
  list.set_page_size(-1);
  EXPECT_EQ(Outcome(Call(citations_, &Service::ListProfiles, list, &page)),
            "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE page_size");
}

TEST_F(Citations, RefusesWhatCannotBeJudged) {
  Start();
  const auto refused = [this](auto set) {
    v1::VerifyCitationRequest request = Ask("加快发展是第一要务");
    set(&request);
    return Refused(request);
  };
  EXPECT_EQ(refused([](auto* r) { r->clear_quotation(); }),
            "INVALID_ARGUMENT/FIELD_REQUIRED quotation");
  EXPECT_EQ(refused([](auto* r) { r->set_quotation(std::string(5'001, 'a')); }),
            "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE quotation");
  EXPECT_EQ(refused([](auto* r) { r->set_quotation("加快\x01发展"); }),
            "INVALID_ARGUMENT/FIELD_INVALID quotation");
  EXPECT_EQ(refused([](auto* r) { r->set_text_before(std::string(201, 'a')); }),
            "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE text_before");
  EXPECT_EQ(refused([](auto* r) { r->set_text_after(std::string(201, 'a')); }),
            "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE text_after");
  EXPECT_EQ(refused([](auto* r) { r->mutable_claim()->set_report("sample"); }),
            "INVALID_ARGUMENT/INVALID_NAME claim.report");
  EXPECT_EQ(refused([](auto* r) { r->set_profile("strict"); }),
            "INVALID_ARGUMENT/INVALID_NAME profile");
  EXPECT_EQ(refused([](auto* r) { r->set_profile("profiles/none"); }),
            "NOT_FOUND/PROFILE_NOT_FOUND");
  EXPECT_EQ(refused([](auto* r) { r->set_max_locations(-1); }),
            "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE max_locations");
  EXPECT_EQ(refused([](auto* r) { r->mutable_claim()->set_mode(static_cast<v1::Mode>(99)); }),
            "INVALID_ARGUMENT/FIELD_INVALID claim.mode");
  v1::CitationResult result;
  const WireError control = ErrorOf(Send(Ask("加快\x01发展"), &result));
  EXPECT_EQ(control.metadata.at("position"), "2");
  // Field 1 (quotation) by hand: stubs refuse to send what is not UTF-8.
  const grpc::Status not_utf8 = CallRaw("/quotes.v1.CitationService/VerifyCitation",
                                        std::string("\x0A\x04\xE5\x85\x9A\xFF", 6));
  EXPECT_EQ(Outcome(not_utf8), "INVALID_ARGUMENT/INVALID_UTF8 quotation");
  EXPECT_EQ(ErrorOf(not_utf8).metadata.at("byte_offset"), "3");
}

TEST_F(Citations, BatchesKeepTheirOrder) {
  Start();
  v1::BatchVerifyCitationsRequest request;
  *request.add_requests() = Ask(kVerbatim);
  *request.add_requests() = Ask("");
  *request.add_requests() = Ask("加快发展是第一任务");
  request.add_requests()->set_quotation("加快发展是第一要务");
  request.mutable_requests(3)->set_profile("profiles/none");
  *request.add_requests() = Ask(std::string(5'001, 'a'));
  v1::BatchVerifyCitationsResponse response;
  ASSERT_TRUE(Call(citations_, &Service::BatchVerifyCitations, request, &response).ok());
  ASSERT_EQ(response.items_size(), 5);
  EXPECT_EQ(response.archive_revision(), 1);
  EXPECT_EQ(response.items(0).result().SerializeAsString(), Verify(kVerbatim).SerializeAsString());
  EXPECT_EQ(response.items(2).result().disposition(), v1::DISPOSITION_FAIL);
  const auto reason = [&](int i) {
    google::rpc::ErrorInfo info;
    EXPECT_TRUE(response.items(i).error().details(0).UnpackTo(&info)) << i;
    return info.reason();
  };
  EXPECT_EQ(reason(1), "FIELD_REQUIRED");
  EXPECT_EQ(reason(3), "PROFILE_NOT_FOUND");
  EXPECT_EQ(reason(4), "FIELD_OUT_OF_RANGE");
  EXPECT_EQ(response.items(3).error().code(), static_cast<int>(grpc::StatusCode::NOT_FOUND));
  google::rpc::BadRequest bad;
  ASSERT_TRUE(response.items(4).error().details(1).UnpackTo(&bad));
  EXPECT_EQ(bad.field_violations(0).field(), "requests[4].quotation");

  request.clear_requests();
  EXPECT_EQ(Outcome(Call(citations_, &Service::BatchVerifyCitations, request, &response)),
            "INVALID_ARGUMENT/FIELD_REQUIRED requests");
  for (int i = 0; i < 101; ++i) {
    *request.add_requests() = Ask("党");
  }
  EXPECT_EQ(Outcome(Call(citations_, &Service::BatchVerifyCitations, request, &response)),
            "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE requests");
  request.mutable_requests()->RemoveLast();
  EXPECT_EQ(Outcome(Call(citations_, &Service::BatchVerifyCitations, request, &response)), "OK");
  EXPECT_EQ(response.items_size(), 100);
}

TEST_F(Citations, FaultyBytesOfOneQuotationDoNotSpoilABatch) {
  Start();
  v1::BatchVerifyCitationsRequest request;
  *request.add_requests() = Ask(kVerbatim);
  *request.add_requests() = Ask("BAD");
  *request.add_requests() = Ask("加快发展是第一任务");
  *request.add_requests() = Ask(kVerbatim);
  request.mutable_requests(3)->set_offset_encoding(static_cast<v1::OffsetEncoding>(9));
  std::string bytes = request.SerializeAsString();
  bytes.replace(bytes.find("BAD"), 3, "A\xFF\xFE");
  std::string answer;
  const grpc::Status status =
      CallRaw("/quotes.v1.CitationService/BatchVerifyCitations", bytes, &answer);
  ASSERT_TRUE(status.ok()) << Outcome(status);
  v1::BatchVerifyCitationsResponse response;
  ASSERT_TRUE(response.ParseFromString(answer));
  ASSERT_EQ(response.items_size(), 4);
  EXPECT_EQ(response.items(0).result().SerializeAsString(), Verify(kVerbatim).SerializeAsString());
  EXPECT_EQ(response.items(2).result().disposition(), v1::DISPOSITION_FAIL);
  const auto fault = [&](int i) {
    const google::rpc::Status error = response.items(i).error();
    return Outcome(
        {static_cast<grpc::StatusCode>(error.code()), error.message(), error.SerializeAsString()});
  };
  EXPECT_EQ(fault(1), "INVALID_ARGUMENT/INVALID_UTF8 requests[1].quotation");
  EXPECT_EQ(fault(3), "INVALID_ARGUMENT/FIELD_INVALID requests[3].offset_encoding");
}

TEST_F(Citations, AnswersAreNeverTooLarge) {
  Start(/*sample=*/false);
  // One long sentence in more reports than locations are listed.
  std::string passage;
  for (int i = 0; passage.size() < 9'500; ++i) {
    absl::StrAppend(&passage, "第", i, "项工作取得了新的成效，");
  }
  for (int i = 0; i < 220; ++i) {
    Import(absl::StrCat("r", i), absl::StrCat("第", i, "号报告。\n", passage, "完毕。\n"));
  }
  v1::VerifyCitationRequest request = Ask(passage);
  ASSERT_LE(text::CountCodePoints(passage), limits::kMaxQuoteCodePoints - 10);
  request.set_max_locations(200);
  const v1::CitationResult alone = Verify(request);
  EXPECT_LE(alone.ByteSizeLong(), limits::kMaxAnswerBytes);
  EXPECT_EQ(alone.location_count(), 220);
  EXPECT_EQ(alone.locations_size(), 200);
  v1::BatchVerifyCitationsRequest batch;
  for (int i = 0; i < 20; ++i) {
    *batch.add_requests() = request;
  }
  v1::BatchVerifyCitationsResponse response;
  const grpc::Status status = Call(citations_, &Service::BatchVerifyCitations, batch, &response);
  ASSERT_TRUE(status.ok()) << Outcome(status) << status.error_message();
  EXPECT_LE(response.ByteSizeLong(), limits::kMaxAnswerBytes);
  ASSERT_EQ(response.items_size(), 20);
  for (const auto& item : response.items()) {
    if (item.has_result()) {
      EXPECT_EQ(item.result().disposition(), alone.disposition());
      EXPECT_GE(item.result().locations_size(), 1);
    } else {
      EXPECT_EQ(item.error().code(), static_cast<int>(grpc::StatusCode::RESOURCE_EXHAUSTED));
    }
  }
}

TEST_F(Citations, TheLogHasTheHashAndNotTheWords) {
  std::mutex mutex;
  std::vector<std::string> records;
  Options options;
  options.on_citation = [&](const rpc::CitationRecord& record) {
    const std::lock_guard<std::mutex> lock(mutex);
    records.push_back(absl::StrCat(std::string(record.quotation_sha256), " ",
                                   std::string(record.disposition), " ",
                                   std::string(record.text_verdict)));
  };
  Start(options);
  Verify("加快发展是第一要务");
  Verify("加快发展是第一任务");
  const std::lock_guard<std::mutex> lock(mutex);
  EXPECT_THAT(records, ElementsAre(Sha256Hex("加快发展是第一要务") + " PASS VERBATIM",
                                   Sha256Hex("加快发展是第一任务") + " FAIL ALTERED"));
}

TEST_F(Citations, LongQuotationsAreServedBesideShortOnes) {
  Start();
  // Longer than what is judged where it arrives, random and formulaic.
  std::string long_quotation;
  for (int i = 0; i < 300; ++i) {
    long_quotation += i % 3 == 0 ? "发展是第一要务，" : "甲乙丙丁";
  }
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&, i] {
      for (int k = 0; k < 5; ++k) {
        const v1::CitationResult result = Verify(i % 2 == 0 ? long_quotation : kVerbatim);
        EXPECT_EQ(result.disposition(), i % 2 == 0 ? v1::DISPOSITION_FAIL : v1::DISPOSITION_PASS);
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
}

TEST_F(Citations, SeesEveryImportThatWasAnswered) {
  Start();
  EXPECT_EQ(Verify("全新的一句话在这里").text_verdict(), v1::TEXT_VERDICT_NOT_FOUND);
  Import("new", "全新的一句话在这里。\n");
  const v1::CitationResult result = Verify("全新的一句话在这里");
  EXPECT_EQ(result.text_verdict(), v1::TEXT_VERDICT_VERBATIM);
  EXPECT_EQ(result.archive_revision(), 2);
}

TEST_F(Citations, FindsWhatOnlyTheHistoryHas) {
  Start();
  Import("new", "全新的一句话在这里。另外一句没有改动。\n");
  Import("new", "改过的一段文字在这里。另外一句没有改动。\n");
  const v1::CitationResult old = Verify("全新的一句话在这里");
  EXPECT_EQ(old.text_verdict(), v1::TEXT_VERDICT_VERBATIM);
  EXPECT_EQ(old.disposition(), v1::DISPOSITION_REVIEW);
  ASSERT_EQ(old.locations_size(), 1);
  EXPECT_EQ(old.locations(0).report(), "reports/new");
  EXPECT_EQ(old.locations(0).revision(), "reports/new/revisions/1");
  EXPECT_EQ(old.locations(0).state(), v1::SOURCE_STATE_OLD_REVISION);
  EXPECT_EQ(TextAt(old.locations(0).revision(), old.locations(0).source_range()),
            "全新的一句话在这里");
  // What the latest revision still has is its own.
  EXPECT_EQ(Verify("另外一句没有改动").disposition(), v1::DISPOSITION_PASS);

  v1::DeleteReportRequest request;
  request.set_name("reports/new");
  v1::DeleteReportResponse withdrawn;
  ASSERT_TRUE(Call(reports_, &v1::ReportService::Stub::DeleteReport, request, &withdrawn).ok());
  const v1::CitationResult gone = Verify("改过的一段文字在这里");
  EXPECT_EQ(gone.text_verdict(), v1::TEXT_VERDICT_VERBATIM);
  EXPECT_EQ(gone.disposition(), v1::DISPOSITION_FAIL);
  ASSERT_EQ(gone.locations_size(), 1);
  EXPECT_EQ(gone.locations(0).report(), "reports/new");
  EXPECT_EQ(gone.locations(0).state(), v1::SOURCE_STATE_WITHDRAWN);
}

}  // namespace
}  // namespace quotes::contract
