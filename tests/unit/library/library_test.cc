#include "service/library/library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/base/hash.h"
#include "service/base/limits.h"
#include "service/store/content.h"
#include "service/store/sqlite/store.h"
#include "service/text/utf8.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"
#include "tests/unit/store/document_text.h"
#include "tests/unit/store/forwarding_store.h"

namespace quotes {
namespace {

using ::quotes::testing::DocumentText;
using ::quotes::testing::ForwardingStore;
using ::quotes::testing::HasCode;
using ::quotes::testing::HasField;
using ::quotes::testing::HasReason;
using ::quotes::testing::IsOk;
using ::quotes::testing::TempDir;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kShort[] =
    "政府工作报告\n"
    "一、过去五年工作回顾\n"
    "全区生产总值达到280亿元。棚改安置房建成2800套。\n"
    "二、今后五年的目标\n"
    "加快高质量发展，建设现代化强区。\n";

ImportRequest SampleRequest() {
  ImportRequest request;
  request.content = quotes::testing::SampleReport();
  request.file_name = "zaozhuang-shizhong-2022.txt";
  auto defects = report::ParseDefects(quotes::testing::SampleDefects());
  EXPECT_THAT(defects, IsOk());
  if (defects.ok()) {
    request.defects = *std::move(defects);
  }
  return request;
}

ImportRequest ShortRequest(std::string report_id, std::string_view more = "") {
  ImportRequest request;
  request.report_id = std::move(report_id);
  request.content = absl::StrCat(kShort, std::string(more));
  request.file_name = "short.txt";
  return request;
}

std::vector<report::Defect> DefectsOf(const archive::PackedDocument& document) {
  return archive::Unpack(document).defects;
}

class LibraryTest : public ::testing::Test {
 protected:
  LibraryTest() : library_(Load(false)) {}

  std::unique_ptr<Library> Load(bool read_only) const {
    auto store = store::sqlite::Open({.path = dir_.path() / "quotes.db", .read_only = read_only});
    EXPECT_THAT(store, IsOk());
    if (!store.ok()) {
      return nullptr;
    }
    auto library = Library::Create(*std::move(store), themes::Scheme::BuiltIn());
    EXPECT_THAT(library, IsOk());
    return library.ok() ? *std::move(library) : nullptr;
  }

  ImportResult MustImport(const ImportRequest& request) {
    absl::StatusOr<ImportResult> result = library_->Import(request, Cancellation());
    EXPECT_THAT(result, IsOk());
    return result.ok() ? *std::move(result) : ImportResult();
  }

  // The snapshot is what a new process would load.
  void ExpectSnapshotIsFresh() {
    const std::shared_ptr<const archive::Archive> held = library_->archive();
    const std::unique_ptr<Library> other = Load(true);
    ASSERT_NE(other, nullptr);
    const std::shared_ptr<const archive::Archive> fresh = other->archive();
    EXPECT_EQ(held->revision(), fresh->revision());
    EXPECT_EQ(held->theme_totals(), fresh->theme_totals());
    ASSERT_EQ(held->documents().size(), fresh->documents().size());
    for (size_t i = 0; i < held->documents().size(); ++i) {
      EXPECT_EQ(DocumentText(archive::Unpack(*held->documents()[i]), true),
                DocumentText(archive::Unpack(*fresh->documents()[i]), true));
    }
    const auto& withdrawn = library_->snapshot()->history->withdrawn();
    const auto& fresh_withdrawn = other->snapshot()->history->withdrawn();
    ASSERT_EQ(withdrawn.size(), fresh_withdrawn.size());
    for (size_t i = 0; i < withdrawn.size(); ++i) {
      EXPECT_EQ(DocumentText(archive::Unpack(*withdrawn[i]), true),
                DocumentText(archive::Unpack(*fresh_withdrawn[i]), true));
    }
    EXPECT_EQ(HistoryText(*library_->snapshot()->history),
              HistoryText(*other->snapshot()->history));
  }

  // Every text of a history. Etag and times of earlier revisions are those of when they were
  // loaded.
  static std::string HistoryText(const History& history) {
    std::string text;
    if (history.archive() == nullptr) {
      return text;
    }
    std::map<std::string, const archive::PackedDocument*> documents;
    for (const archive::PackedDocument* const document : history.archive()->documents()) {
      documents.emplace(document->report_id(), document);
    }
    for (const auto& [id, document] : documents) {
      const std::optional<History::Text> found = history.FindText(id);
      EXPECT_TRUE(found.has_value()) << id;
      if (found.has_value()) {
        absl::StrAppend(&text, std::string(found->report_id), " ", found->revision, " ",
                        static_cast<int>(found->state), "\n",
                        DocumentText(archive::Unpack(*document), false));
      }
    }
    return text;
  }

  static uint64_t Count(const archive::Archive& archive, std::string_view text) {
    const auto query = archive::ParseQuery(text);
    EXPECT_THAT(query, IsOk());
    archive::Lookup lookup;
    lookup.query = &*query;
    const auto answer = archive.Find(lookup, Cancellation());
    EXPECT_THAT(answer, IsOk());
    return answer.ok() ? answer->total : 0;
  }

