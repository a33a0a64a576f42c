#include "service/themes/scheme.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/limits.h"
#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/utf8.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::themes {
namespace {

using ::quotes::testing::HasCode;
using ::quotes::testing::HasField;
using ::quotes::testing::HasReason;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr char kThemes[] =
    "code\tparent\tzh\ten\tscope\n"
    "city\t\t城市\tCity\tAll of it\n"
    "city.road\tcity\t道路\tRoads\tRoads\n"
    "city.park\tcity\t公园\tParks\tParks\n"
    "farm\t\t农业\tFarming\tFields\n"
    "city.road.bridge\tcity.road\t桥\tBridges\tBridges\n";

constexpr char kCues[] =
    "# a comment\n"
    "version\t7\n"
    "code\tterm\tweight\tscope\n"
    "\n"
    "city\t城市\t1\tany\n"
    "city\t城\t0.7\theading\n"
    "city.road\t道路\t1\tany\n"
    "city.road\t路\t0.5\tany\n"
    "city.park\t公园\t1\tany\n"
    "city.park\t绿地\t0.5\tany\n"
    "city.park\t草莓\t-1\tany\n"
    "farm\t田\t1\tany\n"
    "farm\t道路田\t1\tany\n"
    "farm\t谢田\t1\town\n"
    "city.road.bridge\t桥\t1\tany\n"
    "-\t思路\t0\tany\n";

std::shared_ptr<const Scheme> Small() {
  auto scheme = Scheme::Parse(kThemes, kCues);
  EXPECT_THAT(scheme, ::quotes::testing::IsOk());
  return *scheme;
}

std::string Replace(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// Puts reports together sentence by sentence.
class Builder {
 public:
  // Opens a section; `text` is its heading, on a line of its own. Returns its index.
  int Heading(std::string_view text, int parent = -1) {
    report::Section section;
    section.parent = parent;
    section.heading = text;
    section.heading_range = Append(text);
    report_.sections.push_back(section);
    const int index = static_cast<int>(report_.sections.size()) - 1;
    Add(section.heading_range, index, report::BlockKind::kHeading, ++paragraph_);
    return index;
  }
  // Adds a paragraph of sentences.
  void Paragraph(int section, const std::vector<std::string_view>& sentences,
                 report::BlockKind block = report::BlockKind::kBody) {
    ++paragraph_;
    for (const std::string_view sentence : sentences) {
      Add(Append(sentence), section, block, paragraph_);
    }
  }
  const report::ParsedReport& report() const { return report_; }

 private:
  report::Range Append(std::string_view text) {
    const auto begin = static_cast<uint32_t>(report_.joined.size());
    report_.joined += text::ToCodePoints(text);
    return {begin, static_cast<uint32_t>(report_.joined.size())};
  }
  void Add(report::Range range, int section, report::BlockKind block, uint32_t paragraph) {
    report::Quote quote;
    quote.range = range;
    quote.section = section;
    quote.block = block;
    quote.paragraph = paragraph;
    report_.quotes.push_back(quote);
  }

  report::ParsedReport report_;
  uint32_t paragraph_ = 0;
};

// The codes of each quote, best first.
std::vector<std::vector<std::string>> Codes(const Scheme& scheme, const Builder& builder) {
  std::vector<std::vector<std::string>> codes;
  for (const auto& assignments : scheme.Assign(builder.report())) {
    auto& quote = codes.emplace_back();
    for (const Assignment& assignment : assignments) {
      quote.push_back(scheme.themes()[static_cast<size_t>(assignment.theme)].code);
    }
  }
  return codes;
}

std::vector<Assignment> AssignOne(const Scheme& scheme, std::string_view sentence) {
  Builder builder;
  builder.Paragraph(-1, {sentence});
  return scheme.Assign(builder.report()).front();
}

std::vector<std::string> CodesOfOne(const Scheme& scheme, std::string_view sentence) {
  Builder builder;
  builder.Paragraph(-1, {sentence});
  return Codes(scheme, builder).front();
}

TEST(SchemeParseTest, ReadsThemesAndCues) {
  const auto scheme = Small();
  ASSERT_EQ(scheme->themes().size(), 5u);
  const Theme& road = scheme->themes()[1];
  EXPECT_EQ(road.code, "city.road");
  EXPECT_EQ(road.parent, "city");
  EXPECT_EQ(road.name_zh, "道路");
  EXPECT_EQ(road.name_en, "Roads");
  EXPECT_EQ(road.scope, "Roads");
  ASSERT_EQ(road.cues.size(), 2u);
  EXPECT_EQ(road.cues[1].term, "路");
  EXPECT_EQ(road.cues[1].weight, 0.5);
  EXPECT_FALSE(road.cues[1].heading_only);
  EXPECT_TRUE(scheme->themes()[0].cues[1].heading_only);
  EXPECT_TRUE(scheme->themes()[3].cues[2].own_only);
}

TEST(SchemeParseTest, WindowsLineEndsAreRead) {
  std::string cues = kCues;
  for (size_t at = 0; (at = cues.find('\n', at)) != std::string::npos; at += 2) {
    cues.replace(at, 1, "\r\n");
  }
  QUOTES_EXPECT_OK(Scheme::Parse(kThemes, cues));
}

TEST(SchemeParseTest, FindAndDescendants) {
  const auto scheme = Small();
  EXPECT_EQ(scheme->Find("farm"), 3);
  EXPECT_EQ(scheme->Find("farms"), -1);
  EXPECT_EQ(scheme->Find(""), -1);
  EXPECT_EQ(scheme->Find("-"), -1);
  EXPECT_THAT(scheme->WithDescendants(0), ElementsAre(0, 1, 2, 4));
  EXPECT_THAT(scheme->WithDescendants(1), ElementsAre(1, 4));
  EXPECT_THAT(scheme->WithDescendants(3), ElementsAre(3));
}

TEST(SchemeParseTest, VersionNamesTheDataAndChangesWithIt) {
  const std::string version = Small()->version();
  EXPECT_THAT(version, MatchesRegex("7-[0-9a-f]{12}"));
  EXPECT_EQ(Small()->version(), version);
  EXPECT_NE((*Scheme::Parse(kThemes, Replace(kCues, "路\t0.5", "路\t0.6")))->version(), version);
  EXPECT_NE((*Scheme::Parse(Replace(kThemes, "Bridges", "Bridge"), kCues))->version(), version);
}

struct BadData {
  const char* name;
  const char* file;  // which one is changed
  const char* from;
  const char* to;
  const char* field;
};

class SchemeParseErrorTest : public ::testing::TestWithParam<BadData> {};

TEST_P(SchemeParseErrorTest, NamesFileAndLine) {
  const BadData& bad = GetParam();
  std::string themes = kThemes;
  std::string cues = kCues;
  std::string& changed = std::string_view(bad.file) == "themes" ? themes : cues;
  changed = Replace(changed, bad.from, bad.to);
  const auto scheme = Scheme::Parse(themes, cues);
  EXPECT_THAT(scheme, AllOf(HasReason(ErrorReason::kFieldInvalid), HasField(bad.field)));
}

INSTANTIATE_TEST_SUITE_P(
    All, SchemeParseErrorTest,
    ::testing::Values(
        BadData{"ThemeColumnMissing", "themes", "道路\tRoads\tRoads", "道路\tRoads",
                "themes.tsv:3"},
        BadData{"ThemeColumnTooMany", "themes", "\tFields", "\tFields\tx", "themes.tsv:5"},
        BadData{"ThemeHeader", "themes", "scope", "range", "themes.tsv:1"},
        BadData{"ThemeNameEmpty", "themes", "Farming", "", "themes.tsv:5"},
        BadData{"ThemeCode", "themes", "farm\t", "Farm\t", "themes.tsv:5"},
        BadData{"ThemeCodeOfDots", "themes", "farm\t", "farm..x\t", "themes.tsv:5"},
        BadData{"UnknownParent", "themes", "\ncity.road\tcity\t", "\ncity.road\ttown\t",
                "themes.tsv:3"},
        BadData{"ParentAfterChild", "themes", "\ncity.road\tcity\t", "\ncity.road\tfarm\t",
                "themes.tsv:3"},
        BadData{"OwnParent", "themes", "\ncity.road\tcity\t", "\ncity.road\tcity.road\t",
                "themes.tsv:3"},
        BadData{"DuplicateCode", "themes", "farm\t", "city.park\t", "themes.tsv:5"},
        BadData{"ThemesNotUtf8", "themes", "农业", "\xC5\xFF", "themes.tsv:5"},
        BadData{"NoVersion", "cues", "version\t7\n", "", "cues.tsv:2"},
        BadData{"BadVersion", "cues", "version\t7", "version\t7/8", "cues.tsv:2"},
        BadData{"CueHeader", "cues", "weight\tscope", "scope\tweight", "cues.tsv:3"},
        BadData{"CueColumnMissing", "cues", "桥\t1\tany", "桥\t1", "cues.tsv:15"},
        BadData{"UnknownTheme", "cues", "farm\t田", "farms\t田", "cues.tsv:12"},
        BadData{"TermEmpty", "cues", "farm\t田", "farm\t", "cues.tsv:12"},
        BadData{"TermOfMarks", "cues", "farm\t田", "farm\t，", "cues.tsv:12"},
        BadData{"TermEndsInMark", "cues", "farm\t田", "farm\t田。", "cues.tsv:12"},
        BadData{"WeightNoNumber", "cues", "路\t0.5", "路\tabc", "cues.tsv:8"},
        BadData{"WeightTooLarge", "cues", "路\t0.5", "路\t11", "cues.tsv:8"},
        BadData{"WeightNan", "cues", "路\t0.5", "路\tnan", "cues.tsv:8"},
        BadData{"WeightZero", "cues", "路\t0.5", "路\t0", "cues.tsv:8"},
        BadData{"MaskWithWeight", "cues", "思路\t0", "思路\t1", "cues.tsv:16"},
        BadData{"Scope", "cues", "0.7\theading", "0.7\ttitle", "cues.tsv:6"},
        BadData{"DuplicateCue", "cues", "city.road\t路", "city.road\t道路", "cues.tsv:8"},
        BadData{"DuplicateCueWhenFolded", "cues", "city.park\t绿地", "city.park\t公園",
                "cues.tsv:10"},
        BadData{"CuesNotUtf8", "cues", "草莓", "\xB2\xDD", "cues.tsv:11"}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(SchemeParseTest, EmptyFilesAreRefused) {
  EXPECT_THAT(Scheme::Parse("", kCues),
              AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("themes.tsv:1")));
  EXPECT_THAT(Scheme::Parse("code\tparent\tzh\ten\tscope\n", kCues),
              AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("themes.tsv:1")));
  EXPECT_THAT(Scheme::Parse(kThemes, ""),
              AllOf(HasReason(ErrorReason::kFieldInvalid), HasField("cues.tsv:1")));
}

TEST(AssignTest, OwnWords) {
  const auto scheme = Small();
  EXPECT_THAT(CodesOfOne(*scheme, "新建道路三条。"), ElementsAre("city.road"));
  EXPECT_THAT(CodesOfOne(*scheme, "新建道路和公园。"),
              UnorderedElementsAre("city.road", "city.park"));
  EXPECT_THAT(CodesOfOne(*scheme, "没有别的。"), IsEmpty());
  const auto weak = *Scheme::Parse(kThemes, Replace(kCues, "路\t0.5", "路\t0.4"));
  EXPECT_THAT(CodesOfOne(*weak, "一条路。"), IsEmpty());  // less than half the weight is not enough
}

TEST(AssignTest, BesideAThemeThatFitsAnotherNeedsLess) {
  const auto less = *Scheme::Parse(kThemes, Replace(kCues, "路\t0.5", "路\t0.8"));
  EXPECT_THAT(CodesOfOne(*less, "公园里一条路。"), ElementsAre("city.park", "city.road"));
  const auto too_little = *Scheme::Parse(kThemes, Replace(kCues, "路\t0.5", "路\t0.7"));
  EXPECT_THAT(CodesOfOne(*too_little, "公园里一条路。"), ElementsAre("city.park"));
}

TEST(AssignTest, TraditionalTextAndQuotationMarksFold) {
  EXPECT_THAT(CodesOfOne(*Small(), "“公”園"), ElementsAre("city.park"));
}

TEST(AssignTest, CuesDoNotReachOverMarks) {
  EXPECT_THAT(CodesOfOne(*Small(), "公，园"), IsEmpty());
}

TEST(AssignTest, OnlyTheLongestCueOfAPlaceCounts) {
  EXPECT_THAT(CodesOfOne(*Small(), "道路田"), ElementsAre("farm"));
}

TEST(AssignTest, MaskingTermsHide) {
  const auto scheme = Small();
  EXPECT_THAT(CodesOfOne(*scheme, "思路公园"), ElementsAre("city.park"));
  const auto assignments = AssignOne(*scheme, "城市思路");
  ASSERT_EQ(assignments.size(), 1u);
  EXPECT_THAT(assignments[0].cues, ElementsAre("城市"));
}

TEST(AssignTest, NegativeCuesSpeakAgainst) {
  EXPECT_THAT(CodesOfOne(*Small(), "草莓公园"), IsEmpty());
}

TEST(AssignTest, AParentStandsBesideAChildOnlyByItsOwnWords) {
  const auto scheme = Small();
  EXPECT_THAT(CodesOfOne(*scheme, "城市很美。"), ElementsAre("city"));
  EXPECT_THAT(CodesOfOne(*scheme, "城市道路很美。"), UnorderedElementsAre("city", "city.road"));
  EXPECT_THAT(CodesOfOne(*scheme, "上面的桥。"), ElementsAre("city.road.bridge"));
  // Half a cue of its own and half of what its child has would be enough without the child.
  EXPECT_THAT(CodesOfOne(*scheme, "路上的桥。"), ElementsAre("city.road.bridge"));
}

TEST(AssignTest, WhereNothingFitsTheBestMayBeGivenAlone) {
  const auto scheme = *Scheme::Parse(kThemes, Replace(kCues, "路\t0.5", "路\t0.7"));
  const auto assignments = AssignOne(*scheme, "一条路。");
  ASSERT_EQ(assignments.size(), 1u);
  EXPECT_EQ(scheme->themes()[static_cast<size_t>(assignments[0].theme)].code, "city.road");
  EXPECT_LT(assignments[0].score, 0.5);
}

TEST(AssignTest, ScoresRiseWithEvidenceAndStayInBounds) {
  const auto scheme = Small();
  const auto one = AssignOne(*scheme, "公园。");
  const auto two = AssignOne(*scheme, "公园和绿地。");
  ASSERT_EQ(one.size(), 1u);
  ASSERT_EQ(two.size(), 1u);
  EXPECT_DOUBLE_EQ(one[0].score, 0.5);
  EXPECT_GT(two[0].score, one[0].score);
  EXPECT_LT(two[0].score, 1);
  EXPECT_THAT(two[0].cues, ElementsAre("公园", "绿地"));
  EXPECT_EQ(AssignOne(*scheme, "公园，公园，公园。")[0].score, one[0].score);
}

TEST(AssignTest, HeadingsHandDownWhereTheSentenceIsSilent) {
  const auto scheme = Small();
  Builder builder;
  const int city = builder.Heading("二、建设公园");
  builder.Paragraph(city, {"完成三处。", "新建道路。"});
  const auto codes = Codes(*scheme, builder);
  EXPECT_THAT(codes, ElementsAre(ElementsAre("city.park"), ElementsAre("city.park"),
                                 ElementsAre("city.road")));
  EXPECT_THAT(scheme->Assign(builder.report())[1][0].cues, ElementsAre("heading:公园"));
}

TEST(AssignTest, HeadingCuesCountOnlyInHeadings) {
  const auto scheme = Small();
  EXPECT_THAT(CodesOfOne(*scheme, "城。城。"), IsEmpty());
  Builder builder;
  const int section = builder.Heading("一、城市与城");
  builder.Paragraph(section, {"城在这里。"});
  const auto assigned = scheme->Assign(builder.report());
  ASSERT_EQ(assigned[0].size(), 1u);
  EXPECT_THAT(assigned[0][0].cues, ElementsAre("城市", "城"));
  ASSERT_EQ(assigned[1].size(), 1u);
  EXPECT_THAT(assigned[1][0].cues, ElementsAre("heading:城市", "heading:城"));
}

TEST(AssignTest, OuterHeadingsReachDownToo) {
  Builder builder;
  const int outer = builder.Heading("二、建设公园");
  const int inner = builder.Heading("（一）抓紧落实", outer);
  builder.Paragraph(inner, {"完成三处。"});
  EXPECT_THAT(Codes(*Small(), builder)[2], ElementsAre("city.park"));
}

TEST(AssignTest, TheLeadOfAParagraphHandsDown) {
  Builder builder;
  builder.Paragraph(-1, {"建设公园。", "完成三处。"});
  builder.Paragraph(-1, {"完成三处。"});
  EXPECT_THAT(Codes(*Small(), builder),
              ElementsAre(ElementsAre("city.park"), ElementsAre("city.park"), IsEmpty()));
}

TEST(AssignTest, TheSentenceBeforeHandsDownOnce) {
  Builder builder;
  builder.Paragraph(-1, {"没有别的。", "建设公园。", "完成三处。", "没有别的。"});
  builder.Paragraph(-1, {"没有别的。"});
  EXPECT_THAT(Codes(*Small(), builder),
              ElementsAre(IsEmpty(), ElementsAre("city.park"), ElementsAre("city.park"), IsEmpty(),
                          IsEmpty()));
}

TEST(AssignTest, ASalutationNearTheEndClosesWhatStandsAboveIt) {
  const auto scheme = *Scheme::Parse(kThemes, Replace(kCues, "谢田\t1", "各位代表\t1"));
  const auto codes_of = [&](bool at_the_end, std::string_view closing) {
    Builder builder;
    const int section = builder.Heading("二、建设公园");
    if (at_the_end) {
      for (int i = 0; i < 60; ++i) {
        builder.Paragraph(section, {"完成三处。"});
      }
    }
    builder.Paragraph(section, {"各位代表！", closing});
    builder.Paragraph(section, {"没有别的。"});
    std::vector<std::vector<std::string>> codes = Codes(*scheme, builder);
    return std::vector<std::vector<std::string>>(codes.end() - 3, codes.end());
  };
  EXPECT_THAT(codes_of(true, "没有别的。"),
              ElementsAre(ElementsAre("farm"), ElementsAre("farm"), ElementsAre("farm")));
  EXPECT_THAT(codes_of(true, "新建道路。"),
              ElementsAre(ElementsAre("farm"), ElementsAre("city.road"), ElementsAre("farm")));
  EXPECT_THAT(codes_of(false, "没有别的。"),
              ElementsAre(ElementsAre("farm"), ElementsAre("city.park"), ElementsAre("city.park")));

  // A section that begins behind it hands down as any other.
  Builder builder;
  const int first = builder.Heading("二、建设公园");
  for (int i = 0; i < 120; ++i) {
    builder.Paragraph(first, {"完成三处。"});
  }
  builder.Paragraph(first, {"各位代表！"});
  builder.Paragraph(builder.Heading("三、新建道路"), {"没有别的。"});
  EXPECT_THAT(Codes(*scheme, builder).back(), ElementsAre("city.road"));
}

// The score that an assignment's shares add up to.
double ScoreOf(const Assignment& assignment) {
  double sum = 0;
  for (const int16_t share : assignment.shares) {
    sum += share / 1000.0;
  }
  return 1 - std::exp2(-sum);
}

TEST(AssignTest, SharesSayHowAScoreCameAbout) {
  const auto scheme = Small();
  Builder builder;
  builder.Paragraph(builder.Heading("一、公园与绿地"), {"公园有草莓，公园有绿地。"});
  const auto assigned = scheme->Assign(builder.report());
  ASSERT_EQ(assigned[1].size(), 1u);
  // What a heading hands down is less for a sentence with words of its own, and has a bound.
  EXPECT_THAT(assigned[1][0].cues,
              ElementsAre("公园", "绿地", "heading:公园", "heading:绿地", "草莓"));
  EXPECT_THAT(assigned[1][0].shares, ElementsAre(1000, 500, 640, 320, -1000));
  EXPECT_NEAR(ScoreOf(assigned[1][0]), assigned[1][0].score, 1e-9);
  // A theme has a part of what speaks for those below it.
  const auto city = AssignOne(*scheme, "城市的路和绿地。");
  ASSERT_EQ(city.size(), 1u);
  EXPECT_THAT(city[0].cues, ElementsAre("城市", "路", "绿地"));
  EXPECT_THAT(city[0].shares, ElementsAre(1000, 150, 150));
  EXPECT_NEAR(ScoreOf(city[0]), city[0].score, 1e-9);
}

TEST(AssignTest, OwnCuesAreNotHandedDown) {
  Builder builder;
  builder.Paragraph(-1, {"谢田。", "完成三处。"});
  EXPECT_THAT(Codes(*Small(), builder), ElementsAre(ElementsAre("farm"), IsEmpty()));
}

TEST(AssignTest, FurnitureGetsNone) {
  Builder builder;
  builder.Paragraph(-1, {"公园。"});
  builder.Paragraph(-1, {"公园。"}, report::BlockKind::kCaption);
  EXPECT_THAT(Codes(*Small(), builder), ElementsAre(ElementsAre("city.park"), IsEmpty()));
}

TEST(AssignTest, EmptyReport) { EXPECT_THAT(Small()->Assign({}), IsEmpty()); }

TEST(AssignTest, SameFromManyThreads) {
  const auto scheme = Small();
  Builder builder;
  const int section = builder.Heading("二、建设公园");
  for (int i = 0; i < 50; ++i) {
    builder.Paragraph(section, {"新建道路。", "城市田园。"});
  }
  const auto expected = Codes(*scheme, builder);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(Codes(*scheme, builder), expected); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST(BuiltInTest, IsTheDataOfTheFolder) {
  const auto data = testing::SourceDir() / "service/themes/data";
  const auto scheme =
      Scheme::Parse(testing::ReadFile(data / "themes.tsv"), testing::ReadFile(data / "cues.tsv"));
  QUOTES_ASSERT_OK(scheme);
  EXPECT_EQ((*scheme)->version(), Scheme::BuiltIn()->version());
  EXPECT_EQ(Scheme::BuiltIn(), Scheme::BuiltIn());
}

TEST(BuiltInTest, EveryThemeHasCues) {
  const auto scheme = Scheme::BuiltIn();
  EXPECT_EQ(scheme->themes().size(), 38u);
  for (const Theme& theme : scheme->themes()) {
    EXPECT_GE(theme.cues.size(), 8u) << theme.code;
  }
}

TEST(BuiltInTest, EveryThemeIsGivenForItsOwnHeading) {
  const auto scheme = Scheme::BuiltIn();
  for (size_t i = 0; i < scheme->themes().size(); ++i) {
    const Theme& theme = scheme->themes()[i];
    Builder builder;
    builder.Heading(theme.name_zh);
    const auto assigned = scheme->Assign(builder.report());
    bool found = false;
    const std::vector<int> below = scheme->WithDescendants(static_cast<int>(i));
    for (const Assignment& assignment : assigned[0]) {
      found = found || std::find(below.begin(), below.end(), assignment.theme) != below.end();
    }
    EXPECT_TRUE(found) << theme.code << " " << theme.name_zh;
  }
}

TEST(BuiltInTest, SharesAddUpToTheScore) {
  const auto decoded = text::Decode(testing::SampleReport());
  QUOTES_ASSERT_OK(decoded);
  const auto parsed = report::ParseReport(*decoded);
  QUOTES_ASSERT_OK(parsed);
  size_t against = 0;
  for (const std::vector<Assignment>& assignments : Scheme::BuiltIn()->Assign(*parsed)) {
    for (const Assignment& assignment : assignments) {
      ASSERT_EQ(assignment.shares.size(), assignment.cues.size());
      EXPECT_NEAR(ScoreOf(assignment), assignment.score, 0.005) << assignment.cues.front();
      EXPECT_GT(assignment.shares.front(), 0);
      against += assignment.shares.back() < 0 ? 1u : 0u;
    }
  }
  EXPECT_GT(against, 0u);
}

TEST(BuiltInTest, WordsThatMislead) {
  const auto scheme = Scheme::BuiltIn();
  EXPECT_THAT(CodesOfOne(*scheme, "扎实开展党史学习教育。"), ElementsAre("party.ideology"));
  EXPECT_THAT(CodesOfOne(*scheme, "全面落实安全生产责任制。"), ElementsAre("security.safety"));
  EXPECT_THAT(CodesOfOne(*scheme, "保障粮食安全。"), ElementsAre("rural"));
  EXPECT_THAT(CodesOfOne(*scheme, "坚决维护国家安全。"), ElementsAre("security"));
  EXPECT_THAT(CodesOfOne(*scheme, "推进口岸建设。"), ElementsAre("reform.opening"));
  EXPECT_THAT(CodesOfOne(*scheme, "單位GDP能耗下降。"), ElementsAre("environment"));
  // Words that are found across two others.
  EXPECT_THAT(CodesOfOne(*scheme, "巩固边防。"), Not(Contains("urban.integration")));
  EXPECT_THAT(CodesOfOne(*scheme, "发展宗教学。"), Not(Contains("livelihood.education")));
  EXPECT_THAT(CodesOfOne(*scheme, "面向人民生命健康。"), Not(Contains("livelihood")));
  EXPECT_THAT(CodesOfOne(*scheme, "由第二产业带动。"), Not(Contains("industry.cluster")));
  EXPECT_THAT(CodesOfOne(*scheme, "实施应急救助。"), Not(Contains("livelihood.health")));
  EXPECT_THAT(CodesOfOne(*scheme, "他们加入党。"), Not(Contains("party.organisation")));
}

TEST(BuiltInTest, HeadingsThatNameNoMatter) {
  const auto scheme = Scheme::BuiltIn();
  for (const char* const heading :
       {"一、过去五年的工作", "关于过去五年的政府工作", "三、2026年主要工作",
        "首先报告２００１年的工作", "六五计划前两年的执行情况"}) {
    EXPECT_THAT(CodesOfOne(*scheme, heading), ElementsAre("outlook")) << heading;
  }
  EXPECT_THAT(CodesOfOne(*scheme, "结束语"), ElementsAre("ceremony"));
}

class HouseTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::shared_ptr<const Scheme>> Read() const {
    return Scheme::ReadHouse(dir_.path().string());
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(dir_.path().string() + "/" + name) << text;
  }
  static const Cue* FindCue(const Scheme& scheme, std::string_view code, std::string_view term) {
    for (const Cue& cue : scheme.themes()[static_cast<size_t>(scheme.Find(code))].cues) {
      if (cue.term == term) {
        return &cue;
      }
    }
    return nullptr;
  }
  // Codes of the themes of one sentence.
  static std::vector<std::string> Assign(const Scheme& scheme, std::u32string text) {
    report::ParsedReport report;
    report.joined = std::move(text);
    report.quotes = {{.id = "a", .range = {0, static_cast<uint32_t>(report.joined.size())}}};
    std::vector<std::string> codes;
    const std::vector<std::vector<Assignment>> assigned = scheme.Assign(report);
    for (const Assignment& assignment : assigned.front()) {
      codes.push_back(scheme.themes()[static_cast<size_t>(assignment.theme)].code);
    }
    return codes;
  }

  ::quotes::testing::TempDir dir_;
};

TEST_F(HouseTest, WithoutFilesTheSchemeIsTheBuiltIn) {
  const auto scheme = Read();
  QUOTES_ASSERT_OK(scheme);
  EXPECT_EQ(*scheme, Scheme::BuiltIn());
  const auto nowhere = Scheme::ReadHouse(dir_.path().string() + "/none");
  QUOTES_ASSERT_OK(nowhere);
  EXPECT_EQ(*nowhere, Scheme::BuiltIn());
}

TEST_F(HouseTest, ACheckTellsOfWhatHasNoEffect) {
  EXPECT_EQ(Scheme::CheckHouse(dir_.path().string()).status().code(), absl::StatusCode::kNotFound);
  Write("themes.tsv",
        "code\tparent\tzh\ten\tscope\n"
        "sea\t\t海洋\tThe sea\tPorts and fishing\n"
        "sky\t\t天空\tThe sky\tThe sky\n");
  Write("cues.tsv",
        "version\t1\n"
        "code\tterm\tweight\tscope\n"
        "sea\t振兴\t1\tany\n"
        "sea\t渔港码头\t1\tany\n"
        "rural\t不存在的词\t0\tany\n"
        "rural\t种业\t0\tany\n");
  const auto findings = Scheme::CheckHouse(dir_.path().string());
  QUOTES_ASSERT_OK(findings);
  ASSERT_EQ(findings->size(), 3u);
  EXPECT_TRUE((*findings)[0].place.ends_with("/themes.tsv:3")) << (*findings)[0].place;
  EXPECT_TRUE((*findings)[1].place.ends_with("/cues.tsv:3")) << (*findings)[1].place;
  EXPECT_NE((*findings)[1].description.find("振兴 ("), std::string::npos);
  EXPECT_TRUE((*findings)[2].place.ends_with("/cues.tsv:5")) << (*findings)[2].place;
  // A theme that its cues cannot give.
  const auto weighing = [&](const char* weight, const char* other) {
    Write("cues.tsv", absl::StrCat("version\t1\ncode\tterm\tweight\tscope\nsea\t渔港码头\t", weight,
                                   "\tany\nsky\t", other));
    const auto found = Scheme::CheckHouse(dir_.path().string());
    QUOTES_EXPECT_OK(found);
    return found.ok() ? *found : std::vector<SchemeFinding>();
  };
  EXPECT_TRUE(weighing("0.5", "苍穹之上\t1\tany\n").empty());
  const std::vector<SchemeFinding> weak = weighing("0.3", "苍穹之上\t1\tany\n");
  ASSERT_EQ(weak.size(), 1u);
  EXPECT_TRUE(weak[0].place.ends_with("/themes.tsv:2")) << weak[0].place;
  EXPECT_NE(weak[0].description.find("weight 0.3"), std::string::npos) << weak[0].description;
  EXPECT_EQ(Assign(**Read(), U"渔港码头。"), std::vector<std::string>());
  EXPECT_TRUE(weighing("0.3", "苍穹之上\t1\tany\nsea\t渔汛时节\t0.2\tany\n").empty());
  EXPECT_EQ(Assign(**Read(), U"渔港码头，渔汛时节。"), std::vector<std::string>{"sea"});
  Write("cues.tsv", "version\t1\ncode\tterm\tweight\tscope\nnowhere\t词\t1\tany\n");
  EXPECT_EQ(Scheme::CheckHouse(dir_.path().string()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(HouseTest, AHouseAddsAndPutsInPlace) {
  const Scheme& built_in = *Scheme::BuiltIn();
  ASSERT_NE(FindCue(built_in, "rural", "种业"), nullptr);
  Write("themes.tsv",
        "code\tparent\tzh\ten\tscope\n"
        "sea\t\t海洋\tThe sea\tPorts and fishing\n"
        "sea.port\tsea\t港口\tPorts\tPorts\n"
        "rural\t\t三农\tFarming\tFarming and villages\n");
  Write("cues.tsv",
        "version\t2b\n"
        "code\tterm\tweight\tscope\n"
        "sea.port\t港口\t1\tany\n"
        "rural\t种业\t0\tany\n"
        "rural\t農業農村\t0.25\tany\n");
  const auto read = Read();
  QUOTES_ASSERT_OK(read);
  const Scheme& house = **read;
  EXPECT_EQ(house.themes().size(), built_in.themes().size() + 2);
  EXPECT_EQ(house.ParentOf(house.Find("sea.port")), house.Find("sea"));
  EXPECT_EQ(house.Find("rural"), built_in.Find("rural")) << "a theme keeps its place";
  EXPECT_EQ(house.themes()[static_cast<size_t>(house.Find("rural"))].name_zh, "三农");
  EXPECT_EQ(FindCue(house, "rural", "种业"), nullptr);
  EXPECT_EQ(FindCue(house, "rural", "农业农村"), nullptr);
  ASSERT_NE(FindCue(house, "rural", "農業農村"), nullptr) << "the same term after folding";
  EXPECT_EQ(FindCue(house, "rural", "農業農村")->weight, 0.25);
  EXPECT_NE(house.version(), built_in.version());
  EXPECT_THAT(house.version(), MatchesRegex("[0-9a-z.]+[+]2b-[0-9a-f]+"));

  EXPECT_THAT(Assign(house, U"扩建港口。"), ElementsAre("sea.port"));
  EXPECT_THAT(Assign(built_in, U"种业。"), ElementsAre("rural"));
  EXPECT_THAT(Assign(house, U"种业。"), IsEmpty());

  Write("cues.tsv", "version\t2c\ncode\tterm\tweight\tscope\n");
  const auto other = Read();
  QUOTES_ASSERT_OK(other);
  EXPECT_NE((*other)->version(), house.version());
  EXPECT_THAT(Assign(**other, U"种业。"), ElementsAre("rural"));
}

TEST_F(HouseTest, FaultsAreNamedWithFileAndLine) {
  Write("themes.tsv",
        "code\tparent\tzh\ten\tscope\n"
        "sea\tnone\t海洋\tThe sea\tPorts\n");
  EXPECT_THAT(Read(), AllOf(HasReason(ErrorReason::kFieldInvalid),
                            HasField(dir_.path().string() + "/themes.tsv:2")));
  // A theme may not be put below one that stands behind it.
  Write("themes.tsv",
        "code\tparent\tzh\ten\tscope\n"
        "sea\t\t海洋\tThe sea\tPorts\n"
        "rural\tsea\t三农\tFarming\tFarming\n");
  EXPECT_THAT(Read(), HasField(dir_.path().string() + "/themes.tsv:3"));
  Write("themes.tsv",
        "code\tparent\tzh\ten\tscope\n"
        "sea\t\t海洋\tThe sea\tPorts\n"
        "sea\t\t海洋\tThe sea\tPorts\n");
  EXPECT_THAT(Read(), HasField(dir_.path().string() + "/themes.tsv:3"));
  Write("themes.tsv", "code\tparent\tzh\ten\tscope\n");
  Write("cues.tsv", "version\t1\ncode\tterm\tweight\tscope\nsea\t港口\t1\tany\n");
  EXPECT_THAT(Read(), HasField(dir_.path().string() + "/cues.tsv:3"));
  Write("cues.tsv",
        "version\t1\ncode\tterm\tweight\tscope\nrural\t港口\t1\tany\nrural\t港口\t0\tany\n");
  EXPECT_THAT(Read(), HasField(dir_.path().string() + "/cues.tsv:4"));
  Write("cues.tsv", "version\t1\ncode\tterm\tweight\tscope\nrural\t\xff\t1\tany\n");
  EXPECT_THAT(Read(), HasField(dir_.path().string() + "/cues.tsv:3"));
}

TEST_F(HouseTest, AByteOrderMarkIsPassedOver) {
  Write("themes.tsv",
        "\xEF\xBB\xBF"
        "code\tparent\tzh\ten\tscope\nsea\t\t海洋\tThe sea\tPorts\n");
  Write("cues.tsv",
        "\xEF\xBB\xBF"
        "version\t1\ncode\tterm\tweight\tscope\nsea\t港口\t1\tany\n");
  const auto read = Read();
  QUOTES_ASSERT_OK(read);
  EXPECT_THAT(Assign(**read, U"扩建港口。"), ElementsAre("sea"));
}

TEST_F(HouseTest, WhatIsTooMuchIsRefusedWithItsLine) {
  const size_t built_in = Scheme::BuiltIn()->themes().size();
  std::string themes = "code\tparent\tzh\ten\tscope\n";
  for (size_t i = built_in; i < limits::kMaxThemes; ++i) {
    absl::StrAppend(&themes, "sea", i, "\t\t海洋\tThe sea\tPorts\n");
  }
  Write("themes.tsv", themes);
  const auto most = Read();
  QUOTES_ASSERT_OK(most);
  EXPECT_EQ((*most)->themes().size(), limits::kMaxThemes);
  Write("themes.tsv", themes + "sea\t\t海洋\tThe sea\tPorts\n");
  EXPECT_THAT(Read(), HasField(absl::StrCat(dir_.path().string(),
                                            "/themes.tsv:", limits::kMaxThemes - built_in + 2)));
  Write("themes.tsv", "code\tparent\tzh\ten\tscope\nsea\t\t海洋\tThe sea\tPorts\n");

  std::string term;
  for (size_t i = 0; i < limits::kMaxThemeCueCodePoints; ++i) {
    absl::StrAppend(&term, "海");
  }
  const std::string head = "version\t1\ncode\tterm\tweight\tscope\n";
  Write("cues.tsv", absl::StrCat(head, "sea\t", term, "\t1\tany\n"));
  QUOTES_ASSERT_OK(Read());
  Write("cues.tsv", absl::StrCat(head, "sea\t", term, "海\t1\tany\n"));
  EXPECT_THAT(Read(), HasField(dir_.path().string() + "/cues.tsv:3"));

  std::string cues = head;
  for (size_t i = 0; i <= limits::kMaxThemeCues; ++i) {
    absl::StrAppend(&cues, "sea\t", i, "\t1\tany\n");
  }
  Write("cues.tsv", cues);
  const auto refused = Read();
  EXPECT_THAT(refused, HasReason(ErrorReason::kFieldInvalid));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("100000 cues"));
}

TEST_F(HouseTest, OnlyRegularFilesAreRead) {
  ASSERT_EQ(mkfifo((dir_.path() / "cues.tsv").c_str(), 0600), 0);
  EXPECT_THAT(Read(), HasCode(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace quotes::themes
