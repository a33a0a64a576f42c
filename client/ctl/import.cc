#include <google/protobuf/struct.pb.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/ctl/command.h"
#include "client/ctl/import_input.h"
#include "client/ctl/interrupt.h"
#include "client/ctl/json.h"
#include "client/ctl/lookup.h"
#include "client/ctl/progress.h"
#include "client/ctl/values.h"
#include "client/error.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/base/limits.h"
#include "service/base/mutex.h"
#include "service/base/status_macros.h"
#include "service/library/file_metadata.h"
#include "service/report/defects.h"
#include "toml++/toml.h"

namespace quotes::ctl {
namespace {

namespace fs = std::filesystem;

// What one document became.
struct Outcome {
  std::string file;
  bool tried = false;
  absl::Status status;  // of a document that was tried
  v1::ImportReportResponse response;
  size_t findings = 0;              // in the response, which does not keep them all along
  bool would_be_duplicate = false;  // checked only: an import would be refused
  bool no_report = false;           // looks like none: passed over where found, else refused
  bool found = false;               // in a folder or an archive
};

constexpr int kMaxJobs = 16;
// How long a document waits in all for a service that asks to: one that has no place for so long
// will have none.
constexpr absl::Duration kLongestWait = absl::Minutes(10);
// Refused because its text is nearly that of another report.
bool IsDuplicate(const absl::Status& status) {
  return GetErrorReason(status) == ErrorReason::kDuplicateReport;
}
bool IsDuplicate(const Outcome& outcome) {
  return outcome.would_be_duplicate || IsDuplicate(outcome.status);
}

// The name of that report.
std::string DuplicateOf(const absl::Status& status) {
  const client::CallError error = client::DescribeError(status);
  for (const auto& [key, value] : error.metadata) {
    if (key == "name") {
      return value;
    }
  }
  return {};
}

// A moment of a sidecar as it would be written in a string. One without a zone stays so.
std::string MomentOf(const toml::date_time& moment) {
  std::string text =
      absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02d", moment.date.year, moment.date.month,
                      moment.date.day, moment.time.hour, moment.time.minute, moment.time.second);
  if (moment.time.nanosecond > 0) {
    absl::StrAppendFormat(&text, ".%09d", moment.time.nanosecond);
  }
  if (moment.offset.has_value()) {
    const int minutes = std::abs(moment.offset->minutes);
    absl::StrAppendFormat(&text, "%c%02d:%02d", moment.offset->minutes < 0 ? '-' : '+',
                          minutes / 60, minutes % 60);
  }
  return text;
}

// The number of the report's latest revision.
std::string RevisionOf(const v1::ImportReportResponse& response) {
  const std::string& name = response.report().latest_revision();
  return name.substr(name.rfind('/') + 1);
}

// A table of more rows is not read.
constexpr size_t kMostRows = 200;

class Import : public Command {
 public:
  std::string Name() const override { return "import"; }
  Msg About() const override { return Msg::kCmdImport; }
  std::vector<std::string> Examples() const override {
    return {"quotectl import report.docx",
            "quotectl --database quotes.db import --jobs 4 reports/",
            "quotectl import reports.zip",
            "quotectl import --validate-only draft.txt",
            "quotectl import --validate-only --json draft.txt > findings.jsonl  # edit, then:",
            "quotectl import --register findings.jsonl draft.txt",
            "quotectl import --revision-of 2022-zaozhuang corrected.txt",
            "quotectl import --as variant copy.html",
            "quotectl import --embargo 2026-12-01T09:00+08:00 speech.docx",
            "quotectl import --encoding GB18030 --speaker 张三 --date 2021-02-03 old.txt",
            "iconv -f big5 -t utf-8 report.txt | quotectl import --id 2021-example -"};
  }

