#include "tests/unit/store/store_conformance.h"

#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <limits>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/hash.h"
#include "service/text/utf8.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/store/document_text.h"
#include "tests/unit/store/random_draft.h"

namespace quotes::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreConformance);

store::ImportOutcome MustImport(store::Store& store, const store::RevisionDraft& draft) {
  absl::StatusOr<store::ImportOutcome> outcome = store.Import(draft);
  EXPECT_THAT(outcome, IsOk());
  return outcome.ok() ? *std::move(outcome) : store::ImportOutcome();
}

std::vector<archive::Document> Active(store::Store& store, uint64_t* revision = nullptr) {
  std::vector<archive::Document> documents;
  const absl::StatusOr<uint64_t> loaded =
      store.LoadActive([&documents](std::unique_ptr<archive::Document> document) {
        documents.push_back(std::move(*document));
        return absl::OkStatus();
      });
  EXPECT_THAT(loaded, IsOk());
  if (revision != nullptr) {
    *revision = loaded.value_or(0);
  }
  return documents;
}

// Everything a reader can see.
std::string Everything(store::Store& store) {
  std::string text;
  for (const archive::Document& document : Active(store)) {
    text += DocumentText(document, true);
    const auto infos = store.ListRevisions(document.report_id, 0, 1000);
    EXPECT_THAT(infos, IsOk());
    for (const store::RevisionInfo& info : infos.value_or(std::vector<store::RevisionInfo>())) {
      const auto older = store.LoadRevision(document.report_id, info.number);
      const auto source = store.LoadSource(document.report_id, info.number);
      EXPECT_THAT(older, IsOk());
      EXPECT_THAT(source, IsOk());
      if (older.ok() && source.ok()) {
        text += DocumentText(**older, true) + Sha256Hex(*source) + "\n";
      }
    }
  }
  const auto status = store.Status();
  EXPECT_THAT(status, IsOk());
  if (status.ok()) {
    text += std::to_string(status->archive_revision) + " " + std::to_string(status->revisions);
  }
  return text;
}

TEST_P(StoreConformance, BeginsEmpty) {
  uint64_t revision = 99;
  EXPECT_THAT(Active(store(), &revision), IsEmpty());
  EXPECT_EQ(revision, 0u);
  EXPECT_EQ(store().ArchiveRevision().value_or(99), 0u);
  const auto status = store().Status();
  QUOTES_ASSERT_OK(status);
  EXPECT_EQ(status->reports, 0u);
  EXPECT_EQ(status->revisions, 0u);
  EXPECT_FALSE(status->read_only);
  EXPECT_GE(status->schema_version, 1);
  EXPECT_FALSE(status->engine.empty());
  EXPECT_FALSE(status->engine_version.empty());
}

TEST_P(StoreConformance, GivesBackEveryFieldOfAnyReport) {
  std::mt19937 random(20220117);
  std::vector<store::RevisionDraft> drafts;
  for (int i = 0; i < 80; ++i) {
    drafts.push_back(RandomDraft(absl::StrCat("report-", 100 + i), &random));
    MustImport(store(), drafts.back());
  }
  for (int pass = 0; pass < 2; ++pass) {
    const std::vector<archive::Document> active = Active(store());
    ASSERT_THAT(active, SizeIs(drafts.size()));
    for (size_t i = 0; i < drafts.size(); ++i) {
      const std::string expected = DocumentText(ExpectedDocument(drafts[i]), false);
      EXPECT_EQ(DocumentText(active[i], false), expected);
      const auto loaded = store().LoadRevision(drafts[i].report_id, 1);
      QUOTES_ASSERT_OK(loaded);
      EXPECT_EQ(DocumentText(**loaded, true), DocumentText(active[i], true));
      EXPECT_EQ(store().LoadSource(drafts[i].report_id, 0).value_or(""), drafts[i].source_bytes);
      EXPECT_EQ(store().LoadText(drafts[i].report_id, 0).value_or(""), drafts[i].source_bytes);
      for (const report::Quote& quote : drafts[i].content.quotes) {
        EXPECT_EQ(store().FindQuoteRevision(drafts[i].report_id, quote.id).value_or(0), 1u);
      }
    }
    QUOTES_ASSERT_OK(instance_->Reopen());
  }
}

TEST_P(StoreConformance, KeepsExtractedTexts) {
  store::RevisionDraft draft = SmallDraft("a", "甲乙。");
  draft.source.media_type = "application/pdf";
  draft.extracted_text = draft.source_bytes;
  draft.source_bytes = std::string("%PDF\0\xFF", 6);
  draft.source.size_bytes = draft.source_bytes.size();
  draft.source.sha256 = Sha256Hex(draft.source_bytes);
  MustImport(store(), draft);
  EXPECT_TRUE(MustImport(store(), draft).unchanged);
  EXPECT_EQ(store().LoadSource("a", 0).value_or(""), draft.source_bytes);
  EXPECT_EQ(store().LoadText("a", 0).value_or(""), *draft.extracted_text);
  EXPECT_EQ((*store().LoadRevision("a", 1))->source.media_type, "application/pdf");
  // The same bytes read as another format, or to another text, are another revision.
  draft.source.media_type = "text/html";
  EXPECT_EQ(MustImport(store(), draft).revision, 2u);
  store::RevisionDraft other = SmallDraft("a", "丙丁。");
  other.source = draft.source;
  other.extracted_text = other.source_bytes;
  other.source_bytes = draft.source_bytes;
  EXPECT_EQ(MustImport(store(), other).revision, 3u);
  EXPECT_THAT(store().LoadText("b", 0), HasReason(ErrorReason::kReportNotFound));
  EXPECT_THAT(store().LoadText("a", 4), HasReason(ErrorReason::kRevisionNotFound));
}

TEST_P(StoreConformance, TellsTheOutcome) {
  const absl::Time before = absl::Now() - absl::Milliseconds(1);
  const store::ImportOutcome outcome = MustImport(store(), SmallDraft("a", "甲乙。"));
  EXPECT_EQ(outcome.report_id, "a");
  EXPECT_EQ(outcome.revision, 1u);
  EXPECT_EQ(outcome.archive_revision, 1u);
  EXPECT_FALSE(outcome.unchanged);
  EXPECT_FALSE(outcome.replayed);
  const auto document = store().LoadRevision("a", 0);
  QUOTES_ASSERT_OK(document);
  EXPECT_EQ(outcome.etag, (*document)->etag);
  EXPECT_EQ(outcome.create_time, (*document)->create_time);
  EXPECT_EQ(outcome.update_time, (*document)->update_time);
  EXPECT_EQ(outcome.update_time, (*document)->revision_time);
  EXPECT_EQ(outcome.delete_time, std::nullopt);
  EXPECT_GE(outcome.create_time, before);
  EXPECT_LE(outcome.create_time, absl::Now());
}

