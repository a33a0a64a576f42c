#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/archive/query.h"
#include "service/base/limits.h"
#include "service/library/embargo_clock.h"
#include "service/library/library.h"
#include "service/store/sqlite/store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"
#include "tests/unit/store/document_text.h"

namespace quotes {
namespace {

using ::quotes::testing::DocumentText;
using ::quotes::testing::HasCode;
using ::quotes::testing::HasField;
using ::quotes::testing::HasReason;
using ::quotes::testing::IsOk;
using ::quotes::testing::TempDir;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr absl::Duration kDay = absl::Hours(24);

ImportRequest RequestOf(std::string id, std::string_view sentence,
                        std::optional<absl::Time> available_from = std::nullopt) {
  ImportRequest request;
  request.report_id = std::move(id);
  request.content =
      absl::StrCat("政府工作报告\n一、过去五年工作回顾\n", std::string(sentence), "\n");
  request.file_name = absl::StrCat(request.report_id, ".txt");
  request.available_from = available_from;
  return request;
}

class EmbargoTest : public ::testing::Test {
 protected:
  EmbargoTest() : library_(Load(false)), time_(absl::Now() + kDay) {}

  std::unique_ptr<Library> Load(bool read_only) const {
    auto store = store::sqlite::Open({.path = dir_.path() / "quotes.db", .read_only = read_only});
    EXPECT_THAT(store, IsOk());
    auto library = Library::Create(*std::move(store), themes::Scheme::BuiltIn(),
                                   {.segment_folder = dir_.path() / "segments"});
    EXPECT_THAT(library, IsOk());
    return *std::move(library);
  }
  void Reopen() {
    library_.reset();
    library_ = Load(false);
  }

  ImportResult MustImport(const ImportRequest& request) {
    absl::StatusOr<ImportResult> result = library_->Import(request, Cancellation());
    EXPECT_THAT(result, IsOk());
    return result.ok() ? *std::move(result) : ImportResult();
  }
  absl::Status TryImport(const ImportRequest& request) {
    const absl::Status status = library_->Import(request, Cancellation()).status();
    ImportRequest checked = request;
    checked.validate_only = true;
    EXPECT_EQ(library_->Import(checked, Cancellation()).status(), status) << "as it is checked";
    return status;
  }

  static uint64_t Count(const archive::Archive* archive, std::string_view text) {
    if (archive == nullptr) {
      return 0;
    }
    const auto query = archive::ParseQuery(text);
    EXPECT_THAT(query, IsOk());
    archive::Lookup lookup;
    lookup.query = &*query;
    const auto answer = archive->Find(lookup, Cancellation());
    EXPECT_THAT(answer, IsOk());
    return answer.ok() ? answer->total : 0;
  }
  uint64_t Found(std::string_view text) const { return Count(library_->archive().get(), text); }
  uint64_t FoundInHistory(std::string_view text) const {
    return Count(library_->snapshot()->history->archive(), text);
  }

  // "a", "b": what a library has in each of its three parts.
  static std::vector<std::string> Ids(const std::vector<const archive::PackedDocument*>& list) {
    std::vector<std::string> ids;
    for (const archive::PackedDocument* const document : list) {
      ids.emplace_back(document->report_id());
    }
    return ids;
  }
  std::vector<std::string> Active() const { return Ids(library_->archive()->documents()); }
  std::vector<std::string> Withdrawn() const {
    return Ids(library_->snapshot()->history->withdrawn());
  }
  std::vector<std::string> Hidden() const {
    return Ids(library_->snapshot()->embargoed->documents());
  }

  // A library that starts now sees the same.
  void ExpectFresh() {
    const std::unique_ptr<Library> other = Load(true);
    const auto held = library_->snapshot();
    const auto fresh = other->snapshot();
    EXPECT_EQ(held->archive->revision(), fresh->archive->revision());
    EXPECT_EQ(held->archive->theme_totals(), fresh->archive->theme_totals());
    const auto compare = [](const std::vector<const archive::PackedDocument*>& a,
                            const std::vector<const archive::PackedDocument*>& b) {
      ASSERT_EQ(Ids(a), Ids(b));
      for (size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(DocumentText(archive::Unpack(*a[i]), true),
                  DocumentText(archive::Unpack(*b[i]), true));
        EXPECT_EQ(a[i]->head(), b[i]->head());
      }
    };
    compare(held->archive->documents(), fresh->archive->documents());
    compare(held->history->withdrawn(), fresh->history->withdrawn());
    compare(held->embargoed->documents(), fresh->embargoed->documents());
    EXPECT_EQ(held->history->report_count(), fresh->history->report_count());
    for (const archive::PackedDocument* const document : held->archive->documents()) {
      EXPECT_EQ(held->history->TextIds(document->report_id()),
                fresh->history->TextIds(document->report_id()));
    }
  }

