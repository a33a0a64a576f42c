#ifndef QUOTES_SERVICE_ARCHIVE_TRACE_SUMMARY_H_
#define QUOTES_SERVICE_ARCHIVE_TRACE_SUMMARY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/archive/archive.h"
#include "service/archive/catalog.h"

// What every engine makes of the counts of a phrase.
namespace quotes::archive {

// Ranks of the reports that a filter lets through by what they are.
class PassingReports {
 public:
  PassingReports(const Catalog& catalog, const Filter& filter);

  bool all() const { return all_; }
  bool Has(uint32_t rank) const { return all_ || passes_[rank] != 0; }
  TextScope scope() const { return scope_; }

 private:
  TextScope scope_;
  bool all_ = false;
  std::vector<uint8_t> passes_;  // by rank, unless it is all
};

struct RankCount {
  uint32_t rank = 0;
  PhraseCount count;
};

// Totals, reports, years and drops. `counts` ascend by rank, have something each, and pass.
PhraseTrace Summarise(const Catalog& catalog, const PassingReports& passing,
                      const std::vector<RankCount>& counts);

// Gathers the letters around a string.
class ContextCounter {
 public:
  bool full() const { return before_.size() >= Emergence::kMostContexts; }
  void Add(char32_t before, char32_t behind) {
    if (!full()) {
      before_.push_back(before);
      behind_.push_back(behind);
    }
  }
  void Take(Emergence* emergence);

 private:
  std::vector<char32_t> before_;
  std::vector<char32_t> behind_;
};

// Folded text in which marks stay: each hard mark is itself, in its narrow form (, for ，), instead
// of a break for a run of them. Unit i stands for the characters [begin[i], end[i]) of the source.
struct MarkedText {
  std::u32string units;
  std::vector<uint32_t> begin;
  std::vector<uint32_t> end;
};
MarkedText FoldKeepingMarks(std::u32string_view source);
// The hard marks that a unit of folded text stands for, as FoldKeepingMarks has them.
std::u32string MarksOf(const text::FoldedText& folded, size_t unit, std::u32string_view source);
// Whether a text has hard marks: else FoldKeepingMarks does what text::Fold does.
bool HasMarks(std::u32string_view source);

// Places where a string stands in another, which may overlap.
uint64_t CountPlaces(std::u32string_view text, std::u32string_view units);

// Counts the places of a phrase with its marks in the texts of quotes: CountPlaces in
// FoldKeepingMarks of them, some ten times faster for Han letters and the usual marks. A view of
// the phrase, as FoldKeepingMarks has it. Thread-compatible.
class MarkedPhrase {
 public:
  explicit MarkedPhrase(std::u32string_view marked);

  uint64_t CountIn(std::u32string_view text) const;

  // Whether it begins, or ends, with a usual mark beside a Han letter: a break, or the border of a
  // quote's text, stands in folded text at each of its places.
  bool begins_with_mark() const { return !before_.empty(); }
  bool ends_with_mark() const { return ends_with_mark_; }

 private:
  const std::u32string_view marked_;
  // Of a phrase of Han letters and usual marks alone, else empty: the marks before its first
  // letters, these, and the rest.
  std::u32string_view before_;
  std::u32string_view letters_;
  std::u32string_view rest_;
  bool ends_with_mark_ = false;
};

// Where the phrase of a trace stands first in a quote that has it: `units`, or `marked` unless it
// is empty.
PhraseTrace::Use UseIn(const QuoteRef& ref, std::u32string_view units, std::u32string_view marked);

// Where folded units stand first in a quote; nullopt if they do not.
std::optional<report::Range> FindIn(const QuoteRef& ref, std::u32string_view units);

// Strings that PhraseTrace::variants may have: with one letter more between the units at - 1 and
// at, or one less.
bool HasVariants(std::u32string_view units);
inline constexpr std::u32string_view kVariantParticles = U"的和之与及地化";
std::u32string WithLetter(std::u32string_view units, size_t at, char32_t letter);
// Of a phrase without the unit at a place inside it; empty where that is none.
std::u32string WithoutUnit(std::u32string_view units, size_t at);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_TRACE_SUMMARY_H_
