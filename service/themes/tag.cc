#include "service/themes/tag.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace quotes::themes {
namespace {

// What is said of one quote, as indices of the scheme.
struct Said {
  std::vector<int> pinned;   // ascending
  std::vector<int> removed;  // with the themes below
};

}  // namespace

std::vector<std::vector<Assignment>> AssignTagged(const Scheme& scheme,
                                                  const report::ParsedReport& report,
                                                  const std::vector<Tag>& tags) {
  std::vector<std::vector<Assignment>> assigned = scheme.Assign(report);
  absl::flat_hash_map<std::string_view, Said> said;
  for (const Tag& tag : tags) {
    const int theme = scheme.Find(tag.theme);
    if (theme < 0) {
      continue;
    }
    Said& of_quote = said[tag.quote_id];
    if (tag.action == TagAction::kPin) {
      of_quote.pinned.push_back(theme);
    } else {
      const std::vector<int> below = scheme.WithDescendants(theme);
      of_quote.removed.insert(of_quote.removed.end(), below.begin(), below.end());
    }
  }
  for (size_t i = 0; i < assigned.size() && !said.empty(); ++i) {
    const auto found = said.find(report.quotes[i].id);
    if (found == said.end()) {
      continue;
    }
    Said& of_quote = found->second;
    std::sort(of_quote.pinned.begin(), of_quote.pinned.end());
    std::vector<Assignment> kept;
    for (const int theme : of_quote.pinned) {
      kept.push_back({theme, 1.0, {}, {}, Origin::kEditor});
    }
    for (Assignment& assignment : assigned[i]) {
      const auto is_theme = [&assignment](int theme) { return theme == assignment.theme; };
      if (std::none_of(of_quote.pinned.begin(), of_quote.pinned.end(), is_theme) &&
          std::none_of(of_quote.removed.begin(), of_quote.removed.end(), is_theme)) {
        kept.push_back(std::move(assignment));
      }
    }
    assigned[i] = std::move(kept);
  }
  return assigned;
}

}  // namespace quotes::themes
