// The commands against a database of their own: what goes in, what comes out, and the exit codes.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "client/ctl/context.h"
#include "client/ctl/environment.h"
#include "client/ctl/interrupt.h"
#include "client/ctl/json.h"
#include "quotes/v1/admin_service.pb.h"
#include "quotes/v1/quote_service.pb.h"
#include "quotes/v1/report_service.pb.h"
#include "service/text/utf8.h"
#include "tests/support/documents.h"
#include "tests/support/test_data.h"

namespace quotes::ctl {
namespace {

using quotes::testing::DocxParagraph;
using quotes::testing::MakeDocx;
using quotes::testing::MakeZip;
using quotes::testing::ReadFile;
using quotes::testing::SampleReport;
using quotes::testing::SourceDir;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

struct Result {
  int code = 0;
  std::string out;
  std::string err;
};

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

template <typename Message>
Message FromJson(const std::string& json) {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
  EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << json;
  return message;
}

class CommandsTest : public ::testing::Test {
 protected:
  Result Quotectl(std::vector<std::string> arguments, const std::string& input = {}) {
    arguments.insert(arguments.begin(), {"--database", Path("quotes.db")});
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    Environment environment;
    environment.in = &in;
    environment.out = &out;
    environment.err = &err;
    environment.variable = [](std::string_view) { return std::nullopt; };
    const int code = RunQuotectl(arguments, environment);
    return {code, out.str(), err.str()};
  }

  std::string Path(const std::string& name) const { return (dir_.path() / name).string(); }

  std::string Write(const std::string& name, const std::string& bytes) {
    std::filesystem::create_directories(std::filesystem::path(Path(name)).parent_path());
    std::ofstream(Path(name), std::ios::binary) << bytes;
    return Path(name);
  }

  void ImportSample() {
    const Result result =
        Quotectl({"import", "--quiet", "--id", "sample",
                  (SourceDir() / "service/report/data/zaozhuang-shizhong-2022.txt").string()});
    ASSERT_EQ(result.code, kExitOk) << result.err;
  }

  // Imports a file that must be refused; what was said.
  std::string Refused(const std::string& file) {
    const Result result = Quotectl({"import", file});
    EXPECT_EQ(result.code, kExitInput) << result.err;
    EXPECT_THAT(result.err, HasSubstr(file));
    return result.err;
  }

  v1::Report Held(const std::string& name) {
    const auto held = FromJson<v1::ListReportsResponse>(Quotectl({"reports", "--json"}).out);
    for (const v1::Report& report : held.reports()) {
      if (report.name() == name) {
        return report;
      }
    }
    ADD_FAILURE() << name << " is not held";
    return {};
  }

