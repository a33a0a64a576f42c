#include "service/text/fold.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "service/base/check.h"
#include "service/text/char_class.h"

namespace quotes::text {
namespace {

using internal::CharClass;
using internal::Entry;
using internal::Expansion;
using internal::IsNumeralSign;
using internal::IsTransparent;
using internal::IsUnitClass;
using internal::kLastCodePoint;
using internal::kPageBits;
using internal::kPageSize;
using internal::kSharesSimplified;

#include "fold_table.inc"

constexpr Entry kNoEntry{};

constexpr const Entry& Lookup(char32_t c) {
  if (c > kLastCodePoint) {
    return kNoEntry;
  }
  return kEntries[(size_t{kPages[c >> kPageBits]} << kPageBits) + (c & (kPageSize - 1))];
}

inline CharClass ClassOf(char32_t c) { return Lookup(c).char_class; }

inline char32_t Apply(char32_t c, const Entry& entry) {
  return static_cast<char32_t>(static_cast<int32_t>(c) + entry.delta);
}

constexpr auto FindPlainHan() {
  std::array<uint64_t, 0x10000 / 64> plain{};
  for (char32_t c = 0; c < 0x10000; ++c) {
    const Entry& entry = Lookup(c);
    if (entry.char_class == CharClass::kHan && entry.delta == 0 && entry.folds == 0) {
      plain[c / 64] |= uint64_t{1} << (c % 64);
    }
  }
  return plain;
}

// What FindHan knows beside the table, which is too large for the fastest cache.
class HanFolds {
 public:
  static constexpr size_t kMostSources = 4;
  static constexpr size_t kMostExpandingPages = 3;
  // All characters that fold to one, which comes again where they are fewer.
  using Sources = std::array<char32_t, kMostSources>;

  HanFolds() {
    std::vector<std::pair<char32_t, char32_t>> folds;  // what characters become, and they
    for (char32_t c = 0; c <= kLastCodePoint; ++c) {
      const Entry& entry = Lookup(c);
      const bool folds_away = entry.char_class == CharClass::kHan && entry.delta != 0;
      if (c < kPlane && (folds_away || entry.char_class == CharClass::kExpansion)) {
        changing_[c / 64] |= uint64_t{1} << (c % 64);
      }
      if (folds_away) {
        folds.emplace_back(Apply(c, entry), c);
      }
      if (entry.char_class == CharClass::kExpansion) {
        AddExpansion(c);
      }
    }
    std::sort(folds.begin(), folds.end());
    groups_.emplace_back();  // of characters that only they fold to, and of those with too many
    for (size_t begin = 0, end = 0; begin < folds.size(); begin = end) {
      const char32_t unit = folds[begin].first;
      Sources sources;
      sources.fill(unit);
      for (; end < folds.size() && folds[end].first == unit; ++end) {
        if (end - begin + 1 < kMostSources) {
          sources[end - begin + 1] = folds[end].second;
        }
      }
      if (unit < kPlane) {
        group_of_[unit] =
            end - begin < kMostSources ? static_cast<uint16_t>(groups_.size()) : kMany;
        groups_.push_back(sources);
      }
    }
  }

  // Whether a character must be looked up: a Han character that folds to another, or what becomes
  // several units. May be true of others beyond the first plane.
  bool Changes(char32_t c) const {
    return c >= kPlane || ((changing_[c / 64] >> (c % 64)) & 1) != 0;
  }

  // What FindHan need not look at one by one: text that has none of the characters that fold to
  // `unit`, and none that becomes several units. Says so of a text's blocks.
  class Blocks {
   public:
    static constexpr size_t kSize = 8;

    Blocks(const HanFolds& folds, char32_t unit) {
      const uint16_t group = unit < kPlane ? folds.group_of_[unit] : kMany;
      many_ = group == kMany;
      for (size_t i = 0; i < kMostSources; ++i) {
        const char32_t source = many_ || group == 0 ? unit : folds.groups_[group][i];
        sources_[i] = Fill(source);
        source_count_ += i == 0 || source != unit ? 1u : 0u;
      }
      for (size_t i = 0; i < kMostExpandingPages; ++i) {
        expanding_[i] = Fill(folds.expanding_[i]);
      }
    }