  TempDir dir_;
  std::unique_ptr<Library> library_;
  const absl::Time time_;  // ahead
};

TEST_F(EmbargoTest, WhatIsHeldBackIsNowhere) {
  MustImport(RequestOf("open", "全区建成学校2800所。"));
  const ImportResult held = MustImport(RequestOf("held", "全区建成医院三千座。", time_));
  EXPECT_EQ(held.document->state(), archive::ReportState::kEmbargoed);
  ASSERT_TRUE(held.document->available_from().has_value());
  EXPECT_GE(*held.document->available_from(), time_);
  EXPECT_LT(*held.document->available_from(), time_ + absl::Microseconds(1));
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_THAT(Active(), ElementsAre("open"));
    EXPECT_THAT(Withdrawn(), IsEmpty());
    EXPECT_THAT(Hidden(), ElementsAre("held"));
    EXPECT_EQ(Found("建成学校"), 1u);
    EXPECT_EQ(Found("建成医院"), 0u);
    EXPECT_EQ(FoundInHistory("建成医院"), 0u);
    EXPECT_EQ(library_->archive()->revision(), 2u);
    EXPECT_EQ(library_->store().Status()->reports, 1u);
    EXPECT_EQ(library_->store().Status()->revisions, 1u);
    Reopen();
  }
  ExpectFresh();
}

TEST_F(EmbargoTest, IsReleasedAtItsTimeAndForGood) {
  MustImport(RequestOf("late", "全区建成医院三千座。", time_ + kDay));
  MustImport(RequestOf("soon", "全区建成学校2800所。", time_));
  EXPECT_THAT(*library_->ReleaseDue(time_ - absl::Seconds(1)), IsEmpty());
  EXPECT_THAT(Active(), IsEmpty());
  const auto released = library_->ReleaseDue(time_ + absl::Seconds(1));
  QUOTES_ASSERT_OK(released);
  ASSERT_THAT(*released, SizeIs(1));
  EXPECT_EQ((*released)[0].document->report_id(), "soon");
  EXPECT_EQ((*released)[0].document->state(), archive::ReportState::kActive);
  EXPECT_EQ((*released)[0].document->available_from(), std::nullopt);
  EXPECT_EQ(Found("建成学校"), 1u);
  ExpectFresh();
  // A clock that goes back hides nothing again.
  EXPECT_THAT(*library_->ReleaseDue(time_ - kDay), IsEmpty());
  Reopen();
  EXPECT_THAT(*library_->ReleaseDue(time_ - kDay), IsEmpty());
  EXPECT_THAT(Active(), ElementsAre("soon"));
  EXPECT_THAT(Hidden(), ElementsAre("late"));

  const auto trail = library_->store().ListAudit({}, 0, 10);
  QUOTES_ASSERT_OK(trail);
  ASSERT_THAT(*trail, SizeIs(3));
  EXPECT_EQ((*trail)[0].action, store::AuditAction::kRelease);
  EXPECT_EQ((*trail)[0].actor.caller, "quoted");
  EXPECT_EQ((*trail)[0].report_id, "soon");
  EXPECT_FALSE((*trail)[0].embargoed) << "everybody may be told";
  EXPECT_TRUE((*trail)[1].embargoed);
  EXPECT_TRUE((*trail)[2].embargoed);
}

TEST_F(EmbargoTest, EarlierRevisionsComeIntoTheHistoryWithTheRelease) {
  MustImport(RequestOf("held", "全区建成医院三千座。", time_));
  EXPECT_EQ(MustImport(RequestOf("held", "全区建成医院四千座。")).outcome.revision, 2u);
  EXPECT_EQ(MustImport(RequestOf("held", "全区建成医院五千座。")).outcome.revision, 3u);
  EXPECT_THAT(Hidden(), ElementsAre("held"));
  EXPECT_EQ(FoundInHistory("建成医院"), 0u);
  ASSERT_THAT(*library_->ReleaseDue(time_ + kDay), SizeIs(1));
  EXPECT_EQ(Found("五千座"), 1u);
  EXPECT_EQ(Found("建成医院"), 1u);
  EXPECT_EQ(FoundInHistory("建成医院"), 2u);
  EXPECT_THAT(library_->snapshot()->history->TextIds("held"),
              ElementsAre("held/revisions/2", "held/revisions/1"));
  ExpectFresh();
}

TEST_F(EmbargoTest, WithdrawnWhileItIsHeldBackItIsNotReleased) {
  MustImport(RequestOf("held", "全区建成医院三千座。", time_));
  const auto withdrawn = library_->Withdraw("held", "");
  QUOTES_ASSERT_OK(withdrawn);
  EXPECT_EQ(withdrawn->document->state(), archive::ReportState::kWithdrawn);
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_THAT(Withdrawn(), IsEmpty());
    EXPECT_THAT(Hidden(), ElementsAre("held"));
    EXPECT_EQ(FoundInHistory("建成医院"), 0u);
    EXPECT_THAT(*library_->ReleaseDue(time_ + kDay), IsEmpty());
    EXPECT_THAT(library_->SetEmbargo("held", std::nullopt, ""),
                HasReason(ErrorReason::kReportWithdrawn));
    Reopen();
  }
  const auto restored = library_->Restore("held", "");
  QUOTES_ASSERT_OK(restored);
  EXPECT_EQ(restored->document->state(), archive::ReportState::kEmbargoed);
  EXPECT_TRUE(library_->Restore("held", "")->change.unchanged);
  EXPECT_THAT(Active(), IsEmpty()) << "restoring publishes nothing";
  ExpectFresh();
  ASSERT_THAT(*library_->ReleaseDue(time_ + kDay), SizeIs(1));
  EXPECT_THAT(Active(), ElementsAre("held"));
}

