#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "service/archive/archive.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::archive {
namespace {

// One bit a term.
static_assert(limits::kMaxQueryTerms <= 64);
using TermMask = uint64_t;

// Letters looked at between two checks of the cancellation: some milliseconds.
constexpr size_t kUnitsBetweenChecks = 4u << 20;
// What a quote costs beside its letters.
constexpr size_t kUnitsPerQuote = 64;

std::u32string_view StripBreaks(std::u32string_view units) {
  const size_t begin = units.find_first_not_of(text::kBreak);
  if (begin == std::u32string_view::npos) {
    return {};
  }
  return units.substr(begin, units.find_last_not_of(text::kBreak) + 1 - begin);
}

std::u32string FoldName(std::string_view name) {
  return std::u32string(StripBreaks(text::Fold(text::ToCodePoints(name)).units));
}

// A document with what every look-up needs of it. Immutable; shared by the snapshots that hold the
// same document.
class Entry {
 public:
  explicit Entry(std::shared_ptr<const Document> document) : document_(std::move(document)) {
    const report::ParsedReport& content = document_->content;
    QUOTES_CHECK(document_->themes.empty() || document_->themes.size() == content.quotes.size());
    const std::u32string_view joined = content.joined;
    first_unit_.reserve(content.quotes.size() + 1);
    first_unit_.push_back(0);
    for (uint32_t i = 0; i < content.quotes.size(); ++i) {
      const report::Quote& quote = content.quotes[i];
      const text::FoldedText folded =
          text::Fold(joined.substr(quote.range.begin, quote.range.size()));
      units_ += folded.units;
      for (size_t unit = 0; unit < folded.units.size(); ++unit) {
        begin_.push_back(quote.range.begin + folded.begin[unit]);
        end_.push_back(quote.range.begin + folded.end[unit]);
      }
      first_unit_.push_back(units_.size());
      quote_index_.emplace(quote.id, i);
    }
    lead_ = FindLeads(content);
    speaker_ = FoldName(content.metadata.speaker);
    body_ = FoldName(content.metadata.body);
  }

  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  const std::shared_ptr<const Document>& document() const { return document_; }
  const std::string& id() const { return document_->report_id; }
  const std::optional<absl::CivilDay>& date() const { return document_->content.metadata.date; }
  const std::vector<report::Quote>& quotes() const { return document_->content.quotes; }
  uint32_t size() const { return static_cast<uint32_t>(quotes().size()); }

  std::u32string_view units(uint32_t quote) const {
    return std::u32string_view(units_).substr(first_unit_[quote],
                                              first_unit_[quote + 1] - first_unit_[quote]);
  }
  std::u32string_view text(uint32_t quote) const {
    const report::Range& range = quotes()[quote].range;
    return std::u32string_view(document_->content.joined).substr(range.begin, range.size());
  }
  // The joined text under `count` units of a quote, from its unit `first` on.
  report::Range Source(uint32_t quote, size_t first, size_t count) const {
    const size_t unit = first_unit_[quote] + first;
    return {begin_[unit], end_[unit + count - 1]};
  }

  bool lead(uint32_t quote) const { return lead_[quote]; }
  std::u32string_view speaker() const { return speaker_; }
  std::u32string_view body() const { return body_; }
  const std::vector<themes::Assignment>& themes(uint32_t quote) const {
    static const auto* const kNone = new std::vector<themes::Assignment>();
    return document_->themes.empty() ? *kNone : document_->themes[quote];
  }

  std::optional<uint32_t> Find(std::string_view quote_id) const {
    const auto found = quote_index_.find(quote_id);
    return found == quote_index_.end() ? std::nullopt : std::optional<uint32_t>(found->second);
  }

