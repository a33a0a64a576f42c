#include "service/rpc/names.h"

#include <algorithm>
#include <array>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/report/report_id.h"

namespace quotes::rpc {
namespace {

constexpr char kReportForm[] = "reports/{report}";
constexpr char kReportOrAnyForm[] = "reports/{report} or reports/-";
constexpr char kRevisionForm[] = "reports/{report}/revisions/{revision}";
constexpr char kSectionForm[] = "reports/{report}/sections/{section}";
constexpr char kQuoteForm[] = "reports/{report}/quotes/{quote}";
constexpr char kDefectForm[] = "reports/{report}/defects/{defect}";
constexpr char kThemeForm[] = "themes/{theme}";
constexpr char kProfileForm[] = "profiles/{profile}";

// Codes of themes are dotted words: "party.discipline", "law_democracy".
bool IsThemeCode(std::string_view code) {
  return !code.empty() && code.size() <= 63 && std::all_of(code.begin(), code.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

// Splits "a/b" or "a/b/c/d"; false for any other number of segments.
template <size_t kSegments>
bool Split(std::string_view name, std::array<std::string_view, kSegments>* segments) {
  for (size_t i = 0; i < kSegments; ++i) {
    const size_t slash = name.find('/');
    const bool last = i + 1 == kSegments;
    if ((slash == std::string_view::npos) != last) {
      return false;
    }
    (*segments)[i] = name.substr(0, slash);
    if (!last) {
      name.remove_prefix(slash + 1);
    }
  }
  return true;
}

absl::StatusOr<ChildName> ParseChild(std::string_view field, std::string_view name,
                                     std::string_view collection, std::string_view form) {
  if (name.empty()) {
    return errors::FieldRequired(field);
  }
  std::array<std::string_view, 4> segments;
  if (!Split(name, &segments) || segments[0] != "reports" || segments[2] != collection ||
      !report::IsResourceId(segments[1]) || !report::IsResourceId(segments[3])) {
    return errors::InvalidName(field, name, form);
  }
  return ChildName{std::string(segments[1]), std::string(segments[3])};
}

std::string Child(std::string_view report, std::string_view collection, std::string_view id) {
  return absl::StrCat("reports/", ToAbsl(report), "/", ToAbsl(collection), "/", ToAbsl(id));
}

}  // namespace

absl::StatusOr<std::string> ParseReportName(std::string_view field, std::string_view name) {
  if (name.empty()) {
    return errors::FieldRequired(field);
  }
  std::array<std::string_view, 2> segments;
  if (!Split(name, &segments) || segments[0] != "reports" || !report::IsResourceId(segments[1])) {
    return errors::InvalidName(field, name, kReportForm);
  }
  return std::string(segments[1]);
}

absl::StatusOr<std::string> ParseReportOrAny(std::string_view field, std::string_view name) {
  if (name == "reports/-") {
    return std::string();
  }
  absl::StatusOr<std::string> report = ParseReportName(field, name);
  if (!report.ok() && !name.empty()) {
    return errors::InvalidName(field, name, kReportOrAnyForm);
  }
  return report;
}

absl::StatusOr<RevisionName> ParseRevisionName(std::string_view field, std::string_view name) {
  absl::StatusOr<ChildName> child = ParseChild(field, name, "revisions", kRevisionForm);
  if (!child.ok()) {
    return child.status();
  }
  RevisionName revision{child->report, 0};
  if (child->child == "latest") {
    return revision;
  }
  // The last test refuses spellings that a name never has: "+1", "007".
  if (!absl::SimpleAtoi(child->child, &revision.revision) || revision.revision == 0 ||
      absl::StrCat(revision.revision) != child->child) {
    return errors::InvalidName(field, name, kRevisionForm);
  }
  return revision;
}

absl::StatusOr<ChildName> ParseSectionName(std::string_view field, std::string_view name) {
  return ParseChild(field, name, "sections", kSectionForm);
}

absl::StatusOr<ChildName> ParseQuoteName(std::string_view field, std::string_view name) {
  return ParseChild(field, name, "quotes", kQuoteForm);
}

absl::StatusOr<ChildName> ParseDefectName(std::string_view field, std::string_view name) {
  return ParseChild(field, name, "defects", kDefectForm);
}

absl::StatusOr<std::string> ParseThemeName(std::string_view field, std::string_view name) {
  if (name.empty()) {
    return errors::FieldRequired(field);
  }
  std::array<std::string_view, 2> segments;
  if (!Split(name, &segments) || segments[0] != "themes" || !IsThemeCode(segments[1])) {
    return errors::InvalidName(field, name, kThemeForm);
  }
  return std::string(segments[1]);
}

absl::StatusOr<std::string> ParseProfileName(std::string_view field, std::string_view name) {
  if (name.empty()) {
    return errors::FieldRequired(field);
  }
  std::array<std::string_view, 2> segments;
  if (!Split(name, &segments) || segments[0] != "profiles" || !report::IsResourceId(segments[1])) {
    return errors::InvalidName(field, name, kProfileForm);
  }
  return std::string(segments[1]);
}

std::string ReportName(std::string_view report) { return absl::StrCat("reports/", ToAbsl(report)); }
std::string RevisionNameOf(std::string_view report, uint64_t revision) {
  return Child(report, "revisions", std::to_string(revision));
}
std::string SectionName(std::string_view report, std::string_view section) {
  return Child(report, "sections", section);
}
std::string QuoteName(std::string_view report, std::string_view quote) {
  return Child(report, "quotes", quote);
}
std::string DefectName(std::string_view report, std::string_view defect) {
  return Child(report, "defects", defect);
}
std::string ThemeName(std::string_view code) { return absl::StrCat("themes/", ToAbsl(code)); }
std::string ProfileName(std::string_view profile) {
  return absl::StrCat("profiles/", ToAbsl(profile));
}

}  // namespace quotes::rpc