TEST_F(EmbargoTest, AnImportMovesNoTime) {
  const auto is_refused = AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("available_from"));
  EXPECT_THAT(TryImport(RequestOf("held", "甲。", absl::Now() - absl::Seconds(1))), is_refused);
  EXPECT_THAT(
      TryImport(RequestOf("held", "甲。", absl::Now() + kDay * (limits::kMaxEmbargoDays + 1))),
      AllOf(HasReason(ErrorReason::kFieldOutOfRange), HasField("available_from")));
  EXPECT_THAT(Hidden(), IsEmpty());
  EXPECT_THAT(Active(), IsEmpty());
  const ImportResult first = MustImport(RequestOf("held", "甲。", time_));
  EXPECT_TRUE(MustImport(RequestOf("held", "甲。", time_)).outcome.unchanged);
  EXPECT_TRUE(MustImport(RequestOf("held", "甲。")).outcome.unchanged);
  for (const absl::Time other :
       {time_ + absl::Seconds(1), time_ - absl::Seconds(1), absl::Now() - absl::Seconds(1)}) {
    EXPECT_THAT(TryImport(RequestOf("held", "甲。", other)), is_refused);
    EXPECT_THAT(TryImport(RequestOf("held", "乙。", other)), is_refused);
  }
  const ImportResult second = MustImport(RequestOf("held", "乙。"));
  EXPECT_EQ(second.outcome.revision, 2u);
  EXPECT_EQ(second.document->available_from(), first.document->available_from());
  EXPECT_THAT(Hidden(), ElementsAre("held"));

  // What is published stays so.
  MustImport(RequestOf("open", "丙。"));
  EXPECT_THAT(TryImport(RequestOf("open", "丙。", time_)), HasReason(ErrorReason::kNotEmbargoed));
  EXPECT_THAT(TryImport(RequestOf("open", "丁。", time_)), HasReason(ErrorReason::kNotEmbargoed));
  EXPECT_TRUE(
      MustImport(RequestOf("open", "丙。", absl::Now() - absl::Seconds(1))).outcome.unchanged);
}

TEST_F(EmbargoTest, AFileMaySayUntilWhen) {
  ImportRequest request;
  request.report_id = "held";
  request.file_name = "held.md";
  const auto content = [&](std::string_view time) {
    return absl::StrCat("---\ntitle: 政府工作报告\nembargo: ", std::string(time),
                        "\n---\n# 政府工作报告\n\n全区建成医院三千座。\n");
  };
  const std::string ahead =
      absl::FormatTime("%Y-%m-%dT%H:%M+08:00", time_, absl::FixedTimeZone(8 * 3600));
  for (const char* wrong :
       {"2999-01-01", "2999-01-01T09:00", "tomorrow", "2026", "\n  until: 2999-01-01T09:00+08:00",
        "", "~\nembargo_until: 2999-01-01"}) {
    request.content = content(wrong);
    EXPECT_THAT(TryImport(request), HasReason(ErrorReason::kFieldInvalid)) << wrong;
  }
  request.content =
      "---\ntitle: 政府工作报告\nembargo-until: " + ahead + "\n---\n# 政府工作报告\n\n三千座。\n";
  EXPECT_THAT(TryImport(request),
              AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("embargo-until")));
  request.content = content(ahead);
  const ImportResult held = MustImport(request);
  EXPECT_EQ(held.document->state(), archive::ReportState::kEmbargoed);
  EXPECT_EQ(*held.document->available_from(),
            absl::FromUnixSeconds(absl::ToUnixSeconds(time_) / 60 * 60));
  EXPECT_THAT(Active(), IsEmpty());
  // The request goes before it.
  request.report_id = "other";
  request.available_from = time_ + kDay;
  request.duplicate_handling = DuplicateHandling::kSeparate;
  EXPECT_GE(*MustImport(request).document->available_from(), time_ + kDay);
}

TEST_F(EmbargoTest, ATimeIsMovedOrTheReportReleasedByWhoeverSaysSo) {
  const ImportResult held = MustImport(RequestOf("held", "全区建成医院三千座。", time_));
  EXPECT_THAT(library_->SetEmbargo("held", time_ + kDay, "other"),
              HasReason(ErrorReason::kEtagMismatch));
  EXPECT_THAT(library_->SetEmbargo("none", time_, ""), HasReason(ErrorReason::kReportNotFound));
  EXPECT_THAT(library_->SetEmbargo("none", std::nullopt, ""),
              HasReason(ErrorReason::kReportNotFound));
  EXPECT_THAT(library_->SetEmbargo("held", absl::Now() - absl::Seconds(1), ""),
              AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("available_from")));
  EXPECT_TRUE(library_->SetEmbargo("held", time_, "")->change.unchanged);
  const auto later = library_->SetEmbargo("held", time_ + kDay, held.document->etag());
  QUOTES_ASSERT_OK(later);
  EXPECT_FALSE(later->change.unchanged);
  EXPECT_NE(later->document->etag(), held.document->etag());
  EXPECT_THAT(*library_->ReleaseDue(time_ + absl::Seconds(1)), IsEmpty());
  QUOTES_ASSERT_OK(library_->SetEmbargo("held", time_ - absl::Hours(1), ""));
  ExpectFresh();
  EXPECT_THAT(*library_->ReleaseDue(time_ - absl::Hours(2)), IsEmpty());

  const auto released = library_->SetEmbargo("held", std::nullopt, "", {"editor", "", ""});
  QUOTES_ASSERT_OK(released);
  EXPECT_EQ(released->document->state(), archive::ReportState::kActive);
  EXPECT_EQ(Found("建成医院"), 1u);
  EXPECT_TRUE(library_->SetEmbargo("held", std::nullopt, "")->change.unchanged);
  EXPECT_THAT(library_->SetEmbargo("held", time_, ""), HasReason(ErrorReason::kNotEmbargoed));
  ExpectFresh();
  const auto trail = library_->store().ListAudit({}, 0, 1);
  EXPECT_EQ(trail->front().actor.caller, "editor");
  EXPECT_EQ(trail->front().action, store::AuditAction::kRelease);
}

