#ifndef QUOTES_SERVICE_EXTRACT_SANDBOX_H_
#define QUOTES_SERVICE_EXTRACT_SANDBOX_H_

#include <string_view>

// What the worker takes from itself before it looks at a source. Each function returns an empty
// string, or what could not be taken: the worker then reads nothing.
namespace quotes::extract {

// Address space, processor time, open files, no growing files, no core dumps; no new privileges;
// and it ends with the process that started it.
std::string_view LimitResources();

// How much of the system is left to a process and to what it starts. None can open a socket, trace
// or signal another, change the file system or escape into a namespace.
enum class Confinement {
  // May read files and start programs.
  kParent,
  // May read files and replace itself with a program, but have no child: fonts and maps of
  // characters are files.
  kChild,
  // May only compute and write to what is open.
  kAlone
};

// Adds a system call filter for the rest of the process's life; filters add up.
std::string_view Confine(Confinement confinement);

}  // namespace quotes::extract

#endif  // QUOTES_SERVICE_EXTRACT_SANDBOX_H_
