#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/ctl/command.h"
#include "client/ctl/details.h"
#include "client/ctl/lookup.h"
#include "client/ctl/text_map.h"
#include "client/ctl/values.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

std::string RangeText(const v1::TextRange& range) {
  return absl::StrCat(range.begin(), "–", range.end());
}

std::string SourceText(const Context& context, const v1::SourceInfo& source) {
  return absl::StrJoin(
      {source.file_name(), source.encoding(),
       context.Text(Msg::kBytes, {std::to_string(source.size_bytes())}), source.sha256()},
      "  ");
}

// Reads any resource and shows it.
class Get : public Command {
 public:
  std::string Name() const override { return "get"; }
  Msg About() const override { return Msg::kCmdGet; }
  std::vector<std::string> Examples() const override {
    return {"quotectl get reports/R",
            "quotectl get reports/R/quotes/Q",
            "quotectl get reports/R/quotes/Q --text",
            "quotectl get reports/R/sections/S",
            "quotectl get reports/R/revisions/latest --text > speech.txt",
            "quotectl get themes/rural.revitalization"};
  }
  void Define(Options* options) override {
    options->Argument("NAME", &name_, Msg::kOptName, {});
    options->Flag("--text", &text_only_, Msg::kOptText);
    options->Flag("--embargoed", &embargoed_, Msg::kOptShowEmbargoed);
  }

  ExitCode Run(Context* context) override {
    const absl::Status status = Show(context);
    return status.ok() ? kExitOk : context->Fail(status);
  }

 private:
  absl::Status Show(Context* context);
  absl::Status ShowReport(Context* context, client::Client* client);
  absl::Status ShowQuote(Context* context, client::Client* client);
  absl::Status ShowSection(Context* context, client::Client* client);
  absl::Status ShowRevision(Context* context, client::Client* client, const std::string& name);
  absl::Status ShowDefect(Context* context, client::Client* client);
  absl::Status ShowTheme(Context* context, client::Client* client);

  std::string name_;
  bool text_only_ = false;
  bool embargoed_ = false;
};

absl::Status Get::Show(Context* context) {
  const std::vector<std::string> parts = absl::StrSplit(name_, '/');
  for (const std::string& part : parts) {
    if (part.empty()) {
      return absl::InvalidArgumentError(context->Text(Msg::kBadName, {name_}));
    }
  }
  const bool report = parts[0] == "reports";
  const std::string child = parts.size() == 4 ? parts[2] : "";
  const bool known = (parts[0] == "themes" && parts.size() == 2) ||
                     (report && (parts.size() == 2 || child == "quotes" || child == "sections" ||
                                 child == "revisions" || child == "defects"));
  if (!known) {
    return absl::InvalidArgumentError(context->Text(Msg::kBadName, {name_}));
  }
  QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kRead));
  if (!report) {
    return ShowTheme(context, client);
  }
  if (child == "quotes") {
    return ShowQuote(context, client);
  }
  if (child == "sections") {
    return ShowSection(context, client);
  }
  if (child == "revisions") {
    return ShowRevision(context, client, name_);
  }
  if (child == "defects") {
    return ShowDefect(context, client);
  }
  return text_only_ ? ShowRevision(context, client, absl::StrCat(name_, "/revisions/latest"))
                    : ShowReport(context, client);
}

absl::Status Get::ShowReport(Context* context, client::Client* client) {
  v1::GetReportRequest request;
  request.set_name(name_);
  request.set_show_embargoed(embargoed_);
  QUOTES_ASSIGN_OR_RETURN(const v1::GetReportResponse response, client->GetReport(request));
  if (context->json()) {
    context->PrintJson(response);
    return absl::OkStatus();
  }
  const v1::Report& report = response.report();
  const v1::ReportMetadata& metadata = report.metadata();
  const v1::Publication& publication = metadata.publication();
  std::string printed;
  for (const std::string& part : {publication.paper(), publication.edition(),
                                  DateText(publication.issue_date()), publication.pages()}) {
    printed += (printed.empty() || part.empty() ? "" : "  ") + part;
  }
  Details details(*context);
  details.Add(Msg::kLabelName, report.name());
  if (report.state() != v1::Report::STATE_ACTIVE) {
    details.Add(Msg::kLabelState, context->Text(Label(report.state())));
  }
  details.Add(Msg::kLabelTitle, metadata.title());
  details.Add(Msg::kLabelSubtitle, metadata.subtitle());
  details.Add(Msg::kLabelEvent, metadata.event());
  details.Add(Msg::kLabelBody, metadata.body());
  details.Add(Msg::kLabelSpeaker, metadata.speaker());
  details.Add(Msg::kLabelOffice, metadata.office());
  details.Add(Msg::kLabelDate, DateText(metadata.speech_date()));
  details.Add(Msg::kLabelLanguage, metadata.language());
  details.Add(Msg::kLabelPublication, printed);
  details.Add(Msg::kLabelComplete, CompletenessName(context->lang(), report.completeness()));
  details.Add(Msg::kLabelQuotes, std::to_string(report.quote_count()));
  details.Add(Msg::kLabelFurniture, std::to_string(report.furniture_quote_count()));
  details.Add(Msg::kLabelSections, std::to_string(report.section_count()));
  details.Add(Msg::kLabelDefects, std::to_string(report.defect_count()));
  details.Add(Msg::kLabelSource, SourceText(*context, report.source()));
  details.Add(Msg::kLabelRevision, report.latest_revision());
  details.Add(Msg::kLabelCreated, TimeText(report.create_time()));
  details.Add(Msg::kLabelUpdated, TimeText(report.update_time()));
  details.Add(Msg::kLabelWithdrawn, TimeText(report.delete_time()));
  details.Add(Msg::kLabelAvailableFrom, TimeText(report.available_from()));
  details.Add(Msg::kLabelDuplicateOf, report.duplicate_of());
  context->out() << details.Render();
  return absl::OkStatus();
}