TEST_F(EmbargoTest, ACopyOfAHiddenReportIsToldToTheImporterAlone) {
  ImportRequest hidden;
  hidden.report_id = "held";
  hidden.content = quotes::testing::SampleReport();
  hidden.available_from = time_;
  MustImport(hidden);
  ImportRequest copy = hidden;
  copy.report_id = "copy";
  copy.available_from.reset();
  EXPECT_THAT(TryImport(copy), HasReason(ErrorReason::kDuplicateReport));
  // It would tell what is held back, also one that is withdrawn: citations and editors see that.
  for (const auto handling : {DuplicateHandling::kSeparate, DuplicateHandling::kVariant}) {
    copy.duplicate_handling = handling;
    for (const std::optional<absl::Time> earlier :
         {std::optional<absl::Time>(), std::optional<absl::Time>(time_ - absl::Seconds(1))}) {
      copy.available_from = earlier;
      EXPECT_THAT(TryImport(copy),
                  AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("available_from")));
    }
  }
  EXPECT_EQ(library_->archive()->FindReport("copy"), nullptr);
  // The same under an id that is made of what it says, as of the hidden one.
  ImportRequest named = copy;
  named.report_id.clear();
  ImportRequest hidden_too = named;
  hidden_too.available_from = time_;
  hidden_too.duplicate_handling = DuplicateHandling::kSeparate;
  const std::string named_id(MustImport(hidden_too).document->report_id());
  for (const auto handling : {DuplicateHandling::kSeparate, DuplicateHandling::kVariant}) {
    named.duplicate_handling = handling;
    named.content = absl::StrReplaceAll(quotes::testing::SampleReport(), {{"。", "．"}});
    EXPECT_THAT(TryImport(named),
                AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("available_from")));
  }
  copy.available_from = time_;
  const ImportResult variant = MustImport(copy);
  ASSERT_TRUE(variant.duplicate_of.has_value());
  EXPECT_THAT(variant.duplicate_of->report_id, AnyOf("held", named_id));
  EXPECT_EQ(variant.document->duplicate_of(), "");
  EXPECT_EQ(variant.document->state(), archive::ReportState::kWithdrawn);
  copy.report_id = "beside";
  copy.duplicate_handling = DuplicateHandling::kSeparate;
  EXPECT_EQ(MustImport(copy).document->state(), archive::ReportState::kEmbargoed);
  EXPECT_THAT(Active(), IsEmpty());
  ExpectFresh();
}

TEST_F(EmbargoTest, ACopyOfAHiddenReportIsNoRevisionOfAnother) {
  // Other words below the same head, which the id is made of.
  const std::string head = "在第十次代表大会上的报告\n（2022年1月17日）\n宋磊\n\n";
  const std::string sample = quotes::testing::SampleReport();
  const std::string text = absl::StrCat(head, sample.substr(sample.find("同志们：")));
  ImportRequest shortened;
  shortened.metadata.title = "在第十次代表大会上的报告";
  shortened.metadata.subtitle = "报告";
  shortened.metadata.event = "第十次代表大会";
  shortened.metadata.body = "枣庄市市中区";
  shortened.metadata.date = absl::CivilDay(2022, 1, 17);
  shortened.content = head;
  for (int i = 0; i < 60; ++i) {
    absl::StrAppend(&shortened.content, "第", i, "号公报简短地说了第", i * 7 + 1, "件小事。\n");
  }
  shortened.file_name = "report.txt";
  const std::string open_id(MustImport(shortened).document->report_id());
  ImportRequest hidden;
  hidden.metadata = shortened.metadata;
  hidden.content = text;
  hidden.file_name = "held.txt";
  hidden.available_from = time_;
  hidden.duplicate_handling = DuplicateHandling::kSeparate;
  const std::string held_id(MustImport(hidden).document->report_id());
  EXPECT_EQ(held_id, absl::StrCat(open_id, "-2"));
  MustImport(RequestOf("other", "全区建成学校2800所。"));
  const auto is_refused = AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("available_from"));

  // By its file's name it is the next revision of the open one.
  ImportRequest copy;
  copy.metadata = shortened.metadata;
  copy.content = absl::StrReplaceAll(text, {{"280", "290"}});
  ASSERT_NE(copy.content, text);
  copy.file_name = "report.txt";
  EXPECT_THAT(TryImport(copy), is_refused);
  // Beside the open one, which it does not resemble.
  copy.file_name = "copy.txt";
  for (const auto handling : {DuplicateHandling::kVariant, DuplicateHandling::kSeparate}) {
    copy.duplicate_handling = handling;
    EXPECT_THAT(TryImport(copy), is_refused);
  }
  // Also where something that everybody may read is as like, since it is an excerpt.
  ImportRequest excerpt = RequestOf("excerpt", sample.substr(sample.find("过去的五年"), 3'000));
  excerpt.duplicate_handling = DuplicateHandling::kSeparate;
  excerpt.available_from = time_ + kDay;
  MustImport(excerpt);
  QUOTES_ASSERT_OK(library_->SetEmbargo("excerpt", std::nullopt, ""));
  copy.metadata.title = "另一个题目";
  EXPECT_THAT(TryImport(copy), is_refused);
  copy.metadata = shortened.metadata;
  // And where somebody says which one it is.
  for (const auto handling :
       {DuplicateHandling::kRefuse, DuplicateHandling::kVariant, DuplicateHandling::kSeparate}) {
    copy.duplicate_handling = handling;
    for (const std::string& id : {open_id, std::string("other")}) {
      copy.report_id = id;
      EXPECT_THAT(TryImport(copy), is_refused) << id;
    }
  }
  QUOTES_ASSERT_OK(library_->Withdraw("other", ""));
  EXPECT_THAT(TryImport(copy), is_refused) << "a withdrawn one is read by whoever asks for it";

  // One that is released earlier tells it as well.
  MustImport(RequestOf("soon", "全区建成医院三千座。", time_ - absl::Hours(1)));
  copy.report_id = "soon";
  EXPECT_THAT(TryImport(copy), is_refused);
  // It has its own revisions still, and those that are held back as long have.
  MustImport(RequestOf("late", "全区建成医院四千座。", time_ + kDay));
  copy.duplicate_handling = DuplicateHandling::kRefuse;
  for (const std::string& id : {held_id, std::string("late")}) {
    copy.report_id = id;
    EXPECT_EQ(MustImport(copy).outcome.revision, 2u) << id;
  }
  EXPECT_THAT(Active(), UnorderedElementsAre(open_id, "excerpt"));
  EXPECT_THAT(Hidden(), SizeIs(3));
  ExpectFresh();
}

TEST_F(EmbargoTest, ACopyOfAShortHiddenReportIsKnownByItsName) {
  // Too short to be like anything.
  ImportRequest hidden;
  hidden.metadata.title = "关于建成学校的通报";
  hidden.metadata.body = "甲市政府";
  hidden.metadata.date = absl::CivilDay(2026, 11, 30);
  hidden.content = "关于建成学校的通报\n一、情况\n全区建成学校2800所，棚户区改造完成三千户。\n";
  hidden.file_name = "held.txt";
  hidden.available_from = time_;
  const std::string held_id(MustImport(hidden).document->report_id());
  ImportRequest copy = hidden;
  copy.available_from.reset();
  copy.content = "关于建成学校的通报\n一、情况\n全区建成学校2800所，棚户区改造完成三千户！\n";
  copy.file_name = "copy.txt";
  const auto is_refused = AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("available_from"));
  for (const auto handling : {DuplicateHandling::kVariant, DuplicateHandling::kSeparate}) {
    copy.duplicate_handling = handling;
    copy.report_id.clear();
    EXPECT_THAT(TryImport(copy), is_refused);
    copy.report_id = "other";
    EXPECT_THAT(TryImport(copy), is_refused);
  }
  // Held back as long it is taken, and then it is one that is held back.
  copy.report_id.clear();
  copy.available_from = time_;
  EXPECT_EQ(MustImport(copy).document->report_id(), absl::StrCat(held_id, "-2"));
  copy.available_from.reset();
  copy.content = "关于建成学校的通报\n一、情况\n全区建成学校2800所，棚户区改造完成三千户；\n";
  copy.file_name = "third.txt";
  EXPECT_THAT(TryImport(copy), is_refused);
  // The report itself has its revisions, and others of another name go their way.
  hidden.content = copy.content;
  hidden.available_from.reset();
  EXPECT_EQ(MustImport(hidden).outcome.revision, 2u);
  copy.metadata.title = "关于别的事情的通报";
  copy.content = "关于别的事情的通报\n一、情况\n全区建成医院三座。\n";
  EXPECT_EQ(MustImport(copy).document->state(), archive::ReportState::kActive);
  ExpectFresh();
}

