#include "service/report/unwrap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
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

using ::quotes::testing::DumpOutline;
using ::quotes::testing::ReportViolations;
using ::quotes::testing::TextOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

constexpr std::u32string_view kParagraphs[] = {
    U"海棠医院工作报告",
    U"（2024年2月6日在海棠医院第三届职工代表大会第二次会议上）",
    U"院长　郑岚",
    U"各位代表：",
    U"现在，我代表医院领导班子，向大会报告一年来的工作，请予审议，并请列席的同志提出意见和建议。",
    U"一年工作回顾",
    U"刚刚过去的一年，全院职工同心协力，门诊量首次突破120万人次，平均住院日缩短到6.8天，病人满意度"
    U"达到97.3%，医院综合实力在全省同类医院中前移了两位。",
    U"一、医疗质量稳步提高",
    U"建立起覆盖全部临床科室的质量控制体系，开展多学科联合会诊860例，疑难危重病人抢救成功率提高到"
    U"95.1%，“三级查房”“术前讨论”等核心制度得到落实。",
    U"二、学科建设迈出新步伐",
    U"新增省级重点专科3个，承担国家自然科学基金项目11项；建成西部首个儿童心脏病救治中心，①引进学科"
    U"带头人4名，②选派骨干医师26人次进修，③培养住院医师118人。",
    U"三、改革和管理取得实效",
    U"药品和耗材收入占比下降到31.4%，全面推行检查检验结果互认，为病人节省费用2600多万元。主要做到："
    U"一是把住入口，严格遴选；二是管住过程，逐月公示；三是守住底线，有违必究。",
    U"今年的主要任务",
    U"今年要抓好以下几件事。",
    U"（一）提升急诊急救能力。改造急诊中心4200平方米，把胸痛、卒中、创伤三个救治单元合在一处，病人"
    U"到院"
    U"后的等候时间再缩短三分之一。",
    U"（二）建好东院区。确保6月底前主体封顶、年底前交付门诊楼，同步招聘护理人员180名并完成岗前培训"
    U"。",
    U"（三）办好职工实事。新建职工食堂和托育点，落实带薪休假制度，让大家安心工作、舒心生活。",
    U"各位代表！医者仁心，使命在肩。让我们团结一心、埋头苦干，为守护全市人民健康作出新的更大贡献！",
};

constexpr std::u32string_view kClosing = U"，。；：！？、”）》%";
constexpr std::u32string_view kOpening = U"“（《";

struct Wrapping {
  uint32_t width = 30;
  bool columns = false;      // a Chinese character takes two
  bool hanging = true;       // marks hang over the edge, else the word before them moves down
  bool whole_words = false;  // numbers and Latin words are not parted
  std::u32string_view indent;
  std::u32string_view between = U"\n";  // paragraphs
};

bool IsLatin(char32_t c) { return c > U' ' && c < 0x7F; }

std::u32string Wrap(std::u32string_view paragraph, const Wrapping& how) {
  std::u32string rest = std::u32string(how.indent) + std::u32string(paragraph);
  std::u32string lines;
  while (true) {
    size_t end = 0;
    for (uint32_t taken = 0; end < rest.size(); ++end) {
      taken += how.columns && rest[end] >= 0x1100 ? 2u : 1u;
      if (taken > how.width) {
        break;
      }
    }
    const auto is = [&](std::u32string_view marks, size_t at) {
      return at < rest.size() && marks.find(rest[at]) != std::u32string_view::npos;
    };
    while (how.hanging && is(kClosing, end)) {
      ++end;
    }
    if (end >= rest.size()) {
      return lines + rest;
    }
    while (how.whole_words && IsLatin(rest[end]) && IsLatin(rest[end - 1])) {
      --end;
    }
    while (!how.hanging && (is(kClosing, end) || is(kOpening, end - 1))) {
      --end;
    }
    lines += rest.substr(0, end) + U"\n";
    rest.erase(0, end);
  }
}

text::DecodedText Decode(std::u32string_view text) {
  return *text::Decode(text::ToUtf8(text), text::Encoding::kUtf8);
}

std::u32string Report(const Wrapping* how) {
  std::u32string text;
  for (const std::u32string_view paragraph : kParagraphs) {
    text += how == nullptr ? std::u32string(paragraph) + U"\n"
                           : Wrap(paragraph, *how) + std::u32string(how->between);
  }
  return text;
}

ParsedReport Parse(std::u32string_view text) {
  const text::DecodedText source = Decode(text);
  auto report = ParseReport(source, {.report_id = "r"});
  QUOTES_EXPECT_OK(report);
  EXPECT_THAT(ReportViolations(source, *report), IsEmpty()) << text::ToUtf8(text);
  return *std::move(report);
}

std::vector<std::string> Sentences(const ParsedReport& report) {
  std::vector<std::string> sentences;
  for (const Quote& quote : report.quotes) {
    sentences.push_back(TextOf(report, quote.range));
  }
  return sentences;
}

