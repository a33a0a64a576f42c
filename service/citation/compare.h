#ifndef QUOTES_SERVICE_CITATION_COMPARE_H_
#define QUOTES_SERVICE_CITATION_COMPARE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/citation/align.h"
#include "service/citation/form.h"
#include "service/citation/lexicon.h"
#include "service/citation/locate.h"
#include "service/citation/source.h"
#include "service/citation/verdict.h"
#include "service/figures/numeral.h"

namespace quotes::citation {

// A text with the numerals, cues and words in it, each found when first asked for. Ranges are code
// points of the text. Thread-compatible. The text must outlive it.
class Annotated {
 public:
  explicit Annotated(std::u32string_view text) : text_(text) {}

  std::u32string_view text() const { return text_; }
  const std::vector<figures::Numeral>& numerals() const;
  const std::vector<Cue>& cues() const;
  const std::vector<Word>& words() const;

 private:
  std::u32string_view text_;
  mutable std::optional<std::vector<figures::Numeral>> numerals_;
  mutable std::optional<std::vector<Cue>> cues_;
  mutable std::optional<std::vector<Word>> words_;
};

// A quotation, or one part of it, ready to be compared. `base` is where its text begins in the
// caller's string; ranges are code points of the text.
struct Quoted {
  Quoted(std::u32string_view text, uint32_t first)
      : base(first), annotated(text), units(FormUnits(text)) {}

  // Leaves a stretch out of the comparison: an editor's mark.
  void Ignore(Range range);
  size_t letters() const;  // characters that are letters or digits

  uint32_t base = 0;
  Annotated annotated;
  std::vector<Unit> units;
  std::vector<Range> ignored;
};

// A quotation beside one place of a source.
struct Passage {
  uint32_t source = 0;                           // index into Corpus::sources()
  TextVerdict verdict = TextVerdict::kNotFound;  // up to kSimilar, of one passage
  Range range;                                   // joined text
  std::vector<Edit> edits;
  double cost = 0;
  Severity severity = Severity::kNone;
  bool bracket_only = false;  // its only edits of words are insertions in editorial brackets
  std::vector<std::pair<size_t, size_t>> emended;  // index of the defect, of its reading
  bool complete = true;
};

// How good a verdict on one passage is; smaller is better.
int Rank(TextVerdict verdict);
// Whether `a` is to be preferred to `b`.
bool Better(const Passage& a, const Passage& b);

// A quotation beside one window: aligned at once, judged when asked. The quotation, the source and
// the budget must outlive it.
class Comparison {
 public:
  Comparison(const Quoted& quoted, const Source& source, const Window& window, WorkBudget* budget);
  ~Comparison();
  Comparison(Comparison&&) noexcept;
  Comparison& operator=(Comparison&&) noexcept;

  // Letters edited by the best alignment over the letters of the quotation: what ranks windows
  // before they are judged. 0 when the letters stand there.
  double rough_cost() const { return rough_cost_; }

  // Every place with the same letters, or else the best alignment, the latter with registered
  // faults read as emended where that makes it equal.
  std::vector<Passage> Judge() const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
  double rough_cost_ = 1;
};

// Whether a span of joined text touches a fault: the stretch in which print and one of the readings
// differ. Where the reading only adds, the place of the addition lies inside the span; what a
// repetition leaves open (which of two 风险 is the one too many) counts as touched.
bool TouchesFault(const Source& source, size_t defect, Range range);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_COMPARE_H_
