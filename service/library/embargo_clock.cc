#include "service/library/embargo_clock.h"

#include <time.h>

#include "absl/time/clock.h"

namespace quotes {

absl::Time EmbargoClock::Now(absl::Time shown, absl::Duration steady) {
  const absl::Time zero = shown - steady;
  // Nudges forward add up to no jump: each is small beside the time between two looks.
  const bool believed = !zero_.has_value() || zero <= *zero_ + kNudge;
  const bool goes_on =
      trial_.has_value() && zero <= trial_->zero + kNudge && zero >= trial_->zero - kNudge;
  if (believed || (goes_on && steady - trial_->begun >= kTrial)) {
    zero_ = zero;
    trial_.reset();
  } else if (!goes_on) {
    trial_ = Trial{zero, steady};
  }
  return *zero_ + steady;
}

absl::Time EmbargoClock::Now() {
  timespec steady = {};
  clock_gettime(CLOCK_BOOTTIME, &steady);
  return Now(absl::Now(), absl::DurationFromTimespec(steady));
}

}  // namespace quotes
