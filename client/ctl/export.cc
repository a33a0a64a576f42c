#include <sstream>
#include <utility>

#include "client/ctl/command.h"
#include "client/ctl/json.h"
#include "client/ctl/lookup.h"
#include "client/ctl/output_file.h"
#include "client/ctl/text_map.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

// Everything that is held of one report, from one state of it.
struct Held {
  v1::Report report;
  v1::Revision revision;
  std::vector<v1::Section> sections;
  std::vector<v1::Quote> quotes;
  std::vector<v1::Defect> defects;
};

// Reads a report whole; ABORTED when it changed while it was read.
absl::StatusOr<Held> Fetch(client::Client* client, const std::string& name) {
  Held held;
  v1::GetReportRequest get;
  get.set_name(name);
  QUOTES_ASSIGN_OR_RETURN(v1::GetReportResponse report, client->GetReport(get));
  held.report = std::move(*report.mutable_report());
  QUOTES_ASSIGN_OR_RETURN(held.revision, FetchRevision(client, held.report.latest_revision()));

  v1::ListSectionsRequest sections;
  sections.set_parent(name);
  sections.set_page_size(limits::kMaxPageSize);
  do {
    QUOTES_ASSIGN_OR_RETURN(const v1::ListSectionsResponse page, client->ListSections(sections));
    if (page.revision() != held.revision.name()) {
      return absl::AbortedError("the report has a new revision");
    }
    held.sections.insert(held.sections.end(), page.sections().begin(), page.sections().end());
    sections.set_page_token(page.next_page_token());
  } while (!sections.page_token().empty());

  v1::ListQuotesRequest quotes;
  quotes.set_parent(name);
  quotes.mutable_filter()->set_kind(v1::TEXT_KIND_ANY);
  quotes.set_view(v1::QUOTE_VIEW_FULL);
  quotes.set_page_size(limits::kMaxPageSize);
  do {
    QUOTES_ASSIGN_OR_RETURN(const v1::ListQuotesResponse page, client->ListQuotes(quotes));
    held.quotes.insert(held.quotes.end(), page.quotes().begin(), page.quotes().end());
    quotes.set_page_token(page.next_page_token());
  } while (!quotes.page_token().empty());

  v1::ListDefectsRequest defects;
  defects.set_parent(name);
  defects.set_page_size(limits::kMaxPageSize);
  do {
    QUOTES_ASSIGN_OR_RETURN(const v1::ListDefectsResponse page, client->ListDefects(defects));
    held.defects.insert(held.defects.end(), page.defects().begin(), page.defects().end());
    defects.set_page_token(page.next_page_token());
  } while (!defects.page_token().empty());

  // Whatever was read above belongs to one state if the report is still the same.
  QUOTES_ASSIGN_OR_RETURN(report, client->GetReport(get));
  if (report.report().etag() != held.report.etag()) {
    return absl::AbortedError("the report changed");
  }
  return held;
}

template <typename Items>
void WriteArray(std::string_view key, const Items& items, std::ostream* out) {
  *out << ",\n\"" << key << "\": [";
  const char* separator = "\n";
  for (const auto& item : items) {
    *out << separator << ToJson(item);
    separator = ",\n";
  }
  *out << (items.empty() ? "]" : "\n]");
}

// One document, one resource a line, so that two exports can be compared line by line.
void WriteDocument(const Held& held, std::ostream* out) {
  *out << "{\n\"report\": " << ToJson(held.report) << ",\n\"revision\": " << ToJson(held.revision);
  WriteArray("sections", held.sections, out);
  WriteArray("quotes", held.quotes, out);
  WriteArray("defects", held.defects, out);
  *out << "\n}\n";
}

// {"report": …}, {"revision": …}, then a line for each section, quote and defect.
void WriteLines(const Held& held, std::ostream* out) {
  const auto line = [&](std::string_view key, const auto& message) {
    *out << "{\"" << key << "\":" << ToJson(message) << "}\n";
  };
  line("report", held.report);
  line("revision", held.revision);
  for (const v1::Section& section : held.sections) {
    line("section", section);
  }
  for (const v1::Quote& quote : held.quotes) {
    line("quote", quote);
  }
  for (const v1::Defect& defect : held.defects) {
    line("defect", defect);
  }
}

class Export : public Command {
 public:
  std::string Name() const override { return "export"; }
  Msg About() const override { return Msg::kCmdExport; }
  std::vector<std::string> Examples() const override {
    return {"quotectl export 2022-zaozhuang > report.json",
            "quotectl export reports/2022-zaozhuang -o report.json",
            "quotectl export 2022-zaozhuang --json | jq -r 'select(.quote).quote.text'"};
  }
  void Define(Options* options) override {
    options->Argument("REPORT", &report_, Msg::kOptReportArgument, {.kind = ValueKind::kReport});
    options->Value("-o,--output", &output_, Msg::kOptOutput,
                   {.label = "FILE", .kind = ValueKind::kFile});
  }

  ExitCode Run(Context* context) override {
    absl::StatusOr<Held> held = FetchStable(context);
    if (!held.ok()) {
      return context->Fail(held.status());
    }
    if (!output_.has_value() || *output_ == "-") {
      Write(*context, *held, &context->out());
      return kExitOk;
    }
    const absl::Status written = WriteOutputFile(
        *context, *output_, [&](std::ostream* out) { Write(*context, *held, out); });
    return written.ok() ? kExitOk : context->Fail(written);
  }

 private:
  static void Write(const Context& context, const Held& held, std::ostream* out) {
    if (context.json()) {
      WriteLines(held, out);
    } else {
      WriteDocument(held, out);
    }
  }

  absl::StatusOr<Held> FetchStable(Context* context) {
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kRead));
    QUOTES_ASSIGN_OR_RETURN(const std::string name, ResolveReport(context, client, report_));
    v1::GetReportRequest get;
    get.set_name(name);
    QUOTES_ASSIGN_OR_RETURN(const v1::GetReportResponse found, client->GetReport(get));
    if (found.report().state() != v1::Report::STATE_ACTIVE) {
      return absl::InvalidArgumentError(context->Text(Msg::kWithdrawnExport, {name}));
    }
    // A report changes when somebody imports it again: rarely twice in a row.
    constexpr int kTries = 3;
    for (int i = 0; i < kTries; ++i) {
      absl::StatusOr<Held> held = Fetch(client, name);
      if (held.status().code() != absl::StatusCode::kAborted) {
        return held;
      }
    }
    return absl::AbortedError(context->Text(Msg::kArchiveMoves));
  }

  std::string report_;
  std::optional<std::string> output_;
};

}  // namespace

std::unique_ptr<Command> MakeExport() { return std::make_unique<Export>(); }

}  // namespace quotes::ctl
