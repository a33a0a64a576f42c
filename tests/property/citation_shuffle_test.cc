// Reports whose sentences are those of the bundled report, put together at random in paragraphs and
// sections: many stand in several reports, or several times in one. All places of a quotation are
// counted as reading everything counts them, claims are judged by where it stands, and edits turn
// the source into the quotation.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/limits.h"
#include "service/text/utf8.h"
#include "tests/property/citation_mutation.h"
#include "tests/support/citation_checks.h"
#include "tests/support/test_data.h"

namespace quotes::citation {
namespace {

constexpr size_t kReports = 7;
constexpr size_t kSentences = 60;  // of each report, some of them twice

struct Shuffled {
  std::vector<std::shared_ptr<const archive::Document>> documents;
  std::unique_ptr<testing::TestCorpus> checked;
};

// Sentences that no parser takes for a heading or an item, wherever they stand.
std::vector<Text> PlainSentences() {
  const auto sample = testing::SampleDocument();
  std::vector<Text> sentences;
  for (const auto& quote : sample->content.quotes) {
    const Text text = sample->content.joined.substr(quote.range.begin, quote.range.size());
    if (report::IsSpeech(quote.block) && text.ends_with(U'。') && LetterKey(text).size() >= 12 &&
        std::u32string_view(U"一二三四五六七八九十（第各").find(text[0]) ==
            std::u32string_view::npos) {
      sentences.push_back(text);
    }
  }
  return sentences;
}

Shuffled MakeShuffled(Random& random) {
  const std::vector<Text> sentences = PlainSentences();
  Shuffled shuffled;
  for (size_t i = 0; i < kReports; ++i) {
    Text text = U"各位代表：\n\n一、工作回顾\n";
    for (size_t k = 0; k < kSentences; ++k) {
      text += sentences[Below(random, sentences.size())];
      if (Below(random, 4) == 0) {
        text += U'\n';
      }
      if (k == kSentences / 2) {
        text += U"\n\n二、工作安排\n";
      }
    }
    auto document = testing::MakeDocument(absl::StrCat("shuffled", i), text::ToUtf8(text + U'\n'));
    document->content.metadata.speaker = i % 2 == 0 ? "王一" : "李二";
    document->content.metadata.date = absl::CivilDay(2020 + static_cast<int>(i), 1, 10);
    shuffled.documents.push_back(std::move(document));
  }
  shuffled.checked = std::make_unique<testing::TestCorpus>(shuffled.documents);
  return shuffled;
}

// How often letters stand in a text that is read from end to end.
size_t CountPlaces(const Text& letters, const Text& wanted) {
  size_t places = 0;
  for (size_t at = letters.find(wanted); at != Text::npos; at = letters.find(wanted, at + 1)) {
    ++places;
  }
  return places;
}

class CitationShuffleTest : public ::testing::Test {
 protected:
  CitationShuffleTest() : shuffled_(MakeShuffled(random_)) {
    for (const auto& document : shuffled_.documents) {
      keys_.push_back(LetterKey(document->content.joined));
    }
  }

  // One to three sentences of some report that follow one another.
  Sample AnyStretch() {
    const auto& document = shuffled_.documents[Below(random_, kReports)];
    const auto& quotes = document->content.quotes;
    while (true) {
      const size_t first = Below(random_, quotes.size());
      const size_t last = std::min(first + Below(random_, 3), quotes.size() - 1);
      const report::Range range{quotes[first].range.begin, quotes[last].range.end};
      const Text text = document->content.joined.substr(range.begin, range.size());
      const bool speech =
          std::all_of(quotes.begin() + static_cast<ptrdiff_t>(first),
                      quotes.begin() + static_cast<ptrdiff_t>(last) + 1,
                      [](const auto& quote) { return report::IsSpeech(quote.block); });
      if (speech && LetterKey(text).size() >= 12) {
        return {document.get(), range, text, first};
      }
    }
  }

  Result Check(const Text& text, const Claim& claim) {
    const std::string utf8 = text::ToUtf8(text);
    Request request;
    request.quotation = utf8;
    request.claim = claim;
    request.max_locations = limits::kMaxLocations;
    const Result result = shuffled_.checked->Verify(request);
    EXPECT_EQ(testing::FindViolation(*shuffled_.checked, request, result), "") << utf8;
    return result;
  }

