#ifndef QUOTES_SERVICE_THEMES_TAG_H_
#define QUOTES_SERVICE_THEMES_TAG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "service/report/report.h"
#include "service/themes/scheme.h"

namespace quotes::themes {

enum class TagAction : uint8_t {
  kPin = 1,    // the quote has the theme, whatever the rules say
  kRemove = 2  // the quote has neither the theme nor any below it, unless that one is pinned
};

// What an editor said of a quote and a theme. It holds for the quote's id and the theme's code, so
// that it outlives imports and schemes; where there is no such quote or theme it waits.
struct Tag {
  std::string quote_id;
  std::string theme;  // code
  TagAction action = TagAction::kPin;
  absl::Time time;  // when it was said, to the microsecond

  friend bool operator==(const Tag&, const Tag&) = default;
};

// The themes of every quote by the scheme's rules and what editors said: Scheme::Assign, without
// what was removed, and with what was pinned at the head of its quote's themes. Tags are of one
// report; each quote has at most one for a theme.
std::vector<std::vector<Assignment>> AssignTagged(const Scheme& scheme,
                                                  const report::ParsedReport& report,
                                                  const std::vector<Tag>& tags);

}  // namespace quotes::themes

#endif  // QUOTES_SERVICE_THEMES_TAG_H_
