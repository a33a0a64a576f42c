// Changes whose kind is known by construction: words that the writer left inside the marks are an
// addition, one gap is an omission however few words stand behind it, exchanged neighbours are a
// reorder, and the repair of each is the source's words. Shares are printed and held.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "service/citation/form.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/property/citation_mutation.h"
#include "tests/support/citation_checks.h"

namespace quotes::citation {
namespace {

class CitationKindsTest : public CitationMutationTest {
 protected:
  // Whether all edits of words are of one kind.
  static bool AllAre(const Result& result, EditKind kind) {
    size_t words = 0;
    for (const Edit& edit : result.edits) {
      if (edit.kind == EditKind::kForm || edit.kind == EditKind::kPunctuation) {
        continue;
      }
      if (edit.kind != kind) {
        return false;
      }
      ++words;
    }
    return words > 0;
  }

  // Checks and counts whether the answer is one of altered words, of that kind alone.
  void ExpectKind(const std::string& name, EditKind kind, const Text& text, const Sample& sample,
                  const Text& repair = {}) {
    if (corpus().Holds(text)) {
      return;
    }
    const Result result = Check(name, text, sample);
    if (result.disposition == Disposition::kPass) {
      ++false_passes_;
      Surprise(name, text, sample, result);
      return;
    }
    const bool repaired =
        repair.empty() || LetterKey(text::ToCodePoints(result.repair)) == LetterKey(repair);
    if (result.text != TextVerdict::kAltered || !AllAre(result, kind) || !repaired) {
      Surprise(name, text, sample, result);
    }
  }

  void ExpectShare(const std::string& name, double share) {
    ASSERT_GT(cases(name), 0u) << name;
    const double right =
        1 - static_cast<double>(surprises(name)) / static_cast<double>(cases(name));
    std::printf("%-32s right %.4f of %zu\n", name.c_str(), right, cases(name));
    EXPECT_GE(right, share) << name;
  }

  size_t false_passes() const { return false_passes_; }