  void Define(Options* options) override {
    options->Arguments("FILE", &paths_, Msg::kOptFiles, {.kind = ValueKind::kFile});
    options->Value("--id", &id_, Msg::kOptId, {.label = "ID"});
    options->Value("--revision-of", &revision_of_, Msg::kOptRevisionOf,
                   {.label = "REPORT", .kind = ValueKind::kReport});
    options->Value("--as", &as_, Msg::kOptAs,
                   {.kind = ValueKind::kChoice, .choices = {"separate", "variant"}});
    options->Value("--embargo", &embargo_, Msg::kOptEmbargo, {.label = "TIME"});
    options->Flag("--reuse-purged", &reuse_purged_, Msg::kOptReusePurged);
    options->Value("--title", &title_, Msg::kOptTitle, {});
    options->Value("--subtitle", &subtitle_, Msg::kOptSubtitle, {});
    options->Value("--event", &event_, Msg::kOptEvent, {});
    options->Value("--body", &body_, Msg::kOptImportBody, {.label = "NAME"});
    options->Value("--speaker", &speaker_, Msg::kOptImportSpeaker, {.label = "NAME"});
    options->Value("--office", &office_, Msg::kOptOffice, {});
    options->Value("--date", &date_, Msg::kOptDate, {.label = "DATE"});
    options->Value("--language", &language_, Msg::kOptLanguage, {.label = "TAG"});
    options->Value("--paper", &paper_, Msg::kOptPaper, {.label = "NAME"});
    options->Value("--edition", &edition_, Msg::kOptEdition, {});
    options->Value("--issue-date", &issue_date_, Msg::kOptIssueDate, {.label = "DATE"});
    options->Value("--pages", &pages_, Msg::kOptPages, {});
    options->Value("--encoding", &encoding_, Msg::kOptEncoding, {.label = "NAME"});
    options->Value("--format", &format_, Msg::kOptFormat, {.label = "NAME"});
    options->Number("-j,--jobs", &jobs_, 1, kMaxJobs, Msg::kOptJobs);
    options->Value("--request-id", &request_id_, Msg::kOptRequestId, {.label = "ID"});
    options->Flag("--validate-only", &validate_only_, Msg::kOptValidateOnly);
    options->Value("--register", &register_, Msg::kOptRegister,
                   {.label = "FILE", .kind = ValueKind::kFile});
    options->Flag("--no-defects", &no_defects_, Msg::kOptNoDefects);
    options->Flag("-q,--quiet", &quiet_, Msg::kOptQuiet);
  }

  ExitCode Run(Context* context) override;

 private:
  absl::Status CheckOptions(const Context& context, size_t documents) const;
  absl::Status ReadRegister(const Context& context, const ImportInputs& inputs);
  absl::StatusOr<v1::ReportMetadata> Metadata(const Context& context) const;
  // Adds what a sidecar says and the options do not.
  absl::Status AddMetadata(const Context& context, const std::string& file,
                           const std::string& content, v1::ImportReportRequest* request) const;
  absl::Status AddDefects(const Context& context, const std::string& file,
                          const std::string& content, v1::ImportReportRequest* request) const;
  absl::StatusOr<v1::ImportReportResponse> ImportDocument(
      const Context& context, client::Client* client, const v1::ReportMetadata& metadata,
      const ImportInput& input, ctl::ImportDocument document, Outcome* outcome) const;
  // A service that does not know of embargoes would pass over the time, and publish the text.
  static absl::Status CheckKnowsEmbargo(const Context& context, client::Client* client,
                                        const v1::ImportReportRequest& request);
  // Whether a text is short, says nothing of itself, and nothing was said of it.
  absl::StatusOr<bool> LooksLikeNoReport(client::Client* client,
                                         const v1::ImportReportRequest& request) const;
  // Shows an outcome, and returns its exit code.
  ExitCode Show(Context* context, Outcome* outcome) const;
  void ShowLint(Context* context, const Outcome& outcome) const;
  std::string OutcomeText(const Context& context, const Outcome& outcome) const;
  // `unread` are files that were meant and not tried.
  void ShowSummary(Context* context, const std::vector<Outcome>& outcomes, size_t unread) const;

