// Measures the themes of the built-in scheme against labels that readers gave by hand: precision
// and recall of leaf themes and of parent themes, per kind of report and per theme, and how far the
// readers agree. The data files hold no text of the reports (see make_labels.py).

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "service/base/hash.h"
#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/utf8.h"
#include "service/themes/scheme.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::themes {
namespace {

using Codes = std::set<std::string>;

constexpr char kSampleFile[] = "zaozhuang-shizhong-2022.txt";

// One quote as the readers labelled it.
struct Label {
  std::string file;
  std::string digest;  // the first digits of the SHA-256 of its text
  uint32_t begin = 0;  // where it stood
  Codes a;
  std::optional<Codes> b;  // absent: one reader only
  Codes also;
};

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in{text};
  for (std::string part; std::getline(in, part, separator);) {
    parts.push_back(part);
  }
  return parts;
}

Codes ReadCodes(const std::string& column) {
  Codes codes;
  for (const std::string& code : Split(column, ',')) {
    if (code != "-") {
      EXPECT_GE(Scheme::BuiltIn()->Find(code), 0) << code;
      codes.insert(code);
    }
  }
  return codes;
}

std::vector<Label> ReadLabels(const std::filesystem::path& path) {
  std::vector<Label> labels;
  for (const std::string& line : Split(testing::ReadFile(path), '\n')) {
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const std::vector<std::string> columns = Split(line, '\t');
    if (columns.size() != 6) {
      ADD_FAILURE() << path << ": " << line;
      continue;
    }
    Label& label = labels.emplace_back();
    label.file = columns[0];
    label.digest = columns[1];
    label.begin = static_cast<uint32_t>(std::stoul(columns[2]));
    label.a = ReadCodes(columns[3]);
    if (columns[4] != "?") {
      label.b = ReadCodes(columns[4]);
    }
    label.also = ReadCodes(columns[5]);
  }
  return labels;
}

// A report with the themes of its quotes.
struct Themed {
  report::ParsedReport report;
  std::multimap<std::string, size_t> by_digest;  // of the speech's quotes
  std::vector<std::vector<Assignment>> themes;
};

Themed ReadReport(const std::string& bytes) {
  Themed themed;
  const auto decoded = text::Decode(bytes);
  QUOTES_EXPECT_OK(decoded);
  auto parsed = report::ParseReport(*decoded);
  QUOTES_EXPECT_OK(parsed);
  themed.report = *std::move(parsed);
  for (size_t i = 0; i < themed.report.quotes.size(); ++i) {
    const report::Quote& quote = themed.report.quotes[i];
    if (report::IsSpeech(quote.block)) {
      const std::string quoted =
          text::ToUtf8(themed.report.joined.substr(quote.range.begin, quote.range.size()));
      themed.by_digest.emplace(Sha256Hex(quoted).substr(0, 16), i);
    }
  }
  themed.themes = Scheme::BuiltIn()->Assign(themed.report);
  return themed;
}

// The quote that a label is about; of equal ones the nearest to where it stood.
std::optional<size_t> Find(const Themed& themed, const Label& label) {
  std::optional<size_t> nearest;
  const auto distance = [&](size_t quote) {
    const uint32_t begin = themed.report.quotes[quote].range.begin;
    return begin > label.begin ? begin - label.begin : label.begin - begin;
  };
  const auto [first, last] = themed.by_digest.equal_range(label.digest);
  for (auto at = first; at != last; ++at) {
    if (!nearest.has_value() || distance(at->second) < distance(*nearest)) {
      nearest = at->second;
    }
  }
  return nearest;
}

// "economy.growth" as "economy".
Codes Tops(const Codes& codes) {
  Codes tops;
  for (const std::string& code : codes) {
    tops.insert(code.substr(0, code.find('.')));
  }
  return tops;
}

Codes Union(const Codes& a, const Codes& b) {
  Codes both = a;
  both.insert(b.begin(), b.end());
  return both;
}

Codes Intersection(const Codes& a, const Codes& b) {
  Codes both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
  return both;
}

// A theme given is right where a reader asks for it or takes it for no mistake; it is wanted where
// all readers ask for it.
struct Tally {
  size_t given = 0;
  size_t right = 0;
  size_t wanted = 0;
  size_t met = 0;

  double Precision() const { return given == 0 ? 1 : double(right) / double(given); }
  double Recall() const { return wanted == 0 ? 1 : double(met) / double(wanted); }
};

struct Measure {
  size_t quotes = 0;
  Tally leaf;
  Tally top;
  size_t agreed = 0;  // codes that both readers ask for
  size_t asked = 0;   // codes that either asks for, those of both twice
  std::map<std::string, Tally> themes;

  void Count(const Label& label, const Codes& given) {
    ++quotes;
    const Codes& b = label.b.has_value() ? *label.b : label.a;
    Add(Intersection(label.a, b), Union(Union(label.a, b), label.also), given, &leaf, &themes);
    Add(Intersection(Tops(label.a), Tops(b)), Tops(Union(Union(label.a, b), label.also)),
        Tops(given), &top, nullptr);
    if (label.b.has_value()) {
      agreed += Intersection(label.a, b).size();
      asked += label.a.size() + b.size();
    }
  }

  static void Add(const Codes& wanted, const Codes& allowed, const Codes& given, Tally* all,
                  std::map<std::string, Tally>* each) {
    for (const std::string& code : given) {
      const size_t right = allowed.count(code);
      ++all->given;
      all->right += right;
      if (each != nullptr) {
        ++(*each)[code].given;
        (*each)[code].right += right;
      }
    }
    for (const std::string& code : wanted) {
      const size_t met = given.count(code);
      ++all->wanted;
      all->met += met;
      if (each != nullptr) {
        ++(*each)[code].wanted;
        (*each)[code].met += met;
      }
    }
  }
};

