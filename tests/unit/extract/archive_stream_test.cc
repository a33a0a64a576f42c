#include "service/extract/archive_stream.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <tuple>

#include "service/base/errors.h"
#include "service/base/limits.h"
#include "tests/support/documents.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::extract {
namespace {

using Mode = ArchiveStream::Mode;
using testing::HasReason;

// "name=content;" of each member; the reason of an error at its end.
std::string Read(const std::string& bytes, Mode mode, const std::string& worker = {}) {
  const FileDescriptor file = MakeMemoryFile(bytes);
  auto stream = ArchiveStream::Open(file.get(), mode, worker);
  if (!stream.ok()) {
    return std::string(ErrorReasonName(GetErrorReason(stream.status())));
  }
  std::string text;
  while (true) {
    const auto member = (*stream)->Next();
    if (!member.ok()) {
      return text + std::string(ErrorReasonName(GetErrorReason(member.status())));
    }
    if (!member->has_value()) {
      return text;
    }
    text += (*member)->name + ((*member)->unread      ? " is unread;"
                               : (*member)->too_large ? " is too large;"
                                                      : "=" + (*member)->content + ";");
  }
}

const std::map<std::string, std::string> kFiles = {{"a.txt", "甲"},
                                                   {"a.toml", "title = 'x'"},
                                                   {"folder/文件.html", "<p>乙"},
                                                   {".hidden", "x"},
                                                   {"__MACOSX/a.txt", "x"}};

TEST(ArchiveStreamTest, FilesAreGivenInOrder) {
  for (const std::string& bytes : {testing::MakeZip(kFiles), testing::MakeTarGz(kFiles)}) {
    EXPECT_EQ(Read(bytes, Mode::kRead), "a.toml=title = 'x';a.txt=甲;folder/文件.html=<p>乙;");
    EXPECT_EQ(Read(bytes, Mode::kList), "a.toml=title = 'x';a.txt=;folder/文件.html=;");
  }
}

// What 7-Zip, Windows 11 and Python write: a flag says that a name is UTF-8.
TEST(ArchiveStreamTest, NamesThatSayTheyAreUtf8AreRead) {
  const std::string placeholder = "AAAAAAAAA.txt";
  const std::string name = "报告一.txt";
  ASSERT_EQ(placeholder.size(), name.size());
  std::string zip = testing::MakeZip({{placeholder, "甲"}, {"b.txt", "乙"}});
  // The flags stand before the name in the header of the file and in the directory at the end.
  size_t found = 0;
  for (const auto& [magic, flags, name_at] :
       {std::tuple<std::string, size_t, size_t>("PK\x03\x04", 6, 30), {"PK\x01\x02", 8, 46}}) {
    for (size_t at = zip.find(magic); at != std::string::npos; at = zip.find(magic, at + 1)) {
      if (zip.compare(at + name_at, placeholder.size(), placeholder) == 0) {
        zip.replace(at + name_at, name.size(), name);
        zip[at + flags + 1] = static_cast<char>(zip[at + flags + 1] | 0x08);
        ++found;
      }
    }
  }
  ASSERT_EQ(found, 2u);
  EXPECT_EQ(Read(zip, Mode::kRead), "报告一.txt=甲;b.txt=乙;");
  EXPECT_EQ(Read(zip, Mode::kList), "报告一.txt=;b.txt=;");
}

TEST(ArchiveStreamTest, NamesThatLeadOutsideAreTold) {
  const std::map<std::string, std::string> files = {{"../../a.txt", "甲"},
                                                    {"b/../../c.txt", "乙"},
                                                    {"d.txt", "丙"},
                                                    {"e/.hidden/../f.txt", "丁"}};
  EXPECT_EQ(Read(testing::MakeZip(files), Mode::kRead),
            "../../a.txt is unread;b/../../c.txt is unread;d.txt=丙;");
}

TEST(ArchiveStreamTest, NamesMayBeGbk) {
  std::string zip = testing::MakeZip({{"AAAA.txt", "甲"}});
  for (size_t at = zip.find("AAAA"); at != std::string::npos; at = zip.find("AAAA", at)) {
    zip.replace(at, 4, "\xb1\xa8\xb8\xe6");
  }
  EXPECT_EQ(Read(zip, Mode::kRead), "报告.txt=甲;");
}

TEST(ArchiveStreamTest, LargeFilesAreLeftOut) {
  const std::string zip =
      testing::MakeZip({{"a.txt", std::string(limits::kMaxSourceBytes + 1, ' ')}, {"b.txt", "乙"}});
  EXPECT_LT(zip.size(), 1u << 20);
  EXPECT_EQ(Read(zip, Mode::kRead), "a.txt is too large;b.txt=乙;");
}

TEST(ArchiveStreamTest, WhatIsNoArchiveIsRefused) {
  EXPECT_EQ(Read("no archive", Mode::kRead), "MALFORMED_SOURCE");
  EXPECT_EQ(Read("", Mode::kList), "MALFORMED_SOURCE");
  const std::string zip = testing::MakeZip(kFiles);
  EXPECT_EQ(Read(zip.substr(0, zip.size() / 2), Mode::kRead), "MALFORMED_SOURCE");
}

TEST(ArchiveStreamTest, WorkersAreNotBelieved) {
  const testing::TempDir dir;
  const std::filesystem::path path = dir.path() / "worker";
  const auto with = [&](const std::string& output) {
    std::ofstream(path) << "#!/bin/sh\nprintf '" << output << "'\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return Read("x", Mode::kRead, path.string());
  };
  const std::string begin = "QXTA\\001\\000\\000\\000";
  EXPECT_EQ(with(begin + "\\000"), "");
  EXPECT_EQ(with(""), "EXTRACTION_FAILED");
  EXPECT_EQ(with("QXTA\\002\\000\\000\\000\\000"), "EXTRACTION_FAILED");
  EXPECT_EQ(with(begin), "EXTRACTION_FAILED");
  EXPECT_EQ(with(begin + "\\007"), "EXTRACTION_FAILED");
  EXPECT_EQ(with(begin + "\\001\\377\\377\\377\\377"), "EXTRACTION_FAILED");
  EXPECT_EQ(with(begin + "\\001\\001\\000\\000\\000a\\377\\377\\377\\377\\377\\377\\377\\377"),
            "EXTRACTION_FAILED");
  EXPECT_EQ(with(begin + "\\001\\001\\000\\000\\000\\012"), "EXTRACTION_FAILED");
  EXPECT_EQ(Read("x", Mode::kRead, "/nonexistent/worker"), "EXTRACTOR_UNAVAILABLE");
}

TEST(ArchiveStreamTest, ArchivesHaveNames) {
  EXPECT_TRUE(IsArchiveName("a/b.ZIP"));
  EXPECT_TRUE(IsArchiveName("b.tar.gz"));
  EXPECT_FALSE(IsArchiveName("b.txt"));
}

}  // namespace
}  // namespace quotes::extract
