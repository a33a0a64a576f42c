#ifndef QUOTES_SERVICE_ARCHIVE_ARCHIVE_H_
#define QUOTES_SERVICE_ARCHIVE_ARCHIVE_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "service/archive/document.h"
#include "service/archive/figure_filter.h"
#include "service/archive/packed_document.h"
#include "service/archive/query.h"
#include "service/base/cancellation.h"
#include "service/report/report.h"
#include "service/text/fold.h"
#include "service/themes/scheme.h"

namespace quotes::archive {

enum class MatchMode {
  kFolded = 1,  // equal after the folds of text::Fold
  kExact = 2    // the quote's joined text has the term's code points as typed; no fold plays a part
};

enum class Order {
  kNewest = 1,        // speech date descending (undated last), report id, reading order
  kReadingOrder = 2,  // report id, reading order
  kRelevance = 3,     // distinct positive terms matched (equal terms count once), then headings and
                      // leads before others, then kNewest
  kSalience = 4,      // headings and leads, then quotes that have figures or name measures, then
                      // the others, then headings without matter (salience.h) and stock phrases,
                      // whose words stand in limits::kFormulaicReports reports; each kNewest
  // For look-ups of figures: by the base of the unit, then by value (a quote by the first of its
  // figures that were found), those without one last; then kNewest.
  kValueDescending = 5,
  kValueAscending = 6
};

inline bool IsByValue(Order order) {
  return order == Order::kValueDescending || order == Order::kValueAscending;
}

enum class TextScope { kSpeech = 1, kFurniture = 2, kAll = 3 };

// Conditions that every hit meets; values inside one field are alternatives, fields combine by AND.
// An empty list or absent value does not restrict; a value that nothing has (an unknown report, a
// section of another report, a name without letters) matches nothing.
struct Filter {
  std::vector<std::string> reports;         // report ids
  std::vector<std::string> speakers;        // folded substrings of the speaker's name
  std::vector<std::string> bodies;          // folded substrings of the body
  std::optional<absl::CivilDay> date_from;  // inclusive; undated reports never match a date bound
  std::optional<absl::CivilDay> date_to;    // inclusive
  std::vector<std::pair<std::string, std::string>> sections;  // report id, section id; descendants
  // Indices of the scheme, each for the themes below it too. A quote has a theme of every group.
  std::vector<std::vector<int>> theme_groups;
  std::vector<report::Mode> modes;
  TextScope scope = TextScope::kSpeech;
  std::optional<bool> with_figures;
};

// A quote inside the snapshot it came from.
struct QuoteRef {
  const PackedDocument* document = nullptr;
  uint32_t index = 0;  // into document->quotes()

