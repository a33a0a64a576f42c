#ifndef QUOTES_CLIENT_CTL_COMMAND_H_
#define QUOTES_CLIENT_CTL_COMMAND_H_

#include <memory>
#include <string>
#include <vector>

#include "client/ctl/context.h"
#include "client/ctl/messages.h"
#include "client/ctl/options.h"

namespace quotes::ctl {

// One command of quotectl. Used once: Define, then Run after the options were read.
class Command {
 public:
  virtual ~Command() = default;
  virtual std::string Name() const = 0;
  virtual Msg About() const = 0;
  // Command lines, without comments: they are the same in both languages.
  virtual std::vector<std::string> Examples() const = 0;
  virtual bool Hidden() const { return false; }
  virtual void Define(Options* options) = 0;
  virtual ExitCode Run(Context* context) = 0;
};

std::unique_ptr<Command> MakeFind();
std::unique_ptr<Command> MakeTheme();
std::unique_ptr<Command> MakeThemes();
std::unique_ptr<Command> MakeTag();
std::unique_ptr<Command> MakeFigures();
std::unique_ptr<Command> MakeTrace();
std::unique_ptr<Command> MakeVerify();
std::unique_ptr<Command> MakeReports();
std::unique_ptr<Command> MakeOutline();
std::unique_ptr<Command> MakeDiff();
std::unique_ptr<Command> MakeGet();
std::unique_ptr<Command> MakeImport();
std::unique_ptr<Command> MakeWithdraw();
std::unique_ptr<Command> MakeRestore();
std::unique_ptr<Command> MakeEmbargo();
std::unique_ptr<Command> MakePurge();
std::unique_ptr<Command> MakeDefects();
std::unique_ptr<Command> MakeAddDefect();
std::unique_ptr<Command> MakeEditDefect();
std::unique_ptr<Command> MakeRemoveDefect();
std::unique_ptr<Command> MakeExport();
std::unique_ptr<Command> MakeAudit();
std::unique_ptr<Command> MakeWatch();
std::unique_ptr<Command> MakeBackup();
std::unique_ptr<Command> MakeReload();
std::unique_ptr<Command> MakeStatus();
std::unique_ptr<Command> MakeHealth();
// `program` is filled after all commands were defined and outlives the command.
std::unique_ptr<Command> MakeCompletion(const ProgramModel* program);
std::unique_ptr<Command> MakeNames();

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_COMMAND_H_
