// What every engine must tell of who changed what.

#include <gmock/gmock.h>

#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/store/random_draft.h"
#include "tests/unit/store/store_conformance.h"

namespace quotes::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const store::Actor kEditor = {"editor", "ipv4:192.0.2.1:4000", "call-1"};

// "3 withdraw a 1-1 editor": one line an entry.
std::vector<std::string> Told(const absl::StatusOr<std::vector<store::AuditEntry>>& entries) {
  static constexpr const char* kActions[] = {"",        "import",  "withdraw", "restore",
                                             "create",  "update",  "delete",   "tag",
                                             "release", "embargo", "purge"};
  EXPECT_THAT(entries, IsOk());
  std::vector<std::string> told;
  if (entries.ok()) {
    for (const store::AuditEntry& entry : *entries) {
      told.push_back(
          absl::StrCat(entry.archive_revision, " ", kActions[static_cast<size_t>(entry.action)],
                       " ", entry.report_id, entry.child.empty() ? "" : "/", entry.child, " ",
                       entry.revision_before, "-", entry.revision_after, " ", entry.actor.caller));
    }
  }
  return told;
}

store::RevisionDraft By(store::RevisionDraft draft, const store::Actor& actor) {
  draft.actor = actor;
  return draft;
}

TEST_P(StoreConformance, EveryChangeIsInTheTrail) {
  EXPECT_THAT(Told(store().ListAudit({}, 0, 10)), IsEmpty());
  EXPECT_THAT(Told(store().ListChanges(0, 10)), IsEmpty());
  const absl::Time before = absl::Now();
  const auto first = store().Import(By(SmallDraft("a", "甲乙。"), kEditor));
  QUOTES_ASSERT_OK(first);
  const auto second = store().Import(SmallDraft("a", "甲丙。"));
  QUOTES_ASSERT_OK(second);
  const auto withdrawn =
      store().SetState("a", archive::ReportState::kWithdrawn, second->etag, kEditor);
  QUOTES_ASSERT_OK(withdrawn);
  const auto restored = store().SetState("a", archive::ReportState::kActive, "", kEditor);
  QUOTES_ASSERT_OK(restored);
  const auto defect = store().WriteRegister(
      "a", restored->etag, {},
      {store::AuditAction::kDeleteDefect, "defects/d1", kEditor, "OTHER CERTAIN"});
  QUOTES_ASSERT_OK(defect);
  const auto tagged = store().WriteTags(
      "a", "q1", defect->etag, {{"q1", "rural", themes::TagAction::kPin, absl::FromUnixMicros(1)}},
      "pinned themes/rural", kEditor);
  QUOTES_ASSERT_OK(tagged);

  const std::vector<std::string> oldest_first = {
      "1 import a 0-1 editor",  "2 import a 1-2 anonymous",         "3 withdraw a 2-2 editor",
      "4 restore a 2-2 editor", "5 delete a/defects/d1 2-2 editor", "6 tag a/quotes/q1 2-2 editor"};
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_EQ(Told(store().ListChanges(0, 10)), oldest_first);
    EXPECT_EQ(Told(store().ListAudit({}, 0, 10)),
              std::vector<std::string>(oldest_first.rbegin(), oldest_first.rend()));
    QUOTES_ASSERT_OK(instance_->Reopen());
  }
  const auto entries = store().ListChanges(0, 10);
  QUOTES_ASSERT_OK(entries);
  EXPECT_EQ((*entries)[0].actor.peer, kEditor.peer);
  EXPECT_EQ((*entries)[0].actor.request_id, kEditor.request_id);
  EXPECT_EQ((*entries)[0].etag_before, "");
  EXPECT_EQ((*entries)[0].etag_after, first->etag);
  EXPECT_EQ((*entries)[0].time, first->update_time);
  EXPECT_GE((*entries)[0].time, before - absl::Microseconds(1));
  EXPECT_EQ((*entries)[1].etag_before, first->etag);
  EXPECT_EQ((*entries)[2].etag_before, second->etag);
  EXPECT_EQ((*entries)[2].etag_after, withdrawn->etag);
  EXPECT_EQ((*entries)[5].etag_after, tagged->etag);
  EXPECT_EQ((*entries)[0].detail, "");
  EXPECT_EQ((*entries)[4].detail, "OTHER CERTAIN");
  EXPECT_EQ((*entries)[5].detail, "pinned themes/rural");
}

