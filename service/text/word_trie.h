#ifndef QUOTES_SERVICE_TEXT_WORD_TRIE_H_
#define QUOTES_SERVICE_TEXT_WORD_TRIE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quotes::text {

// Finds the longest word of a list that a text begins or ends with. Immutable, thread-safe; a step
// costs one look at a table or a short search, no allocation.
class WordTrie {
 public:
  struct Match {
    uint32_t length = 0;  // code points; 0 for none
    uint32_t value = 0;   // as given with the word
  };
  // kForward matches what a text begins with, kBackward what it ends with.
  enum class Direction : uint8_t { kForward, kBackward };

  // REQUIRES: no word is empty or stands twice.
  WordTrie(std::vector<std::pair<std::u32string, uint32_t>> words, Direction direction);

  Match Longest(std::u32string_view text) const;

  // Whether a word begins (kBackward: ends) with `c`.
  bool Begins(char32_t c) const { return c < root_.size() && root_[c] != kNone; }

 private:
  static constexpr uint32_t kNone = 0;

  struct Node {
    uint32_t first_edge = 0;  // into labels_ and targets_
    uint32_t edge_count = 0;
    uint32_t value = 0;
    bool is_word = false;
  };

  uint32_t Next(uint32_t node, char32_t c) const;

  Direction direction_;
  std::vector<Node> nodes_;  // nodes_[0] is no node: targets are never 0
  std::vector<char32_t> labels_;
  std::vector<uint32_t> targets_;
  std::vector<uint32_t> root_;  // the node behind each first character
};

}  // namespace quotes::text

#endif  // QUOTES_SERVICE_TEXT_WORD_TRIE_H_
