#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/archive/query.h"
#include "service/library/library.h"
#include "service/store/following_store.h"
#include "service/store/sqlite/store.h"
#include "service/text/utf8.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"
#include "tests/unit/store/document_text.h"

namespace quotes {
namespace {

namespace fs = std::filesystem;

using ::quotes::testing::DocumentText;
using ::quotes::testing::HasReason;
using ::quotes::testing::IsOk;
using ::quotes::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Words that nothing else here has: of the first revision, of the second, of all.
constexpr std::string_view kFirst = "扶贫车间七千";
constexpr std::string_view kSecond = "异地搬迁九千";
constexpr std::string_view kTitle = "罕见标题文字";
constexpr std::string_view kNote = "校对附注内容";
const store::Actor kAdmin = {"admin", "", ""};

// Words like no others, so that no report is a copy of another.
std::string WordsOf(std::string_view id) {
  static constexpr std::u32string_view kCharacters =
      U"春江花月夜天地人山水林田湖草沙海河池岸石土木火金日星风云雷雨雪冰霜";
  std::mt19937 random(static_cast<uint32_t>(std::hash<std::string_view>()(id)));
  std::u32string words;
  for (int i = 0; i < 60; ++i) {
    words += kCharacters[random() % kCharacters.size()];
  }
  return text::ToUtf8(words);
}

ImportRequest RequestOf(std::string id, std::string_view sentence) {
  ImportRequest request;
  request.report_id = std::move(id);
  request.content = absl::StrCat("政府工作报告\n一、过去五年工作回顾\n", WordsOf(request.report_id),
                                 "，", std::string(sentence), "\n");
  request.file_name = absl::StrCat(request.report_id, ".txt");
  return request;
}

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <typename Char>
std::string BytesOf(const std::basic_string<Char>& units) {
  return {reinterpret_cast<const char*>(units.data()), units.size() * sizeof(Char)};
}

// Files below a folder that have any of the words, in any of the forms in which texts are kept.
std::vector<std::string> FilesWith(const fs::path& folder,
                                   const std::vector<std::string_view>& words) {
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) {
      continue;
    }
    const std::string bytes = ReadAll(entry.path());
    for (const std::string_view word : words) {
      const std::u32string points = text::ToCodePoints(word);
      const std::u16string units(points.begin(), points.end());
      if (bytes.find(word) != std::string::npos ||
          bytes.find(BytesOf(points)) != std::string::npos ||
          bytes.find(BytesOf(units)) != std::string::npos) {
        found.push_back(entry.path().string());
        break;
      }
    }
  }
  return found;
}

class PurgeTest : public ::testing::Test {
 protected:
  PurgeTest() : library_(Load()) {}

  std::unique_ptr<Library> Load(bool read_only = false) const {
    auto store = store::sqlite::Open({.path = dir_.path() / "quotes.db", .read_only = read_only});
    EXPECT_THAT(store, IsOk());
    auto library = Library::Create(*std::move(store), themes::Scheme::BuiltIn(),
                                   {.segment_folder = dir_.path() / "segments"});
    EXPECT_THAT(library, IsOk());
    return *std::move(library);
  }
  void Reopen() {
    library_.reset();
    library_ = Load();
  }

  ImportResult MustImport(const ImportRequest& request) {
    absl::StatusOr<ImportResult> result = library_->Import(request, Cancellation());
    EXPECT_THAT(result, IsOk());
    return result.ok() ? *std::move(result) : ImportResult();
  }

