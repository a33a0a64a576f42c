#include "client/ctl/interrupt.h"

#include <signal.h>

#include <array>
#include <atomic>
#include <cstddef>

namespace quotes::ctl {
namespace {

constexpr std::array<int, 3> kSignals = {SIGHUP, SIGINT, SIGTERM};

std::atomic<int> noted = 0;
std::array<struct sigaction, kSignals.size()> held_actions;

// Makes only calls that a signal handler may make. The next signal does what it did before.
extern "C" void Note(int signal) {
  noted = signal;
  for (size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &held_actions[i], nullptr);
  }
}

}  // namespace

Interrupt::Interrupt() {
  noted = 0;
  for (size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], nullptr, &held_actions[i]);
  }
  for (size_t i = 0; i < kSignals.size(); ++i) {
    if (held_actions[i].sa_handler != SIG_IGN) {
      struct sigaction action = {};
      action.sa_handler = Note;
      action.sa_flags = SA_RESTART;
      sigaction(kSignals[i], &action, nullptr);
    }
  }
}

Interrupt::~Interrupt() {
  for (size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &held_actions[i], nullptr);
  }
}

int Interrupt::signal() { return noted; }

}  // namespace quotes::ctl
