// What every engine must do with reports that are removed for good.

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/store/random_draft.h"
#include "tests/unit/store/store_conformance.h"

namespace quotes::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const store::Actor kAdmin = {"admin", "ipv4:192.0.2.1:4000", "call-1"};

store::ImportOutcome Import(store::Store& store, const store::RevisionDraft& draft) {
  absl::StatusOr<store::ImportOutcome> outcome = store.Import(draft);
  EXPECT_THAT(outcome, IsOk());
  return outcome.ok() ? *std::move(outcome) : store::ImportOutcome();
}

std::vector<std::string> Active(store::Store& store) {
  std::vector<std::string> ids;
  EXPECT_THAT(store.LoadActive([&ids](std::unique_ptr<archive::Document> document) {
    ids.push_back(document->report_id);
    return absl::OkStatus();
  }),
              IsOk());
  return ids;
}

// With everything that a report can have: revisions, an entry of the register, a tag, a request id.
void Fill(store::Store& store, const std::string& id) {
  store::RevisionDraft draft = SmallDraft(id, "甲误。");
  draft.request_id = absl::StrCat("request-", id);
  draft.request_digest = "digest";
  report::Defect defect;
  defect.id = "d1";
  defect.printed = "误";
  defect.range = {1, 2};
  defect.readings = {"悟"};
  draft.defects = {defect};
  Import(store, draft);
  const store::ImportOutcome second = Import(store, SmallDraft(id, "甲误乙。"));
  QUOTES_ASSERT_OK(store.WriteTags(
      id, "q", second.etag, {{"q", "rural", themes::TagAction::kPin, absl::FromUnixMicros(1)}}));
}

TEST_P(StoreConformance, APurgedReportIsGoneWithAllThatIsBelowIt) {
  Fill(store(), "a");
  Fill(store(), "b");
  const uint64_t before = store().ArchiveRevision().value();
  EXPECT_THAT(store().Purge("a", "other", kAdmin), HasReason(ErrorReason::kEtagMismatch));
  EXPECT_THAT(store().Purge("none", "", kAdmin), HasReason(ErrorReason::kReportNotFound));
  EXPECT_EQ(store().ArchiveRevision().value(), before);
  EXPECT_THAT(store().LoadPurged().value(), IsEmpty());

  const std::string etag = store().LoadRevision("a", 0).value()->etag;
  const auto purged = store().Purge("a", etag, kAdmin);
  QUOTES_ASSERT_OK(purged);
  EXPECT_FALSE(purged->unchanged);
  EXPECT_EQ(purged->purged.report_id, "a");
  EXPECT_EQ(purged->purged.revisions, 2u);
  EXPECT_EQ(purged->purged.archive_revision, before + 1);
  EXPECT_FALSE(purged->purged.embargoed);
  EXPECT_THAT(purged->copies, IsEmpty());
  for (int pass = 0; pass < 3; ++pass) {
    EXPECT_THAT(Active(store()), ElementsAre("b"));
    EXPECT_EQ(store().Status()->reports, 1u);
    EXPECT_EQ(store().Status()->revisions, 2u);
    const auto gone = HasReason(ErrorReason::kReportPurged);
    EXPECT_THAT(store().LoadRevision("a", 0), gone);
    EXPECT_THAT(store().LoadRevision("a", 1), gone);
    EXPECT_THAT(store().LoadSource("a", 1), gone);
    EXPECT_THAT(store().LoadText("a", 1), gone);
    EXPECT_THAT(store().ListRevisions("a", 0, 10), gone);
    EXPECT_THAT(store().LoadRegister("a"), gone);
    EXPECT_THAT(store().SetState("a", archive::ReportState::kWithdrawn, ""), gone);
    EXPECT_THAT(store().SetEmbargo("a", std::nullopt, "", kAdmin), gone);
    EXPECT_THAT(store().WriteRegister("a", etag, {}), gone);
    EXPECT_THAT(store().WriteTags("a", "q", etag, {}), gone);
    EXPECT_FALSE(store().FindDefectRevision("a", "d1").ok());
    EXPECT_EQ(store().FindRequest("request-a", "digest").value(), std::nullopt);
    EXPECT_NE(store().FindRequest("request-b", "digest").value(), std::nullopt);
    EXPECT_EQ(store().LoadRevision("b", 1).value()->defects.size(), 1u);
    const auto listed = store().LoadPurged();
    QUOTES_ASSERT_OK(listed);
    ASSERT_THAT(*listed, SizeIs(1));
    EXPECT_EQ((*listed)[0].report_id, "a");
    EXPECT_EQ((*listed)[0].time, purged->purged.time);
    EXPECT_EQ((*listed)[0].revisions, 2u);
    const auto again = store().Purge("a", "any", kAdmin);
    QUOTES_ASSERT_OK(again);
    EXPECT_TRUE(again->unchanged);
    EXPECT_EQ(again->purged.archive_revision, before + 1);
    EXPECT_EQ(store().ArchiveRevision().value(), before + 1);
    if (pass == 0) {
      QUOTES_EXPECT_OK(store().Scrub());
    } else {
      QUOTES_ASSERT_OK(instance_->Reopen());
    }
  }
  const auto entries = store().ListAudit({.report_id = "a"}, 0, 10);
  QUOTES_ASSERT_OK(entries);
  ASSERT_THAT(*entries, SizeIs(4)) << "what was done before is told still";
  EXPECT_EQ((*entries)[0].action, store::AuditAction::kPurge);
  EXPECT_EQ((*entries)[0].actor.caller, "admin");
  EXPECT_EQ((*entries)[0].revision_before, 2u);
  EXPECT_EQ((*entries)[0].revision_after, 0u);
  EXPECT_EQ((*entries)[0].etag_before, etag);
  EXPECT_EQ((*entries)[0].etag_after, "");
  EXPECT_EQ((*entries)[0].detail, "2 revisions");
  EXPECT_EQ((*entries)[0].time, purged->purged.time);
  EXPECT_EQ(store().ListChanges(before, 10)->size(), 1u);
  const auto reader = instance_->OpenReader();
  QUOTES_ASSERT_OK(reader);
  EXPECT_THAT((*reader)->LoadRevision("a", 0), HasReason(ErrorReason::kReportPurged));
  EXPECT_THAT((*reader)->Purge("b", "", kAdmin), HasReason(ErrorReason::kReadOnly));
  EXPECT_THAT((*reader)->Scrub(), HasReason(ErrorReason::kReadOnly));
}

