#ifndef QUOTES_SERVICE_ARCHIVE_THEMED_QUOTES_H_
#define QUOTES_SERVICE_ARCHIVE_THEMED_QUOTES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "service/archive/quote_set.h"
#include "service/archive/segment.h"
#include "service/themes/scheme.h"

namespace quotes::archive {

// The themes of a group of a filter that no other one of it stands above: those of the scheme, each
// once, ascending.
inline std::vector<int> Topmost(const std::vector<int>& group, const themes::Scheme& scheme) {
  std::vector<int> known = group;
  std::erase_if(known, [&scheme](int theme) {
    return theme < 0 || static_cast<size_t>(theme) >= scheme.themes().size();
  });
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  std::vector<int> topmost = known;
  std::erase_if(topmost, [&](int theme) {
    int above = scheme.ParentOf(theme);
    while (above >= 0 && !std::binary_search(known.begin(), known.end(), above)) {
      above = scheme.ParentOf(above);
    }
    return above >= 0;
  });
  return topmost;
}

// The quotes of a part that have a theme of a group, dead ones too. A view of the part's postings.
// Thread-compatible.
class ThemedQuotes {
 public:
  ThemedQuotes(const Segment::Part& part, const themes::Scheme& scheme,
               const std::vector<int>& group)
      : part_(&part) {
    for (const int theme : Topmost(group, scheme)) {
      postings_.push_back(part.themes[static_cast<size_t>(theme)]);
      cost_ += postings_.back().size();
    }
  }

  // Postings that All reads; an upper bound of its size.
  uint64_t cost() const { return cost_; }

  // All of them.
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

  // Keeps those of some quotes.
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

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_THEMED_QUOTES_H_
