#include "service/themes/matcher.h"

#include <algorithm>

#include "service/base/check.h"

namespace quotes::themes {
namespace {

constexpr char32_t kBasicPlane = 0x10000;

}  // namespace

Matcher::Matcher(const std::vector<std::u32string>& patterns)
    : nodes_(1), first_(kBasicPlane, kRoot) {
  struct Edge {
    uint32_t from;
    char32_t c;
    uint32_t to;
  };
  std::vector<std::vector<Edge>> by_depth;
  for (size_t i = 0; i < patterns.size(); ++i) {
    QUOTES_CHECK(!patterns[i].empty());
    uint32_t node = kRoot;
    for (size_t depth = 0; depth < patterns[i].size(); ++depth) {
      const char32_t c = patterns[i][depth];
      const auto [edge, inserted] =
          edges_.try_emplace(Key(node, c), static_cast<uint32_t>(nodes_.size()));
      if (inserted) {
        by_depth.resize(std::max(by_depth.size(), depth + 1));
        by_depth[depth].push_back({node, c, edge->second});
        nodes_.emplace_back();
        nodes_[node].edges |= uint64_t{1} << (c % 64);
        if (node == kRoot && c < kBasicPlane) {
          first_[c] = edge->second;
        }
      }
      node = edge->second;
    }
    QUOTES_CHECK(nodes_[node].pattern == kNone);
    nodes_[node].pattern = static_cast<uint32_t>(i);
    nodes_[node].pattern_size = static_cast<uint32_t>(patterns[i].size());
  }
  // Nodes nearer the root first: a node's failure link leads to a shorter string.
  for (size_t depth = 1; depth < by_depth.size(); ++depth) {
    for (const Edge& edge : by_depth[depth]) {
      Node& node = nodes_[edge.to];
      node.fail = Next(nodes_[edge.from].fail, edge.c);
      node.shorter = nodes_[node.fail].pattern != kNone ? node.fail : nodes_[node.fail].shorter;
    }
  }
}

uint32_t Matcher::Next(uint32_t node, char32_t c) const {
  while (true) {
    if (node == kRoot && c < kBasicPlane) {
      return first_[c];
    }
    // Most characters lead on from no node, and need not be looked for.
    if ((nodes_[node].edges >> (c % 64) & 1) != 0) {
      const auto edge = edges_.find(Key(node, c));
      if (edge != edges_.end()) {
        return edge->second;
      }
    }
    if (node == kRoot) {
      return kRoot;
    }
    node = nodes_[node].fail;
  }
}

std::vector<Matcher::Match> Matcher::FindLongest(std::u32string_view text,
                                                 const std::vector<bool>& usable) const {
  std::vector<Match> matches;
  uint32_t node = kRoot;
  for (size_t i = 0; i < text.size(); ++i) {
    node = Next(node, text[i]);
    // Of all that end here the longest holds the others.
    uint32_t end = nodes_[node].pattern != kNone ? node : nodes_[node].shorter;
    while (end != kNone && !usable[nodes_[end].pattern]) {
      end = nodes_[end].shorter;
    }
    if (end != kNone) {
      const auto past = static_cast<uint32_t>(i + 1);
      matches.push_back({past - nodes_[end].pattern_size, past, nodes_[end].pattern});
    }
  }
  // Ends ascend, so a match lies inside a longer one exactly when one of those after it begins no
  // later.
  std::vector<Match> longest;
  uint32_t earliest = UINT32_MAX;
  for (size_t i = matches.size(); i-- > 0;) {
    if (matches[i].begin < earliest) {
      longest.push_back(matches[i]);
      earliest = matches[i].begin;
    }
  }
  std::reverse(longest.begin(), longest.end());
  return longest;
}

}  // namespace quotes::themes
