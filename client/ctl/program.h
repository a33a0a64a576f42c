#ifndef QUOTES_CLIENT_CTL_PROGRAM_H_
#define QUOTES_CLIENT_CTL_PROGRAM_H_

#include <memory>
#include <string>
#include <vector>

#include "client/ctl/command.h"
#include "client/ctl/environment.h"
#include "client/ctl/options.h"
#include "client/ctl/settings.h"

namespace quotes::ctl {

// The command line with all its commands.
class Program {
 public:
  Program(Lang lang, size_t help_columns);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Parses and runs; to be called once.
  int Run(const std::vector<std::string>& arguments, const Environment& environment);

  const ProgramModel& model() const;

 private:
  struct Rep;
  const std::unique_ptr<Rep> rep_;
};

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_PROGRAM_H_
