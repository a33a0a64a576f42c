#include "service/archive/trace_summary.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

#include "service/text/utf8.h"

namespace quotes::archive {
namespace {

// By the texts folded with their marks, one after the other.
TEST(MarkedPhraseTest, CountsWhatAWalkThroughFoldedTextCounts) {
  constexpr std::u32string_view kTexts =
      U"改革开发發展，、；：。！？,;:!?（）()“”《》 \n\u200b—-·%％.．5８0㎡a一二…～";
  constexpr std::u32string_view kPhrases = U"改革开发展，、；：。！？（）一二5%-—a…";
  std::mt19937 random(11);
  const auto string = [&random](std::u32string_view letters, size_t size) {
    std::u32string made;
    while (made.size() < size) {
      made.push_back(letters[random() % letters.size()]);
    }
    return made;
  };
  uint64_t found = 0;
  uint64_t with_marks = 0;
  for (int round = 0; round < 200'000; ++round) {
    // Half of them stand in a text as they are.
    const std::u32string text = string(kTexts, 1 + random() % 40);
    const size_t size = 1 + random() % 5;
    const std::u32string typed =
        round % 2 == 0 ? string(kPhrases, size) : text.substr(random() % text.size(), size);
    const std::u32string marked = FoldKeepingMarks(typed).units;
    if (marked.empty()) {
      continue;
    }
    const MarkedPhrase phrase(marked);
    const uint64_t count = phrase.CountIn(text);
    ASSERT_EQ(count, CountPlaces(FoldKeepingMarks(text).units, marked))
        << text::ToUtf8(typed) << " in " << text::ToUtf8(text);
    found += count;
    with_marks += count > 0 && (phrase.begins_with_mark() || phrase.ends_with_mark()) ? 1u : 0u;
  }
  EXPECT_GT(found, 1'000u);
  EXPECT_GT(with_marks, 1'000u);
}

}  // namespace
}  // namespace quotes::archive