absl::Status Get::ShowQuote(Context* context, client::Client* client) {
  v1::GetQuoteRequest request;
  request.set_name(name_);
  request.set_view(v1::QUOTE_VIEW_FULL);
  QUOTES_ASSIGN_OR_RETURN(const v1::GetQuoteResponse response, client->GetQuote(request));
  const v1::Quote& quote = response.quote();
  if (context->json()) {
    context->PrintJson(response);
    return absl::OkStatus();
  }
  if (text_only_) {
    context->out() << quote.text() << '\n';
    return absl::OkStatus();
  }
  Details details(*context);
  details.Add(Msg::kLabelName, quote.name());
  if (quote.superseded()) {
    details.Add(Msg::kLabelSuperseded, context->Text(Msg::kYes));
  }
  if (quote.withdrawn()) {
    details.Add(Msg::kLabelWithdrawn, context->Text(Msg::kYes));
  }
  details.Add(Msg::kLabelText, quote.text());
  details.Add(Msg::kLabelCitation, quote.citation());
  details.Add(Msg::kLabelBreadcrumb, absl::StrJoin(quote.breadcrumb(), " › "));
  details.Add(Msg::kLabelSection, quote.section());
  details.Add(Msg::kLabelParagraph,
              context->Text(Msg::kParagraphSentence,
                            {std::to_string(quote.paragraph()), std::to_string(quote.sentence())}));
  details.Add(Msg::kLabelKind, context->Text(Label(quote.kind())));
  details.Add(Msg::kLabelMode, ModeName(context->lang(), quote.mode()));
  details.Add(Msg::kLabelFigures, context->Text(quote.has_figures() ? Msg::kYes : Msg::kNo));
  for (const v1::QuoteTheme& theme : quote.themes()) {
    details.Add(Msg::kLabelThemes, ThemeText(*context, theme));
  }
  for (const v1::QuoteTag& tag : quote.tags()) {
    details.Add(Msg::kLabelTags, TagText(*context, tag));
  }
  for (const std::string& defect : quote.defects()) {
    details.Add(Msg::kLabelDefects, defect);
  }
  for (const v1::PrintPlace& place : quote.print_places()) {
    const std::string line = std::to_string(place.line());
    details.Add(Msg::kLabelPrinted,
                context->Text(
                    Msg::kPlaceBytes,
                    {place.page() > 0
                         ? context->Text(Msg::kPlacePageLine, {std::to_string(place.page()), line})
                         : context->Text(Msg::kPlaceLine, {line}),
                     std::to_string(place.byte_begin()), std::to_string(place.byte_end())}));
  }
  details.Add(Msg::kLabelRange, RangeText(quote.range()));
  details.Add(Msg::kLabelRevision, quote.revision());
  details.Add(Msg::kLabelPrevious, quote.previous_quote());
  details.Add(Msg::kLabelNext, quote.next_quote());
  context->out() << details.Render();
  return absl::OkStatus();
}

