#include "client/ctl/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/ctl/context.h"
#include "client/ctl/json.h"
#include "client/ctl/layout.h"
#include "client/version.h"
#include "service/base/absl_string.h"

namespace quotes::ctl {
namespace {

constexpr char kName[] = "quotectl";

// Help in either language, wrapped by columns; a command's help shows the options of all commands
// too. CLI11's own formatter counts bytes and shows neither.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter(Lang lang, size_t columns) : lang_(lang), columns_(columns) {}

  std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const override {
    const CLI::App* root = app->get_parent() == nullptr ? app : app->get_parent();
    std::string out =
        absl::StrCat(app->get_description(), "\n\n", Say(lang_, Msg::kHelpUsage), " ", kName);
    const std::vector<const CLI::Option*> arguments = Select(app, true);
    if (app == root) {
      absl::StrAppend(&out, " ", Say(lang_, Msg::kHelpOptionsUsage), " ",
                      Say(lang_, Msg::kHelpSubcommand));
    } else {
      absl::StrAppend(&out, " ", app->get_name(), " ", Say(lang_, Msg::kHelpOptionsUsage));
    }
    for (const CLI::Option* argument : arguments) {
      absl::StrAppend(&out, " ", argument->get_name(true),
                      argument->get_expected_max() > 1 ? "..." : "");
    }
    out += "\n";
    if (app == root) {
      absl::StrAppend(&out, "\n", Say(lang_, Msg::kHelpSubcommands), "\n");
      for (const CLI::App* command : root->get_subcommands({})) {
        if (!command->get_group().empty()) {
          out += Line(command->get_name(), command->get_description());
        }
      }
    }
    out += Group(Msg::kHelpPositionals, arguments, true);
    if (app != root) {
      out += Group(Msg::kHelpOptions, Select(app, false), false);
    }
    out += Group(Msg::kHelpGlobalOptions, Select(root, false), false);
    if (!app->get_footer().empty()) {
      absl::StrAppend(&out, "\n", app->get_footer(), "\n");
    }
    return out;
  }

 private:
  static std::vector<const CLI::Option*> Select(const CLI::App* app, bool positional) {
    return app->get_options([&](const CLI::Option* option) {
      return option->get_positional() == positional &&
             (app->get_parent() == nullptr || option != app->get_help_ptr());
    });
  }

  std::string Group(Msg title, const std::vector<const CLI::Option*>& options,
                    bool positional) const {
    if (options.empty()) {
      return {};
    }
    std::string out = absl::StrCat("\n", Say(lang_, title), "\n");
    for (const CLI::Option* option : options) {
      std::string name = option->get_name(positional, !positional);
      // Flags carry their values in braces, for CLI11 alone.
      for (const std::string_view suffix : {"{true}", "{false}"}) {
        if (const size_t at = name.find(suffix); at != std::string::npos) {
          name.erase(at, suffix.size());
        }
      }
      if (!positional && option->get_items_expected_max() > 0 && !option->get_type_name().empty()) {
        absl::StrAppend(&name, " ", option->get_type_name());
      }
      out += Line(name, option->get_description());
    }
    return out;
  }

  std::string Line(const std::string& name, const std::string& description) const {
    constexpr size_t kNameColumns = 28;
    const std::string lead = absl::StrCat("  ", name);
    const std::string text = Paragraph(description, {}, kNameColumns, columns_, Painter(false));
    if (Columns(lead) + 2 > kNameColumns) {
      return absl::StrCat(lead, "\n", text);
    }
    return lead + text.substr(Columns(lead));
  }

  const Lang lang_;
  const size_t columns_;
};

// The value of an option that is needed before parsing.
std::optional<std::string> Peek(const std::vector<std::string>& arguments, std::string_view name) {
  std::optional<std::string> value;
  for (size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string& argument = arguments[i];
    if (argument == name && i + 1 < arguments.size()) {
      value = arguments[i + 1];
    } else if (argument.size() > name.size() && argument.starts_with(name) &&
               argument[name.size()] == '=') {
      value = argument.substr(name.size() + 1);
    }
  }
  return value;
}

}  // namespace

struct Program::Rep {
  struct Entry {
    std::unique_ptr<Command> command;
    std::unique_ptr<Options> options;
    CLI::App* app = nullptr;
  };