  quotes::testing::TempDir dir_;
};

TEST_F(CommandsTest, RefusesQuotationsThatAreNoText) {
  ImportSample();
  const Result bytes = Quotectl({"verify", "-", "--json"}, "加快发展\xFF是第一要务\n");
  EXPECT_EQ(bytes.code, kExitInput);
  EXPECT_THAT(bytes.err,
              AllOf(HasSubstr(R"("reason":"INVALID_UTF8")"), HasSubstr(R"("field":"quotation")")));
  const Result empty = Quotectl({"verify", "-", "--json"}, "\n");
  EXPECT_EQ(empty.code, kExitInput);
  EXPECT_THAT(empty.err, AllOf(HasSubstr(R"("reason":"FIELD_REQUIRED")"),
                               HasSubstr(R"("field":"quotation")")));
  const Result claim =
      Quotectl({"verify", "加快发展是第一要务", "--speaker", "\xE5\xAE", "--json"});
  EXPECT_EQ(claim.code, kExitInput);
  EXPECT_THAT(claim.err, HasSubstr(R"("field":"claim.speaker")"));
}

TEST_F(CommandsTest, VerifiesWithinTheReportsAskedFor) {
  ImportSample();
  EXPECT_EQ(Quotectl({"verify", "加快发展是第一要务", "--only-report", "sample"}).code, kExitOk);
  EXPECT_EQ(Quotectl({"verify", "加快发展是第一要务", "--from", "2023"}).code, kExitNothing);
  EXPECT_EQ(Quotectl({"verify", "加快发展是第一要务", "--only-report", "other"}).code, kExitInput);
}

TEST_F(CommandsTest, ShowsWhatChangedBetweenRevisions) {
  const std::string one = Write("one.txt", "第一句话说发展。第二句话说改革。第三句话说开放。\n");
  const std::string two = Write("two.txt", "第一句话说发展。新来的话。第三句话说开明。\n");
  ASSERT_EQ(Quotectl({"import", one, "--id", "r"}).code, kExitOk);
  const Result alone = Quotectl({"diff", "r"});
  EXPECT_EQ(alone.code, kExitInput);
  EXPECT_THAT(alone.err, HasSubstr("one revision only"));
  ASSERT_EQ(Quotectl({"import", two, "--id", "r", "--title", "题目"}).code, kExitOk);
  const Result diff = Quotectl({"diff", "r"});
  EXPECT_EQ(diff.code, kExitNothing) << diff.err;
  EXPECT_THAT(diff.out, AllOf(HasSubstr("reports/r: revision 2, compared with revision 1\n"),
                              HasSubstr("metadata  title: (none) → 题目\n"),
                              HasSubstr("  第二句话说改革。\n"), HasSubstr("  新来的话。\n"),
                              HasSubstr("  revision 1  第三句话说开放。\n"
                                        "  revision 2  第三句话说开明。\n"
                                        "                          ^^\n"),
                              HasSubstr("1 kept, 1 changed, 1 inserted, 1 removed, 0 moved;")));
  EXPECT_THAT(Quotectl({"--lang", "zh", "diff", "r"}).out, HasSubstr("未改 1 句，改动 1，"));
  EXPECT_THAT(Quotectl({"diff", "r", "1", "2", "--kept"}).out, HasSubstr("第一句话说发展。"));
  EXPECT_EQ(Quotectl({"diff", "r", "2"}).out, diff.out);
  EXPECT_EQ(Quotectl({"diff", "r", "1", "1"}).code, kExitInput);
  EXPECT_EQ(Quotectl({"diff", "r", "1", "9"}).code, kExitInput);
  EXPECT_EQ(Quotectl({"diff", "none"}).code, kExitInput);
  const auto page = FromJson<v1::DiffRevisionsResponse>(Quotectl({"diff", "r", "--json"}).out);
  EXPECT_EQ(page.changes_size(), 4);
  // Other bytes, the same words.
  ASSERT_EQ(
      Quotectl({"import", Write("three.txt", "第一句话说发展。新来的话。\n第三句话说开明。\n"),
                "--id", "r", "--title", "题目"})
          .code,
      kExitOk);
  EXPECT_EQ(Quotectl({"diff", "r"}).code, kExitOk);
}

TEST_F(CommandsTest, ImportsWithTheRegisterBesideTheFile) {
  const Result first = Quotectl(
      {"import", (SourceDir() / "service/report/data/zaozhuang-shizhong-2022.txt").string(), "--id",
       "sample"});
  EXPECT_EQ(first.code, kExitOk);
  EXPECT_THAT(first.out, AllOf(HasSubstr("imported"), HasSubstr("reports/sample")));
  // Findings with file and line, and a summary, on stderr.
  EXPECT_THAT(first.err, AllOf(HasSubstr(".txt:34: page-break join"), HasSubstr("1 imported")));
  const auto report =
      FromJson<v1::GetReportResponse>(Quotectl({"get", "reports/sample", "--json"}).out);
  EXPECT_GT(report.report().defect_count(), 5);

  const Result again = Quotectl(
      {"import", (SourceDir() / "service/report/data/zaozhuang-shizhong-2022.txt").string(), "--id",
       "sample", "--quiet"});
  EXPECT_EQ(again.code, kExitOk);
  EXPECT_THAT(again.out, HasSubstr("unchanged"));
  EXPECT_EQ(again.err, "0 imported, 1 unchanged, 0 refused\n");
}

TEST_F(CommandsTest, RefusesWhatIsNoReportAndNamesFileAndLimit) {
  // A sparse file: a gigabyte by its size alone, and nothing of it is read.
  const std::string huge = Write("huge.txt", "");
  std::filesystem::resize_file(huge, uintmax_t{1} << 30);
  EXPECT_THAT(Refused(huge), StartsWith("quotectl: " + huge +
                                        ": too large: 1073741824 bytes; a report has at most "
                                        "64 MiB\n"));
  const std::string empty = Write("empty.txt", "");
  EXPECT_THAT(Refused(empty), StartsWith("quotectl: " + empty + ": has no text\n"));
  const std::string picture = Write("picture.txt", std::string("\xff\xd8\xff\xe0\0\x10JFIF\0", 11));
  EXPECT_THAT(Refused(picture),
              StartsWith("quotectl: " + picture + ": is a JPEG image, which is not read\n"));
  EXPECT_THAT(Refused(Write("nul.txt", std::string("同志们：\n现在\0报告。\n", 29))),
              HasSubstr("byte"));
  EXPECT_THAT(Refused(Path("absent.txt")), HasSubstr("cannot be read"));
  EXPECT_EQ(Quotectl({"reports"}).code, kExitNothing);
}

// Larger than a unary call may carry, so that it goes up in chunks and the service's own limit for
// lines answers.
TEST_F(CommandsTest, RefusesALineOfFiftyMegabytes) {
  std::string line;
  line.reserve(size_t{50} << 20);
  while (line.size() < size_t{50} << 20) {
    line += "坚持";
  }
  const std::string file = Write("line.txt", line);
  EXPECT_THAT(Refused(file), StartsWith("quotectl: " + file +
                                        ": too large: lines of at most 1000000 characters\n"));
}

TEST_F(CommandsTest, CopiesAreListedAndNotCountedTwice) {
  ImportSample();
  Write("in/a.txt", SampleReport() + "\n添一句。\n");
  Write("in/b.txt", "关于工作的报告\n\n同志们：\n我们要加快发展。\n");
  // One name for both texts would make the second a revision of the first.
  Write("in/a.toml", "id = \"copy\"\n");
  const Result result = Quotectl({"import", "-q", Path("in")});
  EXPECT_EQ(result.code, kExitInput);
  EXPECT_THAT(result.out, HasSubstr("duplicate of  reports/sample\n"));
  EXPECT_THAT(result.err, AllOf(HasSubstr("nearly that of reports/sample"),
                                HasSubstr("1 imported, 0 unchanged, 0 refused, 1 duplicates\n")));
  EXPECT_THAT(Quotectl({"--lang", "zh", "import", Path("in/a.txt")}).err,
              AllOf(HasSubstr("大致相同"), HasSubstr("重复 1 份")));

  const Result variant = Quotectl({"import", "-q", "--as", "variant", Path("in/a.txt")});
  EXPECT_EQ(variant.code, kExitOk);
  EXPECT_THAT(variant.err, HasSubstr("a variant of reports/sample (likeness 1.00)"));
  EXPECT_EQ(FromJson<v1::ListReportsResponse>(Quotectl({"reports", "--json"}).out).total_size(), 2);
  const Result separate =
      Quotectl({"import", "-q", "--as", "separate", "-", "--id", "own"}, SampleReport());
  EXPECT_EQ(separate.code, kExitOk);
  EXPECT_THAT(separate.err, HasSubstr("both count"));
  const Result revision =
      Quotectl({"import", "-q", "--revision-of", "sam", "-"}, SampleReport() + "\n添一句。\n");
  EXPECT_EQ(revision.code, kExitOk) << revision.err;
  EXPECT_EQ(Held("reports/sample").latest_revision(), "reports/sample/revisions/2");
  EXPECT_EQ(Quotectl({"import", "--revision-of", "none", Path("in/b.txt")}).code, kExitInput);
  EXPECT_EQ(Quotectl({"import", "--revision-of", "sample", Path("in")}).code, kExitInput);
  EXPECT_EQ(Quotectl({"import", "--revision-of", "sample", "--id", "x", Path("in/b.txt")}).code,
            kExitInput);
}

TEST_F(CommandsTest, ADraftThatIsNearlyHeldIsCheckedAllTheSame) {
  ImportSample();
  const std::string draft = Write("draft.txt", SampleReport() + "\n我们要的的发展。\n");
  const Result checked = Quotectl({"import", "--validate-only", draft});
  EXPECT_EQ(checked.code, kExitInput);
  EXPECT_THAT(
      checked.err,
      AllOf(HasSubstr("draft.txt:34: page-break join"), HasSubstr("的 stands twice"),
            HasSubstr("nearly that of reports/sample (likeness "), HasSubstr("1 duplicates")));
  EXPECT_THAT(checked.out, HasSubstr("reports/sample"));
  const Result json = Quotectl({"import", "--validate-only", "--json", draft});
  EXPECT_THAT(json.out, AllOf(HasSubstr("\"duplicate_of\":\"reports/sample\""),
                              HasSubstr("KIND_PAGE_BREAK_JOIN")));
}

TEST_F(CommandsTest, AcceptedFindingsComeWithTheImport) {
  ImportSample();
  const std::string file = Write("a.txt",
                                 "关于工作的报告\n同志们：\n我们要全力支持支持启动的工作，全力支持"
                                 "改革。完成投资25l万元。我们要（加快发展）。\n");
  const Result findings = Quotectl({"import", "--validate-only", "--json", file});
  ASSERT_EQ(findings.code, kExitOk) << findings.err;
  EXPECT_THAT(findings.out, AllOf(HasSubstr(R"("printed":"支持支持")"), HasSubstr("25l")));
  // The editor keeps the first proposal, changes its reading, and takes the others out.
  auto response = FromJson<v1::ImportReportResponse>(
      findings.out.substr(findings.out.find("\"result\":") + 9,
                          findings.out.rfind('}') - findings.out.find("\"result\":") - 9));
  for (v1::LintFinding& finding : *response.mutable_lint()) {
    if (finding.defect().printed() != "支持支持") {
      finding.clear_defect();
    } else {
      finding.mutable_defect()->set_readings(0, "支持刚");
    }
  }
  std::string json;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(response, &json).ok());
  const std::string edited =
      Write("findings.jsonl", "{\"file\":\"" + file + "\",\"result\":" + json + "}\n\n");
  const Result imported = Quotectl({"import", "-q", "--register", edited, "--id", "a", file});
  ASSERT_EQ(imported.code, kExitOk) << imported.err;
  const Result defects = Quotectl({"defects", "a", "--json"});
  const auto held = FromJson<v1::ListDefectsResponse>(defects.out);
  ASSERT_EQ(held.defects_size(), 1) << defects.out;
  EXPECT_EQ(held.defects(0).printed(), "支持支持");
  EXPECT_EQ(held.defects(0).readings(0), "支持刚");
  EXPECT_EQ(held.defects(0).kind(), v1::Defect::KIND_DUPLICATION);

  // What cannot be meant is said with its line, and nothing is imported.
  for (const auto& [content, says] :
       {std::pair("{", "line 1"), std::pair("\n{\"lint\":[]}", "line 2"),
        std::pair("{\"file\":\"other.txt\",\"result\":{}}", "other.txt is not among")}) {
    const Result wrong =
        Quotectl({"import", "--register", Write("wrong.jsonl", content), "--id", "b", file});
    EXPECT_EQ(wrong.code, kExitInput);
    EXPECT_THAT(wrong.err, HasSubstr(says));
  }
  const Result missing = Quotectl({"import", "--register", Path("none"), "--id", "b", file});
  EXPECT_EQ(missing.code, kExitInput);
  EXPECT_THAT(missing.err, ::testing::HasSubstr(Path("none")));
}

TEST_F(CommandsTest, GoesOnAfterAFaultyFile) {
  Write("in/a.txt", SampleReport());
  Write("in/b.txt", "");
  Write("in/deeper/c.txt", "关于工作的报告\n\n同志们：\n我们要加快发展。\n");
  Write("in/not-a-report.dat", "not read");
  const Result result = Quotectl({"import", "-q", Path("in")});
  EXPECT_EQ(result.code, kExitInput);
  EXPECT_THAT(Lines(result.out), SizeIs(4));
  EXPECT_THAT(result.out, AllOf(HasSubstr("refused: EMPTY_TEXT\n"), HasSubstr("c.txt")));
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("b.txt"), HasSubstr("2 imported, 0 unchanged, 1 refused")));
  EXPECT_EQ(FromJson<v1::ListReportsResponse>(Quotectl({"reports", "--json"}).out).total_size(), 2);
}