 private:
  static std::vector<bool> FindLeads(const report::ParsedReport& content) {
    std::vector<bool> lead(content.quotes.size(), false);
    const auto begins_before = [](const report::Quote& quote, uint32_t position) {
      return quote.range.begin <= position;
    };
    for (const report::Section& section : content.sections) {
      if (section.heading_range.empty()) {
        continue;
      }
      // Quotes stand in text order: the last that begins at or before the heading.
      const auto next = std::lower_bound(content.quotes.begin(), content.quotes.end(),
                                         section.heading_range.begin, begins_before);
      if (next != content.quotes.begin() &&
          section.heading_range.end <= std::prev(next)->range.end) {
        lead[static_cast<size_t>(std::prev(next) - content.quotes.begin())] = true;
      }
    }
    for (size_t i = 0; i < content.quotes.size(); ++i) {
      lead[i] = lead[i] || content.quotes[i].block == report::BlockKind::kHeading;
    }
    return lead;
  }

  const std::shared_ptr<const Document> document_;
  // All quotes' folded units, one after the other, and the joined text under each unit.
  std::u32string units_;
  std::vector<uint32_t> begin_;
  std::vector<uint32_t> end_;
  std::vector<size_t> first_unit_;  // of each quote; one more at the end
  std::vector<bool> lead_;
  std::u32string speaker_;
  std::u32string body_;
  absl::flat_hash_map<std::string_view, uint32_t> quote_index_;  // views into the document
};

// Negative when a report of date `a` comes before one of date `b`: latest first, undated last.
int CompareDates(const std::optional<absl::CivilDay>& a, const std::optional<absl::CivilDay>& b) {
  if (a == b) {
    return 0;
  }
  if (!a.has_value() || !b.has_value()) {
    return a.has_value() ? -1 : 1;
  }
  return *a > *b ? -1 : 1;
}

// A filter made ready to be asked for every report and quote.
class FilterPlan {
 public:
  FilterPlan(const Filter& filter, size_t theme_count)
      : filter_(filter),
        reports_(filter.reports.begin(), filter.reports.end()),
        speakers_(FoldNames(filter.speakers)),
        bodies_(FoldNames(filter.bodies)),
        theme_groups_(filter.theme_groups.size(), std::vector<bool>(theme_count, false)) {
    for (const auto& [report_id, section_id] : filter.sections) {
      sections_[report_id].insert(section_id);
    }
    for (size_t group = 0; group < theme_groups_.size(); ++group) {
      for (const int theme : filter.theme_groups[group]) {
        if (theme >= 0 && static_cast<size_t>(theme) < theme_count) {
          theme_groups_[group][static_cast<size_t>(theme)] = true;
        }
      }
    }
  }

  // The sections of a report that pass, by index; nullopt where sections do not matter.
  using SectionSet = std::optional<std::vector<bool>>;

  // Whether quotes of this report can pass; sets `sections` if so.
  bool Passes(const Entry& entry, SectionSet* sections) const {
    if (!reports_.empty() && !reports_.contains(entry.id())) {
      return false;
    }
    if ((filter_.date_from.has_value() && !(entry.date() >= filter_.date_from)) ||
        (filter_.date_to.has_value() &&
         !(entry.date().has_value() && entry.date() <= filter_.date_to))) {
      return false;
    }
    if (!NamePasses(filter_.speakers, speakers_, entry.speaker()) ||
        !NamePasses(filter_.bodies, bodies_, entry.body())) {
      return false;
    }
    sections->reset();
    return filter_.sections.empty() || FindSections(entry, sections);
  }

  bool Passes(const Entry& entry, uint32_t index, const SectionSet& sections) const {
    const report::Quote& quote = entry.quotes()[index];
    return InScope(quote) &&
           (!sections.has_value() ||
            (quote.section >= 0 && (*sections)[static_cast<size_t>(quote.section)])) &&
           (filter_.modes.empty() || std::find(filter_.modes.begin(), filter_.modes.end(),
                                               quote.mode) != filter_.modes.end()) &&
           (!filter_.with_figures.has_value() || *filter_.with_figures == quote.has_figures) &&
           ThemesPass(entry.themes(index));
  }

