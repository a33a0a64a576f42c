#ifndef QUOTES_SERVICE_CITATION_BINDING_H_
#define QUOTES_SERVICE_CITATION_BINDING_H_

#include <cstdint>
#include <string_view>

#include "service/archive/archive.h"

namespace quotes::citation {

// How an archive's own words bind two neighbouring ones together where no list of words does: what
// stands beside a word nearly always is a part of it (accessor variety: Feng, Chen, Deng and Zheng,
// Computational Linguistics 30(1), 2004). A few searches of the index each, some microseconds. The
// answers depend on the archive's texts alone; one that has too few examples binds nothing. Thread-
// safe.

// Whether `left` and `right`, parts of a word of the lists or one of them a single character, stand
// together in most places of the one or of the other: 区块|链, 人工|智能, 短|板, but not 人民|群众.
// At least three times.
bool StandTogether(const archive::Archive& archive, std::u32string_view left,
                   std::u32string_view right);

// Whether `word` never begins a clause nor follows a grammatical character
// (WordClass::kGrammatical) in the first places where the archive has it: 博会 of 进博会 and
// 数博会, 台阶 of 新台阶. At least five times.
bool NeverBeginsFreely(const archive::Archive& archive, std::u32string_view word);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_BINDING_H_
