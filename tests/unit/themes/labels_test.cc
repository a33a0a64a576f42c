// Measures the themes that the built-in scheme gives against labels made by hand.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/utf8.h"
#include "service/themes/scheme.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::themes {
namespace {

// What a labelled quote must and may get.
struct Label {
  std::string file;
  std::u32string prefix;
  std::vector<std::set<std::string>> wanted;  // of each set at least one
  std::set<std::string> allowed;              // all that are no mistake
};

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in{std::string(text)};
  for (std::string part; std::getline(in, part, separator);) {
    parts.push_back(part);
  }
  return parts;
}

std::vector<Label> ReadLabels(const std::string& name, bool with_file) {
  std::vector<Label> labels;
  for (const std::string& line :
       Split(testing::ReadFile(testing::SourceDir() / "tests/unit/themes/data" / name), '\n')) {
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const std::vector<std::string> columns = Split(line, '\t');
    EXPECT_EQ(columns.size(), with_file ? 3u : 2u) << line;
    Label& label = labels.emplace_back();
    label.file = with_file ? columns.front() : "";
    label.prefix = text::ToCodePoints(columns[columns.size() - 2]);
    for (const std::string& token : Split(columns.back(), ' ')) {
      if (token == "-") {
        continue;
      }
      if (token.front() == '?') {
        label.allowed.insert(token.substr(1));
        continue;
      }
      const std::vector<std::string> any = Split(token, '|');
      label.wanted.emplace_back(any.begin(), any.end());
      label.allowed.insert(any.begin(), any.end());
    }
    for (const std::string& code : label.allowed) {
      EXPECT_GE(Scheme::BuiltIn()->Find(code), 0) << code;
    }
  }
  return labels;
}

report::ParsedReport Parse(const std::string& bytes) {
  const auto decoded = text::Decode(bytes);
  QUOTES_EXPECT_OK(decoded);
  auto parsed = report::ParseReport(*decoded);
  QUOTES_EXPECT_OK(parsed);
  return *std::move(parsed);
}

struct Tally {
  int wanted = 0;
  int hit = 0;
  int wrong = 0;

  double Precision() const {
    return hit + wrong == 0 ? 1 : static_cast<double>(hit) / (hit + wrong);
  }
  double Recall() const { return wanted == 0 ? 1 : static_cast<double>(hit) / wanted; }
};

// Counts wants met, wants missed and themes that the label neither wants nor allows.
class Measure {
 public:
  void Count(const Label& label, const std::set<std::string>& given) {
    ++quotes_;
    for (const std::set<std::string>& any : label.wanted) {
      const auto met = std::find_if(any.begin(), any.end(),
                                    [&](const std::string& code) { return given.count(code) > 0; });
      Tally& theme = themes_[met != any.end() ? *met : *any.begin()];
      ++theme.wanted;
      ++all_.wanted;
      if (met != any.end()) {
        ++theme.hit;
        ++all_.hit;
      }
    }
    for (const std::string& code : given) {
      if (label.allowed.count(code) == 0) {
        ++themes_[code].wrong;
        ++all_.wrong;
      }
    }
  }

  // Prints the table, a row a theme.
  void Print(std::string_view title) const {
    std::cout << title << ": " << quotes_ << " quotes, scheme " << Scheme::BuiltIn()->version()
              << "\n  wanted   hit wrong  precision recall\n";
    for (const auto& [code, tally] : themes_) {
      PrintRow(code, tally);
    }
    PrintRow("all", all_);
  }

  const Tally& all() const { return all_; }
  int quotes() const { return quotes_; }

 private:
  static void PrintRow(std::string_view code, const Tally& tally) {
    std::cout << std::setw(8) << tally.wanted << std::setw(6) << tally.hit << std::setw(6)
              << tally.wrong << std::fixed << std::setprecision(2) << std::setw(11)
              << tally.Precision() << std::setw(7) << tally.Recall() << "  " << code << "\n";
  }

  std::map<std::string, Tally> themes_;
  Tally all_;
  int quotes_ = 0;
};

