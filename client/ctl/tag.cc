#include "client/ctl/command.h"
#include "client/ctl/details.h"
#include "client/ctl/lookup.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

// Says for an editor that a quote has a theme or has it not; without a theme shows what it has.
class Tag : public Command {
 public:
  std::string Name() const override { return "tag"; }
  Msg About() const override { return Msg::kCmdTag; }
  std::vector<std::string> Examples() const override {
    return {"quotectl tag reports/R/quotes/Q", "quotectl tag reports/R/quotes/Q rural",
            "quotectl tag reports/R/quotes/Q industry.park --remove",
            "quotectl tag reports/R/quotes/Q industry.park --clear"};
  }
  void Define(Options* options) override {
    options->Argument("QUOTE", &name_, Msg::kOptQuoteName, {});
    options->OptionalArgument("CODE", &theme_, Msg::kOptThemeCode, {.kind = ValueKind::kTheme});
    options->Flag("--remove", &remove_, Msg::kOptTagRemove);
    options->Flag("--clear", &clear_, Msg::kOptTagClear);
    options->Value("--etag", &etag_, Msg::kOptReportEtag, {.label = "ETAG"});
  }

  ExitCode Run(Context* context) override {
    const absl::Status status = theme_.has_value() ? Say(context) : Show(context);
    return status.ok() ? kExitOk : context->Fail(status);
  }

 private:
  absl::Status Show(Context* context) {
    if (remove_ || clear_ || etag_.has_value()) {
      return absl::InvalidArgumentError(context->Text(Msg::kTagNeedsTheme));
    }
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kRead));
    v1::GetQuoteRequest request;
    request.set_name(name_);
    QUOTES_ASSIGN_OR_RETURN(const v1::GetQuoteResponse response, client->GetQuote(request));
    Print(context, response);
    return absl::OkStatus();
  }

  absl::Status Say(Context* context) {
    if (remove_ && clear_) {
      return absl::InvalidArgumentError(context->Text(Msg::kRemoveOrClear));
    }
    QUOTES_ASSIGN_OR_RETURN(client::Client* const client, context->Connect(Access::kChange));
    v1::TagQuoteRequest request;
    request.set_name(name_);
    request.set_theme(ThemeName(*theme_));
    request.set_action(remove_  ? v1::QuoteTag::ACTION_REMOVE
                       : clear_ ? v1::QuoteTag::ACTION_CLEAR
                                : v1::QuoteTag::ACTION_PIN);
    request.set_etag(etag_.value_or(""));
    QUOTES_ASSIGN_OR_RETURN(const v1::TagQuoteResponse response, client->TagQuote(request));
    Print(context, response);
    return absl::OkStatus();
  }

  template <typename Response>
  static void Print(Context* context, const Response& response) {
    if (context->json()) {
      context->PrintJson(response);
      return;
    }
    const v1::Quote& quote = response.quote();
    Details details(*context);
    details.Add(Msg::kLabelName, quote.name());
    details.Add(Msg::kLabelText, quote.text());
    for (const v1::QuoteTheme& theme : quote.themes()) {
      details.Add(Msg::kLabelThemes, ThemeText(*context, theme));
    }
    for (const v1::QuoteTag& tag : quote.tags()) {
      details.Add(Msg::kLabelTags, TagText(*context, tag));
    }
    context->out() << details.Render();
  }

  std::string name_;
  std::optional<std::string> theme_;
  bool remove_ = false;
  bool clear_ = false;
  std::optional<std::string> etag_;
};

}  // namespace

std::unique_ptr<Command> MakeTag() { return std::make_unique<Tag>(); }

}  // namespace quotes::ctl
