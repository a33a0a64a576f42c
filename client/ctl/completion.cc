#include "client/ctl/completion.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/ctl/command.h"
#include "service/base/absl_string.h"

namespace quotes::ctl {
namespace {

// Between single quotation marks of a shell (bash, zsh).
std::string Quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out.push_back(c);
    }
  }
  return out + "'";
}

// Between single quotation marks of fish, where a backslash counts.
std::string FishQuoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') {
      out.push_back('\\');
    }
    out.push_back(c);
  }
  return out + "'";
}

// The first sentence's worth of a description, for one line of a menu.
std::string Brief(std::string_view text) {
  return std::string(text.substr(0, text.find_first_of(":;\n")));
}

std::string Words(const std::vector<OptionModel>& options) {
  std::vector<std::string> words;
  for (const OptionModel& option : options) {
    words.insert(words.end(), option.names.begin(), option.names.end());
  }
  words.emplace_back("--help");
  return absl::StrJoin(words, " ");
}

std::string CommandNames(const ProgramModel& program) {
  return absl::StrJoin(program.commands, " ", [](std::string* out, const CommandModel& command) {
    out->append(command.name);
  });
}

std::vector<OptionModel> AllOptions(const ProgramModel& program, const CommandModel& command) {
  std::vector<OptionModel> all = command.options;
  all.insert(all.end(), program.options.begin(), program.options.end());
  return all;
}

// bash: the line that fills COMPREPLY for a value.
std::string BashValue(const OptionModel& option) {
  switch (option.kind) {
    case ValueKind::kFile:
      return "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); compopt -o filenames 2>/dev/null";
    case ValueKind::kReport:
      return "mapfile -t COMPREPLY < <(compgen -W \"$(_quotectl_names reports)\" -- \"$cur\")";
    case ValueKind::kWithdrawnReport:
      return "mapfile -t COMPREPLY < <(compgen -W \"$(_quotectl_names withdrawn)\" -- \"$cur\")";
    case ValueKind::kTheme:
      return "mapfile -t COMPREPLY < <(compgen -W \"$(_quotectl_names themes)\" -- \"$cur\")";
    case ValueKind::kChoice:
      return absl::StrCat("mapfile -t COMPREPLY < <(compgen -W ",
                          Quoted(absl::StrJoin(option.choices, " ")), " -- \"$cur\")");
    case ValueKind::kText:
      return "COMPREPLY=()";
  }
  return {};
}

// zsh: the action of _arguments.
std::string ZshAction(const OptionModel& option) {
  switch (option.kind) {
    case ValueKind::kFile:
      return "_files";
    case ValueKind::kReport:
      return "_quotectl_reports";
    case ValueKind::kWithdrawnReport:
      return "_quotectl_withdrawn";
    case ValueKind::kTheme:
      return "_quotectl_themes";
    case ValueKind::kChoice:
      return absl::StrCat("(", absl::StrJoin(option.choices, " "), ")");
    case ValueKind::kText:
      // Nothing to offer; an empty action would show a message and insert no option either.
      return "()";
  }
  return {};
}

// Text inside [...] or :...: of a zsh specification.
std::string ZshText(std::string_view text) {
  std::string out;
  for (const char c : Brief(text)) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') {
      out.push_back('\\');
    }
    out.push_back(c);
  }
  return out;
}

std::string ZshOption(const OptionModel& option) {
  std::string out;
  for (const std::string& name : option.names) {
    // A repeatable option is offered again.
    std::string spec =
        absl::StrCat(option.repeatable ? "*" : "", name, "[", ZshText(option.description), "]");
    if (option.takes_value) {
      absl::StrAppend(&spec, ":", ZshText(option.label), ":", ZshAction(option));
    }
    absl::StrAppend(&out, " \\\n        ", Quoted(spec));
  }
  return out;
}

std::string FishArguments(const OptionModel& option) {
  switch (option.kind) {
    case ValueKind::kFile:
      return " -F";
    case ValueKind::kReport:
      return " -x -a '(__quotectl_names reports)'";
    case ValueKind::kWithdrawnReport:
      return " -x -a '(__quotectl_names withdrawn)'";
    case ValueKind::kTheme:
      return " -x -a '(__quotectl_names themes)'";
    case ValueKind::kChoice:
      return absl::StrCat(" -x -a ", FishQuoted(absl::StrJoin(option.choices, " ")));
    case ValueKind::kText:
      return " -x";
  }
  return {};
}

