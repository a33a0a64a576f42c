#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/library/library.h"
#include "service/report/report_id.h"
#include "service/text/utf8.h"

namespace quotes {
namespace {

absl::Status CheckUtf8(std::string_view field, std::string_view value) {
  const std::optional<size_t> invalid = text::FindInvalidUtf8(value);
  return invalid.has_value() ? errors::InvalidUtf8(field, *invalid) : absl::OkStatus();
}

absl::Status CheckText(std::string_view field, std::string_view value) {
  QUOTES_RETURN_IF_ERROR(CheckUtf8(field, value));
  if (text::CountCodePoints(value) > limits::kMaxMetadataCodePoints) {
    return errors::FieldOutOfRange(
        field, absl::StrCat("at most ", limits::kMaxMetadataCodePoints, " characters"));
  }
  return absl::OkStatus();
}

absl::Status CheckDate(std::string_view field, const std::optional<absl::CivilDay>& date) {
  if (date.has_value() && (date->year() < 1 || date->year() > 9999)) {
    return errors::FieldOutOfRange(field, "a year from 1 to 9999");
  }
  return absl::OkStatus();
}

absl::Status CheckMetadata(const report::Metadata& metadata) {
  QUOTES_RETURN_IF_ERROR(CheckText("metadata.title", metadata.title));
  QUOTES_RETURN_IF_ERROR(CheckText("metadata.subtitle", metadata.subtitle));
  QUOTES_RETURN_IF_ERROR(CheckText("metadata.event", metadata.event));
  QUOTES_RETURN_IF_ERROR(CheckText("metadata.body", metadata.body));
  QUOTES_RETURN_IF_ERROR(CheckText("metadata.speaker", metadata.speaker));
  QUOTES_RETURN_IF_ERROR(CheckText("metadata.office", metadata.office));
  QUOTES_RETURN_IF_ERROR(CheckText("metadata.language", metadata.language));
  QUOTES_RETURN_IF_ERROR(CheckDate("metadata.speech_date", metadata.date));
  const report::Publication& publication = metadata.publication;
  QUOTES_RETURN_IF_ERROR(CheckText("metadata.publication.paper", publication.paper));
  QUOTES_RETURN_IF_ERROR(CheckText("metadata.publication.edition", publication.edition));
  QUOTES_RETURN_IF_ERROR(CheckDate("metadata.publication.issue_date", publication.issue_date));
  return CheckText("metadata.publication.pages", publication.pages);
}

absl::Status CheckDefect(const std::string& field, const report::DefectEntry& entry) {
  const std::string printed = absl::StrCat(field, ".printed");
  const std::string readings = absl::StrCat(field, ".readings");
  if (entry.printed.empty()) {
    return errors::FieldRequired(printed);
  }
  QUOTES_RETURN_IF_ERROR(CheckText(printed, entry.printed));
  if (entry.readings.empty()) {
    return errors::FieldRequired(readings);
  }
  if (entry.readings.size() > limits::kMaxDefectReadings) {
    return errors::FieldOutOfRange(readings,
                                   absl::StrCat("at most ", limits::kMaxDefectReadings, " values"));
  }
  for (size_t i = 0; i < entry.readings.size(); ++i) {
    QUOTES_RETURN_IF_ERROR(CheckText(absl::StrCat(readings, "[", i, "]"), entry.readings[i]));
  }
  return CheckText(absl::StrCat(field, ".note"), entry.note);
}

// Fields one after the other, each with its length, so that no two requests give the same bytes.
class Digest {
 public:
  void Add(std::string_view value) { absl::StrAppend(&bytes_, value.size(), ":", ToAbsl(value)); }
  void Add(const std::optional<absl::CivilDay>& date) {
    Add(date.has_value() ? absl::FormatCivilTime(*date) : std::string());
  }
  void AddNumber(uint64_t number) { Add(absl::StrCat(number)); }

  std::string Hex() const { return Sha256Hex(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace

absl::Status CheckImportRequest(const ImportRequest& request) {
  if (!request.report_id.empty() && !report::IsResourceId(request.report_id)) {
    return errors::InvalidName("report_id", request.report_id,
                               "1 to 63 characters of a-z, 0-9 and inner hyphens");
  }
  QUOTES_RETURN_IF_ERROR(CheckUtf8("request_id", request.request_id));
  if (request.request_id.size() > limits::kMaxRequestIdBytes) {
    return errors::FieldOutOfRange("request_id",
                                   absl::StrCat("at most ", limits::kMaxRequestIdBytes, " bytes"));
  }
  if (request.content.size() > limits::kMaxSourceBytes) {
    return errors::SourceTooLarge("source.content",
                                  absl::StrCat("at most ", limits::kMaxSourceBytes >> 20, " MiB"));
  }
  QUOTES_RETURN_IF_ERROR(CheckText("source.file_name", request.file_name));
  QUOTES_RETURN_IF_ERROR(CheckMetadata(request.metadata));
  if (request.defects.size() > limits::kMaxDefects) {
    return errors::FieldOutOfRange("defects",
                                   absl::StrCat("at most ", limits::kMaxDefects, " values"));
  }
  for (size_t i = 0; i < request.defects.size(); ++i) {
    QUOTES_RETURN_IF_ERROR(CheckDefect(absl::StrCat("defects[", i, "]"), request.defects[i]));
  }
  return absl::OkStatus();
}

std::string ImportRequestDigest(const ImportRequest& request) {
  Digest digest;
  digest.Add(request.report_id);
  digest.Add(Sha256(request.content));
  digest.Add(request.file_name);
  digest.AddNumber(request.encoding.has_value() ? static_cast<uint64_t>(*request.encoding) : 0);
  if (request.format.has_value()) {
    digest.AddNumber(static_cast<uint64_t>(*request.format));
  }
  const report::Metadata& m = request.metadata;
  for (const std::string* text :
       {&m.title, &m.subtitle, &m.event, &m.body, &m.speaker, &m.office, &m.language,
        &m.publication.paper, &m.publication.edition, &m.publication.pages}) {
    digest.Add(*text);
  }
  digest.Add(m.date);
  digest.Add(m.publication.issue_date);
  // Only where it is not what it was when there was no choice, so that old digests hold.
  if (request.duplicate_handling != DuplicateHandling::kRefuse) {
    digest.Add("duplicate_handling");
    digest.AddNumber(static_cast<uint64_t>(request.duplicate_handling));
  }
  if (request.available_from.has_value()) {
    digest.Add("available_from");
    digest.AddNumber(static_cast<uint64_t>(absl::ToUnixNanos(*request.available_from)));
  }
  if (request.allow_purged_id) {
    digest.Add("allow_purged_id");
  }
  digest.AddNumber(request.defects.size());
  for (const report::DefectEntry& entry : request.defects) {
    digest.AddNumber(entry.line);
    digest.Add(entry.printed);
    digest.AddNumber(entry.readings.size());
    for (const std::string& reading : entry.readings) {
      digest.Add(reading);
    }
    digest.AddNumber(static_cast<uint64_t>(entry.kind));
    digest.AddNumber(static_cast<uint64_t>(entry.certainty));
    digest.Add(entry.note);
  }
  return digest.Hex();
}

}  // namespace quotes