TEST_P(StoreConformance, UnchangedImportWritesNothing) {
  store::RevisionDraft draft = SmallDraft("a", "甲乙。");
  draft.defects.push_back({"d1",
                           report::DefectKind::kScript,
                           report::Certainty::kCertain,
                           {0, 1},
                           "甲",
                           {"乙", "丙"},
                           "note"});
  MustImport(store(), draft);
  const std::string before = Everything(store());
  draft.source.file_name = "another name.txt";
  const store::ImportOutcome again = MustImport(store(), draft);
  EXPECT_TRUE(again.unchanged);
  EXPECT_FALSE(again.replayed);
  EXPECT_EQ(again.revision, 1u);
  EXPECT_EQ(again.archive_revision, 1u);
  EXPECT_EQ(Everything(store()), before);
}

TEST_P(StoreConformance, EveryDifferenceMakesARevision) {
  using Change = std::function<void(store::RevisionDraft*)>;
  const std::vector<Change> changes = {
      [](store::RevisionDraft* d) {
        d->source_bytes += " ";
        d->source.size_bytes += 1;
        d->source.sha256 = Sha256Hex(d->source_bytes);
      },
      [](store::RevisionDraft* d) { d->source.encoding = text::Encoding::kGb18030; },
      [](store::RevisionDraft* d) { d->parser_version += "+"; },
      [](store::RevisionDraft* d) { d->fold_version += "+"; },
      [](store::RevisionDraft* d) { d->content.metadata.title += "+"; },
      [](store::RevisionDraft* d) { d->content.metadata.subtitle += "+"; },
      [](store::RevisionDraft* d) { d->content.metadata.event += "+"; },
      [](store::RevisionDraft* d) { d->content.metadata.body += "+"; },
      [](store::RevisionDraft* d) { d->content.metadata.speaker += "+"; },
      [](store::RevisionDraft* d) { d->content.metadata.office += "+"; },
      [](store::RevisionDraft* d) { d->content.metadata.language += "+"; },
      [](store::RevisionDraft* d) { d->content.metadata.date.reset(); },
      [](store::RevisionDraft* d) { d->content.metadata.publication.paper += "+"; },
      [](store::RevisionDraft* d) { d->content.metadata.publication.edition += "+"; },
      [](store::RevisionDraft* d) {
        d->content.metadata.publication.issue_date = absl::CivilDay(2022, 1, 18);
      },
      [](store::RevisionDraft* d) { d->content.metadata.publication.pages += "+"; },
  };
  store::RevisionDraft draft = SmallDraft("a", "甲乙。");
  std::set<std::string> etags = {MustImport(store(), draft).etag};
  absl::Time last;
  for (size_t i = 0; i < changes.size(); ++i) {
    changes[i](&draft);
    const store::ImportOutcome outcome = MustImport(store(), draft);
    EXPECT_FALSE(outcome.unchanged) << i;
    EXPECT_EQ(outcome.revision, i + 2);
    EXPECT_EQ(outcome.archive_revision, i + 2);
    EXPECT_TRUE(etags.insert(outcome.etag).second) << i;
    EXPECT_GE(outcome.update_time, last);
    EXPECT_LE(outcome.create_time, outcome.update_time);
    last = outcome.update_time;
    EXPECT_TRUE(MustImport(store(), draft).unchanged) << i;
    archive::Document expected = ExpectedDocument(draft);
    expected.revision = outcome.revision;
    const auto document = store().LoadRevision("a", 0);
    QUOTES_ASSERT_OK(document);
    EXPECT_EQ(DocumentText(**document, false), DocumentText(expected, false));
    EXPECT_EQ((*document)->etag, outcome.etag);
  }
}

TEST_P(StoreConformance, ARegisterThatChangesAloneIsNoRevision) {
  using Change = std::function<void(store::RevisionDraft*)>;
  const std::vector<Change> changes = {
      [](store::RevisionDraft* d) {
        d->defects.push_back({"d1",
                              report::DefectKind::kOther,
                              report::Certainty::kPossible,
                              {0, 1},
                              "甲",
                              {"乙"},
                              ""});
      },
      [](store::RevisionDraft* d) { d->defects[0].kind = report::DefectKind::kScript; },
      [](store::RevisionDraft* d) { d->defects[0].certainty = report::Certainty::kCertain; },
      [](store::RevisionDraft* d) { d->defects[0].readings.emplace_back("丁"); },
      [](store::RevisionDraft* d) { d->defects[0].note += "+"; },
      [](store::RevisionDraft* d) {
        d->defects[0].range = {0, 2};
        d->defects[0].printed = "甲乙";
      },
  };
  store::RevisionDraft draft = SmallDraft("a", "甲乙。");
  const store::ImportOutcome first = MustImport(store(), draft);
  std::set<std::string> etags = {first.etag};
  for (size_t i = 0; i < changes.size(); ++i) {
    changes[i](&draft);
    const store::ImportOutcome outcome = MustImport(store(), draft);
    EXPECT_FALSE(outcome.unchanged) << i;
    EXPECT_EQ(outcome.revision, 1u);
    EXPECT_EQ(outcome.archive_revision, i + 2);
    EXPECT_EQ(outcome.revision_time, first.revision_time);
    EXPECT_EQ(outcome.defects, draft.defects);
    EXPECT_TRUE(etags.insert(outcome.etag).second) << i;
    EXPECT_TRUE(MustImport(store(), draft).unchanged) << i;
    const auto document = store().LoadRevision("a", 0);
    QUOTES_ASSERT_OK(document);
    EXPECT_EQ((*document)->defects, draft.defects);
    EXPECT_EQ((*document)->etag, outcome.etag);
    EXPECT_EQ((*document)->update_time, outcome.update_time);
  }
  // A file without a register takes nothing away.
  draft.defects.clear();
  EXPECT_TRUE(MustImport(store(), draft).unchanged);
  EXPECT_EQ(store().Status()->revisions, 1u);
  EXPECT_THAT(store().LoadRevision("a", 0).value()->defects, SizeIs(1));
}

// A draft of `text` with an entry for each character of `faults`.
store::RevisionDraft FaultyDraft(std::string_view text, std::u32string_view faults) {
  store::RevisionDraft draft = SmallDraft("a", text);
  for (const char32_t fault : faults) {
    report::Defect& defect = draft.defects.emplace_back();
    defect.id = absl::StrCat("d", draft.defects.size());
    const size_t at = draft.content.joined.find(fault);
    defect.range = {static_cast<uint32_t>(at), static_cast<uint32_t>(at + 1)};
    defect.printed = text::ToUtf8(std::u32string(1, fault));
    defect.readings = {"正"};
  }
  return draft;
}

