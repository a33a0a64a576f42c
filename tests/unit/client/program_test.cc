#include "client/ctl/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "client/ctl/context.h"

namespace quotes::ctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct Result {
  int code = 0;
  std::string out;
  std::string err;
};

Result Quotectl(const std::vector<std::string>& arguments,
                const std::map<std::string, std::string>& variables = {}) {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  Environment environment;
  environment.in = &in;
  environment.out = &out;
  environment.err = &err;
  environment.variable = [&](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  const int code = RunQuotectl(arguments, environment);
  return {code, out.str(), err.str()};
}

TEST(ProgramTest, HelpGoesToStdoutAndSucceeds) {
  const Result result = Quotectl({"--help"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, "");
  for (const char* word : {"find", "theme", "figures", "themes", "trace", "reports", "outline",
                           "diff", "get", "import", "withdraw", "restore", "export", "status",
                           "health", "completion", "--database", "Exit codes"}) {
    EXPECT_THAT(result.out, HasSubstr(word));
  }
  EXPECT_THAT(result.out, Not(HasSubstr("complete-names")));
  EXPECT_THAT(Quotectl({"--version"}).out, StartsWith("quotectl "));
}

TEST(ProgramTest, EveryCommandHasHelpWithExamplesInBothLanguages) {
  const Program program(Lang::kEnglish, 80);
  for (const CommandModel& command : program.model().commands) {
    const Result english = Quotectl({command.name, "--help"});
    EXPECT_EQ(english.code, 0);
    EXPECT_THAT(english.out, AllOf(HasSubstr("Usage: quotectl " + command.name),
                                   HasSubstr("Examples:\n"), HasSubstr("--server")));
    const Result chinese = Quotectl({"--lang", "zh", command.name, "--help"});
    EXPECT_EQ(chinese.code, 0);
    EXPECT_THAT(chinese.out, AllOf(HasSubstr("用法： quotectl " + command.name),
                                   HasSubstr("示例：\n"), HasSubstr("--server")));
  }
}

TEST(ProgramTest, HelpFitsTheTerminal) {
  const Program program(Lang::kEnglish, 80);
  for (const CommandModel& command : program.model().commands) {
    for (const char* lang : {"en", "zh"}) {
      std::istringstream lines(Quotectl({"--lang", lang, command.name, "--help"}).out);
      bool examples = false;
      for (std::string line; std::getline(lines, line);) {
        examples = examples || line == "Examples:" || line == "示例：";
        EXPECT_TRUE(examples || Columns(line) <= 80) << line;
      }
    }
  }
}

TEST(ProgramTest, UsageErrorsAreNamedAndEndWithTwo) {
  const std::map<std::vector<std::string>, std::string> cases = {
      {{}, "no command given"},
      {{"frobnicate"}, "unknown command: frobnicate"},
      {{"find"}, "missing: QUERY"},
      {{"outline"}, "missing: REPORT"},
      {{"outline", "a", "b"}, "unexpected argument: b"},
      {{"find", "党", "--frobnicate"}, "unexpected argument: --frobnicate"},
      {{"find", "党", "--limit", "0"}, "--limit must be a number from 1"},
      {{"find", "党", "--limit", "many"}, "--limit must be a number from 1"},
      {{"find", "党", "--context", "6"}, "--context must be a number from 0 to 5"},
      {{"find", "党", "--mode", "mood"}, "--mode must be one of review, problem"},
      {{"find", "党", "--order", "oldest"}, "--order must be one of newest"},
      {{"--lang", "fr", "reports"}, "--lang must be one of en, zh"},
      {{"--color", "red", "reports"}, "--color must be one of auto"},
      {{"--timeout", "soon", "reports"}, "soon is no time limit"},
      {{"--server", "a:1", "--database", "b", "reports"}, "exclude each other"},
      {{"completion", "tcsh"}, "SHELL must be one of bash, zsh, fish"},
  };
  for (const auto& [arguments, sentence] : cases) {
    const Result result = Quotectl(arguments);
    EXPECT_EQ(result.code, kExitInput) << sentence;
    EXPECT_EQ(result.out, "") << sentence;
    EXPECT_THAT(result.err, StartsWith("quotectl: ")) << sentence;
    EXPECT_THAT(result.err, HasSubstr(sentence));
    EXPECT_THAT(result.err, HasSubstr("--help"));
  }
}

TEST(ProgramTest, SpeaksChineseWhenAskedOrByLocale) {
  EXPECT_THAT(Quotectl({"--lang", "zh", "frobnicate"}).err, HasSubstr("未知的命令：frobnicate"));
  EXPECT_THAT(Quotectl({"frobnicate", "--lang=zh"}).err, HasSubstr("未知的命令"));
  EXPECT_THAT(Quotectl({"frobnicate"}, {{"LANG", "zh_CN.UTF-8"}}).err, HasSubstr("未知的命令"));
  EXPECT_THAT(Quotectl({"frobnicate"}, {{"LANG", "de_DE.UTF-8"}}).err,
              HasSubstr("unknown command"));
}

TEST(ProgramTest, UsageErrorsAreJsonWhenAsked) {
  const Result result = Quotectl({"find", "--json"});
  EXPECT_EQ(result.code, kExitInput);
  EXPECT_THAT(result.err, StartsWith(R"({"code":"INVALID_ARGUMENT","reason":"","message":")"));
}

TEST(ProgramTest, AServerThatIsNotThereIsAServiceError) {
  const Result result = Quotectl({"find", "党", "--server", "127.0.0.1:1"});
  EXPECT_EQ(result.code, kExitService);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("127.0.0.1:1 does not answer"));
  EXPECT_THAT(Quotectl({"status", "--json"}, {{"QUOTES_SERVER", "127.0.0.1:1"}}).err,
              StartsWith(R"({"code":"UNAVAILABLE",)"));
}

TEST(ProgramTest, ADatabaseThatIsNotThereIsAnInputError) {
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"find", "党"}, {"reports"}, {"outline", "a"}, {"status"}, {"get", "reports/a"}}) {
    std::vector<std::string> arguments = {"--database", "/nonexistent/quotes.db"};
    arguments.insert(arguments.end(), command.begin(), command.end());
    const Result result = Quotectl(arguments);
    EXPECT_EQ(result.code, kExitInput);
    EXPECT_THAT(result.err, HasSubstr("there is no database /nonexistent/quotes.db"));
  }
}

