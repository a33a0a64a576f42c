#ifndef QUOTES_CLIENT_CTL_INTERRUPT_H_
#define QUOTES_CLIENT_CTL_INTERRUPT_H_

namespace quotes::ctl {

// While it lives the first SIGINT, SIGTERM or SIGHUP ends nothing but is noted, so that a command
// can end in order; the second one ends the process. One at a time in a process; signals that were
// ignored before stay so.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // The signal that came, 0 for none. Thread-safe.
  static int signal();
};

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_INTERRUPT_H_
