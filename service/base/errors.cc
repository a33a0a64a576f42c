#include "service/base/errors.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "service/base/absl_string.h"
#include "service/base/limits.h"

namespace quotes {
namespace {

constexpr char kPayloadUrl[] = "quotes.v1/ErrorDetail";

// The payload stays inside the process: a sequence of length-prefixed strings.
void Put(std::string* out, std::string_view value) {
  absl::StrAppend(out, value.size(), ":");
  out->append(value);
}

bool Take(std::string_view* in, std::string* value) {
  const size_t colon = in->find(':');
  if (colon == std::string_view::npos) {
    return false;
  }
  size_t size = 0;
  if (!absl::SimpleAtoi(ToAbsl(in->substr(0, colon)), &size) || in->size() - colon - 1 < size) {
    return false;
  }
  value->assign(in->substr(colon + 1, size));
  in->remove_prefix(colon + 1 + size);
  return true;
}

bool TakeNumber(std::string_view* in, int64_t* value) {
  std::string text;
  return Take(in, &text) && absl::SimpleAtoi(text, value);
}

// Without a field there was no request yet: the fault is the caller's own finding.
absl::Status Field(ErrorReason reason, std::string_view field, std::string_view description,
                   std::vector<std::pair<std::string, std::string>> metadata = {}) {
  ErrorDetail detail;
  detail.reason = reason;
  detail.metadata = std::move(metadata);
  if (field.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, description, detail);
  }
  detail.violations.push_back({std::string(field), std::string(description)});
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat(ToAbsl(field), ": ", ToAbsl(description)), detail);
}

absl::Status Plain(absl::StatusCode code, ErrorReason reason, std::string_view message,
                   std::vector<std::pair<std::string, std::string>> metadata = {}) {
  ErrorDetail detail;
  detail.reason = reason;
  detail.metadata = std::move(metadata);
  return MakeError(code, message, detail);
}

absl::Status Missing(ErrorReason reason, std::string_view what, std::string_view name) {
  return Plain(absl::StatusCode::kNotFound, reason,
               absl::StrCat("there is no ", ToAbsl(what), " \"", ToAbsl(name), "\""),
               {{"name", std::string(name)}});
}

}  // namespace

