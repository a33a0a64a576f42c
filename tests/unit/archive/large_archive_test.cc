// What look-ups promise where there is much to look at.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/archive/archive.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/query.h"
#include "service/base/limits.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/archive/test_documents.h"

namespace quotes::archive {
namespace {

using testing::HasCode;

constexpr size_t kReports = 400;
constexpr size_t kQuotesPerReport = 100;

// Quotes of a few characters each, so that every character is in most of them.
std::shared_ptr<const Archive> MakeLargeArchive() {
  static const char* const kLetters[] = {"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"};
  std::mt19937 random(3);
  std::vector<std::shared_ptr<const Document>> documents;
  for (size_t r = 0; r < kReports; ++r) {
    std::vector<std::string> texts;
    for (size_t q = 0; q < kQuotesPerReport; ++q) {
      std::string text;
      for (int i = 0; i < 16; ++i) {
        text += kLetters[random() % std::size(kLetters)];
      }
      texts.push_back(std::move(text));
    }
    documents.push_back(
        MakeDocument(Speech(absl::StrCat("r", r), absl::CivilDay(2022, 1, 17), texts)));
  }
  return MakeIndexedArchive(1, TestScheme(), std::move(documents));
}

class LargeArchive : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { archive_ = new auto(MakeLargeArchive()); }
  static void TearDownTestSuite() { delete archive_; }

  // As much as a query can ask for: every quote is read for dozens of words.
  static Query Demanding() {
    std::string typed;
    for (const char* a : {"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"}) {
      for (const char* b : {"甲", "乙", "丙", "丁", "戊", "己", "庚"}) {
        absl::StrAppend(&typed, typed.empty() ? "" : " OR ", a, b, a);
      }
    }
    return *ParseQuery(typed);
  }

  static uint64_t Work(const std::string& typed, const Filter& filter = {}) {
    const auto query = ParseQuery(typed);
    Lookup lookup;
    lookup.query = &*query;
    lookup.filter = filter;
    return (*archive_)->PlannedWork(lookup);
  }

