#include "service/figures/words.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "service/base/check.h"
#include "service/base/hash.h"
#include "service/figures/numeral.h"
#include "service/figures/scanner.h"
#include "service/figures/table.h"
#include "service/text/utf8.h"

namespace quotes::data {
extern const std::string_view figures_units;
extern const std::string_view figures_qualifiers;
extern const std::string_view figures_sets;
}  // namespace quotes::data

namespace quotes::figures::internal {
namespace {

using Entries = std::vector<std::pair<std::u32string, uint32_t>>;
using text::WordTrie;

uint32_t IndexOf(std::string_view name, std::initializer_list<std::string_view> names) {
  const auto at = std::find(names.begin(), names.end(), name);
  QUOTES_CHECK(at != names.end());
  return static_cast<uint32_t>(at - names.begin());
}

std::u32string Normal(std::string_view word) { return Normalize(text::ToCodePoints(word)).units; }

uint32_t KindOf(std::string_view name) {
  if (name == "none") {
    return kNoQualifier;
  }
  return IndexOf(name, {"approximation", "bound", "hedge", "link", "direction", "period"});
}

const Words* Load() {
  const Table units = ReadTable(data::figures_units, 2);
  const Table qualifiers = ReadTable(data::figures_qualifiers, 3);
  const Table sets = ReadTable(data::figures_sets, 2);

  Entries unit_words;
  for (const auto& row : units.rows) {
    unit_words.emplace_back(Normal(row[1]), IndexOf(row[0], {"unit", "time", "literal", "none"}));
  }
  Entries sides[3];
  for (const auto& row : qualifiers.rows) {
    sides[IndexOf(row[0], {"before", "behind", "inside"})].emplace_back(Normal(row[2]),
                                                                        KindOf(row[1]));
  }
  Entries set_words;
  std::bitset<0x10000> starts;
  for (const auto& row : sets.rows) {
    set_words.emplace_back(Normal(row[1]), IndexOf(row[0], {"set", "amount", "word", "name"}));
    starts.set(set_words.back().first.front());
  }
  for (const char32_t c : kNumeralStarts) {
    starts.set(c);
  }
  for (char32_t c = U'a'; c <= U'z'; ++c) {
    starts.set(c);
  }
  const std::string all = std::string(data::figures_units) + std::string(data::figures_qualifiers) +
                          std::string(data::figures_sets);
  return new Words{
      WordTrie(std::move(unit_words), WordTrie::Direction::kForward),
      WordTrie(std::move(sides[0]), WordTrie::Direction::kBackward),
      WordTrie(std::move(sides[1]), WordTrie::Direction::kForward),
      WordTrie(std::move(sides[2]), WordTrie::Direction::kForward),
      WordTrie(std::move(set_words), WordTrie::Direction::kForward),
      starts,
      std::string(units.version) + "." + std::string(qualifiers.version) + "." +
          std::string(sets.version) + "-" + Sha256Hex(all).substr(0, 12),
  };
}

}  // namespace

const Words& GetWords() {
  static const Words* const words = Load();
  return *words;
}

}  // namespace quotes::figures::internal
