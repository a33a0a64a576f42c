#include "service/report/english.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "service/report/english_sentences.h"
#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/report_checks.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::report {
namespace {

using ::testing::ElementsAre;
using Strings = std::vector<std::string>;

ParsedReport Parse(const std::string& text) {
  const auto source = text::Decode(text);
  auto report = ParseReport(*source, {.report_id = "r"});
  QUOTES_EXPECT_OK(report);
  EXPECT_THAT(testing::ReportViolations(*source, *report), ::testing::IsEmpty());
  return *std::move(report);
}

Strings Sentences(const std::string& paragraph) {
  const std::u32string text = text::ToCodePoints(paragraph);
  std::vector<Sentence> sentences;
  SplitEnglishSentences(text, {0, static_cast<uint32_t>(text.size())}, &sentences);
  Strings found;
  uint32_t at = 0;
  for (const Sentence& sentence : sentences) {
    EXPECT_EQ(sentence.range.begin, at);
    at = sentence.range.end;
    found.push_back(text::ToUtf8(text.substr(sentence.range.begin, sentence.range.size())));
    while (found.back().ends_with(' ')) {
      found.back().pop_back();
    }
  }
  EXPECT_EQ(at, text.size());
  return found;
}

TEST(EnglishSentencesTest, AbbreviationsNumbersAndQuotationMarks) {
  EXPECT_THAT(Sentences("Mr. Speaker spoke. Dr. A. B. Cole of St. Ives agreed."),
              ElementsAre("Mr. Speaker spoke.", "Dr. A. B. Cole of St. Ives agreed."));
  EXPECT_THAT(
      Sentences("Growth was 6.5 percent, i.e. more than planned. No. 3 plant closed on Jan. 5."),
      ElementsAre("Growth was 6.5 percent, i.e. more than planned.",
                  "No. 3 plant closed on Jan. 5."));
  EXPECT_THAT(Sentences("Will we wait? No. We will act."),
              ElementsAre("Will we wait?", "No.", "We will act."));
  EXPECT_THAT(
      Sentences("We trade with the U.S. Congress knows it. It is made in the U.S. We gain."),
      ElementsAre("We trade with the U.S. Congress knows it.", "It is made in the U.S.",
                  "We gain."));
  EXPECT_THAT(
      Sentences("\u201cEnough!\u201d she said. \u201cWe are done.\u201d Nobody stirred."),
      ElementsAre("\u201cEnough!\u201d she said.", "\u201cWe are done.\u201d", "Nobody stirred."));
  EXPECT_THAT(Sentences("1. Keep prices stable. We will watch them."),
              ElementsAre("1. Keep prices stable.", "We will watch them."));
  EXPECT_THAT(
      Sentences("Shops opened at 9 a.m. and closed late... Some never closed; others did."),
      ElementsAre("Shops opened at 9 a.m. and closed late...", "Some never closed; others did."));
  EXPECT_THAT(Sentences("He left (so they say). \u201d"),
              ElementsAre("He left (so they say). \u201d"));
}

TEST(EnglishTest, LanguageIsThatOfMostLetters) {
  EXPECT_TRUE(IsEnglishText(U"Report on the work of the government (政府工作报告)"));
  EXPECT_FALSE(IsEnglishText(U"国内生产总值（GDP）增长较快"));
  EXPECT_FALSE(IsEnglishText(U"2022"));
}

TEST(EnglishTest, Dates) {
  const auto day = [](std::u32string_view folded) -> std::string {
    const auto date = FindEnglishDate(folded);
    return date ? absl::FormatCivilTime(date->day) : "";
  };
  EXPECT_EQ(day(U"delivered on march 5, 2024"), "2024-03-05");
  EXPECT_EQ(day(U"5 march 2024"), "2024-03-05");
  EXPECT_EQ(day(U"updated: sept. 12, 2019 19:14"), "2019-09-12");
  EXPECT_EQ(day(U"the 3rd of may 1999, june 1st, 2001"), "2001-06-01");
  EXPECT_EQ(day(U"march 5"), "");
  EXPECT_EQ(day(U"february 30, 2024"), "");
  EXPECT_EQ(day(U"in may 2024 we"), "");
}

TEST(EnglishTest, Bylines) {
  const auto read = [](const std::string& line) -> std::string {
    const std::u32string printed = text::ToCodePoints(line);
    std::u32string folded = printed;
    for (char32_t& c : folded) {
      c = text::FoldLetter(c);
    }
    const auto byline = ReadEnglishByline(printed, folded);
    if (!byline) {
      return "";
    }
    const auto part = [&](size_t begin, size_t end) {
      return text::ToUtf8(printed.substr(begin, end - begin));
    };
    return part(byline->name_begin, byline->name_end) + "/" +
           part(byline->office_begin, byline->office_end);
  };
  EXPECT_EQ(read("Chen Weiming, Premier of the State Council"),
            "Chen Weiming/Premier of the State Council");
  EXPECT_EQ(read("Prime Minister Ann O'Dell"), "Ann O'Dell/Prime Minister");
  EXPECT_EQ(read("By Jane Roe"), "Jane Roe/");
  EXPECT_EQ(read("Peace, prosperity, and progress"), "");
  EXPECT_EQ(read("President of the Senate"), "");
}

TEST(EnglishTest, Markers) {
  const auto number = [](std::u32string_view text) { return ReadEnglishMarker(text).number; };
  EXPECT_EQ(number(U"IV. Major Tasks"), 4);
  EXPECT_EQ(number(U"Part III: The Future"), 3);
  EXPECT_EQ(number(U"CHAPTER TWO"), 2);
  EXPECT_EQ(number(U"12. Housing"), 12);
  EXPECT_EQ(number(U"(3) Housing"), 3);
  EXPECT_EQ(number(U"B. Housing"), 2);
  EXPECT_EQ(number(U"Second, we will build"), 2);
  EXPECT_EQ(number(U"Second to none"), 0);
  EXPECT_EQ(number(U"I remember"), 0);
  EXPECT_EQ(number(U"9.8 percent"), 0);
  EXPECT_EQ(number(U"Section 8 vouchers"), 0);
  EXPECT_EQ(number(U"IIII. x"), 0);
}

TEST(EnglishTest, HeadsMayHaveTheNameAndTheOfficeOnLinesOfTheirOwn) {
  const ParsedReport report = Parse(
      "Daily Courier | Updated: 2024-03-13 08:00\n"
      "REPORT ON THE WORK OF THE COUNCIL\n\n"
      "Delivered at the Second Session of the Assembly\n"
      "on March 5, 2024\n\n"
      "Chen Weiming\n"
      "President of the Council\n\n"
      "Fellow Delegates,\n\n"
      "We did two things.\n\n"
      "First, we cut taxes for every shop in the city. Trade grew at once.\n\n"
      "Second, we mended what was broken. Nothing else would have been right.\n");
  const Metadata& metadata = report.metadata;
  EXPECT_EQ(metadata.title, "REPORT ON THE WORK OF THE COUNCIL");
  EXPECT_EQ(metadata.event, "Second Session of the Assembly");
  EXPECT_EQ(metadata.speaker, "Chen Weiming");
  EXPECT_EQ(metadata.office, "President of the Council");
  EXPECT_EQ(metadata.date, absl::CivilDay(2024, 3, 5));
  EXPECT_EQ(metadata.publication.issue_date, absl::CivilDay(2024, 3, 13));
  EXPECT_EQ(testing::DumpOutline(report),
            "1 MARKED run-in - <First,> we cut taxes for every shop in the city … once.\n"
            "2 MARKED run-in - <Second,> we mended what was broken …right.\n");
}

// The words of every paragraph, soft hyphens and wraps undone.
Strings Folded(const ParsedReport& report) {
  Strings paragraphs;
  for (const Range& range : report.paragraphs) {
    paragraphs.push_back(text::ToUtf8(
        text::Fold(std::u32string_view(report.joined).substr(range.begin, range.size())).units));
  }
  return paragraphs;
}

Strings SpeechIds(const ParsedReport& report) {
  Strings ids;
  for (const Quote& quote : report.quotes) {
    if (IsSpeech(quote.block)) {
      ids.push_back(quote.id);
    }
  }
  return ids;
}

// Wraps each paragraph at `width`; `indent` spaces begin each. `gap` puts blank lines between them.
std::string Wrap(const std::string& text, size_t width, size_t indent, bool gap,
                 const std::string& line_break) {
  std::string out;
  std::string line;
  const auto end_line = [&] {
    out += line + line_break;
    line.clear();
  };
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string paragraph = text.substr(begin, end - begin);
    begin = end + 1;
    if (paragraph.empty()) {
      continue;
    }
    line = std::string(indent, ' ');
    size_t at = 0;
    while (at < paragraph.size()) {
      const size_t space = std::min(paragraph.find(' ', at), paragraph.size());
      const std::string word = paragraph.substr(at, space - at);
      if (line.size() > indent && line.size() + 1 + word.size() > width) {
        end_line();
      }
      line += (line.empty() || line.ends_with(' ') ? "" : " ") + word;
      at = space + 1;
    }
    end_line();
    if (gap) {
      out += line_break;
    }
  }
  return out;
}

