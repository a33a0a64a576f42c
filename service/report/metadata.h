#ifndef QUOTES_SERVICE_REPORT_METADATA_H_
#define QUOTES_SERVICE_REPORT_METADATA_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"

// Readers of what the head of a report prints about it. Every text has its letters folded
// (text::FoldLetter); positions are the same in the text as printed.
namespace quotes::report {

struct FoundDate {
  absl::CivilDay day;
  size_t begin = 0;
  size_t end = 0;
};

// The first date in `text`: 2022年1月17日, 二〇二二年一月十七日, 2022-01-17, 2022/1/17, 2022.1.17,
// in every width, spaces between the parts allowed.
std::optional<FoundDate> FindDate(std::u32string_view text);

// A day without its year at the beginning of `text`: 1月15日, 元月十五日.
struct DayOfYear {
  int month = 0;
  int day = 0;
  size_t end = 0;
};
std::optional<DayOfYear> ReadDayOfYear(std::u32string_view text);

// The year that a title gives as that of its report: 2024年政府工作报告, and the later of two that
// follow each other. 0 where it gives none, or where the report may be of the year after
// (2023年预算执行情况的报告).
int YearOfTitle(std::u32string_view title);

// Whether a time of the day stands in `text`: 17:24, 9:05:30.
bool HasTimeOfDay(std::u32string_view text);

// A line that names the occasion: 在…大会上(的报告), with or without dashes and a date before it,
// and with or without round brackets around all.
struct OccasionLine {
  size_t text_begin = 0;   // after the dashes and an opening bracket
  size_t event_begin = 0;  // what stands between 在 and 上
  size_t event_end = 0;
  size_t text_end = 0;
  // After 上 or 上的报告 and a closing bracket; what follows after spaces is another thing (a
  // byline).
  size_t end = 0;
};
std::optional<OccasionLine> ReadOccasion(std::u32string_view line);

// 省长 卢东亮, 国务院总理李鹏, 上海市市长 龚 正, 报告人：宋磊, 市长：何平.
struct Byline {
  size_t office_begin = 0;
  size_t office_end = 0;
  size_t name_begin = 0;
  size_t name_end = 0;  // inner spaces are possible
};
// A byline that names an office or has a label.
std::optional<Byline> ReadByline(std::u32string_view line);
// A line that is nothing but a name of 2 to 4 characters (with `minority`, up to 12 with middle
// dots and without a known surname).
bool IsPersonName(std::u32string_view line, bool minority);

// A line that is nothing but three or more names with spaces or tabs between them, and notes in
// brackets behind names (女): 张　三　　李四光　　王　五（女）.
bool ListsNames(std::u32string_view line);

// A line that is nothing but the name of a session: 立法院第10届第7会期.
bool NamesSession(std::u32string_view line);
// A line that is nothing but the name of an authority: 某市财政局.
bool NamesBody(std::u32string_view line);

// In whose name the speaker reports: X in 我代表X，向大会作报告 and 我受X委托.
struct BodyClause {
  size_t begin = 0;
  size_t end = 0;
  size_t event_begin = 0;  // 向Y作报告; empty when Y is only 大会
  size_t event_end = 0;
};
std::optional<BodyClause> FindBodyClause(std::u32string_view paragraph);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_METADATA_H_