// Subcommand names are ordinary words behind a command.
TEST(ProgramTest, AQueryMayBeTheNameOfACommand) {
  const Result result =
      Quotectl({"--server", "127.0.0.1:1", "--timeout", "0.2", "find", "themes", "status"});
  EXPECT_EQ(result.code, kExitService);
}

TEST(ProgramTest, AQueryMayBeSeveralArguments) {
  for (const std::vector<std::string>& query : std::vector<std::vector<std::string>>{
           {"园区", "-纺织", "-n", "3"}, {"-n", "3", "--", "园区", "-GDP"}, {"[a,b]", "(党)"}}) {
    std::vector<std::string> arguments = {"--server", "127.0.0.1:1", "--timeout", "0.2", "find"};
    arguments.insert(arguments.end(), query.begin(), query.end());
    EXPECT_EQ(Quotectl(arguments).code, kExitService) << query.front();
  }
}

TEST(OptionsTest, ArgumentsOfAQueryAreNotOptions) {
  const std::vector<std::string> typed = {"find",  "园区", "-纺织", "-\"a b\"", "-(a)",
                                          "--all", "-n",   "--",    "-GDP",     "-党"};
  const std::vector<std::string> marked = MarkQueryArguments(typed);
  ASSERT_EQ(marked.size(), typed.size());
  for (size_t i = 0; i < typed.size(); ++i) {
    EXPECT_EQ(UnmarkQueryArgument(marked[i]), typed[i]);
    EXPECT_EQ(marked[i] != typed[i], i == 2 || i == 3 || i == 4) << typed[i];
  }
}

}  // namespace
}  // namespace quotes::ctl
