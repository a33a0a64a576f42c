#include "service/extract/extractor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "service/base/errors.h"
#include "tests/support/documents.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::extract {
namespace {

using testing::HasCode;
using testing::HasReason;
using testing::IsOk;
using testing::MakePdf;
using testing::PdfText;

std::string Read(Format format, std::string_view bytes) {
  const Cancellation cancellation;
  const auto text = Extractor().Extract(format, bytes, std::nullopt, cancellation);
  return text.ok() ? testing::Dump(*text) : text.status().ToString();
}

absl::Status Refused(Format format, std::string_view bytes) {
  const Cancellation cancellation;
  return Extractor().Extract(format, bytes, std::nullopt, cancellation).status();
}

// A worker that is a script.
class Script {
 public:
  explicit Script(const std::string& body) : path_(dir_.path() / "worker") {
    std::ofstream(path_) << "#!/bin/sh\n" << body << '\n';
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }

  absl::Status Run(absl::Duration timeout = absl::Seconds(20)) const {
    const Cancellation cancellation;
    return Run(timeout, cancellation);
  }
  absl::Status Run(absl::Duration timeout, const Cancellation& cancellation) const {
    return Extractor({.worker_path = path_.string(), .timeout = timeout})
        .Extract(Format::kHtml, "<p>x</p>", std::nullopt, cancellation)
        .status();
  }