TEST_F(CommandsTest, AFolderThatCannotBeOpenedIsNamedAndTheRestImported) {
  Write("in/a.txt", SampleReport());
  Write("in/closed/b.txt", SampleReport());
  std::filesystem::permissions(dir_.path(), std::filesystem::perms::all);
  std::filesystem::permissions(Path("in/closed"), std::filesystem::perms::none);
  // Root opens every folder; the files of this thread and those it starts are now another user's.
  constexpr uid_t kNobody = 65534;
  setfsuid(geteuid() == 0 ? kNobody : geteuid());
  const Result result = Quotectl({"import", "-q", Path("in")});
  setfsuid(geteuid());
  std::filesystem::permissions(Path("in/closed"), std::filesystem::perms::owner_all);
  EXPECT_EQ(result.code, kExitInput);
  EXPECT_THAT(result.err, AllOf(HasSubstr(Path("in/closed") + " was not read: Permission denied"),
                                HasSubstr("1 imported, 0 unchanged, 0 refused, 1 not read")));
}

TEST_F(CommandsTest, FilesWithoutAKnownEndingAreToldByTheirContent) {
  Write("in/report", SampleReport());
  Write("in/page.text",
        "<!DOCTYPE html><html><body><h1>乙市政府工作报告</h1><p>同志们：</p>"
        "<p>我们要加快发展。</p></body></html>");
  Write("in/Makefile", "all:\n\techo\n");
  Write("in/log.dat", SampleReport());
  const Result result = Quotectl({"import", "-q", Path("in")});
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_THAT(result.err, HasSubstr("2 imported, 0 unchanged, 0 refused\n"));
  Write("old/a.doc", "\xD0\xCF\x11\xE0");
  const Result old = Quotectl({"import", "-q", Path("old")});
  EXPECT_EQ(old.code, kExitInput);
  EXPECT_THAT(old.err, AllOf(HasSubstr("no document in"), HasSubstr("a.doc")));
}

TEST_F(CommandsTest, WhatABrowserSavesBesideAPageIsNoReport) {
  const std::string page = "<h1>乙市政府工作报告</h1><p>同志们：</p><p>我们要加快发展。</p>";
  Write("in/报告.html", page);
  Write("in/报告_files/saved_resource.html", "<p>广告位招租</p>");
  Write("in/pages.zip",
        MakeZip({{"x/a.htm", "<h1>丙市政府工作报告</h1><p>同志们：</p><p>改革。</p>"},
                 {"x/a.files/b.html", "<p>广告位招租</p>"},
                 {"x/c_files/d.html", page + "<p>这是另一句。</p>"}}));
  Write("in/robots.txt", "User-agent: *\nDisallow: /\n");
  const Result result = Quotectl({"import", "-q", "--as", "separate", Path("in")});
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_THAT(result.err, HasSubstr("4 imported, 0 unchanged, 0 refused\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("saved_resource")));
}

TEST_F(CommandsTest, ShortTextsThatSayNothingOfThemselvesAreNotImported) {
  Write("in/a.txt", SampleReport());
  const std::string robots = Write("in/robots.txt", "User-agent: *\nDisallow: /\n");
  // Beside reports one is passed over, and all that was asked for is done.
  const Result result = Quotectl({"import", "-q", Path("in")});
  EXPECT_EQ(result.code, kExitOk);
  EXPECT_THAT(result.err, AllOf(HasSubstr("passed over: " + robots + ": looks like no report"),
                                HasSubstr("1 imported, 0 unchanged, 0 refused, "
                                          "1 passed over as no report\n")));
  EXPECT_THAT(result.out, HasSubstr("no report"));
  // One that was named is refused, and checked all the same.
  EXPECT_THAT(Refused(robots), AllOf(HasSubstr("robots.txt: looks like no report"),
                                     HasSubstr("0 imported, 0 unchanged, 1 refused\n")));
  EXPECT_EQ(Quotectl({"import", "-q", "-"}, "User-agent: *\nDisallow: /\n").code, kExitInput);
  const Result checked = Quotectl({"import", "--validate-only", robots});
  EXPECT_EQ(checked.code, kExitInput);
  EXPECT_THAT(checked.err, AllOf(HasSubstr("no title was found"), HasSubstr("looks like no report"),
                                 HasSubstr("0 valid, 1 refused; nothing written")));
  // What is said of it makes it one.
  EXPECT_EQ(Quotectl({"import", "-q", "--as", "separate", robots}).code, kExitOk);
  EXPECT_EQ(Quotectl({"import", "-q", "--id", "x", "-"}, "发展。改革。\n").code, kExitOk);
}

TEST_F(CommandsTest, PipesDevicesAndSocketsAreNotWaitedFor) {
  const std::string pipe = Path("pipe.txt");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(Refused(pipe), HasSubstr("pipe.txt: is a pipe, a device or a socket, not a file"));
  EXPECT_THAT(Refused("/dev/zero"), HasSubstr("is a pipe, a device or a socket"));
  const std::string archive = Path("pipe.zip");
  ASSERT_EQ(mkfifo(archive.c_str(), 0600), 0);
  EXPECT_THAT(Refused(archive), HasSubstr("is a pipe, a device or a socket"));
  const std::string file = Write("a.txt", SampleReport());
  const Result accepted = Quotectl({"import", "-q", "--register", pipe, file});
  EXPECT_EQ(accepted.code, kExitInput);
  EXPECT_THAT(accepted.err, HasSubstr("is a pipe, a device or a socket"));
  EXPECT_EQ(Quotectl({"import", "-q", dir_.path().string()}).code, kExitOk);
  EXPECT_THAT(Refused(dir_.path().string() + "/a.txt/none"), HasSubstr("Not a directory"));
}

// As the shell makes one for `import <(iconv …)`.
TEST_F(CommandsTest, ThePipeOfAProcessThatTheShellStartedIsRead) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string text = SampleReport();
  std::thread writer([&] {
    for (size_t at = 0; at < text.size();) {
      const ssize_t count = write(ends[1], text.data() + at, text.size() - at);
      ASSERT_GT(count, 0);
      at += static_cast<size_t>(count);
    }
    close(ends[1]);
  });
  const Result result =
      Quotectl({"import", "-q", "--id", "a", "--no-defects", "/dev/fd/" + std::to_string(ends[0])});
  writer.join();
  close(ends[0]);
  EXPECT_EQ(result.code, kExitOk) << result.err;
  // All of it came.
  EXPECT_EQ(Quotectl({"import", "-q", "--id", "b", "--as", "separate", "-"}, text).code, kExitOk);
  EXPECT_GT(Held("reports/a").quote_count(), 50);
  EXPECT_EQ(Held("reports/a").quote_count(), Held("reports/b").quote_count());
}

TEST_F(CommandsTest, LinksThatLeadOutOfAFolderAreNamedAndNotFollowed) {
  const std::string secret = Write("secret.txt", SampleReport());
  Write("in/a.txt", "甲市政府工作报告\n同志们：\n我们要加快发展。\n");
  Write("in/sub/held.txt", "乙市政府工作报告\n同志们：\n我们要加快改革。\n");
  std::filesystem::create_symlink(secret, Path("in/out.txt"));
  std::filesystem::create_symlink("../../secret.txt", Path("in/sub/up.txt"));
  std::filesystem::create_symlink("nowhere", Path("in/dead.txt"));
  std::filesystem::create_symlink("sub/held.txt", Path("in/inside.txt"));
  const Result result = Quotectl({"import", "-q", Path("in")});
  EXPECT_EQ(result.code, kExitInput);
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("out.txt was not read: a symbolic link that leads out of the folder"),
                    HasSubstr("up.txt was not read: a symbolic link that leads out of the folder"),
                    HasSubstr("dead.txt was not read: a symbolic link that leads nowhere"),
                    HasSubstr("0 refused, 3 not read\n")));
  // The folder that was named may itself be one, and so may a file that was named.
  std::filesystem::create_directory_symlink(Path("in/sub"), Path("door"));
  std::filesystem::remove(Path("in/sub/up.txt"));
  EXPECT_EQ(Quotectl({"import", "-q", Path("door")}).code, kExitOk);
  EXPECT_EQ(Quotectl({"import", "-q", "--id", "s", Path("in/out.txt")}).code, kExitOk);
}

TEST_F(CommandsTest, LockFilesOfWordAreNamedAndPassedOver) {
  Write("in/a.txt", "甲市政府工作报告\n同志们：\n我们要加快发展。\n");
  Write("in/~$作报告.docx", std::string("\x05Zhang\0\0\0", 9));
  Write("in/~$tes.tmp", "x");
  const Result result = Quotectl({"import", "-q", Path("in")});
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("passed over: " + Path("in/~$作报告.docx") + ": no report"),
                    HasSubstr("1 imported, 0 unchanged, 0 refused\n"),
                    ::testing::Not(HasSubstr("tes.tmp"))));
  // By itself there is nothing to import, and a file that is named is tried.
  std::filesystem::remove(Path("in/a.txt"));
  EXPECT_EQ(Quotectl({"import", "-q", Path("in")}).code, kExitInput);
  EXPECT_EQ(Quotectl({"import", "-q", Path("in/~$作报告.docx")}).code, kExitInput);
}

