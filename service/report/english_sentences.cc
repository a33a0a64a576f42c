#include "service/report/english_sentences.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <string>

#include "service/base/check.h"
#include "service/report/chars.h"
#include "service/report/lexicon.h"
#include "service/text/fold.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

const icu::BreakIterator& Prototype() {
  static const icu::BreakIterator* const kPrototype = [] {
    UErrorCode status = U_ZERO_ERROR;
    icu::BreakIterator* const iterator =
        icu::BreakIterator::createSentenceInstance(icu::Locale::getEnglish(), status);
    QUOTES_CHECK(U_SUCCESS(status));
    return iterator;
  }();
  return *kPrototype;
}

// The places behind ICU's sentences, in code points from the beginning of `text`.
std::vector<uint32_t> Boundaries(View text) {
  const icu::UnicodeString utf16 = icu::UnicodeString::fromUTF32(
      reinterpret_cast<const UChar32*>(text.data()), static_cast<int32_t>(text.size()));
  const std::unique_ptr<icu::BreakIterator> iterator(Prototype().clone());
  iterator->setText(utf16);
  std::vector<uint32_t> ends;
  int32_t unit = iterator->first();
  uint32_t place = 0;
  while (true) {
    const int32_t next = iterator->next();
    if (next == icu::BreakIterator::DONE) {
      return ends;
    }
    place += static_cast<uint32_t>(utf16.countChar32(unit, next - unit));
    unit = next;
    ends.push_back(place);
  }
}

// The word that ends with the dot at `dot`, dots inside included: "u.s", "mr".
std::u32string WordBefore(View text, size_t dot) {
  size_t begin = dot;
  while (begin > 0 && (IsWordCharacter(text[begin - 1]) || IsFullStopDot(text[begin - 1]))) {
    --begin;
  }
  std::u32string word(text.substr(begin, dot - begin));
  for (char32_t& c : word) {
    c = text::FoldLetter(c);
  }
  return word;
}

std::u32string WordAt(View text, size_t begin) {
  size_t end = begin;
  while (end < text.size() && IsWordCharacter(text[end])) {
    ++end;
  }
  std::u32string word(text.substr(begin, end - begin));
  for (char32_t& c : word) {
    c = text::FoldLetter(c);
  }
  return word;
}

// Whether a sentence of `text` that begins at `begin` ends at `end`, where ICU says so.
bool EndsSentence(View text, size_t begin, size_t end) {
  size_t next = end;
  while (next < text.size() && (ClosingPartner(text[next]) != 0 || text[next] == U'"')) {
    ++next;
  }
  if (next < text.size() && text[next] >= U'a' && text[next] <= U'z') {
    return false;
  }
  size_t last = end;
  while (last > begin &&
         (text::IsSpace(text[last - 1]) || IsCloser(text[last - 1]) || text[last - 1] == U'"')) {
    --last;
  }
  if (last == begin || !IsFullStopDot(text[last - 1])) {
    return true;
  }
  const size_t dot = last - 1;
  const std::u32string word = WordBefore(text, dot);
  if (word.empty()) {
    return true;
  }
  const bool digits = std::all_of(word.begin(), word.end(), IsAsciiDigit);
  if (dot == begin + word.size() &&
      (digits || word.size() == 1 || word == U"ii" || word == U"iii" || word == U"iv" ||
       word == U"vi" || word == U"vii" || word == U"viii" || word == U"ix")) {
    return false;  // the number of the paragraph
  }
  const Lexicon& lexicon = GetLexicon();
  if (word == U"no" && (next >= text.size() || !IsAsciiDigit(text[next]))) {
    return true;  // the answer, not a number
  }
  if (lexicon.english_abbreviation.Contains(word)) {
    return false;
  }
  // J. F. Kennedy; "Plan B. We …" is rare.
  const bool initial = word.size() == 1 && IsLatinLetter(word[0]);
  const bool initials = word.size() >= 3 && word.size() % 2 == 1 && IsFullStopDot(word[1]);
  if (initial || initials || lexicon.english_final_abbreviation.Contains(word)) {
    return lexicon.english_opening.Contains(WordAt(text, next));
  }
  return true;
}

}  // namespace

void SplitEnglishSentences(View joined, Range paragraph, std::vector<Sentence>* sentences) {
  const View text = joined.substr(paragraph.begin, paragraph.size());
  uint32_t begin = 0;
  for (const uint32_t end : Boundaries(text)) {
    const View sentence = text.substr(begin, end - begin);
    const bool word = std::any_of(sentence.begin(), sentence.end(), IsWordCharacter);
    if (end < text.size() && (!word || !EndsSentence(text, begin, end))) {
      continue;
    }
    if (!word && begin > 0 && !sentences->empty()) {
      sentences->back().range.end = paragraph.begin + end;
    } else {
      AppendSentence(joined, {paragraph.begin + begin, paragraph.begin + end}, sentences);
    }
    begin = end;
  }
}

}  // namespace quotes::report
