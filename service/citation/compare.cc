#include "service/citation/compare.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "service/base/limits.h"
#include "service/citation/align.h"
#include "service/citation/judge.h"
#include "service/citation/source_text.h"
#include "service/figures/numeral.h"
#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

// What is read beside a passage: figures and words that its borders may cut.
constexpr uint32_t kMargin = 40;

// The letters among some units, and which of them each is.
struct Letters {
  explicit Letters(const std::vector<Unit>& units)
      // As long as the units first: writing on is quicker than appending.
      : forms(units.size(), U'\0'), at(units.size()) {
    char32_t* const form = forms.data();
    uint32_t* const place = at.data();
    size_t count = 0;
    for (size_t i = 0; i < units.size(); ++i) {
      form[count] = units[i].form;
      place[count] = static_cast<uint32_t>(i);
      count += units[i].letter() ? 1u : 0u;
    }
    forms.resize(count);
    at.resize(count);
  }

  std::u32string forms;
  std::vector<uint32_t> at;
};

// All places of the quotation's letters among those of a source, as alignments.
std::vector<Alignment> LetterPlaces(const Quoted& quoted, const SourceText& source,
                                    WorkBudget* budget) {
  std::vector<Alignment> places;
  const std::vector<Unit>& q = quoted.units;
  const std::vector<Unit>& s = source.units();
  const Letters own(q);
  const std::u32string& wanted = own.forms;
  if (wanted.empty()) {
    return places;
  }
  const size_t first = own.at.front();
  const size_t last = own.at.back();
  const auto [letters, at] = Letters(s);
  for (size_t k = letters.find(wanted);
       k != std::u32string::npos && places.size() < limits::kMaxCitationPlaces;
       k = letters.find(wanted, k + 1)) {
    const size_t begin = at[k];
    const size_t end = at[k + wanted.size() - 1] + 1;
    // With all marks the same there is nothing to align.
    bool same = begin >= first && begin - first + q.size() <= s.size();
    for (size_t i = 0; same && i < q.size(); ++i) {
      same = q[i].form == s[begin - first + i].form;
    }
    if (same) {
      Alignment alignment;
      alignment.begin = static_cast<uint32_t>(begin - first);
      alignment.end = static_cast<uint32_t>(alignment.begin + q.size());
      alignment.ops.reserve(q.size());
      for (uint32_t i = 0; i < q.size(); ++i) {
        alignment.ops.push_back({OpKind::kMatch, i, alignment.begin + i});
      }
      places.push_back(std::move(alignment));
      continue;
    }
    // The marks around the letters, as far as the quotation has some.
    const size_t from = begin - std::min(begin, first);
    const size_t to = std::min(s.size(), end + (q.size() - 1 - last));
    Alignment alignment = Align(q, std::span<const Unit>(s).subspan(from, to - from), budget);
    for (Op& op : alignment.ops) {
      op.source += static_cast<uint32_t>(from);
    }
    alignment.begin += static_cast<uint32_t>(from);
    alignment.end += static_cast<uint32_t>(from);
    places.push_back(std::move(alignment));
  }
  return places;
}

// Aligns with the part of a text that lies in `range` (joined text), or with all of it when the
// best alignment reaches the border of that part.
Alignment AlignInside(const Quoted& quoted, const SourceText& source, Range range,
                      WorkBudget* budget) {
  const std::span<const Unit> units = source.units();
  const uint32_t base = source.range().begin;
  size_t begin = 0;
  while (begin < units.size() && base + units[begin].begin < range.begin) {
    ++begin;
  }
  size_t end = units.size();
  while (end > begin && base + units[end - 1].end > range.end) {
    --end;
  }
  Alignment alignment = Align(quoted.units, units.subspan(begin, end - begin), budget);
  if ((alignment.begin == 0 && begin > 0) || (alignment.end == end - begin && end < units.size())) {
    return Align(quoted.units, units, budget);
  }
  for (Op& op : alignment.ops) {
    op.source += static_cast<uint32_t>(begin);
  }
  alignment.begin += static_cast<uint32_t>(begin);
  alignment.end += static_cast<uint32_t>(begin);
  return alignment;
}

