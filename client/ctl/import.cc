#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/ctl/command.h"
#include "client/ctl/json.h"
#include "client/ctl/progress.h"
#include "client/ctl/values.h"
#include "client/error.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/report/defects.h"

namespace quotes::ctl {
namespace {

namespace fs = std::filesystem;

constexpr char kStdinName[] = "-";

// What one file became.
struct Outcome {
  std::string file;
  bool tried = false;
  absl::Status status;  // of a file that was tried
  v1::ImportReportResponse response;
};

// At most `limit` bytes and one more, so that the caller sees that there was more.
std::string ReadAtMost(std::istream* in, size_t limit) {
  std::string content;
  constexpr size_t kStep = size_t{1} << 20;
  while (content.size() <= limit && in->good()) {
    const size_t before = content.size();
    const size_t step = std::min(kStep, limit + 1 - before);
    content.resize(before + step);
    in->read(content.data() + before, static_cast<std::streamsize>(step));
    content.resize(before + static_cast<size_t>(in->gcount()));
  }
  return content;
}

class Import : public Command {
 public:
  std::string Name() const override { return "import"; }
  Msg About() const override { return Msg::kCmdImport; }
  std::vector<std::string> Examples() const override {
    return {"quotectl import report.txt", "quotectl --database quotes.db import reports/",
            "quotectl import --validate-only draft.txt",
            "quotectl import --encoding GB18030 --speaker 张三 --date 2021-02-03 old.txt",
            "iconv -f big5 -t utf-8 report.txt | quotectl import --id 2021-example -"};
  }

  void Define(Options* options) override {
    options->Arguments("FILE", &paths_, Msg::kOptFiles, {.kind = ValueKind::kFile});
    options->Value("--id", &id_, Msg::kOptId, {.label = "ID"});
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
    options->Value("--request-id", &request_id_, Msg::kOptRequestId, {.label = "ID"});
    options->Flag("--validate-only", &validate_only_, Msg::kOptValidateOnly);
    options->Flag("--no-defects", &no_defects_, Msg::kOptNoDefects);
    options->Flag("-q,--quiet", &quiet_, Msg::kOptQuiet);
  }

  ExitCode Run(Context* context) override;

 private:
  // Files and folders as given, to files. The first fault ends it: nothing is imported from a list
  // that is not what was meant.
  absl::StatusOr<std::vector<std::string>> ListFiles(const Context& context) const;
  absl::StatusOr<v1::ReportMetadata> Metadata(const Context& context) const;
  static absl::StatusOr<std::string> ReadSource(const Context& context, const std::string& file);
  absl::Status AddDefects(const Context& context, const std::string& file,
                          v1::ImportReportRequest* request) const;
  absl::StatusOr<v1::ImportReportResponse> ImportFile(Context* context, client::Client* client,
                                                      const v1::ReportMetadata& metadata,
                                                      const std::string& file) const;
  void ShowLint(Context* context, const Outcome& outcome) const;
  std::string OutcomeText(const Context& context, const Outcome& outcome) const;
  void ShowSummary(Context* context, const std::vector<Outcome>& outcomes) const;

