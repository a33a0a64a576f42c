#ifndef QUOTES_TESTS_UNIT_ARCHIVE_NAIVE_LOOKUP_H_
#define QUOTES_TESTS_UNIT_ARCHIVE_NAIVE_LOOKUP_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/archive/archive.h"

namespace quotes::archive {

// The documents that an archive holds.
std::vector<std::shared_ptr<const Document>> Unpacked(const Archive& archive);

// Look-ups written down as their definition reads, without a thought for speed: the judge of every
// engine on archives of a few hundred quotes.
struct NaiveHit {
  std::string report_id;
  std::string quote_id;
  uint32_t relevance = 0;
  bool lead = false;
  std::vector<Highlight> highlights;  // all of them
};

struct NaiveAnswer {
  std::vector<NaiveHit> hits;  // all hits in the order asked for; `after` and `limit` play no part
  std::map<std::string, uint64_t> reports;
  std::map<std::string, uint64_t> themes;
  std::map<std::string, uint64_t> years;
};

NaiveAnswer NaiveFind(const std::vector<std::shared_ptr<const Document>>& documents,
                      const themes::Scheme& scheme, const Lookup& lookup);

// A place of a seed: what orders it, then its report, quote and offset.
struct NaivePlace {
  std::string report_id;
  std::string quote_id;
  uint32_t offset = 0;
};

// Every place where `units` stands inside one quote, in the order of seeds.
std::vector<NaivePlace> NaivePlaces(const std::vector<std::shared_ptr<const Document>>& documents,
                                    std::u32string_view units, TextScope scope);

// The history of a phrase, as PhraseTrace says, with names for documents: every report that the
// filter lets through is looked at, every place of every text, and every string that may be a
// variant.
struct NaiveTrace {
  struct Year {
    uint64_t occurrences = 0;
    uint64_t quotes = 0;
    uint64_t reports = 0;
    uint64_t searched = 0;
    uint64_t code_points = 0;
    friend bool operator==(const Year&, const Year&) = default;
  };
  uint64_t occurrences = 0;
  uint64_t quotes = 0;
  std::map<std::string, std::pair<uint64_t, uint64_t>> reports;  // occurrences and quotes, by id
  std::map<std::string, uint64_t> code_points;  // of those that were searched, by id
  std::map<int64_t, Year> years;
  Year undated;
  std::optional<NaivePlace> first;  // offset in the joined text
  std::optional<NaivePlace> last;
  // By last report with it: the day of the reports that dropped it, and how many came since.
  std::map<std::string, std::pair<absl::CivilDay, uint64_t>> drops;
  std::map<std::u32string, std::pair<uint64_t, uint64_t>> variants;  // folded; all of them
};
NaiveTrace NaiveHistory(const std::vector<std::shared_ptr<const Document>>& documents,
                        const themes::Scheme& scheme, std::u32string_view units,
                        const Filter& filter);

}  // namespace quotes::archive

#endif  // QUOTES_TESTS_UNIT_ARCHIVE_NAIVE_LOOKUP_H_
