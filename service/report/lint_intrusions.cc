#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "service/base/limits.h"
#include "service/report/chars.h"
#include "service/report/invisible.h"
#include "service/report/lint.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::report {
namespace {

using View = std::u32string_view;

// The Unicode blocks of radicals and of compatibility ideographs, which programs put for the
// characters of the same shape when they copy from PDF.
bool IsShapeOnly(char32_t c) {
  return (c >= 0x2E80 && c <= 0x2FDF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0x2F800 && c <= 0x2FA1F);
}

// Looks for what stands inside a paragraph and is not of it.
class Intrusions {
 public:
  Intrusions(const LintInput& input, ParsedReport* report)
      : speech_(input.speech), folded_(input.folded), english_(input.english), report_(report) {}

  void Check(const Range& paragraph) {
    begin_ = paragraph.begin;
    end_ = paragraph.end;
    bool invisible = false;
    const bool spaced = !english_ && MayTellOfSpaces();
    for (uint32_t i = begin_; i < end_; ++i) {
      const char32_t c = speech_[i];
      if (c >= 0x4E00 && c <= 0x9FFF) {
        continue;
      }
      if (IsShapeOnly(c)) {
        if (folded_[i] != c) {
          Add(LintKind::kEncodingDamage, Certainty::kProbable, {i, i + 1},
              "a radical or a compatibility form in the place of a character",
              text::ToUtf8(folded_.substr(i, 1)));
        }
      } else if (IsInvisible(c) && !MayPartWord(i)) {
        // Where there is one there are many.
        if (!std::exchange(invisible, true)) {
          AddIntruder(LintKind::kEncodingDamage, Certainty::kCertain, {i, i + 1},
                      "an invisible character");
        }
      } else if (c == U'<') {
        i = Tag(i);
      } else if (c == U'□' || c == U'〓') {
        if (IsHanAt(i - 1) && IsHanAt(i + 1)) {
          Add(LintKind::kEncodingDamage, Certainty::kProbable, {i, i + 1},
              "a sign for a character that could not be read", "");
        }
      } else if (english_) {
        continue;
      } else if (IsDash(c) || c == U'-') {
        i = PageNumber(i);
      } else if (text::IsSpace(c)) {
        if (spaced && PartsWord(i)) {
          AddIntruder(LintKind::kMixedWidth, Certainty::kPossible, {i, i + 1},
                      "a space between Chinese characters");
        }
      } else if (c >= U'a' && c <= U'z') {
        if (IsStray(c) && IsHanAt(i - 1) && IsHanAt(i + 1)) {
          AddIntruder(LintKind::kLookAlike, Certainty::kPossible, {i, i + 1},
                      "a letter between Chinese characters");
        }
      }
    }
  }

 private:
  // Of the paragraph; places before it wrap around to large ones.
  char32_t At(uint32_t i) const { return i >= begin_ && i < end_ ? speech_[i] : 0; }
  bool IsHanAt(uint32_t i) const { return text::IsHan(At(i)); }

  // A soft hyphen where it belongs.
  bool MayPartWord(uint32_t i) const {
    return At(i) == 0xAD && IsLatinLetter(At(i - 1)) && IsLatinLetter(At(i + 1));
  }

  void Add(LintKind kind, Certainty certainty, Range range, std::string message,
           std::string proposal) {
    AddFinding({kind, certainty, 0, range, std::move(message), std::move(proposal)}, report_);
  }

  // What is to go is proposed with the character before it.
  void AddIntruder(LintKind kind, Certainty certainty, Range range, std::string message) {
    std::string proposal;
    if (range.begin > begin_) {
      --range.begin;
      proposal = text::ToUtf8(speech_.substr(range.begin, 1));
    }
    Add(kind, certainty, range, std::move(message), std::move(proposal));
  }

  // A tag of HTML from `begin`: its last place, or `begin`.
  uint32_t Tag(uint32_t begin) {
    constexpr uint32_t kLongest = 200;
    const char32_t first = At(begin + 1) == U'/' ? At(begin + 2) : At(begin + 1);
    if (!((first >= U'a' && first <= U'z') || (first >= U'A' && first <= U'Z'))) {
      return begin;
    }
    for (uint32_t i = begin + 1; i < end_ && i - begin < kLongest; ++i) {
      if (speech_[i] == U'>') {
        AddIntruder(LintKind::kEncodingDamage, Certainty::kProbable, {begin, i + 1},
                    "a tag of HTML");
        return i;
      }
      if (speech_[i] == U'<' || speech_[i] >= 0x80) {
        break;
      }
    }
    return begin;
  }

  // — 12 — inside a sentence from `begin`: its last place, or `begin`.
  uint32_t PageNumber(uint32_t begin) {
    constexpr uint32_t kMostDigits = 3;
    if (!IsHanAt(begin - 1) && !text::IsSpace(At(begin - 1))) {
      return begin;
    }
    uint32_t i = begin + 1;
    const auto skip_spaces = [&] {
      while (text::IsSpace(At(i))) {
        ++i;
      }
    };
    skip_spaces();
    uint32_t digits = 0;
    while (IsAsciiDigit(folded_[std::min(i, end_ - 1)]) && i < end_) {
      ++i;
      ++digits;
    }
    skip_spaces();
    if (digits == 0 || digits > kMostDigits || At(i) != At(begin)) {
      return begin;
    }
    const uint32_t last = i++;
    skip_spaces();
    if (!IsHanAt(i)) {
      return begin;
    }
    AddIntruder(LintKind::kEncodingDamage, Certainty::kProbable, {begin, last + 1},
                "a page number inside a sentence");
    return last;
  }

  // Headings, names and lists are set with spaces. Sentences hardly are: what has more than a few
  // is spaced on purpose.
  bool MayTellOfSpaces() const {
    constexpr uint32_t kMinParagraph = 30;
    constexpr std::ptrdiff_t kMost = 2;
    const View text = speech_.substr(begin_, end_ - begin_);
    return text.size() >= kMinParagraph && (IsTerminal(text.back()) || IsCloser(text.back())) &&
           std::count_if(text.begin(), text.end(), text::IsSpace) <= kMost;
  }

  // Between two characters of a run on either side: a name of two characters may be spaced (王 伟),
  // and what stands behind a number or at the beginning is parted from it.
  bool PartsWord(uint32_t i) const {
    constexpr uint32_t kOpening = 12;
    return i >= begin_ + kOpening && IsHanAt(i - 1) && IsHanAt(i - 2) && IsHanAt(i + 1) &&
           IsHanAt(i + 2);
  }

  // Letters that scanners read for strokes; others are names of things (电商e家).
  static bool IsStray(char32_t c) { return c == U'l' || c == U'i' || c == U'j' || c == U'r'; }

  const View speech_;
  const View folded_;
  const bool english_;
  ParsedReport* const report_;
  uint32_t begin_ = 0;
  uint32_t end_ = 0;
};

}  // namespace

void LintIntrusions(const LintInput& input, ParsedReport* report) {
  Intrusions intrusions(input, report);
  for (const Range& paragraph : report->paragraphs) {
    if (report->lint.size() >= limits::kMaxLintFindings || !input.GoOn(paragraph)) {
      return;
    }
    intrusions.Check(paragraph);
  }
}

}  // namespace quotes::report