// A text wrapped by a mail program or a printer is the same text, with the same names of quotes.
TEST(EnglishTest, WrappedTextsHaveTheParagraphsAndOutlineOfTheirOriginal) {
  const std::string page =
      testing::ReadFile(testing::SourceDir() / "tests/data/english/work-report.txt");
  const std::string text =
      page.substr(page.find("REPORT ON"), page.find("\n[1]") - page.find("REPORT ON"));
  const ParsedReport whole = Parse(text);
  ASSERT_EQ(whole.sections.size(), 10u);
  for (const size_t width : {56u, 64u, 72u, 80u}) {
    for (const std::string line_break : {"\n", "\r\n"}) {
      SCOPED_TRACE(std::to_string(width) + (line_break.size() == 2 ? " CRLF" : " LF"));
      const ParsedReport wrapped = Parse(Wrap(text, width, 0, true, line_break));
      EXPECT_EQ(Folded(wrapped), Folded(whole));
      EXPECT_EQ(testing::DumpMetadata(wrapped), testing::DumpMetadata(whole));
      EXPECT_EQ(testing::DumpOutline(wrapped), testing::DumpOutline(whole));
      EXPECT_EQ(SpeechIds(wrapped), SpeechIds(whole));
    }
  }
}

TEST(EnglishTest, IndentsBeginParagraphs) {
  const std::string text =
      "On behalf of the council I report on the work of the past year, which was hard for many.\n"
      "Prices rose. Wages rose faster, and so did the number of people who had work in the city.\n"
      "We built nine schools. We mended forty bridges, some of them older than anyone alive "
      "today.\n"
      "Nothing of this was easy. All of it was done by people who will never be thanked enough.\n";
  EXPECT_EQ(Folded(Parse(Wrap(text, 60, 4, false, "\n"))), Folded(Parse(text)));
}

TEST(EnglishTest, CleanTextsRaiseNoAlarm) {
  for (const char* file : {"work-report.txt", "address.txt"}) {
    const ParsedReport report =
        Parse(testing::ReadFile(testing::SourceDir() / "tests/data/english" / file));
    for (const LintFinding& finding : report.lint) {
      EXPECT_EQ(finding.kind, LintKind::kPageBreakJoin) << file << ": " << finding.message;
    }
    EXPECT_FALSE(report.completeness.truncated) << file;
    EXPECT_EQ(report.metadata.language, "en");
  }
}

}  // namespace
}  // namespace quotes::report
