#include "service/citation/script.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "service/citation/opencc.h"
#include "service/citation/word_classes.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

std::u32string CodePoints(const icu::UnicodeString& units) {
  std::string utf8;
  units.toUTF8String(utf8);
  return text::ToCodePoints(utf8);
}

const icu::Transliterator* MakeTransliterator(const char* id) {
  UErrorCode error = U_ZERO_ERROR;
  icu::Transliterator* const made = icu::Transliterator::createInstance(id, UTRANS_FORWARD, error);
  return U_FAILURE(error) ? nullptr : made;
}

const icu::Transliterator* ToTraditional() {
  static const icu::Transliterator* const kTransliterator = MakeTransliterator("Hans-Hant");
  return kTransliterator;
}

const icu::Transliterator* ToSimplified() {
  static const icu::Transliterator* const kTransliterator = MakeTransliterator("Hant-Hans");
  return kTransliterator;
}

std::u32string Transliterated(const icu::Transliterator* transliterator, std::u32string_view text) {
  if (transliterator == nullptr) {
    return std::u32string(text);
  }
  icu::UnicodeString units = icu::UnicodeString::fromUTF8(text::ToUtf8(text));
  transliterator->transliterate(units);
  return CodePoints(units);
}

// Simplified text in traditional characters, word by word, as ICU writes it.
std::u32string InTraditional(std::u32string_view text) {
  return Transliterated(ToTraditional(), text);
}

// Characters of a text that tell its script.
struct Script {
  size_t traditional = 0;
  size_t certain = 0;  // of those, the ones that fold to a character of their own
  size_t simplified = 0;
};

Script ScriptOf(std::u32string_view text) {
  Script script;
  std::vector<std::u32string> simplified;  // made once it is needed
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    const text::FoldSet folds = text::IsHan(c) ? text::FoldsOf(c) : 0;
    bool traditional = (folds & text::kFoldScript) != 0;
    if (traditional && (folds & text::kFoldAmbiguous) != 0) {
      // Simplified text keeps it in some words: 著作, 乾坤.
      if (simplified.empty()) {
        simplified = OpenCcSimplified(text);
      }
      traditional = std::none_of(simplified.begin(), simplified.end(), [&](const auto& written) {
        return written.size() == text.size() && written[i] == c;
      });
    }
    script.traditional += traditional ? 1u : 0u;
    script.certain += traditional && (folds & text::kFoldAmbiguous) == 0 ? 1u : 0u;
    script.simplified += IsSimplifiedOnly(c) ? 1u : 0u;
  }
  return script;
}

bool IsTraditional(const Script& script) {
  constexpr size_t kCertainForOneSimplified = 8;
  return script.traditional >= 2 && script.certain > 0 &&
         script.simplified * kCertainForOneSimplified <= script.certain;
}

}  // namespace

bool IsSimplifiedOnly(char32_t c) {
  // Made once, when a quotation first mixes scripts: some 20,000 characters.
  constexpr char32_t kFirst = 0x4E00;
  constexpr char32_t kLast = 0x9FFF;
  static const auto* const kTable = [] {
    auto* const table = new std::vector<bool>(kLast - kFirst + 1, false);
    for (char32_t letter = kFirst; letter <= kLast; ++letter) {
      const std::u32string before(1, letter);
      (*table)[letter - kFirst] =
          InTraditional(before) != before && text::FoldLetter(letter) == letter;
    }
    // What several characters fold to is a character of traditional text too: 后, 里, 干, 面.
    for (char32_t letter = kFirst; letter <= kLast; ++letter) {
      if ((text::FoldsOf(letter) & text::kFoldAmbiguous) != 0) {
        const char32_t both = text::FoldLetter(letter);
        if (both >= kFirst && both <= kLast) {
          (*table)[both - kFirst] = false;
        }
      }
    }
    return table;
  }();
  return c >= kFirst && c <= kLast && (*kTable)[c - kFirst];
}

bool IsConverted(std::u32string_view quotation, std::u32string_view source) {
  const Script own = ScriptOf(quotation);
  const Script other = ScriptOf(source);
  return (IsTraditional(own) && other.traditional == 0) ||
         (IsTraditional(other) && own.traditional == 0);
}

std::u32string InScript(std::u32string_view text, bool traditional) {
  std::u32string written(text);
  std::u32string usual;
  if (traditional) {
    usual = InTraditional(text);
  } else if (const std::vector<std::u32string> words = OpenCcSimplified(text); !words.empty()) {
    usual = words.front();  // 著作 keeps its 著
  }
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t simplified = text::IsHan(text[i]) ? text::FoldLetter(text[i]) : text[i];
    if (usual.size() == text.size() && text::FoldLetter(usual[i]) == simplified) {
      written[i] = usual[i];
    } else if (!traditional) {
      written[i] = simplified;
    }
  }
  return written;
}

std::vector<bool> IrregularCharacters(std::u32string_view simplified,
                                      std::u32string_view traditional) {
  std::vector<bool> irregular(simplified.size(), false);
  if (traditional.size() != simplified.size()) {
    return irregular;
  }
  std::vector<std::u32string> usual = OpenCcConversions(simplified);
  usual.push_back(InTraditional(simplified));
  for (size_t i = 0; i < simplified.size(); ++i) {
    const std::u32string_view written = traditional.substr(i, 1);
    bool ambiguous = (text::FoldsOf(written[0]) & text::kFoldAmbiguous) != 0;
    bool regular = written[0] == simplified[i];
    for (const std::u32string& text : usual) {
      if (text.size() != simplified.size()) {
        continue;
      }
      const std::u32string_view own = std::u32string_view(text).substr(i, 1);
      // 爲 and 為 are one word, 髮 and 發 two of one simplified character.
      ambiguous = ambiguous || (text::FoldsBetween(written, own) & text::kFoldAmbiguous) != 0;
      regular = regular || written == own;
    }
    irregular[i] = ambiguous && !regular;
  }
  return irregular;
}

std::vector<bool> IrregularSimplified(std::u32string_view traditional,
                                      std::u32string_view simplified) {
  std::vector<bool> irregular(traditional.size(), false);
  if (traditional.size() != simplified.size()) {
    return irregular;
  }
  std::vector<std::u32string> usual = OpenCcSimplified(traditional);
  usual.push_back(Transliterated(ToSimplified(), traditional));
  for (size_t i = 0; i < traditional.size(); ++i) {
    if (simplified[i] == traditional[i] || LiesIn(WordClass::kOlderForm, traditional, i)) {
      continue;
    }
    const bool older = text::FoldLetter(traditional[i]) != traditional[i] &&
                       IsWord(WordClass::kOlderCharacter, traditional[i]);
    const bool converted = std::any_of(usual.begin(), usual.end(), [&](const std::u32string& text) {
      return text.size() == traditional.size() && text[i] == simplified[i];
    });
    irregular[i] =
        older || ((text::FoldsOf(traditional[i]) & text::kFoldAmbiguous) != 0 && !converted);
  }
  return irregular;
}

}  // namespace quotes::citation
