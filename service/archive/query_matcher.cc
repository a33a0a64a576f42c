#include "service/archive/query_matcher.h"

#include <algorithm>
#include <limits>

#include "service/text/fold.h"

namespace quotes::archive {

Matcher::Matcher(const QueryPlan& plan, const PartView& source, Progress* progress)
    : plan_(plan), source_(source), progress_(progress) {
  for (size_t needle = 0; needle < plan.needle_count(); ++needle) {
    const std::u32string folded =
        exact() ? std::u32string(plan.needle(needle)) : LongestLetters(plan.needle(needle));
    needles_.push_back({TextIndex::Encode(folded), {}, folded.empty()});
    if (!folded.empty()) {
      needles_.back().interval = source.part->index->Find(folded);
    }
  }
}

uint64_t Matcher::Cost(const QueryNode& node) const {
  switch (node.kind) {
    case QueryNode::Kind::kTerm:
      return CostOf(needles_[plan_.needle_of_term(node.term)]);
    case QueryNode::Kind::kAnd: {
      uint64_t least = source_.part->size();
      for (const QueryNode& child : node.children) {
        if (child.kind != QueryNode::Kind::kNot) {
          least = std::min(least, Cost(child));
        }
      }
      return least;
    }
    case QueryNode::Kind::kOr: {
      uint64_t sum = 0;
      for (const QueryNode& child : node.children) {
        sum += Cost(child);
      }
      return sum;
    }
    case QueryNode::Kind::kNot:
      break;
  }
  return source_.part->size();
}

uint64_t Matcher::Work(const QueryNode& node) const {
  if (node.kind == QueryNode::Kind::kTerm) {
    return Cost(node);
  }
  if (node.kind == QueryNode::Kind::kNot) {
    return Work(node.children.front());
  }
  // Of an AND what is more than the rarest is worth is tested by the texts.
  const uint64_t most = node.kind == QueryNode::Kind::kAnd ? TestCost(source_) * Cost(node)
                                                           : std::numeric_limits<uint64_t>::max();
  uint64_t sum = 0;
  for (const QueryNode& child : node.children) {
    sum += std::min(most, Work(child));
  }
  return sum;
}

uint64_t Matcher::RelevanceWork(uint64_t quotes) const {
  uint64_t sum = 0;
  for (size_t needle = 0; needle < plan_.needle_count(); ++needle) {
    if (plan_.positive(needle)) {
      const uint64_t test = TestCost(source_) * quotes;
      sum += exact() ? std::min(CostOfNeedle(needle), test) : test;
    }
  }
  return sum;
}

std::optional<QuoteSet> Matcher::Find(const QueryNode& node) const {
  switch (node.kind) {
    case QueryNode::Kind::kTerm:
      return FindNeedle(plan_.needle_of_term(node.term));
    case QueryNode::Kind::kAnd:
      return FindAll(node);
    case QueryNode::Kind::kOr: {
      std::optional<QuoteSet> any;
      for (const QueryNode& child : node.children) {
        std::optional<QuoteSet> quotes = Find(child);
        if (!quotes.has_value()) {
          return std::nullopt;
        }
        if (any.has_value()) {
          any->Or(*std::move(quotes));
        } else {
          any = std::move(quotes);
        }
      }
      return any;
    }
    case QueryNode::Kind::kNot:
      break;
  }
  return std::nullopt;
}

std::optional<QuoteSet> Matcher::FindNeedle(size_t needle) const {
  const Needle& wanted = needles_[needle];
  if (wanted.anywhere) {
    return std::nullopt;
  }
  const TextIndex& index = *source_.part->index;
  const TextIndex::Interval& interval = wanted.interval;
  if (!QuoteSet::IsDense(interval.occurrences(), source_.part->size())) {
    progress_->Step(interval.occurrences());
    return QuoteSet(index.Quotes(interval));
  }
  QuoteSet quotes = QuoteSet::FromBits(source_.part->size(), [&](uint64_t* bits) {
    for (uint32_t begin = interval.begin; begin < interval.end;) {
      const uint32_t end = begin + std::min(kVisitsBetweenChecks, interval.end - begin);
      index.MarkQuotes({begin, end}, bits);
      begin = end;
      if (!progress_->Step(kVisitsBetweenChecks)) {
        return;
      }
    }
  });
  quotes.set_size(index.CountQuotes(interval));
  return quotes;
}

QuoteSet Matcher::FindNeedleIn(size_t needle, const std::vector<NumberRange>& ranges) const {
  std::vector<uint32_t> quotes;
  for (const NumberRange& range : ranges) {
    const std::vector<uint32_t> found =
        source_.part->index->QuotesIn(needles_[needle].interval, range.begin, range.end);
    quotes.insert(quotes.end(), found.begin(), found.end());
  }
  progress_->Step(CostIn(needle, ranges));
  return QuoteSet(std::move(quotes));
}

void Matcher::Test(const QueryNode& node, bool holds, QuoteSet* quotes) const {
  quotes->Keep([&](uint32_t number) {
    if (!progress_->Step(kTestCost)) {
      return false;
    }
    const auto has = [&](size_t needle) { return Has(number, needle); };
    return QueryPlan::Match(plan_, has).Holds(node) == holds;
  });
}

std::u32string Matcher::LongestLetters(std::u32string_view exact) {
  std::u32string best;
  std::u32string run;
  for (const char32_t c : exact) {
    const bool safe = text::IsHan(c) || (c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'z') ||
                      (c >= U'A' && c <= U'Z');
    if (safe) {
      run += text::FoldLetter(c);
    } else {
      run.clear();
    }
    if (run.size() > best.size()) {
      best = run;
    }
  }
  return best;
}

std::optional<QuoteSet> Matcher::FindAll(const QueryNode& node) const {
  std::vector<std::pair<uint64_t, const QueryNode*>> children;
  for (const QueryNode& child : node.children) {
    // Negations last: they need something to be taken from.
    children.emplace_back(
        child.kind == QueryNode::Kind::kNot ? std::numeric_limits<uint64_t>::max() : Cost(child),
        &child);
  }
  std::stable_sort(children.begin(), children.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::optional<QuoteSet> quotes;
  for (const auto& [order, child] : children) {
    const bool negated = child->kind == QueryNode::Kind::kNot;
    const QueryNode& asked = negated ? child->children.front() : *child;
    if (negated && !exact()) {
      continue;  // what a superset leaves out may be right
    }
    if (quotes.has_value() && Cost(asked) > kTestCost * quotes->size()) {
      if (exact()) {
        Test(asked, !negated, &*quotes);
      }
      continue;
    }
    std::optional<QuoteSet> next = Find(asked);
    if (!next.has_value()) {
      continue;
    }
    if (!quotes.has_value()) {
      quotes = std::move(next);
    } else if (negated) {
      quotes->AndNot(*next);
    } else {
      quotes->And(*next);
    }
  }
  return quotes;
}

}  // namespace quotes::archive
