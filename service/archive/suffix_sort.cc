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
// Units of places so far ahead are fetched from memory meanwhile: they lie anywhere in the text.
constexpr size_t kAhead = 32;

bool IsSuffix(char16_t unit) { return unit != kTextEnd && !IsLowSurrogate(unit); }

// Sorts by a few units at a time. Units are numbered from 1 in their order, the end of a text is 0,
// so that most texts need 12 bits for one.
class WordwiseSorter {
 public:
  WordwiseSorter(std::u16string_view texts, const Cancellation& cancellation)
      : texts_(texts), cancellation_(cancellation) {}

  // nullopt when the texts are too much alike.
  absl::StatusOr<std::optional<std::vector<uint32_t>>> Sort() {
    NumberUnits();
    if (!SortByTwo()) {
      return std::optional<std::vector<uint32_t>>();
    }
    for (size_t begin = 0; begin < sorted_.size();) {
      Fetch(sorted_, begin + kAhead);
      const uint16_t* const two = numbers_.data() + sorted_[begin];
      size_t end = begin + 1;
      while (end < sorted_.size() && numbers_[sorted_[end]] == two[0] &&
             numbers_[sorted_[end] + 1] == two[1]) {
        Fetch(sorted_, end + kAhead);
        ++end;
      }
      if (end - begin > 1 && two[1] != 0) {
        SortGroup(begin, end);
        // Beside texts that are parts of each other everything is sorted some times.
        constexpr uint64_t kMostSteps = 24;
        if (steps_ > kMostSteps * numbers_.size()) {
          return std::optional<std::vector<uint32_t>>();
        }
        if (steps_ - checked_ > kStepsBetweenChecks) {
          checked_ = steps_;
          QUOTES_RETURN_IF_ERROR(cancellation_.Check());
        }
      }
      begin = end;
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

  void NumberUnits() {
    constexpr size_t kUnits = 1u << 16;
    std::vector<uint16_t> number(kUnits, 0);
    for (const char16_t unit : texts_) {
      number[unit] = 1;
    }
    number[kTextEnd] = 0;
    uint16_t last = 0;
    for (uint16_t& of : number) {
      of = of != 0 ? ++last : uint16_t{0};
    }
    bits_ = std::max(12, static_cast<int>(std::bit_width(last)));
    numbers_.reserve(texts_.size());
    for (const char16_t unit : texts_) {
      numbers_.push_back(number[unit]);
    }
  }

  // By counting, the second unit first. False when too many have the same two: sorting them further
  // would take much memory.
  bool SortByTwo() {
    std::vector<uint32_t> first((size_t{1} << bits_) + 1, 0);
    std::vector<uint32_t> second(first.size(), 0);
    size_t count = 0;
    for (size_t i = 0; i < texts_.size(); ++i) {
      if (IsSuffix(texts_[i])) {
        ++count;
        ++first[numbers_[i] + size_t{1}];
        ++second[numbers_[i + 1] + size_t{1}];
      }
    }
    for (size_t i = 1; i < first.size(); ++i) {
      first[i] += first[i - 1];
      second[i] += second[i - 1];
    }
    std::vector<uint32_t> by_second(count);
    for (size_t i = 0; i < texts_.size(); ++i) {
      if (IsSuffix(texts_[i])) {
        by_second[second[numbers_[i + 1]]++] = static_cast<uint32_t>(i);
      }
    }
    sorted_.resize(count);
    for (size_t i = 0; i < count; ++i) {
      Fetch(by_second, i + kAhead);
      sorted_[first[numbers_[by_second[i]]]++] = by_second[i];
    }
    constexpr size_t kFew = 1u << 16;
    const size_t most = std::max(kFew, count / 6);
    for (size_t i = 0; i + most < count; ++i) {
      const uint16_t* const two = numbers_.data() + sorted_[i];
      const uint16_t* const other = numbers_.data() + sorted_[i + most];
      if (two[0] == other[0] && two[1] == other[1]) {
        return false;
      }
    }
    return true;
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
      items_[i - begin].place = sorted_[i];
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
      sorted_[i] = items_[i - begin].place;
    }
  }

  const std::u16string_view texts_;
  const Cancellation& cancellation_;
  int bits_ = 0;
  std::vector<uint16_t> numbers_;
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
                            WordwiseSorter(texts, cancellation).Sort());
    if (sorted.has_value()) {
      return *std::move(sorted);
    }
  }
  return SortBytes(texts, cancellation);
}

}  // namespace quotes::archive
