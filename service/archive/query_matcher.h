#ifndef QUOTES_SERVICE_ARCHIVE_QUERY_MATCHER_H_
#define QUOTES_SERVICE_ARCHIVE_QUERY_MATCHER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/archive/archive.h"
#include "service/archive/entry.h"
#include "service/archive/lookup_progress.h"
#include "service/archive/query.h"
#include "service/archive/query_plan.h"
#include "service/archive/quote_set.h"
#include "service/archive/segment_view.h"
#include "service/archive/text_index.h"

namespace quotes::archive {

// What testing a quote of a source by its text costs on average, as Progress counts.
inline uint64_t TestCost(const PartView& source) {
  return kTestCost + source.part->index->units() / (kUnitsRead * (1 + source.part->size()));
}

// A query over one part: which of its quotes match, dead ones too. In folded matches its sets are
// exact; in exact matches they are supersets, as the index knows folded text only. Where the
// look-up was cancelled on the way (see Progress), they are anything. Thread-compatible.
class Matcher {
 public:
  // All of them outlive the matcher.
  Matcher(const QueryPlan& plan, const PartView& source, Progress* progress);

  bool exact() const { return plan_.match() == MatchMode::kFolded; }

  // The needle of a node that is a term.
  size_t NeedleOf(const QueryNode& term) const { return plan_.needle_of_term(term.term); }

  // Number of occurrences to be visited for the set of `node`; an upper bound of its size.
  uint64_t Cost(const QueryNode& node) const;

  // About what Find(node) visits.
  uint64_t Work(const QueryNode& node) const;

  // About what the relevance of so many quotes takes, beside kRelevanceCost.
  uint64_t RelevanceWork(uint64_t quotes) const;

  // The quotes that match `node`; nullopt for all of the part.
  std::optional<QuoteSet> Find(const QueryNode& node) const;

  // Those that have a needle; nullopt where the index cannot tell.
  std::optional<QuoteSet> FindNeedle(size_t needle) const;

  // Of FindNeedleIn, as Cost counts.
  uint64_t CostIn(size_t needle, const std::vector<NumberRange>& ranges) const {
    // So many occurrences are glanced at in the time that one takes to be visited.
    constexpr uint64_t kGlances = 16;
    return CostOf(needles_[needle]) * ranges.size() / kGlances;
  }

  // The quotes inside `ranges` that have a needle. REQUIRES: exact().
  QuoteSet FindNeedleIn(size_t needle, const std::vector<NumberRange>& ranges) const;

  // Of FindNeedle.
  uint64_t CostOfNeedle(size_t needle) const { return CostOf(needles_[needle]); }

  // Whether a quote has a needle, by its text.
  bool Has(uint32_t number, size_t needle) const {
    if (exact()) {
      return source_.part->index->Contains(number, needles_[needle].units);
    }
    return source_.entry(number).text(source_.part->quote[number]).find(plan_.needle(needle)) !=
           std::u32string_view::npos;
  }

  // Keeps the quotes for which `node` holds by their text.
  void Test(const QueryNode& node, bool holds, QuoteSet* quotes) const;

 private:
  struct Needle {
    std::u16string units;  // what the interval is of
    TextIndex::Interval interval;
    bool anywhere = false;  // the index cannot tell where it stands
  };

  uint64_t CostOf(const Needle& needle) const {
    return needle.anywhere ? source_.part->size() : needle.interval.occurrences();
  }

  // The longest run of characters in a string of code points whose folding does not depend on
  // their neighbours, folded: quotes that have the string have the run. Empty where there is none.
  static std::u32string LongestLetters(std::u32string_view exact);

  // The rarest child first; the others as sets or, where they are much more frequent than what is
  // left, by the texts.
  std::optional<QuoteSet> FindAll(const QueryNode& node) const;

  const QueryPlan& plan_;
  const PartView& source_;
  Progress* const progress_;
  std::vector<Needle> needles_;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_QUERY_MATCHER_H_