  bool InScope(const report::Quote& quote) const {
    return filter_.scope == TextScope::kAll ||
           report::IsSpeech(quote.block) == (filter_.scope == TextScope::kSpeech);
  }

 private:
  static std::vector<std::u32string> FoldNames(const std::vector<std::string>& names) {
    std::vector<std::u32string> folded;
    for (const std::string& name : names) {
      // A name without letters is in every name, but it asks for nothing.
      if (std::u32string units = FoldName(name); !units.empty()) {
        folded.push_back(std::move(units));
      }
    }
    return folded;
  }

  static bool NamePasses(const std::vector<std::string>& wanted,
                         const std::vector<std::u32string>& folded, std::u32string_view name) {
    return wanted.empty() ||
           std::any_of(folded.begin(), folded.end(), [name](const std::u32string& part) {
             return name.find(part) != std::u32string_view::npos;
           });
  }

  bool FindSections(const Entry& entry, SectionSet* sections) const {
    const auto wanted = sections_.find(entry.id());
    if (wanted == sections_.end()) {
      return false;
    }
    const std::vector<report::Section>& all = entry.document()->content.sections;
    std::vector<bool> passing(all.size(), false);
    bool any = false;
    for (size_t i = 0; i < all.size(); ++i) {
      // Parents stand before their children.
      passing[i] = wanted->second.contains(all[i].id) ||
                   (all[i].parent >= 0 && passing[static_cast<size_t>(all[i].parent)]);
      any = any || passing[i];
    }
    *sections = std::move(passing);
    return any;
  }

  bool ThemesPass(const std::vector<themes::Assignment>& assignments) const {
    return std::all_of(theme_groups_.begin(), theme_groups_.end(),
                       [&](const std::vector<bool>& group) {
                         return std::any_of(assignments.begin(), assignments.end(),
                                            [&](const themes::Assignment& assignment) {
                                              return group[static_cast<size_t>(assignment.theme)];
                                            });
                       });
  }

  const Filter& filter_;
  const absl::flat_hash_set<std::string_view> reports_;
  const std::vector<std::u32string> speakers_;
  const std::vector<std::u32string> bodies_;
  absl::flat_hash_map<std::string_view, absl::flat_hash_set<std::string_view>> sections_;
  std::vector<std::vector<bool>> theme_groups_;  // by group, by theme
};

// A query made ready: equal terms are looked for once.
class QueryPlan {
 public:
  QueryPlan(const Query* query, MatchMode match) : query_(query), match_(match) {
    if (query == nullptr) {
      return;
    }
    QUOTES_CHECK(query->terms.size() <= limits::kMaxQueryTerms);
    const std::vector<bool> positive = PositiveTerms(*query);
    for (size_t term = 0; term < query->terms.size(); ++term) {
      const std::u32string_view wanted = Wanted(query->terms[term]);
      size_t needle = 0;
      while (needle < needles_.size() && needles_[needle].text != wanted) {
        ++needle;
      }
      if (needle == needles_.size()) {
        needles_.push_back({wanted, std::nullopt, {}});
      }
      if (positive[term] && !needles_[needle].positive_term.has_value()) {
        needles_[needle].positive_term = static_cast<uint32_t>(term);
        needles_[needle].typed = Core(query->terms[term].raw);
      }
      needle_of_term_.push_back(needle);
    }
  }

  size_t needle_count() const { return needles_.size(); }

  // One quote under this query. Looks for a term when it is first asked for.
  class Match {
   public:
    Match(const QueryPlan& plan, const Entry& entry, uint32_t quote)
        : plan_(plan),
          haystack_(plan.match_ == MatchMode::kExact ? entry.text(quote) : entry.units(quote)) {}

    bool Holds() { return plan_.query_ == nullptr || Evaluate(plan_.query_->root); }

