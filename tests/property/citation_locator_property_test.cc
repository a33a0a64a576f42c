// The index and the plain reading of every report find the same: passages of real and made reports
// with a few random edits are looked for by both, and the engine's verdict is never worse than the
// best of what reading everything finds.

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/indexed_archive.h"
#include "service/base/limits.h"
#include "service/citation/compare.h"
#include "service/citation/engine.h"
#include "service/citation/locate.h"
#include "service/text/utf8.h"
#include "service/themes/scheme.h"
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

// A report that has a phrase twice in one sentence, far apart, and one that has it once in each of
// two: their places weigh differently by the index.
constexpr std::string_view kTwiceInOne =
    "第一区工作报告\n\n一、工作回顾\n"
    "过去一年，我们坚持滨河湿地修复，统筹推进老旧小区改造、背街小巷整治、城乡道路养护、"
    "农村饮水安全、学校食堂管理、社区医院建设、养老服务体系完善、文化场馆免费开放、"
    "基层治理能力提升等各项民生实事，最终又把目光投向滨河湿地修复，取得明显成效。\n";
constexpr std::string_view kOnceInTwo =
    "第二区工作报告\n\n一、工作回顾\n"
    "滨河湿地修复全面完成，水质明显改善。群众满意度稳步上升。\n\n二、工作任务\n"
    "持续推进滨河湿地修复，让群众共享生态成果。\n";

std::shared_ptr<archive::Document> WithRevision(std::shared_ptr<archive::Document> document,
                                                uint64_t revision) {
  document->revision = revision;
  return document;
}

// Where a quotation's characters stand, each text read from end to end, inside a longer word too.
// Of a report the latest text that has them word for word counts, else the latest that has them.
struct Places {
  size_t count = 0;
  std::vector<std::string_view> whole;  // reports that have it word for word
  std::map<std::string_view, size_t> by_report;
};

Places ByReadingAll(const Corpus& corpus, const Quoted& quoted) {
  // Whether it stands word for word, the revision, and places.
  std::map<std::string_view, std::tuple<bool, uint64_t, size_t>> found;
  for (uint32_t i = 0; i < corpus.sources().size(); ++i) {
    const Source& source = corpus.sources()[i];
    std::set<std::pair<uint32_t, uint32_t>> ranges;
    bool whole = false;
    for (uint32_t at = 0; at < source.joined().size();) {
      const Range run = source.RunAt(at).range;
      WorkBudget budget{1'000'000'000};
      for (const Passage& passage :
           Comparison(quoted, source, Window{i, run, 0}, &budget).Judge()) {
        if (passage.stands) {
          ranges.emplace(passage.range.begin, passage.range.end);
          whole = whole || IsWordForWord(passage.verdict);
        }
      }
      at = std::max(run.end, at + 1);
    }
    if (!ranges.empty()) {
      auto& best = found[source.report_id()];
      best = std::max(best, std::make_tuple(whole, source.revision(), ranges.size()));
    }
  }
  Places places;
  for (const auto& [report, best] : found) {
    const auto& [whole, revision, count] = best;
    places.count += count;
    places.by_report[report] = count;
    if (whole) {
      places.whole.push_back(report);
    }
  }
  return places;
}

TEST(CitationLocatorPropertyTest, ShortPhrasesHaveAllTheirPlaces) {
  std::vector<std::shared_ptr<const archive::Document>> documents = {
      testing::SampleDocument(),
      WithRevision(testing::MakeDocument("twice", kTwiceInOne), 2),
      testing::MakeDocument("once", kOnceInTwo),
  };
  if (const auto dir = testing::CorpusDir(); dir.has_value()) {
    for (const auto& path : testing::TextFiles(*dir / "reports/national")) {
      if (documents.size() < 9) {
        documents.push_back(
            testing::MakeDocument(absl::StrCat("r", documents.size()), testing::ReadFile(path)));
      }
    }
  } else {
    std::printf("no corpus: the bundled and two made reports only\n");
  }
  // An unchanged old text, and withdrawn ones that the archive does not have.
  const std::vector<std::shared_ptr<const archive::Document>> old = {
      testing::MakeDocument("twice", kTwiceInOne), testing::MakeDocument("gone", kTwiceInOne),
      testing::MakeDocument("gone2", kOnceInTwo)};
  const auto history = archive::MakeIndexedArchive(1, themes::Scheme::BuiltIn(), old);
  const auto origin = [](const archive::PackedDocument& document) {
    return Corpus::Origin{document.report_id(), document.report_id() == "twice"
                                                    ? SourceState::kOldRevision
                                                    : SourceState::kWithdrawn};
  };
  // One segment, and one for every report or so.
  const auto whole = archive::MakeIndexedArchive(1, themes::Scheme::BuiltIn(), documents);
  std::shared_ptr<const archive::Archive> parts;
  for (size_t n = 1; n <= documents.size(); ++n) {
    parts = archive::MakeIndexedArchive(
        n, themes::Scheme::BuiltIn(),
        {documents.begin(), documents.begin() + static_cast<ptrdiff_t>(n)}, parts.get());
  }
  std::vector<std::u32string> phrases = {U"滨河湿地修复", U"高质量发展", U"乡村振兴",
                                         U"中国特色社会主义", U"的胜利。经过"};
  std::mt19937 random(11);
  while (phrases.size() < 90) {
    const auto& document = *whole->documents()[random() % documents.size()];
    const std::u32string_view joined = document.joined();
    const size_t size = 4 + random() % 7;
    phrases.emplace_back(joined.substr(random() % (joined.size() - size), size));
  }
  size_t many = 0;
  size_t cases = 0;
  for (const archive::Archive* const main : {whole.get(), parts.get()}) {
    const Corpus corpus(*main, history.get(), origin);
    for (const std::u32string& phrase : phrases) {
      const Quoted quoted(phrase, 0);
      if (quoted.letters() < kMinLetters) {
        continue;
      }
      const Places expected = ByReadingAll(corpus, quoted);
      ASSERT_LT(expected.count, limits::kMaxCitationPlaces);
      const std::string utf8 = text::ToUtf8(phrase);
      Request request;
      request.quotation = utf8;
      for (const bool claimed : {false, true}) {
        if (claimed && expected.whole.empty()) {
          continue;
        }
        request.claim.report.reset();
        if (claimed) {
          request.claim.report = expected.whole[random() % expected.whole.size()];
        }
        request.max_locations = limits::kMaxLocations;
        const auto result = Verify(corpus, request, Cancellation());
        ASSERT_TRUE(result.ok());
        const bool stands = IsWordForWord(result->text);
        EXPECT_EQ(stands, !expected.whole.empty()) << utf8 << "\n" << testing::Dump(*result);
        if (!stands) {
          continue;
        }
        ++cases;
        many += expected.count > 1 ? 1u : 0u;
        EXPECT_EQ(result->location_count, expected.count) << utf8;
        EXPECT_EQ(result->report_count, expected.by_report.size()) << utf8;
        EXPECT_EQ(result->stopped, StopReason::kNone) << utf8;
        if (claimed) {
          EXPECT_EQ(result->locations.front().report_id, *request.claim.report) << utf8;
        }
      }
    }
  }
  EXPECT_GT(cases, 60u);
  EXPECT_GT(many, 8u);
}

}  // namespace
}  // namespace quotes::citation