void FishOption(std::string_view condition, const OptionModel& option, std::string* out) {
  absl::StrAppend(out, "complete -c quotectl");
  if (!condition.empty()) {
    absl::StrAppend(out, " -n ", FishQuoted(condition));
  }
  for (const std::string& name : option.names) {
    const bool is_long = name.starts_with("--");
    absl::StrAppend(out, is_long ? " -l " : " -s ", name.substr(is_long ? 2 : 1));
  }
  if (option.takes_value) {
    absl::StrAppend(out, FishArguments(option));
  }
  absl::StrAppend(out, " -d ", FishQuoted(Brief(option.description)), "\n");
}

class Completion : public Command {
 public:
  explicit Completion(const ProgramModel* program) : program_(program) {}
  std::string Name() const override { return "completion"; }
  Msg About() const override { return Msg::kCmdCompletion; }
  std::vector<std::string> Examples() const override {
    return {"source <(quotectl completion bash)",
            "quotectl completion zsh > \"${fpath[1]}/_quotectl\"",
            "quotectl completion fish > ~/.config/fish/completions/quotectl.fish"};
  }
  void Define(Options* options) override {
    options->Argument("SHELL", &shell_, Msg::kOptShell,
                      {.kind = ValueKind::kChoice, .choices = {"bash", "zsh", "fish"}});
  }
  ExitCode Run(Context* context) override {
    context->out() << (shell_ == "bash"  ? BashCompletion(*program_)
                       : shell_ == "zsh" ? ZshCompletion(*program_)
                                         : FishCompletion(*program_));
    return kExitOk;
  }

 private:
  const ProgramModel* const program_;
  std::string shell_;
};

}  // namespace

std::string BashCompletion(const ProgramModel& program) {
  std::string out = R"sh(# bash completion for quotectl; made by: quotectl completion bash

# Ids from the service that the line so far names; nothing when it does not answer.
_quotectl_names() {
  local target=() i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${COMP_WORDS[i]}" in
      --server | --database) target=("${COMP_WORDS[i]}" "${COMP_WORDS[i + 1]}") ;;
    esac
  done
  "${COMP_WORDS[0]}" "${target[@]}" --timeout 1 complete-names "$1" 2>/dev/null
}

_quotectl() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev='' command='' i skip=''
  ((COMP_CWORD > 0)) && prev=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ -n $skip ]]; then
      skip=''
      continue
    fi
    case "${COMP_WORDS[i]}" in
)sh";
  std::vector<std::string> global_values;
  for (const OptionModel& option : program.options) {
    if (option.takes_value) {
      global_values.insert(global_values.end(), option.names.begin(), option.names.end());
    }
  }
  absl::StrAppend(&out, "      ", absl::StrJoin(global_values, " | "), ") skip=1 ;;\n");
  absl::StrAppend(&out, "      -*) ;;\n");
  absl::StrAppend(&out, "      *)\n        command=${COMP_WORDS[i]}\n        break\n        ;;\n");
  absl::StrAppend(&out, "    esac\n  done\n  case \"$command\" in\n");
  const auto section = [&](std::string_view pattern, const std::vector<OptionModel>& options,
                           std::string_view words, const std::vector<OptionModel>& arguments) {
    absl::StrAppend(&out, "    ", ToAbsl(pattern), ")\n      case \"$prev\" in\n");
    for (const OptionModel& option : options) {
      if (option.takes_value) {
        absl::StrAppend(&out, "        ", absl::StrJoin(option.names, " | "), ")\n          ",
                        BashValue(option), "\n          return\n          ;;\n");
      }
    }
    absl::StrAppend(&out, "      esac\n      if [[ $cur == -* ]]; then\n",
                    "        mapfile -t COMPREPLY < <(compgen -W ", Quoted(Words(options)),
                    " -- \"$cur\")\n        return\n      fi\n");
    if (!words.empty()) {
      absl::StrAppend(&out, "      mapfile -t COMPREPLY < <(compgen -W ", Quoted(words),
                      " -- \"$cur\")\n");
    } else if (!arguments.empty()) {
      absl::StrAppend(&out, "      ", BashValue(arguments.front()), "\n");
    }
    absl::StrAppend(&out, "      ;;\n");
  };
  section("''", program.options, CommandNames(program), {});
  for (const CommandModel& command : program.commands) {
    section(command.name, AllOptions(program, command), "", command.arguments);
  }
  absl::StrAppend(&out, "  esac\n}\n\ncomplete -F _quotectl quotectl\n");
  return out;
}

