#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "service/archive/answer.h"
#include "service/archive/facet_sums.h"
#include "service/archive/indexed_snapshot.h"
#include "service/archive/posting_lists.h"
#include "service/archive/themed_quotes.h"

namespace quotes::archive {
namespace {

// Whether the quotes of a class are stock phrases.
enum class Stock {
  kEither,
  kNot,
  kOrFormal  // they are, or are formal headings
};

// Quotes that stand alike in an order but for their places.
struct Class {
  AttributeSet attributes;
  uint32_t relevance = 0;
  bool lead = false;
  Stock stock = Stock::kEither;
};

// The classes of some attributes, in order.
std::vector<Class> ClassesOf(Order order, AttributeSet attributes) {
  switch (order) {
    case Order::kSalience: {
      std::vector<Class> classes;
      for (const Salience salience : {Salience::kLead, Salience::kTelling, Salience::kPlain}) {
        classes.push_back(
            {attributes.With(salience), static_cast<uint32_t>(salience), false, Stock::kNot});
      }
      classes.push_back(
          {attributes, static_cast<uint32_t>(Salience::kFormal), false, Stock::kOrFormal});
      return classes;
    }
    case Order::kRelevance:  // without a query
      return {{attributes.With(Salience::kLead) | attributes.With(Salience::kFormal), 0, true},
              {attributes.With(Salience::kTelling) | attributes.With(Salience::kPlain), 0, false}};
    case Order::kNewest:
    case Order::kReadingOrder:
    case Order::kValueDescending:
    case Order::kValueAscending:
      break;
  }
  return {{attributes, 0, false}};
}

// The place of a quote's class among those, were it no stock phrase unless its attributes tell.
size_t ClassAt(Order order, const PartView& source, uint32_t number) {
  const QuoteAttributes attributes = source.part->attributes[number];
  const Salience salience = SalienceIn(attributes);
  if (order == Order::kRelevance) {
    return IsLead(salience) ? 0 : 1;
  }
  return static_cast<size_t>(kSaliences - 1) -
         (IsStockIn(attributes) && source.stock_told ? 0 : static_cast<size_t>(salience));
}

// Whether each of some themes has bits.
bool HaveBits(const ThemePostings& postings, const std::vector<int>& themes) {
  return std::none_of(themes.begin(), themes.end(), [&postings](int theme) {
    return postings.Bits(static_cast<size_t>(theme)).empty();
  });
}

// Of many short ranges the bits are read sooner than their ends are found in a list. Passing is an
// IndexedSnapshot::Passing.
template <typename Passing>
bool HasShortRanges(const Passing& passing) {
  constexpr uint64_t kQuotesPerRange = 4'096;
  return !passing.all && passing.quotes < kQuotesPerRange * passing.ranges.size();
}

// Calls `visit(word, words, count)` with the bits of the living quotes of a source that pass and
// have all of some themes, of which each has bits, from number `first` on: bit n % 64 of
// words[n / 64 - word] for each such quote n, ascending, until it returns false.
template <typename Passing, typename Visit>
void VisitBits(const PartView& source, const Passing& passing, const std::vector<int>& themes,
               uint32_t first, Progress* progress, const Visit& visit) {
  absl::InlinedVector<std::span<const uint64_t>, 4> all;
  for (const int theme : themes) {
    all.push_back(source.part->themes.Bits(static_cast<size_t>(theme)));
  }
  if (passing.dead) {
    all.push_back(source.living->bits);
  }
  const NumberRange whole{0, source.part->size()};
  const std::span<const NumberRange> ranges =
      passing.all ? std::span(&whole, 1) : std::span<const NumberRange>(passing.ranges);
  std::array<uint64_t, 256> both;
  for (size_t r = 0; r < ranges.size(); ++r) {
    // Short ranges lie far apart: their bits are fetched some ranges before they are read.
    constexpr size_t kAhead = 8;
    if (r + kAhead < ranges.size()) {
      for (const std::span<const uint64_t> bits : all) {
        __builtin_prefetch(&bits[ranges[r + kAhead].begin / 64]);
      }
      __builtin_prefetch(&source.part->attributes[ranges[r + kAhead].begin]);
    }
    const NumberRange& range = ranges[r];
    const uint32_t begin = std::max(range.begin, first);
    if (begin >= range.end) {
      continue;
    }
    const size_t end = (size_t{range.end} + 63) / 64;
    for (size_t word = begin / 64; word < end; word += both.size()) {
      const size_t words = std::min(both.size(), end - word);
      for (size_t i = 0; i < words; ++i) {
        both[i] = all.front()[word + i];
      }
      for (size_t other = 1; other < all.size(); ++other) {
        const uint64_t* const bits = all[other].data() + word;
        for (size_t i = 0; i < words; ++i) {
          both[i] &= bits[i];
        }
      }
      if (word == begin / 64) {
        both[0] &= ~uint64_t{0} << (begin % 64);
      }
      if (word + words == end && range.end % 64 != 0) {
        both[words - 1] &= ~(~uint64_t{0} << (range.end % 64));
      }
      if (!progress->Step(words / 8 + 1) || !visit(word, both.data(), words)) {
        return;
      }
    }
  }
}

// The number of those quotes.
template <typename Passing>
uint64_t CountByBits(const PartView& source, const Passing& passing, const std::vector<int>& themes,
                     Progress* progress) {
  uint64_t count = 0;
  VisitBits(source, passing, themes, 0, progress,
            [&count](size_t /*word*/, const uint64_t* words, size_t size) {
              count += CountBits(words, size);
              return true;
            });
  return count;
}

// Whether the quotes of some themes are found sooner in bits than in `lists`, which have those of
// one of them with the attributes that are asked for.
template <typename Passing>
bool ReadsBits(const PartView& source, const Passing& passing, const std::vector<int>& themes,
               const PostingLists& lists) {
  if (!HaveBits(source.part->themes, themes)) {
    return false;
  }
  if (HasShortRanges(passing)) {
    return true;
  }
  // Lists are put together number by number, words are put together many at a time: so many of
  // them cost what a number of a list does.
  constexpr uint64_t kMergeCost = 4;
  constexpr uint64_t kWordsPerNumber = 3;
  uint64_t cost = 0;
  for (const Postings list : lists) {
    cost += list.size() * (lists.size() > 1 ? kMergeCost : 1);
  }
  const uint64_t quotes = passing.all ? source.part->size() : passing.quotes;
  return themes.size() > 1 && cost * kWordsPerNumber > quotes / 64 * themes.size();
}

constexpr size_t kGroup = 8;
bool IsEmpty(const uint64_t* group) {
  uint64_t any = 0;
  for (size_t i = 0; i < kGroup; ++i) {
    any |= group[i];
  }
  return any == 0;
}

// Calls `visit` with the number of each bit of words that VisitBits gives, until it returns false;
// whether it never does.
template <typename Visit>
bool VisitNumbers(size_t word, const uint64_t* words, size_t count, const Visit& visit) {
  for (size_t i = 0; i < count; ++i) {
    if (i % kGroup == 0) {
      // Most words of two themes are empty.
      while (i + kGroup <= count && IsEmpty(words + i)) {
        i += kGroup;
      }
      if (i == count) {
        break;
      }
    }
    for (uint64_t rest = words[i]; rest != 0; rest &= rest - 1) {
      if (!visit(static_cast<uint32_t>((word + i) * 64) +
                 static_cast<uint32_t>(std::countr_zero(rest)))) {
        return false;
      }
    }
  }
  return true;
}

// Whether a page of the quotes that `lists` have is found sooner in `all` quotes of their theme, by
// a look at the attributes of each. Each list begins somewhere else in memory, the one is read on.
bool ReadsAll(Postings all, const PostingLists& lists) {
  constexpr size_t kFewLists = 4;
  constexpr uint64_t kMostReadPerQuote = 32;
  uint64_t quotes = 0;
  for (const Postings list : lists) {
    quotes += list.size();
  }
  return lists.size() > kFewLists && quotes * kMostReadPerQuote > all.size();
}

// Calls `visit` with the living quotes of a source that pass and are in a list, from number `first`
// on, ascending, until it returns false.
template <typename Passing, typename Visit>
void VisitList(const PartView& source, const Passing& passing, Postings list, uint32_t first,
               Progress* progress, const Visit& visit) {
  const NumberRange whole{0, source.part->size()};
  const std::span<const NumberRange> ranges =
      passing.all ? std::span(&whole, 1) : std::span<const NumberRange>(passing.ranges);
  size_t at = first == 0 ? 0 : PlaceIn(list, first, source.part->size());
  for (const NumberRange& range : ranges) {
    at = GallopTo(list, at, range.begin);
    for (; at < list.size() && list[at] < range.end; ++at) {
      if (!progress->Step() || (!(passing.dead && !source.IsAlive(list[at])) && !visit(list[at]))) {
        return;
      }
    }
  }
}

// How much is read of what VisitThemed goes through: the quotes of a page, or all of them.
enum class Reads { kPage, kAll };

// Calls `visit` with the living quotes of a source that pass, have all of the themes and some of
// the attributes, from number `first` on, ascending, until it returns false.
template <typename Passing, typename Visit>
void VisitThemed(const PartView& source, const Passing& passing, const std::vector<int>& themes,
                 AttributeSet attributes, uint32_t first, Reads reads, Progress* progress,
                 const Visit& visit) {
  const ThemePostings& postings = source.part->themes;
  const auto size = [&](int theme) { return postings[static_cast<size_t>(theme)].size(); };
  // The theme with the fewest quotes leads.
  const int leading = *std::min_element(themes.begin(), themes.end(),
                                        [&](int a, int b) { return size(a) < size(b); });
  const PostingLists lists = postings.With(static_cast<size_t>(leading), attributes);
  if (ReadsBits(source, passing, themes, lists)) {
    const std::span<const QuoteAttributes> all = source.part->attributes;
    VisitBits(source, passing, themes, first, progress,
              [&](size_t word, const uint64_t* words, size_t count) {
                return VisitNumbers(word, words, count, [&](uint32_t number) {
                  return !(attributes.all() || attributes.Has(all[number])) || visit(number);
                });
              });
    return;
  }
  if (!passing.all) {
    first = std::max(first,
                     passing.ranges.empty() ? source.part->size() : passing.ranges.front().begin);
  }
  if (reads == Reads::kPage && themes.size() == 1 &&
      ReadsAll(postings[static_cast<size_t>(leading)], lists)) {
    VisitList(source, passing, postings[static_cast<size_t>(leading)], first, progress,
              [&](uint32_t number) {
                return !attributes.Has(source.part->attributes[number]) || visit(number);
              });
    return;
  }
  struct Other {
    Postings list;
    size_t at = 0;
  };
  absl::InlinedVector<Other, 4> others;
  absl::InlinedVector<std::span<const uint64_t>, 4> bits;  // of others that have them
  for (const int theme : themes) {
    if (theme == leading) {
      continue;
    }
    const auto index = static_cast<size_t>(theme);
    if (postings.Bits(index).empty()) {
      others.push_back({postings[index], 0});
    } else {
      bits.push_back(postings.Bits(index));
    }
  }
  MergedPostings numbers(lists, first, source.part->size(), [&bits](uint32_t number) {
    return std::all_of(bits.begin(), bits.end(), [number](std::span<const uint64_t> words) {
      return ((words[number / 64] >> (number % 64)) & 1) != 0;
    });
  });
  size_t range = 0;
  while (!numbers.done() && progress->Step()) {
    const uint32_t number = numbers.number();
    if (!passing.all) {
      range = Gallop(range, passing.ranges.size(),
                     [&](size_t r) { return passing.ranges[r].end <= number; });
      if (range == passing.ranges.size()) {
        return;
      }
      if (number < passing.ranges[range].begin) {
        numbers.SkipTo(passing.ranges[range].begin);
        continue;
      }
    }
    if (passing.dead && !source.IsAlive(number)) {
      numbers.SkipTo(source.part->first[source.part->entry[number] + 1]);
      continue;
    }
    bool has_all = true;
    for (Other& other : others) {
      other.at = GallopTo(other.list, other.at, number);
      if (other.at == other.list.size()) {
        return;
      }
      if (other.list[other.at] != number) {
        numbers.SkipTo(other.list[other.at]);
        has_all = false;
        break;
      }
    }
    if (has_all) {
      if (!visit(number)) {
        return;
      }
      numbers.Next();
    }
  }
}

// The quotes of short stretches of several sources that have all of some themes, as bits that are
// read once. Stretch is an IndexedSnapshot::Stretch; those of one source ascend. Thread-compatible.
template <typename Stretch>
class StretchReader {
 public:
  StretchReader(const std::vector<PartView>& sources, const std::vector<Stretch>& stretches,
                const std::vector<int>& themes, Progress* progress)
      : sources_(sources), stretches_(stretches) {
    size_t words = 0;
    for (const Stretch& stretch : stretches) {
      words += WordsOf(stretch);
    }
    words_.resize(words);
    for (const int theme : themes) {
      Read(static_cast<size_t>(theme), /*first=*/theme == themes.front(), progress);
    }
  }

