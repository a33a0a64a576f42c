#ifndef QUOTES_SERVICE_ARCHIVE_FACET_SUMS_H_
#define QUOTES_SERVICE_ARCHIVE_FACET_SUMS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "service/archive/archive.h"
#include "service/archive/catalog.h"
#include "service/archive/quote_set.h"
#include "service/archive/segment_view.h"
#include "service/themes/scheme.h"

namespace quotes::archive {

// Counts what the facets of an answer say, a set of quotes at a time: reports by the numbers of the
// set, themes by what it has in common with their postings, without a look at any quote of a large
// set. Thread-compatible.
class FacetSums {
 public:
  // `catalog` and the place of each rank in the order of report ids outlive the object.
  FacetSums(const Catalog& catalog, const std::vector<uint32_t>& reading_rank);

  // Adds living quotes of a source, each once.
  void Add(const PartView& source, QuoteSet* quotes);

  Facets Take() const;

 private:
  void AddThemes(const PartView& source, QuoteSet* quotes);

  const Catalog& catalog_;
  const std::vector<uint32_t>& reading_rank_;
  std::vector<uint64_t> theme_counts_;   // by theme
  std::vector<uint32_t> report_counts_;  // by rank
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_FACET_SUMS_H_