std::string_view ErrorReasonName(ErrorReason reason) {
  switch (reason) {
    case ErrorReason::kUnspecified:
      return "UNSPECIFIED";
    case ErrorReason::kInvalidUtf8:
      return "INVALID_UTF8";
    case ErrorReason::kMalformedMessage:
      return "MALFORMED_MESSAGE";
    case ErrorReason::kFieldRequired:
      return "FIELD_REQUIRED";
    case ErrorReason::kFieldOutOfRange:
      return "FIELD_OUT_OF_RANGE";
    case ErrorReason::kFieldInvalid:
      return "FIELD_INVALID";
    case ErrorReason::kInvalidName:
      return "INVALID_NAME";
    case ErrorReason::kInvalidQuery:
      return "INVALID_QUERY";
    case ErrorReason::kPageTokenInvalid:
      return "PAGE_TOKEN_INVALID";
    case ErrorReason::kUndecodableText:
      return "UNDECODABLE_TEXT";
    case ErrorReason::kEmptyText:
      return "EMPTY_TEXT";
    case ErrorReason::kSourceTooLarge:
      return "SOURCE_TOO_LARGE";
    case ErrorReason::kDefectUnplaced:
      return "DEFECT_UNPLACED";
    case ErrorReason::kUploadIncomplete:
      return "UPLOAD_INCOMPLETE";
    case ErrorReason::kRequestIdReused:
      return "REQUEST_ID_REUSED";
    case ErrorReason::kReportNotFound:
      return "REPORT_NOT_FOUND";
    case ErrorReason::kRevisionNotFound:
      return "REVISION_NOT_FOUND";
    case ErrorReason::kSectionNotFound:
      return "SECTION_NOT_FOUND";
    case ErrorReason::kQuoteNotFound:
      return "QUOTE_NOT_FOUND";
    case ErrorReason::kThemeNotFound:
      return "THEME_NOT_FOUND";
    case ErrorReason::kRevisionChanged:
      return "REVISION_CHANGED";
    case ErrorReason::kReadOnly:
      return "READ_ONLY";
    case ErrorReason::kDatabaseInUse:
      return "DATABASE_IN_USE";
    case ErrorReason::kSchemaTooNew:
      return "SCHEMA_TOO_NEW";
    case ErrorReason::kDatabaseCorrupt:
      return "DATABASE_CORRUPT";
    case ErrorReason::kStorageFull:
      return "STORAGE_FULL";
    case ErrorReason::kQueueFull:
      return "QUEUE_FULL";
    case ErrorReason::kAnswerTooLarge:
      return "ANSWER_TOO_LARGE";
    case ErrorReason::kLoading:
      return "LOADING";
    case ErrorReason::kStoreBusy:
      return "STORE_BUSY";
    case ErrorReason::kStoreUnavailable:
      return "STORE_UNAVAILABLE";
    case ErrorReason::kInternal:
      return "INTERNAL";
    case ErrorReason::kEtagMismatch:
      return "ETAG_MISMATCH";
    case ErrorReason::kReportWithdrawn:
      return "REPORT_WITHDRAWN";
    case ErrorReason::kDefectNotFound:
      return "DEFECT_NOT_FOUND";
    case ErrorReason::kDefectExists:
      return "DEFECT_EXISTS";
    case ErrorReason::kProfileNotFound:
      return "PROFILE_NOT_FOUND";
    case ErrorReason::kUnsupportedFormat:
      return "UNSUPPORTED_FORMAT";
    case ErrorReason::kEncrypted:
      return "ENCRYPTED";
    case ErrorReason::kNoTextLayer:
      return "NO_TEXT_LAYER";
    case ErrorReason::kMalformedSource:
      return "MALFORMED_SOURCE";
    case ErrorReason::kExtractionFailed:
      return "EXTRACTION_FAILED";
    case ErrorReason::kExtractorUnavailable:
      return "EXTRACTOR_UNAVAILABLE";
    case ErrorReason::kDuplicateReport:
      return "DUPLICATE_REPORT";
    case ErrorReason::kTokenMissing:
      return "TOKEN_MISSING";
    case ErrorReason::kTokenInvalid:
      return "TOKEN_INVALID";
    case ErrorReason::kTokenExpired:
      return "TOKEN_EXPIRED";
    case ErrorReason::kRoleTooLow:
      return "ROLE_TOO_LOW";
    case ErrorReason::kQuotaExceeded:
      return "QUOTA_EXCEEDED";
    case ErrorReason::kTooManyCalls:
      return "TOO_MANY_CALLS";
    case ErrorReason::kShuttingDown:
      return "SHUTTING_DOWN";
    case ErrorReason::kRevisionInFuture:
      return "REVISION_IN_FUTURE";
    case ErrorReason::kChangesNotKept:
      return "CHANGES_NOT_KEPT";
    case ErrorReason::kBackupNotConfigured:
      return "BACKUP_NOT_CONFIGURED";
    case ErrorReason::kBackupExists:
      return "BACKUP_EXISTS";
    case ErrorReason::kNotEmbargoed:
      return "NOT_EMBARGOED";
    case ErrorReason::kReportPurged:
      return "REPORT_PURGED";
    case ErrorReason::kHistoryChanged:
      return "HISTORY_CHANGED";
    case ErrorReason::kReportIdPurged:
      return "REPORT_ID_PURGED";
  }
  return "UNSPECIFIED";
}

absl::Status MakeError(absl::StatusCode code, std::string_view message, const ErrorDetail& detail) {
  std::string payload;
  Put(&payload, std::to_string(static_cast<int>(detail.reason)));
  Put(&payload, std::to_string(detail.metadata.size()));
  for (const auto& [key, value] : detail.metadata) {
    Put(&payload, key);
    Put(&payload, value);
  }
  Put(&payload, std::to_string(detail.violations.size()));
  for (const FieldViolation& violation : detail.violations) {
    Put(&payload, violation.field);
    Put(&payload, violation.description);
  }
  Put(&payload, std::to_string(detail.retry_after.has_value()
                                   ? absl::ToInt64Milliseconds(
                                         absl::Ceil(*detail.retry_after, absl::Milliseconds(1)))
                                   : int64_t{-1}));
  absl::Status status(code, ToAbsl(message));
  status.SetPayload(kPayloadUrl, absl::Cord(payload));
  return status;
}

