// Look-ups at full rate while reports are imported, replaced, withdrawn, restored and merged: no
// error, no stale answer after an acknowledgement, flat memory.
//
// Runs three seconds; QUOTES_SOAK_SECONDS in the environment says for how long instead. Memory is
// measured by itself as well, over a number of changes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sqlite3.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/query.h"
#include "service/library/library.h"
#include "service/store/sqlite/store.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes {
namespace {

constexpr size_t kReports = 30;
constexpr size_t kReaders = 3;

absl::Duration HowLong() {
  const char* const seconds = std::getenv("QUOTES_SOAK_SECONDS");
  return absl::Seconds(seconds == nullptr ? 3 : std::atoi(seconds));
}

// A number in characters that no fold touches.
std::string Han(uint64_t number) {
  static constexpr std::string_view kDigits[] = {"零", "一", "二", "三", "四",
                                                 "五", "六", "七", "八", "九"};
  std::string out;
  for (const char c : absl::StrCat(number)) {
    out += kDigits[c - '0'];
  }
  return out;
}

// One sentence of every report says which version of it this is.
std::string MarkOf(size_t report) { return absl::StrCat("标记甲", Han(report), "乙"); }
std::string MarkOf(size_t report, uint64_t version) {
  return absl::StrCat(MarkOf(report), Han(version), "丙");
}

// What the process holds without files that are mapped, and without the pages that SQLite keeps of
// its database: those have a limit of their own, which a young database is below.
size_t HeldBytes() {
  std::ifstream in("/proc/self/status");
  std::string field;
  while (in >> field) {
    size_t kilobytes = 0;
    if (field == "RssAnon:" && in >> kilobytes) {
      return (kilobytes << 10) - static_cast<size_t>(sqlite3_memory_used());
    }
  }
  return 0;
}

// How much more it may be after any number of changes: room for segments that are not merged yet,
// indices of dead texts and what the allocator has not given back. Texts that nobody replaces do
// not come into it, nor do those that were.
constexpr size_t kMayGrow = size_t{12} << 20;

class Soak : public ::testing::Test {
 protected:
  void SetUp() override {
    mallopt(M_MMAP_THRESHOLD, 1 << 20);  // as the server does
    auto store = store::sqlite::Open({.path = dir_.path() / "quotes.db"});
    QUOTES_ASSERT_OK(store);
    LibraryOptions options;
    options.segment_folder = dir_.path() / "quotes.db.segments";
    auto library =
        Library::Create(*std::move(store), themes::Scheme::BuiltIn(), std::move(options));
    QUOTES_ASSERT_OK(library);
    library_ = *std::move(library);
    std::string sentence;
    for (const char32_t c : text::ToCodePoints(quotes::testing::SampleReport())) {
      if (!text::IsSpace(c) && !text::IsLineBreak(c)) {
        text::AppendUtf8(c, &sentence);
      }
      if (c == U'。') {
        sentences_.push_back(std::move(sentence));
        sentence.clear();
      }
    }
  }

  // Imports the next version of a report; other sentences, as many.
  void ImportNext(size_t report, std::mt19937* random, int sentences = 80) {
    State& state = states_[report];
    const uint64_t version = state.version + 1;
    ImportRequest request;
    request.report_id = absl::StrCat("r", report);
    // All reports are made of the same sentences.
    request.duplicate_handling = DuplicateHandling::kSeparate;
    request.metadata.title = "政府工作报告";
    request.metadata.date = absl::CivilDay(static_cast<int>(2000 + (version + report) % 20), 1, 1);
    for (int i = 0; i < sentences; ++i) {
      absl::StrAppend(&request.content, sentences_[(*random)() % sentences_.size()],
                      i % 4 == 3 ? "\n" : "");
    }
    absl::StrAppend(&request.content, MarkOf(report, version), "。\n");
    ++state.changes;
    ASSERT_THAT(library_->Import(request, Cancellation()), testing::IsOk());
    state.version = version;
    ++state.changes;
    ExpectAcknowledged(*library_->snapshot(), report, version, state.withdrawn);
  }

