#ifndef QUOTES_SERVICE_CITATION_ELISION_H_
#define QUOTES_SERVICE_CITATION_ELISION_H_

#include <string_view>
#include <vector>

#include "service/citation/source.h"
#include "service/citation/verdict.h"

namespace quotes::citation {

// Where a quotation says that something was left out: …… … ... ...... ［…］ [...] 〔略〕 （略）
// （中略）, code points of `text`.
std::vector<Range> OmissionMarks(std::u32string_view text);

// What editors put into quotations as their own: 〔编者注：…〕, （引者注：…）, （原文如此）.
std::vector<Range> EditorsMarks(std::u32string_view text);

// Whether two places lie in one section. Sections end at headings on a line of their own; run-in
// items (一要…, 二要…) do not part a section here.
bool InOneSection(const Source& source, Range before, Range after);

// Letters of the source between two places.
size_t GapLetters(const Source& source, Range before, Range after);

// Whether leaving out what stands between two kept places may change what they say; the gravest of
//  - kLongGap: more than limits::kMaxElisionGap letters are left out.
//  - kNegator, kCue: a cue in the gap stands in a clause that the gap cuts, is a condition of the
//    sentence kept behind it, or governs that (Governs; 按照有关规定，…).
//  - kCue: the gap begins or ends inside a clause and reaches over its border, so that kept words
//    stand before others that do not belong to them (减少……中高端供给); kNegator where a negator
//    governs the end of the kept ones (反对……国家主权). The speaker of the clause behind it may go
//    (……推动发展 without 我们). Only items off the end of a row may go
//    (强化科技、人才支撑，…: 强化科技……, up to the end of a clause). The same where a clause before
//    the gap says what a figure in the gap is without (剔除虚收因素，……).
//  - kCue: the gap lies inside one clause (取缔了……场所 without 非法), whatever it leaves out but
//    whole items of a row (A、……、C).
//  - kCue: the gap ends in the middle of a sentence and has its head: the clause that says of what,
//    where or when the rest is so (对不符合条件的项目，……), or the subject of a predicate or
//    anaphor kept behind it (……是要整的; ……这是重要因素), or what such words are the effect of
//    (……所以犯了很多错误, without 但是思想狭隘，). The same where what is kept before the
//    gap ends with a quantifier, hedge or condition (一切……, 只有……); kNegator for a negator.
//  - kNegator, kCue: English cues in a gap of English, whatever they govern.
//  - kPartedFigure: the gap cuts the clause of a figure; the clause kept behind it has a figure but
//    not what that measures (年均增长5.7% behind a gap with another measure); or the period
//    (2021年, 今后五年 at the head of a clause) or the forecast (预计, 力争, 目标是) of a figure
//    kept behind it in the same sentence stands in the gap and nowhere in what is kept.
//  - kNegator, kCue: the words before or behind the gap, cut off there, would be flagged for what
//    stands in it (JudgeSpan): a gap is never better than the worse of its two plain cuts.
// A clause left out whole is harmless otherwise. In languages whose words are parted by spaces only
// whole sentences are, unless the one kept before them asks, one of them answers in a few words
// that deny, or a pronoun follows; of a part of a sentence the risk is kNegator where a negator
// stands in a clause that the gap cuts, else kCue.
ElisionRisk JudgeGap(const Source& source, Range before, Range after);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_ELISION_H_
