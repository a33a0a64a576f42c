#ifndef QUOTES_SERVICE_ARCHIVE_QUOTE_SET_H_
#define QUOTES_SERVICE_ARCHIVE_QUOTE_SET_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace quotes::archive {

// Number of bits set in `count` words, and of those set in both of two.
uint64_t CountBits(const uint64_t* words, size_t count);
uint64_t CountCommonBits(const uint64_t* a, const uint64_t* b, size_t count);

// Numbers [begin, end).
struct NumberRange {
  uint32_t begin = 0;
  uint32_t end = 0;
};

// Some of the quotes of one part of a segment, by number: a sorted list while they are few, else
// one bit a quote. A flat bit set beats compressed ones here: sets live for one look-up, are filled
// in the order of a suffix array, and read once. Thread-compatible.
class QuoteSet {
 public:
  // So many of `universe` quotes are kept as bits: from here on sorting costs more than clearing
  // and counting every word.
  static bool IsDense(uint64_t quotes, uint32_t universe) { return quotes * 1'024 > universe; }

  // `numbers` ascending.
  explicit QuoteSet(std::vector<uint32_t> numbers) : numbers_(std::move(numbers)) {}

  // All quotes of `ranges`.
  static QuoteSet FromRanges(uint32_t universe, const std::vector<NumberRange>& ranges) {
    uint64_t size = 0;
    for (const NumberRange& range : ranges) {
      size += range.end - range.begin;
    }
    if (IsDense(size, universe)) {
      QuoteSet set = FromBits(universe, [&](uint64_t* bits) {
        std::fill(bits, bits + (size_t{universe} + 63) / 64, ~uint64_t{0});
      });
      set.Restrict(ranges);
      return set;
    }
    std::vector<uint32_t> numbers;
    numbers.reserve(size);
    for (const NumberRange& range : ranges) {
      for (uint32_t number = range.begin; number < range.end; ++number) {
        numbers.push_back(number);
      }
    }
    return QuoteSet(std::move(numbers));
  }

  // `fill(bits)` sets bit q % 64 of bits[q / 64] for each quote q.
  template <typename Fill>
  static QuoteSet FromBits(uint32_t universe, const Fill& fill) {
    QuoteSet set;
    set.dense_ = true;
    set.bits_.resize((size_t{universe} + 63) / 64, 0);
    fill(set.bits_.data());
    return set;
  }

  // The number of quotes of a set from FromBits, where the caller knows it.
  void set_size(uint64_t size) { bit_count_ = size; }

  // Counted when it is first asked for after a change.
  uint64_t size() {
    if (!dense_) {
      return numbers_.size();
    }
    if (!bit_count_.has_value()) {
      bit_count_ = CountBits(bits_.data(), bits_.size());
    }
    return *bit_count_;
  }

  // Whether it is kept as bits.
  bool dense() const { return dense_; }

  // How many of some numbers are in a set of bits.
  uint64_t CountIn(std::span<const uint32_t> numbers) const {
    uint64_t count = 0;
    for (const uint32_t number : numbers) {
      count += (bits_[number / 64] >> (number % 64)) & 1;
    }
    return count;
  }
  // How many quotes it has in common with a set of which every word is there; both are bits.
  uint64_t CountInBits(std::span<const uint64_t> bits) const {
    return CountCommonBits(bits_.data(), bits.data(), bits_.size());
  }

  void And(const QuoteSet& other) {
    if (!dense_) {
      Intersect(other);
    } else if (!other.dense_) {
      std::vector<uint32_t> both;
      both.reserve(other.numbers_.size());
      std::copy_if(other.numbers_.begin(), other.numbers_.end(), std::back_inserter(both),
                   [this](uint32_t number) { return Has(number); });
      *this = QuoteSet(std::move(both));
    } else {
      AndBits(other.bits_);
    }
  }

  // With a set of which every word is there.
  void AndBits(std::span<const uint64_t> bits) {
    if (!dense_) {
      Keep([bits](uint32_t number) { return (bits[number / 64] & Bit(number)) != 0; });
      return;
    }
    for (size_t word = 0; word < bits_.size(); ++word) {
      bits_[word] &= bits[word];
    }
    bit_count_.reset();
  }

  // With a sorted list that may be much longer than the set.
  void AndSorted(std::span<const uint32_t> sorted) {
    auto from = sorted.begin();
    Keep([&](uint32_t number) {
      // Galloping: numbers ascend.
      std::ptrdiff_t step = 1;
      while (sorted.end() - from > step && from[step] < number) {
        from += step;
        step *= 2;
      }
      from = std::lower_bound(from, from + std::min(step + 1, sorted.end() - from), number);
      return from != sorted.end() && *from == number;
    });
  }

  void AndNot(const QuoteSet& other) {
    if (dense_ && other.dense_) {
      for (size_t word = 0; word < bits_.size(); ++word) {
        bits_[word] &= ~other.bits_[word];
      }
    } else if (dense_) {
      for (const uint32_t number : other.numbers_) {
        bits_[number / 64] &= ~Bit(number);
      }
    } else if (other.dense_) {
      Keep([&](uint32_t number) { return !other.Has(number); });
    } else {
      std::vector<uint32_t> left;
      left.reserve(numbers_.size());
      std::set_difference(numbers_.begin(), numbers_.end(), other.numbers_.begin(),
                          other.numbers_.end(), std::back_inserter(left));
      numbers_ = std::move(left);
    }
    bit_count_.reset();
  }

  void Or(QuoteSet other) {
    if (!dense_ && other.dense_) {
      std::swap(*this, other);
    }
    if (dense_ && other.dense_) {
      for (size_t word = 0; word < bits_.size(); ++word) {
        bits_[word] |= other.bits_[word];
      }
    } else if (dense_) {
      for (const uint32_t number : other.numbers_) {
        bits_[number / 64] |= Bit(number);
      }
    } else {
      std::vector<uint32_t> all;
      all.reserve(numbers_.size() + other.numbers_.size());
      std::set_union(numbers_.begin(), numbers_.end(), other.numbers_.begin(), other.numbers_.end(),
                     std::back_inserter(all));
      numbers_ = std::move(all);
    }
    bit_count_.reset();
  }

  // Keeps the quotes for which `keep(number)` is true; asks in ascending order.
  template <typename Keep_>
  void Keep(const Keep_& keep) {
    if (!dense_) {
      numbers_.erase(std::remove_if(numbers_.begin(), numbers_.end(),
                                    [&](uint32_t number) { return !keep(number); }),
                     numbers_.end());
    } else {
      for (size_t word = 0; word < bits_.size(); ++word) {
        for (uint64_t rest = bits_[word]; rest != 0; rest &= rest - 1) {
          const auto bit = static_cast<uint32_t>(std::countr_zero(rest));
          if (!keep(static_cast<uint32_t>(word * 64 + bit))) {
            bits_[word] &= ~(uint64_t{1} << bit);
          }
        }
      }
    }
    bit_count_.reset();
  }

  bool Has(uint32_t number) const {
    return dense_ ? (bits_[number / 64] & Bit(number)) != 0
                  : std::binary_search(numbers_.begin(), numbers_.end(), number);
  }

  // Keeps the quotes inside `ranges`, which ascend and do not overlap.
  void Restrict(const std::vector<NumberRange>& ranges) {
    if (!dense_) {
      auto range = ranges.begin();
      Keep([&](uint32_t number) {
        while (range != ranges.end() && range->end <= number) {
          ++range;
        }
        return range != ranges.end() && range->begin <= number;
      });
      return;
    }
    uint32_t begin = 0;
    for (const NumberRange& range : ranges) {
      Clear(begin, range.begin);
      begin = range.end;
    }
    Clear(begin, static_cast<uint32_t>(bits_.size() * 64));
    bit_count_.reset();
  }

  // Calls `visit` with the quotes from `first` on, ascending, until it returns false.
  template <typename Visit_>
  void Visit(uint32_t first, const Visit_& visit) const {
    if (!dense_) {
      for (auto number = std::lower_bound(numbers_.begin(), numbers_.end(), first);
           number != numbers_.end() && visit(*number); ++number) {
      }
      return;
    }
    uint64_t mask = ~uint64_t{0} << (first % 64);
    for (size_t word = first / 64; word < bits_.size(); ++word, mask = ~uint64_t{0}) {
      for (uint64_t rest = bits_[word] & mask; rest != 0; rest &= rest - 1) {
        if (!visit(static_cast<uint32_t>(word * 64) +
                   static_cast<uint32_t>(std::countr_zero(rest)))) {
          return;
        }
      }
    }
  }

 private:
  QuoteSet() = default;

  static uint64_t Bit(uint32_t number) { return uint64_t{1} << (number % 64); }

  void Clear(uint32_t begin, uint32_t end) {
    while (begin < end) {
      const uint32_t next = std::min(end, (begin / 64 + 1) * 64);
      uint64_t mask = ~uint64_t{0} << (begin % 64);
      if (next % 64 != 0) {
        mask &= ~(~uint64_t{0} << (next % 64));
      }
      bits_[begin / 64] &= ~mask;
      begin = next;
    }
  }

  // REQUIRES: this is a list.
  void Intersect(const QuoteSet& other) {
    if (other.dense_) {
      Keep([&](uint32_t number) { return other.Has(number); });
    } else if (other.numbers_.size() < numbers_.size()) {
      std::vector<uint32_t> both = other.numbers_;
      std::swap(numbers_, both);
      AndSorted(both);
    } else {
      AndSorted(other.numbers_);
    }
  }

  bool dense_ = false;
  std::vector<uint32_t> numbers_;      // ascending, unless dense_
  std::vector<uint64_t> bits_;         // if dense_
  std::optional<uint64_t> bit_count_;  // if dense_ and known
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_QUOTE_SET_H_
