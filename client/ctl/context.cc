#include "client/ctl/context.h"

#include <string_view>
#include <utility>

#include "client/ctl/json.h"
#include "client/error.h"
#include "service/base/errors.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

// To find out why there is no connection.
constexpr absl::Duration kDiagnosisLimit = absl::Seconds(3);

std::string Metadata(const client::CallError& error, std::string_view key) {
  for (const auto& [name, value] : error.metadata) {
    if (name == key) {
      return value;
    }
  }
  return {};
}

// The sentence without the path of a field that a person never wrote: the query is what was typed,
// the bytes are those of the file that the line names.
std::string_view ForPeople(const client::CallError& error) {
  std::string_view sentence = error.message;
  if (error.violations.size() != 1) {
    return sentence;
  }
  const std::string_view field = error.violations.front().field;
  if (field != "query" && field != "source.content" && field != "chunk") {
    return sentence;
  }
  if (sentence.starts_with(field) && sentence.substr(field.size()).starts_with(": ")) {
    sentence.remove_prefix(field.size() + 2);
  }
  return sentence;
}

}  // namespace

ExitCode ExitCodeOf(const absl::Status& status) {
  const ErrorReason reason = GetErrorReason(status);
  if (reason == ErrorReason::kEtagMismatch || reason == ErrorReason::kReportWithdrawn ||
      reason == ErrorReason::kReportIdPurged) {
    return kExitInput;  // something else must be asked for
  }
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kNotFound:
      return kExitNothing;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kOutOfRange:
      return kExitInput;
    default:
      return kExitService;
  }
}

Context::Context(const Environment& environment, Settings settings)
    : environment_(environment),
      settings_(std::move(settings)),
      out_painter_(UseColor(settings_.color, environment.out_is_terminal, environment)),
      err_painter_(UseColor(settings_.color, environment.err_is_terminal, environment)) {}

size_t Context::columns() const { return environment_.out_is_terminal ? environment_.columns : 0; }

absl::StatusOr<client::Client*> Context::Connect(Access access, citation::Profiles profiles,
                                                 const std::string& backup_folder) {
  if (connection_ == nullptr) {
    for (const std::string& file : client::ExposedFiles(settings_.transport)) {
      err() << err_painter_.Paint(Style::kWarning, Text(Msg::kExposedFile, {Printable(file)}))
            << '\n';
    }
    QUOTES_ASSIGN_OR_RETURN(
        connection_, Connection::Open(settings_, access, std::move(profiles), backup_folder));
  }
  return &connection_->client();
}

void Context::PrintJson(const google::protobuf::Message& message) {
  out() << ToJson(message) << '\n';
}

std::string Context::Describe(const absl::Status& status) const {
  const client::CallError error = client::DescribeError(status);
  if (error.reason == ErrorReasonName(ErrorReason::kDatabaseInUse)) {
    return Text(Msg::kDatabaseInUse, {Metadata(error, "path")});
  }
  if (error.reason == ErrorReasonName(ErrorReason::kReportIdPurged)) {
    return Text(Msg::kReportIdPurged, {Metadata(error, "name"), Metadata(error, "purged")});
  }
  if (!settings_.server.empty()) {
    if (error.reason == ErrorReasonName(ErrorReason::kTokenMissing)) {
      return Text(Msg::kTokenMissing, {settings_.server});
    }
    if (error.reason == ErrorReasonName(ErrorReason::kTokenInvalid)) {
      return Text(Msg::kTokenInvalid, {settings_.server});
    }
    if (error.reason == ErrorReasonName(ErrorReason::kTokenExpired)) {
      return Text(Msg::kTokenExpired, {Metadata(error, "expired")});
    }
    if (error.reason == ErrorReasonName(ErrorReason::kRoleTooLow)) {
      return Text(Msg::kRoleTooLow, {Metadata(error, "role"), Metadata(error, "needed")});
    }
  }
  if (error.reason.empty() && !settings_.server.empty()) {
    if (error.code == absl::StatusCode::kUnavailable) {
      if (std::optional<std::string> fault = DescribeTransport(); fault.has_value()) {
        return *std::move(fault);
      }
      return Text(Msg::kUnavailable, {settings_.server, error.message});
    }
    if (error.code == absl::StatusCode::kDeadlineExceeded) {
      return Text(Msg::kDeadline);
    }
  }
  return settings_.lang == Lang::kChinese && !error.message_zh.empty() ? error.message_zh
                                                                       : error.message;
}

std::optional<std::string> Context::DescribeTransport() const {
  const client::ConnectionDiagnosis diagnosis =
      client::DiagnoseConnection(settings_.server, settings_.transport, kDiagnosisLimit);
  const auto say = [&](Msg message) { return Text(message, {settings_.server, diagnosis.detail}); };
  switch (diagnosis.fault) {
    case client::ConnectionFault::kUnknown:
    case client::ConnectionFault::kUnreachable:
      return std::nullopt;
    case client::ConnectionFault::kNoTls:
      return say(Msg::kTlsNotSpoken);
    case client::ConnectionFault::kTlsNeeded:
      return say(Msg::kTlsNeeded);
    case client::ConnectionFault::kUnknownAuthority:
      return say(Msg::kTlsUnknownAuthority);
    case client::ConnectionFault::kExpired:
      return say(Msg::kTlsExpired);
    case client::ConnectionFault::kNotYetValid:
      return say(Msg::kTlsNotYetValid);
    case client::ConnectionFault::kWrongName:
      return say(Msg::kTlsWrongName);
    case client::ConnectionFault::kUntrusted:
      return say(Msg::kTlsUntrusted);
    case client::ConnectionFault::kCertificateMissing:
      return say(Msg::kTlsCertificateMissing);
    case client::ConnectionFault::kCertificateRefused:
      return say(Msg::kTlsCertificateRefused);
  }
  return std::nullopt;
}

std::string Context::DescribeFile(const absl::Status& status) const {
  client::CallError error = client::DescribeError(status);
  error.message = Describe(status);
  return std::string(ForPeople(error));
}

ExitCode Context::Fail(const absl::Status& status, std::string_view file) {
  client::CallError error = client::DescribeError(status);
  error.message = Describe(status);
  const ExitCode code = ExitCodeOf(status);
  if (json()) {
    err() << ErrorJson(error, Printable(file)) << '\n';
    return code;
  }
  const std::string sentence = Printable(ForPeople(error));
  err() << err_painter_.Paint(Style::kWarning,
                              file.empty() ? Text(Msg::kError, {sentence})
                                           : Text(Msg::kErrorFile, {Printable(file), sentence}))
        << '\n';
  // One violation is what the sentence says already.
  if (error.violations.size() > 1) {
    for (const FieldViolation& violation : error.violations) {
      err() << Text(Msg::kErrorField,
                    {Printable(violation.field), Printable(violation.description)})
            << '\n';
    }
  }
  // A failure of the service is looked up in its log; a faulty input is not.
  if (code == kExitService && !error.reason.empty()) {
    err() << (error.request_id.empty() ? Text(Msg::kErrorReasonOnly, {error.reason})
                                       : Text(Msg::kErrorReason, {error.reason, error.request_id}))
          << '\n';
  }
  return code;
}

}  // namespace quotes::ctl