    // Number of distinct positive terms that the quote has.
    uint32_t Relevance() {
      uint32_t count = 0;
      for (size_t needle = 0; needle < plan_.needles_.size(); ++needle) {
        if (plan_.needles_[needle].positive_term.has_value() && Has(needle)) {
          ++count;
        }
      }
      return count;
    }

   private:
    bool Evaluate(const QueryNode& node) {
      switch (node.kind) {
        case QueryNode::Kind::kTerm:
          return Has(plan_.needle_of_term_[node.term]);
        case QueryNode::Kind::kAnd:
          return std::all_of(node.children.begin(), node.children.end(),
                             [this](const QueryNode& child) { return Evaluate(child); });
        case QueryNode::Kind::kOr:
          return std::any_of(node.children.begin(), node.children.end(),
                             [this](const QueryNode& child) { return Evaluate(child); });
        case QueryNode::Kind::kNot:
          return !Evaluate(node.children.front());
      }
      return false;
    }

    bool Has(size_t needle) {
      const TermMask bit = TermMask{1} << needle;
      if ((known_ & bit) == 0) {
        known_ |= bit;
        if (haystack_.find(plan_.needles_[needle].text) != std::u32string_view::npos) {
          found_ |= bit;
        }
      }
      return (found_ & bit) != 0;
    }

    const QueryPlan& plan_;
    const std::u32string_view haystack_;
    TermMask known_ = 0;
    TermMask found_ = 0;
  };

  // Sets highlights, their count and the folds of a hit.
  void Explain(const Entry& entry, Hit* hit) const {
    std::vector<Highlight> highlights;
    for (const Needle& needle : needles_) {
      if (needle.positive_term.has_value()) {
        Locate(entry, hit->ref.index, needle, &highlights);
      }
    }
    const auto key = [](const Highlight& highlight) {
      return std::tuple(highlight.range.begin, highlight.range.end, highlight.term);
    };
    std::sort(highlights.begin(), highlights.end(),
              [key](const Highlight& a, const Highlight& b) { return key(a) < key(b); });
    // Two places inside the units of one character are one range of the text.
    highlights.erase(
        std::unique(highlights.begin(), highlights.end(),
                    [key](const Highlight& a, const Highlight& b) { return key(a) == key(b); }),
        highlights.end());
    hit->highlight_count = highlights.size();
    if (highlights.size() > limits::kMaxHighlights) {
      highlights.resize(limits::kMaxHighlights);
    }
    if (match_ == MatchMode::kFolded) {
      const std::u32string_view joined = entry.document()->content.joined;
      for (const Highlight& highlight : highlights) {
        const Needle& needle = needles_[needle_of_term_[highlight.term]];
        hit->folds |= text::FoldsBetween(
            needle.typed, joined.substr(highlight.range.begin, highlight.range.size()));
      }
    }
    hit->highlights = std::move(highlights);
  }

 private:
  // One distinct string to be found.
  struct Needle {
    std::u32string_view text;               // code points or folded units, as `match_` says
    std::optional<uint32_t> positive_term;  // the first outside negations, if any is
    std::u32string_view typed;              // that term without the marks around it
  };

  // What a match of `raw` is compared with: marks around a term ask for nothing.
  static std::u32string_view Core(std::u32string_view raw) {
    const text::FoldedText folded = text::Fold(raw);
    const size_t first = folded.units.find_first_not_of(text::kBreak);
    const size_t last = folded.units.find_last_not_of(text::kBreak);
    return first == std::u32string::npos
               ? raw
               : raw.substr(folded.begin[first], folded.end[last] - folded.begin[first]);
  }

  std::u32string_view Wanted(const Term& term) const {
    return match_ == MatchMode::kExact ? term.raw : term.folded;
  }