  std::vector<std::string> paths_;
  std::optional<std::string> id_;
  std::optional<std::string> revision_of_;
  std::optional<std::string> as_;
  std::optional<std::string> register_;
  std::optional<std::string> embargo_;
  bool reuse_purged_ = false;
  std::optional<google::protobuf::Timestamp> available_from_;  // of --embargo
  std::optional<std::string> title_;
  std::optional<std::string> subtitle_;
  std::optional<std::string> event_;
  std::optional<std::string> body_;
  std::optional<std::string> speaker_;
  std::optional<std::string> office_;
  std::optional<std::string> date_;
  std::optional<std::string> language_;
  std::optional<std::string> paper_;
  std::optional<std::string> edition_;
  std::optional<std::string> issue_date_;
  std::optional<std::string> pages_;
  std::optional<std::string> encoding_;
  std::optional<std::string> format_;
  std::optional<std::string> request_id_;
  // Of --register: the accepted entries, by the name of their document.
  std::map<std::string, std::vector<v1::DefectEntry>> accepted_;
  int jobs_ = 1;
  // Of a run over many documents: what makes their request ids, see ImportDocument.
  std::string run_version_;
  bool validate_only_ = false;
  bool no_defects_ = false;
  bool quiet_ = false;
};

absl::Status Import::CheckOptions(const Context& context, size_t documents) const {
  const std::pair<const std::optional<std::string>*, std::string_view> single[] = {
      {&id_, "--id"},
      {&revision_of_, "--revision-of"},
      {&title_, "--title"},
      {&subtitle_, "--subtitle"},
      {&request_id_, "--request-id"}};
  for (const auto& [value, name] : single) {
    if (documents > 1 && value->has_value()) {
      return absl::InvalidArgumentError(context.Text(Msg::kOneFileOnly, {name}));
    }
  }
  if (id_.has_value() && revision_of_.has_value()) {
    return absl::InvalidArgumentError(context.Text(Msg::kNotTogether, {"--id", "--revision-of"}));
  }
  if (as_.has_value() && revision_of_.has_value()) {
    return absl::InvalidArgumentError(context.Text(Msg::kNotTogether, {"--as", "--revision-of"}));
  }
  return absl::OkStatus();
}

absl::Status Import::ReadRegister(const Context& context, const ImportInputs& inputs) {
  if (!register_.has_value()) {
    return absl::OkStatus();
  }
  const absl::StatusOr<std::string> content = inputs.ReadFile(*register_);
  if (!content.ok()) {
    return absl::InvalidArgumentError(
        context.Text(Msg::kDefectsUnreadable, {*register_, ToStd(content.status().message())}));
  }
  const auto unreadable = [&](size_t line, std::string_view what) {
    return absl::InvalidArgumentError(
        context.Text(Msg::kRegisterUnreadable, {*register_, std::to_string(line), what}));
  };
  std::set<std::string_view> names;
  for (const ImportInput& input : inputs.inputs()) {
    names.insert(input.name);
  }
  size_t number = 0;
  std::istringstream lines(*content);
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty()) {
      continue;
    }
    google::protobuf::Struct object;
    v1::ImportReportResponse response;
    absl::Status status = FromJson(line, &object);
    const auto file = object.fields().find("file");
    const auto found = object.fields().find("result");
    if (status.ok() && found != object.fields().end() && file != object.fields().end()) {
      status = FromJson(ToJson(found->second), &response);
    } else if (status.ok()) {
      return unreadable(number, context.Text(Msg::kRegisterForm));
    }
    if (!status.ok()) {
      return unreadable(number, ToStd(status.message()));
    }
    const std::string& name = file->second.string_value();
    if (!names.contains(name)) {
      return unreadable(number, context.Text(Msg::kRegisterOfAnother, {name}));
    }
    for (const v1::LintFinding& finding : response.lint()) {
      if (finding.has_defect()) {
        accepted_[name].push_back(finding.defect());
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ReportMetadata> Import::Metadata(const Context& context) const {
  v1::ReportMetadata metadata;
  metadata.set_title(title_.value_or(""));
  metadata.set_subtitle(subtitle_.value_or(""));
  metadata.set_event(event_.value_or(""));
  metadata.set_body(body_.value_or(""));
  metadata.set_speaker(speaker_.value_or(""));
  metadata.set_office(office_.value_or(""));
  metadata.set_language(language_.value_or(""));
  v1::Publication publication;
  publication.set_paper(paper_.value_or(""));
  publication.set_edition(edition_.value_or(""));
  publication.set_pages(pages_.value_or(""));
  for (const bool issue : {false, true}) {
    const std::optional<std::string>& text = issue ? issue_date_ : date_;
    if (!text.has_value()) {
      continue;
    }
    const std::optional<google::type::Date> date = ParseDate(*text);
    if (!date.has_value()) {
      return absl::InvalidArgumentError(context.Text(Msg::kBadDate, {*text}));
    }
    *(issue ? publication.mutable_issue_date() : metadata.mutable_speech_date()) = *date;
  }
  if (publication.ByteSizeLong() > 0) {
    *metadata.mutable_publication() = std::move(publication);
  }
  return metadata;
}

absl::Status Import::AddMetadata(const Context& context, const std::string& file,
                                 const std::string& content,
                                 v1::ImportReportRequest* request) const {
  if (content.empty()) {
    return absl::OkStatus();
  }
  const std::string path = fs::path(file).replace_extension(".toml").string();
  const auto unreadable = [&](std::string_view what) {
    return absl::InvalidArgumentError(context.Text(Msg::kMetadataUnreadable, {path, what}));
  };
  std::vector<std::pair<std::string, std::string>> entries;
  try {
    for (const auto& [key, node] : toml::parse(content)) {
      std::string value;
      if (const auto text = node.value<std::string>(); text.has_value()) {
        value = *text;
      } else if (const auto moment = node.value<toml::date_time>(); moment.has_value()) {
        value = MomentOf(*moment);
      } else if (const auto date = node.value<toml::date>(); date.has_value()) {
        value = absl::StrFormat("%04d-%02d-%02d", date->year, date->month, date->day);
      }
      const std::string name(key.str());
      if (name == "id" || name == "encoding" || name == "format") {
        std::string* const field = name == "id" ? request->mutable_report_id()
                                   : name == "encoding"
                                       ? request->mutable_source()->mutable_encoding()
                                       : request->mutable_source()->mutable_format();
        if (field->empty()) {
          *field = value;
        }
      } else if (!IsFileMetadataKey(name)) {
        return unreadable(context.Text(Msg::kUnknownKey, {name}));
      }
      if (value.empty()) {
        return unreadable(context.Text(Msg::kBadKeyValue, {name}));
      }
      entries.emplace_back(name, value);
    }
  } catch (const toml::parse_error& error) {
    return unreadable(error.description());
  }
  const absl::StatusOr<report::Metadata> read = WithFileMetadata(entries, {});
  if (!read.ok()) {
    return unreadable(ToStd(read.status().message()));
  }
  const absl::StatusOr<std::optional<absl::Time>> embargo = EmbargoOf(entries);
  if (!embargo.ok()) {
    return unreadable(ToStd(embargo.status().message()));
  }
  if (embargo->has_value() && !request->has_available_from()) {
    *request->mutable_available_from() = ToTimestamp(**embargo);
  }
  const report::Metadata& found = *read;
  v1::ReportMetadata* const out = request->mutable_metadata();
  const auto fill = [](const std::string& from, std::string* to) {
    if (to->empty()) {
      *to = from;
    }
  };
  fill(found.title, out->mutable_title());
  fill(found.subtitle, out->mutable_subtitle());
  fill(found.event, out->mutable_event());
  fill(found.body, out->mutable_body());
  fill(found.speaker, out->mutable_speaker());
  fill(found.office, out->mutable_office());
  fill(found.language, out->mutable_language());
  v1::Publication* const publication = out->mutable_publication();
  fill(found.publication.paper, publication->mutable_paper());
  fill(found.publication.edition, publication->mutable_edition());
  fill(found.publication.pages, publication->mutable_pages());
  const auto fill_date = [](const std::optional<absl::CivilDay>& from, google::type::Date* to) {
    if (to->year() == 0) {
      to->set_year(static_cast<int32_t>(from->year()));
      to->set_month(from->month());
      to->set_day(from->day());
    }
  };
  if (found.date.has_value()) {
    fill_date(found.date, out->mutable_speech_date());
  }
  if (found.publication.issue_date.has_value()) {
    fill_date(found.publication.issue_date, publication->mutable_issue_date());
  }
  if (publication->ByteSizeLong() == 0) {
    out->clear_publication();
  }
  return absl::OkStatus();
}

absl::Status Import::AddDefects(const Context& context, const std::string& file,
                                const std::string& content,
                                v1::ImportReportRequest* request) const {
  if (no_defects_ || content.empty()) {
    return absl::OkStatus();
  }
  const std::string path = fs::path(file).replace_extension(".defects.tsv").string();
  const absl::StatusOr<std::vector<report::DefectEntry>> entries = report::ParseDefects(content);
  if (!entries.ok()) {
    return absl::InvalidArgumentError(
        context.Text(Msg::kDefectsUnreadable, {path, ToStd(entries.status().message())}));
  }
  for (const report::DefectEntry& entry : *entries) {
    v1::DefectEntry* out = request->add_defects();
    out->set_line(static_cast<int32_t>(entry.line));
    out->set_printed(entry.printed);
    *out->mutable_readings() = {entry.readings.begin(), entry.readings.end()};
    // The domain's numbers are the contract's.
    out->set_kind(static_cast<v1::Defect::Kind>(entry.kind));
    out->set_certainty(static_cast<v1::Certainty>(entry.certainty));
    out->set_note(entry.note);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ImportReportResponse> Import::ImportDocument(
    const Context& context, client::Client* client, const v1::ReportMetadata& metadata,
    const ImportInput& input, ctl::ImportDocument document, Outcome* outcome) const {
  QUOTES_RETURN_IF_ERROR(document.status);
  const std::string& file = input.name;
  v1::ImportReportRequest request;
  if (metadata.ByteSizeLong() > 0) {
    *request.mutable_metadata() = metadata;
  }
  request.set_report_id(id_.value_or(""));
  request.set_allow_purged_id(reuse_purged_);
  if (available_from_.has_value()) {
    *request.mutable_available_from() = *available_from_;
  }
  request.mutable_source()->set_encoding(encoding_.value_or(""));
  request.mutable_source()->set_format(format_.value_or(""));
  QUOTES_RETURN_IF_ERROR(AddMetadata(context, file, document.metadata, &request));
  QUOTES_RETURN_IF_ERROR(AddDefects(context, file, document.defects, &request));
  if (const auto accepted = accepted_.find(file); accepted != accepted_.end()) {
    for (const v1::DefectEntry& entry : accepted->second) {
      const auto& held = request.defects();
      // What the file beside it has already.
      if (std::none_of(held.begin(), held.end(), [&](const v1::DefectEntry& other) {
            return other.line() == entry.line() && other.printed() == entry.printed();
          })) {
        *request.add_defects() = entry;
      }
    }
  }
  request.set_duplicate_handling(!as_.has_value()     ? v1::DUPLICATE_HANDLING_UNSPECIFIED
                                 : *as_ == "separate" ? v1::DUPLICATE_HANDLING_SEPARATE
                                                      : v1::DUPLICATE_HANDLING_VARIANT);
  if (file != kStdinName) {
    request.mutable_source()->set_file_name(Printable(fs::path(file).filename().string()));
  }
  request.set_validate_only(validate_only_);
  *request.mutable_source()->mutable_content() = std::move(document.content);
  QUOTES_ASSIGN_OR_RETURN(outcome->no_report, LooksLikeNoReport(client, request));
  // Folders hold such things beside reports; what was named was meant.
  outcome->found = input.found;
  // The findings of a text that was named are said even so.
  if (outcome->no_report && (input.found || !validate_only_)) {
    return absl::InvalidArgumentError(context.Text(Msg::kNoReport));
  }
  QUOTES_RETURN_IF_ERROR(CheckKnowsEmbargo(context, client, request));
  // Without one of the caller's, an id of this run: a call that gRPC tries again is then answered
  // with the outcome of the first. Of a run over many documents the id says what is imported, so
  // that a run that was interrupted goes over what it has done without reading it again.
  if (run_version_.empty() || validate_only_) {
    request.set_request_id(request_id_.has_value() ? *request_id_ : client::NewRequestId());
    absl::StatusOr<v1::ImportReportResponse> response = client->Import(request);
    outcome->would_be_duplicate = validate_only_ && IsDuplicate(response.status());
    if (!outcome->would_be_duplicate) {
      return response;
    }
    // What is to be said of its text is said all the same.
    request.set_duplicate_handling(v1::DUPLICATE_HANDLING_SEPARATE);
    absl::StatusOr<v1::ImportReportResponse> separate = client->Import(request);
    // It would not be taken so either: beside a report that is held back for longer.
    outcome->would_be_duplicate = separate.ok();
    return separate.ok() ? separate : response;
  }
  request.set_request_id(
      absl::StrCat("import-", Sha256Hex(run_version_ + request.SerializeAsString())));
  absl::StatusOr<v1::ImportReportResponse> response = client->Import(request);
  if (!response.ok() || !response->replayed()) {
    return response;
  }
  // Another text may have come since.
  v1::GetReportRequest get;
  get.set_name(response->report().name());
  get.set_show_embargoed(response->report().has_available_from());
  const absl::StatusOr<v1::GetReportResponse> latest = client->GetReport(get);
  if (latest.ok() && latest->report().latest_revision() == response->report().latest_revision()) {
    return response;
  }
  request.set_request_id(client::NewRequestId());
  return client->Import(request);
}

absl::Status Import::CheckKnowsEmbargo(const Context& context, client::Client* client,
                                       const v1::ImportReportRequest& request) {
  // A time that has passed is for the service to judge.
  if (!request.has_available_from() || request.validate_only() ||
      FromTimestamp(request.available_from()) <= absl::Now()) {
    return absl::OkStatus();
  }
  v1::ImportReportRequest check = request;
  check.set_validate_only(true);
  QUOTES_ASSIGN_OR_RETURN(const v1::ImportReportResponse response, client->Import(check));
  return response.report().has_available_from()
             ? absl::OkStatus()
             : absl::FailedPreconditionError(context.Text(Msg::kNoEmbargoThere));
}

absl::StatusOr<bool> Import::LooksLikeNoReport(client::Client* client,
                                               const v1::ImportReportRequest& request) const {
  // What a report has at least; robots.txt and the like have less.
  constexpr size_t kShort = 600;
  if (request.source().content().size() >= kShort || as_.has_value() ||
      !request.report_id().empty() || request.has_metadata()) {
    return false;
  }
  v1::ImportReportRequest check = request;
  check.set_validate_only(true);
  QUOTES_ASSIGN_OR_RETURN(const v1::ImportReportResponse response, client->Import(check));
  const v1::ReportMetadata& found = response.report().metadata();
  return found.title().empty() && found.speaker().empty() && !found.has_speech_date();
}

void Import::ShowLint(Context* context, const Outcome& outcome) const {
  if (quiet_ || context->json()) {
    return;
  }
  for (const v1::LintFinding& finding : outcome.response.lint()) {
    const std::string kind = context->Text(Label(finding.kind()));
    const std::string message =
        finding.proposal().empty()
            ? finding.message()
            : context->Text(Msg::kLintProposal, {finding.message(), finding.proposal()});
    context->err() << Printable(finding.line() > 0
                                    ? context->Text(Msg::kLintLine,
                                                    {outcome.file, std::to_string(finding.line()),
                                                     kind, message})
                                    : context->Text(Msg::kLintWhole, {outcome.file, kind, message}))
                   << '\n';
  }
  if (static_cast<size_t>(outcome.response.lint_size()) >= limits::kMaxLintFindings) {
    context->err() << Printable(context->Text(
                          Msg::kLintCut,
                          {outcome.file, std::to_string(outcome.response.lint_size())}))
                   << '\n';
  }
}

std::string Import::OutcomeText(const Context& context, const Outcome& outcome) const {
  if (!outcome.tried) {
    return context.Text(Msg::kNotTried);
  }
  if (outcome.no_report) {
    return context.Text(Msg::kOutcomeNoReport);
  }
  if (IsDuplicate(outcome)) {
    return context.Text(Msg::kDuplicate);
  }
  if (!outcome.status.ok()) {
    return context.Text(Msg::kRefusedReason, {client::DescribeError(outcome.status).reason});
  }
  if (validate_only_) {
    return context.Text(Msg::kValidated);
  }
  const std::string revision = RevisionOf(outcome.response);
  const std::string text = outcome.response.replayed()    ? context.Text(Msg::kReplayed)
                           : outcome.response.unchanged() ? context.Text(Msg::kUnchanged)
                           : revision == "1"              ? context.Text(Msg::kImported)
                                             : context.Text(Msg::kImportedAsRevision, {revision});
  const v1::Report& report = outcome.response.report();
  const std::string state = report.state() == v1::Report::STATE_WITHDRAWN
                                ? context.Text(Msg::kStaysWithdrawn, {text})
                                : text;
  return report.has_available_from()
             ? context.Text(Msg::kUntil, {absl::StrCat(state, context.Text(Msg::kListSeparator),
                                                       context.Text(Msg::kStateEmbargoed)),
                                          TimeText(report.available_from())})
             : state;
}

void Import::ShowSummary(Context* context, const std::vector<Outcome>& outcomes,
                         size_t unread) const {
  Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft, Table::Align::kRight,
               Table::Align::kRight, Table::Align::kLeft, Table::Align::kRight},
              0);
  table.AddHeader({context->Text(Msg::kLabelFile), context->Text(Msg::kLabelOutcome),
                   context->Text(Msg::kLabelName), context->Text(Msg::kLabelQuotes),
                   context->Text(Msg::kLabelSections), context->Text(Msg::kLabelComplete),
                   context->Text(Msg::kLabelLint)});
  int64_t changed = 0;
  int64_t revisions = 0;
  int64_t unchanged = 0;
  int64_t duplicates = 0;
  int64_t passed_over = 0;
  int64_t refused = 0;
  int64_t not_tried = 0;
  for (const Outcome& outcome : outcomes) {
    std::vector<std::string> row = {Printable(outcome.file), OutcomeText(*context, outcome)};
    if (!outcome.tried) {
      ++not_tried;
    } else if (outcome.no_report && outcome.found) {
      ++passed_over;
    } else if (IsDuplicate(outcome)) {
      ++duplicates;
    } else if (!outcome.status.ok() || outcome.no_report) {
      ++refused;
    } else {
      const bool held = outcome.response.unchanged() || outcome.response.replayed();
      ++(held ? unchanged : changed);
      revisions += !held && RevisionOf(outcome.response) != "1" ? 1 : 0;
      const v1::Report& report = outcome.response.report();
      row.insert(row.end(), {report.name(), std::to_string(report.quote_count()),
                             std::to_string(report.section_count()),
                             CompletenessName(context->lang(), report.completeness()),
                             std::to_string(outcome.findings)});
    }
    // Of a large run only what did not go well is listed; the sums have the rest.
    if (outcomes.size() <= kMostRows || !outcome.tried || !outcome.status.ok() ||
        outcome.would_be_duplicate) {
      if (IsDuplicate(outcome)) {
        row.push_back(outcome.would_be_duplicate ? outcome.response.duplicate_of()
                                                 : DuplicateOf(outcome.status));
      }
      table.AddRow(std::move(row));
    }
  }
  context->out() << table.Render(context->columns(), context->painter());
  context->out().flush();
  std::string summary =
      validate_only_
          ? context->Text(Msg::kValidateSummary,
                          {std::to_string(changed + unchanged), std::to_string(refused)})
          : context->Text(Msg::kImportSummary, {std::to_string(changed), std::to_string(unchanged),
                                                std::to_string(refused)});
  if (revisions > 0) {
    summary += context->Text(Msg::kListSeparator) +
               context->Text(Msg::kRevisionSummary, {std::to_string(revisions)});
  }
  if (duplicates > 0) {
    summary += context->Text(Msg::kListSeparator) +
               context->Text(Msg::kDuplicateSummary, {std::to_string(duplicates)});
  }
  if (passed_over > 0) {
    summary += context->Text(Msg::kListSeparator) +
               context->Text(Msg::kNoReportSummary, {std::to_string(passed_over)});
  }
  if (not_tried > 0) {
    summary += context->Text(Msg::kListSeparator) +
               context->Text(Msg::kNotTriedSummary, {std::to_string(not_tried)});
  }
  if (unread > 0) {
    summary += context->Text(Msg::kListSeparator) +
               context->Text(Msg::kUnreadSummary, {std::to_string(unread)});
  }
  context->err() << summary << '\n';
}

ExitCode Import::Show(Context* context, Outcome* outcome) const {
  if (outcome->no_report && outcome->found) {
    context->err() << context->Text(Msg::kPassedOver,
                                    {Printable(outcome->file), ToStd(outcome->status.message())})
                   << '\n';
    return kExitOk;
  }
  if (!outcome->status.ok()) {
    // A file that cannot be imported is an input error, whatever the status says of names.
    return std::max(context->Fail(outcome->status, outcome->file), kExitInput);
  }
  ShowLint(context, *outcome);
  if (outcome->no_report) {
    context->err() << context->Text(Msg::kErrorFile,
                                    {Printable(outcome->file), context->Text(Msg::kNoReport)})
                   << '\n';
  }
  v1::Report* const report = outcome->response.mutable_report();
  if (outcome->would_be_duplicate) {
    context->err() << context->Text(Msg::kWouldBeDuplicate,
                                    {outcome->file, outcome->response.duplicate_of(),
                                     absl::StrFormat("%.2f", outcome->response.likeness())})
                   << '\n';
  } else if (!outcome->response.duplicate_of().empty()) {
    context->err() << context->Text(report->state() == v1::Report::STATE_WITHDRAWN
                                        ? Msg::kTakenAsVariant
                                        : Msg::kTakenBeside,
                                    {report->name(), outcome->response.duplicate_of(),
                                     absl::StrFormat("%.2f", outcome->response.likeness())})
                   << '\n';
  } else if (const bool withdrawn = report->state() == v1::Report::STATE_WITHDRAWN;
             as_.has_value() && withdrawn != (*as_ == "variant") &&
             (outcome->response.unchanged() || outcome->response.replayed() ||
              RevisionOf(outcome->response) != "1")) {
    context->err() << context->Text(Msg::kAsNotApplied, {outcome->file, *as_, report->name()})
                   << '\n';
  } else if (withdrawn) {
    context->err() << context->Text(Msg::kWarnWithdrawn, {report->name()}) << '\n';
  }
  if (report->has_available_from() && !validate_only_) {
    context->err() << context->Text(Msg::kHeldUntil,
                                    {report->name(), TimeText(report->available_from())})
                   << '\n';
  }
  if (context->json()) {
    // At once: who reads along knows what is held, however the run ends.
    context->out() << "{\"file\":" << JsonString(Printable(outcome->file))
                   << ",\"result\":" << ToJson(outcome->response) << "}\n"
                   << std::flush;
  }
  outcome->findings = static_cast<size_t>(outcome->response.lint_size());
  // A run may have ten thousand outcomes: what the summary says of each stays.
  v1::ImportReportResponse kept;
  kept.set_unchanged(outcome->response.unchanged());
  kept.set_replayed(outcome->response.replayed());
  kept.set_duplicate_of(outcome->response.duplicate_of());
  v1::Report* const kept_report = kept.mutable_report();
  kept_report->set_name(report->name());
  kept_report->set_latest_revision(report->latest_revision());
  kept_report->set_state(report->state());
  if (report->has_available_from()) {
    *kept_report->mutable_available_from() = report->available_from();
  }
  kept_report->set_quote_count(report->quote_count());
  kept_report->set_section_count(report->section_count());
  *kept_report->mutable_completeness() = report->completeness();
  outcome->response = std::move(kept);
  return outcome->would_be_duplicate || outcome->no_report ? kExitInput : kExitOk;
}

ExitCode Import::Run(Context* context) {
  const absl::StatusOr<v1::ReportMetadata> metadata = Metadata(*context);
  if (!metadata.ok()) {
    return context->Fail(metadata.status());
  }
  if (embargo_.has_value()) {
    absl::StatusOr<google::protobuf::Timestamp> moment =
        ParseMomentOption(*context, "--embargo", *embargo_);
    if (!moment.ok()) {
      return context->Fail(moment.status());
    }
    available_from_ = *std::move(moment);
  }
  const absl::StatusOr<std::unique_ptr<ImportInputs>> inputs = ImportInputs::List(*context, paths_);
  if (!inputs.ok()) {
    return context->Fail(inputs.status());
  }
  const size_t count = (*inputs)->inputs().size();
  if (const absl::Status status = CheckOptions(*context, count); !status.ok()) {
    return context->Fail(status);
  }
  absl::StatusOr<client::Client*> client =
      context->Connect(validate_only_ ? Access::kCheck : Access::kWrite);
  if (!client.ok()) {
    return context->Fail(client.status());
  }
  if (context->stands_in()) {
    context->err() << context->Text(Msg::kCheckedAlone, {context->settings().server}) << '\n';
  }
  if (const absl::Status status = ReadRegister(*context, **inputs); !status.ok()) {
    return context->Fail(status);
  }
  if (register_.has_value() && accepted_.empty()) {
    context->err() << context->Text(Msg::kRegisterEmpty, {Printable(*register_)}) << '\n';
  }
  if (revision_of_.has_value()) {
    const absl::StatusOr<std::string> report =
        ResolveReport(context, *client, *revision_of_, /*show_embargoed=*/true);
    if (!report.ok()) {
      return std::max(context->Fail(report.status()), kExitInput);
    }
    id_ = report->substr(report->find('/') + 1);
  }
  if (count > 1 && !validate_only_) {
    // A service with other rules reads everything again. One that does not answer here will say so
    // at the first import.
    const auto status = (*client)->GetStatus({});
    run_version_ = status.ok() ? absl::StrCat("1 ", status->parser_version()) : std::string();
  }

  const Interrupt interrupt;
  std::vector<Outcome> outcomes(count);
  for (size_t i = 0; i < count; ++i) {
    outcomes[i].file = (*inputs)->inputs()[i].name;
  }
  Mutex mutex;
  CondVar changed;
  std::vector<bool> done(count);
  std::atomic<bool> stop = false;
  std::string to_say;  // that the service asks to wait, once
  bool waits = false;
  (*client)->SetPatience({.limit = kLongestWait, .go_on = [&](const absl::Status& refusal) {
                            const MutexLock lock(&mutex);
                            if (!std::exchange(waits, true)) {
                              to_say = context->Text(Msg::kImportWaits,
                                                     {client::DescribeError(refusal).reason});
                              changed.SignalAll();
                            }
                            return !stop && Interrupt::signal() == 0;
                          }});
  std::atomic<int> running = std::min(jobs_, static_cast<int>(count));
  std::vector<std::thread> threads;
  for (int job = running; job > 0; --job) {
    threads.emplace_back([&] {
      while (!stop && Interrupt::signal() == 0) {
        std::optional<ctl::ImportDocument> document = (*inputs)->Next();
        if (!document.has_value() || absl::IsCancelled(document->status)) {
          break;
        }
        const size_t i = document->index;
        Outcome outcome;
        outcome.file = (*inputs)->inputs()[i].name;
        outcome.tried = true;
        absl::StatusOr<v1::ImportReportResponse> response = ImportDocument(
            *context, *client, *metadata, (*inputs)->inputs()[i], *std::move(document), &outcome);
        outcome.status = response.status();
        if (response.ok()) {
          outcome.response = *std::move(response);
        } else if (ExitCodeOf(outcome.status) == kExitService) {
          // What fails in the service fails for the next file too.
          stop = true;
        }
        const MutexLock lock(&mutex);
        outcomes[i] = std::move(outcome);
        done[i] = true;
        changed.SignalAll();
      }
      const MutexLock lock(&mutex);
      --running;
      changed.SignalAll();
    });
  }
  // Outcomes are shown in the order of the files, whatever order they come in.
  Progress progress(context->err(), context->environment().err_is_terminal && !context->json(),
                    context->environment().columns, count);
  ExitCode code = kExitOk;
  for (size_t i = 0; i < count; ++i) {
    progress.Show(i, (*inputs)->inputs()[i].name);
    bool tried = false;
    {
      const MutexLock lock(&mutex);
      while (!done[i] && running > 0) {
        changed.Wait(&mutex);
        if (!to_say.empty()) {
          progress.Clear();
          context->err() << std::exchange(to_say, {}) << std::endl;
          progress.Show(i, (*inputs)->inputs()[i].name);
        }
      }
      tried = done[i];
    }
    progress.Clear();
    if (tried) {
      code = std::max(code, Show(context, &outcomes[i]));
    }
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  (*client)->SetPatience({});
  const std::vector<UnreadInput>& unread = (*inputs)->unread();
  for (size_t i = 0; i < unread.size() && i < kMostRows; ++i) {
    context->err() << DescribeUnread(*context, unread[i]) << '\n';
  }
  const std::vector<std::string>& lock_files = (*inputs)->lock_files();
  for (size_t i = 0; i < lock_files.size() && i < kMostRows; ++i) {
    context->err() << context->Text(Msg::kPassedOver, {Printable(lock_files[i]),
                                                       context->Text(Msg::kOutcomeNoReport)})
                   << '\n';
  }
  if (!unread.empty()) {
    code = std::max(code, kExitInput);
  }
  if (!context->json()) {
    ShowSummary(context, outcomes, unread.size());
  }
  if (const auto tried = std::count(done.begin(), done.end(), true); Interrupt::signal() != 0) {
    context->err() << context->Text(
                          validate_only_ ? Msg::kCheckInterrupted : Msg::kImportInterrupted,
                          {std::to_string(tried), std::to_string(count)})
                   << '\n';
    return static_cast<ExitCode>(kExitSignal + Interrupt::signal());
  }
  return code;
}

}  // namespace

std::unique_ptr<Command> MakeImport() { return std::make_unique<Import>(); }

}  // namespace quotes::ctl