  const PackedQuote& quote() const { return document->quotes()[index]; }
  std::string_view id() const { return document->quote_id(index); }
  std::u32string_view text() const { return document->text(index); }
};

// Ids of the quotes on either side that a SortKey carries: enough for a paragraph to be rewritten
// between two pages, few enough for a page token.
inline constexpr size_t kSortKeyPredecessors = 4;
inline constexpr size_t kSortKeySuccessors = 4;

// The place of a quote in an order: enough to go on after it on any later snapshot.
//
// A report may be revised between two pages, so that its quotes move. The place inside the report
// is therefore that of the quote itself, wherever it now stands; if it is gone, that of the nearest
// predecessor that is still there; if all are gone, before the nearest successor that is. Quotes
// that are present throughout and keep their order are never skipped, nor repeated as long as one
// of these is left; if none is, the report begins anew. The other fields stay as they were: a
// report whose date is changed moves with all its quotes, as withdrawn and imported anew. So does,
// by Order::kSalience, a quote that other reports make a stock phrase or leave to be none.
struct SortKey {
  // Orders by value only: the base of the unit and the value in it; nullopt for a quote without.
  std::string unit;
  std::optional<figures::Decimal> value;
  // Order::kRelevance: the number of terms; Order::kSalience: the Salience; else 0.
  uint32_t relevance = 0;
  // Order::kRelevance only: a heading, or the quote that begins a section.
  bool lead = false;
  std::optional<absl::CivilDay> date;
  std::string report_id;
  std::string quote_id;
  uint32_t position = 0;  // of the quote, in the joined text; for lists inside a report
  // Ids of the quotes before it in its report, nearest first; all of them if they are fewer than
  // kSortKeyPredecessors.
  std::vector<std::string> predecessors;
  // The same of the quotes behind it: all of them if they are fewer than kSortKeySuccessors.
  std::vector<std::string> successors;
};

struct Highlight {
  // Joined text of the document; inside the quote, from the first to the last character that
  // matched: marks within the match belong to it, marks around it do not.
  report::Range range;
  uint32_t term = 0;  // index into Query::terms, the first of equal terms
};

struct Hit {
  QuoteRef ref;
  uint32_t relevance = 0;  // as in SortKey
  bool lead = false;       // as in SortKey
  // Every occurrence of every positive term, by begin, end, term; occurrences may overlap or touch.
  // At most limits::kMaxHighlights, the first.
  absl::InlinedVector<Highlight, 4> highlights;
  uint64_t highlight_count = 0;  // exact
  text::FoldSet folds = 0;       // the folds that made the listed matches possible
  // Look-ups of figures: those that were found, by their places in the document, in text order.
  absl::InlinedVector<uint32_t, 2> figures;
  std::string_view value_unit;  // as in SortKey
  std::optional<figures::Decimal> value;

  // The hit's place in the order of its look-up. Made when asked for: a page needs that of its last
  // hit only.
  SortKey Key() const {
    SortKey key{std::string(value_unit),
                value,
                relevance,
                lead,
                ref.document->date(),
                std::string(ref.document->report_id()),
                std::string(ref.id()),
                ref.quote().range.begin,
                {},
                {}};
    for (uint32_t i = ref.index; i > 0 && key.predecessors.size() < kSortKeyPredecessors; --i) {
      key.predecessors.emplace_back(ref.document->quote_id(i - 1));
    }
    for (uint32_t i = ref.index + 1;
         i < ref.document->size() && key.successors.size() < kSortKeySuccessors; ++i) {
      key.successors.emplace_back(ref.document->quote_id(i));
    }
    return key;
  }
};

struct Lookup {
  // Not owned; null: every quote the filter lets through. A result of ParseQuery.
  const Query* query = nullptr;
  MatchMode match = MatchMode::kFolded;
  // Not owned; null: quotes with and without figures. A quote is found that has a figure which
  // meets it.
  const FigureFilter* figures = nullptr;
  Filter filter;
  Order order = Order::kNewest;
  size_t limit = 20;
  std::optional<SortKey> after;  // begin behind this place; a key of the same order
  // Without total and facets a look-up stops as soon as its page is full.
  bool with_total = true;
  bool with_facets = false;
  // A page whose quotes have more code points is not made; see LookupAnswer::too_long.
  uint64_t most_code_points = std::numeric_limits<uint64_t>::max();
};

struct FacetBucket {
  std::string value;
  uint64_t count = 0;  // quotes
};

// Exact counts over all hits, most frequent first, then by value; at most
// limits::kMaxFacetBuckets each.
struct Facets {
  std::vector<FacetBucket> reports;  // report ids
  // Theme codes; a quote counts once for each of its themes and their ancestors.
  std::vector<FacetBucket> themes;
  std::vector<FacetBucket> years;  // "2022"; reports without a date are left out
};

struct LookupAnswer {
  std::vector<Hit> hits;
  bool more = false;  // hits exist behind the last one
  // The page would have had more than Lookup::most_code_points: there are no hits.
  bool too_long = false;
  // Quotes, exact over the whole archive, wherever the page begins; 0 unless asked for.
  uint64_t total = 0;
  Facets facets;
};

// What a look-up with some filter searches.
struct Coverage {
  uint64_t reports = 0;             // those the filter's report-level fields let through
  uint64_t quotes = 0;              // theirs within the filter's scope
  uint64_t incomplete_reports = 0;  // exact
  // Newest first, at most limits::kMaxCoverageReports.
  std::vector<const PackedDocument*> incomplete;
};

struct SeedOptions {
  TextScope scope = TextScope::kAll;
  // Shorter stretches are left out: one or two characters stand everywhere.
  size_t min_units = 1;
  size_t max_places = 16;  // listed for one seed
  // Seeds shorter than this list no places when they have more than max_places: where the first of
  // them stand says nothing about a passage.
  size_t telling_units = 0;
  size_t max_seeds = SIZE_MAX;  // the text is looked up as far as so many reach
};

// Where a folded string stands: inside one quote.
struct SeedPlace {
  QuoteRef ref;
  uint32_t offset = 0;  // index of its first unit in text::Fold of the quote's text
};

// A stretch of a folded text that the archive has.
struct Seed {
  size_t begin = 0;  // units [begin, end) of the text asked for
  size_t end = 0;
  uint64_t occurrences = 0;  // exact number of places; they may overlap
  // The first of them, newest report first, then reading order, then offset; see SeedOptions.
  std::vector<SeedPlace> places;
};

// How often a phrase stands somewhere. Occurrences may overlap (的的的 has 的的 twice), and each
// lies inside one quote.
struct PhraseCount {
  uint64_t occurrences = 0;
  uint64_t quotes = 0;