std::optional<ErrorDetail> GetErrorDetail(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) {
    return std::nullopt;
  }
  const std::string bytes(*payload);
  std::string_view in = bytes;
  ErrorDetail detail;
  int64_t number = 0;
  if (!TakeNumber(&in, &number)) {
    return std::nullopt;
  }
  detail.reason = static_cast<ErrorReason>(number);
  if (!TakeNumber(&in, &number)) {
    return std::nullopt;
  }
  for (int64_t i = 0; i < number; ++i) {
    std::pair<std::string, std::string> entry;
    if (!Take(&in, &entry.first) || !Take(&in, &entry.second)) {
      return std::nullopt;
    }
    detail.metadata.push_back(std::move(entry));
  }
  if (!TakeNumber(&in, &number)) {
    return std::nullopt;
  }
  for (int64_t i = 0; i < number; ++i) {
    FieldViolation violation;
    if (!Take(&in, &violation.field) || !Take(&in, &violation.description)) {
      return std::nullopt;
    }
    detail.violations.push_back(std::move(violation));
  }
  if (!TakeNumber(&in, &number)) {
    return std::nullopt;
  }
  if (number >= 0) {
    detail.retry_after = absl::Milliseconds(number);
  }
  return detail;
}

ErrorReason GetErrorReason(const absl::Status& status) {
  const std::optional<ErrorDetail> detail = GetErrorDetail(status);
  return detail.has_value() ? detail->reason : ErrorReason::kUnspecified;
}

