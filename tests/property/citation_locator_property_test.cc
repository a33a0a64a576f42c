// The index and the plain reading of every report find the same: passages of real and made reports
// with a few random edits are looked for by both, and the engine's verdict is never worse than the
// best of what reading everything finds.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/citation/compare.h"
#include "service/citation/locate.h"
#include "service/text/utf8.h"
#include "tests/support/citation_checks.h"
#include "tests/support/test_data.h"

namespace quotes::citation {
namespace {

// The best passage of all reports, each read from end to end.
Passage ByReading(const Corpus& corpus, const Quoted& quoted) {
  Passage best;
  best.cost = 2;
  for (size_t i = 0; i < corpus.sources().size(); ++i) {
    for (const Window& window : corpus.Scan(quoted.units, i, 40).windows) {
      WorkBudget budget{100'000'000};
      for (Passage& passage : Comparison(quoted, corpus.sources()[i], window, &budget).Judge()) {
        if (Better(passage, best)) {
          best = std::move(passage);
        }
      }
    }
  }
  return best;
}

TEST(CitationLocatorPropertyTest, IndexFindsWhatReadingFinds) {
  std::vector<std::shared_ptr<const archive::Document>> documents = {testing::SampleDocument()};
  if (const auto dir = testing::CorpusDir(); dir.has_value()) {
    size_t n = 0;
    for (const auto& path : testing::TextFiles(*dir / "reports/national")) {
      if (++n % 6 == 0) {
        documents.push_back(testing::MakeDocument(absl::StrCat("r", n), testing::ReadFile(path)));
      }
    }
  } else {
    std::printf("no corpus: the bundled report only\n");
  }
  const testing::TestCorpus corpus(documents);
  std::mt19937 random(5);
  const std::u32string letters = U"的一国在人了有中是年和大业不为发会工经上地市要民主政，。";
  size_t cases = 0;
  size_t worse = 0;
  for (int i = 0; i < 400; ++i) {
    const auto& document = *corpus.documents()[random() % corpus.documents().size()];
    const std::u32string_view joined = document.joined();
    const size_t size = 16 + random() % 60;
    if (joined.size() < size + 2) {
      continue;
    }
    std::u32string text(joined.substr(random() % (joined.size() - size), size));
    for (size_t edits = random() % 4; edits > 0; --edits) {
      const size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = letters[random() % letters.size()];
          break;
        case 1:
          text.erase(at, 1);
          break;
        default:
          text.insert(at, 1, letters[random() % letters.size()]);
      }
    }
    const Quoted quoted(text, 0);
    if (quoted.letters() < 8) {
      continue;
    }
    const Passage expected = ByReading(corpus.corpus(), quoted);
    const Result result = corpus.Verify(text::ToUtf8(text));
    ++cases;
    // Omission marks are judged by their parts.
    if (expected.verdict <= TextVerdict::kAltered && result.parts.empty() &&
        (result.text > expected.verdict ||
         (result.text == expected.verdict && result.cost > expected.cost + 1e-9))) {
      ++worse;
      std::printf("WORSE %s\n  %s %.3f at %u..%u\n%s\n", text::ToUtf8(text).c_str(),
                  std::string(testing::Name(expected.verdict)).c_str(), expected.cost,
                  expected.range.begin, expected.range.end, testing::Dump(result).c_str());
    }
  }
  EXPECT_GT(cases, 200u);
  EXPECT_EQ(worse, 0u);
}

}  // namespace
}  // namespace quotes::citation