  explicit Rep(Lang the_lang)
      : lang(the_lang), app(std::string(Raw(the_lang, Msg::kAbout)), kName) {}

  void AddGlobalOptions();
  void AddCommand(std::unique_ptr<Command> command);
  ExitCode UsageError(const std::string& sentence, const Environment& environment);
  // What CLI11 refused, in the user's language.
  std::string Explain(const CLI::ParseError& error) const;

  const Lang lang;
  CLI::App app;
  std::unique_ptr<Options> global_options;
  GlobalFlags flags;
  std::vector<Entry> commands;
  ProgramModel model;
};

void Program::Rep::AddGlobalOptions() {
  global_options = std::make_unique<Options>(&app, lang);
  global_options->Value("--server", &flags.server, Msg::kOptServer, {.label = "HOST:PORT"});
  global_options->Value("--database", &flags.database, Msg::kOptDatabase,
                        {.label = "FILE", .kind = ValueKind::kFile});
  global_options->Flag("--json", &flags.json, Msg::kOptJson);
  global_options->Value("--lang", &flags.lang, Msg::kOptLang,
                        {.label = "LANG", .kind = ValueKind::kChoice, .choices = {"en", "zh"}});
  global_options->Value(
      "--color", &flags.color, Msg::kOptColor,
      {.label = "WHEN", .kind = ValueKind::kChoice, .choices = {"auto", "always", "never"}});
  global_options->Value("--timeout", &flags.timeout, Msg::kOptTimeout, {.label = "TIME"});
  global_options->Flag("--tls", &flags.tls, Msg::kOptTls);
  global_options->Value("--ca", &flags.ca, Msg::kOptCa,
                        {.label = "FILE", .kind = ValueKind::kFile});
  global_options->Value("--cert", &flags.cert, Msg::kOptCert,
                        {.label = "FILE", .kind = ValueKind::kFile});
  global_options->Value("--key", &flags.key, Msg::kOptKey,
                        {.label = "FILE", .kind = ValueKind::kFile});
  global_options->Value("--token-file", &flags.token_file, Msg::kOptTokenFile,
                        {.label = "FILE", .kind = ValueKind::kFile});
  global_options->Flag("--insecure-send-token", &flags.insecure_send_token,
                       Msg::kOptInsecureSendToken);
}

void Program::Rep::AddCommand(std::unique_ptr<Command> command) {
  Entry entry;
  entry.command = std::move(command);
  entry.app =
      app.add_subcommand(entry.command->Name(), std::string(Raw(lang, entry.command->About())));
  entry.app->fallthrough();
  entry.app->set_help_flag("-h,--help", std::string(Raw(lang, Msg::kHelpOption)));
  std::string footer;
  for (const std::string& example : entry.command->Examples()) {
    if (footer.empty()) {
      footer = Say(lang, Msg::kHelpExamples);
    }
    absl::StrAppend(&footer, "\n  ", example);
  }
  entry.app->footer(footer);
  if (entry.command->Hidden()) {
    entry.app->group("");
  }
  entry.options = std::make_unique<Options>(entry.app, lang);
  entry.command->Define(entry.options.get());
  commands.push_back(std::move(entry));
}

ExitCode Program::Rep::UsageError(const std::string& sentence, const Environment& environment) {
  if (flags.json) {
    *environment.err << ErrorJson(client::DescribeError(absl::InvalidArgumentError(sentence)))
                     << '\n';
    return kExitInput;
  }
  std::string command;
  for (const CLI::App* parsed : app.get_subcommands()) {
    command = parsed->get_name() + " ";
  }
  *environment.err << Say(lang, Msg::kUsageError, {Printable(sentence), command}) << '\n';
  return kExitInput;
}

std::string Program::Rep::Explain(const CLI::ParseError& error) const {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    for (const std::string& extra : app.remaining(true)) {
      return Say(lang, Msg::kUnexpectedArgument, {UnmarkQueryArgument(extra)});
    }
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    if (app.get_subcommands().empty()) {
      const std::vector<std::string> rest = app.remaining(true);
      return rest.empty() ? Say(lang, Msg::kMissingCommand)
                          : Say(lang, Msg::kUnknownCommand, {UnmarkQueryArgument(rest.front())});
    }
    for (const Entry& entry : commands) {
      if (!entry.app->parsed()) {
        continue;
      }
      for (const OptionModel& argument : entry.options->Model().arguments) {
        return Say(lang, Msg::kMissingArgument, {argument.label});
      }
    }
  }
  return Say(lang, Msg::kBadUsage, {error.what()});
}

