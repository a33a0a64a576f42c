#ifndef QUOTES_SERVICE_LIBRARY_LETTER_RUNS_H_
#define QUOTES_SERVICE_LIBRARY_LETTER_RUNS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace quotes {

// Calls `visit` with the hash of each run of kLetters letters in turn and with the place of its
// last, of one in 2^sampling of them.
template <size_t kLetters, typename Visit>
void ForEachRun(std::u32string_view letters, int sampling, const Visit& visit) {
  // A polynomial of the letters, rolled over the text, its bits mixed at the end.
  constexpr uint64_t kBase = 0x9E3779B97F4A7C15;
  uint64_t leaving = 1;
  for (size_t i = 0; i < kLetters; ++i) {
    leaving *= kBase;
  }
  uint64_t hash = 0;
  for (size_t i = 0; i < letters.size(); ++i) {
    hash = hash * kBase + letters[i];
    if (i >= kLetters) {
      hash -= leaving * letters[i - kLetters];
    }
    if (i + 1 >= kLetters) {
      const uint64_t mixed = (hash ^ (hash >> 31)) * 0xBF58476D1CE4E5B9;
      const uint64_t run = mixed ^ (mixed >> 29);
      if ((run & ((uint64_t{1} << sampling) - 1)) == 0) {
        visit(run, i);
      }
    }
  }
}

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_LETTER_RUNS_H_
