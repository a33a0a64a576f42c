#include "service/rpc/citation_convert.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "tests/support/status_matchers.h"

namespace quotes::rpc {
namespace {

using ::quotes::testing::HasReason;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Two characters beyond the basic plane: one code point, two UTF-16 units, four bytes.
constexpr char32_t kRare = U'\U00020BB7';
const std::u32string kJoined = std::u32string(1, kRare) + U"一二三四五六七八九";
const char kQuotation[] = "𠮷甲乙丙丁";

absl::StatusOr<std::u32string_view> Joined(std::string_view report_id, uint64_t revision) {
  EXPECT_EQ(report_id, "r");
  EXPECT_EQ(revision, 2u);
  return kJoined;
}

absl::StatusOr<std::u32string_view> NoText(std::string_view, uint64_t) {
  return errors::StoreBusy();
}

// A result in which nothing is left at its default.
citation::Result Full() {
  citation::Result result;
  result.disposition = citation::Disposition::kReview;
  result.reasons = {{citation::Finding::kTouchesDefect, citation::Disposition::kReview}};
  result.text = citation::TextVerdict::kElidedRisky;
  result.unverifiable = citation::UnverifiableReason::kLanguage;
  result.elision_risk = citation::ElisionRisk::kNegator;
  result.severity = citation::Severity::kMajor;
  result.cost = 0.125;
  citation::Edit edit;
  edit.kind = citation::EditKind::kForm;
  edit.severity = citation::Severity::kMajor;
  edit.reason = citation::EditReason::kMovedBlock;
  edit.quotation = {1, 2};
  edit.source = {3, 5};
  edit.quotation_text = "甲";
  edit.source_text = "三四";
  edit.quotation_token = {1, 3};
  edit.source_token = {2, 5};
  edit.quotation_token_text = "甲乙";
  edit.source_token_text = "二三四";
  edit.folds = text::kFoldScript | text::kFoldAmbiguous;
  edit.defect_id = "d";
  edit.possible_source_fault = true;
  result.edits = {edit};
  result.edit_count = 7;
  result.parts = {{{1, 5}, citation::TextVerdict::kFormOnly, "r", 2, {1, 6}}};
  result.folds = text::kFoldWidth;
  result.attribution = citation::Attribution::kUnknown;
  result.fields = {
      {citation::ClaimField::kPublication, citation::FieldVerdict::kMismatch, "甲报", "乙报"}};
  result.flags = {{citation::ContextFlag::kTruncatedNegation, "绝不能", {1, 4}, true}};
  result.mode = report::Mode::kFormality;
  result.defects = {{"d",
                     report::DefectKind::kScript,
                     report::Certainty::kProbable,
                     {4, 5},
                     "四",
                     {"肆", "〤"},
                     1}};
  citation::Location location;
  location.report_id = "r";
  location.revision = 2;
  location.state = citation::SourceState::kWithdrawn;
  location.verdict = citation::TextVerdict::kFormOnly;
  location.source = {1, 6};
  location.quote_ids = {"q1", "q2"};
  location.section_id = "s";
  location.section_path = "2.1";
  location.breadcrumb = {"一、标题"};
  location.block = report::BlockKind::kCaption;
  location.mode = report::Mode::kTarget;
  location.paragraph = 3;
  location.sentence = 4;
  location.print = {{report::BlockKind::kCaption, 8, 9, {1, 6}}};
  location.text = "一二三四五";
  result.locations = {location};
  result.location_count = 11;
  result.report_count = 5;
  result.elsewhere = {citation::TextVerdict::kSimilar, "r", 2, {6, 8}};
  result.repair = "真";
  result.citation_line = "某：《某》";
  result.coverage = {12, 3, {{"r", "11版", 99}}, 4};
  result.stopped = citation::StopReason::kWorkLimit;
  result.archive_revision = 13;
  result.engine_version = "e";
  result.fold_version = "f";
  result.lexicon_version = "l";
  result.profile_name = "newspaper";
  result.profile_version = "newspaper-1";
  result.quotation_sha256 = "00";
  return result;
}

v1::CitationResult Converted(const citation::Result& result, text::OffsetUnit unit) {
  v1::CitationResult out;
  EXPECT_THAT(SetCitationResult(result, kQuotation, unit, Joined, &out), ::quotes::testing::IsOk());
  return out;
}

std::string Text(const v1::TextRange& range) {
  return absl::StrCat(range.begin(), "-", range.end());
}

// Paths of fields that are absent or empty.
void FindUnset(const google::protobuf::Message& message, const std::string& prefix,
               std::vector<std::string>* unset) {
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> set;
  reflection.ListFields(message, &set);
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* const field = type.field(i);
    const std::string path = prefix + field->name();
    if (std::find(set.begin(), set.end(), field) == set.end()) {
      unset->push_back(path);
    } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      FindUnset(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, 0)
                                     : reflection.GetMessage(message, field),
                path + ".", unset);
    }
  }
}

