#include <grpcpp/support/status.h>

#include <algorithm>
#include <istream>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/ctl/command.h"
#include "client/ctl/json.h"
#include "client/ctl/lookup.h"
#include "client/ctl/progress.h"
#include "client/ctl/quotations.h"
#include "client/ctl/values.h"
#include "client/ctl/verdict.h"
#include "client/error.h"
#include "service/base/errors.h"
#include "service/base/file.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/report/report_id.h"
#include "service/text/utf8.h"

namespace quotes::ctl {
namespace {

constexpr char kStdinName[] = "-";
constexpr std::string_view kReports = "reports/";
// Quotations in one call: few enough that the progress moves.
constexpr size_t kBatch = 25;
static_assert(kBatch <= limits::kMaxBatchCitations);

// What became of the quotations of a file.
struct Tally {
  size_t pass = 0;
  size_t review = 0;
  size_t fail = 0;
  size_t errors = 0;
};

ExitCode CodeOf(v1::Disposition disposition) {
  return disposition == v1::DISPOSITION_PASS ? kExitOk : kExitNothing;
}

// A quotation that is refused is an input error, whatever the status says of names.
ExitCode CodeOfRefusal(const absl::Status& status) {
  return std::max(ExitCodeOf(status), kExitInput);
}

// "PASS": a name of the contract without its prefix.
std::string Bare(std::string_view name, std::string_view prefix) {
  return std::string(name.substr(std::min(prefix.size(), name.size())));
}

class Verify : public Command {
 public:
  std::string Name() const override { return "verify"; }
  Msg About() const override { return Msg::kCmdVerify; }
  std::vector<std::string> Examples() const override {
    return {"quotectl verify 加快发展是第一要务",
            "quotectl verify 加快发展是第一要务 --report R --date 2022-01-17 --speaker 宋磊",
            "pbpaste | quotectl verify - --profile strict",
            "quotectl verify 我们没有选择、没有退路 --before 他说： --mode review",
            "quotectl verify --file quotations.tsv --json | jq .result.disposition",
            "quotectl --database quotes.db verify --profiles house.toml --list-profiles"};
  }

  void Define(Options* options) override {
    options->OptionalArgument("TEXT", &text_, Msg::kOptQuotation, {});
    options->Value("--report", &claim_.report, Msg::kOptClaimReport,
                   {.label = "REPORT", .kind = ValueKind::kReport});
    options->Value("--revision", &claim_.revision, Msg::kOptClaimRevision, {.label = "N"});
    options->Value("--speaker", &claim_.speaker, Msg::kOptClaimSpeaker, {.label = "NAME"});
    options->Value("--role", &claim_.role, Msg::kOptClaimRole, {});
    options->Value("--date", &claim_.date, Msg::kOptClaimDate, {.label = "DATE"});
    options->Value("--section", &claim_.section, Msg::kOptClaimSection, {.label = "SECTION"});
    options->Value("--page", &claim_.page, Msg::kOptClaimPage, {.label = "N"});
    options->Value("--paper", &claim_.paper, Msg::kOptClaimPaper, {.label = "NAME"});
    options->Value("--edition", &claim_.edition, Msg::kOptClaimEdition, {});
    options->Value("--issue-date", &claim_.issue_date, Msg::kOptClaimIssueDate, {.label = "DATE"});
    options->Value("--mode", &claim_.mode, Msg::kOptClaimMode,
                   {.label = "MODE", .kind = ValueKind::kChoice, .choices = ModeChoices()});
    options->Value("--before", &claim_.before, Msg::kOptTextBefore, {});
    options->Value("--after", &claim_.after, Msg::kOptTextAfter, {});
    options->Values("--only-report", &filter_.reports, Msg::kOptReport,
                    {.label = "REPORT", .kind = ValueKind::kReport});
    options->Values("--only-speaker", &filter_.speakers, Msg::kOptSpeaker, {.label = "NAME"});
    options->Values("--only-body", &filter_.bodies, Msg::kOptBody, {.label = "NAME"});
    options->Value("--from", &filter_.from, Msg::kOptFrom, {.label = "DATE"});
    options->Value("--to", &filter_.to, Msg::kOptTo, {.label = "DATE"});
    options->Value("--profile", &claim_.profile, Msg::kOptProfile, {.label = "PROFILE"});
    options->Number("-n,--max-locations", &max_locations_, 1,
                    static_cast<int>(limits::kMaxLocations), Msg::kOptMaxLocations);
    options->Value("--file", &file_, Msg::kOptQuotationsFile,
                   {.label = "FILE", .kind = ValueKind::kFile});
    options->Value("--profiles", &profiles_, Msg::kOptProfilesFile,
                   {.label = "FILE", .kind = ValueKind::kFile});
    options->Flag("--list-profiles", &list_profiles_, Msg::kOptListProfiles);
  }

