#ifndef QUOTES_SERVICE_CITATION_ENGLISH_CUES_H_
#define QUOTES_SERVICE_CITATION_ENGLISH_CUES_H_

#include <string_view>
#include <vector>

#include "service/citation/lexicon.h"

// The English part of the lexicon, from data that is compiled in (data/english_cues.tsv).
// Thread-safe. Texts may be in any width; noise inside a word is not looked through.
namespace quotes::citation {

// The cues of the words of Latin letters in `text`, in text order, disjoint. Linear in the text.
std::vector<Cue> FindEnglishCues(std::u32string_view text);

// Version of the data with a hash of it: "1-0123456789ab".
std::string_view EnglishCuesVersion();

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_ENGLISH_CUES_H_
