#ifndef QUOTES_SERVICE_ARCHIVE_ENTRY_H_
#define QUOTES_SERVICE_ARCHIVE_ENTRY_H_

#include <optional>

#include "absl/time/civil_time.h"
#include "service/archive/packed_document.h"

namespace quotes::archive {

// What look-ups call a report.
using Entry = PackedDocument;

// Negative when a report of date `a` comes before one of date `b`: latest first, undated last.
inline int CompareDates(const std::optional<absl::CivilDay>& a,
                        const std::optional<absl::CivilDay>& b) {
  if (a == b) {
    return 0;
  }
  if (!a.has_value() || !b.has_value()) {
    return a.has_value() ? -1 : 1;
  }
  return *a > *b ? -1 : 1;
}

// Whether `a` comes before `b` in the order of answers. Ids are unique.
inline bool ComesBefore(const Entry& a, const Entry& b) {
  // As CompareDates, without making dates of the days.
  const PackedDate& day_a = a.packed_date();
  const PackedDate& day_b = b.packed_date();
  if (day_a.known != day_b.known) {
    return day_a.known > day_b.known;
  }
  return day_a.day != day_b.day ? day_a.day > day_b.day : a.report_id() < b.report_id();
}

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_ENTRY_H_
