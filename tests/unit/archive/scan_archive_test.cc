#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "service/archive/archive.h"
#include "tests/unit/archive/archive_conformance.h"
#include "tests/unit/archive/test_documents.h"

namespace quotes::archive {
namespace {

INSTANTIATE_TEST_SUITE_P(Scan, ArchiveConformance,
                         ::testing::Values(ArchiveEngine{
                             "scan",
                             [](uint64_t revision, auto scheme, auto documents, auto) {
                               return MakeScanArchive(revision, std::move(scheme), documents);
                             }}),
                         [](const auto& test) { return test.param.name; });

TEST(ScanArchiveDeathTest, ReportIdsAreUnique) {
  const auto twice = [] {
    return MakeScanArchive(1, TestScheme(),
                           {MakeDocument(Speech("a", std::nullopt, {"甲"})),
                            MakeDocument(Speech("a", absl::CivilDay(2022, 1, 1), {"甲"}))});
  };
  EXPECT_DEATH(twice(), "check failed");
}

TEST(ScanArchiveDeathTest, ThemesAreParallelToQuotesAndOfTheScheme) {
  const auto make = [](int theme) {
    TestReport report = Speech("a", std::nullopt, {"甲"});
    report.quotes[0].themes = {theme};
    return MakeScanArchive(1, TestScheme(), {MakeDocument(report)});
  };
  EXPECT_NE(make(4), nullptr);
  EXPECT_DEATH(make(5), "check failed");
  EXPECT_DEATH(make(-1), "check failed");
}

}  // namespace
}  // namespace quotes::archive