// The quotes that a label is about: those that begin with its words, else those that hold them
// (where a marker stands before the words).
std::vector<size_t> Find(const report::ParsedReport& report, const std::u32string& prefix) {
  std::vector<size_t> begins;
  std::vector<size_t> holds;
  for (size_t i = 0; i < report.quotes.size(); ++i) {
    const report::Quote& quote = report.quotes[i];
    if (!report::IsSpeech(quote.block)) {
      continue;
    }
    const std::u32string text = report.joined.substr(quote.range.begin, quote.range.size());
    const size_t at = text.find(prefix);
    if (at == 0) {
      begins.push_back(i);
    } else if (at != std::u32string::npos) {
      holds.push_back(i);
    }
  }
  return begins.empty() ? holds : begins;
}

std::set<std::string> CodesOf(const std::vector<Assignment>& assignments) {
  std::set<std::string> codes;
  for (const Assignment& assignment : assignments) {
    codes.insert(Scheme::BuiltIn()->themes()[static_cast<size_t>(assignment.theme)].code);
  }
  return codes;
}

std::string Join(const std::set<std::string>& codes) {
  std::string joined;
  for (const std::string& code : codes) {
    joined += (joined.empty() ? "" : " ") + code;
  }
  return joined;
}

TEST(ThemeLabelsTest, Sample) {
  const std::vector<Label> labels = ReadLabels("sample_labels.tsv", false);
  ASSERT_GE(labels.size(), 60u);
  const report::ParsedReport report = Parse(testing::SampleReport());
  const auto assigned = Scheme::BuiltIn()->Assign(report);
  ASSERT_EQ(assigned.size(), report.quotes.size());
  Measure measure;
  std::ostringstream mistakes;
  for (const Label& label : labels) {
    const std::vector<size_t> quotes = Find(report, label.prefix);
    EXPECT_FALSE(quotes.empty()) << text::ToUtf8(label.prefix);
    for (const size_t quote : quotes) {
      const std::set<std::string> given = CodesOf(assigned[quote]);
      Measure one;
      one.Count(label, given);
      if (one.all().hit < one.all().wanted || one.all().wrong > 0) {
        mistakes << "  " << text::ToUtf8(label.prefix) << ": given " << Join(given) << "; allowed "
                 << Join(label.allowed) << "\n";
        for (const Assignment& assignment : assigned[quote]) {
          mistakes << "      "
                   << Scheme::BuiltIn()->themes()[static_cast<size_t>(assignment.theme)].code << " "
                   << assignment.score;
          for (const std::string& cue : assignment.cues) {
            mistakes << " " << cue;
          }
          mistakes << "\n";
        }
      }
      measure.Count(label, given);
    }
  }
  measure.Print("sample (the cues were tuned on it)");
  std::cout << "quotes with a missed or a wrong theme:\n" << mistakes.str();
  EXPECT_GE(measure.all().Precision(), 0.80);
  EXPECT_GE(measure.all().Recall(), 0.85);
}

TEST(ThemeLabelsTest, HeldOut) {
  const auto corpus = testing::CorpusDir();
  if (!corpus.has_value()) {
    GTEST_SKIP() << "the corpus of real reports is absent";
  }
  std::map<std::string, std::filesystem::path> files;
  for (const auto& path : testing::TextFiles(*corpus / "reports")) {
    files[path.filename().string()] = path;
  }
  // Only sums are printed: who reads the mistakes would tune on them.
  Measure measure;
  std::map<std::string, report::ParsedReport> reports;
  int unplaced = 0;
  for (const Label& label : ReadLabels("held_out_labels.tsv", true)) {
    if (files.count(label.file) == 0) {
      ++unplaced;
      continue;
    }
    auto report = reports.find(label.file);
    if (report == reports.end()) {
      report = reports.emplace(label.file, Parse(testing::ReadFile(files[label.file]))).first;
    }
    const std::vector<size_t> quotes = Find(report->second, label.prefix);
    if (quotes.empty()) {
      ++unplaced;
      continue;
    }
    measure.Count(label, CodesOf(Scheme::BuiltIn()->Assign(report->second)[quotes.front()]));
  }
  measure.Print("held out (never tuned on)");
  EXPECT_LE(unplaced, 3);
  EXPECT_GE(measure.quotes(), 55);
  EXPECT_GE(measure.all().Precision(), 0.75);
  EXPECT_GE(measure.all().Recall(), 0.70);
}

}  // namespace
}  // namespace quotes::themes
