#include "service/library/carry_tags.h"

#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "service/library/revision_diff.h"

namespace quotes {
namespace {

absl::flat_hash_set<std::string_view> IdsOf(const report::ParsedReport& report) {
  absl::flat_hash_set<std::string_view> ids;
  for (const report::Quote& quote : report.quotes) {
    ids.insert(quote.id);
  }
  return ids;
}

}  // namespace

CarriedTags CarryOverTags(const report::ParsedReport& base, const std::vector<themes::Tag>& tags,
                          const report::ParsedReport& revision) {
  CarriedTags carried;
  if (tags.empty()) {
    return carried;
  }
  const absl::flat_hash_set<std::string_view> before = IdsOf(base);
  const absl::flat_hash_set<std::string_view> now = IdsOf(revision);
  absl::flat_hash_map<std::string_view, std::string_view> successors;
  for (const SentenceDiff& diff : DiffRevisions(base, revision).sentences) {
    if (diff.base >= 0 && diff.revision >= 0) {
      const std::string_view successor = revision.quotes[static_cast<size_t>(diff.revision)].id;
      // A sentence that had its name before has what was said of itself.
      if (!before.contains(successor)) {
        successors.emplace(base.quotes[static_cast<size_t>(diff.base)].id, successor);
      }
    }
  }
  for (const themes::Tag& tag : tags) {
    if (!before.contains(tag.quote_id) || now.contains(tag.quote_id)) {
      continue;
    }
    const auto successor = successors.find(tag.quote_id);
    if (successor == successors.end()) {
      ++carried.left_behind;
    } else {
      carried.tags.push_back(tag);
      carried.tags.back().quote_id = successor->second;
    }
  }
  return carried;
}

}  // namespace quotes
