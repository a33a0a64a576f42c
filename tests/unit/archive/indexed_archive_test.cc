#include "service/archive/indexed_archive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/distinctiveness.h"
#include "service/archive/salience.h"
#include "service/archive/segment_folder.h"
#include "service/base/limits.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"
#include "tests/unit/archive/archive_conformance.h"
#include "tests/unit/archive/naive_lookup.h"
#include "tests/unit/archive/test_documents.h"

namespace quotes::archive {
namespace {

std::shared_ptr<const Archive> MergeAll(std::shared_ptr<const Archive> archive) {
  for (MergePlan plan(*archive); !plan.empty(); plan = MergePlan(*archive)) {
    plan.Run();
    archive = plan.Apply(*archive);
  }
  return archive;
}

// Segments of these sizes are made, and merged at once or not at all.
ArchiveEngine Engine(std::string name, const ArchiveOptions& options, bool merge) {
  return {std::move(name), [options, merge](uint64_t revision, auto scheme, auto documents,
                                            const Archive* previous) {
            std::shared_ptr<const Archive> archive =
                MakeIndexedArchive(revision, std::move(scheme), documents, previous, options);
            return merge ? MergeAll(std::move(archive)) : archive;
          }};
}

// An archive whose segments are in files.
struct Filed {
  testing::TempDir dir;
  std::unique_ptr<SegmentFolder> folder;
  std::shared_ptr<const Archive> archive;
};

std::unique_ptr<SegmentFolder> OpenFolder(const testing::TempDir& dir) {
  return std::make_unique<SegmentFolder>(SegmentFolder::Options{
      .path = dir.path() / "segments",
      .writable = true,
      .on_warning = [](std::string_view warning) { ADD_FAILURE() << warning; }});
}

// Written to files, then opened again by themselves.
std::shared_ptr<const Archive> MakeReopened(uint64_t revision,
                                            std::shared_ptr<const themes::Scheme> scheme,
                                            std::vector<std::shared_ptr<const Document>> documents,
                                            const Archive* previous) {
  auto filed = std::make_shared<Filed>();
  ArchiveOptions options;
  options.largest_segment = 500;
  options.merge_at_once = 100;
  filed->archive = MergeAll(MakeIndexedArchive(revision, scheme, documents, previous, options));
  filed->folder = OpenFolder(filed->dir);
  filed->folder->Save(*filed->archive);

  filed->folder = OpenFolder(filed->dir);
  options.folder = filed->folder.get();
  ArchiveLoader loader(std::move(scheme), options);
  for (const auto& document : documents) {
    if (document->state == ReportState::kActive) {
      EXPECT_FALSE(loader.Lacks(document->report_id, document->revision, HeadOf(*document)));
    }
  }
  filed->archive = loader.Finish(revision);
  return {filed, filed->archive.get()};
}

INSTANTIATE_TEST_SUITE_P(
    Indexed, ArchiveConformance,
    ::testing::Values(Engine("indexed", {}, false), Engine("merged", {}, true),
                      Engine("one_segment_a_change", {.merge_at_once = 0}, false),
                      Engine("small_segments", {.largest_segment = 50, .merge_at_once = 20}, false),
                      Engine("small_segments_merged",
                             {.largest_segment = 200, .merge_at_once = 10, .most_segments = 3},
                             true),
                      ArchiveEngine{"reopened", MakeReopened}),
    [](const auto& test) { return test.param.name; });

std::vector<std::shared_ptr<const Document>> Numbered(size_t count) {
  std::vector<std::shared_ptr<const Document>> documents;
  for (size_t i = 0; i < count; ++i) {
    documents.push_back(MakeDocument(
        Speech(absl::StrCat("r", i), absl::CivilDay(2022, 1, 1) - static_cast<int>(i % 7),
               {"党要管党，从严治党。", absl::StrCat("第", i, "次会议。")})));
  }
  return documents;
}

uint64_t Total(const Archive& archive, std::string_view typed) {
  const auto query = ParseQuery(typed);
  Lookup lookup;
  lookup.query = &*query;
  const auto answer = archive.Find(lookup, Cancellation());
  EXPECT_THAT(answer, testing::IsOk());
  return answer.ok() ? answer->total : 0;
}

TEST(IndexedArchiveTest, ChangesOneByOneEqualAllAtOnce) {
  RandomReports random(71);
  for (const bool merge : {false, true}) {
    ArchiveOptions options;
    options.largest_segment = 300;
    options.merge_at_once = merge ? 60 : 0;
    std::shared_ptr<const Archive> archive =
        MakeIndexedArchive(0, TestScheme(), {}, nullptr, options);
    std::vector<TestReport> reports;
    for (uint64_t revision = 1; revision <= 150; ++revision) {
      std::vector<std::shared_ptr<const PackedDocument>> added;
      std::vector<std::string> removed = {"unknown"};
      for (size_t i = random.Below(3); i > 0; --i) {
        TestReport report = random.Report(absl::StrCat("r", random.Below(40)));
        std::erase_if(reports, [&report](const TestReport& r) { return r.id == report.id; });
        std::erase_if(added, [&report](const auto& a) { return a->report_id() == report.id; });
        added.push_back(Pack(*MakeDocument(report), 5));
        reports.push_back(std::move(report));
      }
      if (random.OneIn(3) && !reports.empty()) {
        const std::string id = reports[random.Below(reports.size())].id;
        if (std::none_of(added.begin(), added.end(),
                         [&id](const auto& a) { return a->report_id() == id; })) {
          std::erase_if(reports, [&id](const TestReport& r) { return r.id == id; });
          removed.push_back(id);
        }
      }
      archive = UpdateArchive(*archive, revision, added, removed);
      if (merge && random.OneIn(4)) {
        MergePlan plan(*archive);
        if (!plan.empty()) {
          plan.Run();
          archive = plan.Apply(*archive);
          ASSERT_NE(archive, nullptr);
        }
      }
    }
    std::vector<std::shared_ptr<const Document>> documents;
    for (const TestReport& report : reports) {
      documents.push_back(MakeDocument(report));
    }
    const auto scan = MakeScanArchive(150, TestScheme(), documents);
    ASSERT_EQ(archive->documents().size(), scan->documents().size());
    for (size_t i = 0; i < scan->documents().size(); ++i) {
      EXPECT_TRUE(
          std::ranges::equal(archive->documents()[i]->bytes(), scan->documents()[i]->bytes()));
    }
    EXPECT_EQ(archive->theme_totals(), scan->theme_totals());
    for (const TextScope scope : {TextScope::kSpeech, TextScope::kFurniture, TextScope::kAll}) {
      Filter filter;
      filter.scope = scope;
      EXPECT_EQ(archive->CoverageOf(filter).quotes, scan->CoverageOf(filter).quotes);
      EXPECT_EQ(archive->CoverageOf(filter).incomplete_reports,
                scan->CoverageOf(filter).incomplete_reports);
      EXPECT_EQ(archive->CoverageOf(filter).incomplete.size(),
                scan->CoverageOf(filter).incomplete.size());
    }
    for (int round = 0; round < 200; ++round) {
      const std::string typed = random.QueryText();
      SCOPED_TRACE(typed);
      const auto query = ParseQuery(typed);
      QUOTES_ASSERT_OK(query);
      Lookup lookup;
      lookup.query = &*query;
      lookup.order = static_cast<Order>(1 + round % 4);
      ExpectSameAsNaive(*archive, lookup);
    }
    // Themes alone are answered from postings that have dead quotes too.
    for (int theme = 0; theme < 5; ++theme) {
      for (const TextScope scope : {TextScope::kSpeech, TextScope::kFurniture, TextScope::kAll}) {
        Lookup lookup;
        lookup.filter.theme_groups = {{theme}};
        lookup.filter.scope = scope;
        ExpectSameAsNaive(*archive, lookup);
        lookup.filter.date_from = absl::CivilDay(2021, 1, 1);
        ExpectSameAsNaive(*archive, lookup);
        for (const Order order : {Order::kReadingOrder, Order::kRelevance, Order::kSalience}) {
          lookup.order = order;
          ExpectSameAsNaive(*archive, lookup);
        }
        lookup.filter.modes = {report::Mode::kReview, report::Mode::kSituation};
        ExpectSameAsNaive(*archive, lookup);
        lookup.filter.date_from.reset();
        lookup.filter.with_figures = theme % 2 == 0;
        ExpectSameAsNaive(*archive, lookup);
        lookup.filter.modes.clear();
        lookup.filter.theme_groups.push_back({4});
        ExpectSameAsNaive(*archive, lookup);
        lookup.filter.with_figures.reset();
        lookup.filter.speakers = {"新"};
        ExpectSameAsNaive(*archive, lookup);
        lookup.filter.speakers.clear();
        ExpectSameAsNaive(*archive, lookup);
      }
    }
  }
}

// Whatever the segments are, what died in them, and whatever was judged ahead.
TEST(IndexedArchiveTest, StockPhrasesAreThoseOfTheReportsThatAreThere) {
  RandomReports random(73);
  size_t stock_leads = 0;
  for (const uint64_t largest : {uint64_t{200}, uint64_t{100'000}}) {
    ArchiveOptions options;
    options.largest_segment = largest;
    options.merge_at_once = 0;
    std::shared_ptr<const Archive> archive =
        MakeIndexedArchive(0, TestScheme(), {}, nullptr, options);
    for (uint64_t revision = 1; revision <= 60; ++revision) {
      std::vector<std::shared_ptr<const PackedDocument>> added;
      std::vector<std::string> removed;
      if (random.OneIn(3)) {
        removed.push_back(absl::StrCat("r", random.Below(16)));
      } else {
        added.push_back(Pack(*MakeDocument(random.Report(absl::StrCat("r", random.Below(16)))), 5));
      }
      archive = UpdateArchive(*archive, revision, added, removed);
      if (random.OneIn(4)) {
        archive = MergeAll(archive);
      }
      if (random.OneIn(3)) {
        size_t asked = 0;
        const bool ended = JudgeStockPhrases(*archive, [&] { return ++asked < revision; });
        EXPECT_EQ(ended, asked < revision);
      }
      Lookup lookup;
      lookup.order = Order::kSalience;
      const auto query = ParseQuery("产 OR 业 OR 5 OR a");
      QUOTES_ASSERT_OK(query);
      for (const TextScope scope : {TextScope::kSpeech, TextScope::kFurniture, TextScope::kAll}) {
        lookup.filter.scope = scope;
        lookup.filter.theme_groups = {{static_cast<int>(revision % 5)}};
        ExpectSameAsNaive(*archive, lookup);
        lookup.filter.theme_groups.clear();
        ExpectSameAsNaive(*archive, lookup);
        lookup.query = &*query;
        ExpectSameAsNaive(*archive, lookup);
        lookup.query = nullptr;
      }
      // By the number that every quote tells of itself.
      lookup.filter.scope = TextScope::kAll;
      lookup.limit = 1'000'000;
      const auto answer = archive->Find(lookup, Cancellation());
      QUOTES_ASSERT_OK(answer);
      for (const Hit& hit : answer->hits) {
        const bool stock = CountReportsOf(*archive, hit.ref.text()) >= limits::kFormulaicReports;
        stock_leads += stock && hit.ref.document->lead(hit.ref.index) ? 1u : 0u;
        EXPECT_EQ(hit.relevance == 0, stock || (hit.ref.document->lead(hit.ref.index) &&
                                                IsFormalHeading(hit.ref.text())));
      }
    }
  }
  EXPECT_GT(stock_leads, 100u);
}

TEST(IndexedArchiveTest, SegmentsStayFewAndWithinTheirSize) {
  ArchiveOptions options;
  options.largest_segment = 400;
  options.merge_at_once = 0;
  std::shared_ptr<const Archive> archive =
      MakeIndexedArchive(0, TestScheme(), {}, nullptr, options);
  uint64_t code_points = 0;
  for (const auto& document : Numbered(200)) {
    archive = MergeAll(UpdateArchive(*archive, archive->revision() + 1, {Pack(*document, 5)}, {}));
    code_points += document->content.joined.size();
    EXPECT_LE(SegmentCount(*archive),
              options.most_segments + 2 * code_points / options.largest_segment);
    for (const SegmentState& state : SegmentsOf(*archive)) {
      EXPECT_LE(state.segment->code_points(), options.largest_segment);
    }
  }
  EXPECT_EQ(Total(*archive, "从严治党"), 200u);
}

// No merge in the background: what an import merges while it waits keeps segments few, and sorts no
// text more often than there are tiers.
TEST(IndexedArchiveTest, SmallImportsAreMergedInTiers) {
  constexpr size_t kImports = 300;
  std::shared_ptr<const Archive> archive = MakeIndexedArchive(0, TestScheme(), {});
  uint64_t code_points = 0;
  uint64_t sorted = 0;
  size_t tiers = 1;
  for (const auto& document : Numbered(kImports)) {
    archive = UpdateArchive(*archive, archive->revision() + 1, {Pack(*document, 5)}, {});
    code_points += document->content.joined.size();
    std::vector<uint64_t> sizes;
    for (const SegmentState& state : SegmentsOf(*archive)) {
      sizes.push_back(state.segment->code_points());
    }
    sorted += sizes.back();  // the new one
    std::sort(sizes.begin(), sizes.end());
    for (size_t i = 1; i < sizes.size(); ++i) {
      EXPECT_GT(sizes[i], 2 * sizes[i - 1]);
    }
    tiers = std::max(tiers, sizes.size());
  }
  EXPECT_GT(tiers, 2u);
  EXPECT_LE(tiers, 8u);
  EXPECT_LE(sorted, code_points * 8) << "all of them for each would be 150 times";
  EXPECT_EQ(Total(*archive, "从严治党"), kImports);
}

TEST(IndexedArchiveTest, AMergeKeepsWhatHappensMeanwhile) {
  ArchiveOptions options;
  options.merge_at_once = 0;
  std::shared_ptr<const Archive> archive =
      MakeIndexedArchive(0, TestScheme(), {}, nullptr, options);
  for (const auto& document : Numbered(4)) {
    archive = UpdateArchive(*archive, archive->revision() + 1, {Pack(*document, 5)}, {});
  }
  MergePlan plan(*archive);
  ASSERT_FALSE(plan.empty());
  MergePlan late(*archive);
  Cancellation cancelled;
  cancelled.Cancel();
  EXPECT_FALSE(MergePlan(*archive).Run(cancelled));
  ASSERT_TRUE(plan.Run());
  archive = UpdateArchive(*archive, 5,
                          {Pack(*MakeDocument(Speech("r1", std::nullopt, {"从严治党", "又"})), 5)},
                          {"r2"});
  EXPECT_EQ(Total(*archive, "从严治党"), 3u);
  archive = plan.Apply(*archive);
  ASSERT_NE(archive, nullptr);
  EXPECT_EQ(archive->revision(), 5u);
  EXPECT_EQ(Total(*archive, "从严治党"), 3u);
  EXPECT_EQ(Total(*archive, "次会议"), 2u);
  EXPECT_EQ(archive->FindReport("r2"), nullptr);
  EXPECT_EQ(SegmentCount(*archive), 2u);
  ASSERT_TRUE(late.Run());
  EXPECT_EQ(late.Apply(*archive), nullptr) << "its segments were merged already";
  EXPECT_EQ(Total(*MergeAll(archive), "从严治党"), 3u);
}

TEST(IndexedArchiveTest, ManyDeadTextsAreJoined) {
  ArchiveOptions options;
  options.merge_at_once = 0;
  std::shared_ptr<const Archive> archive =
      MergeAll(MakeIndexedArchive(0, TestScheme(), Numbered(100), nullptr, options));
  for (int i = 0; i < 20; ++i) {
    archive = UpdateArchive(*archive, 1, {}, {absl::StrCat("r", 5 * i)});
    EXPECT_EQ(Total(*archive, "从严治党"), static_cast<uint64_t>(99 - i));
    if (i % 2 == 0) {
      archive = MergeAll(archive);
    }
    EXPECT_EQ(Total(*archive, "从严治党"), static_cast<uint64_t>(99 - i));
    EXPECT_EQ(Total(*archive, "会议"), static_cast<uint64_t>(99 - i));
  }
  EXPECT_EQ(SegmentCount(*archive), 1u);
}

TEST(IndexedArchiveTest, JoiningDeadTextsCanBeGivenUp) {
  ArchiveOptions options;
  options.merge_at_once = 0;
  std::shared_ptr<const Archive> archive =
      MergeAll(MakeIndexedArchive(0, TestScheme(), Numbered(100), nullptr, options));
  for (int i = 0; i < 10; ++i) {
    archive = UpdateArchive(*archive, 1, {}, {absl::StrCat("r", i)});
  }
  MergePlan plan(*archive);
  ASSERT_FALSE(plan.empty());
  Cancellation cancelled;
  cancelled.Cancel();
  EXPECT_FALSE(plan.Run(cancelled));
  EXPECT_TRUE(MergePlan(*archive).Run());
}

TEST(IndexedArchiveTest, AMergeMayBeLimited) {
  ArchiveOptions options;
  options.merge_at_once = 0;
  std::shared_ptr<const Archive> archive =
      MakeIndexedArchive(0, TestScheme(), {}, nullptr, options);
  for (const auto& document : Numbered(40)) {
    archive = UpdateArchive(*archive, archive->revision() + 1, {Pack(*document, 5)}, {});
  }
  const std::vector<SegmentState> segments = SegmentsOf(*archive);
  ASSERT_THAT(segments, ::testing::SizeIs(40));
  const uint64_t each = segments.back().segment->code_points();
  EXPECT_TRUE(MergePlan(*archive, each).empty());
  MergePlan plan(*archive, 5 * each);
  ASSERT_FALSE(plan.empty());
  ASSERT_TRUE(plan.Run());
  const auto merged = plan.Apply(*archive);
  EXPECT_EQ(SegmentCount(*merged), 36u);
  EXPECT_EQ(Total(*merged, "从严治党"), 40u);
  // Dead texts cost as much as living ones.
  std::shared_ptr<const Archive> whole = MergeAll(archive);
  for (int i = 0; i < 9; ++i) {
    whole = UpdateArchive(*whole, 1, {}, {absl::StrCat("r", i)});
  }
  EXPECT_FALSE(MergePlan(*whole).empty());
  EXPECT_TRUE(MergePlan(*whole, each).empty());
  EXPECT_TRUE(MergePlan().empty());
}

// The pages of a keyword that many quotes have, of every size around what an index stores of them,
// with the newest reports and some others withdrawn, from one segment and from several.
TEST(IndexedArchiveTest, PagesOfFrequentKeywordsLeaveOutWhatIsWithdrawn) {
  constexpr size_t kReports = 90;
  constexpr int kQuotes = 12;
  // Stands in the largest segment more often than an archive glances at all places.
  std::string often;
  while (often.size() < 64 * std::string_view("好").size()) {
    often += "好";
  }
  std::vector<std::shared_ptr<const Document>> documents;
  for (size_t i = 0; i < kReports; ++i) {
    std::vector<std::string> texts;
    for (int q = 0; q < kQuotes; ++q) {
      // One quote in seven lacks the keyword, one in five has it twice.
      texts.push_back(absl::StrCat(q % 7 == 6 ? "各项工作" : "经济发展", q % 5 == 0 ? "促发展" : "",
                                   "第", i * kQuotes + static_cast<size_t>(q), "句。", often));
    }
    documents.push_back(MakeDocument(
        Speech(absl::StrCat("r", i), absl::CivilDay(2022, 1, 1) - static_cast<int>(i / 3), texts)));
  }
  for (const size_t segments : {1u, 3u}) {
    ArchiveOptions options;
    options.merge_at_once = 0;
    std::shared_ptr<const Archive> archive =
        MakeIndexedArchive(0, TestScheme(), {}, nullptr, options);
    for (size_t s = 0; s < segments; ++s) {
      std::vector<std::shared_ptr<const PackedDocument>> added;
      for (size_t i = s; i < kReports; i += segments) {
        added.push_back(Pack(*documents[i], 5));
      }
      archive = UpdateArchive(*archive, s + 1, added, {});
    }
    ASSERT_EQ(SegmentCount(*archive), segments);
    std::vector<std::shared_ptr<const Document>> left = documents;
    // More quotes than an index stores are dead before the first living one, then half of them.
    for (const size_t withdrawn : {0u, 1u, 20u, 3u}) {
      std::vector<std::string> removed;
      for (size_t i = 0; i < withdrawn; ++i) {
        const size_t gone = withdrawn == 3 ? 2 * i : 0;
        removed.push_back(left[gone]->report_id);
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(gone));
      }
      archive = UpdateArchive(*archive, archive->revision() + 1, {}, removed);
      const auto scan = MakeScanArchive(1, TestScheme(), left);
      for (const char* const typed : {"发", "发展", "经济发展", "第", "好"}) {
        const auto query = ParseQuery(typed);
        QUOTES_ASSERT_OK(query);
        for (const size_t limit : {1u, 20u, 31u, 32u, 33u, 100u}) {
          Lookup lookup;
          lookup.query = &*query;
          lookup.limit = limit;
          for (int page = 0; page < 3; ++page) {
            const auto found = archive->Find(lookup, Cancellation());
            const auto expected = scan->Find(lookup, Cancellation());
            QUOTES_ASSERT_OK(found);
            QUOTES_ASSERT_OK(expected);
            ASSERT_EQ(found->total, expected->total);
            ASSERT_EQ(found->more, expected->more);
            ASSERT_EQ(found->hits.size(), expected->hits.size());
            ASSERT_FALSE(found->hits.empty());
            for (size_t h = 0; h < found->hits.size(); ++h) {
              ASSERT_EQ(found->hits[h].ref.document->report_id(),
                        expected->hits[h].ref.document->report_id());
              ASSERT_EQ(found->hits[h].ref.index, expected->hits[h].ref.index);
            }
            lookup.after = found->hits.back().Key();
          }
        }
      }
    }
  }
}

TEST(IndexedArchiveTest, MemoryIsAccountedFor) {
  const auto archive = MakeIndexedArchive(1, TestScheme(), Numbered(50));
  size_t sum = 0;
  size_t blocks = 0;
  for (const auto& [name, bytes] : MemoryUse(*archive)) {
    sum += bytes;
  }
  for (const SegmentState& state : SegmentsOf(*archive)) {
    blocks += state.segment->block().size;
  }
  EXPECT_GE(sum, blocks);
  // The heads of reports, which are in memory, and bits for their quotes.
  EXPECT_LE(sum, blocks + 50 * 208);
}

}  // namespace
}  // namespace quotes::archive