    // Of the kSize characters from `begin` on.
    bool MayHave(const char32_t* begin) const {
      LaneFlags any = {};
      for (size_t i = 0; i < kSize; i += sizeof(Lanes) / sizeof(char32_t)) {
        Lanes c;
        std::memcpy(&c, begin + i, sizeof(c));
        any |= c == sources_[0];
        for (size_t source = 1; source < source_count_; ++source) {
          any |= c == sources_[source];
        }
        for (const Lanes& page : expanding_) {
          any |= c / kExpandingPage == page;
        }
      }
      uint64_t halves[2];
      static_assert(sizeof(halves) == sizeof(any));
      std::memcpy(halves, &any, sizeof(any));
      return many_ || (halves[0] | halves[1]) != 0;
    }

   private:
    // Four characters at once, in a register that every processor has.
    using Lanes = uint32_t __attribute__((vector_size(16)));
    using LaneFlags = int32_t __attribute__((vector_size(16)));

    static Lanes Fill(uint32_t value) { return Lanes{value, value, value, value}; }

    bool many_ = false;
    std::array<Lanes, kMostSources> sources_;
    size_t source_count_ = 0;  // the rest comes again
    std::array<Lanes, kMostExpandingPages> expanding_;
  };

 private:
  static constexpr char32_t kPlane = 0x10000;
  static constexpr uint16_t kMany = std::numeric_limits<uint16_t>::max();
  static constexpr uint32_t kExpandingPage = 0x100;

  // Those characters stand in three blocks of Unicode: letterlike symbols, units of measure and
  // Latin ligatures.
  void AddExpansion(char32_t c) {
    const uint32_t page = c / kExpandingPage;
    for (uint32_t& own : expanding_) {
      if (own == page || own == kNoPage) {
        own = page;
        return;
      }
    }
    QUOTES_CHECK(false);
  }

  static constexpr uint32_t kNoPage = std::numeric_limits<uint32_t>::max();
  std::array<uint64_t, kPlane / 64> changing_{};
  std::array<uint16_t, kPlane> group_of_{};
  std::vector<Sources> groups_;
  std::array<uint32_t, kMostExpandingPages> expanding_ = {kNoPage, kNoPage, kNoPage};
};

// What an expansion looks like from its left and from its right.
CharClass FrontClass(char32_t c) {
  const Entry& entry = Lookup(c);
  return entry.char_class == CharClass::kExpansion ? ClassOf(kExpansions[entry.delta].units[0])
                                                   : entry.char_class;
}

CharClass BackClass(char32_t c) {
  const Entry& entry = Lookup(c);
  if (entry.char_class != CharClass::kExpansion) {
    return entry.char_class;
  }
  const Expansion& expansion = kExpansions[entry.delta];
  return ClassOf(expansion.units[expansion.size - 1]);
}

// A space between two of these is part of the text; beside anything else it is noise.
bool KeepsSpace(CharClass c) { return c == CharClass::kOrdinary || c == CharClass::kLatin; }

bool IsDashLike(CharClass c) { return c == CharClass::kHyphen || c == CharClass::kDash; }

// Without the map the vectors of FoldedText stay empty.
template <bool kMapped>
class Folder {
 public:
  explicit Folder(std::u32string_view source) : source_(source) { Grow(source.size()); }

  FoldedText Run() && {
    const size_t size = source_.size();
    size_t i = 0;
    while (i < size) {
      const char32_t c = source_[i];
      if (internal::IsPlainHan(c)) {
        i = Units(i);
        continue;
      }
      const Entry& entry = Lookup(c);
      if (IsUnitClass(entry.char_class)) {
        i = Units(i);
      } else if (IsTransparent(entry.char_class)) {
        i = Noise(i);
      } else {
        Mark(c, entry, i);
        ++i;
      }
    }
    Grow(count_);
    return std::move(folded_);
  }

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);

  // How the digits before a comma came about; a comma groups only digits that started a numeral or
  // are a group themselves, not those after a decimal point.
  enum class Digits { kPlain, kGrouped, kFraction };

  // There is room for a unit of every character from the beginning; few become several.
  void Grow(size_t size) {
    folded_.units.resize(size);
    if constexpr (kMapped) {
      folded_.begin.resize(size);
      folded_.end.resize(size);
    }
  }