  TempDir dir_;
  std::unique_ptr<Library> library_;
};

TEST_F(LibraryTest, BeginsEmpty) {
  EXPECT_THAT(library_->archive()->documents(), IsEmpty());
  EXPECT_EQ(library_->archive()->revision(), 0u);
  EXPECT_EQ(&library_->archive()->scheme(), library_->scheme().get());
}

TEST_F(LibraryTest, TheSampleIsHeldAsAFreshLoadWouldHoldIt) {
  const ImportResult result = MustImport(SampleRequest());
  ASSERT_NE(result.document, nullptr);
  const archive::Document document = archive::Unpack(*result.document);
  EXPECT_EQ(result.outcome.revision, 1u);
  EXPECT_FALSE(result.outcome.unchanged);
  EXPECT_EQ(document.report_id, result.outcome.report_id);
  EXPECT_EQ(document.content.metadata.speaker, "宋磊");
  EXPECT_EQ(document.content.metadata.date, absl::CivilDay(2022, 1, 17));
  EXPECT_EQ(document.defects.size(), SampleRequest().defects.size());
  EXPECT_EQ(document.source.sha256, Sha256Hex(quotes::testing::SampleReport()));
  EXPECT_FALSE(result.lint.empty());

  const auto loaded = library_->LoadRevision(document.report_id, 0, *library_->scheme());
  QUOTES_ASSERT_OK(loaded);
  EXPECT_EQ(DocumentText(document, true), DocumentText(archive::Unpack(**loaded), true));
  ExpectSnapshotIsFresh();
  EXPECT_EQ(library_->archive()->FindReport(document.report_id), result.document.get());
  EXPECT_EQ(Count(*library_->archive(), "棚改"), 2u);
  EXPECT_EQ(library_->store().LoadSource(document.report_id, 0).value_or(""),
            quotes::testing::SampleReport());
}

TEST_F(LibraryTest, RealReportsAreHeldAsAFreshLoadWouldHoldThem) {
  const auto corpus = quotes::testing::CorpusDir();
  if (!corpus.has_value()) {
    GTEST_SKIP() << "the corpus of real reports is not here";
  }
  std::set<std::string> ids;
  for (const std::filesystem::path& file : quotes::testing::TextFiles(*corpus / "reports")) {
    ImportRequest request;
    request.content = quotes::testing::ReadFile(file);
    request.file_name = file.filename();
    // Two reports of unknown title and date may share the id that is made from these.
    request.report_id = absl::StrCat("r", ids.size());
    const ImportResult result = MustImport(request);
    ASSERT_NE(result.document, nullptr) << file;
    EXPECT_EQ(result.outcome.revision, 1u) << file;
    ids.insert(request.report_id);
  }
  EXPECT_EQ(library_->archive()->documents().size(), ids.size());
  ExpectSnapshotIsFresh();
}

TEST_F(LibraryTest, AnUnchangedImportSwapsNothing) {
  MustImport(SampleRequest());
  const std::shared_ptr<const archive::Archive> before = library_->archive();
  ImportRequest again = SampleRequest();
  again.file_name = "a copy.txt";
  const ImportResult result = MustImport(again);
  EXPECT_TRUE(result.outcome.unchanged);
  EXPECT_EQ(result.outcome.archive_revision, 1u);
  EXPECT_EQ(library_->archive(), before);
  EXPECT_EQ(result.document.get(), before->FindReport(result.outcome.report_id));
}

TEST_F(LibraryTest, ANewTextBecomesTheNextRevisionAndSharesTheOthers) {
  MustImport(ShortRequest("one"));
  MustImport(ShortRequest("two"));
  const std::shared_ptr<const archive::Archive> before = library_->archive();
  const ImportResult result = MustImport(ShortRequest("two", "新增一句改革话语。\n"));
  EXPECT_EQ(result.outcome.revision, 2u);
  EXPECT_EQ(result.outcome.archive_revision, 3u);
  const std::shared_ptr<const archive::Archive> after = library_->archive();
  EXPECT_TRUE(
      std::ranges::equal(after->FindReport("one")->bytes(), before->FindReport("one")->bytes()));
  EXPECT_FALSE(
      std::ranges::equal(after->FindReport("two")->bytes(), before->FindReport("two")->bytes()));
  EXPECT_EQ(Count(*after, "改革话语"), 1u);
  EXPECT_EQ(Count(*before, "改革话语"), 0u);
  EXPECT_THAT(after->documents(), SizeIs(2));
  const auto old = library_->LoadRevision("two", 1, *library_->scheme());
  QUOTES_ASSERT_OK(old);
  EXPECT_EQ((*old)->joined(), before->FindReport("two")->joined());
  EXPECT_TRUE((*old)->has_themes());
  ExpectSnapshotIsFresh();
}

TEST_F(LibraryTest, TheReportsIdDoesNotDependOnTheBytes) {
  ImportRequest request = SampleRequest();
  const ImportResult first = MustImport(request);
  request.content += "\n";
  const ImportResult second = MustImport(request);
  EXPECT_EQ(first.outcome.report_id, second.outcome.report_id);
  EXPECT_EQ(second.outcome.revision, 2u);
  request.report_id = "mine";
  request.duplicate_handling = DuplicateHandling::kSeparate;
  EXPECT_EQ(MustImport(request).document->report_id(), "mine");
}

TEST_F(LibraryTest, ACopyIsNotTakenUnnoticed) {
  MustImport(SampleRequest());
  const std::string original(library_->archive()->documents()[0]->report_id());
  const uint64_t revision = library_->archive()->revision();
  ImportRequest copy = SampleRequest();
  copy.report_id = "copy";
  copy.defects.clear();
  copy.content += "\n添一句。\n";
  for (const bool validate_only : {true, false}) {
    copy.validate_only = validate_only;
    const absl::StatusOr<ImportResult> refused = library_->Import(copy, Cancellation());
    EXPECT_THAT(refused, HasReason(ErrorReason::kDuplicateReport));
    EXPECT_EQ(GetErrorDetail(refused.status())->metadata[0].second, "reports/" + original);
  }
  EXPECT_EQ(library_->archive()->revision(), revision);

  copy.duplicate_handling = DuplicateHandling::kVariant;
  copy.validate_only = true;
  EXPECT_EQ(MustImport(copy).document->state(), archive::ReportState::kWithdrawn);
  copy.validate_only = false;
  const ImportResult variant = MustImport(copy);
  EXPECT_EQ(variant.document->state(), archive::ReportState::kWithdrawn);
  EXPECT_TRUE(variant.document->delete_time().has_value());
  EXPECT_EQ(variant.duplicate_of->report_id, original);
  EXPECT_EQ(variant.document->duplicate_of(), original);
  EXPECT_EQ(library_->archive()->documents().size(), 1u);
  ExpectSnapshotIsFresh();
  // The same again is nothing new, however it is to be taken.
  copy.duplicate_handling = DuplicateHandling::kRefuse;
  EXPECT_TRUE(MustImport(copy).outcome.unchanged);

  copy.report_id = "separate";
  copy.duplicate_handling = DuplicateHandling::kSeparate;
  EXPECT_EQ(MustImport(copy).document->state(), archive::ReportState::kActive);
  EXPECT_EQ(library_->archive()->documents().size(), 2u);
  EXPECT_EQ(library_->archive()->FindReport("separate")->duplicate_of(), original);
  ExpectSnapshotIsFresh();
  // A report that resembles none is what it is, whatever is asked.
  ImportRequest other = ShortRequest("other");
  other.duplicate_handling = DuplicateHandling::kVariant;
  EXPECT_EQ(MustImport(other).document->state(), archive::ReportState::kActive);
}

TEST_F(LibraryTest, AnAmendedStatuteIsAReportOfItsOwn) {
  const auto statute = [](const std::string& day, const std::string& term) {
    std::string text = absl::StrCat("某市湿地保护条例\n（", day, "市人大常委会通过）\n");
    char32_t letter = 0x4E00;  // words of no meaning, so that no two articles are alike
    for (const char* number : {"一", "二", "三", "四", "五", "六", "七", "八"}) {
      absl::StrAppend(&text, "第", number, "条　湿地由所在地人民政府划定，");
      for (int word = 0; word < 60; ++word) {
        text::AppendUtf8(letter += 7, &text);
      }
      absl::StrAppend(&text, "，有关部门应当自收到申请之日起", term, "日内作出决定。\n");
    }
    return text;
  };
  ImportRequest request;
  request.content = statute("2014年3月1日", "三十");
  const std::string original = MustImport(request).outcome.report_id;
  request.content = statute("2020年6月1日", "二十");
  const ImportResult amended = MustImport(request);
  EXPECT_NE(amended.outcome.report_id, original);
  EXPECT_EQ(amended.document->state(), archive::ReportState::kActive);
  EXPECT_EQ(amended.document->duplicate_of(), original) << "it is told all the same";
  // Of the same day, or of none, it may be a copy.
  request.report_id = "copy";
  request.content = statute("2014年3月1日", "十五");
  EXPECT_THAT(library_->Import(request, Cancellation()), HasReason(ErrorReason::kDuplicateReport));
}

// A text of its own for each of the tests below: long enough to be compared.
std::string LongText(std::string_view output, std::string_view doubt) {
  std::string text =
      "青河县人民政府工作报告\n——2026年1月15日在青河县第十八届人民代表大会第五次会议上\n"
      "青河县县长 王建国\n各位代表：\n";
  absl::StrAppend(&text, "预计全年地区生产总值完成", std::string(output), "亿元、增长5.8%。\n",
                  std::string(doubt), "财政收入稳步提高，居民收入与经济同步增长。\n");
  for (int i = 1; i <= 30; ++i) {
    absl::StrAppend(&text, "第", i, "个项目位于", i * 7, "号地块，总投资", i * 13, "万元，安排",
                    i * 3, "个村的道路和水渠，受益群众", i * 11, "户。\n");
  }
  return text;
}

ImportRequest LongRequest(std::string file_name, std::string content) {
  ImportRequest request;
  request.file_name = std::move(file_name);
  request.content = std::move(content);
  return request;
}

TEST_F(LibraryTest, AnotherTranscriptionReplacesNothingUnasked) {
  const ImportResult first = MustImport(LongRequest("a.txt", LongText("86.3", "")));
  const std::string id = first.outcome.report_id;
  // The same file, corrected.
  const ImportResult corrected = MustImport(LongRequest("a.txt", LongText("86.5", "")));
  EXPECT_EQ(corrected.outcome.report_id, id);
  EXPECT_EQ(corrected.outcome.revision, 2u);

  ImportRequest older = LongRequest("b.txt", LongText("86.4", ""));
  for (const bool validate_only : {true, false}) {
    older.validate_only = validate_only;
    const absl::StatusOr<ImportResult> refused = library_->Import(older, Cancellation());
    EXPECT_THAT(refused, HasReason(ErrorReason::kDuplicateReport));
    EXPECT_EQ(GetErrorDetail(refused.status())->metadata[0].second, "reports/" + id);
  }
  EXPECT_EQ(library_->archive()->FindReport(id)->revision(), 2u);

  // Taken beside it, under a name of its own, as often as it comes.
  older.duplicate_handling = DuplicateHandling::kVariant;
  const ImportResult variant = MustImport(older);
  EXPECT_EQ(variant.outcome.report_id, id + "-2");
  EXPECT_EQ(variant.document->state(), archive::ReportState::kWithdrawn);
  ASSERT_TRUE(variant.duplicate_of.has_value());
  EXPECT_EQ(variant.duplicate_of->report_id, id);
  EXPECT_EQ(variant.document->duplicate_of(), id);
  EXPECT_GT(variant.duplicate_of->likeness, 0.9);
  EXPECT_TRUE(MustImport(older).outcome.unchanged);
  older.duplicate_handling = DuplicateHandling::kRefuse;
  EXPECT_TRUE(MustImport(older).outcome.unchanged);
  // What was taken beside the first is corrected by its own file.
  older.content = LongText("86.6", "");
  const ImportResult next = MustImport(older);
  EXPECT_EQ(next.outcome.report_id, id + "-2");
  EXPECT_EQ(next.outcome.revision, 2u);
  EXPECT_EQ(next.document->state(), archive::ReportState::kWithdrawn);

  // Whatever is asked, the bytes of a held report are that report.
  ImportRequest again = LongRequest("c.txt", LongText("86.5", ""));
  again.duplicate_handling = DuplicateHandling::kSeparate;
  EXPECT_EQ(MustImport(again).outcome.report_id, id);
  again.content = LongText("86.7", "");
  const ImportResult separate = MustImport(again);
  EXPECT_EQ(separate.outcome.report_id, id + "-3");
  EXPECT_EQ(separate.document->state(), archive::ReportState::kActive);
  ExpectSnapshotIsFresh();

  // By its id it is asked for.
  again.report_id = id;
  EXPECT_EQ(MustImport(again).outcome.revision, 3u);
}

TEST_F(LibraryTest, ACorrectedDayIsTheNextRevisionOfItsFile) {
  std::string content = LongText("86.3", "");
  const std::string id = MustImport(LongRequest("a.txt", content)).outcome.report_id;
  const std::string day = "2026年1月15日";
  content.replace(content.find(day), day.size(), "2026年1月16日");
  // Of another file the same text may be right or wrong.
  EXPECT_THAT(library_->Import(LongRequest("b.txt", content), Cancellation()),
              HasReason(ErrorReason::kDuplicateReport));
  ImportRequest request = LongRequest("a.txt", content);
  for (const bool validate_only : {true, false}) {
    request.validate_only = validate_only;
    const ImportResult result = MustImport(request);
    EXPECT_EQ(result.outcome.report_id, id);
    EXPECT_EQ(result.outcome.revision, 2u);
    EXPECT_EQ(result.document->date(), absl::CivilDay(2026, 1, 16));
  }
  EXPECT_TRUE(MustImport(request).outcome.unchanged);
  ExpectSnapshotIsFresh();
  // A part of it of yet another day is no correction, whatever its file's name.
  content.resize(content.find("第20个"));
  content.replace(content.find("1月16日"), std::string("1月16日").size(), "1月17日");
  EXPECT_THAT(library_->Import(LongRequest("a.txt", content), Cancellation()),
              HasReason(ErrorReason::kDuplicateReport));
}

TEST_F(LibraryTest, TheSameReportInSeveralFilesHasOneRevision) {
  const std::string text = LongText("86.3", "");
  std::string wrapped = text;
  wrapped.insert(wrapped.rfind("。"), "\n");
  const std::string id = MustImport(LongRequest("a.txt", text)).outcome.report_id;
  const uint64_t archive_revision = library_->archive()->revision();
  for (int run = 0; run < 3; ++run) {
    for (const bool validate_only : {true, false}) {
      for (const auto& [name, content] : {std::pair("a.txt", text), std::pair("b.txt", wrapped)}) {
        SCOPED_TRACE(name);
        ImportRequest request = LongRequest(name, content);
        request.validate_only = validate_only;
        const ImportResult result = MustImport(request);
        EXPECT_TRUE(result.outcome.unchanged);
        EXPECT_EQ(result.outcome.report_id, id);
        EXPECT_EQ(result.outcome.revision, 1u);
        EXPECT_EQ(result.outcome.archive_revision, archive_revision);
        EXPECT_EQ(result.document->source().file_name, "a.txt");
      }
    }
  }
  // The first file, corrected, is the next revision; what the others say is then another text.
  const ImportResult corrected = MustImport(LongRequest("a.txt", LongText("86.5", "")));
  EXPECT_EQ(corrected.outcome.report_id, id);
  EXPECT_EQ(corrected.outcome.revision, 2u);
  EXPECT_THAT(library_->Import(LongRequest("b.txt", wrapped), Cancellation()),
              HasReason(ErrorReason::kDuplicateReport));
  ExpectSnapshotIsFresh();
}

TEST_F(LibraryTest, AFileThatARevisionCameFromIsKnownAfterOthers) {
  const std::string first = LongText("86.3", "");
  const std::string second = LongText("86.4", "");
  const std::string id = MustImport(LongRequest("a.txt", first)).outcome.report_id;
  ImportRequest asked = LongRequest("a.pdf.txt", second);
  asked.report_id = id;
  EXPECT_EQ(MustImport(asked).outcome.revision, 2u);
  // Both come again, as files of a folder do: neither takes the other's place.
  for (int run = 0; run < 2; ++run) {
    EXPECT_TRUE(MustImport(LongRequest("a.txt", first)).outcome.unchanged);
    EXPECT_TRUE(MustImport(LongRequest("a.pdf.txt", second)).outcome.unchanged);
  }
  EXPECT_EQ(library_->archive()->FindReport(id)->revision(), 2u);
  EXPECT_EQ(MustImport(LongRequest("a.txt", LongText("86.5", ""))).outcome.revision, 3u);
  // The latest file as it was before is a correction taken back.
  EXPECT_EQ(MustImport(LongRequest("a.txt", first)).outcome.revision, 4u);
}

TEST_F(LibraryTest, OtherMarksFromAnotherFileReplaceNothingUnasked) {
  MustImport(LongRequest("a.txt", LongText("86.3", "")));
  std::string content = LongText("86.3", "");
  content.replace(content.find("，"), std::string("，").size(), "；");
  EXPECT_THAT(library_->Import(LongRequest("b.txt", content), Cancellation()),
              HasReason(ErrorReason::kDuplicateReport));
  EXPECT_EQ(MustImport(LongRequest("a.txt", content)).outcome.revision, 2u);
}

TEST_F(LibraryTest, ANewRevisionSaysWhatItSaysOtherwise) {
  MustImport(LongRequest("a.txt", LongText("86.3", "")));
  ImportRequest request = LongRequest("a.txt", LongText("86.5", "不"));
  for (const bool validate_only : {true, false}) {
    request.validate_only = validate_only;
    const ImportResult result = MustImport(request);
    ASSERT_EQ(result.revised.size(), 2u);
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_TRUE(result.revised[i].grave);
      EXPECT_EQ(result.revised[i].line, 5 + i);
    }
    EXPECT_NE(result.revised[0].message.find("revision 1 has …生产总值完成86.3亿元、增长5"),
              std::string::npos)
        << result.revised[0].message;
    EXPECT_NE(result.revised[0].message.find("this text …生产总值完成86.5亿元"), std::string::npos);
  }
  // Nothing of it stays with the report.
  EXPECT_TRUE(MustImport(request).revised.empty());

  // A word that decides nothing is only possibly of account; a lost sentence certainly is.
  std::string content = LongText("86.5", "不");
  const auto replace = [&](std::string_view from, std::string_view to) {
    content.replace(content.find(from), from.size(), to);
  };
  replace("的道路和水渠", "的公路和水渠");
  content.erase(content.rfind("第30个项目"));
  request.content = content;
  const ImportResult less = MustImport(request);
  ASSERT_EQ(less.revised.size(), 2u);
  EXPECT_FALSE(less.revised[0].grave);
  EXPECT_TRUE(less.revised[1].grave);
  EXPECT_NE(less.revised[1].message.find("第30个项目"), std::string::npos);