TEST_P(StoreConformance, ARegisterIsWrittenAndCarriedOver) {
  MustImport(store(), FaultyDraft("甲误乙。丙谬丁。", U"误谬"));
  const auto held = store().LoadRegister("a");
  QUOTES_ASSERT_OK(held);
  EXPECT_EQ(held->revision, 1u);
  ASSERT_THAT(held->entries, SizeIs(2));
  EXPECT_EQ(held->etag, store().LoadRevision("a", 0).value()->etag);

  // An editor changes the first, takes the second out and makes a third.
  std::vector<report::RegisterEntry> edited = held->entries;
  edited[0].defect.note = "编者";
  edited[0].defect.origin = report::DefectOrigin::kEditor;
  edited[1].removed = true;
  edited[1].defect.origin = report::DefectOrigin::kEditor;
  report::RegisterEntry third = edited[0];
  third.defect.id = "mine";
  third.defect.range = {6, 7};
  third.defect.printed = "丁";
  edited.push_back(third);
  const auto change = store().WriteRegister("a", held->etag, edited);
  QUOTES_ASSERT_OK(change);
  EXPECT_EQ(change->archive_revision, 2u);
  EXPECT_NE(change->etag, held->etag);
  for (int pass = 0; pass < 2; ++pass) {
    const auto written = store().LoadRegister("a");
    QUOTES_ASSERT_OK(written);
    EXPECT_EQ(written->entries, edited);
    EXPECT_EQ(written->etag, change->etag);
    const auto document = store().LoadRevision("a", 0);
    QUOTES_ASSERT_OK(document);
    EXPECT_EQ((*document)->revision, 1u);
    EXPECT_EQ((*document)->defects, report::DefectsOf(edited));
    EXPECT_EQ((*document)->update_time, change->update_time);
    QUOTES_ASSERT_OK(instance_->Reopen());
  }
  EXPECT_EQ(store().FindDefectRevision("a", "d1").value_or(0), 1u);
  EXPECT_THAT(store().FindDefectRevision("a", "d2"), HasReason(ErrorReason::kDefectNotFound));
  EXPECT_THAT(store().FindDefectRevision("a", "d3"), HasReason(ErrorReason::kDefectNotFound));
  EXPECT_THAT(store().FindDefectRevision("b", "d1"), HasReason(ErrorReason::kDefectNotFound));

  // The same import undoes none of it; the next text keeps what stands in it.
  EXPECT_TRUE(MustImport(store(), FaultyDraft("甲误乙。丙谬丁。", U"误谬")).unchanged);
  const store::ImportOutcome next = MustImport(store(), FaultyDraft("新。甲误乙。丙谬。", U"误谬"));
  EXPECT_EQ(next.revision, 2u);
  ASSERT_THAT(next.defects, SizeIs(1));
  EXPECT_EQ(next.defects[0].id, "d1");
  EXPECT_EQ(next.defects[0].note, "编者");
  EXPECT_EQ(next.defects[0].range, (report::Range{3, 4}));
  EXPECT_EQ(store().LoadRevision("a", 0).value()->defects, next.defects);
  EXPECT_THAT(store().LoadRegister("a")->entries, SizeIs(2)) << "with the one that was taken out";
  // What is gone stays with its revision.
  EXPECT_EQ(store().LoadRevision("a", 1).value()->defects, report::DefectsOf(edited));
  EXPECT_EQ(store().FindDefectRevision("a", "mine").value_or(0), 1u);
  EXPECT_EQ(store().FindDefectRevision("a", "d1").value_or(0), 2u);
}

