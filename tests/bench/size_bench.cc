// What an archive costs to make and to hold, as curves over its size.
//
//   size_bench [--quotes N[,N...]] [--lines FILE]
//
// build    all reports at once into one segment (or as many as the largest size makes)
// import   one more report of 20,000 characters, until a snapshot has it
// merge    the segments that growing by halves leaves, into what merging aims at
// index    bytes of the archive per character of text, beside the reports themselves
// reports  bytes of the reports per character of text

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/archive/archive.h"
#include "service/archive/indexed_archive.h"
#include "tests/bench/bench_data.h"

namespace quotes::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Documents = std::vector<std::shared_ptr<const archive::Document>>;
constexpr size_t kImportedCharacters = 20'000;

double Seconds(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Of memory that the process holds, freed pages given back.
double ResidentBytes() {
  malloc_trim(0);
  std::ifstream in("/proc/self/statm");
  size_t pages = 0;
  in >> pages >> pages;
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void Measure(const std::string& lines, size_t count) {
  const auto scheme = themes::Scheme::BuiltIn();
  const double before = ResidentBytes();
  Documents documents = MakeDocuments(MakeQuotes(lines, count), *scheme);
  double characters = 0;
  for (const auto& document : documents) {
    characters += static_cast<double>(document->content.joined.size());
  }
  const double with_documents = ResidentBytes();

  auto begin = Clock::now();
  std::shared_ptr<const archive::Archive> archive =
      archive::MakeIndexedArchive(1, scheme, documents);
  const double build = Seconds(begin);
  const double with_archive = ResidentBytes();

  // One report more; its quotes are those of the first ones, under another id.
  auto imported = std::make_shared<archive::Document>(*documents.front());
  imported->report_id = "imported";
  for (size_t d = 1; imported->content.joined.size() < kImportedCharacters; ++d) {
    const archive::Document& more = *documents[d % documents.size()];
    const auto offset = static_cast<uint32_t>(imported->content.joined.size());
    imported->content.joined += more.content.joined;
    for (report::Quote quote : more.content.quotes) {
      quote.id = absl::StrCat("i", d, quote.id);
      quote.range = {quote.range.begin + offset, quote.range.end + offset};
      imported->content.quotes.push_back(std::move(quote));
    }
    imported->themes.insert(imported->themes.end(), more.themes.begin(), more.themes.end());
  }
  Documents with_import = documents;
  with_import.push_back(std::move(imported));
  begin = Clock::now();
  archive = archive::MakeIndexedArchive(2, scheme, std::move(with_import), archive.get());
  const double import = Seconds(begin);

  archive.reset();
  Documents held;
  for (size_t part = documents.size() / 2; held.size() < documents.size();
       part = std::max<size_t>(part / 2, 1)) {
    const size_t end = part < 16 ? documents.size() : held.size() + part;
    held.assign(documents.begin(), documents.begin() + static_cast<std::ptrdiff_t>(end));
    archive = archive::MakeIndexedArchive(1, scheme, held, archive.get());
  }
  const size_t segments = archive::SegmentCount(*archive);
  begin = Clock::now();
  for (archive::MergePlan plan(*archive); !plan.empty(); plan = archive::MergePlan(*archive)) {
    plan.Run();
    archive = plan.Apply(*archive);
  }
  const double merge = Seconds(begin);
  std::printf("%9zu %11.0f | %8.2f %9.1f | %8.2f %4zu to %zu | %7.1f %8.1f\n", count, characters,
              build, import * 1e3, merge, segments, archive::SegmentCount(*archive),
              (with_archive - with_documents) / characters, (with_documents - before) / characters);
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  std::vector<size_t> sizes = {50'000, 100'000, 200'000, 400'000};
  std::string lines;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--quotes") {
      sizes.clear();
      for (const std::string& size : std::vector<std::string>(absl::StrSplit(argv[i + 1], ','))) {
        sizes.push_back(static_cast<size_t>(std::atoll(size.c_str())));
      }
    } else if (name == "--lines") {
      lines = argv[i + 1];
    } else {
      Fail("unknown option " + std::string(name));
    }
  }
  std::printf("%9s %11s | %8s %9s | %8s %9s | %7s %8s\n", "quotes", "characters", "build s",
              "import ms", "merge s", "segments", "index", "reports");
  for (const size_t size : sizes) {
    Measure(lines, size);
  }
  return 0;
}

}  // namespace
}  // namespace quotes::bench

int main(int argc, char** argv) { return quotes::bench::Main(argc, argv); }
