#ifndef QUOTES_TESTS_SUPPORT_FOLD_ORACLE_H_
#define QUOTES_TESTS_SUPPORT_FOLD_ORACLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/text/fold.h"

// What Fold() promises, a second time: slowly, in passes, from the wording of its header. The
// property tests and the fuzzer compare the two.
namespace quotes::testing {

enum class Sign { kNone, kPoint, kComma, kPercent, kHyphen, kDash, kTilde, kColon, kSlash };

inline Sign SignOf(char32_t c) {
  const auto in = [c](std::u32string_view set) { return set.find(c) != std::u32string_view::npos; };
  return in(U".．﹒")                     ? Sign::kPoint
         : in(U",，﹐\uFE10")             ? Sign::kComma
         : in(U"%％﹪‰")                  ? Sign::kPercent
         : in(U"-－﹣\u2010\u2011\u2212") ? Sign::kHyphen
         // figure dash to horizontal bar, their vertical forms, box drawings
         : in(U"\u2012\u2013\u2014\u2015\u2500\u2501\uFE31\uFE32\uFE58") ? Sign::kDash
         : in(U"~～\u223C\u301C")                                        ? Sign::kTilde
         : in(U":：﹕\u2236\uFE13")                                      ? Sign::kColon
         : in(U"/／\u2215")                                              ? Sign::kSlash
                                                                         : Sign::kNone;
}

inline char32_t SignUnit(char32_t c) {
  switch (SignOf(c)) {
    case Sign::kPoint:
      return U'.';
    case Sign::kComma:
      return U',';
    case Sign::kPercent:
      return c == U'‰' ? c : U'%';
    case Sign::kHyphen:
    case Sign::kDash:
      return U'-';
    case Sign::kTilde:
      return U'~';
    case Sign::kColon:
      return U':';
    case Sign::kSlash:
      return U'/';
    case Sign::kNone:
      break;
  }
  return c;
}

inline std::u32string_view ExpansionOf(char32_t c) {
  switch (c) {
    case U'℃':
      return U"°c";
    case U'℉':
      return U"°f";
    case U'㎎':
      return U"mg";
    case U'㎏':
      return U"kg";
    case U'㎜':
      return U"mm";
    case U'㎝':
      return U"cm";
    case U'㎞':
    case U'㏎':
      return U"km";
    case U'㎡':
      return U"m²";
    case U'㎥':
      return U"m³";
    case U'㏄':
      return U"cc";
    default:
      return {};
  }
}

// Letters beside which a space counts: neither Han nor digit nor mark.
inline bool IsWordLetter(char32_t c) {
  const char32_t folded = ExpansionOf(c).empty() ? text::FoldLetter(c) : U'm';
  return !text::IsHan(folded) && !text::IsDigit(c) && !text::IsSoftMark(c) &&
         !text::IsHardMark(c) && !text::IsNoise(c) && !text::IsSpace(c) && !text::IsLineBreak(c);
}

// The letters that a hyphen may join, by their fold.
inline bool IsLatinUnit(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= 0xDF && c <= 0x24F && c != 0xF7) ||
         (c >= 0x3AC && c <= 0x3CE) || (c >= 0x430 && c <= 0x45F);
}

inline text::FoldedText SlowFold(std::u32string_view source) {
  struct Char {
    char32_t c;
    size_t begin;
    size_t end;
  };
  // Noise: what is between two characters that are none, or at an end.
  std::vector<Char> kept;
  for (size_t i = 0; i < source.size();) {
    size_t end = i;
    std::optional<size_t> first;
    size_t last = 0;
    while (end < source.size() && (text::IsNoise(source[end]) || text::IsSpace(source[end]) ||
                                   text::IsLineBreak(source[end]))) {
      if (!text::IsNoise(source[end])) {
        first = first.value_or(end);
        last = end + 1;
      }
      ++end;
    }
    if (end == i) {
      kept.push_back({source[i], i, i + 1});
      ++i;
      continue;
    }
    if (first.has_value() && i > 0 && end < source.size() && IsWordLetter(source[i - 1]) &&
        IsWordLetter(source[end])) {
      kept.push_back({U' ', *first, last});
    }
    i = end;
  }
  std::vector<Char> seen;
  for (const Char& c : kept) {
    if (!text::IsSoftMark(c.c)) {
      seen.push_back(c);
    }
  }
  std::vector<bool> is_sign(seen.size());
  const auto digit = [&](size_t i) { return i < seen.size() && text::IsDigit(seen[i].c); };
  const auto left_unit = [&](size_t i) {
    const auto expansion = ExpansionOf(seen[i].c);
    return expansion.empty() ? text::FoldLetter(seen[i].c) : expansion.back();
  };
  const auto right_unit = [&](size_t i) {
    const auto expansion = ExpansionOf(seen[i].c);
    return expansion.empty() ? text::FoldLetter(seen[i].c) : expansion.front();
  };
  for (size_t i = 0; i < seen.size(); ++i) {
    const Sign sign = SignOf(seen[i].c);
    const bool after_digit = i > 0 && digit(i - 1);
    const bool after_percent = i > 0 && SignOf(seen[i - 1].c) == Sign::kPercent && is_sign[i - 1];
    switch (sign) {
      case Sign::kNone:
        break;
      case Sign::kPercent:
        is_sign[i] = after_digit;
        break;
      case Sign::kPoint:
      case Sign::kColon:
      case Sign::kSlash:
        is_sign[i] = after_digit && digit(i + 1);
        break;
      case Sign::kDash:
      case Sign::kTilde:
        is_sign[i] = (after_digit || after_percent) && digit(i + 1);
        break;
      case Sign::kHyphen: {
        const Sign left = i > 0 ? SignOf(seen[i - 1].c) : Sign::kNone;
        const bool after_dash = left == Sign::kHyphen || left == Sign::kDash;
        const bool joins = i > 0 && i + 1 < seen.size() &&
                           (after_digit || IsLatinUnit(left_unit(i - 1))) &&
                           IsLatinUnit(right_unit(i + 1));
        is_sign[i] = !after_dash && (digit(i + 1) || joins);
        break;
      }
      case Sign::kComma: {
        size_t begin = i;
        while (begin > 0 && digit(begin - 1)) {
          --begin;
        }
        const bool fraction =
            begin > 0 && SignOf(seen[begin - 1].c) == Sign::kPoint && is_sign[begin - 1];
        is_sign[i] = begin < i && i - begin <= 3 && !fraction && digit(i + 1) && digit(i + 2) &&
                     digit(i + 3) && !digit(i + 4);
        break;
      }
    }
  }
  text::FoldedText folded;
  bool open = false;
  const auto add = [&](char32_t unit, const Char& c) {
    folded.units.push_back(unit);
    folded.begin.push_back(static_cast<uint32_t>(c.begin));
    folded.end.push_back(static_cast<uint32_t>(c.end));
  };
  for (size_t i = 0; i < seen.size(); ++i) {
    const Char& c = seen[i];
    if (!ExpansionOf(c.c).empty()) {
      for (const char32_t unit : ExpansionOf(c.c)) {
        add(unit, c);
      }
      open = false;
    } else if (is_sign[i]) {
      add(SignUnit(c.c), c);
      open = false;
    } else if (text::IsHardMark(c.c)) {
      if (open) {
        folded.end.back() = static_cast<uint32_t>(c.end);
      } else {
        add(text::kBreak, c);
        open = true;
      }
    } else {
      add(text::FoldLetter(c.c), c);
      open = false;
    }
  }
  return folded;
}

