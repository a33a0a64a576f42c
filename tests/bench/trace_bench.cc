// Histories of phrases in process: the archive beside a scan of all texts, grouped by report, in
// one run.
//
//   trace_bench [--quotes N] [--queries N] [--lines FILE]
//
// Quotes are those of lookup_bench. The scan looks for the phrase in the folded texts, laid out one
// behind the other, by string_view::find and counts by report: what a program without an index
// does. Every count of the archive is compared with its; a difference ends the run with an error.
// The scan is asked for a few phrases of each class only.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/archive/distinctiveness.h"
#include "service/archive/folded_name.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/trace_summary.h"
#include "service/base/limits.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/bench/bench_data.h"
#include "tests/bench/measure.h"

namespace quotes::bench {
namespace {

using std::string_view_literals::operator""sv;

constexpr double kMostMicros = 1'000;
constexpr size_t kScanned = 5;  // phrases of a class that the scan is asked for

// The texts of all quotes, with a break between them.
class Scan {
 public:
  explicit Scan(const archive::Archive& archive) {
    for (const archive::PackedDocument* const document : archive.documents()) {
      begins_.push_back(text_.size());
      for (uint32_t quote = 0; quote < document->size(); ++quote) {
        text_ += archive::StripBreaks(text::Fold(document->text(quote)).units);
        text_.push_back(U'\0');
      }
    }
    begins_.push_back(text_.size());
  }

  // Occurrences in each report that has some.
  std::vector<uint64_t> Count(std::u32string_view phrase) const {
    std::vector<uint64_t> counts;
    const std::u32string_view text = text_;
    for (size_t report = 0; report + 1 < begins_.size(); ++report) {
      const std::u32string_view part =
          text.substr(begins_[report], begins_[report + 1] - begins_[report]);
      uint64_t count = 0;
      for (size_t at = part.find(phrase); at != std::u32string_view::npos;
           at = part.find(phrase, at + 1)) {
        ++count;
      }
      if (count > 0) {
        counts.push_back(count);
      }
    }
    return counts;
  }

