#include "service/archive/facet_sums.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "service/archive/answer.h"
#include "service/archive/report_columns.h"

namespace quotes::archive {

FacetSums::FacetSums(const Catalog& catalog, const std::vector<uint32_t>& reading_rank)
    : catalog_(catalog),
      reading_rank_(reading_rank),
      theme_counts_(catalog.scheme().themes().size(), 0),
      report_counts_(catalog.columns().size(), 0) {}

void FacetSums::Add(const PartView& source, QuoteSet* quotes) {
  // Numbers ascend, and so do the entries that have them.
  const Segment::Part& part = *source.part;
  uint32_t end = 0;  // of the entry's numbers
  uint32_t* in_report = nullptr;
  quotes->Visit(0, [&](uint32_t number) {
    if (number >= end) {
      const uint32_t entry = part.entry[number];
      end = part.first[entry + 1];
      in_report = &report_counts_[source.view->rank[entry]];
    }
    ++*in_report;
    return true;
  });
  AddThemes(source, quotes);
}

void FacetSums::AddThemes(const PartView& source, QuoteSet* quotes) {
  const ThemePostings& postings = source.part->themes;
  // Looking up the themes of a quote costs about as much as reading so many postings.
  constexpr uint64_t kQuoteCost = 64;
  uint64_t cost = 0;
  for (size_t theme = 0; theme < theme_counts_.size(); ++theme) {
    cost += std::min(postings[theme].size(), postings.Bits(theme).size());
  }
  if (quotes->dense() && cost < quotes->size() * kQuoteCost) {
    for (size_t theme = 0; theme < theme_counts_.size(); ++theme) {
      const std::span<const uint64_t> bits = postings.Bits(theme);
      theme_counts_[theme] +=
          bits.empty() ? quotes->CountIn(postings[theme]) : quotes->CountInBits(bits);
    }
    return;
  }
  const themes::Scheme& scheme = catalog_.scheme();
  std::vector<uint32_t> last(theme_counts_.size(), 0);
  uint32_t seen = 0;
  quotes->Visit(0, [&](uint32_t number) {
    ++seen;
    for (const PackedAssignment& assignment :
         source.entry(number).themes(source.part->quote[number])) {
      // A quote counts once for a theme, however many of its descendants it carries.
      for (int theme = assignment.theme; theme >= 0; theme = scheme.ParentOf(theme)) {
        const auto at = static_cast<size_t>(theme);
        if (last[at] == seen) {
          break;
        }
        last[at] = seen;
        ++theme_counts_[at];
      }
    }
    return true;
  });
}

Facets FacetSums::Take() const {
  Facets facets;
  std::map<absl::civil_year_t, uint64_t> years;
  std::vector<uint32_t> ranks;
  absl::civil_year_t year = 0;
  const ReportColumns::Row* before = nullptr;
  for (uint32_t rank = 0; rank < report_counts_.size(); ++rank) {
    if (report_counts_[rank] == 0) {
      continue;
    }
    ranks.push_back(rank);
    const ReportColumns::Row& row = catalog_.columns()[rank];
    if (!row.dated) {
      continue;
    }
    // Many reports are of one day, and stand side by side.
    if (before == nullptr || before->day != row.day) {
      before = &row;
      year = (absl::CivilDay(1970, 1, 1) + row.day).year();
    }
    years[year] += report_counts_[rank];
  }
  const size_t shown = std::min(ranks.size(), limits::kMaxFacetBuckets);
  std::partial_sort(ranks.begin(), ranks.begin() + static_cast<ptrdiff_t>(shown), ranks.end(),
                    [this](uint32_t a, uint32_t b) {
                      return report_counts_[a] != report_counts_[b]
                                 ? report_counts_[a] > report_counts_[b]
                                 : reading_rank_[a] < reading_rank_[b];
                    });
  for (size_t i = 0; i < shown; ++i) {
    facets.reports.push_back(
        {std::string(catalog_.documents()[ranks[i]]->report_id()), report_counts_[ranks[i]]});
  }
  for (size_t theme = 0; theme < theme_counts_.size(); ++theme) {
    if (theme_counts_[theme] > 0) {
      facets.themes.push_back({catalog_.scheme().themes()[theme].code, theme_counts_[theme]});
    }
  }
  for (const auto& [of_reports, count] : years) {
    facets.years.push_back({absl::StrCat(of_reports), count});
  }
  OrderBuckets(&facets.themes);
  OrderBuckets(&facets.years);
  return facets;
}

}  // namespace quotes::archive