// Whether the match [i, j) of `folded` loses context that its fold needs at a border, as the
// exceptions of Fold()'s map property say.
inline bool LosesContext(std::u32string_view source, const text::FoldedText& folded, size_t i,
                         size_t j) {
  const auto sign = [&](size_t k) {
    return folded.units[k] == text::kBreak ? Sign::kNone : SignOf(source[folded.begin[k]]);
  };
  const auto has_comma = [&](size_t k) {
    for (size_t at = folded.begin[k]; at < folded.end[k]; ++at) {
      if (SignOf(source[at]) == Sign::kComma) {
        return true;
      }
    }
    return false;
  };
  const auto digit = [&](size_t k) { return text::IsDigit(folded.units[k]); };
  if (folded.units[i] == U' ' || folded.units[j - 1] == U' ' || sign(i) != Sign::kNone ||
      (sign(j - 1) != Sign::kNone && sign(j - 1) != Sign::kPercent)) {
    return true;
  }
  const auto shares = [&](size_t k) {  // units k - 1 and k come from one character
    return k > 0 && k < folded.units.size() && folded.begin[k - 1] == folded.begin[k];
  };
  if (shares(i) || shares(j)) {
    return true;
  }
  if (i > 0 && digit(i) && (digit(i - 1) || sign(i - 1) == Sign::kPoint)) {
    size_t k = i;
    while (k < j && digit(k)) {
      ++k;
    }
    if (k < j && has_comma(k)) {
      return true;
    }
  }
  if (j < folded.units.size() && digit(j - 1) && digit(j)) {
    size_t k = j;
    while (k > i && digit(k - 1)) {
      --k;
    }
    if (k > i && has_comma(k - 1)) {
      return true;
    }
  }
  return false;
}

// The first promise that Fold(source) breaks, or empty. `match` chooses the match to be checked.
inline std::string BrokenPromise(std::u32string_view source, uint64_t match) {
  const text::FoldedText folded = text::Fold(source);
  const size_t size = folded.units.size();
  if (folded.begin.size() != size || folded.end.size() != size) {
    return "the map has another size than the units";
  }
  for (size_t i = 0; i < size; ++i) {
    if (folded.begin[i] >= folded.end[i] || folded.end[i] > source.size()) {
      return "a unit stands for nothing";
    }
    if (i > 0 && folded.begin[i] < folded.end[i - 1] &&
        (folded.begin[i] != folded.begin[i - 1] || folded.end[i] != folded.end[i - 1])) {
      return "two units overlap";
    }
    if (i > 0 && folded.units[i] == text::kBreak && folded.units[i - 1] == text::kBreak) {
      return "two breaks in a row";
    }
  }
  if (text::Fold(folded.units).units != folded.units) {
    return "folding the fold changes it";
  }
  if (text::FoldsBetween(source, source) != 0) {
    return "a text needs a fold to match itself";
  }
  if (size == 0) {
    return {};
  }
  const size_t i = match % size;
  const size_t j = i + 1 + (match / size) % (size - i);
  const std::u32string_view range =
      source.substr(folded.begin[i], folded.end[j - 1] - folded.begin[i]);
  const std::u32string_view units = std::u32string_view(folded.units).substr(i, j - i);
  if (!LosesContext(source, folded, i, j)) {
    if (text::Fold(range).units != units) {
      return "a match does not fold to itself";
    }
    if ((text::FoldsBetween(units, range) == 0) != (units == range)) {
      return "no fold is named between different texts, or one between equal texts";
    }
  }
  return {};
}

}  // namespace quotes::testing

#endif  // QUOTES_TESTS_SUPPORT_FOLD_ORACLE_H_