  friend bool operator==(const PhraseCount&, const PhraseCount&) = default;
};

struct TraceOptions {
  Filter filter;
  // None are looked for if it is 0.
  size_t max_variants = 0;
  // Empty, or the phrase with its marks (FoldKeepingMarks, trace_summary.h): places count that have
  // these marks. Quotes with the phrase's units, and a break or a border where it begins or ends
  // with a mark, are read then, up to half a microsecond each, and there are no variants.
  std::u32string marked{};
};

// The history of a phrase in the reports that a filter lets through.
struct PhraseTrace {
  struct ReportUse {
    const PackedDocument* report = nullptr;
    PhraseCount count;
    uint64_t code_points = 0;  // of its text in the scope of the filter
  };
  struct YearUse {
    int64_t year = 0;
    PhraseCount count;
    uint64_t reports = 0;      // with the phrase
    uint64_t searched = 0;     // all that the filter let through
    uint64_t code_points = 0;  // of those, as above
  };
  struct Use {
    QuoteRef ref;
    report::Range range;  // of its first occurrence in that quote, in the joined text
  };
  // A series of reports (SeriesKey) that used the phrase and no longer does: no report later than
  // the last with it has it. Reports of one day count as one.
  struct Drop {
    const PackedDocument* last_with = nullptr;
    PhraseCount last_count;
    const PackedDocument* dropped_by = nullptr;  // of the next day on which there is one
    uint64_t reports_since = 0;                  // later than `last_with`
  };
  struct Variant {
    std::string text;  // as printed where it stands first in the order of answers
    PhraseCount count;
  };