  static bool Everything(const PartView& /*source*/, uint32_t /*number*/) { return true; }
  static bool Nothing(const PartView& /*source*/, uint32_t /*number*/) { return false; }

  // The number of them that have some of the attributes.
  uint64_t Count(AttributeSet attributes, Progress* progress) const {
    if (attributes.all()) {
      return CountBits(words_.data(), words_.size());
    }
    uint64_t count = 0;
    Visit(0, attributes, progress, Nothing,
          [&](const PartView&, uint32_t /*number*/, uint32_t /*rank*/) {
            ++count;
            return true;
          });
    return count;
  }

  // Calls `visit(source, number, rank)` with those of the stretches from the one at `first` on that
  // have some of the attributes, until it returns false. Asks much of those for which
  // `wanted(source, number)` is true, some quotes before.
  template <typename Wanted, typename Visitor>
  void Visit(size_t first, AttributeSet attributes, Progress* progress, const Wanted& wanted,
             const Visitor& visit) const {
    // What is asked of a quote is fetched some quotes before.
    struct Waiting {
      const PartView* source = nullptr;
      uint32_t number = 0;
      uint32_t rank = 0;
    };
    std::array<Waiting, 8> waiting;
    size_t found = 0;
    const uint64_t* word = words_.data();
    for (size_t s = 0; s < first; ++s) {
      word += WordsOf(stretches_[s]);
    }
    for (size_t s = first; s < stretches_.size() && progress->Step(); ++s) {
      if (s + kAhead < stretches_.size()) {
        const Stretch& ahead = stretches_[s + kAhead];
        const QuoteAttributes* const of = sources_[ahead.source].part->attributes.data();
        __builtin_prefetch(of + ahead.numbers.begin);
        __builtin_prefetch(of + ahead.numbers.end - 1);
      }
      const PartView& source = sources_[stretches_[s].source];
      const std::span<const QuoteAttributes> all = source.part->attributes;
      const uint32_t begin = stretches_[s].numbers.begin / 64 * 64;
      for (uint32_t at = begin; at < stretches_[s].numbers.end; at += 64) {
        for (uint64_t rest = *word++; rest != 0; rest &= rest - 1) {
          const uint32_t number = at + static_cast<uint32_t>(std::countr_zero(rest));
          if (!attributes.Has(all[number])) {
            continue;
          }
          Waiting& place = waiting[found % waiting.size()];
          if (found >= waiting.size() && !visit(*place.source, place.number, place.rank)) {
            return;
          }
          place = {&source, number, stretches_[s].rank};
          if (wanted(source, number)) {
            source.stock().Fetch(number);
            __builtin_prefetch(&source.part->quote[number]);
          }
          ++found;
        }
      }
    }
    for (size_t i = found - std::min(found, waiting.size()); i < found; ++i) {
      const Waiting& place = waiting[i % waiting.size()];
      if (!visit(*place.source, place.number, place.rank)) {
        return;
      }
    }
  }