TEST_F(EmbargoTest, ACopyOfAShortHiddenReportIsKnownWhateverItsIdIs) {
  ImportRequest hidden;
  hidden.metadata.title = "关于大桥通车的通报";
  hidden.metadata.body = "乙市政府";
  hidden.metadata.date = absl::CivilDay(2026, 11, 30);
  hidden.content = "关于大桥通车的通报\n大桥今日通车，总投资三十亿元。\n";
  hidden.file_name = "held.txt";
  hidden.report_id = "bridge";
  hidden.available_from = time_;
  MustImport(hidden);
  ImportRequest copy = hidden;
  copy.available_from.reset();
  copy.content = "关于大桥通车的通报\n大桥今日通车，总投资三十亿元！\n";
  copy.file_name = "copy.txt";
  const auto is_refused = AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("available_from"));
  for (const auto handling :
       {DuplicateHandling::kRefuse, DuplicateHandling::kVariant, DuplicateHandling::kSeparate}) {
    copy.duplicate_handling = handling;
    for (const char* const id : {"", "bridge-b"}) {
      copy.report_id = id;
      EXPECT_THAT(TryImport(copy), is_refused) << id;
    }
  }
  // A correction of the title hides neither the old nor the new one.
  ImportRequest wrong = hidden;
  wrong.report_id.clear();
  wrong.metadata.title = "关于大乔通车的通报";
  wrong.metadata.body = "丙市政府";
  wrong.content = "关于大乔通车的通报\n大桥明日通车，总投资四十亿元。\n";
  wrong.file_name = "wrong.txt";
  const std::string id(MustImport(wrong).document->report_id());
  ImportRequest right = wrong;
  right.report_id = id;
  right.metadata.title = "关于大桥通车的通报";
  right.available_from.reset();
  ASSERT_EQ(MustImport(right).outcome.revision, 2u);
  for (const char* const title : {"关于大乔通车的通报", "关于大桥通车的通报"}) {
    copy = wrong;
    copy.available_from.reset();
    copy.metadata.title = title;
    copy.content = "大桥明日通车，总投资四十亿元！\n";
    copy.file_name = "copy2.txt";
    copy.duplicate_handling = DuplicateHandling::kSeparate;
    EXPECT_THAT(TryImport(copy), is_refused) << title;
  }
}

