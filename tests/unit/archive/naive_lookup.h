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

}  // namespace quotes::archive

#endif  // QUOTES_TESTS_UNIT_ARCHIVE_NAIVE_LOOKUP_H_
