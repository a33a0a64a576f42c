#include "service/archive/report_columns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/filter_plan.h"
#include "service/archive/packed_document.h"
#include "tests/unit/archive/test_documents.h"

namespace quotes::archive {
namespace {

using Entries = std::vector<std::shared_ptr<const PackedDocument>>;

ReportColumns ColumnsOf(const Entries& entries) {
  ReportColumns columns;
  for (const auto& entry : entries) {
    columns.Add(*entry);
  }
  columns.Finish();
  return columns;
}

void Sort(Entries* entries) {
  std::sort(entries->begin(), entries->end(),
            [](const auto& a, const auto& b) { return ComesBefore(*a, *b); });
}

std::vector<uint32_t> RanksOf(const std::vector<NumberRange>& ranges) {
  std::vector<uint32_t> ranks;
  for (const NumberRange& range : ranges) {
    EXPECT_LT(range.begin, range.end);
    EXPECT_TRUE(ranks.empty() || ranks.back() + 1 < range.begin) << "ranges touch";
    for (uint32_t rank = range.begin; rank < range.end; ++rank) {
      ranks.push_back(rank);
    }
  }
  return ranks;
}

Filter RandomFilter(RandomReports* random) {
  Filter filter;
  if (random->OneIn(2)) {
    filter.speakers = {random->Text(2)};
  }
  if (random->OneIn(3)) {
    filter.bodies = {random->Text(1), random->Text(2)};
  }
  if (random->OneIn(2)) {
    filter.date_from = absl::CivilDay(static_cast<int>(2019 + random->Below(5)), 1, 2);
  }
  if (random->OneIn(2)) {
    filter.date_to = absl::CivilDay(static_cast<int>(2019 + random->Below(5)), 1, 1);
  }
  return filter;
}

void ExpectWhatReportsSay(const ReportColumns& columns, const Entries& entries,
                          const Filter& filter) {
  const FilterPlan plan(filter, *TestScheme());
  std::vector<uint32_t> expected;
  FilterPlan::SectionSet sections;
  for (uint32_t rank = 0; rank < entries.size(); ++rank) {
    if (plan.Passes(*entries[rank], &sections)) {
      expected.push_back(rank);
    }
  }
  EXPECT_EQ(RanksOf(columns.Passing(filter, plan)), expected);
}

TEST(ReportColumnsTest, PassWhatReportsPassOverManyChanges) {
  RandomReports random(20261125);
  Entries entries;
  ReportColumns columns;
  for (int step = 0; step < 120; ++step) {
    // The next snapshot: some rows go, some come.
    ReportColumns next = ReportColumns::After(columns);
    Entries after;
    std::vector<uint32_t> kept;
    for (uint32_t rank = 0; rank < entries.size(); ++rank) {
      if (!random.OneIn(6)) {
        after.push_back(entries[rank]);
        kept.push_back(rank);
      }
    }
    Entries added;
    for (size_t i = random.Below(6); i > 0; --i) {
      added.push_back(Pack(*MakeDocument(random.Report(absl::StrCat("r", step, "-", i))), 5));
    }
    Entries all = after;
    all.insert(all.end(), added.begin(), added.end());
    Sort(&all);
    size_t old = 0;
    for (const auto& entry : all) {
      if (old < after.size() && entry == after[old]) {
        next.Add(columns[kept[old]]);
        ++old;
      } else {
        next.Add(*entry);
      }
    }
    ASSERT_EQ(old, after.size());
    next.Finish();
    entries = std::move(all);
    const ReportColumns before = std::exchange(columns, std::move(next));
    for (int i = 0; i < 10; ++i) {
      ExpectWhatReportsSay(columns, entries, RandomFilter(&random));
    }
    ExpectWhatReportsSay(columns, entries, Filter());
    EXPECT_EQ(columns.size(), entries.size());
  }
}

TEST(ReportColumnsTest, FewReportsOfManyPassByTheirNames) {
  RandomReports random(7);
  Entries entries;
  for (int i = 0; i < 400; ++i) {
    TestReport report =
        Speech(absl::StrCat("r", i), absl::CivilDay(2022, 1, 1) + i / 3, {"发展。"});
    report.body = absl::StrCat("第", random.Below(30), "局");
    report.speaker = absl::StrCat("宋", random.Below(40));
    entries.push_back(Pack(*MakeDocument(report), 5));
  }
  Sort(&entries);
  const ReportColumns columns = ColumnsOf(entries);
  for (int i = 0; i < 200; ++i) {
    Filter filter;
    if (random.OneIn(2)) {
      filter.bodies = {absl::StrCat("第", random.Below(30), "局")};
    }
    if (random.OneIn(2)) {
      filter.speakers = {absl::StrCat("宋", random.Below(40)), absl::StrCat("宋", random.Below(9))};
    }
    if (random.OneIn(2)) {
      filter.date_from = absl::CivilDay(2022, 1, 1) + static_cast<int>(random.Below(130));
    }
    if (random.OneIn(3)) {
      filter.date_to = absl::CivilDay(2022, 1, 1) + static_cast<int>(random.Below(130));
    }
    ExpectWhatReportsSay(columns, entries, filter);
  }
}

TEST(ReportColumnsTest, NamesOfReportsThatAreGoneAreThrownAway) {
  Entries entries;
  ReportColumns columns;
  for (int i = 0; i < 3'000; ++i) {
    TestReport report = Speech("r", absl::CivilDay(2022, 1, 1), {"发展。"});
    report.speaker = absl::StrCat("宋", i);
    entries = {Pack(*MakeDocument(report), 5)};
    ReportColumns next = ReportColumns::After(columns);
    next.Add(*entries.front());
    next.Finish();
    columns = std::move(next);
  }
  EXPECT_LT(columns.name_count(), 2'000u);
  Filter filter;
  filter.speakers = {"宋2999"};
  ExpectWhatReportsSay(columns, entries, filter);
  EXPECT_EQ(RanksOf(columns.Passing(filter, FilterPlan(filter, *TestScheme()))),
            std::vector<uint32_t>{0});
  filter.speakers = {"宋2998"};
  EXPECT_TRUE(columns.Passing(filter, FilterPlan(filter, *TestScheme())).empty());
}

TEST(ReportColumnsTest, SayWhatCoverageCounts) {
  TestReport report = Speech("r", absl::CivilDay(2022, 1, 17), {"发展。", "建设。"});
  report.quotes.push_back({"图为会场。", -1, report::BlockKind::kCaption, {}, false, {}});
  report.truncated = true;
  Document document = *MakeDocument(report);
  const auto end = static_cast<uint32_t>(document.content.joined.size());
  document.content.runs = {{report::BlockKind::kBody, {0, end - 5}},
                           {report::BlockKind::kCaption, {end - 5, end}}};
  const ReportColumns columns = ColumnsOf({Pack(document, 5)});
  EXPECT_EQ(columns[0].code_points, end);
  EXPECT_EQ(columns[0].speech_code_points, end - 5);
  EXPECT_EQ(columns[0].quotes, 3u);
  EXPECT_EQ(columns[0].speech_quotes, 2u);
  EXPECT_TRUE(columns[0].truncated);
  EXPECT_TRUE(columns[0].dated);
}

}  // namespace
}  // namespace quotes::archive