// A report of its own name with these lines.
ImportRequest Titled(std::string_view title, std::string_view lines,
                     std::optional<absl::Time> available_from = std::nullopt) {
  ImportRequest request;
  request.metadata.title = title;
  request.metadata.body = "甲市政府";
  request.metadata.date = absl::CivilDay(2026, 11, 30);
  request.content = absl::StrCat(std::string(title), "\n", std::string(lines));
  request.file_name = absl::StrCat(std::string(title), ".txt");
  request.available_from = available_from;
  return request;
}

std::string Lines(int from, int to) {
  std::string lines;
  for (int i = from; i < to; ++i) {
    absl::StrAppend(&lines, "第", i, "号水库加固工程投入资金", i * 7 + 3, "万元，年底完成验收。\n");
  }
  return lines;
}

TEST_F(EmbargoTest, SentencesOfAHiddenReportAreKnownUnderAnyName) {
  const std::string told = "大桥工程今日全线通车，总投资三十亿元。\n";
  const std::string rest =
      "两岸群众结束了靠轮渡出行的历史，当天有数万名市民从各地赶来步行过桥。\n"
      "全桥长三千二百八十六米双向六车道设计时速一百公里。\n";
  MustImport(Titled("关于大桥通车的通报", absl::StrCat(told, rest), time_));
  MustImport(Titled("水利年报", Lines(0, 400), time_));
  MustImport(Titled("旧闻", "本市昨日举行了一场小型运动会。\n"));
  const std::string old_id(Active().front());
  const auto is_refused = AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("available_from"));
  const auto says = [&](const ImportRequest& request) {
    return std::string(TryImport(request).message());
  };

  // One sentence is much of a short text; marks, width and what stands around it play no part.
  for (const std::string& quoted :
       {told, absl::StrCat("报告指出，“", absl::StrReplaceAll(told, {{"。\n", "”。\n"}})),
        absl::StrReplaceAll(told, {{"，", "；"}})}) {
    ImportRequest copy = Titled("本市新闻", absl::StrCat("本报记者昨日从市里获悉。\n", quoted));
    EXPECT_THAT(TryImport(copy), is_refused) << quoted;
    EXPECT_THAT(says(copy), AllOf(HasSubstr("in line 3"), HasSubstr("UpdateReport releases")));
    copy.metadata.date.reset();
    copy.report_id = "news";
    EXPECT_THAT(TryImport(copy), is_refused) << quoted;
    copy.report_id = old_id;
    EXPECT_THAT(TryImport(copy), is_refused) << "as the next revision";
  }
  // Two are, of a long one: less than a sixteenth.
  std::string long_text;
  for (int i = 0; i < 300; ++i) {
    absl::StrAppend(&long_text, "第", i, "条短讯报道了市民在第", i * 3, "街区的日常生活。\n");
  }
  EXPECT_THAT(TryImport(Titled("合刊", absl::StrCat(long_text, Lines(30, 32)))), is_refused);
  EXPECT_THAT(TryImport(Titled("合刊", absl::StrCat(long_text, Lines(30, 31)))), IsOk())
      << "one may be a formula";
  // Where every sentence of a short text was changed it is known as a whole.
  EXPECT_THAT(
      TryImport(Titled(
          "本市新闻", absl::StrReplaceAll(absl::StrCat(told, rest),
                                          {{"今日", "昨日"}, {"历史", "往事"}, {"公里", "公尺"}}))),
      is_refused);
  // Other texts go their way, and so do those that are held back as long.
  EXPECT_THAT(TryImport(Titled("本市新闻", "大桥工程昨日开工。\n两岸群众都来观看。\n")), IsOk());
  ImportRequest held = Titled("本市新闻续", told, time_);
  const std::string held_id(MustImport(held).document->report_id());
  // What may be read all the same is released by itself.
  QUOTES_ASSERT_OK(library_->SetEmbargo(held_id, std::nullopt, ""));
  EXPECT_EQ(Found("大桥工程今日全线通车"), 1u);
  EXPECT_THAT(TryImport(Titled("本市新闻三", told)), IsOk()) << "which everybody can read now";
  ExpectFresh();
}

TEST_F(EmbargoTest, WhatReportsHaveInCommonIsNoLeak) {
  const std::string formula = "坚持稳中求进工作总基调，完整准确全面贯彻新发展理念。\n";
  MustImport(Titled("去年的通报", absl::StrCat(formula, "这一年全市新建学校二十八所。\n")));
  ImportRequest withdrawn = Titled("前年的通报", "统筹发展和安全，推动经济实现质的有效提升。\n");
  const std::string withdrawn_id(MustImport(withdrawn).document->report_id());
  QUOTES_ASSERT_OK(library_->Withdraw(withdrawn_id, ""));
  // What is held back for a shorter time is public by then.
  const std::string first_id(
      MustImport(Titled("先行的通报", "今年全市将新建医院三十座，其中县级医院二十座。\n",
                        time_ - absl::Hours(2)))
          .document->report_id());
  MustImport(Titled("今年的通报",
                    absl::StrCat(formula,
                                 "统筹发展和安全，推动经济实现质的有效提升。\n"
                                 "今年全市将新建医院三十座，其中县级医院二十座。\n"),
                    time_));
  EXPECT_THAT(
      TryImport(Titled("简讯", absl::StrCat(formula, "统筹发展和安全，推动经济实现质的有效提升。\n",
                                            "昨日市里开了会。\n"))),
      IsOk())
      << "other reports that everybody may ask for have it";
  const std::string known = "今年全市将新建医院三十座，其中县级医院二十座。\n昨日又开了会。\n";
  const auto is_refused = AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("available_from"));
  QUOTES_ASSERT_OK(library_->Withdraw(first_id, ""));
  EXPECT_THAT(TryImport(Titled("简讯二", known, time_ - absl::Hours(1))), is_refused)
      << "what is withdrawn is released by nobody";
  QUOTES_ASSERT_OK(library_->Restore(first_id, ""));
  EXPECT_THAT(TryImport(Titled("简讯二", known, time_ - absl::Hours(3))), is_refused);
  EXPECT_THAT(TryImport(Titled("简讯二", known, time_ - absl::Hours(1))), IsOk());
}