 private:
  std::u32string text_;
  std::vector<size_t> begins_;
};

std::vector<std::u32string> Phrases(const archive::Archive& archive, size_t size, size_t count) {
  std::mt19937 random(static_cast<uint32_t>(size));
  std::vector<std::u32string> phrases;
  const auto& documents = archive.documents();
  while (phrases.size() < count) {
    const archive::PackedDocument& document = *documents[random() % documents.size()];
    const std::u32string units(
        archive::StripBreaks(text::Fold(document.text(random() % document.size())).units));
    if (units.size() < size) {
      continue;
    }
    const std::u32string phrase = units.substr(random() % (units.size() - size + 1), size);
    if (phrase.find(text::kBreak) == std::u32string::npos) {
      phrases.push_back(phrase);
    }
  }
  return phrases;
}

void Measure(const archive::Archive& archive, const Scan& scan, const std::string& name,
             const std::vector<std::u32string>& phrases, size_t variants) {
  uint64_t reports = 0;
  const auto trace = [&](size_t i) {
    const auto found = archive.Trace(phrases[i], {{}, variants}, Cancellation());
    reports += found->reports.size();
    return *found;
  };
  std::vector<double> scanned;
  for (size_t i = 0; i < std::min(kScanned, phrases.size()); ++i) {
    const auto begin = Clock::now();
    std::vector<uint64_t> expected = scan.Count(phrases[i]);
    scanned.push_back(Micros(begin));
    std::vector<uint64_t> counted;
    for (const auto& use : trace(i).reports) {
      counted.push_back(use.count.occurrences);
    }
    if (counted != expected) {
      Fail("the counts of " + text::ToUtf8(phrases[i]) + " differ");
    }
  }
  reports = 0;
  const Quantiles quantiles = TimeEach(phrases.size(), trace);
  const double mean = static_cast<double>(reports) / static_cast<double>(3 * phrases.size());
  std::printf("%-28s %10.0f %10.1f %10.1f %10.1f %12.0f\n", name.c_str(), mean, quantiles.median,
              quantiles.p95, quantiles.p99, QuantilesOf(scanned).median);
  Say(quantiles.p99 <= kMostMicros, name + ": 99th percentile within a millisecond");
}

// Phrases with a mark: behind, before and inside frequent letters, and as they stand in the quotes.
// Compared with a walk through the texts folded with their marks.
void MeasureMarks(const archive::Archive& archive, size_t queries) {
  std::vector<std::u32string> frequent;
  for (const char32_t letter : U"的发展业国人工建设度"sv) {
    for (const char32_t mark : U"，。、"sv) {
      frequent.push_back({letter, mark});
      frequent.push_back({mark, letter});
    }
  }
  std::mt19937 random(5);
  std::vector<std::u32string> taken;
  const auto& documents = archive.documents();
  while (taken.size() < queries) {
    const archive::PackedDocument& document = *documents[random() % documents.size()];
    const std::u32string_view text = document.text(random() % document.size());
    constexpr size_t kSize = 4;
    const std::u32string phrase(
        text.substr(text.size() > kSize ? random() % (text.size() - kSize) : 0, kSize));
    const std::u32string folded = text::Fold(phrase).units;
    if (archive::HasMarks(phrase) && !archive::StripBreaks(folded).empty()) {
      taken.push_back(phrase);
    }
  }
  const auto trace = [&](const std::u32string& phrase) {
    archive::TraceOptions options;
    options.marked = archive::FoldKeepingMarks(phrase).units;
    const std::u32string folded = text::Fold(phrase).units;
    return *archive.Trace(archive::StripBreaks(folded), options, Cancellation());
  };
  for (const std::u32string& phrase : {frequent[0], frequent[1], taken[0], taken[1]}) {
    const std::u32string marked = archive::FoldKeepingMarks(phrase).units;
    const std::u32string folded = text::Fold(phrase).units;
    const std::u32string_view units = archive::StripBreaks(folded);
    uint64_t expected = 0;
    for (const archive::PackedDocument* const document : documents) {
      for (uint32_t quote = 0; quote < document->size(); ++quote) {
        if (text::Fold(document->text(quote)).units.find(units) != std::u32string::npos) {
          expected +=
              archive::CountPlaces(archive::FoldKeepingMarks(document->text(quote)).units, marked);
        }
      }
    }
    archive::TraceOptions options;
    options.marked = marked;
    options.filter.scope = archive::TextScope::kAll;
    if (archive.Trace(units, options, Cancellation())->total.occurrences != expected) {
      Fail("the counts of " + text::ToUtf8(phrase) + " differ");
    }
  }
  for (const auto& [name, phrases] :
       {std::pair("a frequent letter and a mark", &frequent), std::pair("4 with a mark", &taken)}) {
    const Quantiles quantiles =
        TimeEach(phrases->size(), [&](size_t i) { return trace((*phrases)[i]).reports.size(); });
    std::printf("%-28s %10s %10.1f %10.1f %10.1f\n", name, "", quantiles.median, quantiles.p95,
                quantiles.p99);
    Say(quantiles.p99 <= kMostMicros, std::string(name) + ": 99th percentile within a millisecond");
  }
}

// What every quote of the FULL view and every citation asks: in how many reports some words stand.
void MeasureReportCounts(const archive::Archive& archive, size_t queries) {
  std::mt19937 random(1);
  std::vector<std::u32string> texts;
  const auto& documents = archive.documents();
  for (size_t i = 0; i < queries; ++i) {
    const archive::PackedDocument& document = *documents[random() % documents.size()];
    texts.emplace_back(document.text(random() % document.size()));
  }
  const Quantiles quantiles =
      TimeEach(texts.size(), [&](size_t i) { return archive::CountReportsOf(archive, texts[i]); });
  std::printf("%-28s %10s %10.1f %10.1f %10.1f\n", "reports of a whole quote", "", quantiles.median,
              quantiles.p95, quantiles.p99);
}

int Run(size_t count, size_t queries, const std::string& lines) {
  const auto scheme = themes::Scheme::BuiltIn();
  const auto documents = MakeDocuments(MakeQuotes(lines, count), *scheme);
  const auto archive = archive::MakeIndexedArchive(1, scheme, documents);
  const auto begin = ProcessorMicros();
  archive::ReadPrintedMarks(*archive, [] { return true; });
  std::printf("%-28s %10.1f s\n", "printed marks read in", (ProcessorMicros() - begin) / 1e6);
  for (const auto& [structure, bytes] : archive::MemoryUse(*archive)) {
    if (structure == "counts by report" || structure == "text" || structure == "printed marks") {
      std::printf("%-28.*s %10.1f MB\n", static_cast<int>(structure.size()), structure.data(),
                  static_cast<double>(bytes) / 1e6);
    }
  }
  const Scan scan(*archive);
  std::printf("%zu quotes, %zu reports\n%-28s %10s %10s %10s %10s %12s\n", count,
              archive->documents().size(), "us", "reports", "median", "p95", "p99", "scan");
  Measure(*archive, scan, "frequent letters",
          {U"的", U"和", U"发", U"展", U"国", U"人", U"业", U"一", U"工", U"建"}, 0);
  for (const size_t size : {size_t{1}, size_t{2}, size_t{4}, size_t{8}}) {
    const auto phrases = Phrases(*archive, size, queries);
    Measure(*archive, scan, std::to_string(size) + " letters", phrases, 0);
    if (size >= 4) {
      Measure(*archive, scan, std::to_string(size) + " letters, with variants", phrases,
              limits::kMaxVariants);
    }
  }
  MeasureMarks(*archive, queries);
  MeasureReportCounts(*archive, queries);
  return ExitCode();
}

}  // namespace
}  // namespace quotes::bench

int main(int argc, char** argv) {
  size_t count = 1'000'000;
  size_t queries = 200;
  std::string lines;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--quotes") {
      count = std::strtoull(argv[i + 1], nullptr, 10);
    } else if (option == "--queries") {
      queries = std::strtoull(argv[i + 1], nullptr, 10);
    } else if (option == "--lines") {
      lines = argv[i + 1];
    }
  }
  return quotes::bench::Run(count, queries, lines);
}
