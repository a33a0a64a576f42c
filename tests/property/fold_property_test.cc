#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/fold_oracle.h"
#include "tests/support/test_data.h"

namespace quotes::text {
namespace {

using ::quotes::testing::BrokenPromise;
using ::quotes::testing::LosesContext;
using ::quotes::testing::SlowFold;

using Random = std::mt19937_64;

// Any scalar value, the supplementary planes included.
std::u32string AnyText(Random* random, size_t size) {
  std::u32string text;
  while (text.size() < size) {
    const auto c = static_cast<char32_t>((*random)() % 0x110000);
    if (c < 0xD800 || c > 0xDFFF) {
      text.push_back(c);
    }
  }
  return text;
}

// The planes and blocks that Chinese text has its characters from.
std::u32string BlockText(Random* random, size_t size) {
  static constexpr struct {
    char32_t first;
    char32_t last;
  } kBlocks[] = {{0x09, 0x7E},     {0x85, 0x24F},      {0x2000, 0x206F}, {0x2E80, 0x2FD5},
                 {0x3000, 0x30FF}, {0x3200, 0x33FF},   {0x4E00, 0x9FFF}, {0xF900, 0xFAFF},
                 {0xFE00, 0xFFEF}, {0x20000, 0x2A6DF}, {0x2100, 0x2300}};
  std::u32string text;
  while (text.size() < size) {
    const auto& block = kBlocks[(*random)() % std::size(kBlocks)];
    text.push_back(block.first +
                   static_cast<char32_t>((*random)() % (block.last - block.first + 1)));
  }
  return text;
}

// Short runs of digits, signs, marks, spaces, Latin and Han: every rule meets every other.
std::u32string MixedText(Random* random, size_t size) {
  static const std::u32string kPool =
      U"00112345６７,,，.．%％‰-－−—–~～:：/＋+ab Ｃ "
      U"　\t\n\u200B“”《》·'、。；！…（）发發展歷乾干〇○℃㎡²①é";
  std::u32string text;
  while (text.size() < size) {
    text.push_back(kPool[(*random)() % kPool.size()]);
  }
  return text;
}

// Digits and what may stand in numerals, densely.
std::u32string NumeralText(Random* random, size_t size) {
  static const std::u32string kPool = U"0000011123,,，，.%-— ”年a";
  std::u32string text;
  while (text.size() < size) {
    text.push_back(kPool[(*random)() % kPool.size()]);
  }
  return text;
}

using Generator = std::u32string (*)(Random*, size_t);
constexpr Generator kGenerators[] = {&AnyText, &BlockText, &MixedText, &NumeralText};

std::string Show(std::u32string_view text) {
  std::string out = ToUtf8(text) + " =";
  for (const char32_t c : text) {
    char hex[16];
    std::snprintf(hex, sizeof hex, " %04X", static_cast<unsigned>(c));
    out += hex;
  }
  return out;
}

TEST(FoldProperty, KeepsItsPromisesOnRandomText) {
  Random random(1);
  for (const Generator generate : kGenerators) {
    for (int round = 0; round < 60'000; ++round) {
      const std::u32string text = generate(&random, 1 + random() % 14);
      const std::string broken = BrokenPromise(text, random());
      ASSERT_EQ(broken, "") << Show(text);
    }
  }
}

TEST(FoldProperty, EqualsTheSlowFold) {
  Random random(2);
  // The oracle knows the letters that a hyphen joins from a few blocks only.
  for (const Generator generate : {&MixedText, &NumeralText}) {
    for (int round = 0; round < 60'000; ++round) {
      const std::u32string text = generate(&random, 1 + random() % 14);
      const FoldedText fast = Fold(text);
      const FoldedText slow = SlowFold(text);
      ASSERT_EQ(ToUtf8(fast.units), ToUtf8(slow.units)) << Show(text);
      ASSERT_EQ(fast.begin, slow.begin) << Show(text);
      ASSERT_EQ(fast.end, slow.end) << Show(text);
      ASSERT_EQ(ToUtf8(FoldUnits(text)), ToUtf8(slow.units)) << Show(text);
    }
  }
}

// What Fold and a search in its units find.
std::vector<std::pair<uint32_t, uint32_t>> FindSlowly(std::u32string_view source,
                                                      std::u32string_view units) {
  const FoldedText folded = Fold(source);
  std::vector<std::pair<uint32_t, uint32_t>> places;
  for (size_t at = folded.units.find(units); at != std::u32string::npos;
       at = folded.units.find(units, at + 1)) {
    places.emplace_back(folded.begin[at], folded.end[at + units.size() - 1]);
  }
  return places;
}

TEST(FindHanProperty, FindsWhatFoldingFinds) {
  static const std::u32string kPool = U"产产產业業发發展　 \u200B“”·，。\n5a○〇㎡㈱㍿";
  Random random(6);
  size_t found = 0;
  size_t refused = 0;
  for (int round = 0; round < 120'000; ++round) {
    std::u32string text;
    if (round % 2 == 0) {
      text = kGenerators[static_cast<size_t>(round) % 4](&random, 1 + random() % 14);
    } else {
      while (text.size() < 12) {
        // The characters that expand are rare, as in real text.
        text.push_back(kPool[random() % (kPool.size() - (random() % 8 == 0 ? 0 : 3))]);
      }
    }
    const std::u32string units = Fold(text).units;
    if (units.empty()) {
      continue;
    }
    const size_t begin = random() % units.size();
    const std::u32string term = units.substr(begin, 1 + random() % 3);
    std::vector<std::pair<uint32_t, uint32_t>> places;
    const bool answered =
        FindHan(text, term, [&](uint32_t from, uint32_t to) { places.emplace_back(from, to); });
    if (answered) {
      ASSERT_EQ(places, FindSlowly(text, term)) << Show(text) << " for " << Show(term);
      found += places.size();
    } else {
      ASSERT_TRUE(places.empty());
      ++refused;
    }
  }
  EXPECT_GT(found, 20'000u);
  EXPECT_GT(refused, 5'000u);
}

// A character is found by its fold wherever it stands, among others that are passed by.
TEST(FindHanProperty, FindsEveryCharacterThatFoldsToHan) {
  size_t found = 0;
  for (char32_t c = 0x80; c < 0x30000; ++c) {
    const std::u32string units = Fold(std::u32string(1, c)).units;
    std::u32string text(7 + c % 19, U'\u7684');
    const size_t place = c % text.size();
    text[place] = c;
    std::vector<std::pair<uint32_t, uint32_t>> places;
    if (FindHan(text, units, [&](uint32_t from, uint32_t to) { places.emplace_back(from, to); })) {
      ASSERT_EQ(places, FindSlowly(text, units)) << Show(text);
      ++found;
    }
    // Not wholly Han characters, or the text has what becomes several units.
    ASSERT_EQ(FindHan(text, U"\u7684", [](uint32_t, uint32_t) {}), units.size() < 2) << Show(text);
  }
  EXPECT_GT(found, 60'000u);
}

TEST(FoldProperty, EveryMatchInTheSampleFoldsToItself) {
  const std::u32string sample = ToCodePoints(testing::SampleReport());
  const FoldedText folded = Fold(sample);
  const FoldedText slow = SlowFold(sample);
  EXPECT_TRUE(folded.units == slow.units);
  EXPECT_EQ(folded.begin, slow.begin);
  EXPECT_EQ(folded.end, slow.end);
  size_t checked = 0;
  size_t excepted = 0;
  for (size_t i = 0; i < folded.units.size(); ++i) {
    for (const size_t length : {1u, 2u, 3u, 4u, 7u, 20u, 60u}) {
      const size_t j = i + length;
      if (j > folded.units.size()) {
        break;
      }
      if (LosesContext(sample, folded, i, j)) {
        ++excepted;
        continue;
      }
      const std::u32string range =
          sample.substr(folded.begin[i], folded.end[j - 1] - folded.begin[i]);
      ASSERT_TRUE(Fold(range).units == folded.units.substr(i, length)) << ToUtf8(range);
      ++checked;
    }
  }
  EXPECT_GT(checked, 100 * excepted);
}

// Noise is removed first, soft marks are never seen: taking them out by hand changes nothing.
TEST(FoldProperty, NoiseAndSoftMarksLeaveNoTrace) {
  Random random(3);
  for (int round = 0; round < 60'000; ++round) {
    const std::u32string text = MixedText(&random, 1 + random() % 14);
    std::u32string stripped;
    const FoldedText folded = Fold(text);
    size_t at = 0;
    // Of what lies in no unit everything goes.
    for (size_t i = 0; i < folded.units.size(); ++i) {
      if (folded.begin[i] >= at) {
        stripped += text.substr(folded.begin[i], folded.end[i] - folded.begin[i]);
        at = folded.end[i];
      }
    }
    ASSERT_TRUE(Fold(stripped).units == folded.units) << Show(text);
  }
}

// Characters by their fold, for texts that differ in folds alone.
const std::map<char32_t, std::vector<char32_t>>& FoldClasses() {
  static const auto* const kClasses = [] {
    auto* classes = new std::map<char32_t, std::vector<char32_t>>;
    for (char32_t c = 0; c <= 0x2FFFF; ++c) {
      if (FoldLetter(c) != c) {
        std::vector<char32_t>& members = (*classes)[FoldLetter(c)];
        if (members.empty()) {
          members.push_back(FoldLetter(c));
        }
        members.push_back(c);
      }
    }
    return classes;
  }();
  return *kClasses;
}

TEST(FoldsBetweenProperty, NamesAFoldIfAndOnlyIfTheTextsDiffer) {
  Random random(4);
  for (const auto& [folded, members] : FoldClasses()) {
    for (const char32_t a : members) {
      for (const char32_t b : members) {
        const FoldSet folds = FoldsBetween(std::u32string(1, a), std::u32string(1, b));
        ASSERT_EQ(folds == 0, a == b) << Show(std::u32string{a, b});
        ASSERT_EQ(folds, FoldsBetween(std::u32string(1, b), std::u32string(1, a)))
            << Show(std::u32string{a, b});
        if (b == folded) {
          ASSERT_EQ(folds, FoldsOf(a)) << Show(std::u32string{a, b});
        }
      }
    }
  }
  static const std::u32string kDropped = U"“”《·' 　\u200B\n";
  for (int round = 0; round < 60'000; ++round) {
    const std::u32string text = MixedText(&random, 1 + random() % 10);
    std::u32string other;
    for (const char32_t c : text) {
      if (random() % 8 == 0) {
        other.push_back(kDropped[random() % kDropped.size()]);
      }
      const auto members = FoldClasses().find(FoldLetter(c));
      other.push_back(members == FoldClasses().end() || random() % 2 == 0
                          ? c
                          : members->second[random() % members->second.size()]);
    }
    if (Fold(text).units != Fold(other).units) {
      continue;  // a space between letters came in
    }
    const FoldSet folds = FoldsBetween(text, other);
    ASSERT_EQ(folds == 0, text == other) << Show(text) << "\n" << Show(other);
    ASSERT_EQ(folds, FoldsBetween(other, text)) << Show(text) << "\n" << Show(other);
  }
}

TEST(FoldLetterProperty, IsItsOwnFold) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    ASSERT_EQ(FoldLetter(FoldLetter(c)), FoldLetter(c)) << Show(std::u32string(1, c));
    ASSERT_TRUE(FoldLetter(c) == c || FoldsOf(c) != 0) << Show(std::u32string(1, c));
    const int classes = IsHan(c) + IsSoftMark(c) + IsHardMark(c) + IsNoise(c) + IsSpace(c) +
                        IsLineBreak(c) + IsDigit(c);
    ASSERT_LE(classes, 1) << Show(std::u32string(1, c));
  }
}

}  // namespace
}  // namespace quotes::text
