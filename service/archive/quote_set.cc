#include "service/archive/quote_set.h"

#include <algorithm>
#include <array>
#include <bit>

namespace quotes::archive {
namespace {

uint64_t CountPlainly(const uint64_t* words, size_t count) {
  uint64_t bits = 0;
  for (size_t i = 0; i < count; ++i) {
    bits += static_cast<uint64_t>(std::popcount(words[i]));
  }
  return bits;
}

#if defined(__x86_64__)
// The instruction is ten times faster than what the oldest x86-64 has, and every server has it.
__attribute__((target("popcnt"))) uint64_t CountFast(const uint64_t* words, size_t count) {
  uint64_t bits = 0;
  for (size_t i = 0; i < count; ++i) {
    bits += static_cast<uint64_t>(__builtin_popcountll(words[i]));
  }
  return bits;
}

// Several words at once, where the processor can.
__attribute__((target("avx512vpopcntdq,avx512vl"))) uint64_t CountWide(const uint64_t* words,
                                                                       size_t count) {
  uint64_t bits = 0;
  for (size_t i = 0; i < count; ++i) {
    bits += static_cast<uint64_t>(__builtin_popcountll(words[i]));
  }
  return bits;
}
#endif

}  // namespace

uint64_t CountBits(const uint64_t* words, size_t count) {
#if defined(__x86_64__)
  using Count = uint64_t (*)(const uint64_t* words, size_t count);
  static const Count count_bits =
      __builtin_cpu_supports("avx512vpopcntdq") != 0 && __builtin_cpu_supports("avx512vl") != 0
          ? CountWide
      : __builtin_cpu_supports("popcnt") != 0 ? CountFast
                                              : CountPlainly;
  return count_bits(words, count);
#else
  return CountPlainly(words, count);
#endif
}

uint64_t CountCommonBits(const uint64_t* a, const uint64_t* b, size_t count) {
  std::array<uint64_t, 512> both;
  uint64_t bits = 0;
  for (size_t word = 0; word < count; word += both.size()) {
    const size_t words = std::min(both.size(), count - word);
    for (size_t i = 0; i < words; ++i) {
      both[i] = a[word + i] & b[word + i];
    }
    bits += CountBits(both.data(), words);
  }
  return bits;
}

}  // namespace quotes::archive