TEST_F(CommandsTest, WhatStandsBesideAFileLiesInTheFolderToo) {
  const std::string secret = Write("secret.toml", "title = \"机密\"\n");
  Write("in/a.txt", "甲市政府工作报告\n同志们：\n我们要加快发展。\n");
  std::filesystem::create_symlink(secret, Path("in/a.toml"));
  const Result result = Quotectl({"import", "-q", Path("in")});
  EXPECT_EQ(result.code, kExitInput);
  EXPECT_THAT(result.err, AllOf(HasSubstr("a.toml: a symbolic link that leads out of the folder"),
                                HasSubstr("0 imported, 0 unchanged, 1 refused")));
}

TEST_F(CommandsTest, ARegisterWithoutEntriesIsSaidToHaveNone) {
  const std::string file = Write("a.txt", SampleReport());
  for (const std::string& content :
       {std::string(), "{\"file\":\"" + file + "\",\"result\":{}}\n"}) {
    const std::string accepted = Write("findings.jsonl", content);
    const Result result =
        Quotectl({"import", "-q", "--validate-only", "--register", accepted, file});
    EXPECT_EQ(result.code, kExitOk);
    EXPECT_THAT(result.err, HasSubstr("warning: " + accepted + " holds no entry for the register"));
  }
}

TEST_F(CommandsTest, ASignalEndsAnImportInOrder) {
  for (int i = 0; i < 300; ++i) {
    Write("in/" + std::to_string(i) + ".txt",
          "关于第" + std::to_string(i) + "项工作的报告\n\n同志们：\n我们要加快发展。\n");
  }
  std::thread sender([this] {
    const auto log_size = [this] {
      std::error_code error;
      const auto size = std::filesystem::file_size(Path("quotes.db-wal"), error);
      return error ? 0 : size;
    };
    const auto handled = [] {
      struct sigaction held = {};
      return sigaction(SIGINT, nullptr, &held) == 0 && held.sa_handler != SIG_DFL;
    };
    // From when signals are handled what is written is imported.
    while (!handled()) {
      std::this_thread::yield();
    }
    const auto before = log_size();
    while (log_size() == before) {
      std::this_thread::yield();
    }
    kill(getpid(), SIGINT);
  });
  const Result result = Quotectl({"import", "-q", Path("in")});
  sender.join();
  EXPECT_EQ(result.code, kExitSignal + SIGINT);
  EXPECT_THAT(result.err, AllOf(HasSubstr("interrupted: "), HasSubstr(" of 300 files were done")));
  const Result rest = Quotectl({"import", "-q", Path("in")});
  EXPECT_EQ(rest.code, kExitOk) << rest.err;
  EXPECT_THAT(rest.err, Not(HasSubstr(" 0 unchanged"))) << "what was done is not done again";
  EXPECT_THAT(Quotectl({"import", "-q", Path("in")}).err,
              HasSubstr("0 imported, 300 unchanged, 0 refused"));
}

TEST_F(CommandsTest, ImportReadsEveryFormatFromFoldersAndArchives) {
  Write("in/a.md", "# 甲市政府工作报告\n\n同志们：\n\n我们要加快发展。\n");
  Write("in/b.html", "<h1>乙市政府工作报告</h1><p>同志们：</p><p>我们要加快发展。</p>");
  Write("in/c.zip",
        MakeZip(
            {{"x/c.docx", MakeDocx(DocxParagraph("同志们：") + DocxParagraph("我们要加快发展。"))},
             {"x/c.toml", "title = \"丙市政府工作报告\"\ndate = 2021-02-03\nid = \"c\"\n"},
             {"x/picture.png", "x"}}));
  const Result first = Quotectl({"import", "-q", "--jobs", "3", Path("in")});
  EXPECT_EQ(first.code, kExitOk) << first.err;
  EXPECT_THAT(first.err, HasSubstr("3 imported, 0 unchanged, 0 refused"));
  EXPECT_THAT(Lines(first.out)[3], HasSubstr("c.zip/x/c.docx"));
  const auto report = Held("reports/c");
  EXPECT_EQ(report.metadata().title(), "丙市政府工作报告");
  EXPECT_EQ(report.metadata().speech_date().day(), 3);
  // A run goes over what an earlier one has done, but not over what has changed since.
  EXPECT_THAT(Quotectl({"import", "-q", Path("in")}).err,
              HasSubstr("0 imported, 3 unchanged, 0 refused"));
  EXPECT_EQ(Quotectl({"import", "-q", "--id", "c", "-"}, "同志们：\n我们要改革。\n").code, kExitOk);
  EXPECT_THAT(Quotectl({"import", "-q", "-j", "2", Path("in")}).err,
              HasSubstr("1 imported, 2 unchanged, 0 refused"));
}

TEST_F(CommandsTest, ImportChecksMetadataBesideAFile) {
  const std::string file = Write("a.txt", "同志们：\n我们要加快发展。\n");
  Write("a.toml", "titel = \"x\"\n");
  EXPECT_THAT(Refused(file), AllOf(HasSubstr("a.toml"), HasSubstr("titel")));
  Write("a.toml", "title = \n");
  EXPECT_THAT(Refused(file), HasSubstr("a.toml"));
  Write("a.toml", "title = \"发展报告\"\nspeaker = \"李四\"\nid = \"a\"\n");
  EXPECT_EQ(Quotectl({"import", "-q", "--speaker", "张三", file}).code, kExitOk);
  const auto report = Held("reports/a");
  EXPECT_EQ(report.metadata().title(), "发展报告");
  EXPECT_EQ(report.metadata().speaker(), "张三");
}

TEST_F(CommandsTest, ImportRefusesDamagedArchives) {
  const std::string zip = MakeZip({{"a.txt", "同志们：\n我们要加快发展。\n"}});
  EXPECT_THAT(Refused(Write("a.zip", zip.substr(0, zip.size() / 2))), HasSubstr("a.zip"));
  EXPECT_THAT(Refused(Write("b.zip", MakeZip({{"a.png", "x"}}))), HasSubstr("no document"));
}

TEST_F(CommandsTest, ImportJsonSaysWhichFile) {
  Write("a.txt", SampleReport());
  Write("b.txt", "");
  const Result result = Quotectl({"import", "--json", Path("a.txt"), Path("b.txt")});
  EXPECT_EQ(result.code, kExitInput);
  const std::string prefix = "{\"file\":" + JsonString(Path("a.txt")) + ",\"result\":";
  ASSERT_THAT(result.out, StartsWith(prefix));
  const auto response = FromJson<v1::ImportReportResponse>(
      result.out.substr(prefix.size(), result.out.size() - prefix.size() - 2));
  EXPECT_EQ(response.report().metadata().speaker(), "宋磊");
  EXPECT_THAT(result.err, StartsWith("{\"file\":" + JsonString(Path("b.txt")) +
                                     ",\"code\":\"INVALID_ARGUMENT\",\"reason\":\"EMPTY_TEXT\","));
}

TEST_F(CommandsTest, ReadsStdinAndTakesWhatTheCallerKnows) {
  const Result result =
      Quotectl({"import", "-q", "--id", "mine", "--speaker", "张三", "--date", "2021-02-03",
                "--title", "题", "--paper", "日报", "--issue-date", "2021-02-04", "-"},
               "同志们：\n我们要加快发展。\n");
  EXPECT_EQ(result.code, kExitOk) << result.err;
  const auto report =
      FromJson<v1::GetReportResponse>(Quotectl({"get", "reports/mine", "--json"}).out).report();
  EXPECT_EQ(report.metadata().speaker(), "张三");
  EXPECT_EQ(report.metadata().title(), "题");
  EXPECT_EQ(report.metadata().speech_date().day(), 3);
  EXPECT_EQ(report.metadata().publication().paper(), "日报");
  EXPECT_EQ(report.metadata().publication().issue_date().month(), 2);
}

