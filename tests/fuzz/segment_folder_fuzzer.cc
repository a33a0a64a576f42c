// A folder of segments whose list, or segment, was damaged: what is loaded is what was saved.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/archive/indexed_archive.h"
#include "service/archive/segment_folder.h"
#include "service/base/check.h"
#include "service/themes/scheme.h"
#include "tests/support/citation_checks.h"
#include "tests/support/test_data.h"

namespace {

namespace fs = std::filesystem;
constexpr std::string_view kNote = "what stands beside";
using quotes::archive::SegmentFolder;

std::string Read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void Write(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// A folder with one small segment, as it was saved.
class Saved {
 public:
  Saved() : scheme_(quotes::themes::Scheme::BuiltIn()) {
    const auto document = quotes::testing::MakeDocument(
        "r", "报告\n\n同志们：\n过去五年，我们坚持稳中求进。\n今后五年，力争增长5%。\n");
    const auto archive = quotes::archive::MakeIndexedArchive(1, scheme_, {document});
    joined_ = archive->documents().front()->joined();
    SegmentFolder({.path = dir_.path(), .writable = true}).Save(*archive, kNote);
    for (const auto& entry : fs::directory_iterator(dir_.path())) {
      (entry.path().extension() == ".list" ? list_ : segment_) = entry.path();
    }
    list_bytes_ = Read(list_);
    segment_bytes_ = Read(segment_);
  }

  // `bytes` with some of them changed, or fewer, or more.
  static std::string Damaged(std::string bytes, std::string_view how) {
    for (; how.size() >= 4; how.remove_prefix(4)) {
      const auto number = [&](size_t i) {
        return static_cast<size_t>(static_cast<uint8_t>(how[i]));
      };
      // From either end: the trailer is at the end.
      const size_t offset = number(1) * 256 + number(2);
      const size_t at = number(0) % 2 == 0 ? offset : bytes.size() - std::min(offset, bytes.size());
      switch (number(0) % 6) {
        case 0:
        case 1:
          if (at < bytes.size()) {
            bytes[at] = static_cast<char>(bytes[at] ^ how[3]);
          }
          break;
        case 2:
        case 3:
          bytes.resize(std::min(at, bytes.size()));
          break;
        default:
          bytes.insert(std::min(at, bytes.size()), number(3), how[3]);
      }
    }
    return bytes;
  }

  void Check(std::string_view list, std::string_view segment) {
    Write(list_, list);
    Write(segment_, segment);
    const bool whole = list == list_bytes_ && segment == segment_bytes_;
    size_t loaded = 0;
    const quotes::archive::StoredArchive archive =
        SegmentFolder({.path = dir_.path()}).Load(*scheme_);
    for (const quotes::archive::StoredSegment& stored : archive.segments) {
      // A list may name the segment more than once.
      ++loaded;
      QUOTES_CHECK(segment == segment_bytes_);
      const auto& entries = stored.segment->entries();
      QUOTES_CHECK(entries.size() == 1 && entries.front()->joined() == joined_);
      QUOTES_CHECK(stored.alive.size() == 1 && stored.heads.size() == 1);
    }
    QUOTES_CHECK(!whole || (loaded == 1 && archive.note == kNote));
  }

  const std::string& list() const { return list_bytes_; }
  const std::string& segment() const { return segment_bytes_; }

 private:
  const quotes::testing::TempDir dir_;
  const std::shared_ptr<const quotes::themes::Scheme> scheme_;
  fs::path list_;
  fs::path segment_;
  std::string list_bytes_;
  std::string segment_bytes_;
  std::u32string joined_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Saved saved;
  if (size == 0) {
    saved.Check(saved.list(), saved.segment());
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      saved.Check(Saved::Damaged(saved.list(), bytes), saved.segment());
      break;
    case 1:
      saved.Check(saved.list(), Saved::Damaged(saved.segment(), bytes));
      break;
    case 2: {
      // A list that somebody wrote, with the checksum that it then has.
      std::string list(bytes);
      const uint64_t checksum =
          quotes::archive::Checksum(reinterpret_cast<const std::byte*>(list.data()), list.size());
      list.append(reinterpret_cast<const char*>(&checksum), sizeof(checksum));
      saved.Check(list, saved.segment());
      break;
    }
    default:
      saved.Check(bytes, bytes);
  }
  return 0;
}
