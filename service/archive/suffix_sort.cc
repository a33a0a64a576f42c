#include "service/archive/suffix_sort.h"

#include <divsufsort.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "service/archive/text_index_units.h"
#include "service/base/check.h"
#include "service/base/status_macros.h"

namespace quotes::archive {
namespace {

// Below a tenth of a second.
constexpr uint64_t kStepsBetweenChecks = 1u << 20;
// Bytes that are sorted at once, however little they are waited for: below half a second.
constexpr size_t kSortedAtOnce = 4u << 20;
constexpr std::chrono::milliseconds kCancellationPoll(20);
// Units of places so far on are fetched from memory meanwhile: they lie anywhere in the text.
constexpr size_t kAhead = 32;

bool IsSuffix(char16_t unit) { return unit != kTextEnd && !IsLowSurrogate(unit); }

// Of every text the suffixes that are smaller than both neighbours are sorted by a few units at a
// time; the others follow from them in two passes over all, as each is its first unit and a suffix
// (G. Nong et al., "Linear suffix array construction by almost pure induced-sorting", DCC 2009).
// Units are numbered from 1 in their order, the end of a text is 0, so that most texts need 12 bits
// for one.
class InducedSorter {
 public:
  InducedSorter(std::u16string_view texts, const Cancellation& cancellation)
      : texts_(texts), cancellation_(cancellation) {}

  // nullopt when the texts are too much alike.
  absl::StatusOr<std::optional<std::vector<uint32_t>>> Sort() {
    NumberUnits();
    FindSeeds();
    QUOTES_ASSIGN_OR_RETURN(const bool sorted, SortSeeds());
    if (!sorted) {
      return std::optional<std::vector<uint32_t>>();
    }
    PlaceSeeds();
    QUOTES_RETURN_IF_ERROR(InduceLarger());
    QUOTES_RETURN_IF_ERROR(InduceSmaller());
    if (has_surrogates_) {
      sorted_.erase(
          std::remove_if(sorted_.begin(), sorted_.end(),
                         [this](uint32_t place) { return IsLowSurrogate(texts_[place]); }),
          sorted_.end());
    }
    return std::optional(std::move(sorted_));
  }

 private:
  struct Item {
    uint64_t key;
    uint32_t place;
  };
  struct Range {
    size_t begin;
    size_t end;
    uint32_t depth;  // units that all of them have in common
  };

  static constexpr uint32_t kNoPlace = UINT32_MAX;

  void NumberUnits() {
    constexpr size_t kUnits = 1u << 16;
    std::vector<uint16_t> number(kUnits, 0);
    for (const char16_t unit : texts_) {
      number[unit] = 1;
    }
    number[kTextEnd] = 0;
    uint16_t last = 0;
    for (size_t unit = 0; unit < kUnits; ++unit) {
      if (number[unit] != 0) {
        number[unit] = ++last;
        has_surrogates_ = has_surrogates_ || IsLowSurrogate(static_cast<char16_t>(unit));
      }
    }
    bits_ = std::max(12, static_cast<int>(std::bit_width(last)));
    numbers_.reserve(texts_.size());
    for (const char16_t unit : texts_) {
      numbers_.push_back(number[unit]);
    }
  }

  // The suffixes, in text order, that are smaller than the one behind them and the one before, and
  // how many begin with each unit or a smaller one.
  void FindSeeds() {
    begins_.assign((size_t{1} << bits_) + 1, 0);
    seeds_.reserve(numbers_.size() / 3);
    bool smaller = false;  // the suffix at hand than the one behind it
    for (size_t i = numbers_.size(); i-- > 0;) {
      const uint16_t unit = numbers_[i];
      if (unit == 0) {
        smaller = false;  // no text goes on here
        continue;
      }
      ++begins_[unit + size_t{1}];
      const uint16_t next = numbers_[i + 1];
      smaller = unit < next || (unit == next && smaller);
      if (smaller && i > 0 && numbers_[i - 1] > unit) {
        seeds_.push_back(static_cast<uint32_t>(i));
      }
    }
    std::reverse(seeds_.begin(), seeds_.end());
    for (size_t i = 1; i < begins_.size(); ++i) {
      begins_[i] += begins_[i - 1];
    }
  }

  // False when they are too much alike.
  absl::StatusOr<bool> SortSeeds() {
    if (!SortByTwo()) {
      return false;
    }
    for (size_t begin = 0; begin < seeds_.size();) {
      Fetch(seeds_, begin + kAhead);
      const uint16_t* const two = numbers_.data() + seeds_[begin];
      size_t end = begin + 1;
      while (end < seeds_.size() && numbers_[seeds_[end]] == two[0] &&
             numbers_[seeds_[end] + 1] == two[1]) {
        Fetch(seeds_, end + kAhead);
        ++end;
      }
      if (end - begin > 1) {
        SortGroup(begin, end);
        // Beside texts that are parts of each other everything is sorted some times.
        constexpr uint64_t kMostSteps = 24;
        if (steps_ > kMostSteps * numbers_.size()) {
          return false;
        }
        if (steps_ - checked_ > kStepsBetweenChecks) {
          checked_ = steps_;
          QUOTES_RETURN_IF_ERROR(cancellation_.Check());
        }
      }
      begin = end;
    }
    return true;
  }

