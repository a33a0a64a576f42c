#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "client/ctl/command.h"
#include "client/ctl/lookup.h"
#include "client/ctl/side_by_side.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

class Diff : public Command {
 public:
  std::string Name() const override { return "diff"; }
  Msg About() const override { return Msg::kCmdDiff; }
  std::vector<std::string> Examples() const override {
    return {"quotectl diff 2022-zaozhuang", "quotectl diff 2022-zaozhuang 1 latest",
            "quotectl diff 2022-zaozhuang 3 --json | jq -c '.changes[].sentence | select(.)'"};
  }
  void Define(Options* options) override {
    options->Argument("REPORT", &report_, Msg::kOptReportArgument, {.kind = ValueKind::kReport});
    options->OptionalArgument("REV", &first_, Msg::kOptDiffRevisions, {});
    options->OptionalArgument("NEWER", &second_, Msg::kOptDiffRevisions, {});
    options->Flag("--kept", &show_kept_, Msg::kOptShowKept);
    options->Flag("--embargoed", &embargoed_, Msg::kOptShowEmbargoed);
  }

  ExitCode Run(Context* context) override {
    const absl::StatusOr<bool> same = Show(context);
    if (!same.ok()) {
      // 1 says that there are differences.
      return std::max(context->Fail(same.status()), kExitInput);
    }
    return *same ? kExitOk : kExitNothing;
  }

 private:
  // Whether the revisions are the same.
  absl::StatusOr<bool> Show(Context* context);
  void ShowHeader(Context* context, const v1::DiffRevisionsResponse& page);
  void ShowChange(Context* context, const v1::RevisionChange& change) const;
  void ShowSection(Context* context, const v1::SectionChange& change) const;
  void ShowSentence(Context* context, const v1::SentenceChange& change) const;

  std::string report_;
  std::optional<std::string> first_;
  std::optional<std::string> second_;
  bool show_kept_ = false;
  bool embargoed_ = false;
  std::string base_label_;
  std::string revision_label_;
};

std::string NumberOf(std::string_view revision) {
  return std::string(revision.substr(revision.rfind('/') + 1));
}

absl::StatusOr<bool> Diff::Show(Context* context) {
  QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kRead));
  QUOTES_ASSIGN_OR_RETURN(const std::string report,
                          ResolveReport(context, client, report_, embargoed_));
  const auto revision_name = [&](const std::string& number) {
    return absl::StrCat(report, "/revisions/", number);
  };
  v1::DiffRevisionsRequest request;
  request.set_name(revision_name(second_.has_value() ? *second_ : first_.value_or("latest")));
  if (second_.has_value()) {
    request.set_base_revision(revision_name(*first_));
  }
  request.set_show_kept(show_kept_);
  request.set_page_size(limits::kMaxPageSize);
  request.set_show_embargoed(embargoed_);
  v1::RevisionChangeCounts counts;
  do {
    const absl::StatusOr<v1::DiffRevisionsResponse> page = client->DiffRevisions(request);
    if (GetErrorReason(page.status()) == ErrorReason::kRevisionNotFound && !first_.has_value()) {
      return absl::InvalidArgumentError(context->Text(Msg::kDiffOneRevision, {report}));
    }
    QUOTES_RETURN_IF_ERROR(page.status());
    if (context->json()) {
      context->PrintJson(*page);
    } else {
      if (request.page_token().empty()) {
        ShowHeader(context, *page);
      }
      for (const v1::RevisionChange& change : page->changes()) {
        ShowChange(context, change);
      }
    }
    counts = page->counts();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  if (!context->json()) {
    const auto text = [](int64_t count) { return std::to_string(count); };
    context->out() << context->Text(
                          Msg::kDiffSummary,
                          {text(counts.kept_sentences()), text(counts.changed_sentences()),
                           text(counts.inserted_sentences()), text(counts.removed_sentences()),
                           text(counts.moved_sentences()), text(counts.sections()),
                           text(counts.metadata_fields())})
                   << '\n';
  }
  return counts.changed_sentences() + counts.inserted_sentences() + counts.removed_sentences() +
             counts.moved_sentences() + counts.sections() + counts.metadata_fields() ==
         0;
}

