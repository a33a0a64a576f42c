#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/store/sqlite/connection.h"
#include "service/store/sqlite/content_bytes.h"
#include "service/store/sqlite/schema.h"
#include "service/store/sqlite/store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"
#include "tests/unit/store/child_process.h"
#include "tests/unit/store/random_draft.h"

namespace quotes::store::sqlite {
namespace {

namespace fs = std::filesystem;
using ::quotes::testing::ChildProcess;
using ::quotes::testing::HasCode;
using ::quotes::testing::HasReason;
using ::quotes::testing::ReadFile;
using ::quotes::testing::RunUnprivileged;
using ::quotes::testing::SmallDraft;
using ::quotes::testing::TempDir;

void WriteFile(const fs::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  QUOTES_CHECK(out.flush().good());
}

// The reason's name, or "OK".
std::string Outcome(const absl::Status& status) {
  return status.ok() ? "OK" : std::string(ErrorReasonName(GetErrorReason(status)));
}
template <typename T>
std::string Outcome(const absl::StatusOr<T>& value) {
  return Outcome(value.status());
}

// Reads every revision's text.
absl::StatusOr<std::string> AllText(Store& store) {
  std::string text;
  const auto loaded = store.LoadActive([&text](const std::unique_ptr<archive::Document>& document) {
    absl::StrAppend(&text, document->report_id, ":", document->content.joined.size(), ";");
    return absl::OkStatus();
  });
  if (!loaded.ok()) {
    return loaded.status();
  }
  return text;
}

class SqliteStoreTest : public ::testing::Test {
 protected:
  std::string path() const { return dir_.path() / "quotes.db"; }

  absl::StatusOr<std::unique_ptr<Store>> OpenWriter() const { return Open({.path = path()}); }
  absl::StatusOr<std::unique_ptr<Store>> OpenReader() const {
    return Open({.path = path(), .read_only = true});
  }

  // Leaves a closed database with `reports` reports of a few hundred characters.
  void Fill(int reports) const {
    auto store = OpenWriter();
    QUOTES_ASSERT_OK(store);
    for (int i = 0; i < reports; ++i) {
      std::string text;
      for (int k = 0; k < 300; ++k) {
        absl::StrAppend(&text, "报告", i, "。", k);
      }
      QUOTES_ASSERT_OK((*store)->Import(SmallDraft(absl::StrCat("r", i), text)));
    }
  }

  // Runs SQL as another program would, without any of our settings.
  void Raw(const char* sql) const {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }

  // The file is refused by writer and reader alike, and stays as it is.
  void ExpectRefused(ErrorReason reason) const {
    const std::string before = ReadFile(path());
    EXPECT_THAT(OpenWriter(), HasReason(reason));
    EXPECT_THAT(OpenReader(), HasReason(reason));
    EXPECT_EQ(ReadFile(path()), before);
    // Looking at a database may leave an empty log.
    EXPECT_EQ(SizeOf(path() + "-wal"), 0u);
    EXPECT_EQ(SizeOf(path() + "-journal"), 0u);
  }

  // Table, name, type and default of every column.
  static std::string Columns(const std::string& path) {
    auto connection = Connection::Open({.path = path, .mode = ConnectionOptions::Mode::kRead});
    EXPECT_THAT(connection, quotes::testing::IsOk());
    std::string columns;
    if (connection.ok()) {
      Statement select =
          (*connection)
              ->Prepare(
                  "SELECT t.name, c.name, c.type, c.\"notnull\", coalesce(c.dflt_value, '')"
                  " FROM pragma_table_list AS t, pragma_table_info(t.name) AS c"
                  " WHERE t.schema = 'main' ORDER BY 1, 2");
      while (select.Step().value_or(false)) {
        absl::StrAppend(&columns, select.Text(0), ".", select.Text(1), " ", select.Text(2), " ",
                        select.Int(3), " ", select.Text(4), "\n");
      }
    }
    EXPECT_FALSE(columns.empty());
    return columns;
  }