std::string ZshCompletion(const ProgramModel& program) {
  std::string out = R"sh(#compdef quotectl
# zsh completion for quotectl; made by: quotectl completion zsh

# Ids from the service that the line so far names; nothing when it does not answer.
_quotectl_names() {
  local -a target names
  local i
  for ((i = 2; i < $#whole; i++)); do
    case $whole[i] in
      --server | --database) target=($whole[i] $whole[i+1]) ;;
    esac
  done
  names=(${(f)"$(quotectl $target --timeout 1 complete-names $1 2>/dev/null)"})
  compadd -a names
}
_quotectl_reports() { _quotectl_names reports }
_quotectl_withdrawn() { _quotectl_names withdrawn }
_quotectl_themes() { _quotectl_names themes }

_quotectl() {
  local context state line
  # _arguments cuts the words before the command off.
  local -a commands whole=($words)
  commands=(
)sh";
  for (const CommandModel& command : program.commands) {
    absl::StrAppend(&out, "    ",
                    Quoted(absl::StrCat(command.name, ":", ZshText(command.description))), "\n");
  }
  absl::StrAppend(&out, "  )\n  _arguments -C");
  for (const OptionModel& option : program.options) {
    absl::StrAppend(&out, ZshOption(option));
  }
  absl::StrAppend(&out, " \\\n        '--help[", "help", "]'", " \\\n        '1: :->command'",
                  " \\\n        '*:: :->rest'\n");
  absl::StrAppend(&out,
                  "  case $state in\n    command) _describe -t commands command commands ;;\n",
                  "    rest)\n      case $line[1] in\n");
  for (const CommandModel& command : program.commands) {
    absl::StrAppend(&out, "      ", command.name, ")\n        _arguments");
    for (const OptionModel& option : AllOptions(program, command)) {
      absl::StrAppend(&out, ZshOption(option));
    }
    absl::StrAppend(&out, " \\\n        '--help[help]'");
    for (const OptionModel& argument : command.arguments) {
      absl::StrAppend(&out, " \\\n        ",
                      Quoted(absl::StrCat(argument.repeatable ? "*" : "1", ":",
                                          ZshText(argument.label), ":", ZshAction(argument))));
    }
    absl::StrAppend(&out, "\n        ;;\n");
  }
  absl::StrAppend(&out, "      esac\n      ;;\n  esac\n}\n\n",
                  // Sourced, the file registers itself; on fpath, zsh calls it to complete.
                  "if [[ $funcstack[1] == _quotectl ]]; then\n  _quotectl \"$@\"\nelse\n",
                  "  compdef _quotectl quotectl\nfi\n");
  return out;
}

std::string FishCompletion(const ProgramModel& program) {
  std::string out = R"sh(# fish completion for quotectl; made by: quotectl completion fish

# Ids from the service that the line so far names; nothing when it does not answer.
function __quotectl_names
    set -l target
    set -l words (commandline -opc)
    for i in (seq 2 (count $words))
        if contains -- $words[$i] --server --database
            set target $words[$i] $words[(math $i + 1)]
        end
    end
    quotectl $target --timeout 1 complete-names $argv[1] 2>/dev/null
end

complete -c quotectl -f
)sh";
  for (const OptionModel& option : program.options) {
    FishOption("", option, &out);
  }
  absl::StrAppend(&out, "complete -c quotectl -s h -l help\n");
  for (const CommandModel& command : program.commands) {
    absl::StrAppend(&out, "complete -c quotectl -n __fish_use_subcommand -a ", command.name, " -d ",
                    FishQuoted(Brief(command.description)), "\n");
  }
  for (const CommandModel& command : program.commands) {
    const std::string condition = absl::StrCat("__fish_seen_subcommand_from ", command.name);
    for (const OptionModel& option : command.options) {
      FishOption(condition, option, &out);
    }
    for (const OptionModel& argument : command.arguments) {
      if (argument.kind != ValueKind::kText) {
        absl::StrAppend(&out, "complete -c quotectl -n ", FishQuoted(condition),
                        FishArguments(argument), "\n");
      }
    }
  }
  return out;
}

std::unique_ptr<Command> MakeCompletion(const ProgramModel* program) {
  return std::make_unique<Completion>(program);
}

}  // namespace quotes::ctl
