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
