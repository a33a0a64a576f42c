#ifndef QUOTES_SERVICE_ARCHIVE_QUERY_PLAN_H_
#define QUOTES_SERVICE_ARCHIVE_QUERY_PLAN_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/functional/function_ref.h"
#include "service/archive/archive.h"
#include "service/archive/entry.h"
#include "service/archive/query.h"
#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/report/report.h"
#include "service/text/fold.h"

namespace quotes::archive {

// One bit a term.
static_assert(limits::kMaxQueryTerms <= 64);
using TermMask = uint64_t;

// A query made ready: equal terms are looked for once.
class QueryPlan {
 public:
  QueryPlan(const Query* query, MatchMode match) : query_(query), match_(match) {
    if (query == nullptr) {
      return;
    }
    QUOTES_CHECK(query->terms.size() <= limits::kMaxQueryTerms);
    const std::vector<bool> positive = PositiveTerms(*query);
    for (size_t term = 0; term < query->terms.size(); ++term) {
      const std::u32string_view wanted = Wanted(query->terms[term]);
      size_t needle = 0;
      while (needle < needles_.size() && needles_[needle].text != wanted) {
        ++needle;
      }
      if (needle == needles_.size()) {
        needles_.push_back({wanted, std::nullopt, {}});
      }
      if (positive[term] && !needles_[needle].positive_term.has_value()) {
        needles_[needle].positive_term = static_cast<uint32_t>(term);
        needles_[needle].typed = Core(query->terms[term].raw);
      }
      needle_of_term_.push_back(needle);
    }
  }

  size_t needle_count() const { return needles_.size(); }
  // Code points in an exact match, else folded units.
  std::u32string_view needle(size_t needle) const { return needles_[needle].text; }
  bool positive(size_t needle) const { return needles_[needle].positive_term.has_value(); }
  size_t needle_of_term(size_t term) const { return needle_of_term_[term]; }
  const Query* query() const { return query_; }
  MatchMode match() const { return match_; }

  // One quote under this query. Looks for a term when it is first asked for.
  class Match {
   public:
    // `has` says whether the quote has a needle.
    Match(const QueryPlan& plan, absl::FunctionRef<bool(size_t needle)> has)
        : plan_(plan), has_(has) {}

    bool Holds() { return plan_.query_ == nullptr || Holds(plan_.query_->root); }

    // Whether a part of the query holds.
    bool Holds(const QueryNode& node) {
      switch (node.kind) {
        case QueryNode::Kind::kTerm:
          return Has(plan_.needle_of_term_[node.term]);
        case QueryNode::Kind::kAnd:
          return std::all_of(node.children.begin(), node.children.end(),
                             [this](const QueryNode& child) { return Holds(child); });
        case QueryNode::Kind::kOr:
          return std::any_of(node.children.begin(), node.children.end(),
                             [this](const QueryNode& child) { return Holds(child); });
        case QueryNode::Kind::kNot:
          return !Holds(node.children.front());
      }
      return false;
    }

    // Number of distinct positive terms that the quote has.
    uint32_t Relevance() {
      uint32_t count = 0;
      for (size_t needle = 0; needle < plan_.needles_.size(); ++needle) {
        if (plan_.needles_[needle].positive_term.has_value() && Has(needle)) {
          ++count;
        }
      }
      return count;
    }

   private:
    bool Has(size_t needle) {
      const TermMask bit = TermMask{1} << needle;
      if ((known_ & bit) == 0) {
        known_ |= bit;
        if (has_(needle)) {
          found_ |= bit;
        }
      }
      return (found_ & bit) != 0;
    }

    const QueryPlan& plan_;
    const absl::FunctionRef<bool(size_t needle)> has_;
    TermMask known_ = 0;
    TermMask found_ = 0;
  };

  // Sets highlights, their count and the folds of a hit.
  void Explain(const Entry& entry, Hit* hit) const {
    absl::InlinedVector<Highlight, 4>& highlights = hit->highlights;
    const std::u32string_view quote = entry.text(hit->ref.index);
    const uint32_t origin = entry.quotes()[hit->ref.index].range.begin;
    // Folded anew where it must be: only the hits of a page are explained, and keeping the way back
    // of every character would cost more memory than the text.
    std::optional<text::FoldedText> folded;
    for (const Needle& needle : needles_) {
      if (!needle.positive_term.has_value()) {
        continue;
      }
      const auto add = [&](uint32_t begin, uint32_t end) {
        highlights.push_back({{origin + begin, origin + end}, *needle.positive_term});
      };
      if (match_ == MatchMode::kExact) {
        for (size_t place = quote.find(needle.text); place != std::u32string_view::npos;
             place = quote.find(needle.text, place + 1)) {
          add(static_cast<uint32_t>(place), static_cast<uint32_t>(place + needle.text.size()));
        }
      } else if (folded.has_value() || !text::FindHan(quote, needle.text, add)) {
        if (!folded.has_value()) {
          folded = text::Fold(quote);
        }
        const std::u32string_view units = folded->units;
        for (size_t place = units.find(needle.text); place != std::u32string_view::npos;
             place = units.find(needle.text, place + 1)) {
          add(folded->begin[place], folded->end[place + needle.text.size() - 1]);
        }
      }
    }
    const auto key = [](const Highlight& highlight) {
      return std::tuple(highlight.range.begin, highlight.range.end, highlight.term);
    };
    // One term's are found in their order; a long quote may have a thousand of them.
    const auto comes_before = [key](const Highlight& a, const Highlight& b) {
      return key(a) < key(b);
    };
    if (!std::is_sorted(highlights.begin(), highlights.end(), comes_before)) {
      std::sort(highlights.begin(), highlights.end(), comes_before);
    }
    // Two places inside the units of one character are one range of the text.
    highlights.erase(
        std::unique(highlights.begin(), highlights.end(),
                    [key](const Highlight& a, const Highlight& b) { return key(a) == key(b); }),
        highlights.end());
    hit->highlight_count = highlights.size();
    if (highlights.size() > limits::kMaxHighlights) {
      highlights.resize(limits::kMaxHighlights);
    }
    if (match_ == MatchMode::kFolded) {
      const std::u32string_view joined = entry.joined();
      for (const Highlight& highlight : highlights) {
        const Needle& needle = needles_[needle_of_term_[highlight.term]];
        hit->folds |= text::FoldsBetween(
            needle.typed, joined.substr(highlight.range.begin, highlight.range.size()));
      }
    }
  }

 private:
  // One distinct string to be found.
  struct Needle {
    std::u32string_view text;               // code points or folded units, as `match_` says
    std::optional<uint32_t> positive_term;  // the first outside negations, if any is
    std::u32string_view typed;              // that term without the marks around it
  };

  // What a match of `raw` is compared with: marks around a term ask for nothing.
  static std::u32string_view Core(std::u32string_view raw) {
    const text::FoldedText folded = text::Fold(raw);
    const size_t first = folded.units.find_first_not_of(text::kBreak);
    const size_t last = folded.units.find_last_not_of(text::kBreak);
    return first == std::u32string::npos
               ? raw
               : raw.substr(folded.begin[first], folded.end[last] - folded.begin[first]);
  }

  std::u32string_view Wanted(const Term& term) const {
    return match_ == MatchMode::kExact ? term.raw : term.folded;
  }

  const Query* const query_;
  const MatchMode match_;
  std::vector<Needle> needles_;
  std::vector<size_t> needle_of_term_;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_QUERY_PLAN_H_
