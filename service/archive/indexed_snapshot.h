#ifndef QUOTES_SERVICE_ARCHIVE_INDEXED_SNAPSHOT_H_
#define QUOTES_SERVICE_ARCHIVE_INDEXED_SNAPSHOT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "service/archive/answer.h"
#include "service/archive/archive.h"
#include "service/archive/catalog.h"
#include "service/archive/entry.h"
#include "service/archive/filter_plan.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/lookup_progress.h"
#include "service/archive/new_segment.h"
#include "service/archive/query_matcher.h"
#include "service/archive/query_plan.h"
#include "service/archive/quote_attributes.h"
#include "service/archive/quote_set.h"
#include "service/archive/segment.h"
#include "service/archive/segment_view.h"
#include "service/archive/text_index.h"
#include "service/archive/trace_summary.h"
#include "service/base/cancellation.h"
#include "service/themes/scheme.h"

namespace quotes::archive {

// A snapshot of the archive over segments: what indexed_archive.h makes, and what it makes further
// snapshots of. Its views share their segments, indices of dead texts and bits of living quotes
// with other snapshots. How it answers look-ups is in indexed_snapshot_lookup.cc, how it finds the
// places of quotations in indexed_snapshot_seeds.cc, the history of a phrase in
// indexed_snapshot_trace.cc. Immutable; thread-safe.
class IndexedSnapshot final : public Catalog {
 public:
  // Of segments that have no report twice alive.
  IndexedSnapshot(uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
                  const ArchiveOptions& options, const std::vector<NewSegment>& segments);

  // `previous` without the entries of some ranks (ascending) and without some of its views (all
  // ranks of their living entries are among those), and with new segments.
  IndexedSnapshot(const IndexedSnapshot& previous, uint64_t revision, Change change,
                  const std::vector<uint32_t>& removed, const std::vector<bool>& dropped,
                  const std::vector<NewSegment>& segments);

  // The same with other indices of the dead texts of one segment.
  IndexedSnapshot(const IndexedSnapshot& previous, const Segment* segment,
                  const std::vector<std::shared_ptr<const DeadTexts>>& inputs,
                  std::shared_ptr<const DeadTexts> merged);

  // `previous` with `added` in place of what had their ids, and without `removed`.
  static std::shared_ptr<const IndexedSnapshot> Update(
      const IndexedSnapshot& previous, uint64_t revision,
      const std::vector<std::shared_ptr<const PackedDocument>>& added,
      const std::vector<std::string>& removed);

  const ArchiveOptions& options() const { return options_; }
  const std::shared_ptr<const themes::Scheme>& shared_scheme() const { return scheme_pointer(); }
  const std::vector<SegmentView>& views() const { return views_; }

  // What JudgeStockPhrases does.
  bool JudgeAll(absl::FunctionRef<bool()> go_on) const;
  // What ReadPrintedMarks does.
  bool ReadMarks(absl::FunctionRef<bool()> go_on) const;

  absl::StatusOr<LookupAnswer> Find(const Lookup& lookup,
                                    const Cancellation& cancellation) const override;
  uint64_t PlannedWork(const Lookup& lookup) const override;
  std::vector<Seed> LongestMatches(std::u32string_view units,
                                   const SeedOptions& options) const override;
  Seed FindPlaces(std::u32string_view units, const SeedOptions& options) const override;
  absl::StatusOr<PhraseTrace> Trace(std::u32string_view units, const TraceOptions& options,
                                    const Cancellation& cancellation) const override;
  uint64_t CountReports(std::u32string_view units) const override;
  Emergence EmergenceOf(std::u32string_view units, const std::vector<Epoch>& epochs) const override;

 private:
  // What a trace goes through: sources, and of each the quotes that a filter lets through, one bit
  // each, where it asks something of single quotes.
  struct Traced {
    std::vector<PartView> sources;
    std::vector<std::vector<uint64_t>> allowed;  // by source; empty: whole reports pass
  };
  // `remap` is scratch: the new rank of each rank of `previous`.
  IndexedSnapshot(const IndexedSnapshot& previous, uint64_t revision, Change change,
                  const std::vector<uint32_t>& removed, const std::vector<bool>& dropped,
                  const std::vector<NewSegment>& segments,
                  const std::unique_ptr<std::vector<uint32_t>>& remap);