TEST(WrappedText, HasTheOutlineAndTheSentencesThatItHadBefore) {
  const ParsedReport whole = Parse(Report(nullptr));
  ASSERT_GE(whole.sections.size(), 11u);
  for (const bool columns : {false, true}) {
    for (const bool hanging : {false, true}) {
      for (const bool whole_words : {false, true}) {
        for (const std::u32string_view indent : {U"　　", U"    "}) {
          for (uint32_t width = 24; width <= 44; width += 4) {
            const Wrapping how{columns ? 2 * width : width, columns, hanging, whole_words, indent};
            const ParsedReport wrapped = Parse(Report(&how));
            SCOPED_TRACE(text::ToUtf8(Report(&how)));
            EXPECT_EQ(DumpOutline(wrapped), DumpOutline(whole));
            EXPECT_EQ(Sentences(wrapped), Sentences(whole));
            EXPECT_EQ(wrapped.metadata.title, whole.metadata.title);
            EXPECT_EQ(wrapped.metadata.speaker, "郑岚");
          }
        }
      }
    }
  }
}

TEST(WrappedText, NeedsNoIndentWhereBlankLinesPartParagraphs) {
  const ParsedReport whole = Parse(Report(nullptr));
  for (uint32_t width = 25; width <= 45; width += 5) {
    const Wrapping how{width, false, true, false, U"", U"\n\n"};
    const ParsedReport wrapped = Parse(Report(&how));
    EXPECT_EQ(DumpOutline(wrapped), DumpOutline(whole)) << width;
    EXPECT_EQ(Sentences(wrapped), Sentences(whole)) << width;
  }
}

TEST(WrappedText, NeedsNeitherWhereLinesTellByTheirLength) {
  const ParsedReport whole = Parse(Report(nullptr));
  for (const uint32_t width : {27u, 33u, 40u}) {
    const Wrapping how{.width = width, .indent = U""};
    const ParsedReport wrapped = Parse(Report(&how));
    EXPECT_EQ(DumpOutline(wrapped), DumpOutline(whole)) << width;
    EXPECT_EQ(Sentences(wrapped), Sentences(whole)) << width;
  }
}

TEST(WrappedText, EachSpanStaysOnItsLine) {
  const Wrapping how{30, false, true, false, U"　　"};
  const std::u32string text = Report(&how);
  const std::string bytes = text::ToUtf8(text);
  const ParsedReport report = Parse(text);
  std::vector<size_t> begins{0};
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\n') {
      begins.push_back(i + 1);
    }
  }
  size_t joins = 0;
  for (const PrintSpan& span : report.print_spans) {
    ASSERT_LT(span.line, begins.size());
    EXPECT_GE(span.byte_begin, begins[span.line - 1]);
    EXPECT_LT(span.byte_end, begins[span.line]);
    EXPECT_EQ(bytes.substr(span.byte_begin, span.byte_end - span.byte_begin),
              TextOf(report, span.joined));
    joins += static_cast<size_t>(
        std::count_if(report.joins.begin(), report.joins.end(), [&](const Join& join) {
          return join.position == span.joined.begin && join.line_before + 1 == span.line &&
                 join.line_after == span.line;
        }));
  }
  EXPECT_GT(joins, 10u);
  EXPECT_EQ(joins, report.joins.size());
}

TEST(WrappedText, RunningHeadsAndPageNumbersStayOutOfParagraphs) {
  const Wrapping how{30, false, true, false, U"　　"};
  const std::u32string text = Report(&how);
  std::u32string paged;
  size_t line = 0;
  size_t page = 1;
  for (const char32_t c : text) {
    paged.push_back(c);
    if (c == U'\n' && ++line % 12 == 0) {
      paged +=
          U"海棠医院职工代表大会材料\n— " + text::ToCodePoints(std::to_string(page++)) + U" —\n";
    }
  }
  ASSERT_GE(page, 3u);
  const ParsedReport report = Parse(paged);
  std::vector<std::string> speech;
  for (const Quote& quote : report.quotes) {
    if (IsSpeech(quote.block)) {
      speech.push_back(TextOf(report, quote.range));
    }
  }
  EXPECT_THAT(speech, Each(Not(::testing::HasSubstr("材料"))));
  std::vector<std::string> whole;
  const ParsedReport unwrapped = Parse(Report(nullptr));
  for (const Quote& quote : unwrapped.quotes) {
    if (IsSpeech(quote.block)) {
      whole.push_back(TextOf(unwrapped, quote.range));
    }
  }
  EXPECT_EQ(speech, whole);
}

TEST(FindWraps, LeavesLinesAloneThatAreParagraphs) {
  const auto wraps = [](std::u32string_view text) {
    const text::DecodedText source = Decode(text);
    return FindWraps(source.text, source.text, *SplitLines(source.text)).goes_on;
  };
  // As long as each other, but all closed.
  EXPECT_THAT(wraps(U"我们坚持以人民为中心的发展思想，办成一批实事。\n"
                    U"我们坚持稳中求进的工作总基调，推动了经济增长。\n"
                    U"我们坚持改革开放的正确大方向，激发了市场活力。\n"
                    U"我们坚持依法行政和从严治政，守住了廉洁的底线。\n"
                    U"我们坚持统筹发展和安全两件事，保持了社会稳定。\n"),
              Each(false));
  // Open, but each begins with a bullet or is as wide as it happens to be.
  EXPECT_THAT(wraps(U"●全市粮食总产量稳定在一百二十万吨以上\n"
                    U"●建成高标准农田二十三万亩并配套灌溉设施\n"
                    U"●新改建农村公路四百六十公里、桥梁十二座\n"
                    U"●农村集中供水人口的比例达到百分之九十四\n"),
              Each(false));
  EXPECT_THAT(wraps(U"要点\n增加投入\n改造老旧小区的供水、供气和供热管网设施\n修路\n办学\n"),
              Each(false));
}

}  // namespace
}  // namespace quotes::report
