#include "service/text/align.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace quotes::text {
namespace {

// Insertions and deletions of one edit script: its trace takes the square of it, 16 MiB.
constexpr size_t kMaxDifferences = 2'000;
// Comparisons along the diagonals: a second's work.
constexpr size_t kMaxSteps = 100'000'000;

using Symbols = std::basic_string_view<char32_t>;

// Appends, joining what touches.
void Append(size_t begin_a, size_t begin_b, size_t size, std::vector<EqualStretch>* stretches) {
  if (size == 0) {
    return;
  }
  if (!stretches->empty()) {
    EqualStretch& last = stretches->back();
    if (last.begin_a + last.size == begin_a && last.begin_b + last.size == begin_b) {
      last.size += size;
      return;
    }
  }
  stretches->push_back({begin_a, begin_b, size});
}

// The equal symbols of a shortest edit script as pairs of places, in order; none when there are too
// many differences.
std::vector<EqualStretch> ShortestScript(Symbols a, Symbols b) {
  const auto size_a = static_cast<int64_t>(a.size());
  const auto size_b = static_cast<int64_t>(b.size());
  // furthest[d][k]: the furthest place in `a` on diagonal k = place in a - place in b that d
  // differences reach; k runs from -d to d.
  std::vector<std::vector<int64_t>> furthest;
  const auto most = static_cast<int64_t>(std::min(kMaxDifferences, a.size() + b.size()));
  size_t steps = 0;
  int64_t differences = -1;
  for (int64_t d = 0; d <= most && differences < 0; ++d) {
    furthest.emplace_back(static_cast<size_t>(2 * d + 1));
    std::vector<int64_t>& row = furthest.back();
    for (int64_t k = -d; k <= d; k += 2) {
      int64_t x = 0;
      if (d > 0) {
        const std::vector<int64_t>& before = furthest[static_cast<size_t>(d - 1)];
        const auto at = [&](int64_t diagonal) {
          return before[static_cast<size_t>(diagonal + d - 1)];
        };
        const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
        x = down ? at(k + 1) : at(k - 1) + 1;
      }
      int64_t y = x - k;
      while (x < size_a && y < size_b && a[static_cast<size_t>(x)] == b[static_cast<size_t>(y)]) {
        ++x;
        ++y;
        ++steps;
      }
      row[static_cast<size_t>(k + d)] = x;
      if (k == size_a - size_b && x >= size_a) {
        differences = d;
        break;
      }
    }
    steps += static_cast<size_t>(d);
    if (steps > kMaxSteps) {
      return {};
    }
  }
  std::vector<EqualStretch> pairs;
  if (differences < 0) {
    return pairs;
  }
  int64_t x = size_a;
  int64_t y = size_b;
  for (int64_t d = differences; d >= 0; --d) {
    const int64_t k = x - y;
    int64_t begin = 0;  // of the run of equal symbols, in `a`
    int64_t previous = 0;
    if (d > 0) {
      const std::vector<int64_t>& before = furthest[static_cast<size_t>(d - 1)];
      const auto at = [&](int64_t diagonal) {
        return before[static_cast<size_t>(diagonal + d - 1)];
      };
      const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
      previous = down ? at(k + 1) : at(k - 1);
      begin = down ? previous : previous + 1;
      if (x > begin) {
        pairs.push_back({static_cast<size_t>(begin), static_cast<size_t>(begin - k),
                         static_cast<size_t>(x - begin)});
      }
      y = previous - (down ? k + 1 : k - 1);
      x = previous;
    } else if (x > 0) {
      pairs.push_back({0, 0, static_cast<size_t>(x)});
    }
  }
  std::reverse(pairs.begin(), pairs.end());
  return pairs;
}

// ShortestScript with what begins and ends alike taken off first.
void Align(Symbols a, Symbols b, size_t begin_a, size_t begin_b,
           std::vector<EqualStretch>* stretches) {
  const size_t shorter = std::min(a.size(), b.size());
  size_t prefix = 0;
  while (prefix < shorter && a[prefix] == b[prefix]) {
    ++prefix;
  }
  size_t suffix = 0;
  while (suffix < shorter - prefix && a[a.size() - 1 - suffix] == b[b.size() - 1 - suffix]) {
    ++suffix;
  }
  Append(begin_a, begin_b, prefix, stretches);
  const Symbols middle_a = a.substr(prefix, a.size() - prefix - suffix);
  const Symbols middle_b = b.substr(prefix, b.size() - prefix - suffix);
  if (!middle_a.empty() && !middle_b.empty()) {
    for (const EqualStretch& pair : ShortestScript(middle_a, middle_b)) {
      Append(begin_a + prefix + pair.begin_a, begin_b + prefix + pair.begin_b, pair.size,
             stretches);
    }
  }
  Append(begin_a + a.size() - suffix, begin_b + b.size() - suffix, suffix, stretches);
}

bool EndsClause(char32_t c) {
  return std::u32string_view(U"。！？；，：…").find(c) != std::u32string_view::npos;
}

// A text as numbers of its clauses.
struct Clauses {
  std::u32string symbols;
  std::vector<size_t> begins;  // of each clause; one more at the end
};

Clauses Split(std::u32string_view text,
              std::unordered_map<std::u32string_view, char32_t>* numbers) {
  Clauses clauses;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (EndsClause(text[i]) || i + 1 == text.size()) {
      const auto number = static_cast<char32_t>(numbers->size());
      const std::u32string_view clause = text.substr(begin, i + 1 - begin);
      clauses.symbols.push_back(numbers->emplace(clause, number).first->second);
      clauses.begins.push_back(begin);
      begin = i + 1;
    }
  }
  clauses.begins.push_back(text.size());
  return clauses;
}

}  // namespace

std::vector<EqualStretch> AlignSymbols(std::u32string_view a, std::u32string_view b) {
  std::vector<EqualStretch> stretches;
  Align(a, b, 0, 0, &stretches);
  return stretches;
}

std::vector<EqualStretch> AlignRevisions(std::u32string_view a, std::u32string_view b) {
  std::unordered_map<std::u32string_view, char32_t> numbers;
  const Clauses clauses_a = Split(a, &numbers);
  const Clauses clauses_b = Split(b, &numbers);
  std::vector<EqualStretch> kept;
  Align(clauses_a.symbols, clauses_b.symbols, 0, 0, &kept);
  kept.push_back({clauses_a.symbols.size(), clauses_b.symbols.size(), 0});

  std::vector<EqualStretch> stretches;
  size_t end_a = 0;
  size_t end_b = 0;
  for (const EqualStretch& clauses : kept) {
    const size_t begin_a = clauses_a.begins[clauses.begin_a];
    const size_t begin_b = clauses_b.begins[clauses.begin_b];
    Align(a.substr(end_a, begin_a - end_a), b.substr(end_b, begin_b - end_b), end_a, end_b,
          &stretches);
    const size_t size = clauses_a.begins[clauses.begin_a + clauses.size] - begin_a;
    Append(begin_a, begin_b, size, &stretches);
    end_a = begin_a + size;
    end_b = begin_b + size;
  }
  return stretches;
}

}  // namespace quotes::text