  ExitCode Run(Context* context) override;

 private:
  // What a line of a file, or the command line, asks. Errors are sentences for people, in the
  // user's language.
  absl::StatusOr<v1::VerifyCitationRequest> MakeRequest(Context* context, client::Client* client,
                                                        const std::string& quotation,
                                                        const TypedClaim& typed);
  absl::Status SetClaimedReport(Context* context, client::Client* client, const TypedClaim& typed,
                                v1::CitationClaim* claim);

  int PlacesTold() const { return max_locations_ > 0 ? max_locations_ : kDefaultPlacesTold; }

  ExitCode ListProfiles(Context* context, client::Client* client) const;
  ExitCode VerifyOne(Context* context, client::Client* client);
  ExitCode VerifyFile(Context* context, client::Client* client);

  std::optional<std::string> text_;
  TypedClaim claim_;
  LookupOptions filter_;  // those of its options that narrow the reports
  v1::ReportFilter reports_;
  int max_locations_ = 0;
  std::optional<std::string> file_;
  std::optional<std::string> profiles_;
  bool list_profiles_ = false;
  std::map<std::string, std::string> report_names_;  // as typed, and as resolved
};

absl::Status CheckUtf8(std::string_view field, std::string_view bytes) {
  const auto bad = text::FindInvalidUtf8(bytes);
  return bad.has_value() ? errors::InvalidUtf8(field, *bad) : absl::OkStatus();
}

absl::StatusOr<std::string> ReadInput(const Context& context, const std::string& path) {
  if (path == kStdinName) {
    std::istream& in = *context.environment().in;
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  std::optional<std::string> content = ReadWholeFile(path);
  if (!content.has_value()) {
    return absl::InvalidArgumentError(context.Text(Msg::kCannotReadFile, {path}));
  }
  return *std::move(content);
}

ExitCode Verify::Run(Context* context) {
  if (text_.has_value() && file_.has_value()) {
    return context->Fail(
        absl::InvalidArgumentError(context->Text(Msg::kOptionExcludes, {"TEXT", "--file"})));
  }
  if (!text_.has_value() && !file_.has_value() && !list_profiles_) {
    return context->Fail(absl::InvalidArgumentError(context->Text(Msg::kNoQuotation)));
  }
  citation::Profiles profiles;
  if (profiles_.has_value()) {
    if (context->settings().database.empty()) {
      return context->Fail(absl::InvalidArgumentError(context->Text(Msg::kProfilesNeedDatabase)));
    }
    absl::StatusOr<citation::Profiles> read = citation::Profiles::ReadFile(*profiles_);
    if (!read.ok()) {
      return context->Fail(read.status());
    }
    profiles = *std::move(read);
  }
  absl::StatusOr<client::Client*> client = context->Connect(Access::kRead, std::move(profiles));
  if (!client.ok()) {
    return context->Fail(client.status());
  }
  if (list_profiles_) {
    return ListProfiles(context, *client);
  }
  absl::StatusOr<v1::LookupFilter> filter = MakeFilter(context, *client, filter_);
  if (!filter.ok()) {
    return context->Fail(filter.status());
  }
  *reports_.mutable_reports() = filter->reports();
  *reports_.mutable_speakers() = filter->speakers();
  *reports_.mutable_bodies() = filter->bodies();
  if (filter->has_date_from()) {
    *reports_.mutable_date_from() = filter->date_from();
  }
  if (filter->has_date_to()) {
    *reports_.mutable_date_to() = filter->date_to();
  }
  return file_.has_value() ? VerifyFile(context, *client) : VerifyOne(context, *client);
}

absl::Status Verify::SetClaimedReport(Context* context, client::Client* client,
                                      const TypedClaim& typed, v1::CitationClaim* claim) {
  if (typed.report.has_value()) {
    std::string& name = report_names_[*typed.report];
    if (name.empty()) {
      absl::StatusOr<std::string> resolved = ResolveReport(context, client, *typed.report);
      if (resolved.status().code() == absl::StatusCode::kNotFound) {
        // Nobody has to hold what others claim: the service says what follows from it.
        const std::string id = typed.report->starts_with(kReports)
                                   ? typed.report->substr(kReports.size())
                                   : *typed.report;
        if (!report::IsResourceId(id)) {
          return absl::InvalidArgumentError(resolved.status().message());
        }
        resolved = std::string(kReports) + id;
      }
      QUOTES_RETURN_IF_ERROR(resolved.status());
      name = *std::move(resolved);
    }
    claim->set_report(name);
  }
  if (!typed.revision.has_value()) {
    return absl::OkStatus();
  }
  if (typed.revision->starts_with(kReports)) {
    claim->set_revision(*typed.revision);
    return absl::OkStatus();
  }
  uint64_t number = 0;
  if (*typed.revision != "latest" && (!absl::SimpleAtoi(*typed.revision, &number) || number == 0)) {
    return absl::InvalidArgumentError(context->Text(Msg::kBadRevision, {*typed.revision}));
  }
  if (claim->report().empty()) {
    return absl::InvalidArgumentError(context->Text(Msg::kRevisionNeedsReport));
  }
  claim->set_revision(absl::StrCat(claim->report(), "/revisions/", *typed.revision));
  return absl::OkStatus();
}

absl::StatusOr<v1::VerifyCitationRequest> Verify::MakeRequest(Context* context,
                                                              client::Client* client,
                                                              const std::string& quotation,
                                                              const TypedClaim& typed) {
  v1::VerifyCitationRequest request;
  if (quotation.empty()) {
    return errors::FieldRequired("quotation");
  }
  // Here, so that one line of a file does not spoil the call of all: what is not UTF-8 makes the
  // whole message unreadable.
  QUOTES_RETURN_IF_ERROR(CheckUtf8("quotation", quotation));
  const std::pair<std::string_view, const std::optional<std::string>*> fields[] = {
      {"claim.revision", &typed.revision},
      {"claim.speaker", &typed.speaker},
      {"claim.role", &typed.role},
      {"claim.section", &typed.section},
      {"claim.publication.paper", &typed.paper},
      {"claim.publication.edition", &typed.edition},
      {"text_before", &typed.before},
      {"text_after", &typed.after},
      {"profile", &typed.profile}};
  for (const auto& [name, value] : fields) {
    QUOTES_RETURN_IF_ERROR(CheckUtf8(name, value->value_or("")));
  }
  request.set_quotation(quotation);
  request.set_text_before(typed.before.value_or(""));
  request.set_text_after(typed.after.value_or(""));
  request.set_max_locations(max_locations_);
  if (typed.profile.has_value()) {
    request.set_profile(typed.profile->starts_with("profiles/")
                            ? *typed.profile
                            : absl::StrCat("profiles/", *typed.profile));
  }
  v1::CitationClaim claim;
  QUOTES_RETURN_IF_ERROR(SetClaimedReport(context, client, typed, &claim));
  claim.set_speaker(typed.speaker.value_or(""));
  claim.set_role(typed.role.value_or(""));
  if (typed.date.has_value()) {
    const std::optional<google::type::Date> date = ParseDateOfAnyYear(*typed.date);
    if (!date.has_value()) {
      return absl::InvalidArgumentError(context->Text(Msg::kBadClaimDate, {*typed.date}));
    }
    *claim.mutable_date() = *date;
  }
  claim.set_section(typed.section.value_or(""));
  if (typed.page.has_value()) {
    int page = 0;
    if (!absl::SimpleAtoi(*typed.page, &page) || page < 1) {
      return absl::InvalidArgumentError(context->Text(Msg::kBadPage, {*typed.page}));
    }
    claim.set_page(page);
  }
  if (typed.paper.has_value() || typed.edition.has_value() || typed.issue_date.has_value()) {
    v1::CitationClaim::Publication* publication = claim.mutable_publication();
    publication->set_paper(typed.paper.value_or(""));
    publication->set_edition(typed.edition.value_or(""));
    if (typed.issue_date.has_value()) {
      const std::optional<google::type::Date> date = ParseDate(*typed.issue_date);
      if (!date.has_value()) {
        return absl::InvalidArgumentError(context->Text(Msg::kBadDate, {*typed.issue_date}));
      }
      *publication->mutable_issue_date() = *date;
    }
  }
  if (typed.mode.has_value()) {
    const std::vector<std::string>& modes = ModeChoices();
    if (std::find(modes.begin(), modes.end(), *typed.mode) == modes.end()) {
      return absl::InvalidArgumentError(
          context->Text(Msg::kBadMode, {*typed.mode, absl::StrJoin(modes, ", ")}));
    }
    claim.set_mode(ParseMode(*typed.mode));
  }
  if (reports_.ByteSizeLong() > 0) {
    *request.mutable_filter() = reports_;
  }
  if (claim.ByteSizeLong() > 0) {
    *request.mutable_claim() = std::move(claim);
  }
  return request;
}

// What a profile is for; of those that the service has by itself in the reader's language.
std::string Description(const Context& context, const v1::Profile& profile) {
  constexpr std::pair<std::string_view, Msg> kBuiltIn[] = {
      {"profiles/newspaper", Msg::kProfileNewspaper},
      {"profiles/strict", Msg::kProfileStrict},
      {"profiles/search", Msg::kProfileSearch},
  };
  for (const auto& [name, description] : kBuiltIn) {
    if (profile.name() == name) {
      return context.Text(description);
    }
  }
  return profile.description();
}

ExitCode Verify::ListProfiles(Context* context, client::Client* client) const {
  v1::ListProfilesRequest request;
  std::vector<v1::Profile> profiles;
  do {
    absl::StatusOr<v1::ListProfilesResponse> page = client->ListProfiles(request);
    if (!page.ok()) {
      return context->Fail(page.status());
    }
    if (context->json()) {
      context->PrintJson(*page);
    }
    profiles.insert(profiles.end(), page->profiles().begin(), page->profiles().end());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  if (context->json()) {
    return kExitOk;
  }
  Table names({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft}, 2);
  names.AddHeader({context->Text(Msg::kLabelProfile), context->Text(Msg::kLabelVersion),
                   context->Text(Msg::kLabelDescription)});
  std::vector<Table::Align> aligns(profiles.size() + 2, Table::Align::kLeft);
  Table rules(aligns, static_cast<int>(profiles.size()) + 1);
  std::vector<std::string> header = {context->Text(Msg::kLabelFinding)};
  for (const v1::Profile& profile : profiles) {
    const std::string name = Bare(profile.name(), "profiles/");
    names.AddRow({profile.is_default() ? context->Text(Msg::kDefaultProfile, {name}) : name,
                  profile.version(), Description(*context, profile)});
    header.push_back(name);
  }
  rules.AddHeader(std::move(header));
  for (int i = 0; !profiles.empty() && i < profiles.front().rules_size(); ++i) {
    const v1::Finding finding = profiles.front().rules(i).finding();
    // The names are those of the file with the house's profiles.
    std::vector<std::string> row = {Bare(v1::Finding_Name(finding), "FINDING_")};
    for (const v1::Profile& profile : profiles) {
      row.push_back(i < profile.rules_size()
                        ? Bare(v1::Disposition_Name(profile.rules(i).disposition()), "DISPOSITION_")
                        : std::string());
    }
    row.push_back(context->Text(Label(finding)));
    rules.AddRow(std::move(row));
  }
  context->out() << names.Render(context->columns(), context->painter()) << '\n'
                 << rules.Render(context->columns(), context->painter());
  return kExitOk;
}

ExitCode Verify::VerifyOne(Context* context, client::Client* client) {
  std::string quotation = *text_;
  if (quotation == kStdinName) {
    absl::StatusOr<std::string> input = ReadInput(*context, quotation);
    if (!input.ok()) {
      return context->Fail(input.status());
    }
    quotation = *std::move(input);
  }
  if (quotation.ends_with('\n')) {
    quotation.pop_back();
  }
  // Said here, as more than a message holds never arrives.
  if (text::CountCodePoints(quotation) > limits::kMaxQuotationCodePoints) {
    const absl::Status refused = errors::FieldOutOfRange(
        "quotation", absl::StrCat("at most ", limits::kMaxQuotationCodePoints, " characters"));
    context->Fail(refused);
    return CodeOfRefusal(refused);
  }
  absl::StatusOr<v1::VerifyCitationRequest> request =
      MakeRequest(context, client, quotation, claim_);
  if (!request.ok()) {
    return context->Fail(request.status());
  }
  absl::StatusOr<v1::VerifyCitationResponse> response = client->VerifyCitation(*request);
  if (!response.ok()) {
    context->Fail(response.status());
    return CodeOfRefusal(response.status());
  }
  if (context->json()) {
    context->PrintJson(*response);
  } else {
    context->out() << FormatVerdict(*context, response->result(), quotation, PlacesTold())
                   << std::flush;
    WarnOfVerdict(context, response->result());
  }
  return CodeOf(response->result().disposition());
}

ExitCode Verify::VerifyFile(Context* context, client::Client* client) {
  absl::StatusOr<std::string> content = ReadInput(*context, *file_);
  if (!content.ok()) {
    return context->Fail(content.status());
  }
  absl::StatusOr<std::vector<QuotationRow>> rows =
      ParseQuotations(*content, *file_, claim_, context->lang());
  if (!rows.ok()) {
    return context->Fail(rows.status());
  }
  Tally tally;
  ExitCode code = kExitOk;
  Progress progress(context->err(), context->environment().err_is_terminal,
                    context->environment().columns, rows->size());
  const auto refuse = [&](const QuotationRow& row, const absl::Status& status) {
    ++tally.errors;
    if (context->json()) {
      // One line for each quotation, in their order.
      context->out() << R"({"error":)" << ErrorJson(client::DescribeError(status)) << "}\n";
    }
    context->Fail(status, context->Text(Msg::kLineError, {*file_, std::to_string(row.line)}));
    code = std::max(code, CodeOfRefusal(status));
  };
  const auto show = [&](const QuotationRow& row, const v1::CitationResult& result) {
    code = std::max(code, CodeOf(result.disposition()));
    ++(result.disposition() == v1::DISPOSITION_PASS   ? tally.pass
       : result.disposition() == v1::DISPOSITION_FAIL ? tally.fail
                                                      : tally.review);
    if (context->json()) {
      v1::VerifyCitationResponse line;
      *line.mutable_result() = result;
      context->PrintJson(line);
      return;
    }
    context->out() << context->painter().Paint(Style::kDim, absl::StrCat(row.line, ": "))
                   << Printable(row.quotation) << '\n'
                   << FormatVerdict(*context, result, row.quotation, PlacesTold()) << '\n';
  };
  // A reader that went away (head) needs no further verdicts.
  for (size_t at = 0; at < rows->size() && context->out().good();) {
    progress.Show(at, *file_);
    v1::BatchVerifyCitationsRequest batch;
    // Outcomes are told in the order of the lines: one error or one request for each.
    std::vector<absl::Status> problems;
    const size_t begin = at;
    for (; at < rows->size() && at - begin < kBatch; ++at) {
      absl::StatusOr<v1::VerifyCitationRequest> request =
          MakeRequest(context, client, (*rows)[at].quotation, (*rows)[at].claim);
      problems.push_back(request.status());
      if (request.ok()) {
        *batch.add_requests() = *std::move(request);
      } else if (ExitCodeOf(request.status()) == kExitService) {
        progress.Clear();
        return context->Fail(request.status());
      }
    }
    v1::BatchVerifyCitationsResponse answer;
    if (!batch.requests().empty()) {
      absl::StatusOr<v1::BatchVerifyCitationsResponse> response =
          client->BatchVerifyCitations(batch);
      if (!response.ok()) {
        progress.Clear();
        return context->Fail(response.status());
      }
      answer = *std::move(response);
    }
    progress.Clear();
    int item = 0;
    for (size_t i = begin; i < at; ++i) {
      const QuotationRow& row = (*rows)[i];
      if (!problems[i - begin].ok()) {
        refuse(row, problems[i - begin]);
        continue;
      }
      if (item >= answer.items_size()) {
        return context->Fail(absl::InternalError("the answer has fewer items than the request"));
      }
      const v1::VerifyCitationRequest& asked = batch.requests(item);
      const v1::BatchVerifyCitationsResponse::Item& outcome = answer.items(item++);
      if (outcome.has_result()) {
        show(row, outcome.result());
        continue;
      }
      absl::Status status = client::FromGrpcStatus(
          grpc::Status(static_cast<grpc::StatusCode>(outcome.error().code()),
                       outcome.error().message(), outcome.error().SerializeAsString()),
          "");
      if (GetErrorReason(status) == ErrorReason::kAnswerTooLarge) {
        absl::StatusOr<v1::VerifyCitationResponse> alone = client->VerifyCitation(asked);
        if (alone.ok()) {
          show(row, alone->result());
          continue;
        }
        status = alone.status();
      }
      refuse(row, status);
    }
  }
  if (!context->json()) {
    std::string summary = context->Text(
        Msg::kVerifySummary,
        {std::to_string(tally.pass + tally.review + tally.fail), std::to_string(tally.pass),
         std::to_string(tally.review), std::to_string(tally.fail)});
    if (tally.errors > 0) {
      summary = context->Text(Msg::kVerifySummaryErrors, {summary, std::to_string(tally.errors)});
    }
    context->out() << context->painter().Paint(Style::kStrong, summary) << '\n';
  }
  return code;
}

}  // namespace

std::unique_ptr<Command> MakeVerify() { return std::make_unique<Verify>(); }

}  // namespace quotes::ctl
