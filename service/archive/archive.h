#ifndef QUOTES_SERVICE_ARCHIVE_ARCHIVE_H_
#define QUOTES_SERVICE_ARCHIVE_ARCHIVE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "service/archive/document.h"
#include "service/archive/query.h"
#include "service/base/cancellation.h"
#include "service/report/report.h"
#include "service/text/fold.h"
#include "service/themes/scheme.h"

namespace quotes::archive {

enum class MatchMode {
  kFolded = 1,  // equal after the folds of text::Fold
  kExact = 2    // and the joined text has the term's code points as typed
};

enum class Order {
  kNewest = 1,        // speech date descending (undated last), report id, reading order
  kReadingOrder = 2,  // report id, reading order
  kRelevance = 3      // distinct positive terms matched, headings and leads first, then kNewest
};

enum class TextScope { kSpeech = 1, kFurniture = 2, kAll = 3 };

// Conditions that every hit meets; values inside one field are alternatives, fields combine by AND.
// An empty list or absent value does not restrict.
struct Filter {
  std::vector<std::string> reports;         // report ids
  std::vector<std::string> speakers;        // folded substrings of the speaker's name
  std::vector<std::string> bodies;          // folded substrings of the body
  std::optional<absl::CivilDay> date_from;  // inclusive; undated reports never match a date bound
  std::optional<absl::CivilDay> date_to;    // inclusive
  std::vector<std::pair<std::string, std::string>> sections;  // report id, section id; descendants
  std::vector<int> themes;  // indices of the scheme; the caller adds descendants
  std::vector<report::Mode> modes;
  TextScope scope = TextScope::kSpeech;
  std::optional<bool> with_figures;
};

// A quote inside the snapshot it came from.
struct QuoteRef {
  const Document* document = nullptr;
  uint32_t index = 0;  // into document->content.quotes

  const report::Quote& quote() const { return document->content.quotes[index]; }
};

// The place of a quote in an order: enough to go on after it on any later snapshot, whether or not
// the quote is still there.
struct SortKey {
  uint32_t relevance = 0;  // Order::kRelevance only
  bool lead = false;       // Order::kRelevance only: a heading or the first sentence of a section
  std::optional<absl::CivilDay> date;
  std::string report_id;
  std::string quote_id;
  uint32_t position = 0;  // of the quote, in the joined text
};

struct Highlight {
  report::Range range;  // joined text of the document; inside the quote
  uint32_t term = 0;    // index into Query::terms
};

struct Hit {
  QuoteRef ref;
  SortKey key;
  std::vector<Highlight> highlights;  // in text order, at most limits::kMaxHighlights
  uint64_t highlight_count = 0;       // exact
  text::FoldSet folds = 0;            // the folds that made these matches possible
};

struct Lookup {
  const Query* query = nullptr;  // not owned; null: every quote the filter lets through
  MatchMode match = MatchMode::kFolded;
  Filter filter;
  Order order = Order::kNewest;
  size_t limit = 20;
  std::optional<SortKey> after;  // begin behind this place
  bool with_total = true;
  bool with_facets = false;
};

struct FacetBucket {
  std::string value;
  uint64_t count = 0;  // quotes
};

// Exact counts over all hits, most frequent first, then by value; at most
// limits::kMaxFacetBuckets each.
struct Facets {
  std::vector<FacetBucket> reports;  // report ids
  std::vector<FacetBucket> themes;   // theme codes, descendants counted in their parents
  std::vector<FacetBucket> years;    // "2022"; reports without a date are left out
};

struct LookupAnswer {
  std::vector<Hit> hits;
  bool more = false;   // hits exist behind the last one
  uint64_t total = 0;  // quotes, exact over the whole archive, wherever the page begins
  Facets facets;
};

struct Coverage {
  uint64_t reports = 0;  // searched
  uint64_t quotes = 0;
  uint64_t incomplete_reports = 0;          // exact
  std::vector<const Document*> incomplete;  // at most limits::kMaxCoverageReports
};

// An immutable, searchable snapshot of the latest revisions of all active reports. Thread-safe;
// reading never locks. Pointers in answers live as long as the snapshot.
class Archive {
 public:
  virtual ~Archive() = default;

  // The store's counter at the time of the snapshot.
  virtual uint64_t revision() const = 0;
  virtual const themes::Scheme& scheme() const = 0;

  // CANCELLED and DEADLINE_EXCEEDED from `cancellation`.
  virtual absl::StatusOr<LookupAnswer> Find(const Lookup& lookup,
                                            const Cancellation& cancellation) const = 0;

  // Null if there is no such active report.
  virtual const Document* FindReport(std::string_view report_id) const = 0;
  virtual std::optional<QuoteRef> FindQuote(std::string_view report_id,
                                            std::string_view quote_id) const = 0;
  // All active reports: speech date descending (undated last), then id.
  virtual const std::vector<std::shared_ptr<const Document>>& documents() const = 0;
  // Of the reports that `filter` lets through.
  virtual Coverage CoverageOf(const Filter& filter) const = 0;
  // Number of speech quotes carrying each theme (descendants not added), by index of the scheme.
  virtual const std::vector<uint64_t>& theme_counts() const = 0;
};

// The plain scan: folds every quote once at construction and tests all of them at each call. Slow
// and simple; the oracle for every faster archive.
std::shared_ptr<const Archive> MakeScanArchive(
    uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
    std::vector<std::shared_ptr<const Document>> documents);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_ARCHIVE_H_