  TempDir dir_;
};

// --- what may stand at the path ---

TEST_F(SqliteStoreTest, AMissingFileIsMadeByAWriterOnly) {
  EXPECT_THAT(OpenReader(), HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(Open({.path = path(), .create = false}), HasCode(absl::StatusCode::kNotFound));
  EXPECT_TRUE(fs::is_empty(dir_.path()));
  EXPECT_THAT(Open({.path = dir_.path() / "no" / "quotes.db"}),
              HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(Open({.path = dir_.path()}), HasReason(ErrorReason::kStoreUnavailable));
  EXPECT_THAT(Open({.path = ""}), HasReason(ErrorReason::kFieldRequired));
  QUOTES_EXPECT_OK(OpenWriter());
  QUOTES_EXPECT_OK(Open({.path = path(), .create = false}));
  QUOTES_EXPECT_OK(OpenReader());
}

TEST_F(SqliteStoreTest, AnyFileNameIsAPlainName) {
  for (const char* name : {":memory:", "file:x?mode=memory", "a?b#c%20d", "报告.db", "a b"}) {
    const std::string odd = dir_.path() / name;
    QUOTES_EXPECT_OK(Open({.path = odd}));
    EXPECT_TRUE(fs::exists(odd)) << name;
    QUOTES_EXPECT_OK(Open({.path = odd, .read_only = true}));
  }
}

TEST_F(SqliteStoreTest, AnEmptyFileIsNew) {
  WriteFile(path(), "");
  EXPECT_THAT(OpenReader(), HasReason(ErrorReason::kDatabaseCorrupt));
  auto store = OpenWriter();
  QUOTES_ASSERT_OK(store);
  QUOTES_EXPECT_OK((*store)->Import(SmallDraft("a", "甲。")));
  QUOTES_EXPECT_OK(OpenReader());
}

TEST_F(SqliteStoreTest, OtherFilesAreRefusedAndLeftAlone) {
  std::mt19937 random(1);
  std::string noise(70'000, '\0');
  std::generate(noise.begin(), noise.end(), [&random] { return static_cast<char>(random()); });
  const std::vector<std::string> files = {std::string("\xFF\xD8\xFF\xE0\0\x10JFIF", 10) + noise,
                                          noise,
                                          "x",
                                          std::string(99, 'x'),
                                          std::string(4096, '\0'),
                                          "政府工作报告\n",
                                          std::string("SQLite format 3\0", 16)};
  for (const std::string& file : files) {
    WriteFile(path(), file);
    ExpectRefused(ErrorReason::kDatabaseCorrupt);
  }
}

TEST_F(SqliteStoreTest, ADatabaseOfAnotherApplicationIsRefused) {
  Raw("CREATE TABLE bookmarks (url TEXT)");
  ExpectRefused(ErrorReason::kDatabaseCorrupt);
  Raw("PRAGMA application_id = 12345; PRAGMA user_version = 1");
  ExpectRefused(ErrorReason::kDatabaseCorrupt);
}

TEST_F(SqliteStoreTest, ANewerSchemaIsRefused) {
  Fill(1);
  Raw(absl::StrCat("PRAGMA user_version = ", kSchemaVersion + 1).c_str());
  ExpectRefused(ErrorReason::kSchemaTooNew);
  Raw(absl::StrCat("PRAGMA user_version = ", kSchemaVersion).c_str());
  QUOTES_EXPECT_OK(OpenWriter());
}

TEST_F(SqliteStoreTest, ATruncatedFileIsNoticed) {
  Fill(3);
  const std::string whole = ReadFile(path());
  ASSERT_GT(whole.size(), 100'000u);
  for (const size_t size :
       {size_t{1}, size_t{15}, size_t{50}, size_t{100}, size_t{511}, size_t{4095}, size_t{4096},
        size_t{8192}, size_t{20'000}, whole.size() / 2, whole.size() - 4096, whole.size() - 512,
        whole.size() - 1}) {
    WriteFile(path(), whole.substr(0, size));
    EXPECT_THAT(OpenWriter(), HasReason(ErrorReason::kDatabaseCorrupt)) << size;
    EXPECT_THAT(OpenReader(), HasReason(ErrorReason::kDatabaseCorrupt)) << size;
  }
}

TEST_F(SqliteStoreTest, ADamagedPageIsNoticed) {
  Fill(2);
  const std::string whole = ReadFile(path());
  std::string text;
  {
    auto store = OpenReader();
    QUOTES_ASSERT_OK(store);
    text = AllText(**store).value_or("");
  }
  constexpr size_t kPage = 4096;
  size_t noticed = 0;
  const size_t pages = whole.size() / kPage;
  for (size_t page = 0; page < pages; ++page) {
    std::string damaged = whole;
    std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(page * kPage), kPage, '\xA5');
    WriteFile(path(), damaged);
    auto store = OpenReader();
    if (!store.ok()) {
      EXPECT_THAT(store, HasReason(ErrorReason::kDatabaseCorrupt)) << page;
      ++noticed;
      continue;
    }
    // The page holds bytes of a text or source: its hash tells when it is read.
    const bool source_intact =
        (*store)->LoadSource("r0", 0).ok() && (*store)->LoadSource("r1", 0).ok();
    const auto read = AllText(**store);
    if (!read.ok() || !source_intact) {
      ++noticed;
    } else {
      EXPECT_EQ(*read, text);
    }
  }
  EXPECT_EQ(noticed, pages);
}

TEST_F(SqliteStoreTest, AChangedCharacterIsNoticed) {
  {
    auto store = OpenWriter();
    QUOTES_ASSERT_OK(store);
    RevisionDraft draft = SmallDraft("a", "建成投用棚改安置房2800套。");
    draft.defects.push_back({"d1",
                             report::DefectKind::kOther,
                             report::Certainty::kPossible,
                             {0, 2},
                             "某印刷错误",
                             {"建设"},
                             ""});
    QUOTES_ASSERT_OK((*store)->Import(draft));
  }
  const std::string whole = ReadFile(path());
  size_t places = 0;
  for (const std::string_view text : {"棚改安置", "某印刷"}) {
    for (size_t at = whole.find(text); at != std::string::npos; at = whole.find(text, at + 1)) {
      ++places;
      std::string damaged = whole;
      damaged[at + 2] = static_cast<char>(damaged[at + 2] ^ 1);
      WriteFile(path(), damaged);
      auto store = OpenReader();
      QUOTES_ASSERT_OK(store);
      EXPECT_THAT(std::vector<std::string>({Outcome((*store)->LoadRevision("a", 0)),
                                            Outcome((*store)->LoadSource("a", 0))}),
                  ::testing::Contains("DATABASE_CORRUPT"));
    }
  }
  EXPECT_EQ(places, 3u);  // joined text, source, defect
}

// --- one writer, many readers ---

TEST_F(SqliteStoreTest, ASecondWriterIsRefused) {
  auto first = OpenWriter();
  QUOTES_ASSERT_OK(first);
  EXPECT_THAT(OpenWriter(), HasReason(ErrorReason::kDatabaseInUse));
  EXPECT_THAT(OpenWriter(), HasCode(absl::StatusCode::kFailedPrecondition));
  const fs::path link = dir_.path() / "link.db";
  fs::create_symlink(path(), link);
  EXPECT_THAT(Open({.path = link}), HasReason(ErrorReason::kDatabaseInUse));
  EXPECT_THAT(Open({.path = dir_.path() / "." / "quotes.db"}),
              HasReason(ErrorReason::kDatabaseInUse));
  ChildProcess other([this](int fd) {
    quotes::testing::WriteAll(fd, Outcome(OpenWriter()));
    return 0;
  });
  EXPECT_EQ(other.ReadAll(), "DATABASE_IN_USE");
  // The refused ones took nothing away.
  QUOTES_EXPECT_OK((*first)->Import(SmallDraft("a", "甲。")));
  EXPECT_THAT(OpenWriter(), HasReason(ErrorReason::kDatabaseInUse));
  QUOTES_EXPECT_OK(OpenReader());
  first->reset();
  QUOTES_EXPECT_OK(OpenWriter());
}

TEST_F(SqliteStoreTest, TheLockEndsWithItsProcess) {
  ChildProcess other([this](int fd) {
    const auto store = OpenWriter();
    QUOTES_CHECK(store.ok() && (*store)->Import(SmallDraft("a", "甲。")).ok());
    quotes::testing::WriteAll(fd, "x");
    pause();
    return 0;
  });
  char byte = 0;
  ASSERT_TRUE(other.ReadByte(&byte));
  EXPECT_THAT(OpenWriter(), HasReason(ErrorReason::kDatabaseInUse));
  {
    auto reader = OpenReader();
    QUOTES_ASSERT_OK(reader);
    EXPECT_EQ((*reader)->ArchiveRevision().value_or(0), 1u);
  }
  other.Kill();
  other.Wait();
  // What the dead writer committed is still in its log.
  {
    auto reader = OpenReader();
    QUOTES_ASSERT_OK(reader);
    EXPECT_EQ(AllText(**reader).value_or(""), "a:2;");
  }
  auto writer = OpenWriter();
  QUOTES_ASSERT_OK(writer);
  EXPECT_EQ(AllText(**writer).value_or(""), "a:2;");
}

TEST_F(SqliteStoreTest, AClosedDatabaseIsOneFile) {
  Fill(2);
  EXPECT_FALSE(fs::exists(path() + "-wal"));
  EXPECT_FALSE(fs::exists(path() + "-shm"));
  QUOTES_EXPECT_OK(OpenReader());
  QUOTES_EXPECT_OK(OpenWriter());
  EXPECT_FALSE(fs::exists(path() + "-wal"));
}

// --- rights ---

TEST_F(SqliteStoreTest, AWriterNeedsFileAndFolder) {
  Fill(1);
  fs::permissions(dir_.path(), fs::perms(0555));
  fs::permissions(path(), fs::perms(0666));
  fs::remove(path() + ".lock");
  EXPECT_EQ(RunUnprivileged([this] { return Outcome(OpenWriter()); }), "READ_ONLY");
  fs::permissions(dir_.path(), fs::perms(0777));
  fs::permissions(path(), fs::perms(0444));
  EXPECT_EQ(RunUnprivileged([this] {
              const auto store = OpenWriter();
              return Outcome(store) + " " + std::string(ToStd(store.status().message()));
            }),
            "READ_ONLY " + path() +
                ": the file or its folder cannot be written; give this user the right to write "
                "both, or open the database for reading only");
  // A new database in a folder that cannot be written.
  fs::permissions(dir_.path(), fs::perms(0555));
  EXPECT_EQ(RunUnprivileged([this] { return Outcome(Open({.path = dir_.path() / "new.db"})); }),
            "READ_ONLY");
  fs::permissions(dir_.path(), fs::perms(0777));
}

TEST_F(SqliteStoreTest, AReaderWorksInAReadOnlyFolder) {
  Fill(2);
  fs::permissions(path(), fs::perms(0444));
  fs::permissions(dir_.path(), fs::perms(0555));
  EXPECT_EQ(RunUnprivileged([this] {
              const auto store = OpenReader();
              if (!store.ok()) {
                return store.status().ToString();
              }
              std::string text;
              for (int i = 0; i < 3; ++i) {
                text += Outcome(AllText(**store)) + " ";
              }
              return text + Outcome((*store)->Import(SmallDraft("b", "甲。")));
            }),
            "OK OK OK READ_ONLY");
  fs::permissions(dir_.path(), fs::perms(0777));
}

TEST_F(SqliteStoreTest, AReaderInAReadOnlyFolderFollowsALiveWriter) {
  auto writer = OpenWriter();
  QUOTES_ASSERT_OK(writer);
  QUOTES_ASSERT_OK((*writer)->Import(SmallDraft("a", "甲。")));
  fs::permissions(dir_.path(), fs::perms(0555));
  EXPECT_EQ(RunUnprivileged([this] {
              const auto store = OpenReader();
              return store.ok() ? AllText(**store).value_or("failed") : store.status().ToString();
            }),
            "a:2;");
  // The log is left behind without its index: it cannot be read, and must not be ignored.
  fs::permissions(dir_.path(), fs::perms(0777));
  const std::string log = ReadFile(path() + "-wal");
  const std::string file = ReadFile(path());
  writer->reset();
  WriteFile(path(), file);
  WriteFile(path() + "-wal", log);
  fs::permissions(dir_.path(), fs::perms(0555));
  EXPECT_EQ(RunUnprivileged([this] {
              const auto store = OpenReader();
              return store.ok() ? AllText(**store).value_or("failed") : Outcome(store);
            }),
            "STORE_UNAVAILABLE");
  fs::permissions(dir_.path(), fs::perms(0777));
}

TEST_F(SqliteStoreTest, AnUnreadableFileIsToldApart) {
  Fill(1);
  fs::permissions(dir_.path(), fs::perms(0755));
  fs::permissions(path(), fs::perms(0000));
  EXPECT_EQ(RunUnprivileged([this] { return Outcome(OpenReader()); }), "STORE_UNAVAILABLE");
}

// --- a full disk ---

TEST_F(SqliteStoreTest, AFullDatabaseIsStorageFullAndRollsBack) {
  auto connection = Connection::Open({.path = path(), .mode = ConnectionOptions::Mode::kWrite});
  QUOTES_ASSERT_OK(connection);
  QUOTES_ASSERT_OK(Migrate(connection->get()));
  QUOTES_ASSERT_OK((*connection)->Execute("PRAGMA max_page_count = 60"));
  {
    auto transaction = Transaction::Begin(connection->get(), Transaction::Kind::kWrite);
    QUOTES_ASSERT_OK(transaction);
    absl::Status status;
    for (int i = 0; i < 1000 && status.ok(); ++i) {
      status = (*connection)
                   ->Prepare(
                       "INSERT INTO reports VALUES"
                       " (?1, 1, 1, 1, 0, 0, ?2, '', '', '', '', '', '', NULL, '', '',"
                       " NULL, '', NULL, NULL, NULL)")
                   .Run(absl::StrCat("r", i), std::string(1000, 'x'));
    }
    EXPECT_THAT(status, HasReason(ErrorReason::kStorageFull));
    EXPECT_THAT(status, HasCode(absl::StatusCode::kResourceExhausted));
  }
  Statement count = (*connection)->Prepare("SELECT count(*) FROM reports");
  ASSERT_TRUE(count.Step().value_or(false));
  EXPECT_EQ(count.Int(0), 0);
}

TEST_F(SqliteStoreTest, AFullDiskFailsTheImportOnly) {
  // In a mount namespace of its own, so that the small disk goes with the child.
  ChildProcess child([this](int fd) {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("tmpfs", dir_.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
      quotes::testing::WriteAll(fd, "no mount");
      return 0;
    }
    std::string told;
    auto store = OpenWriter();
    QUOTES_CHECK(store.ok());
    int imported = 0;
    absl::Status status;
    while (status.ok() && imported < 1000) {
      std::string text;
      for (int k = 0; k < 500; ++k) {
        absl::StrAppend(&text, imported, "满。", k);
      }
      status = (*store)->Import(SmallDraft(absl::StrCat("r", imported), text)).status();
      imported += status.ok() ? 1 : 0;
    }
    absl::StrAppend(&told, Outcome(status), " ");
    // Nothing half, and reading goes on.
    const auto revision = (*store)->ArchiveRevision();
    absl::StrAppend(&told,
                    imported > 0 && revision.ok() && *revision == static_cast<uint64_t>(imported)
                        ? "consistent "
                        : "inconsistent ");
    absl::StrAppend(&told, Outcome(AllText(**store)), " ");
    store->reset();
    store = OpenWriter();
    absl::StrAppend(&told, Outcome(store));
    quotes::testing::WriteAll(fd, told);
    return 0;
  });
  const std::string told = child.ReadAll();
  if (told == "no mount") {
    GTEST_SKIP() << "this process may not mount a small disk";
  }
  EXPECT_EQ(told, "STORAGE_FULL consistent OK OK");
}

// --- the schema ---

TEST_F(SqliteStoreTest, EveryConnectionHasTheSameSettings) {
  Fill(1);
  using Mode = ConnectionOptions::Mode;
  for (const Mode mode : {Mode::kWrite, Mode::kRead, Mode::kImmutable}) {
    auto connection = Connection::Open({.path = path(), .mode = mode});
    QUOTES_ASSERT_OK(connection);
    const auto pragma = [&connection](std::string_view sql) {
      Statement select = (*connection)->Prepare(sql);
      QUOTES_CHECK(select.Step().value_or(false));
      return select.Text(0);
    };
    EXPECT_EQ(pragma("PRAGMA foreign_keys"), "1");
    EXPECT_EQ(pragma("PRAGMA recursive_triggers"), "1");
    EXPECT_EQ(pragma("PRAGMA trusted_schema"), "0");
    EXPECT_EQ(pragma("PRAGMA cell_size_check"), "1");
    EXPECT_EQ(pragma("PRAGMA encoding"), "UTF-8");
    if (mode == Mode::kWrite) {
      EXPECT_EQ(pragma("PRAGMA journal_mode"), "wal");
      EXPECT_EQ(pragma("PRAGMA synchronous"), "2");
    } else {
      EXPECT_EQ(pragma("PRAGMA query_only"), "1");
      EXPECT_THAT((*connection)->Execute("DELETE FROM requests"),
                  HasReason(ErrorReason::kReadOnly));
    }
    // A misspelt column in double quotes is no string.
    EXPECT_THAT((*connection)->Execute("SELECT \"nonsense\" FROM meta"),
                HasReason(ErrorReason::kStoreUnavailable));
  }
}

TEST_F(SqliteStoreTest, EveryTableIsStrict) {
  Fill(1);
  auto connection = Connection::Open({.path = path(), .mode = ConnectionOptions::Mode::kRead});
  QUOTES_ASSERT_OK(connection);
  Statement select = (*connection)
                         ->Prepare(
                             "SELECT name, strict FROM pragma_table_list"
                             " WHERE schema = 'main' AND name NOT LIKE 'sqlite%' ORDER BY name");
  int tables = 0;
  while (select.Step().value_or(false)) {
    EXPECT_EQ(select.Int(1), 1) << select.Text(0);
    ++tables;
  }
  EXPECT_EQ(tables, 18);
}

TEST_F(SqliteStoreTest, RevisionsCannotBeChanged) {
  {
    auto store = OpenWriter();
    QUOTES_ASSERT_OK(store);
    RevisionDraft draft = SmallDraft("a", "甲乙。");
    draft.content.joins.push_back({1, 1, 2});
    draft.content.lint.emplace_back();
    QUOTES_ASSERT_OK((*store)->Import(draft));
  }
  auto connection = Connection::Open({.path = path(), .mode = ConnectionOptions::Mode::kWrite});
  QUOTES_ASSERT_OK(connection);
  for (const char* table : {"revisions", "contents"}) {
    const std::string key = std::string(table) == "revisions" ? "number" : "revision";
    for (const std::string& sql :
         {absl::StrCat("UPDATE ", table, " SET ", key, " = ", key, " + 7"),
          absl::StrCat("DELETE FROM ", table),
          absl::StrCat("REPLACE INTO ", table, " SELECT * FROM ", table)}) {
      EXPECT_THAT((*connection)->Execute(sql.c_str()), HasReason(ErrorReason::kStoreUnavailable))
          << sql;
    }
  }
  connection->reset();
  auto store = OpenReader();
  QUOTES_ASSERT_OK(store);
  EXPECT_EQ(AllText(**store).value_or(""), "a:3;");
}

TEST_F(SqliteStoreTest, RowsOfOldRevisionsCannotBeChanged) {
  Raw(ReadFile(quotes::testing::SourceDir() / "tests/unit/store/data/schema_v1.sql").c_str());
  QUOTES_ASSERT_OK(OpenWriter());
  auto connection = Connection::Open({.path = path(), .mode = ConnectionOptions::Mode::kWrite});
  QUOTES_ASSERT_OK(connection);
  for (const char* table : {"print_spans", "runs", "paragraphs", "sections", "quotes"}) {
    for (const std::string& sql :
         {absl::StrCat("UPDATE ", table, " SET ordinal = ordinal + 7"),
          absl::StrCat("DELETE FROM ", table),
          absl::StrCat("REPLACE INTO ", table, " SELECT * FROM ", table)}) {
      EXPECT_THAT((*connection)->Execute(sql.c_str()), HasReason(ErrorReason::kStoreUnavailable))
          << sql;
    }
  }
}

TEST_F(SqliteStoreTest, DamagedContentIsTold) {
  for (const char* damage :
       {"bytes = substr(bytes, 1, length(bytes) - 1)",
        "bytes = CAST(substr(bytes, 1, 40) || x'07' || substr(bytes, 42) AS BLOB)", "bytes = x''",
        "sha256 = ''"}) {
    fs::remove(path());
    Fill(1);
    Raw(absl::StrCat("DROP TRIGGER contents_no_update; UPDATE contents SET ", damage).c_str());
    auto store = OpenReader();
    QUOTES_ASSERT_OK(store);
    EXPECT_THAT((*store)->LoadRevision("r0", 0), HasReason(ErrorReason::kDatabaseCorrupt))
        << damage;
    EXPECT_THAT((*store)->FindQuoteRevision("r0", "none"), HasReason(ErrorReason::kDatabaseCorrupt))
        << damage;
  }
}

TEST(ContentBytesTest, WhatIsCutOrChangedIsRefusedOrOtherLists) {
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    const RevisionDraft draft = quotes::testing::RandomDraft("a", &random);
    const std::string bytes = ContentBytes(draft.content);
    report::ParsedReport whole;
    ASSERT_TRUE(ReadContentBytes(bytes, &whole));
    EXPECT_EQ(ContentBytes(whole), bytes);
    EXPECT_EQ(whole.quotes.size(), draft.content.quotes.size());
    for (size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 97) {
      report::ParsedReport cut;
      EXPECT_FALSE(ReadContentBytes(bytes.substr(0, size), &cut)) << size;
    }
    report::ParsedReport longer;
    EXPECT_FALSE(ReadContentBytes(bytes + '\0', &longer));
    for (int i = 0; i < 300; ++i) {
      std::string changed = bytes;
      changed[random() % changed.size()] = static_cast<char>(random());
      report::ParsedReport other;
      if (ReadContentBytes(changed, &other)) {
        // Numbers may be written in more bytes than they need; what is read can be written.
        EXPECT_FALSE(ContentBytes(other).empty());
      }
    }
  }
}

TEST_F(SqliteStoreTest, AnUnfinishedFirstMigrationIsBegunAnew) {
  // The journal mode is set before the first migration commits.
  Raw("PRAGMA journal_mode = WAL");
  ASSERT_GT(fs::file_size(path()), 0u);
  EXPECT_THAT(OpenReader(), HasReason(ErrorReason::kDatabaseCorrupt));
  auto store = OpenWriter();
  QUOTES_ASSERT_OK(store);
  QUOTES_EXPECT_OK((*store)->Import(SmallDraft("a", "甲。")));
}

// --- migrations ---

TEST_F(SqliteStoreTest, ADatabaseOfVersionOneIsMigrated) {
  Raw(ReadFile(quotes::testing::SourceDir() / "tests/unit/store/data/schema_v1.sql").c_str());
  EXPECT_THAT(OpenReader(), HasReason(ErrorReason::kReadOnly)) << "only a writer migrates";
  auto store = OpenWriter();
  QUOTES_ASSERT_OK(store);
  EXPECT_EQ((*store)->Status()->schema_version, kSchemaVersion);
  EXPECT_EQ(AllText(**store).value_or(""), "one:72;two:72;");
  EXPECT_EQ((*store)->ArchiveRevision().value_or(0), 3u);
  const auto first = (*store)->LoadRevision("one", 1);
  QUOTES_ASSERT_OK(first);
  EXPECT_EQ((*first)->state, archive::ReportState::kActive);
  EXPECT_EQ((*first)->delete_time, std::nullopt);
  ASSERT_EQ((*first)->defects.size(), 1u);
  EXPECT_EQ((*first)->defects[0].printed, "280亿元");
  EXPECT_EQ((*first)->defects[0].readings, (std::vector<std::string>{"281亿元", "282亿元"}));

  EXPECT_EQ((*first)->defects[0].origin, report::DefectOrigin::kImport);
  EXPECT_EQ((*store)->FindDefectRevision("one", (*first)->defects[0].id).value_or(0), 2u);
  // Its revisions keep their rows, and are found by them.
  ASSERT_FALSE((*first)->content.quotes.empty());
  ASSERT_FALSE((*first)->content.sections.empty());
  EXPECT_EQ((*store)->FindQuoteRevision("one", (*first)->content.quotes[0].id).value_or(0), 2u);
  EXPECT_EQ((*store)->FindSectionRevision("one", (*first)->content.sections[0].id).value_or(0), 2u);
  QUOTES_EXPECT_OK((*store)->SetState("two", archive::ReportState::kWithdrawn, ""));
  EXPECT_EQ(AllText(**store).value_or(""), "one:72;");
  store->reset();
  // A migrated database is like a new one.
  auto reader = OpenReader();
  QUOTES_ASSERT_OK(reader);
  EXPECT_EQ(AllText(**reader).value_or(""), "one:72;");
  QUOTES_ASSERT_OK(quotes::store::sqlite::Open({.path = dir_.path() / "new.db"}));
  EXPECT_EQ(Columns(path()), Columns(dir_.path() / "new.db"));
}

TEST_F(SqliteStoreTest, ADatabaseOfVersionFourIsMigrated) {
  Fill(2);
  // What its revisions hold is put back behind the migration.
  Raw("DROP TRIGGER contents_no_update; DROP TRIGGER contents_no_delete;"
      "DROP TRIGGER revisions_no_delete;"
      "DROP TRIGGER print_spans_no_delete;"
      "DROP TRIGGER runs_no_delete;"
      "DROP TRIGGER paragraphs_no_delete;"
      "DROP TRIGGER joins_no_delete;"
      "DROP TRIGGER sections_no_delete;"
      "DROP TRIGGER quotes_no_delete;"
      "DROP TRIGGER lint_no_delete;"
      "DROP TABLE purging; DROP TABLE purged; ALTER TABLE meta DROP COLUMN unscrubbed;"
      "CREATE TRIGGER revisions_no_delete BEFORE DELETE ON revisions"
      " BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;"
      "CREATE TRIGGER print_spans_no_delete BEFORE DELETE ON print_spans"
      " BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;"
      "CREATE TRIGGER runs_no_delete BEFORE DELETE ON runs"
      " BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;"
      "CREATE TRIGGER paragraphs_no_delete BEFORE DELETE ON paragraphs"
      " BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;"
      "CREATE TRIGGER joins_no_delete BEFORE DELETE ON joins"
      " BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;"
      "CREATE TRIGGER sections_no_delete BEFORE DELETE ON sections"
      " BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;"
      "CREATE TRIGGER quotes_no_delete BEFORE DELETE ON quotes"
      " BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;"
      "CREATE TRIGGER lint_no_delete BEFORE DELETE ON lint"
      " BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;"
      "ALTER TABLE contents RENAME TO kept;"
      "DROP TABLE audit; ALTER TABLE meta DROP COLUMN audit_since;"
      "DROP INDEX reports_embargoed; ALTER TABLE reports DROP COLUMN available_from;"
      "DROP TABLE tags; ALTER TABLE reports DROP COLUMN duplicate_of;"
      "CREATE UNIQUE INDEX sections_by_id ON sections (section_id, revision);"
      "CREATE UNIQUE INDEX quotes_by_id ON quotes (quote_id, revision);"
      "PRAGMA user_version = 4");
  EXPECT_THAT(OpenReader(), HasReason(ErrorReason::kReadOnly)) << "only a writer migrates";
  QUOTES_ASSERT_OK(OpenWriter());
  Raw("INSERT INTO contents SELECT * FROM kept; DROP TABLE kept");
  auto store = OpenWriter();
  QUOTES_ASSERT_OK(store);
  const auto old = (*store)->LoadRevision("r0", 0);
  QUOTES_ASSERT_OK(old);
  EXPECT_EQ((*old)->duplicate_of, "");
  RevisionDraft copy = SmallDraft("copy", "甲。");
  copy.duplicate_of = "r0";
  copy.withdrawn = true;
  QUOTES_EXPECT_OK((*store)->Import(copy));
  const auto held = (*store)->LoadRevision("copy", 0);
  QUOTES_ASSERT_OK(held);
  EXPECT_EQ((*held)->duplicate_of, "r0");
  store->reset();
  QUOTES_ASSERT_OK(quotes::store::sqlite::Open({.path = dir_.path() / "new.db"}));
  EXPECT_EQ(Columns(path()), Columns(dir_.path() / "new.db"));
}

TEST_F(SqliteStoreTest, ADatabaseOfEveryVersionIsMigrated) {
  const std::string first =
      ReadFile(quotes::testing::SourceDir() / "tests/unit/store/data/schema_v1.sql");
  QUOTES_ASSERT_OK(quotes::store::sqlite::Open({.path = dir_.path() / "new.db"}));
  for (int64_t version = 1; version < kSchemaVersion; ++version) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      fs::remove(path() + suffix);
    }
    Raw(first.c_str());
    {
      auto old = Connection::Open({.path = path(), .mode = ConnectionOptions::Mode::kWrite});
      QUOTES_ASSERT_OK(old);
      QUOTES_ASSERT_OK(MigrateTo(old->get(), version));
      EXPECT_EQ((*old)->schema_version(), version);
    }
    EXPECT_THAT(OpenReader(), HasReason(ErrorReason::kReadOnly)) << version;
    auto store = OpenWriter();
    QUOTES_ASSERT_OK(store);
    EXPECT_EQ((*store)->Status()->schema_version, kSchemaVersion);
    EXPECT_EQ(AllText(**store).value_or(""), "one:72;two:72;") << version;
    EXPECT_EQ((*store)->ArchiveRevision().value_or(0), 3u) << version;
    // What was done before there was a trail is told neither as nothing nor wrongly.
    EXPECT_EQ((*store)->ListAudit({}, 0, 10)->size(), 0u) << version;
    EXPECT_THAT((*store)->ListChanges(2, 10), HasReason(ErrorReason::kChangesNotKept)) << version;
    EXPECT_EQ((*store)->ListChanges(3, 10)->size(), 0u) << version;
    QUOTES_EXPECT_OK((*store)->SetState("two", archive::ReportState::kWithdrawn, ""));
    const auto changes = (*store)->ListChanges(3, 10);
    QUOTES_ASSERT_OK(changes);
    ASSERT_EQ(changes->size(), 1u) << version;
    EXPECT_EQ(changes->front().archive_revision, 4u) << version;
    store->reset();
    EXPECT_EQ(Columns(path()), Columns(dir_.path() / "new.db")) << version;
  }
}

TEST_F(SqliteStoreTest, AnOlderProgramIsToldWhichVersionItMeets) {
  Fill(1);
  Raw(absl::StrCat("PRAGMA user_version = ", kSchemaVersion + 3).c_str());
  const absl::Status refused = OpenWriter().status();
  const auto detail = GetErrorDetail(refused);
  ASSERT_TRUE(detail.has_value());
  EXPECT_EQ(detail->reason, ErrorReason::kSchemaTooNew);
  EXPECT_THAT(detail->metadata, ::testing::UnorderedElementsAre(
                                    ::testing::Pair("found", std::to_string(kSchemaVersion + 3)),
                                    ::testing::Pair("supported", std::to_string(kSchemaVersion))));
  EXPECT_THAT(std::string(refused.message()), ::testing::HasSubstr("use a newer program"));
}

TEST_F(SqliteStoreTest, TheAuditTrailCannotBeChanged) {
  Fill(2);
  auto connection = Connection::Open({.path = path(), .mode = ConnectionOptions::Mode::kWrite});
  QUOTES_ASSERT_OK(connection);
  for (const char* sql :
       {"UPDATE audit SET caller = 'somebody else'", "DELETE FROM audit",
        "REPLACE INTO audit SELECT * FROM audit", "DELETE FROM audit WHERE archive_revision = 1"}) {
    EXPECT_THAT((*connection)->Execute(sql), HasReason(ErrorReason::kStoreUnavailable)) << sql;
  }
}

TEST_F(SqliteStoreTest, APurgeTakesRowsOfEveryVersion) {
  Raw(ReadFile(quotes::testing::SourceDir() / "tests/unit/store/data/schema_v1.sql").c_str());
  auto store = OpenWriter();
  QUOTES_ASSERT_OK(store);
  // Of one, two revisions are rows of the first version, and a third is of this one.
  QUOTES_ASSERT_OK((*store)->Import(SmallDraft("one", "甲乙丙。")));
  const auto purged = (*store)->Purge("one", "", {});
  QUOTES_ASSERT_OK(purged);
  EXPECT_EQ(purged->purged.revisions, 3u);
  QUOTES_ASSERT_OK((*store)->Scrub());
  EXPECT_EQ(AllText(**store).value_or(""), "two:72;");
  store->reset();
  auto connection = Connection::Open({.path = path(), .mode = ConnectionOptions::Mode::kRead});
  QUOTES_ASSERT_OK(connection);
  const auto count = [&](const char* sql) {
    Statement select = (*connection)->Prepare(sql);
    EXPECT_TRUE(select.Step().value_or(false)) << sql;
    return select.Int(0);
  };
  EXPECT_EQ(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM purging"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM requests WHERE report_id = 'one'"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM revisions"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM contents"), 0);
  for (const char* const sql :
       {"SELECT count(*) FROM print_spans WHERE revision NOT IN (SELECT id FROM revisions)",
        "SELECT count(*) FROM sections WHERE revision NOT IN (SELECT id FROM revisions)",
        "SELECT count(*) FROM quotes WHERE revision NOT IN (SELECT id FROM revisions)",
        "SELECT count(*) FROM lint WHERE revision NOT IN (SELECT id FROM revisions)",
        "SELECT count(*) FROM defects WHERE revision NOT IN (SELECT id FROM revisions)",
        "SELECT count(*) FROM defect_readings WHERE revision NOT IN (SELECT id FROM revisions)"}) {
    EXPECT_EQ(count(sql), 0) << sql;
  }
  EXPECT_GT(count("SELECT count(*) FROM quotes"), 0);
  EXPECT_GT(count("SELECT count(*) FROM print_spans"), 0);
}

// A string that is nowhere else.
constexpr std::string_view kMarker = "校对附注内容";

TEST_F(SqliteStoreTest, ScrubWaitsForReadersAndCopiesAreCleanBeforeIt) {
  Fill(20);
  auto store = OpenWriter();
  QUOTES_ASSERT_OK(store);
  QUOTES_ASSERT_OK((*store)->Import(SmallDraft("gone", absl::StrCat("甲", std::string(kMarker)))));
  const auto has = [](const std::string& file) {
    return ReadFile(file).find(kMarker) != std::string::npos;
  };
  EXPECT_TRUE(has(path()) || has(path() + "-wal"));
  auto reader = Connection::Open({.path = path(), .mode = ConnectionOptions::Mode::kRead});
  QUOTES_ASSERT_OK(reader);
  {
    auto transaction = Transaction::Begin(reader->get(), Transaction::Kind::kRead);
    QUOTES_ASSERT_OK(transaction);
    Statement select = (*reader)->Prepare("SELECT joined FROM revisions WHERE report_id = 'gone'");
    ASSERT_TRUE(select.Step().value_or(false));
    QUOTES_ASSERT_OK((*store)->Purge("gone", "", {}));
    EXPECT_THAT((*store)->Scrub(), HasReason(ErrorReason::kStoreBusy));
    const std::string copy = dir_.path() / "copy.db";
    QUOTES_ASSERT_OK((*store)->CopyTo(copy, Cancellation()));
    EXPECT_FALSE(has(copy));
    auto copied = quotes::store::sqlite::Open({.path = copy});
    QUOTES_ASSERT_OK(copied);
    EXPECT_EQ(AllText(**copied).value_or(""), AllText(**store).value_or("other"));
    EXPECT_EQ((*copied)->LoadPurged()->size(), 1u);
  }
  QUOTES_ASSERT_OK((*store)->Scrub());
  EXPECT_FALSE(has(path()));
  EXPECT_FALSE(has(path() + "-wal"));
  // What is written later is of no account, and the next purge is done like the first.
  QUOTES_ASSERT_OK((*store)->Import(SmallDraft("next", absl::StrCat("甲", std::string(kMarker)))));
  QUOTES_ASSERT_OK((*store)->Purge("next", "", {}));
  QUOTES_ASSERT_OK((*store)->Scrub());
  EXPECT_FALSE(has(path()));
  EXPECT_FALSE(has(path() + "-wal"));
}

TEST_F(SqliteStoreTest, WhatWasNotScrubbedIsAfterTheNextStart) {
  Fill(20);
  {
    auto store = OpenWriter();
    QUOTES_ASSERT_OK(store);
    QUOTES_ASSERT_OK(
        (*store)->Import(SmallDraft("gone", absl::StrCat("甲", std::string(kMarker)))));
    QUOTES_ASSERT_OK((*store)->Purge("gone", "", {}));
  }
  // Bytes that SQLite leaves in pages, whether or not this version of it does.
  Raw("CREATE TABLE remains (text TEXT) STRICT; INSERT INTO remains VALUES ('校对附注内容');"
      "PRAGMA secure_delete = OFF; DROP TABLE remains");
  const auto has = [this] { return ReadFile(path()).find(kMarker) != std::string::npos; };
  EXPECT_TRUE(has());
  auto store = OpenWriter();
  QUOTES_ASSERT_OK(store);
  QUOTES_ASSERT_OK((*store)->Scrub());
  EXPECT_FALSE(has());
  EXPECT_EQ((*store)->Status()->reports, 20u);
}

TEST_F(SqliteStoreTest, StatusTellsWhatThisIs) {
  Fill(2);
  auto store = OpenReader();
  QUOTES_ASSERT_OK(store);
  const auto status = (*store)->Status();
  QUOTES_ASSERT_OK(status);
  EXPECT_EQ(status->engine, "sqlite");
  EXPECT_EQ(status->engine_version, sqlite3_libversion());
  EXPECT_EQ(status->location, fs::canonical(path()).string());
  EXPECT_EQ(status->schema_version, kSchemaVersion);
  EXPECT_TRUE(status->read_only);
  EXPECT_EQ(status->reports, 2u);
  EXPECT_EQ(status->revisions, 2u);
  EXPECT_EQ(status->archive_revision, 2u);
  EXPECT_EQ(status->size_bytes, fs::file_size(path()));
}

}  // namespace
}  // namespace quotes::store::sqlite
