// Verdicts as people read them, from answers made by hand: every kind of answer, whatever the
// engine finds today.
#include "client/ctl/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

#include "service/text/utf8.h"

namespace quotes::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class VerdictTest : public ::testing::Test {
 protected:
  VerdictTest() {
    environment_.out = &out_;
    environment_.err = &err_;
    environment_.out_is_terminal = true;
    environment_.columns = 80;
    environment_.variable = [](std::string_view) { return std::nullopt; };
  }

  Context MakeContext(Lang lang = Lang::kEnglish, Color color = Color::kNever) {
    Settings settings;
    settings.lang = lang;
    settings.color = color;
    return Context(environment_, settings);
  }

  std::string Format(const std::string& quotation, Lang lang = Lang::kEnglish) {
    return FormatVerdict(MakeContext(lang), result_, quotation);
  }

  v1::CitationLocation* AddLocation(const std::string& text) {
    v1::CitationLocation* location = result_.add_locations();
    location->set_report("reports/r");
    location->set_revision("reports/r/revisions/1");
    location->set_state(v1::SOURCE_STATE_LATEST);
    location->set_text(text);
    location->mutable_source_range()->set_end(static_cast<int64_t>(text::CountCodePoints(text)));
    location->set_paragraph(3);
    location->set_sentence(2);
    location->add_breadcrumb("一、回顾");
    location->add_breadcrumb("（二）经济");
    auto* place = location->add_print_places();
    place->set_line(12);
    place->set_page(2);
    result_.set_location_count(result_.locations_size());
    return location;
  }

  v1::CitationEdit* AddEdit(v1::EditKind kind, int begin, int end, const std::string& yours,
                            const std::string& theirs) {
    v1::CitationEdit* edit = result_.add_edits();
    edit->set_kind(kind);
    edit->mutable_quotation_range()->set_begin(begin);
    edit->mutable_quotation_range()->set_end(begin +
                                             static_cast<int64_t>(text::CountCodePoints(yours)));
    edit->mutable_source_range()->set_begin(begin);
    edit->mutable_source_range()->set_end(end);
    edit->set_quotation_text(yours);
    edit->set_source_text(theirs);
    result_.set_edit_count(result_.edits_size());
    return edit;
  }

  std::ostringstream out_;
  std::ostringstream err_;
  Environment environment_;
  v1::CitationResult result_;
};

TEST_F(VerdictTest, AnAlteredQuotation) {
  result_.set_disposition(v1::DISPOSITION_FAIL);
  result_.set_text_verdict(v1::TEXT_VERDICT_ALTERED);
  result_.set_severity(v1::SEVERITY_CRITICAL);
  auto* reason = result_.add_reasons();
  reason->set_finding(v1::FINDING_ALTERED_CRITICAL);
  reason->set_disposition(v1::DISPOSITION_FAIL);
  AddLocation("加快发展是第一要务");
  v1::CitationEdit* edit = AddEdit(v1::EDIT_KIND_SUBSTITUTION, 7, 8, "任", "要");
  edit->set_quotation_token("任务");
  edit->set_source_token("要务");
  edit->set_severity(v1::SEVERITY_CRITICAL);
  edit->set_reason(v1::EDIT_REASON_SET_PHRASE);
  result_.set_repair("加快发展是第一要务");
  result_.set_citation("宋磊：《报告》");
  EXPECT_EQ(Format("加快发展是第一任务"),
            "FAIL: altered (1 difference, critical)\n"
            "\n"
            "  yours   加快发展是第一任务\n"
            "  source  加快发展是第一要务\n"
            "                        ^^\n"
            "\n"
            "  Reason   a number, name, negation, condition or set phrase is changed (FAIL)\n"
            "  Differs  任务 for 要务 (set phrase, critical)\n"
            "  Place    reports/r  一、回顾 › （二）经济  paragraph 3, sentence 2  page 2,\n"
            "           line 12\n"
            "  Repair   加快发展是第一要务\n"
            "  Cite as  宋磊：《报告》\n");
  EXPECT_EQ(Format("加快发展是第一任务", Lang::kChinese),
            "不可用：有改动（1 处不同、严重）\n"
            "\n"
            "  引文  加快发展是第一任务\n"
            "  原文  加快发展是第一要务\n"
            "                      ^^\n"
            "\n"
            "  理由      数字、名称、否定、条件或固定提法有改动（不可用）\n"
            "  不同      任务 应作 要务（固定提法、严重）\n"
            "  出处      reports/r  一、回顾 › （二）经济  第 3 段第 2 句  第 2 页第 12 行\n"
            "  应作      加快发展是第一要务\n"
            "  引用格式  宋磊：《报告》\n");
}

