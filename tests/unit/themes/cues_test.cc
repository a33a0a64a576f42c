// Lints the cues of the built-in scheme: what Scheme::Parse takes for well-formed may still be
// without effect. What the corpus shows of them is printed, not asserted.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "service/themes/matcher.h"
#include "service/themes/scheme.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::themes {
namespace {

// One use of a term: the theme and scope it counts for, with the weight.
using Uses = std::map<std::pair<std::string, std::string>, double>;

// A term with all that the file says about it.
struct Term {
  std::string text;
  size_t line = 0;  // of its first cue
  bool masks = false;
  Uses uses;
};

// The file's terms, each once, with their automaton.
class CueFile {
 public:
  CueFile() : terms_(Read()), matcher_(Folded(terms_)) {}

  const std::vector<Term>& terms() const { return terms_; }

  // The terms that count in a text in which `without` does not exist.
  std::set<size_t> Count(std::u32string_view folded, size_t without) const {
    std::vector<bool> usable(terms_.size(), true);
    if (without < usable.size()) {
      usable[without] = false;
    }
    std::set<size_t> found;
    for (const Matcher::Match& match : matcher_.FindLongest(folded, usable)) {
      found.insert(match.pattern);
    }
    return found;
  }

  // The terms that count inside a term.
  std::set<size_t> Inside(size_t term) const {
    return Count(text::Fold(text::ToCodePoints(terms_[term].text)).units, term);
  }

  std::string Where(size_t term) const {
    return "cues.tsv:" + std::to_string(terms_[term].line) + " " + terms_[term].text;
  }

 private:
  static std::vector<Term> Read() {
    std::vector<Term> terms;
    std::map<std::string, size_t> known;
    std::istringstream in{testing::ReadFile(testing::SourceDir() / "service/themes/data/cues.tsv")};
    size_t number = 0;
    bool header = true;
    for (std::string line; std::getline(in, line);) {
      ++number;
      std::vector<std::string> columns;
      std::istringstream parts{line};
      for (std::string part; std::getline(parts, part, '\t');) {
        columns.push_back(part);
      }
      if (line.empty() || line.front() == '#' || columns.size() != 4 || header) {
        header = header && (line.empty() || columns.front() != "code");
        continue;
      }
      const std::string folded = text::ToUtf8(text::Fold(text::ToCodePoints(columns[1])).units);
      const auto [entry, inserted] = known.try_emplace(folded, terms.size());
      if (inserted) {
        terms.push_back({columns[1], number, false, {}});
      }
      Term& term = terms[entry->second];
      if (columns[0] == "-") {
        term.masks = true;
      } else {
        term.uses[{columns[0], columns[3]}] = std::stod(columns[2]);
      }
    }
    return terms;
  }

  static std::vector<std::u32string> Folded(const std::vector<Term>& terms) {
    std::vector<std::u32string> folded;
    folded.reserve(terms.size());
    for (const Term& term : terms) {
      folded.push_back(text::Fold(text::ToCodePoints(term.text)).units);
    }
    return folded;
  }