  void Unit(char32_t unit, size_t begin, size_t end) {
    if (count_ == folded_.units.size()) {
      Grow(count_ + count_ / 2 + 8);
    }
    folded_.units[count_] = unit;
    if constexpr (kMapped) {
      folded_.begin[count_] = static_cast<uint32_t>(begin);
      folded_.end[count_] = static_cast<uint32_t>(end);
    }
    ++count_;
    open_break_ = false;
  }

  // A run of characters from `begin` of which each is one unit; returns its end.
  size_t Units(size_t begin) {
    const size_t size = source_.size();
    if (folded_.units.size() - count_ < size - begin) {
      Grow(count_ + size - begin);
    }
    // Stores of units may not alias these.
    const char32_t* const source = source_.data();
    char32_t* const units = folded_.units.data() + count_;
    [[maybe_unused]] uint32_t* begins = nullptr;
    [[maybe_unused]] uint32_t* ends = nullptr;
    if constexpr (kMapped) {
      begins = folded_.begin.data() + count_;
      ends = folded_.end.data() + count_;
    }
    size_t digits = digit_count_;
    bool only_digits = true;
    CharClass last = left_;
    size_t i = begin;
    for (; i < size; ++i) {
      if (internal::IsPlainHan(source[i])) {
        last = CharClass::kHan;
        digits = 0;
        only_digits = false;
        const size_t k = i - begin;
        units[k] = source[i];
        if constexpr (kMapped) {
          begins[k] = static_cast<uint32_t>(i);
          ends[k] = static_cast<uint32_t>(i + 1);
        }
        continue;
      }
      const Entry& entry = Lookup(source[i]);
      if (!IsUnitClass(entry.char_class)) {
        break;
      }
      last = entry.char_class;
      const bool digit = last == CharClass::kDigit;
      digits = digit ? digits + 1 : 0;
      only_digits = only_digits && digit;
      const size_t k = i - begin;
      units[k] = Apply(source[i], entry);
      if constexpr (kMapped) {
        begins[k] = static_cast<uint32_t>(i);
        ends[k] = static_cast<uint32_t>(i + 1);
      }
    }
    count_ += i - begin;
    open_break_ = false;
    digit_count_ = digits;
    digits_ = only_digits ? digits_ : Digits::kPlain;
    left_ = last;
    last_ = i - 1;
    return i;
  }

  // Notes what stands to the left of the next character. Soft marks and noise are not seen by the
  // rules of numeral signs, so that dropping them first changes nothing.
  void Seen(CharClass c, size_t index) {
    if (c == CharClass::kDigit) {
      ++digit_count_;
    } else {
      digit_count_ = 0;
      digits_ = Digits::kPlain;
    }
    left_ = c;
    last_ = index;
  }

  // The class of the next character that is neither noise nor a soft mark.
  CharClass Right(size_t index) const {
    for (size_t i = index + 1; i < source_.size(); ++i) {
      const CharClass c = FrontClass(source_[i]);
      if (!IsTransparent(c) && c != CharClass::kSoft) {
        return c;
      }
    }
    return CharClass::kHard;
  }

  // Exactly three digits follow.
  bool GroupFollows(size_t index) const {
    int digits = 0;
    for (size_t i = index + 1; i < source_.size() && digits < 4; ++i) {
      const CharClass c = ClassOf(source_[i]);
      if (c == CharClass::kDigit) {
        ++digits;
      } else if (!IsTransparent(c) && c != CharClass::kSoft) {
        break;
      }
    }
    return digits == 3;
  }

  bool IsPartOfNumeral(CharClass c, size_t index) const {
    const bool after_digit = left_ == CharClass::kDigit;
    const bool after_number = after_digit || left_ == CharClass::kPercent;
    switch (c) {
      case CharClass::kPercent:
        return after_digit;
      case CharClass::kComma:
        return after_digit && digits_ != Digits::kFraction && digit_count_ <= 3 &&
               GroupFollows(index);
      case CharClass::kHyphen: {
        const CharClass right = Right(index);
        if (IsDashLike(left_)) {
          return false;
        }
        return right == CharClass::kDigit ||
               (right == CharClass::kLatin &&
                (left_ == CharClass::kLatin || left_ == CharClass::kDigit));
      }
      case CharClass::kDash:
      case CharClass::kTilde:
        return after_number && Right(index) == CharClass::kDigit;
      case CharClass::kPoint:
      case CharClass::kColon:
      case CharClass::kSlash:
        return after_digit && Right(index) == CharClass::kDigit;
      default:
        return false;
    }
  }