void Diff::ShowHeader(Context* context, const v1::DiffRevisionsResponse& page) {
  const std::string base = NumberOf(page.base_revision());
  const std::string revision = NumberOf(page.revision());
  base_label_ = context->Text(Msg::kDiffRevision, {base});
  revision_label_ = context->Text(Msg::kDiffRevision, {revision});
  const std::string_view name = page.revision();
  context->out() << Paragraph(
                        context->Text(Msg::kDiffHeader,
                                      {name.substr(0, name.find("/revisions/")), revision, base}),
                        {}, 0, context->columns(), context->painter(), Style::kStrong)
                 << '\n';
}

void Diff::ShowChange(Context* context, const v1::RevisionChange& change) const {
  switch (change.change_case()) {
    case v1::RevisionChange::kMetadata: {
      const v1::MetadataChange& metadata = change.metadata();
      const auto value = [&](const std::string& text) {
        return text.empty() ? context->Text(Msg::kDiffNone) : Printable(text);
      };
      context->out() << Paragraph(context->Text(Msg::kDiffMetadata,
                                                {metadata.field(), value(metadata.base_value()),
                                                 value(metadata.value())}),
                                  {}, 0, context->columns(), context->painter())
                     << '\n';
      break;
    }
    case v1::RevisionChange::kSection:
      ShowSection(context, change.section());
      break;
    case v1::RevisionChange::kSentence:
      ShowSentence(context, change.sentence());
      break;
    case v1::RevisionChange::CHANGE_NOT_SET:
      break;
  }
}

void Diff::ShowSection(Context* context, const v1::SectionChange& change) const {
  const auto side = [](const v1::SectionChange::Side& of) {
    return Printable(absl::StrCat(of.path(), " ", of.marker(), of.heading()));
  };
  const std::string base = side(change.base());
  const std::string revision = side(change.revision());
  std::string text;
  switch (change.kind()) {
    case v1::SectionChange::KIND_ADDED:
      text = context->Text(Msg::kDiffSectionAdded, {revision});
      break;
    case v1::SectionChange::KIND_REMOVED:
      text = context->Text(Msg::kDiffSectionRemoved, {base});
      break;
    case v1::SectionChange::KIND_MOVED:
      text = context->Text(Msg::kDiffSectionMoved, {base, revision});
      break;
    default:
      text = context->Text(Msg::kDiffSectionRenamed, {base, revision});
      break;
  }
  context->out() << Paragraph(text, {}, 0, context->columns(), context->painter()) << '\n';
}

void Diff::ShowSentence(Context* context, const v1::SentenceChange& change) const {
  Msg kind = Msg::kDiffChanged;
  Style style = Style::kPlain;
  const v1::SentenceChange::Side* shown = &change.revision();
  switch (change.kind()) {
    case v1::SentenceChange::KIND_KEPT:
      kind = Msg::kDiffKept;
      style = Style::kDim;
      break;
    case v1::SentenceChange::KIND_INSERTED:
      kind = Msg::kDiffInserted;
      style = Style::kGood;
      break;
    case v1::SentenceChange::KIND_REMOVED:
      kind = Msg::kDiffRemoved;
      style = Style::kHit;
      shown = &change.base();
      break;
    case v1::SentenceChange::KIND_MOVED:
      kind = Msg::kDiffMoved;
      break;
    default:
      break;
  }
  const Painter& painter = context->painter();
  context->out() << context->Text(kind) << "  " << painter.Paint(Style::kDim, shown->quote());
  if (change.form_only()) {
    context->out() << "  " << painter.Paint(Style::kDim, context->Text(Msg::kDiffFormOnly));
  }
  context->out() << '\n';
  if (change.edits().empty()) {
    context->out() << Paragraph(Printable(shown->text()), {}, 2, context->columns(), painter,
                                style);
  } else {
    context->out() << SideBySide(TakeApart(change), base_label_, revision_label_,
                                 context->columns(), painter);
  }
  context->out() << '\n';
}

}  // namespace

std::unique_ptr<Command> MakeDiff() { return std::make_unique<Diff>(); }

}  // namespace quotes::ctl