TEST(SetCitationResult, CarriesEveryField) {
  std::vector<std::string> unset;
  FindUnset(Converted(Full(), text::OffsetUnit::kCodePoints), "", &unset);
  EXPECT_THAT(unset, IsEmpty());
}

TEST(SetCitationResult, KeepsValues) {
  const v1::CitationResult out = Converted(Full(), text::OffsetUnit::kCodePoints);
  EXPECT_EQ(out.disposition(), v1::DISPOSITION_REVIEW);
  EXPECT_EQ(out.reasons(0).finding(), v1::FINDING_TOUCHES_DEFECT);
  EXPECT_EQ(out.reasons(0).disposition(), v1::DISPOSITION_REVIEW);
  EXPECT_EQ(out.text_verdict(), v1::TEXT_VERDICT_ELIDED_RISKY);
  EXPECT_EQ(out.unverifiable_reason(), v1::UNVERIFIABLE_REASON_LANGUAGE);
  EXPECT_EQ(out.elision_risk(), v1::ELISION_RISK_NEGATOR);
  EXPECT_EQ(out.severity(), v1::SEVERITY_MAJOR);
  EXPECT_EQ(out.cost(), 0.125);
  EXPECT_EQ(out.edit_count(), 7);
  EXPECT_EQ(out.edits(0).kind(), v1::EDIT_KIND_FORM);
  EXPECT_EQ(out.edits(0).reason(), v1::EDIT_REASON_MOVED_BLOCK);
  EXPECT_EQ(out.edits(0).quotation_token(), "甲乙");
  EXPECT_EQ(out.edits(0).source_token(), "二三四");
  EXPECT_EQ(out.edits(0).defect(), "reports/r/defects/d");
  EXPECT_THAT(out.edits(0).folds(), ElementsAre(v1::FOLD_SCRIPT, v1::FOLD_AMBIGUOUS));
  EXPECT_THAT(out.folds(), ElementsAre(v1::FOLD_WIDTH));
  EXPECT_EQ(out.parts(0).verdict(), v1::TEXT_VERDICT_FORM_ONLY);
  EXPECT_EQ(out.parts(0).revision(), "reports/r/revisions/2");
  EXPECT_EQ(out.attribution(), v1::ATTRIBUTION_UNKNOWN);
  EXPECT_EQ(out.fields(0).field(), v1::CLAIM_FIELD_PUBLICATION);
  EXPECT_EQ(out.fields(0).verdict(), v1::FIELD_VERDICT_MISMATCH);
  EXPECT_EQ(out.fields(0).claimed(), "甲报");
  EXPECT_EQ(out.fields(0).actual(), "乙报");
  EXPECT_EQ(out.flags(0).flag(), v1::CONTEXT_FLAG_TRUNCATED_NEGATION);
  EXPECT_TRUE(out.flags(0).direct());
  EXPECT_EQ(out.mode(), v1::MODE_FORMALITY);
  EXPECT_EQ(out.defects(0).defect(), "reports/r/defects/d");
  EXPECT_EQ(out.defects(0).kind(), v1::Defect::KIND_SCRIPT);
  EXPECT_EQ(out.defects(0).certainty(), v1::CERTAINTY_PROBABLE);
  EXPECT_EQ(out.defects(0).applied_reading(), 1);
  const v1::CitationLocation& location = out.locations(0);
  EXPECT_EQ(location.report(), "reports/r");
  EXPECT_EQ(location.state(), v1::SOURCE_STATE_WITHDRAWN);
  EXPECT_THAT(location.quotes(), ElementsAre("reports/r/quotes/q1", "reports/r/quotes/q2"));
  EXPECT_EQ(location.section(), "reports/r/sections/s");
  EXPECT_EQ(location.block(), v1::BLOCK_KIND_CAPTION);
  EXPECT_EQ(location.mode(), v1::MODE_TARGET);
  EXPECT_EQ(location.print_places(0).line(), 8);
  EXPECT_EQ(location.print_places(0).page(), 9);
  EXPECT_EQ(out.elsewhere().verdict(), v1::TEXT_VERDICT_SIMILAR);
  EXPECT_EQ(out.coverage().report_count(), 12);
  EXPECT_EQ(out.coverage().incomplete_reports(0).position(), 99);
  EXPECT_EQ(out.coverage().history_revision_count(), 4);
  EXPECT_EQ(out.stop_reason(), v1::CitationResult::STOP_REASON_WORK_LIMIT);
  EXPECT_EQ(out.profile(), "profiles/newspaper");
}

