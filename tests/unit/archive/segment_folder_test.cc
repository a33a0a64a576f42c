#include "service/archive/segment_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/archive/indexed_archive.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"
#include "tests/unit/archive/archive_conformance.h"
#include "tests/unit/archive/test_documents.h"

namespace quotes::archive {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Opened {
  std::shared_ptr<const Archive> archive;
  size_t lacking = 0;  // reports that no segment had
  std::vector<std::string> warnings;
};

class SegmentFolderTest : public ::testing::Test {
 protected:
  SegmentFolderTest() {
    RandomReports random(11);
    for (int i = 0; i < 24; ++i) {
      auto document =
          std::make_shared<Document>(*MakeDocument(random.Report(absl::StrCat("r", i))));
      document->etag = absl::StrCat("etag-", i);
      document->update_time = absl::FromUnixMicros(1'000'000 + i);
      documents_.push_back(std::move(document));
    }
    scan_ = MakeScanArchive(1, scheme_, documents_);
  }

  fs::path path() const { return dir_.path() / "segments"; }

  std::unique_ptr<SegmentFolder> Open(const fs::path& path, bool writable,
                                      std::vector<std::string>* warnings) const {
    return std::make_unique<SegmentFolder>(SegmentFolder::Options{
        .path = path, .writable = writable, .on_warning = [warnings](std::string_view warning) {
          warnings->emplace_back(warning);
        }});
  }

  // Starts as a server does.
  Opened Start(const fs::path& path, bool writable) {
    Opened opened;
    folders_.push_back(Open(path, writable, &opened.warnings));
    ArchiveOptions options = options_;
    options.folder = folders_.back().get();
    ArchiveLoader loader(scheme_, options);
    for (const auto& document : documents_) {
      if (loader.Lacks(document->report_id, document->revision, HeadOf(*document))) {
        ++opened.lacking;
        loader.Add(*document);
      }
    }
    opened.archive = loader.Finish(1);
    return opened;
  }

  // Starts and saves.
  Opened StartAndSave(const fs::path& path) {
    Opened opened = Start(path, true);
    folders_.back()->Save(*opened.archive);
    return opened;
  }

  void ExpectWhole(const Archive& archive) {
    ASSERT_EQ(archive.documents().size(), scan_->documents().size());
    for (size_t i = 0; i < scan_->documents().size(); ++i) {
      const PackedDocument& held = *archive.documents()[i];
      EXPECT_EQ(held.head(), scan_->documents()[i]->head());
      EXPECT_TRUE(std::ranges::equal(held.bytes(), scan_->documents()[i]->bytes()));
    }
    for (const char* typed : {"产业", "发展 -新", "党 OR 業", "\"产，业\""}) {
      const auto query = ParseQuery(typed);
      QUOTES_ASSERT_OK(query);
      Lookup lookup;
      lookup.query = &*query;
      lookup.filter.scope = TextScope::kAll;
      const auto expected = scan_->Find(lookup, Cancellation());
      const auto answer = archive.Find(lookup, Cancellation());
      QUOTES_ASSERT_OK(answer);
      EXPECT_EQ(answer->total, expected->total) << typed;
      ASSERT_EQ(answer->hits.size(), expected->hits.size()) << typed;
      for (size_t i = 0; i < answer->hits.size(); ++i) {
        EXPECT_EQ(answer->hits[i].ref.id(), expected->hits[i].ref.id()) << typed;
        EXPECT_EQ(answer->hits[i].ref.text(), expected->hits[i].ref.text()) << typed;
      }
    }
  }

  std::set<std::string> Files(const fs::path& folder) const {
    std::set<std::string> files;
    for (const auto& file : fs::directory_iterator(folder)) {
      files.insert(file.path().filename());
    }
    return files;
  }

