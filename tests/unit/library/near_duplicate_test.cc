// Copies of a report are recognised, different reports are told apart: measured on the corpus.
#include "service/library/near_duplicate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/indexed_archive.h"
#include "service/base/limits.h"
#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/test_data.h"

namespace quotes {
namespace {

report::ParsedReport Parse(std::string_view text) {
  auto parsed = report::ParseReport(*text::Decode(text));
  EXPECT_TRUE(parsed.ok());
  report::AssignIds("r", &*parsed);
  return *std::move(parsed);
}

double LikenessOf(std::u32string_view a, std::u32string_view b) {
  return Speech(a).LikenessTo(Speech(b));
}

archive::Document DocumentOf(const report::ParsedReport& content, size_t number) {
  archive::Document document;
  document.report_id = absl::StrCat("r", number);
  document.revision = 1;
  document.content = content;
  return document;
}

std::shared_ptr<const archive::Archive> ArchiveOf(
    const std::vector<report::ParsedReport>& reports) {
  archive::ArchiveLoader loader(themes::Scheme::BuiltIn(), {});
  for (size_t i = 0; i < reports.size(); ++i) {
    loader.Add(DocumentOf(reports[i], i));
  }
  return loader.Finish(1);
}

UnindexedReports Unindexed(const std::vector<report::ParsedReport>& reports) {
  UnindexedReports unindexed;
  const size_t themes = themes::Scheme::BuiltIn()->themes().size();
  for (size_t i = 0; i < reports.size(); ++i) {
    unindexed.Add(archive::Pack(DocumentOf(reports[i], i), themes), Speech(reports[i]).Sample());
  }
  return unindexed;
}

// A share of the letters replaced by others of the text.
std::string Changed(std::string_view text, double share, std::mt19937* random) {
  std::u32string points = text::ToCodePoints(text);
  std::vector<char32_t> letters;
  std::copy_if(points.begin(), points.end(), std::back_inserter(letters), text::IsHan);
  for (char32_t& c : points) {
    if (text::IsHan(c) && std::uniform_real_distribution<>()(*random) < share) {
      c = letters[(*random)() % letters.size()];
    }
  }
  return text::ToUtf8(points);
}

std::string Replaced(std::string text,
                     const std::vector<std::pair<std::string_view, std::string_view>>& pairs) {
  for (const auto& [from, to] : pairs) {
    for (size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  }
  return text;
}

// The corpus of real reports, or the sample alone where there is none.
std::vector<std::string> Texts() {
  std::vector<std::string> texts = {quotes::testing::SampleReport()};
  if (const auto corpus = quotes::testing::CorpusDir(); corpus.has_value()) {
    for (const auto& path : quotes::testing::TextFiles(*corpus / "reports")) {
      texts.push_back(quotes::testing::ReadFile(path));
    }
  }
  return texts;
}

TEST(NearDuplicateTest, DifferentReportsAreNoCopies) {
  if (!quotes::testing::CorpusDir().has_value()) {
    GTEST_SKIP() << "there is no corpus of real reports";
  }
  std::vector<report::ParsedReport> reports;
  for (const std::string& text : Texts()) {
    reports.push_back(Parse(text));
  }
  double highest = 0;
  for (size_t i = 0; i < reports.size(); ++i) {
    std::vector<report::ParsedReport> others = reports;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    if (i % 16 == 0) {
      EXPECT_FALSE(
          FindNearDuplicate(reports[i], Speech(reports[i]), *ArchiveOf(others)).has_value())
          << i;
      EXPECT_FALSE(Unindexed(others)
                       .FindNearDuplicate(Speech(reports[i]), Speech(reports[i]).Sample())
                       .has_value())
          << i;
    }
    for (size_t j = 0; j < i; ++j) {
      // Reports of neighbouring years, and some of the others.
      if (i - j <= 3 || (i + j) % 8 == 0) {
        highest = std::max(highest, LikenessOf(reports[i].joined, reports[j].joined));
      }
    }
  }
  EXPECT_LT(highest, limits::kLeastDuplicateLikeness / 1.5);
  RecordProperty("highest_likeness_of_different_reports", absl::StrCat(highest));
}

TEST(NearDuplicateTest, CopiesAreFound) {
  std::mt19937 random(5);
  std::vector<std::string> texts = Texts();
  std::vector<report::ParsedReport> reports;
  for (const std::string& text : texts) {
    reports.push_back(Parse(text));
  }
  const auto archive = ArchiveOf(reports);
  const UnindexedReports unindexed = Unindexed(reports);
  double lowest = 1;
  for (size_t i = 0; i < texts.size(); ++i) {
    SCOPED_TRACE(i);
    if (LikenessOf(reports[i].joined, reports[i].joined) == 0) {
      continue;  // too short to tell
    }
    const std::string copies[] = {
        Changed(texts[i], 0.05, &random),
        Replaced(texts[i], {{"，", ","}, {"；", ";"}, {"“", "「"}, {"”", "」"}, {"1", "１"}}),
        Replaced(texts[i], {{"发", "發"},
                            {"国", "國"},
                            {"会", "會"},
                            {"业", "業"},
                            {"经", "經"},
                            {"济", "濟"},
                            {"进", "進"},
                            {"设", "設"},
                            {"实", "實"},
                            {"产", "產"}}),
        texts[i].substr(0, texts[i].find('\n', texts[i].size() / 2) + 1),
    };
    for (const std::string& copy : copies) {
      const report::ParsedReport parsed = Parse(copy);
      const double expected = LikenessOf(parsed.joined, reports[i].joined);
      if (expected == 0) {
        continue;  // the half is too short to tell
      }
      const auto found = FindNearDuplicate(parsed, Speech(parsed), *archive);
      ASSERT_TRUE(found.has_value()) << expected;
      EXPECT_EQ(found->report_id, absl::StrCat("r", i));
      const auto waiting = unindexed.FindNearDuplicate(Speech(parsed), Speech(parsed).Sample());
      ASSERT_TRUE(waiting.has_value()) << expected;
      EXPECT_EQ(waiting->report_id, found->report_id);
      EXPECT_EQ(waiting->likeness, found->likeness);
      lowest = std::min(lowest, found->likeness);
    }
  }
  EXPECT_GT(lowest, 1.3 * limits::kLeastDuplicateLikeness);
  RecordProperty("lowest_likeness_of_copies", absl::StrCat(lowest));
}

TEST(NearDuplicateTest, LikenessIsTheShareOfTheSmallerText) {
  // Shingles counted one by one.
  const auto oracle = [](const std::u32string& a, const std::u32string& b) {
    std::set<std::u32string> in_a;
    std::set<std::u32string> in_b;
    for (const auto& [text, shingles] : {std::pair(&a, &in_a), std::pair(&b, &in_b)}) {
      for (size_t i = 0; i + limits::kShingleUnits <= text->size(); ++i) {
        shingles->insert(text->substr(i, limits::kShingleUnits));
      }
    }
    size_t common = 0;
    for (const std::u32string& shingle : in_a) {
      common += in_b.contains(shingle) ? 1U : 0U;
    }
    const size_t least = std::min(in_a.size(), in_b.size());
    return least < limits::kLeastDuplicateShingles
               ? 0
               : static_cast<double>(common) / static_cast<double>(least);
  };
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::u32string a;
    for (size_t size = random() % 2000; size > 0; --size) {
      a.push_back(U'一' + static_cast<char32_t>(random() % 200));
    }
    std::u32string b = a.substr(a.size() / 4);
    for (size_t i = 0; i < b.size(); i += 1 + random() % 40) {
      b[i] = U'一' + static_cast<char32_t>(random() % 200);
    }
    // Folds may join what differs: compared as folded text.
    EXPECT_DOUBLE_EQ(LikenessOf(a, b), oracle(text::Fold(a).units, text::Fold(b).units));
  }
}

TEST(NearDuplicateTest, TheSameSentencesInAnotherOrderAreNoCopy) {
  std::u32string sentence;
  std::vector<std::u32string> sentences;
  for (const char32_t c : Parse(quotes::testing::SampleReport()).joined) {
    sentence.push_back(c);
    if (c == U'。') {
      sentences.push_back(std::move(sentence));
      sentence.clear();
    }
  }
  std::mt19937 random(11);
  const auto made = [&] {
    std::u32string text;
    for (int i = 0; i < 80; ++i) {
      text += sentences[random() % sentences.size()];
    }
    return text;
  };
  for (int round = 0; round < 50; ++round) {
    EXPECT_LT(LikenessOf(made(), made()), limits::kLeastDuplicateLikeness);
  }
  // A part that was moved leaves the rest in order.
  const std::u32string text = Parse(quotes::testing::SampleReport()).joined;
  const size_t third = text.size() / 3;
  EXPECT_GT(LikenessOf(text, text.substr(third) + text.substr(0, third)), 0.6);
}

TEST(NearDuplicateTest, ShortTextsAreNotCompared) {
  const report::ParsedReport one =
      Parse("关于工作的报告\n同志们：\n我们要加快发展，深化改革开放。\n");
  EXPECT_FALSE(FindNearDuplicate(one, Speech(one), *ArchiveOf({one})).has_value());
}

}  // namespace
}  // namespace quotes