TEST(SetCitationResult, CountsInTheUnitAskedFor) {
  const struct {
    text::OffsetUnit unit;
    const char* quotation;
    const char* source;
    const char* location;
    const char* elsewhere;
  } cases[] = {
      {text::OffsetUnit::kCodePoints, "1-2", "3-5", "1-6", "6-8"},
      {text::OffsetUnit::kUtf16, "2-3", "4-6", "2-7", "7-9"},
      {text::OffsetUnit::kUtf8Bytes, "4-7", "10-16", "4-19", "19-25"},
  };
  for (const auto& c : cases) {
    const v1::CitationResult out = Converted(Full(), c.unit);
    EXPECT_EQ(Text(out.edits(0).quotation_range()), c.quotation);
    EXPECT_EQ(Text(out.edits(0).source_range()), c.source);
    EXPECT_EQ(Text(out.locations(0).source_range()), c.location);
    EXPECT_EQ(Text(out.locations(0).print_places(0).source_range()), c.location);
    EXPECT_EQ(Text(out.parts(0).source_range()), c.location);
    EXPECT_EQ(Text(out.elsewhere().source_range()), c.elsewhere);
  }
}

TEST(SetCitationResult, AsksForTextsOnlyWhereItMust) {
  v1::CitationResult out;
  QUOTES_EXPECT_OK(
      SetCitationResult(Full(), kQuotation, text::OffsetUnit::kCodePoints, NoText, &out));
  EXPECT_THAT(SetCitationResult(Full(), kQuotation, text::OffsetUnit::kUtf16, NoText, &out),
              HasReason(ErrorReason::kStoreBusy));
}

TEST(SetCitationResult, LeavesOutWhatThereIsNot) {
  citation::Result result;
  result.defects = {{}};
  result.edits = {{}};
  result.flags = {{}};
  const v1::CitationResult out = Converted(result, text::OffsetUnit::kUtf16);
  EXPECT_EQ(out.disposition(), v1::DISPOSITION_FAIL);
  EXPECT_EQ(out.text_verdict(), v1::TEXT_VERDICT_NOT_FOUND);
  EXPECT_FALSE(out.has_elsewhere());
  EXPECT_FALSE(out.defects(0).has_applied_reading());
  EXPECT_FALSE(out.defects(0).has_source_range());
  EXPECT_FALSE(out.edits(0).has_source_range());
  EXPECT_TRUE(out.edits(0).has_quotation_range());
  EXPECT_FALSE(out.flags(0).has_source_range());
}

TEST(SetCitationResult, SurvivesRangesBeyondTheText) {
  citation::Result result = Full();
  result.edits[0].quotation = {3, 50};
  result.locations[0].source = {40, 60};
  const v1::CitationResult out = Converted(result, text::OffsetUnit::kUtf16);
  EXPECT_EQ(Text(out.edits(0).quotation_range()), "4-6");
  EXPECT_EQ(Text(out.locations(0).source_range()), "11-11");
}

