// Real differences: two transcriptions of one report, spelling errors with their positions, and
// quotations of broadcast news. Measurements with a printed table; what must hold whatever the data
// is asserted. Skipped without the corpus.
//
// The labels of the news quotations are mechanical (share of characters covered), so that they are
// printed beside the verdicts and not asserted.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "service/citation/form.h"
#include "service/text/utf8.h"
#include "tests/support/citation_checks.h"
#include "tests/support/test_data.h"

namespace quotes::citation {
namespace {

using google::protobuf::Struct;

std::vector<Struct> ReadLines(const std::filesystem::path& path) {
  std::vector<Struct> lines;
  const std::string bytes = testing::ReadFile(path);
  for (const absl::string_view line : absl::StrSplit(bytes, '\n', absl::SkipEmpty())) {
    Struct value;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(std::string(line), &value).ok());
    lines.push_back(std::move(value));
  }
  return lines;
}

std::string Field(const Struct& line, const char* name) {
  const auto found = line.fields().find(name);
  return found == line.fields().end() ? "" : found->second.string_value();
}

std::u32string Letters(std::string_view text) {
  std::u32string letters;
  for (const Unit& unit : FormUnits(text::ToCodePoints(text))) {
    if (unit.letter()) {
      letters.push_back(unit.form);
    }
  }
  return letters;
}

struct Counts {
  size_t cases = 0;
  size_t found = 0;
  size_t right_kind = 0;
  size_t true_positions = 0;
  size_t found_positions = 0;
  size_t wanted_positions = 0;
  size_t false_pass = 0;
  size_t false_alarm = 0;
  size_t unchanged = 0;
  double seconds = 0;
};

class RealDifferencesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = testing::CorpusDir();
    if (!dir_.has_value()) {
      GTEST_SKIP() << "no corpus";
    }
  }

  static void Print(const std::string& name, const Counts& counts) {
    const auto share = [](size_t part, size_t whole) {
      return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
    };
    const double precision = share(counts.true_positions, counts.found_positions);
    const double recall = share(counts.true_positions, counts.wanted_positions);
    std::printf(
        "%-24s cases %5zu found %.4f kind %.4f precision %.4f recall %.4f F1 %.4f false PASS %zu "
        "unchanged %zu alarms %zu us/check %.0f\n",
        name.c_str(), counts.cases, share(counts.found, counts.cases),
        share(counts.right_kind, counts.cases), precision, recall,
        precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall),
        counts.false_pass, counts.unchanged, counts.false_alarm,
        counts.seconds * 1e6 / static_cast<double>(std::max<size_t>(1, counts.cases)));
  }

  // Sentences as one report each line, `right` held, `wrong` checked.
  Counts CheckSpelling(const std::filesystem::path& path) {
    const std::vector<Struct> lines = ReadLines(path);
    std::string report = "报告\n";
    for (const Struct& line : lines) {
      absl::StrAppend(&report, Field(line, "right"), "\n\n");
    }
    const testing::TestCorpus corpus({testing::MakeDocument("right", report)});
    Counts counts;
    size_t shown = 0;
    for (const Struct& line : lines) {
      const std::string wrong = Field(line, "wrong");
      const std::string right = Field(line, "right");
      Request request;
      request.quotation = wrong;
      request.claim.report = "right";
      const auto begin = std::chrono::steady_clock::now();
      const Result result = corpus.Verify(request);
      counts.seconds +=
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      EXPECT_EQ(testing::FindViolation(corpus, request, result), "") << wrong;
      ++counts.cases;
      counts.found += result.locations.empty() ? 0u : 1u;
      std::set<uint32_t> wanted;
      if (const auto subs = line.fields().find("subs"); subs != line.fields().end()) {
        for (const auto& sub : subs->second.list_value().values()) {
          wanted.insert(static_cast<uint32_t>(sub.list_value().values(0).number_value()));
        }
      }
      // Equal after the form fold: no spelling error in the sense of this check (妳 and 你).
      if (Letters(wrong) == Letters(right)) {
        ++counts.unchanged;
        ++counts.right_kind;
        if (wrong == right && result.text != TextVerdict::kTooShort &&
            result.disposition != Disposition::kPass) {
          ++counts.false_alarm;
          if (++shown < 8) {
            std::printf("ALARM %s\n%s\n", wrong.c_str(), testing::Dump(result).c_str());
          }
        }
        continue;
      }
      counts.false_pass += result.disposition == Disposition::kPass ? 1u : 0u;
      counts.right_kind += result.text == TextVerdict::kAltered ? 1u : 0u;
      std::set<uint32_t> found;
      for (const Edit& edit : result.edits) {
        if (edit.severity == Severity::kNone) {
          continue;
        }
        for (uint32_t i = edit.quotation.begin; i < edit.quotation.end; ++i) {
          found.insert(i);
        }
      }
      const std::u32string a = text::ToCodePoints(wrong);
      const std::u32string b = text::ToCodePoints(right);
      std::erase_if(wanted, [&](uint32_t at) {
        return at >= a.size() || at >= b.size() ||
               Letters(text::ToUtf8(a.substr(at, 1))) == Letters(text::ToUtf8(b.substr(at, 1)));
      });
      const bool equal = found == wanted;
      for (const uint32_t at : found) {
        counts.true_positions += wanted.contains(at) ? 1u : 0u;
      }
      counts.found_positions += found.size();
      counts.wanted_positions += wanted.size();
      if ((!equal || result.disposition == Disposition::kPass) && ++shown < 8) {
        std::printf("DIFFERENT %s\n  right %s\n%s\n", wrong.c_str(), right.c_str(),
                    testing::Dump(result).c_str());
      }
    }
    return counts;
  }

  std::optional<std::filesystem::path> dir_;
};

