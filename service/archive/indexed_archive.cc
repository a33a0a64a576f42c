#include "service/archive/indexed_archive.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/archive/answer.h"
#include "service/archive/catalog.h"
#include "service/archive/entry.h"
#include "service/archive/filter_plan.h"
#include "service/archive/query_plan.h"
#include "service/archive/quote_set.h"
#include "service/archive/segment.h"
#include "service/archive/segment_folder.h"
#include "service/archive/text_index.h"
#include "service/base/check.h"
#include "service/base/status_macros.h"
#include "service/text/fold.h"

namespace quotes::archive {
namespace {

// Occurrences visited between two checks of the cancellation: below a millisecond.
constexpr uint32_t kVisitsBetweenChecks = 65'536;
// Testing a quote by its text costs about as much as visiting so many occurrences.
constexpr uint64_t kTestCost = 10;

// Indices of dead texts of one segment that a look-up may have to ask.
constexpr size_t kMostDeadTexts = 4;

// A segment as one snapshot sees it.
struct View {
  static constexpr uint32_t kDead = Catalog::kNoRank;

  std::shared_ptr<const Segment> segment;
  std::vector<uint32_t> rank;  // of each entry in this snapshot; kDead without one
  uint64_t dead_code_points = 0;
  // The texts of the dead entries, each once, so that their quotes can be taken off totals.
  std::vector<std::shared_ptr<const DeadTexts>> dead;

  uint64_t alive_code_points() const { return segment->code_points() - dead_code_points; }
};

// One part of one view: what a look-up goes through.
struct Source {
  const View* view;
  const Segment::Part* part;
  bool speech;

  const Entry& entry(uint32_t number) const {
    return *view->segment->entries()[part->entry[number]];
  }
  uint32_t rank(uint32_t number) const { return view->rank[part->entry[number]]; }

  bool has_dead() const { return !view->dead.empty(); }
  // Quotes of dead entries that have `term`, and places where it stands in them.
  uint64_t CountDeadQuotes(std::u32string_view term) const {
    uint64_t count = 0;
    for (const auto& dead : view->dead) {
      const TextIndex& index = speech ? dead->speech() : dead->furniture();
      count += index.CountQuotes(index.Find(term));
    }
    return count;
  }
  uint64_t CountDeadPlaces(std::u32string_view term) const {
    uint64_t count = 0;
    for (const auto& dead : view->dead) {
      const TextIndex& index = speech ? dead->speech() : dead->furniture();
      count += index.Find(term).occurrences();
    }
    return count;
  }
};

// Counts what a look-up has done, and asks now and then whether it is still wanted.
class Progress {
 public:
  explicit Progress(const Cancellation& cancellation) : cancellation_(cancellation) {}

  // False when the look-up should end; what it has made so far is then incomplete.
  bool Step(uint64_t visited = 1) {
    visited_ += visited;
    if (visited_ >= kVisitsBetweenChecks) {
      visited_ = 0;
      status_.Update(cancellation_.Check());
    }
    return status_.ok();
  }

  const absl::Status& status() const { return status_; }

 private:
  const Cancellation& cancellation_;
  uint64_t visited_ = 0;
  absl::Status status_;
};

// A query over one part. In folded matches its sets are exact; in exact matches they are supersets,
// as the index knows folded text only.
class Matcher {
 public:
  Matcher(const QueryPlan& plan, const Source& source, Progress* progress)
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

  bool exact() const { return plan_.match() == MatchMode::kFolded; }

  size_t NeedleOf(const QueryNode& term) const { return plan_.needle_of_term(term.term); }