Program::Program(Lang lang, size_t help_columns) : rep_(std::make_unique<Rep>(lang)) {
  Rep& rep = *rep_;
  rep.app.formatter(std::make_shared<HelpFormatter>(lang, help_columns));
  rep.app.require_subcommand(1, 1);
  rep.app.set_help_flag("-h,--help", std::string(Raw(lang, Msg::kHelpOption)));
  rep.app.set_version_flag("--version", absl::StrCat(kName, " ", ToAbsl(kVersion)),
                           std::string(Raw(lang, Msg::kVersionOption)));
  rep.app.footer(std::string(Raw(lang, Msg::kHelpAllFooter)));
  rep.AddGlobalOptions();
  rep.AddCommand(MakeFind());
  rep.AddCommand(MakeTheme());
  rep.AddCommand(MakeFigures());
  rep.AddCommand(MakeThemes());
  rep.AddCommand(MakeTrace());
  rep.AddCommand(MakeTag());
  rep.AddCommand(MakeVerify());
  rep.AddCommand(MakeReports());
  rep.AddCommand(MakeOutline());
  rep.AddCommand(MakeDiff());
  rep.AddCommand(MakeGet());
  rep.AddCommand(MakeImport());
  rep.AddCommand(MakeWithdraw());
  rep.AddCommand(MakeRestore());
  rep.AddCommand(MakeEmbargo());
  rep.AddCommand(MakePurge());
  rep.AddCommand(MakeDefects());
  rep.AddCommand(MakeAddDefect());
  rep.AddCommand(MakeEditDefect());
  rep.AddCommand(MakeRemoveDefect());
  rep.AddCommand(MakeExport());
  rep.AddCommand(MakeWatch());
  rep.AddCommand(MakeAudit());
  rep.AddCommand(MakeBackup());
  rep.AddCommand(MakeReload());
  rep.AddCommand(MakeStatus());
  rep.AddCommand(MakeHealth());
  rep.AddCommand(MakeCompletion(&rep.model));
  rep.AddCommand(MakeNames());

  rep.model.options = rep.global_options->Model().options;
  for (const Rep::Entry& entry : rep.commands) {
    if (!entry.command->Hidden()) {
      rep.model.commands.push_back(entry.options->Model());
    }
  }
}

Program::~Program() = default;

const ProgramModel& Program::model() const { return rep_->model; }

int Program::Run(const std::vector<std::string>& arguments, const Environment& environment) {
  Rep& rep = *rep_;
  // CLI11 takes them from the end.
  std::vector<std::string> reversed = MarkQueryArguments(arguments);
  std::reverse(reversed.begin(), reversed.end());
  try {
    rep.app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    *environment.out << rep.app.help();
    return kExitOk;
  } catch (const CLI::CallForVersion& version) {
    *environment.out << version.what() << '\n';
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    rep.flags.json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
    return rep.UsageError(rep.Explain(error), environment);
  }
  if (const absl::Status status = rep.global_options->Read(); !status.ok()) {
    return rep.UsageError(std::string(status.message()), environment);
  }
  for (const Rep::Entry& entry : rep.commands) {
    if (!entry.app->parsed()) {
      continue;
    }
    if (const absl::Status status = entry.options->Read(); !status.ok()) {
      return rep.UsageError(std::string(status.message()), environment);
    }
    absl::StatusOr<Settings> settings = ResolveSettings(rep.flags, environment, rep.lang);
    if (!settings.ok()) {
      return rep.UsageError(std::string(settings.status().message()), environment);
    }
    Context context(environment, *std::move(settings));
    return entry.command->Run(&context);
  }
  return kExitInput;
}

int RunQuotectl(const std::vector<std::string>& arguments, const Environment& environment) {
  Program program(EarlyLang(Peek(arguments, "--lang"), environment), environment.columns);
  return program.Run(arguments, environment);
}

}  // namespace quotes::ctl
