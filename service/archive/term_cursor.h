#ifndef QUOTES_SERVICE_ARCHIVE_TERM_CURSOR_H_
#define QUOTES_SERVICE_ARCHIVE_TERM_CURSOR_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>

#include "service/archive/answer.h"
#include "service/archive/segment_view.h"
#include "service/archive/text_index.h"

namespace quotes::archive {

// The living quotes of one source that have a term, in the order of answers. The processor fetches
// what is known of the next ones while others are looked at. One of ReadAll and Read comes first.
// The source and the place outlive it. Thread-compatible.
class TermCursor {
 public:
  // Quotes from the number `first` on that are behind a place; null for all.
  TermCursor(const PartView& source, const Resumption* behind, uint32_t first)
      : source_(&source), behind_(behind), first_(first) {}

  // Reads all quotes of an interval of few occurrences. The number of living ones, those before the
  // first included.
  size_t ReadAll(TextIndex::Interval interval) {
    source_->part->index->ReadQuotes(interval, &numbers_);
    if (source_->has_dead()) {
      numbers_.erase(std::remove_if(numbers_.begin(), numbers_.end(),
                                    [this](uint32_t number) { return !source_->IsAlive(number); }),
                     numbers_.end());
    }
    at_ = static_cast<size_t>(std::lower_bound(numbers_.begin(), numbers_.end(), first_) -
                              numbers_.begin());
    FetchFirst();
    return numbers_.size();
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

  bool IsWanted(uint32_t number) const {
    return source_->IsAlive(number) &&
           (behind_ == nullptr ||
            behind_->IsBehind(
                {0, false, source_->rank(number), source_->part->quote[number], {}, Order::kNewest},
                behind_->Compare(source_->entry(number))));
  }

  void FetchNumber(uint32_t number) const {
    __builtin_prefetch(&source_->part->entry[number]);
    __builtin_prefetch(&source_->part->quote[number]);
  }

  void FetchFirst() const {
    for (size_t i = at_; i < std::min(at_ + kAhead, numbers_.size()); ++i) {
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
    while (next < part.size() && !source_->IsAlive(next)) {
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

  const PartView* source_;
  const Resumption* behind_;
  uint32_t first_;
  TextIndex::Interval interval_;
  size_t most_ = 0;
  bool unread_ = false;  // the interval may have more than was read
  TextIndex::FewQuotes numbers_;
  size_t at_ = 0;  // of the next number
  uint32_t rank_ = 0;
  uint32_t quote_ = 0;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_TERM_CURSOR_H_