  void Locate(const Entry& entry, uint32_t quote, const Needle& needle,
              std::vector<Highlight>* highlights) const {
    const bool exact = match_ == MatchMode::kExact;
    const std::u32string_view haystack = exact ? entry.text(quote) : entry.units(quote);
    for (size_t place = haystack.find(needle.text); place != std::u32string_view::npos;
         place = haystack.find(needle.text, place + 1)) {
      report::Range range;
      if (exact) {
        range.begin = entry.quotes()[quote].range.begin + static_cast<uint32_t>(place);
        range.end = range.begin + static_cast<uint32_t>(needle.text.size());
      } else {
        range = entry.Source(quote, place, needle.text.size());
      }
      highlights->push_back({range, *needle.positive_term});
    }
  }

  const Query* const query_;
  const MatchMode match_;
  std::vector<Needle> needles_;
  std::vector<size_t> needle_of_term_;
};

// Counts what the facets of an answer say.
class FacetCounter {
 public:
  explicit FacetCounter(const themes::Scheme& scheme)
      : scheme_(scheme), theme_counts_(scheme.themes().size(), 0) {
    for (const themes::Theme& theme : scheme.themes()) {
      parents_.push_back(theme.parent.empty() ? -1 : scheme.Find(theme.parent));
    }
    last_seen_.resize(theme_counts_.size(), 0);
  }

  void Add(const Entry& entry, uint32_t quote) {
    ++quotes_;
    ++reports_[entry.id()];
    if (entry.date().has_value()) {
      ++years_[entry.date()->year()];
    }
    for (const themes::Assignment& assignment : entry.themes(quote)) {
      for (int theme = assignment.theme; theme >= 0; theme = parents_[static_cast<size_t>(theme)]) {
        // A quote counts once for a theme, however many of its descendants it carries.
        uint64_t& seen = last_seen_[static_cast<size_t>(theme)];
        if (seen == quotes_) {
          break;
        }
        seen = quotes_;
        ++theme_counts_[static_cast<size_t>(theme)];
      }
    }
  }

  Facets Take() const {
    Facets facets;
    for (const auto& [report_id, count] : reports_) {
      facets.reports.push_back({std::string(report_id), count});
    }
    for (size_t theme = 0; theme < theme_counts_.size(); ++theme) {
      if (theme_counts_[theme] > 0) {
        facets.themes.push_back({scheme_.themes()[theme].code, theme_counts_[theme]});
      }
    }
    for (const auto& [year, count] : years_) {
      facets.years.push_back({absl::StrCat(year), count});
    }
    Order(&facets.reports);
    Order(&facets.themes);
    Order(&facets.years);
    return facets;
  }

 private:
  static void Order(std::vector<FacetBucket>* buckets) {
    std::sort(buckets->begin(), buckets->end(), [](const FacetBucket& a, const FacetBucket& b) {
      return a.count != b.count ? a.count > b.count : a.value < b.value;
    });
    if (buckets->size() > limits::kMaxFacetBuckets) {
      buckets->resize(limits::kMaxFacetBuckets);
    }
  }

  const themes::Scheme& scheme_;
  std::vector<int> parents_;
  std::vector<uint64_t> theme_counts_;
  std::vector<uint64_t> last_seen_;  // the number of the last quote counted for each theme
  absl::flat_hash_map<std::string_view, uint64_t> reports_;
  std::map<absl::civil_year_t, uint64_t> years_;
  uint64_t quotes_ = 0;
};

// A matching quote before its hit is written out. `rank` is its report's in the order walked.
struct Candidate {
  uint32_t relevance = 0;
  bool lead = false;
  size_t rank = 0;
  uint32_t quote = 0;

  friend bool operator<(const Candidate& a, const Candidate& b) {
    if (a.relevance != b.relevance) {
      return a.relevance > b.relevance;
    }
    if (a.lead != b.lead) {
      return a.lead;
    }
    return std::tie(a.rank, a.quote) < std::tie(b.rank, b.quote);
  }
};

// The first candidates behind the place where the page begins, and whether more follow.
class Page {
 public:
  Page(size_t limit, bool ranked)
      : capacity_(std::min(limit, std::numeric_limits<size_t>::max() - 1) + 1), ranked_(ranked) {}