  // Takes in a segment as it comes.
  void AddView(const NewSegment& added);

  // Takes in a view of which some entries have just died.
  void Keep(SegmentView view, std::vector<uint32_t> dead);

  // Finds where each report stands, once all views are there.
  void PlaceReports();

  // The parts that a look-up in `scope` goes through.
  std::vector<PartView> Sources(TextScope scope) const;

  // Answers a look-up of which IsPlainTerm is true.
  void FindTerm(const Lookup& lookup, const std::vector<PartView>& sources, const QueryPlan& plan,
                const Resumption& resumption, LookupAnswer* answer) const;

  // Makes the hits of a page.
  void Show(const Lookup& lookup, const std::vector<Candidate>& candidates, const QueryPlan& plan,
            LookupAnswer* answer) const;

  // The reports that pass a filter by what they are.
  struct Selection {
    struct Named {
      const Entry* entry;
      FilterPlan::SectionSet sections;
    };
    bool all = false;                // else:
    bool by_name = false;            // whether the filter names them
    std::vector<Named> named;        // if so, in the order of answers
    std::vector<NumberRange> ranks;  // if not, ascending
  };
  Selection Select(const Filter& filter, const FilterPlan& plan) const;

  // The quotes of a source that pass by their reports.
  struct Passing {
    bool all = false;                 // all of them
    std::vector<NumberRange> ranges;  // unless it is all
    bool dead = false;                // some may be of dead entries, which pass nowhere
    uint64_t quotes = 0;              // at most; exact without dead ones
    // Of the entries that pass, where the filter has sections.
    absl::flat_hash_map<uint32_t, FilterPlan::SectionSet> sections;
  };
  static Passing FindPassing(const Selection& selection, const PartView& source);

  // The quotes of one report in a source, not empty.
  struct Stretch {
    uint32_t source = 0;
    uint32_t rank = 0;  // of the report
    NumberRange numbers;
  };
  // All that pass, report by report in the order of answers, from sources of one part of each view.
  // Nullopt where ranges of many reports pass, or named ones: they are gone through as they are.
  std::optional<std::vector<Stretch>> FindStretches(const Selection& selection,
                                                    const std::vector<PartView>& sources) const;

  // Whether the words of a living quote stand in limits::kFormulaicReports reports; as
  // CountReportsOf, and kept. In indexed_snapshot_salience.cc.
  bool IsStock(const PartView& source, uint32_t number) const {
    const bool told = IsStockIn(source.part->attributes[number]);
    if (told ? source.stock_told : source.fresh_told) {
      return told;
    }
    if (const std::optional<bool> known = source.stock().Get(number); known.has_value()) {
      return *known;
    }
    const bool stock = JudgeStock(source, number);
    source.stock().Set(number, stock);
    return stock;
  }
  bool JudgeStock(const PartView& source, uint32_t number) const;
  // What a living quote has in Order::kSalience.
  Salience SalienceHere(const PartView& source, uint32_t number) const {
    const Salience salience = SalienceIn(source.part->attributes[number]);
    return salience != Salience::kFormal && IsStock(source, number) ? Salience::kFormal : salience;
  }

  // A look-up of the quotes that have all of some themes, with filters by report and attributes.
  // How it is answered is in indexed_snapshot_themes.cc.
  struct ThemeQuestion {
    std::vector<int> themes;  // ascending; none stands above another
    AttributeSet attributes;
  };
  // Nullopt where a look-up asks for something else.
  std::optional<ThemeQuestion> PlainThemes(const Lookup& lookup) const;
  void FindThemes(const Lookup& lookup, const std::vector<PartView>& sources,
                  const ThemeQuestion& question, const Resumption& resumption, Progress* progress,
                  LookupAnswer* answer) const;
  void ReadThemes(const Lookup& lookup, const std::vector<PartView>& sources,
                  const ThemeQuestion& question, const Selection& selection,
                  const Resumption& resumption, Progress* progress, Page* page) const;
  // The facets of such a look-up.
  Facets CountThemes(const Lookup& lookup, const std::vector<PartView>& sources,
                     Progress* progress) const;
  // The number of quotes of a theme with some attributes among those that pass.
  static uint64_t CountTheme(const PartView& source, const Passing& passing, int theme,
                             AttributeSet attributes, Progress* progress);

