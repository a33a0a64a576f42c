#include "service/library/revision_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/utf8.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes {
namespace {

using ::quotes::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = SentenceChangeKind;

report::ParsedReport Parse(std::string_view text) {
  const auto decoded = text::Decode(text);
  EXPECT_THAT(decoded, IsOk());
  auto parsed = report::ParseReport(*decoded);
  EXPECT_THAT(parsed, IsOk());
  report::AssignIds("r", &*parsed);
  return *std::move(parsed);
}

// Sentences as the quotes of one paragraph.
report::ParsedReport Of(const std::vector<std::u32string>& sentences) {
  report::ParsedReport report;
  for (const std::u32string& sentence : sentences) {
    report::Quote quote;
    quote.range.begin = static_cast<uint32_t>(report.joined.size());
    report.joined += sentence;
    quote.range.end = static_cast<uint32_t>(report.joined.size());
    report.quotes.push_back(quote);
  }
  return report;
}

std::u32string_view TextOf(const report::ParsedReport& report, int quote) {
  const report::Range range = report.quotes[static_cast<size_t>(quote)].range;
  return std::u32string_view(report.joined).substr(range.begin, range.size());
}

// "=甲。 ~乙。>丙。 +丁。 -戊。 >己。"
std::string Shown(const report::ParsedReport& base, const report::ParsedReport& revision) {
  std::string out;
  for (const SentenceDiff& sentence : DiffRevisions(base, revision).sentences) {
    out += out.empty() ? "" : " ";
    out += std::string("?=~+->")[static_cast<size_t>(sentence.kind)];
    out += sentence.kind == Kind::kChanged
               ? text::ToUtf8(TextOf(base, sentence.base)) + ">" +
                     text::ToUtf8(TextOf(revision, sentence.revision))
               : text::ToUtf8(sentence.revision >= 0 ? TextOf(revision, sentence.revision)
                                                     : TextOf(base, sentence.base));
  }
  return out;
}

// What holds for any two texts: every sentence once, in order, and the edits lead from one side to
// the other.
void CheckDiff(const report::ParsedReport& base, const report::ParsedReport& revision) {
  std::set<int> in_base;
  int last_in_place = -1;
  int next = 0;
  for (const SentenceDiff& sentence : DiffRevisions(base, revision).sentences) {
    EXPECT_EQ(sentence.base >= 0, sentence.kind != Kind::kInserted);
    EXPECT_EQ(sentence.revision >= 0, sentence.kind != Kind::kRemoved);
    if (sentence.base >= 0) {
      EXPECT_TRUE(in_base.insert(sentence.base).second);
      if (sentence.kind != Kind::kMoved) {
        EXPECT_GT(sentence.base, last_in_place);
        last_in_place = sentence.base;
      }
    }
    if (sentence.revision >= 0) {
      EXPECT_EQ(sentence.revision, next++);
    }
    if (sentence.base < 0 || sentence.revision < 0) {
      continue;
    }
    const report::Range from = base.quotes[static_cast<size_t>(sentence.base)].range;
    const report::Range to = revision.quotes[static_cast<size_t>(sentence.revision)].range;
    const std::vector<SentenceEdit> edits = DiffSentences(base.joined, from, revision.joined, to);
    const bool same = TextOf(base, sentence.base) == TextOf(revision, sentence.revision);
    EXPECT_EQ(edits.empty(), same);
    EXPECT_EQ(sentence.kind == Kind::kKept, same && sentence.kind != Kind::kMoved);
    std::u32string made;
    uint32_t at = from.begin;
    for (const SentenceEdit& edit : edits) {
      EXPECT_GE(edit.base.begin, at);
      made += base.joined.substr(at, edit.base.begin - at);
      made += revision.joined.substr(edit.revision.begin, edit.revision.size());
      at = edit.base.end;
    }
    made += base.joined.substr(at, from.end - at);
    EXPECT_EQ(made, TextOf(revision, sentence.revision));
  }
  EXPECT_EQ(in_base.size(), base.quotes.size());
  EXPECT_EQ(static_cast<size_t>(next), revision.quotes.size());
}

TEST(RevisionDiffTest, TellsWhatBecameOfEachSentence) {
  const auto base = Of({U"第一句说发展。", U"第二句说改革。", U"第三句说开放。", U"谢谢！"});
  EXPECT_EQ(Shown(base, base), "=第一句说发展。 =第二句说改革。 =第三句说开放。 =谢谢！");
  EXPECT_EQ(Shown(base, Of({U"第一句说发展。", U"新来的话。", U"第三句说开发。", U"谢谢！"})),
            "=第一句说发展。 -第二句说改革。 +新来的话。 ~第三句说开放。>第三句说开发。 =谢谢！");
  EXPECT_EQ(Shown(base, Of({U"第三句说开放。", U"第一句说发展。", U"第二句说改革。", U"谢谢！"})),
            ">第三句说开放。 =第一句说发展。 =第二句说改革。 =谢谢！");
  EXPECT_EQ(Shown(Of({}), base), "+第一句说发展。 +第二句说改革。 +第三句说开放。 +谢谢！");
  EXPECT_EQ(Shown(base, Of({})), "-第一句说发展。 -第二句说改革。 -第三句说开放。 -谢谢！");
}

TEST(RevisionDiffTest, RepeatedSentencesStayInTheirOrder) {
  EXPECT_EQ(Shown(Of({U"好。", U"（掌声）", U"是。", U"（掌声）"}),
                  Of({U"好。", U"（掌声）", U"是。", U"（掌声）", U"（掌声）"})),
            "=好。 =（掌声） =是。 =（掌声） +（掌声）");
  CheckDiff(Of(std::vector<std::u32string>(300, U"（掌声）")),
            Of(std::vector<std::u32string>(301, U"（掌声）")));
}

TEST(RevisionDiffTest, AnotherScriptIsNoOtherSentence) {
  const auto base = Of({U"加快发展。", U"发展是第一要务，改革开放。"});
  const auto revision = Of({U"加快發展。", U"發展是第一要務、改革開放！"});
  EXPECT_EQ(Shown(base, revision),
            "~加快发展。>加快發展。 ~发展是第一要务，改革开放。>發展是第一要務、改革開放！");
  EXPECT_TRUE(DifferInFormOnly(base.joined, revision.joined));
  EXPECT_FALSE(DifferInFormOnly(U"完成280亿元", U"完成286亿元"));
  EXPECT_FALSE(DifferInFormOnly(U"发展", U"发展"));
}

TEST(RevisionDiffTest, NumbersAndWordsAreTakenWhole) {
  const auto edits = [](std::u32string_view a, std::u32string_view b) {
    std::vector<std::string> shown;
    for (const SentenceEdit& edit : DiffSentences(a, {0, static_cast<uint32_t>(a.size())}, b,
                                                  {0, static_cast<uint32_t>(b.size())})) {
      shown.push_back(text::ToUtf8(a.substr(edit.base.begin, edit.base.size())) + ">" +
                      text::ToUtf8(b.substr(edit.revision.begin, edit.revision.size())));
    }
    return shown;
  };
  EXPECT_THAT(edits(U"预计完成280.5亿元", U"完成286.5亿元"), ElementsAre("预计>", "280.5>286.5"));
  EXPECT_THAT(edits(U"GDP增长", U"GNP增长"), ElementsAre("GDP>GNP"));
  EXPECT_THAT(edits(U"越要人一步", U"越要快人一步"), ElementsAre(">快"));
  // One character that happens to stand in both does not part a rewritten stretch.
  EXPECT_THAT(edits(U"我们坚决地反对他们。", U"我们支持地方政府。"),
              ElementsAre("坚决地反对他们>支持地方政府"));
  EXPECT_THAT(edits(U"一样", U"一样"), IsEmpty());
}

TEST(RevisionDiffTest, SectionsAreFollowed) {
  constexpr std::string_view kBase =
      "政府工作报告\n"
      "一、过去五年工作回顾\n"
      "全区生产总值达到280亿元。棚改安置房建成2800套。\n"
      "（一）发展壮大产业\n"
      "新增规模以上企业二十家。产业集群加快形成。\n"
      "二、今后五年的目标\n"
      "加快高质量发展，建设现代化强区。\n";
  const auto replaced = [&](std::string_view from, std::string_view to) {
    std::string text(kBase);
    return Parse(text.replace(text.find(from), from.size(), to));
  };
  const auto kinds = [](const report::ParsedReport& a, const report::ParsedReport& b) {
    std::vector<std::string> shown;
    for (const SectionDiff& section : DiffRevisions(a, b).sections) {
      shown.push_back(std::string("?+-~>")[static_cast<size_t>(section.kind)] +
                      (section.revision >= 0
                           ? b.sections[static_cast<size_t>(section.revision)].heading
                           : a.sections[static_cast<size_t>(section.base)].heading));
    }
    return shown;
  };
  const report::ParsedReport base = Parse(kBase);
  ASSERT_THAT(base.sections, SizeIs(3));
  EXPECT_THAT(kinds(base, base), IsEmpty());
  // A new heading gives the section below another name, but it is the same section.
  EXPECT_THAT(kinds(base, replaced("过去五年工作回顾", "五年来的工作")),
              ElementsAre("~五年来的工作"));
  EXPECT_THAT(kinds(base, replaced("（一）发展壮大产业\n", "")), ElementsAre("-发展壮大产业"));
  EXPECT_THAT(kinds(replaced("（一）发展壮大产业\n", ""), base), ElementsAre("+发展壮大产业"));
  // One put in before shifts numbers only.
  EXPECT_THAT(
      kinds(base, replaced("二、今后五年的目标\n",
                           "二、主要体会\n五年的实践使我们体会到许多。\n三、今后五年的目标\n")),
      ElementsAre("+主要体会"));
}

TEST(RevisionDiffTest, MetadataAreComparedByField) {
  report::ParsedReport base = Of({U"甲。"});
  report::ParsedReport revision = base;
  base.metadata.date = absl::CivilDay(2022, 1, 17);
  revision.metadata.date = absl::CivilDay(2022, 1, 18);
  revision.metadata.publication.paper = "枣庄日报";
  EXPECT_THAT(DiffRevisions(base, revision).metadata,
              ElementsAre(MetadataDiff{"speech_date", "2022-01-17", "2022-01-18"},
                          MetadataDiff{"publication.paper", "", "枣庄日报"}));
}

// Sentences of the sample changed, taken out, put in and moved at random.
TEST(RevisionDiffTest, HoldsForAnyTexts) {
  const report::ParsedReport sample = Parse(quotes::testing::SampleReport());
  std::vector<std::u32string> sentences;
  for (size_t i = 0; i < sample.quotes.size(); ++i) {
    sentences.emplace_back(TextOf(sample, static_cast<int>(i)));
  }
  std::mt19937 random(1);
  const auto below = [&](size_t bound) { return random() % bound; };
  for (int round = 0; round < 50; ++round) {
    std::vector<std::u32string> changed = sentences;
    const size_t changes = below(60);
    for (size_t k = 0; k < changes; ++k) {
      const size_t at = below(changed.size());
      switch (below(4)) {
        case 0:
          changed[at][below(changed[at].size())] = U'甲' + static_cast<char32_t>(below(50));
          break;
        case 1:
          changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(at));
          break;
        case 2:
          changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(at), changed[below(20)]);
          break;
        default:
          std::swap(changed[at], changed[below(changed.size())]);
          break;
      }
    }
    const report::ParsedReport a = Of(sentences);
    const report::ParsedReport b = Of(changed);
    CheckDiff(a, b);
    CheckDiff(b, a);
    // What changed little is mostly seen as the same sentence.
    const std::vector<SentenceDiff> diff = DiffRevisions(a, b).sentences;
    const auto kept = std::count_if(diff.begin(), diff.end(), [](const SentenceDiff& sentence) {
      return sentence.kind == Kind::kKept;
    });
    EXPECT_GE(static_cast<size_t>(kept) + 4 * changes, sentences.size());
  }
}

}  // namespace
}  // namespace quotes
