// Measures the cues against occurrences labelled by reading, and counts those of the corpus that
// lie inside the words of another segmenter.

#include <gtest/gtest.h>
#include <unicode/brkiter.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/citation/lexicon.h"
#include "service/text/utf8.h"
#include "tests/support/test_data.h"

namespace quotes::citation {
namespace {

constexpr std::string_view kKinds[] = {"negator",  "hedge",  "condition", "modal", "quantifier",
                                       "function", "result", "person",    "place", "organisation",
                                       "office",   "phrase", "limiter"};

struct Label {
  std::string set;
  std::string kind;
  bool is_cue = false;
  std::u32string text;
  uint32_t begin = 0;
  uint32_t end = 0;
};

std::vector<Label> ReadLabels() {
  std::vector<Label> labels;
  std::istringstream in(
      testing::ReadFile(testing::SourceDir() / "tests/unit/citation/data/cue_labels.tsv"));
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#' || line.starts_with("set\t")) {
      continue;
    }
    std::istringstream fields(line);
    Label label;
    std::string is_cue;
    std::string context;
    std::getline(fields, label.set, '\t');
    std::getline(fields, label.kind, '\t');
    std::getline(fields, is_cue, '\t');
    std::getline(fields, context, '\t');
    label.is_cue = is_cue == "1";
    label.text = text::ToCodePoints(context);
    label.begin = static_cast<uint32_t>(label.text.find(U'['));
    label.text.erase(label.begin, 1);
    label.end = static_cast<uint32_t>(label.text.find(U']'));
    label.text.erase(label.end, 1);
    EXPECT_LT(label.begin, label.end) << line;
    EXPECT_NE(std::find(std::begin(kKinds), std::end(kKinds), label.kind), std::end(kKinds))
        << line;
    labels.push_back(std::move(label));
  }
  return labels;
}

// A cue of the kind that holds the labelled word (a longer one may).
bool Finds(const Label& label) {
  const auto cues = FindCues(label.text);
  return std::any_of(cues.begin(), cues.end(), [&](const Cue& cue) {
    return cue.begin <= label.begin && label.end <= cue.end &&
           kKinds[static_cast<size_t>(cue.kind)] == label.kind;
  });
}

struct Tally {
  int right = 0;   // cues, found
  int missed = 0;  // cues, not found
  int wrong = 0;   // found, no cues
  int avoided = 0;

  double Precision() const {
    return right + wrong == 0 ? 1 : static_cast<double>(right) / (right + wrong);
  }
  double Recall() const {
    return right + missed == 0 ? 1 : static_cast<double>(right) / (right + missed);
  }
};

TEST(CueLabelsTest, PrecisionOnLabelledOccurrences) {
  std::map<std::string, std::map<std::string, Tally>> by_set;
  for (const Label& label : ReadLabels()) {
    const bool found = Finds(label);
    for (const char* kind : {label.kind.c_str(), "all"}) {
      Tally& tally = by_set[label.set][kind];
      ++(label.is_cue ? (found ? tally.right : tally.missed)
                      : (found ? tally.wrong : tally.avoided));
    }
    if (label.is_cue != found && label.set == "tuned") {
      std::cout << (found ? "wrong  " : "missed ") << label.kind << " " << text::ToUtf8(label.text)
                << "\n";
    }
  }
  for (const auto& [set, kinds] : by_set) {
    std::cout << set << " (lexicon " << LexiconVersion() << ")\n"
              << "  right missed  wrong  precision recall\n";
    for (const auto& [kind, tally] : kinds) {
      std::cout << std::setw(7) << tally.right << std::setw(7) << tally.missed << std::setw(7)
                << tally.wrong << std::fixed << std::setprecision(3) << std::setw(11)
                << tally.Precision() << std::setw(7) << tally.Recall() << "  " << kind << "\n";
    }
  }
  EXPECT_GE(by_set["tuned"]["all"].Precision(), 0.97);
  EXPECT_GE(by_set["tuned"]["all"].Recall(), 0.97);
  EXPECT_GE(by_set["held_out"]["all"].Precision(), 0.92);
  EXPECT_GE(by_set["held_out"]["negator"].Precision(), 0.97);
  EXPECT_GE(by_set["held_out"]["negator"].Recall(), 0.97);
}

// Words that are longer than the cue in the eyes of ICU's dictionary are where false alarms would
// be; the most frequent are printed to be read.
TEST(CueLabelsTest, SingleCharacterNegatorsInsideWordsOfAnotherSegmenter) {
  const auto corpus = testing::CorpusDir();
  if (!corpus.has_value()) {
    GTEST_SKIP() << "the corpus of real reports is absent";
  }
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> breaks(
      icu::BreakIterator::createWordInstance(icu::Locale::getChinese(), status));
  ASSERT_TRUE(U_SUCCESS(status));
  size_t all = 0;
  size_t inside = 0;
  size_t inside_governing = 0;
  std::map<std::string, int> words;
  for (const auto& path : testing::TextFiles(*corpus / "reports")) {
    std::istringstream in(testing::ReadFile(path));
    for (std::string line; std::getline(in, line);) {
      const std::u32string text = text::ToCodePoints(line);
      const icu::UnicodeString utf16 = icu::UnicodeString::fromUTF32(
          reinterpret_cast<const UChar32*>(text.data()), static_cast<int32_t>(text.size()));
      if (utf16.length() != static_cast<int32_t>(text.size())) {
        continue;  // offsets would differ
      }
      breaks->setText(utf16);
      for (const Cue& cue : FindCues(text)) {
        if (cue.kind != CueKind::kNegator || cue.end - cue.begin != 1) {
          continue;
        }
        ++all;
        const int32_t end = breaks->following(static_cast<int32_t>(cue.begin));
        const int32_t begin = breaks->previous();
        if (end - begin > 1) {
          ++inside;
          inside_governing += cue.local ? 0 : 1;
          ++words[text::ToUtf8(std::u32string_view(text).substr(static_cast<size_t>(begin),
                                                                static_cast<size_t>(end - begin)))];
        }
      }
    }
  }
  std::vector<std::pair<int, std::string>> frequent;
  frequent.reserve(words.size());
  for (const auto& [word, count] : words) {
    frequent.emplace_back(-count, word);
  }
  std::sort(frequent.begin(), frequent.end());
  const auto share = [&](size_t part) {
    return 100.0 * static_cast<double>(part) / static_cast<double>(all);
  };
  std::cout << all << " negators of one character; " << std::fixed << std::setprecision(1)
            << share(inside) << "% inside a longer word of ICU, " << share(inside_governing)
            << "% so and taken to govern what follows\n ";
  for (size_t i = 0; i < std::min<size_t>(frequent.size(), 40); ++i) {
    std::cout << " " << frequent[i].second << -frequent[i].first;
  }
  std::cout << "\n";
  EXPECT_GT(all, 500u);
}

}  // namespace
}  // namespace quotes::citation
