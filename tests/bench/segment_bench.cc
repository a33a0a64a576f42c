// How long the archive takes to be built, written, opened, changed and merged, and what it holds in
// memory, over its size.
//
//   segment_bench [--quotes N] [--lines FILE]
//
// Quotes are those of MakeQuotes.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/segment_folder.h"
#include "tests/bench/bench_data.h"
#include "tests/support/test_data.h"

namespace quotes::bench {
namespace {

using Clock = std::chrono::steady_clock;
double Millis(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

archive::Document MakeDocument(const std::vector<std::u32string>& quotes, size_t number,
                               const themes::Scheme& scheme) {
  archive::Document document;
  document.report_id = absl::StrCat("report-", number);
  document.revision = 1;
  document.etag = absl::StrCat("etag-", number);
  report::ParsedReport& content = document.content;
  content.metadata.title = absl::StrCat("在第", number, "次代表大会上的报告");
  content.metadata.speaker = "宋磊";
  content.metadata.date = absl::CivilDay(2022, 1, 17) - static_cast<int>(number % 5'000);
  report::Section section;
  section.id = "1";
  section.heading = "过去五年的工作回顾";
  content.sections.push_back(section);
  const size_t begin = number * kQuotesPerReport;
  for (size_t i = begin; i < std::min(begin + kQuotesPerReport, quotes.size()); ++i) {
    report::Quote quote;
    quote.id = absl::StrCat("q-abcdefghijklmnop-", i);
    quote.range.begin = static_cast<uint32_t>(content.joined.size());
    content.joined += quotes[i];
    quote.range.end = static_cast<uint32_t>(content.joined.size());
    quote.section = 0;
    quote.paragraph = static_cast<uint32_t>(i - begin + 1);
    content.paragraphs.push_back(quote.range);
    content.print_spans.push_back(
        {report::BlockKind::kBody, quote.paragraph, 0, 0, 0, quote.range});
    content.quotes.push_back(std::move(quote));
  }
  content.runs.push_back(
      {report::BlockKind::kBody, {0, static_cast<uint32_t>(content.joined.size())}});
  document.themes = scheme.Assign(content);
  return document;
}

double At(std::vector<double> times, double share) {
  std::sort(times.begin(), times.end());
  return times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))];
}

int Main(int argc, char** argv) {
  size_t count = 50'000;
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
  const std::vector<std::u32string> quotes = MakeQuotes(lines, count);
  const auto scheme = themes::Scheme::BuiltIn();
  const testing::TempDir dir;
  const auto open = [&dir] {
    return std::make_unique<archive::SegmentFolder>(archive::SegmentFolder::Options{
        .path = dir.path() / "segments", .writable = true, .on_warning = [](std::string_view w) {
          std::fprintf(stderr, "%s\n", std::string(w).c_str());
        }});
  };
  const size_t reports = (quotes.size() + kQuotesPerReport - 1) / kQuotesPerReport;
  double themes_time = 0;
  auto folder = open();
  archive::ArchiveOptions options;
  options.folder = folder.get();
  std::shared_ptr<const archive::Archive> built;
  auto begin = Clock::now();
  {
    archive::ArchiveLoader loader(scheme, options);
    for (size_t i = 0; i < reports; ++i) {
      const auto document_begin = Clock::now();
      const archive::Document document = MakeDocument(quotes, i, *scheme);
      themes_time += Millis(document_begin);
      loader.Add(document);
    }
    built = loader.Finish(1);
  }
  const double build_time = Millis(begin) - themes_time;
  uint64_t code_points = 0;
  for (const archive::PackedDocument* const document : built->documents()) {
    code_points += document->joined().size();
  }
  std::printf("%zu quotes in %zu reports, %.1f M characters\n", quotes.size(), reports,
              static_cast<double>(code_points) / 1e6);
  std::printf("build and write   %9.1f ms (themes and documents: %.1f ms)\n", build_time,
              themes_time);
  begin = Clock::now();
  folder->Save(*built);
  std::printf("save              %9.1f ms\n", Millis(begin));
  const std::vector<std::pair<std::string_view, size_t>> memory = archive::MemoryUse(*built);

  std::vector<archive::DocumentHead> heads;
  std::vector<std::string> ids;
  for (const archive::PackedDocument* const document : built->documents()) {
    heads.push_back(document->head());
    ids.emplace_back(document->report_id());
  }
  built = nullptr;
  folder = open();
  options.folder = folder.get();
  begin = Clock::now();
  const std::clock_t cpu_begin = std::clock();
  archive::ArchiveLoader loader(scheme, options);
  size_t lacking = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    lacking += loader.Lacks(ids[i], 1, heads[i]) ? 1u : 0u;
  }
  std::shared_ptr<const archive::Archive> held = loader.Finish(1);
  std::printf("open and verify   %9.1f ms, %.1f ms of the processor (%zu reports lacking)\n",
              Millis(begin), 1e3 * static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC,
              lacking);

  std::vector<double> added;
  std::vector<double> removed;
  // A report of 20,000 characters.
  std::u32string text;
  for (size_t i = 0; text.size() < 20'000; ++i) {
    text += quotes[i % quotes.size()];
  }
  std::vector<std::u32string> long_quotes;
  for (size_t i = 0; i < text.size(); i += text.size() / kQuotesPerReport + 1) {
    long_quotes.push_back(text.substr(i, text.size() / kQuotesPerReport + 1));
  }
  for (int i = 0; i < 30; ++i) {
    archive::Document document = MakeDocument(long_quotes, 0, *scheme);
    document.report_id = absl::StrCat("added-", i);
    begin = Clock::now();
    held = archive::UpdateArchive(*held, 2, {archive::Pack(document, scheme->themes().size())}, {});
    added.push_back(Millis(begin));
  }
  for (int i = 0; i < 30; ++i) {
    begin = Clock::now();
    held = archive::UpdateArchive(*held, 3, {}, {ids[static_cast<size_t>(i) * ids.size() / 31]});
    removed.push_back(Millis(begin));
  }
  std::printf("add a report      %9.1f ms median, %.1f ms at most\n", At(added, 0.5), At(added, 1));
  std::printf("remove a report   %9.1f ms median, %.1f ms at most\n", At(removed, 0.5),
              At(removed, 1));
  std::printf("segments          %9zu\n", archive::SegmentCount(*held));
  begin = Clock::now();
  size_t merges = 0;
  for (archive::MergePlan plan(*held); !plan.empty(); plan = archive::MergePlan(*held)) {
    plan.Run();
    held = plan.Apply(*held);
    ++merges;
  }
  std::printf("merge             %9.1f ms (%zu merges)\n", Millis(begin), merges);
  double sum = 0;
  std::printf("bytes a character, freshly built:\n");
  for (const auto& [name, bytes] : memory) {
    const double share = static_cast<double>(bytes) / static_cast<double>(code_points);
    sum += share;
    std::printf("  %-16s%9.2f\n", std::string(name).c_str(), share);
  }
  std::printf("  %-16s%9.2f\n", "together", sum);
  return 0;
}

}  // namespace
}  // namespace quotes::bench

int main(int argc, char** argv) { return quotes::bench::Main(argc, argv); }
