#include "service/base/durable_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "service/base/errors.h"
#include "service/base/hash.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes {
namespace {

namespace fs = std::filesystem;
using ::quotes::testing::HasCode;
using ::quotes::testing::HasReason;
using ::quotes::testing::ReadFile;
using ::quotes::testing::TempDir;

void Write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(DurableFile, APartialFileGetsItsNameOnce) {
  const TempDir dir;
  const std::string path = dir.path() / "a.db";
  EXPECT_EQ(PartialPath(path), (dir.path() / ".a.db.partial").string());
  Write(PartialPath(path), "one");
  QUOTES_EXPECT_OK(SyncFile(PartialPath(path)));
  QUOTES_EXPECT_OK(Finish(path));
  EXPECT_EQ(ReadFile(path), "one");
  EXPECT_FALSE(fs::exists(PartialPath(path)));
  Write(PartialPath(path), "two");
  EXPECT_THAT(Finish(path), HasCode(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(ReadFile(path), "one");
  EXPECT_THAT(SyncFile(dir.path() / "none"), HasReason(ErrorReason::kStoreUnavailable));
}

TEST(DurableFile, OnlyPartialFilesAreCleanedAway) {
  const TempDir dir;
  for (const char* name :
       {".a.db.partial", ".a.db.partial-journal", "a.partial", "a.db", ".keep"}) {
    Write(dir.path() / name, "x");
  }
  RemovePartials(dir.path());
  EXPECT_FALSE(fs::exists(dir.path() / ".a.db.partial"));
  EXPECT_FALSE(fs::exists(dir.path() / ".a.db.partial-journal"));
  for (const char* name : {"a.partial", "a.db", ".keep"}) {
    EXPECT_TRUE(fs::exists(dir.path() / name)) << name;
  }
  RemovePartials(dir.path() / "none");
}

TEST(DurableFile, SmallFilesAreReplacedWhole) {
  const TempDir dir;
  const std::string path = dir.path() / "manifest";
  QUOTES_EXPECT_OK(WriteDurably(path, "one"));
  QUOTES_EXPECT_OK(WriteDurably(path, "three"));
  EXPECT_EQ(ReadFile(path), "three");
  EXPECT_FALSE(fs::exists(PartialPath(path)));
  EXPECT_THAT(WriteDurably(dir.path() / "none" / "x", "one"),
              HasReason(ErrorReason::kStoreUnavailable));
}

TEST(DurableFile, CopiesAreDigestedAsTheyAreWritten) {
  const TempDir dir;
  std::string bytes(3'000'000, 'x');
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(i * 7919 % 251);
  }
  const std::string source = dir.path() / "source";
  const std::string target = dir.path() / "target";
  Write(source, bytes);
  const Cancellation never;
  const auto digest = CopyToPartial(source, target, UINT64_MAX, never);
  QUOTES_ASSERT_OK(digest);
  EXPECT_EQ(digest->size_bytes, bytes.size());
  EXPECT_EQ(digest->sha256, Sha256Hex(bytes));
  EXPECT_EQ(ReadFile(PartialPath(target)), bytes);
  EXPECT_EQ(DigestFile(source, never)->sha256, digest->sha256);
  // What grows on the way is not followed without an end.
  EXPECT_EQ(CopyToPartial(source, target, 1'000, never)->size_bytes, 1'000u);
  EXPECT_EQ(ReadFile(PartialPath(target)), bytes.substr(0, 1'000));
  EXPECT_THAT(DigestFile(dir.path() / "none", never), HasReason(ErrorReason::kStoreUnavailable));
  Cancellation cancelled;
  cancelled.Cancel();
  EXPECT_THAT(DigestFile(source, cancelled), HasCode(absl::StatusCode::kCancelled));
}

TEST(Sha256Stream, IsThatOfTheWhole) {
  Sha256Stream hash;
  for (const char* piece : {"a", "", "bc"}) {
    hash.Add(piece);
  }
  EXPECT_EQ(hash.Hex(), Sha256Hex("abc"));
}

}  // namespace
}  // namespace quotes
