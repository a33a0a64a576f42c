#include "service/text/word_trie.h"

#include <algorithm>

#include "service/base/check.h"

namespace quotes::text {

WordTrie::WordTrie(std::vector<std::pair<std::u32string, uint32_t>> words, Direction direction)
    : direction_(direction), nodes_(2) {
  for (auto& [word, value] : words) {
    QUOTES_CHECK(!word.empty());
    if (direction == Direction::kBackward) {
      std::reverse(word.begin(), word.end());
    }
  }
  std::sort(words.begin(), words.end());
  // Words of one node are neighbours in the sorted list; nodes are laid out breadth first.
  struct Group {
    uint32_t node;
    size_t begin;
    size_t end;
    size_t depth;
  };
  std::vector<Group> queue = {{1, 0, words.size(), 0}};
  for (size_t next = 0; next < queue.size(); ++next) {
    const Group group = queue[next];
    size_t i = group.begin;
    if (i < group.end && words[i].first.size() == group.depth) {
      nodes_[group.node].is_word = true;
      nodes_[group.node].value = words[i].second;
      ++i;
      QUOTES_CHECK(i == group.end || words[i].first.size() > group.depth);
    }
    nodes_[group.node].first_edge = static_cast<uint32_t>(labels_.size());
    while (i < group.end) {
      const char32_t c = words[i].first[group.depth];
      size_t end = i;
      while (end < group.end && words[end].first[group.depth] == c) {
        ++end;
      }
      const auto child = static_cast<uint32_t>(nodes_.size());
      nodes_.emplace_back();
      labels_.push_back(c);
      targets_.push_back(child);
      queue.push_back({child, i, end, group.depth + 1});
      i = end;
    }
    nodes_[group.node].edge_count =
        static_cast<uint32_t>(labels_.size()) - nodes_[group.node].first_edge;
  }
  for (uint32_t edge = 0; edge < nodes_[1].edge_count; ++edge) {
    const char32_t c = labels_[edge];
    if (c >= root_.size()) {
      root_.resize(c + 1, kNone);
    }
    root_[c] = targets_[edge];
  }
}

uint32_t WordTrie::Next(uint32_t node, char32_t c) const {
  const uint32_t count = nodes_[node].edge_count;
  constexpr uint32_t kFew = 8;  // are looked at one by one: that they are none is soon seen
  if (count <= kFew) {
    const uint32_t first = nodes_[node].first_edge;
    for (uint32_t edge = first; edge < first + count; ++edge) {
      if (labels_[edge] == c) {
        return targets_[edge];
      }
    }
    return kNone;
  }
  const auto begin = labels_.begin() + nodes_[node].first_edge;
  const auto end = begin + count;
  const auto at = std::lower_bound(begin, end, c);
  return at != end && *at == c ? targets_[static_cast<size_t>(at - labels_.begin())] : kNone;
}

WordTrie::Match WordTrie::Longest(std::u32string_view text) const {
  Match best;
  uint32_t node = kNone;
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t c = direction_ == Direction::kForward ? text[i] : text[text.size() - 1 - i];
    node = i == 0 ? (Begins(c) ? root_[c] : kNone) : Next(node, c);
    if (node == kNone) {
      break;
    }
    if (nodes_[node].is_word) {
      best = {static_cast<uint32_t>(i + 1), nodes_[node].value};
    }
  }
  return best;
}

}  // namespace quotes::text
