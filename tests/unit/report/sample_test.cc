// The sample report, as someone reads it on the printed page.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "service/report/defects.h"
#include "service/report/parser.h"
#include "service/report/report_id.h"
#include "service/text/decode.h"
#include "service/text/utf8.h"
#include "tests/support/report_checks.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::report {
namespace {

using ::quotes::testing::ReportViolations;
using ::quotes::testing::SampleDefects;
using ::quotes::testing::SampleReport;
using ::quotes::testing::TextOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SampleTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto source = text::Decode(SampleReport());
    QUOTES_ASSERT_OK(source);
    source_ = new text::DecodedText(*std::move(source));
    auto report = ParseReport(*source_, {.report_id = "sample"});
    QUOTES_ASSERT_OK(report);
    report_ = new ParsedReport(*std::move(report));
  }
  static void TearDownTestSuite() {
    delete report_;
    delete source_;
  }

  static std::vector<std::string> RunsOf(BlockKind kind) {
    std::vector<std::string> texts;
    for (size_t i = 1; i < report_->runs.size(); ++i) {
      if (report_->runs[i].kind == kind) {
        texts.push_back(TextOf(*report_, report_->runs[i].range));
      }
    }
    return texts;
  }

  static const text::DecodedText* source_;
  static const ParsedReport* report_;
};

const text::DecodedText* SampleTest::source_ = nullptr;
const ParsedReport* SampleTest::report_ = nullptr;

TEST_F(SampleTest, HoldsAllInvariants) {
  EXPECT_THAT(ReportViolations(*source_, *report_), IsEmpty());
}

TEST_F(SampleTest, Metadata) {
  const Metadata& m = report_->metadata;
  EXPECT_EQ(m.title, "勇担新使命 奋进新征程 为开创新时代社会主义现代化强国建设 新局面而努力奋斗");
  EXPECT_EQ(m.subtitle, "在中国共产党枣庄市市中区第十次代表大会上的报告");
  EXPECT_EQ(m.event, "中国共产党枣庄市市中区第十次代表大会");
  EXPECT_EQ(m.body, "中国共产党枣庄市市中区第九届委员会");
  EXPECT_EQ(m.speaker, "宋磊");
  EXPECT_EQ(m.office, "");
  EXPECT_EQ(m.language, "zh-Hans");
  EXPECT_EQ(m.date, absl::CivilDay(2022, 1, 17));
}

TEST_F(SampleTest, FurnitureIsKeptBesideTheSpeech) {
  EXPECT_THAT(RunsOf(BlockKind::kMasthead),
              ElementsAre("中国共产党枣庄市市中区第十次代表大会特刊"));
  EXPECT_THAT(RunsOf(BlockKind::kTitle), ElementsAre(report_->metadata.title));
  EXPECT_THAT(RunsOf(BlockKind::kSubtitle),
              ElementsAre("——在中国共产党枣庄市市中区第十次代表大会上的报告"));
  EXPECT_THAT(RunsOf(BlockKind::kDateline), ElementsAre("(2022年1月17日)"));
  EXPECT_THAT(RunsOf(BlockKind::kByline), ElementsAre("宋磊"));
  EXPECT_THAT(
      RunsOf(BlockKind::kCaption),
      ElementsAre("1月17日，宋磊代表中共枣庄市市中区第九届委员会向大会作报告。(记者 王乐平 摄)"));
  EXPECT_THAT(RunsOf(BlockKind::kJumpLine), ElementsAre("（下转11版）"));
  EXPECT_THAT(RunsOf(BlockKind::kBanner),
              ElementsAre("热烈祝贺中国共产党枣庄市市中区第十次代表大会隆重闭幕"));
  EXPECT_EQ(report_->runs.size(), 9u);
}

TEST_F(SampleTest, SpeechBeginsWithTheSalutationAndEndsAtTheJump) {
  const std::string speech = TextOf(*report_, report_->runs.front().range);
  EXPECT_TRUE(speech.starts_with("同志们：现在，我代表"));
  EXPECT_TRUE(speech.ends_with("实施城市绿化提升，以争创国家生态"));
  EXPECT_TRUE(report_->completeness.truncated);
  EXPECT_EQ(report_->completeness.jump_target, "11版");
  EXPECT_EQ(report_->completeness.position, report_->runs.front().range.end);
}

TEST_F(SampleTest, JoinsTheFourPageBreaks) {
  std::vector<std::string> joins;
  for (const Join& join : report_->joins) {
    joins.push_back(TextOf(*report_, {join.position - 4, join.position}) + "|" +
                    TextOf(*report_, {join.position, join.position + 4}) + " " +
                    std::to_string(join.line_before) + "-" + std::to_string(join.line_after));
  }
  EXPECT_THAT(joins, ElementsAre("镇希望社|区等农村 34-36", "担当作为|是制胜法 46-48",
                                 "，“双十|镇”建设 65-67", "发展为关|键，以企 85-87"));
}

