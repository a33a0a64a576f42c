#include "service/figures/measure_words.h"

#include <map>
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
extern const std::string_view figures_measures;
extern const std::string_view figures_dimensions;
}  // namespace quotes::data

namespace quotes::figures::internal {
namespace {

// Rises when rules change what figures of the same text and word lists are.
constexpr std::string_view kRules = "7";

std::u32string Normal(std::string_view word) { return Normalize(text::ToCodePoints(word)).units; }

uint32_t ClassOf(std::string_view name) {
  constexpr std::string_view kNames[] = {"cut",    "lead", "tail", "keep", "stop", "goal", "strong",
                                         "action", "done", "part", "bare", "head", "rate", "trait"};
  for (uint32_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) {
      return 1u << i;
    }
  }
  QUOTES_CHECK(false);
  return 0;
}

const MeasureWords* Load() {
  using text::WordTrie;
  const Table measures = ReadTable(data::figures_measures, 2);
  const Table dimensions = ReadTable(data::figures_dimensions, 4);
  std::map<std::u32string, uint32_t> classes;
  std::vector<std::pair<std::u32string, uint32_t>> tails;
  std::vector<std::pair<std::u32string, uint32_t>> heads;
  std::vector<std::pair<std::u32string, uint32_t>> traits;
  for (const auto& row : measures.rows) {
    const uint32_t word_class = ClassOf(row[0]);
    std::u32string word = Normal(row[1]);
    if (word_class == kHead || word_class == kRate) {
      heads.emplace_back(std::move(word), word_class);
      continue;
    }
    if (word_class == kTrait) {
      traits.emplace_back(std::move(word), word_class);
      continue;
    }
    classes[word] |= word_class;
    if (word_class == kTail) {
      tails.emplace_back(std::move(word), kTail);
    }
  }
  absl::flat_hash_map<std::u32string, Unit> units;
  for (const auto& row : dimensions.rows) {
    const std::optional<Decimal> factor = ParseDecimal(row[3]);
    QUOTES_CHECK(factor.has_value());
    units.try_emplace(Normal(row[0]), Unit{std::string(row[1]), std::string(row[2]), *factor});
  }
  return new MeasureWords{
      WordTrie({classes.begin(), classes.end()}, WordTrie::Direction::kForward),
      WordTrie(std::move(tails), WordTrie::Direction::kBackward),
      WordTrie(std::move(heads), WordTrie::Direction::kBackward),
      WordTrie(std::move(traits), WordTrie::Direction::kBackward),
      std::move(units),
      std::string(kRules) + "." + std::string(DataVersion()) + "-" +
          Sha256Hex(std::string(data::figures_measures) + std::string(data::figures_dimensions))
              .substr(0, 12),
  };
}

}  // namespace

const MeasureWords& GetMeasureWords() {
  static const MeasureWords* const words = Load();
  return *words;
}

}  // namespace quotes::figures::internal
