#ifndef QUOTES_CLIENT_CTL_YEAR_CHART_H_
#define QUOTES_CLIENT_CTL_YEAR_CHART_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quotes::ctl {

// A number by year.
struct YearBar {
  int year = 0;
  int64_t count = 0;
  bool searched = true;  // false: nothing is known of the year
  std::string label;     // what a reader sees who points at the bar
};

// A bar of at most `columns` columns of a terminal, in eighths of one: "███▌". At least an eighth
// for what is not 0, so that it is seen. `most` is the count of the longest bar.
std::string Bar(int64_t count, int64_t most, size_t columns);

// An SVG document (UTF-8) with a bar for each year from the first to the last, with those that
// `bars` (ascending) lack as not searched. Texts are escaped, and freed of what XML does not allow.
// `no_reports` says what the marks of years stand for that were not searched; it is shown if there
// are some. `notes` are lines below, of what the bars do not show. Counts are in parts of which
// `unit` are 1 at the axis.
std::string RenderYearChart(std::string_view title, std::string_view subtitle,
                            const std::vector<YearBar>& bars, std::string_view no_reports,
                            const std::vector<std::string>& notes, int64_t unit = 1);

// A field of CSV (RFC 4180): quoted where it has to be.
std::string CsvField(std::string_view text);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_YEAR_CHART_H_