  const testing::TempDir dir_;
  const std::shared_ptr<const themes::Scheme> scheme_ = TestScheme();
  ArchiveOptions options_ = {.largest_segment = 500, .merge_at_once = 0};
  std::vector<std::shared_ptr<const Document>> documents_;
  std::shared_ptr<const Archive> scan_;
  std::vector<std::unique_ptr<SegmentFolder>> folders_;  // outlive the archives
};

TEST_F(SegmentFolderTest, ASecondStartNeedsNothingFromTheStore) {
  const Opened first = StartAndSave(path());
  EXPECT_EQ(first.lacking, documents_.size());
  EXPECT_GE(SegmentCount(*first.archive), 3u);
  for (const bool writable : {true, false}) {
    const Opened again = Start(path(), writable);
    EXPECT_EQ(again.lacking, 0u);
    EXPECT_THAT(again.warnings, IsEmpty());
    ExpectWhole(*again.archive);
  }
}

TEST_F(SegmentFolderTest, WhatChangedIsReadAnew) {
  StartAndSave(path());
  RandomReports random(12);
  auto changed = std::make_shared<Document>(*MakeDocument(random.Report("r3")));
  changed->revision = 2;
  changed->etag = "etag-3b";
  documents_[3] = changed;
  // Another state of the same content: the text is not indexed anew.
  auto touched = std::make_shared<Document>(*documents_[5]);
  touched->etag = "etag-5b";
  touched->update_time += absl::Seconds(1);
  documents_[5] = touched;
  documents_.erase(documents_.begin() + 8);
  scan_ = MakeScanArchive(1, scheme_, documents_);
  const size_t before = Files(path()).size();
  const Opened again = StartAndSave(path());
  EXPECT_EQ(again.lacking, 2u);
  ExpectWhole(*again.archive);
  EXPECT_EQ(Files(path()).size(), before + 1) << "one new segment, of the changed report";
  const Opened last = Start(path(), false);
  EXPECT_EQ(last.lacking, 0u);
  ExpectWhole(*last.archive);
}

TEST_F(SegmentFolderTest, DamageIsFoundAndMended) {
  StartAndSave(path());
  folders_.clear();
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(path())) {
    files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  std::mt19937_64 random(13);
  for (int round = 0; round < 200; ++round) {
    const fs::path copy = dir_.path() / absl::StrCat("copy-", round);
    fs::copy(path(), copy);
    const fs::path file = copy / files[random() % files.size()].filename();
    fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
    const uint64_t size = fs::file_size(file);
    const uint64_t offset = random() % size;
    SCOPED_TRACE(absl::StrCat("round ", round, ": ", file.filename().string(), " at ", offset));
    switch (round % 6) {
      case 0:
        fs::resize_file(file, offset);
        break;
      case 1:
        fs::resize_file(file, size + 1 + random() % 64);
        break;
      case 2:
        fs::remove(file);
        break;
      case 3: {
        // Another file of the same folder in its place.
        const fs::path other = copy / files[random() % files.size()].filename();
        if (other != file) {
          fs::copy_file(other, file, fs::copy_options::overwrite_existing);
          break;
        }
        [[fallthrough]];
      }
      default: {
        std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekg(static_cast<std::streamoff>(offset));
        const auto byte = static_cast<char>(stream.get());
        stream.seekp(static_cast<std::streamoff>(offset));
        stream.put(static_cast<char>(byte ^ (1 << (random() % 8))));
      }
    }
    const Opened damaged = StartAndSave(copy);
    EXPECT_GT(damaged.lacking, 0u) << "the damage was not noticed";
    if (fs::path(file).filename() != "segments.list" || round % 6 != 2) {
      EXPECT_THAT(damaged.warnings, SizeIs(::testing::Ge(1u)));
    }
    ExpectWhole(*damaged.archive);
    const Opened mended = Start(copy, false);
    EXPECT_EQ(mended.lacking, 0u);
    EXPECT_THAT(mended.warnings, IsEmpty());
    folders_.clear();
    fs::remove_all(copy);
  }
}

// Opening one to read waits for somebody who writes.
TEST_F(SegmentFolderTest, APipeInThePlaceOfAFileIsNotWaitedFor) {
  StartAndSave(path());
  for (const std::string& name : Files(path())) {
    SCOPED_TRACE(name);
    fs::remove(path() / name);
    ASSERT_EQ(mkfifo((path() / name).c_str(), 0644), 0);
    const Opened damaged = StartAndSave(path());
    EXPECT_GT(damaged.lacking, 0u);
    EXPECT_THAT(damaged.warnings, SizeIs(1));
    ExpectWhole(*damaged.archive);
    const Opened mended = Start(path(), false);
    EXPECT_EQ(mended.lacking, 0u);
    EXPECT_THAT(mended.warnings, IsEmpty());
  }
}

TEST_F(SegmentFolderTest, WhatIsRemovedWhileItIsInUseIsWrittenAgain) {
  Opened opened = StartAndSave(path());
  const size_t files = Files(path()).size();
  for (const bool whole_folder : {false, true}) {
    if (whole_folder) {
      fs::remove_all(path());
    } else {
      fs::remove(path() / *Files(path()).begin());
    }
    ExpectWhole(*opened.archive);
    opened.warnings.clear();
    folders_[0]->Save(*opened.archive);
    EXPECT_THAT(opened.warnings, SizeIs(whole_folder ? 1 : 0));
    EXPECT_EQ(Files(path()).size(), files);
    const Opened again = Start(path(), false);
    EXPECT_EQ(again.lacking, 0u);
    EXPECT_THAT(again.warnings, IsEmpty());
    ExpectWhole(*again.archive);
  }
  // Nor does a merge go to the heap because of it.
  fs::remove_all(path());
  const PackedDocument* const one[] = {opened.archive->documents()[0]};
  EXPECT_NE(folders_[0]->Write(one, *scheme_), nullptr);
}

TEST_F(SegmentFolderTest, ANoteIsKeptBesideTheSegments) {
  const Opened opened = StartAndSave(path());
  const std::string note("a\0b", 3);
  std::vector<std::string> warnings;
  EXPECT_EQ(Open(path(), false, &warnings)->Load(*scheme_).note, "");
  folders_.back()->Save(*opened.archive, note);
  const StoredArchive loaded = Open(path(), false, &warnings)->Load(*scheme_);
  EXPECT_EQ(loaded.note, note);
  EXPECT_EQ(loaded.segments.size(), SegmentCount(*opened.archive));
  EXPECT_THAT(warnings, IsEmpty());
  // Without its list nothing is known.
  const fs::path list = path() / "segments.list";
  fs::permissions(list, fs::perms::owner_write, fs::perm_options::add);
  fs::resize_file(list, fs::file_size(list) - 1);
  EXPECT_EQ(Open(path(), false, &warnings)->Load(*scheme_).note, "");
  EXPECT_THAT(warnings, SizeIs(1));
}

// A file cannot be renamed over a folder.
TEST_F(SegmentFolderTest, AFolderInThePlaceOfAFileMakesWay) {
  StartAndSave(path());
  for (const bool empty : {true, false}) {
    for (const char* name : {"segments.list", "segments.list.unfinished"}) {
      SCOPED_TRACE(absl::StrCat(name, empty ? ", empty" : ""));
      fs::remove(path() / name);
      fs::create_directory(path() / name);
      if (!empty) {
        std::ofstream(path() / name / "notes.txt") << "not ours";
      }
      Opened opened = Start(path(), true);
      opened.warnings.clear();
      folders_.back()->Save(*opened.archive);
      EXPECT_THAT(opened.warnings, SizeIs(1));
      folders_.back()->Save(*opened.archive);
      EXPECT_THAT(opened.warnings, SizeIs(1)) << "told once";
      const Opened again = Start(path(), false);
      EXPECT_EQ(again.lacking, 0u);
      EXPECT_THAT(again.warnings, IsEmpty());
      ExpectWhole(*again.archive);
    }
  }
  // What is in it is somebody's.
  EXPECT_TRUE(fs::exists(path() / "segments.list.moved-1" / "notes.txt"));
  EXPECT_TRUE(fs::exists(path() / "segments.list.unfinished.moved-1" / "notes.txt"));
  // Another time there is one already.
  fs::remove(path() / "segments.list");
  fs::create_directory(path() / "segments.list");
  std::ofstream(path() / "segments.list" / "more.txt") << "not ours";
  StartAndSave(path());
  EXPECT_TRUE(fs::exists(path() / "segments.list.moved-2" / "more.txt"));
  EXPECT_EQ(Start(path(), false).lacking, 0u);
}

TEST_F(SegmentFolderTest, AFolderInAFolderIsAnotherOne) {
  const Opened outer = StartAndSave(path());
  const fs::path below = path() / "below";
  const Opened inner = StartAndSave(below);
  const auto segments = [this](const fs::path& folder) {
    std::set<std::string> files = Files(folder);
    files.erase("below");
    return files;
  };
  const std::set<std::string> files = segments(path());
  EXPECT_EQ(segments(below), files) << "of the same names";
  folders_[0]->Save(*outer.archive);
  folders_[1]->Save(*inner.archive);
  EXPECT_EQ(segments(path()), files);
  EXPECT_EQ(segments(below), files);
  // Both are made anew, whichever is first.
  fs::remove_all(path());
  folders_[1]->Save(*inner.archive);
  folders_[0]->Save(*outer.archive);
  for (const fs::path& folder : {path(), below}) {
    EXPECT_THAT(segments(folder), SizeIs(files.size()));
    EXPECT_EQ(Start(folder, false).lacking, 0u);
  }
}

TEST_F(SegmentFolderTest, NobodyIsInvitedToWriteIntoFiles) {
  StartAndSave(path());
  for (const std::string& name : Files(path())) {
    EXPECT_EQ(fs::status(path() / name).permissions() &
                  (fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write),
              fs::perms::none)
        << name;
  }
}

TEST_F(SegmentFolderTest, LoadingCanBeGivenUp) {
  std::vector<std::string> warnings;
  const std::unique_ptr<SegmentFolder> folder = Open(path(), true, &warnings);
  ArchiveOptions options = options_;
  options.folder = folder.get();
  ArchiveLoader loader(scheme_, options);
  Cancellation cancelled;
  cancelled.Cancel();
  for (const auto& document : documents_) {
    loader.Add(*document, cancelled);
  }
  EXPECT_THAT(Files(path()), IsEmpty());
  EXPECT_EQ(loader.Finish(1, cancelled), nullptr);
  EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(SegmentFolderTest, WhatAKilledProcessLeftIsRemoved) {
  StartAndSave(path());
  const std::set<std::string> before = Files(path());
  std::ofstream(path() / "00000077.segment.unfinished") << "half";
  std::ofstream(path() / "00000078.segment") << "whole, but never listed";
  std::ofstream(path() / "segments.list.unfinished") << "half";
  std::ofstream(path() / "notes.txt") << "not ours";
  const Opened again = StartAndSave(path());
  EXPECT_EQ(again.lacking, 0u);
  EXPECT_THAT(again.warnings, IsEmpty());
  std::set<std::string> expected = before;
  expected.insert("notes.txt");
  EXPECT_EQ(Files(path()), expected);
}

TEST_F(SegmentFolderTest, FilesGoWithTheLastSnapshotThatUsesThem) {
  Opened first = StartAndSave(path());
  const std::set<std::string> before = Files(path());
  std::shared_ptr<const Archive> merged = first.archive;
  {
    std::vector<std::string> removed;
    for (size_t i = 0; i + 2 < documents_.size(); ++i) {
      removed.push_back(documents_[i]->report_id);
    }
    merged = UpdateArchive(*merged, 2, {}, removed);
    for (MergePlan plan(*merged); !plan.empty(); plan = MergePlan(*merged)) {
      plan.Run();
      merged = plan.Apply(*merged);
    }
  }
  folders_.back()->Save(*merged);
  const std::set<std::string> both = Files(path());
  EXPECT_TRUE(std::includes(both.begin(), both.end(), before.begin(), before.end()))
      << "a reader may still hold the snapshot";
  ExpectWhole(*first.archive);
  first.archive = nullptr;
  folders_.back()->Save(*merged);
  EXPECT_LT(Files(path()).size(), both.size());
}

TEST_F(SegmentFolderTest, ReadersWriteNothing) {
  StartAndSave(path());
  const fs::path missing = dir_.path() / "missing";
  Opened other = Start(missing, false);
  folders_.back()->Save(*other.archive);
  EXPECT_FALSE(fs::exists(missing));
  EXPECT_EQ(other.lacking, documents_.size());
  ExpectWhole(*other.archive);
  // Nothing of what others wrote goes either.
  std::ofstream(path() / "00000078.segment") << "being written";
  const std::set<std::string> before = Files(path());
  other = Start(path(), false);
  folders_.back()->Save(*other.archive);
  EXPECT_EQ(Files(path()), before);
}

TEST_F(SegmentFolderTest, WithoutAFolderTheArchiveIsInMemory) {
  const fs::path file = dir_.path() / "file";
  std::ofstream(file) << "in the way";
  const Opened opened = StartAndSave(file);
  EXPECT_THAT(opened.warnings, SizeIs(::testing::Ge(1u)));
  ExpectWhole(*opened.archive);
}

TEST_F(SegmentFolderTest, OtherVersionsAreMadeAnew) {
  StartAndSave(path());
  const auto other = themes::Scheme::Parse(
      "code\tparent\tzh\ten\tscope\na\t\t甲\tA\tx\nb\t\t乙\tB\tx\nc\t\t丙\tC\tx\nd\t\t丁\tD\tx\n"
      "e\t\t戊\tE\tx\n",
      "version\t2\ncode\tterm\tweight\tscope\n");
  QUOTES_ASSERT_OK(other);
  std::vector<std::string> warnings;
  EXPECT_THAT(Open(path(), false, &warnings)->Load(**other).segments, IsEmpty());
  EXPECT_THAT(warnings, IsEmpty()) << "that themes are given anew is no fault of a file";

  // The format's version stands before the checksum at the end of a file.
  const PackedDocument* const one[] = {scan_->documents()[0]};
  MemorySink whole;
  EXPECT_TRUE(Segment::Write(one, *scheme_, &whole).ok());
  Block block = whole.Take();
  const auto no_head = [](size_t, const PackedDocument&) { return DocumentHead(); };
  QUOTES_EXPECT_OK(Segment::Open(block, *scheme_, no_head));
  std::vector<uint64_t> words(block.size / 8);
  std::memcpy(words.data(), block.data, block.size);
  words[words.size() - 2] += 1;
  const auto* const bytes = reinterpret_cast<const std::byte*>(words.data());
  words.back() = Checksum(bytes, block.size - 8);
  block = {nullptr, bytes, block.size};
  EXPECT_EQ(Segment::Open(block, *scheme_, no_head).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace quotes::archive
