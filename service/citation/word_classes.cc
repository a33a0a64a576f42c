#include "service/citation/word_classes.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <string>
#include <vector>

#include "service/base/check.h"
#include "service/base/hash.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::data {
extern const std::string_view word_classes;
}  // namespace quotes::data

namespace quotes::citation {
namespace {

// In the order of WordClass.
constexpr std::string_view kNames[] = {"negating_letter",
                                       "not_opposing",
                                       "subject",
                                       "sentence_lead",
                                       "spaced_anaphor",
                                       "distributive",
                                       "coordinator",
                                       "consequent",
                                       "consequent_of_cause",
                                       "cause",
                                       "answer",
                                       "according_to",
                                       "measureless",
                                       "period",
                                       "period_lead",
                                       "exclusion",
                                       "forecast",
                                       "postposed_limit",
                                       "rank",
                                       "restrictor",
                                       "used_as_result",
                                       "used_as_aim",
                                       "used_as_past",
                                       "prefix",
                                       "suffix",
                                       "particle",
                                       "free",
                                       "grammatical",
                                       "disowning",
                                       "striving",
                                       "topic",
                                       "universal",
                                       "patronage",
                                       "anaphor",
                                       "headless",
                                       "lesser_office",
                                       "courtesy",
                                       "editors_note",
                                       "exception",
                                       "additive",
                                       "total",
                                       "measure_of",
                                       "raising",
                                       "older_character",
                                       "older_form",
                                       "implied_body",
                                       "place_level",
                                       "nation",
                                       "national_body",
                                       "others_view",
                                       "imperative",
                                       "completing",
                                       "stated",
                                       "introduces_aim",
                                       "follows_aim",
                                       "named_in_marks",
                                       "another_said",
                                       "said_to_us",
                                       "rejection",
                                       "open_subject",
                                       "finite",
                                       "denial",
                                       "bare_condition",
                                       "consequent_denial",
                                       "prohibition",
                                       "misdeed",
                                       "own_statement",
                                       "effect",
                                       "effect_of_none",
                                       "adversative",
                                       "scope",
                                       "superlative",
                                       "some"};
constexpr size_t kClasses = std::size(kNames);

struct Words {
  std::u32string single;                  // words of one character
  std::vector<std::u32string> long_ones;  // the others, the longest first
  std::bitset<256> heads;                 // by the last byte of the first characters of all

  // Code points of the longest of them that `text` begins with, whose first one folds to `first`.
  size_t Longest(char32_t first, std::u32string_view text) const;
};

struct Data {
  std::array<Words, kClasses> classes;
  std::string version;
};

// Takes the text up to `end` and the mark itself off the front.
std::string_view Take(std::string_view* text, char end) {
  const std::string_view head = text->substr(0, text->find(end));
  text->remove_prefix(std::min(text->size(), head.size() + 1));
  return head;
}

Data ReadData(std::string_view lines) {
  Data data;
  const std::string hash = Sha256Hex(lines).substr(0, 12);
  while (!lines.empty()) {
    std::string_view rest = Take(&lines, '\n');
    if (rest.starts_with('#')) {
      continue;
    }
    const std::string_view name = Take(&rest, '\t');
    if (name == "version") {
      data.version = std::string(rest) + "-" + hash;
      continue;
    }
    if (name == "class") {
      continue;
    }
    const auto* const found = std::find(std::begin(kNames), std::end(kNames), name);
    QUOTES_CHECK(found != std::end(kNames));
    Words& words = data.classes[static_cast<size_t>(found - std::begin(kNames))];
    while (!rest.empty()) {
      std::u32string word = text::ToCodePoints(Take(&rest, ' '));
      std::transform(word.begin(), word.end(), word.begin(), text::FoldLetter);
      QUOTES_CHECK(!word.empty());
      words.heads.set(word.front() & 0xFF);
      if (word.size() == 1) {
        words.single += word;
      } else {
        words.long_ones.push_back(word);
      }
    }
  }
  for (Words& words : data.classes) {
    std::stable_sort(words.long_ones.begin(), words.long_ones.end(),
                     [](const auto& a, const auto& b) { return a.size() > b.size(); });
  }
  return data;
}

const Data& TheData() {
  static const auto* const kData = new Data(ReadData(data::word_classes));
  return *kData;
}

const Words& WordsOf(WordClass words) { return TheData().classes[static_cast<size_t>(words)]; }

bool BeginsWithWord(std::u32string_view text, std::u32string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(),
                    [](char32_t a, char32_t b) { return a == text::FoldLetter(b); });
}

size_t Words::Longest(char32_t first, std::u32string_view text) const {
  if (!heads[first & 0xFF]) {
    return 0;
  }
  for (const std::u32string& word : long_ones) {
    if (word.front() == first && BeginsWithWord(text, word)) {
      return word.size();
    }
  }
  return single.find(first) != std::u32string::npos ? 1 : 0;
}

}  // namespace

size_t BeginsWith(WordClass words, std::u32string_view text) {
  return text.empty() ? 0 : WordsOf(words).Longest(text::FoldLetter(text.front()), text);
}

size_t EndsWith(WordClass words, std::u32string_view text) {
  for (const std::u32string& word : WordsOf(words).long_ones) {
    if (text.size() >= word.size() &&
        BeginsWithWord(text.substr(text.size() - word.size()), word)) {
      return word.size();
    }
  }
  return !text.empty() && IsWord(words, text.back()) ? 1 : 0;
}

bool IsWord(WordClass words, std::u32string_view text) {
  return !text.empty() && BeginsWith(words, text) == text.size();
}

bool IsWord(WordClass words, char32_t c) {
  return WordsOf(words).single.find(text::FoldLetter(c)) != std::u32string::npos;
}

bool LiesIn(WordClass words, std::u32string_view text, size_t at) {
  const Words& own = WordsOf(words);
  const size_t longest = own.long_ones.empty() ? 1 : own.long_ones.front().size();
  for (size_t begin = at + 1 - std::min(at + 1, longest); begin <= at; ++begin) {
    if (begin + own.Longest(text::FoldLetter(text[begin]), text.substr(begin)) > at) {
      return true;
    }
  }
  return false;
}

std::optional<size_t> FindWord(WordClass words, std::u32string_view text) {
  const Words& own = WordsOf(words);
  for (size_t i = 0; i < text.size(); ++i) {
    if (own.Longest(text::FoldLetter(text[i]), text.substr(i)) > 0) {
      return i;
    }
  }
  return std::nullopt;
}

std::string_view WordClassesVersion() { return TheData().version; }

}  // namespace quotes::citation