  // Of many the gravest are named and the others counted.
  while (content.find("水渠，") != std::string::npos) {
    replace("水渠，", "沟渠，");
  }
  for (int i = 1; i <= 40; ++i) {
    absl::StrAppend(&content, "新增", i * 17, "公里的管网，覆盖", i, "个社区。\n");
  }
  request.content = content;
  const ImportResult many = MustImport(request);
  ASSERT_EQ(many.revised.size(), 51u);
  EXPECT_EQ(many.revised.back().message, "19 more sentences differ from revision 3");
}

TEST_F(LibraryTest, OfCopiesImportedAtOnceOneIsTaken) {
  std::vector<std::thread> threads;
  std::atomic<int> taken = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      ImportRequest copy = SampleRequest();
      copy.report_id = absl::StrCat("copy-", i);
      const absl::StatusOr<ImportResult> result = library_->Import(copy, Cancellation());
      taken += result.ok() ? 1 : 0;
      EXPECT_TRUE(result.ok() || GetErrorReason(result.status()) == ErrorReason::kDuplicateReport);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(taken, 1);
}

TEST_F(LibraryTest, ARequestIdGivesTheFirstOutcomeAgain) {
  ImportRequest request = ShortRequest("one");
  request.request_id = "request-1";
  const ImportResult first = MustImport(request);
  MustImport(ShortRequest("one", "后来的一句。\n"));
  for (int pass = 0; pass < 2; ++pass) {
    const std::shared_ptr<const archive::Archive> before = library_->archive();
    const ImportResult again = MustImport(request);
    EXPECT_TRUE(again.outcome.replayed);
    EXPECT_EQ(again.outcome.revision, 1u);
    EXPECT_EQ(again.outcome.archive_revision, 1u);
    EXPECT_EQ(again.document->joined(), first.document->joined());
    EXPECT_EQ(again.lint.size(), first.lint.size());
    EXPECT_EQ(library_->archive(), before);
    library_.reset();
    library_ = Load(false);
  }
  request.metadata.office = "区长";
  EXPECT_THAT(library_->Import(request, Cancellation()), HasReason(ErrorReason::kRequestIdReused));
  // Known before the text is read.
  request.content = std::string("\0", 1);
  EXPECT_THAT(library_->Import(request, Cancellation()), HasReason(ErrorReason::kRequestIdReused));
}

TEST_F(LibraryTest, ValidateOnlyTellsWhatWouldBe) {
  ImportRequest request = SampleRequest();
  request.request_id = "request-1";
  request.validate_only = true;
  const ImportResult checked = MustImport(request);
  EXPECT_EQ(checked.outcome.revision, 1u);
  EXPECT_EQ(checked.outcome.archive_revision, 0u);
  EXPECT_FALSE(checked.outcome.unchanged);
  EXPECT_EQ(library_->store().ArchiveRevision().value_or(9), 0u);
  EXPECT_THAT(library_->archive()->documents(), IsEmpty());

  request.validate_only = false;
  const ImportResult imported = MustImport(request);
  EXPECT_FALSE(imported.outcome.replayed);
  EXPECT_EQ(DocumentText(archive::Unpack(*checked.document), false),
            DocumentText(archive::Unpack(*imported.document), false));

  request.validate_only = true;
  const ImportResult same = MustImport(request);
  EXPECT_TRUE(same.outcome.unchanged);
  EXPECT_EQ(same.outcome.revision, 1u);
  request.metadata.office = "区长";
  const ImportResult other = MustImport(request);
  EXPECT_FALSE(other.outcome.unchanged);
  EXPECT_EQ(other.outcome.revision, 2u);
  EXPECT_EQ(library_->store().ArchiveRevision().value_or(9), 1u);
}

TEST_F(LibraryTest, GivenMetadataWinOverTheText) {
  ImportRequest request = ShortRequest("one");
  const ImportResult plain = MustImport(request);
  const auto missing = [](const ImportResult& result) {
    int count = 0;
    for (const report::LintFinding& finding : result.lint) {
      count += finding.kind == report::LintKind::kMissingMetadata ? 1 : 0;
    }
    return count;
  };
  const report::Metadata found = archive::Unpack(*plain.document).content.metadata;
  const int absent = (found.title.empty() ? 1 : 0) + (found.speaker.empty() ? 1 : 0) +
                     (found.date.has_value() ? 0 : 1);
  EXPECT_EQ(missing(plain), absent);
  ASSERT_TRUE(found.speaker.empty());
  ASSERT_FALSE(found.date.has_value());

  request.metadata.speaker = "某人";
  EXPECT_EQ(missing(MustImport(request)), absent - 1);
  report::Metadata& m = request.metadata;
  m.title = "题目";
  m.subtitle = "副题";
  m.event = "会议";
  m.body = "区人民政府";
  m.office = "区长";
  m.language = "zh-Hans";
  m.date = absl::CivilDay(2021, 2, 3);
  m.publication = {"日报", "特刊", absl::CivilDay(2021, 2, 4), "1–2"};
  const ImportResult full = MustImport(request);
  EXPECT_EQ(missing(full), 0);
  EXPECT_TRUE(store::SameMetadata(archive::Unpack(*full.document).content.metadata, m));
  ExpectSnapshotIsFresh();

  // What is not given is the text's.
  ImportRequest sample = SampleRequest();
  sample.metadata.office = "书记";
  const ImportResult mixed = MustImport(sample);
  EXPECT_EQ(mixed.document->metadata().office, "书记");
  EXPECT_EQ(mixed.document->metadata().speaker, "宋磊");
}

TEST_F(LibraryTest, FoldersOfTheFileNameAreDropped) {
  ImportRequest request = ShortRequest("one");
  request.file_name = "/home/editor/报告/a.txt";
  EXPECT_EQ(MustImport(request).document->source().file_name, "a.txt");
  request = ShortRequest("two");
  request.file_name = "C:\\Reports\\b.txt";
  EXPECT_EQ(MustImport(request).document->source().file_name, "b.txt");
}

TEST_F(LibraryTest, TextsWithoutADateAreToldApartByTheirFiles) {
  ImportRequest request = ShortRequest("");
  request.file_name = "1954.txt";
  const std::string first = MustImport(request).outcome.report_id;
  request.content += "又一句。\n";
  EXPECT_EQ(MustImport(request).outcome.report_id, first);
  request.file_name = "old/1956.txt";
  EXPECT_NE(MustImport(request).outcome.report_id, first);
  request.file_name.clear();
  EXPECT_THAT(library_->Import(request, Cancellation()),
              AllOf(HasReason(ErrorReason::kFieldRequired), HasField("report_id")));
}

TEST_F(LibraryTest, ManyImportsAreMergedAndStayWhole) {
  constexpr int kReports = 60;
  for (int i = 0; i < kReports; ++i) {
    MustImport(ShortRequest(absl::StrCat("report-", i)));
    if (i % 3 == 2) {
      MustImport(ShortRequest(absl::StrCat("report-", i / 2), "新的一句。\n"));
    }
    const auto query = archive::ParseQuery("棚改安置房");
    archive::Lookup lookup;
    lookup.query = &*query;
    EXPECT_EQ(library_->archive()->Find(lookup, Cancellation())->total,
              static_cast<uint64_t>(i + 1));
  }
  EXPECT_LE(archive::SegmentCount(*library_->archive()), 24u);
}

TEST_F(LibraryTest, AWithdrawnReportIsFoundByItsNameOnly) {
  MustImport(ShortRequest("one"));
  const ImportResult imported = MustImport(ShortRequest("two"));
  const std::string quote(imported.document->quote_id(imported.document->size() - 1));
  const std::shared_ptr<const archive::Archive> before = library_->archive();
  const auto withdrawn = library_->Withdraw("two", imported.document->etag());
  QUOTES_ASSERT_OK(withdrawn);
  EXPECT_FALSE(withdrawn->change.unchanged);
  EXPECT_EQ(withdrawn->document->state(), archive::ReportState::kWithdrawn);
  const std::shared_ptr<const Snapshot> held = library_->snapshot();
  EXPECT_EQ(held->archive->revision(), 3u);
  EXPECT_EQ(held->archive->FindReport("two"), nullptr);
  EXPECT_FALSE(held->archive->FindQuote("two", quote).has_value());
  EXPECT_EQ(Count(*held->archive, "棚改"), 1u);
  EXPECT_EQ(Count(*before, "棚改"), 2u);
  EXPECT_EQ(held->archive->CoverageOf({}).reports, 1u);
  EXPECT_EQ(held->history->FindReport("two"), withdrawn->document.get());
  EXPECT_EQ(held->history->FindReport("one"), nullptr);
  ASSERT_TRUE(held->history->FindQuote("two", quote).has_value());
  EXPECT_EQ(held->history->FindQuote("two", quote)->id(), quote);
  EXPECT_FALSE(held->history->FindQuote("two", "none").has_value());
  EXPECT_FALSE(held->history->FindQuote("one", quote).has_value());
  ExpectSnapshotIsFresh();

  // Asked again, nothing changes.
  const auto again = library_->Withdraw("two", "");
  QUOTES_ASSERT_OK(again);
  EXPECT_TRUE(again->change.unchanged);
  EXPECT_EQ(again->document.get(), withdrawn->document.get());
  // Merging in the background may have swapped the archive, never what it has.
  EXPECT_EQ(library_->snapshot()->history, held->history);
  EXPECT_EQ(library_->archive()->revision(), 3u);

  EXPECT_THAT(library_->Restore("two", imported.document->etag()),
              HasReason(ErrorReason::kEtagMismatch));
  const auto restored = library_->Restore("two", withdrawn->document->etag());
  QUOTES_ASSERT_OK(restored);
  EXPECT_EQ(restored->document->state(), archive::ReportState::kActive);
  EXPECT_EQ(restored->document->delete_time(), std::nullopt);
  EXPECT_EQ(Count(*library_->archive(), "棚改"), 2u);
  EXPECT_EQ(library_->snapshot()->history->FindReport("two"), nullptr);
  ExpectSnapshotIsFresh();
  EXPECT_TRUE(library_->Restore("two", "")->change.unchanged);
  EXPECT_THAT(library_->Withdraw("none", ""), HasReason(ErrorReason::kReportNotFound));
  EXPECT_EQ(library_->archive()->revision(), 4u);
}

TEST_F(LibraryTest, TheHistoryHasWhatLookUpsLeaveOut) {
  const auto found = [this](std::string_view text) {
    std::vector<std::string> ids;
    const std::shared_ptr<const Snapshot> held = library_->snapshot();
    if (held->history->archive() == nullptr) {
      return ids;
    }
    const auto query = archive::ParseQuery(text);
    EXPECT_THAT(query, IsOk());
    archive::Lookup lookup;
    lookup.query = &*query;
    const auto answer = held->history->archive()->Find(lookup, Cancellation());
    EXPECT_THAT(answer, IsOk());
    for (const archive::Hit& hit : answer->hits) {
      const std::optional<History::Text> text_of =
          held->history->FindText(hit.ref.document->report_id());
      if (!text_of.has_value()) {
        ADD_FAILURE() << hit.ref.document->report_id();
        continue;
      }
      EXPECT_EQ(text_of->revision, hit.ref.document->revision());
      ids.push_back(
          absl::StrCat(std::string(text_of->report_id), "/", text_of->revision,
                       text_of->state == archive::ReportState::kWithdrawn ? " withdrawn" : ""));
    }
    return ids;
  };
  MustImport(ShortRequest("one", "第一稿的话。\n"));
  MustImport(ShortRequest("two", "另一篇的话。\n"));
  const std::shared_ptr<const History> empty = library_->snapshot()->history;
  EXPECT_EQ(empty->archive(), nullptr);
  ImportRequest renamed = ShortRequest("one", "第一稿的话。\n");
  renamed.metadata.speaker = "某人";
  MustImport(renamed);
  EXPECT_EQ(library_->snapshot()->history->archive(), nullptr) << "the same text";
  MustImport(ShortRequest("one", "第二稿的话。\n"));
  EXPECT_THAT(found("第一稿"), ElementsAre("one/2"));
  EXPECT_THAT(found("第二稿"), IsEmpty());
  ExpectSnapshotIsFresh();
  // Back to the first text: it is the latest again, the second is history.
  MustImport(ShortRequest("one", "第一稿的话。\n"));
  EXPECT_THAT(found("第一稿"), IsEmpty());
  EXPECT_THAT(found("第二稿"), ElementsAre("one/3"));
  ExpectSnapshotIsFresh();
  EXPECT_THAT(library_->snapshot()->history->TextIds("one"), ElementsAre("one/revisions/3"));
  EXPECT_THAT(library_->snapshot()->history->TextIds("on"), IsEmpty());

  QUOTES_ASSERT_OK(library_->Withdraw("one", ""));
  EXPECT_THAT(found("第一稿"), ElementsAre("one/4 withdrawn"));
  EXPECT_THAT(found("第二稿"), ElementsAre("one/3 withdrawn"));
  ExpectSnapshotIsFresh();
  QUOTES_ASSERT_OK(library_->Withdraw("two", ""));
  EXPECT_THAT(found("另一篇"), ElementsAre("two/1 withdrawn"));
  MustImport(ShortRequest("one", "第三稿的话。\n"));
  EXPECT_THAT(found("第三稿"), ElementsAre("one/5 withdrawn"));
  EXPECT_THAT(found("第一稿"), ElementsAre("one/4 withdrawn"));
  ExpectSnapshotIsFresh();
  QUOTES_ASSERT_OK(library_->Restore("one", ""));
  EXPECT_THAT(found("第三稿"), IsEmpty());
  EXPECT_THAT(found("第一稿"), ElementsAre("one/4"));
  ExpectSnapshotIsFresh();
  // What a report that was never anything else does leaves the history alone.
  const std::shared_ptr<const History> before = library_->snapshot()->history;
  MustImport(ShortRequest("three"));
  EXPECT_EQ(library_->snapshot()->history, before);
  for (const char* id : {"", "one", "one/revisions/5", "one/revisions/x", "two/revisions/2"}) {
    EXPECT_FALSE(before->FindText(id).has_value()) << id;
  }
  QUOTES_ASSERT_OK(library_->Restore("two", ""));
  EXPECT_THAT(found("另一篇"), IsEmpty());
  ExpectSnapshotIsFresh();
}

TEST_F(LibraryTest, ManyRevisionsStayFewSegmentsOfHistory) {
  constexpr int kRevisions = 40;
  for (int i = 0; i < kRevisions; ++i) {
    MustImport(ShortRequest("one", absl::StrCat("第", i, "稿的话。\n")));
  }
  const std::shared_ptr<const Snapshot> held = library_->snapshot();
  EXPECT_EQ(Count(*held->history->archive(), "稿的话"), static_cast<uint64_t>(kRevisions - 1));
  EXPECT_EQ(Count(*held->archive, "稿的话"), 1u);
  EXPECT_LE(archive::SegmentCount(*held->history->archive()), 8u);
  ExpectSnapshotIsFresh();
}

// What a change costs must not depend on the texts that were superseded before.
TEST_F(LibraryTest, AChangeOfTheHistoryMergesNothing) {
  constexpr uint64_t kReports = 20;
  for (uint64_t i = 0; i < kReports; ++i) {
    MustImport(ShortRequest(absl::StrCat("r", i), absl::StrCat("这是第", i, "份报告。\n")));
  }
  const std::shared_ptr<const archive::Archive> archive = library_->archive();
  archive::ArchiveOptions options;
  options.merge_at_once = 0;
  std::shared_ptr<const History> history =
      std::make_shared<History>(themes::Scheme::BuiltIn(), options);
  std::optional<archive::MergePlan> merge;
  for (uint64_t i = 0; i < kReports; ++i) {
    const archive::PackedDocument& active = *archive->documents()[i];
    archive::DocumentHead head = active.head();
    head.state = archive::ReportState::kWithdrawn;
    history = history->With(kReports + i + 1, archive::PackedDocument(active.bytes().data(), head),
                            &active);
    if (i == kReports / 2) {
      merge.emplace(*history->archive());
      ASSERT_TRUE(merge->Run());
    }
  }
  EXPECT_EQ(archive::SegmentCount(*history->archive()), kReports);
  const std::string text = HistoryText(*history);
  // What was merged meanwhile is taken in afterwards.
  const std::shared_ptr<const History> merged = history->After(*merge);
  ASSERT_NE(merged, nullptr);
  EXPECT_LT(archive::SegmentCount(*merged->archive()), kReports);
  EXPECT_EQ(HistoryText(*merged), text);
  EXPECT_EQ(Count(*merged->archive(), "高质量发展"), kReports);
  ASSERT_EQ(merged->withdrawn().size(), kReports);
  for (size_t i = 0; i < kReports; ++i) {
    EXPECT_EQ(DocumentText(archive::Unpack(*merged->withdrawn()[i]), true),
              DocumentText(archive::Unpack(*history->withdrawn()[i]), true));
  }
  for (uint64_t i = 0; i < kReports; ++i) {
    EXPECT_NE(merged->FindReport(absl::StrCat("r", i)), nullptr);
  }
  EXPECT_EQ(merged->FindReport("r"), nullptr);
  EXPECT_EQ(merged->FindReport("s"), nullptr);
  EXPECT_EQ(merged->After(*merge), nullptr) << "its segments were merged already";
  EXPECT_EQ(History(themes::Scheme::BuiltIn()).After(*merge), nullptr);
}

TEST_F(LibraryTest, AnImportDoesNotBringAWithdrawnReportBack) {
  MustImport(ShortRequest("one"));
  QUOTES_ASSERT_OK(library_->Withdraw("one", ""));
  ImportRequest corrected = ShortRequest("one", "更正后的一句。\n");
  corrected.validate_only = true;
  const ImportResult checked = MustImport(corrected);
  EXPECT_EQ(checked.outcome.revision, 2u);
  EXPECT_EQ(checked.document->state(), archive::ReportState::kWithdrawn);
  corrected.validate_only = false;
  const ImportResult imported = MustImport(corrected);
  EXPECT_EQ(imported.outcome.revision, 2u);
  EXPECT_EQ(imported.document->state(), archive::ReportState::kWithdrawn);
  EXPECT_EQ(DocumentText(archive::Unpack(*checked.document), false),
            DocumentText(archive::Unpack(*imported.document), false));
  EXPECT_THAT(library_->archive()->documents(), IsEmpty());
  EXPECT_EQ(library_->archive()->revision(), 3u);
  EXPECT_EQ(library_->snapshot()->history->FindReport("one"), imported.document.get());
  ExpectSnapshotIsFresh();
  const ImportResult again = MustImport(corrected);
  EXPECT_TRUE(again.outcome.unchanged);
  EXPECT_EQ(again.document.get(), imported.document.get());

  QUOTES_ASSERT_OK(library_->Restore("one", ""));
  EXPECT_EQ(Count(*library_->archive(), "更正后"), 1u);
  ExpectSnapshotIsFresh();
}

// An id that its text has in the history is not the report's.
TEST_F(LibraryTest, AWithdrawnReportWithoutATitleIsCitedAsBefore) {
  ImportRequest request;
  request.report_id = "one";
  request.content = "加快高质量发展，建设现代化强区。\n第二句话也在这里。\n";
  const auto line = [](const archive::PackedDocument& document) {
    const archive::PackedQuote& quote = document.quotes()[0];
    return absl::StrCat(std::string(document.citation_head(quote)),
                        std::string(document.citation_tail(quote)));
  };
  const std::string before = line(*MustImport(request).document);
  EXPECT_NE(before.find("reports/one）"), std::string::npos) << before;
  const auto withdrawn = library_->Withdraw("one", "");
  QUOTES_ASSERT_OK(withdrawn);
  EXPECT_EQ(withdrawn->document->report_id(), "one");
  EXPECT_EQ(line(*withdrawn->document), before);
  const auto restored = library_->Restore("one", "");
  QUOTES_ASSERT_OK(restored);
  EXPECT_EQ(line(*restored->document), before);
  ExpectSnapshotIsFresh();
}

TEST_F(LibraryTest, TheRegisterOfAWithdrawnReportComesWithItsFile) {
  ImportRequest request = ShortRequest("one");
  MustImport(request);
  QUOTES_ASSERT_OK(library_->Withdraw("one", ""));
  request.file_name = "again.txt";
  request.defects = {
      {3, "280亿", {"281亿"}, report::DefectKind::kOther, report::Certainty::kCertain, ""}};
  for (const bool validate_only : {true, false}) {
    request.validate_only = validate_only;
    const ImportResult result = MustImport(request);
    EXPECT_EQ(result.outcome.revision, 1u);
    EXPECT_EQ(result.document->source().file_name, "short.txt");
    EXPECT_THAT(DefectsOf(*result.document), SizeIs(1));
  }
  const std::shared_ptr<const Snapshot> held = library_->snapshot();
  EXPECT_THAT(DefectsOf(*held->history->FindReport("one")), SizeIs(1));
  EXPECT_THAT(DefectsOf(*held->history->archive()->FindReport("one/revisions/1")), SizeIs(1));
  ExpectSnapshotIsFresh();
  QUOTES_ASSERT_OK(library_->Restore("one", ""));
  EXPECT_THAT(DefectsOf(*library_->archive()->FindReport("one")), SizeIs(1));
  ExpectSnapshotIsFresh();
}

TEST_F(LibraryTest, WithdrawnReportsAreKeptInOrder) {
  for (const char* id : {"a", "b", "c", "d"}) {
    ImportRequest request = ShortRequest(id);
    if (*id != 'd') {
      request.metadata.date = absl::CivilDay(*id == 'b' ? 2021 : 2022, 1, 1);
    }
    MustImport(request);
  }
  for (const char* id : {"d", "c", "b", "a"}) {
    QUOTES_ASSERT_OK(library_->Withdraw(id, ""));
  }
  std::string order;
  for (const auto& document : library_->snapshot()->history->withdrawn()) {
    order += document->report_id();
  }
  EXPECT_EQ(order, "acbd");
  EXPECT_THAT(library_->archive()->documents(), IsEmpty());
  ExpectSnapshotIsFresh();
}

DefectEdit Fault(std::string printed, std::string reading) {
  DefectEdit edit;
  edit.printed = std::move(printed);
  edit.readings = std::vector<std::string>{std::move(reading)};
  return edit;
}

TEST_F(LibraryTest, TheRegisterIsEdited) {
  MustImport(ShortRequest("one"));
  const std::shared_ptr<const archive::Archive> before = library_->archive();
  const auto created = library_->CreateDefect("one", "", Fault("280亿元", "281亿元"));
  QUOTES_ASSERT_OK(created);
  EXPECT_TRUE(created->changed);
  EXPECT_EQ(created->archive_revision, 2u);
  EXPECT_EQ(created->defect.origin, report::DefectOrigin::kEditor);
  EXPECT_EQ(created->defect.kind, report::DefectKind::kOther);
  EXPECT_EQ(created->document->revision(), 1u);
  EXPECT_THAT(DefectsOf(*created->document), ElementsAre(created->defect));
  EXPECT_EQ(library_->archive()->FindReport("one"), created->document.get());
  EXPECT_THAT(before->FindReport("one")->defects(), IsEmpty());
  ExpectSnapshotIsFresh();

  // Once more is no second one; another place is.
  EXPECT_THAT(library_->CreateDefect("one", "", Fault("280亿元", "282亿元")),
              HasReason(ErrorReason::kDefectExists));
  EXPECT_THAT(library_->CreateDefect("one", created->defect.id, Fault("2800套", "2801套")),
              HasReason(ErrorReason::kDefectExists));
  DefectEdit second = Fault("的", "之");
  second.range = report::Range{1, 2};
  EXPECT_THAT(library_->CreateDefect("one", "", second), HasReason(ErrorReason::kDefectUnplaced));
  const auto named = library_->CreateDefect("one", "my-own", Fault("2800套", "2801套"));
  QUOTES_ASSERT_OK(named);
  EXPECT_EQ(named->defect.id, "my-own");

  DefectEdit edit;
  edit.note = "见公报";
  const auto updated = library_->UpdateDefect("one", "my-own", "", edit);
  QUOTES_ASSERT_OK(updated);
  EXPECT_EQ(updated->defect.note, "见公报");
  EXPECT_EQ(updated->defect.readings, named->defect.readings);
  const uint64_t revision = library_->archive()->revision();
  const auto same = library_->UpdateDefect("one", "my-own", "", edit);
  QUOTES_ASSERT_OK(same);
  EXPECT_FALSE(same->changed);
  EXPECT_EQ(library_->archive()->revision(), revision);
  EXPECT_THAT(library_->UpdateDefect("one", "my-own", report::DefectEtag(named->defect), edit),
              HasReason(ErrorReason::kEtagMismatch));
  edit.printed = "280亿元";
  EXPECT_THAT(library_->UpdateDefect("one", "my-own", "", edit),
              HasReason(ErrorReason::kDefectExists));
  EXPECT_THAT(library_->UpdateDefect("one", "none", "", edit),
              HasReason(ErrorReason::kDefectNotFound));

  QUOTES_ASSERT_OK(library_->DeleteDefect("one", "my-own", report::DefectEtag(updated->defect)));
  EXPECT_THAT(library_->archive()->FindReport("one")->defects(), SizeIs(1));
  EXPECT_THAT(library_->DeleteDefect("one", "my-own", ""), HasReason(ErrorReason::kDefectNotFound));
  EXPECT_THAT(library_->CreateDefect("one", "my-own", Fault("2800套", "2801套")),
              HasReason(ErrorReason::kDefectExists))
      << "an id is not given again";
  QUOTES_EXPECT_OK(library_->CreateDefect("one", "", Fault("2800套", "2801套")));
  ExpectSnapshotIsFresh();

  EXPECT_THAT(library_->CreateDefect("none", "", Fault("甲", "乙")),
              HasReason(ErrorReason::kReportNotFound));
  QUOTES_ASSERT_OK(library_->Withdraw("one", ""));
  EXPECT_THAT(library_->CreateDefect("one", "", Fault("棚改", "乙")),
              HasReason(ErrorReason::kReportWithdrawn));
  EXPECT_THAT(library_->DeleteDefect("one", created->defect.id, ""),
              HasReason(ErrorReason::kReportWithdrawn));
}

// Codes of a quote's themes, those that an editor pinned with "!".
std::vector<std::string> ThemesOf(const archive::Archive& archive, std::string_view report,
                                  std::string_view quote) {
  std::vector<std::string> codes;
  const std::optional<archive::QuoteRef> ref = archive.FindQuote(report, quote);
  EXPECT_TRUE(ref.has_value());
  for (const archive::PackedAssignment& assignment : ref->document->themes(ref->index)) {
    codes.push_back(archive.scheme().themes()[static_cast<size_t>(assignment.theme)].code +
                    (assignment.origin == themes::Origin::kEditor ? "!" : ""));
  }
  return codes;
}

uint64_t TotalOf(const archive::Archive& archive, std::string_view theme) {
  return archive.theme_totals()[static_cast<size_t>(archive.scheme().Find(theme))];
}

TEST_F(LibraryTest, EditorsHaveTheLastWordOnThemes) {
  MustImport(ShortRequest("one"));
  const auto id_of = [this](std::u32string_view words) {
    const archive::PackedDocument& document = *library_->archive()->FindReport("one");
    for (size_t i = 0; i < document.size(); ++i) {
      if (document.text(i).find(words) != std::u32string_view::npos) {
        return std::string(document.quote_id(i));
      }
    }
    return std::string();
  };
  const std::string growth = id_of(U"生产总值");
  const std::string housing = id_of(U"棚改");
  ASSERT_THAT(ThemesOf(*library_->archive(), "one", growth), ElementsAre("economy.growth"));
  const std::vector<std::string> by_rule = ThemesOf(*library_->archive(), "one", housing);
  const uint64_t economy = TotalOf(*library_->archive(), "economy");
  const uint64_t rural = TotalOf(*library_->archive(), "rural");
  const std::string etag = library_->archive()->FindReport("one")->etag();

  // A theme above takes away those below it, but not one that is pinned.
  using themes::TagAction;
  const auto removed = library_->TagQuote("one", growth, "economy", TagAction::kRemove, etag);
  QUOTES_ASSERT_OK(removed);
  EXPECT_TRUE(removed->changed);
  EXPECT_EQ(removed->archive_revision, 2u);
  EXPECT_NE(removed->document->etag(), etag);
  EXPECT_EQ(removed->document->revision(), 1u);
  EXPECT_THAT(ThemesOf(*library_->archive(), "one", growth), IsEmpty());
  EXPECT_EQ(TotalOf(*library_->archive(), "economy"), economy - 1);
  ExpectSnapshotIsFresh();
  QUOTES_ASSERT_OK(library_->TagQuote("one", growth, "economy.finance", TagAction::kPin, ""));
  QUOTES_ASSERT_OK(library_->TagQuote("one", growth, "rural", TagAction::kPin, ""));
  EXPECT_THAT(ThemesOf(*library_->archive(), "one", growth),
              ElementsAre("economy.finance!", "rural!"));
  EXPECT_EQ(TotalOf(*library_->archive(), "economy"), economy);
  EXPECT_EQ(TotalOf(*library_->archive(), "rural"), rural + 1);
  EXPECT_EQ(ThemesOf(*library_->archive(), "one", housing), by_rule) << "no other quote";
  archive::Lookup lookup;
  lookup.filter.theme_groups = {{library_->scheme()->Find("rural")}};
  const auto found = library_->archive()->Find(lookup, Cancellation());
  QUOTES_ASSERT_OK(found);
  EXPECT_EQ(found->total, rural + 1);
  ExpectSnapshotIsFresh();

  const auto same = library_->TagQuote("one", growth, "rural", TagAction::kPin, "");
  QUOTES_ASSERT_OK(same);
  EXPECT_FALSE(same->changed);
  EXPECT_EQ(same->archive_revision, 4u);

  // It outlives a new text, a restart, and the time in which the text had no such sentence.
  MustImport(ShortRequest("one", "又添一句。\n"));
  EXPECT_THAT(ThemesOf(*library_->archive(), "one", growth),
              ElementsAre("economy.finance!", "rural!"));
  ExpectSnapshotIsFresh();
  ImportRequest without = ShortRequest("one");
  without.content = "政府工作报告\n一、过去五年工作回顾\n棚改安置房建成2800套。\n";
  MustImport(without);
  EXPECT_THAT(library_->TagQuote("one", growth, "rural", std::nullopt, ""),
              HasReason(ErrorReason::kQuoteNotFound));
  MustImport(ShortRequest("one"));
  EXPECT_EQ(ThemesOf(*library_->archive(), "one", growth).size(), 2u);
  library_.reset();
  library_ = Load(false);
  EXPECT_THAT(ThemesOf(*library_->archive(), "one", growth),
              ElementsAre("economy.finance!", "rural!"));

  // What is taken back is the rules' again.
  for (const char* const theme : {"economy", "economy.finance", "rural"}) {
    QUOTES_ASSERT_OK(library_->TagQuote("one", growth, theme, std::nullopt, ""));
  }
  EXPECT_THAT(ThemesOf(*library_->archive(), "one", growth), ElementsAre("economy.growth"));
  EXPECT_EQ(TotalOf(*library_->archive(), "economy"), economy);
  ExpectSnapshotIsFresh();

  EXPECT_THAT(library_->TagQuote("none", growth, "rural", TagAction::kPin, ""),
              HasReason(ErrorReason::kReportNotFound));
  EXPECT_THAT(library_->TagQuote("one", growth, "rural", TagAction::kPin, etag),
              HasReason(ErrorReason::kEtagMismatch));
  EXPECT_THAT(library_->TagQuote("one", "none", "rural", TagAction::kPin, ""),
              HasReason(ErrorReason::kQuoteNotFound));
  EXPECT_THAT(library_->TagQuote("one", growth, "none", TagAction::kPin, ""),
              HasReason(ErrorReason::kThemeNotFound));
  size_t pinned = 0;
  const std::shared_ptr<const themes::Scheme> scheme = library_->scheme();
  for (const themes::Theme& theme : scheme->themes()) {
    const auto result = library_->TagQuote("one", growth, theme.code, TagAction::kPin, "");
    if (pinned < limits::kMaxQuoteTags) {
      QUOTES_ASSERT_OK(result);
      ++pinned;
    } else {
      EXPECT_THAT(result, HasReason(ErrorReason::kFieldOutOfRange)) << theme.code;
    }
  }
  QUOTES_ASSERT_OK(library_->Withdraw("one", ""));
  ExpectSnapshotIsFresh();
  EXPECT_THAT(library_->TagQuote("one", growth, "economy", std::nullopt, ""),
              HasReason(ErrorReason::kReportWithdrawn));
  QUOTES_ASSERT_OK(library_->Restore("one", ""));
  EXPECT_EQ(ThemesOf(*library_->archive(), "one", growth).size(), limits::kMaxQuoteTags);
  ExpectSnapshotIsFresh();
  EXPECT_THAT(Load(true)->TagQuote("one", growth, "economy", std::nullopt, ""),
              HasReason(ErrorReason::kReadOnly));
}

TEST_F(LibraryTest, TagsGoToTheSentenceThatTookThePlaceOfTheirs) {
  const auto text = [](const std::string& second, const std::string& third) {
    ImportRequest request = ShortRequest("one");
    request.content =
        absl::StrCat("政府工作报告\n一、过去五年工作回顾\n地区生产总值增长百分之六。\n", second,
                     "\n", third, "\n");
    return request;
  };
  const auto quote_of = [this](std::u32string_view words) {
    const archive::PackedDocument& document = *library_->archive()->FindReport("one");
    for (size_t i = 0; i < document.size(); ++i) {
      if (document.text(i).find(words) != std::u32string_view::npos) {
        return std::string(document.quote_id(i));
      }
    }
    return std::string();
  };
  const auto tags_of = [this](const std::string& quote) {
    std::vector<std::string> tags;
    for (const themes::Tag& tag : archive::Unpack(*library_->archive()->FindReport("one")).tags) {
      if (tag.quote_id == quote) {
        tags.push_back(absl::StrCat(tag.action == themes::TagAction::kPin ? "+" : "-", tag.theme,
                                    " ", absl::ToUnixMicros(tag.time)));
      }
    }
    return tags;
  };
  using themes::TagAction;
  MustImport(text("建成美丽乡村示范点十二个。", "公安机关破获一批大案。"));
  const std::string village = quote_of(U"美丽乡村");
  const std::string police = quote_of(U"公安机关");
  QUOTES_ASSERT_OK(library_->TagQuote("one", village, "defence", TagAction::kPin, ""));
  QUOTES_ASSERT_OK(library_->TagQuote("one", village, "rural", TagAction::kRemove, ""));
  QUOTES_ASSERT_OK(library_->TagQuote("one", police, "rural", TagAction::kPin, ""));
  const std::vector<std::string> said = tags_of(village);
  ASSERT_EQ(said.size(), 2u);

  // A character is mended; what the check says beforehand is what the import does.
  ImportRequest mended = text("建成美好乡村示范点十二个。", "公安机关破获一批大案。");
  mended.validate_only = true;
  const ImportResult checked = MustImport(mended);
  EXPECT_THAT(archive::Unpack(*checked.document).tags, SizeIs(3));
  EXPECT_EQ(tags_of(village), said) << "nothing is written";
  mended.validate_only = false;
  const ImportResult result = MustImport(mended);
  EXPECT_EQ(result.tags_left_behind, 0u);
  const std::string successor = quote_of(U"美好乡村");
  ASSERT_NE(successor, village);
  EXPECT_EQ(tags_of(successor), said);
  EXPECT_THAT(ThemesOf(*library_->archive(), "one", successor), Contains("defence!"));
  EXPECT_THAT(ThemesOf(*library_->archive(), "one", successor), Not(Contains("rural")));
  EXPECT_EQ(tags_of(police).size(), 1u) << "the sentence has kept its name";
  ExpectSnapshotIsFresh();
  library_.reset();
  library_ = Load(false);
  EXPECT_EQ(tags_of(successor), said);
  ExpectSnapshotIsFresh();

  // The old words come back: of what was said last of either, the last is true.
  QUOTES_ASSERT_OK(library_->TagQuote("one", successor, "rural", TagAction::kPin, ""));
  MustImport(text("建成美丽乡村示范点十二个。", "公安机关破获一批大案。"));
  EXPECT_THAT(tags_of(village), ElementsAre(StartsWith("+defence"), StartsWith("+rural")));
  ExpectSnapshotIsFresh();

  // A sentence without a successor leaves its tags behind, and they wait for it.
  const ImportResult without =
      MustImport(text("建成美丽乡村示范点十二个。", "群众的腰包鼓起来了。"));
  EXPECT_EQ(without.tags_left_behind, 1u);
  EXPECT_EQ(tags_of(village).size(), 2u);
  EXPECT_THAT(tags_of(quote_of(U"腰包")), IsEmpty());
  EXPECT_EQ(MustImport(text("建成美丽乡村示范点十三个。", "群众的腰包鼓起来了。")).tags_left_behind,
            0u);
  EXPECT_EQ(tags_of(quote_of(U"十三个")).size(), 2u);
  MustImport(text("建成美丽乡村示范点十三个。", "公安机关破获一批大案。"));
  EXPECT_EQ(tags_of(police).size(), 1u);
  ExpectSnapshotIsFresh();
}

TEST_F(LibraryTest, AnotherSchemeLabelsEverythingAnew) {
  MustImport(SampleRequest());
  MustImport(ShortRequest("one"));
  MustImport(ShortRequest("one", "又添一句。\n"));
  MustImport(ShortRequest("gone"));
  QUOTES_ASSERT_OK(library_->Withdraw("gone", ""));
  const std::string report(library_->archive()->documents().back()->report_id());
  const archive::PackedDocument* const document = library_->archive()->FindReport("one");
  const std::string quote(document->quote_id(document->size() - 1));
  QUOTES_ASSERT_OK(library_->TagQuote("one", quote, "rural", themes::TagAction::kPin, ""));
  const std::shared_ptr<const archive::Archive> before = library_->archive();

  const std::string folder = (dir_.path() / "quotes.db.themes").string();
  std::filesystem::create_directory(folder);
  std::ofstream(folder + "/themes.tsv") << "code\tparent\tzh\ten\tscope\n"
                                           "money\t\t钱\tMoney\tMoney\n";
  std::ofstream(folder + "/cues.tsv") << "version\t1\ncode\tterm\tweight\tscope\n"
                                         "money\t亿元\t2\tany\n";
  const auto house = themes::Scheme::ReadHouse(folder);
  QUOTES_ASSERT_OK(house);
  // Look-ups go on; one write in between makes it begin anew.
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const std::shared_ptr<const archive::Archive> archive = library_->archive();
      EXPECT_EQ(archive->theme_totals().size(), archive->scheme().themes().size());
    }
  });
  std::thread writer([&] { MustImport(ShortRequest("two", "再添一句。\n")); });
  QUOTES_EXPECT_OK(library_->Relabel(*house, Cancellation()));
  writer.join();
  done = true;
  reader.join();
  EXPECT_EQ(before->scheme().Find("money"), -1);
  EXPECT_EQ(library_->scheme()->version(), (*house)->version());
  const std::shared_ptr<const archive::Archive> after = library_->archive();
  EXPECT_EQ(after->scheme().version(), (*house)->version());
  EXPECT_GE(TotalOf(*after, "money"), 10u);
  EXPECT_THAT(ThemesOf(*after, "one", quote), ::testing::Contains("rural!"));
  // All is as a process would load it that begins with this scheme.
  library_.reset();
  auto store = store::sqlite::Open({.path = dir_.path() / "quotes.db"});
  QUOTES_ASSERT_OK(store);
  auto fresh = Library::Create(*std::move(store), *house);
  QUOTES_ASSERT_OK(fresh);
  EXPECT_EQ(after->theme_totals(), (*fresh)->archive()->theme_totals());
  ASSERT_EQ(after->documents().size(), (*fresh)->archive()->documents().size());
  for (size_t i = 0; i < after->documents().size(); ++i) {
    EXPECT_EQ(DocumentText(archive::Unpack(*after->documents()[i]), true),
              DocumentText(archive::Unpack(*(*fresh)->archive()->documents()[i]), true));
  }
  Cancellation cancelled;
  cancelled.Cancel();
  EXPECT_THAT((*fresh)->Relabel(themes::Scheme::BuiltIn(), cancelled),
              HasCode(absl::StatusCode::kCancelled));
  EXPECT_EQ((*fresh)->scheme(), *house);
}

