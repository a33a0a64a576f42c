#include "service/archive/salience.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "service/report/chars.h"
#include "service/text/fold.h"

namespace quotes::archive {
namespace {

// What names of measures end with.
constexpr std::array<std::u32string_view, 18> kMeasureWords = {
    U"行动", U"计划", U"规划", U"工程", U"项目", U"战略", U"方案", U"纲要", U"试点",
    U"专项", U"改革", U"政策", U"机制", U"制度", U"攻坚", U"会战", U"倡议", U"活动"};
// Code points behind a name in which the word may stand: “三北”等重点生态工程.
constexpr size_t kReach = 8;

// Headings of parts are no longer, in code points.
constexpr size_t kLongestFormalHeading = 48;
// What stands beside the words of such headings.
constexpr std::u32string_view kCounting =
    U"〇零一二三四五六七八九十百两几第届次年月的和与及来以上下前后内新总项个大";
// What parts of reports are called.
constexpr std::array<std::u32string_view, 42> kParts = {
    U"工作", U"回顾", U"目标", U"任务",   U"安排", U"要求",    U"思路", U"建议", U"成就",
    U"成绩", U"情况", U"部署", U"总结",   U"思想", U"原则",    U"预期", U"措施", U"举措",
    U"形势", U"展望", U"指标", U"结束语", U"结语", U"说明",    U"草案", U"打算", U"设想",
    U"意见", U"体会", U"经验", U"附件",   U"附录", U"前言",    U"引言", U"序言", U"目录",
    U"纲要", U"考虑", U"方针", U"变革",   U"特点", U"政策取向"};
// What may stand beside in their names, without matter of its own.
constexpr std::array<std::u32string_view, 64> kBesideParts = {
    U"过去", U"主要", U"重点", U"总体",     U"今年",     U"去年",       U"明年",     U"今后",
    U"全年", U"政府", U"时期", U"期间",     U"指导",     U"基本",       U"具体",     U"下步",
    U"阶段", U"当前", U"面临", U"关于",     U"奋斗",     U"预计",       U"计划",     U"我们",
    U"重大", U"战略", U"发展", U"经济社会", U"国民经济", U"经济和社会", U"社会发展", U"国内",
    U"执行", U"完成", U"编制", U"使命",     U"伟大",     U"历史性",     U"这次",     U"大会",
    U"本届", U"规划", U"建设", U"我国",     U"我省",     U"我市",       U"全省",     U"全市",
    U"全区", U"我区", U"本市", U"全力",     U"抓好",     U"做好",       U"努力",     U"认真",
    U"扎实", U"切实", U"下一", U"世纪之交", U"世纪",     U"新时代",     U"过程",     U"步骤"};

// The size of the longest of some words that a text begins with; 0 if it begins with none.
template <size_t n>
size_t LongestOf(const std::array<std::u32string_view, n>& words, std::u32string_view text) {
  size_t longest = 0;
  for (const std::u32string_view word : words) {
    if (word.size() > longest && text.starts_with(word)) {
      longest = word.size();
    }
  }
  return longest;
}

// A heading without the titles of plans and their drafts, which say whose they are:
// 关于《浙江省国民 经济和社会发展第十五个五年规划纲要（草案）》的说明.
std::u32string WithoutPlans(std::u32string_view heading) {
  std::u32string rest;
  while (true) {
    const size_t open = heading.find(U'《');
    const size_t close = heading.find(U'》', open == heading.npos ? heading.size() : open);
    if (close == heading.npos) {
      return rest.append(heading);
    }
    const std::u32string_view title = heading.substr(open, close + 1 - open);
    rest += heading.substr(0, open);
    if (title.find(U"五年规划") == title.npos && title.find(U"纲要") == title.npos) {
      rest += title;
    }
    heading.remove_prefix(close + 1);
  }
}

std::u32string FoldLetters(std::u32string_view text) {
  std::u32string folded(text);
  std::transform(folded.begin(), folded.end(), folded.begin(), text::FoldLetter);
  return folded;
}

bool EndsWithMeasureWord(std::u32string_view name) {
  const std::u32string end =
      FoldLetters(name.substr(name.size() - std::min<size_t>(name.size(), 2)));
  return std::find(kMeasureWords.begin(), kMeasureWords.end(), end) != kMeasureWords.end();
}

// Whether what follows a name says that it is one of a measure.
bool BeginsWithMeasure(std::u32string_view rest) {
  size_t size = 0;
  // What stands behind 的 is another thing: “四风”的整治行动.
  while (size < std::min(rest.size(), kReach) && text::IsHan(rest[size]) && rest[size] != U'的') {
    ++size;
  }
  const std::u32string words = FoldLetters(rest.substr(0, size));
  return std::any_of(
      kMeasureWords.begin(), kMeasureWords.end(),
      [&words](std::u32string_view word) { return words.find(word) != std::u32string::npos; });
}

}  // namespace

bool IsFormalHeading(std::u32string_view text) {
  if (text.size() > kLongestFormalHeading) {
    return false;
  }
  const std::u32string units = text::FoldUnits(WithoutPlans(text));
  size_t parts = 0;
  for (size_t at = 0; at < units.size();) {
    const std::u32string_view rest = std::u32string_view(units).substr(at);
    const size_t part = LongestOf(kParts, rest);
    const size_t beside = LongestOf(kBesideParts, rest);
    if (part > 0 || beside > 0) {
      parts += part > beside ? 1u : 0u;
      at += std::max(part, beside);
      continue;
    }
    if (units[at] != text::kBreak && !text::IsDigit(units[at]) &&
        kCounting.find(units[at]) == std::u32string_view::npos) {
      return false;
    }
    ++at;
  }
  return parts > 0;
}

bool NamesMeasure(std::u32string_view text) {
  for (size_t open = 0; open < text.size(); ++open) {
    const char32_t closer = report::ClosingPartner(text[open]);
    const bool title = closer == U'》';
    if (!title && !report::IsQuotationCloser(closer)) {
      continue;
    }
    const size_t close = text.find(closer, open + 1);
    if (close == std::u32string_view::npos || close == open + 1) {
      continue;
    }
    if (title || EndsWithMeasureWord(text.substr(open + 1, close - open - 1)) ||
        BeginsWithMeasure(text.substr(close + 1))) {
      return true;
    }
  }
  return false;
}

}  // namespace quotes::archive
