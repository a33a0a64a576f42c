// Backups, published snapshots, and replicas that follow them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/base/hash.h"
#include "service/library/backups.h"
#include "service/library/follower.h"
#include "service/library/library.h"
#include "service/library/publisher.h"
#include "service/library/snapshot_folder.h"
#include "service/store/following_store.h"
#include "service/store/sqlite/connection.h"
#include "service/store/sqlite/schema.h"
#include "service/store/sqlite/store.h"
#include "service/themes/scheme.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"
#include "tests/unit/store/forwarding_store.h"
#include "tests/unit/store/random_draft.h"

namespace quotes {
namespace {

namespace fs = std::filesystem;
using ::quotes::testing::ForwardingStore;
using ::quotes::testing::HasField;
using ::quotes::testing::HasReason;
using ::quotes::testing::IsOk;
using ::quotes::testing::ReadFile;
using ::quotes::testing::SmallDraft;
using ::quotes::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> Names(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void WriteFile(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::unique_ptr<store::Store> OpenStore(const fs::path& path, bool read_only = false) {
  auto store = store::sqlite::Open({.path = path.string(), .read_only = read_only});
  EXPECT_THAT(store, IsOk());
  return store.ok() ? *std::move(store) : nullptr;
}

template <typename Condition>
bool Await(Condition condition) {
  for (int i = 0; i < 6'000; ++i) {
    if (condition()) {
      return true;
    }
    absl::SleepFor(absl::Milliseconds(10));
  }
  return false;
}

// --- backups ---

class BackupsTest : public ::testing::Test {
 protected:
  BackupsTest() : store_(OpenStore(dir_.path() / "quotes.db")) {
    QUOTES_EXPECT_OK(store_->Import(SmallDraft("a", "甲。")));
  }

  std::unique_ptr<Backups> Open(Backups::Options options = {}) {
    options.folder = folder().string();
    auto backups = Backups::Open(std::move(options));
    EXPECT_THAT(backups, IsOk());
    return *std::move(backups);
  }
  fs::path folder() const { return dir_.path() / "backups"; }

  TempDir dir_;
  std::unique_ptr<store::Store> store_;
};

TEST_F(BackupsTest, AreMadeUnderAName) {
  const auto backups = Open();
  EXPECT_EQ(backups->last(), std::nullopt);
  const auto backup = backups->Make(*store_, "mine.db", Cancellation());
  QUOTES_ASSERT_OK(backup);
  EXPECT_EQ(backup->file_name, "mine.db");
  EXPECT_EQ(backup->copy.archive_revision, 1u);
  EXPECT_EQ(backup->copy.sha256, Sha256Hex(ReadFile(folder() / "mine.db")));
  EXPECT_GT(backup->duration, absl::ZeroDuration());
  EXPECT_NE(backups->last(), std::nullopt);
  EXPECT_THAT(Names(folder()), ElementsAre("mine.db"));
  EXPECT_EQ(OpenStore(folder() / "mine.db")->ArchiveRevision().value_or(0), 1u);
  EXPECT_THAT(backups->Make(*store_, "mine.db", Cancellation()),
              HasReason(ErrorReason::kBackupExists));
}

TEST_F(BackupsTest, TheHousesThemesStandBesideThem) {
  const fs::path house = dir_.path() / "quotes.db.themes";
  Backups::Options options;
  options.themes_folder = house.string();
  const auto backups = Open(options);
  const auto without = backups->Make(*store_, "without.db", Cancellation());
  QUOTES_ASSERT_OK(without);
  EXPECT_EQ(without->themes_folder, "");
  fs::create_directory(house);
  WriteFile(house / "cues.tsv", "one");
  WriteFile(house / "notes.txt", "of no account");
  const auto backup = backups->Make(*store_, "mine.db", Cancellation());
  QUOTES_ASSERT_OK(backup);
  EXPECT_EQ(backup->themes_folder, "mine.db.themes");
  EXPECT_THAT(Names(folder() / "mine.db.themes"), ElementsAre("cues.tsv"));
  EXPECT_EQ(ReadFile(folder() / "mine.db.themes" / "cues.tsv"), "one");

  // A backup that is there keeps its own.
  WriteFile(house / "cues.tsv", "two");
  EXPECT_THAT(backups->Make(*store_, "mine.db", Cancellation()),
              HasReason(ErrorReason::kBackupExists));
  EXPECT_EQ(ReadFile(folder() / "mine.db.themes" / "cues.tsv"), "one");
  // Of one that fails nothing is left.
  Cancellation cancelled;
  cancelled.Cancel();
  EXPECT_FALSE(backups->Make(*store_, "later.db", cancelled).ok());
  fs::remove(house / "cues.tsv");
  // What is no file is named, and nothing waits for it.
  const auto names_the_file = [&](const absl::StatusOr<Backup>& failed) {
    EXPECT_THAT(failed, HasReason(ErrorReason::kStoreUnavailable));
    EXPECT_THAT(std::string(failed.status().message()), HasSubstr((house / "cues.tsv").string()));
  };
  ASSERT_EQ(mkfifo((house / "cues.tsv").c_str(), 0600), 0);
  names_the_file(backups->Make(*store_, "later.db", Cancellation()));
  fs::remove(house / "cues.tsv");
  fs::create_directory(house / "cues.tsv");
  names_the_file(backups->Make(*store_, "later.db", Cancellation()));
  EXPECT_THAT(Names(folder()), ElementsAre("mine.db", "mine.db.themes", "without.db"));
  fs::remove(house / "cues.tsv");
  WriteFile(house / "cues.tsv", "two");
  // What one that was broken off left is taken, and nobody else's.
  fs::create_directory(folder() / "again.db.themes");
  WriteFile(folder() / "again.db.themes" / "cues.tsv", "two");
  QUOTES_EXPECT_OK(backups->Make(*store_, "again.db", Cancellation()));
  fs::create_directory(folder() / "other.db.themes");
  WriteFile(folder() / "other.db.themes" / "cues.tsv", "somebody's");
  EXPECT_THAT(backups->Make(*store_, "other.db", Cancellation()),
              HasReason(ErrorReason::kBackupExists));
  EXPECT_EQ(ReadFile(folder() / "other.db.themes" / "cues.tsv"), "somebody's");
  EXPECT_FALSE(fs::exists(folder() / "other.db"));
}

TEST_F(BackupsTest, AreNamedByTheTime) {
  Backups::Options options;
  options.now = [] { return absl::FromUnixSeconds(1'768'608'000); };
  const auto backups = Open(options);
  EXPECT_EQ(backups->Make(*store_, "", Cancellation())->file_name, "quotes-20260117T000000Z.db");
}

TEST_F(BackupsTest, NamesThatLeadElsewhereAreRefused) {
  const auto backups = Open();
  for (const char* name : {"a", "../a.db", "/tmp/a.db", "a/b.db", ".a.db", "-a.db", "a b.db",
                           "甲.db", "a.db\n", "quotes-auto-20260117T000000Z.db"}) {
    EXPECT_THAT(backups->Make(*store_, name, Cancellation()), HasReason(ErrorReason::kFieldInvalid))
        << name;
  }
  EXPECT_THAT(backups->Make(*store_, std::string(98, 'a') + ".db", Cancellation()),
              HasReason(ErrorReason::kFieldOutOfRange));
  EXPECT_THAT(Names(folder()), IsEmpty());
}

TEST_F(BackupsTest, AFolderThatCannotBeIsToldAtOnce) {
  WriteFile(dir_.path() / "file", "x");
  EXPECT_THAT(Backups::Open({.folder = (dir_.path() / "file").string()}),
              HasReason(ErrorReason::kStoreUnavailable));
  EXPECT_THAT(Backups::Open({.folder = (dir_.path() / "file" / "below").string()}),
              HasReason(ErrorReason::kStoreUnavailable));
}

TEST_F(BackupsTest, WhatWasCutOffIsCleanedAway) {
  fs::create_directories(folder());
  WriteFile(folder() / ".quotes-auto-20260117T000000Z.db.partial", "half");
  WriteFile(folder() / "others.txt", "x");
  Open();
  EXPECT_THAT(Names(folder()), ElementsAre("others.txt"));
}

// A clock that the test sets.
class Clock {
 public:
  absl::Time Now() const { return absl::FromUnixSeconds(seconds_.load()); }
  void Set(absl::Time time) { seconds_ = absl::ToUnixSeconds(time); }

 private:
  std::atomic<int64_t> seconds_{absl::ToUnixSeconds(absl::FromUnixSeconds(1'768'608'000))};
};

TEST_F(BackupsTest, TheNewestAreKept) {
  fs::create_directories(folder());
  for (const char* name :
       {"quotes-auto-20260101T000000Z.db", "quotes-auto-20260102T000000Z.db",
        "quotes-auto-20260103T000000Z.db", "quotes-20250101T000000Z.db", "quotes-auto-mine.db"}) {
    WriteFile(folder() / name, "x");
  }
  Clock clock;
  std::atomic<int> made{0};
  Backups::Options options;
  options.every = absl::Hours(24);
  options.keep = 2;
  options.look_every = absl::Milliseconds(5);
  options.now = [&clock] { return clock.Now(); };
  options.on_scheduled = [&made](const absl::StatusOr<Backup>& backup) {
    EXPECT_THAT(backup, IsOk());
    ++made;
  };
  const auto backups = Open(options);
  backups->StartSchedule(store_.get());
  ASSERT_TRUE(Await([&] { return made == 1; }));
  backups->StopSchedule();
  EXPECT_THAT(Names(folder()),
              ElementsAre("quotes-20250101T000000Z.db", "quotes-auto-20260103T000000Z.db",
                          "quotes-auto-20260117T000000Z.db", "quotes-auto-mine.db"));
}

TEST_F(BackupsTest, ARestartDoesNotBeginThePeriodAnew) {
  Clock clock;
  std::atomic<int> made{0};
  Backups::Options options;
  options.every = absl::Hours(24);
  options.look_every = absl::Milliseconds(5);
  options.now = [&clock] { return clock.Now(); };
  options.on_scheduled = [&made](const absl::StatusOr<Backup>&) { ++made; };
  {
    const auto backups = Open(options);
    backups->StartSchedule(store_.get());
    ASSERT_TRUE(Await([&] { return made == 1; }));
    // The clock of the machine jumps: nothing is due by the one that nobody sets.
    clock.Set(clock.Now() + absl::Hours(1'000));
    absl::SleepFor(absl::Milliseconds(50));
    clock.Set(clock.Now() - absl::Hours(2'000));
    absl::SleepFor(absl::Milliseconds(50));
    EXPECT_EQ(made, 1);
    clock.Set(clock.Now() + absl::Hours(1'000));
  }
  {
    const auto backups = Open(options);
    backups->StartSchedule(store_.get());
    absl::SleepFor(absl::Milliseconds(100));
    EXPECT_EQ(made, 1) << "the one before the restart is new";
  }
  clock.Set(clock.Now() + absl::Hours(25));
  {
    const auto backups = Open(options);
    backups->StartSchedule(store_.get());
    ASSERT_TRUE(Await([&] { return made == 2; }));
  }
  // A clock that was set back does not stop them.
  clock.Set(clock.Now() - absl::Hours(5'000));
  const auto backups = Open(options);
  backups->StartSchedule(store_.get());
  ASSERT_TRUE(Await([&] { return made == 3; }));
}

// --- snapshots ---

TEST(SnapshotFolder, ManifestsAreReadAsTheyWereWritten) {
  const Manifest manifest = {1'768'608'000'000'000, 42, 9, 4096, Sha256Hex("x")};
  const std::string text = WriteManifest(manifest);
  EXPECT_EQ(ReadManifest(text), manifest);
  // Whatever is missing, changed or too much makes it none.
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(ReadManifest(text.substr(0, size)), std::nullopt) << size;
  }
  for (size_t i = 0; i < text.size(); ++i) {
    for (const char other : {'0', '9', ' ', '\n', '\0', '\xff'}) {
      std::string changed = text;
      changed[i] = other;
      EXPECT_EQ(ReadManifest(changed).has_value(), changed == text) << i;
    }
  }
  EXPECT_EQ(ReadManifest(text + "\n"), std::nullopt);
  EXPECT_EQ(ReadManifest(text + text), std::nullopt);
}

class SnapshotTest : public ::testing::Test {
 protected:
  SnapshotTest() : library_(Open()) { fs::create_directories(folder()); }

  std::unique_ptr<Library> Open() {
    auto library = Library::Create(OpenStore(dir_.path() / "quotes.db"), themes::Scheme::BuiltIn());
    EXPECT_THAT(library, IsOk());
    return *std::move(library);
  }
  fs::path folder() const { return dir_.path() / "published"; }
  fs::path replica_folder() const { return dir_.path() / "replica"; }

  void Import(const std::string& id, const std::string& sentence) {
    ImportRequest request;
    request.report_id = id;
    request.content =
        absl::StrCat("政府工作报告\n一、工作回顾\n", sentence, "全区生产总值达到280亿元。\n");
    request.duplicate_handling = DuplicateHandling::kSeparate;
    QUOTES_EXPECT_OK(library_->Import(request, Cancellation()));
  }

  Manifest MustPublish(size_t keep = 3) {
    const auto manifest = Publish(library_->store(), folder().string(), keep, Cancellation());
    EXPECT_THAT(manifest, IsOk());
    return manifest.value_or(Manifest());
  }

  std::unique_ptr<Follower> OpenFollower() {
    auto follower = Follower::Open(
        {.folder = folder().string(),
         .state_folder = replica_folder().string(),
         .on_warning = [this](std::string_view warning) { warnings_.emplace_back(warning); }});
    EXPECT_THAT(follower, IsOk());
    return *std::move(follower);
  }

  TempDir dir_;
  std::unique_ptr<Library> library_;
  std::vector<std::string> warnings_;
};

// A library over a follower, as a replica has it.
struct Replica {
  std::unique_ptr<Follower> follower;
  store::FollowingStore* store = nullptr;
  std::unique_ptr<Library> library;

  bool Follow() {
    const auto newer = follower->Follow(store, library.get(), Cancellation());
    EXPECT_THAT(newer, IsOk());
    return newer.value_or(false);
  }
};

Replica MakeReplica(std::unique_ptr<Follower> follower, const fs::path& segments = {}) {
  Replica replica;
  replica.follower = std::move(follower);
  auto taken = replica.follower->TakeNewer(Cancellation());
  EXPECT_THAT(taken, IsOk());
  EXPECT_NE(*taken, nullptr);
  auto following = std::make_unique<store::FollowingStore>(*std::move(taken));
  replica.store = following.get();
  auto library = Library::Create(std::move(following), themes::Scheme::BuiltIn(),
                                 {.segment_folder = segments.string(), .own_segments = true});
  EXPECT_THAT(library, IsOk());
  replica.library = *std::move(library);
  replica.follower->Served();
  return replica;
}

// All that look-ups, names and citations see, of one library.
std::string Seen(const Library& library) {
  std::string text;
  const std::shared_ptr<const Snapshot> snapshot = library.snapshot();
  for (const auto* document : snapshot->archive->documents()) {
    absl::StrAppend(&text, std::string(document->report_id()), " ", document->revision(), " ",
                    document->etag(), " ", document->joined().size(), "\n");
  }
  for (const auto* document : snapshot->history->withdrawn()) {
    absl::StrAppend(&text, "withdrawn ", std::string(document->report_id()), " ", document->etag(),
                    "\n");
  }
  if (snapshot->history->archive() != nullptr) {
    for (const auto* document : snapshot->history->archive()->documents()) {
      absl::StrAppend(&text, "history ", std::string(document->report_id()), "\n");
    }
  }
  absl::StrAppend(&text, snapshot->archive->revision(), "\n");
  return text;
}

TEST_F(SnapshotTest, ThePublishedOnesAreNumberedAndTheNewestKept) {
  std::vector<Manifest> published;
  for (int i = 0; i < 5; ++i) {
    Import("a", absl::StrCat("棚改安置房建成", i, "套。"));
    published.push_back(MustPublish(2));
    EXPECT_EQ(published.back().archive_revision, static_cast<uint64_t>(i + 1));
    EXPECT_EQ(published.back().sha256,
              Sha256Hex(ReadFile(folder() / DatabaseName(published.back().sequence))));
    if (i > 0) {
      EXPECT_GT(published.back().sequence, published[published.size() - 2].sequence);
    }
  }
  EXPECT_THAT(ListManifests(folder().string()), ElementsAre(published[4], published[3]));
  EXPECT_THAT(Names(folder()), SizeIs(4));
  // A clock that was set back does not put the next one behind.
  Manifest future = published[4];
  future.sequence = 9'000'000'000'000'000;
  WriteFile(folder() / ManifestName(future.sequence), WriteManifest(future));
  EXPECT_EQ(MustPublish(2).sequence, future.sequence + 1);
}

TEST_F(SnapshotTest, AReplicaServesWhatItsWriterPublished) {
  Import("a", "棚改安置房建成2800套。");
  Import("b", "乡村振兴成果丰硕。");
  MustPublish();
  Replica replica = MakeReplica(OpenFollower());
  EXPECT_EQ(Seen(*replica.library), Seen(*library_));
  EXPECT_FALSE(replica.Follow());
  EXPECT_THAT(replica.library->Import(ImportRequest(), Cancellation()), ::testing::Not(IsOk()));
  EXPECT_THAT(replica.library->Withdraw("a", ""), HasReason(ErrorReason::kReadOnly));

  // New, revised, withdrawn, restored, tagged: one after the other, and several at once.
  Import("c", "转型升级优势凸显。");
  MustPublish();
  EXPECT_TRUE(replica.Follow());
  EXPECT_EQ(Seen(*replica.library), Seen(*library_));
  Import("a", "棚改安置房建成2900套。");
  MustPublish();
  EXPECT_TRUE(replica.Follow());
  EXPECT_EQ(Seen(*replica.library), Seen(*library_));
  QUOTES_EXPECT_OK(library_->Withdraw("b", ""));
  MustPublish();
  EXPECT_TRUE(replica.Follow());
  EXPECT_EQ(Seen(*replica.library), Seen(*library_));
  EXPECT_EQ(replica.library->archive()->FindReport("b"), nullptr);
  QUOTES_EXPECT_OK(library_->Restore("b", ""));
  QUOTES_EXPECT_OK(library_->Withdraw("c", ""));
  Import("a", "棚改安置房建成3000套。");
  Import("a", "棚改安置房建成3100套。");
  Import("d", "民生底色更加厚实。");
  MustPublish();
  EXPECT_TRUE(replica.Follow());
  EXPECT_EQ(Seen(*replica.library), Seen(*library_));
  EXPECT_EQ(replica.follower->state()->manifest.archive_revision, library_->archive()->revision());
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(SnapshotTest, OnlyWhatHasChangedIsReadAnew) {
  for (int i = 0; i < 20; ++i) {
    Import(absl::StrCat("r", i), absl::StrCat("棚改安置房建成", i, "套。"));
  }
  MustPublish();
  Replica replica = MakeReplica(OpenFollower());
  const auto* const kept = replica.library->archive()->FindReport("r3");
  const std::shared_ptr<const archive::Archive> before = replica.library->archive();
  const History* const history = replica.library->snapshot()->history.get();
  Import("r7", "棚改安置房建成700套。");
  Import("new", "乡村振兴成果丰硕。");
  MustPublish();
  EXPECT_TRUE(replica.Follow());
  // The same bytes in memory, not others that are equal.
  EXPECT_EQ(replica.library->archive()->FindReport("r3")->bytes().data(), kept->bytes().data());
  EXPECT_EQ(replica.library->archive()->documents().size(), 21u);
  EXPECT_EQ(before->documents().size(), 20u) << "look-ups that began before see what they saw";
  EXPECT_NE(replica.library->snapshot()->history.get(), history);
  Import("newer", "转型升级优势凸显。");
  MustPublish();
  const History* const with_revisions = replica.library->snapshot()->history.get();
  EXPECT_TRUE(replica.Follow());
  EXPECT_EQ(replica.library->snapshot()->history.get(), with_revisions);
}

TEST_F(SnapshotTest, NothingHalfCarriedIsTaken) {
  Import("a", "棚改安置房建成2800套。");
  MustPublish();
  Replica replica = MakeReplica(OpenFollower());
  const std::string before = Seen(*replica.library);
  Import("b", "乡村振兴成果丰硕。");
  const Manifest manifest = MustPublish();
  const fs::path database = folder() / DatabaseName(manifest.sequence);
  const fs::path manifest_file = folder() / ManifestName(manifest.sequence);
  const std::string bytes = ReadFile(database);
  const std::string text = ReadFile(manifest_file);

  // The manifest came first, or half; the database half, or with a byte that is another.
  const auto expect_not_taken = [&](const std::string& what) {
    EXPECT_FALSE(replica.Follow()) << what;
    EXPECT_EQ(Seen(*replica.library), before) << what;
  };
  fs::remove(database);
  expect_not_taken("no database");
  for (const size_t size :
       {size_t{0}, size_t{1}, size_t{4096}, bytes.size() / 2, bytes.size() - 1}) {
    WriteFile(database, bytes.substr(0, size));
    expect_not_taken(absl::StrCat(size, " bytes"));
  }
  for (const size_t place :
       {size_t{0}, size_t{20}, size_t{5000}, bytes.size() / 2, bytes.size() - 1}) {
    std::string changed = bytes;
    changed[place] = static_cast<char>(changed[place] ^ 1);
    WriteFile(database, changed);
    expect_not_taken(absl::StrCat("byte ", place));
  }
  WriteFile(database, bytes + "x");
  expect_not_taken("longer");
  WriteFile(database, bytes);
  WriteFile(manifest_file, text.substr(0, text.size() / 2));
  expect_not_taken("half a manifest");
  EXPECT_FALSE(warnings_.empty());
  const size_t warned = warnings_.size();
  expect_not_taken("again");
  EXPECT_EQ(warnings_.size(), warned) << "each cause is told once";

  // Nothing of all that was removed or changed, and when it is whole it is taken.
  EXPECT_EQ(ReadFile(database), bytes);
  WriteFile(manifest_file, text);
  EXPECT_TRUE(replica.Follow());
  EXPECT_EQ(Seen(*replica.library), Seen(*library_));
}

TEST_F(SnapshotTest, AnOlderWholeOneIsTakenWhileTheNewestIsNot) {
  Import("a", "棚改安置房建成2800套。");
  MustPublish();
  Replica replica = MakeReplica(OpenFollower());
  Import("b", "乡村振兴成果丰硕。");
  MustPublish();
  const std::string second = Seen(*library_);
  Import("c", "转型升级优势凸显。");
  const Manifest third = MustPublish();
  const std::string bytes = ReadFile(folder() / DatabaseName(third.sequence));
  WriteFile(folder() / DatabaseName(third.sequence), bytes.substr(0, 4096));
  EXPECT_TRUE(replica.Follow());
  EXPECT_EQ(Seen(*replica.library), second);
  EXPECT_FALSE(replica.Follow());
  WriteFile(folder() / DatabaseName(third.sequence), bytes);
  EXPECT_TRUE(replica.Follow());
  EXPECT_EQ(Seen(*replica.library), Seen(*library_));
}

TEST_F(SnapshotTest, AReplicaKeepsWhatItServes) {
  Import("a", "棚改安置房建成2800套。");
  MustPublish();
  Replica replica = MakeReplica(OpenFollower(), dir_.path() / "segments");
  // The shared folder goes, with all that is in it.
  fs::remove_all(folder());
  EXPECT_FALSE(replica.Follow());
  QUOTES_EXPECT_OK(replica.library->store().LoadSource("a", 0));
  // A second replica with the same folder of its own is refused, and a restart needs no folder.
  EXPECT_THAT(
      Follower::Open({.folder = folder().string(), .state_folder = replica_folder().string()}),
      HasReason(ErrorReason::kDatabaseInUse));
  const std::string before = Seen(*replica.library);
  replica = Replica();
  replica = MakeReplica(OpenFollower(), dir_.path() / "segments");
  EXPECT_EQ(Seen(*replica.library), before);
  // One copy at a time is kept.
  fs::create_directories(folder());
  for (int i = 0; i < 3; ++i) {
    Import("b", absl::StrCat("乡村振兴成果丰硕", i, "。"));
    MustPublish();
    EXPECT_TRUE(replica.Follow());
    QUOTES_EXPECT_OK(replica.library->store().LoadSource("b", 0));
    size_t databases = 0;
    for (const std::string& name : Names(replica_folder())) {
      databases += static_cast<size_t>(name.ends_with(".db"));
    }
    EXPECT_EQ(databases, 1u);
  }
}

TEST_F(SnapshotTest, AWriterThatWasRestoredIsFollowed) {
  Import("a", "棚改安置房建成2800套。");
  QUOTES_ASSERT_OK(library_->store().CopyTo(dir_.path() / "backup.db", Cancellation()));
  Import("a", "棚改安置房建成2900套。");
  Import("b", "乡村振兴成果丰硕。");
  MustPublish();
  Replica replica = MakeReplica(OpenFollower());
  library_.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    fs::remove(dir_.path() / (std::string("quotes.db") + suffix));
  }
  fs::rename(dir_.path() / "backup.db", dir_.path() / "quotes.db");
  library_ = Open();
  Import("c", "转型升级优势凸显。");
  MustPublish();
  EXPECT_TRUE(replica.Follow());
  EXPECT_EQ(Seen(*replica.library), Seen(*library_));
  EXPECT_EQ(replica.library->archive()->revision(), 2u) << "less than it was";
}

TEST_F(SnapshotTest, AReplicaMayBeUpgradedBeforeOrAfterItsWriter) {
  const auto publish = [&](uint64_t sequence, const std::string& sql, int64_t version) {
    const std::string path = (folder() / DatabaseName(sequence)).string();
    {
      auto file = store::sqlite::Connection::Open(
          {.path = path, .mode = store::sqlite::ConnectionOptions::Mode::kWrite});
      QUOTES_ASSERT_OK(file);
      QUOTES_ASSERT_OK(store::sqlite::MigrateTo(file->get(), version));
      QUOTES_ASSERT_OK((*file)->Execute(sql.c_str()));
    }
    const std::string bytes = ReadFile(path);
    WriteFile(folder() / ManifestName(sequence),
              WriteManifest({sequence, 0, version, bytes.size(), Sha256Hex(bytes)}));
  };
  const int64_t now = store::sqlite::kSchemaVersion;
  publish(1, "PRAGMA journal_mode = DELETE", now - 1);
  Replica replica = MakeReplica(OpenFollower(), dir_.path() / "segments");
  EXPECT_EQ(replica.library->store().Status()->schema_version, now);
  EXPECT_TRUE(replica.library->store().Status()->read_only);
  // Over a restart, too.
  replica = Replica();
  replica = MakeReplica(OpenFollower(), dir_.path() / "segments");
  EXPECT_EQ(replica.follower->state()->manifest.sequence, 1u);
  // The writer went first: the replica stays with what it can read.
  publish(2, absl::StrCat("PRAGMA user_version = ", now + 1), now);
  EXPECT_FALSE(replica.Follow());
  EXPECT_EQ(replica.follower->state()->manifest.sequence, 1u);
  ASSERT_THAT(warnings_, SizeIs(1));
  EXPECT_THAT(warnings_[0], HasSubstr("schema version"));
}

TEST_F(SnapshotTest, LookUpsGoOnWhileSnapshotsChange) {
  Import("a", "棚改安置房建成2800套。");
  MustPublish();
  Replica replica = MakeReplica(OpenFollower());
  std::atomic<bool> done{false};
  std::atomic<int> looked{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const auto archive = replica.library->archive();
        const auto* const document = archive->FindReport("a");
        EXPECT_NE(document, nullptr);
        EXPECT_THAT(replica.library->LoadRevision("a", 0, archive->scheme()), IsOk());
        ++looked;
      }
    });
  }
  for (int i = 0; i < 10; ++i) {
    Import("b", absl::StrCat("乡村振兴成果丰硕", i, "。"));
    MustPublish(1);
    EXPECT_TRUE(replica.Follow());
  }
  EXPECT_TRUE(Await([&] { return looked > 10; }));
  done = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_EQ(Seen(*replica.library), Seen(*library_));
}

// Fails to load anything as long as it is told to.
class BrokenStore : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  absl::StatusOr<uint64_t> LoadHistory(
      absl::FunctionRef<bool(const store::ReportInfo&)> wanted,
      absl::FunctionRef<absl::Status(std::unique_ptr<archive::Document>)> visit) override {
    if (broken) {
      return errors::DatabaseCorrupt("x", "broken");
    }
    return ForwardingStore::LoadHistory(wanted, visit);
  }
  std::atomic<bool> broken{false};
};

TEST_F(SnapshotTest, AfterAnErrorTheStateBeforeIsServed) {
  Import("a", "棚改安置房建成2800套。");
  auto broken = std::make_unique<BrokenStore>(OpenStore(dir_.path() / "quotes.db", true));
  BrokenStore* const held = broken.get();
  auto reader = Library::Create(std::move(broken), themes::Scheme::BuiltIn());
  QUOTES_ASSERT_OK(reader);
  const std::string before = Seen(**reader);
  Import("b", "乡村振兴成果丰硕。");
  held->broken = true;
  EXPECT_THAT((*reader)->CatchUp(Cancellation()), HasReason(ErrorReason::kDatabaseCorrupt));
  EXPECT_EQ(Seen(**reader), before);
  held->broken = false;
  Cancellation cancelled;
  cancelled.Cancel();
  EXPECT_FALSE((*reader)->CatchUp(cancelled).ok());
  EXPECT_EQ(Seen(**reader), before);
  QUOTES_EXPECT_OK((*reader)->CatchUp(Cancellation()));
  EXPECT_EQ(Seen(**reader), Seen(*library_));
}

TEST_F(SnapshotTest, ABurstOfImportsIsPublishedOnce) {
  constexpr absl::Duration kEvery = absl::Seconds(3);
  std::mutex mutex;
  std::vector<uint64_t> published;
  Import("first", "棚改安置房建成2800套。");
  const absl::Time begin = absl::Now();
  {
    auto publisher = Publisher::Start(&library_->store(),
                                      {.folder = folder().string(),
                                       .every = kEvery,
                                       .keep = 10,
                                       .on_publish = [&](const absl::StatusOr<Manifest>& manifest) {
                                         EXPECT_THAT(manifest, IsOk());
                                         const std::lock_guard<std::mutex> lock(mutex);
                                         published.push_back(manifest->archive_revision);
                                       }});
    QUOTES_ASSERT_OK(publisher);
    const auto count = [&] {
      const std::lock_guard<std::mutex> lock(mutex);
      return published.size();
    };
    ASSERT_TRUE(Await([&] { return count() == 1; }));
    for (int i = 0; i < 20; ++i) {
      Import(absl::StrCat("r", i), absl::StrCat("棚改安置房建成", i, "套。"));
    }
    ASSERT_TRUE(Await([&] { return count() >= 2; }));
    Import("last", "乡村振兴成果丰硕。");
  }
  // At an orderly end the rest is published.
  EXPECT_EQ(published.front(), 1u);
  EXPECT_EQ(published.back(), 22u);
  // One at the start and one at the end, and one for each period that this took, as slow as it was.
  EXPECT_LE(published.size(), 3 + static_cast<size_t>((absl::Now() - begin) / kEvery));
}

TEST_F(SnapshotTest, AFolderThatCannotBePublishedInIsTold) {
  WriteFile(dir_.path() / "file", "x");
  EXPECT_THAT(Publisher::Start(&library_->store(), {.folder = (dir_.path() / "file").string()}),
              HasReason(ErrorReason::kStoreUnavailable));
}

}  // namespace
}  // namespace quotes
