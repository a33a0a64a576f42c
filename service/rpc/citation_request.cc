#include "service/rpc/citation_request.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/civil_time.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/rpc/names.h"
#include "service/rpc/validate.h"
#include "service/text/utf8.h"

namespace quotes::rpc {
namespace {

// Control characters that text from word processors and web pages carries where a line, a column or
// a page ends.
bool IsLayout(char32_t c) { return (c >= 0x09 && c <= 0x0D) || c == 0x85; }

bool IsControl(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

absl::Status CheckPassage(std::string_view field, const std::string& value, size_t limit) {
  QUOTES_RETURN_IF_ERROR(CheckText(field, value, limit));
  const std::u32string points = text::ToCodePoints(value);
  const auto control = std::find_if(points.begin(), points.end(),
                                    [](char32_t c) { return IsControl(c) && !IsLayout(c); });
  if (control != points.end()) {
    return errors::ControlCharacter(field, static_cast<uint64_t>(control - points.begin()));
  }
  return absl::OkStatus();
}

// Leaves `out` empty where nothing is claimed.
absl::Status CopyClaim(std::string_view field, const std::string& value,
                       std::optional<std::string>* out) {
  if (value.empty()) {
    return absl::OkStatus();
  }
  QUOTES_RETURN_IF_ERROR(CheckText(field, value, limits::kMaxMetadataCodePoints));
  return CopyLine(field, value, &out->emplace());
}

// A name that stands for its report too.
absl::Status ClaimReport(std::string_view field, std::string report, citation::Claim* claim) {
  if (claim->report.has_value() && *claim->report != report) {
    return errors::FieldInvalid(field, "is not of the claimed report");
  }
  claim->report = std::move(report);
  return absl::OkStatus();
}

absl::StatusOr<citation::ClaimedDate> ToClaimedDate(std::string_view field,
                                                    const google::type::Date& date) {
  google::type::Date full = date;
  if (date.year() == 0) {
    full.set_year(2000);  // a leap year: every day that any year has
  }
  QUOTES_RETURN_IF_ERROR(ToCivilDay(field, full).status());
  citation::ClaimedDate claimed;
  if (date.year() != 0) {
    claimed.year = date.year();
  }
  claimed.month = date.month();
  claimed.day = date.day();
  return claimed;
}

absl::StatusOr<citation::ClaimedPublication> ToClaimedPublication(
    const v1::CitationClaim::Publication& publication) {
  citation::ClaimedPublication claimed;
  QUOTES_RETURN_IF_ERROR(
      CheckText("claim.publication.paper", publication.paper(), limits::kMaxMetadataCodePoints));
  QUOTES_RETURN_IF_ERROR(CopyLine("claim.publication.paper", publication.paper(), &claimed.paper));
  QUOTES_RETURN_IF_ERROR(CheckText("claim.publication.edition", publication.edition(),
                                   limits::kMaxMetadataCodePoints));
  QUOTES_RETURN_IF_ERROR(
      CopyLine("claim.publication.edition", publication.edition(), &claimed.edition));
  if (publication.has_issue_date()) {
    QUOTES_ASSIGN_OR_RETURN(claimed.issue_date,
                            ToCivilDay("claim.publication.issue_date", publication.issue_date()));
  }
  return claimed;
}

absl::StatusOr<citation::Claim> ToClaim(const v1::CitationClaim& claim,
                                        const archive::Archive& archive) {
  citation::Claim out;
  if (!claim.report().empty()) {
    QUOTES_ASSIGN_OR_RETURN(out.report, ParseReportName("claim.report", claim.report()));
  }
  if (!claim.revision().empty()) {
    QUOTES_ASSIGN_OR_RETURN(RevisionName name,
                            ParseRevisionName("claim.revision", claim.revision()));
    QUOTES_RETURN_IF_ERROR(ClaimReport("claim.revision", std::move(name.report), &out));
    if (name.revision != 0) {
      out.revision = name.revision;
    } else if (const auto* const document = archive.FindReport(*out.report); document != nullptr) {
      out.revision = document->revision();
    }
  }
  QUOTES_RETURN_IF_ERROR(CopyClaim("claim.speaker", claim.speaker(), &out.speaker));
  QUOTES_RETURN_IF_ERROR(CopyClaim("claim.role", claim.role(), &out.role));
  if (claim.has_date()) {
    QUOTES_ASSIGN_OR_RETURN(out.date, ToClaimedDate("claim.date", claim.date()));
  }
  if (claim.section().starts_with("reports/")) {
    QUOTES_ASSIGN_OR_RETURN(ChildName name, ParseSectionName("claim.section", claim.section()));
    QUOTES_RETURN_IF_ERROR(ClaimReport("claim.section", std::move(name.report), &out));
    out.section = std::move(name.child);
  } else {
    QUOTES_RETURN_IF_ERROR(CopyClaim("claim.section", claim.section(), &out.section));
  }
  if (claim.page() < 0) {
    return errors::FieldOutOfRange("claim.page", "at least 0");
  }
  if (claim.page() > 0) {
    out.page = static_cast<uint32_t>(claim.page());
  }
  if (claim.has_publication()) {
    QUOTES_ASSIGN_OR_RETURN(citation::ClaimedPublication publication,
                            ToClaimedPublication(claim.publication()));
    if (!publication.empty()) {
      out.publication = std::move(publication);
    }
  }
  if (claim.mode() != v1::MODE_UNSPECIFIED) {
    out.mode = static_cast<report::Mode>(claim.mode());
  }
  return out;
}

absl::StatusOr<citation::ReportFilter> ToReportFilter(const v1::ReportFilter& filter) {
  citation::ReportFilter out;
  QUOTES_RETURN_IF_ERROR(
      CheckCount("filter.reports", filter.reports_size(), limits::kMaxFilterValues));
  for (int i = 0; i < filter.reports_size(); ++i) {
    QUOTES_ASSIGN_OR_RETURN(std::string id,
                            ParseReportName(Element("filter.reports", i), filter.reports(i)));
    out.reports.push_back(std::move(id));
  }
  QUOTES_RETURN_IF_ERROR(FoldNames("filter.speakers", filter.speakers(), &out.speakers));
  QUOTES_RETURN_IF_ERROR(FoldNames("filter.bodies", filter.bodies(), &out.bodies));
  if (filter.has_date_from()) {
    QUOTES_ASSIGN_OR_RETURN(out.date_from, ToCivilDay("filter.date_from", filter.date_from()));
  }
  if (filter.has_date_to()) {
    QUOTES_ASSIGN_OR_RETURN(out.date_to, ToCivilDay("filter.date_to", filter.date_to()));
    if (out.date_from.has_value() && *out.date_to < *out.date_from) {
      return errors::FieldInvalid("filter.date_to", "is before filter.date_from");
    }
  }
  return out;
}

}  // namespace

absl::StatusOr<citation::Request> ToCitationRequest(const v1::VerifyCitationRequest& request,
                                                    const citation::Profiles& profiles,
                                                    const archive::Archive& archive) {
  if (request.quotation().empty()) {
    return errors::FieldRequired("quotation");
  }
  QUOTES_RETURN_IF_ERROR(
      CheckPassage("quotation", request.quotation(), limits::kMaxQuotationCodePoints));
  QUOTES_RETURN_IF_ERROR(
      CheckPassage("text_before", request.text_before(), limits::kMaxCitationContextCodePoints));
  QUOTES_RETURN_IF_ERROR(
      CheckPassage("text_after", request.text_after(), limits::kMaxCitationContextCodePoints));
  citation::Request out;
  out.quotation = request.quotation();
  out.text_before = request.text_before();
  out.text_after = request.text_after();
  QUOTES_ASSIGN_OR_RETURN(out.claim, ToClaim(request.claim(), archive));
  out.profile = &citation::DefaultProfile();
  if (!request.profile().empty()) {
    QUOTES_ASSIGN_OR_RETURN(const std::string name, ParseProfileName("profile", request.profile()));
    out.profile = profiles.Find(name);
    if (out.profile == nullptr) {
      return errors::ProfileNotFound(request.profile());
    }
  }
  QUOTES_ASSIGN_OR_RETURN(out.filter, ToReportFilter(request.filter()));
  if (request.max_locations() < 0) {
    return errors::FieldOutOfRange("max_locations", "at least 0");
  }
  out.max_locations =
      request.max_locations() == 0
          ? limits::kDefaultLocations
          : std::min(static_cast<size_t>(request.max_locations()), limits::kMaxLocations);
  return out;
}

}  // namespace quotes::rpc