  Random random_{20'261'126};
  Shuffled shuffled_;
  std::vector<Text> keys_;
};

TEST_F(CitationShuffleTest, AllPlacesAreCounted) {
  size_t several = 0;
  for (int i = 0; i < 400; ++i) {
    const Sample sample = AnyStretch();
    const Text key = LetterKey(sample.text);
    size_t places = 0;
    size_t reports = 0;
    for (const Text& own : keys_) {
      const size_t here = CountPlaces(own, key);
      places += here;
      reports += here > 0 ? 1u : 0u;
    }
    const Result result = Check(sample.text, Claim());
    ASSERT_EQ(result.text, TextVerdict::kVerbatim) << text::ToUtf8(sample.text);
    ASSERT_EQ(result.stopped, StopReason::kNone);
    EXPECT_EQ(result.location_count, places) << text::ToUtf8(sample.text);
    EXPECT_EQ(result.report_count, reports) << text::ToUtf8(sample.text);
    for (const Location& location : result.locations) {
      EXPECT_EQ(LetterKey(text::ToCodePoints(location.text)), key);
    }
    several += places > 1 ? 1u : 0u;
  }
  EXPECT_GT(several, 100u);
}

TEST_F(CitationShuffleTest, ClaimsAreJudgedByWhereTheWordsStand) {
  size_t wrong = 0;
  for (int i = 0; i < 400; ++i) {
    const Sample sample = AnyStretch();
    const Text key = LetterKey(sample.text);
    const size_t claimed = Below(random_, kReports);
    const bool stands = keys_[claimed].find(key) != Text::npos;
    Claim claim;
    claim.report = shuffled_.documents[claimed]->report_id;
    const Result by_report = Check(sample.text, claim);
    // Words of which some stand in the claimed report are judged there, and reported elsewhere.
    const auto confirms = [](const Result& result) {
      return result.text == TextVerdict::kVerbatim && result.attribution == Attribution::kConfirmed;
    };
    EXPECT_EQ(confirms(by_report), stands) << text::ToUtf8(sample.text);
    // The stretch may lie over the heading between the two sections.
    EXPECT_EQ(by_report.disposition, !stands ? Disposition::kFail
                                     : by_report.Has(ContextFlag::kSpansSections)
                                         ? Disposition::kReview
                                         : Disposition::kPass)
        << text::ToUtf8(sample.text);
    if (stands) {
      EXPECT_EQ(by_report.locations.front().report_id, *claim.report);
    } else if (by_report.text == TextVerdict::kVerbatim) {
      EXPECT_EQ(by_report.attribution, Attribution::kWrongReport) << text::ToUtf8(sample.text);
    } else {
      EXPECT_EQ(by_report.elsewhere.verdict, TextVerdict::kVerbatim) << text::ToUtf8(sample.text);
    }
    wrong += stands ? 0u : 1u;

    const auto& metadata = shuffled_.documents[claimed]->content.metadata;
    claim = Claim();
    claim.speaker = metadata.speaker;
    claim.date = ClaimedDate{metadata.date->year(), metadata.date->month(), metadata.date->day()};
    const Result by_speaker = Check(sample.text, claim);
    EXPECT_EQ(confirms(by_speaker), stands) << text::ToUtf8(sample.text);
  }
  EXPECT_GT(wrong, 100u);
  EXPECT_LT(wrong, 350u);
}

TEST_F(CitationShuffleTest, EditsTurnTheSourceIntoTheQuotation) {
  static constexpr std::u32string_view kLetters = U"的一不没有约余5八万亿元年人工作发展";
  std::set<TextVerdict> verdicts;
  for (int i = 0; i < 1500; ++i) {
    Text text = AnyStretch().text;
    for (size_t edits = 1 + Below(random_, 4); edits > 0; --edits) {
      const size_t at = Below(random_, text.size());
      const char32_t letter = kLetters[Below(random_, kLetters.size())];
      switch (Below(random_, 4)) {
        case 0:
          text[at] = letter;
          break;
        case 1:
          text.erase(at, 1 + Below(random_, 6));
          break;
        case 2:
          text.insert(at, 1, letter);
          break;
        default:  // words of another place
          text.insert(at, AnyStretch().text.substr(0, 1 + Below(random_, 8)));
      }
    }
    const bool stands = std::any_of(keys_.begin(), keys_.end(), [&](const Text& own) {
      return own.find(LetterKey(text)) != Text::npos;
    });
    const Result result = Check(text, Claim());  // looks for violations
    const bool words =
        result.text == TextVerdict::kVerbatim || result.text == TextVerdict::kFormOnly;
    EXPECT_TRUE(stands || !words) << text::ToUtf8(text);
    verdicts.insert(result.text);
  }
  EXPECT_GE(verdicts.size(), 4u);
}

}  // namespace
}  // namespace quotes::citation