 private:
  // Stretches lie far apart: what is read of them is fetched some stretches before.
  static constexpr size_t kAhead = 16;

  static size_t WordsOf(const Stretch& stretch) {
    return (stretch.numbers.end - 1) / 64 - stretch.numbers.begin / 64 + 1;
  }

  // Puts in the quotes of the first theme, leaves those that have another one too.
  void Read(size_t theme, bool first, Progress* progress) {
    absl::InlinedVector<std::span<const uint64_t>, 8> bits;
    absl::InlinedVector<size_t, 8> listed(sources_.size(), 0);  // where in the list of one without
    for (const PartView& source : sources_) {
      bits.push_back(source.part->themes.Bits(theme));
    }
    uint64_t* word = words_.data();
    for (size_t s = 0; s < stretches_.size() && progress->Step(); ++s) {
      if (s + kAhead < stretches_.size()) {
        const Stretch& ahead = stretches_[s + kAhead];
        if (!bits[ahead.source].empty()) {
          __builtin_prefetch(&bits[ahead.source][ahead.numbers.begin / 64]);
        }
      }
      const Stretch& stretch = stretches_[s];
      const NumberRange& numbers = stretch.numbers;
      const size_t words = WordsOf(stretch);
      const std::span<const uint64_t> of = bits[stretch.source];
      if (of.empty()) {
        ReadList(sources_[stretch.source].part->themes[theme], numbers, first,
                 &listed[stretch.source], word);
      } else if (first) {
        const uint64_t* const from = &of[numbers.begin / 64];
        for (size_t i = 0; i < words; ++i) {
          word[i] = from[i];
        }
        word[0] &= ~uint64_t{0} << (numbers.begin % 64);
        word[words - 1] &= ~uint64_t{0} >> ((64 - numbers.end % 64) % 64);
      } else {
        const uint64_t* const from = &of[numbers.begin / 64];
        for (size_t i = 0; i < words; ++i) {
          word[i] &= from[i];
        }
      }
      word += words;
    }
  }

