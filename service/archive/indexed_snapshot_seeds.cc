#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/archive/answer.h"
#include "service/archive/indexed_snapshot.h"
#include "service/text/fold.h"

namespace quotes::archive {

bool IndexedSnapshot::AnyAlive(const PartView& source, TextIndex::Interval interval) {
  bool alive = false;
  source.part->index->VisitQuotes(interval, 0, [&](uint32_t number) {
    alive = source.IsAlive(number);
    return !alive;
  });
  return alive;
}

TextIndex::Prefix IndexedSnapshot::LongestAlive(const PartView& source, std::u32string_view units) {
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

Seed IndexedSnapshot::PlacesIn(const std::vector<PartView>& sources,
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
    const PartView& source = sources[i];
    size_t taken = 0;
    if (intervals[i].empty()) {
      continue;
    }
    source.part->index->VisitOccurrences(intervals[i], [&](TextIndex::Occurrence occurrence) {
      if (source.IsAlive(occurrence.quote)) {
        candidates.push_back({source.rank(occurrence.quote), source.part->quote[occurrence.quote],
                              occurrence.offset});
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
      const std::u32string folded = text::FoldUnits(text);
      leading = static_cast<uint32_t>(folded.find_first_not_of(text::kBreak));
    }
    seed.places.push_back({{&entry, candidate.quote}, leading + candidate.offset});
  }
  return seed;
}

std::vector<Seed> IndexedSnapshot::LongestMatches(std::u32string_view units,
                                                  const SeedOptions& options) const {
  const std::vector<PartView> sources = Sources(options.scope);
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

Seed IndexedSnapshot::FindPlaces(std::u32string_view units, const SeedOptions& options) const {
  const std::vector<PartView> sources = Sources(options.scope);
  std::vector<TextIndex::Interval> intervals;
  intervals.reserve(sources.size());
  for (const PartView& source : sources) {
    intervals.push_back(source.part->index->Find(units));
  }
  return PlacesIn(sources, intervals, units, options.max_places, 0);
}

}  // namespace quotes::archive