  std::vector<Term> terms_;
  Matcher matcher_;
};

class CuesTest : public ::testing::Test {
 protected:
  static const CueFile& Cues() {
    static const CueFile* const kCues = new CueFile();
    return *kCues;
  }
};

TEST_F(CuesTest, AreThoseOfTheScheme) {
  size_t in_file = 0;
  for (const Term& term : Cues().terms()) {
    in_file += term.uses.size();
  }
  size_t in_scheme = 0;
  for (const Theme& theme : Scheme::BuiltIn()->themes()) {
    in_scheme += theme.cues.size();
  }
  EXPECT_EQ(in_file, in_scheme);
}

TEST_F(CuesTest, EveryMaskHidesSomething) {
  for (size_t i = 0; i < Cues().terms().size(); ++i) {
    if (Cues().terms()[i].masks) {
      EXPECT_FALSE(Cues().Inside(i).empty()) << Cues().Where(i);
    }
  }
}

// A term that says what the terms inside it would say without it can go.
TEST_F(CuesTest, NoTermRepeatsThoseInsideIt) {
  for (size_t i = 0; i < Cues().terms().size(); ++i) {
    const Term& term = Cues().terms()[i];
    if (term.masks) {
      continue;
    }
    Uses without;
    for (const size_t inner : Cues().Inside(i)) {
      for (const auto& [use, weight] : Cues().terms()[inner].uses) {
        without[use] += weight;
      }
    }
    const bool same =
        without.size() == term.uses.size() &&
        std::all_of(term.uses.begin(), term.uses.end(), [&](const auto& use) {
          const auto found = without.find(use.first);
          return found != without.end() && std::abs(found->second - use.second) < 1e-9;
        });
    EXPECT_FALSE(same) << Cues().Where(i);
  }
}

// Below this a cue would need more company than a sentence has.
TEST_F(CuesTest, EveryWeightCanMatter) {
  for (size_t i = 0; i < Cues().terms().size(); ++i) {
    for (const auto& [use, weight] : Cues().terms()[i].uses) {
      EXPECT_GE(std::abs(weight), 0.2) << Cues().Where(i) << " for " << use.first;
    }
  }
}

TEST_F(CuesTest, EveryThemeCanBeNamedByAHeading) {
  std::map<std::string, double> best;
  for (const Term& term : Cues().terms()) {
    std::map<std::string, double> in_heading;
    for (const auto& [use, weight] : term.uses) {
      in_heading[use.first] += weight;
    }
    for (const auto& [code, weight] : in_heading) {
      best[code] = std::max(best[code], weight);
    }
  }
  for (const Theme& theme : Scheme::BuiltIn()->themes()) {
    EXPECT_GE(best[theme.code], 1) << theme.code;
  }
}

TEST_F(CuesTest, InTheCorpus) {
  const auto corpus = testing::CorpusDir();
  if (!corpus.has_value()) {
    GTEST_SKIP() << "the corpus of real reports is absent";
  }
  std::vector<size_t> counts(Cues().terms().size());
  std::vector<std::set<size_t>> inside(counts.size());
  for (size_t i = 0; i < counts.size(); ++i) {
    inside[i] = Cues().Inside(i);
  }
  std::vector<std::set<size_t>> hidden_by(counts.size());
  for (const auto& path : testing::TextFiles(*corpus / "reports")) {
    const auto decoded = text::Decode(testing::ReadFile(path));
    QUOTES_ASSERT_OK(decoded);
    const auto report = report::ParseReport(*decoded);
    QUOTES_ASSERT_OK(report);
    const text::FoldedText folded = text::Fold(report->joined);
    for (const size_t term : Cues().Count(folded.units, counts.size())) {
      ++counts[term];
      for (const size_t inner : inside[term]) {
        hidden_by[inner].insert(term);
      }
    }
  }
  size_t absent = 0;
  std::string always_hidden;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) {
      continue;
    }
    absent += static_cast<size_t>(hidden_by[i].empty());
    // Only where a longer term speaks for the same theme nothing is lost.
    for (const size_t longer : hidden_by[i]) {
      const auto same_theme = [&](const auto& use) {
        return std::any_of(Cues().terms()[longer].uses.begin(), Cues().terms()[longer].uses.end(),
                           [&](const auto& other) { return other.first.first == use.first.first; });
      };
      if (std::any_of(Cues().terms()[i].uses.begin(), Cues().terms()[i].uses.end(), same_theme)) {
        always_hidden += "\n  " + Cues().Where(i) + " in " + Cues().terms()[longer].text;
        break;
      }
    }
  }
  std::cout << counts.size() << " terms, " << absent
            << " never occur; never outside a longer cue of their theme:" << always_hidden << "\n";
  EXPECT_LT(absent, counts.size() / 4) << "the cues no longer fit the reports";
}

}  // namespace
}  // namespace quotes::themes
