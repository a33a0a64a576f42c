#include "service/report/invisible.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/utf8.h"
#include "tests/support/report_checks.h"
#include "tests/support/status_matchers.h"

namespace quotes::report {
namespace {

using ::quotes::testing::ReportViolations;
using ::quotes::testing::TextOf;
using ::testing::IsEmpty;

constexpr std::u32string_view kReport =
    U"青禾县文化局工作报告\n"
    U"（2023年12月28日在全县文化工作会议上）\n"
    U"局长　苏敏\n"
    U"同志们：\n"
    U"　　现将一年来的工作报告如下，请大家审议。\n"
    U"　　一、阵地建设\n"
    U"　　（一）新馆开放。新馆面积8600平方米，①设座席1200个，②藏书42万册。\n"
    U"　　（二）分馆联网。建成乡镇分馆16个，通借通还率达到93.5%。\n"
    U"　　二、读者服务\n"
    U"　　全年到馆58万人次，比上年增长12.6%；举办讲座136场。\n"
    U"　　同志们，让我们把图书馆办得更好，让书香飘满全县！\n";

ParsedReport Parse(std::u32string_view text) {
  const auto source = text::Decode(text::ToUtf8(text), text::Encoding::kUtf8);
  QUOTES_EXPECT_OK(source);
  auto report = ParseReport(*source, {.report_id = "r"});
  QUOTES_EXPECT_OK(report);
  EXPECT_THAT(ReportViolations(*source, *report), IsEmpty()) << text::ToUtf8(text);
  return *std::move(report);
}

std::u32string Visible(std::string_view text) {
  std::u32string visible = text::ToCodePoints(text);
  std::erase_if(visible, IsInvisible);
  return visible;
}

std::vector<std::string> Outline(const ParsedReport& report) {
  std::vector<std::string> outline;
  for (const Section& section : report.sections) {
    outline.push_back(section.path + " " + section.marker + section.heading);
  }
  return outline;
}

std::vector<std::u32string> Sentences(const ParsedReport& report) {
  std::vector<std::u32string> sentences;
  for (const Quote& quote : report.quotes) {
    if (quote.block == BlockKind::kWebFurniture) {
      continue;  // edges of lines
    }
    sentences.push_back(Visible(TextOf(report, quote.range)));
    // Blanks between a line's first character and marks before it belong to its first span.
    sentences.back().erase(0, sentences.back().find_first_not_of(U"　 "));
  }
  return sentences;
}

TEST(InvisibleCharacters, ChangeNothingOfWhatIsRead) {
  constexpr std::u32string_view kCharacters =
      U"\u200B\u200C\u200D\u200E\u200F\u2060\u202A\u202C\u2066\u2069\uFEFF\u00AD";
  const ParsedReport plain = Parse(kReport);
  ASSERT_GE(plain.sections.size(), 4u);
  std::mt19937 random(20);
  for (int round = 0; round < 60; ++round) {
    std::u32string text;
    size_t put = 0;
    for (const char32_t c : kReport) {
      // At the beginning of lines in the first rounds, then anywhere.
      const bool here = round < 20 ? (text.empty() || text.back() == U'\n') : random() % 7 == 0;
      if (here && !text.empty() && c != U'\n') {
        text.push_back(kCharacters[random() % kCharacters.size()]);
        ++put;
      }
      text.push_back(c);
    }
    ASSERT_GT(put, 8u);
    const ParsedReport report = Parse(text);
    EXPECT_EQ(Outline(report), Outline(plain));
    EXPECT_EQ(Sentences(report), Sentences(plain)) << text::ToUtf8(text);
    EXPECT_EQ(report.metadata.title, plain.metadata.title);
    EXPECT_EQ(report.metadata.speaker, plain.metadata.speaker);
    EXPECT_EQ(report.metadata.date, plain.metadata.date);
    EXPECT_EQ(std::count_if(report.joined.begin(), report.joined.end(), IsInvisible),
              static_cast<std::ptrdiff_t>(put));
    EXPECT_LE(std::count_if(report.lint.begin(), report.lint.end(),
                            [](const LintFinding& finding) {
                              return finding.kind == LintKind::kEncodingDamage;
                            }),
              1);
  }
}

TEST(InvisibleCharacters, AreKeptWhereTheyStandAlone) {
  const ParsedReport report = Parse(
      U"工作要点\n\u200B\n　\uFEFF　\n　　要抓好春耕生产和抗旱工作。 "
      U"\u200E\n\u2060　　要抓好防汛。\n");
  EXPECT_EQ(std::count_if(report.joined.begin(), report.joined.end(), IsInvisible), 4);
}

TEST(InvisibleCharacters, SoftHyphensOfEnglishStillPartWords) {
  const ParsedReport report = Parse(
      U"Remarks of the Chair\n\nWe will keep our commit\u00AD\nment to the peo\u00ADple of "
      U"this city. We will build new schools and new roads for them.\n");
  EXPECT_EQ(report.metadata.language, "en");
}

// The space for a break has a place of its own, whatever stands around the break.
TEST(InvisibleCharacters, AtTheEndsOfEnglishLinesAreInOnePlace) {
  constexpr std::u32string_view kEnglish[] = {
      U"The government will build twelve new schools and mend",
      U"forty miles of roads before the end of the year, as it",
      U"promised in its last report to this assembly. We thank",
      U"the teachers of this city, who taught without a roof",
      U"over their heads. They will have one before the winter."};
  const auto read = [&](std::u32string_view before, std::u32string_view behind) {
    std::u32string text = U"Remarks of the Mayor\n\n";
    for (const std::u32string_view line : kEnglish) {
      text.append(before).append(line).append(behind) += U'\n';
    }
    return Parse(text);
  };
  const ParsedReport plain = read(U"", U"");
  ASSERT_EQ(plain.metadata.language, "en");
  ASSERT_EQ(Sentences(plain).size(), 4u);  // of the text three
  for (const std::u32string_view before :
       {U"", U"\u200B", U"\u2060\u200B", U"\u2060 ", U" \u200B"}) {
    for (const std::u32string_view behind : {U"", U"\u200B", U" \u200B", U"\u200B "}) {
      EXPECT_EQ(Sentences(read(before, behind)), Sentences(plain))
          << text::ToUtf8(before) << "|" << text::ToUtf8(behind);
    }
  }
  // Mail that is quoted.
  for (const std::u32string_view before : {U">", U"> ", U">\u200B", U">>"}) {
    for (const std::u32string_view behind : {U"", U"\u200B"}) {
      std::u32string text;
      for (int i = 0; i < 20; ++i) {
        text.append(before).append(kEnglish[i % 5]).append(behind) += U'\n';
      }
      Parse(text);
    }
  }
}

TEST(InvisibleCharacters, ThatWouldMakeSentencesTooLongAreReadAsTheyAre) {
  std::u32string text = U"一、工作\n要抓好";
  text.append(300000, U'\u200B');
  text += U"落实。\n";
  const ParsedReport report = Parse(text);
  EXPECT_EQ(report.joined.size(), text.size() - 2);
}

}  // namespace
}  // namespace quotes::report