  std::vector<std::string> paths_;
  std::optional<std::string> id_;
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
  std::optional<std::string> request_id_;
  bool validate_only_ = false;
  bool no_defects_ = false;
  bool quiet_ = false;
};

absl::StatusOr<std::vector<std::string>> Import::ListFiles(const Context& context) const {
  std::vector<std::string> files;
  for (const std::string& path : paths_) {
    std::error_code error;
    if (path == kStdinName) {
      if (std::find(files.begin(), files.end(), path) != files.end()) {
        return absl::InvalidArgumentError(context.Text(Msg::kStdinTwice));
      }
      files.push_back(path);
      continue;
    }
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (fs::recursive_directory_iterator it(path, error), end; !error && it != end;
         it.increment(error)) {
      std::error_code ignored;
      if (it->is_regular_file(ignored) && it->path().extension() == ".txt") {
        found.push_back(it->path().string());
      }
    }
    if (error) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", context.Text(Msg::kCannotRead, {error.message()})));
    }
    if (found.empty()) {
      return absl::InvalidArgumentError(context.Text(Msg::kNoFiles, {path}));
    }
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  if (files.size() > 1) {
    const std::pair<const std::optional<std::string>*, std::string_view> single[] = {
        {&id_, "--id"},
        {&title_, "--title"},
        {&subtitle_, "--subtitle"},
        {&request_id_, "--request-id"}};
    for (const auto& [value, name] : single) {
      if (value->has_value()) {
        return absl::InvalidArgumentError(context.Text(Msg::kOneFileOnly, {name}));
      }
    }
  }
  return files;
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

absl::StatusOr<std::string> Import::ReadSource(const Context& context, const std::string& file) {
  const std::string limit = std::to_string(limits::kMaxSourceBytes >> 20);
  std::string content;
  if (file == kStdinName) {
    content = ReadAtMost(context.environment().in, limits::kMaxSourceBytes);
  } else {
    // A file that is too large is refused by its size, before a gigabyte is read for nothing.
    std::error_code error;
    if (fs::is_regular_file(file, error)) {
      const uintmax_t size = fs::file_size(file, error);
      if (!error && size > limits::kMaxSourceBytes) {
        return errors::SourceTooLarge("",
                                      context.Text(Msg::kTooLarge, {std::to_string(size), limit}));
      }
    }
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    if (in.is_open()) {
      content = ReadAtMost(&in, limits::kMaxSourceBytes);
    }
    if (!in.is_open() || in.bad()) {
      return absl::InvalidArgumentError(
          context.Text(Msg::kCannotRead, {std::strerror(errno == 0 ? EIO : errno)}));
    }
  }
  if (content.size() > limits::kMaxSourceBytes) {
    return errors::SourceTooLarge("", context.Text(Msg::kTooLargeStream, {limit}));
  }
  return content;
}

absl::Status Import::AddDefects(const Context& context, const std::string& file,
                                v1::ImportReportRequest* request) const {
  if (no_defects_ || file == kStdinName) {
    return absl::OkStatus();
  }
  const std::string path = fs::path(file).replace_extension(".defects.tsv").string();
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return absl::OkStatus();
  }
  QUOTES_ASSIGN_OR_RETURN(const std::string content, ReadSource(context, path));
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

absl::StatusOr<v1::ImportReportResponse> Import::ImportFile(Context* context,
                                                            client::Client* client,
                                                            const v1::ReportMetadata& metadata,
                                                            const std::string& file) const {
  v1::ImportReportRequest request;
  QUOTES_ASSIGN_OR_RETURN(*request.mutable_source()->mutable_content(), ReadSource(*context, file));
  QUOTES_RETURN_IF_ERROR(AddDefects(*context, file, &request));
  request.set_report_id(id_.value_or(""));
  if (file != kStdinName) {
    request.mutable_source()->set_file_name(Printable(fs::path(file).filename().string()));
  }
  request.mutable_source()->set_encoding(encoding_.value_or(""));
  if (metadata.ByteSizeLong() > 0) {
    *request.mutable_metadata() = metadata;
  }
  // Without one of the caller's, an id of this run: a call that gRPC tries again is then answered
  // with the outcome of the first.
  request.set_request_id(request_id_.has_value() ? *request_id_ : client::NewRequestId());
  request.set_validate_only(validate_only_);
  return client->Import(request);
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
}

std::string Import::OutcomeText(const Context& context, const Outcome& outcome) const {
  if (!outcome.tried) {
    return context.Text(Msg::kNotTried);
  }
  if (!outcome.status.ok()) {
    return context.Text(Msg::kRefused);
  }
  if (validate_only_) {
    return context.Text(Msg::kValidated);
  }
  const std::string text = context.Text(outcome.response.replayed()    ? Msg::kReplayed
                                        : outcome.response.unchanged() ? Msg::kUnchanged
                                                                       : Msg::kImported);
  return outcome.response.report().state() == v1::Report::STATE_WITHDRAWN
             ? context.Text(Msg::kStaysWithdrawn, {text})
             : text;
}

void Import::ShowSummary(Context* context, const std::vector<Outcome>& outcomes) const {
  Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft, Table::Align::kRight,
               Table::Align::kRight, Table::Align::kLeft, Table::Align::kRight},
              0);
  table.AddHeader({context->Text(Msg::kLabelFile), context->Text(Msg::kLabelOutcome),
                   context->Text(Msg::kLabelName), context->Text(Msg::kLabelQuotes),
                   context->Text(Msg::kLabelSections), context->Text(Msg::kLabelComplete),
                   context->Text(Msg::kLabelLint)});
  int64_t changed = 0;
  int64_t unchanged = 0;
  int64_t refused = 0;
  int64_t not_tried = 0;
  for (const Outcome& outcome : outcomes) {
    std::vector<std::string> row = {outcome.file, OutcomeText(*context, outcome)};
    if (!outcome.tried) {
      ++not_tried;
    } else if (!outcome.status.ok()) {
      ++refused;
    } else {
      ++(outcome.response.unchanged() || outcome.response.replayed() ? unchanged : changed);
      const v1::Report& report = outcome.response.report();
      row.insert(row.end(), {report.name(), std::to_string(report.quote_count()),
                             std::to_string(report.section_count()),
                             CompletenessName(context->lang(), report.completeness()),
                             std::to_string(outcome.response.lint_size())});
    }
    table.AddRow(std::move(row));
  }
  context->out() << table.Render(context->columns(), context->painter());
  context->out().flush();
  std::string summary =
      validate_only_
          ? context->Text(Msg::kValidateSummary,
                          {std::to_string(changed + unchanged), std::to_string(refused)})
          : context->Text(Msg::kImportSummary, {std::to_string(changed), std::to_string(unchanged),
                                                std::to_string(refused)});
  if (not_tried > 0) {
    summary += context->Text(Msg::kListSeparator) +
               context->Text(Msg::kNotTriedSummary, {std::to_string(not_tried)});
  }
  context->err() << summary << '\n';
}

ExitCode Import::Run(Context* context) {
  absl::StatusOr<v1::ReportMetadata> metadata = Metadata(*context);
  absl::StatusOr<std::vector<std::string>> files = ListFiles(*context);
  for (const absl::Status& status : {metadata.status(), files.status()}) {
    if (!status.ok()) {
      return context->Fail(status);
    }
  }
  absl::StatusOr<client::Client*> client =
      context->Connect(validate_only_ ? Access::kRead : Access::kWrite);
  if (!client.ok()) {
    return context->Fail(client.status());
  }
  Progress progress(context->err(), context->environment().err_is_terminal && !context->json(),
                    context->environment().columns, files->size());
  std::vector<Outcome> outcomes(files->size());
  ExitCode code = kExitOk;
  for (size_t i = 0; i < files->size(); ++i) {
    Outcome& outcome = outcomes[i];
    outcome.file = (*files)[i];
    // What fails in the service fails for the next file too.
    if (code == kExitService) {
      continue;
    }
    progress.Show(i, outcome.file);
    outcome.tried = true;
    absl::StatusOr<v1::ImportReportResponse> response =
        ImportFile(context, *client, *metadata, outcome.file);
    progress.Clear();
    outcome.status = response.status();
    if (!response.ok()) {
      // A file that cannot be imported is an input error, whatever the status says of names.
      code = std::max(code, std::max(context->Fail(response.status(), outcome.file), kExitInput));
      continue;
    }
    outcome.response = *std::move(response);
    ShowLint(context, outcome);
    const v1::Report& report = outcome.response.report();
    if (report.state() == v1::Report::STATE_WITHDRAWN) {
      context->err() << context->Text(Msg::kWarnWithdrawn, {report.name()}) << '\n';
    }
    if (context->json()) {
      context->out() << "{\"file\":" << JsonString(Printable(outcome.file))
                     << ",\"result\":" << ToJson(outcome.response) << "}\n";
    }
  }
  if (!context->json()) {
    ShowSummary(context, outcomes);
  }
  return code;
}

}  // namespace

std::unique_ptr<Command> MakeImport() { return std::make_unique<Import>(); }

}  // namespace quotes::ctl