TEST(FitLocations, KeepsTheFirst) {
  v1::CitationResult result;
  for (int i = 0; i < 50; ++i) {
    result.add_locations()->set_text(std::string(1'000, static_cast<char>('a' + i % 26)));
  }
  result.set_location_count(50);
  v1::CitationResult whole = result;
  FitLocations(whole.ByteSizeLong(), &whole);
  EXPECT_EQ(whole.locations_size(), 50);
  FitLocations(10'500, &result);
  EXPECT_EQ(result.locations_size(), 10);
  EXPECT_LE(result.ByteSizeLong(), 10'500u);
  EXPECT_EQ(result.locations(9).text()[0], 'j');
  FitLocations(10, &result);
  EXPECT_EQ(result.locations_size(), 1);
  EXPECT_EQ(result.location_count(), 50);
}

TEST(SetProfile, HasTheWholeTable) {
  for (const citation::Profile& profile : citation::BuiltInProfiles()) {
    v1::Profile out;
    SetProfile(profile, &out);
    EXPECT_EQ(out.name(), "profiles/" + profile.name);
    EXPECT_EQ(out.version(), profile.version);
    EXPECT_EQ(out.is_default(), profile.name == "newspaper");
    ASSERT_EQ(out.rules_size(), v1::Finding_ARRAYSIZE - 1);
    for (int i = 0; i < out.rules_size(); ++i) {
      const auto finding = static_cast<citation::Finding>(i + 1);
      EXPECT_EQ(v1::Finding_Name(out.rules(i).finding()),
                absl::StrCat("FINDING_", ToAbsl(citation::FindingName(finding))));
      EXPECT_EQ(static_cast<int>(out.rules(i).disposition()), static_cast<int>(profile[finding]));
    }
  }
}

// The contract's numbers are those of the domain: the last enumerators agree, and there are no
// gaps between.
TEST(Enums, AgreeWithTheContract) {
  EXPECT_EQ(v1::TextVerdict_MAX, static_cast<int>(citation::TextVerdict::kTooShort));
  EXPECT_EQ(v1::UnverifiableReason_MAX, static_cast<int>(citation::UnverifiableReason::kLanguage));
  EXPECT_EQ(v1::ElisionRisk_MAX, static_cast<int>(citation::ElisionRisk::kNegator));
  EXPECT_EQ(v1::EditKind_MAX, static_cast<int>(citation::EditKind::kForm));
  EXPECT_EQ(v1::Severity_MAX, static_cast<int>(citation::Severity::kCritical));
  EXPECT_EQ(v1::EditReason_MAX, static_cast<int>(citation::EditReason::kOmissionMark));
  EXPECT_EQ(v1::FieldVerdict_MAX, static_cast<int>(citation::FieldVerdict::kUnknown));
  EXPECT_EQ(v1::ClaimField_MAX, static_cast<int>(citation::ClaimField::kPublication));
  EXPECT_EQ(v1::Attribution_MAX, static_cast<int>(citation::Attribution::kUnknown));
  EXPECT_EQ(v1::ContextFlag_MAX, static_cast<int>(citation::ContextFlag::kWithdrawnReport));
  EXPECT_EQ(v1::Disposition_MAX, static_cast<int>(citation::Disposition::kFail));
  EXPECT_EQ(v1::Finding_MAX, static_cast<int>(citation::kFindingCount));
  EXPECT_EQ(v1::SourceState_MAX, static_cast<int>(citation::SourceState::kWithdrawn));
  for (const google::protobuf::EnumDescriptor* type :
       {v1::TextVerdict_descriptor(), v1::EditReason_descriptor(), v1::ContextFlag_descriptor(),
        v1::Attribution_descriptor(), v1::Finding_descriptor()}) {
    for (int i = 0; i < type->value_count(); ++i) {
      EXPECT_EQ(type->value(i)->number(), i) << type->full_name();
    }
  }
}

}  // namespace
}  // namespace quotes::rpc
