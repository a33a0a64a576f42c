#ifndef QUOTES_SERVICE_CITATION_CONTEXT_H_
#define QUOTES_SERVICE_CITATION_CONTEXT_H_

#include <string_view>
#include <vector>

#include "service/citation/source.h"
#include "service/citation/verdict.h"

namespace quotes::citation {

// How the caller uses the words, as far as that is said: the claimed mode; else by the words around
// the quotation, in its sentence and not negated there, a result where they say that something is
// done (已经实现, 完成了), else an aim (目标是, 力争), else a result where they speak of the past
// (过去五年, 成绩斐然); else kUnspecified.
report::Mode UsedAs(const Claim& claim, std::u32string_view before, std::u32string_view after);

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
// (登记|失业率控制在4.5%以内), or, behind the quotation, one that limits it (试点, 之一, 除外) or
// is the place in an order (总额居世界|第一).
void JudgeSpan(const Source& source, Range range, report::Mode used_as, bool whole,
               std::vector<FlagResult>* flags);

// Faults that the span touches, in text order.
std::vector<TouchedDefect> TouchedDefects(const Source& source, Range range);

// Whether two places of one source stand in a passage that was printed twice.
bool InDuplicatedPassage(const Source& source, Range a, Range b);

// Whether a character is written so in simplified text only (们, not 歷, not 人, and not 后, which
// traditional text has too).
bool IsSimplifiedOnly(char32_t c);

// Whether a quotation is written in the one script and the source's words in the other. A fold that
// joins characters (後 and 后) is then how the one script is written in the other and no suspicion
// where it is the usual one (see IrregularCharacters); a stray character of the other script stays
// one. A text counts as traditional with two such characters, one of which folds to a character of
// its own (歷, not 後), and at most one simplified character for eight of those (a house's own
// variants); as simplified with no traditional one.
bool IsConverted(std::u32string_view quotation, std::u32string_view source);

// A text in traditional characters, word by word as ICU writes them, or in simplified ones; what
// would not fold to the same as the text's own stays as it is.
std::u32string InScript(std::u32string_view text, bool traditional);

// For each character of a traditional text whether it is one that joins others, or another one of
// those that a simplified character joins, and not how the simplified text beside it is written: 乾
// of 乾部 beside 干部, not 幹; 髮 of 髮展; 裏 of 裏程碑; 嚮 of 方嚮. Regular is what a conversion
// of the words has there: ICU's, or one of OpenCC's (opencc.h). Texts of unequal length have none.
std::vector<bool> IrregularCharacters(std::u32string_view simplified,
                                      std::u32string_view traditional);

// The same for simplified text beside a traditional one: where it is not what a conversion of that
// has there (干坤 beside 乾坤).
std::vector<bool> IrregularSimplified(std::u32string_view traditional,
                                      std::u32string_view simplified);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_CONTEXT_H_