namespace errors {

absl::Status InvalidUtf8(std::string_view field, uint64_t byte_offset) {
  return Field(ErrorReason::kInvalidUtf8, field,
               absl::StrCat("not UTF-8 at byte ", byte_offset, " of the field"),
               {{"byte_offset", std::to_string(byte_offset)}});
}

absl::Status MalformedMessage(std::string_view message_type) {
  return Plain(absl::StatusCode::kInvalidArgument, ErrorReason::kMalformedMessage,
               absl::StrCat("the request's bytes are not a message of type ", ToAbsl(message_type)),
               {{"type", std::string(message_type)}});
}

absl::Status FieldRequired(std::string_view field, std::string_view description) {
  return Field(ErrorReason::kFieldRequired, field, description);
}

absl::Status FieldOutOfRange(std::string_view field, std::string_view limit) {
  return Field(ErrorReason::kFieldOutOfRange, field, limit, {{"limit", std::string(limit)}});
}

absl::Status FieldInvalid(std::string_view field, std::string_view description) {
  return Field(ErrorReason::kFieldInvalid, field, description);
}

absl::Status ControlCharacter(std::string_view field, uint64_t position) {
  return Field(
      ErrorReason::kFieldInvalid, field,
      absl::StrCat("has a control or invisible formatting character (at character ", position, ")"),
      {{"position", std::to_string(position)}});
}

absl::Status InvalidName(std::string_view field, std::string_view value,
                         std::string_view expected_pattern) {
  // Cut on a code point border: half a character would make the whole status undecodable.
  size_t end = std::min<size_t>(value.size(), 200);
  while (end > 0 && end < value.size() && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) {
    --end;
  }
  return Field(ErrorReason::kInvalidName, field,
               absl::StrCat("\"", ToAbsl(value.substr(0, end)), "\" is not of the form ",
                            ToAbsl(expected_pattern)),
               {{"expected", std::string(expected_pattern)}});
}

absl::Status InvalidQuery(std::string_view description, uint64_t position) {
  return Field(ErrorReason::kInvalidQuery, "query",
               absl::StrCat(ToAbsl(description), " (at character ", position, ")"),
               {{"position", std::to_string(position)}});
}

absl::Status PageTokenInvalid(std::string_view description) {
  return Field(ErrorReason::kPageTokenInvalid, "page_token", description);
}

absl::Status UndecodableText(std::string_view encoding, uint64_t byte_offset,
                             std::string_view description, std::string_view hint) {
  return Field(ErrorReason::kUndecodableText, "source.content",
               absl::StrCat(ToAbsl(description), " at byte ", byte_offset, " (read as ",
                            ToAbsl(encoding), ")", hint.empty() ? "" : "; ", ToAbsl(hint)),
               {{"byte_offset", std::to_string(byte_offset)}, {"encoding", std::string(encoding)}});
}

absl::Status EmptyText() { return Field(ErrorReason::kEmptyText, "source.content", "has no text"); }

absl::Status NoSpeech() {
  return Field(ErrorReason::kEmptyText, "source.content", "has no sentence of a speech");
}

absl::Status SourceTooLarge(std::string_view field, std::string_view limit) {
  return Field(ErrorReason::kSourceTooLarge, field, absl::StrCat("too large: ", ToAbsl(limit)),
               {{"limit", std::string(limit)}});
}

absl::Status UnsupportedFormat(std::string_view kind) {
  return Field(ErrorReason::kUnsupportedFormat, "source.content",
               absl::StrCat("is ", ToAbsl(kind), ", which is not read"),
               {{"format", std::string(kind)}});
}

absl::Status NoReport(std::string_view kind) {
  return Field(ErrorReason::kUnsupportedFormat, "source.content",
               absl::StrCat("seems to be ", ToAbsl(kind),
                            " and no report: it names no speaker and no occasion, and addresses "
                            "nobody"),
               {{"format", std::string(kind)}});
}

absl::Status Encrypted(std::string_view description) {
  return Field(ErrorReason::kEncrypted, "source.content", description);
}

absl::Status NoTextLayer() {
  return Field(ErrorReason::kNoTextLayer, "source.content",
               "is a PDF without a text layer: its pages are pictures");
}

absl::Status MalformedSource(std::string_view format, std::string_view description) {
  return Field(ErrorReason::kMalformedSource, "source.content", description,
               {{"format", std::string(format)}});
}

absl::Status ExtractionFailed(std::string_view cause, std::string_view description) {
  return Field(ErrorReason::kExtractionFailed, "source.content", description,
               {{"cause", std::string(cause)}});
}

absl::Status ExtractorUnavailable(std::string_view description) {
  return Plain(
      absl::StatusCode::kFailedPrecondition, ErrorReason::kExtractorUnavailable,
      absl::StrCat("formats other than plain text cannot be read here: ", ToAbsl(description)));
}

absl::Status DefectUnplaced(uint64_t index, uint64_t line, std::string_view description) {
  return Field(ErrorReason::kDefectUnplaced, absl::StrCat("defects[", index, "]"), description,
               {{"line", std::to_string(line)}});
}

absl::Status DefectUnplaced(std::string_view field, std::string_view description) {
  return Field(ErrorReason::kDefectUnplaced, field, description);
}

absl::Status UploadIncomplete(std::string_view description) {
  return Plain(absl::StatusCode::kInvalidArgument, ErrorReason::kUploadIncomplete, description);
}

absl::Status UploadStalled(absl::Duration silence) {
  return Plain(absl::StatusCode::kDeadlineExceeded, ErrorReason::kUploadIncomplete,
               ToStd(absl::StrCat("less than ", limits::kUploadLeastBytes >> 10,
                                  " KiB of the upload came in ", absl::FormatDuration(silence))));
}

absl::Status RequestStalled(absl::Duration silence) {
  return Plain(
      absl::StatusCode::kDeadlineExceeded, ErrorReason::kUploadIncomplete,
      ToStd(absl::StrCat("the request did not come within ", absl::FormatDuration(silence))));
}

absl::Status RequestIdReused(std::string_view request_id) {
  ErrorDetail detail;
  detail.reason = ErrorReason::kRequestIdReused;
  detail.metadata.emplace_back("request_id", request_id);
  detail.violations.push_back({"request_id", "was used before with another request"});
  return MakeError(absl::StatusCode::kAlreadyExists,
                   "request_id: was used before with another request", detail);
}

absl::Status ReportNotFound(std::string_view name) {
  return Missing(ErrorReason::kReportNotFound, "report", name);
}
absl::Status RevisionNotFound(std::string_view name) {
  return Missing(ErrorReason::kRevisionNotFound, "revision", name);
}
absl::Status SectionNotFound(std::string_view name) {
  return Missing(ErrorReason::kSectionNotFound, "section", name);
}
absl::Status QuoteNotFound(std::string_view name) {
  return Missing(ErrorReason::kQuoteNotFound, "quote", name);
}
absl::Status ThemeNotFound(std::string_view name) {
  return Missing(ErrorReason::kThemeNotFound, "theme", name);
}
absl::Status ProfileNotFound(std::string_view name) {
  return Missing(ErrorReason::kProfileNotFound, "profile", name);
}

absl::Status RevisionChanged(uint64_t expected, uint64_t actual) {
  return Plain(absl::StatusCode::kAborted, ErrorReason::kRevisionChanged,
               absl::StrCat("the archive is at revision ", actual, ", the page token is from ",
                            expected, "; start again without page_token"),
               {{"expected", std::to_string(expected)}, {"actual", std::to_string(actual)}});
}

absl::Status SchemeChanged(std::string_view version) {
  return Plain(
      absl::StatusCode::kAborted, ErrorReason::kRevisionChanged,
      absl::StrCat("the themes of all quotes have been given anew, by scheme ", ToAbsl(version),
                   ", since the page token was made; start again without page_token"),
      {{"scheme_version", std::string(version)}});
}

absl::Status EtagMismatch(std::string_view name) {
  return Plain(absl::StatusCode::kAborted, ErrorReason::kEtagMismatch,
               absl::StrCat(ToAbsl(name), " has changed since it was read; read it again"),
               {{"name", std::string(name)}});
}

absl::Status ReportWithdrawn(std::string_view name) {
  return Plain(absl::StatusCode::kFailedPrecondition, ErrorReason::kReportWithdrawn,
               absl::StrCat(ToAbsl(name), " is withdrawn; restore it before it is edited"),
               {{"name", std::string(name)}});
}

absl::Status DefectNotFound(std::string_view name) {
  return Missing(ErrorReason::kDefectNotFound, "defect", name);
}

absl::Status DefectExists(std::string_view name) {
  return Plain(absl::StatusCode::kAlreadyExists, ErrorReason::kDefectExists,
               absl::StrCat("there is already a defect ", ToAbsl(name)),
               {{"name", std::string(name)}});
}

absl::Status DuplicateReport(std::string_view name, double likeness) {
  const std::string share = absl::StrFormat("%.2f", likeness);
  return Plain(absl::StatusCode::kAlreadyExists, ErrorReason::kDuplicateReport,
               absl::StrCat("the text is nearly that of ", ToAbsl(name),
                            " or has its title, body and date (likeness ", share,
                            "); say whether it is its next revision, a variant, or a report of "
                            "its own"),
               {{"name", std::string(name)}, {"likeness", share}});
}

absl::Status HistoryChanged(std::string_view position) {
  return Plain(absl::StatusCode::kOutOfRange, ErrorReason::kHistoryChanged,
               absl::StrCat("what was told up to ", ToAbsl(position),
                            " is not what happened here: the archive goes on from an older copy; "
                            "read everything once and begin anew"),
               {{"given", std::string(position)}});
}

absl::Status RevisionInFuture(uint64_t given, uint64_t current) {
  return Plain(absl::StatusCode::kOutOfRange, ErrorReason::kRevisionInFuture,
               absl::StrCat("the archive has not reached revision ", given, ", it is at ", current,
                            ": the revision is another server's, or this one follows later"),
               {{"given", std::to_string(given)}, {"current", std::to_string(current)}});
}

absl::Status ChangesNotKept(uint64_t given, uint64_t oldest) {
  return Plain(absl::StatusCode::kOutOfRange, ErrorReason::kChangesNotKept,
               absl::StrCat("changes are told since revision ", oldest, ", not since ", given,
                            ": read everything once and begin at what its answers say"),
               {{"given", std::to_string(given)}, {"oldest", std::to_string(oldest)}});
}

absl::Status BackupNotConfigured() {
  return Plain(absl::StatusCode::kFailedPrecondition, ErrorReason::kBackupNotConfigured,
               "the server was started without a folder for backups (--backup-folder)");
}

absl::Status NotEmbargoed(std::string_view name) {
  return Plain(absl::StatusCode::kFailedPrecondition, ErrorReason::kNotEmbargoed,
               absl::StrCat(ToAbsl(name),
                            " is not held back: what has been published cannot be hidden again; "
                            "withdraw it"),
               {{"name", std::string(name)}});
}

absl::Status ReportPurged(std::string_view name, absl::Time time) {
  const std::string when = absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
  return Plain(absl::StatusCode::kNotFound, ErrorReason::kReportPurged,
               absl::StrCat(ToAbsl(name), " was purged at ", when, ": nothing of it is left"),
               {{"name", std::string(name)}, {"purged", when}});
}

absl::Status ReportIdPurged(std::string_view name, absl::Time time) {
  const std::string when = absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
  ErrorDetail detail;
  detail.reason = ErrorReason::kReportIdPurged;
  detail.metadata = {{"name", std::string(name)}, {"purged", when}};
  detail.violations.push_back({"report_id", "is that of a report that was purged"});
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("a report ", ToAbsl(name), " was purged at ", when,
                                "; its name is given to another one only on demand "
                                "(allow_purged_id)"),
                   detail);
}

