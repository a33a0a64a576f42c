#ifndef QUOTES_SERVICE_RPC_NAMES_H_
#define QUOTES_SERVICE_RPC_NAMES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// Resource names (AIP-122) and the ids inside them. Parsing fails with FIELD_REQUIRED for an empty
// name and INVALID_NAME for one of another form; `field` is the path of the request's field.
namespace quotes::rpc {

// Something below a report.
struct ChildName {
  std::string report;
  std::string child;
};

struct RevisionName {
  std::string report;
  uint64_t revision = 0;  // 0: "latest"
};

absl::StatusOr<std::string> ParseReportName(std::string_view field, std::string_view name);
// As ParseReportName; "reports/-" (any report) gives the empty string.
absl::StatusOr<std::string> ParseReportOrAny(std::string_view field, std::string_view name);
absl::StatusOr<RevisionName> ParseRevisionName(std::string_view field, std::string_view name);
absl::StatusOr<ChildName> ParseSectionName(std::string_view field, std::string_view name);
absl::StatusOr<ChildName> ParseDefectName(std::string_view field, std::string_view name);
absl::StatusOr<ChildName> ParseQuoteName(std::string_view field, std::string_view name);
// Gives the theme's code, whether or not there is such a theme.
absl::StatusOr<std::string> ParseThemeName(std::string_view field, std::string_view name);
// Gives the profile's name without "profiles/", whether or not there is such a profile.
absl::StatusOr<std::string> ParseProfileName(std::string_view field, std::string_view name);

std::string ReportName(std::string_view report);
std::string RevisionNameOf(std::string_view report, uint64_t revision);
std::string SectionName(std::string_view report, std::string_view section);
std::string QuoteName(std::string_view report, std::string_view quote);
std::string DefectName(std::string_view report, std::string_view defect);
std::string ThemeName(std::string_view code);
std::string ProfileName(std::string_view profile);

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_NAMES_H_