  // The same of a stretch of a source that has the theme as a list alone.
  static void ReadList(Postings list, const NumberRange& numbers, bool first, size_t* at,
                       uint64_t* word) {
    *at = GallopTo(list, *at, numbers.begin);
    for (uint32_t begin = numbers.begin / 64 * 64; begin < numbers.end; begin += 64, ++word) {
      uint64_t read = 0;
      for (; *at < list.size() && list[*at] < std::min(begin + 64, numbers.end); ++*at) {
        read |= uint64_t{1} << (list[*at] % 64);
      }
      *word = first ? read : *word & read;
    }
  }

  const std::vector<PartView>& sources_;
  const std::vector<Stretch>& stretches_;
  std::vector<uint64_t> words_;  // of the stretches, one behind the other
};

}  // namespace

std::optional<IndexedSnapshot::ThemeQuestion> IndexedSnapshot::PlainThemes(
    const Lookup& lookup) const {
  if (lookup.query != nullptr || lookup.figures != nullptr || lookup.filter.theme_groups.empty() ||
      FilterPlan::LooksAtQuotes(lookup.filter)) {
    return std::nullopt;
  }
  std::vector<int> themes;
  for (const std::vector<int>& group : lookup.filter.theme_groups) {
    const std::vector<int> topmost = Topmost(group, scheme());
    if (topmost.size() != 1) {
      return std::nullopt;
    }
    themes.push_back(topmost.front());
  }
  // A quote that has a theme has those above it.
  const std::vector<int> all = themes;
  std::erase_if(themes, [&](int theme) {
    return std::any_of(all.begin(), all.end(), [&](int other) {
      int above = other == theme ? -1 : other;
      while (above >= 0 && above != theme) {
        above = scheme().ParentOf(above);
      }
      return above >= 0;
    });
  });
  std::sort(themes.begin(), themes.end());
  themes.erase(std::unique(themes.begin(), themes.end()), themes.end());
  return ThemeQuestion{std::move(themes), AttributeSet::Passing(lookup.filter)};
}

uint64_t IndexedSnapshot::CountTheme(const PartView& source, const Passing& passing, int theme,
                                     AttributeSet attributes, Progress* progress) {
  if (attributes.all() && HasShortRanges(passing) && HaveBits(source.part->themes, {theme})) {
    return CountByBits(source, passing, {theme}, progress);
  }
  const uint32_t universe = source.part->size();
  const auto count = [&](const ThemePostings& postings) {
    uint64_t sum = 0;
    for (const Postings list : postings.With(static_cast<size_t>(theme), attributes)) {
      sum += passing.all ? list.size() : CountIn(list, passing.ranges, universe);
    }
    return sum;
  };
  uint64_t sum = count(source.part->themes);
  if (passing.dead) {
    for (const auto& dead : source.view->dead) {
      sum -= count(source.DeadPart(*dead).themes);
    }
  }
  return sum;
}

void IndexedSnapshot::FindThemes(const Lookup& lookup, const std::vector<PartView>& sources,
                                 const ThemeQuestion& question, const Resumption& resumption,
                                 Progress* progress, LookupAnswer* answer) const {
  const std::vector<int>& themes = question.themes;
  const Selection selection = Select(lookup.filter, FilterPlan(lookup.filter, scheme()));
  // Reports that lie far apart are gone through in the order of answers, whatever segment has them:
  // what stands behind a full page is not looked at in any.
  const std::optional<std::vector<Stretch>> stretches = FindStretches(selection, sources);
  std::optional<StretchReader<Stretch>> reader;
  std::vector<Passing> passing;
  if (stretches.has_value()) {
    reader.emplace(sources, *stretches, themes, progress);
  } else {
    passing.reserve(sources.size());
    for (const PartView& source : sources) {
      passing.push_back(FindPassing(selection, source));
    }
  }
  // Calls `visit(source, number, rank)` with all that is found, rank is that of its report.
  const auto visit_all = [&](const auto& visit) {
    if (reader.has_value()) {
      reader->Visit(0, question.attributes, progress, reader->Everything, visit);
      return;
    }
    for (size_t i = 0; i < sources.size(); ++i) {
      VisitThemed(
          sources[i], passing[i], themes, question.attributes, 0, Reads::kAll, progress,
          [&](uint32_t number) { return visit(sources[i], number, sources[i].rank(number)); });
    }
  };
  // Whether a quote with the attributes of a class is of it, stock phrase or not.
  const auto is_of = [&](const Class& one, const PartView& source, uint32_t number) {
    if (one.stock == Stock::kEither) {
      return true;
    }
    const bool last =
        SalienceIn(source.part->attributes[number]) == Salience::kFormal || IsStock(source, number);
    return last == (one.stock == Stock::kOrFormal);
  };
  // Calls it with those of a class, if the page begins in it from there on.
  const auto visit_class = [&](const Class& one, bool on_page, const auto& visit) {
    if (reader.has_value()) {
      size_t begin = 0;
      if (on_page) {
        const auto before = [&](const Stretch& stretch) {
          const PartView& source = sources[stretch.source];
          return resumption.Compare(source.entry(stretch.numbers.begin)) < 0;
        };
        begin =
            static_cast<size_t>(std::partition_point(stretches->begin(), stretches->end(), before) -
                                stretches->begin());
      }
      reader->Visit(begin, one.attributes, progress, reader->Everything,
                    [&](const PartView& source, uint32_t number, uint32_t rank) {
                      return !is_of(one, source, number) || visit(source, number, rank);
                    });
      return;
    }
    for (size_t i = 0; i < sources.size(); ++i) {
      const PartView& source = sources[i];
      AttributeSet attributes = one.attributes;
      if (one.stock == Stock::kNot && source.stock_told) {
        attributes = attributes.Fresh();
      } else if (one.stock == Stock::kOrFormal && source.fresh_told) {
        attributes = attributes.Stock() | attributes.With(Salience::kFormal);
      }
      const uint32_t first = on_page ? FirstNumber(lookup, resumption, source) : 0;
      VisitThemed(source, passing[i], themes, attributes, first, Reads::kPage, progress,
                  [&](uint32_t number) {
                    return !is_of(one, source, number) ||
                           visit(source, number, source.rank(number));
                  });
    }
  };

  // So few are looked at once, whatever their classes; else those of the first classes are enough.
  // They are gathered first, source by source: what is asked of them is fetched meanwhile.
  constexpr uint64_t kFewQuotes = 512;
  struct Found {
    uint32_t source = 0;
    uint32_t number = 0;
  };
  absl::InlinedVector<Found, kFewQuotes> few;
  bool gathered = false;  // whether `few` has all, if they are few
  const auto gather = [&](size_t source, uint32_t number) {
    if (few.size() < kFewQuotes) {
      few.push_back({static_cast<uint32_t>(source), number});
      __builtin_prefetch(&sources[source].part->attributes[number]);
    }
  };
  std::optional<uint64_t> total;
  if (reader.has_value()) {
    if (themes.size() == 1 || lookup.with_total) {
      total = reader->Count(question.attributes, progress);
    }
  } else if (themes.size() == 1) {
    total = 0;
    for (size_t i = 0; i < sources.size(); ++i) {
      *total += CountTheme(sources[i], passing[i], themes.front(), question.attributes, progress);
    }
  } else if (themes.size() == 2 && selection.all && question.attributes.all() &&
             lookup.filter.scope == TextScope::kSpeech) {
    total = ThemePairTotal(themes[0], themes[1]);
  } else if (lookup.with_total) {
    total = 0;
    for (size_t i = 0; i < sources.size(); ++i) {
      if (question.attributes.all() && HaveBits(sources[i].part->themes, themes)) {
        VisitBits(sources[i], passing[i], themes, 0, progress,
                  [&](size_t word, const uint64_t* words, size_t count) {
                    *total += CountBits(words, count);
                    return few.size() == kFewQuotes ||
                           VisitNumbers(word, words, count, [&](uint32_t number) {
                             gather(i, number);
                             return true;
                           });
                  });
        continue;
      }
      VisitThemed(sources[i], passing[i], themes, question.attributes, 0, Reads::kAll, progress,
                  [&](uint32_t number) {
                    ++*total;
                    gather(i, number);
                    return true;
                  });
    }
    gathered = true;
  }
  if (lookup.with_total) {
    answer->total = *total;
  }

  Page page(lookup.limit, /*ranked=*/true);
  if (lookup.order == Order::kReadingOrder) {
    uint64_t expected = 0;  // no more than these are visited where no report is asked for
    for (const PartView& source : sources) {
      expected += source.part->themes[static_cast<size_t>(themes.front())].size();
    }
    expected = std::min(expected, total.value_or(expected));
    const uint64_t reports =
        (lookup.limit + 1) * entries().size() / std::max<uint64_t>(expected, 1);
    if (!selection.by_name && reports * kRangeCost < expected * kOrderCost) {
      ReadThemes(lookup, sources, question, selection, resumption, progress, &page);
    } else {
      visit_all([&](const PartView& source, uint32_t number, uint32_t rank) {
        const Candidate candidate{0, false, reading_rank()[rank], source.part->quote[number]};
        if (resumption.IsBehind(candidate, resumption.Compare(source.entry(number)))) {
          page.Add(candidate);
        }
        return true;
      });
    }
    std::vector<Candidate> candidates = page.Take(&answer->more);
    for (Candidate& candidate : candidates) {
      candidate.rank = by_id()[candidate.rank];
    }
    Show(lookup, candidates, QueryPlan(nullptr, lookup.match), answer);
    return;
  }

  const std::vector<Class> classes = ClassesOf(lookup.order, question.attributes);
  const auto candidate_of = [](const Class& one, const PartView& source, uint32_t number,
                               uint32_t rank) {
    return Candidate{one.relevance, one.lead, rank, source.part->quote[number]};
  };
  if (classes.size() > 1 && total.has_value() && *total <= kFewQuotes) {
    // Of one segment, and report by report of all, they come in order within each class: what
    // stands behind a full page of its class and those before it is not looked at.
    std::array<size_t, kSaliences> taken = {};
    const auto taken_before = [&](size_t behind) {
      size_t before = 0;
      for (size_t b = 0; b <= behind; ++b) {
        before += taken[b];
      }
      return before;
    };
    // Whether a quote may be on the page, as far as is known before others are taken.
    const auto wanted = [&](const PartView& source, uint32_t number) {
      return taken_before(ClassAt(lookup.order, source, number)) < page.capacity();
    };
    // False where nothing that comes behind in the same order is on the page.
    const auto take = [&](const PartView& source, uint32_t number, uint32_t rank) {
      size_t c = ClassAt(lookup.order, source, number);
      size_t before = taken_before(c);
      if (before >= page.capacity()) {
        return c > 0;
      }
      // A stock phrase stands in the last class.
      if (classes[c].stock == Stock::kNot && IsStock(source, number)) {
        while (++c < classes.size()) {
          before += taken[c];
        }
        --c;
        if (before >= page.capacity()) {
          return true;
        }
      }
      const Candidate candidate = candidate_of(classes[c], source, number, rank);
      if (resumption.IsBehind(candidate, resumption.Compare(*entries()[rank]))) {
        ++taken[c];
        page.Add(candidate);
      }
      return true;
    };
    if (reader.has_value()) {
      reader->Visit(0, question.attributes, progress, wanted, take);
    } else {
      for (size_t i = 0; i < sources.size() && !gathered; ++i) {
        VisitThemed(sources[i], passing[i], themes, question.attributes, 0, Reads::kAll, progress,
                    [&](uint32_t number) {
                      gather(i, number);
                      return true;
                    });
      }
      constexpr size_t kAhead = 8;
      for (size_t at = 0; at < few.size(); ++at) {
        if (at > 0 && few[at].source != few[at - 1].source) {
          taken = {};
        }
        if (at + kAhead < few.size()) {
          const PartView& of = sources[few[at + kAhead].source];
          const uint32_t number = few[at + kAhead].number;
          if (wanted(of, number)) {
            __builtin_prefetch(&of.part->entry[number]);
            __builtin_prefetch(&of.part->quote[number]);
            of.stock().Fetch(number);
          }
        }
        const PartView& source = sources[few[at].source];
        take(source, few[at].number, source.rank(few[at].number));
      }
    }
    Show(lookup, page.Take(&answer->more), QueryPlan(nullptr, lookup.match), answer);
    return;
  }
  uint64_t found = 0;
  for (const Class& one : classes) {
    const int ranks = resumption.CompareRanks(one.relevance, one.lead);
    if (ranks < 0) {
      continue;
    }
    visit_class(one, ranks == 0, [&](const PartView& source, uint32_t number, uint32_t rank) {
      ++found;
      const Candidate candidate = candidate_of(one, source, number, rank);
      return !resumption.IsBehind(candidate, resumption.Compare(*entries()[rank])) ||
             page.Add(candidate);
    });
    // Two themes may have few quotes in common: the rest need not be searched for more.
    if (page.Full() || found == total) {
      break;
    }
  }
  Show(lookup, page.Take(&answer->more), QueryPlan(nullptr, lookup.match), answer);
}

Facets IndexedSnapshot::CountThemes(const Lookup& lookup, const std::vector<PartView>& sources,
                                    Progress* progress) const {
  const FilterPlan filter(lookup.filter, scheme());
  const QueryPlan plan(nullptr, lookup.match);
  const Selection selection = Select(lookup.filter, filter);
  FacetSums facets(*this, reading_rank());
  for (const PartView& source : sources) {
    const Passing passing = FindPassing(selection, source);
    if (passing.quotes > 0 && progress->Step()) {
      const Matcher matcher(plan, source, progress);
      QuoteSet quotes = FindQuotes(lookup, filter, source, passing, matcher, progress);
      facets.Add(source, &quotes);
    }
  }
  return facets.Take();
}

// Report by report, until the page is full.
void IndexedSnapshot::ReadThemes(const Lookup& lookup, const std::vector<PartView>& sources,
                                 const ThemeQuestion& question, const Selection& selection,
                                 const Resumption& resumption, Progress* progress,
                                 Page* page) const {
  const std::vector<uint32_t>& ranks = by_id();
  auto at = ranks.begin();
  if (lookup.after.has_value()) {
    at = std::lower_bound(
        ranks.begin(), ranks.end(), lookup.after->report_id,
        [this](uint32_t rank, std::string_view id) { return entries()[rank]->report_id() < id; });
  }
  for (; at != ranks.end() && !page->Full() && progress->Step(kRangeCost); ++at) {
    if (!selection.all) {
      const auto range =
          std::upper_bound(selection.ranks.begin(), selection.ranks.end(), *at,
                           [](uint32_t rank, const NumberRange& of) { return rank < of.end; });
      if (range == selection.ranks.end() || *at < range->begin) {
        continue;
      }
    }
    const Entry& entry = *entries()[*at];
    const int compared = resumption.Compare(entry);
    for (const PartView& source : sources) {
      const std::optional<uint32_t> place = source.view->segment->PlaceOf(entry);
      if (!place.has_value()) {
        continue;
      }
      const Segment::Part& part = *source.part;
      const auto has = [&](int theme, uint32_t number) {
        const Postings postings = part.themes[static_cast<size_t>(theme)];
        return std::binary_search(postings.begin(), postings.end(), number);
      };
      const Postings postings = part.themes[static_cast<size_t>(question.themes.front())];
      for (auto number = std::lower_bound(postings.begin(), postings.end(), part.first[*place]);
           number != postings.end() && *number < part.first[*place + 1]; ++number) {
        const Candidate candidate{0, false, static_cast<size_t>(at - ranks.begin()),
                                  part.quote[*number]};
        if (question.attributes.Has(part.attributes[*number]) &&
            std::all_of(question.themes.begin() + 1, question.themes.end(),
                        [&](int theme) { return has(theme, *number); }) &&
            resumption.IsBehind(candidate, compared)) {
          page->Add(candidate);
        }
      }
    }
  }
}

}  // namespace quotes::archive