absl::Status BackupExists(std::string_view name) {
  return Plain(absl::StatusCode::kAlreadyExists, ErrorReason::kBackupExists,
               absl::StrCat("the folder for backups has a file \"", ToAbsl(name), "\" already"),
               {{"name", std::string(name)}});
}

absl::Status ReadOnly() {
  return Plain(absl::StatusCode::kFailedPrecondition, ErrorReason::kReadOnly,
               "the database is open for reading only; send writes to its writer");
}

absl::Status DatabaseInUse(std::string_view path) {
  return Plain(absl::StatusCode::kFailedPrecondition, ErrorReason::kDatabaseInUse,
               absl::StrCat("another process writes to ", ToAbsl(path),
                            "; stop it, or send the request to its server"),
               {{"path", std::string(path)}});
}

absl::Status SchemaTooNew(std::string_view path, int64_t found, int64_t supported) {
  return Plain(
      absl::StatusCode::kFailedPrecondition, ErrorReason::kSchemaTooNew,
      absl::StrCat(ToAbsl(path), " has schema version ", found,
                   "; this program knows versions up to ", supported, ": use a newer program"),
      {{"found", std::to_string(found)}, {"supported", std::to_string(supported)}});
}

absl::Status DatabaseCorrupt(std::string_view path, std::string_view description) {
  return Plain(absl::StatusCode::kDataLoss, ErrorReason::kDatabaseCorrupt,
               absl::StrCat(ToAbsl(path), ": ", ToAbsl(description)),
               {{"path", std::string(path)}});
}

