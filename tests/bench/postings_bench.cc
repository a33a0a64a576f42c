// Sets of quotes: the archive's sorted lists and flat bits against Roaring bitmaps, in one run.
//
//   postings_bench [--quotes N] [--lines FILE]
//
// Quotes are those of MakeQuotes. What is combined are the quotes of themes, which are stored
// sorted, and those of terms, which a look-up reads in the order of the suffix array. Both sides
// give the same numbers, else the run ends with an error. Of five measurements the fastest counts.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <roaring/roaring.hh>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/quote_set.h"
#include "service/archive/segment.h"
#include "service/archive/text_index.h"
#include "service/text/fold.h"
#include "tests/bench/bench_data.h"

namespace quotes::bench {
namespace {

using archive::QuoteSet;
using archive::Segment;
using archive::TextIndex;

constexpr int kRounds = 5;

double Micros(const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = Clock::now();
    work();
    best = std::min(best, std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  return best;
}

// The same question to both sides; each returns the number of quotes that it found.
void Compare(std::string_view name, const std::function<uint64_t()>& flat,
             const std::function<uint64_t()>& peer) {
  uint64_t by_flat = 0;
  uint64_t by_roaring = 0;
  const double flat_time = Micros([&] { by_flat = flat(); });
  const double roaring_time = Micros([&] { by_roaring = peer(); });
  if (by_flat != by_roaring) {
    Fail(absl::StrCat("answers differ: ", by_flat, " and ", by_roaring));
  }
  std::printf("%-44s %9lu %10.1f %10.1f %7.2f\n", std::string(name).c_str(),
              static_cast<unsigned long>(by_flat), flat_time, roaring_time,
              roaring_time / flat_time);
}

class Sets {
 public:
  explicit Sets(const Segment::Part& part) : part_(part) {}

  QuoteSet Flat(std::span<const uint32_t> sorted) const {
    if (!QuoteSet::IsDense(sorted.size(), part_.size())) {
      return QuoteSet(std::vector<uint32_t>(sorted.begin(), sorted.end()));
    }
    return QuoteSet::FromBits(part_.size(), [&](uint64_t* bits) {
      for (const uint32_t number : sorted) {
        bits[number / 64] |= uint64_t{1} << (number % 64);
      }
    });
  }

  QuoteSet Flat(TextIndex::Interval term) const {
    if (!QuoteSet::IsDense(term.occurrences(), part_.size())) {
      return QuoteSet(part_.index->Quotes(term));
    }
    return QuoteSet::FromBits(part_.size(),
                              [&](uint64_t* bits) { part_.index->MarkQuotes(term, bits); });
  }

  Roaring Packed(TextIndex::Interval term) const {
    const std::vector<uint32_t> numbers = part_.index->Quotes(term);
    return Roaring(numbers.size(), numbers.data());
  }

 private:
  const Segment::Part& part_;
};

int Main(int argc, char** argv) {
  size_t count = 1'000'000;
  std::string lines;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::string_view(argv[i]) == "--quotes") {
      count = static_cast<size_t>(std::atoll(argv[i + 1]));
    } else if (std::string_view(argv[i]) == "--lines") {
      lines = argv[i + 1];
    } else {
      Fail(absl::StrCat("unknown option ", argv[i]));
    }
  }
  const auto scheme = themes::Scheme::BuiltIn();
  std::shared_ptr<const archive::Archive> built;
  {
    const std::vector<std::shared_ptr<const archive::Document>> documents =
        MakeDocuments(MakeQuotes(lines, count), *scheme);
    built = archive::MakeIndexedArchive(1, scheme, documents);
  }
  const std::vector<archive::SegmentState> segments = archive::SegmentsOf(*built);
  const Segment::Part& part = segments.front().segment->speech();
  const Sets sets(part);

  // Themes, largest first.
  std::vector<std::span<const uint32_t>> themes;
  for (size_t theme = 0; theme < scheme->themes().size(); ++theme) {
    themes.push_back(part.themes[theme]);
  }
  std::sort(themes.begin(), themes.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });
  std::vector<Roaring> packed;
  size_t flat_bytes = 0;
  size_t packed_bytes = 0;
  for (const std::span<const uint32_t> theme : themes) {
    Roaring& set = packed.emplace_back(theme.size(), theme.data());
    set.runOptimize();
    flat_bytes += theme.size_bytes();
    packed_bytes += set.getSizeInBytes();
  }
  std::printf("%u quotes; postings of %zu themes: %.1f MB as lists, %.1f MB as Roaring\n",
              part.size(), themes.size(), static_cast<double>(flat_bytes) / 1e6,
              static_cast<double>(packed_bytes) / 1e6);
  std::printf("%-44s %9s %10s %10s %7s\n", "", "quotes", "flat us", "Roaring us", "ratio");

  const auto term = [&part](std::u32string_view words) {
    return part.index->Find(text::Fold(words).units);
  };
  const TextIndex::Interval frequent = term(U"发展");
  const TextIndex::Interval second = term(U"建设");
  const TextIndex::Interval rare = term(U"棚改项目");

  Compare(
      "largest theme AND second",
      [&] {
        QuoteSet set = sets.Flat(themes[0]);
        set.And(sets.Flat(themes[1]));
        return set.size();
      },
      [&] { return packed[0].and_cardinality(packed[1]); });
  Compare(
      "largest theme OR second",
      [&] {
        QuoteSet set = sets.Flat(themes[0]);
        set.Or(sets.Flat(themes[1]));
        return set.size();
      },
      [&] { return packed[0].or_cardinality(packed[1]); });
  Compare(
      "frequent term AND frequent term",
      [&] {
        QuoteSet set = sets.Flat(frequent);
        set.And(sets.Flat(second));
        return set.size();
      },
      [&] { return sets.Packed(frequent).and_cardinality(sets.Packed(second)); });
  Compare(
      "frequent term AND NOT frequent term",
      [&] {
        QuoteSet set = sets.Flat(frequent);
        set.AndNot(sets.Flat(second));
        return set.size();
      },
      [&] { return sets.Packed(frequent).andnot_cardinality(sets.Packed(second)); });
  Compare(
      "frequent term AND largest theme",
      [&] {
        QuoteSet set = sets.Flat(frequent);
        set.And(sets.Flat(themes[0]));
        return set.size();
      },
      [&] { return sets.Packed(frequent).and_cardinality(packed[0]); });
  Compare(
      "rare term AND largest theme",
      [&] {
        QuoteSet set = sets.Flat(rare);
        set.AndSorted(themes[0]);
        return set.size();
      },
      [&] { return sets.Packed(rare).and_cardinality(packed[0]); });
  return 0;
}

}  // namespace
}  // namespace quotes::bench

int main(int argc, char** argv) { return quotes::bench::Main(argc, argv); }
