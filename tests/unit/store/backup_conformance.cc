// Copies of a store: what every engine must do.

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "service/base/cancellation.h"
#include "service/base/hash.h"
#include "service/store/sqlite/store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"
#include "tests/unit/store/random_draft.h"
#include "tests/unit/store/store_conformance.h"

namespace quotes::testing {
namespace {

namespace fs = std::filesystem;

// Ids, texts and the trail, of all reports.
std::string Everything(store::Store& store) {
  std::string text;
  const auto loaded = store.LoadActive([&text](const std::unique_ptr<archive::Document>& document) {
    absl::StrAppend(
        &text, document->report_id, " ", document->revision, " ", document->etag, " ",
        Sha256Hex(std::string(reinterpret_cast<const char*>(document->content.joined.data()),
                              document->content.joined.size() * sizeof(char32_t))),
        "\n");
    return absl::OkStatus();
  });
  EXPECT_THAT(loaded, IsOk());
  const auto changes = store.ListChanges(0, 100'000);
  EXPECT_THAT(changes, IsOk());
  absl::StrAppend(&text, loaded.value_or(0), " ", changes.ok() ? changes->size() : 0);
  return text;
}

TEST_P(StoreConformance, ACopyIsTheWhole) {
  const TempDir dir;
  const std::string path = dir.path() / "copy.db";
  for (int i = 0; i < 5; ++i) {
    QUOTES_ASSERT_OK(
        store().Import(SmallDraft(absl::StrCat("r", i % 3), absl::StrCat("甲", i, "。"))));
  }
  QUOTES_ASSERT_OK(store().SetState("r2", archive::ReportState::kWithdrawn, ""));
  const auto copy = store().CopyTo(path, Cancellation());
  QUOTES_ASSERT_OK(copy);
  EXPECT_EQ(copy->archive_revision, 6u);
  EXPECT_EQ(copy->schema_version, store().Status()->schema_version);
  const std::string bytes = ReadFile(path);
  EXPECT_EQ(copy->size_bytes, bytes.size());
  EXPECT_EQ(copy->sha256, Sha256Hex(bytes));
  // One file, and nothing half-made beside it.
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()), 1);

  // There is one already: it stays.
  EXPECT_THAT(store().CopyTo(path, Cancellation()), HasCode(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(ReadFile(path), bytes);

  const std::string before = Everything(store());
  for (const bool read_only : {true, false}) {
    auto opened = store::sqlite::Open({.path = path, .read_only = read_only});
    QUOTES_ASSERT_OK(opened);
    EXPECT_EQ(Everything(**opened), before);
  }
  // The copy goes its own way.
  {
    auto opened = store::sqlite::Open({.path = path});
    QUOTES_ASSERT_OK(opened);
    QUOTES_EXPECT_OK((*opened)->Import(SmallDraft("other", "乙。")));
  }
  EXPECT_EQ(Everything(store()), before);
}

TEST_P(StoreConformance, ACopyThatIsGivenUpLeavesNothing) {
  const TempDir dir;
  QUOTES_ASSERT_OK(store().Import(SmallDraft("a", "甲。")));
  Cancellation cancelled;
  cancelled.Cancel();
  EXPECT_THAT(store().CopyTo(dir.path() / "copy.db", cancelled),
              HasCode(absl::StatusCode::kCancelled));
  EXPECT_TRUE(fs::is_empty(dir.path()));
  EXPECT_FALSE(store().CopyTo(dir.path() / "none" / "copy.db", Cancellation()).ok());
  EXPECT_TRUE(fs::is_empty(dir.path()));
}

TEST_P(StoreConformance, CopiesAreOfOneStateWhileOthersWrite) {
  const TempDir dir;
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    text += "甲乙丙丁";
  }
  QUOTES_ASSERT_OK(store().Import(SmallDraft("big", text + "。")));
  std::atomic<bool> done{false};
  std::atomic<uint64_t> written{1};
  std::thread writer([&] {
    for (int i = 0; !done; ++i) {
      const auto outcome = store().Import(SmallDraft(absl::StrCat("r", i), "乙。"));
      EXPECT_THAT(outcome, IsOk());
      if (outcome.ok()) {
        written = outcome->archive_revision;
      }
    }
  });
  for (int i = 0; i < 5; ++i) {
    const uint64_t least = written;
    const std::string path = dir.path() / absl::StrCat("copy", i, ".db");
    const auto copy = store().CopyTo(path, Cancellation());
    EXPECT_THAT(copy, IsOk());
    if (!copy.ok()) {
      break;
    }
    EXPECT_GE(copy->archive_revision, least);
    auto opened = store::sqlite::Open({.path = path, .read_only = true});
    EXPECT_THAT(opened, IsOk());
    const auto status = (*opened)->Status();
    EXPECT_EQ(status->archive_revision, copy->archive_revision);
    EXPECT_EQ(status->reports, copy->archive_revision) << "every import made one report";
  }
  done = true;
  writer.join();
}

}  // namespace
}  // namespace quotes::testing