TEST_F(EmbargoTest, WhatWaitsForTheIndexIsPublic) {
  library_.reset();
  auto store = store::sqlite::Open({.path = dir_.path() / "quotes.db", .read_only = false});
  QUOTES_ASSERT_OK(store);
  auto library =
      Library::Create(*std::move(store), themes::Scheme::BuiltIn(),
                      {.segment_folder = dir_.path() / "segments", .index_batch = 1'000'000});
  QUOTES_ASSERT_OK(library);
  library_ = *std::move(library);
  const std::string told = "大桥工程今日全线通车，总投资三十亿元。\n";
  MustImport(Titled("市里的通报", absl::StrCat(told, "其他事项另行通知。\n"), time_));
  const auto is_refused = AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("available_from"));
  EXPECT_THAT(TryImport(Titled("简讯", told)), is_refused);
  QUOTES_ASSERT_OK(library_->SetEmbargo(Hidden().front(), std::nullopt, ""));
  MustImport(Titled("县里的通报", absl::StrCat(told, "县里也出了力。\n")));
  MustImport(Titled("省里的通报", absl::StrCat(told, "省里给了钱。\n"), time_));
  EXPECT_THAT(TryImport(Titled("简讯", told)), IsOk());
}

TEST_F(EmbargoTest, WhatEarlierRevisionsOfAHiddenReportSayIsHiddenToo) {
  ImportRequest hidden =
      Titled("关于大乔通车的通报", "大桥工程今日全线通车，总投资三十亿元。\n", time_);
  hidden.report_id = "bridge";
  MustImport(hidden);
  hidden.metadata.title = "关于大桥通车的通报";
  hidden.content = "关于大桥通车的通报\n两岸群众结束了靠轮渡出行的历史，欢庆三日。\n";
  hidden.available_from.reset();
  ASSERT_EQ(MustImport(hidden).outcome.revision, 2u);
  const auto is_refused = AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("available_from"));
  for (int pass = 0; pass < 2; ++pass) {
    // By its title before the correction and after, whatever it says.
    for (const char* const title : {"关于大乔通车的通报", "关于大桥通车的通报"}) {
      EXPECT_THAT(TryImport(Titled(title, "通车了。\n")), is_refused) << title;
    }
    // By what it said, and says.
    for (const char* const line : {"大桥工程今日全线通车，总投资三十亿元。\n",
                                   "两岸群众结束了靠轮渡出行的历史，欢庆三日。\n"}) {
      EXPECT_THAT(TryImport(Titled("本市新闻", line)), is_refused) << line;
    }
    Reopen();
  }
  QUOTES_ASSERT_OK(library_->Relabel(themes::Scheme::BuiltIn(), Cancellation()));
  EXPECT_THAT(TryImport(Titled("本市新闻", "大桥工程今日全线通车，总投资三十亿元。\n")),
              is_refused);
  ASSERT_THAT(*library_->ReleaseDue(time_ + absl::Seconds(1)), SizeIs(1));
  EXPECT_THAT(TryImport(Titled("本市新闻", "大桥工程今日全线通车，总投资三十亿元。\n")), IsOk());
}

TEST_F(EmbargoTest, AReportThatHadTheTextBeforeIsCorrectedStill) {
  const std::string text = quotes::testing::SampleReport();
  const std::string half = text.substr(0, text.find("\n", text.size() / 2) + 1);
  ImportRequest open;
  open.report_id = "open";
  open.content = half;
  MustImport(open);
  ImportRequest hidden;
  hidden.report_id = "held";
  hidden.content = absl::StrReplaceAll(text, {{"280", "290"}});
  hidden.available_from = time_;
  hidden.duplicate_handling = DuplicateHandling::kSeparate;
  MustImport(hidden);
  open.content = absl::StrReplaceAll(half, {{"280", "270"}});
  EXPECT_EQ(MustImport(open).outcome.revision, 2u);
  const auto is_refused = AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("available_from"));
  // By what is held back alone: its figure, its second half.
  for (const std::string& words : {absl::StrReplaceAll(half, {{"280", "290"}}), text}) {
    open.content = words;
    EXPECT_THAT(TryImport(open), is_refused);
  }
  ASSERT_THAT(*library_->ReleaseDue(time_ + absl::Seconds(1)), SizeIs(1));
  EXPECT_EQ(MustImport(open).outcome.revision, 3u);
  ExpectFresh();
}

TEST_F(EmbargoTest, WhatIsHiddenMayNameWhatIsNot) {
  ImportRequest request;
  request.report_id = "open";
  request.content = quotes::testing::SampleReport();
  MustImport(request);
  request.report_id = "held";
  request.available_from = time_;
  request.duplicate_handling = DuplicateHandling::kSeparate;
  EXPECT_EQ(MustImport(request).document->duplicate_of(), "open");
  ExpectFresh();
}

