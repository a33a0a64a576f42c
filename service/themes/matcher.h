#ifndef QUOTES_SERVICE_THEMES_MATCHER_H_
#define QUOTES_SERVICE_THEMES_MATCHER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quotes::themes {

// Finds many patterns in one pass over a text (the automaton of Aho and Corasick). Immutable,
// thread-safe.
class Matcher {
 public:
  struct Match {
    uint32_t begin = 0;  // code points of the text, half-open
    uint32_t end = 0;
    uint32_t pattern = 0;  // index into the patterns

    friend bool operator==(const Match&, const Match&) = default;
  };

  // REQUIRES: the patterns are distinct and none is empty.
  explicit Matcher(const std::vector<std::u32string>& patterns);

  // The occurrences that lie inside no longer one, in text order; occurrences that overlap without
  // one holding the other all count. Only patterns with usable[pattern] take part: the others
  // neither match nor hide. REQUIRES: usable.size() is the number of patterns. Linear in the text.
  std::vector<Match> FindLongest(std::u32string_view text, const std::vector<bool>& usable) const;

 private:
  static constexpr uint32_t kRoot = 0;
  static constexpr uint32_t kNone = UINT32_MAX;

  // The nodes that an edge leads to from one node stand next to each other, by the character.
  struct Node {
    uint64_t edges = 0;     // bit c % 64 is set if an edge of a character c leads on from it
    uint32_t fail = kRoot;  // the longest proper suffix that is a node
    uint32_t end = kNone;   // the longest suffix, maybe itself, where a pattern ends
    uint32_t first_child = 0;
    uint32_t child_count = 0;
  };

  uint32_t Next(uint32_t node, char32_t c) const;

  std::vector<Node> nodes_;           // nearer the root first
  std::vector<char32_t> labels_;      // of the edge to each node
  std::vector<uint32_t> pattern_of_;  // that ends at each node
  std::vector<uint32_t> pattern_sizes_;
  // Where the characters of the basic plane lead from the root: most of a text stands outside any
  // pattern, where nothing else need be looked at.
  std::vector<uint32_t> first_;
};

}  // namespace quotes::themes

#endif  // QUOTES_SERVICE_THEMES_MATCHER_H_