  void Mark(char32_t c, const Entry& entry, size_t index) {
    if (entry.char_class == CharClass::kSoft) {
      last_ = index;
      return;
    }
    if (entry.char_class == CharClass::kExpansion) {
      const Expansion& expansion = kExpansions[entry.delta];
      for (size_t i = 0; i < expansion.size; ++i) {
        Unit(expansion.units[i], index, index + 1);
      }
      Seen(BackClass(c), index);
      return;
    }
    if (IsNumeralSign(entry.char_class) && IsPartOfNumeral(entry.char_class, index)) {
      Unit(Apply(c, entry), index, index + 1);
      Seen(entry.char_class, index);
      if (entry.char_class == CharClass::kComma) {
        digits_ = Digits::kGrouped;
      } else if (entry.char_class == CharClass::kPoint) {
        digits_ = Digits::kFraction;
      }
      return;
    }
    if (open_break_) {
      if constexpr (kMapped) {
        folded_.end[count_ - 1] = static_cast<uint32_t>(index + 1);
      }
    } else {
      Unit(kBreak, index, index + 1);
      open_break_ = true;
    }
    // A per cent sign that follows no digit is no end of a number.
    Seen(entry.char_class == CharClass::kPercent ? CharClass::kHard : entry.char_class, index);
  }

  // A run of noise from `begin`; returns its end. A space or line break in it stays as one space
  // if the run stands between letters that are neither Han nor digits.
  size_t Noise(size_t begin) {
    size_t end = begin;
    size_t first = kNone;
    size_t past_last = kNone;
    for (; end < source_.size(); ++end) {
      const CharClass c = ClassOf(source_[end]);
      if (!IsTransparent(c)) {
        break;
      }
      if (c != CharClass::kNoise) {
        first = first == kNone ? end : first;
        past_last = end + 1;
      }
    }
    if (first != kNone && last_ != kNone && end < source_.size() &&
        KeepsSpace(BackClass(source_[last_])) && KeepsSpace(FrontClass(source_[end]))) {
      Unit(U' ', first, past_last);
    }
    return end;
  }