absl::Status StorageFull(std::string_view path) {
  return Plain(absl::StatusCode::kResourceExhausted, ErrorReason::kStorageFull,
               absl::StrCat("no space left to write ", ToAbsl(path)));
}

absl::Status QueueFull(absl::Duration retry_after) {
  ErrorDetail detail;
  detail.reason = ErrorReason::kQueueFull;
  detail.retry_after = retry_after;
  return MakeError(absl::StatusCode::kResourceExhausted, "too many calls wait; retry later",
                   detail);
}

absl::Status TokenMissing() {
  return Plain(absl::StatusCode::kUnauthenticated, ErrorReason::kTokenMissing,
               "this server asks for a token; send it as metadata \"authorization: Bearer TOKEN\"");
}

absl::Status TokenInvalid(std::string_view description) {
  return Plain(absl::StatusCode::kUnauthenticated, ErrorReason::kTokenInvalid, description);
}

absl::Status TokenExpired(absl::Time expired) {
  const std::string when = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", expired, absl::UTCTimeZone());
  return Plain(absl::StatusCode::kUnauthenticated, ErrorReason::kTokenExpired,
               absl::StrCat("the token expired at ", when), {{"expired", when}});
}

absl::Status RoleTooLow(std::string_view role, std::string_view needed) {
  return Plain(absl::StatusCode::kPermissionDenied, ErrorReason::kRoleTooLow,
               absl::StrCat("the role ", ToAbsl(role), " may not call this method; it needs ",
                            ToAbsl(needed)),
               {{"role", std::string(role)}, {"needed", std::string(needed)}});
}

