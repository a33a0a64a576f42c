// English quotations whose verdict is known by construction: every sentence of some reports in
// English as it stands, cut before and behind each word, with every run of its words left out under
// an omission mark, and with its words changed. None of the changed or cut ones passes; whole
// sentences do.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "service/report/report.h"
#include "service/text/utf8.h"
#include "tests/support/citation_checks.h"
#include "tests/support/test_data.h"

namespace quotes::citation {
namespace {

using Words = std::vector<std::string>;

struct EnglishReports {
  std::unique_ptr<testing::TestCorpus> checked;
  std::vector<std::string> texts;      // of the speech of each report
  std::vector<std::string> sentences;  // of at least four words
};

const EnglishReports& Reports() {
  static const auto* const kReports = [] {
    auto* const reports = new EnglishReports;
    std::vector<std::shared_ptr<const archive::Document>> documents;
    for (const char* const name :
         {"tests/data/english/address.txt", "tests/data/english/work-report.txt",
          "tests/golden/citation/english.txt"}) {
      auto document = testing::MakeDocument(absl::StrCat("e", documents.size()),
                                            testing::ReadFile(testing::SourceDir() / name));
      const report::ParsedReport& content = document->content;
      reports->texts.push_back(text::ToUtf8(content.joined));
      for (const report::Quote& quote : content.quotes) {
        const std::string sentence(absl::StripAsciiWhitespace(
            text::ToUtf8(content.joined.substr(quote.range.begin, quote.range.size()))));
        const Words words = absl::StrSplit(sentence, ' ', absl::SkipEmpty());
        if (report::IsSpeech(quote.block) && words.size() >= 4) {
          reports->sentences.push_back(sentence);
        }
      }
      documents.push_back(std::move(document));
    }
    reports->checked = std::make_unique<testing::TestCorpus>(documents);
    return reports;
  }();
  return *kReports;
}

Words WordsOf(const std::string& sentence) {
  return absl::StrSplit(sentence, ' ', absl::SkipEmpty());
}

// The words [begin, end).
std::string Joined(const Words& words, size_t begin, size_t end) {
  return absl::StrJoin(words.begin() + static_cast<ptrdiff_t>(begin),
                       words.begin() + static_cast<ptrdiff_t>(end), " ");
}

class CitationEnglishTest : public ::testing::Test {
 protected:
  Disposition Check(const std::string& kind, const std::string& quotation) {
    Request request;
    request.quotation = quotation;
    const Result result = Reports().checked->Verify(request);
    const std::string violation = testing::FindViolation(*Reports().checked, request, result);
    if (!violation.empty()) {
      ADD_FAILURE() << kind << ": " << quotation << "\n" << violation;
    }
    ++tally_[kind][result.disposition];
    return result.disposition;
  }

  // What stands as a sentence elsewhere is true after all.
  void ExpectNoPass(const std::string& kind, const std::string& quotation) {
    const std::vector<std::string>& sentences = Reports().sentences;
    if (std::find(sentences.begin(), sentences.end(), quotation) != sentences.end()) {
      return;
    }
    EXPECT_NE(Check(kind, quotation), Disposition::kPass) << kind << ": " << quotation;
  }

  void TearDown() override {
    for (const auto& [kind, dispositions] : tally_) {
      std::printf("%-24s", kind.c_str());
      for (const auto& [disposition, count] : dispositions) {
        std::printf(" %s %zu", std::string(testing::Name(disposition)).c_str(), count);
      }
      std::printf("\n");
    }
  }

