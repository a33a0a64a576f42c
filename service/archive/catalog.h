#ifndef QUOTES_SERVICE_ARCHIVE_CATALOG_H_
#define QUOTES_SERVICE_ARCHIVE_CATALOG_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/archive/archive.h"
#include "service/archive/entry.h"
#include "service/archive/filter_plan.h"
#include "service/archive/quote_set.h"
#include "service/archive/report_columns.h"
#include "service/base/check.h"
#include "service/base/limits.h"

namespace quotes::archive {

// What every engine knows of its reports: all of Archive but looking into texts. Entries belong to
// the engine. A rank is an entry's place in the order of answers.
class Catalog : public Archive {
 public:
  static constexpr uint32_t kNoRank = std::numeric_limits<uint32_t>::max();

  uint64_t revision() const override { return revision_; }
  const themes::Scheme& scheme() const override { return *scheme_; }

  const PackedDocument* FindReport(std::string_view report_id) const override {
    const uint32_t rank = RankOf(report_id);
    return rank == kNoRank ? nullptr : entries_[rank];
  }

  std::optional<QuoteRef> FindQuote(std::string_view report_id,
                                    std::string_view quote_id) const override {
    const Entry* const entry = FindReport(report_id);
    const std::optional<uint32_t> index = entry == nullptr ? std::nullopt : entry->Find(quote_id);
    if (!index.has_value()) {
      return std::nullopt;
    }
    return QuoteRef{entry, *index};
  }

  const std::vector<const PackedDocument*>& documents() const override { return entries_; }

  Coverage CoverageOf(const Filter& filter) const override {
    Coverage coverage;
    if (!FilterPlan::RestrictsReports(filter)) {
      coverage.reports = entries_.size();
      coverage.quotes = filter.scope == TextScope::kAll      ? quotes_
                        : filter.scope == TextScope::kSpeech ? speech_quotes_
                                                             : quotes_ - speech_quotes_;
      coverage.incomplete_reports = incomplete_reports_;
      coverage.incomplete = incomplete_;
      return coverage;
    }
    const FilterPlan plan(filter, *scheme_);
    const auto count = [&](uint32_t rank) {
      const ReportColumns::Row& row = columns_[rank];
      ++coverage.reports;
      coverage.quotes += filter.scope == TextScope::kAll      ? row.quotes
                         : filter.scope == TextScope::kSpeech ? row.speech_quotes
                                                              : row.quotes - row.speech_quotes;
      if (row.truncated) {
        ++coverage.incomplete_reports;
        if (coverage.incomplete.size() < limits::kMaxCoverageReports) {
          coverage.incomplete.push_back(entries_[rank]);
        }
      }
    };
    if (FilterPlan::NamesReports(filter)) {
      FilterPlan::SectionSet sections;
      for (const uint32_t rank : NamedRanks(filter)) {
        if (plan.Passes(*entries_[rank], &sections)) {
          count(rank);
        }
      }
      return coverage;
    }
    for (const NumberRange& range : columns_.Passing(filter, plan)) {
      for (uint32_t rank = range.begin; rank < range.end; ++rank) {
        count(rank);
      }
    }
    return coverage;
  }

  const std::vector<uint64_t>& theme_totals() const override { return theme_totals_; }

  const ReportColumns& columns() const { return columns_; }

  // Ranks of the reports that a filter names, itself or by their sections, ascending.
  // REQUIRES: FilterPlan::NamesReports.
  std::vector<uint32_t> NamedRanks(const Filter& filter) const {
    std::vector<uint32_t> ranks;
    const auto add = [&](std::string_view report_id) {
      if (const uint32_t rank = RankOf(report_id); rank != kNoRank) {
        ranks.push_back(rank);
      }
    };
    for (const std::string& report_id : filter.reports) {
      add(report_id);
    }
    if (filter.reports.empty()) {
      for (const auto& [report_id, section_id] : filter.sections) {
        add(report_id);
      }
    }
    std::sort(ranks.begin(), ranks.end());
    ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
    return ranks;
  }

  // What a snapshot does to the entries that it adds and removes.
  enum class Change {
    kContent,  // they come and go
    kMove      // the same reports are held elsewhere
  };