TEST_F(CommandsTest, TheSampleInAnotherEncodingIsTheSameReport) {
  ImportSample();
  const std::string text = Quotectl({"get", "reports/sample", "--text"}).out;
  const std::u32string points = text::ToCodePoints(SampleReport());
  std::string utf16 = "\xff\xfe";
  for (const char32_t c : points) {
    ASSERT_LT(c, 0x10000U);
    utf16.push_back(static_cast<char>(c & 0xff));
    utf16.push_back(static_cast<char>(c >> 8));
  }
  EXPECT_EQ(
      Quotectl({"import", "-q", "--id", "utf16", "--as", "separate", Write("utf16.txt", utf16)})
          .code,
      kExitOk);
  EXPECT_EQ(Quotectl({"get", "reports/utf16", "--text"}).out, text);
  EXPECT_EQ(Quotectl({"import", "-q", "--encoding", "UTF-8", Path("utf16.txt")}).code, kExitInput);
}

TEST_F(CommandsTest, ValidateOnlyWritesNothing) {
  ImportSample();
  const Result result = Quotectl({"import", "--validate-only", "-q", "--id", "new", "-"},
                                 "同志们：\n我们要加快发展。\n");
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_THAT(result.out, HasSubstr("valid, not written"));
  EXPECT_EQ(FromJson<v1::ListReportsResponse>(Quotectl({"reports", "--json"}).out).total_size(), 1);
}

TEST_F(CommandsTest, ARequestIdGetsTheFirstOutcomeAgain) {
  const std::string file = Write("a.txt", SampleReport());
  EXPECT_THAT(Quotectl({"import", "-q", "--request-id", "r1", file}).out, HasSubstr("imported"));
  EXPECT_THAT(Quotectl({"import", "-q", "--request-id", "r1", file}).out,
              HasSubstr("imported before"));
  const Result other = Quotectl({"import", "-q", "--request-id", "r1", "-"},
                                "关于工作的报告\n同志们：\n我们要加快发展。\n");
  EXPECT_EQ(other.code, kExitInput);
}

TEST_F(CommandsTest, ImportOptionsAreChecked) {
  const std::string file = Write("a.txt", SampleReport());
  const std::string other = Write("b.txt", SampleReport());
  for (const auto& [arguments, sentence] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--id", "x", file, other}, "--id is for one file only"},
           {{"--date", "2021-02-30", file}, "2021-02-30 is no day"},
           {{"-", "-"}, "stdin"},
           {{"--id", "Not An Id", file}, "report_id"},
           {{"--encoding", "EBCDIC", file}, "encoding"}}) {
    std::vector<std::string> all = {"import"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Result result = Quotectl(all);
    EXPECT_EQ(result.code, kExitInput) << sentence;
    EXPECT_THAT(result.err, HasSubstr(sentence));
  }
  std::filesystem::create_directories(Path("nothing"));
  EXPECT_THAT(Quotectl({"import", Path("nothing")}).err, HasSubstr("no document"));
  Write("a.defects.tsv", "no register\n");
  EXPECT_THAT(Refused(file), HasSubstr("a.defects.tsv"));
  EXPECT_EQ(Quotectl({"import", "-q", "--no-defects", file}).code, kExitOk);
}

TEST_F(CommandsTest, FindJsonIsTheAnswerPageByPage) {
  ImportSample();
  const Result all = Quotectl({"find", "党", "--all", "--json"});
  EXPECT_EQ(all.code, kExitOk);
  EXPECT_EQ(all.err, "");
  ASSERT_THAT(Lines(all.out), SizeIs(1));
  const auto whole = FromJson<v1::SearchQuotesResponse>(all.out);
  EXPECT_EQ(whole.hits_size(), whole.total_size());
  EXPECT_GT(whole.total_size(), 7);
  for (const v1::QuoteHit& hit : whole.hits()) {
    EXPECT_THAT(hit.quote().text(), HasSubstr("党"));
  }

  // By pages of one command line each: the same hits in the same order.
  std::vector<std::string> names;
  std::string token;
  do {
    std::vector<std::string> arguments = {"find", "党", "--limit", "7", "--json"};
    if (!token.empty()) {
      arguments.insert(arguments.end(), {"--page-token", token});
    }
    const auto page = FromJson<v1::SearchQuotesResponse>(Quotectl(arguments).out);
    for (const v1::QuoteHit& hit : page.hits()) {
      names.push_back(hit.quote().name());
    }
    token = page.next_page_token();
  } while (!token.empty());
  ASSERT_THAT(names, SizeIs(static_cast<size_t>(whole.hits_size())));
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(names[i], whole.hits(static_cast<int>(i)).quote().name());
  }
  EXPECT_EQ(Quotectl({"find", "党", "--page-token", "forged"}).code, kExitInput);
}

TEST_F(CommandsTest, NothingFoundIsOne) {
  ImportSample();
  const Result people = Quotectl({"find", "没有的词"});
  EXPECT_EQ(people.code, kExitNothing);
  EXPECT_EQ(people.out, "");
  EXPECT_THAT(people.err, StartsWith("nothing found in "));
  const Result json = Quotectl({"find", "没有的词", "--json"});
  EXPECT_EQ(json.code, kExitNothing);
  EXPECT_EQ(FromJson<v1::SearchQuotesResponse>(json.out).total_size(), 0);
}

TEST_F(CommandsTest, FiguresOfAllPagesAreThoseOfOne) {
  ImportSample();
  const auto whole = FromJson<v1::SearchFiguresResponse>(
      Quotectl({"figures", "--unit", "%", "--limit", "200", "--json"}).out);
  EXPECT_EQ(whole.hits_size(), 7);  // the speech prints twelve % in seven sentences
  EXPECT_EQ(whole.total_size(), whole.hits_size());
  std::vector<std::string> names;
  std::string token;
  do {
    std::vector<std::string> arguments = {"figures", "--unit", "%", "--limit", "3", "--json"};
    if (!token.empty()) {
      arguments.insert(arguments.end(), {"--page-token", token});
    }
    const auto page = FromJson<v1::SearchFiguresResponse>(Quotectl(arguments).out);
    for (const v1::FigureHit& hit : page.hits()) {
      names.push_back(hit.quote().name());
    }
    token = page.next_page_token();
  } while (!token.empty());
  ASSERT_THAT(names, SizeIs(static_cast<size_t>(whole.hits_size())));
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(names[i], whole.hits(static_cast<int>(i)).quote().name());
  }
  EXPECT_EQ(Quotectl({"figures", "--value", "281亿元"}).code, kExitNothing);
  EXPECT_EQ(Quotectl({"figures", "--value", "很多"}).code, kExitInput);
  EXPECT_EQ(Quotectl({"figures", "--report", "no-such-report"}).code, kExitInput);
}

TEST_F(CommandsTest, ThemesCountWhatThemeFinds) {
  ImportSample();
  const auto themes = FromJson<v1::ListThemesResponse>(Quotectl({"themes", "--json"}).out);
  int64_t most = 0;
  std::string name;
  for (const v1::Theme& theme : themes.themes()) {
    if (theme.quote_count() > most) {
      most = theme.quote_count();
      name = theme.name();
    }
  }
  ASSERT_GT(most, 0);
  const auto found = FromJson<v1::LookupThemeResponse>(
      Quotectl({"theme", name.substr(name.find('/') + 1), "--limit", "200", "--json"}).out);
  EXPECT_EQ(found.total_size(), most);
  EXPECT_THAT(Quotectl({"theme", name, "--facets"}).out, HasSubstr("\nThemes\n"));
  const std::vector<std::string> table = Lines(Quotectl({"themes"}).out);
  EXPECT_THAT(table, SizeIs(static_cast<size_t>(themes.themes_size()) + 1));
}

TEST_F(CommandsTest, GetShowsEveryKindOfResource) {
  ImportSample();
  const auto quotes =
      FromJson<v1::SearchQuotesResponse>(Quotectl({"find", "發展歷程", "--json"}).out);
  ASSERT_EQ(quotes.hits_size(), 1);
  const v1::Quote& quote = quotes.hits(0).quote();
  EXPECT_EQ(Quotectl({"get", quote.name(), "--text"}).out, quote.text() + "\n");
  EXPECT_THAT(Quotectl({"get", quote.name()}).out, HasSubstr(quote.citation()));
  EXPECT_EQ(
      ToJson(FromJson<v1::GetQuoteResponse>(Quotectl({"get", quote.name(), "--json"}).out).quote()),
      ToJson(quote));
  ASSERT_EQ(quote.defects_size(), 1);
  EXPECT_THAT(Quotectl({"get", quote.defects(0)}).out,
              AllOf(HasSubstr("发展歷程"), HasSubstr("certain")));
  EXPECT_EQ(Quotectl({"get", "reports/sample/defects/none"}).code, kExitNothing);

  const auto sections =
      FromJson<v1::ListSectionsResponse>(Quotectl({"outline", "sample", "--json"}).out);
  ASSERT_GT(sections.sections_size(), 20);
  const v1::Section& section = sections.sections(0);
  const std::string words = Quotectl({"get", section.name(), "--text"}).out;
  EXPECT_THAT(words, StartsWith(section.marker() + section.heading()));
  EXPECT_EQ(text::CountCodePoints(words) - 1,
            static_cast<size_t>(section.range().end() - section.range().begin()));
  EXPECT_THAT(Quotectl({"get", section.name()}).out, HasSubstr(section.heading()));

  EXPECT_EQ(Quotectl({"get", "reports/sample/revisions/latest", "--text"}).out,
            Quotectl({"get", "reports/sample/revisions/1", "--text"}).out);
  EXPECT_THAT(Quotectl({"get", "themes/rural"}).out, HasSubstr("themes/rural"));
  EXPECT_EQ(Quotectl({"get", "reports/none"}).code, kExitNothing);
  for (const char* bad : {"sample", "reports/", "reports/sample/pages/1", "themes/a/b", "/", ""}) {
    EXPECT_EQ(Quotectl({"get", bad}).code, kExitInput) << bad;
  }
}

