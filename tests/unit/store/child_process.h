#ifndef QUOTES_TESTS_UNIT_STORE_CHILD_PROCESS_H_
#define QUOTES_TESTS_UNIT_STORE_CHILD_PROCESS_H_

#include <sys/types.h>

#include <functional>
#include <string>

namespace quotes::testing {

// A forked child that runs `body` and exits with what it returned. `write_fd` takes what the child
// wants to tell. Killed, if it still runs, and reaped at the end of the object's life. REQUIRES:
// the test has no other threads.
class ChildProcess {
 public:
  explicit ChildProcess(const std::function<int(int write_fd)>& body);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Blocks for the next byte; false at the end of the child's output.
  bool ReadByte(char* byte);
  // Blocks until the child closes its end: the rest of its output.
  std::string ReadAll();
  void Kill();
  // The exit code, or -1 if a signal ended it.
  int Wait();

 private:
  pid_t pid_ = -1;
  int read_fd_ = -1;
};

// Writes all of `text`; for use in the child.
void WriteAll(int fd, const std::string& text);

// Runs `body` as a user without privileges and returns what it wrote. As root it becomes "nobody"
// first: root may write everywhere.
std::string RunUnprivileged(const std::function<std::string()>& body);

}  // namespace quotes::testing

#endif  // QUOTES_TESTS_UNIT_STORE_CHILD_PROCESS_H_
