#include "service/themes/matcher.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "service/base/check.h"

namespace quotes::themes {
namespace {

constexpr char32_t kBasicPlane = 0x10000;

}  // namespace

Matcher::Matcher(const std::vector<std::u32string>& patterns)
    : nodes_(1), labels_(1, 0), pattern_of_(1, kNone), first_(kBasicPlane, kRoot) {
  std::vector<uint32_t> order(patterns.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return patterns[a] < patterns[b]; });
  // The patterns that begin with a node's string, of which `depth` characters.
  struct Group {
    size_t begin;
    size_t end;
    size_t depth;
  };
  std::vector<Group> groups = {{0, order.size(), 0}};  // by node
  for (uint32_t node = 0; node < nodes_.size(); ++node) {
    size_t begin = groups[node].begin;
    const size_t end = groups[node].end;
    const size_t depth = groups[node].depth;
    if (begin < end && patterns[order[begin]].size() == depth) {
      QUOTES_CHECK(depth > 0);
      pattern_of_[node] = order[begin];
      ++begin;
    }
    nodes_[node].first_child = static_cast<uint32_t>(nodes_.size());
    while (begin < end) {
      QUOTES_CHECK(patterns[order[begin]].size() > depth);  // or it stands twice
      const char32_t c = patterns[order[begin]][depth];
      const auto past =
          std::partition_point(order.begin() + static_cast<std::ptrdiff_t>(begin),
                               order.begin() + static_cast<std::ptrdiff_t>(end),
                               [&](uint32_t pattern) { return patterns[pattern][depth] == c; });
      const auto next = static_cast<size_t>(past - order.begin());
      if (node == kRoot && c < kBasicPlane) {
        first_[c] = static_cast<uint32_t>(nodes_.size());
      }
      nodes_[node].edges |= uint64_t{1} << (c % 64);
      ++nodes_[node].child_count;
      nodes_.emplace_back();
      labels_.push_back(c);
      pattern_of_.push_back(kNone);
      groups.push_back({begin, next, depth + 1});
      begin = next;
    }
  }
  // Nodes nearer the root first: a node's failure link leads to a shorter string.
  for (uint32_t node = 0; node < nodes_.size(); ++node) {
    for (uint32_t i = 0; i < nodes_[node].child_count; ++i) {
      const uint32_t child = nodes_[node].first_child + i;
      nodes_[child].fail = node == kRoot ? kRoot : Next(nodes_[node].fail, labels_[child]);
      nodes_[child].end = pattern_of_[child] != kNone ? child : nodes_[nodes_[child].fail].end;
    }
  }
  pattern_sizes_.reserve(patterns.size());
  for (const std::u32string& pattern : patterns) {
    pattern_sizes_.push_back(static_cast<uint32_t>(pattern.size()));
  }
}

inline uint32_t Matcher::Next(uint32_t node, char32_t c) const {
  while (true) {
    if (node == kRoot && c < kBasicPlane) {
      return first_[c];
    }
    const Node& at = nodes_[node];
    // Most characters lead on from no node, and need not be looked for.
    if (((at.edges >> (c % 64)) & 1) != 0) {
      const char32_t* const labels = labels_.data() + at.first_child;
      // Few lead on, but from the root.
      uint32_t i = 0;
      if (node == kRoot) {
        i = static_cast<uint32_t>(std::lower_bound(labels, labels + at.child_count, c) - labels);
      }
      while (i < at.child_count && labels[i] < c) {
        ++i;
      }
      if (i < at.child_count && labels[i] == c) {
        return at.first_child + i;
      }
    }
    if (node == kRoot) {
      return kRoot;
    }
    node = at.fail;
  }
}

std::vector<Matcher::Match> Matcher::FindLongest(std::u32string_view text,
                                                 const std::vector<bool>& usable) const {
  std::vector<Match> matches;
  uint32_t node = kRoot;
  for (size_t i = 0; i < text.size(); ++i) {
    node = Next(node, text[i]);
    // Of all that end here the longest holds the others.
    uint32_t end = nodes_[node].end;
    while (end != kNone && !usable[pattern_of_[end]]) {
      end = nodes_[nodes_[end].fail].end;
    }
    if (end != kNone) {
      const auto past = static_cast<uint32_t>(i + 1);
      const uint32_t pattern = pattern_of_[end];
      matches.push_back({past - pattern_sizes_[pattern], past, pattern});
    }
  }
  // Ends ascend, so a match lies inside a longer one exactly when one of those after it begins no
  // later.
  uint32_t earliest = UINT32_MAX;
  size_t kept = matches.size();
  for (size_t i = matches.size(); i-- > 0;) {
    if (matches[i].begin < earliest) {
      earliest = matches[i].begin;
      matches[--kept] = matches[i];
    }
  }
  matches.erase(matches.begin(), matches.begin() + static_cast<std::ptrdiff_t>(kept));
  return matches;
}

}  // namespace quotes::themes
