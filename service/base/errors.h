#ifndef QUOTES_SERVICE_BASE_ERRORS_H_
#define QUOTES_SERVICE_BASE_ERRORS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

// The catalogue of everything that can go wrong, one function a cause. Below the rim an error is an
// absl::Status with an ErrorDetail attached; service/rpc turns it into google.rpc details once.
// Callers and tests look at the code and the reason, never at the sentence.
namespace quotes {

// Mirrors quotes.v1.ErrorReason; the numbers are those of the contract.
enum class ErrorReason {
  kUnspecified = 0,
  kInvalidUtf8 = 1,         // INVALID_ARGUMENT: a text field holds bytes that are not UTF-8
  kMalformedMessage = 2,    // INVALID_ARGUMENT: the request is not a message of its type
  kFieldRequired = 3,       // INVALID_ARGUMENT: a required field is missing or empty
  kFieldOutOfRange = 4,     // INVALID_ARGUMENT: a field is too long, too large, too small, too many
  kFieldInvalid = 5,        // INVALID_ARGUMENT: a field has a malformed or unknown value
  kInvalidName = 6,         // INVALID_ARGUMENT: not a resource name of the expected form
  kInvalidQuery = 7,        // INVALID_ARGUMENT: the query has no positive term or cannot be parsed
  kPageTokenInvalid = 8,    // INVALID_ARGUMENT: forged, damaged, or from another query
  kUndecodableText = 9,     // INVALID_ARGUMENT: the source is not text in the (named) encoding
  kEmptyText = 10,          // INVALID_ARGUMENT: the source has no text
  kSourceTooLarge = 11,     // INVALID_ARGUMENT: the source exceeds a size limit
  kDefectUnplaced = 12,     // INVALID_ARGUMENT: a defect's printed string is not on its line
  kUploadIncomplete = 13,   // INVALID_ARGUMENT: an upload ended early or in the wrong order
  kRequestIdReused = 14,    // ALREADY_EXISTS: the request id was used with another request
  kReportNotFound = 15,     // NOT_FOUND
  kRevisionNotFound = 16,   // NOT_FOUND
  kSectionNotFound = 17,    // NOT_FOUND
  kQuoteNotFound = 18,      // NOT_FOUND
  kThemeNotFound = 19,      // NOT_FOUND
  kRevisionChanged = 20,    // ABORTED: require_same_revision, and the archive moved on
  kReadOnly = 21,           // FAILED_PRECONDITION: this process may not write
  kDatabaseInUse = 22,      // FAILED_PRECONDITION: another process holds the writer's lock
  kSchemaTooNew = 23,       // FAILED_PRECONDITION: the database was written by a newer version
  kDatabaseCorrupt = 24,    // DATA_LOSS: the file is damaged or no database of this service
  kStorageFull = 25,        // RESOURCE_EXHAUSTED: the disk is full
  kQueueFull = 26,          // RESOURCE_EXHAUSTED: too much blocking work waits; retry later
  kAnswerTooLarge = 27,     // RESOURCE_EXHAUSTED: the answer would exceed the message limit
  kLoading = 28,            // UNAVAILABLE: the archive is not loaded yet
  kStoreBusy = 29,          // UNAVAILABLE: the store is locked by a short operation; retry
  kStoreUnavailable = 30,   // INTERNAL: reading or writing the store failed
  kInternal = 31,           // INTERNAL: any other fault of the service itself
  kEtagMismatch = 32,       // ABORTED: the resource has changed since its etag was read
  kReportWithdrawn = 33,    // FAILED_PRECONDITION: a withdrawn report cannot be edited
  kDefectNotFound = 34,     // NOT_FOUND
  kDefectExists = 35,       // ALREADY_EXISTS: an entry of this id, or at this place
  kProfileNotFound = 36,    // NOT_FOUND
  kUnsupportedFormat = 37,  // INVALID_ARGUMENT: the source is of a kind that is not read
  kEncrypted = 38,          // INVALID_ARGUMENT: the source is protected by a password
  kNoTextLayer = 39,        // INVALID_ARGUMENT: a PDF of pictures alone
  kMalformedSource = 40,    // INVALID_ARGUMENT: the source is damaged or breaks its format
  kExtractionFailed = 41,   // INVALID_ARGUMENT: reading the source took too much, or crashed
  kExtractorUnavailable = 42,  // FAILED_PRECONDITION: no foreign format can be read here
  kDuplicateReport = 43,       // ALREADY_EXISTS: the text is nearly that of another report
  kTokenMissing = 50,          // UNAUTHENTICATED: the call brings no token
  kTokenInvalid = 51,          // UNAUTHENTICATED: the call's token is none that is known
  kTokenExpired = 52,          // UNAUTHENTICATED
  kRoleTooLow = 53,            // PERMISSION_DENIED: the caller's role may not call this method
  kQuotaExceeded = 54,         // RESOURCE_EXHAUSTED: the caller calls too often; retry later
  kTooManyCalls = 55,          // RESOURCE_EXHAUSTED: too many calls are being served; retry later
  kShuttingDown = 56,          // UNAVAILABLE: the server is about to end; retry
  kRevisionInFuture = 60,      // OUT_OF_RANGE: this server has not reached the archive revision
  kChangesNotKept = 61,        // OUT_OF_RANGE: of changes so old there is no trail
  kBackupNotConfigured = 62,   // FAILED_PRECONDITION: the server has no folder for backups
  kBackupExists = 63,          // ALREADY_EXISTS: the folder has a file of this name
  kNotEmbargoed = 64,          // FAILED_PRECONDITION: the report is not held back
  kReportPurged = 65,          // NOT_FOUND: there was such a report; it was removed for good
  kReportIdPurged = 66,        // FAILED_PRECONDITION: a purged report had the id of a new one
  kHistoryChanged = 67,        // OUT_OF_RANGE: the position is of another history
};

// "INVALID_UTF8", ...: the wire spelling, without the enum's prefix.
std::string_view ErrorReasonName(ErrorReason reason);

// One faulty field of a request: path in proto notation ("filter.reports[3]") and what is wrong.
struct FieldViolation {
  std::string field;
  std::string description;

  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

// What travels with a status, machine-readable.
struct ErrorDetail {
  ErrorReason reason = ErrorReason::kUnspecified;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<FieldViolation> violations;
  std::optional<absl::Duration> retry_after;
};

// Builds a status of the given code whose payload is `detail`. `message` is English, for people.
absl::Status MakeError(absl::StatusCode code, std::string_view message, const ErrorDetail& detail);

// The detail of a status, or nullopt for a status not made here.
std::optional<ErrorDetail> GetErrorDetail(const absl::Status& status);

// kUnspecified for a status not made here.
ErrorReason GetErrorReason(const absl::Status& status);

namespace errors {

absl::Status InvalidUtf8(std::string_view field, uint64_t byte_offset);
absl::Status MalformedMessage(std::string_view message_type);
absl::Status FieldRequired(std::string_view field, std::string_view description = "is required");
// `limit` says the bound with its unit, for example "at most 200 values".
absl::Status FieldOutOfRange(std::string_view field, std::string_view limit);
absl::Status FieldInvalid(std::string_view field, std::string_view description);
// FIELD_INVALID; `position` is the code point of the text with the control character.
absl::Status ControlCharacter(std::string_view field, uint64_t position);
absl::Status InvalidName(std::string_view field, std::string_view value,
                         std::string_view expected_pattern);
// `position` is the code point of the query where parsing stopped.
absl::Status InvalidQuery(std::string_view description, uint64_t position);
absl::Status PageTokenInvalid(std::string_view description);
// `hint` says what the source may be instead; empty without a guess.
absl::Status UndecodableText(std::string_view encoding, uint64_t byte_offset,
                             std::string_view description, std::string_view hint = {});
absl::Status EmptyText();
// A source with text that holds nothing of a speech: titles, notes, navigation alone.
absl::Status NoSpeech();
// `field` is empty when the source was refused before there was a request.
absl::Status SourceTooLarge(std::string_view field, std::string_view limit);
// `kind` says what the source is: "an old Word document (.doc)".
absl::Status UnsupportedFormat(std::string_view kind);
// The same for a text that is something else than a report: "an error page".
absl::Status NoReport(std::string_view kind);
absl::Status Encrypted(std::string_view description);
absl::Status NoTextLayer();
// `format` is a name of extract::FormatName.
absl::Status MalformedSource(std::string_view format, std::string_view description);
// `cause` is one word: "timeout", "memory", "crash", "output", "protocol".
absl::Status ExtractionFailed(std::string_view cause, std::string_view description);
absl::Status ExtractorUnavailable(std::string_view description);
// `index` is the entry's place in the list of the request.
absl::Status DefectUnplaced(uint64_t index, uint64_t line, std::string_view description);
// The same for an entry that is given by its place in the text.
absl::Status DefectUnplaced(std::string_view field, std::string_view description);
absl::Status UploadIncomplete(std::string_view description);
// DEADLINE_EXCEEDED with the same reason.
absl::Status UploadStalled(absl::Duration silence);
// UPLOAD_INCOMPLETE, DEADLINE_EXCEEDED: the one message of ImportReport has not come.
absl::Status RequestStalled(absl::Duration silence);
absl::Status RequestIdReused(std::string_view request_id);
absl::Status ReportNotFound(std::string_view name);
absl::Status RevisionNotFound(std::string_view name);
absl::Status SectionNotFound(std::string_view name);
absl::Status QuoteNotFound(std::string_view name);
absl::Status ThemeNotFound(std::string_view name);
absl::Status ProfileNotFound(std::string_view name);
absl::Status RevisionChanged(uint64_t expected, uint64_t actual);
// The same reason: the themes of the page before were given by another scheme.
absl::Status SchemeChanged(std::string_view version);
absl::Status HistoryChanged(std::string_view position);
absl::Status RevisionInFuture(uint64_t given, uint64_t current);
absl::Status ChangesNotKept(uint64_t given, uint64_t oldest);
absl::Status BackupNotConfigured();
absl::Status BackupExists(std::string_view name);
absl::Status NotEmbargoed(std::string_view name);
absl::Status ReportPurged(std::string_view name, absl::Time time);
absl::Status ReportIdPurged(std::string_view name, absl::Time time);
absl::Status EtagMismatch(std::string_view name);
absl::Status ReportWithdrawn(std::string_view name);
absl::Status DefectNotFound(std::string_view name);
absl::Status DefectExists(std::string_view name);
// `likeness` is the share of the smaller text that stands in the other.
absl::Status DuplicateReport(std::string_view name, double likeness);
absl::Status ReadOnly();
absl::Status DatabaseInUse(std::string_view path);
absl::Status SchemaTooNew(std::string_view path, int64_t found, int64_t supported);
absl::Status DatabaseCorrupt(std::string_view path, std::string_view description);
absl::Status StorageFull(std::string_view path);
absl::Status QueueFull(absl::Duration retry_after);
// `description` never holds anything of a token.
absl::Status TokenMissing();
absl::Status TokenInvalid(std::string_view description);
absl::Status TokenExpired(absl::Time expired);
absl::Status RoleTooLow(std::string_view role, std::string_view needed);
// The same for what a field asks for.
absl::Status RoleTooLowFor(std::string_view field, std::string_view role, std::string_view needed);
absl::Status QuotaExceeded(std::string_view caller, double calls_per_second,
                           absl::Duration retry_after);
absl::Status TooManyCalls(size_t limit, absl::Duration retry_after);
// The same where one caller has too many.
absl::Status TooManyCallsOf(std::string_view caller, size_t limit, absl::Duration retry_after);
// The same of what else callers share.
absl::Status ShareTaken(std::string_view caller, absl::Duration retry_after);
absl::Status AnswerTooLarge(std::string_view field_to_narrow, uint64_t bytes);
absl::Status Loading();
absl::Status ShuttingDown();
absl::Status StoreBusy();
absl::Status StoreUnavailable(std::string_view description);

}  // namespace errors
}  // namespace quotes

#endif  // QUOTES_SERVICE_BASE_ERRORS_H_
