#include "client/ctl/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "client/ctl/program.h"
#include "tests/support/test_data.h"

namespace quotes::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Runs a command; its output, and whether it ended with 0.
struct Shell {
  explicit Shell(const std::string& command) {
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    std::array<char, 4096> buffer;
    for (size_t size = 0; (size = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
      output.append(buffer.data(), size);
    }
    ok = pclose(pipe) == 0;
  }
  std::string output;
  bool ok = false;
};

bool Installed(const std::string& program) { return Shell("command -v " + program).ok; }

class CompletionTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = (dir_.path() / name).string();
    std::ofstream(path) << text;
    return path;
  }

  quotes::testing::TempDir dir_;
  Program program_{Lang::kEnglish, 80};
};

TEST_F(CompletionTest, EveryCommandAndOptionIsInEveryScript) {
  const ProgramModel& model = program_.model();
  ASSERT_GE(model.commands.size(), 10U);
  for (const std::string& script :
       {BashCompletion(model), ZshCompletion(model), FishCompletion(model)}) {
    for (const CommandModel& command : model.commands) {
      EXPECT_THAT(script, HasSubstr(command.name));
      for (const OptionModel& option : command.options) {
        for (const std::string& name : option.names) {
          // fish writes names without dashes.
          EXPECT_THAT(script, HasSubstr(name.substr(name.find_first_not_of('-'))));
        }
      }
    }
    EXPECT_THAT(script, HasSubstr("timeout"));
    EXPECT_THAT(script, HasSubstr("situation"));
  }
  for (const CommandModel& command : model.commands) {
    EXPECT_NE(command.name, "complete-names") << "it is no command for people";
  }
}

// Completes the last word of a line by sourcing the script in bash. `quotectl` is a stand-in that
// prints its arguments, as the script asks the real one for ids.
TEST_F(CompletionTest, BashCompletes) {
  const std::string script = Write("quotectl.bash", BashCompletion(program_.model()));
  ASSERT_TRUE(Shell("bash -n " + script).ok) << Shell("bash -n " + script).output;
  const std::string stand_in = Write("quotectl", "#!/bin/sh\necho \"id-$*\" | tr ' ' '_'\n");
  ASSERT_TRUE(Shell("chmod +x " + stand_in).ok);
  const auto complete = [&](const std::string& words, int index) {
    return Shell("bash -c 'source " + script + "; COMP_WORDS=(" + words + "); COMP_CWORD=" +
                 std::to_string(index) + "; _quotectl; echo \"${COMPREPLY[*]}\"'")
        .output;
  };
  EXPECT_EQ(complete("quotectl rep", 1), "reports\n");
  EXPECT_EQ(complete("quotectl --json th", 2), "theme themes\n");
  EXPECT_EQ(complete("quotectl --server a:1 out", 3), "outline\n");
  EXPECT_EQ(complete("quotectl find 党 --ord", 3), "--order\n");
  EXPECT_EQ(complete("quotectl find 党 --order r", 4), "reading relevance\n");
  EXPECT_EQ(complete("quotectl find 党 --database x.db --col", 5), "--color\n");
  EXPECT_EQ(complete("quotectl completion z", 2), "zsh\n");
  EXPECT_EQ(complete(stand_in + " --server a:1 outline id", 4),
            "id---server_a:1_--timeout_1_complete-names_reports\n");
  EXPECT_EQ(complete(stand_in + " theme id", 2), "id---timeout_1_complete-names_themes\n");
  EXPECT_EQ(complete("quotectl import " + script.substr(0, script.size() - 3), 2), script + "\n");
}

TEST_F(CompletionTest, ZshReadsItsScript) {
  if (!Installed("zsh")) {
    GTEST_SKIP() << "zsh is not installed";
  }
  const std::string script = Write("_quotectl", ZshCompletion(program_.model()));
  const Shell check("zsh -n " + script);
  EXPECT_TRUE(check.ok) << check.output;
  const Shell load("zsh -fc 'autoload -U compinit && compinit -D -u && source " + script +
                   " && [[ ${_comps[quotectl]} == _quotectl ]]'");
  EXPECT_TRUE(load.ok) << load.output;
}

TEST_F(CompletionTest, FishReadsItsScriptAndCompletes) {
  if (!Installed("fish")) {
    GTEST_SKIP() << "fish is not installed";
  }
  const std::string script = Write("quotectl.fish", FishCompletion(program_.model()));
  const Shell check("fish --no-execute " + script);
  EXPECT_TRUE(check.ok) << check.output;
  EXPECT_THAT(Shell("HOME=" + dir_.path().string() + " fish -c 'source " + script +
                    "; complete -C \"quotectl find --ord\"'")
                  .output,
              HasSubstr("--order"));
}

}  // namespace
}  // namespace quotes::ctl