TEST_F(RealDifferencesTest, SpellingOfOfficialWriting) {
  const Counts counts = CheckSpelling(*dir_ / "ecspell_odw_train.jsonl");
  Print("ecspell odw", counts);
  EXPECT_EQ(counts.false_pass, 0u);
}

TEST_F(RealDifferencesTest, SpellingOfLearners) {
  const Counts counts = CheckSpelling(*dir_ / "sighan13_test_simplified.jsonl");
  Print("sighan 13", counts);
  EXPECT_EQ(counts.false_pass, 0u);
}

TEST_F(RealDifferencesTest, TwoTranscriptions) {
  const std::vector<Struct> lines = ReadLines(*dir_ / "transcription_variants.jsonl");
  std::map<std::string, Counts> kinds;
  std::map<std::string, std::map<std::string, size_t>> verdicts;
  std::map<std::string, std::string> reports;  // by document: all sentences of one transcription
  for (const Struct& line : lines) {
    absl::StrAppend(&reports[Field(line, "doc")], Field(line, "text_a"), "\n\n");
  }
  std::vector<std::shared_ptr<const archive::Document>> documents;
  for (const auto& [doc, text] : reports) {
    documents.push_back(testing::MakeDocument(doc, text));
  }
  const testing::TestCorpus corpus(documents);
  std::map<std::string, std::u32string> letters;
  for (const auto& [doc, text] : reports) {
    letters[doc] = Letters(text);
  }
  size_t shown = 0;
  for (const Struct& line : lines) {
    std::string kind = Field(line, "kind");
    const std::string quotation = Field(line, "text_b");
    const std::string source = Field(line, "text_a");
    // A third transcription of the same report may have the words of this one.
    if (kind == "wording" &&
        letters[Field(line, "doc")].find(Letters(quotation)) != std::u32string::npos) {
      kind = "wording held";
    }
    Request request;
    request.quotation = quotation;
    const std::string doc = Field(line, "doc");
    request.claim.report = doc;
    if (text::ToCodePoints(quotation).size() > 5000) {
      continue;
    }
    Counts& counts = kinds[kind];
    const auto begin = std::chrono::steady_clock::now();
    const Result result = corpus.Verify(request);
    counts.seconds +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    EXPECT_EQ(testing::FindViolation(corpus, request, result), "") << quotation;
    ++counts.cases;
    counts.found += result.locations.empty() ? 0u : 1u;
    ++verdicts[kind][std::string(testing::Name(result.text))];
    bool right = false;
    if (kind == "punctuation") {
      right = result.text == TextVerdict::kPunctuationChanged ||
              result.text == TextVerdict::kFormOnly || result.text == TextVerdict::kVerbatim;
    } else if (kind == "form") {
      right = result.text == TextVerdict::kFormOnly || result.text == TextVerdict::kVerbatim;
    } else if (kind == "wording held") {
      right = result.text <= TextVerdict::kPunctuationChanged;
    } else {
      right = result.text == TextVerdict::kAltered || result.text == TextVerdict::kNumeralRestated;
      counts.false_pass += result.disposition == Disposition::kPass ? 1u : 0u;
    }
    counts.right_kind += right ? 1u : 0u;
    if (!right && ++shown < 14) {
      std::printf("KIND %s\n  a %s\n  b %s\n%s\n", kind.c_str(), source.c_str(), quotation.c_str(),
                  testing::Dump(result).c_str());
    }
  }
  for (const auto& [kind, counts] : kinds) {
    Print("transcriptions " + kind, counts);
    for (const auto& [verdict, n] : verdicts[kind]) {
      std::printf("    %s %zu\n", verdict.c_str(), n);
    }
    EXPECT_EQ(counts.false_pass, 0u);
  }
}

TEST_F(RealDifferencesTest, BroadcastNews) {
  std::vector<std::shared_ptr<const archive::Document>> documents;
  size_t n = 0;
  for (const auto& path : testing::TextFiles(*dir_ / "reports")) {
    documents.push_back(testing::MakeDocument(absl::StrCat("r", n++), testing::ReadFile(path)));
  }
  const testing::TestCorpus corpus(documents);
  std::map<std::string, std::map<std::string, size_t>> table;
  double seconds = 0;
  size_t cases = 0;
  size_t shown = 0;
  for (const Struct& line : ReadLines(*dir_ / "news_quotations.jsonl")) {
    const std::string quotation = Field(line, "quote");
    const std::string label = Field(line, "label");
    Request request;
    request.quotation = quotation;
    const auto begin = std::chrono::steady_clock::now();
    const Result result = corpus.Verify(request);
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    EXPECT_EQ(testing::FindViolation(corpus, request, result), "") << quotation;
    ++cases;
    ++table[label][absl::StrCat(std::string(testing::Name(result.text)), " ",
                                std::string(testing::Name(result.disposition)))];
    const bool expected = (label == "verbatim") == (result.text <= TextVerdict::kNumeralRestated);
    if (!expected && ++shown < 14) {
      std::printf("LABEL %s: %s\n%s\n", label.c_str(), quotation.c_str(),
                  testing::Dump(result).c_str());
    }
  }
  for (const auto& [label, verdicts] : table) {
    std::printf("news %s\n", label.c_str());
    for (const auto& [verdict, count] : verdicts) {
      std::printf("    %s %zu\n", verdict.c_str(), count);
    }
  }
  std::printf("news us/check %.0f\n", seconds * 1e6 / static_cast<double>(cases));
}

}  // namespace
}  // namespace quotes::citation