  // Withdraws a report, or restores it.
  void Toggle(size_t report) {
    State& state = states_[report];
    const std::string id = absl::StrCat("r", report);
    ++state.changes;
    ASSERT_THAT(state.withdrawn ? library_->Restore(id, "") : library_->Withdraw(id, ""),
                testing::IsOk());
    state.withdrawn = !state.withdrawn;
    ++state.changes;
    ExpectAcknowledged(*library_->snapshot(), report, state.version, state.withdrawn);
  }

  // Waits until all is merged that can be.
  void AwaitMerged() const {
    const auto is_merged = [](const archive::Archive* archive) {
      return archive == nullptr || archive::MergePlan(*archive).empty();
    };
    for (int i = 0; i < 30'000; ++i) {
      const std::shared_ptr<const Snapshot> snapshot = library_->snapshot();
      if (is_merged(snapshot->archive.get()) && is_merged(snapshot->history->archive())) {
        return;
      }
      absl::SleepFor(absl::Milliseconds(10));
    }
    ADD_FAILURE() << "merging does not come to an end";
  }

  // Code points of the texts that were replaced or withdrawn.
  uint64_t OldCodePoints() const {
    const std::shared_ptr<const Snapshot> snapshot = library_->snapshot();
    uint64_t code_points = 0;
    if (const archive::Archive* const archive = snapshot->history->archive(); archive != nullptr) {
      for (const archive::PackedDocument* const text : archive->documents()) {
        code_points += text->joined().size();
      }
    }
    return code_points;
  }

  // A snapshot has this version of a report and no other, or none.
  static void ExpectAcknowledged(const Snapshot& snapshot, size_t report, uint64_t version,
                                 bool withdrawn) {
    const archive::Archive& archive = *snapshot.archive;
    EXPECT_EQ(Total(archive, MarkOf(report, version)), withdrawn ? 0u : 1u)
        << "report " << report << " is not as acknowledged";
    EXPECT_EQ(Total(archive, MarkOf(report)), withdrawn ? 0u : 1u)
        << "report " << report << ": a replaced text is still found";
    const std::string id = absl::StrCat("r", report);
    EXPECT_EQ(archive.FindReport(id) == nullptr, withdrawn);
    EXPECT_EQ(snapshot.history->FindReport(id) != nullptr, withdrawn);
  }

  static archive::LookupAnswer Find(const archive::Archive& archive,
                                    const archive::Lookup& lookup) {
    auto answer = archive.Find(lookup, Cancellation());
    EXPECT_THAT(answer, testing::IsOk());
    return answer.ok() ? *std::move(answer) : archive::LookupAnswer();
  }

  static uint64_t Total(const archive::Archive& archive, const std::string& typed) {
    const auto query = archive::ParseQuery(typed);
    EXPECT_THAT(query, testing::IsOk());
    archive::Lookup lookup;
    lookup.query = &*query;
    return Find(archive, lookup).total;
  }

  // One look-up of the kinds that share no code, checked against the snapshot it came from.
  void LookUp(std::mt19937* random) {
    const size_t report = (*random)() % kReports;
    const State& state = states_[report];
    const uint64_t changes = state.changes;
    const std::shared_ptr<const Snapshot> snapshot = library_->snapshot();
    const std::shared_ptr<const archive::Archive>& archive = snapshot->archive;
    switch ((*random)() % 4) {
      case 0: {
        const uint64_t version = state.version;
        const bool withdrawn = state.withdrawn;
        // No change was under way when the snapshot was taken: it is what was acknowledged.
        if (changes % 2 == 0 && state.changes == changes) {
          ExpectAcknowledged(*snapshot, report, version, withdrawn);
          ++compared_;
        }
        break;
      }
      case 1:
        EXPECT_EQ(Total(*archive, "标记甲"), archive->documents().size());
        break;
      case 2: {
        archive::Lookup lookup;
        const auto query = archive::ParseQuery("发展 OR 建设 -标记");
        lookup.query = &*query;
        lookup.order = static_cast<archive::Order>(1 + (*random)() % 3);
        lookup.with_facets = true;
        lookup.limit = 200;
        const archive::LookupAnswer answer = Find(*archive, lookup);
        EXPECT_EQ(answer.more, answer.total > lookup.limit);
        uint64_t by_report = 0;
        for (const archive::FacetBucket& bucket : answer.facets.reports) {
          by_report += bucket.count;
        }
        EXPECT_EQ(by_report, answer.total);
        break;
      }
      case 3: {
        archive::Lookup lookup;
        const auto query = archive::ParseQuery("发展 标记 OR 人民");
        lookup.query = &*query;
        lookup.filter.reports = {absl::StrCat("r", report)};
        for (const archive::Hit& hit : Find(*archive, lookup).hits) {
          EXPECT_EQ(hit.ref.document, archive->FindReport(lookup.filter.reports[0]));
        }
        break;
      }
    }
    ++lookups_;
  }

