#include "service/archive/printed_marks.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "service/archive/text_index.h"
#include "service/archive/trace_summary.h"
#include "service/text/fold.h"

namespace quotes::archive {
namespace {

// Texts between two looks at whether to go on.
constexpr uint32_t kReadBetweenChecks = 256;
// Texts that begin with marks are in order by so many UTF-16 units.
constexpr size_t kOrderedUnits = 8;

// Signs that are units of folded text where they belong to a numeral.
constexpr std::u32string_view kNumeralSigns = U".:/,%‰-~";

bool IsNumeralSign(char32_t c) { return kNumeralSigns.find(c) != kNumeralSigns.npos; }

// Whether a hard mark of a phrase is one wherever the phrase stands, by the units beside it
// (U+0000 beyond its ends).
bool IsSurelyMark(char32_t mark, char32_t left, char32_t right) {
  const auto parts = [](char32_t c) {
    return text::IsHan(c) || (text::IsHardMark(c) && !IsNumeralSign(c));
  };
  switch (mark) {
    case U'%':
    case U'‰':  // behind a digit
      return parts(left);
    case U'-':  // before a digit or a letter
      return parts(right);
    default:  // between digits
      return !IsNumeralSign(mark) || parts(left) || parts(right);
  }
}

}  // namespace

std::optional<PartedPhrase> PartedPhrase::Part(std::u32string_view marked) {
  PartedPhrase phrase;
  std::u32string run;
  for (size_t i = 0; i < marked.size(); ++i) {
    const char32_t c = marked[i];
    if (text::IsHardMark(c)) {
      if (!IsSurelyMark(c, i > 0 ? marked[i - 1] : U'\0',
                        i + 1 < marked.size() ? marked[i + 1] : U'\0')) {
        return std::nullopt;
      }
      run.push_back(c);
      continue;
    }
    if (phrase.units.empty()) {
      phrase.before = std::exchange(run, {});
    } else if (!run.empty()) {
      phrase.units.push_back(text::kBreak);
      phrase.inside.push_back(std::exchange(run, {}));
    }
    phrase.units.push_back(c);
  }
  phrase.behind = std::move(run);
  return phrase.units.empty() ? std::nullopt : std::optional(std::move(phrase));
}

std::unique_ptr<const PrintedMarks> PrintedMarks::Make(const Segment& segment,
                                                       const Segment::Part& part,
                                                       absl::FunctionRef<bool()> go_on) {
  const TextIndex& index = *part.index;
  auto marks = std::make_unique<PrintedMarks>();
  marks->blocks_.resize(index.units() / 64 + 1);
  absl::flat_hash_map<std::u32string, uint16_t> numbers = {{U"", 0}};
  marks->runs_.emplace_back();
  std::u32string run;
  const auto number_of = [&](const text::FoldedText& folded, size_t unit,
                             std::u32string_view source) -> uint16_t {
    run = MarksOf(folded, unit, source);
    const auto [at, added] = numbers.try_emplace(run, static_cast<uint16_t>(marks->runs_.size()));
    if (added) {
      marks->complete_ =
          marks->complete_ && marks->runs_.size() < std::numeric_limits<uint16_t>::max();
      marks->runs_.push_back(run);
    }
    return at->second;
  };
  for (uint32_t quote = 0; quote < part.size() && marks->complete_; ++quote) {
    if (quote % kReadBetweenChecks == 0 && !go_on()) {
      return nullptr;
    }
    const std::u32string_view source =
        segment.entries()[part.entry[quote]]->text(part.quote[quote]);
    const text::FoldedText folded = text::Fold(source);
    const std::u32string& units = folded.units;
    const size_t first = std::min(units.find_first_not_of(text::kBreak), units.size());
    const size_t end = units.find_last_not_of(text::kBreak) + 1;  // 0 without units
    if (first > 0 && end > 0) {
      marks->beginnings_.push_back({quote, number_of(folded, first - 1, source)});
    }
    uint32_t place = index.StartOf(quote);
    const auto mark = [&](uint16_t number) {
      Block& block = marks->blocks_[place / 64];
      (place % 64 < 32 ? block.low : block.high) |= uint32_t{1} << (place % 32);
      marks->run_.push_back(number);
    };
    for (size_t unit = first; unit < end; ++unit) {
      if (units[unit] == text::kBreak) {
        mark(number_of(folded, unit, source));
      } else if (units[unit] == U'\0') {
        mark(0);  // indexed as a break
      }
      place += units[unit] > 0xFFFF ? 2U : 1U;
    }
    mark(end > 0 && end < units.size() ? number_of(folded, end, source) : uint16_t{0});
  }
  if (!marks->complete_) {
    *marks = {};
    marks->complete_ = false;
    return marks;
  }
  uint32_t before = 0;
  for (Block& block : marks->blocks_) {
    block.before = before;
    before += static_cast<uint32_t>(__builtin_popcountll(block.bits()));
  }
  std::sort(marks->beginnings_.begin(), marks->beginnings_.end(),
            [&index](const Beginning& a, const Beginning& b) {
              return index.TextOf(a.quote).substr(0, kOrderedUnits) <
                     index.TextOf(b.quote).substr(0, kOrderedUnits);
            });
  if (!marks->FindNearRuns(index, go_on)) {
    return nullptr;
  }
  marks->run_.shrink_to_fit();
  marks->near_.shrink_to_fit();
  marks->beginnings_.shrink_to_fit();
  return marks;
}

bool PrintedMarks::FindNearRuns(const TextIndex& index, absl::FunctionRef<bool()> go_on) {
  constexpr size_t kSuffixesBetweenChecks = 32'768;
  const std::span<const uint32_t> places = index.Places();
  bool last = false;  // whether the suffix before has one
  for (uint32_t suffix = 0; suffix < places.size(); ++suffix) {
    if (suffix % kSuffixesBetweenChecks == 0 && !go_on()) {
      return false;
    }
    constexpr uint32_t kAhead = 16;
    if (suffix + kAhead < places.size()) {
      __builtin_prefetch(&blocks_[places[suffix + kAhead] / 64]);
    }
    const uint32_t place = places[suffix];
    const bool at = IsBreak(place);
    const bool near = at || IsBreak(place + 1);
    if (near) {
      if (!last) {
        stretches_.push_back({suffix, static_cast<uint32_t>(near_.size())});
      }
      near_.push_back(
          static_cast<uint8_t>(std::min<uint16_t>(RunAt(at ? place : place + 1), kFarRun)));
    }
    last = near;
  }
  return true;
}

const uint8_t* PrintedMarks::NearRunsOf(TextIndex::Interval interval) const {
  const auto behind = std::partition_point(
      stretches_.begin(), stretches_.end(),
      [&interval](const Stretch& stretch) { return stretch.suffix <= interval.begin; });
  const Stretch& stretch = *std::prev(behind);
  return &near_[stretch.first + (interval.begin - stretch.suffix)];
}

std::vector<uint32_t> PrintedMarks::QuotesOfPlaces(const TextIndex& index,
                                                   const PartedPhrase& phrase) const {
  // Of each run whether it may stand at a place of the phrase's marks.
  const auto which = [this](const auto& passes) {
    std::vector<uint8_t> passing(runs_.size());
    for (size_t i = 0; i < runs_.size(); ++i) {
      passing[i] = passes(std::u32string_view(runs_[i])) ? 1 : 0;
    }
    return passing;
  };
  const std::vector<uint8_t> before =
      which([&phrase](std::u32string_view run) { return run.ends_with(phrase.before); });
  const std::vector<uint8_t> behind =
      which([&phrase](std::u32string_view run) { return run.starts_with(phrase.behind); });
  struct Inside {
    uint32_t offset = 0;
    std::vector<uint8_t> passing;
  };
  std::vector<Inside> inside;
  uint32_t offset = 0;
  for (const char32_t unit : phrase.units) {
    if (unit == text::kBreak) {
      const std::u32string& marks = phrase.inside[inside.size()];
      inside.push_back({offset, which([&](std::u32string_view run) { return run == marks; })});
    }
    offset += unit > 0xFFFF ? 2U : 1U;
  }
  const uint32_t size = offset;

  std::vector<uint32_t> quotes;
  // Whether the runs behind the first unit at a place pass.
  const auto test = [&](uint32_t place) {
    uint8_t passes = 1;
    for (const Inside& run : inside) {
      passes &= run.passing[RunAt(place + run.offset)];
    }
    return phrase.behind.empty() ? passes
                                 : static_cast<uint8_t>(passes & behind[RunAt(place + size)]);
  };
  const bool one_near = size == 1 && !phrase.behind.empty();
  // The units stand `shift` behind the places of an interval.
  const auto read = [&](TextIndex::Interval interval, uint32_t shift) {
    if (interval.empty()) {
      return;
    }
    const std::span<const uint32_t> places = index.PlacesOf(interval);
    const std::span<const uint32_t> of = index.QuotesOf(interval);
    size_t found = quotes.size();
    quotes.resize(found + places.size());
    if (shift == 0 && !one_near) {
      for (size_t i = 0; i < places.size(); ++i) {
        quotes[found] = of[i];
        found += test(places[i]);
      }
      quotes.resize(found);
      return;
    }
    const uint8_t* const near = NearRunsOf(interval);
    const std::vector<uint8_t>& passing = shift == 0 ? behind : before;
    std::array<uint8_t, kFarRun + 1> first;
    for (size_t i = 0; i < first.size(); ++i) {
      first[i] = i < kFarRun && i < passing.size() ? passing[i] : 0;
    }
    first[kFarRun] = 1;  // and looked at
    const bool more = shift > 0 && (!inside.empty() || !phrase.behind.empty());
    for (size_t i = 0; i < places.size(); ++i) {
      uint8_t passes = first[near[i]];
      if (passes != 0 && (more || near[i] == kFarRun)) {
        passes = shift == 0
                     ? test(places[i])
                     : static_cast<uint8_t>(test(places[i] + shift) & before[RunAt(places[i])]);
      }
      quotes[found] = of[i];
      found += passes;
    }
    quotes.resize(found);
  };
  std::u32string term = phrase.units;
  if (!phrase.before.empty()) {
    term.insert(term.begin(), text::kBreak);
  }
  const auto shift = static_cast<uint32_t>(term.size() - phrase.units.size());
  const TextIndex::Interval all = index.Find(term);
  if (phrase.behind.empty()) {
    read(all, shift);
  } else {
    read(index.Find(term + text::kBreak), shift);
    read(index.Ending(all, size + shift), shift);
  }
  if (phrase.before.empty()) {
    return quotes;
  }
  const std::u16string units = TextIndex::Encode(phrase.units);
  const std::u16string_view key = std::u16string_view(units).substr(0, kOrderedUnits);
  const auto key_of = [&](const Beginning& beginning) {
    return index.TextOf(beginning.quote).substr(0, key.size());
  };
  auto at = std::partition_point(beginnings_.begin(), beginnings_.end(),
                                 [&](const Beginning& one) { return key_of(one) < key; });
  for (; at != beginnings_.end() && key_of(*at) == key; ++at) {
    const uint32_t place = index.StartOf(at->quote);
    if (before[at->run] != 0 && index.TextOf(at->quote).starts_with(units) &&
        (phrase.behind.empty() || IsBreak(place + size)) && test(place) != 0) {
      quotes.push_back(at->quote);
    }
  }
  return quotes;
}

size_t PrintedMarks::size_bytes() const {
  return blocks_.size() * sizeof(Block) + run_.size() * sizeof(uint16_t) +
         beginnings_.size() * sizeof(Beginning) + stretches_.size() * sizeof(Stretch) +
         near_.size();
}

}  // namespace quotes::archive
