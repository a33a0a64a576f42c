#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/ctl/command.h"
#include "client/ctl/lookup.h"
#include "client/ctl/output_file.h"
#include "client/ctl/values.h"
#include "client/ctl/year_chart.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

constexpr size_t kIndent = 4;
// Where there is no terminal to say how long bars may be.
constexpr size_t kUsualColumns = 80;

class Trace : public Command {
 public:
  std::string Name() const override { return "trace"; }
  Msg About() const override { return Msg::kCmdTrace; }
  std::vector<std::string> Examples() const override {
    return {"quotectl trace 高质量发展", "quotectl trace 共同富裕 --body 国务院 --svg 共同富裕.svg",
            "quotectl trace 新质生产力 --csv > 新质生产力.csv",
            "quotectl trace --new --report 2024-guo-wu-yuan",
            "quotectl trace --new --series --report 2024-guo-wu-yuan"};
  }

  void Define(Options* options) override {
    options->OptionalArgument("PHRASE", &phrase_, Msg::kOptPhrase, {});
    lookup_.DefineFilter(options);
    options->Value("--svg", &svg_, Msg::kOptSvg, {.label = "FILE", .kind = ValueKind::kFile});
    options->Flag("--csv", &csv_, Msg::kOptCsv);
    options->Flag("--per-length", &per_length_, Msg::kOptPerLength);
    options->Flag("--new", &new_, Msg::kOptNew);
    options->Flag("--series", &series_, Msg::kOptSeries);
    options->Number("--min", &least_, 2, limits::kMaxNewPhraseOccurrences, Msg::kOptMin);
    options->Number("--min-count", &least_here_, 1, limits::kMaxNewPhraseOccurrences,
                    Msg::kOptMinCount);
    options->Number("-n,--limit", &limit_, 1, std::numeric_limits<int>::max(), Msg::kOptTraceLimit);
  }

  ExitCode Run(Context* context) override {
    if (new_ == phrase_.has_value() || (new_ && lookup_.reports.size() != 1) ||
        (new_ && (svg_.has_value() || per_length_)) || (csv_ && context->json())) {
      return context->Fail(absl::InvalidArgumentError(context->Text(Msg::kTraceUsage)));
    }
    if (new_ ? lookup_.HasFilterBesideReports() : AsksOfNew()) {
      return context->Fail(absl::InvalidArgumentError(context->Text(Msg::kTraceNewUsage)));
    }
    if (ChartIsOutput() && (csv_ || context->json())) {
      return context->Fail(absl::InvalidArgumentError(context->Text(Msg::kTraceOneOutput)));
    }
    const absl::StatusOr<ExitCode> code = new_ ? ListNew(context) : TracePhrase(context);
    return code.ok() ? *code : context->Fail(code.status());
  }

 private:
  static constexpr int kLeastNotGiven = 0;  // the service takes its own

  // Whether there is an option that only --new has.
  bool AsksOfNew() const {
    return series_ || least_ != kLeastNotGiven || least_here_ != kLeastNotGiven;
  }

  // Whether the chart takes the place of the words.
  bool ChartIsOutput() const { return svg_ == "-"; }

  static std::string Times(const Context& context, int64_t count) {
    return context.Text(count == 1 ? Msg::kTimesOne : Msg::kTimesMany, {std::to_string(count)});
  }
  static std::string Quotes(const Context& context, int64_t count) {
    return context.Text(count == 1 ? Msg::kQuotesOne : Msg::kQuotesMany, {std::to_string(count)});
  }
  static std::string Reports(const Context& context, int64_t count) {
    return context.Text(count == 1 ? Msg::kReportsOne : Msg::kReportsMany, {std::to_string(count)});
  }
  // Occurrences in 1,000,000 characters: hundredths of those in 10,000.
  static int64_t Rate(int64_t occurrences, int64_t characters) {
    constexpr double kCharacters = 1'000'000;
    return characters > 0 ? std::llround(static_cast<double>(occurrences) * kCharacters /
                                         static_cast<double>(characters))
                          : 0;
  }
  static std::string RateText(int64_t rate) {
    return absl::StrFormat("%d.%02d", rate / 100, rate % 100);
  }
  int64_t Height(const v1::PhraseYear& year) const {
    return per_length_ ? Rate(year.occurrence_count(), year.searched_character_count())
                       : year.occurrence_count();
  }
  static std::string Heading(const Context& context, Msg message) {
    return absl::StrCat("\n", context.painter().Paint(Style::kStrong, context.Text(message)), "\n");
  }