  // By counting, the second unit first. False when too many have the same two: sorting them further
  // would take much memory.
  bool SortByTwo() {
    std::vector<uint32_t> first((size_t{1} << bits_) + 1, 0);
    std::vector<uint32_t> second(first.size(), 0);
    const size_t count = seeds_.size();
    for (const uint32_t place : seeds_) {
      ++first[numbers_[place] + size_t{1}];
      ++second[numbers_[place + 1] + size_t{1}];
    }
    for (size_t i = 1; i < first.size(); ++i) {
      first[i] += first[i - 1];
      second[i] += second[i - 1];
    }
    std::vector<uint32_t> by_second(count);
    for (const uint32_t place : seeds_) {
      by_second[second[numbers_[place + 1]]++] = place;
    }
    for (size_t i = 0; i < count; ++i) {
      Fetch(by_second, i + kAhead);
      seeds_[first[numbers_[by_second[i]]]++] = by_second[i];
    }
    constexpr size_t kFew = 1u << 16;
    const size_t most = std::max(kFew, count / 6);
    for (size_t i = 0; i + most < count; ++i) {
      const uint16_t* const two = numbers_.data() + seeds_[i];
      const uint16_t* const other = numbers_.data() + seeds_[i + most];
      if (two[0] == other[0] && two[1] == other[1]) {
        return false;
      }
    }
    return true;
  }

  // The seeds to the end of what begins with their unit.
  void PlaceSeeds() {
    sorted_.assign(begins_.back(), kNoPlace);
    std::vector<uint32_t> ends(begins_.begin() + 1, begins_.end());
    for (size_t i = seeds_.size(); i-- > 0;) {
      sorted_[--ends[numbers_[seeds_[i]]]] = seeds_[i];
    }
    seeds_ = {};
  }

  // Each suffix that is larger than the one behind it: the smallest of its unit come first.
  absl::Status InduceLarger() {
    std::vector<uint32_t> next = begins_;
    for (size_t i = 1; i < numbers_.size(); ++i) {
      if (numbers_[i] == 0 && numbers_[i - 1] != 0) {
        sorted_[next[numbers_[i - 1]]++] = static_cast<uint32_t>(i - 1);
      }
    }
    for (size_t i = 0; i < sorted_.size(); ++i) {
      if (i % kStepsBetweenChecks == 0) {
        QUOTES_RETURN_IF_ERROR(cancellation_.Check());
      }
      FetchBefore(i + kAhead);
      const uint32_t place = sorted_[i];
      if (place == kNoPlace || place == 0) {
        continue;
      }
      const uint16_t before = numbers_[place - 1];
      if (before >= numbers_[place]) {
        sorted_[next[before]++] = place - 1;
      }
    }
    return absl::OkStatus();
  }

  // Each suffix that is smaller than the one behind it: the largest of its unit come last. They
  // take the places of the seeds, which are among them.
  absl::Status InduceSmaller() {
    std::vector<uint32_t> ends(begins_.begin() + 1, begins_.end());
    for (size_t i = sorted_.size(); i-- > 0;) {
      if (i % kStepsBetweenChecks == 0) {
        QUOTES_RETURN_IF_ERROR(cancellation_.Check());
      }
      FetchBefore(i - kAhead);
      const uint32_t place = sorted_[i];
      if (place == 0) {
        continue;
      }
      const uint16_t before = numbers_[place - 1];
      const uint16_t unit = numbers_[place];
      if (before != 0 && (before < unit || (before == unit && i >= ends[unit]))) {
        sorted_[--ends[before]] = place - 1;
      }
    }
    return absl::OkStatus();
  }

  // `i` may lie beyond either end.
  void FetchBefore(size_t i) const {
    if (i < sorted_.size() && sorted_[i] != kNoPlace) {
      __builtin_prefetch(numbers_.data() + sorted_[i]);
    }
  }

  void Fetch(const std::vector<uint32_t>& places, size_t i) const {
    if (i < places.size()) {
      __builtin_prefetch(numbers_.data() + places[i]);
    }
  }

  // The next units in one number: of texts that end among them zeros, as behind every end.
  uint64_t KeyAt(size_t place) const {
    uint64_t key = 0;
    const uint16_t* unit = numbers_.data() + place;
    for (int shift = bits_; shift <= 64; shift += bits_) {
      key = key << bits_ | *unit;
      unit += *unit != 0 ? 1 : 0;
    }
    return key;
  }