TEST_F(LibraryTest, EditsOutliveImports) {
  ImportRequest request = ShortRequest("one");
  request.defects = {
      {3, "280亿元", {"281亿元"}, report::DefectKind::kOther, report::Certainty::kPossible, ""},
      {3, "2800套", {"2801套"}, report::DefectKind::kOther, report::Certainty::kPossible, ""}};
  const ImportResult first = MustImport(request);
  const std::vector<report::Defect> imported = DefectsOf(*first.document);
  ASSERT_THAT(imported, SizeIs(2));
  QUOTES_ASSERT_OK(library_->DeleteDefect("one", imported[0].id, ""));
  DefectEdit edit;
  edit.note = "编者";
  QUOTES_ASSERT_OK(library_->UpdateDefect("one", imported[1].id, "", edit));
  QUOTES_ASSERT_OK(library_->CreateDefect("one", "mine", Fault("建设现代化强区", "别的")));

  EXPECT_TRUE(MustImport(request).outcome.unchanged);
  // A corrected text in front of all of it, with and without its register.
  request.content = "新的开头一行。\n" + request.content;
  request.defects[0].line = 4;
  request.defects[1].line = 4;
  request.validate_only = true;
  const ImportResult checked = MustImport(request);
  request.validate_only = false;
  const ImportResult second = MustImport(request);
  EXPECT_EQ(second.outcome.revision, 2u);
  const std::vector<report::Defect> kept = DefectsOf(*second.document);
  EXPECT_EQ(DefectsOf(*checked.document), kept);
  ASSERT_THAT(kept, SizeIs(2));
  EXPECT_EQ(kept[0].note, "编者");
  EXPECT_EQ(kept[1].id, "mine");
  ExpectSnapshotIsFresh();
  request.defects.clear();
  request.content += "又一句。\n";
  const ImportResult third = MustImport(request);
  EXPECT_EQ(third.outcome.revision, 3u);
  EXPECT_EQ(DefectsOf(*third.document), kept);
  // A fault that is corrected in the text is no fault any more.
  request.content.replace(request.content.find("2800"), 4, "2801");
  const ImportResult fourth = MustImport(request);
  const std::vector<report::Defect> left = DefectsOf(*fourth.document);
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].id, "mine");
  ExpectSnapshotIsFresh();
}