TEST_F(SampleTest, Sentences) {
  const auto sentence_with = [&](const std::string& words) {
    std::vector<std::string> found;
    for (const Quote& quote : report_->quotes) {
      const std::string text = TextOf(*report_, quote.range);
      if (text.find(words) != std::string::npos) {
        found.push_back(text);
      }
    }
    return found;
  };
  EXPECT_THAT(
      sentence_with("希望社区"),
      ElementsAre("111个行政村全部纳入环卫市场化运作体系，顺利完成西王庄镇希望社区等农村安置"
                  "房建设，区级美丽乡村创建率达100%。"));
  EXPECT_THAT(sentence_with("制胜法宝"),
              ElementsAre("担当作为是制胜法宝，唯有大干快干才能善作善成。"));
  EXPECT_THAT(sentence_with("双十镇"),
              ElementsAre("城乡一体日趋紧密，“双十镇”建设取得突破，“五大振兴”齐头并进，力争省、市级"
                          "美丽乡村创建实现全覆盖。"));
  EXPECT_THAT(sentence_with("既集中力量"), ::testing::SizeIs(1));
  // ；stays inside.
  EXPECT_THAT(
      sentence_with("民生支出占公共财政支出"),
      ElementsAre("坚持人民至上，民生支出占公共财政支出的70.3%；城镇新增就业4.5万余人，城镇登"
                  "记失业率控制在4.5%以内；连续5年提高困难群众、特殊群体救助福利标准。"));
  EXPECT_THAT(sentence_with("同志们！"), ElementsAre("同志们！"));
  EXPECT_EQ(TextOf(*report_, report_->quotes.front().range), "同志们：");
}

TEST_F(SampleTest, EveryRegisteredFaultIsPlaced) {
  const auto entries = ParseDefects(SampleDefects());
  QUOTES_ASSERT_OK(entries);
  ASSERT_EQ(entries->size(), 14u);
  EXPECT_THAT((*entries)[10].readings,
              ElementsAre("越要快人一步、快马加鞭", "越要先人一步、快马加鞭"));
  const auto defects = PlaceDefects(*report_, *entries);
  QUOTES_ASSERT_OK(defects);
  ASSERT_EQ(defects->size(), entries->size());
  for (size_t i = 0; i < defects->size(); ++i) {
    const Defect& defect = (*defects)[i];
    EXPECT_EQ(TextOf(*report_, defect.range), (*entries)[i].printed);
    EXPECT_TRUE(IsResourceId(defect.id)) << defect.id;
    const auto span = std::find_if(
        report_->print_spans.begin(), report_->print_spans.end(), [&](const PrintSpan& s) {
          return s.joined.begin <= defect.range.begin && defect.range.begin < s.joined.end;
        });
    ASSERT_NE(span, report_->print_spans.end());
    EXPECT_EQ(span->line, (*entries)[i].line);
  }
}

TEST_F(SampleTest, FindsTheDoubledPassage) {
  const auto found =
      std::find_if(report_->lint.begin(), report_->lint.end(),
                   [](const LintFinding& f) { return f.kind == LintKind::kDuplicatedPassage; });
  ASSERT_NE(found, report_->lint.end());
  EXPECT_EQ(found->line, 42u);
  EXPECT_EQ(found->range.size(), 250u);
}

TEST_F(SampleTest, SameReportInEveryEncoding) {
  const auto utf16 = [&](bool little) {
    std::string bytes = little ? "\xFF\xFE" : "\xFE\xFF";
    for (const char32_t c : source_->text) {
      const auto low = static_cast<char>(c & 0xFF);
      const auto high = static_cast<char>(c >> 8);
      bytes.push_back(little ? low : high);
      bytes.push_back(little ? high : low);
    }
    return bytes;
  };
  for (const bool little : {true, false}) {
    const auto source = text::Decode(utf16(little));
    QUOTES_ASSERT_OK(source);
    const auto report = ParseReport(*source, {.report_id = "sample"});
    QUOTES_ASSERT_OK(report);
    EXPECT_THAT(ReportViolations(*source, *report), IsEmpty());
    EXPECT_EQ(report->joined, report_->joined);
    ASSERT_EQ(report->quotes.size(), report_->quotes.size());
    for (size_t i = 0; i < report->quotes.size(); ++i) {
      EXPECT_EQ(report->quotes[i].id, report_->quotes[i].id);
    }
  }
}

}  // namespace
}  // namespace quotes::report