TEST_P(StoreConformance, ThePurgedIdIsGivenAnewOnlyOnDemand) {
  Import(store(), SmallDraft("a", "甲。"));
  QUOTES_ASSERT_OK(store().Purge("a", "", kAdmin));
  store::RevisionDraft draft = SmallDraft("a", "甲。");
  const uint64_t before = store().ArchiveRevision().value();
  EXPECT_THAT(store().Import(draft), HasReason(ErrorReason::kReportIdPurged));
  EXPECT_EQ(store().ArchiveRevision().value(), before);
  draft.allow_purged_id = true;
  EXPECT_EQ(Import(store(), draft).revision, 1u);
  // From then on it is a report like any other.
  EXPECT_EQ(Import(store(), SmallDraft("a", "乙。")).revision, 2u);
  EXPECT_THAT(Active(store()), ElementsAre("a"));
  const auto purged = store().Purge("a", "", kAdmin);
  QUOTES_ASSERT_OK(purged);
  EXPECT_FALSE(purged->unchanged);
  ASSERT_THAT(store().LoadPurged().value(), SizeIs(1));
  EXPECT_EQ(store().LoadPurged().value()[0].revisions, 2u);
  EXPECT_EQ(store().LoadPurged().value()[0].archive_revision, purged->purged.archive_revision);
}

TEST_P(StoreConformance, CopiesOfAPurgedReportNameNothing) {
  Import(store(), SmallDraft("a", "甲。"));
  for (const char* const id : {"b", "c"}) {
    store::RevisionDraft draft = SmallDraft(id, absl::StrCat("甲", id, "。"));
    draft.duplicate_of = "a";
    draft.withdrawn = id == std::string_view("c");
    Import(store(), draft);
  }
  const auto before = store().LoadRevision("b", 0);
  QUOTES_ASSERT_OK(before);
  const auto purged = store().Purge("a", "", kAdmin);
  QUOTES_ASSERT_OK(purged);
  ASSERT_THAT(purged->copies, SizeIs(2));
  for (size_t i = 0; i < 2; ++i) {
    const auto& [id, change] = purged->copies[i];
    EXPECT_EQ(id, i == 0 ? "b" : "c");
    const auto copy = store().LoadRevision(id, 0);
    QUOTES_ASSERT_OK(copy);
    EXPECT_EQ((*copy)->duplicate_of, "");
    EXPECT_EQ((*copy)->etag, change.etag);
    EXPECT_EQ((*copy)->update_time, change.update_time);
    EXPECT_EQ((*copy)->state, change.state);
  }
  EXPECT_NE(store().LoadRevision("b", 0).value()->etag, (*before)->etag);
}

TEST_P(StoreConformance, APurgeOfAReportThatIsHeldBackIsToldToNobodyElse) {
  store::RevisionDraft draft = SmallDraft("a", "甲。");
  draft.available_from = absl::Now() + absl::Hours(1);
  Import(store(), draft);
  Import(store(), SmallDraft("b", "乙。"));
  QUOTES_ASSERT_OK(store().SetState("b", archive::ReportState::kWithdrawn, ""));
  EXPECT_TRUE(store().Purge("a", "", kAdmin)->purged.embargoed);
  EXPECT_FALSE(store().Purge("b", "", kAdmin)->purged.embargoed) << "withdrawn";
  const auto entries = store().ListAudit({}, 0, 2);
  QUOTES_ASSERT_OK(entries);
  EXPECT_FALSE((*entries)[0].embargoed);
  EXPECT_TRUE((*entries)[1].embargoed);
  EXPECT_EQ((*entries)[1].detail, "1 revision");
}

}  // namespace
}  // namespace quotes::testing