Range Widened(const Source& source, Range range) {
  const Range& run = source.RunAt(range.begin).range;
  return {range.begin > run.begin + kMargin ? range.begin - kMargin : run.begin,
          std::min(range.end + kMargin, run.end)};
}

}  // namespace

struct Comparison::Rep {
  Rep(const Quoted& quotation, const Source& source, const Window& window, WorkBudget* work)
      : quoted(quotation),
        text(source, window.source, Widened(source, window.range), {}),
        budget(work) {}

  // The better of a passage as printed and with numerals read as the quotation writes the same
  // values, and with registered faults read as emended if that makes it equal or they are certain.
  Passage ReadOtherwise(Passage printed) const;
  Passage With(std::vector<Reading> readings) const;
  std::vector<Reading> Restated(Range passage) const;
  // A fault as `emended` beside other readings, with its figures as the quotation writes the same
  // values; nothing where there are none.
  std::optional<Reading> RestatedToo(const std::vector<Reading>& others,
                                     const Reading& emended) const;

  const Quoted& quoted;
  SourceText text;
  WorkBudget* budget;
  std::vector<Alignment> alignments;
};

Comparison::Comparison(const Quoted& quoted, const Source& source, const Window& window,
                       WorkBudget* budget) {
  Window wider = window;
  for (bool settled = false; !settled;) {
    rep_ = std::make_unique<Rep>(quoted, source, wider, budget);
    rep_->alignments = LetterPlaces(quoted, rep_->text, budget);
    if (rep_->alignments.empty()) {
      rep_->alignments.push_back(AlignInside(quoted, rep_->text, wider.range, budget));
      rough_cost_ =
          static_cast<double>(RoughEdits(rep_->alignments[0], quoted.units, rep_->text.units())) /
          static_cast<double>(std::max<size_t>(quoted.letters(), 1));
    } else {
      rough_cost_ = 0;
    }
    // What stands beside a passage decides whether it cuts a figure: a passage at the border of the
    // window is looked at in a wider one.
    settled = true;
    for (const Alignment& alignment : rep_->alignments) {
      if (alignment.begin == alignment.end) {
        continue;
      }
      const std::vector<Unit>& units = rep_->text.units();
      const Range span =
          rep_->text.Joined({units[alignment.begin].begin, units[alignment.end - 1].end});
      const Range needed = Widened(source, span);
      if (needed.begin < rep_->text.range().begin || needed.end > rep_->text.range().end) {
        wider.range = {std::min(wider.range.begin, span.begin),
                       std::max(wider.range.end, span.end)};
        settled = false;
      }
    }
  }
}

Comparison::~Comparison() = default;
Comparison::Comparison(Comparison&&) noexcept = default;
Comparison& Comparison::operator=(Comparison&&) noexcept = default;

bool Comparison::MayBeRearranged() const {
  std::u32string letters;
  for (const Unit& unit : rep_->text.units()) {
    if (unit.letter()) {
      letters.push_back(unit.form);
    }
  }
  size_t clauses = 0;
  std::u32string clause;
  const std::vector<Unit>& units = rep_->quoted.units;
  for (size_t i = 0; i <= units.size(); ++i) {
    if (i < units.size() && units[i].letter()) {
      clause.push_back(units[i].form);
    } else if (!clause.empty()) {
      if (letters.find(clause) == std::u32string::npos) {
        return false;
      }
      ++clauses;
      clause.clear();
    }
  }
  return clauses > 1;
}

bool Comparison::MayBeRestated() const {
  const std::u32string_view own = rep_->quoted.annotated.text();
  const std::u32string_view text = rep_->text.text();
  const std::vector<figures::Numeral>& numerals = rep_->quoted.annotated.numerals();
  const bool as_written =
      std::all_of(numerals.begin(), numerals.end(), [&](const figures::Numeral& numeral) {
        return text.find(own.substr(numeral.number.begin, numeral.number.size())) !=
               std::u32string_view::npos;
      });
  return !as_written && !rep_->Restated({}).empty();
}

