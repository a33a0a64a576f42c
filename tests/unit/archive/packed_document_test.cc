#include "service/archive/packed_document.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/archive/citation_line.h"
#include "service/themes/scheme.h"
#include "tests/support/test_data.h"
#include "tests/unit/archive/test_documents.h"
#include "tests/unit/store/document_text.h"
#include "tests/unit/store/random_draft.h"

namespace quotes::archive {
namespace {

using ::quotes::testing::DocumentText;

void ExpectSameWhenUnpacked(const Document& document, size_t theme_count) {
  const std::shared_ptr<const PackedDocument> packed = Pack(document, theme_count);
  const Document unpacked = Unpack(*packed);
  ASSERT_EQ(DocumentText(unpacked, true), DocumentText(document, true));
  ASSERT_EQ(unpacked.themes.size(), document.themes.size());
  for (size_t i = 0; i < document.themes.size(); ++i) {
    for (size_t k = 0; k < document.themes[i].size(); ++k) {
      EXPECT_EQ(unpacked.themes[i][k].score, document.themes[i][k].score);
    }
  }
  // Content alone decides about the bytes, wherever they stand.
  MemorySink sink;
  sink.Append("abc", 3);
  Document later = unpacked;
  later.etag = "other";
  later.update_time += absl::Seconds(1);
  later.delete_time = later.update_time;
  Pack(later, theme_count, &sink);
  const Block block = sink.Take();
  const PackedDocument moved(block.data + 8, HeadOf(later));
  EXPECT_TRUE(std::ranges::equal(moved.bytes(), packed->bytes()));
  EXPECT_EQ(moved.etag(), "other");
  // The id of a block is its name, and no part of the content.
  const std::string id = document.report_id + "/other";
  const std::shared_ptr<const PackedDocument> named =
      PackAs(id, document, HeadOf(later), theme_count);
  EXPECT_EQ(named->report_id(), id);
  EXPECT_EQ(named->head(), HeadOf(later));
  const PackedDocument itself(named->bytes().data(), HeadOf(document),
                              named->report_id().substr(0, document.report_id.size()));
  EXPECT_EQ(DocumentText(Unpack(itself), true), DocumentText(document, true));
  EXPECT_TRUE(std::ranges::equal(Pack(Unpack(itself), theme_count)->bytes(), packed->bytes()));

  std::set<std::string_view> ids;
  for (uint32_t i = 0; i < packed->size(); ++i) {
    const report::Quote& original = document.content.quotes[i];
    for (const auto& held : {packed, named}) {
      const PackedQuote& of = held->quotes()[i];
      EXPECT_EQ(
          absl::StrCat(std::string(held->citation_head(of)), std::string(held->citation_tail(of))),
          CitationHead(document, report::IsSpeech(original.block)) +
              CitationTail(document, original));
    }
    // Of equal ids the first counts.
    if (ids.insert(packed->quote_id(i)).second) {
      EXPECT_EQ(packed->Find(original.id), i);
    }
    EXPECT_FALSE(packed->Find(original.id + "x").has_value());
  }
  EXPECT_FALSE(packed->Find("").has_value());
}

TEST(PackedDocumentTest, EveryFieldComesBack) {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    Document document =
        testing::ExpectedDocument(testing::RandomDraft(absl::StrCat("r", round), &random));
    document.etag = absl::StrCat("e", random() % 100);
    document.create_time = absl::FromUnixMicros(static_cast<int64_t>(random()));
    document.update_time = absl::FromUnixMicros(static_cast<int64_t>(random()));
    document.revision_time = absl::FromUnixMicros(static_cast<int64_t>(random()));
    if (round % 4 == 0) {
      document.state = ReportState::kWithdrawn;
      document.delete_time = absl::FromUnixMicros(static_cast<int64_t>(random()));
      document.duplicate_of = absl::StrCat("r", random() % 100);
    }
    for (report::Defect& defect : document.defects) {
      defect.origin = static_cast<report::DefectOrigin>(1 + random() % 2);
    }
    document.themes.clear();
    if (round % 3 != 0) {
      for (size_t i = 0; i < document.content.quotes.size(); ++i) {
        std::vector<themes::Assignment>& assignments = document.themes.emplace_back();
        for (size_t k = random() % 3; k > 0; --k) {
          themes::Assignment& assignment = assignments.emplace_back();
          assignment.theme = static_cast<int>(random() % 7);
          assignment.score = static_cast<double>(random() % 1000) / 1001;
          for (size_t cue = random() % 3; cue > 0; --cue) {
            assignment.cues.push_back(absl::StrCat("词", random() % 5));
            assignment.shares.push_back(static_cast<int16_t>(random()));
          }
        }
      }
    }
    SCOPED_TRACE(round);
    ExpectSameWhenUnpacked(document, 7);
  }
}

TEST(PackedDocumentTest, TheSampleComesBack) {
  ExpectSameWhenUnpacked(*MakeReport("sample", testing::SampleReport()),
                         themes::Scheme::BuiltIn()->themes().size());
}

TEST(PackedDocumentTest, RealReportsComeBack) {
  const auto corpus = testing::CorpusDir();
  if (!corpus.has_value()) {
    GTEST_SKIP() << "the corpus of real reports is not here";
  }
  for (const std::filesystem::path& file : testing::TextFiles(*corpus / "reports")) {
    SCOPED_TRACE(file);
    const auto document = MakeReport("r", testing::ReadFile(file));
    ASSERT_NE(document, nullptr);
    ExpectSameWhenUnpacked(*document, themes::Scheme::BuiltIn()->themes().size());
  }
}

TEST(PackedDocumentTest, LeadsBeginTheirSections) {
  Document document;
  document.report_id = "a";
  report::ParsedReport& content = document.content;
  const auto add = [&content](std::u32string_view text, std::u32string_view heading,
                              report::BlockKind block = report::BlockKind::kBody) {
    const auto begin = static_cast<uint32_t>(content.joined.size());
    content.joined += text;
    report::Quote& quote = content.quotes.emplace_back();
    quote.id = absl::StrCat("q", content.quotes.size());
    quote.range = {begin, static_cast<uint32_t>(content.joined.size())};
    quote.block = block;
    if (!heading.empty()) {
      report::Section& section = content.sections.emplace_back();
      section.id = absl::StrCat("s", content.sections.size());
      const auto at = begin + static_cast<uint32_t>(text.find(heading));
      section.heading_range = {at, at + static_cast<uint32_t>(heading.size())};
    }
  };
  add(U"一、总体要求", U"", report::BlockKind::kHeading);
  add(U"一是加快发展，建成三处。", U"一是加快发展");
  add(U"主要包括：一是加快发展；二是扩大内需。", U"一是加快发展");
  add(U"“双高”计划：建成三处。", U"双高”计划");
  add(U"建成三处。", U"");
  content.runs = {{report::BlockKind::kBody, {0, static_cast<uint32_t>(content.joined.size())}}};
  const std::shared_ptr<const PackedDocument> packed = Pack(document, 0);
  const std::vector<bool> expected = {true, true, false, true, false};
  for (uint32_t i = 0; i < packed->size(); ++i) {
    EXPECT_EQ(packed->lead(i), expected[i]) << i;
  }
}

TEST(PackedDocumentTest, CountsAndFoldedNames) {
  TestReport report = Speech("r", absl::CivilDay(2022, 1, 17), {"甲", "乙", "丙"});
  report.speaker = "“宋，磊”";
  report.body = "區委";
  report.quotes.push_back(
      {"丁", -1, report::BlockKind::kBanner, report::Mode::kUnspecified, false, {4}});
  const auto packed = Pack(*MakeDocument(report), 5);
  EXPECT_EQ(packed->speech_count(), 3u);
  EXPECT_EQ(packed->size(), 4u);
  EXPECT_EQ(packed->folded_speaker(), U"宋\u241E磊");
  EXPECT_EQ(packed->folded_body(), U"区委");
}

}  // namespace
}  // namespace quotes::archive
