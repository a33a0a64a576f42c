// How fast reports are parsed, in megabytes of UTF-8 text per second of one core. Reading, decoding
// and storing are not counted; CPU time is, so that other work on the machine disturbs little.
//
//   parse_bench [--seconds N] [FILE ...]
//
// Without files: the corpus of reports where it is, else the sample report.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/report/parser.h"
#include "service/text/decode.h"
#include "tests/support/test_data.h"

namespace quotes::bench {
namespace {

constexpr double kBar = 20;  // MB/s

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Source {
  text::DecodedText text;
  size_t bytes = 0;
};

// The median rate of `rounds` passes over all sources, in MB/s.
double Measure(const std::vector<Source>& sources, std::string_view report_id, double seconds) {
  std::vector<double> rates;
  const double begin = CpuSeconds();
  while (rates.size() < 3 || CpuSeconds() - begin < seconds) {
    const double round = CpuSeconds();
    size_t bytes = 0;
    for (const Source& source : sources) {
      if (!report::ParseReport(source.text, {.report_id = report_id}).ok()) {
        std::fputs("a report was refused\n", stderr);
        std::exit(1);
      }
      bytes += source.bytes;
    }
    rates.push_back(static_cast<double>(bytes) / 1e6 / (CpuSeconds() - round));
  }
  std::nth_element(rates.begin(), rates.begin() + static_cast<std::ptrdiff_t>(rates.size() / 2),
                   rates.end());
  return rates[rates.size() / 2];
}

int Run(const std::vector<std::string>& arguments) {
  double seconds = 3;
  std::vector<Source> sources;
  size_t bytes = 0;
  const auto add = [&](std::string_view content) {
    auto decoded = text::Decode(content);
    if (!decoded.ok()) {
      std::fputs("a text cannot be decoded\n", stderr);
      std::exit(1);
    }
    bytes += content.size();
    sources.push_back({*std::move(decoded), content.size()});
  };
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--seconds" && i + 1 < arguments.size()) {
      seconds = std::atof(arguments[++i].c_str());
    } else {
      add(testing::ReadFile(arguments[i]));
    }
  }
  if (const auto corpus = testing::CorpusDir(); sources.empty() && corpus) {
    for (const auto& path : testing::TextFiles(*corpus / "reports")) {
      add(testing::ReadFile(path));
    }
  }
  if (sources.empty()) {
    add(testing::SampleReport());
  }
  std::printf("%zu texts, %.1f MB\n", sources.size(), static_cast<double>(bytes) / 1e6);
  const double parse = Measure(sources, "", seconds);
  std::printf("parse            %7.1f MB/s (bar %.0f: %s)\n", parse, kBar,
              parse >= kBar ? "holds" : "does not hold");
  std::printf("parse with ids   %7.1f MB/s\n", Measure(sources, "r", seconds));
  return parse >= kBar ? 0 : 1;
}

}  // namespace
}  // namespace quotes::bench

int main(int argc, char** argv) { return quotes::bench::Run({argv + 1, argv + argc}); }