  static std::shared_ptr<const Archive>* archive_;
};

std::shared_ptr<const Archive>* LargeArchive::archive_ = nullptr;

TEST_F(LargeArchive, LookupsEndSoonAfterTheirDeadline) {
  const Query query = Demanding();
  Lookup lookup;
  lookup.query = &query;
  lookup.match = MatchMode::kExact;
  lookup.order = Order::kRelevance;
  // Other programs may disturb one try, not all of them.
  absl::Duration whole = absl::InfiniteDuration();
  for (int i = 0; i < 5; ++i) {
    const absl::Time begin = absl::Now();
    QUOTES_ASSERT_OK((*archive_)->Find(lookup, Cancellation()));
    whole = std::min(whole, absl::Now() - begin);
  }
  absl::Duration shortest = absl::InfiniteDuration();
  for (int i = 0; i < 20; ++i) {
    const absl::Time begin = absl::Now();
    const Cancellation cancellation(begin + whole / 10);
    ASSERT_THAT((*archive_)->Find(lookup, cancellation),
                HasCode(absl::StatusCode::kDeadlineExceeded));
    shortest = std::min(shortest, absl::Now() - begin);
  }
  EXPECT_LT(shortest, whole / 2) << "the whole look-up took " << whole;
}

TEST_F(LargeArchive, LookupsEndWhenTheyAreCancelled) {
  const Query query = Demanding();
  Lookup lookup;
  lookup.query = &query;
  lookup.match = MatchMode::kExact;
  lookup.order = Order::kRelevance;
  // A look-up may be done before the other thread comes to cancel it.
  bool cancelled = false;
  for (int i = 0; i < 50 && !cancelled; ++i) {
    Cancellation cancellation;
    std::thread canceller([&cancellation] {
      absl::SleepFor(absl::Milliseconds(1));
      cancellation.Cancel();
    });
    const auto answer = (*archive_)->Find(lookup, cancellation);
    canceller.join();
    cancelled = answer.status().code() == absl::StatusCode::kCancelled;
    ASSERT_TRUE(cancelled || answer.ok());
  }
  EXPECT_TRUE(cancelled);
}

TEST_F(LargeArchive, WorkIsPlannedByWhatIsVisited) {
  constexpr uint64_t kQuotes = kReports * kQuotesPerReport;
  // The total of one word is read, not counted: what is done is a page.
  const uint64_t page = Work("甲");
  EXPECT_EQ(Work("甲乙丙"), page);
  EXPECT_LE(page, kQuotes / 4);
  EXPECT_GE(Work("甲 OR 乙"), kQuotes);
  EXPECT_GE(Work("甲 乙"), kQuotes);
  // Nothing has this word: whatever stands beside it is not looked for.
  EXPECT_LE(Work("甲 乙 癸"), 20u);
  Filter one;
  one.reports = {"r7"};
  EXPECT_LE(Work("甲 OR 乙", one), page + 20 * kQuotesPerReport);
  Filter none;
  none.reports = {"other"};
  EXPECT_EQ(Work("甲 OR 乙", none), 0u);
  Lookup everything;
  EXPECT_LE((*archive_)->PlannedWork(everything), page + kQuotes / 10);
  everything.with_facets = true;
  EXPECT_GE((*archive_)->PlannedWork(everything), kQuotes);
}

TEST_F(LargeArchive, WorkIsPlannedByWhatIsAskedOfEachQuote) {
  const auto query = ParseQuery("甲 OR 乙");
  Lookup plain;
  plain.query = &*query;
  const auto found = (*archive_)->Find(plain, Cancellation());
  QUOTES_ASSERT_OK(found);
  const auto more = [&](const auto& change) {
    Lookup lookup = plain;
    change(&lookup);
    return (*archive_)->PlannedWork(lookup) - (*archive_)->PlannedWork(plain);
  };
  EXPECT_GE(more([](Lookup* lookup) { lookup->order = Order::kReadingOrder; }), found->total);
  EXPECT_GE(more([](Lookup* lookup) { lookup->order = Order::kRelevance; }), 10 * found->total);
  EXPECT_GE(more([](Lookup* lookup) { lookup->with_facets = true; }), 2 * found->total);
  EXPECT_GE(more([](Lookup* lookup) { lookup->match = MatchMode::kExact; }), 10 * found->total);
  // A byte of a column, in place of the quote itself.
  EXPECT_GE(more([](Lookup* lookup) { lookup->filter.with_figures = false; }), found->total);
  EXPECT_GE(more([](Lookup* lookup) { lookup->limit = 200; }), 180 * 100u);
}

TEST(PlannedWork, NamesCountHoweverFewReportsPass) {
  std::vector<std::shared_ptr<const Document>> documents;
  constexpr size_t kSpeakers = 300;
  for (size_t r = 0; r < kSpeakers; ++r) {
    TestReport report = Speech(absl::StrCat("r", r), absl::CivilDay(2022, 1, 17), {"甲"});
    report.speaker = absl::StrCat("王", r);
    documents.push_back(MakeDocument(report));
  }
  const auto archive = MakeIndexedArchive(1, TestScheme(), documents);
  Lookup lookup;
  for (size_t i = 0; i < 100; ++i) {
    lookup.filter.speakers.push_back(absl::StrCat("李", i));
    EXPECT_GE(archive->PlannedWork(lookup), (i + 1) * kSpeakers);
  }
}

TEST(PlannedWork, AlternativeThemesAreRead) {
  TestReport report;
  report.id = "r";
  for (int i = 0; i < 5'000; ++i) {
    report.quotes.push_back(
        {"甲", -1, report::BlockKind::kBody, report::Mode::kUnspecified, false, {3, 4}});
  }
  const auto archive = MakeIndexedArchive(1, TestScheme(), {MakeDocument(report)});
  const auto work = [&archive](std::vector<int> group) {
    Lookup lookup;
    lookup.filter.theme_groups = {std::move(group)};
    return archive->PlannedWork(lookup);
  };
  EXPECT_EQ(work({0}), work({3})) << "one list, whatever stands below the theme";
  EXPECT_EQ(work({0, 3}), work({0})) << "the one is part of the other";
  EXPECT_GE(work({3, 4}), work({3}) + 2'000);
}

TEST(PlannedWork, LongQuotesCostMore) {
  const auto work = [](size_t repeats, size_t limit) {
    std::string text;
    for (size_t i = 0; i < repeats; ++i) {
      text += "我们要加快发展";
    }
    std::vector<std::shared_ptr<const Document>> documents;
    for (int r = 0; r < 10; ++r) {
      documents.push_back(MakeDocument(
          Speech(absl::StrCat("r", r), std::nullopt, std::vector<std::string>(30, text))));
    }
    const auto query = ParseQuery("要");
    Lookup lookup;
    lookup.query = &*query;
    lookup.limit = limit;
    return MakeIndexedArchive(1, TestScheme(), documents)->PlannedWork(lookup);
  };
  EXPECT_LE(work(7, 20), limits::kMaxInlineWork / 4);
  EXPECT_LE(work(7, 200), limits::kMaxInlineWork);
  EXPECT_GT(work(500, 200), 5 * limits::kMaxInlineWork);
}

}  // namespace
}  // namespace quotes::archive