  // REQUIRES: candidates come in their order unless the page is ranked.
  void Add(const Candidate& candidate) {
    if (candidates_.size() < capacity_) {
      candidates_.push_back(candidate);
      if (ranked_) {
        std::push_heap(candidates_.begin(), candidates_.end());
      }
    } else if (ranked_ && candidate < candidates_.front()) {
      std::pop_heap(candidates_.begin(), candidates_.end());
      candidates_.back() = candidate;
      std::push_heap(candidates_.begin(), candidates_.end());
    }
  }

  // No later candidate changes the page.
  bool Complete() const { return !ranked_ && candidates_.size() == capacity_; }

  // The candidates in order; sets `more`.
  std::vector<Candidate> Take(bool* more) {
    if (ranked_) {
      std::sort_heap(candidates_.begin(), candidates_.end());
    }
    *more = candidates_.size() == capacity_;
    if (*more) {
      candidates_.pop_back();
    }
    return std::move(candidates_);
  }

 private:
  const size_t capacity_;  // one more than is shown
  const bool ranked_;
  std::vector<Candidate> candidates_;  // ranked: a heap with the last on top
};

class ScanArchive final : public Archive {
 public:
  ScanArchive(uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
              std::vector<std::shared_ptr<const Document>> documents, const ScanArchive* previous)
      : revision_(revision), scheme_(std::move(scheme)) {
    absl::flat_hash_map<const Document*, std::shared_ptr<const Entry>> prepared;
    if (previous != nullptr) {
      for (const auto& entry : previous->entries_) {
        prepared.emplace(entry->document().get(), entry);
      }
    }
    for (std::shared_ptr<const Document>& document : documents) {
      if (document->state != ReportState::kActive) {
        continue;
      }
      const auto found = prepared.find(document.get());
      entries_.push_back(found != prepared.end()
                             ? found->second
                             : std::make_shared<const Entry>(std::move(document)));
    }
    std::sort(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
      const int dates = CompareDates(a->date(), b->date());
      return dates != 0 ? dates < 0 : a->id() < b->id();
    });
    theme_counts_.resize(scheme_->themes().size(), 0);
    for (size_t rank = 0; rank < entries_.size(); ++rank) {
      const Entry& entry = *entries_[rank];
      documents_.push_back(entry.document());
      newest_.push_back(&entry);
      const bool is_new = by_id_.emplace(entry.id(), rank).second;
      QUOTES_CHECK(is_new);
      CountThemes(entry);
    }
    reading_order_ = newest_;
    std::sort(reading_order_.begin(), reading_order_.end(),
              [](const Entry* a, const Entry* b) { return a->id() < b->id(); });
  }

  uint64_t revision() const override { return revision_; }
  const themes::Scheme& scheme() const override { return *scheme_; }

  absl::StatusOr<LookupAnswer> Find(const Lookup& lookup,
                                    const Cancellation& cancellation) const override;

  const Document* FindReport(std::string_view report_id) const override {
    const Entry* const entry = FindEntry(report_id);
    return entry == nullptr ? nullptr : entry->document().get();
  }

  std::optional<QuoteRef> FindQuote(std::string_view report_id,
                                    std::string_view quote_id) const override {
    const Entry* const entry = FindEntry(report_id);
    const std::optional<uint32_t> index = entry == nullptr ? std::nullopt : entry->Find(quote_id);
    if (!index.has_value()) {
      return std::nullopt;
    }
    return QuoteRef{entry->document().get(), *index};
  }

  const std::vector<std::shared_ptr<const Document>>& documents() const override {
    return documents_;
  }