  absl::StatusOr<ExitCode> TracePhrase(Context* context) {
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kRead));
    v1::TracePhraseRequest request;
    request.set_phrase(*phrase_);
    QUOTES_ASSIGN_OR_RETURN(*request.mutable_filter(), MakeFilter(context, client, lookup_));
    // A history is one answer: what is listed of a later state would not add up.
    request.set_require_same_revision(true);
    v1::TracePhraseResponse trace;
    do {
      // Rows for people end where they asked; a file has them all.
      const int64_t wanted =
          csv_ ? limits::kMaxTraceReports
               : std::min<int64_t>(limit_ - trace.reports_size(), limits::kMaxTraceReports);
      request.set_page_size(static_cast<int>(wanted));
      QUOTES_ASSIGN_OR_RETURN(v1::TracePhraseResponse page, client->TracePhrase(request));
      if (context->json()) {
        context->PrintJson(page);
      }
      request.set_page_token(page.next_page_token());
      if (trace.reports().empty()) {
        trace = std::move(page);
      } else {
        trace.mutable_reports()->MergeFrom(page.reports());
      }
    } while (!request.page_token().empty() && (csv_ || trace.reports_size() < limit_) &&
             context->out().good());
    if (ChartIsOutput()) {
      context->out() << Chart(*context, trace);
    } else if (svg_.has_value()) {
      QUOTES_RETURN_IF_ERROR(WriteOutputFile(
          *context, *svg_, [&](std::ostream* out) { *out << Chart(*context, trace); }));
    }
    if (csv_) {
      PrintCsv(context, trace);
    } else if (!context->json() && !ChartIsOutput() && trace.total_size() > 0) {
      Print(context, trace);
    }
    if (trace.total_size() > 0) {
      if (!context->json() && trace.undated().report_count() > 0) {
        context->err() << context->Text(Msg::kTraceUndated,
                                        {Reports(*context, trace.undated().searched_report_count()),
                                         std::to_string(trace.undated().report_count())})
                       << '\n';
      }
      return kExitOk;
    }
    if (!context->json()) {
      context->err() << context->Text(Msg::kNothingFound,
                                      {Quotes(*context, trace.coverage().quote_count()),
                                       Reports(*context, trace.coverage().report_count())})
                     << '\n';
    }
    return kExitNothing;
  }

  std::string Summary(const Context& context, const v1::TracePhraseResponse& trace) const {
    return context.Text(Msg::kTraceTotal, {Times(context, trace.occurrence_count()),
                                           Quotes(context, trace.quote_count()),
                                           Reports(context, trace.total_size())});
  }

  // Of as many rows as the phrase's reports have.
  void Print(Context* context, const v1::TracePhraseResponse& trace) {
    const Painter& painter = context->painter();
    std::ostream& out = context->out();
    out << painter.Paint(Style::kStrong,
                         absl::StrCat(Printable(*phrase_), context->Text(Msg::kColon),
                                      Summary(*context, trace)))
        << '\n';
    PrintYears(context, trace);
    PrintUse(context, Msg::kFirstUse, trace.has_first_use(), trace.first_use());
    PrintUse(context, Msg::kLastUse, trace.has_last_use(), trace.last_use());
    if (!trace.variants().empty()) {
      out << Heading(*context, Msg::kVariants);
      Table table({Table::Align::kRight, Table::Align::kLeft, Table::Align::kLeft}, 1);
      for (const v1::PhraseVariant& variant : trace.variants()) {
        table.AddRow({std::to_string(variant.occurrence_count()), Printable(variant.phrase()),
                      Quotes(*context, variant.quote_count())});
      }
      out << table.Render(context->columns(), painter);
    }
    if (!trace.drops().empty()) {
      out << Heading(*context, Msg::kDrops);
      for (const v1::PhraseDrop& drop : trace.drops()) {
        out << Paragraph(
            Printable(context->Text(
                Msg::kDrop, {drop.last_with().body().empty() ? drop.last_with().title()
                                                             : drop.last_with().body(),
                             DateText(drop.last_with().date()), DateText(drop.dropped_by().date()),
                             Reports(*context, drop.reports_since())})),
            {}, kIndent, context->columns(), painter);
      }
    }
    out << Heading(*context, Msg::kUsers);
    Table table(
        {Table::Align::kLeft, Table::Align::kRight, Table::Align::kLeft, Table::Align::kLeft}, 2);
    table.AddHeader({context->Text(Msg::kLabelDate),
                     context->Text(per_length_ ? Msg::kLabelPerLength : Msg::kLabelTimes),
                     context->Text(Msg::kLabelReport), context->Text(Msg::kLabelName)});
    for (const v1::PhraseReport& report : trace.reports()) {
      table.AddRow(
          {DateText(report.date()),
           per_length_ ? RateText(Rate(report.occurrence_count(), report.character_count()))
                       : std::to_string(report.occurrence_count()),
           Printable(absl::StrCat(report.body(), report.body().empty() ? "" : " ", report.title())),
           report.report()});
    }
    out << table.Render(context->columns(), painter);
    if (trace.reports_size() < trace.total_size()) {
      context->err() << context->Text(Msg::kTraceMore, {std::to_string(trace.reports_size()),
                                                        std::to_string(trace.total_size())})
                     << '\n';
    }
  }

  // One line a year, from the first with the phrase on.
  void PrintYears(Context* context, const v1::TracePhraseResponse& trace) const {
    int64_t most = Height(trace.undated());
    std::vector<const v1::PhraseYear*> years;
    for (const v1::PhraseYear& year : trace.years()) {
      if (year.occurrence_count() > 0 || !years.empty()) {
        years.push_back(&year);
      }
      most = std::max(most, Height(year));
    }
    if (trace.undated().occurrence_count() > 0) {
      years.push_back(&trace.undated());
    }
    Table table(
        {Table::Align::kLeft, Table::Align::kRight, Table::Align::kLeft, Table::Align::kLeft});
    table.AddHeader({context->Text(Msg::kLabelYear),
                     context->Text(per_length_ ? Msg::kLabelPerLength : Msg::kLabelTimes),
                     context->Text(Msg::kLabelReports), ""});
    // What the other cells take, at most, with the spaces between them.
    constexpr size_t kOtherColumns = 36;
    constexpr size_t kMargin = 4;  // where there is little room
    const size_t columns = context->columns() > 0 ? context->columns() : kUsualColumns;
    const size_t room = columns > 2 * kOtherColumns ? columns - kOtherColumns
                                                    : columns / 2 - std::min(columns / 2, kMargin);
    for (const v1::PhraseYear* const year : years) {
      table.AddRow({year->year() == 0 ? context->Text(Msg::kUndated) : std::to_string(year->year()),
                    per_length_ ? RateText(Height(*year)) : std::to_string(Height(*year)),
                    absl::StrCat(year->report_count(), "/", year->searched_report_count()),
                    Bar(Height(*year), most, room)});
    }
    context->out() << '\n' << table.Render(context->columns(), context->painter());
  }

  static void PrintUse(Context* context, Msg heading, bool is_there, const v1::PhraseUse& use) {
    if (!is_there) {
      return;
    }
    const Span mark{static_cast<size_t>(use.quote_range().begin()),
                    static_cast<size_t>(use.quote_range().end())};
    context->out() << Heading(*context, heading)
                   << Paragraph(use.quote().text(), {mark}, kIndent, context->columns(),
                                context->painter())
                   << Paragraph(use.quote().citation(), {}, kIndent, context->columns(),
                                context->painter(), Style::kDim);
  }

  void PrintCsv(Context* context, const v1::TracePhraseResponse& trace) const {
    std::ostream& out = context->out();
    out << "date,report,title,body,occurrences,quotes"
        << (per_length_ ? ",characters,per_10000" : "") << "\r\n";
    for (const v1::PhraseReport& report : trace.reports()) {
      out << DateText(report.date()) << ',' << CsvField(report.report()) << ','
          << CsvField(report.title()) << ',' << CsvField(report.body()) << ','
          << report.occurrence_count() << ',' << report.quote_count();
      if (per_length_) {
        out << ',' << report.character_count() << ','
            << RateText(Rate(report.occurrence_count(), report.character_count()));
      }
      out << "\r\n";
    }
  }

  // From the first year with the phrase on, as the rows for people.
  std::string Chart(const Context& context, const v1::TracePhraseResponse& trace) const {
    std::vector<YearBar> bars;
    std::vector<std::string> notes;
    for (int i = 0; i < trace.years_size(); ++i) {
      const v1::PhraseYear& year = trace.years(i);
      if (bars.empty() && year.occurrence_count() == 0) {
        continue;
      }
      if (bars.empty() && i > 0) {
        notes.push_back(context.Text(Msg::kChartNotBefore, {std::to_string(trace.years(0).year()),
                                                            std::to_string(year.year() - 1)}));
      }
      bars.push_back(
          {year.year(), Height(year), year.searched_report_count() > 0,
           context.Text(Msg::kChartYear, {std::to_string(year.year()), Label(context, year),
                                          std::to_string(year.report_count()),
                                          std::to_string(year.searched_report_count())})});
    }
    if (per_length_) {
      notes.push_back(context.Text(Msg::kChartPerLength));
    }
    if (trace.undated().occurrence_count() > 0) {
      notes.push_back(
          context.Text(Msg::kChartUndated, {Times(context, trace.undated().occurrence_count())}));
    }
    return RenderYearChart(*phrase_, Summary(context, trace), bars,
                           context.Text(Msg::kChartNoReports), notes, per_length_ ? 100 : 1);
  }
  std::string Label(const Context& context, const v1::PhraseYear& year) const {
    const std::string times = Times(context, year.occurrence_count());
    return per_length_ ? absl::StrCat(times, " (", RateText(Height(year)), ")") : times;
  }

  absl::StatusOr<ExitCode> ListNew(Context* context) {
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kRead));
    v1::ListNewPhrasesRequest request;
    QUOTES_ASSIGN_OR_RETURN(*request.mutable_report(),
                            ResolveReport(context, client, lookup_.reports.front()));
    request.set_scope(series_ ? v1::NEW_PHRASE_SCOPE_SERIES : v1::NEW_PHRASE_SCOPE_ARCHIVE);
    request.set_min_occurrence_count(least_);
    request.set_min_report_occurrence_count(least_here_);
    Table table({Table::Align::kLeft, Table::Align::kRight, Table::Align::kRight,
                 Table::Align::kRight, Table::Align::kLeft},
                4);
    table.AddHeader({context->Text(Msg::kLabelPhrase), context->Text(Msg::kLabelHere),
                     context->Text(Msg::kLabelSince), context->Text(Msg::kLabelReports),
                     context->Text(Msg::kLabelFirstUse)});
    if (csv_) {
      context->out() << "phrase,occurrences,occurrences_since,reports,quote,text\r\n";
    }
    int64_t shown = 0;
    v1::ListNewPhrasesResponse page;
    do {
      request.set_page_size(
          static_cast<int>(std::min<int64_t>(limit_ - shown, limits::kMaxPageSize)));
      QUOTES_ASSIGN_OR_RETURN(page, client->ListNewPhrases(request));
      if (context->json()) {
        context->PrintJson(page);
      }
      for (const v1::NewPhrase& phrase : page.phrases()) {
        ++shown;
        if (csv_) {
          context->out() << CsvField(phrase.phrase()) << ',' << phrase.report_occurrence_count()
                         << ',' << phrase.occurrence_count() << ',' << phrase.report_count() << ','
                         << CsvField(phrase.first_use().quote().name()) << ','
                         << CsvField(phrase.first_use().quote().text()) << "\r\n";
        }
        table.AddRow({Printable(phrase.phrase()), std::to_string(phrase.report_occurrence_count()),
                      std::to_string(phrase.occurrence_count()),
                      std::to_string(phrase.report_count()),
                      Printable(phrase.first_use().quote().text())});
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty() && shown < limit_ && context->out().good());
    if (!context->json() && page.earlier_report_count() > 0 && page.undated_report_count() > 0) {
      context->err() << context->Text(Msg::kNewUndated,
                                      {Reports(*context, page.undated_report_count())})
                     << '\n';
    }
    if (context->json() || csv_) {
      return shown > 0 ? kExitOk : kExitNothing;
    }
    if (shown == 0) {
      context->err() << (page.earlier_report_count() == 0
                             ? context->Text(Msg::kNothingEarlier)
                             : context->Text(Msg::kNoNewPhrases,
                                             {Reports(*context, page.earlier_report_count())}))
                     << '\n';
      return kExitNothing;
    }
    context->out() << table.Render(context->columns(), context->painter());
    context->err() << context->Text(Msg::kNewTotal,
                                    {std::to_string(shown), std::to_string(page.total_size()),
                                     Reports(*context, page.earlier_report_count())})
                   << '\n';
    return kExitOk;
  }

  std::optional<std::string> phrase_;
  LookupOptions lookup_;
  std::optional<std::string> svg_;
  bool csv_ = false;
  bool per_length_ = false;
  bool new_ = false;
  bool series_ = false;
  int least_ = kLeastNotGiven;
  int least_here_ = kLeastNotGiven;
  int limit_ = 100;
};

}  // namespace

std::unique_ptr<Command> MakeTrace() { return std::make_unique<Trace>(); }

}  // namespace quotes::ctl