TEST_F(VerdictTest, EveryKindOfDifference) {
  result_.set_text_verdict(v1::TEXT_VERDICT_ALTERED);
  AddEdit(v1::EDIT_KIND_OMISSION, 0, 1, "", "余")->set_reason(v1::EDIT_REASON_QUALIFIER);
  AddEdit(v1::EDIT_KIND_ADDITION, 0, 0, "约", "")->set_severity(v1::SEVERITY_CRITICAL);
  AddEdit(v1::EDIT_KIND_REORDER, 0, 2, "乙甲", "甲乙")->set_severity(v1::SEVERITY_MAJOR);
  AddEdit(v1::EDIT_KIND_PUNCTUATION, 0, 1, "，", "、");
  AddEdit(v1::EDIT_KIND_PUNCTUATION, 0, 1, "", "、");
  AddEdit(v1::EDIT_KIND_PUNCTUATION, 0, 0, "，", "");
  AddEdit(v1::EDIT_KIND_FORM, 0, 1, "歷", "历")->add_folds(v1::FOLD_SCRIPT);
  AddEdit(v1::EDIT_KIND_FORM, 0, 0, "。", "")->set_reason(v1::EDIT_REASON_FINAL_MARK);
  AddEdit(v1::EDIT_KIND_FORM, 0, 1, "", "。");
  v1::CitationEdit* fault = AddEdit(v1::EDIT_KIND_SUBSTITUTION, 0, 1, "城", "市");
  fault->set_severity(v1::SEVERITY_MINOR);
  fault->set_possible_source_fault(true);
  AddEdit(static_cast<v1::EditKind>(99), 0, 1, "甲", "乙");
  const std::string text = Format("……");
  for (const char* line :
       {"Differs  left out: 余 (qualifier of a figure)\n", "added: 约 (critical)\n",
        "in another order: 乙甲 for 甲乙 (major)\n", "mark: ， for 、\n", "mark left out: 、\n",
        "mark added: ，\n", "form: 歷 for 历 (script)\n", "form: with 。 (final mark)\n",
        "form: without 。\n", "城 for 市 (minor, perhaps a printing fault of the source)\n",
        "… and 1 more\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(VerdictTest, ClaimsContextAndPlaces) {
  result_.set_disposition(v1::DISPOSITION_FAIL);
  result_.set_text_verdict(v1::TEXT_VERDICT_VERBATIM);
  const auto field = [&](v1::ClaimField which, v1::FieldVerdict verdict, const char* claimed,
                         const char* actual) {
    auto* added = result_.add_fields();
    added->set_field(which);
    added->set_verdict(verdict);
    added->set_claimed(claimed);
    added->set_actual(actual);
  };
  field(v1::CLAIM_FIELD_SPEAKER, v1::FIELD_VERDICT_MATCH, "宋磊", "宋磊");
  field(v1::CLAIM_FIELD_DATE, v1::FIELD_VERDICT_MISMATCH, "2021-01-17", "2022-01-17");
  field(v1::CLAIM_FIELD_PAGE, v1::FIELD_VERDICT_MISMATCH, "9", "");
  field(v1::CLAIM_FIELD_ROLE, v1::FIELD_VERDICT_UNKNOWN, "书记", "");
  auto* flag = result_.add_flags();
  flag->set_flag(v1::CONTEXT_FLAG_TRUNCATED_NEGATION);
  flag->set_detail("绝不能");
  result_.add_flags()->set_flag(v1::CONTEXT_FLAG_PARTIAL_SENTENCE);
  auto* touched = result_.add_flags();
  touched->set_flag(v1::CONTEXT_FLAG_TOUCHES_DEFECT);
  touched->set_detail("d7");
  result_.set_mode(v1::MODE_AIM);
  auto* defect = result_.add_defects();
  defect->set_printed("人一步");
  defect->set_certainty(v1::CERTAINTY_PROBABLE);
  defect->add_readings("快人一步");
  defect->add_readings("");
  defect->set_applied_reading(0);
  for (int i = 0; i < 6; ++i) {
    AddLocation("甲");
  }
  result_.mutable_locations(1)->set_state(v1::SOURCE_STATE_OLD_REVISION);
  result_.mutable_locations(2)->set_state(v1::SOURCE_STATE_WITHDRAWN);
  auto* second = result_.mutable_locations(0)->add_print_places();
  second->set_line(1);
  second->set_page(3);
  result_.set_location_count(30);
  result_.mutable_elsewhere()->set_verdict(v1::TEXT_VERDICT_FORM_ONLY);
  result_.mutable_elsewhere()->set_report("reports/x");
  environment_.columns = 200;
  const std::string text = Format("甲");
  EXPECT_THAT(text, StartsWith("FAIL: word for word\n"));
  for (const char* line :
       {"speaker: 宋磊, right\n", "date: 2021-01-17, in truth 2022-01-17\n",
        "page: 9, which is wrong\n", "office: 书记, which cannot be checked\n",
        "a negation before it (绝不能), part of a sentence, a misprint\n", "Mode       aim\n",
        "printed 人一步, probable; should read 快人一步 or (nothing); you have 快人一步\n",
        "page 2, line 12 – page 3, line 1\n", "reports/r/revisions/1 (old revision)",
        "reports/r/revisions/1 (withdrawn)", "26 more\n",
        "Elsewhere  word for word but for the form of characters in reports/x\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(VerdictTest, PartsOfAnElision) {
  result_.set_disposition(v1::DISPOSITION_REVIEW);
  result_.set_text_verdict(v1::TEXT_VERDICT_ELIDED_RISKY);
  result_.set_elision_risk(v1::ELISION_RISK_CUE);
  auto* part = result_.add_parts();
  part->mutable_quotation_range()->set_end(2);
  part->set_verdict(v1::TEXT_VERDICT_VERBATIM);
  part->set_report("reports/r");
  part = result_.add_parts();
  part->mutable_quotation_range()->set_begin(4);
  part->mutable_quotation_range()->set_end(6);
  part->set_verdict(v1::TEXT_VERDICT_NOT_FOUND);
  const std::string text = Format("甲乙……丙丁");
  EXPECT_THAT(text, StartsWith("REVIEW: an omission that may change the meaning (a hedge, limit or "
                               "condition was left out)\n"));
  EXPECT_THAT(text, HasSubstr("Part  甲乙 (word for word in reports/r)\n"));
  EXPECT_THAT(text, HasSubstr("丙丁 (not found)\n"));
}

TEST_F(VerdictTest, WhatIsNotFoundSaysWhatWasSearched) {
  result_.set_disposition(v1::DISPOSITION_REVIEW);
  result_.set_text_verdict(v1::TEXT_VERDICT_UNVERIFIABLE);
  result_.set_unverifiable_reason(v1::UNVERIFIABLE_REASON_SOURCE_INCOMPLETE);
  result_.set_stop_reason(v1::CitationResult::STOP_REASON_WORK_LIMIT);
  auto* incomplete = result_.mutable_coverage()->add_incomplete_reports();
  incomplete->set_report("reports/r");
  incomplete->set_jump_target("11版");
  result_.mutable_coverage()->add_incomplete_reports()->set_report("reports/s");
  result_.mutable_coverage()->set_incomplete_report_count(5);
  EXPECT_THAT(Format("甲"),
              StartsWith("REVIEW: cannot be verified (the claimed report is incomplete)\n"));
  Context context = MakeContext();
  WarnOfVerdict(&context, result_);
  EXPECT_EQ(err_.str(),
            "warning: the check stopped at its work limit; this is what was found by then\n"
            "warning: reports/r is incomplete: it continues on 11版\n"
            "warning: reports/s is incomplete\n"
            "warning: 3 more reports are incomplete\n");
  err_.str("");
  result_.set_text_verdict(v1::TEXT_VERDICT_VERBATIM);
  result_.clear_stop_reason();
  WarnOfVerdict(&context, result_);
  EXPECT_THAT(err_.str(), IsEmpty()) << "found words do not depend on what is missing";
}

TEST_F(VerdictTest, UnknownValuesAreReviewed) {
  result_.set_disposition(static_cast<v1::Disposition>(17));
  result_.set_text_verdict(static_cast<v1::TextVerdict>(99));
  auto* reason = result_.add_reasons();
  reason->set_finding(static_cast<v1::Finding>(99));
  reason->set_disposition(static_cast<v1::Disposition>(17));
  result_.add_flags()->set_flag(static_cast<v1::ContextFlag>(99));
  const std::string text = Format("甲");
  EXPECT_THAT(text, StartsWith("REVIEW: judged in a way that this program does not know\n"));
  EXPECT_THAT(text, HasSubstr("a finding that this program does not know (REVIEW)"));
  EXPECT_THAT(text, HasSubstr("Context  other\n"));
}

TEST_F(VerdictTest, DispositionsAreColoured) {
  const Context context = MakeContext(Lang::kEnglish, Color::kAlways);
  EXPECT_EQ(DispositionText(context, v1::DISPOSITION_PASS), "\x1b[1;32mPASS\x1b[0m");
  EXPECT_EQ(DispositionText(context, v1::DISPOSITION_REVIEW), "\x1b[33mREVIEW\x1b[0m");
  EXPECT_EQ(DispositionText(context, v1::DISPOSITION_FAIL), "\x1b[1;31mFAIL\x1b[0m");
}

TEST_F(VerdictTest, StoredTextDoesNotSteerTheTerminal) {
  result_.set_repair("\x1b[31m红");
  EXPECT_THAT(Format("甲"), Not(HasSubstr("\x1b")));
}

// Every value of the contract has words of its own, in both languages.
TEST(VerdictLabels, AreDistinct) {
  for (const Lang lang : {Lang::kEnglish, Lang::kChinese}) {
    const auto check = [&](auto label, int count, Msg other) {
      std::set<std::string_view> seen = {Raw(lang, other)};
      for (int i = 1; i < count; ++i) {
        EXPECT_TRUE(seen.insert(Raw(lang, label(i))).second) << Raw(lang, label(i));
      }
      EXPECT_EQ(label(count), other);
    };
    check([](int i) { return Label(static_cast<v1::TextVerdict>(i)); }, v1::TextVerdict_ARRAYSIZE,
          Msg::kVerdictOther);
    check([](int i) { return Label(static_cast<v1::Finding>(i)); }, v1::Finding_ARRAYSIZE,
          Msg::kFindingOther);
    check([](int i) { return Label(static_cast<v1::ContextFlag>(i)); }, v1::ContextFlag_ARRAYSIZE,
          Msg::kFlagOther);
    check([](int i) { return Label(static_cast<v1::ClaimField>(i)); }, v1::ClaimField_ARRAYSIZE,
          Msg::kFieldOther);
  }
  EXPECT_EQ(Label(v1::EDIT_REASON_NUMBER), Msg::kReasonNumber);
  EXPECT_EQ(Label(v1::EDIT_REASON_FINAL_MARK), Msg::kReasonFinalMark);
  EXPECT_EQ(Label(v1::EDIT_REASON_MOVED_BLOCK), Msg::kReasonMovedBlock);
  EXPECT_EQ(Label(v1::TEXT_VERDICT_STITCHED), Msg::kVerdictStitched);
  EXPECT_EQ(Label(v1::FINDING_NEGATION_DIRECT), Msg::kFindingNegationDirect);
  EXPECT_EQ(Label(v1::CONTEXT_FLAG_FORMULAIC), Msg::kFlagFormulaic);
}

}  // namespace
}  // namespace quotes::ctl
