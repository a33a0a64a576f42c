#include "service/rpc/citation_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "service/base/errors.h"
#include "service/themes/scheme.h"
#include "tests/support/status_matchers.h"

namespace quotes::rpc {
namespace {

using ::quotes::testing::HasField;
using ::quotes::testing::HasReason;
using ::testing::AllOf;
using ::testing::ElementsAre;

std::shared_ptr<const archive::Archive> ArchiveWithReport() {
  auto document = std::make_shared<archive::Document>();
  document->report_id = "held";
  document->revision = 4;
  document->content.runs = {{report::BlockKind::kBody, {0, 0}}};
  return archive::MakeScanArchive(1, themes::Scheme::BuiltIn(), {document});
}

class CitationRequest : public ::testing::Test {
 protected:
  CitationRequest() { request_.set_quotation("加快发展是第一要务"); }

  absl::StatusOr<citation::Request> Convert() const {
    return ToCitationRequest(request_, profiles_, *archive_);
  }
  // What is refused, and where.
  void ExpectRefused(ErrorReason reason, const std::string& field) const {
    EXPECT_THAT(Convert(), AllOf(HasReason(reason), HasField(field)));
  }

  const std::shared_ptr<const archive::Archive> archive_ = ArchiveWithReport();
  const citation::Profiles profiles_;
  v1::VerifyCitationRequest request_;
};

TEST_F(CitationRequest, HasDefaults) {
  const auto request = Convert();
  QUOTES_ASSERT_OK(request);
  EXPECT_EQ(request->quotation, "加快发展是第一要务");
  EXPECT_EQ(request->profile->name, "newspaper");
  EXPECT_EQ(request->max_locations, 20u);
  EXPECT_EQ(request->claim.report, std::nullopt);
  EXPECT_EQ(request->claim.publication, std::nullopt);
  EXPECT_EQ(request->claim.mode, std::nullopt);
}

TEST_F(CitationRequest, CarriesEverything) {
  request_.set_text_before("他说，");
  request_.set_text_after("。");
  v1::CitationClaim* claim = request_.mutable_claim();
  claim->set_report("reports/held");
  claim->set_revision("reports/held/revisions/3");
  claim->set_speaker("宋磊");
  claim->set_role("书记");
  claim->mutable_date()->set_month(2);
  claim->mutable_date()->set_day(29);
  claim->set_section("2.1");
  claim->set_page(10);
  claim->mutable_publication()->set_paper("枣庄日报");
  claim->mutable_publication()->set_edition("特刊");
  claim->mutable_publication()->mutable_issue_date()->set_year(2022);
  claim->mutable_publication()->mutable_issue_date()->set_month(1);
  claim->mutable_publication()->mutable_issue_date()->set_day(27);
  claim->set_mode(v1::MODE_REVIEW);
  request_.set_profile("profiles/strict");
  request_.mutable_filter()->add_reports("reports/other");
  request_.mutable_filter()->add_speakers("宋");
  request_.mutable_filter()->add_bodies("委員會");
  request_.set_max_locations(500);
  const auto request = Convert();
  QUOTES_ASSERT_OK(request);
  EXPECT_EQ(request->text_before, "他说，");
  EXPECT_EQ(request->text_after, "。");
  EXPECT_EQ(request->claim.report, "held");
  EXPECT_EQ(request->claim.revision, 3u);
  EXPECT_EQ(request->claim.speaker, "宋磊");
  EXPECT_EQ(request->claim.role, "书记");
  EXPECT_EQ(request->claim.date->year, std::nullopt);
  EXPECT_EQ(request->claim.date->month, 2);
  EXPECT_EQ(request->claim.date->day, 29);
  EXPECT_EQ(request->claim.section, "2.1");
  EXPECT_EQ(request->claim.page, 10u);
  EXPECT_EQ(request->claim.publication->paper, "枣庄日报");
  EXPECT_EQ(request->claim.publication->edition, "特刊");
  EXPECT_EQ(request->claim.publication->issue_date, absl::CivilDay(2022, 1, 27));
  EXPECT_EQ(request->claim.mode, report::Mode::kReview);
  EXPECT_EQ(request->profile->name, "strict");
  EXPECT_THAT(request->filter.reports, ElementsAre("other"));
  EXPECT_THAT(request->filter.speakers, ElementsAre("宋"));
  EXPECT_THAT(request->filter.bodies, ElementsAre("委员会"));
  EXPECT_EQ(request->max_locations, 200u);
}

TEST_F(CitationRequest, NamesClaimTheirReports) {
  v1::CitationClaim* claim = request_.mutable_claim();
  claim->set_revision("reports/held/revisions/latest");
  EXPECT_EQ(Convert()->claim.report, "held");
  EXPECT_EQ(Convert()->claim.revision, 4u);
  claim->set_revision("reports/unheld/revisions/latest");
  EXPECT_EQ(Convert()->claim.report, "unheld");
  EXPECT_EQ(Convert()->claim.revision, std::nullopt);
  claim->set_revision("");
  claim->set_section("reports/held/sections/s1");
  EXPECT_EQ(Convert()->claim.report, "held");
  EXPECT_EQ(Convert()->claim.section, "s1");
  claim->set_report("reports/other");
  ExpectRefused(ErrorReason::kFieldInvalid, "claim.section");
  claim->set_section("");
  claim->set_revision("reports/held/revisions/1");
  ExpectRefused(ErrorReason::kFieldInvalid, "claim.revision");
}

TEST_F(CitationRequest, ClaimsNothingByWhatIsEmpty) {
  request_.mutable_claim()->mutable_publication();
  request_.mutable_claim()->set_page(0);
  const auto request = Convert();
  QUOTES_ASSERT_OK(request);
  EXPECT_EQ(request->claim.publication, std::nullopt);
  EXPECT_EQ(request->claim.page, std::nullopt);
  EXPECT_EQ(request->claim.speaker, std::nullopt);
}

TEST_F(CitationRequest, RefusesLengths) {
  const auto repeat = [](size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i) {
      text += "字";
    }
    return text;
  };
  request_.set_quotation("");
  ExpectRefused(ErrorReason::kFieldRequired, "quotation");
  request_.set_quotation(repeat(5'000));
  QUOTES_EXPECT_OK(Convert());
  request_.set_quotation(repeat(5'001));
  ExpectRefused(ErrorReason::kFieldOutOfRange, "quotation");
  request_.set_quotation("字");
  request_.set_text_before(repeat(200));
  request_.set_text_after(repeat(200));
  QUOTES_EXPECT_OK(Convert());
  request_.set_text_before(repeat(201));
  ExpectRefused(ErrorReason::kFieldOutOfRange, "text_before");
  request_.set_text_before("");
  request_.set_text_after(repeat(201));
  ExpectRefused(ErrorReason::kFieldOutOfRange, "text_after");
  request_.set_text_after("");
  request_.mutable_claim()->set_speaker(repeat(501));
  ExpectRefused(ErrorReason::kFieldOutOfRange, "claim.speaker");
  request_.mutable_claim()->set_speaker("");
  request_.mutable_claim()->mutable_publication()->set_edition(repeat(501));
  ExpectRefused(ErrorReason::kFieldOutOfRange, "claim.publication.edition");
}

TEST_F(CitationRequest, RefusesControlCharactersButNotLayout) {
  request_.set_quotation("\xEF\xBB\xBF一\t二\r\n三\v\f四\xC2\x85\xE2\x80\xA8\xC2\xAD\xC2\xA0五");
  QUOTES_EXPECT_OK(Convert());
  for (const std::string control :
       {"\x01", "\x08", "\x0E", "\x1B", "\x7F", "\xC2\x80", "\xC2\x9F"}) {
    request_.set_quotation("发展" + control + "是");
    ExpectRefused(ErrorReason::kFieldInvalid, "quotation");
    EXPECT_THAT(GetErrorDetail(Convert().status())->metadata,
                ElementsAre(std::make_pair("position", "2")));
  }
  request_.set_quotation(std::string("发\0展", 7));
  ExpectRefused(ErrorReason::kFieldInvalid, "quotation");
  request_.set_quotation("发展");
  request_.set_text_before("\x02");
  ExpectRefused(ErrorReason::kFieldInvalid, "text_before");
  request_.set_text_before("");
  request_.set_text_after("\x02");
  ExpectRefused(ErrorReason::kFieldInvalid, "text_after");
  request_.set_text_after("");
  request_.mutable_claim()->set_role("书\n记");
  ExpectRefused(ErrorReason::kFieldInvalid, "claim.role");
}

TEST_F(CitationRequest, RefusesMalformedClaims) {
  v1::CitationClaim* claim = request_.mutable_claim();
  claim->set_report("held");
  ExpectRefused(ErrorReason::kInvalidName, "claim.report");
  claim->set_report("reports/not-held");
  QUOTES_EXPECT_OK(Convert());
  claim->set_revision("reports/not-held/revisions/0");
  ExpectRefused(ErrorReason::kInvalidName, "claim.revision");
  claim->clear_revision();
  claim->set_section("reports/not-held/section/x");
  ExpectRefused(ErrorReason::kInvalidName, "claim.section");
  claim->clear_section();
  claim->mutable_date()->set_month(2);
  ExpectRefused(ErrorReason::kFieldInvalid, "claim.date");
  claim->mutable_date()->set_day(30);
  ExpectRefused(ErrorReason::kFieldInvalid, "claim.date");
  claim->mutable_date()->set_day(29);
  claim->mutable_date()->set_year(2021);
  ExpectRefused(ErrorReason::kFieldInvalid, "claim.date");
  claim->clear_date();
  claim->set_page(-1);
  ExpectRefused(ErrorReason::kFieldOutOfRange, "claim.page");
  claim->clear_page();
  claim->mutable_publication()->mutable_issue_date()->set_year(2022);
  ExpectRefused(ErrorReason::kFieldInvalid, "claim.publication.issue_date");
}

TEST_F(CitationRequest, RefusesTheRest) {
  request_.set_profile("newspaper");
  ExpectRefused(ErrorReason::kInvalidName, "profile");
  request_.set_profile("profiles/evening");
  EXPECT_THAT(Convert(), HasReason(ErrorReason::kProfileNotFound));
  request_.clear_profile();
  request_.set_max_locations(-1);
  ExpectRefused(ErrorReason::kFieldOutOfRange, "max_locations");
  request_.clear_max_locations();
  request_.mutable_filter()->add_reports("x");
  ExpectRefused(ErrorReason::kInvalidName, "filter.reports[0]");
  request_.clear_filter();
  request_.mutable_filter()->add_speakers("——");
  ExpectRefused(ErrorReason::kFieldInvalid, "filter.speakers[0]");
  request_.clear_filter();
  for (int i = 0; i < 101; ++i) {
    request_.mutable_filter()->add_bodies("x");
  }
  ExpectRefused(ErrorReason::kFieldOutOfRange, "filter.bodies");
}

}  // namespace
}  // namespace quotes::rpc
