#include "service/citation/align.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "service/citation/form.h"

namespace quotes::citation {
namespace {

WorkBudget Plenty() { return {100'000'000}; }

// The quotation that an alignment makes of the source, and whether its ops cover both sides.
std::u32string Apply(const Alignment& alignment, const std::vector<Unit>& quotation,
                     const std::vector<Unit>& source) {
  std::u32string out;
  uint32_t q = 0;
  uint32_t s = alignment.begin;
  for (const Op& op : alignment.ops) {
    EXPECT_EQ(op.quotation, op.kind == OpKind::kDelete ? op.quotation : q);
    EXPECT_EQ(op.source, op.kind == OpKind::kInsert ? op.source : s);
    switch (op.kind) {
      case OpKind::kMatch:
        EXPECT_EQ(quotation[q].form, source[s].form);
        out.push_back(source[s].form);
        break;
      case OpKind::kSubstitute:
        EXPECT_NE(quotation[q].form, source[s].form);
        out.push_back(quotation[q].form);
        break;
      case OpKind::kInsert:
        out.push_back(quotation[q].form);
        break;
      case OpKind::kDelete:
        break;
    }
    q += op.kind != OpKind::kDelete ? 1u : 0u;
    s += op.kind != OpKind::kInsert ? 1u : 0u;
  }
  EXPECT_EQ(q, quotation.size());
  EXPECT_EQ(s, alignment.end);
  return out;
}

std::u32string Forms(const std::vector<Unit>& units) {
  std::u32string forms;
  for (const Unit& unit : units) {
    forms.push_back(unit.form);
  }
  return forms;
}

size_t Count(const Alignment& alignment, OpKind kind) {
  return static_cast<size_t>(std::count_if(alignment.ops.begin(), alignment.ops.end(),
                                           [&](const Op& op) { return op.kind == kind; }));
}

TEST(AlignTest, FindsThePlace) {
  const auto q = FormUnits(U"稳中求进");
  const auto s = FormUnits(U"坚持稳中求进工作总基调");
  WorkBudget budget = Plenty();
  const Alignment alignment = Align(q, s, &budget);
  EXPECT_EQ(alignment.begin, 2u);
  EXPECT_EQ(alignment.end, 6u);
  EXPECT_EQ(alignment.cost, 0);
  EXPECT_TRUE(alignment.complete);
}

TEST(AlignTest, LeavesOneClauseOutInOnePiece) {
  const auto q = FormUnits(U"一般公共预算收入完成25.9亿元，年均增长16.5%");
  const auto s = FormUnits(
      U"一般公共预算收入完成25.9亿元，剔除消化虚收因素，年均增长16.5%，税收占比达到78.3%");
  WorkBudget budget = Plenty();
  const Alignment alignment = Align(q, s, &budget);
  EXPECT_EQ(Count(alignment, OpKind::kDelete), 9u);
  EXPECT_EQ(Count(alignment, OpKind::kInsert), 0u);
  EXPECT_EQ(Count(alignment, OpKind::kSubstitute), 0u);
  size_t gaps = 0;
  for (size_t i = 1; i < alignment.ops.size(); ++i) {
    gaps += alignment.ops[i].kind == OpKind::kDelete && alignment.ops[i - 1].kind != OpKind::kDelete
                ? 1u
                : 0u;
  }
  EXPECT_EQ(gaps, 1u);
}

TEST(AlignTest, NeverTakesALetterForAMark) {
  const auto q = FormUnits(U"甲乙丙丁");
  const auto s = FormUnits(U"甲，丙丁");
  WorkBudget budget = Plenty();
  EXPECT_EQ(Count(Align(q, s, &budget), OpKind::kSubstitute), 0u);
}

TEST(AlignTest, RandomPairs) {
  std::mt19937 random(11);
  const std::u32string letters = U"甲乙丙丁戊，。5";
  const auto text = [&](size_t size) {
    std::u32string out;
    for (size_t i = 0; i < size; ++i) {
      out.push_back(letters[random() % letters.size()]);
    }
    return out;
  };
  for (int i = 0; i < 3000; ++i) {
    const std::u32string source = text(1 + random() % 60);
    std::u32string quotation = i % 2 == 0 ? text(1 + random() % 30) : source;
    for (size_t edits = random() % 4; edits > 0 && !quotation.empty(); --edits) {
      quotation[random() % quotation.size()] = letters[random() % letters.size()];
    }
    const auto q = FormUnits(quotation);
    const auto s = FormUnits(source);
    if (q.empty() || s.empty()) {
      continue;
    }
    WorkBudget budget = Plenty();
    const Alignment alignment = Align(q, s, &budget);
    EXPECT_EQ(Apply(alignment, q, s), Forms(q));
    if (source.find(quotation) != std::u32string::npos &&
        Forms(s).find(Forms(q)) != std::u32string::npos) {
      EXPECT_EQ(alignment.cost, 0);
    }
  }
}

// Long pairs are parted at their unique stretches: the same edits as aligned at once.
TEST(AlignTest, LongPairs) {
  std::mt19937 random(12);
  std::u32string source;
  for (int i = 0; i < 3000; ++i) {
    source.push_back(static_cast<char32_t>(0x4E00 + random() % 3000));
  }
  std::u32string quotation = source.substr(100, 2700);
  std::vector<size_t> changed;
  for (size_t at = 50; at < 2600; at += 100) {
    quotation[at] = U'鿕';
    changed.push_back(at);
  }
  const auto q = FormUnits(quotation);
  const auto s = FormUnits(source);
  WorkBudget budget{2'000'000};
  const Alignment alignment = Align(q, s, &budget);
  EXPECT_TRUE(alignment.complete);
  EXPECT_EQ(alignment.begin, 100u);
  EXPECT_EQ(Count(alignment, OpKind::kSubstitute), changed.size());
  EXPECT_EQ(Count(alignment, OpKind::kMatch), 2700 - changed.size());
  EXPECT_EQ(Apply(alignment, q, s), Forms(q));
}

TEST(AlignTest, StopsAtTheBudget) {
  const auto q = FormUnits(std::u32string(2000, U'甲'));
  const auto s = FormUnits(std::u32string(2000, U'乙'));
  WorkBudget budget{1000};
  const Alignment alignment = Align(q, s, &budget);
  EXPECT_FALSE(alignment.complete);
  EXPECT_EQ(Apply(alignment, q, s), Forms(q));
}

}  // namespace
}  // namespace quotes::citation