absl::Status Get::ShowSection(Context* context, client::Client* client) {
  v1::GetSectionRequest request;
  request.set_name(name_);
  request.set_show_embargoed(embargoed_);
  QUOTES_ASSIGN_OR_RETURN(const v1::GetSectionResponse response, client->GetSection(request));
  const v1::Section& section = response.section();
  if (context->json()) {
    context->PrintJson(response);
    return absl::OkStatus();
  }
  if (text_only_) {
    QUOTES_ASSIGN_OR_RETURN(const v1::Revision revision,
                            FetchRevision(client, response.revision(), embargoed_));
    context->out() << Substring(revision.text(), section.range().begin(), section.range().end())
                   << '\n';
    return absl::OkStatus();
  }
  Details details(*context);
  details.Add(Msg::kLabelName, section.name());
  details.Add(Msg::kLabelPath, section.path());
  details.Add(Msg::kLabelHeading, WithMarker(section.marker(), section.heading()));
  details.Add(Msg::kLabelParent, section.parent());
  details.Add(Msg::kLabelKind, context->Text(Label(section.kind())));
  details.Add(Msg::kLabelMode, ModeName(context->lang(), section.mode()));
  details.Add(Msg::kLabelPeriod, section.period());
  details.Add(Msg::kLabelRange, RangeText(section.range()));
  details.Add(Msg::kLabelRevision, response.revision());
  context->out() << details.Render();
  return absl::OkStatus();
}

absl::Status Get::ShowRevision(Context* context, client::Client* client, const std::string& name) {
  QUOTES_ASSIGN_OR_RETURN(v1::Revision revision, FetchRevision(client, name, embargoed_));
  if (context->json()) {
    v1::GetRevisionResponse response;
    *response.mutable_revision() = std::move(revision);
    context->PrintJson(response);
    return absl::OkStatus();
  }
  if (text_only_) {
    context->out() << revision.text() << '\n';
    return absl::OkStatus();
  }
  Details details(*context);
  details.Add(Msg::kLabelName, revision.name());
  details.Add(Msg::kLabelCreated, TimeText(revision.create_time()));
  details.Add(Msg::kLabelSource, SourceText(*context, revision.source()));
  details.Add(Msg::kLabelLength,
              context->Text(Msg::kCharacters, {std::to_string(revision.text_length())}));
  details.Add(Msg::kLabelParser, revision.parser_version());
  details.Add(Msg::kLabelFolds, revision.fold_version());
  details.Add(Msg::kLabelText, revision.text());
  context->out() << details.Render();
  return absl::OkStatus();
}

absl::Status Get::ShowDefect(Context* context, client::Client* client) {
  v1::GetDefectRequest request;
  request.set_name(name_);
  request.set_show_embargoed(embargoed_);
  QUOTES_ASSIGN_OR_RETURN(const v1::GetDefectResponse response, client->GetDefect(request));
  const v1::Defect& defect = response.defect();
  if (context->json()) {
    context->PrintJson(response);
    return absl::OkStatus();
  }
  if (text_only_) {
    context->out() << defect.printed() << '\n';
    return absl::OkStatus();
  }
  Details details(*context);
  details.Add(Msg::kLabelName, defect.name());
  details.Add(Msg::kLabelPrintedWords, defect.printed());
  for (const std::string& reading : defect.readings()) {
    details.Add(Msg::kLabelReadings, reading);
  }
  details.Add(Msg::kLabelKind, context->Text(Label(defect.kind())));
  details.Add(Msg::kLabelCertainty, context->Text(Label(defect.certainty())));
  details.Add(Msg::kLabelNote, defect.note());
  details.Add(Msg::kLabelOrigin,
              context->Text(defect.origin() == v1::Defect::ORIGIN_IMPORT ? Msg::kOriginImport
                                                                         : Msg::kOriginEditor));
  details.Add(Msg::kLabelRange, RangeText(defect.range()));
  details.Add(Msg::kLabelRevision, defect.revision());
  context->out() << details.Render();
  return absl::OkStatus();
}

absl::Status Get::ShowTheme(Context* context, client::Client* client) {
  v1::GetThemeRequest request;
  request.set_name(name_);
  QUOTES_ASSIGN_OR_RETURN(const v1::GetThemeResponse response, client->GetTheme(request));
  const v1::Theme& theme = response.theme();
  if (context->json()) {
    context->PrintJson(response);
    return absl::OkStatus();
  }
  if (text_only_) {
    return absl::InvalidArgumentError(context->Text(Msg::kNoTextOfTheme));
  }
  Details details(*context);
  details.Add(Msg::kLabelName, theme.name());
  details.Add(Msg::kLabelTitle, absl::StrCat(theme.title_zh(), "  ", theme.title_en()));
  details.Add(Msg::kLabelParent, theme.parent());
  details.Add(Msg::kLabelScope, theme.scope());
  details.Add(Msg::kLabelCues, absl::StrJoin(theme.cues(), context->Text(Msg::kListSeparator)));
  details.Add(Msg::kLabelQuotes, std::to_string(theme.quote_count()));
  details.Add(Msg::kLabelScheme, response.scheme_version());
  context->out() << details.Render();
  return absl::OkStatus();
}

}  // namespace

std::unique_ptr<Command> MakeGet() { return std::make_unique<Get>(); }

}  // namespace quotes::ctl
