#include "service/base/moment.h"

#include <algorithm>
#include <array>

#include "service/base/absl_string.h"

namespace quotes {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What stands where: absl reads more than is meant, blanks, years of any length and offsets of
// hours.
bool HasForm(std::string_view text, std::string_view form) {
  return text.size() >= form.size() &&
         std::equal(form.begin(), form.end(), text.begin(), [](char expected, char c) {
           return expected == '0' ? IsDigit(c) : c == expected;
         });
}

}  // namespace

std::optional<absl::Time> ParseMoment(std::string_view text) {
  std::string moment(text);
  constexpr size_t kBeforeTime = 10;
  if (moment.size() > kBeforeTime && (moment[kBeforeTime] == ' ' || moment[kBeforeTime] == 't')) {
    moment[kBeforeTime] = 'T';
  }
  if (!moment.empty() && moment.back() == 'z') {
    moment.back() = 'Z';
  }
  constexpr std::string_view kMinutes = "0000-00-00T00:00";
  if (!HasForm(moment, kMinutes)) {
    return std::nullopt;
  }
  std::string_view rest = std::string_view(moment).substr(kMinutes.size());
  if (HasForm(rest, ":00")) {
    rest.remove_prefix(3);
    if (HasForm(rest, ".0")) {
      rest.remove_prefix(1);
      while (!rest.empty() && IsDigit(rest.front())) {
        rest.remove_prefix(1);
      }
    }
  } else {
    moment.insert(kMinutes.size(), ":00");
    rest = std::string_view(moment).substr(kMinutes.size() + 3);
  }
  const bool zoned =
      rest == "Z" || (rest.size() == 6 && (HasForm(rest, "+00:00") || HasForm(rest, "-00:00")));
  absl::Time time;
  std::string error;
  if (!zoned || !absl::ParseTime(absl::RFC3339_full, moment, absl::UTCTimeZone(), &time, &error)) {
    return std::nullopt;
  }
  return time;
}

}  // namespace quotes