TEST_F(CommandsTest, OutlineOfAReportWithoutATitleBeginsWithItsName) {
  const Result import =
      Quotectl({"import", "-q", "--id", "untitled", "-"}, "同志们：\n我们要加快发展。\n");
  ASSERT_EQ(import.code, kExitOk) << import.err;
  const Result outline = Quotectl({"outline", "untitled"});
  EXPECT_EQ(outline.code, kExitOk);
  EXPECT_THAT(outline.out, StartsWith("reports/untitled"));
}

TEST_F(CommandsTest, ReportsAreFoundByTheBeginningOfTheirIds) {
  for (const char* id : {"2021-a", "2021-ab", "2022-c"}) {
    EXPECT_EQ(Quotectl({"import", "-q", "--id", id, "-"}, "同志们：\n我们要加快发展。\n").code,
              kExitOk);
  }
  EXPECT_EQ(Quotectl({"outline", "2022"}).code, kExitOk);
  EXPECT_EQ(Quotectl({"outline", "reports/2022-"}).code, kExitOk);
  EXPECT_EQ(Quotectl({"outline", "2021-a"}).code, kExitOk) << "an id before a beginning";
  const Result several = Quotectl({"outline", "2021"});
  EXPECT_EQ(several.code, kExitInput);
  EXPECT_THAT(several.err, HasSubstr("2021-a, 2021-ab"));
  EXPECT_EQ(Quotectl({"outline", "1999"}).code, kExitNothing);
  EXPECT_EQ(Quotectl({"find", "发展", "--report", "2022", "--json"}).code, kExitOk);
}

// The text of an export and everything in it fit together.
TEST_F(CommandsTest, ExportIsWhole) {
  ImportSample();
  const Result lines = Quotectl({"export", "sample", "--json"});
  EXPECT_EQ(lines.code, kExitOk);
  std::u32string joined;
  size_t quotes = 0;
  size_t sections = 0;
  size_t defects = 0;
  for (const std::string& line : Lines(lines.out)) {
    const std::string key = line.substr(2, line.find('"', 2) - 2);
    const std::string value = line.substr(key.size() + 4, line.size() - key.size() - 5);
    if (key == "revision") {
      const auto revision = FromJson<v1::Revision>(value);
      joined = text::ToCodePoints(revision.text());
      EXPECT_EQ(static_cast<int64_t>(joined.size()), revision.text_length());
    } else if (key == "quote") {
      const auto quote = FromJson<v1::Quote>(value);
      ++quotes;
      EXPECT_EQ(text::ToUtf8(joined.substr(
                    static_cast<size_t>(quote.range().begin()),
                    static_cast<size_t>(quote.range().end() - quote.range().begin()))),
                quote.text());
    } else if (key == "section") {
      ++sections;
    } else if (key == "defect") {
      ++defects;
    } else {
      EXPECT_EQ(key, "report");
    }
  }
  const auto report =
      FromJson<v1::GetReportResponse>(Quotectl({"get", "reports/sample", "--json"}).out).report();
  EXPECT_EQ(quotes, static_cast<size_t>(report.quote_count() + report.furniture_quote_count()));
  EXPECT_EQ(sections, static_cast<size_t>(report.section_count()));
  EXPECT_EQ(defects, static_cast<size_t>(report.defect_count()));

  const Result document = Quotectl({"export", "sample"});
  EXPECT_EQ(document.out, Quotectl({"export", "reports/sample"}).out) << "stable";
  EXPECT_EQ(Quotectl({"export", "sample", "-o", Path("out.json")}).code, kExitOk);
  EXPECT_EQ(ReadFile(Path("out.json")), document.out);
  EXPECT_FALSE(std::filesystem::exists(Path("out.json.part")));
  EXPECT_EQ(Quotectl({"export", "sample", "-o", Path("no/such/folder.json")}).code, kExitInput);
}

TEST_F(CommandsTest, ChartsGoWhereTheyAreAsked) {
  ImportSample();
  const std::string chart = Path("chart.svg");
  const Result trace = Quotectl({"trace", "高质量发展", "--svg", chart});
  ASSERT_EQ(trace.code, kExitOk) << trace.err;
  EXPECT_THAT(trace.out, StartsWith("高质量发展: "));
  EXPECT_THAT(ReadFile(chart), AllOf(StartsWith("<?xml"), HasSubstr(">高质量发展</text>")));
  const Result output = Quotectl({"trace", "高质量发展", "--svg", "-"});
  EXPECT_EQ(output.code, kExitOk);
  EXPECT_EQ(output.out, ReadFile(chart)) << "the chart and nothing else";
  EXPECT_FALSE(std::filesystem::exists("-"));
  for (const char* const other : {"--csv", "--json"}) {
    EXPECT_EQ(Quotectl({"trace", "高质量发展", "--svg", "-", other}).code, kExitInput);
  }
  EXPECT_EQ(Quotectl({"trace", "高质量发展", "--svg", Path("no/such/folder.svg")}).code,
            kExitInput);
}

TEST_F(CommandsTest, NothingIsPutInThePlaceOfADevice) {
  ImportSample();
  const std::string device = Path("device");
  std::filesystem::create_symlink("/dev/null", device);
  EXPECT_EQ(Quotectl({"trace", "高质量发展", "--svg", device}).code, kExitOk);
  EXPECT_EQ(Quotectl({"export", "sample", "-o", device}).code, kExitOk);
  EXPECT_TRUE(std::filesystem::is_character_file(device));
  EXPECT_FALSE(std::filesystem::exists(device + ".part"));
  // Where there is one that is always full.
  if (std::filesystem::is_character_file("/dev/full")) {
    const std::string full = Path("full");
    std::filesystem::create_symlink("/dev/full", full);
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"trace", "高质量发展", "--svg", full},
          std::vector<std::string>{"export", "sample", "-o", full}}) {
      const Result result = Quotectl(arguments);
      EXPECT_EQ(result.code, kExitService);
      EXPECT_THAT(result.err, HasSubstr("cannot write " + full));
    }
    EXPECT_TRUE(std::filesystem::is_character_file(full));
  }
}

TEST_F(CommandsTest, TracesTakeNoOptionThatTheyWouldPassOver) {
  ImportSample();
  for (const std::vector<std::string>& given : std::vector<std::vector<std::string>>{
           {"高质量发展", "--series"}, {"高质量发展", "--min", "2"}}) {
    std::vector<std::string> arguments = {"trace"};
    arguments.insert(arguments.end(), given.begin(), given.end());
    const Result result = Quotectl(arguments);
    EXPECT_EQ(result.code, kExitInput);
    EXPECT_THAT(result.err, HasSubstr("--series, --min and --min-count need --new"));
  }
  for (const std::vector<std::string>& filter :
       std::vector<std::vector<std::string>>{{"--theme", "rural"},
                                             {"--kind", "any"},
                                             {"--from", "2020"},
                                             {"--to", "2022"},
                                             {"--mode", "review"},
                                             {"--speaker", "甲"},
                                             {"--body", "甲"},
                                             {"--figures"},
                                             {"--section", "reports/sample/sections/s1"}}) {
    std::vector<std::string> arguments = {"trace", "--new", "--report", "sample"};
    arguments.insert(arguments.end(), filter.begin(), filter.end());
    const Result result = Quotectl(arguments);
    EXPECT_EQ(result.code, kExitInput) << filter.front();
    EXPECT_THAT(result.err, HasSubstr("--new takes no filter but --report")) << filter.front();
  }
  EXPECT_EQ(Quotectl({"trace", "--new", "--report", "sample", "--series", "--min", "3"}).code,
            kExitNothing);
}