 protected:
  // REQUIRES: report ids are unique.
  Catalog(uint64_t revision, std::shared_ptr<const themes::Scheme> scheme,
          std::vector<const Entry*> entries)
      : revision_(revision), scheme_(std::move(scheme)), entries_(std::move(entries)) {
    theme_totals_.resize(scheme_->themes().size(), 0);
    theme_pair_totals_.resize(theme_totals_.size() * theme_totals_.size(), 0);
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry* a, const Entry* b) { return ComesBefore(*a, *b); });
    columns_.Reserve(entries_.size());
    for (const Entry* const entry : entries_) {
      columns_.Add(*entry);
      Count(*entry, 1);
    }
    by_id_.resize(entries_.size());
    std::iota(by_id_.begin(), by_id_.end(), 0u);
    std::sort(by_id_.begin(), by_id_.end(),
              [this](uint32_t a, uint32_t b) { return IdAt(a) < IdAt(b); });
    for (size_t place = 1; place < by_id_.size(); ++place) {
      QUOTES_CHECK(IdAt(by_id_[place - 1]) != IdAt(by_id_[place]));
    }
    Finish();
  }

  // `previous` without the entries of some ranks (ascending) and with others, of which none has an
  // id that is left. Sets the new rank of each old one, kNoRank for those that are gone. What it
  // costs is a few copies of short arrays, beside the quotes of the entries that come and go.
  Catalog(const Catalog& previous, uint64_t revision, Change change,
          const std::vector<uint32_t>& removed, std::vector<const Entry*> added,
          std::vector<uint32_t>* remap)
      : revision_(revision),
        scheme_(previous.scheme_),
        columns_(ReportColumns::After(previous.columns_)),
        theme_totals_(previous.theme_totals_),
        theme_pair_totals_(previous.theme_pair_totals_),
        quotes_(previous.quotes_),
        speech_quotes_(previous.speech_quotes_),
        incomplete_reports_(previous.incomplete_reports_) {
    std::sort(added.begin(), added.end(),
              [](const Entry* a, const Entry* b) { return ComesBefore(*a, *b); });
    const bool counted = change == Change::kContent;
    if (counted) {
      for (const uint32_t rank : removed) {
        Count(*previous.entries_[rank], -1);
      }
    }
    // Each goes before the first old entry that it comes before.
    const size_t before = previous.entries_.size();
    remap->assign(before, 0);
    for (const uint32_t rank : removed) {
      (*remap)[rank] = kNoRank;
    }
    entries_.reserve(before - removed.size() + added.size());
    columns_.Reserve(before - removed.size() + added.size());
    std::vector<uint32_t> added_ranks;
    size_t old = 0;
    const auto copy_until = [&](size_t end) {
      for (; old < end; ++old) {
        if ((*remap)[old] != kNoRank) {
          (*remap)[old] = static_cast<uint32_t>(entries_.size());
          entries_.push_back(previous.entries_[old]);
          columns_.Add(previous.columns_[static_cast<uint32_t>(old)]);
        }
      }
    };
    for (const Entry* const entry : added) {
      const auto next = std::upper_bound(
          previous.entries_.begin() + static_cast<ptrdiff_t>(old), previous.entries_.end(), entry,
          [](const Entry* a, const Entry* b) { return ComesBefore(*a, *b); });
      copy_until(static_cast<size_t>(next - previous.entries_.begin()));
      added_ranks.push_back(static_cast<uint32_t>(entries_.size()));
      entries_.push_back(entry);
      columns_.Add(*entry);
      if (counted) {
        Count(*entry, 1);
      }
    }
    copy_until(before);

    std::sort(added_ranks.begin(), added_ranks.end(),
              [this](uint32_t a, uint32_t b) { return IdAt(a) < IdAt(b); });
    by_id_.reserve(entries_.size());
    size_t place = 0;
    const auto copy_ids_until = [&](size_t end) {
      for (; place < end; ++place) {
        if (const uint32_t rank = (*remap)[previous.by_id_[place]]; rank != kNoRank) {
          by_id_.push_back(rank);
        }
      }
    };
    for (const uint32_t rank : added_ranks) {
      const auto next = std::upper_bound(
          previous.by_id_.begin() + static_cast<ptrdiff_t>(place), previous.by_id_.end(),
          IdAt(rank),
          [&](std::string_view id, uint32_t other) { return id < previous.IdAt(other); });
      copy_ids_until(static_cast<size_t>(next - previous.by_id_.begin()));
      QUOTES_CHECK(by_id_.empty() || IdAt(by_id_.back()) != IdAt(rank));
      by_id_.push_back(rank);
    }
    copy_ids_until(before);
    Finish();
  }

  uint32_t RankOf(std::string_view report_id) const {
    const auto found =
        std::lower_bound(by_id_.begin(), by_id_.end(), report_id,
                         [this](uint32_t rank, std::string_view id) { return IdAt(rank) < id; });
    return found == by_id_.end() || IdAt(*found) != report_id ? kNoRank : *found;
  }

  const std::shared_ptr<const themes::Scheme>& scheme_pointer() const { return scheme_; }

  // By rank.
  const std::vector<const Entry*>& entries() const { return entries_; }
  // Ranks in the order of report ids, and the place of each rank in it.
  const std::vector<uint32_t>& by_id() const { return by_id_; }
  const std::vector<uint32_t>& reading_rank() const { return reading_rank_; }
  // As theme_totals, of the quotes that have both of two themes.
  uint64_t ThemePairTotal(int a, int b) const { return theme_pair_totals_[PairOf(a, b)]; }

 private:
  size_t PairOf(int a, int b) const {
    return static_cast<size_t>(std::min(a, b)) * theme_totals_.size() +
           static_cast<size_t>(std::max(a, b));
  }

  std::string_view IdAt(uint32_t rank) const { return entries_[rank]->report_id(); }

  void Count(const Entry& entry, int sign) {
    const auto add = [sign](uint64_t n, uint64_t* sum) { *sum = sign > 0 ? *sum + n : *sum - n; };
    add(entry.size(), &quotes_);
    add(entry.speech_count(), &speech_quotes_);
    add(entry.completeness().truncated ? 1 : 0, &incomplete_reports_);
    // The number of the quote that a theme was last counted for: one with two themes below another
    // counts once there.
    std::vector<size_t> last(theme_totals_.size(), 0);
    std::vector<int> themes;  // of the quote
    for (size_t quote = 0; quote < entry.size(); ++quote) {
      if (!report::IsSpeech(entry.quotes()[quote].block)) {
        continue;
      }
      themes.clear();
      for (const PackedAssignment& assignment : entry.themes(quote)) {
        for (int theme = assignment.theme; theme >= 0; theme = scheme_->ParentOf(theme)) {
          const auto at = static_cast<size_t>(theme);
          if (last[at] == quote + 1) {
            break;
          }
          last[at] = quote + 1;
          add(1, &theme_totals_[at]);
          for (const int other : themes) {
            add(1, &theme_pair_totals_[PairOf(theme, other)]);
          }
          themes.push_back(theme);
        }
      }
    }
  }

  void Finish() {
    columns_.Finish();
    reading_rank_.resize(by_id_.size());
    for (uint32_t place = 0; place < by_id_.size(); ++place) {
      reading_rank_[by_id_[place]] = place;
    }
    for (uint32_t rank = 0;
         rank < entries_.size() && incomplete_.size() < limits::kMaxCoverageReports; ++rank) {
      if (columns_[rank].truncated) {
        incomplete_.push_back(entries_[rank]);
      }
    }
  }

  const uint64_t revision_;
  const std::shared_ptr<const themes::Scheme> scheme_;
  std::vector<const Entry*> entries_;
  ReportColumns columns_;
  std::vector<uint32_t> by_id_;
  std::vector<uint32_t> reading_rank_;
  std::vector<uint64_t> theme_totals_;
  std::vector<uint64_t> theme_pair_totals_;  // by the lower theme, then the higher
  uint64_t quotes_ = 0;
  uint64_t speech_quotes_ = 0;
  uint64_t incomplete_reports_ = 0;
  std::vector<const Entry*> incomplete_;  // the first
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_CATALOG_H_
