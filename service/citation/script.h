#ifndef QUOTES_SERVICE_CITATION_SCRIPT_H_
#define QUOTES_SERVICE_CITATION_SCRIPT_H_

#include <string>
#include <string_view>
#include <vector>

// Traditional and simplified characters: which a text is written in, and whether one is how the
// other is usually written. Pure functions; thread-safe.
namespace quotes::citation {

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

#endif  // QUOTES_SERVICE_CITATION_SCRIPT_H_
