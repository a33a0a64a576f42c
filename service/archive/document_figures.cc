#include "service/archive/document_figures.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace quotes::archive {
namespace {

figures::Range ToRange(report::Range range) { return {range.begin, range.end}; }

figures::Passage PassageOf(report::Mode mode) {
  switch (mode) {
    case report::Mode::kReview:
    case report::Mode::kProblem:
      return figures::Passage::kReview;
    case report::Mode::kTarget:
      return figures::Passage::kTarget;
    case report::Mode::kAim:
    case report::Mode::kMeasure:
      return figures::Passage::kProposal;
    case report::Mode::kUnspecified:
    case report::Mode::kSituation:
    case report::Mode::kFormality:
      break;
  }
  return figures::Passage::kOther;
}

// When a report was given. What one of the first months of a year looks back on are whole years
// before it, also where the session was put off to May; congresses that meet in autumn look back to
// the one before, five years ago.
figures::ReportTime TimeOf(const report::ParsedReport& content) {
  constexpr int kLastMonth = 5;
  constexpr int kAutumn = 9;
  figures::ReportTime time;
  if (!content.metadata.date.has_value()) {
    return time;
  }
  time.year = static_cast<int>(content.metadata.date->year());
  time.early_in_year = content.metadata.date->month() <= kLastMonth;
  time.reviews_five_years =
      (time.early_in_year || content.metadata.date->month() >= kAutumn) &&
      std::any_of(content.sections.begin(), content.sections.end(),
                  [&](const report::Section& section) {
                    return figures::NamesFiveYears(
                        std::u32string_view(content.joined)
                            .substr(section.heading_range.begin, section.heading_range.size()),
                        time.year, time.early_in_year);
                  });
  return time;
}

}  // namespace

std::vector<std::vector<figures::Figure>> FindFigures(const report::ParsedReport& content) {
  const figures::ReportTime time = TimeOf(content);
  // What each section's heading says, else those above it: parents stand before their children.
  std::vector<figures::Period> periods;
  periods.reserve(content.sections.size());
  for (const report::Section& section : content.sections) {
    figures::Period period = figures::FindPeriod(content.joined, ToRange(section.heading_range),
                                                 time, /*anywhere=*/true);
    if (period.empty() && section.parent >= 0) {
      period = periods[static_cast<size_t>(section.parent)];
    }
    periods.push_back(period);
  }
  std::vector<std::vector<figures::Figure>> figures;
  figures.reserve(content.quotes.size());
  figures::Period opening;
  uint32_t paragraph = 0;
  for (const report::Quote& quote : content.quotes) {
    figures::Surroundings surroundings;
    surroundings.report = time;
    if (report::IsSpeech(quote.block)) {
      surroundings.passage = PassageOf(quote.mode);
      if (quote.paragraph != paragraph) {
        paragraph = quote.paragraph;
        opening = figures::FindPeriod(content.joined, ToRange(quote.range), time,
                                      /*anywhere=*/false, surroundings.passage);
      }
      surroundings.period = opening.empty() && quote.section >= 0
                                ? periods[static_cast<size_t>(quote.section)]
                                : opening;
    }
    figures.push_back(figures::FindFigures(content.joined, ToRange(quote.range), surroundings));
  }
  return figures;
}

}  // namespace quotes::archive