TEST_P(StoreConformance, TagsOutliveRevisionsAndQuotes) {
  const store::ImportOutcome first = MustImport(store(), SmallDraft("a", "甲。乙。"));
  MustImport(store(), SmallDraft("b", "丙。"));
  EXPECT_THAT(first.tags, IsEmpty());
  const absl::Time time = absl::FromUnixMicros(1'700'000'000'000'007);
  const std::vector<themes::Tag> said = {{"q", "rural", themes::TagAction::kRemove, time},
                                         {"q", "urban.x", themes::TagAction::kPin, time}};
  const auto change = store().WriteTags("a", "q", first.etag, said);
  QUOTES_ASSERT_OK(change);
  EXPECT_EQ(change->archive_revision, 3u);
  EXPECT_NE(change->etag, first.etag);
  const auto other =
      store().WriteTags("a", "p", change->etag, {{"p", "rural", themes::TagAction::kPin, time}});
  QUOTES_ASSERT_OK(other);
  std::vector<themes::Tag> all = said;
  all.insert(all.begin(), {"p", "rural", themes::TagAction::kPin, time});
  EXPECT_EQ(store().LoadRevision("a", 0).value()->tags, all);
  QUOTES_ASSERT_OK(instance_->Reopen());
  EXPECT_EQ(store().LoadRevision("a", 0).value()->tags, all);
  EXPECT_EQ(store().LoadRevision("a", 0).value()->etag, other->etag);
  EXPECT_THAT(store().LoadRevision("b", 0).value()->tags, IsEmpty());
  const store::ImportOutcome next = MustImport(store(), SmallDraft("a", "甲。丁。"));
  EXPECT_EQ(next.revision, 2u);
  EXPECT_EQ(next.tags, all);
  // A new text brings what was said under names that are gone to its own; the same text does not.
  store::RevisionDraft renamed = SmallDraft("a", "甲。戊。");
  renamed.carried_tags = {{"r", "rural", themes::TagAction::kPin, time}};
  all.push_back(renamed.carried_tags[0]);
  const store::ImportOutcome third = MustImport(store(), renamed);
  EXPECT_EQ(third.tags, all);
  renamed.carried_tags = {{"s", "rural", themes::TagAction::kPin, time}};
  EXPECT_TRUE(MustImport(store(), renamed).unchanged);
  QUOTES_ASSERT_OK(instance_->Reopen());
  EXPECT_EQ(store().LoadRevision("a", 0).value()->tags, all);
  store::RevisionDraft again = SmallDraft("a", "甲。己。");
  again.carried_tags = {{"r", "urban.x", themes::TagAction::kRemove, time}};
  all.back() = again.carried_tags[0];
  const store::ImportOutcome fourth = MustImport(store(), again);
  EXPECT_EQ(fourth.tags, all) << "in place of what was said of it";
  // What is said of one quote takes the place of what was said of it, and of no other.
  QUOTES_ASSERT_OK(store().WriteTags("a", "q", fourth.etag, {}));
  EXPECT_EQ(store().LoadRevision("a", 0).value()->tags,
            std::vector<themes::Tag>({all[0], all.back()}));

  const std::string before = Everything(store());
  EXPECT_THAT(store().WriteTags("a", "q", "old", said), HasReason(ErrorReason::kEtagMismatch));
  EXPECT_THAT(store().WriteTags("a", "q", "", said), HasReason(ErrorReason::kEtagMismatch));
  EXPECT_THAT(store().WriteTags("c", "q", "", said), HasReason(ErrorReason::kReportNotFound));
  EXPECT_EQ(Everything(store()), before);
}

TEST_P(StoreConformance, ARefusedRegisterLeavesNothing) {
  MustImport(store(), FaultyDraft("甲误乙。", U"误"));
  const store::Register held = store().LoadRegister("a").value();
  const std::string before = Everything(store());
  EXPECT_THAT(store().WriteRegister("a", "old", held.entries),
              HasReason(ErrorReason::kEtagMismatch));
  EXPECT_THAT(store().WriteRegister("a", "", held.entries), HasReason(ErrorReason::kEtagMismatch));
  EXPECT_THAT(store().WriteRegister("b", "", {}), HasReason(ErrorReason::kReportNotFound));
  EXPECT_THAT(store().LoadRegister("b"), HasReason(ErrorReason::kReportNotFound));
  std::vector<report::RegisterEntry> bad = held.entries;
  bad[0].defect.range.end = 99;
  EXPECT_THAT(store().WriteRegister("a", held.etag, bad),
              HasReason(ErrorReason::kStoreUnavailable));
  bad = {held.entries[0], held.entries[0]};
  EXPECT_THAT(store().WriteRegister("a", held.etag, bad),
              HasReason(ErrorReason::kStoreUnavailable));
  EXPECT_EQ(Everything(store()), before);
  QUOTES_EXPECT_OK(store().WriteRegister("a", held.etag, {}));
  EXPECT_THAT(store().LoadRevision("a", 0).value()->defects, IsEmpty());
}

TEST_P(StoreConformance, RequestIdMakesARetrySafe) {
  store::RevisionDraft draft = SmallDraft("a", "甲。");
  draft.request_id = "request-1";
  draft.request_digest = "digest-1";
  EXPECT_FALSE(store().FindRequest("request-1", "digest-1").value().has_value());
  EXPECT_FALSE(store().FindRequest("", "").value().has_value());
  const store::ImportOutcome first = MustImport(store(), draft);
  EXPECT_FALSE(first.replayed);

  MustImport(store(), SmallDraft("a", "乙。"));
  MustImport(store(), SmallDraft("b", "乙。"));
  const std::string before = Everything(store());
  for (int pass = 0; pass < 2; ++pass) {
    const store::ImportOutcome again = MustImport(store(), draft);
    EXPECT_TRUE(again.replayed);
    EXPECT_FALSE(again.unchanged);
    EXPECT_EQ(again.report_id, "a");
    EXPECT_EQ(again.revision, first.revision);
    EXPECT_EQ(again.archive_revision, first.archive_revision);
    const auto found = store().FindRequest("request-1", "digest-1");
    QUOTES_ASSERT_OK(found);
    ASSERT_TRUE(found->has_value());
    EXPECT_TRUE((*found)->replayed);
    EXPECT_EQ((*found)->revision, first.revision);
    QUOTES_ASSERT_OK(instance_->Reopen());
  }

  draft.request_digest = "digest-2";
  EXPECT_THAT(store().Import(draft), HasReason(ErrorReason::kRequestIdReused));
  EXPECT_THAT(store().Import(draft), HasCode(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(store().FindRequest("request-1", "digest-2"),
              HasReason(ErrorReason::kRequestIdReused));
  EXPECT_EQ(Everything(store()), before);
}

TEST_P(StoreConformance, AnUnchangedImportIsRememberedByItsRequestId) {
  store::RevisionDraft draft = SmallDraft("a", "甲。");
  MustImport(store(), draft);
  draft.request_id = "request-2";
  draft.request_digest = "digest";
  EXPECT_TRUE(MustImport(store(), draft).unchanged);
  MustImport(store(), SmallDraft("a", "乙。"));
  // Without the request id this would be a third revision.
  const store::ImportOutcome again = MustImport(store(), draft);
  EXPECT_TRUE(again.replayed);
  EXPECT_TRUE(again.unchanged);
  EXPECT_EQ(again.revision, 1u);
  EXPECT_EQ(store().ArchiveRevision().value_or(0), 2u);
}

TEST_P(StoreConformance, OldRevisionsStayAsTheyWere) {
  std::mt19937 random(7);
  std::vector<store::RevisionDraft> drafts;
  std::vector<absl::Time> times;
  for (int i = 0; i < 6; ++i) {
    drafts.push_back(RandomDraft("a", &random));
    const store::ImportOutcome outcome = MustImport(store(), drafts.back());
    EXPECT_EQ(outcome.revision, drafts.size());
    times.push_back(outcome.update_time);
  }
  QUOTES_ASSERT_OK(instance_->Reopen());
  for (size_t i = 0; i < drafts.size(); ++i) {
    archive::Document expected = ExpectedDocument(drafts[i]);
    expected.revision = i + 1;
    const auto document = store().LoadRevision("a", i + 1);
    QUOTES_ASSERT_OK(document);
    EXPECT_EQ(DocumentText(**document, false), DocumentText(expected, false));
    EXPECT_EQ((*document)->revision_time, times[i]);
    EXPECT_EQ(store().LoadSource("a", i + 1).value_or(""), drafts[i].source_bytes);
  }
  EXPECT_THAT(Active(store()), SizeIs(1));
}

TEST_P(StoreConformance, UnknownNamesAreNotFound) {
  MustImport(store(), SmallDraft("a", "甲。"));
  constexpr uint64_t kHuge = std::numeric_limits<uint64_t>::max();
  EXPECT_THAT(store().LoadRevision("b", 0), HasReason(ErrorReason::kReportNotFound));
  EXPECT_THAT(store().LoadRevision("", 1), HasReason(ErrorReason::kReportNotFound));
  EXPECT_THAT(store().LoadRevision("a", 2), HasReason(ErrorReason::kRevisionNotFound));
  EXPECT_THAT(store().LoadRevision("a", kHuge), HasReason(ErrorReason::kRevisionNotFound));
  EXPECT_THAT(store().LoadSource("b", 0), HasReason(ErrorReason::kReportNotFound));
  EXPECT_THAT(store().LoadSource("a", 2), HasReason(ErrorReason::kRevisionNotFound));
  EXPECT_THAT(store().LoadSource("a", kHuge), HasReason(ErrorReason::kRevisionNotFound));
  EXPECT_THAT(store().ListRevisions("b", 0, 10), HasReason(ErrorReason::kReportNotFound));
  EXPECT_THAT(store().FindQuoteRevision("a", "nothing"), HasReason(ErrorReason::kQuoteNotFound));
  EXPECT_THAT(store().FindQuoteRevision("b", "q30002-1"), HasReason(ErrorReason::kQuoteNotFound));
  EXPECT_THAT(store().FindSectionRevision("a", "x"), HasReason(ErrorReason::kSectionNotFound));
  EXPECT_THAT(store().FindSectionRevision("b", "x"), HasReason(ErrorReason::kSectionNotFound));
}

TEST_P(StoreConformance, LoadsActiveReportsInOrderFromOneState) {
  for (const char* id : {"m", "b", "z", "a-2", "a"}) {
    MustImport(store(), SmallDraft(id, "甲。"));
  }
  std::vector<std::string> ids;
  uint64_t revision = 0;
  for (const archive::Document& document : Active(store(), &revision)) {
    ids.push_back(document.report_id);
    EXPECT_THAT(document.themes, IsEmpty());
  }
  EXPECT_THAT(ids, ElementsAre("a", "a-2", "b", "m", "z"));
  EXPECT_EQ(revision, 5u);

  // What is imported while the visitor runs belongs to a later state.
  int visited = 0;
  const auto loaded =
      store().LoadActive([this, &visited](std::unique_ptr<archive::Document> document) {
        ++visited;
        EXPECT_EQ(document->revision, 1u);
        MustImport(store(), SmallDraft(document->report_id, "乙。"));
        MustImport(store(), SmallDraft("zz", absl::StrCat("乙。", visited)));
        return absl::OkStatus();
      });
  EXPECT_EQ(loaded.value_or(0), 5u);
  EXPECT_EQ(visited, 5);
  EXPECT_EQ(store().ArchiveRevision().value_or(0), 15u);
}

TEST_P(StoreConformance, AVisitorsErrorEndsTheLoad) {
  MustImport(store(), SmallDraft("a", "甲。"));
  MustImport(store(), SmallDraft("b", "甲。"));
  int visited = 0;
  const auto loaded = store().LoadActive([&visited](const std::unique_ptr<archive::Document>&) {
    ++visited;
    return absl::CancelledError("enough");
  });
  EXPECT_THAT(loaded, HasCode(absl::StatusCode::kCancelled));
  EXPECT_EQ(visited, 1);
  EXPECT_THAT(Active(store()), SizeIs(2));
}

// "a/2 w" for revision 2 of the withdrawn report a. With a `report_id` only that report's.
std::vector<std::string> HistoryOf(store::Store& store, std::string_view report_id = "",
                                   uint64_t* revision = nullptr) {
  std::vector<std::string> found;
  const absl::StatusOr<uint64_t> loaded = store.LoadHistory(
      [&](const store::ReportInfo& report) {
        return report_id.empty() || report.report_id == report_id;
      },
      [&](std::unique_ptr<archive::Document> document) {
        found.push_back(
            absl::StrCat(document->report_id, "/", document->revision,
                         document->state == archive::ReportState::kWithdrawn ? " w" : ""));
        const auto same = store.LoadRevision(document->report_id, document->revision);
        EXPECT_THAT(same, IsOk());
        EXPECT_EQ(DocumentText(*document, true), DocumentText(**same, true));
        return absl::OkStatus();
      });
  EXPECT_THAT(loaded, IsOk());
  if (revision != nullptr) {
    *revision = loaded.value_or(0);
  }
  return found;
}

// "a/2 w 5" for revision 2 of the withdrawn report a, which is held back until second 5.
std::vector<std::string> EmbargoedOf(store::Store& store) {
  std::vector<std::string> found;
  const absl::StatusOr<uint64_t> loaded = store.LoadEmbargoed(
      [](const store::ReportInfo&) { return true; },
      [&](std::unique_ptr<archive::Document> document) {
        found.push_back(absl::StrCat(
            document->report_id, "/", document->revision,
            document->state == archive::ReportState::kWithdrawn ? " w " : " ",
            absl::ToUnixSeconds(document->available_from.value_or(absl::InfinitePast()))));
        const auto same = store.LoadRevision(document->report_id, 0);
        EXPECT_THAT(same, IsOk());
        EXPECT_EQ(DocumentText(*document, true), DocumentText(**same, true));
        return absl::OkStatus();
      });
  EXPECT_THAT(loaded, IsOk());
  return found;
}

TEST_P(StoreConformance, AReportThatIsHeldBackIsListedAloneUntilItIsReleased) {
  MustImport(store(), SmallDraft("a", "甲乙。"));
  store::RevisionDraft draft = SmallDraft("b", "丙。");
  // Times are rounded up.
  draft.available_from = absl::FromUnixSeconds(5) - absl::Nanoseconds(1);
  const store::ImportOutcome imported = MustImport(store(), draft);
  EXPECT_EQ(imported.state, archive::ReportState::kEmbargoed);
  EXPECT_EQ(imported.available_from, absl::FromUnixSeconds(5));
  EXPECT_EQ(MustImport(store(), SmallDraft("b", "丁。")).available_from, absl::FromUnixSeconds(5));
  draft = SmallDraft("a", "甲丙。");
  draft.available_from = absl::FromUnixSeconds(9);
  EXPECT_EQ(MustImport(store(), draft).available_from, std::nullopt) << "what is out is out";
  for (int pass = 0; pass < 2; ++pass) {
    ASSERT_THAT(Active(store()), SizeIs(1));
    EXPECT_THAT(HistoryOf(store()), ElementsAre("a/1"));
    EXPECT_THAT(EmbargoedOf(store()), ElementsAre("b/2 5"));
    EXPECT_EQ(store().Status()->reports, 1u);
    EXPECT_EQ(store().Status()->revisions, 2u);
    QUOTES_ASSERT_OK(instance_->Reopen());
  }
  const store::Actor editor = {"editor", "", ""};
  EXPECT_THAT(store().SetEmbargo("a", absl::FromUnixSeconds(9), "", editor),
              HasReason(ErrorReason::kNotEmbargoed));
  EXPECT_THAT(store().SetEmbargo("c", std::nullopt, "", editor),
              HasReason(ErrorReason::kReportNotFound));
  EXPECT_THAT(store().SetEmbargo("b", std::nullopt, "no", editor),
              HasReason(ErrorReason::kEtagMismatch));
  EXPECT_TRUE(store().SetEmbargo("a", std::nullopt, "", editor)->unchanged);
  EXPECT_TRUE(store().SetEmbargo("b", absl::FromUnixSeconds(5), "", editor)->unchanged);
  const auto moved = store().SetEmbargo("b", absl::FromUnixSeconds(7), "", editor);
  QUOTES_ASSERT_OK(moved);
  EXPECT_EQ(moved->available_from, absl::FromUnixSeconds(7));
  EXPECT_THAT(EmbargoedOf(store()), ElementsAre("b/2 7"));

  const auto withdrawn = store().SetState("b", archive::ReportState::kWithdrawn, moved->etag);
  QUOTES_ASSERT_OK(withdrawn);
  EXPECT_EQ(withdrawn->available_from, absl::FromUnixSeconds(7));
  EXPECT_THAT(EmbargoedOf(store()), ElementsAre("b/2 w 7"));
  EXPECT_THAT(HistoryOf(store()), ElementsAre("a/1"));
  EXPECT_THAT(store().SetEmbargo("b", std::nullopt, "", editor),
              HasReason(ErrorReason::kReportWithdrawn));
  const auto restored = store().SetState("b", archive::ReportState::kActive, "");
  QUOTES_ASSERT_OK(restored);
  EXPECT_EQ(restored->state, archive::ReportState::kEmbargoed);
  EXPECT_TRUE(store().SetState("b", archive::ReportState::kActive, "")->unchanged);

  const auto released = store().SetEmbargo("b", std::nullopt, restored->etag, editor);
  QUOTES_ASSERT_OK(released);
  EXPECT_EQ(released->state, archive::ReportState::kActive);
  EXPECT_EQ(released->available_from, std::nullopt);
  for (int pass = 0; pass < 2; ++pass) {
    ASSERT_THAT(Active(store()), SizeIs(2));
    EXPECT_THAT(HistoryOf(store()), ElementsAre("a/1", "b/1"));
    EXPECT_THAT(EmbargoedOf(store()), IsEmpty());
    std::string trail;
    const auto changes = store().ListChanges(0, 20);
    QUOTES_ASSERT_OK(changes);
    for (const store::AuditEntry& entry : *changes) {
      absl::StrAppend(&trail, static_cast<int>(entry.action), entry.report_id,
                      entry.embargoed ? "- " : "+ ");
    }
    EXPECT_EQ(trail, "1a+ 1b- 1b- 1a+ 9b- 2b- 3b- 8b+ ");
    QUOTES_ASSERT_OK(instance_->Reopen());
  }
}

TEST_P(StoreConformance, AWithdrawnReportIsNoLongerActive) {
  MustImport(store(), SmallDraft("a", "甲乙。"));
  const store::ImportOutcome imported = MustImport(store(), SmallDraft("b", "丙。"));
  const auto withdrawn = store().SetState("b", archive::ReportState::kWithdrawn, imported.etag);
  QUOTES_ASSERT_OK(withdrawn);
  EXPECT_FALSE(withdrawn->unchanged);
  EXPECT_EQ(withdrawn->archive_revision, 3u);
  EXPECT_EQ(withdrawn->state, archive::ReportState::kWithdrawn);
  EXPECT_NE(withdrawn->etag, imported.etag);
  EXPECT_GE(withdrawn->update_time, imported.update_time);
  EXPECT_EQ(withdrawn->delete_time, withdrawn->update_time);
  for (int pass = 0; pass < 2; ++pass) {
    uint64_t revision = 0;
    const std::vector<archive::Document> active = Active(store(), &revision);
    ASSERT_THAT(active, SizeIs(1));
    EXPECT_EQ(active[0].report_id, "a");
    EXPECT_EQ(revision, 3u);
    const auto document = store().LoadRevision("b", 0);
    QUOTES_ASSERT_OK(document);
    EXPECT_EQ((*document)->state, archive::ReportState::kWithdrawn);
    EXPECT_EQ((*document)->etag, withdrawn->etag);
    EXPECT_EQ((*document)->update_time, withdrawn->update_time);
    EXPECT_EQ((*document)->delete_time, withdrawn->delete_time);
    EXPECT_EQ((*document)->revision_time, imported.update_time);
    EXPECT_EQ(store().FindQuoteRevision("b", (*document)->content.quotes[0].id).value_or(0), 1u);
    EXPECT_EQ(store().Status()->reports, 2u);
    QUOTES_ASSERT_OK(instance_->Reopen());
  }

  // What is imported meanwhile is written and stays out.
  const store::ImportOutcome corrected = MustImport(store(), SmallDraft("b", "丁。"));
  EXPECT_EQ(corrected.revision, 2u);
  EXPECT_EQ(corrected.state, archive::ReportState::kWithdrawn);
  EXPECT_EQ(corrected.delete_time, withdrawn->delete_time);
  EXPECT_TRUE(MustImport(store(), SmallDraft("b", "丁。")).unchanged);
  EXPECT_THAT(Active(store()), SizeIs(1));

  const auto restored = store().SetState("b", archive::ReportState::kActive, corrected.etag);
  QUOTES_ASSERT_OK(restored);
  EXPECT_EQ(restored->archive_revision, 5u);
  EXPECT_EQ(restored->delete_time, std::nullopt);
  const std::vector<archive::Document> active = Active(store());
  ASSERT_THAT(active, SizeIs(2));
  EXPECT_EQ(active[1].revision, 2u);
  EXPECT_EQ(active[1].state, archive::ReportState::kActive);
  EXPECT_EQ(active[1].delete_time, std::nullopt);
  EXPECT_EQ(active[1].etag, restored->etag);
}

TEST_P(StoreConformance, AReportRemembersWhatItResembled) {
  MustImport(store(), SmallDraft("a", "甲。"));
  store::RevisionDraft draft = SmallDraft("b", "乙。");
  draft.duplicate_of = "a";
  EXPECT_EQ(MustImport(store(), draft).duplicate_of, "a");
  EXPECT_EQ(store().LoadRevision("b", 0).value()->duplicate_of, "a");
  EXPECT_EQ(store().LoadRevision("a", 0).value()->duplicate_of, "");
  // Of the first import, whatever comes later.
  draft = SmallDraft("b", "丙。");
  EXPECT_EQ(MustImport(store(), draft).duplicate_of, "a");
  draft = SmallDraft("a", "丁。");
  draft.duplicate_of = "b";
  EXPECT_EQ(MustImport(store(), draft).duplicate_of, "");
  QUOTES_ASSERT_OK(store().SetState("b", archive::ReportState::kWithdrawn, ""));
  EXPECT_EQ(store().LoadRevision("b", 0).value()->duplicate_of, "a");
}

TEST_P(StoreConformance, AReportMayBeginAsWithdrawn) {
  store::RevisionDraft draft = SmallDraft("a", "甲。");
  draft.withdrawn = true;
  const store::ImportOutcome imported = MustImport(store(), draft);
  EXPECT_EQ(imported.state, archive::ReportState::kWithdrawn);
  EXPECT_EQ(imported.delete_time, imported.update_time);
  EXPECT_THAT(Active(store()), SizeIs(0));
  EXPECT_EQ(store().LoadRevision("a", 0).value()->delete_time, imported.delete_time);
  // Only one that is new.
  QUOTES_ASSERT_OK(store().SetState("a", archive::ReportState::kActive, ""));
  draft = SmallDraft("a", "乙。");
  draft.withdrawn = true;
  EXPECT_EQ(MustImport(store(), draft).state, archive::ReportState::kActive);
}

TEST_P(StoreConformance, AStateThatIsSetAlreadyChangesNothing) {
  const store::ImportOutcome imported = MustImport(store(), SmallDraft("a", "甲。"));
  QUOTES_ASSERT_OK(store().SetState("a", archive::ReportState::kWithdrawn, ""));
  const std::string before = Everything(store());
  const auto again = store().SetState("a", archive::ReportState::kWithdrawn, "");
  QUOTES_ASSERT_OK(again);
  EXPECT_TRUE(again->unchanged);
  EXPECT_EQ(again->archive_revision, 2u);
  EXPECT_EQ(again->etag, store().LoadRevision("a", 0).value()->etag);
  // The etag of before the change no longer holds, whatever is asked for.
  for (const auto state : {archive::ReportState::kWithdrawn, archive::ReportState::kActive}) {
    const auto stale = store().SetState("a", state, imported.etag);
    EXPECT_THAT(stale, HasReason(ErrorReason::kEtagMismatch));
    EXPECT_THAT(stale, HasCode(absl::StatusCode::kAborted));
  }
  EXPECT_THAT(store().SetState("b", archive::ReportState::kWithdrawn, ""),
              HasReason(ErrorReason::kReportNotFound));
  EXPECT_EQ(Everything(store()), before);
}

TEST_P(StoreConformance, LoadsWhatIsNotActiveFromOneState) {
  uint64_t revision = 99;
  EXPECT_THAT(HistoryOf(store(), "", &revision), IsEmpty());
  EXPECT_EQ(revision, 0u);
  for (const char* id : {"m", "b", "z"}) {
    MustImport(store(), SmallDraft(id, "甲。"));
  }
  EXPECT_THAT(HistoryOf(store(), "", &revision), IsEmpty());
  EXPECT_EQ(revision, 3u);
  for (int i = 2; i <= 11; ++i) {
    MustImport(store(), SmallDraft("b", absl::StrCat("乙。", i)));
  }
  MustImport(store(), SmallDraft("z", "乙。"));
  QUOTES_ASSERT_OK(store().SetState("z", archive::ReportState::kWithdrawn, ""));
  const std::vector<std::string> all = {"b/10", "b/9", "b/8", "b/7", "b/6",   "b/5",
                                        "b/4",  "b/3", "b/2", "b/1", "z/2 w", "z/1 w"};
  EXPECT_EQ(HistoryOf(store(), "", &revision), all);
  EXPECT_EQ(revision, 15u);
  EXPECT_THAT(HistoryOf(store(), "m"), IsEmpty());
  EXPECT_THAT(HistoryOf(store(), "none"), IsEmpty());
  EXPECT_THAT(HistoryOf(store(), "z"), ElementsAre("z/2 w", "z/1 w"));

  // What is written while the visitor runs belongs to a later state; its error ends the load.
  int visited = 0;
  const auto all_wanted = [](const store::ReportInfo&) { return true; };
  const auto loaded =
      store().LoadHistory(all_wanted, [&](const std::unique_ptr<archive::Document>& document) {
        ++visited;
        if (visited == 1) {
          QUOTES_EXPECT_OK(store().SetState("m", archive::ReportState::kWithdrawn, ""));
          QUOTES_EXPECT_OK(store().SetState("z", archive::ReportState::kActive, ""));
        }
        EXPECT_NE(document->report_id, "m");
        return absl::OkStatus();
      });
  EXPECT_EQ(loaded.value_or(0), 15u);
  EXPECT_EQ(visited, 12);
  EXPECT_THAT(HistoryOf(store(), "z"), ElementsAre("z/1"));
  EXPECT_THAT(store().LoadHistory(all_wanted,
                                  [](const std::unique_ptr<archive::Document>&) {
                                    return absl::CancelledError("enough");
                                  }),
              HasCode(absl::StatusCode::kCancelled));
}

// "a/2 w" for the withdrawn report a with two revisions. Its head is that of its documents.
std::vector<std::string> ReportsWithHistory(store::Store& store) {
  std::vector<std::string> asked;
  EXPECT_THAT(
      store.LoadHistory(
          [&](const store::ReportInfo& report) {
            const bool withdrawn = report.head.state == archive::ReportState::kWithdrawn;
            asked.push_back(
                absl::StrCat(report.report_id, "/", report.revision, withdrawn ? " w" : ""));
            const auto latest = store.LoadRevision(report.report_id, 0);
            EXPECT_THAT(latest, IsOk());
            EXPECT_EQ(report.revision, (*latest)->revision);
            EXPECT_EQ(report.head, (archive::DocumentHead{
                                       (*latest)->state, (*latest)->etag, (*latest)->create_time,
                                       (*latest)->update_time, (*latest)->delete_time,
                                       (*latest)->duplicate_of, (*latest)->available_from}));
            return false;
          },
          [](const std::unique_ptr<archive::Document>& document) {
            ADD_FAILURE() << document->report_id << " was not wanted";
            return absl::OkStatus();
          }),
      IsOk());
  return asked;
}

TEST_P(StoreConformance, TheHistoryOfAReportIsLoadedIfItIsWanted) {
  for (const char* id : {"m", "b", "z", "c"}) {
    MustImport(store(), SmallDraft(id, "甲。"));
  }
  EXPECT_THAT(ReportsWithHistory(store()), IsEmpty());
  MustImport(store(), SmallDraft("z", "乙。"));
  MustImport(store(), SmallDraft("b", "乙。"));
  QUOTES_ASSERT_OK(store().SetState("c", archive::ReportState::kWithdrawn, ""));
  QUOTES_ASSERT_OK(store().SetState("z", archive::ReportState::kWithdrawn, ""));
  EXPECT_THAT(ReportsWithHistory(store()), ElementsAre("b/2", "c/1 w", "z/2 w"));
  EXPECT_THAT(HistoryOf(store(), "z"), ElementsAre("z/2 w", "z/1 w"));
  EXPECT_THAT(HistoryOf(store(), "m"), IsEmpty());

  // The register is part of the state.
  const std::string before = store().LoadRevision("b", 0).value()->etag;
  const auto held = store().LoadRegister("b");
  QUOTES_ASSERT_OK(held);
  QUOTES_ASSERT_OK(store().WriteRegister("b", held->etag, held->entries));
  EXPECT_NE(store().LoadRevision("b", 0).value()->etag, before);
  EXPECT_THAT(ReportsWithHistory(store()), ElementsAre("b/2", "c/1 w", "z/2 w"));
  QUOTES_ASSERT_OK(store().SetState("c", archive::ReportState::kActive, ""));
  QUOTES_ASSERT_OK(store().SetState("z", archive::ReportState::kActive, ""));
  EXPECT_THAT(ReportsWithHistory(store()), ElementsAre("b/2", "z/2"));
}

TEST_P(StoreConformance, ListsRevisionsNewestFirst) {
  for (int i = 1; i <= 7; ++i) {
    store::RevisionDraft draft = SmallDraft("a", std::string(static_cast<size_t>(i), 'x'));
    draft.source.file_name = absl::StrCat("v", i);
    MustImport(store(), draft);
  }
  std::vector<uint64_t> numbers;
  uint64_t before = 0;
  while (true) {
    const auto page = store().ListRevisions("a", before, 3);
    QUOTES_ASSERT_OK(page);
    if (page->empty()) {
      break;
    }
    EXPECT_LE(page->size(), 3u);
    for (const store::RevisionInfo& info : *page) {
      numbers.push_back(info.number);
      EXPECT_EQ(info.source.file_name, absl::StrCat("v", info.number));
      EXPECT_EQ(info.source.size_bytes, info.number);
      EXPECT_EQ(info.source.sha256, Sha256Hex(std::string(info.number, 'x')));
      EXPECT_EQ(info.code_points, info.number);
      EXPECT_EQ(info.quotes, info.number);
      EXPECT_EQ(info.sections, 1u);
      EXPECT_EQ(info.parser_version, "parser-1");
      EXPECT_EQ(info.fold_version, "fold-1");
      EXPECT_GT(info.create_time, absl::Now() - absl::Hours(1));
    }
    before = page->back().number;
    if (before == 1) {
      break;
    }
  }
  EXPECT_THAT(numbers, ElementsAre(7, 6, 5, 4, 3, 2, 1));
  EXPECT_THAT(*store().ListRevisions("a", 1, 3), IsEmpty());
  EXPECT_THAT(*store().ListRevisions("a", 0, 0), IsEmpty());
  EXPECT_THAT(*store().ListRevisions("a", std::numeric_limits<uint64_t>::max(),
                                     std::numeric_limits<size_t>::max()),
              SizeIs(7));
}

TEST_P(StoreConformance, FindsTheLastRevisionOfAnId) {
  const auto quote = [](char32_t c) { return absl::StrCat("q", static_cast<uint32_t>(c), "-1"); };
  MustImport(store(), SmallDraft("a", "甲乙"));
  const std::string first_section = SmallDraft("a", "甲乙").content.sections[0].id;
  MustImport(store(), SmallDraft("a", "乙丙"));
  MustImport(store(), SmallDraft("a", "丙丁"));
  MustImport(store(), SmallDraft("b", "甲"));
  EXPECT_EQ(store().FindQuoteRevision("a", quote(U'甲')).value_or(0), 1u);
  EXPECT_EQ(store().FindQuoteRevision("a", quote(U'乙')).value_or(0), 2u);
  EXPECT_EQ(store().FindQuoteRevision("a", quote(U'丙')).value_or(0), 3u);
  EXPECT_EQ(store().FindQuoteRevision("a", quote(U'丁')).value_or(0), 3u);
  EXPECT_EQ(store().FindSectionRevision("a", first_section).value_or(0), 1u);
  EXPECT_THAT(store().FindQuoteRevision("b", quote(U'乙')), HasReason(ErrorReason::kQuoteNotFound));
}

TEST_P(StoreConformance, ARefusedDraftLeavesNothing) {
  MustImport(store(), SmallDraft("a", "甲乙。"));
  const std::string before = Everything(store());
  using Break = std::function<void(store::RevisionDraft*)>;
  const std::vector<Break> breaks = {
      [](store::RevisionDraft* d) { d->report_id.clear(); },
      [](store::RevisionDraft* d) { d->source_bytes += "x"; },
      [](store::RevisionDraft* d) { d->source.sha256[0] = 'x'; },
      [](store::RevisionDraft* d) { d->content.runs.clear(); },
      [](store::RevisionDraft* d) { d->content.quotes[0].range.end = 99; },
      [](store::RevisionDraft* d) { d->content.quotes[0].section = 1; },
      [](store::RevisionDraft* d) { d->content.sections[0].parent = 0; },
      [](store::RevisionDraft* d) { d->content.joined[0] = 0xD800; },
      [](store::RevisionDraft* d) { d->content.quotes[1].id = d->content.quotes[0].id; },
      [](store::RevisionDraft* d) { d->content.sections.push_back(d->content.sections[0]); },
  };
  for (size_t i = 0; i < breaks.size(); ++i) {
    store::RevisionDraft draft = SmallDraft(i % 2 == 0 ? "a" : "new", "丙丁。");
    draft.request_id = "request";
    draft.request_digest = "digest";
    breaks[i](&draft);
    EXPECT_THAT(store().Import(draft), HasReason(ErrorReason::kStoreUnavailable)) << i;
    EXPECT_EQ(Everything(store()), before) << i;
    EXPECT_FALSE(store().FindRequest("request", "digest").value().has_value());
  }
  // The store works on.
  EXPECT_EQ(MustImport(store(), SmallDraft("new", "丙。")).archive_revision, 2u);
}

TEST_P(StoreConformance, AReaderSeesWhatItsWriterCommits) {
  MustImport(store(), SmallDraft("a", "甲。"));
  auto reader = instance_->OpenReader();
  QUOTES_ASSERT_OK(reader);
  EXPECT_THAT(Active(**reader), SizeIs(1));
  EXPECT_TRUE((*reader)->Status()->read_only);
  EXPECT_THAT((*reader)->Import(SmallDraft("b", "甲。")), HasReason(ErrorReason::kReadOnly));
  EXPECT_THAT((*reader)->WriteRegister("a", "", {}), HasReason(ErrorReason::kReadOnly));
  EXPECT_THAT((*reader)->SetState("a", archive::ReportState::kWithdrawn, ""),
              HasReason(ErrorReason::kReadOnly));
  MustImport(store(), SmallDraft("b", "甲。"));
  EXPECT_THAT(Active(**reader), SizeIs(2));
  EXPECT_EQ((*reader)->ArchiveRevision().value_or(0), 2u);
}

TEST_P(StoreConformance, ManyThreadsReadWhileOneAfterTheOtherWrites) {
  constexpr int kWriters = 3;
  constexpr int kImports = 12;
  constexpr int kReaders = 4;
  std::atomic<int> running{kWriters};
  std::vector<std::thread> threads;
  threads.reserve(kWriters + kReaders);
  for (int w = 0; w < kWriters; ++w) {
    threads.emplace_back([this, w, &running] {
      for (int i = 1; i <= kImports; ++i) {
        const std::string text = absl::StrCat(w, "号", i);
        const auto outcome = store().Import(SmallDraft(absl::StrCat("r", w), text));
        EXPECT_THAT(outcome, IsOk());
        EXPECT_EQ(outcome->revision, static_cast<uint64_t>(i));
      }
      --running;
    });
  }
  for (int r = 0; r < kReaders; ++r) {
    threads.emplace_back([this, &running] {
      uint64_t last = 0;
      do {
        uint64_t sum = 0;
        const auto revision =
            store().LoadActive([&sum](const std::unique_ptr<archive::Document>& document) {
              sum += document->revision;
              EXPECT_EQ(document->content.quotes.size(), document->content.joined.size());
              return absl::OkStatus();
            });
        EXPECT_THAT(revision, IsOk());
        // Each import raises both by one: a mixed state would show.
        EXPECT_EQ(revision.value_or(0), sum);
        EXPECT_GE(sum, last);
        last = sum;
      } while (running > 0);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(store().ArchiveRevision().value_or(0), static_cast<uint64_t>(kWriters * kImports));
}

}  // namespace
}  // namespace quotes::testing