  PhraseCount total;
  std::vector<ReportUse> reports;  // those with the phrase, in the order of answers
  // Ascending; every year in which a report was searched.
  std::vector<YearUse> years;
  YearUse undated;  // the same of reports without a date
  // In the first and the last report in time that has it; of several of one day in those that come
  // last and first in the order of answers. Undated ones have no part in it.
  std::optional<Use> first;
  std::optional<Use> last;
  std::vector<Drop> drops;  // latest `dropped_by` first
  // The phrase with one letter more inside it, or, where three are left, with one less inside it,
  // most frequent first, then by text; none for phrases of fewer than three units or more than
  // limits::kMaxVariantUnits. 的, 和, 之, 与, 及, 地 and 化 are always tried, other letters at
  // places where one of the two parts is rare enough (limits::kMaxVariantPlaces). What has the
  // phrase itself inside it is none.
  std::vector<Variant> variants;
};

// What reports are to one whose new phrases are looked for, by rank.
enum class Epoch : uint8_t { kNone = 0, kEarlier = 1, kSince = 2 };

// A string as it stands in the speech of some reports since an epoch began.
struct Emergence {
  bool earlier = false;  // an earlier report has it: nothing else is set
  uint64_t occurrences = 0;
  uint64_t reports = 0;
  // The letters before and behind it, and how often each; a break is text::kBreak, and so are the
  // borders of a quote. Of at most kMostContexts places.
  static constexpr size_t kMostContexts = 512;
  std::vector<std::pair<char32_t, uint32_t>> before{};
  std::vector<std::pair<char32_t, uint32_t>> behind{};
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

  // The greedy factorisation of a folded text: each seed is the longest prefix of what is left that
  // stands inside one quote, and the next one begins where it ends. Units that no quote has are
  // skipped, and so are breaks where a seed would begin (a quote's text has none at its ends). A
  // text that stands in one quote word for word is one seed; a changed character parts it there.
  // U+0000 stands nowhere. Costs some ten microseconds a seed and segment.
  virtual std::vector<Seed> LongestMatches(std::u32string_view units,
                                           const SeedOptions& options) const = 0;
  // Where all of `units` stands inside one quote: a seed from 0 to their size, without occurrences
  // if there are none. `options.min_units` and `telling_units` play no part. An empty string, or
  // one that begins or ends with a break, stands nowhere.
  virtual Seed FindPlaces(std::u32string_view units, const SeedOptions& options) const = 0;

  // The history of a folded phrase: not empty, without breaks at its ends. Exact. Below a
  // millisecond at a million quotes, whatever the phrase, as long as the filter asks nothing of
  // single quotes (sections, themes, modes, figures): every occurrence is visited then. Errors
  // from `cancellation`.
  virtual absl::StatusOr<PhraseTrace> Trace(std::u32string_view units, const TraceOptions& options,
                                            const Cancellation& cancellation) const = 0;
  // How many reports have all of `units` inside one of their quotes, of any kind of text: how
  // distinctive some words are. Exact.
  virtual uint64_t CountReports(std::u32string_view units) const = 0;

  // How a folded string came up; `epochs` has one of each of documents().
  virtual Emergence EmergenceOf(std::u32string_view units,
                                const std::vector<Epoch>& epochs) const = 0;

  // About how much Find would do: occurrences of terms and quotes to be visited, each some ten
  // nanoseconds. Cheap itself.
  virtual uint64_t PlannedWork(const Lookup& lookup) const = 0;

  // Null if there is no such active report.
  virtual const PackedDocument* FindReport(std::string_view report_id) const = 0;
  virtual std::optional<QuoteRef> FindQuote(std::string_view report_id,
                                            std::string_view quote_id) const = 0;
  // All active reports: speech date descending (undated last), then id.
  virtual const std::vector<const PackedDocument*>& documents() const = 0;
  // Of the reports that `filter` lets through: by report, speaker, body, date and section.
  virtual Coverage CoverageOf(const Filter& filter) const = 0;
  // Number of speech quotes carrying each theme or one below it, each quote once, by
  // index of the scheme.
  virtual const std::vector<uint64_t>& theme_totals() const = 0;
};

// The plain scan: folds every quote once and tests all of them at each call. Slow and simple; the
// oracle for every faster archive.
//
// Documents that are not active are left out. Report ids are unique, themes are empty or parallel
// to the quotes and of `scheme`.
std::shared_ptr<const Archive> MakeScanArchive(
    uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
    const std::vector<std::shared_ptr<const Document>>& documents);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_ARCHIVE_H_
