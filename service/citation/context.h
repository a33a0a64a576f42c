#ifndef QUOTES_SERVICE_CITATION_CONTEXT_H_
#define QUOTES_SERVICE_CITATION_CONTEXT_H_

#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "service/citation/source.h"
#include "service/citation/verdict.h"

namespace quotes::citation {

// How the caller uses the words, as far as that is said: the claimed mode; else by the words around
// the quotation, in its sentence and not negated there, a result where they say that something is
// done (已经实现, 完成了, 全省已“), else an aim (目标是, 力争), else a result where they speak of
// the past (过去五年, 成绩斐然, a year before that of `said`, the day of the report); else
// kUnspecified. The clause directly before the quotation comes first:
// 回顾了过去一年的成绩，并提出今年要“ is of an aim.
report::Mode UsedAs(const Claim& claim, std::u32string_view before, std::u32string_view after,
                    std::optional<absl::CivilDay> said);

// Appends the flags that one span of a source carries by itself: what governs it from before it,
// what it spans, how its mode differs from `used_as`, headings, broken ends. `whole` false: the
// span is a part of a quotation with omission marks, where gaps are judged by JudgeGap; only what
// governs the span is looked at.
//
// Before the first clause of a quotation the mood of its sentence may be left out (必须|坚持…,
// 要|推动…, 应当|建立…): that is how speeches are quoted, and the bare clause still reads as a
// demand. A negator (不得|干预…), a hedge (预计|, 力争|, 基本|, 初步|), a limiter (可以|, 必将|,
// 只能|, 依法|) and a condition (必要时|, 有条件的|) may not: without it the words say more than
// was said. In a sentence of a language whose words are parted by spaces only And, But and So may:
// of it the lexicon knows too little to tell what is lost, and the flag kPartialSentence is
// `unjudged`. Nor may the word that says of what part of a whole a figure is
// (登记|失业率控制在4.5%以内), of what share or some the rest is said (三分之二的|, 部分地区|),
// that makes another thing of it (代理|县长) or where something is the first of its kind
// (全国|最大), or, behind the quotation, an exception (，除教师外) and one that limits it (试点,
// 之一, 除外), is the place in an order (总额居世界|第一) or denies it (DenyingPredicate), or what
// follows from it where it is a condition
// (ConsequenceOfBareCondition).
void JudgeSpan(const Source& source, Range range, report::Mode used_as, bool whole,
               std::vector<FlagResult>* flags);

// Faults that the span touches, in text order.
std::vector<TouchedDefect> TouchedDefects(const Source& source, Range range);

// Whether two places of one source stand in a passage that was printed twice.
bool InDuplicatedPassage(const Source& source, Range a, Range b);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_CONTEXT_H_