  void SortGroup(size_t begin, size_t end) {
    items_.resize(end - begin);
    for (size_t i = begin; i < end; ++i) {
      items_[i - begin].place = seeds_[i];
    }
    const auto units = static_cast<uint32_t>(64 / bits_);
    const uint64_t last_unit = (uint64_t{1} << bits_) - 1;
    ranges_.push_back({0, items_.size(), 2});
    while (!ranges_.empty()) {
      const Range range = ranges_.back();
      ranges_.pop_back();
      steps_ += range.end - range.begin;
      for (size_t i = range.begin; i < range.end; ++i) {
        items_[i].key = KeyAt(items_[i].place + range.depth);
      }
      std::sort(items_.begin() + static_cast<std::ptrdiff_t>(range.begin),
                items_.begin() + static_cast<std::ptrdiff_t>(range.end),
                [](const Item& a, const Item& b) {
                  return a.key != b.key ? a.key < b.key : a.place < b.place;
                });
      for (size_t i = range.begin; i < range.end;) {
        size_t same = i + 1;
        while (same < range.end && items_[same].key == items_[i].key) {
          ++same;
        }
        if (same - i > 1 && (items_[i].key & last_unit) != 0) {
          ranges_.push_back({i, same, range.depth + units});
        }
        i = same;
      }
    }
    for (size_t i = begin; i < end; ++i) {
      seeds_[i] = items_[i - begin].place;
    }
  }

  const std::u16string_view texts_;
  const Cancellation& cancellation_;
  int bits_ = 0;
  bool has_surrogates_ = false;
  std::vector<uint16_t> numbers_;
  std::vector<uint32_t> begins_;  // where the suffixes that begin with a unit begin
  std::vector<uint32_t> seeds_;
  std::vector<uint32_t> sorted_;
  std::vector<Item> items_;    // of one group
  std::vector<Range> ranges_;  // of it, to be sorted
  uint64_t steps_ = 0;
  uint64_t checked_ = 0;
};

// Whatever the texts are: as big-endian UTF-16, of which only suffixes that begin on a character
// stay. The scratch is gone when this returns, unless it was cancelled.
absl::StatusOr<std::vector<uint32_t>> SortBytes(std::u16string_view texts,
                                                const Cancellation& cancellation) {
  struct Scratch {
    std::vector<uint8_t> bytes;
    std::vector<saidx_t> sorted;

    int Sort() {
      return bytes.empty()
                 ? 0
                 : divsufsort(bytes.data(), sorted.data(), static_cast<saidx_t>(bytes.size()));
    }
  };
  const auto scratch = std::make_shared<Scratch>();
  scratch->bytes.resize(texts.size() * 2);
  for (size_t i = 0; i < texts.size(); ++i) {
    scratch->bytes[2 * i] = static_cast<uint8_t>(texts[i] >> 8);
    scratch->bytes[2 * i + 1] = static_cast<uint8_t>(texts[i] & 0xff);
  }
  scratch->sorted.resize(scratch->bytes.size());
  if (scratch->bytes.size() <= kSortedAtOnce) {
    QUOTES_CHECK(scratch->Sort() == 0);
  } else {
    std::packaged_task<int()> task([scratch] { return scratch->Sort(); });
    std::future<int> result = task.get_future();
    std::thread sorter(std::move(task));
    while (result.wait_for(kCancellationPoll) != std::future_status::ready) {
      if (absl::Status status = cancellation.Check(); !status.ok()) {
        sorter.detach();  // it has its own hold on all that it touches
        return status;
      }
    }
    sorter.join();
    QUOTES_CHECK(result.get() == 0);
  }
  scratch->bytes = {};
  const std::vector<saidx_t>& sorted = scratch->sorted;
  const auto is_suffix = [texts](saidx_t byte) {
    return (byte & 1) == 0 && IsSuffix(texts[static_cast<size_t>(byte) / 2]);
  };
  std::vector<uint32_t> suffixes;
  suffixes.reserve(static_cast<size_t>(std::count_if(sorted.begin(), sorted.end(), is_suffix)));
  for (const saidx_t byte : sorted) {
    if (is_suffix(byte)) {
      suffixes.push_back(static_cast<uint32_t>(byte) / 2);
    }
  }
  return suffixes;
}

}  // namespace

absl::StatusOr<std::vector<uint32_t>> SortSuffixes(std::u16string_view texts,
                                                   const Cancellation& cancellation) {
  QUOTES_CHECK(texts.empty() || texts.back() == kTextEnd);
  {
    QUOTES_ASSIGN_OR_RETURN(std::optional<std::vector<uint32_t>> sorted,
                            InducedSorter(texts, cancellation).Sort());
    if (sorted.has_value()) {
      return *std::move(sorted);
    }
  }
  return SortBytes(texts, cancellation);
}

}  // namespace quotes::archive