 private:
  testing::TempDir dir_;
  std::filesystem::path path_;
};

std::string Cause(const absl::Status& status) {
  const auto detail = GetErrorDetail(status);
  return detail.has_value() && detail->reason == ErrorReason::kExtractionFailed
             ? detail->metadata.front().second
             : status.ToString();
}

TEST(ExtractorTest, ReadsEveryFormat) {
  EXPECT_EQ(Read(Format::kHtml, "<h1>报告</h1><p>正文。</p>"), "text h1 bold|报告\ntext|正文。\n");
  EXPECT_EQ(Read(Format::kDocx, testing::MakeDocx(testing::DocxParagraph("正文。"))),
            "text|正文。\n");
  EXPECT_EQ(Read(Format::kMarkdown, "# 报告\n\n正文。"), "text h1|报告\ntext|正文。\n");
  EXPECT_EQ(Read(Format::kPdf, MakePdf({{{72, 700, 12, "正文。"}}})),
            "text p1 indent0 edge|正文。\n");
}

TEST(ExtractorTest, EncodingsAreTold) {
  const Cancellation cancellation;
  const auto text = Extractor().Extract(Format::kHtml, "<p>\xd5\xfe\xb8\xae</p>",
                                        text::Encoding::kGb18030, cancellation);
  ASSERT_THAT(text, IsOk());
  EXPECT_EQ(text->text, "政府\n");
  EXPECT_EQ(text->encoding, text::Encoding::kGb18030);
}

// A page of a book: indented paragraphs, wrapped lines, a running head, a page number and a note.
std::vector<PdfText> BookPage(int number) {
  std::vector<PdfText> page = {{200, 800, 9, "政府工作报告"},
                               {290, 40, 9, "— " + std::to_string(number) + " —"},
                               {72, 90, 8, number == 1 ? "① 指全市。" : "② 指全省。"}};
  double y = 740;
  for (int i = 0; i < 3; ++i) {
    page.push_back({96, y, 12, "全市经济继续增长，社会保持稳定，人民生活水平不断提高，各项"});
    page.push_back(
        {72, y - 20, 12, "事业取得新的进步，主要指标好于预期，经济总量和质量都有了新提升"});
    page.push_back({72, y - 40, 12, "的成绩。"});
    y -= 60;
  }
  return page;
}

TEST(ExtractorTest, PdfPagesHaveHeadsNumbersNotesAndWraps) {
  const std::string dump = Read(Format::kPdf, MakePdf({BookPage(1), BookPage(2)}));
  std::string expected;
  for (const int number : {1, 2}) {
    const std::string page = " p" + std::to_string(number);
    expected += "running-head" + page + "|政府工作报告\n";
    for (int i = 0; i < 3; ++i) {
      expected += "text" + page +
                  " indent4 edge|全市经济继续增长，社会保持稳定，人民生活水平不断提高，各项\n" +
                  "text" + page +
                  " indent0 edge|事业取得新的进步，主要指标好于预期，经济总量和质量都有了新提升\n" +
                  "text" + page + " indent0|的成绩。\n";
    }
    expected += "note" + page + (number == 1 ? "|①指全市。\n" : "|②指全省。\n");
    expected += "page-number" + page + "|— " + std::to_string(number) + " —\n";
  }
  EXPECT_EQ(dump, expected);
}

TEST(ExtractorTest, PdfColumnsAreReadOneAfterTheOther) {
  std::vector<PdfText> page = {{72, 780, 18, "横跨两栏的大标题在这里占满了整行"}};
  std::string expected = "text p1 h1 indent0 edge|横跨两栏的大标题在这里占满了整行\n";
  for (const char* column : {"左", "右"}) {
    for (int i = 0; i < 8; ++i) {
      const std::string text =
          std::string(column) + "栏的第" + std::to_string(i) + "行文字在这里写满一整行了";
      page.push_back({column == std::string("左") ? 72.0 : 312.0, 740.0 - 18 * i, 12, text});
      expected += "text p1 indent0 edge|" + text + "\n";
    }
  }
  EXPECT_EQ(Read(Format::kPdf, MakePdf({page})), expected);
}

TEST(ExtractorTest, PdfHeadingsAreSetLarger) {
  std::vector<PdfText> page = BookPage(1);
  page.push_back({180, 780, 22, "工作报告"});
  page.push_back({72, 560, 16, "过去一年"});
  page.push_back({72, 530, 12, "增长较快。"});
  page.push_back({72, 500, 16, "今年的任务"});
  EXPECT_THAT(Read(Format::kPdf, MakePdf({page})),
              AllOf(::testing::HasSubstr(" h1 indent18|工作报告\n"),
                    ::testing::HasSubstr(" h2 indent0|过去一年\n"),
                    ::testing::HasSubstr(" indent0|增长较快。\n"),
                    ::testing::HasSubstr(" h2 indent0|今年的任务\n")));
}

TEST(ExtractorTest, PdfTitlesAreNoRunningHeads) {
  std::vector<std::vector<PdfText>> pages = {BookPage(1), BookPage(2), BookPage(3)};
  pages[0].push_back({180, 770, 20, "政府工作报告"});
  EXPECT_THAT(Read(Format::kPdf, MakePdf(pages)),
              ::testing::HasSubstr("text p1 h1 indent18|政府工作报告\n"));
}

TEST(ExtractorTest, PdfsWithoutTextAreNamed) {
  EXPECT_THAT(Refused(Format::kPdf, MakePdf({BookPage(1)}, {.encrypted = true})),
              HasReason(ErrorReason::kEncrypted));
  EXPECT_THAT(Refused(Format::kPdf, MakePdf({{}, {}})), HasReason(ErrorReason::kNoTextLayer));
  EXPECT_THAT(Refused(Format::kPdf, MakePdf({BookPage(1)}).substr(0, 2000)),
              HasReason(ErrorReason::kMalformedSource));
  EXPECT_THAT(Refused(Format::kPdf, ""), HasReason(ErrorReason::kMalformedSource));
}

TEST(ExtractorTest, ErrorsOfSourcesComeThrough) {
  EXPECT_THAT(Refused(Format::kDocx, "no zip"), HasReason(ErrorReason::kMalformedSource));
  EXPECT_THAT(Refused(Format::kHtml, "<html></html>"), HasReason(ErrorReason::kEmptyText));
  EXPECT_THAT(Refused(Format::kPlainText, "text"), HasReason(ErrorReason::kUnsupportedFormat));
}

TEST(ExtractorTest, WorkersThatFailAreErrors) {
  EXPECT_EQ(Cause(Script("kill -SEGV $$").Run()), "crash");
  EXPECT_EQ(Cause(Script("kill -XCPU $$").Run()), "timeout");
  EXPECT_EQ(Cause(Script("exit 3").Run()), "crash");
  EXPECT_EQ(Cause(Script("exit 65").Run()), "memory");
  EXPECT_EQ(Cause(Script("echo rubbish").Run()), "protocol");
  EXPECT_EQ(Cause(Script("exit 0").Run()), "protocol");
  EXPECT_EQ(Cause(Script("cat /dev/zero").Run()), "output");
  EXPECT_EQ(Cause(Script("sleep 60").Run(absl::Milliseconds(300))), "timeout");
  // One that closes its output and runs on, and one that leaves a child behind.
  EXPECT_EQ(Cause(Script("exec 1>&- 2>&-; sleep 60").Run(absl::Milliseconds(300))), "timeout");
  EXPECT_EQ(Cause(Script("sleep 60 & wait").Run(absl::Milliseconds(300))), "timeout");
  EXPECT_THAT(Script("echo no filter >&2; exit 66").Run(),
              HasReason(ErrorReason::kExtractorUnavailable));
}

TEST(ExtractorTest, AWorkerThatIsMissingIsSaidSo) {
  const Cancellation cancellation;
  const absl::Status status = Extractor({.worker_path = "/nonexistent/worker"})
                                  .Extract(Format::kHtml, "<p>", std::nullopt, cancellation)
                                  .status();
  EXPECT_THAT(status, HasReason(ErrorReason::kExtractorUnavailable));
  EXPECT_THAT(status, HasCode(absl::StatusCode::kFailedPrecondition));
}

TEST(ExtractorTest, CallersMayGoAway) {
  Cancellation cancellation;
  std::thread canceller([&] {
    absl::SleepFor(absl::Milliseconds(200));
    cancellation.Cancel();
  });
  EXPECT_THAT(Script("sleep 60").Run(absl::Seconds(60), cancellation),
              HasCode(absl::StatusCode::kCancelled));
  canceller.join();
  const Cancellation deadline(absl::Now() + absl::Milliseconds(200));
  EXPECT_THAT(Script("sleep 60").Run(absl::Seconds(60), deadline),
              HasCode(absl::StatusCode::kDeadlineExceeded));
}

TEST(ExtractorTest, WorkersRunSideBySide) {
  std::vector<std::thread> threads;
  std::vector<std::string> dumps(8);
  for (size_t i = 0; i < dumps.size(); ++i) {
    threads.emplace_back(
        [&dumps, i] { dumps[i] = Read(Format::kHtml, "<p>第" + std::to_string(i) + "页</p>"); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (size_t i = 0; i < dumps.size(); ++i) {
    EXPECT_EQ(dumps[i], "text|第" + std::to_string(i) + "页\n");
  }
}

// The worker sees none of the caller's files, environment or arguments but its own.
TEST(ExtractorTest, WorkersInheritNothing) {
  testing::TempDir dir;
  const std::filesystem::path seen = dir.path() / "seen";
  setenv("QUOTES_TEST_SECRET", "secret", 1);
  std::ifstream open_file("/etc/hostname");
  EXPECT_EQ(
      Cause(Script("env > " + seen.string() + "; ls -l /proc/$$/fd >> " + seen.string()).Run()),
      "protocol");
  const std::string told = testing::ReadFile(seen);
  EXPECT_THAT(told, ::testing::Not(::testing::HasSubstr("secret")));
  EXPECT_THAT(told, ::testing::Not(::testing::HasSubstr("hostname")));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(ExtractorTest, MemoryIsLimited) {
  std::string page = "<body>";
  while (page.size() < 60u << 20) {
    page += "<p><p><p><p><p><p><p><p>";
  }
  EXPECT_EQ(Cause(Refused(Format::kHtml, page)), "memory");
}
#endif

}  // namespace
}  // namespace quotes::extract
