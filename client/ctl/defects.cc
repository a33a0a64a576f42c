#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/ctl/command.h"
#include "client/ctl/lookup.h"
#include "client/ctl/values.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

std::vector<std::string> KindWords() {
  return {"omission",      "addition", "substitution", "duplication",
          "transposition", "script",   "punctuation",  "other"};
}

std::vector<std::string> CertaintyWords() { return {"certain", "probable", "possible"}; }

// The fields of a defect as options; those that are given go into a request.
class DefectOptions {
 public:
  void Define(Options* options) {
    options->Value("--printed", &printed_, Msg::kOptPrinted, {});
    options->Values("--reading", &readings_, Msg::kOptReading, {});
    options->Number("--occurrence", &occurrence_, 1, 1'000'000, Msg::kOptOccurrence);
    options->Value("--range", &range_, Msg::kOptRange, {.label = "BEGIN-END"});
    options->Value("--kind", &kind_, Msg::kOptDefectKind,
                   {.label = "KIND", .kind = ValueKind::kChoice, .choices = KindWords()});
    options->Value("--certainty", &certainty_, Msg::kOptCertainty,
                   {.label = "WORD", .kind = ValueKind::kChoice, .choices = CertaintyWords()});
    options->Value("--note", &note_, Msg::kOptNote, {});
  }

  int occurrence() const { return occurrence_; }

  // Names of the fields that were given.
  absl::StatusOr<std::vector<std::string>> Fill(const Context& context, v1::Defect* defect) const {
    std::vector<std::string> given;
    if (printed_.has_value()) {
      given.emplace_back("printed");
      defect->set_printed(*printed_);
    }
    if (!readings_.empty()) {
      given.emplace_back("readings");
      *defect->mutable_readings() = {readings_.begin(), readings_.end()};
    }
    if (range_.has_value()) {
      given.emplace_back("range");
      const std::vector<std::string> ends = absl::StrSplit(*range_, '-');
      int64_t begin = 0;
      int64_t end = 0;
      if (ends.size() != 2 || !absl::SimpleAtoi(ends[0], &begin) ||
          !absl::SimpleAtoi(ends[1], &end)) {
        return absl::InvalidArgumentError(context.Text(Msg::kBadRange, {*range_}));
      }
      defect->mutable_range()->set_begin(begin);
      defect->mutable_range()->set_end(end);
    }
    // The words are the contract's names in lower case.
    if (kind_.has_value()) {
      given.emplace_back("kind");
      v1::Defect::Kind kind = v1::Defect::KIND_UNSPECIFIED;
      v1::Defect::Kind_Parse("KIND_" + absl::AsciiStrToUpper(*kind_), &kind);
      defect->set_kind(kind);
    }
    if (certainty_.has_value()) {
      given.emplace_back("certainty");
      v1::Certainty certainty = v1::CERTAINTY_UNSPECIFIED;
      v1::Certainty_Parse("CERTAINTY_" + absl::AsciiStrToUpper(*certainty_), &certainty);
      defect->set_certainty(certainty);
    }
    if (note_.has_value()) {
      given.emplace_back("note");
      defect->set_note(*note_);
    }
    return given;
  }

 private:
  std::optional<std::string> printed_;
  std::vector<std::string> readings_;
  int occurrence_ = 0;
  std::optional<std::string> range_;
  std::optional<std::string> kind_;
  std::optional<std::string> certainty_;
  std::optional<std::string> note_;
};

class Defects : public Command {
 public:
  std::string Name() const override { return "defects"; }
  Msg About() const override { return Msg::kCmdDefects; }
  std::vector<std::string> Examples() const override {
    return {"quotectl defects 2022-zaozhuang",
            "quotectl defects 2022-zaozhuang --json | jq -r '.defects[].printed'"};
  }
  void Define(Options* options) override {
    options->Argument("REPORT", &report_, Msg::kOptReportArgument, {.kind = ValueKind::kReport});
    options->Flag("--embargoed", &embargoed_, Msg::kOptShowEmbargoed);
  }

  ExitCode Run(Context* context) override {
    const absl::StatusOr<bool> any = Show(context);
    if (!any.ok()) {
      return context->Fail(any.status());
    }
    return *any ? kExitOk : kExitNothing;
  }

 private:
  absl::StatusOr<bool> Show(Context* context) {
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kRead));
    v1::ListDefectsRequest request;
    QUOTES_ASSIGN_OR_RETURN(*request.mutable_parent(),
                            ResolveReport(context, client, report_, embargoed_));
    request.set_page_size(limits::kMaxPageSize);
    request.set_show_embargoed(embargoed_);
    Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft,
                 Table::Align::kLeft, Table::Align::kRight, Table::Align::kLeft},
                6);
    table.AddHeader({context->Text(Msg::kLabelName), context->Text(Msg::kLabelPrintedWords),
                     context->Text(Msg::kLabelReadings), context->Text(Msg::kLabelKind),
                     context->Text(Msg::kLabelCertainty), context->Text(Msg::kLabelRange),
                     context->Text(Msg::kLabelNote)});
    bool any = false;
    do {
      QUOTES_ASSIGN_OR_RETURN(const v1::ListDefectsResponse page, client->ListDefects(request));
      if (context->json()) {
        context->PrintJson(page);
      }
      for (const v1::Defect& defect : page.defects()) {
        any = true;
        table.AddRow({defect.name(), defect.printed(), absl::StrJoin(defect.readings(), " | "),
                      context->Text(Label(defect.kind())), context->Text(Label(defect.certainty())),
                      absl::StrCat(defect.range().begin(), "–", defect.range().end()),
                      defect.note()});
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    if (any && !context->json()) {
      context->out() << table.Render(context->columns(), context->painter());
    }
    if (!any && !context->json()) {
      context->err() << context->Text(Msg::kNoDefects, {request.parent()}) << '\n';
    }
    return any;
  }

  std::string report_;
  bool embargoed_ = false;
};