 private:
  size_t false_passes_ = 0;
};

Text WithoutMark(const Text& text, const report::Range& clause) {
  const Text own = text.substr(clause.begin, clause.size());
  return IsClauseMark(own.back()) ? own.substr(0, own.size() - 1) : own;
}

bool IsHanText(const Text& text) { return std::all_of(text.begin(), text.end(), text::IsHan); }

TEST_F(CitationKindsTest, WordsLeftAtTheBordersAreAdditions) {
  static const Text kBefore[] = {U"据悉，", U"他说，",     U"一是",         U"此外，",
                                 U"目前，", U"记者获悉，", U"一、",         U"3.",
                                 U"（3）",  U"会议指出，", U"报告还提到，", U"二是要"};
  static const Text kBehind[] = {U"，他说",     U"，据悉", U"，等等",       U"。他说",    U"云云",
                                 U"，报告指出", U"等等",   U"，记者了解到", U"，不一而足"};
  Random random(31);
  for (const Sample& sample : Sentences(corpus())) {
    const std::vector<report::Range> clauses = Clauses(sample.text);
    const Text clause = WithoutMark(sample.text, clauses[Below(random, clauses.size())]);
    const size_t letters = LetterKey(clause).size();
    if (letters < 8 || letters > 40) {
      continue;
    }
    const Text before = kBefore[Below(random, std::size(kBefore))];
    const Text behind = kBehind[Below(random, std::size(kBehind))];
    ExpectKind("words before", EditKind::kAddition, before + clause, sample, clause);
    ExpectKind("words behind", EditKind::kAddition, clause + behind, sample, clause);
    ExpectKind("words around", EditKind::kAddition, before + clause + behind, sample, clause);
    ExpectKind("clause twice", EditKind::kAddition, clause + U"，" + clause, sample, clause);
  }
  PrintTable();
  ExpectShare("words before", 0.97);
  ExpectShare("words behind", 0.97);
  ExpectShare("words around", 0.95);
  ExpectShare("clause twice", 0.96);
  EXPECT_EQ(false_passes(), 0u);
  EXPECT_EQ(violations(), 0u);
}

TEST_F(CitationKindsTest, OneGapIsAnOmission) {
  Random random(32);
  for (const Sample& sample : Sentences(corpus())) {
    for (const report::Range& range : Clauses(sample.text)) {
      const Text clause = WithoutMark(sample.text, range);
      if (clause.size() < 16 || Below(random, 3) != 0) {
        continue;
      }
      const size_t kept = 2 + Below(random, 3);
      const size_t gap = 3 + Below(random, 4);
      const auto cut = [&](size_t begin) {
        Text out = clause;
        out.erase(begin, gap);
        return out;
      };
      // A gap of marks alone, or one that a repetition hides, is something else.
      const auto plain = [&](size_t begin) {
        return IsHanText(clause.substr(begin, gap)) && IsHanText(clause.substr(0, kept)) &&
               IsHanText(clause.substr(clause.size() - kept));
      };
      const size_t tail = clause.size() - kept - gap;
      if (plain(tail)) {
        ExpectKind("short tail", EditKind::kOmission, cut(tail), sample, clause);
      }
      if (plain(kept)) {
        ExpectKind("short head", EditKind::kOmission, cut(kept), sample, clause);
      }
    }
  }
  PrintTable();
  ExpectShare("short tail", 0.97);
  ExpectShare("short head", 0.97);
  EXPECT_EQ(false_passes(), 0u);
  EXPECT_EQ(violations(), 0u);
}

TEST_F(CitationKindsTest, ExchangedNeighboursAreReorders) {
  Random random(33);
  for (const Sample& sample : Sentences(corpus())) {
    const std::vector<report::Range> clauses = Clauses(sample.text);
    for (size_t k = 0; k + 1 < clauses.size(); ++k) {
      const Text a = WithoutMark(sample.text, clauses[k]);
      const Text b = WithoutMark(sample.text, clauses[k + 1]);
      const Text mark(1, sample.text[clauses[k].end - 1]);
      const size_t letters = LetterKey(a + b).size();
      if (a.size() < 5 || b.size() < 5 || letters > 50 || Below(random, 2) != 0 ||
          LetterKey(a) == LetterKey(b)) {
        continue;
      }
      ExpectKind("two clauses alone", EditKind::kReorder, b + mark + a, sample, a + mark + b);
    }
    // The last two of a row, with what stands around them.
    const size_t second = sample.text.rfind(U'、');
    const size_t first =
        second == Text::npos || second == 0 ? Text::npos : sample.text.rfind(U'、', second - 1);
    if (first == Text::npos) {
      continue;
    }
    const size_t end =
        std::min(sample.text.find_first_of(U"、，。；：”》）", second + 1), sample.text.size());
    const Text a = sample.text.substr(first + 1, second - first - 1);
    const Text b = sample.text.substr(second + 1, end - second - 1);
    if (a == b || a.size() < 2 || b.size() < 2 || a.size() > 10 || b.size() > 10 || !IsHanText(a) ||
        !IsHanText(b)) {
      continue;
    }
    const size_t begin = sample.text.find_last_of(U"。，；：", first) + 1;
    const size_t behind = std::min(sample.text.find_first_of(U"，。；：", end), sample.text.size());
    const Text head = sample.text.substr(begin, first + 1 - begin);
    const Text tail = sample.text.substr(end, behind - end);
    if (LetterKey(head).size() >= 4) {
      ExpectKind("last of a row", EditKind::kReorder, head + b + U"、" + a + tail, sample,
                 sample.text.substr(begin, behind - begin));
    }
  }
  PrintTable();
  ExpectShare("two clauses alone", 0.97);
  ExpectShare("last of a row", 0.95);
  EXPECT_EQ(false_passes(), 0u);
  EXPECT_EQ(violations(), 0u);
}

}  // namespace
}  // namespace quotes::citation
