#ifndef QUOTES_CLIENT_CTL_COMPLETION_H_
#define QUOTES_CLIENT_CTL_COMPLETION_H_

#include <string>

#include "client/ctl/options.h"

namespace quotes::ctl {

// Completion scripts, made from the command line itself. Report ids and theme codes are asked from
// the service while the user types, with the --server or --database already on the line and a short
// time limit.
std::string BashCompletion(const ProgramModel& program);
std::string ZshCompletion(const ProgramModel& program);
std::string FishCompletion(const ProgramModel& program);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_COMPLETION_H_
