#include "service/archive/new_phrases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/folded_name.h"
#include "service/archive/indexed_archive.h"
#include "service/report/report.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"
#include "tests/unit/archive/test_documents.h"

namespace quotes::archive {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> Texts(const NewPhrases& found) {
  std::vector<std::string> texts;
  for (const NewPhrase& phrase : found.phrases) {
    texts.push_back(phrase.text);
  }
  return texts;
}

NewPhrases Find(const Archive& archive, std::string_view id, const NewPhraseOptions& options = {}) {
  const auto found = FindNewPhrases(archive, *archive.FindReport(id), options, Cancellation());
  EXPECT_THAT(found, testing::IsOk());
  return found.ok() ? *found : NewPhrases();
}

std::shared_ptr<const Document> Report(std::string_view id, int year, std::string_view body,
                                       const std::vector<std::string>& texts) {
  TestReport report = Speech(id, absl::CivilDay(year, 3, 5), texts);
  report.body = body;
  return MakeDocument(report);
}

// Occurrences of a string of bytes, also those that overlap.
uint64_t CountOf(const std::string& text, const std::string& part) {
  uint64_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(NewPhrasesTest, WholePhrasesThatStandNowhereEarlier) {
  const std::vector<std::shared_ptr<const Document>> documents = {
      Report("old", 2022, "甲", {"推动高质量发展。", "要有新质的东西，提高生产力。"}),
      Report(
          "now", 2024, "甲",
          {"加快发展新质生产力。", "培育新质生产力，推动高质量发展。", "新质生产力要因地制宜。"}),
      Report("later", 2026, "乙", {"发展新质生产力。"})};
  for (const auto& archive : {MakeScanArchive(1, TestScheme(), documents),
                              MakeIndexedArchive(1, TestScheme(), documents)}) {
    const NewPhrases found = Find(*archive, "now");
    EXPECT_EQ(found.earlier_reports, 1u);
    ASSERT_THAT(Texts(found), ElementsAre("新质生产力"));
    EXPECT_EQ(found.phrases[0].in_report, 3u);
    EXPECT_EQ(found.phrases[0].occurrences, 4u);
    EXPECT_EQ(found.phrases[0].reports, 2u);
    EXPECT_EQ(found.phrases[0].first.text(), U"加快发展新质生产力。");
    // Once here, once later.
    EXPECT_THAT(Texts(Find(*archive, "later")), IsEmpty());
    EXPECT_THAT(Texts(Find(*archive, "now", {.min_occurrences = 5})), IsEmpty());
    // The later report's series has none that is earlier.
    EXPECT_EQ(Find(*archive, "later", {.series_only = true}).earlier_reports, 0u);
    EXPECT_EQ(Find(*archive, "now", {.series_only = true}).earlier_reports, 1u);
  }
}

TEST(NewPhrasesTest, MarksAndNumeralsAreNotPartedFromTheirOthers) {
  const std::vector<std::shared_ptr<const Document>> documents = {
      Report("old", 2014, "甲", {"推动发展。"}),
      Report("now", 2016, "甲",
             {"实现“两个一百年”奋斗目标。", "走向百年奋斗目标，再出发。", "“三步走”战略安排很好。",
              "坚持“三步走”战略安排。"})};
  const auto archive = MakeIndexedArchive(1, TestScheme(), documents);
  const std::vector<std::string> texts = Texts(Find(*archive, "now"));
  EXPECT_THAT(texts, Contains("“三步走”战略安排"));
  for (const std::string& text : texts) {
    EXPECT_EQ(CountOf(text, "“"), CountOf(text, "”")) << text;
    EXPECT_EQ(text.find("百年奋斗"), std::string::npos) << text;
  }
}

TEST(NewPhrasesTest, PhrasesWithParticlesInsideAndWhatStandsBesideThemLater) {
  const std::vector<std::shared_ptr<const Document>> documents = {
      Report("old", 2012, "甲", {"加强建设，改善生活。", "党组织要有思想。", "社会和时代。"}),
      Report("now", 2017, "甲",
             {"以党的政治建设为统领。", "党的政治建设，是根本性建设。", "加强党的政治建设。",
              "形成了新时代特色思想。", "新时代特色思想，是指南。", "构建和谐社会。",
              "和谐社会，人人有责。"}),
      Report("later", 2022, "甲",
             {"学习习主席新时代特色思想。", "用习主席新时代特色思想武装。",
              "贯彻习主席新时代特色思想。", "以习主席新时代特色思想为指导。"})};
  for (const auto& archive : {MakeScanArchive(1, TestScheme(), documents),
                              MakeIndexedArchive(1, TestScheme(), documents)}) {
    const std::vector<std::string> texts = Texts(Find(*archive, "now"));
    EXPECT_THAT(texts, Contains("党的政治建设"));
    EXPECT_THAT(texts, Contains("新时代特色思想"));
  }
}

TEST(NewPhrasesTest, NumeralsOfNamesAreLettersAndAmountsAreNoPhrases) {
  const std::vector<std::shared_ptr<const Document>> documents = {
      Report("old", 2016, "甲", {"推动发展。"}),
      Report("now", 2018, "甲",
             {"学习党的十九大精神。", "党的十九大，是里程碑。", "贯彻党的十九大部署。",
              "深入实施“八八战略”。", "以“八八战略”为指引。", "投入资金三千万元。",
              "再投入资金三千万元。", "增长百分之五。", "下降百分之五。"})};
  for (const auto& archive : {MakeScanArchive(1, TestScheme(), documents),
                              MakeIndexedArchive(1, TestScheme(), documents)}) {
    const std::vector<std::string> texts = Texts(Find(*archive, "now"));
    EXPECT_THAT(texts, Contains("党的十九大"));
    EXPECT_THAT(texts, Contains(::testing::HasSubstr("八八战略")));
    for (const std::string& text : texts) {
      EXPECT_EQ(text.find("三千万"), std::string::npos) << text;
      EXPECT_EQ(text.find("百分之"), std::string::npos) << text;
    }
  }
}

TEST(NewPhrasesTest, OneOfTwoFormsOfAPhrase) {
  const std::vector<std::shared_ptr<const Document>> documents = {
      Report("old", 2012, "甲", {"推动发展。", "环境要好。", "社会友好。", "实现目标。"}),
      Report("now", 2017, "甲",
             {"实现伟大梦想，要奋斗。", "为实现伟大梦想，作贡献。", "伟大梦想，不是敲锣打鼓。",
              "建设环境友好型社会。", "环境友好型社会，人人有责。"}),
      Report("later", 2022, "甲", {"老年友好型社会。", "建设青年友好型社会。"})};
  const auto archive = MakeIndexedArchive(1, TestScheme(), documents);
  const std::vector<std::string> texts = Texts(Find(*archive, "now"));
  EXPECT_THAT(texts, Contains("伟大梦想"));
  EXPECT_THAT(texts, Not(Contains("实现伟大梦想")));
  EXPECT_THAT(texts, Contains("环境友好型社会"));
  EXPECT_THAT(texts, Not(Contains("友好型社会")));
}

TEST(NewPhrasesTest, ShortPhrasesWithoutAMarkBesideThem) {
  const std::vector<std::shared_ptr<const Document>> documents = {
      Report("old", 2020, "甲",
             {"推动发展。", "加强建设。", "支持企业。", "支持农业。", "依法纳税。", "留有余地。"}),
      Report("now", 2022, "甲",
             {"落实改革后的留抵退税制度。", "制造等行业留抵退税问题。", "增值税留抵退税力度很大。",
              "今年留抵退税一万元。", "支持合肥发展。", "支持合肥建设。", "支持合肥创新。"})};
  for (const auto& archive : {MakeScanArchive(1, TestScheme(), documents),
                              MakeIndexedArchive(1, TestScheme(), documents)}) {
    const std::vector<std::string> texts = Texts(Find(*archive, "now"));
    EXPECT_THAT(texts, Contains("留抵退税"));
    // It always opens a clause and never ends at a mark: a verb and its object.
    EXPECT_THAT(texts, Not(Contains("支持合肥")));
  }
}

TEST(NewPhrasesTest, LettersThatAreParticlesElsewhereEndNames) {
  const std::vector<std::shared_ptr<const Document>> documents = {
      Report("old", 2020, "甲", {"群众都满意。", "人人都要努力。", "各地都在发展。", "毛病都改。"}),
      Report("now", 2022, "甲",
             {"连通满都拉、甘其毛都、策克。", "满都拉、甘其毛都口岸。", "推进甘其毛都跨境铁路。",
              "在甘其毛都实施改革。"})};
  const auto archive = MakeIndexedArchive(1, TestScheme(), documents);
  EXPECT_THAT(Texts(Find(*archive, "now")), Contains("甘其毛都"));
}

TEST(NewPhrasesTest, AFragmentOfOneLongerPhraseGivesWay) {
  const std::vector<std::shared_ptr<const Document>> documents = {
      Report("old", 2002, "甲", {"推动社会主义。", "核心是人。", "价值规律。", "体系要全。"}),
      Report("now", 2007, "甲",
             {"建设社会主义核心价值体系，增强活力。", "社会主义核心价值体系是本质体现。",
              "把社会主义核心价值体系融入教育。"}),
      Report(
          "later", 2017, "甲",
          {"培育社会主义核心价值观。", "社会主义核心价值观，人人践行。", "弘扬社会主义核心价值观。",
           "用社会主义核心价值观引领。", "社会主义核心价值观深入人心。",
           "坚持社会主义核心价值，不动摇。", "以社会主义核心价值为准。"})};
  for (const auto& archive : {MakeScanArchive(1, TestScheme(), documents),
                              MakeIndexedArchive(1, TestScheme(), documents)}) {
    const std::vector<std::string> texts = Texts(Find(*archive, "now"));
    EXPECT_THAT(texts, Contains("社会主义核心价值体系"));
    EXPECT_THAT(texts, Not(Contains("社会主义核心价值")));
  }
}

// 坚持 opens clauses and 科学 phrases: what ends in it goes on.
TEST(NewPhrasesTest, AVerbWithHalfOfItsObjectIsNone) {
  std::vector<std::string> old;
  for (int i = 0; i < 30; ++i) {
    old.push_back("，坚持开放。");
    old.push_back("，科学种田。");
    old.push_back(i % 3 == 0 ? "讲科学。" : "花和树。");
    old.push_back("，抗击洪水。");
    old.push_back("防疫情，治疫情。");
  }
  const std::vector<std::shared_ptr<const Document>> documents = {
      Report("old", 2020, "甲", old),
      Report("now", 2022, "甲",
             {"要坚持科学和民主。", "，坚持科学发展。", "要抗击疫情和洪水。", "，抗击疫情取胜。"})};
  const auto archive = MakeIndexedArchive(1, TestScheme(), documents);
  const std::vector<std::string> texts = Texts(Find(*archive, "now"));
  EXPECT_THAT(texts, Not(Contains("坚持科学")));
  EXPECT_THAT(texts, Contains("抗击疫情"));
}

TEST(NewPhrasesTest, FrequentInTheReportItself) {
  const std::vector<std::shared_ptr<const Document>> documents = {
      Report("old", 2012, "甲", {"加强建设。"}), Report("now", 2017, "甲", {"发展量子通信。"}),
      Report("later", 2022, "甲", {"量子通信，走在前列。"})};
  const auto archive = MakeIndexedArchive(1, TestScheme(), documents);
  EXPECT_THAT(Texts(Find(*archive, "now")), IsEmpty());
  EXPECT_THAT(Texts(Find(*archive, "now", {.min_in_report = 1})), Contains("量子通信"));
}

TEST(NewPhrasesTest, WhatAReportWithoutADateHasIsNotSurelyNew) {
  std::vector<std::shared_ptr<const Document>> documents = {
      Report("old", 2022, "甲", {"推动高质量发展。"}),
      Report("now", 2024, "甲",
             {"加快发展新质生产力。", "培育新质生产力，推动发展。", "新质生产力要因地制宜。"})};
  EXPECT_THAT(Texts(Find(*MakeIndexedArchive(1, TestScheme(), documents), "now")),
              ElementsAre("新质生产力"));
  documents.push_back(MakeDocument(Speech("undated", std::nullopt, {"发展新质生产力。"})));
  const NewPhrases found = Find(*MakeIndexedArchive(1, TestScheme(), documents), "now");
  EXPECT_THAT(Texts(found), IsEmpty());
  EXPECT_EQ(found.earlier_reports, 1u);
  EXPECT_EQ(found.undated_reports, 1u);
}

// The national reports of the corpus, each on the fifth of March of its year.
std::shared_ptr<const Archive> NationalReports() {
  const auto corpus = testing::CorpusDir();
  if (!corpus.has_value()) {
    return nullptr;
  }
  std::vector<std::shared_ptr<const Document>> documents;
  for (const auto& file : testing::TextFiles(*corpus / "reports/national")) {
    const std::string year = file.filename().string().substr(0, 4);
    Document document = *MakeReport(year, testing::ReadFile(file));
    document.content.metadata.date = absl::CivilDay(std::stoi(year), 3, 5);
    document.content.metadata.body = "国务院";
    document.content.metadata.event.clear();
    document.themes.assign(document.content.quotes.size(), {});
    documents.push_back(std::make_shared<const Document>(std::move(document)));
  }
  return MakeIndexedArchive(1, TestScheme(), documents);
}

// Against the files as they are, without a parser, folds or an index: by phrases that look the same
// in both scripts or are of reports printed in simplified characters, and titles counted too.
TEST(PhraseHistoryTest, CorpusReportsAgreeWithACountOfTheirFiles) {
  const auto corpus = testing::CorpusDir();
  const auto archive = NationalReports();
  if (archive == nullptr) {
    GTEST_SKIP() << "the corpus is not there";
  }
  for (const std::string phrase : {"共同富裕", "供给侧", "新质生产力", "一带一路", "的"}) {
    SCOPED_TRACE(phrase);
    std::map<int64_t, uint64_t> expected;  // by year
    uint64_t all = 0;
    for (const auto& file : testing::TextFiles(*corpus / "reports/national")) {
      if (const uint64_t count = CountOf(testing::ReadFile(file), phrase); count > 0) {
        expected[std::stoi(file.filename().string().substr(0, 4))] = count;
        all += count;
      }
    }
    TraceOptions options;
    options.filter.scope = TextScope::kAll;
    const auto trace = archive->Trace(text::ToCodePoints(phrase), options, Cancellation());
    QUOTES_ASSERT_OK(trace);
    EXPECT_EQ(trace->total.occurrences, all);
    std::map<int64_t, uint64_t> by_year;
    for (const PhraseTrace::YearUse& year : trace->years) {
      EXPECT_EQ(year.searched, 1u);
      if (year.count.occurrences > 0) {
        by_year[year.year] = year.count.occurrences;
      }
    }
    EXPECT_EQ(by_year, expected);
    std::map<int64_t, uint64_t> by_report;
    for (const PhraseTrace::ReportUse& use : trace->reports) {
      by_report[use.report->date()->year()] = use.count.occurrences;
    }
    EXPECT_EQ(by_report, expected);
    EXPECT_EQ(trace->years.size(), archive->documents().size());
    ASSERT_TRUE(trace->first.has_value());
    EXPECT_EQ(trace->first->ref.document->date()->year(), expected.begin()->first);
    EXPECT_EQ(trace->last->ref.document->date()->year(), expected.rbegin()->first);
    // The series dropped what its last report does not have.
    EXPECT_EQ(trace->drops.empty(),
              expected.rbegin()->first == archive->documents().front()->date()->year());
  }
}

// Every string of 4 to 16 letters that a report has and no earlier one, and that stands twice from
// then on, counted by brute force.
std::map<std::u32string, uint64_t> NewStrings(const Archive& archive,
                                              const PackedDocument& report) {
  std::map<std::u32string, uint64_t> counts;
  std::set<std::u32string> in_report;
  const auto each = [](const PackedDocument& document, const auto& visit) {
    for (uint32_t quote = 0; quote < document.size(); ++quote) {
      if (!report::IsSpeech(document.quotes()[quote].block)) {
        continue;
      }
      const std::u32string text(StripBreaks(text::Fold(document.text(quote)).units));
      for (size_t at = 0; at < text.size(); ++at) {
        for (size_t size = kFewestPhraseUnits; size <= kMostPhraseUnits && at + size <= text.size();
             ++size) {
          visit(text.substr(at, size));
        }
      }
    }
  };
  each(report, [&](const std::u32string& string) { in_report.insert(string); });
  std::set<std::u32string> old;
  for (const PackedDocument* const document : archive.documents()) {
    each(*document, [&](const std::u32string& string) {
      if (!in_report.contains(string)) {
        return;
      }
      if (*document->date() < *report.date()) {
        old.insert(string);
      } else {
        ++counts[string];
      }
    });
  }
  std::erase_if(
      counts, [&old](const auto& count) { return count.second < 2 || old.contains(count.first); });
  return counts;
}

TEST(NewPhrasesTest, CorpusReportsAgreeWithACountOfAllStrings) {
  const auto archive = NationalReports();
  if (archive == nullptr) {
    GTEST_SKIP() << "the corpus is not there";
  }
  for (const char* const year : {"1978", "2016", "2018", "2024"}) {
    const NewPhrases found = Find(*archive, year);
    const std::map<std::u32string, uint64_t> expected =
        NewStrings(*archive, *archive->FindReport(year));
    EXPECT_GT(found.phrases.size(), 5u) << year;
    for (const NewPhrase& phrase : found.phrases) {
      EXPECT_EQ(CountOf(phrase.text, "“"), CountOf(phrase.text, "”")) << phrase.text;
      const std::u32string units(StripBreaks(text::Fold(text::ToCodePoints(phrase.text)).units));
      ASSERT_TRUE(expected.contains(units)) << phrase.text;
      EXPECT_EQ(phrase.occurrences, expected.at(units)) << phrase.text;
      EXPECT_EQ(units.find(U"了"), std::u32string::npos);
      EXPECT_GE(phrase.in_report, 2u) << phrase.text;
    }
    if (std::getenv("QUOTES_PRINT_NEW_PHRASES") != nullptr) {
      std::printf("== %s: %zu\n", year, found.phrases.size());
      for (const NewPhrase& phrase : found.phrases) {
        std::printf("%s %lu/%lu/%lu\n", phrase.text.c_str(), phrase.in_report, phrase.occurrences,
                    phrase.reports);
      }
    }
  }
  EXPECT_THAT(Texts(Find(*archive, "2004")), Contains("防治非典"));
  EXPECT_THAT(Texts(Find(*archive, "2022")), Contains("留抵退税"));
  const std::vector<std::string> texts = Texts(Find(*archive, "2024", {.min_in_report = 1}));
  EXPECT_THAT(texts, Contains("新质生产力"));
  for (const std::string& text : texts) {
    for (const char* const cut : {"质生产力", "展新质生", "新质生产", "快发展新质"}) {
      EXPECT_NE(text, cut);
    }
  }
}

}  // namespace
}  // namespace quotes::archive
