#include "service/citation/binding.h"

#include <algorithm>
#include <string>

#include "service/citation/word_classes.h"
#include "service/text/fold.h"

namespace quotes::citation {
namespace {

constexpr uint64_t kFewestTogether = 3;
constexpr uint64_t kFewestPlaces = 5;
// Places that are read for what stands before them.
constexpr size_t kPlacesRead = 32;

archive::Seed PlacesOf(const archive::Archive& archive, std::u32string_view text,
                       size_t max_places) {
  archive::SeedOptions options;
  options.max_places = max_places;
  return archive.FindPlaces(text::Fold(text).units, options);
}

// Whether a part stands beside the other in three of five places.
bool IsMost(uint64_t together, uint64_t alone) { return together * 5 >= alone * 3; }

}  // namespace

bool StandTogether(const archive::Archive& archive, std::u32string_view left,
                   std::u32string_view right) {
  std::u32string both(left);
  both += right;
  const uint64_t together = PlacesOf(archive, both, 0).occurrences;
  // One character stands in words of all kinds and tells nothing by itself.
  return together >= kFewestTogether &&
         ((left.size() > 1 && IsMost(together, PlacesOf(archive, left, 0).occurrences)) ||
          (right.size() > 1 && IsMost(together, PlacesOf(archive, right, 0).occurrences)));
}

bool NeverBeginsFreely(const archive::Archive& archive, std::u32string_view word) {
  const archive::Seed seed = PlacesOf(archive, word, kPlacesRead);
  return seed.occurrences >= kFewestPlaces &&
         std::none_of(seed.places.begin(), seed.places.end(), [](const archive::SeedPlace& place) {
           const std::u32string units = text::Fold(place.ref.text()).units;
           return place.offset == 0 || place.offset > units.size() ||
                  units[place.offset - 1] == text::kBreak ||
                  IsWord(WordClass::kGrammatical, units[place.offset - 1]);
         });
}

}  // namespace quotes::citation