  // The report "gone" with two revisions, an entry of its register and a tag, among others.
  void Fill() {
    for (int i = 0; i < 20; ++i) {
      MustImport(RequestOf(absl::StrCat("other-", i), absl::StrCat("全区第", i, "条。")));
    }
    ImportRequest request = RequestOf("gone", absl::StrCat("全区", std::string(kFirst), "座。"));
    request.metadata.title = kTitle;
    request.request_id = "request-1";
    MustImport(request);
    request = RequestOf("gone", absl::StrCat("全区", std::string(kSecond), "人。"));
    request.metadata.title = kTitle;
    MustImport(request);
    DefectEdit edit;
    edit.printed = "全区";
    edit.readings = {"全市"};
    edit.note = kNote;
    QUOTES_ASSERT_OK(library_->CreateDefect("gone", "d", edit));
    const auto quotes = library_->archive()->FindReport("gone");
    ASSERT_NE(quotes, nullptr);
    quote_ = quotes->quote_id(quotes->speech_count() - 1);
    QUOTES_ASSERT_OK(
        library_->TagQuote("gone", quote_, "rural", themes::TagAction::kPin, "", kAdmin));
    for (int i = 20; i < 25; ++i) {
      MustImport(RequestOf(absl::StrCat("other-", i), absl::StrCat("全区第", i, "条。")));
    }
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
  static uint64_t Found(const Library& library, std::string_view text) {
    return Count(library.archive().get(), text);
  }
  static uint64_t FoundInHistory(const Library& library, std::string_view text) {
    return Count(library.snapshot()->history->archive(), text);
  }

  std::vector<std::string> Left() const {
    return FilesWith(dir_.path(), {kFirst, kSecond, kTitle, kNote});
  }

  void ExpectGone(const Library& library) {
    const auto held = library.snapshot();
    EXPECT_EQ(held->archive->FindReport("gone"), nullptr);
    EXPECT_EQ(held->archive->documents().size(), 25u);
    EXPECT_EQ(held->history->report_count(), 0u);
    EXPECT_EQ(Found(library, kFirst), 0u);
    EXPECT_EQ(Found(library, kSecond), 0u);
    EXPECT_EQ(FoundInHistory(library, kFirst), 0u);
    EXPECT_EQ(Found(library, "全区"), 25u);
    EXPECT_THAT(library.MissingReport("gone", false), HasReason(ErrorReason::kReportPurged));
    EXPECT_THAT(library.MissingReport("none", false), HasReason(ErrorReason::kReportNotFound));
  }

  TempDir dir_;
  std::unique_ptr<Library> library_;
  std::string quote_;
};

TEST_F(PurgeTest, NothingOfAPurgedReportIsLeftInAnyFile) {
  Fill();
  Reopen();  // whose segments are in files
  EXPECT_EQ(Found(*library_, kSecond), 1u);
  EXPECT_EQ(FoundInHistory(*library_, kFirst), 1u);
  EXPECT_FALSE(Left().empty());
  const uint64_t before = library_->archive()->revision();
  // Whoever looks on meanwhile keeps what was seen, but no file of it.
  const std::shared_ptr<const Snapshot> old = library_->snapshot();

  const auto purged = library_->Purge("gone", "", kAdmin, Cancellation());
  QUOTES_ASSERT_OK(purged);
  EXPECT_FALSE(purged->unchanged);
  EXPECT_EQ(purged->purged.revisions, 2u);
  EXPECT_EQ(purged->purged.archive_revision, before + 1);
  EXPECT_TRUE(purged->erased);
  EXPECT_THAT(Left(), IsEmpty());
  EXPECT_EQ(Count(old->archive.get(), kSecond), 1u);
  ExpectGone(*library_);
  EXPECT_EQ(library_->archive()->revision(), before + 1);
  EXPECT_THAT(library_->TagQuote("gone", quote_, "rural", std::nullopt, ""),
              HasReason(ErrorReason::kReportPurged));
  EXPECT_THAT(library_->Withdraw("gone", ""), HasReason(ErrorReason::kReportPurged));

  const auto again = library_->Purge("gone", "", kAdmin, Cancellation());
  QUOTES_ASSERT_OK(again);
  EXPECT_TRUE(again->unchanged);
  EXPECT_TRUE(again->erased);
  EXPECT_THAT(library_->Purge("none", "", kAdmin, Cancellation()),
              HasReason(ErrorReason::kReportNotFound));
  Reopen();
  ExpectGone(*library_);
  EXPECT_THAT(Left(), IsEmpty());
}

TEST_F(PurgeTest, AReportIsPurgedBeforeItsSegmentIsSaved) {
  Fill();
  QUOTES_ASSERT_OK(library_->Purge("gone", "", kAdmin, Cancellation()));
  ExpectGone(*library_);
  EXPECT_THAT(Left(), IsEmpty());
  library_.reset();
  EXPECT_THAT(Left(), IsEmpty());
}

TEST_F(PurgeTest, WithdrawnAndEmbargoedReportsArePurgedToo) {
  Fill();
  QUOTES_ASSERT_OK(library_->Withdraw("gone", ""));
  ImportRequest request = RequestOf("held", absl::StrCat("全市", std::string(kNote), "百座。"));
  request.available_from = absl::Now() + absl::Hours(24);
  MustImport(request);
  QUOTES_ASSERT_OK(library_->Purge("gone", "", kAdmin, Cancellation()));
  EXPECT_THAT(library_->snapshot()->history->withdrawn(), IsEmpty());
  const auto purged = library_->Purge("held", "", kAdmin, Cancellation());
  QUOTES_ASSERT_OK(purged);
  EXPECT_TRUE(purged->purged.embargoed);
  EXPECT_THAT(library_->snapshot()->embargoed->documents(), IsEmpty());
  EXPECT_THAT(Left(), IsEmpty());
  ExpectGone(*library_);
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_THAT(library_->MissingReport("held", false), HasReason(ErrorReason::kReportNotFound))
        << "for whoever may not know of it";
    EXPECT_THAT(library_->MissingReport("held", true), HasReason(ErrorReason::kReportPurged));
    Reopen();
  }
}