  Coverage CoverageOf(const Filter& filter) const override {
    const FilterPlan plan(filter, scheme_->themes().size());
    FilterPlan::SectionSet sections;
    Coverage coverage;
    for (const Entry* entry : newest_) {
      if (!plan.Passes(*entry, &sections)) {
        continue;
      }
      ++coverage.reports;
      coverage.quotes += static_cast<uint64_t>(
          std::count_if(entry->quotes().begin(), entry->quotes().end(),
                        [&plan](const report::Quote& quote) { return plan.InScope(quote); }));
      if (entry->document()->content.completeness.truncated) {
        ++coverage.incomplete_reports;
        if (coverage.incomplete.size() < limits::kMaxCoverageReports) {
          coverage.incomplete.push_back(entry->document().get());
        }
      }
    }
    return coverage;
  }

  const std::vector<uint64_t>& theme_counts() const override { return theme_counts_; }

 private:
  // Where a page begins: the places behind a sort key, as this snapshot sees it.
  class Resumption {
   public:
    Resumption(const ScanArchive& archive, const Lookup& lookup)
        : key_(lookup.after), order_(lookup.order) {
      if (!key_.has_value()) {
        return;
      }
      if (const Entry* const entry = archive.FindEntry(key_->report_id); entry != nullptr) {
        first_quote_ = FirstQuoteBehind(*entry);
      }
    }

    // Negative when every quote of the report comes before the key, were relevance and lead
    // equal; 0 for the key's own report.
    int Compare(const Entry& entry) const {
      if (!key_.has_value()) {
        return 1;
      }
      const int dates = order_ == Order::kReadingOrder ? 0 : CompareDates(entry.date(), key_->date);
      return dates != 0 ? dates : entry.id().compare(key_->report_id);
    }

    bool IsBehind(const Candidate& candidate, int compared) const {
      if (!key_.has_value()) {
        return true;
      }
      if (order_ == Order::kRelevance) {
        if (candidate.relevance != key_->relevance) {
          return candidate.relevance < key_->relevance;
        }
        if (candidate.lead != key_->lead) {
          return key_->lead;
        }
      }
      return compared > 0 || (compared == 0 && candidate.quote >= first_quote_);
    }

   private:
    // The first quote of the key's report that is behind the key.
    uint32_t FirstQuoteBehind(const Entry& entry) const {
      if (const std::optional<uint32_t> quote = entry.Find(key_->quote_id); quote.has_value()) {
        return *quote + 1;
      }
      for (const std::string& id : key_->predecessors) {
        if (const std::optional<uint32_t> quote = entry.Find(id); quote.has_value()) {
          return *quote + 1;
        }
      }
      if (key_->predecessors.size() < kSortKeyPredecessors) {
        return 0;  // all that stood before the key is gone
      }
      const auto next =
          std::upper_bound(entry.quotes().begin(), entry.quotes().end(), key_->position,
                           [](uint32_t position, const report::Quote& quote) {
                             return position < quote.range.begin;
                           });
      return static_cast<uint32_t>(next - entry.quotes().begin());
    }

    const std::optional<SortKey>& key_;
    const Order order_;
    uint32_t first_quote_ = 0;
  };

  const Entry* FindEntry(std::string_view report_id) const {
    const auto found = by_id_.find(report_id);
    return found == by_id_.end() ? nullptr : newest_[found->second];
  }

  void CountThemes(const Entry& entry) {
    for (uint32_t quote = 0; quote < entry.size(); ++quote) {
      for (const themes::Assignment& assignment : entry.themes(quote)) {
        QUOTES_CHECK(assignment.theme >= 0 &&
                     static_cast<size_t>(assignment.theme) < theme_counts_.size());
        if (report::IsSpeech(entry.quotes()[quote].block)) {
          ++theme_counts_[static_cast<size_t>(assignment.theme)];
        }
      }
    }
  }

