#include "service/citation/locate.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <tuple>

#include "service/base/limits.h"
#include "service/citation/attribution.h"
#include "service/text/fold.h"

namespace quotes::citation {
namespace {

// What lies around the place that a match points to may belong to the passage as well: dropped
// marks and small edits shift the estimate.
constexpr uint32_t kSlack = 24;
// And around a place that has all of the text.
constexpr uint32_t kWholeSlack = 8;
// Two matches of one passage are at most this far out of step, or stand in one sentence: a longer
// omission parts it into two windows.
constexpr uint32_t kStep = 64;
// Shorter matches stand in a sentence by chance.
constexpr uint32_t kStrongUnits = 4;
// Where the first of more places stand than this says nothing about a passage.
constexpr size_t kSeedPlaces = 64;
constexpr size_t kMinSeedUnits = 2;
// Of a match that stands more often, its neighbours in the quotation are looked for beside each
// place: so many on either side, by their first characters, as far as edits may have shifted them.
constexpr size_t kNeighbours = 2;
constexpr size_t kNeighbourUnits = 3;
constexpr int64_t kShift = 6;

struct Vote {
  uint32_t source = 0;
  int64_t start = 0;  // where the quotation would begin
  uint32_t factor = 0;
  uint32_t weight = 0;
  uint32_t begin = 0;  // what matched, in the source
  uint32_t end = 0;
  uint32_t quote = 0;  // the one it stands in; of strong ones
  bool strong = false;
};

Range Clamp(const Source& source, int64_t begin, int64_t end, uint32_t inside) {
  const Range& run = source.RunAt(inside).range;
  const int64_t first = std::max<int64_t>(begin, run.begin);
  const int64_t last = std::min<int64_t>(end, run.end);
  return {static_cast<uint32_t>(first), static_cast<uint32_t>(std::max(first, last))};
}

// A window before it is cut to the run that it lies in: only the best are.
struct Stretch {
  uint32_t source = 0;
  uint32_t weight = 0;
  int64_t begin = 0;
  int64_t end = 0;
  uint32_t inside = 0;  // a place of the run
};

// Windows over sentences in which strong matches stand far apart: what lies between was left out.
void AcrossGaps(const std::vector<Vote>& votes, uint32_t step, uint32_t length,
                std::vector<Stretch>* stretches) {
  struct Strong {
    uint32_t source;
    uint32_t quote;
    const Vote* vote;
  };
  std::vector<Strong> strong;
  for (const Vote& vote : votes) {
    if (vote.strong) {
      strong.push_back({vote.source, vote.quote, &vote});
    }
  }
  std::sort(strong.begin(), strong.end(), [](const Strong& a, const Strong& b) {
    return std::tie(a.source, a.quote, a.vote->start, a.vote->factor) <
           std::tie(b.source, b.quote, b.vote->start, b.vote->factor);
  });
  std::vector<uint32_t> factors;
  for (size_t i = 0; i < strong.size();) {
    size_t end = i;
    Stretch stretch;
    factors.clear();
    stretch.source = strong[i].source;
    stretch.inside = strong[i].vote->begin;
    int64_t first = strong[i].vote->begin;
    int64_t last = first;
    while (end < strong.size() && strong[end].source == strong[i].source &&
           strong[end].quote == strong[i].quote) {
      const Vote& vote = *strong[end].vote;
      // A factor that stands there twice is found once.
      if (std::find(factors.begin(), factors.end(), vote.factor) == factors.end()) {
        factors.push_back(vote.factor);
        stretch.weight += vote.weight;
      }
      first = std::min(first, int64_t{vote.begin});
      last = std::max(last, int64_t{vote.end});
      ++end;
    }
    if (strong[end - 1].vote->start - strong[i].vote->start > step) {
      stretch.begin = first - length - kSlack;
      stretch.end = last + length + kSlack;
      stretches->push_back(stretch);
    }
    i = end;
  }
}

// Joins votes for one passage into windows.
void Cluster(const std::vector<Source>& sources, std::vector<Vote> votes, uint32_t length,
             uint32_t slack, size_t max_windows, WindowSet* set) {
  std::sort(votes.begin(), votes.end(), [](const Vote& a, const Vote& b) {
    return std::tie(a.source, a.start, a.factor) < std::tie(b.source, b.start, b.factor);
  });
  const uint32_t step = std::max(kStep, length);
  std::vector<Stretch> stretches;
  std::vector<uint32_t> factors;
  for (size_t i = 0; i < votes.size();) {
    size_t end = i + 1;
    while (end < votes.size() && votes[end].source == votes[i].source &&
           votes[end].start - votes[end - 1].start <= step &&
           votes[end].start - votes[i].start <= int64_t{4} * step &&
           sources[votes[i].source].RunAt(votes[end].begin).range ==
               sources[votes[i].source].RunAt(votes[i].begin).range) {
      ++end;
    }
    Stretch stretch;
    stretch.source = votes[i].source;
    stretch.inside = votes[i].begin;
    int64_t first = votes[i].start;
    int64_t last = votes[i].start + length;
    factors.clear();
    for (size_t k = i; k < end; ++k) {
      first = std::min({first, votes[k].start, int64_t{votes[k].begin}});
      last = std::max({last, votes[k].start + length, int64_t{votes[k].end}});
      if (std::find(factors.begin(), factors.end(), votes[k].factor) == factors.end()) {
        factors.push_back(votes[k].factor);
        stretch.weight += votes[k].weight;
      }
    }
    stretch.begin = first - slack;
    stretch.end = last + slack;
    stretches.push_back(stretch);
    i = end;
  }
  AcrossGaps(votes, step, length, &stretches);
  set->cut = set->cut || stretches.size() > max_windows;
  const size_t kept = std::min(stretches.size(), max_windows);
  std::partial_sort(stretches.begin(), stretches.begin() + static_cast<ptrdiff_t>(kept),
                    stretches.end(), [](const Stretch& a, const Stretch& b) {
                      return a.weight != b.weight ? a.weight > b.weight
                                                  : std::tie(a.source, a.begin, a.end) <
                                                        std::tie(b.source, b.begin, b.end);
                    });
  for (size_t i = 0; i < kept; ++i) {
    const Stretch& stretch = stretches[i];
    set->windows.push_back(
        {stretch.source, Clamp(sources[stretch.source], stretch.begin, stretch.end, stretch.inside),
         stretch.weight});
  }
}

// The units but for the breaks at both ends.
Range WithoutBreaks(std::u32string_view units) {
  size_t first = 0;
  while (first < units.size() && units[first] == text::kBreak) {
    ++first;
  }
  size_t last = units.size();
  while (last > first && units[last - 1] == text::kBreak) {
    --last;
  }
  return {static_cast<uint32_t>(first), static_cast<uint32_t>(last)};
}

}  // namespace

Corpus::Corpus(const archive::Archive& main) : Corpus(main, nullptr, nullptr) {}

Corpus::Corpus(const archive::Archive& main, const archive::Archive* history,
               const OriginFunction& origin_of)
    : main_(&main), history_(history) {
  for (const archive::PackedDocument* const document : main.documents()) {
    sources_.emplace_back(*document, SourceState::kLatest, document->report_id(), main);
  }
  latest_count_ = sources_.size();
  if (history != nullptr) {
    for (const archive::PackedDocument* const document : history->documents()) {
      const Origin origin = origin_of(*document);
      sources_.emplace_back(*document, origin.state, origin.report_id, main);
    }
  }
  index_.reserve(sources_.size());
  for (uint32_t i = 0; i < sources_.size(); ++i) {
    index_.emplace(sources_[i].key(), i);
    by_report_[sources_[i].report_id()].push_back(i);
    Cover(i, &coverage_);
    const std::string_view speaker = sources_[i].metadata().speaker;
    speakers_.push_back(
        speaker.empty() ? kNobody
                        : speaker_numbers_.emplace(FoldedName(speaker), speaker_numbers_.size() + 1)
                              .first->second);
  }
}

uint32_t Corpus::FindSpeaker(std::string_view name) const {
  const std::u32string folded = FoldedName(name);
  const auto found = speaker_numbers_.find(folded);
  if (found != speaker_numbers_.end()) {
    return found->second;
  }
  // Beside an office: 区委书记宋磊, 宋磊书记.
  size_t length = 1;
  uint32_t number = kNoSpeaker;
  for (const auto& [speaker, own] : speaker_numbers_) {
    if (speaker.size() > length && (folded.starts_with(speaker) || folded.ends_with(speaker))) {
      length = speaker.size();
      number = own;
    }
  }
  return number;
}

std::span<const uint32_t> Corpus::SourcesOf(std::string_view report_id) const {
  const auto found = by_report_.find(report_id);
  return found == by_report_.end() ? std::span<const uint32_t>() : found->second;
}

void Corpus::Cover(size_t source, Coverage* coverage) const {
  if (source >= latest_count_) {
    ++coverage->history_revisions;
    return;
  }
  ++coverage->reports;
  const Source::Completeness completeness = sources_[source].completeness();
  if (!completeness.truncated) {
    return;
  }
  ++coverage->incomplete_reports;
  if (coverage->incomplete.size() < limits::kMaxCoverageReports) {
    coverage->incomplete.push_back({std::string(sources_[source].report_id()),
                                    std::string(completeness.jump_target), completeness.position});
  }
}

WindowSet Corpus::LocateAll(std::u32string_view text, size_t max_places,
                            const std::vector<bool>& allowed) const {
  WindowSet set;
  const text::FoldedText folded = text::Fold(text);
  const Range trimmed = WithoutBreaks(folded.units);
  const std::u32string_view units =
      std::u32string_view(folded.units).substr(trimmed.begin, trimmed.size());
  for (const archive::Archive* const archive : {main_, history_}) {
    if (archive == nullptr || units.empty()) {
      continue;
    }
    archive::SeedOptions options;
    options.min_units = std::min(kMinSeedUnits, units.size());
    options.max_places = 1;
    const std::vector<archive::Seed> seeds = archive->LongestMatches(units, options);
    const auto rarest = std::min_element(seeds.begin(), seeds.end(),
                                         [](const archive::Seed& a, const archive::Seed& b) {
                                           return std::make_tuple(a.occurrences, b.end - b.begin) <
                                                  std::make_tuple(b.occurrences, a.end - a.begin);
                                         });
    if (rarest == seeds.end()) {
      continue;
    }
    // A match over a mark lies in one sentence; the text may stand where a sentence ends there.
    Range match{static_cast<uint32_t>(rarest->begin), static_cast<uint32_t>(rarest->end)};
    if (units.substr(match.begin, match.size()).find(text::kBreak) != std::u32string_view::npos) {
      uint64_t fewest = max_places + 1;
      for (size_t begin = 0; begin < units.size();) {
        const size_t end = std::min(units.find(text::kBreak, begin), units.size());
        const uint64_t occurrences =
            archive->FindPlaces(units.substr(begin, end - begin), options).occurrences;
        if (occurrences > 0 && occurrences < fewest) {
          fewest = occurrences;
          match = {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
        }
        begin = end + 1;
      }
    }
    options.max_places = max_places;
    const archive::Seed all = archive->FindPlaces(units.substr(match.begin, match.size()), options);
    set.cut = set.cut || all.occurrences > all.places.size();
    const int64_t before = folded.begin[trimmed.begin + match.begin];
    for (const archive::SeedPlace& place : all.places) {
      const auto found = index_.find(place.ref.document);
      if (found == index_.end() || (!allowed.empty() && !allowed[found->second])) {
        continue;
      }
      const Range& quote = place.ref.quote().range;
      const uint32_t at = std::min(quote.begin + place.offset, quote.end - 1);
      const int64_t start = int64_t{at} - before;
      set.windows.push_back({found->second,
                             Clamp(sources_[found->second], start - kSlack,
                                   start + static_cast<int64_t>(text.size()) + kSlack, at),
                             static_cast<uint32_t>(units.size())});
    }
  }
  return set;
}

WindowSet Corpus::LocateCommon(std::u32string_view text, size_t max_windows,
                               const std::vector<bool>& allowed) const {
  WindowSet set;
  const text::FoldedText folded = text::Fold(text);
  const Range trimmed = WithoutBreaks(folded.units);
  const std::u32string_view units =
      std::u32string_view(folded.units).substr(trimmed.begin, trimmed.size());
  struct Neighbour {
    int64_t distance;  // of its first character from the match's, in the quotation
    uint32_t weight;
    std::u32string letters;
  };
  std::vector<Window> windows;
  for (const archive::Archive* const archive : {main_, history_}) {
    if (archive == nullptr || units.empty()) {
      continue;
    }
    archive::SeedOptions options;
    options.min_units = kMinSeedUnits;
    options.max_places = 0;
    options.max_seeds = limits::kMaxCitationSeeds;
    const std::vector<archive::Seed> seeds = archive->LongestMatches(units, options);
    const auto key = [](const archive::Seed& seed) {
      return std::make_tuple(seed.end - seed.begin < kStrongUnits, seed.occurrences);
    };
    const auto rarest = std::min_element(
        seeds.begin(), seeds.end(), [&](const archive::Seed& a, const archive::Seed& b) {
          const auto listed = [](const archive::Seed& seed) {
            return seed.occurrences <= kSeedPlaces;
          };
          return std::make_tuple(listed(a), key(a)) < std::make_tuple(listed(b), key(b));
        });
    if (rarest == seeds.end() || rarest->occurrences <= kSeedPlaces) {
      continue;
    }
    const int64_t origin = folded.begin[trimmed.begin + rarest->begin];
    std::vector<Neighbour> neighbours;
    for (const archive::Seed& seed : seeds) {
      const auto steps = static_cast<size_t>(std::abs(&seed - &*rarest));
      if (steps == 0 || steps > kNeighbours) {
        continue;
      }
      const size_t size = std::min(kNeighbourUnits, seed.end - seed.begin);
      neighbours.push_back({int64_t{folded.begin[trimmed.begin + seed.begin]} - origin,
                            static_cast<uint32_t>(seed.end - seed.begin),
                            std::u32string(units.substr(seed.begin, size))});
    }
    options.max_places = limits::kMaxCommonPlaces;
    const archive::Seed common =
        archive->FindPlaces(units.substr(rarest->begin, rarest->end - rarest->begin), options);
    for (const archive::SeedPlace& place : common.places) {
      const auto found = index_.find(place.ref.document);
      if (found == index_.end() || (!allowed.empty() && !allowed[found->second])) {
        continue;
      }
      const Source& source = sources_[found->second];
      const std::u32string_view joined = source.joined();
      const Range& quote = place.ref.quote().range;
      const uint32_t at = std::min(quote.begin + place.offset, quote.end - 1);
      Window window{found->second, {at, at}, static_cast<uint32_t>(rarest->end - rarest->begin)};
      for (const Neighbour& neighbour : neighbours) {
        const int64_t middle = int64_t{at} + neighbour.distance;
        const int64_t first = std::max<int64_t>(0, middle - kShift);
        const int64_t end =
            std::min<int64_t>(static_cast<int64_t>(joined.size()),
                              middle + kShift + static_cast<int64_t>(neighbour.letters.size()));
        const bool beside =
            first < end &&
            joined.substr(static_cast<size_t>(first), static_cast<size_t>(end - first))
                    .find(neighbour.letters) != std::u32string_view::npos;
        window.weight += beside ? neighbour.weight : 0;
      }
      windows.push_back(window);
    }
    std::stable_sort(windows.begin(), windows.end(),
                     [](const Window& a, const Window& b) { return a.weight > b.weight; });
    // What has fewer of its neighbours is not it.
    windows.erase(std::find_if(windows.begin(), windows.end(),
                               [&](const Window& window) {
                                 return window.weight * 10 < windows.front().weight * 9;
                               }),
                  windows.end());
    windows.resize(std::min(windows.size(), max_windows));
    for (Window& window : windows) {
      const int64_t start =
          int64_t{window.range.begin} - folded.begin[trimmed.begin + rarest->begin];
      window.range = Clamp(sources_[window.source], start - kSlack,
                           start + static_cast<int64_t>(text.size()) + kSlack, window.range.begin);
      set.windows.push_back(window);
    }
    windows.clear();
  }
  return set;
}

WindowSet Corpus::Locate(std::u32string_view text, size_t max_windows, size_t max_places,
                         const std::vector<bool>& allowed, CommonMatches common) const {
  return Locate(text::Fold(text), text.size(), max_windows, max_places, allowed, common);
}

WindowSet Corpus::Locate(const text::FoldedText& folded, size_t text_length, size_t max_windows,
                         size_t max_places, const std::vector<bool>& allowed,
                         CommonMatches common) const {
  WindowSet set;
  const Range trimmed = WithoutBreaks(folded.units);
  const size_t first = trimmed.begin;
  const std::u32string_view units = std::u32string_view(folded.units).substr(first, trimmed.size());
  if (units.empty()) {
    return set;
  }
  const auto length = static_cast<uint32_t>(text_length);
  std::vector<Vote> votes;
  uint32_t factor = 0;
  for (const archive::Archive* const archive : {main_, history_}) {
    if (archive == nullptr) {
      continue;
    }
    archive::SeedOptions options;
    options.min_units = std::min(kMinSeedUnits, units.size());
    options.max_places = kSeedPlaces;
    options.telling_units = common == CommonMatches::kPassBy ? units.size() + 1 : kStrongUnits;
    options.max_seeds = limits::kMaxCitationSeeds;
    std::vector<archive::Seed> seeds = archive->LongestMatches(units, options);
    set.stopped = set.stopped || seeds.size() == options.max_seeds;
    if (seeds.size() == 1 && seeds[0].begin == 0 && seeds[0].end == units.size()) {
      if (seeds[0].places.empty()) {
        options.max_places = max_places;
        seeds[0] = archive->FindPlaces(units, options);
      }
      set.whole_places += seeds[0].occurrences;
      set.whole_cut = set.whole_cut || seeds[0].occurrences > seeds[0].places.size();
    }
    for (const archive::Seed& seed : seeds) {
      set.thinned = set.thinned || seed.occurrences > seed.places.size();
      const auto weight = static_cast<uint32_t>(seed.end - seed.begin);
      if (weight >= kStrongUnits) {
        set.telling += weight;
        ++set.telling_matches;
      }
      const uint32_t before = folded.begin[first + seed.begin];
      for (const archive::SeedPlace& place : seed.places) {
        const auto found = index_.find(place.ref.document);
        if (found == index_.end() || (!allowed.empty() && !allowed[found->second])) {
          continue;
        }
        const Range& quote = place.ref.quote().range;
        const uint32_t begin = std::min(quote.begin + place.offset, quote.end - 1);
        votes.push_back({found->second, int64_t{begin} - before, factor, weight, begin,
                         std::min(begin + weight, quote.end), place.ref.index,
                         weight >= kStrongUnits});
      }
      ++factor;
    }
  }
  Cluster(sources_, std::move(votes), length, set.whole_places > 0 ? kWholeSlack : kSlack,
          std::max(max_windows, max_places), &set);
  // Places of the whole text are all wanted; of the rest only the best.
  size_t keep = 0;
  while (keep < set.windows.size() &&
         (keep < max_windows || set.windows[keep].weight >= units.size())) {
    ++keep;
  }
  // So many windows hold the whole that some may be missing.
  set.whole_cut = set.whole_cut || (set.whole_places > 0 && set.cut && keep > max_windows &&
                                    keep == set.windows.size());
  set.cut = set.cut || keep < set.windows.size();
  set.windows.resize(keep);
  return set;
}

WindowSet Corpus::Scan(std::span<const Unit> units, size_t source, size_t max_windows) const {
  WindowSet set;
  std::u32string letters;
  std::vector<uint32_t> offsets;  // of each letter, in units' own text
  for (const Unit& unit : units) {
    if (unit.letter() && !text::IsHardMark(unit.raw)) {
      // Letters of units keep their case, and are found whatever it is.
      letters.push_back(unit.form >= U'A' && unit.form <= U'Z' ? unit.form + (U'a' - U'A')
                                                               : unit.form);
      offsets.push_back(unit.begin);
    }
  }
  const std::u32string_view joined = sources_[source].joined();
  if (letters.empty() || joined.empty()) {
    return set;
  }
  const size_t gram = std::min<size_t>(3, letters.size());
  const auto key_of = [gram](const char32_t* at) {
    uint64_t key = 0;
    for (size_t k = 0; k < gram; ++k) {
      key = key << 21 | at[k];
    }
    return key;
  };
  // Places of one stretch beyond this many say nothing about a passage.
  constexpr size_t kMaxRepeats = 4;
  absl::flat_hash_map<uint64_t, std::vector<uint32_t>> grams;
  for (size_t i = 0; i + gram <= letters.size(); ++i) {
    std::vector<uint32_t>& places = grams[key_of(&letters[i])];
    if (places.size() < kMaxRepeats) {
      places.push_back(static_cast<uint32_t>(i));
    }
  }
  std::vector<Vote> votes;
  std::u32string seen;            // the last letters of the source
  std::vector<uint32_t> seen_at;  // and where they stand
  for (uint32_t i = 0; i < joined.size(); ++i) {
    const char32_t c = joined[i];
    if (text::IsSoftMark(c) || text::IsHardMark(c) || text::IsNoise(c) || text::IsSpace(c) ||
        text::IsLineBreak(c)) {
      continue;
    }
    seen.push_back(text::FoldLetter(c));
    seen_at.push_back(i);
    if (seen.size() < gram) {
      continue;
    }
    const auto found = grams.find(key_of(&seen[seen.size() - gram]));
    if (found == grams.end()) {
      continue;
    }
    const uint32_t begin = seen_at[seen.size() - gram];
    for (const uint32_t at : found->second) {
      votes.push_back({static_cast<uint32_t>(source), int64_t{begin} - offsets[at], at, 1, begin,
                       i + 1, 0, false});
    }
  }
  const uint32_t length = units.back().end - units.front().begin;
  Cluster(sources_, std::move(votes), length, kSlack, max_windows, &set);
  return set;
}

}  // namespace quotes::citation
