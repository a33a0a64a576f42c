#include "service/library/embargo_clock.h"

#include <time.h>

#include "absl/time/clock.h"

namespace quotes {

absl::Time EmbargoClock::Now(absl::Time shown, absl::Duration steady) {
  const absl::Time zero = shown - steady;
  if (!zero_.has_value() || zero <= *zero_ + kNudge) {
    // Nudges forward add up to no jump: each is small beside the time between two looks.
    zero_ = zero;
    trial_.reset();
  } else if (!trial_.has_value() || zero > trial_->zero + kNudge || zero < trial_->zero - kNudge) {
    trial_ = Trial{zero, steady};
  } else if (steady - trial_->begun >= kTrial) {
    zero_ = zero;
    trial_.reset();
  }
  return *zero_ + steady;
}

absl::Time EmbargoClock::Now() {
  timespec steady = {};
  clock_gettime(CLOCK_BOOTTIME, &steady);
  return Now(absl::Now(), absl::DurationFromTimespec(steady));
}

}  // namespace quotes