  const std::u32string_view source_;
  FoldedText folded_;
  size_t count_ = 0;                   // units so far
  bool open_break_ = false;            // the last unit is a break that may grow
  CharClass left_ = CharClass::kHard;  // of the last character that is no noise or soft mark
  size_t last_ = kNone;                // the last character that is no noise
  size_t digit_count_ = 0;             // digits directly to the left
  Digits digits_ = Digits::kPlain;
};

// The folds by which two characters of equal fold differ.
FoldSet Between(char32_t a, char32_t b) {
  if (a == b) {
    return 0;
  }
  const Entry& x = Lookup(a);
  const Entry& y = Lookup(b);
  FoldSet folds = static_cast<FoldSet>(x.folds ^ y.folds) & ~FoldSet{kFoldAmbiguous};
  if (folds == 0) {
    folds = static_cast<FoldSet>(x.folds | y.folds) & ~FoldSet{kFoldAmbiguous};
  }
  constexpr FoldSet kByMeaning = kFoldScript | kFoldVariant;
  if ((folds & kByMeaning) != 0) {
    folds |= (x.folds | y.folds) & kFoldAmbiguous;
    if ((x.flags & y.flags & kSharesSimplified) != 0) {
      folds |= kFoldAmbiguous;
    }
  }
  return folds;
}

FoldSet OwnFolds(char32_t c) { return FoldsOf(c) & ~FoldSet{kFoldAmbiguous}; }

// What is left of `text` for one kind of character.
enum class Part { kMarks, kSoft, kNoise };

std::u32string Filter(std::u32string_view text, Part part) {
  std::u32string out;
  for (const char32_t c : text) {
    const CharClass char_class = ClassOf(c);
    const Part own = char_class == CharClass::kSoft ? Part::kSoft
                     : IsTransparent(char_class)    ? Part::kNoise
                                                    : Part::kMarks;
    if (own == part) {
      out.push_back(c);
    }
  }
  return out;
}

// The folds between two stretches of which at most one break is left in folded text.
FoldSet BetweenMarks(std::u32string_view a, std::u32string_view b) {
  if (a == b) {
    return 0;
  }
  FoldSet folds = 0;
  if (Filter(a, Part::kSoft) != Filter(b, Part::kSoft)) {
    folds |= kFoldQuotation;
  }
  if (Filter(a, Part::kNoise) != Filter(b, Part::kNoise)) {
    folds |= kFoldSpace;
  }
  const std::u32string x = Filter(a, Part::kMarks);
  const std::u32string y = Filter(b, Part::kMarks);
  if (x != y) {
    FoldSet marks = 0;
    bool same = x.size() == y.size();
    for (size_t i = 0; same && i < x.size(); ++i) {
      same = Apply(x[i], Lookup(x[i])) == Apply(y[i], Lookup(y[i]));
      marks |= Between(x[i], y[i]);
    }
    folds |= same ? marks : FoldSet{kFoldMark};
  }
  if (folds == 0) {
    // The same characters in another order: a quotation mark before the comma or after it.
    folds = x.empty() ? kFoldQuotation : kFoldMark;
  }
  return folds;
}

// The units of a folded text but for breaks at its ends, and the stretches between them.
class Trimmed {
 public:
  explicit Trimmed(std::u32string_view source) : source_(source), folded_(Fold(source)) {
    last_ = folded_.units.size();
    while (first_ < last_ && folded_.units[first_] == kBreak) {
      ++first_;
    }
    while (last_ > first_ && folded_.units[last_ - 1] == kBreak) {
      --last_;
    }
  }

  size_t size() const { return last_ - first_; }
  char32_t unit(size_t i) const { return folded_.units[first_ + i]; }
  std::u32string_view source(size_t i) const {
    return Slice(folded_.begin[first_ + i], folded_.end[first_ + i]);
  }
  // What was dropped before unit i, or behind the last for i == size(). Breaks at the ends
  // included.
  std::u32string_view Gap(size_t i) const {
    const size_t begin = i == 0 ? 0 : folded_.end[first_ + i - 1];
    const size_t end = i == size() ? source_.size() : folded_.begin[first_ + i];
    return Slice(begin, std::max(begin, end));
  }

 private:
  std::u32string_view Slice(size_t begin, size_t end) const {
    return source_.substr(begin, end - begin);
  }

  const std::u32string_view source_;
  const FoldedText folded_;
  size_t first_ = 0;
  size_t last_ = 0;
};

}  // namespace

std::string_view FoldVersion() { return kVersion; }

FoldedText Fold(std::u32string_view source) { return Folder<true>(source).Run(); }

std::u32string FoldUnits(std::u32string_view source) { return Folder<false>(source).Run().units; }

bool FindHan(std::u32string_view source, std::u32string_view units,
             absl::FunctionRef<void(uint32_t begin, uint32_t end)> visit) {
  static const auto& kFolds = *new HanFolds;
  const HanFolds& folds = kFolds;
  const auto is_han = [](char32_t c) { return ClassOf(c) == CharClass::kHan; };
  if (units.empty() || !std::all_of(units.begin(), units.end(), is_han)) {
    return false;
  }
  // Where the first unit stands.
  absl::InlinedVector<uint32_t, 16> begins;
  const HanFolds::Blocks blocks(folds, units[0]);
  constexpr size_t kBlock = HanFolds::Blocks::kSize;
  for (size_t block = 0; block < source.size(); block += kBlock) {
    const size_t end = std::min(block + kBlock, source.size());
    // The last block may begin inside the one before it.
    if (end >= kBlock && !blocks.MayHave(source.data() + (end - kBlock))) {
      continue;
    }
    for (size_t i = block; i < end; ++i) {
      const char32_t c = source[i];
      if (folds.Changes(c)) {
        const Entry& entry = Lookup(c);
        if (entry.char_class == CharClass::kExpansion) {
          return false;
        }
        if (entry.char_class == CharClass::kHan && Apply(c, entry) == units[0]) {
          begins.push_back(static_cast<uint32_t>(i));
        }
      } else if (c == units[0]) {
        begins.push_back(static_cast<uint32_t>(i));
      }
    }
  }
  for (const uint32_t begin : begins) {
    // Between two Han characters soft marks and every kind of noise vanish.
    size_t matched = 1;
    size_t end = begin + 1;
    for (size_t i = end; matched < units.size() && i < source.size(); ++i) {
      const Entry& entry = Lookup(source[i]);
      if (entry.char_class == CharClass::kHan && Apply(source[i], entry) == units[matched]) {
        ++matched;
        end = i + 1;
      } else if (entry.char_class != CharClass::kSoft && !IsTransparent(entry.char_class)) {
        break;
      }
    }
    if (matched == units.size()) {
      visit(begin, static_cast<uint32_t>(end));
    }
  }
  return true;
}