class AddDefect : public Command {
 public:
  std::string Name() const override { return "add-defect"; }
  Msg About() const override { return Msg::kCmdAddDefect; }
  std::vector<std::string> Examples() const override {
    return {
        "quotectl add-defect 2022-zaozhuang --printed 支持支持 --reading 支持 --kind duplication",
        "quotectl add-defect 2022-zaozhuang --printed 发展 --occurrence 3 --reading 發展"};
  }
  void Define(Options* options) override {
    options->Argument("REPORT", &report_, Msg::kOptReportArgument, {.kind = ValueKind::kReport});
    fields_.Define(options);
    options->Value("--id", &id_, Msg::kOptDefectId, {.label = "ID"});
  }

  ExitCode Run(Context* context) override {
    const absl::Status status = Add(context);
    return status.ok() ? kExitOk : context->Fail(status);
  }

 private:
  absl::Status Add(Context* context) {
    v1::CreateDefectRequest request;
    QUOTES_RETURN_IF_ERROR(fields_.Fill(*context, request.mutable_defect()).status());
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kChange));
    QUOTES_ASSIGN_OR_RETURN(*request.mutable_parent(),
                            ResolveReport(context, client, report_, /*show_embargoed=*/true));
    request.set_occurrence(fields_.occurrence());
    request.set_defect_id(id_.value_or(""));
    QUOTES_ASSIGN_OR_RETURN(const v1::CreateDefectResponse response, client->CreateDefect(request));
    if (context->json()) {
      context->PrintJson(response);
    } else {
      context->out() << context->Text(Msg::kDefectAdded, {response.defect().name()}) << '\n';
    }
    return absl::OkStatus();
  }

  std::string report_;
  DefectOptions fields_;
  std::optional<std::string> id_;
};

class EditDefect : public Command {
 public:
  std::string Name() const override { return "edit-defect"; }
  Msg About() const override { return Msg::kCmdEditDefect; }
  std::vector<std::string> Examples() const override {
    return {"quotectl edit-defect reports/R/defects/D --reading 支持 --certainty certain",
            "quotectl edit-defect reports/R/defects/D --note ''"};
  }
  void Define(Options* options) override {
    options->Argument("NAME", &name_, Msg::kOptDefectName, {});
    fields_.Define(options);
    options->Value("--etag", &etag_, Msg::kOptEtag, {.label = "ETAG"});
  }

  ExitCode Run(Context* context) override {
    const absl::Status status = Edit(context);
    return status.ok() ? kExitOk : context->Fail(status);
  }

 private:
  absl::Status Edit(Context* context) {
    v1::UpdateDefectRequest request;
    v1::Defect* defect = request.mutable_defect();
    QUOTES_ASSIGN_OR_RETURN(const std::vector<std::string> given, fields_.Fill(*context, defect));
    if (given.empty() && fields_.occurrence() == 0) {
      return absl::InvalidArgumentError(context->Text(Msg::kNothingToChange));
    }
    *request.mutable_update_mask()->mutable_paths() = {given.begin(), given.end()};
    defect->set_name(name_);
    defect->set_etag(etag_.value_or(""));
    request.set_occurrence(fields_.occurrence());
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kChange));
    QUOTES_ASSIGN_OR_RETURN(const v1::UpdateDefectResponse response, client->UpdateDefect(request));
    if (context->json()) {
      context->PrintJson(response);
    } else {
      context->out() << context->Text(Msg::kDefectChanged, {response.defect().name()}) << '\n';
    }
    return absl::OkStatus();
  }

  std::string name_;
  DefectOptions fields_;
  std::optional<std::string> etag_;
};

class RemoveDefect : public Command {
 public:
  std::string Name() const override { return "remove-defect"; }
  Msg About() const override { return Msg::kCmdRemoveDefect; }
  std::vector<std::string> Examples() const override {
    return {"quotectl remove-defect reports/R/defects/D"};
  }
  void Define(Options* options) override {
    options->Argument("NAME", &name_, Msg::kOptDefectName, {});
    options->Value("--etag", &etag_, Msg::kOptEtag, {.label = "ETAG"});
  }

  ExitCode Run(Context* context) override {
    const absl::Status status = Remove(context);
    return status.ok() ? kExitOk : context->Fail(status);
  }

 private:
  absl::Status Remove(Context* context) {
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kChange));
    v1::DeleteDefectRequest request;
    request.set_name(name_);
    request.set_etag(etag_.value_or(""));
    QUOTES_ASSIGN_OR_RETURN(const v1::DeleteDefectResponse response, client->DeleteDefect(request));
    if (context->json()) {
      context->PrintJson(response);
    } else {
      context->out() << context->Text(Msg::kDefectRemoved, {name_}) << '\n';
    }
    return absl::OkStatus();
  }

  std::string name_;
  std::optional<std::string> etag_;
};

}  // namespace

std::unique_ptr<Command> MakeDefects() { return std::make_unique<Defects>(); }
std::unique_ptr<Command> MakeAddDefect() { return std::make_unique<AddDefect>(); }
std::unique_ptr<Command> MakeEditDefect() { return std::make_unique<EditDefect>(); }
std::unique_ptr<Command> MakeRemoveDefect() { return std::make_unique<RemoveDefect>(); }

}  // namespace quotes::ctl