void PrintRow(const std::string& set, const std::string& group, const Measure& measure) {
  std::cout << std::left << std::setw(10) << set << std::setw(12) << group << std::right
            << std::setw(6) << measure.quotes << std::fixed << std::setprecision(3) << std::setw(9)
            << measure.leaf.Precision() << std::setw(7) << measure.leaf.Recall() << std::setw(9)
            << measure.top.Precision() << std::setw(7) << measure.top.Recall();
  if (measure.asked > 0) {
    std::cout << std::setw(10) << 2 * double(measure.agreed) / double(measure.asked);
  }
  std::cout << "\n";
}

// Reads the labels of a set, prints its table, returns what was measured on all of it; nullopt
// where the set or every report of it is absent.
std::optional<Measure> Evaluate(const std::string& set) {
  const auto path =
      testing::SourceDir() / "tests/unit/themes/data" / ("evaluation_" + set + ".tsv");
  if (!std::filesystem::exists(path)) {
    std::cout << "there are no labels named " << set << "\n";
    return std::nullopt;
  }
  std::map<std::string, std::filesystem::path> files;
  if (const auto corpus = testing::CorpusDir(); corpus.has_value()) {
    for (const auto& file : testing::TextFiles(*corpus / "reports")) {
      files[file.filename().string()] = file;
    }
  } else {
    std::cout << "the corpus of real reports is absent: only labels of the sample are measured\n";
  }
  std::map<std::string, Themed> reports;
  std::map<std::string, Measure> groups;
  Measure all;
  size_t lost = 0;  // labels whose report is there, but not their quote
  for (const Label& label : ReadLabels(path)) {
    const bool sample = label.file == kSampleFile;
    const auto file = files.find(label.file);
    if (!sample && file == files.end()) {
      continue;
    }
    auto themed = reports.find(label.file);
    if (themed == reports.end()) {
      const std::string bytes = sample ? testing::SampleReport() : testing::ReadFile(file->second);
      themed = reports.emplace(label.file, ReadReport(bytes)).first;
    }
    const std::optional<size_t> quote = Find(themed->second, label);
    if (!quote.has_value()) {
      ++lost;
      continue;
    }
    Codes given;
    for (const Assignment& assignment : themed->second.themes[*quote]) {
      given.insert(Scheme::BuiltIn()->themes()[static_cast<size_t>(assignment.theme)].code);
    }
    groups[sample ? "sample" : file->second.parent_path().filename().string()].Count(label, given);
    all.Count(label, given);
  }
  // A change of the parser may cut a few sentences otherwise; more than that would hollow this out.
  EXPECT_LE(lost * 100, all.quotes) << lost << " labels of " << set << " found no quote";
  if (all.quotes == 0) {
    return std::nullopt;
  }
  std::cout << "scheme " << Scheme::BuiltIn()->version()
            << "\nset       group       quotes   leaf P      R    top P      R   readers\n";
  for (const auto& [group, measure] : groups) {
    PrintRow(set, group, measure);
  }
  PrintRow(set, "all", all);
  std::cout << "theme                          wanted given     P     R\n";
  for (const auto& [code, tally] : all.themes) {
    std::cout << std::left << std::setw(30) << code << std::right << std::setw(7) << tally.wanted
              << std::setw(6) << tally.given << std::setprecision(2) << std::setw(6)
              << tally.Precision() << std::setw(6) << tally.Recall() << "\n";
  }
  return all;
}

// The least that is asked for.
void ExpectAtLeast(const Measure& measure, double leaf_precision, double leaf_recall,
                   double top_precision, double top_recall) {
  EXPECT_GE(measure.leaf.Precision(), leaf_precision);
  EXPECT_GE(measure.leaf.Recall(), leaf_recall);
  EXPECT_GE(measure.top.Precision(), top_precision);
  EXPECT_GE(measure.top.Recall(), top_recall);
}

// Labels of one reader; the cues were edited with their mistakes in view.
TEST(ThemeEvaluationTest, Dev) {
  const std::optional<Measure> measure = Evaluate("dev");
  if (!measure.has_value()) {
    GTEST_SKIP() << "the corpus of real reports is absent";
  }
  ExpectAtLeast(*measure, 0.89, 0.91, 0.91, 0.94);
}

// Labels of one reader, made when most cues stood: the weights of the rules were chosen by them.
// Some cues came later, with their mistakes in view.
TEST(ThemeEvaluationTest, Rules) {
  const std::optional<Measure> measure = Evaluate("rules");
  if (!measure.has_value()) {
    GTEST_SKIP() << "the corpus of real reports is absent";
  }
  ExpectAtLeast(*measure, 0.87, 0.88, 0.90, 0.92);
}

// Labels of two readers that nobody who edits the cues looks at. Only sums are printed: who reads
// the mistakes would tune on them. The floors are what is asked of the scheme.
TEST(ThemeEvaluationTest, HeldOut) {
  const std::optional<Measure> measure = Evaluate("held_out");
  if (!measure.has_value()) {
    GTEST_SKIP() << "there are no held-out labels of a report that is here";
  }
  ExpectAtLeast(*measure, 0.85, 0.85, 0.90, 0.90);
}

}  // namespace
}  // namespace quotes::themes
