#ifndef QUOTES_SERVICE_THEMES_MATCHER_H_
#define QUOTES_SERVICE_THEMES_MATCHER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

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

  struct Node {
    uint32_t fail = kRoot;      // the longest proper suffix that is a node
    uint32_t pattern = kNone;   // the pattern that ends here
    uint32_t shorter = kNone;   // the nearest node on the chain of suffixes where a pattern ends
    uint32_t pattern_size = 0;  // of `pattern`
    uint64_t edges = 0;         // bit c % 64 is set if an edge of a character c leads on from it
  };

  static uint64_t Key(uint32_t node, char32_t c) { return uint64_t{node} << 32 | c; }
  uint32_t Next(uint32_t node, char32_t c) const;

  std::vector<Node> nodes_;
  // Where the characters of the basic plane lead from the root: most of a text stands outside any
  // pattern, where nothing else need be looked at.
  std::vector<uint32_t> first_;
  absl::flat_hash_map<uint64_t, uint32_t> edges_;
};

}  // namespace quotes::themes

#endif  // QUOTES_SERVICE_THEMES_MATCHER_H_