  static Hit MakeHit(const Entry& entry, const Candidate& candidate, const QueryPlan& plan) {
    Hit hit;
    hit.ref = {entry.document().get(), candidate.quote};
    const report::Quote& quote = hit.ref.quote();
    hit.key.relevance = candidate.relevance;
    hit.key.lead = candidate.lead;
    hit.key.date = entry.date();
    hit.key.report_id = entry.id();
    hit.key.quote_id = quote.id;
    hit.key.position = quote.range.begin;
    for (uint32_t i = candidate.quote; i > 0 && hit.key.predecessors.size() < kSortKeyPredecessors;
         --i) {
      hit.key.predecessors.push_back(entry.quotes()[i - 1].id);
    }
    plan.Explain(entry, &hit);
    return hit;
  }

  const uint64_t revision_;
  const std::shared_ptr<const themes::Scheme> scheme_;
  std::vector<std::shared_ptr<const Entry>> entries_;  // newest first
  std::vector<std::shared_ptr<const Document>> documents_;
  std::vector<const Entry*> newest_;
  std::vector<const Entry*> reading_order_;              // by id
  absl::flat_hash_map<std::string_view, size_t> by_id_;  // into newest_; views into the documents
  std::vector<uint64_t> theme_counts_;
};

absl::StatusOr<LookupAnswer> ScanArchive::Find(const Lookup& lookup,
                                               const Cancellation& cancellation) const {
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  const FilterPlan filter(lookup.filter, scheme_->themes().size());
  const QueryPlan query(lookup.query, lookup.match);
  const Resumption resumption(*this, lookup);
  const bool ranked = lookup.order == Order::kRelevance;
  const bool count_all = lookup.with_total || lookup.with_facets;
  const std::vector<const Entry*>& entries =
      lookup.order == Order::kReadingOrder ? reading_order_ : newest_;

  LookupAnswer answer;
  FacetCounter facets(*scheme_);
  Page page(lookup.limit, ranked);
  FilterPlan::SectionSet sections;
  size_t work = 0;
  bool done = false;

  for (size_t rank = 0; rank < entries.size() && !done; ++rank) {
    const Entry& entry = *entries[rank];
    const int compared = resumption.Compare(entry);
    if ((compared < 0 && !ranked && !count_all) || !filter.Passes(entry, &sections)) {
      continue;
    }
    for (uint32_t quote = 0; quote < entry.size() && !done; ++quote) {
      work += kUnitsPerQuote + entry.units(quote).size() * query.needle_count();
      if (work > kUnitsBetweenChecks) {
        QUOTES_RETURN_IF_ERROR(cancellation.Check());
        work = 0;
      }
      if (!filter.Passes(entry, quote, sections)) {
        continue;
      }
      QueryPlan::Match match(query, entry, quote);
      if (!match.Holds()) {
        continue;
      }
      ++answer.total;
      if (lookup.with_facets) {
        facets.Add(entry, quote);
      }
      Candidate candidate{0, false, rank, quote};
      if (ranked) {
        candidate.relevance = match.Relevance();
        candidate.lead = entry.lead(quote);
      }
      if (resumption.IsBehind(candidate, compared)) {
        page.Add(candidate);
      }
      done = !count_all && page.Complete();
    }
  }

  for (const Candidate& candidate : page.Take(&answer.more)) {
    answer.hits.push_back(MakeHit(*entries[candidate.rank], candidate, query));
  }
  if (!lookup.with_total) {
    answer.total = 0;
  }
  if (lookup.with_facets) {
    answer.facets = facets.Take();
  }
  return answer;
}

}  // namespace

std::shared_ptr<const Archive> MakeScanArchive(
    uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
    std::vector<std::shared_ptr<const Document>> documents, const Archive* previous) {
  return std::make_shared<const ScanArchive>(revision, std::move(scheme), std::move(documents),
                                             dynamic_cast<const ScanArchive*>(previous));
}

}  // namespace quotes::archive