std::vector<Passage> Comparison::Judge() const {
  std::vector<Passage> passages;
  for (const Alignment& alignment : rep_->alignments) {
    Passage passage = citation::Judge(rep_->quoted, rep_->text, alignment);
    if (Rank(passage.verdict) > Rank(TextVerdict::kFormOnly)) {
      passage = rep_->ReadOtherwise(std::move(passage));
    }
    passages.push_back(std::move(passage));
  }
  return passages;
}

Passage Comparison::Rep::With(std::vector<Reading> readings) const {
  const SourceText read(text.source(), text.index(), text.range(), std::move(readings));
  std::vector<Alignment> places = LetterPlaces(quoted, read, budget);
  if (places.empty()) {
    places.push_back(Align(quoted.units, read.units(), budget));
  }
  Passage best;
  best.cost = 2;
  for (Alignment& alignment : places) {
    Passage passage = citation::Judge(quoted, read, std::move(alignment));
    if (Better(passage, best)) {
      best = std::move(passage);
    }
  }
  return best;
}

// `passage` keeps figures around it from being paired with those of the quotation.
std::vector<Reading> Comparison::Rep::Restated(Range passage) const {
  std::vector<Reading> readings;
  const std::vector<figures::Numeral>& own = quoted.annotated.numerals();
  if (own.empty()) {
    return readings;
  }
  std::vector<std::u32string> forms;
  forms.reserve(own.size());
  for (const figures::Numeral& numeral : own) {
    forms.push_back(figures::FormOf(numeral, quoted.annotated.text()));
  }
  size_t next = 0;  // numerals are paired in order, each once
  for (const figures::Numeral& numeral : text.annotated().numerals()) {
    const Range token = text.Joined({numeral.token.begin, numeral.token.end});
    if (!passage.empty() && !Intersects(passage, token.begin, token.end)) {
      continue;
    }
    const std::u32string form = figures::FormOf(numeral, text.text());
    for (size_t k = 0; k < own.size(); ++k) {
      const size_t i = (next + k) % own.size();
      const figures::Sameness same =
          figures::SameValue(own[i], quoted.annotated.text(), forms[i], numeral, text.text(), form);
      if (same == figures::Sameness::kDifferent) {
        continue;
      }
      if (same != figures::Sameness::kSameForm) {
        readings.push_back({token,
                            std::u32string(quoted.annotated.text().substr(own[i].token.begin,
                                                                          own[i].token.size())),
                            -1, 0});
      }
      next = i + 1;
      break;
    }
  }
  return readings;
}

std::optional<Reading> Comparison::Rep::RestatedToo(const std::vector<Reading>& others,
                                                    const Reading& emended) const {
  std::vector<Reading> readings = others;
  readings.push_back(emended);
  const SourceText read(text.source(), text.index(), text.range(), std::move(readings));
  const auto segment = std::find_if(
      read.segments().begin(), read.segments().end(), [&](const SourceText::Segment& each) {
        return each.reading >= 0 &&
               read.readings()[static_cast<size_t>(each.reading)].defect == emended.defect;
      });
  if (segment == read.segments().end()) {
    return std::nullopt;
  }
  const std::u32string_view own = quoted.annotated.text();
  Range replaced = segment->text;
  std::u32string words;
  uint32_t at = replaced.begin;  // up to here they are written
  for (const figures::Numeral& numeral : read.annotated().numerals()) {
    const Range token{numeral.token.begin, numeral.token.end};
    if (!Intersects(segment->text, token.begin, token.end)) {
      continue;
    }
    const std::u32string form = figures::FormOf(numeral, read.text());
    const auto same =
        std::find_if(quoted.annotated.numerals().begin(), quoted.annotated.numerals().end(),
                     [&](const figures::Numeral& each) {
                       const figures::Sameness sameness = figures::SameValue(
                           each, own, figures::FormOf(each, own), numeral, read.text(), form);
                       return sameness != figures::Sameness::kDifferent &&
                              sameness != figures::Sameness::kSameForm;
                     });
    if (same == quoted.annotated.numerals().end()) {
      continue;
    }
    replaced = {std::min(replaced.begin, token.begin), std::max(replaced.end, token.end)};
    words += read.text().substr(at, std::max(at, token.begin) - at);
    words += own.substr(same->token.begin, same->token.size());
    at = token.end;
  }
  if (words.empty()) {
    return std::nullopt;
  }
  words += read.text().substr(at, replaced.end - at);
  Reading restated = emended;
  restated.printed = read.Joined(replaced);
  restated.text = std::move(words);
  restated.restated = true;
  const bool apart = std::none_of(others.begin(), others.end(), [&](const Reading& other) {
    return Intersects(other.printed, restated.printed.begin, restated.printed.end);
  });
  return apart ? std::optional<Reading>(std::move(restated)) : std::nullopt;
}