TEST_F(CommandsTest, EditsTheRegister) {
  ImportSample();
  const Result listed = Quotectl({"defects", "samp"});
  EXPECT_EQ(listed.code, kExitOk) << listed.err;
  EXPECT_THAT(listed.out, AllOf(HasSubstr("支持支持"), HasSubstr("As printed")));
  const size_t before = Lines(listed.out).size();
  EXPECT_EQ(Quotectl({"add-defect", "sample", "--printed", "发展", "--reading", "展发"}).code,
            kExitInput)
      << "more than one place";
  const Result added =
      Quotectl({"add-defect", "sample", "--printed", "发展", "--occurrence", "2", "--reading",
                "展发", "--reading", "", "--kind", "transposition", "--id", "mine"});
  EXPECT_EQ(added.code, kExitOk) << added.err;
  EXPECT_EQ(added.out, "reports/sample/defects/mine is registered\n");
  EXPECT_EQ(Lines(Quotectl({"defects", "sample"}).out).size(), before + 1);
  const Result again = Quotectl(
      {"add-defect", "sample", "--printed", "发展", "--occurrence", "2", "--reading", "x"});
  EXPECT_EQ(again.code, kExitInput);
  EXPECT_THAT(again.err, HasSubstr("already"));

  EXPECT_EQ(Quotectl({"edit-defect", "reports/sample/defects/mine"}).code, kExitInput);
  EXPECT_EQ(Quotectl({"edit-defect", "reports/sample/defects/mine", "--range", "1"}).code,
            kExitInput);
  const Result edited = Quotectl({"edit-defect", "reports/sample/defects/mine", "--note", "见清样",
                                  "--certainty", "certain", "--lang", "zh"});
  EXPECT_EQ(edited.out, "已修改 reports/sample/defects/mine\n") << edited.err;
  const auto defect = FromJson<v1::GetDefectResponse>(
                          Quotectl({"get", "reports/sample/defects/mine", "--json"}).out)
                          .defect();
  EXPECT_EQ(defect.note(), "见清样");
  EXPECT_EQ(defect.certainty(), v1::CERTAINTY_CERTAIN);
  EXPECT_EQ(defect.kind(), v1::Defect::KIND_TRANSPOSITION);
  EXPECT_EQ(defect.readings_size(), 2);
  EXPECT_THAT(Quotectl({"get", "reports/sample/defects/mine"}).out, HasSubstr("an editor"));
  EXPECT_EQ(Quotectl({"edit-defect", "reports/sample/defects/mine", "--note", "", "--etag",
                      defect.etag()})
                .code,
            kExitOk);
  EXPECT_EQ(
      Quotectl({"remove-defect", "reports/sample/defects/mine", "--etag", defect.etag()}).code,
      kExitInput);
  EXPECT_EQ(Quotectl({"remove-defect", "reports/sample/defects/mine"}).out,
            "reports/sample/defects/mine is taken out\n");
  EXPECT_EQ(Quotectl({"remove-defect", "reports/sample/defects/mine"}).code, kExitNothing);
  EXPECT_EQ(Quotectl({"get", "reports/sample/defects/mine"}).code, kExitNothing);
  EXPECT_EQ(Quotectl({"import", "--quiet", "--id", "plain", "-"}, "一句话。\n").code, kExitOk);
  EXPECT_EQ(Quotectl({"defects", "plain"}).code, kExitNothing);
}

TEST_F(CommandsTest, EditorsTagQuotes) {
  ImportSample();
  const auto quotes_of = [this](const std::string& theme) {
    const Result result = Quotectl({"theme", theme, "--all", "--json"});
    return result.code == kExitNothing
               ? 0
               : FromJson<v1::LookupThemeResponse>(Lines(result.out).front()).total_size();
  };
  const int64_t rural = quotes_of("rural");
  const int64_t defence = quotes_of("defence");
  const Result why = Quotectl({"theme", "rural", "-n", "1", "--why"});
  EXPECT_THAT(why.out, HasSubstr("themes/rural (0."));
  EXPECT_EQ(Quotectl({"theme", "rural", "-n", "1"}).out.find("themes/rural"), std::string::npos);
  const std::string name =
      FromJson<v1::LookupThemeResponse>(Quotectl({"theme", "rural", "-n", "1", "--json"}).out)
          .hits(0)
          .quote()
          .name();

  EXPECT_THAT(Quotectl({"tag", name}).out, HasSubstr("themes/rural (0."));
  const Result pinned = Quotectl({"tag", name, "defence"});
  EXPECT_EQ(pinned.code, kExitOk) << pinned.err;
  EXPECT_THAT(pinned.out,
              AllOf(HasSubstr("themes/defence (an editor)"), HasSubstr("has themes/d")));
  const Result removed = Quotectl({"tag", name, "themes/rural", "--remove", "--lang", "zh"});
  EXPECT_THAT(removed.out, AllOf(HasSubstr("没有 themes/rural"), HasSubstr("编辑标注")));
  EXPECT_EQ(quotes_of("rural"), rural - 1);
  EXPECT_EQ(quotes_of("defence"), defence + 1);
  const auto quote = FromJson<v1::GetQuoteResponse>(Quotectl({"get", name, "--json"}).out).quote();
  ASSERT_EQ(quote.tags_size(), 2);
  EXPECT_EQ(quote.tags(0).theme(), "themes/defence");
  EXPECT_EQ(quote.tags(0).action(), v1::QuoteTag::ACTION_PIN);
  EXPECT_EQ(quote.tags(1).action(), v1::QuoteTag::ACTION_REMOVE);
  EXPECT_GT(quote.tags(1).create_time().seconds(), 0);
  EXPECT_EQ(quote.themes(0).origin(), v1::QuoteTheme::ORIGIN_EDITOR);
  EXPECT_THAT(Quotectl({"get", name}).out, HasSubstr("has not themes/rural"));

  EXPECT_EQ(Quotectl({"tag", name, "rural", "--clear"}).code, kExitOk);
  EXPECT_EQ(Quotectl({"tag", name, "defence", "--clear"}).code, kExitOk);
  EXPECT_EQ(quotes_of("rural"), rural);
  EXPECT_EQ(quotes_of("defence"), defence);

  EXPECT_EQ(Quotectl({"tag", name, "none"}).code, kExitNothing);
  EXPECT_EQ(Quotectl({"tag", "reports/sample/quotes/none", "rural"}).code, kExitNothing);
  EXPECT_EQ(Quotectl({"tag", "rural"}).code, kExitInput);
  EXPECT_EQ(Quotectl({"tag", name, "--remove"}).code, kExitInput);
  EXPECT_EQ(Quotectl({"tag", name, "rural", "--remove", "--clear"}).code, kExitInput);
  EXPECT_EQ(Quotectl({"tag", name, "rural", "--etag", "old"}).code, kExitInput);
}

TEST_F(CommandsTest, TagsFollowAMendedSentence) {
  const auto import = [this](const std::string& village) {
    const std::string path = Path("report.txt");
    std::ofstream(path) << "政府工作报告\n一、过去五年工作回顾\n"
                        << village << "群众的腰包鼓起来了。\n";
    const Result result = Quotectl({"import", path, "--id", "one"});
    EXPECT_EQ(result.code, kExitOk) << result.err;
    return result.out + result.err;
  };
  const auto name_of = [this](const std::string& words) {
    const Result result = Quotectl({"find", words, "--json"});
    return FromJson<v1::SearchQuotesResponse>(Lines(result.out).front()).hits(0).quote().name();
  };
  import("建成美丽乡村示范点十二个。");
  const std::string before = name_of("美丽乡村");
  EXPECT_EQ(Quotectl({"tag", before, "defence"}).code, kExitOk);
  const std::string mended = import("建成美好乡村示范点十二个。");
  EXPECT_THAT(mended, Not(HasSubstr("tags left behind")));
  const std::string after = name_of("美好乡村");
  EXPECT_NE(after, before);
  EXPECT_THAT(Quotectl({"get", after}).out, HasSubstr("themes/defence (an editor)"));
  EXPECT_THAT(import(""), AllOf(HasSubstr("tags left behind"),
                                HasSubstr("1 tag of editors stood on sentences that are gone")));
}