TEST_P(StoreConformance, WhatChangesNothingLeavesNoEntry) {
  store::RevisionDraft draft = SmallDraft("a", "甲。");
  draft.request_id = "r";
  draft.request_digest = "d";
  QUOTES_ASSERT_OK(store().Import(draft));
  EXPECT_TRUE(store().Import(draft)->replayed);
  EXPECT_TRUE(store().Import(SmallDraft("a", "甲。"))->unchanged);
  EXPECT_TRUE(store().SetState("a", archive::ReportState::kActive, "")->unchanged);
  EXPECT_FALSE(store().SetState("a", archive::ReportState::kWithdrawn, "no").ok());
  EXPECT_FALSE(store().SetState("b", archive::ReportState::kWithdrawn, "").ok());
  EXPECT_FALSE(store().WriteTags("a", "q", "no", {}, "", kEditor).ok());
  EXPECT_THAT(Told(store().ListAudit({}, 0, 10)), ElementsAre("1 import a 0-1 anonymous"));
}

TEST_P(StoreConformance, TheTrailIsFilteredAndPaged) {
  std::vector<absl::Time> times;
  for (int i = 0; i < 6; ++i) {
    const std::string id = i % 2 == 0 ? "even" : "odd";
    const auto outcome = store().Import(
        By(SmallDraft(id, absl::StrCat("甲", i, "。")), {i < 3 ? "early" : "late", "", ""}));
    QUOTES_ASSERT_OK(outcome);
    times.push_back(outcome->update_time);
    absl::SleepFor(absl::Milliseconds(2));
  }
  EXPECT_THAT(
      Told(store().ListAudit({.report_id = "odd"}, 0, 10)),
      ElementsAre("6 import odd 2-3 late", "4 import odd 1-2 late", "2 import odd 0-1 early"));
  EXPECT_THAT(Told(store().ListAudit({.caller = "early", .report_id = "odd"}, 0, 10)), SizeIs(1));
  EXPECT_THAT(Told(store().ListAudit({.caller = "earl"}, 0, 10)), IsEmpty());
  EXPECT_THAT(Told(store().ListAudit({.report_id = "odd", .child = "quotes/q"}, 0, 10)), IsEmpty());
  EXPECT_THAT(Told(store().ListAudit({.from = times[4]}, 0, 10)), SizeIs(2));
  EXPECT_THAT(Told(store().ListAudit({.to = times[4]}, 0, 10)), SizeIs(4));
  EXPECT_THAT(Told(store().ListAudit({.from = times[1], .to = times[2]}, 0, 10)),
              ElementsAre("2 import odd 0-1 early"));
  EXPECT_THAT(Told(store().ListAudit({}, 0, 2)),
              ElementsAre("6 import odd 2-3 late", "5 import even 2-3 late"));
  EXPECT_THAT(Told(store().ListAudit({}, 5, 2)),
              ElementsAre("4 import odd 1-2 late", "3 import even 1-2 early"));
  EXPECT_THAT(Told(store().ListAudit({.report_id = "odd"}, 4, 10)), SizeIs(1));
  EXPECT_THAT(Told(store().ListChanges(4, 1)), ElementsAre("5 import even 2-3 late"));
}

TEST_P(StoreConformance, ChangesOfTheFutureAreRefused) {
  QUOTES_ASSERT_OK(store().Import(SmallDraft("a", "甲。")));
  EXPECT_THAT(Told(store().ListChanges(1, 10)), IsEmpty());
  EXPECT_THAT(store().ListChanges(2, 10), HasReason(ErrorReason::kRevisionInFuture));
  auto reader = instance_->OpenReader();
  QUOTES_ASSERT_OK(reader);
  EXPECT_THAT(Told((*reader)->ListChanges(0, 10)), SizeIs(1));
  EXPECT_THAT(Told((*reader)->ListAudit({}, 0, 10)), SizeIs(1));
}

TEST_P(StoreConformance, TheTrailHasNoGapsUnderManyWriters) {
  constexpr int kWriters = 4;
  constexpr int kWrites = 12;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([this, w] {
      for (int i = 0; i < kWrites; ++i) {
        const std::string id = absl::StrCat("r", w);
        EXPECT_THAT(store().Import(By(SmallDraft(id, absl::StrCat("甲", i, "。")),
                                      {absl::StrCat("w", w), "", ""})),
                    IsOk());
      }
    });
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  const auto changes = store().ListChanges(0, 1000);
  QUOTES_ASSERT_OK(changes);
  ASSERT_THAT(*changes, SizeIs(kWriters * kWrites));
  for (size_t i = 0; i < changes->size(); ++i) {
    EXPECT_EQ((*changes)[i].archive_revision, i + 1);
    EXPECT_EQ((*changes)[i].report_id, "r" + (*changes)[i].actor.caller.substr(1));
    EXPECT_EQ((*changes)[i].revision_after, (*changes)[i].revision_before + 1);
  }
}

}  // namespace
}  // namespace quotes::testing