Passage Comparison::Rep::ReadOtherwise(Passage printed) const {
  const Source& source = text.source();
  Passage best = std::move(printed);
  std::vector<Reading> readings;
  const auto restate = [&](std::vector<Reading> tried) {
    if (tried.size() <= readings.size()) {
      return false;
    }
    Passage passage = With(tried);
    if (!Better(passage, best)) {
      return false;
    }
    best = std::move(passage);
    readings = std::move(tried);
    return true;
  };
  // Each figure that is read as the quotation writes it may lengthen the passage to the next one.
  while (restate(Restated(best.range))) {
  }
  if (best.verdict > TextVerdict::kNumeralRestated) {
    restate(Restated({}));
  }
  const Passage as_printed = best;
  for (size_t d = 0; d < source.defect_count(); ++d) {
    const Range fault = source.defect_range(d);
    // A figure in another notation has few letters in common with the emended one.
    const bool near = best.cost <= 0.5 || !quoted.annotated.numerals().empty();
    if (fault.end < text.range().begin || fault.begin > text.range().end || !near) {
      continue;
    }
    // Each is decided beside the choice made for the others; of faults that overlap the first that
    // explains the words counts.
    const std::vector<Reading> kept = readings;
    if (std::any_of(kept.begin(), kept.end(), [&](const Reading& reading) {
          return Intersects(reading.printed, fault.begin, fault.end);
        })) {
      continue;
    }
    const auto emend = [&](Reading emended) {
      std::vector<Reading> tried = kept;
      tried.push_back(std::move(emended));
      Passage passage = With(tried);
      if (Better(passage, best)) {
        best = std::move(passage);
        readings = std::move(tried);
      }
    };
    for (size_t r = 0; r < source.reading_count(d); ++r) {
      const Reading emended = EmendedReading(source, d, r);
      emend(emended);
      if (best.verdict <= TextVerdict::kVerbatimEmended) {
        continue;
      }
      if (std::optional<Reading> restated = RestatedToo(kept, emended); restated.has_value()) {
        emend(*std::move(restated));
      }
    }
  }
  // Emendations that leave other differences explain nothing, unless the faults are certain and
  // stand apart from those.
  const bool equal = best.verdict <= TextVerdict::kVerbatimEmended ||
                     best.verdict == TextVerdict::kNumeralRestated;
  const bool certain =
      std::all_of(best.emended.begin(), best.emended.end(), [&](const auto& emended) {
        const Range fault = source.defect_range(emended.first);
        const bool apart =
            std::none_of(best.edits.begin(), best.edits.end(), [&](const Edit& edit) {
              return edit.severity != Severity::kNone &&
                     Intersects(edit.source, fault.begin, fault.end);
            });
        return apart && source.Defect(emended.first).certainty == report::Certainty::kCertain;
      });
  return equal || certain ? best : as_printed;
}

}  // namespace quotes::citation