TEST_F(CommandsTest, WithdrawsAndRestores) {
  EXPECT_EQ(Quotectl({"withdraw", "sample"}).code, kExitInput) << "there is no database";
  EXPECT_FALSE(std::filesystem::exists(Path("quotes.db")));
  ImportSample();
  const Result withdrawn = Quotectl({"withdraw", "samp"});
  EXPECT_EQ(withdrawn.code, kExitOk) << withdrawn.err;
  EXPECT_EQ(withdrawn.out, "reports/sample is withdrawn; quotectl restore takes it back in\n");
  EXPECT_EQ(Quotectl({"find", "棚改"}).code, kExitNothing);
  EXPECT_EQ(Quotectl({"reports"}).code, kExitNothing);
  EXPECT_THAT(Quotectl({"reports", "--withdrawn"}).out,
              AllOf(HasSubstr("reports/sample"), HasSubstr("State"), HasSubstr("withdrawn")));
  EXPECT_THAT(Quotectl({"get", "reports/sample"}).out, HasSubstr("withdrawn"));
  EXPECT_EQ(Quotectl({"complete-names", "reports"}).out, "");
  EXPECT_EQ(Quotectl({"complete-names", "withdrawn"}).out, "sample\n");
  const Result again = Quotectl({"withdraw", "sample", "--lang", "zh"});
  EXPECT_EQ(again.code, kExitOk);
  EXPECT_EQ(again.out, "reports/sample 先前已撤回\n");
  const Result refused = Quotectl({"export", "sample"});
  EXPECT_EQ(refused.code, kExitInput);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, HasSubstr("withdrawn"));

  // An import says that it stays so.
  const Result imported =
      Quotectl({"import", "--quiet", "--id", "sample", "-"}, SampleReport() + "\n");
  EXPECT_EQ(imported.code, kExitOk) << imported.err;
  EXPECT_THAT(imported.out, HasSubstr("imported as revision 2, stays withdrawn"));
  EXPECT_THAT(imported.err, HasSubstr("warning: reports/sample is withdrawn"));
  EXPECT_EQ(Quotectl({"find", "棚改"}).code, kExitNothing);

  const Result stale = Quotectl({"restore", "sample", "--etag", "x"});
  EXPECT_EQ(stale.code, kExitInput);
  EXPECT_THAT(stale.err, HasSubstr("has changed"));
  const auto report =
      FromJson<v1::GetReportResponse>(Quotectl({"get", "reports/sample", "--json"}).out).report();
  const Result restored =
      Quotectl({"restore", "reports/sample", "--etag", report.etag(), "--json"});
  EXPECT_EQ(restored.code, kExitOk) << restored.err;
  const auto response = FromJson<v1::UndeleteReportResponse>(restored.out);
  EXPECT_EQ(response.report().state(), v1::Report::STATE_ACTIVE);
  EXPECT_FALSE(response.unchanged());
  EXPECT_EQ(Quotectl({"find", "棚改"}).code, kExitOk);
  EXPECT_EQ(Quotectl({"restore", "sample"}).out, "reports/sample was not withdrawn\n");
  EXPECT_EQ(Quotectl({"withdraw", "none"}).code, kExitNothing);
}

TEST_F(CommandsTest, StatusTellsOfTheDatabase) {
  ImportSample();
  const auto status = FromJson<v1::GetStatusResponse>(Quotectl({"status", "--json"}).out);
  EXPECT_EQ(status.report_count(), 1);
  EXPECT_TRUE(status.read_only());
  EXPECT_TRUE(status.ready());
  EXPECT_EQ(status.segment_count(), 1);
  EXPECT_GT(status.segment_bytes(), status.code_point_count());
  EXPECT_GT(status.store().file_bytes() + status.store().log_bytes(), 0);
  EXPECT_GT(status.process().resident_bytes(), 0);
  // A database has no server that could be well.
  EXPECT_EQ(Quotectl({"health"}).code, kExitInput);
  EXPECT_THAT(Quotectl({"status"}).out, AllOf(HasSubstr("sqlite"), HasSubstr(Path("quotes.db"))));
}

TEST_F(CommandsTest, TellsWhoChangedWhat) {
  ImportSample();
  ASSERT_EQ(Quotectl({"withdraw", "sample"}).code, kExitOk);
  const auto audit = FromJson<v1::ListAuditEntriesResponse>(Quotectl({"audit", "--json"}).out);
  ASSERT_EQ(audit.entries_size(), 2);
  EXPECT_EQ(audit.entries(0).action(), v1::AuditEntry::ACTION_WITHDRAW);
  EXPECT_EQ(audit.entries(1).resource(), "reports/sample");
  // Without a server it is the user of the machine.
  EXPECT_THAT(audit.entries(0).caller(), StartsWith("local:"));
  const Result table = Quotectl({"audit", "sample", "--caller", audit.entries(0).caller()});
  EXPECT_EQ(table.code, kExitOk);
  EXPECT_THAT(Lines(table.out), SizeIs(3));
  EXPECT_THAT(table.out, AllOf(HasSubstr("withdraw"), HasSubstr("0 → 1")));
  const Result first = Quotectl({"audit", "-n", "1"});
  EXPECT_THAT(Lines(first.out), SizeIs(2));
  EXPECT_THAT(first.err, HasSubstr("--all"));
  EXPECT_EQ(Quotectl({"audit", "reports/gone"}).code, kExitNothing);
  EXPECT_EQ(Quotectl({"audit", "--from", "2999"}).code, kExitNothing);
  EXPECT_EQ(Quotectl({"audit", "--to", "1999-12"}).code, kExitNothing);
  EXPECT_EQ(Quotectl({"audit", "--from", "soon"}).code, kExitInput);
}

TEST_F(CommandsTest, TellsWhatHasChanged) {
  ImportSample();
  ASSERT_EQ(Quotectl({"withdraw", "sample"}).code, kExitOk);
  const Result all = Quotectl({"watch", "--since", "0", "--once"});
  EXPECT_EQ(all.code, kExitOk) << all.err;
  EXPECT_THAT(Lines(all.out), SizeIs(2));
  EXPECT_THAT(all.out, AllOf(HasSubstr("new report  reports/sample"),
                             HasSubstr("withdrawn  reports/sample")));
  EXPECT_THAT(Lines(Quotectl({"watch", "--since", "0", "--once", "-n", "1"}).out), SizeIs(1));
  EXPECT_EQ(Quotectl({"watch", "--since", "2", "--once"}).code, kExitNothing);
  EXPECT_EQ(Quotectl({"watch", "--since", "3", "--once"}).code, kExitInput);
  EXPECT_EQ(Quotectl({"watch", "--since", "x", "--once"}).code, kExitInput);
  EXPECT_EQ(Quotectl({"watch"}).code, kExitInput) << "a file does not tell by itself";
}

TEST_F(CommandsTest, CopiesADatabase) {
  ImportSample();
  const Result made = Quotectl({"backup", Path("copies/mine.db")});
  EXPECT_EQ(made.code, kExitOk) << made.err;
  EXPECT_THAT(made.out, AllOf(HasSubstr("mine.db"), HasSubstr("SHA-256")));
  EXPECT_EQ(Quotectl({"backup", Path("copies/mine.db")}).code, kExitInput);
  EXPECT_EQ(Quotectl({"backup", Path("copies/mine.txt")}).code, kExitInput);
  EXPECT_EQ(Quotectl({"backup"}).code, kExitInput);
  const std::string found = Quotectl({"find", "棚改"}).out;
  std::filesystem::rename(Path("copies/mine.db"), Path("quotes.db"));
  EXPECT_EQ(Quotectl({"find", "棚改"}).out, found);
}

TEST_F(CommandsTest, WithoutAServerNothingIsReadAnew) {
  ImportSample();
  const Result result = Quotectl({"reload"});
  EXPECT_EQ(result.code, kExitOk) << result.err;
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, HasSubstr("without a server"));
}

TEST_F(CommandsTest, CompletionNamesAreIdsAndCodes) {
  ImportSample();
  EXPECT_EQ(Quotectl({"complete-names", "reports"}).out, "sample\n");
  EXPECT_THAT(Lines(Quotectl({"complete-names", "themes"}).out), ::testing::Contains("rural"));
}

TEST_F(CommandsTest, AFileThatIsNoDatabaseIsAServiceError) {
  Write("quotes.db", "this is no database, but it is long enough to be looked at as one");
  const Result result = Quotectl({"reports"});
  EXPECT_EQ(result.code, kExitService);
  EXPECT_THAT(result.err, AllOf(HasSubstr("quotes.db"), HasSubstr("DATABASE_CORRUPT")));
}

}  // namespace
}  // namespace quotes::ctl