  // Number of occurrences to be visited for the set of `node`; an upper bound of its size.
  uint64_t Cost(const QueryNode& node) const {
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

  // About what Find(node) visits.
  uint64_t Work(const QueryNode& node) const {
    if (node.kind == QueryNode::Kind::kTerm) {
      return Cost(node);
    }
    if (node.kind == QueryNode::Kind::kNot) {
      return Work(node.children.front());
    }
    // Of an AND what is more than the rarest is worth is tested by the texts.
    const uint64_t most = node.kind == QueryNode::Kind::kAnd ? kTestCost * Cost(node)
                                                             : std::numeric_limits<uint64_t>::max();
    uint64_t sum = 0;
    for (const QueryNode& child : node.children) {
      sum += std::min(most, Work(child));
    }
    return sum;
  }

  // The quotes that match `node`; nullopt for all of the part.
  std::optional<QuoteSet> Find(const QueryNode& node) const {
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

  std::optional<QuoteSet> FindNeedle(size_t needle) const {
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
    return QuoteSet::FromBits(source_.part->size(), [&](uint64_t* bits) {
      for (uint32_t begin = interval.begin; begin < interval.end;) {
        const uint32_t end = begin + std::min(kVisitsBetweenChecks, interval.end - begin);
        index.MarkQuotes({begin, end}, bits);
        begin = end;
        if (!progress_->Step(kVisitsBetweenChecks)) {
          return;
        }
      }
    });
  }

  // Of FindNeedleIn.
  uint64_t CostIn(size_t needle, const std::vector<NumberRange>& ranges) const {
    // So many occurrences are glanced at in the time that one takes to be visited.
    constexpr uint64_t kGlances = 16;
    return CostOf(needles_[needle]) * ranges.size() / kGlances;
  }

  // The quotes inside `ranges` that have a needle. REQUIRES: exact().
  QuoteSet FindNeedleIn(size_t needle, const std::vector<NumberRange>& ranges) const {
    std::vector<uint32_t> quotes;
    for (const NumberRange& range : ranges) {
      const std::vector<uint32_t> found =
          source_.part->index->QuotesIn(needles_[needle].interval, range.begin, range.end);
      quotes.insert(quotes.end(), found.begin(), found.end());
    }
    progress_->Step(CostIn(needle, ranges));
    return QuoteSet(std::move(quotes));
  }

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
  void Test(const QueryNode& node, bool holds, QuoteSet* quotes) const {
    quotes->Keep([&](uint32_t number) {
      if (!progress_->Step(kTestCost)) {
        return false;
      }
      const auto has = [&](size_t needle) { return Has(number, needle); };
      return QueryPlan::Match(plan_, has).Holds(node) == holds;
    });
  }

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
  static std::u32string LongestLetters(std::u32string_view exact) {
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

  // The rarest child first; the others as sets or, where they are much more frequent than what is
  // left, by the texts.
  std::optional<QuoteSet> FindAll(const QueryNode& node) const {
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

  const QueryPlan& plan_;
  const Source& source_;
  Progress* const progress_;
  std::vector<Needle> needles_;
};

// The quotes that have a theme of a group, or those of `among` that have one.
class ThemedQuotes {
 public:
  ThemedQuotes(const Segment::Part& part, size_t theme_count, const std::vector<int>& group)
      : part_(&part) {
    for (const int theme : group) {
      if (theme >= 0 && static_cast<size_t>(theme) < theme_count) {
        postings_.push_back(part.themes[static_cast<size_t>(theme)]);
        cost_ += postings_.back().size();
      }
    }
  }

  uint64_t cost() const { return cost_; }

  QuoteSet All() const {
    if (postings_.size() == 1 && !QuoteSet::IsDense(cost_, part_->size())) {
      return QuoteSet(std::vector<uint32_t>(postings_.front().begin(), postings_.front().end()));
    }
    return QuoteSet::FromBits(part_->size(), [&](uint64_t* bits) {
      for (const std::span<const uint32_t> posting : postings_) {
        for (const uint32_t number : posting) {
          bits[number / 64] |= uint64_t{1} << (number % 64);
        }
      }
    });
  }

  void Restrict(QuoteSet* quotes) const {
    // Finding a number in a posting costs about as much as reading so many of them.
    constexpr uint64_t kSearchCost = 8;
    if (quotes->size() * kSearchCost * postings_.size() >= cost_) {
      quotes->And(All());
      return;
    }
    QuoteSet any{std::vector<uint32_t>()};
    for (const std::span<const uint32_t> posting : postings_) {
      QuoteSet with = *quotes;
      with.AndSorted(posting);
      any.Or(std::move(with));
    }
    *quotes = std::move(any);
  }

 private:
  const Segment::Part* part_;
  std::vector<std::span<const uint32_t>> postings_;
  uint64_t cost_ = 0;
};

// A segment that a new snapshot takes in, and which of its entries live in it.
struct NewSegment {
  std::shared_ptr<const Segment> segment;
  std::vector<bool> alive;  // by entry; empty: all
};

bool IsAlive(const NewSegment& added, size_t entry) {
  return added.alive.empty() || added.alive[entry];
}

// Null if it was cancelled.
std::shared_ptr<const DeadTexts> Join(const Segment& segment,
                                      const std::vector<std::shared_ptr<const DeadTexts>>& parts,
                                      const Cancellation& cancellation = Cancellation()) {
  std::vector<uint32_t> entries;
  for (const auto& part : parts) {
    entries.insert(entries.end(), part->entries().begin(), part->entries().end());
  }
  return DeadTexts::Make(segment, std::move(entries), cancellation);
}

std::vector<const Entry*> Living(const std::vector<NewSegment>& segments) {
  std::vector<const Entry*> entries;
  for (const NewSegment& added : segments) {
    for (size_t e = 0; e < added.segment->entries().size(); ++e) {
      if (IsAlive(added, e)) {
        entries.push_back(added.segment->entries()[e]);
      }
    }
  }
  return entries;
}

// A segment in the folder if there is one that takes it, else in memory; null if it was cancelled.
std::shared_ptr<const Segment> WriteOrMake(const ArchiveOptions& options,
                                           std::span<const PackedDocument* const> documents,
                                           const themes::Scheme& scheme,
                                           const Cancellation& cancellation) {
  std::shared_ptr<const Segment> segment;
  if (options.folder != nullptr) {
    segment = options.folder->Write(documents, scheme, cancellation);
  }
  return segment != nullptr ? segment : Segment::Make(documents, scheme, cancellation);
}

// Segments of `documents`, each as large as allowed.
std::vector<NewSegment> MakeSegments(std::vector<const PackedDocument*> documents,
                                     const themes::Scheme& scheme, uint64_t largest) {
  std::sort(documents.begin(), documents.end(),
            [](const Entry* a, const Entry* b) { return ComesBefore(*a, *b); });
  std::vector<NewSegment> segments;
  for (size_t begin = 0; begin < documents.size();) {
    uint64_t code_points = documents[begin]->joined().size();
    size_t end = begin + 1;
    while (end < documents.size() && code_points + documents[end]->joined().size() <= largest) {
      code_points += documents[end]->joined().size();
      ++end;
    }
    segments.push_back(
        {Segment::Make(std::span(documents).subspan(begin, end - begin), scheme), {}});
    begin = end;
  }
  return segments;
}

// The living quotes of one source that have a term, in the order of answers. The processor fetches
// what is known of the next ones while others are looked at.
class TermCursor {
 public:
  // Quotes from the number `first` on that are behind a place; null for all.
  TermCursor(const Source& source, const Resumption* behind, uint32_t first)
      : source_(&source), behind_(behind), first_(first) {}

  // Takes all the quotes that there are, dead ones too, ascending. The number of living ones, those
  // before the first included.
  size_t TakeAll(std::vector<uint32_t> numbers) {
    if (source_->has_dead()) {
      std::erase_if(numbers, [this](uint32_t number) { return !IsAlive(number); });
    }
    const size_t count = numbers.size();
    numbers_.assign(std::lower_bound(numbers.begin(), numbers.end(), first_), numbers.end());
    FetchFirst();
    return count;
  }

  // Reads the quotes of an interval, of which at most `most` are asked for.
  void Read(TextIndex::Interval interval, size_t most) {
    interval_ = interval;
    most_ = most;
    // Where some may be dead, all that cost nothing.
    const size_t read =
        source_->has_dead() ? std::max<size_t>(most, TextIndex::kFirstQuotes) : most;
    source_->part->index->VisitQuotes(interval, first_, [&](uint32_t number) {
      numbers_.push_back(number);
      return numbers_.size() < read;
    });
    unread_ = numbers_.size() == read;
    FetchFirst();
  }

  // Goes to the next quote; false if there is none.
  bool Next() {
    while (at_ < numbers_.size() || ReadOn()) {
      if (at_ + kAhead < numbers_.size()) {
        FetchNumber(numbers_[at_ + kAhead]);
      }
      const uint32_t number = numbers_[at_++];
      if (IsWanted(number)) {
        rank_ = source_->rank(number);
        quote_ = source_->part->quote[number];
        return true;
      }
    }
    return false;
  }

  // Of the quote that it is at. REQUIRES: the last Next was true.
  uint32_t rank() const { return rank_; }
  uint32_t quote() const { return quote_; }
  friend bool operator<(const TermCursor& a, const TermCursor& b) {
    return std::tie(a.rank_, a.quote_) < std::tie(b.rank_, b.quote_);
  }

 private:
  static constexpr size_t kAhead = 8;

  bool IsAlive(uint32_t number) const { return source_->rank(number) != View::kDead; }

  bool IsWanted(uint32_t number) const {
    return IsAlive(number) &&
           (behind_ == nullptr ||
            behind_->IsBehind({0, false, source_->rank(number), source_->part->quote[number]},
                              behind_->Compare(source_->entry(number))));
  }

  void FetchNumber(uint32_t number) const {
    __builtin_prefetch(&source_->part->entry[number]);
    __builtin_prefetch(&source_->part->quote[number]);
  }

  void FetchFirst() const {
    for (size_t i = 0; i < std::min(kAhead, numbers_.size()); ++i) {
      FetchNumber(numbers_[i]);
    }
  }

  // Some that were read were not wanted: reads, behind them, as many as may be asked for that are.
  bool ReadOn() {
    // So many occurrences are glanced at in the time that passing by dead quotes takes.
    constexpr uint32_t kGlanced = 65'536;
    if (!unread_) {
      return false;
    }
    unread_ = false;
    const Segment::Part& part = *source_->part;
    uint32_t next = numbers_.back() + 1;
    while (next < part.size() && !IsAlive(next)) {
      next = part.first[part.entry[next] + 1];
    }
    numbers_.clear();
    at_ = 0;
    part.index->VisitQuotes(interval_, interval_.occurrences() <= kGlanced ? next : first_,
                            [&](uint32_t number) {
                              if (number >= next && IsWanted(number)) {
                                numbers_.push_back(number);
                              }
                              return numbers_.size() < most_;
                            });
    return !numbers_.empty();
  }

  const Source* source_;
  const Resumption* behind_;
  uint32_t first_;
  TextIndex::Interval interval_;
  size_t most_ = 0;
  bool unread_ = false;  // the interval may have more than was read
  absl::InlinedVector<uint32_t, 24> numbers_;
  size_t at_ = 0;  // of the next number
  uint32_t rank_ = 0;
  uint32_t quote_ = 0;
};

class IndexedArchive final : public Catalog {
 public:
  IndexedArchive(uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
                 const ArchiveOptions& options, const std::vector<NewSegment>& segments)
      : Catalog(revision, std::move(scheme), Living(segments)), options_(options) {
    for (const NewSegment& added : segments) {
      AddView(added);
    }
  }

  // `previous` without the entries of some ranks (ascending) and without some of its views (all
  // ranks of their living entries are among those), and with new segments.
  IndexedArchive(const IndexedArchive& previous, uint64_t revision, Change change,
                 const std::vector<uint32_t>& removed, const std::vector<bool>& dropped,
                 const std::vector<NewSegment>& segments)
      : IndexedArchive(previous, revision, change, removed, dropped, segments,
                       std::make_unique<std::vector<uint32_t>>()) {}

  // The same with other indices of the dead texts of one segment.
  IndexedArchive(const IndexedArchive& previous, const Segment* segment,
                 const std::vector<std::shared_ptr<const DeadTexts>>& inputs,
                 std::shared_ptr<const DeadTexts> merged)
      : IndexedArchive(previous, previous.revision(), Change::kMove, {},
                       std::vector<bool>(previous.views_.size(), false), {}) {
    for (View& view : views_) {
      if (view.segment.get() == segment) {
        std::erase_if(view.dead, [&inputs](const auto& dead) {
          return std::find(inputs.begin(), inputs.end(), dead) != inputs.end();
        });
        view.dead.push_back(std::move(merged));
      }
    }
  }

  // `previous` with `added` in place of what had their ids, and without `removed`.
  static std::shared_ptr<const IndexedArchive> Update(
      const IndexedArchive& previous, uint64_t revision,
      const std::vector<std::shared_ptr<const PackedDocument>>& added,
      const std::vector<std::string>& removed) {
    std::vector<uint32_t> gone;
    std::vector<const PackedDocument*> fresh;
    uint64_t size = 0;
    const auto remove = [&](std::string_view id) {
      if (const uint32_t rank = previous.RankOf(id); rank != kNoRank) {
        gone.push_back(rank);
      }
    };
    for (const std::string& id : removed) {
      remove(id);
    }
    for (const auto& document : added) {
      remove(document->report_id());
      fresh.push_back(document.get());
      size += document->joined().size();
    }
    std::sort(gone.begin(), gone.end());
    gone.erase(std::unique(gone.begin(), gone.end()), gone.end());
    // Small neighbours join the new segment at once, smallest first.
    std::vector<bool> dropped(previous.views_.size(), false);
    if (!fresh.empty()) {
      std::vector<size_t> smallest(previous.views_.size());
      std::iota(smallest.begin(), smallest.end(), size_t{0});
      std::sort(smallest.begin(), smallest.end(), [&previous](size_t a, size_t b) {
        return previous.views_[a].segment->code_points() <
               previous.views_[b].segment->code_points();
      });
      const uint64_t limit =
          std::min(previous.options_.merge_at_once, previous.options_.largest_segment);
      std::vector<uint32_t> moved;
      for (const size_t v : smallest) {
        const View& view = previous.views_[v];
        if (size + view.segment->code_points() > limit) {
          break;
        }
        size += view.segment->code_points();
        dropped[v] = true;
        for (size_t e = 0; e < view.rank.size(); ++e) {
          const uint32_t rank = view.rank[e];
          if (rank != View::kDead && !std::binary_search(gone.begin(), gone.end(), rank)) {
            fresh.push_back(view.segment->entries()[e]);
            moved.push_back(rank);
          }
        }
      }
      gone.insert(gone.end(), moved.begin(), moved.end());
      std::sort(gone.begin(), gone.end());
    }
    return std::make_shared<const IndexedArchive>(
        previous, revision, Change::kContent, gone, dropped,
        MakeSegments(std::move(fresh), previous.scheme(), previous.options_.largest_segment));
  }

  const ArchiveOptions& options() const { return options_; }
  const std::shared_ptr<const themes::Scheme>& shared_scheme() const { return scheme_pointer(); }
  const std::vector<View>& views() const { return views_; }

  absl::StatusOr<LookupAnswer> Find(const Lookup& lookup,
                                    const Cancellation& cancellation) const override;
  uint64_t PlannedWork(const Lookup& lookup) const override;
  std::vector<Seed> LongestMatches(std::u32string_view units,
                                   const SeedOptions& options) const override;
  Seed FindPlaces(std::u32string_view units, const SeedOptions& options) const override;

 private:
  IndexedArchive(const IndexedArchive& previous, uint64_t revision, Change change,
                 const std::vector<uint32_t>& removed, const std::vector<bool>& dropped,
                 const std::vector<NewSegment>& segments,
                 const std::unique_ptr<std::vector<uint32_t>>& remap)
      : Catalog(previous, revision, change, removed, Living(segments), remap.get()),
        options_(previous.options_) {
    for (size_t v = 0; v < previous.views_.size(); ++v) {
      if (dropped[v]) {
        continue;
      }
      View view = previous.views_[v];
      std::vector<uint32_t> dead;
      for (uint32_t e = 0; e < view.rank.size(); ++e) {
        if (view.rank[e] != View::kDead) {
          view.rank[e] = (*remap)[view.rank[e]];
          if (view.rank[e] == View::kDead) {
            dead.push_back(e);
          }
        }
      }
      Keep(std::move(view), std::move(dead));
    }
    for (const NewSegment& added : segments) {
      AddView(added);
    }
  }

  void AddView(const NewSegment& added) {
    View view;
    view.segment = added.segment;
    view.rank.reserve(added.segment->entries().size());
    std::vector<uint32_t> dead;
    for (uint32_t e = 0; e < added.segment->entries().size(); ++e) {
      if (IsAlive(added, e)) {
        view.rank.push_back(RankOf(added.segment->entries()[e]->report_id()));
      } else {
        view.rank.push_back(View::kDead);
        dead.push_back(e);
      }
    }
    Keep(std::move(view), std::move(dead));
  }

  // Takes in a view of which some entries have just died.
  void Keep(View view, std::vector<uint32_t> dead) {
    for (const uint32_t entry : dead) {
      view.dead_code_points += view.segment->entries()[entry]->joined().size();
    }
    if (std::all_of(view.rank.begin(), view.rank.end(),
                    [](uint32_t rank) { return rank == View::kDead; })) {
      return;  // nothing left
    }
    if (!dead.empty()) {
      std::shared_ptr<const DeadTexts> texts = DeadTexts::Make(*view.segment, std::move(dead));
      // Small neighbours join it at once.
      while (!view.dead.empty() &&
             texts->code_points() + view.dead.back()->code_points() <= options_.merge_at_once) {
        texts = Join(*view.segment, {texts, view.dead.back()});
        view.dead.pop_back();
      }
      view.dead.push_back(std::move(texts));
    }
    views_.push_back(std::move(view));
  }

  std::vector<Source> Sources(TextScope scope) const {
    std::vector<Source> sources;
    for (const View& view : views_) {
      if (scope != TextScope::kFurniture) {
        sources.push_back({&view, &view.segment->speech(), true});
      }
      if (scope != TextScope::kSpeech) {
        sources.push_back({&view, &view.segment->furniture(), false});
      }
    }
    return sources;
  }

  void FindTerm(const Lookup& lookup, const std::vector<Source>& sources, const QueryPlan& plan,
                const Resumption& resumption, LookupAnswer* answer) const;

  // The entries of a source that pass a filter by what they are, as their numbers' ranges and, if
  // the filter has sections, which of them pass.
  struct Passing {
    std::vector<NumberRange> ranges;
    uint64_t quotes = 0;
    absl::flat_hash_map<uint32_t, FilterPlan::SectionSet> sections;  // by entry
  };
  // `ranks` are those of ReportColumns::Passing.
  Passing FindPassing(const Lookup& lookup, const FilterPlan& filter,
                      const std::vector<NumberRange>& ranks, const Source& source) const;
  // Whether a look-up is one of those that FindTerm answers.
  static bool IsPlainTerm(const Lookup& lookup) {
    return lookup.query != nullptr && lookup.query->root.kind == QueryNode::Kind::kTerm &&
           lookup.match == MatchMode::kFolded && lookup.order == Order::kNewest &&
           !lookup.with_facets && !FilterPlan::Restricts(lookup.filter);
  }
  QuoteSet FindQuotes(const Lookup& lookup, const FilterPlan& filter, const Source& source,
                      const Passing& passing, const Matcher& matcher, Progress* progress) const;
  // Has the processor fetch what the hits of a page are made of, all of them at the same time: one
  // after the other each would wait for memory several times.
  void Fetch(const std::vector<Candidate>& candidates) const;
  static uint32_t FirstNumber(const Lookup& lookup, const Resumption& resumption,
                              const Source& source);

  static bool AnyAlive(const Source& source, TextIndex::Interval interval);
  static TextIndex::Prefix LongestAlive(const Source& source, std::u32string_view units);
  Seed PlacesIn(const std::vector<Source>& sources,
                const std::vector<TextIndex::Interval>& intervals, std::u32string_view units,
                size_t max_places, size_t telling_units) const;

  const ArchiveOptions options_;
  std::vector<View> views_;
};

void IndexedArchive::Fetch(const std::vector<Candidate>& candidates) const {
  const auto each = [&](const auto& fetch) {
    for (const Candidate& candidate : candidates) {
      fetch(*entries()[candidate.rank], candidate.quote);
    }
  };
  each([](const Entry& entry, uint32_t) { __builtin_prefetch(&entry); });
  each([](const Entry& entry, uint32_t) { __builtin_prefetch(entry.bytes().data()); });
  each(
      [](const Entry& entry, uint32_t quote) { __builtin_prefetch(&entry.quotes()[quote].range); });
  each([](const Entry& entry, uint32_t quote) {
    constexpr size_t kLine = 64 / sizeof(char32_t);
    const std::u32string_view text = entry.text(quote);
    for (size_t at = 0; at < std::min<size_t>(text.size(), 4 * kLine); at += kLine) {
      __builtin_prefetch(text.data() + at);
    }
  });
}

// Newest first: the number of the first quote of the first entry that is not wholly before the
// place where the page begins.
uint32_t IndexedArchive::FirstNumber(const Lookup& lookup, const Resumption& resumption,
                                     const Source& source) {
  if (!lookup.after.has_value()) {
    return 0;
  }
  const auto& segment_entries = source.view->segment->entries();
  const auto entry = std::partition_point(
      segment_entries.begin(), segment_entries.end(),
      [&](const auto& candidate) { return resumption.Compare(*candidate) < 0; });
  return source.part->first[static_cast<size_t>(entry - segment_entries.begin())];
}

// One term, newest first, no filter: only the quotes shown are visited, and the total is read.
void IndexedArchive::FindTerm(const Lookup& lookup, const std::vector<Source>& sources,
                              const QueryPlan& plan, const Resumption& resumption,
                              LookupAnswer* answer) const {
  const std::u32string_view term = plan.needle(0);
  Page page(lookup.limit, /*ranked=*/false);
  absl::InlinedVector<TextIndex::Interval, 8> intervals;
  for (const Source& source : sources) {
    intervals.push_back(source.part->index->Find(term));
    source.part->index->Fetch(intervals.back());
  }
  absl::InlinedVector<TermCursor, 4> cursors;
  for (size_t i = 0; i < sources.size(); ++i) {
    const Source& source = sources[i];
    const TextIndex& index = *source.part->index;
    const TextIndex::Interval interval = intervals[i];
    if (interval.empty()) {
      continue;
    }
    TermCursor cursor(source, lookup.after.has_value() ? &resumption : nullptr,
                      FirstNumber(lookup, resumption, source));
    if (interval.occurrences() <= TextIndex::kCountedAbove) {
      // Few: the same list gives the total and the page.
      answer->total += cursor.TakeAll(index.Quotes(interval));
    } else {
      if (lookup.with_total) {
        answer->total += index.CountQuotes(interval);
        answer->total -= source.CountDeadQuotes(term);
      }
      cursor.Read(interval, page.capacity());
    }
    if (cursor.Next()) {
      cursors.push_back(std::move(cursor));
    }
  }
  // Every segment has its quotes in the order of answers.
  while (!cursors.empty()) {
    const auto next = std::min_element(cursors.begin(), cursors.end());
    page.Add({0, false, next->rank(), next->quote()});
    if (page.Complete()) {
      break;
    }
    if (!next->Next()) {
      cursors.erase(next);
    }
  }
  const std::vector<Candidate> candidates = page.Take(&answer->more);
  Fetch(candidates);
  answer->hits.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    answer->hits.push_back(MakeHit(*entries()[candidate.rank], candidate, plan));
  }
}

IndexedArchive::Passing IndexedArchive::FindPassing(const Lookup& lookup, const FilterPlan& filter,
                                                    const std::vector<NumberRange>& ranks,
                                                    const Source& source) const {
  Passing passing;
  const Segment::Part& part = *source.part;
  const auto& all = source.view->segment->entries();
  const auto add = [&](uint32_t e) {
    if (part.first[e] == part.first[e + 1]) {
      return;
    }
    passing.quotes += part.first[e + 1] - part.first[e];
    if (!passing.ranges.empty() && passing.ranges.back().end == part.first[e]) {
      passing.ranges.back().end = part.first[e + 1];
    } else {
      passing.ranges.push_back({part.first[e], part.first[e + 1]});
    }
  };

  if (!FilterPlan::RestrictsReports(lookup.filter) && !source.has_dead()) {
    if (part.size() > 0) {
      passing.ranges.push_back({0, part.size()});
      passing.quotes = part.size();
    }
    return passing;
  }
  if (FilterPlan::NamesReports(lookup.filter)) {
    // Few reports are named; the others need not be looked at.
    std::vector<uint32_t> named;
    for (const uint32_t rank : NamedRanks(lookup.filter)) {
      const Entry& entry = *entries()[rank];
      const auto found = std::partition_point(
          all.begin(), all.end(),
          [&entry](const Entry* candidate) { return ComesBefore(*candidate, entry); });
      // A dead entry of the same date and id stands beside the one that replaced it.
      for (auto e = found; e != all.end() && (*e)->report_id() == entry.report_id(); ++e) {
        if (source.view->rank[static_cast<size_t>(e - all.begin())] == rank) {
          named.push_back(static_cast<uint32_t>(e - all.begin()));
        }
      }
    }
    std::sort(named.begin(), named.end());
    for (const uint32_t e : named) {
      FilterPlan::SectionSet sections;
      if (filter.Passes(*all[e], &sections)) {
        add(e);
        if (sections.has_value()) {
          passing.sections.emplace(e, std::move(sections));
        }
      }
    }
    return passing;
  }
  // Ranks ascend with the entries.
  auto range = ranks.begin();
  for (uint32_t e = 0; e < all.size(); ++e) {
    const uint32_t rank = source.view->rank[e];
    if (rank == View::kDead) {
      continue;
    }
    while (range != ranks.end() && range->end <= rank) {
      ++range;
    }
    if (range == ranks.end()) {
      break;
    }
    if (range->begin <= rank) {
      add(e);
    }
  }
  return passing;
}

// The quotes of one source that a look-up finds, from the cheapest of query, themes and reports.
QuoteSet IndexedArchive::FindQuotes(const Lookup& lookup, const FilterPlan& filter,
                                    const Source& source, const Passing& passing,
                                    const Matcher& matcher, Progress* progress) const {
  const Segment::Part& part = *source.part;
  std::vector<ThemedQuotes> groups;
  for (const std::vector<int>& group : lookup.filter.theme_groups) {
    groups.emplace_back(part, scheme().themes().size(), group);
  }
  std::sort(groups.begin(), groups.end(),
            [](const ThemedQuotes& a, const ThemedQuotes& b) { return a.cost() < b.cost(); });
  const uint64_t filter_cost =
      groups.empty() ? passing.quotes : std::min(passing.quotes, groups.front().cost());

  std::optional<QuoteSet> quotes;
  bool verified = lookup.query == nullptr;
  if (!verified && matcher.exact() && lookup.query->root.kind == QueryNode::Kind::kTerm &&
      passing.quotes < part.size()) {
    // One term in a few reports: its places there are read off the index.
    const size_t needle = matcher.NeedleOf(lookup.query->root);
    if (matcher.CostIn(needle, passing.ranges) <=
        std::min(matcher.CostOfNeedle(needle), kTestCost * filter_cost)) {
      quotes = matcher.FindNeedleIn(needle, passing.ranges);
      verified = true;
    }
  }
  if (!verified && matcher.Cost(lookup.query->root) <= kTestCost * filter_cost) {
    quotes = matcher.Find(lookup.query->root);
    verified = quotes.has_value() && matcher.exact();
  }
  auto group = groups.begin();
  if (!quotes.has_value() && group != groups.end() && group->cost() <= passing.quotes) {
    quotes = group->All();
    ++group;
  }
  if (!quotes.has_value()) {
    quotes = QuoteSet::FromRanges(part.size(), passing.ranges);
  } else if (passing.quotes < part.size()) {
    quotes->Restrict(passing.ranges);
  }
  for (; group != groups.end(); ++group) {
    group->Restrict(&*quotes);
  }
  if (FilterPlan::LooksAtQuotes(lookup.filter)) {
    static const FilterPlan::SectionSet kAnySection;
    quotes->Keep([&](uint32_t number) {
      const auto sections = passing.sections.find(part.entry[number]);
      return progress->Step(kTestCost) &&
             filter.Passes(source.entry(number), part.quote[number],
                           sections == passing.sections.end() ? kAnySection : sections->second);
    });
  }
  if (!verified) {
    matcher.Test(lookup.query->root, true, &*quotes);
  }
  return *std::move(quotes);
}

absl::StatusOr<LookupAnswer> IndexedArchive::Find(const Lookup& lookup,
                                                  const Cancellation& cancellation) const {
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  const QueryPlan plan(lookup.query, lookup.match);
  const Resumption resumption(
      lookup, lookup.after.has_value() ? FindReport(lookup.after->report_id) : nullptr);
  const std::vector<Source> sources = Sources(lookup.filter.scope);
  LookupAnswer answer;
  if (IsPlainTerm(lookup)) {
    FindTerm(lookup, sources, plan, resumption, &answer);
    if (!lookup.with_total) {
      answer.total = 0;
    }
    return answer;
  }

  const FilterPlan filter(lookup.filter, scheme().themes().size());
  const bool ranked = lookup.order == Order::kRelevance;
  FacetCounter facets(scheme());
  Page page(lookup.limit, /*ranked=*/true);
  Progress progress(cancellation);

  const std::vector<NumberRange> ranks = columns().Passing(lookup.filter, filter);
  for (const Source& source : sources) {
    const Segment::Part& part = *source.part;
    const Passing passing = FindPassing(lookup, filter, ranks, source);
    if (passing.ranges.empty()) {
      continue;
    }
    const Matcher matcher(plan, source, &progress);
    const QuoteSet quotes = FindQuotes(lookup, filter, source, passing, matcher, &progress);
    QUOTES_RETURN_IF_ERROR(progress.status());
    answer.total += quotes.size();

    // Where it is cheaper than looking at the texts, relevance is read from sets.
    std::vector<std::optional<QuoteSet>> by_needle(plan.needle_count());
    if (ranked && matcher.exact()) {
      for (size_t needle = 0; needle < plan.needle_count(); ++needle) {
        if (plan.positive(needle) && matcher.CostOfNeedle(needle) <= kTestCost * quotes.size()) {
          by_needle[needle] = matcher.FindNeedle(needle);
        }
      }
    }
    const bool newest_only = lookup.order == Order::kNewest && !lookup.with_facets;
    quotes.Visit(newest_only ? FirstNumber(lookup, resumption, source) : 0, [&](uint32_t number) {
      const Entry& entry = source.entry(number);
      Candidate candidate{0, false, source.rank(number), part.quote[number]};
      if (lookup.with_facets) {
        facets.Add(entry, candidate.quote);
      }
      if (ranked) {
        const auto has = [&](size_t needle) {
          return by_needle[needle].has_value() ? by_needle[needle]->Has(number)
                                               : matcher.Has(number, needle);
        };
        candidate.relevance = QueryPlan::Match(plan, has).Relevance();
        candidate.lead = entry.lead(candidate.quote);
      } else if (lookup.order == Order::kReadingOrder) {
        candidate.rank = reading_rank()[candidate.rank];
      }
      const bool before_page =
          lookup.after.has_value() && !resumption.IsBehind(candidate, resumption.Compare(entry));
      const bool may_follow = before_page || page.Add(candidate) || !newest_only;
      return progress.Step() && may_follow;
    });
    QUOTES_RETURN_IF_ERROR(progress.status());
  }

  std::vector<Candidate> candidates = page.Take(&answer.more);
  if (lookup.order == Order::kReadingOrder) {
    for (Candidate& candidate : candidates) {
      candidate.rank = by_id()[candidate.rank];
    }
  }
  Fetch(candidates);
  answer.hits.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    answer.hits.push_back(MakeHit(*entries()[candidate.rank], candidate, plan));
  }
  if (!lookup.with_total) {
    answer.total = 0;
  }
  if (lookup.with_facets) {
    answer.facets = facets.Take();
  }
  return answer;
}

uint64_t IndexedArchive::PlannedWork(const Lookup& lookup) const {
  if (IsPlainTerm(lookup)) {
    return lookup.limit;
  }
  const QueryPlan plan(lookup.query, lookup.match);
  const FilterPlan filter(lookup.filter, scheme().themes().size());
  const Cancellation never;
  Progress progress(never);
  uint64_t work = 0;
  const std::vector<NumberRange> ranks = columns().Passing(lookup.filter, filter);
  for (const Source& source : Sources(lookup.filter.scope)) {
    uint64_t filtered = FindPassing(lookup, filter, ranks, source).quotes;
    for (const std::vector<int>& group : lookup.filter.theme_groups) {
      filtered =
          std::min(filtered, ThemedQuotes(*source.part, scheme().themes().size(), group).cost());
    }
    if (lookup.query == nullptr) {
      // Theme postings and whole reports are counted without a look at their quotes, unless the
      // order or the facets need one.
      const bool looks = lookup.order != Order::kNewest || lookup.with_facets ||
                         FilterPlan::LooksAtQuotes(lookup.filter);
      work += looks ? filtered : filtered / 64;
      continue;
    }
    const Matcher matcher(plan, source, &progress);
    work += std::min(matcher.Work(lookup.query->root), kTestCost * filtered);
  }
  return work;
}

bool IndexedArchive::AnyAlive(const Source& source, TextIndex::Interval interval) {
  bool alive = false;
  source.part->index->VisitQuotes(interval, 0, [&](uint32_t number) {
    alive = source.rank(number) != View::kDead;
    return !alive;
  });
  return alive;
}

// The longest prefix that a quote of a living entry has, and where it stands, in dead ones too.
TextIndex::Prefix IndexedArchive::LongestAlive(const Source& source, std::u32string_view units) {
  const TextIndex& index = *source.part->index;
  TextIndex::Prefix longest = index.FindLongestPrefix(units);
  if (longest.length == 0 || !source.has_dead() || AnyAlive(source, longest.interval)) {
    return longest;
  }
  // Only dead entries have it. Shorter prefixes stand where longer ones do.
  size_t beyond = longest.length;
  longest = {};
  while (beyond - longest.length > 1) {
    const size_t middle = longest.length + (beyond - longest.length) / 2;
    const TextIndex::Interval interval = index.Find(units.substr(0, middle));
    if (AnyAlive(source, interval)) {
      longest = {middle, interval};
    } else {
      beyond = middle;
    }
  }
  return longest;
}

// `intervals`, parallel to `sources`, is where `units` stand.
Seed IndexedArchive::PlacesIn(const std::vector<Source>& sources,
                              const std::vector<TextIndex::Interval>& intervals,
                              std::u32string_view units, size_t max_places,
                              size_t telling_units) const {
  Seed seed;
  seed.end = units.size();
  for (size_t i = 0; i < sources.size(); ++i) {
    seed.occurrences += intervals[i].occurrences();
    seed.occurrences -= sources[i].has_dead() ? sources[i].CountDeadPlaces(units) : 0;
  }
  if (max_places == 0 || (units.size() < telling_units && seed.occurrences > max_places)) {
    return seed;
  }
  std::vector<SeedCandidate> candidates;
  for (size_t i = 0; i < sources.size(); ++i) {
    const Source& source = sources[i];
    size_t taken = 0;
    if (intervals[i].empty()) {
      continue;
    }
    source.part->index->VisitOccurrences(intervals[i], [&](TextIndex::Occurrence occurrence) {
      const uint32_t rank = source.rank(occurrence.quote);
      if (rank != View::kDead) {
        candidates.push_back({rank, source.part->quote[occurrence.quote], occurrence.offset});
        ++taken;
      }
      return taken < max_places;
    });
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.resize(std::min(candidates.size(), max_places));
  for (const SeedCandidate& candidate : candidates) {
    const Entry& entry = *entries()[candidate.rank];
    // The index has quotes without the breaks around them; most begin with a letter.
    const std::u32string_view text = entry.text(candidate.quote);
    uint32_t leading = 0;
    if (!text::IsHan(text.front())) {
      const std::u32string folded = text::Fold(text).units;
      leading = static_cast<uint32_t>(folded.find_first_not_of(text::kBreak));
    }
    seed.places.push_back({{&entry, candidate.quote}, leading + candidate.offset});
  }
  return seed;
}

std::vector<Seed> IndexedArchive::LongestMatches(std::u32string_view units,
                                                 const SeedOptions& options) const {
  const std::vector<Source> sources = Sources(options.scope);
  std::vector<TextIndex::Prefix> prefixes(sources.size());
  std::vector<TextIndex::Interval> intervals(sources.size());
  return Factorise(
      units, options,
      [&](std::u32string_view rest) {
        size_t longest = 0;
        for (size_t i = 0; i < sources.size(); ++i) {
          prefixes[i] = LongestAlive(sources[i], rest);
          longest = std::max(longest, prefixes[i].length);
        }
        return longest;
      },
      [&](std::u32string_view found) {
        for (size_t i = 0; i < sources.size(); ++i) {
          // Shorter ones do not have it; their dead entries may.
          intervals[i] = prefixes[i].length == found.size() ? prefixes[i].interval
                         : sources[i].has_dead()            ? sources[i].part->index->Find(found)
                                                            : TextIndex::Interval();
        }
        return PlacesIn(sources, intervals, found, options.max_places, options.telling_units);
      });
}

Seed IndexedArchive::FindPlaces(std::u32string_view units, const SeedOptions& options) const {
  const std::vector<Source> sources = Sources(options.scope);
  std::vector<TextIndex::Interval> intervals;
  intervals.reserve(sources.size());
  for (const Source& source : sources) {
    intervals.push_back(source.part->index->Find(units));
  }
  return PlacesIn(sources, intervals, units, options.max_places, 0);
}

}  // namespace

struct MergePlan::Rep {
  ArchiveOptions options;
  std::shared_ptr<const themes::Scheme> scheme;

  // Segments to be merged, and their living entries in the order of answers.
  std::vector<std::shared_ptr<const Segment>> inputs;
  struct Origin {
    uint32_t input;
    uint32_t entry;
  };
  std::vector<Origin> origins;
  std::vector<const Entry*> entries;
  std::shared_ptr<const Segment> merged;

  // Or indices of the dead texts of one segment.
  std::shared_ptr<const Segment> segment;
  std::vector<std::shared_ptr<const DeadTexts>> dead;
  std::shared_ptr<const DeadTexts> joined;
};

MergePlan::MergePlan() : rep_(std::make_unique<Rep>()) {}
MergePlan::~MergePlan() = default;
MergePlan::MergePlan(MergePlan&&) noexcept = default;
MergePlan& MergePlan::operator=(MergePlan&&) noexcept = default;

// Segments are kept in tiers: two of similar size become one, so that a character is merged a
// logarithmic number of times; a segment of which a quarter is dead is written anew.
MergePlan::MergePlan(const Archive& archive, uint64_t most_code_points)
    : rep_(std::make_unique<Rep>()) {
  const auto* const indexed = dynamic_cast<const IndexedArchive*>(&archive);
  if (indexed == nullptr) {
    return;
  }
  rep_->options = indexed->options();
  rep_->scheme = indexed->shared_scheme();
  std::vector<const View*> views;
  for (const View& view : indexed->views()) {
    views.push_back(&view);
  }
  std::sort(views.begin(), views.end(), [](const View* a, const View* b) {
    return a->alive_code_points() < b->alive_code_points();
  });
  const uint64_t largest = std::min(rep_->options.largest_segment, most_code_points);
  std::vector<const View*> chosen;
  uint64_t size = 0;
  for (size_t i = 0; i < views.size(); ++i) {
    const uint64_t next = views[i]->alive_code_points();
    // Twice what was gathered so far: the next tier would be merged for too little.
    const bool similar = next <= 2 * size || views.size() - i > rep_->options.most_segments;
    if (!chosen.empty() && (!similar || size + next > largest)) {
      break;
    }
    chosen.push_back(views[i]);
    size += next;
  }
  if (chosen.size() < 2) {
    chosen.clear();
    for (const View* view : views) {
      if (4 * view->dead_code_points >= view->segment->code_points() &&
          view->alive_code_points() <= most_code_points) {
        chosen.push_back(view);
        break;
      }
    }
  }
  if (chosen.empty()) {
    for (const View* view : views) {
      if (view->dead.size() > kMostDeadTexts && view->dead_code_points <= most_code_points) {
        rep_->segment = view->segment;
        rep_->dead = view->dead;
        return;
      }
    }
  }
  std::vector<std::pair<uint32_t, Rep::Origin>> origins;
  for (const View* view : chosen) {
    for (uint32_t e = 0; e < view->rank.size(); ++e) {
      if (view->rank[e] != View::kDead) {
        origins.push_back({view->rank[e], {static_cast<uint32_t>(rep_->inputs.size()), e}});
      }
    }
    rep_->inputs.push_back(view->segment);
  }
  std::sort(origins.begin(), origins.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [rank, origin] : origins) {
    rep_->origins.push_back(origin);
    rep_->entries.push_back(rep_->inputs[origin.input]->entries()[origin.entry]);
  }
}

bool MergePlan::empty() const { return rep_->inputs.empty() && rep_->dead.empty(); }

bool MergePlan::Run(const Cancellation& cancellation) {
  QUOTES_CHECK(!empty());
  if (!rep_->dead.empty()) {
    rep_->joined = Join(*rep_->segment, rep_->dead, cancellation);
    return rep_->joined != nullptr;
  }
  rep_->merged = WriteOrMake(rep_->options, rep_->entries, *rep_->scheme, cancellation);
  return rep_->merged != nullptr;
}

std::shared_ptr<const Archive> MergePlan::Apply(const Archive& current) const {
  QUOTES_CHECK(rep_->merged != nullptr || rep_->joined != nullptr);
  const auto* const indexed = dynamic_cast<const IndexedArchive*>(&current);
  if (indexed == nullptr) {
    return nullptr;
  }
  const std::vector<View>& views = indexed->views();
  const auto find = [&views](const std::shared_ptr<const Segment>& segment) {
    return std::find_if(views.begin(), views.end(),
                        [&segment](const View& view) { return view.segment == segment; });
  };
  if (rep_->joined != nullptr) {
    const auto view = find(rep_->segment);
    if (view == views.end() ||
        !std::all_of(rep_->dead.begin(), rep_->dead.end(), [&view](const auto& dead) {
          return std::find(view->dead.begin(), view->dead.end(), dead) != view->dead.end();
        })) {
      return nullptr;
    }
    return std::make_shared<const IndexedArchive>(*indexed, rep_->segment.get(), rep_->dead,
                                                  rep_->joined);
  }
  std::vector<bool> dropped(views.size(), false);
  std::vector<const View*> inputs;  // null: gone
  for (const auto& input : rep_->inputs) {
    const auto view = find(input);
    inputs.push_back(view == views.end() ? nullptr : &*view);
    if (view != views.end()) {
      dropped[static_cast<size_t>(view - views.begin())] = true;
    }
  }
  // What died since the plan was made, or was merged into another segment, is dead in this one.
  NewSegment added{rep_->merged, {}};
  std::vector<uint32_t> moved;
  for (const Rep::Origin& origin : rep_->origins) {
    const View* const view = inputs[origin.input];
    const uint32_t rank = view == nullptr ? View::kDead : view->rank[origin.entry];
    added.alive.push_back(rank != View::kDead);
    if (rank != View::kDead) {
      moved.push_back(rank);
    }
  }
  if (moved.empty()) {
    return nullptr;
  }
  std::sort(moved.begin(), moved.end());
  return std::make_shared<const IndexedArchive>(*indexed, indexed->revision(),
                                                IndexedArchive::Change::kMove, moved, dropped,
                                                std::vector<NewSegment>{std::move(added)});
}

struct ArchiveLoader::Rep {
  std::shared_ptr<const themes::Scheme> scheme;
  ArchiveOptions options;

  struct Stored {
    std::shared_ptr<const Segment> segment;
    std::vector<bool> alive;
    std::vector<DocumentHead> heads;  // of those alive
  };
  std::vector<Stored> stored;
  struct Place {
    size_t segment;
    size_t entry;
    bool alive;         // when segments were last saved
    DocumentHead head;  // then; state and create_time are unknown
  };
  // Several entries can have one id: older texts that were not merged away yet.
  absl::flat_hash_map<std::string_view, std::vector<Place>> places;

  // Documents that no stored segment has.
  std::vector<std::shared_ptr<const PackedDocument>> fresh;
  uint64_t fresh_code_points = 0;
  size_t added = 0;
  std::vector<NewSegment> segments;

  void Revive(const Place& place, const DocumentHead& head) {
    stored[place.segment].alive[place.entry] = true;
    stored[place.segment].heads[place.entry] = head;
  }

  // Makes a segment of what was gathered; false if it was cancelled.
  bool Flush(const Cancellation& cancellation) {
    std::vector<const PackedDocument*> documents;
    for (const auto& document : fresh) {
      documents.push_back(document.get());
    }
    std::sort(documents.begin(), documents.end(),
              [](const Entry* a, const Entry* b) { return ComesBefore(*a, *b); });
    std::shared_ptr<const Segment> segment = WriteOrMake(options, documents, *scheme, cancellation);
    if (segment == nullptr) {
      return false;
    }
    segments.push_back({std::move(segment), {}});
    fresh.clear();
    fresh_code_points = 0;
    return true;
  }
};

ArchiveLoader::ArchiveLoader(std::shared_ptr<const themes::Scheme> scheme, ArchiveOptions options)
    : rep_(std::make_unique<Rep>()) {
  QUOTES_CHECK(options.largest_segment <= kLargestSegment);
  rep_->scheme = std::move(scheme);
  rep_->options = options;
  if (options.folder == nullptr) {
    return;
  }
  for (StoredSegment& loaded : options.folder->Load(*rep_->scheme)) {
    const size_t count = loaded.segment->entries().size();
    for (size_t e = 0; e < count; ++e) {
      rep_->places[loaded.segment->entries()[e]->report_id()].push_back(
          {rep_->stored.size(), e, loaded.alive[e], loaded.heads[e]});
    }
    rep_->stored.push_back({std::move(loaded.segment), std::vector<bool>(count, false),
                            std::vector<DocumentHead>(count)});
  }
}

ArchiveLoader::~ArchiveLoader() = default;

bool ArchiveLoader::Lacks(std::string_view report_id, uint64_t revision, const DocumentHead& head) {
  const auto found = rep_->places.find(report_id);
  if (found == rep_->places.end()) {
    return true;
  }
  for (const Rep::Place& place : found->second) {
    const PackedDocument& entry = *rep_->stored[place.segment].segment->entries()[place.entry];
    if (place.alive && entry.revision() == revision && place.head.etag == head.etag &&
        place.head.update_time == head.update_time) {
      rep_->Revive(place, head);
      return false;
    }
  }
  return true;
}

void ArchiveLoader::Add(const Document& document, const Cancellation& cancellation) {
  if (document.state != ReportState::kActive) {
    return;
  }
  std::shared_ptr<const PackedDocument> packed = Pack(document, rep_->scheme->themes().size());
  if (const auto found = rep_->places.find(packed->report_id()); found != rep_->places.end()) {
    for (const Rep::Place& place : found->second) {
      const PackedDocument& entry = *rep_->stored[place.segment].segment->entries()[place.entry];
      if (std::ranges::equal(entry.bytes(), packed->bytes())) {
        rep_->Revive(place, packed->head());
        return;
      }
    }
  }
  const uint64_t size = packed->joined().size();
  if (!rep_->fresh.empty() && rep_->fresh_code_points + size > rep_->options.largest_segment) {
    rep_->Flush(cancellation);
  }
  rep_->fresh.push_back(std::move(packed));
  rep_->fresh_code_points += size;
  ++rep_->added;
}

size_t ArchiveLoader::added() const { return rep_->added; }

std::shared_ptr<const Archive> ArchiveLoader::Finish(uint64_t revision,
                                                     const Cancellation& cancellation) {
  if (!rep_->fresh.empty() && !rep_->Flush(cancellation)) {
    return nullptr;
  }
  for (const Rep::Stored& stored : rep_->stored) {
    if (std::find(stored.alive.begin(), stored.alive.end(), true) == stored.alive.end()) {
      continue;
    }
    rep_->segments.push_back(
        {stored.segment->WithHeads(
             [&stored](size_t entry, const PackedDocument&) { return stored.heads[entry]; }),
         stored.alive});
  }
  return std::make_shared<const IndexedArchive>(revision, rep_->scheme, rep_->options,
                                                rep_->segments);
}

std::shared_ptr<const Archive> UpdateArchive(
    const Archive& previous, uint64_t revision,
    const std::vector<std::shared_ptr<const PackedDocument>>& added,
    const std::vector<std::string>& removed) {
  const auto* const indexed = dynamic_cast<const IndexedArchive*>(&previous);
  QUOTES_CHECK(indexed != nullptr);
  return IndexedArchive::Update(*indexed, revision, added, removed);
}

std::shared_ptr<const Archive> MakeIndexedArchive(
    uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
    const std::vector<std::shared_ptr<const Document>>& documents, const Archive* previous,
    const ArchiveOptions& options) {
  const auto* const indexed = dynamic_cast<const IndexedArchive*>(previous);
  if (indexed == nullptr || &indexed->scheme() != scheme.get()) {
    ArchiveLoader loader(std::move(scheme), options);
    for (const auto& document : documents) {
      loader.Add(*document);
    }
    return loader.Finish(revision);
  }
  std::vector<std::shared_ptr<const PackedDocument>> added;
  absl::flat_hash_set<std::string_view> present;
  for (const auto& document : documents) {
    if (document->state != ReportState::kActive) {
      continue;
    }
    present.insert(document->report_id);
    std::shared_ptr<const PackedDocument> packed = Pack(*document, scheme->themes().size());
    const PackedDocument* const held = indexed->FindReport(document->report_id);
    if (held == nullptr || held->head() != packed->head() ||
        !std::ranges::equal(held->bytes(), packed->bytes())) {
      added.push_back(std::move(packed));
    }
  }
  std::vector<std::string> removed;
  for (const PackedDocument* const held : indexed->documents()) {
    if (!present.contains(held->report_id())) {
      removed.emplace_back(held->report_id());
    }
  }
  return UpdateArchive(*indexed, revision, added, removed);
}

size_t SegmentCount(const Archive& archive) {
  const auto* const indexed = dynamic_cast<const IndexedArchive*>(&archive);
  return indexed == nullptr ? 0 : indexed->views().size();
}

std::vector<SegmentState> SegmentsOf(const Archive& archive) {
  std::vector<SegmentState> states;
  if (const auto* const indexed = dynamic_cast<const IndexedArchive*>(&archive);
      indexed != nullptr) {
    for (const View& view : indexed->views()) {
      SegmentState& state = states.emplace_back();
      state.segment = view.segment;
      for (const uint32_t rank : view.rank) {
        state.alive.push_back(rank != View::kDead);
      }
    }
  }
  return states;
}

std::vector<std::pair<std::string_view, size_t>> MemoryUse(const Archive& archive) {
  std::vector<std::pair<std::string_view, size_t>> sum;
  const auto* const indexed = dynamic_cast<const IndexedArchive*>(&archive);
  if (indexed == nullptr) {
    return sum;
  }
  size_t dead = 0;
  size_t snapshot = indexed->documents().size() * (sizeof(void*) + 2 * sizeof(uint32_t) + 1);
  for (const View& view : indexed->views()) {
    const std::vector<std::pair<std::string_view, size_t>> use = view.segment->MemoryUse();
    for (size_t i = 0; i < use.size(); ++i) {
      if (i == sum.size()) {
        sum.emplace_back(use[i].first, 0);
      }
      sum[i].second += use[i].second;
    }
    snapshot += view.rank.size() * sizeof(uint32_t);
    for (const auto& texts : view.dead) {
      dead += texts->size_bytes();
    }
  }
  sum.emplace_back("dead texts", dead);
  sum.emplace_back("snapshot", snapshot);
  return sum;
}

}  // namespace quotes::archive
