// Imports in a real process that is killed at any moment.

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <time.h>

#include <memory>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/check.h"
#include "service/store/sqlite/connection.h"
#include "service/store/sqlite/store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"
#include "tests/unit/store/child_process.h"
#include "tests/unit/store/document_text.h"
#include "tests/unit/store/random_draft.h"

namespace quotes::store::sqlite {
namespace {

using ::quotes::testing::ChildProcess;
using ::quotes::testing::DocumentText;
using ::quotes::testing::ExpectedDocument;
using ::quotes::testing::SmallDraft;
using ::quotes::testing::TempDir;

constexpr uint64_t kReports = 3;

// Import `n` (from 1) of the sequence that every child goes on with: the reports take turns.
RevisionDraft Numbered(uint64_t n) {
  std::string text;
  for (uint64_t k = 0; k < 60; ++k) {
    absl::StrAppend(&text, "第", n, "次导入，第", k, "句。");
  }
  RevisionDraft draft = SmallDraft(absl::StrCat("r", n % kReports), text);
  draft.request_id = absl::StrCat("request-", n);
  draft.request_digest = absl::StrCat("digest-", n);
  return draft;
}

// Every import up to `last` is there in full and nothing else is.
void ExpectExactly(const std::string& path, uint64_t last) {
  auto store = Open({.path = path});
  QUOTES_ASSERT_OK(store);
  ASSERT_EQ((*store)->ArchiveRevision().value_or(0), last);
  ASSERT_EQ((*store)->Status()->revisions, last);
  for (uint64_t n = last > 2 * kReports ? last - 2 * kReports : 1; n <= last; ++n) {
    const RevisionDraft draft = Numbered(n);
    const auto request = (*store)->FindRequest(draft.request_id, draft.request_digest);
    QUOTES_ASSERT_OK(request);
    ASSERT_TRUE(request->has_value()) << n;
    EXPECT_EQ((*request)->archive_revision, n);
    archive::Document expected = ExpectedDocument(draft);
    expected.revision = (*request)->revision;
    const auto document = (*store)->LoadRevision(draft.report_id, expected.revision);
    QUOTES_ASSERT_OK(document);
    EXPECT_EQ(DocumentText(**document, false), DocumentText(expected, false));
    EXPECT_EQ((*store)->LoadSource(draft.report_id, expected.revision).value_or(""),
              draft.source_bytes);
  }
  const RevisionDraft next = Numbered(last + 1);
  EXPECT_FALSE((*store)->FindRequest(next.request_id, next.request_digest)->has_value());
  store->reset();

  auto connection = Connection::Open({.path = path, .mode = ConnectionOptions::Mode::kRead});
  QUOTES_ASSERT_OK(connection);
  Statement integrity = (*connection)->Prepare("PRAGMA integrity_check");
  ASSERT_TRUE(integrity.Step().value_or(false));
  EXPECT_EQ(integrity.Text(0), "ok");
  Statement foreign_keys = (*connection)->Prepare("PRAGMA foreign_key_check");
  EXPECT_FALSE(foreign_keys.Step().value_or(true));
  Statement orphans =
      (*connection)
          ->Prepare(
              "SELECT (SELECT count(*) FROM contents) - (SELECT count(*) FROM revisions),"
              " (SELECT count(*) FROM requests) - (SELECT count(*) FROM revisions)");
  ASSERT_TRUE(orphans.Step().value_or(false));
  for (int column = 0; column < 2; ++column) {
    EXPECT_EQ(orphans.Int(column), 0) << column;
  }
}

TEST(SqliteCrash, AcknowledgedImportsSurviveKillAndOthersLeaveNothing) {
  const TempDir dir;
  const std::string path = dir.path() / "quotes.db";
  std::mt19937 random(20220117);
  uint64_t last = 0;
  for (int round = 0; round < 24; ++round) {
    ChildProcess child([&path, last](int fd) {
      auto store = Open({.path = path});
      QUOTES_CHECK(store.ok());
      for (uint64_t n = last + 1;; ++n) {
        const auto outcome = (*store)->Import(Numbered(n));
        QUOTES_CHECK(outcome.ok() && outcome->archive_revision == n && !outcome->replayed);
        quotes::testing::WriteAll(fd, "+");
      }
      return 0;
    });
    // A few imports, then a moment inside the next one. Some rounds fall into opening.
    const unsigned wanted = random() % 4;
    uint64_t acknowledged = 0;
    char byte = 0;
    while (acknowledged < wanted && child.ReadByte(&byte)) {
      ++acknowledged;
    }
    const timespec moment = {0, static_cast<long>(random() % 8'000'000)};
    nanosleep(&moment, nullptr);
    child.Kill();
    acknowledged += child.ReadAll().size();
    EXPECT_EQ(child.Wait(), -1);

    // The one in flight may have become durable without having been acknowledged.
    auto store = Open({.path = path});
    QUOTES_ASSERT_OK(store);
    const uint64_t revision = (*store)->ArchiveRevision().value_or(0);
    store->reset();
    ASSERT_GE(revision, last + acknowledged);
    ASSERT_LE(revision, last + acknowledged + 1);
    last = revision;
    ExpectExactly(path, last);
    ASSERT_FALSE(::testing::Test::HasFailure()) << "round " << round;
  }
  EXPECT_GT(last, 10u);
}

}  // namespace
}  // namespace quotes::store::sqlite
