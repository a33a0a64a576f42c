#ifndef QUOTES_SERVICE_LIBRARY_EMBARGO_CLOCK_H_
#define QUOTES_SERVICE_LIBRARY_EMBARGO_CLOCK_H_

#include <optional>

#include "absl/time/time.h"

namespace quotes {

// Tells what time it is to whoever releases what is held back. What is released too early cannot be
// taken back, so that a clock that is set forward while the program runs is believed only when it
// has stayed so for a while: what would be due by the jump alone waits that long, and nothing is
// released when the clock is put right before. A clock that is set back is believed at once, as is
// the first look at it.
class EmbargoClock {
 public:
  // How long a clock that was set forward must stay so.
  static constexpr absl::Duration kTrial = absl::Minutes(1);
  // Clocks that are kept right drift and are nudged by less.
  static constexpr absl::Duration kNudge = absl::Seconds(1);

  // The time to be believed, of what the clock shows and of a clock that nobody sets and that goes
  // on while the machine sleeps.
  absl::Time Now(absl::Time shown, absl::Duration steady);
  // The same of the clocks of this machine.
  absl::Time Now();
  // Whether the clock is ahead of what is believed.
  bool on_trial() const { return trial_.has_value(); }

 private:
  struct Trial {
    absl::Time zero;       // as below, by the clock on trial
    absl::Duration begun;  // by the steady clock
  };

  std::optional<absl::Time> zero_;  // what is believed to have been the time at steady zero
  std::optional<Trial> trial_;
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_EMBARGO_CLOCK_H_