  // Whether a look-up is one of those that FindTerm answers.
  static bool IsPlainTerm(const Lookup& lookup) {
    return lookup.query != nullptr && lookup.figures == nullptr &&
           lookup.query->root.kind == QueryNode::Kind::kTerm &&
           lookup.match == MatchMode::kFolded && lookup.order == Order::kNewest &&
           !lookup.with_facets && !FilterPlan::Restricts(lookup.filter);
  }
  // The quotes of one source that a look-up finds.
  QuoteSet FindQuotes(const Lookup& lookup, const FilterPlan& filter, const PartView& source,
                      const Passing& passing, const Matcher& matcher, Progress* progress) const;
  // Has the processor fetch what the hits of a page are made of, all of them at the same time: one
  // after the other each would wait for memory several times.
  void Fetch(const std::vector<Candidate>& candidates) const;
  // Newest first: the number of the first quote of the first entry that is not wholly before the
  // place where the page begins.
  static uint32_t FirstNumber(const Lookup& lookup, const Resumption& resumption,
                              const PartView& source);
  // The number of the first quote of an entry that may be on the page, where the order of places is
  // that of the answer; 0 unless the page begins in the entry.
  static uint32_t FirstNumberIn(const Entry& entry, const Resumption& resumption,
                                const PartView& source);

  absl::StatusOr<Traced> PrepareTrace(const TraceOptions& options,
                                      const Cancellation& cancellation) const;
  static std::vector<TextIndex::Interval> FindIntervals(const std::vector<PartView>& sources,
                                                        std::u32string_view units);
  // Of each living report that has what stands in `intervals`, ascending. `passing` may be null.
  std::vector<RankCount> CountByRank(const Traced& traced,
                                     const std::vector<TextIndex::Interval>& intervals,
                                     const PassingReports* passing) const;
  // The same of a phrase with its marks, whose units stand in `intervals`. Only the quotes that
  // have it are let through afterwards.
  absl::StatusOr<std::vector<RankCount>> CountMarked(
      std::u32string_view units, const std::vector<TextIndex::Interval>& intervals,
      std::u32string_view marked, const PassingReports& passing, const Cancellation& cancellation,
      Traced* traced) const;
  // The first or last quote of a report that has `units` (and `marked`), which one of them does.
  PhraseTrace::Use FindUse(const Traced& traced, std::u32string_view units,
                           std::u32string_view marked, uint32_t rank, bool last) const;
  std::vector<PhraseTrace::Variant> FindVariants(const Traced& traced, std::u32string_view units,
                                                 const PassingReports& passing, size_t most) const;
  // As `units` are printed where they stand first.
  std::string PrintedForm(const Traced& traced, const std::vector<TextIndex::Interval>& intervals,
                          std::u32string_view units, const PassingReports& passing) const;

  // Whether a quote of a living entry stands in an interval.
  static bool AnyAlive(const PartView& source, TextIndex::Interval interval);
  // The longest prefix that a quote of a living entry has, and where it stands, in dead ones too.
  static TextIndex::Prefix LongestAlive(const PartView& source, std::u32string_view units);
  // `intervals`, parallel to `sources`, is where `units` stand.
  Seed PlacesIn(const std::vector<PartView>& sources,
                const std::vector<TextIndex::Interval>& intervals, std::u32string_view units,
                size_t max_places, size_t telling_units) const;

  // Where a report stands: its view and its place among the entries of the segment.
  struct Standing {
    uint32_t view = 0;
    uint32_t entry = 0;
  };

  const ArchiveOptions options_;
  std::vector<SegmentView> views_;
  std::vector<Standing> places_;              // by rank
  mutable std::atomic<bool> judged_ = false;  // whether JudgeAll has come to its end
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_INDEXED_SNAPSHOT_H_