TEST_F(EmbargoTest, EditsAndRetriesWorkWhileItIsHeldBack) {
  ImportRequest request = RequestOf("held", "全区建成医院三千座。", time_);
  request.request_id = "once";
  const ImportResult first = MustImport(request);
  const ImportResult again = MustImport(request);
  EXPECT_TRUE(again.outcome.replayed);
  EXPECT_EQ(again.document->state(), archive::ReportState::kEmbargoed);
  request.available_from.reset();
  EXPECT_THAT(library_->Import(request, Cancellation()), HasReason(ErrorReason::kRequestIdReused));

  DefectEdit edit;
  edit.printed = "三千";
  edit.readings = {"四千"};
  QUOTES_ASSERT_OK(library_->CreateDefect("held", "d", edit));
  const std::string quote(first.document->quote_id(0));
  QUOTES_ASSERT_OK(library_->TagQuote("held", quote, "rural", themes::TagAction::kPin, ""));
  EXPECT_THAT(Active(), IsEmpty());
  EXPECT_THAT(Hidden(), ElementsAre("held"));
  ExpectFresh();
  QUOTES_ASSERT_OK(library_->Relabel(themes::Scheme::BuiltIn(), Cancellation()));
  EXPECT_THAT(Hidden(), ElementsAre("held"));
  ASSERT_THAT(*library_->ReleaseDue(time_ + kDay), SizeIs(1));
  const archive::PackedDocument* const released = library_->archive()->FindReport("held");
  ASSERT_NE(released, nullptr);
  EXPECT_EQ(released->defects().size(), 1u);
  EXPECT_EQ(released->tags().size(), 1u);
  ExpectFresh();
  const auto trail = library_->store().ListAudit({}, 0, 10);
  QUOTES_ASSERT_OK(trail);
  for (const store::AuditEntry& entry : *trail) {
    EXPECT_EQ(entry.embargoed, entry.action != store::AuditAction::kRelease);
  }
}

TEST_F(EmbargoTest, WhoeverFollowsHidesAndReleasesAsTheWriterDoes) {
  MustImport(RequestOf("open", "全区建成学校2800所。"));
  const std::unique_ptr<Library> follower = Load(true);
  MustImport(RequestOf("held", "全区建成医院三千座。", time_));
  MustImport(RequestOf("held", "全区建成医院四千座。"));
  QUOTES_ASSERT_OK(follower->CatchUp(Cancellation()));
  EXPECT_EQ(follower->archive()->revision(), 3u);
  EXPECT_THAT(Ids(follower->archive()->documents()), ElementsAre("open"));
  EXPECT_THAT(Ids(follower->snapshot()->embargoed->documents()), ElementsAre("held"));
  EXPECT_EQ(Count(follower->snapshot()->history->archive(), "建成医院"), 0u);
  EXPECT_THAT(follower->ReleaseDue(time_ + kDay), HasReason(ErrorReason::kReadOnly));
  ASSERT_THAT(*library_->ReleaseDue(time_ + kDay), SizeIs(1));
  EXPECT_EQ(Count(follower->archive().get(), "建成医院"), 0u) << "not before it is told";
  QUOTES_ASSERT_OK(follower->CatchUp(Cancellation()));
  EXPECT_EQ(Count(follower->archive().get(), "建成医院"), 1u);
  EXPECT_EQ(Count(follower->snapshot()->history->archive(), "建成医院"), 1u);
  EXPECT_THAT(Ids(follower->snapshot()->embargoed->documents()), IsEmpty());
}

TEST(EmbargoClockTest, BelievesAClockThatIsSetForwardOnlyAfterAWhile) {
  EmbargoClock clock;
  const absl::Time noon = absl::FromUnixSeconds(1'800'000'000);
  const auto at = [](int seconds) { return absl::Seconds(1'000 + seconds); };
  EXPECT_EQ(clock.Now(noon, at(0)), noon);
  EXPECT_EQ(clock.Now(noon + absl::Seconds(1), at(1)), noon + absl::Seconds(1));
  // A day ahead, and back before it was believed.
  EXPECT_EQ(clock.Now(noon + kDay, at(2)), noon + absl::Seconds(2));
  EXPECT_TRUE(clock.on_trial());
  EXPECT_EQ(clock.Now(noon + kDay + absl::Seconds(58), at(60)), noon + absl::Seconds(60));
  EXPECT_EQ(clock.Now(noon + absl::Seconds(61), at(61)), noon + absl::Seconds(61));
  EXPECT_FALSE(clock.on_trial());
  // An hour ahead, and it stays so.
  const absl::Duration hour = absl::Hours(1);
  EXPECT_EQ(clock.Now(noon + hour + absl::Seconds(62), at(62)), noon + absl::Seconds(62));
  EXPECT_EQ(clock.Now(noon + hour + absl::Seconds(121), at(121)), noon + absl::Seconds(121));
  EXPECT_EQ(clock.Now(noon + hour + absl::Seconds(122), at(122)), noon + hour + absl::Seconds(122));
  EXPECT_FALSE(clock.on_trial());
  // Another jump while one is on trial begins anew.
  EXPECT_EQ(clock.Now(noon + 2 * hour, at(130)), noon + hour + absl::Seconds(130));
  EXPECT_EQ(clock.Now(noon + 5 * hour, at(180)), noon + hour + absl::Seconds(180));
  EXPECT_EQ(clock.Now(noon + 5 * hour + absl::Seconds(20), at(200)),
            noon + hour + absl::Seconds(200));
  EXPECT_EQ(clock.Now(noon + 5 * hour + absl::Seconds(60), at(240)),
            noon + 5 * hour + absl::Seconds(60));
  // Back is believed at once.
  EXPECT_EQ(clock.Now(noon, at(300)), noon);
  // Small steps are no jumps.
  EXPECT_EQ(clock.Now(noon + absl::Milliseconds(1'900), at(301)), noon + absl::Milliseconds(1'900));
}

}  // namespace
}  // namespace quotes