namespace internal {

constinit const std::array<uint64_t, 0x10000 / 64> kPlainHan = FindPlainHan();

char32_t FoldOther(char32_t c) {
  const Entry& entry = Lookup(c);
  return IsUnitClass(entry.char_class) ? Apply(c, entry) : c;
}

bool IsOtherHan(char32_t c) {
  return ClassOf(c) == CharClass::kHan && (Lookup(c).folds & kFoldZero) == 0;
}

bool IsSpaceInTable(char32_t c) { return ClassOf(c) == CharClass::kSpace; }

}  // namespace internal

FoldSet FoldsOf(char32_t c) {
  const Entry& entry = Lookup(c);
  switch (entry.char_class) {
    case CharClass::kSoft:
      return kFoldQuotation;
    case CharClass::kSpace:
    case CharClass::kLineBreak:
    case CharClass::kNoise:
      return kFoldSpace;
    default:
      break;
  }
  return IsUnitClass(entry.char_class) || entry.char_class == CharClass::kExpansion
             ? FoldSet{entry.folds}
             : FoldSet{kFoldMark};
}

bool IsSoftMark(char32_t c) { return ClassOf(c) == CharClass::kSoft; }
bool IsHardMark(char32_t c) {
  const CharClass char_class = ClassOf(c);
  return char_class == CharClass::kHard || IsNumeralSign(char_class);
}
bool IsNoise(char32_t c) { return ClassOf(c) == CharClass::kNoise; }
bool IsDigit(char32_t c) { return ClassOf(c) == CharClass::kDigit; }

FoldSet FoldsBetween(std::u32string_view query, std::u32string_view matched) {
  if (query == matched) {
    return 0;
  }
  const Trimmed a(query);
  const Trimmed b(matched);
  FoldSet folds = 0;
  bool equal = a.size() == b.size();
  for (size_t i = 0; equal && i < a.size(); ++i) {
    equal = a.unit(i) == b.unit(i);
  }
  if (!equal) {
    // Not asked for; claim too much rather than too little.
    for (const std::u32string_view side : {query, matched}) {
      for (const char32_t c : side) {
        folds |= FoldsOf(c);
      }
    }
    return folds | kFoldMark;
  }
  for (size_t i = 0; i < a.size(); ++i) {
    folds |= a.Gap(i) == b.Gap(i) ? 0 : BetweenMarks(a.Gap(i), b.Gap(i));
    const std::u32string_view x = a.source(i);
    const std::u32string_view y = b.source(i);
    if (x == y) {
      continue;
    }
    if (a.unit(i) == kBreak) {
      folds |= BetweenMarks(x, y);
    } else if (a.unit(i) == U' ') {
      folds |= kFoldSpace;
    } else if (ClassOf(x[0]) == CharClass::kExpansion || ClassOf(y[0]) == CharClass::kExpansion) {
      folds |= OwnFolds(x[0]) | OwnFolds(y[0]);
    } else {
      folds |= Between(x[0], y[0]);
    }
  }
  folds |= a.Gap(a.size()) == b.Gap(b.size()) ? 0 : BetweenMarks(a.Gap(a.size()), b.Gap(b.size()));
  return folds;
}

}  // namespace quotes::text