TEST_F(PurgeTest, TheIdIsReusedOnDemandAloneAndRequestsAreForgotten) {
  Fill();
  QUOTES_ASSERT_OK(library_->Purge("gone", "", kAdmin, Cancellation()));
  ImportRequest request = RequestOf("gone", absl::StrCat("全区", std::string(kFirst), "座。"));
  request.request_id = "request-1";
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_THAT(library_->Import(request, Cancellation()), HasReason(ErrorReason::kReportIdPurged));
    request.validate_only = true;
    EXPECT_THAT(library_->Import(request, Cancellation()), HasReason(ErrorReason::kReportIdPurged));
    request.validate_only = false;
    Reopen();
  }
  request.allow_purged_id = true;
  const ImportResult result = MustImport(request);
  EXPECT_EQ(result.outcome.revision, 1u);
  EXPECT_FALSE(result.outcome.replayed);
  EXPECT_EQ(Found(*library_, kFirst), 1u);
  EXPECT_EQ(result.document->tags().size(), 0u);
  EXPECT_EQ(result.document->defects().size(), 0u);
  request.allow_purged_id = false;
  request.request_id.clear();
  request.content += "又一句话。\n";
  EXPECT_EQ(MustImport(request).outcome.revision, 2u) << "a report like any other";
  Reopen();
  EXPECT_EQ(Found(*library_, kFirst), 1u);
  // And it is purged like any other.
  QUOTES_ASSERT_OK(library_->Purge("gone", "", kAdmin, Cancellation()));
  ExpectGone(*library_);
  EXPECT_THAT(Left(), IsEmpty());
}

TEST_F(PurgeTest, CopiesNameNothingAndAreTheSameAfterAStart) {
  const std::string first = absl::StrCat("全区", std::string(kFirst), "座。\n");
  const auto lines = [](char begin, char end) {
    std::string text;
    for (char more = begin; more != end; ++more) {
      absl::StrAppend(&text, WordsOf(std::string(1, more)), "。\n");  // long enough to be compared
    }
    return text;
  };
  ImportRequest request = RequestOf("gone", absl::StrCat(first, lines('a', 'u')));
  MustImport(request);
  // What is held back has another part of the report than the copies that everybody reads.
  ImportRequest hidden_part = request;
  hidden_part.report_id = "held";
  hidden_part.content = lines('k', 'u');
  hidden_part.duplicate_handling = DuplicateHandling::kSeparate;
  hidden_part.available_from = absl::Now() + absl::Hours(24);
  EXPECT_EQ(MustImport(hidden_part).outcome.duplicate_of, "gone");
  for (const char* const id : {"variant", "copy"}) {
    ImportRequest copy = request;
    copy.report_id = id;
    copy.content = RequestOf("gone", absl::StrCat(first, lines('a', 'k'))).content;
    copy.duplicate_handling = id == std::string_view("variant") ? DuplicateHandling::kVariant
                                                                : DuplicateHandling::kSeparate;
    EXPECT_EQ(MustImport(copy).outcome.duplicate_of, "gone") << id;
  }
  QUOTES_ASSERT_OK(library_->Purge("gone", "", kAdmin, Cancellation()));
  const auto told = [this] {
    const auto held = library_->snapshot();
    const archive::PackedDocument* const variant = held->history->FindReport("variant");
    const archive::PackedDocument* const copy = held->archive->FindReport("copy");
    const std::shared_ptr<const archive::PackedDocument> hidden = held->embargoed->Find("held");
    std::vector<std::string> texts;
    for (const archive::PackedDocument* const document : {copy, variant, hidden.get()}) {
      EXPECT_NE(document, nullptr);
      if (document != nullptr) {
        EXPECT_EQ(document->head().duplicate_of, "");
        texts.push_back(DocumentText(archive::Unpack(*document), true));
      }
    }
    return texts;
  };
  const std::vector<std::string> before = told();
  Reopen();
  EXPECT_EQ(told(), before);
  EXPECT_EQ(Found(*library_, kFirst), 1u) << "of the copy alone";
}