absl::Status RoleTooLowFor(std::string_view field, std::string_view role, std::string_view needed) {
  ErrorDetail detail;
  detail.reason = ErrorReason::kRoleTooLow;
  detail.metadata = {{"role", std::string(role)}, {"needed", std::string(needed)}};
  detail.violations.push_back(
      {std::string(field), absl::StrCat("may not be asked for by the role ", ToAbsl(role))});
  return MakeError(absl::StatusCode::kPermissionDenied,
                   absl::StrCat("the role ", ToAbsl(role), " may not ask for ", ToAbsl(field),
                                "; that needs ", ToAbsl(needed)),
                   detail);
}

absl::Status QuotaExceeded(std::string_view caller, double calls_per_second,
                           absl::Duration retry_after) {
  const std::string rate = absl::StrCat(calls_per_second);
  ErrorDetail detail;
  detail.reason = ErrorReason::kQuotaExceeded;
  detail.metadata = {{"caller", std::string(caller)}, {"rate", rate}};
  detail.retry_after = retry_after;
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat(ToAbsl(caller), " calls more often than ", rate, " times a second; retry later"),
      detail);
}

absl::Status TooManyCalls(size_t limit, absl::Duration retry_after) {
  ErrorDetail detail;
  detail.reason = ErrorReason::kTooManyCalls;
  detail.metadata.emplace_back("limit", std::to_string(limit));
  detail.retry_after = retry_after;
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat("the server serves ", limit, " calls already; retry later"),
                   detail);
}

absl::Status TooManyCallsOf(std::string_view caller, size_t limit, absl::Duration retry_after) {
  ErrorDetail detail;
  detail.reason = ErrorReason::kTooManyCalls;
  detail.metadata = {{"limit", std::to_string(limit)}, {"caller", std::string(caller)}};
  detail.retry_after = retry_after;
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat(ToAbsl(caller), " has ", limit, " calls at the same time already; retry later"),
      detail);
}

absl::Status ShareTaken(std::string_view caller, absl::Duration retry_after) {
  ErrorDetail detail;
  detail.reason = ErrorReason::kTooManyCalls;
  detail.metadata.emplace_back("caller", caller);
  detail.retry_after = retry_after;
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat(ToAbsl(caller),
                                " has all that one caller gets of the server's queue, of sources "
                                "or of answers in memory; retry later"),
                   detail);
}

absl::Status AnswerTooLarge(std::string_view field_to_narrow, uint64_t bytes) {
  ErrorDetail detail;
  detail.reason = ErrorReason::kAnswerTooLarge;
  detail.metadata.emplace_back("bytes", std::to_string(bytes));
  detail.violations.push_back({std::string(field_to_narrow), "narrow it: the answer is too large"});
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("the answer would have ", bytes, " bytes; narrow ", ToAbsl(field_to_narrow)),
      detail);
}

absl::Status Loading() {
  ErrorDetail detail;
  detail.reason = ErrorReason::kLoading;
  detail.retry_after = absl::Seconds(1);
  return MakeError(absl::StatusCode::kUnavailable, "the archive is not ready; retry", detail);
}

absl::Status ShuttingDown() {
  ErrorDetail detail;
  detail.reason = ErrorReason::kShuttingDown;
  detail.retry_after = absl::Seconds(1);
  return MakeError(absl::StatusCode::kUnavailable, "the server is shutting down; call again",
                   detail);
}

absl::Status StoreBusy() {
  ErrorDetail detail;
  detail.reason = ErrorReason::kStoreBusy;
  detail.retry_after = absl::Milliseconds(200);
  return MakeError(absl::StatusCode::kUnavailable, "the store is busy; retry", detail);
}

absl::Status StoreUnavailable(std::string_view description) {
  return Plain(absl::StatusCode::kInternal, ErrorReason::kStoreUnavailable, description);
}

}  // namespace errors
}  // namespace quotes