  quotes::testing::TempDir dir_;
  std::unique_ptr<Library> library_;
  std::vector<std::string> sentences_;
  // What was acknowledged of a report. `changes` is odd while a change is under way.
  struct State {
    std::atomic<uint64_t> changes{0};
    std::atomic<uint64_t> version{0};
    std::atomic<bool> withdrawn{false};
  };
  std::array<State, kReports> states_{};
  std::atomic<uint64_t> lookups_{0};
  std::atomic<uint64_t> compared_{0};
};

TEST_F(Soak, LookupsWhileReportsChange) {
  std::mt19937 random(1);
  for (size_t report = 0; report < kReports; ++report) {
    ASSERT_NO_FATAL_FAILURE(ImportNext(report, &random));
  }
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (size_t reader = 0; reader < kReaders; ++reader) {
    readers.emplace_back([this, reader, &stop] {
      std::mt19937 own(static_cast<uint32_t>(100 + reader));
      while (!stop && !HasFailure()) {
        LookUp(&own);
      }
    });
  }
  const absl::Time begin = absl::Now();
  uint64_t imports = 0;
  uint64_t toggles = 0;
  size_t warm = 0;
  // Longer where the machine has not come to one of each in that time.
  while ((absl::Now() - begin < HowLong() || imports == 0 || toggles == 0 || warm == 0) &&
         !HasFailure()) {
    const size_t report = random() % kReports;
    if (random() % 3 == 0) {
      Toggle(report);
      ++toggles;
    } else {
      ImportNext(report, &random);
      ++imports;
    }
    if (warm == 0 && absl::Now() - begin > HowLong() / 3) {
      AwaitMerged();
      warm = HeldBytes();
    }
  }
  AwaitMerged();
  const size_t at_end = HeldBytes();
  stop = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_GT(imports, 0u);
  EXPECT_GT(toggles, 0u);
  EXPECT_GT(compared_, 0u);
  std::printf(
      "%llu imports, %llu withdrawals and restores, %llu look-ups, %llu old characters; memory "
      "after a third %zu MiB, at the end %zu MiB\n",
      static_cast<unsigned long long>(imports), static_cast<unsigned long long>(toggles),
      static_cast<unsigned long long>(lookups_.load()),
      static_cast<unsigned long long>(OldCodePoints()), warm >> 20, at_end >> 20);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(at_end, warm + kMayGrow);
#endif
}

// Whatever is imported anew, withdrawn and restored, the texts of before are held in files.
TEST_F(Soak, MemoryStaysFlat) {
  constexpr uint64_t kWarmUp = 300'000;
  constexpr uint64_t kOld = 1'500'000;
  std::mt19937 random(2);
  size_t warm = 0;
  uint64_t old = 0;
  uint64_t changes = 0;
  while (old < kOld && !HasFailure()) {
    for (int i = 0; i < 20; ++i, ++changes) {
      const size_t report = random() % kReports;
      if (states_[report].version > 0 && random() % 3 == 0) {
        Toggle(report);
      } else {
        ImportNext(report, &random, /*sentences=*/300);
      }
    }
    old = OldCodePoints();
    if (warm == 0 && old >= kWarmUp) {
      AwaitMerged();
      warm = HeldBytes();
    }
  }
  AwaitMerged();
  const size_t at_end = HeldBytes();
  std::printf(
      "%llu changes, %llu old characters; memory after the warm-up %zu MiB, at the end %zu "
      "MiB\n",
      static_cast<unsigned long long>(changes), static_cast<unsigned long long>(old), warm >> 20,
      at_end >> 20);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(at_end, warm + kMayGrow);
#endif
}

}  // namespace
}  // namespace quotes
