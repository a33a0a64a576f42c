#ifndef QUOTES_SERVICE_CITATION_QUOTED_H_
#define QUOTES_SERVICE_CITATION_QUOTED_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "service/citation/form.h"
#include "service/citation/lexicon.h"
#include "service/citation/verdict.h"
#include "service/figures/numeral.h"
#include "service/text/fold.h"

namespace quotes::citation {

// A text with the numerals, cues and words in it, each found when first asked for. Ranges are code
// points of the text. Thread-compatible. The text must outlive it.
class Annotated {
 public:
  explicit Annotated(std::u32string_view text) : text_(text) {}

  std::u32string_view text() const { return text_; }
  const std::vector<figures::Numeral>& numerals() const;
  const std::vector<Cue>& cues() const { return cues({0, static_cast<uint32_t>(text_.size())}); }
  const std::vector<Word>& words() const { return words({0, static_cast<uint32_t>(text_.size())}); }
  // Those that touch a range at least, and nothing between two of them left out.
  const std::vector<Cue>& cues(Range around) const;
  const std::vector<Word>& words(Range around) const;

 private:
  struct Parts {
    std::vector<Cue> cues;
    std::vector<Word> words;
  };

  void FindParts(Range around) const;
  Parts PartsOf(Range range) const;

  std::u32string_view text_;
  mutable std::optional<std::vector<figures::Numeral>> numerals_;
  mutable std::optional<Range> parted_;  // where cues_ and words_ are found
  mutable std::vector<Cue> cues_;
  mutable std::vector<Word> words_;
};

// Fewer letters than this say nothing about a source; a part this short beside an omission mark
// cannot support one.
inline constexpr size_t kMinLetters = 4;
// Letters of a block that stands twice in a row by accident: a long sentence.
inline constexpr size_t kMaxDoubledLetters = 200;

// A quotation, or one part of it, ready to be compared. `base` is where its text begins in the
// caller's string; ranges are code points of the text.
struct Quoted {
  Quoted(std::u32string_view text, uint32_t first)
      : base(first), annotated(text), folded(text::Fold(text)), units(FormUnits(text, folded)) {
    CountLetters();
  }

  // Leaves a stretch out of the comparison: an editor's mark.
  void Ignore(Range range);
  // The same for words that stand twice by accident (see DoubledBlock): an addition of its own.
  void IgnoreDoubled(Range range);
  size_t letters() const { return letters_; }  // characters that are letters or digits

  uint32_t base = 0;
  Annotated annotated;
  text::FoldedText folded;  // as the archive is searched
  std::vector<Unit> units;
  std::vector<Range> ignored;  // editor's marks
  std::vector<Range> doubled;

 private:
  void LeaveOut(Range range);
  void CountLetters();

  size_t letters_ = 0;
};

// The longest block of words that stands twice in a row in a quotation, from kMinLetters to
// kMaxDoubledLetters letters each time, marks between apart: what the second one is with
// the marks before it. nullopt for none.
std::optional<Range> DoubledBlock(const Quoted& quoted);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_QUOTED_H_