TEST_F(PurgeTest, WhatAPurgeCouldNotFinishIsFinishedLater) {
  Fill();
  Reopen();
  // As if the process had ended behind the transaction: the store alone knows of it.
  library_.reset();
  {
    auto store = store::sqlite::Open({.path = dir_.path() / "quotes.db"});
    QUOTES_ASSERT_OK(store);
    QUOTES_ASSERT_OK((*store)->Purge("gone", "", kAdmin));
  }
  EXPECT_FALSE(Left().empty()) << "in segments";
  library_ = Load();
  ExpectGone(*library_);
  QUOTES_EXPECT_OK(library_->ScrubPurged());
  // The same again waits for it.
  const auto again = library_->Purge("gone", "", kAdmin, Cancellation());
  QUOTES_ASSERT_OK(again);
  EXPECT_TRUE(again->unchanged);
  EXPECT_TRUE(again->erased);
  EXPECT_THAT(Left(), IsEmpty());
}

TEST_F(PurgeTest, ACallerThatDoesNotWaitIsToldSo) {
  Fill();
  Cancellation given_up;
  given_up.Cancel();
  const auto purged = library_->Purge("gone", "", kAdmin, given_up);
  QUOTES_ASSERT_OK(purged);
  ExpectGone(*library_);
  const auto again = library_->Purge("gone", "", kAdmin, Cancellation());
  QUOTES_ASSERT_OK(again);
  EXPECT_TRUE(again->erased);
  EXPECT_THAT(Left(), IsEmpty());
}

TEST_F(PurgeTest, AReplicaErasesItFromItsOwnSegments) {
  Fill();
  const TempDir other;
  const auto copy = [&](const std::string& name) {
    EXPECT_THAT(library_->store().CopyTo(other.path() / name, Cancellation()), IsOk());
    auto store = store::sqlite::Open({.path = other.path() / name, .read_only = true});
    EXPECT_THAT(store, IsOk());
    return *std::move(store);
  };
  auto following = std::make_unique<store::FollowingStore>(copy("1.db"));
  store::FollowingStore* const held = following.get();
  auto replica =
      Library::Create(std::move(following), themes::Scheme::BuiltIn(),
                      {.segment_folder = other.path() / "segments", .own_segments = true});
  QUOTES_ASSERT_OK(replica);
  EXPECT_EQ(Found(**replica, kSecond), 1u);
  QUOTES_ASSERT_OK(library_->Purge("gone", "", kAdmin, Cancellation()));
  held->Exchange(copy("2.db")).reset();
  fs::remove(other.path() / "1.db");
  QUOTES_ASSERT_OK((*replica)->CatchUp(Cancellation()));
  ExpectGone(**replica);
  // Its thread does it; a purge, which would wait for that, is the writer's.
  EXPECT_THAT((*replica)->Purge("gone", "", kAdmin, Cancellation()),
              HasReason(ErrorReason::kReadOnly));
  const absl::Time end = absl::Now() + absl::Minutes(2);
  while (!FilesWith(other.path(), {kFirst, kSecond, kTitle, kNote}).empty() && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_THAT(FilesWith(other.path(), {kFirst, kSecond, kTitle, kNote}), IsEmpty());
  ExpectGone(**replica);
}

TEST_F(PurgeTest, TheTrailSaysWhatWasDone) {
  Fill();
  DefectEdit edit;
  edit.kind = report::DefectKind::kOmission;
  edit.certainty = report::Certainty::kCertain;
  QUOTES_ASSERT_OK(library_->UpdateDefect("gone", "d", "", edit));
  QUOTES_ASSERT_OK(library_->DeleteDefect("gone", "d", ""));
  QUOTES_ASSERT_OK(
      library_->TagQuote("gone", quote_, "rural", themes::TagAction::kRemove, "", kAdmin));
  QUOTES_ASSERT_OK(library_->TagQuote("gone", quote_, "rural", std::nullopt, "", kAdmin));
  QUOTES_ASSERT_OK(library_->Purge("gone", "", kAdmin, Cancellation()));
  const auto entries = library_->store().ListAudit({.report_id = "gone"}, 0, 20);
  QUOTES_ASSERT_OK(entries);
  std::vector<std::string> details;
  for (const store::AuditEntry& entry : *entries) {
    details.push_back(
        absl::StrCat(entry.child.empty() ? "" : entry.child.substr(0, 6), ": ", entry.detail));
  }
  EXPECT_THAT(details, ElementsAre(": 2 revisions", "quotes: cleared themes/rural",
                                   "quotes: removed themes/rural", "defect: OMISSION CERTAIN",
                                   "defect: OMISSION CERTAIN", "quotes: pinned themes/rural",
                                   "defect: OTHER POSSIBLE", ": ", ": "));
}

}  // namespace
}  // namespace quotes