  std::map<std::string, std::map<Disposition, size_t>> tally_;
};

// What may go at the begin of a sentence.
bool IsLead(const std::string& word) {
  return word == "And" || word == "But" || word == "So" || word == "•";
}

TEST_F(CitationEnglishTest, WholeSentencesPass) {
  size_t alarms = 0;
  size_t cases = 0;
  const auto expect_pass = [&](const std::string& kind, const std::string& quotation) {
    ++cases;
    if (Check(kind, quotation) != Disposition::kPass) {
      ++alarms;
      std::printf("alarm, %s: %s\n", kind.c_str(), quotation.c_str());
    }
  };
  const std::vector<std::string>& sentences = Reports().sentences;
  ASSERT_GT(sentences.size(), 50u);
  for (size_t i = 0; i < sentences.size(); ++i) {
    const std::string& sentence = sentences[i];
    expect_pass("sentence", sentence);
    expect_pass("no final mark", sentence.substr(0, sentence.find_last_not_of(".!") + 1));
    expect_pass("comma at the end", sentence.ends_with('.')
                                        ? absl::StrCat(sentence.substr(0, sentence.size() - 1), ",")
                                        : sentence);
    expect_pass("quotation marks", absl::StrCat("“", sentence, "”"));
    expect_pass("line breaks", absl::StrReplaceAll(sentence, {{" ", "\n"}}));
    expect_pass("curly apostrophes", absl::StrReplaceAll(sentence, {{"'", "’"}}));
    const bool neighbours =
        i + 1 < sentences.size() &&
        std::any_of(Reports().texts.begin(), Reports().texts.end(), [&](const std::string& text) {
          return text.find(absl::StrCat(sentence, " ", sentences[i + 1])) != std::string::npos;
        });
    if (neighbours) {
      expect_pass("two sentences", absl::StrCat(sentence, " ", sentences[i + 1]));
    }
  }
  EXPECT_LE(static_cast<double>(alarms), 0.005 * static_cast<double>(cases));
}

TEST_F(CitationEnglishTest, PartsNeverPass) {
  for (const std::string& sentence : Reports().sentences) {
    const Words words = WordsOf(sentence);
    for (size_t i = 1; i < words.size(); ++i) {
      if (!(i == 1 && IsLead(words[0]))) {
        ExpectNoPass("cut before a word", Joined(words, i, words.size()));
      }
      ExpectNoPass("cut behind a word", Joined(words, 0, i));
    }
    for (size_t at = 1; at + 1 < sentence.size(); ++at) {
      if (absl::ascii_isalnum(static_cast<unsigned char>(sentence[at])) &&
          absl::ascii_isalnum(static_cast<unsigned char>(sentence[at - 1]))) {
        ExpectNoPass("cut inside a word", sentence.substr(at));
        ExpectNoPass("cut inside a word", sentence.substr(0, at));
      }
    }
  }
}

TEST_F(CitationEnglishTest, OmissionsInsideSentencesNeverPass) {
  for (const std::string& sentence : Reports().sentences) {
    const Words words = WordsOf(sentence);
    for (size_t i = 1; i < words.size(); ++i) {
      for (size_t j = i + 1; j < words.size(); j += 1 + (j - i)) {
        const std::string head = Joined(words, 0, i);
        const std::string tail = Joined(words, j, words.size());
        ExpectNoPass("omission", absl::StrCat(head, " … ", tail));
        ExpectNoPass("omission in dots", absl::StrCat(head, " ... ", tail));
        // Of fewer words the repair is too short to be judged.
        if (i + words.size() - j >= 6) {
          ExpectNoPass("unmarked omission", absl::StrCat(head, " ", tail));
        }
      }
    }
  }
}

// Words whose loss or exchange turns, loosens or hardens what is said, and figures.
TEST_F(CitationEnglishTest, ChangedWordsNeverPass) {
  const std::vector<std::pair<std::string, std::string>> kExchanges = {
      {" not ", " "},
      {"n't ", " "},
      {" never ", " "},
      {"No ", "A "},
      {"Nobody ", "Everybody "},
      {"Few ", "Many "},
      {"Nor ", "And "},
      {"cannot", "can"},
      {"hardly ", ""},
      {" without ", " with "},
      {"refuse to ", ""},
      {"Unless ", "If "},
      {"If ", "When "},
      {"nearly ", ""},
      {"about ", ""},
      {"around ", ""},
      {"expect ", "have "},
      {" could ", " will "},
      {" may ", " will "},
      {"At least ", ""},
      {"More than ", ""},
      {"more than ", ""},
      {"less than ", ""},
      {"only ", ""},
      {"Some say that ", ""},
      {" must ", " "},
      {" will ", " "},
      {"million", "billion"},
      {"billion", "million"},
      {"percent", "percentage points"},
      {"percent", "per mille"},
      {"$", "€"},
      {"$", ""},
      {"0.5", "5"},
      {"2.4", "24"},
      {"fell", "rose"},
      {"yuan", "dollars"},
      {"from", "to"},
      {"forty", "fourteen"},
      {"fifteen", "fifty"},
      {"every", "some"},
      {" is ", " was "},
      {"and", "or"},
      {"Governor", "Senator"},
  };
  std::mt19937 random(11);
  for (const std::string& sentence : Reports().sentences) {
    for (const auto& [from, to] : kExchanges) {
      const size_t at = sentence.find(from);
      if (at != std::string::npos) {
        std::string changed = sentence;
        changed.replace(at, from.size(), to);
        ExpectNoPass(absl::StrCat("[", from, "] to [", to, "]"), changed);
      }
    }
    for (size_t i = 0; i < sentence.size(); ++i) {
      if (absl::ascii_isdigit(static_cast<unsigned char>(sentence[i]))) {
        std::string changed = sentence;
        const auto more = static_cast<int>(1 + random() % 9);
        changed[i] = static_cast<char>('0' + (sentence[i] - '0' + more) % 10);
        ExpectNoPass("digit", changed);
        ExpectNoPass("sign", absl::StrCat(sentence.substr(0, i), "-", sentence.substr(i)));
      }
    }
    const Words words = WordsOf(sentence);
    for (size_t i = 0; i < words.size(); ++i) {
      Words fewer = words;
      fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(i));
      if (!(i == 0 && IsLead(words[0]))) {
        ExpectNoPass("word dropped", absl::StrJoin(fewer, " "));
      }
      Words more = words;
      more.insert(more.begin() + static_cast<ptrdiff_t>(i) + 1, "not");
      ExpectNoPass("not inserted", absl::StrJoin(more, " "));
      if (i + 1 < words.size() &&
          absl::AsciiStrToLower(words[i]) != absl::AsciiStrToLower(words[i + 1])) {
        Words exchanged = words;
        std::swap(exchanged[i], exchanged[i + 1]);
        ExpectNoPass("words exchanged", absl::StrJoin(exchanged, " "));
      }
    }
  }
}

}  // namespace
}  // namespace quotes::citation