TEST_F(LibraryTest, TheEncodingMayBeNamed) {
  ImportRequest request = ShortRequest("one");
  request.encoding = text::Encoding::kUtf16Le;
  // Read as something it is not, it is either refused or another text, never taken for UTF-8.
  const auto result = library_->Import(request, Cancellation());
  if (result.ok()) {
    EXPECT_EQ(result->document->source().encoding, text::Encoding::kUtf16Le);
  } else {
    EXPECT_THAT(result, HasReason(ErrorReason::kUndecodableText));
  }
  request.encoding = text::Encoding::kUtf8;
  EXPECT_EQ(MustImport(request).document->source().encoding, text::Encoding::kUtf8);
}

TEST_F(LibraryTest, EveryFieldIsChecked) {
  const std::string longest(limits::kMaxMetadataCodePoints, 'x');
  const std::string too_long = longest + "x";
  struct Case {
    ErrorReason reason;
    std::string field;
    std::function<void(ImportRequest*)> set;
  };
  const report::DefectEntry entry = {
      3, "280", {"281"}, report::DefectKind::kOther, report::Certainty::kPossible, ""};
  std::vector<Case> cases = {
      {ErrorReason::kInvalidName, "report_id", [](ImportRequest* r) { r->report_id = "A b"; }},
      {ErrorReason::kInvalidName, "report_id", [](ImportRequest* r) { r->report_id = "报告"; }},
      {ErrorReason::kInvalidName, "report_id",
       [](ImportRequest* r) { r->report_id = std::string(64, 'a'); }},
      {ErrorReason::kFieldOutOfRange, "request_id",
       [](ImportRequest* r) { r->request_id = std::string(129, 'a'); }},
      {ErrorReason::kInvalidUtf8, "request_id", [](ImportRequest* r) { r->request_id = "ab\xFF"; }},
      {ErrorReason::kSourceTooLarge, "source.content",
       [](ImportRequest* r) { r->content.assign(limits::kMaxSourceBytes + 1, 'x'); }},
      {ErrorReason::kFieldOutOfRange, "metadata.speech_date",
       [](ImportRequest* r) { r->metadata.date = absl::CivilDay(10'000, 1, 1); }},
      {ErrorReason::kFieldOutOfRange, "metadata.publication.issue_date",
       [](ImportRequest* r) { r->metadata.publication.issue_date = absl::CivilDay(0, 1, 1); }},
      {ErrorReason::kFieldOutOfRange, "defects",
       [&entry](ImportRequest* r) { r->defects.assign(limits::kMaxDefects + 1, entry); }},
      {ErrorReason::kFieldRequired, "defects[1].printed",
       [&entry](ImportRequest* r) {
         r->defects.assign(2, entry);
         r->defects[1].printed.clear();
       }},
      {ErrorReason::kFieldRequired, "defects[0].readings",
       [&entry](ImportRequest* r) {
         r->defects.assign(1, entry);
         r->defects[0].readings.clear();
       }},
      {ErrorReason::kFieldOutOfRange, "defects[0].readings",
       [&entry](ImportRequest* r) {
         r->defects.assign(1, entry);
         r->defects[0].readings.assign(limits::kMaxDefectReadings + 1, "x");
       }},
  };
  const auto add_text = [&cases, &too_long](const std::string& field,
                                            std::function<std::string*(ImportRequest*)> at) {
    cases.push_back({ErrorReason::kFieldOutOfRange, field,
                     [at, too_long](ImportRequest* r) { *at(r) = too_long; }});
    cases.push_back(
        {ErrorReason::kInvalidUtf8, field, [at](ImportRequest* r) { *at(r) = "ab\xE4\xB8"; }});
  };
  add_text("source.file_name", [](ImportRequest* r) { return &r->file_name; });
  add_text("metadata.title", [](ImportRequest* r) { return &r->metadata.title; });
  add_text("metadata.subtitle", [](ImportRequest* r) { return &r->metadata.subtitle; });
  add_text("metadata.event", [](ImportRequest* r) { return &r->metadata.event; });
  add_text("metadata.body", [](ImportRequest* r) { return &r->metadata.body; });
  add_text("metadata.speaker", [](ImportRequest* r) { return &r->metadata.speaker; });
  add_text("metadata.office", [](ImportRequest* r) { return &r->metadata.office; });
  add_text("metadata.language", [](ImportRequest* r) { return &r->metadata.language; });
  add_text("metadata.publication.paper",
           [](ImportRequest* r) { return &r->metadata.publication.paper; });
  add_text("metadata.publication.edition",
           [](ImportRequest* r) { return &r->metadata.publication.edition; });
  add_text("metadata.publication.pages",
           [](ImportRequest* r) { return &r->metadata.publication.pages; });
  add_text("defects[0].printed", [&entry](ImportRequest* r) {
    r->defects.assign(1, entry);
    return &r->defects[0].printed;
  });
  add_text("defects[0].readings[0]", [&entry](ImportRequest* r) {
    r->defects.assign(1, entry);
    return r->defects[0].readings.data();
  });
  add_text("defects[0].note", [&entry](ImportRequest* r) {
    r->defects.assign(1, entry);
    return &r->defects[0].note;
  });
  for (const Case& c : cases) {
    ImportRequest request = ShortRequest("one");
    c.set(&request);
    EXPECT_THAT(library_->Import(request, Cancellation()),
                AllOf(HasReason(c.reason), HasField(c.field)))
        << c.field;
  }
  EXPECT_EQ(library_->store().ArchiveRevision().value_or(9), 0u);

  // The bounds themselves are allowed.
  ImportRequest request = ShortRequest(std::string(63, 'a'));
  request.request_id.assign(limits::kMaxRequestIdBytes, 'a');
  request.metadata.title = longest;
  request.metadata.date = absl::CivilDay(9999, 12, 31);
  MustImport(request);
}

TEST_F(LibraryTest, ABadTextChangesNothing) {
  MustImport(ShortRequest("one"));
  const std::shared_ptr<const archive::Archive> before = library_->archive();
  const std::vector<std::pair<std::string, ErrorReason>> texts = {
      {"", ErrorReason::kEmptyText},
      {" \n\n", ErrorReason::kEmptyText},
      {"\xFF\xD8\xFF\xE0\x01\x02\x03", ErrorReason::kUnsupportedFormat},
      {std::string("abc\0def", 7), ErrorReason::kUndecodableText},
  };
  for (const auto& [content, reason] : texts) {
    ImportRequest request = ShortRequest("one");
    request.request_id = "request";
    request.content = content;
    EXPECT_THAT(library_->Import(request, Cancellation()), HasReason(reason)) << content;
    request.validate_only = true;
    EXPECT_THAT(library_->Import(request, Cancellation()), HasReason(reason)) << content;
  }
  ImportRequest request = ShortRequest("one");
  request.request_id = "request";
  request.defects.push_back(
      {3, "没有这几个字", {"x"}, report::DefectKind::kOther, report::Certainty::kPossible, ""});
  EXPECT_THAT(library_->Import(request, Cancellation()), HasReason(ErrorReason::kDefectUnplaced));
  EXPECT_EQ(library_->archive(), before);
  EXPECT_EQ(library_->store().ArchiveRevision().value_or(9), 1u);
  // A failed request leaves its id free.
  MustImport([] {
    ImportRequest good = ShortRequest("two");
    good.request_id = "request";
    return good;
  }());
}

TEST_F(LibraryTest, ACancelledImportWritesNothing) {
  Cancellation cancelled;
  cancelled.Cancel();
  EXPECT_THAT(library_->Import(ShortRequest("one"), cancelled),
              HasCode(absl::StatusCode::kCancelled));
  const Cancellation late(absl::Now() - absl::Seconds(1));
  EXPECT_THAT(library_->Import(ShortRequest("one"), late),
              HasCode(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(library_->store().ArchiveRevision().value_or(9), 0u);
}

TEST_F(LibraryTest, AReadOnlyLibraryReadsAndChecksOnly) {
  MustImport(ShortRequest("one"));
  const std::unique_ptr<Library> reader = Load(true);
  ASSERT_NE(reader, nullptr);
  EXPECT_THAT(reader->archive()->documents(), SizeIs(1));
  EXPECT_THAT(reader->Import(ShortRequest("two"), Cancellation()),
              HasReason(ErrorReason::kReadOnly));
  // Before the text is read, after the fields are.
  ImportRequest bad = ShortRequest("two");
  bad.content.clear();
  EXPECT_THAT(reader->Import(bad, Cancellation()), HasReason(ErrorReason::kReadOnly));
  bad.report_id = "AB";
  EXPECT_THAT(reader->Import(bad, Cancellation()), HasReason(ErrorReason::kInvalidName));
  ImportRequest check = ShortRequest("two");
  check.validate_only = true;
  QUOTES_EXPECT_OK(reader->Import(check, Cancellation()));
  EXPECT_THAT(reader->Withdraw("one", ""), HasReason(ErrorReason::kReadOnly));
  EXPECT_THAT(reader->Restore("one", ""), HasReason(ErrorReason::kReadOnly));
  EXPECT_THAT(reader->DeleteDefect("one", "d", ""), HasReason(ErrorReason::kReadOnly));
}

TEST_F(LibraryTest, RevisionsOfUnknownReportsAreNotFound) {
  MustImport(ShortRequest("one"));
  EXPECT_THAT(library_->LoadRevision("two", 0, *library_->scheme()),
              HasReason(ErrorReason::kReportNotFound));
  EXPECT_THAT(library_->LoadRevision("one", 2, *library_->scheme()),
              HasReason(ErrorReason::kRevisionNotFound));
}

TEST_F(LibraryTest, ConcurrentRetriesImportOnce) {
  constexpr int kThreads = 6;
  std::atomic<int> first{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, &first] {
      ImportRequest request = ShortRequest("one");
      request.request_id = "request";
      const auto result = library_->Import(request, Cancellation());
      EXPECT_THAT(result, IsOk());
      first += result.ok() && !result->outcome.replayed ? 1 : 0;
      // Whoever is answered sees the report.
      EXPECT_NE(library_->archive()->FindReport("one"), nullptr);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(first, 1);
  EXPECT_EQ(library_->archive()->revision(), 1u);
}

TEST_F(LibraryTest, ReadersKeepWholeSnapshotsWhileImportsGoOn) {
  constexpr int kWriters = 3;
  constexpr int kImports = 6;
  std::atomic<int> running{kWriters};
  std::vector<std::thread> threads;
  threads.reserve(kWriters + 2);
  for (int w = 0; w < kWriters; ++w) {
    threads.emplace_back([this, w, &running] {
      for (int i = 1; i <= kImports; ++i) {
        const std::string id = absl::StrCat("r", w);
        const auto result =
            library_->Import(ShortRequest(id, absl::StrCat("第", i, "次修订。\n")), Cancellation());
        EXPECT_THAT(result, IsOk());
        if (result.ok()) {
          EXPECT_EQ(result->outcome.revision, static_cast<uint64_t>(i));
          const auto snapshot = library_->archive();
          EXPECT_GE(snapshot->revision(), result->outcome.archive_revision);
          EXPECT_GE(snapshot->FindReport(id)->revision(), result->outcome.revision);
        }
      }
      --running;
    });
  }
  for (int r = 0; r < 2; ++r) {
    threads.emplace_back([this, &running] {
      uint64_t last = 0;
      do {
        const std::shared_ptr<const archive::Archive> snapshot = library_->archive();
        uint64_t sum = 0;
        for (const auto& document : snapshot->documents()) {
          sum += document->revision();
        }
        // Each import raises both by one: a snapshot of mixed states would show.
        EXPECT_EQ(sum, snapshot->revision());
        EXPECT_GE(sum, last);
        last = sum;
        EXPECT_EQ(Count(*snapshot, "次修订"), snapshot->documents().size());
      } while (running > 0);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(library_->archive()->revision(), static_cast<uint64_t>(kWriters * kImports));
  ExpectSnapshotIsFresh();
}

// A store whose writes fail as told, and whose active reports cannot be loaded then.
class FailingStore : public ForwardingStore {
 public:
  FailingStore(std::unique_ptr<store::Store> store, const absl::Status* failure)
      : ForwardingStore(std::move(store)), failure_(failure) {}

  absl::StatusOr<store::ImportOutcome> Import(const store::RevisionDraft& draft) override {
    return failure_->ok() ? ForwardingStore::Import(draft) : *failure_;
  }
  absl::StatusOr<store::ReportChange> SetState(std::string_view report_id,
                                               archive::ReportState state, std::string_view etag,
                                               const store::Actor& actor) override {
    return failure_->ok() ? ForwardingStore::SetState(report_id, state, etag, actor) : *failure_;
  }
  absl::StatusOr<store::ReportChange> WriteRegister(
      std::string_view report_id, std::string_view etag,
      const std::vector<report::RegisterEntry>& entries, const store::Edit& edit) override {
    return failure_->ok() ? ForwardingStore::WriteRegister(report_id, etag, entries, edit)
                          : *failure_;
  }
  absl::StatusOr<uint64_t> LoadActive(
      absl::FunctionRef<bool(const store::ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override {
    return failure_->ok() ? ForwardingStore::LoadActive(wanted, visit) : *failure_;
  }

 private:
  const absl::Status* const failure_;
};

// A store that counts what is read of it: active reports, and revisions of the history.
class CountingStore : public ForwardingStore {
 public:
  CountingStore(std::unique_ptr<store::Store> store, size_t* loaded, size_t* old)
      : ForwardingStore(std::move(store)), loaded_(loaded), old_(old) {}

  absl::StatusOr<uint64_t> LoadActive(
      absl::FunctionRef<bool(const store::ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override {
    return ForwardingStore::LoadActive(wanted, [&](std::unique_ptr<archive::Document> document) {
      ++*loaded_;
      return visit(std::move(document));
    });
  }
  absl::StatusOr<uint64_t> LoadHistory(
      absl::FunctionRef<bool(const store::ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override {
    return ForwardingStore::LoadHistory(wanted, [&](std::unique_ptr<archive::Document> document) {
      ++*old_;
      return visit(std::move(document));
    });
  }

 private:
  size_t* const loaded_;
  size_t* const old_;
};

// A store whose integrity is what a function says.
class CheckedStore : public ForwardingStore {
 public:
  using Check = std::function<absl::Status(const Cancellation&)>;
  CheckedStore(std::unique_ptr<store::Store> store, Check check)
      : ForwardingStore(std::move(store)), check_(std::move(check)) {}

  absl::Status CheckIntegrity(const Cancellation& cancellation) override {
    return check_(cancellation);
  }

 private:
  const Check check_;
};

class LibrarySegmentsTest : public ::testing::Test {
 protected:
  struct Started {
    size_t loaded = 0;  // reports read from the store
    size_t old = 0;     // revisions of the history
    std::vector<std::string> warnings;
    std::unique_ptr<Library> library;  // last: it writes, and may warn, to its end
  };

  std::unique_ptr<Started> Start(bool read_only = false, uint64_t index_batch = 0) {
    auto started = std::make_unique<Started>();
    auto store = store::sqlite::Open({.path = dir_.path() / "quotes.db", .read_only = read_only});
    EXPECT_THAT(store, IsOk());
    LibraryOptions options;
    options.segment_folder = Folder();
    options.largest_segment = 500;
    options.merge_at_once = 100;
    options.index_batch = index_batch;
    options.on_warning = [warnings = &started->warnings](std::string_view warning) {
      warnings->emplace_back(warning);
    };
    auto library = Library::Create(
        std::make_unique<CountingStore>(*std::move(store), &started->loaded, &started->old),
        themes::Scheme::BuiltIn(), options);
    EXPECT_THAT(library, IsOk());
    started->library = *std::move(library);
    return started;
  }

  std::filesystem::path Folder() const { return dir_.path() / "quotes.db.segments"; }

  // With the rest of loading behind Create; its result comes to `ready`.
  absl::StatusOr<std::unique_ptr<Library>> StartInBackground(CheckedStore::Check check,
                                                             std::promise<absl::Status>* ready) {
    auto store = store::sqlite::Open({.path = dir_.path() / "quotes.db", .check_integrity = false});
    EXPECT_THAT(store, IsOk());
    LibraryOptions options;
    options.segment_folder = Folder();
    options.on_ready = [ready](const absl::Status& status) { ready->set_value(status); };
    return Library::Create(std::make_unique<CheckedStore>(*std::move(store), std::move(check)),
                           themes::Scheme::BuiltIn(), options);
  }

  void Fill(Library* library) {
    for (int i = 0; i < 12; ++i) {
      QUOTES_EXPECT_OK(library->Import(
          ShortRequest(absl::StrCat("r", i % 9), absl::StrCat("第", i, "次修订。\n")),
          Cancellation()));
    }
  }

  // All that the archive holds.
  static std::vector<std::string> Texts(const Library& library) {
    std::vector<std::string> texts;
    const std::shared_ptr<const archive::Archive> archive = library.archive();
    for (const archive::PackedDocument* const document : archive->documents()) {
      texts.push_back(DocumentText(archive::Unpack(*document), true));
    }
    return texts;
  }

  TempDir dir_;
};

TEST_F(LibrarySegmentsTest, ARestartReadsNoReport) {
  std::unique_ptr<Started> started = Start();
  Fill(started->library.get());
  const std::vector<std::string> texts = Texts(*started->library);
  started.reset();  // saves what is new
  for (const bool read_only : {false, true}) {
    started = Start(read_only);
    EXPECT_EQ(started->loaded, 0u);
    EXPECT_THAT(started->warnings, IsEmpty());
    EXPECT_EQ(Texts(*started->library), texts);
    EXPECT_EQ(started->library->archive()->revision(), 12u);
  }
}

TEST_F(LibrarySegmentsTest, ImportsMayBeIndexedTogether) {
  std::unique_ptr<Started> plain = Start();
  Fill(plain->library.get());
  const std::vector<std::string> texts = Texts(*plain->library);
  plain.reset();
  for (const uint64_t batch : {uint64_t{1}, uint64_t{300}, UINT64_MAX}) {
    SCOPED_TRACE(batch);
    std::filesystem::remove_all(Folder());
    std::filesystem::remove(dir_.path() / "quotes.db");
    std::unique_ptr<Started> started = Start(false, batch);
    Fill(started->library.get());
    // Whatever waits is in the store.
    EXPECT_EQ(Texts(*Start(true)->library).size(), texts.size());
    // What is written before it is indexed is known: as unchanged, as the latest revision, by its
    // register, and as what another text resembles.
    const ImportRequest again = ShortRequest("r8", "第8次修订。\n");
    const absl::StatusOr<ImportResult> unchanged = started->library->Import(again, Cancellation());
    QUOTES_ASSERT_OK(unchanged);
    EXPECT_TRUE(unchanged->outcome.unchanged);
    EXPECT_EQ(unchanged->document->report_id(), "r8");
    ImportRequest sample;
    sample.report_id = "sample";
    sample.content = quotes::testing::SampleReport();
    QUOTES_ASSERT_OK(started->library->Import(sample, Cancellation()));
    for (const bool validate_only : {true, false}) {
      ImportRequest copy = sample;
      copy.report_id = "copy";
      copy.content += "\n添一句。\n";
      copy.validate_only = validate_only;
      EXPECT_THAT(started->library->Import(copy, Cancellation()),
                  HasReason(ErrorReason::kDuplicateReport));
    }
    ImportRequest checked = sample;
    checked.validate_only = true;
    const absl::StatusOr<ImportResult> seen = started->library->Import(checked, Cancellation());
    QUOTES_ASSERT_OK(seen);
    EXPECT_TRUE(seen->outcome.unchanged);
    EXPECT_EQ(seen->outcome.archive_revision, 13u);
    const auto withdrawn = started->library->Withdraw("sample", "");
    QUOTES_ASSERT_OK(withdrawn);
    EXPECT_EQ(withdrawn->document->state(), archive::ReportState::kWithdrawn);
    EXPECT_EQ(Texts(*started->library).size(), texts.size());
    QUOTES_EXPECT_OK(started->library->Import(ShortRequest("r0", "又一次。\n"), Cancellation()));
    QUOTES_EXPECT_OK(started->library->Import(ShortRequest("r0", "第9次修订。\n"), Cancellation()));
    started.reset();  // indexes what waits

    started = Start(true);
    EXPECT_EQ(started->loaded, 0u);
    EXPECT_EQ(Texts(*started->library).size(), texts.size());
    const std::shared_ptr<const Snapshot> snapshot = started->library->snapshot();
    EXPECT_EQ(snapshot->archive->FindReport("r0")->revision(), 4u);
    // 0, 1 and "又一次"; the fourth text is the second's again.
    EXPECT_THAT(snapshot->history->TextIds("r0"), SizeIs(2));
    EXPECT_THAT(snapshot->history->withdrawn(), SizeIs(1));
  }
}

TEST_F(LibrarySegmentsTest, TheHistoryIsMergedBehindTheWrites) {
  const std::unique_ptr<Started> started = Start();
  Library& library = *started->library;
  constexpr int kReports = 40;
  for (int i = 0; i < kReports; ++i) {
    const std::string id = absl::StrCat("r", i);
    QUOTES_ASSERT_OK(
        library.Import(ShortRequest(id, absl::StrCat("这是第", i, "份报告。\n")), Cancellation()));
    QUOTES_ASSERT_OK(library.Withdraw(id, ""));
  }
  // Segments of the largest size are not merged; most of them are at least half of it.
  const auto is_merged = [&library] {
    return archive::MergePlan(*library.snapshot()->history->archive()).empty();
  };
  for (int i = 0; i < 12'000 && !is_merged(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(is_merged());
  const std::shared_ptr<const Snapshot> held = library.snapshot();
  uint64_t code_points = 0;
  for (const archive::SegmentState& state : archive::SegmentsOf(*held->history->archive())) {
    EXPECT_LE(state.segment->code_points(), 500u) << "LibraryOptions::largest_segment";
    code_points += state.segment->code_points();
  }
  EXPECT_GT(code_points, 1'000u);
  EXPECT_EQ(held->history->withdrawn().size(), static_cast<size_t>(kReports));
}

TEST_F(LibrarySegmentsTest, LookupsDoNotWaitForTheStore) {
  std::unique_ptr<Started> started = Start();
  Fill(started->library.get());
  QUOTES_EXPECT_OK(started->library->Withdraw("r8", ""));
  const std::vector<std::string> texts = Texts(*started->library);
  const std::vector<std::string> ids = started->library->snapshot()->history->TextIds("r0");
  EXPECT_THAT(ids, SizeIs(1));
  started.reset();

  std::promise<void> go;
  std::promise<absl::Status> ready;
  auto library = StartInBackground(
      [&go](const Cancellation&) {
        go.get_future().wait();
        return absl::OkStatus();
      },
      &ready);
  ASSERT_THAT(library, IsOk());
  EXPECT_EQ(Texts(**library), texts);
  EXPECT_EQ((*library)->snapshot()->history, nullptr);
  ImportRequest request = ShortRequest("new", "新的报告。\n");
  const auto outcomes = [&] {
    request.validate_only = true;
    const absl::Status validated = (*library)->Import(request, Cancellation()).status();
    request.validate_only = false;
    DefectEdit edit;
    edit.printed = "第";
    edit.readings = {"弟"};
    return std::vector<absl::Status>{(*library)->CheckReady(),
                                     validated,
                                     (*library)->Import(request, Cancellation()).status(),
                                     (*library)->Withdraw("r7", "").status(),
                                     (*library)->Restore("r8", "").status(),
                                     (*library)->CreateDefect("r1", "", edit).status()};
  };
  EXPECT_THAT(outcomes(), ::testing::Each(HasReason(ErrorReason::kLoading)));
  go.set_value();
  QUOTES_EXPECT_OK(ready.get_future().get());
  EXPECT_EQ((*library)->snapshot()->history->TextIds("r0"), ids);
  EXPECT_NE((*library)->snapshot()->history->FindReport("r8"), nullptr);
  EXPECT_THAT(outcomes(), ::testing::Each(IsOk()));
  EXPECT_NE((*library)->archive()->FindReport("new"), nullptr);
}

TEST_F(LibrarySegmentsTest, ADamagedStoreIsNotWrittenTo) {
  std::unique_ptr<Started> started = Start();
  Fill(started->library.get());
  started.reset();
  const absl::Status damaged = errors::DatabaseCorrupt("quotes.db", "damaged");
  std::promise<absl::Status> ready;
  {
    auto library = StartInBackground([&](const Cancellation&) { return damaged; }, &ready);
    ASSERT_THAT(library, IsOk());
    EXPECT_EQ(ready.get_future().get(), damaged);
    EXPECT_EQ((*library)->CheckReady(), damaged);
    EXPECT_EQ((*library)->Import(ShortRequest("new", "新的报告。\n"), Cancellation()).status(),
              damaged);
    EXPECT_EQ((*library)->snapshot()->history, nullptr);
  }
  // What no segment has would be served from the store.
  std::filesystem::remove_all(Folder());
  EXPECT_THAT(StartInBackground([&](const Cancellation&) { return damaged; }, &ready),
              HasReason(ErrorReason::kDatabaseCorrupt));
}

TEST_F(LibrarySegmentsTest, EndingDoesNotWaitForTheCheck) {
  std::unique_ptr<Started> started = Start();
  Fill(started->library.get());
  started.reset();
  std::promise<absl::Status> ready;
  auto library = StartInBackground(
      [](const Cancellation& cancellation) {
        while (cancellation.Check().ok()) {
          std::this_thread::yield();
        }
        return cancellation.Check();
      },
      &ready);
  ASSERT_THAT(library, IsOk());
  library->reset();
  EXPECT_EQ(ready.get_future().wait_for(std::chrono::seconds(0)), std::future_status::timeout);
}

TEST_F(LibrarySegmentsTest, WhatIsMissingComesFromTheStore) {
  std::unique_ptr<Started> started = Start();
  Fill(started->library.get());
  const std::vector<std::string> texts = Texts(*started->library);
  started.reset();
  std::filesystem::remove_all(Folder());
  started = Start(true);
  EXPECT_EQ(started->loaded, 9u);
  EXPECT_EQ(Texts(*started->library), texts);
  EXPECT_FALSE(std::filesystem::exists(Folder())) << "a reader writes nothing";
  started.reset();
  started = Start();
  EXPECT_EQ(started->loaded, 9u);
  started.reset();
  started = Start();
  EXPECT_EQ(started->loaded, 0u);
  EXPECT_EQ(Texts(*started->library), texts);
}

TEST_F(LibrarySegmentsTest, SegmentsOfAnotherTimeAreNotUsed) {
  std::unique_ptr<Started> started = Start();
  Fill(started->library.get());
  started.reset();
  const std::filesystem::path old = dir_.path() / "old";
  std::filesystem::copy(Folder(), old);
  started = Start();
  QUOTES_EXPECT_OK(started->library->Import(ShortRequest("r1", "后来的一句。\n"), Cancellation()));
  const std::vector<std::string> texts = Texts(*started->library);
  started.reset();
  std::filesystem::remove_all(Folder());
  std::filesystem::rename(old, Folder());
  started = Start();
  EXPECT_EQ(started->loaded, 1u);
  EXPECT_EQ(Texts(*started->library), texts);
}

// An edit of the register makes no revision, and yet the document in a segment's file is not the
// report any more: neither that of a file which was saved before the edit nor one of this process.
TEST_F(LibrarySegmentsTest, ARestartHasTheEditedRegister) {
  std::unique_ptr<Started> started = Start();
  Fill(started->library.get());
  const auto created = started->library->CreateDefect("r3", "d", Fault("280亿元", "281亿元"));
  QUOTES_ASSERT_OK(created);
  started.reset();
  const std::filesystem::path before = dir_.path() / "before";
  std::filesystem::copy(Folder(), before);

  started = Start();
  EXPECT_EQ(started->loaded, 0u);
  EXPECT_THAT(DefectsOf(*started->library->archive()->FindReport("r3")),
              ElementsAre(created->defect));
  DefectEdit edit;
  edit.readings = std::vector<std::string>{"282亿元", "283亿元"};
  const auto updated = started->library->UpdateDefect("r3", "d", "", edit);
  QUOTES_ASSERT_OK(updated);
  const std::vector<std::string> texts = Texts(*started->library);
  started.reset();

  started = Start();
  EXPECT_EQ(started->loaded, 0u) << "the edit was saved";
  EXPECT_EQ(Texts(*started->library), texts);
  started.reset();
  // As after a process that was killed before it saved anything of the edit.
  std::filesystem::remove_all(Folder());
  std::filesystem::rename(before, Folder());
  for (const bool read_only : {true, false}) {
    started = Start(read_only);
    EXPECT_EQ(started->loaded, 1u);
    EXPECT_THAT(started->warnings, IsEmpty());
    EXPECT_EQ(Texts(*started->library), texts);
    EXPECT_THAT(DefectsOf(*started->library->archive()->FindReport("r3")),
                ElementsAre(updated->defect));
    EXPECT_EQ(updated->defect.origin, report::DefectOrigin::kEditor);
    started.reset();
  }
}

TEST_F(LibrarySegmentsTest, ARestartKeepsWithdrawnReportsOutAndTakesRestoredOnesIn) {
  std::unique_ptr<Started> started = Start();
  Fill(started->library.get());
  const std::vector<std::string> all = Texts(*started->library);
  started.reset();
  const std::filesystem::path before = dir_.path() / "before";
  std::filesystem::copy(Folder(), before);
  started = Start();
  QUOTES_ASSERT_OK(started->library->Withdraw("r3", ""));
  const std::vector<std::string> texts = Texts(*started->library);
  EXPECT_THAT(texts, SizeIs(all.size() - 1));
  const auto expect_withdrawn = [&] {
    EXPECT_EQ(Texts(*started->library), texts);
    const std::shared_ptr<const Snapshot> held = started->library->snapshot();
    EXPECT_EQ(held->archive->FindReport("r3"), nullptr);
    ASSERT_NE(held->history->FindReport("r3"), nullptr);
    EXPECT_TRUE(held->history->FindReport("r3")->delete_time().has_value());
  };
  expect_withdrawn();
  started.reset();
  started = Start();
  expect_withdrawn();
  started.reset();
  std::filesystem::remove_all(Folder());
  std::filesystem::rename(before, Folder());
  started = Start();
  expect_withdrawn();
  EXPECT_EQ(started->loaded, 0u);
  QUOTES_ASSERT_OK(started->library->Restore("r3", ""));
  const std::vector<std::string> restored = Texts(*started->library);
  EXPECT_THAT(restored, SizeIs(all.size()));
  started.reset();
  started = Start();
  EXPECT_EQ(started->loaded, 0u);
  EXPECT_EQ(Texts(*started->library), restored);
}

// All that a history holds.
std::string AllOf(const History& history) {
  std::string all;
  for (const archive::PackedDocument* const document : history.withdrawn()) {
    absl::StrAppend(&all, DocumentText(archive::Unpack(*document), true));
  }
  for (int i = 0; i < 9; ++i) {
    for (const std::string& id : history.TextIds(absl::StrCat("r", i))) {
      absl::StrAppend(&all,
                      DocumentText(archive::Unpack(*history.archive()->FindReport(id)), false));
    }
  }
  return all;
}

class LibraryHistoryTest : public LibrarySegmentsTest {
 protected:
  // Nine reports: r0 to r2 have an earlier text each, r3 one that is the same, r4 and r0 are
  // withdrawn; five texts.
  void FillHistory(Library* library) {
    Fill(library);
    ImportRequest renamed = ShortRequest("r3", "第3次修订。\n");
    renamed.metadata.speaker = "某人";
    QUOTES_EXPECT_OK(library->Import(renamed, Cancellation()));
    QUOTES_EXPECT_OK(library->Withdraw("r4", ""));
    QUOTES_EXPECT_OK(library->Withdraw("r0", ""));
  }
  static size_t TextCount(const Library& library) {
    return library.snapshot()->history->archive()->documents().size();
  }
  std::filesystem::path HistoryFolder() const { return Folder() / "history"; }
};

TEST_F(LibraryHistoryTest, ARestartReadsNoOldText) {
  std::unique_ptr<Started> started = Start();
  FillHistory(started->library.get());
  EXPECT_EQ(TextCount(*started->library), 5u);
  const std::string all = AllOf(*started->library->snapshot()->history);
  started.reset();
  for (const bool read_only : {true, false}) {
    started = Start(read_only);
    EXPECT_EQ(started->loaded, 0u);
    EXPECT_EQ(started->old, 0u);
    EXPECT_THAT(started->warnings, IsEmpty());
    EXPECT_EQ(AllOf(*started->library->snapshot()->history), all);
    EXPECT_EQ(TextCount(*started->library), 5u);
  }
  // Nor after what changes nothing of it.
  QUOTES_EXPECT_OK(started->library->Import(ShortRequest("new", "新的。\n"), Cancellation()));
  started.reset();
  started = Start();
  EXPECT_EQ(started->old, 0u);
  EXPECT_EQ(AllOf(*started->library->snapshot()->history), all);
}

// As after a process that was killed before it saved.
TEST_F(LibraryHistoryTest, WhatChangedSinceItWasSavedIsReadAnew) {
  std::unique_ptr<Started> started = Start();
  FillHistory(started->library.get());
  started.reset();
  const std::filesystem::path before = dir_.path() / "before";
  const std::vector<std::pair<std::function<void(Library*)>, size_t>> changes = {
      {[](Library*) {}, 0},
      // Its two revisions.
      {[](Library* library) { QUOTES_EXPECT_OK(library->Restore("r4", "")); }, 0},
      {[](Library* library) { QUOTES_EXPECT_OK(library->Restore("r0", "")); }, 1},
      {[](Library* library) { QUOTES_EXPECT_OK(library->Withdraw("r1", "")); }, 2},
      {[](Library* library) { QUOTES_EXPECT_OK(library->Withdraw("r8", "")); }, 1},
      {[](Library* library) {
         QUOTES_EXPECT_OK(library->Import(ShortRequest("r2", "又一次。\n"), Cancellation()));
       },
       2},
      // Back to the first text.
      {[](Library* library) {
         QUOTES_EXPECT_OK(library->Import(ShortRequest("r2", "第2次修订。\n"), Cancellation()));
       },
       3},
      {[](Library* library) {
         QUOTES_EXPECT_OK(library->CreateDefect("r2", "d", Fault("280亿元", "281亿元")));
       },
       3}};
  for (size_t i = 0; i < changes.size(); ++i) {
    SCOPED_TRACE(i);
    std::filesystem::remove_all(before);
    std::filesystem::copy(HistoryFolder(), before);
    started = Start();
    changes[i].first(started->library.get());
    const std::string all = AllOf(*started->library->snapshot()->history);
    started.reset();
    std::filesystem::remove_all(HistoryFolder());
    std::filesystem::rename(before, HistoryFolder());
    for (const bool read_only : {true, false}) {
      started = Start(read_only);
      EXPECT_EQ(started->loaded, 0u) << "the archive was saved";
      EXPECT_EQ(started->old, changes[i].second);
      EXPECT_THAT(started->warnings, IsEmpty());
      EXPECT_EQ(AllOf(*started->library->snapshot()->history), all);
      started.reset();
    }
  }
}

TEST_F(LibraryHistoryTest, DamageIsFoundAndMended) {
  std::unique_ptr<Started> started = Start();
  FillHistory(started->library.get());
  const std::string all = AllOf(*started->library->snapshot()->history);
  started.reset();
  const auto files = [this] {
    std::vector<std::filesystem::path> found;
    for (const auto& file : std::filesystem::directory_iterator(HistoryFolder())) {
      found.push_back(file.path());
    }
    return found;
  };
  for (size_t i = 0; i < files().size(); ++i) {
    for (const bool removed : {true, false}) {
      const std::filesystem::path file = files()[i];
      SCOPED_TRACE(file);
      if (removed) {
        std::filesystem::remove(file);
      } else {
        std::filesystem::permissions(file, std::filesystem::perms::owner_write,
                                     std::filesystem::perm_options::add);
        std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
      }
      started = Start();
      EXPECT_EQ(started->loaded, 0u);
      EXPECT_GT(started->old, 0u);
      EXPECT_THAT(started->warnings,
                  SizeIs(removed && file.filename() == "segments.list" ? 0u : 1u));
      EXPECT_EQ(AllOf(*started->library->snapshot()->history), all);
      started.reset();
      started = Start(true);
      EXPECT_EQ(started->old, 0u);
      EXPECT_THAT(started->warnings, IsEmpty());
      EXPECT_EQ(AllOf(*started->library->snapshot()->history), all);
      started.reset();
    }
  }
  // Somebody's file in the place of the folder costs the time at each start.
  std::filesystem::remove_all(HistoryFolder());
  std::ofstream(HistoryFolder()) << "in the way";
  started = Start();
  EXPECT_EQ(started->loaded, 0u);
  EXPECT_EQ(started->old, 6u) << "r0 and r4 with all revisions, r1 to r3 with one";
  EXPECT_EQ(AllOf(*started->library->snapshot()->history), all);
}

TEST_F(LibraryHistoryTest, AReaderKeepsWhatTheWriterRemoves) {
  std::unique_ptr<Started> writer = Start();
  FillHistory(writer->library.get());
  writer.reset();
  writer = Start();
  const std::unique_ptr<Started> reader = Start(true);
  const std::string all = AllOf(*reader->library->snapshot()->history);
  for (int i = 0; i < 30; ++i) {
    QUOTES_ASSERT_OK(writer->library->Import(
        ShortRequest("r1", absl::StrCat("第", i, "稿的话。\n")), Cancellation()));
    QUOTES_ASSERT_OK(i % 2 == 0 ? writer->library->Withdraw("r5", "")
                                : writer->library->Restore("r5", ""));
  }
  writer.reset();  // saves, and removes what it does not use
  EXPECT_EQ(AllOf(*reader->library->snapshot()->history), all);
  EXPECT_EQ(reader->library->snapshot()->history->FindReport("r5"), nullptr);
  const std::unique_ptr<Started> later = Start(true);
  EXPECT_EQ(later->old, 0u);
  EXPECT_THAT(later->library->snapshot()->history->TextIds("r1"), SizeIs(31));
}

TEST(LibraryFaults, AFailedWriteLeavesTheSnapshot) {
  const TempDir dir;
  auto store = store::sqlite::Open({.path = dir.path() / "quotes.db"});
  QUOTES_ASSERT_OK(store);
  absl::Status failure;
  auto library = Library::Create(std::make_unique<FailingStore>(*std::move(store), &failure),
                                 themes::Scheme::BuiltIn());
  QUOTES_ASSERT_OK(library);
  QUOTES_ASSERT_OK((*library)->Import(ShortRequest("one"), Cancellation()));
  const std::shared_ptr<const archive::Archive> before = (*library)->archive();
  failure = errors::StorageFull("disk");
  EXPECT_THAT((*library)->Import(ShortRequest("two"), Cancellation()),
              HasReason(ErrorReason::kStorageFull));
  EXPECT_THAT((*library)->Withdraw("one", ""), HasReason(ErrorReason::kStorageFull));
  EXPECT_EQ((*library)->archive(), before);
  failure = absl::OkStatus();
  QUOTES_EXPECT_OK((*library)->Import(ShortRequest("two"), Cancellation()));
  EXPECT_THAT((*library)->archive()->documents(), SizeIs(2));
}

TEST(LibraryFaults, AStoreThatCannotBeReadMakesNoLibrary) {
  const TempDir dir;
  auto store = store::sqlite::Open({.path = dir.path() / "quotes.db"});
  QUOTES_ASSERT_OK(store);
  const absl::Status failure = errors::DatabaseCorrupt("quotes.db", "damaged");
  EXPECT_THAT(Library::Create(std::make_unique<FailingStore>(*std::move(store), &failure),
                              themes::Scheme::BuiltIn()),
              HasReason(ErrorReason::kDatabaseCorrupt));
}

TEST(ImportRequestDigestTest, EveryFieldCounts) {
  using Change = std::function<void(ImportRequest*)>;
  const report::DefectEntry entry = {
      3, "280", {"281"}, report::DefectKind::kOther, report::Certainty::kPossible, ""};
  const std::vector<Change> changes = {
      [](ImportRequest*) {},
      [](ImportRequest* r) { r->report_id = "ab"; },
      [](ImportRequest* r) { r->content = "ab"; },
      [](ImportRequest* r) { r->file_name = "ab"; },
      [](ImportRequest* r) { r->encoding = text::Encoding::kUtf8; },
      [](ImportRequest* r) { r->encoding = text::Encoding::kBig5; },
      [](ImportRequest* r) { r->duplicate_handling = DuplicateHandling::kSeparate; },
      [](ImportRequest* r) { r->duplicate_handling = DuplicateHandling::kVariant; },
      [](ImportRequest* r) { r->metadata.title = "ab"; },
      [](ImportRequest* r) { r->metadata.subtitle = "ab"; },
      [](ImportRequest* r) { r->metadata.event = "ab"; },
      [](ImportRequest* r) { r->metadata.body = "ab"; },
      [](ImportRequest* r) { r->metadata.speaker = "ab"; },
      [](ImportRequest* r) { r->metadata.office = "ab"; },
      [](ImportRequest* r) { r->metadata.language = "ab"; },
      [](ImportRequest* r) { r->metadata.date = absl::CivilDay(2022, 1, 17); },
      [](ImportRequest* r) { r->metadata.publication.paper = "ab"; },
      [](ImportRequest* r) { r->metadata.publication.edition = "ab"; },
      [](ImportRequest* r) { r->metadata.publication.issue_date = absl::CivilDay(2022, 1, 17); },
      [](ImportRequest* r) { r->metadata.publication.pages = "ab"; },
      [&](ImportRequest* r) { r->defects = {entry}; },
      [&](ImportRequest* r) {
        r->defects = {entry, entry};
      },
      [&](ImportRequest* r) {
        r->defects = {entry};
        r->defects[0].line = 4;
      },
      [&](ImportRequest* r) {
        r->defects = {entry};
        r->defects[0].printed = "28";
      },
      [&](ImportRequest* r) {
        r->defects = {entry};
        r->defects[0].readings = {"281", "282"};
      },
      [&](ImportRequest* r) {
        r->defects = {entry};
        r->defects[0].readings = {"281282"};
      },
      [&](ImportRequest* r) {
        r->defects = {entry};
        r->defects[0].kind = report::DefectKind::kScript;
      },
      [&](ImportRequest* r) {
        r->defects = {entry};
        r->defects[0].certainty = report::Certainty::kCertain;
      },
      [&](ImportRequest* r) {
        r->defects = {entry};
        r->defects[0].note = "ab";
      },
  };
  std::set<std::string> digests;
  for (size_t i = 0; i < changes.size(); ++i) {
    ImportRequest request;
    changes[i](&request);
    const std::string digest = ImportRequestDigest(request);
    EXPECT_EQ(digest.size(), 64u);
    EXPECT_TRUE(digests.insert(digest).second) << i;
    request.request_id = "ab";
    request.validate_only = true;
    EXPECT_EQ(ImportRequestDigest(request), digest);
  }
}

}  // namespace
}  // namespace quotes
