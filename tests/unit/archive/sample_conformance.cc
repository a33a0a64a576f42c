// Look-ups in the report that ships with the project, and in real reports where they are at hand.

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/archive.h"
#include "service/base/errors.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"
#include "tests/unit/archive/archive_conformance.h"
#include "tests/unit/archive/naive_lookup.h"
#include "tests/unit/archive/test_documents.h"

namespace quotes::archive {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SampleLookup {
 public:
  explicit SampleLookup(const ArchiveEngine& engine)
      : document_(MakeReport("sample", testing::SampleReport())),
        archive_(engine.make(1, themes::Scheme::BuiltIn(), {document_}, nullptr)) {}

  const Document& document() const { return *document_; }
  const Archive& archive() const { return *archive_; }

  LookupAnswer Find(std::string_view typed, MatchMode match = MatchMode::kFolded) const {
    const auto query = ParseQuery(typed);
    EXPECT_THAT(query, testing::IsOk()) << typed;
    Lookup lookup;
    lookup.query = query.ok() ? &*query : nullptr;
    lookup.match = match;
    lookup.limit = 1'000;
    auto answer = archive_->Find(lookup, Cancellation());
    EXPECT_THAT(answer, testing::IsOk()) << typed;
    return answer.ok() ? *std::move(answer) : LookupAnswer();
  }

  std::string Text(const report::Range& range) const {
    return text::ToUtf8(document_->content.joined.substr(range.begin, range.size()));
  }

  // What was highlighted in all hits, each string once.
  std::set<std::string> Highlighted(const LookupAnswer& answer) const {
    std::set<std::string> texts;
    for (const Hit& hit : answer.hits) {
      for (const Highlight& highlight : hit.highlights) {
        texts.insert(Text(highlight.range));
      }
    }
    return texts;
  }

 private:
  std::shared_ptr<const Document> document_;
  std::shared_ptr<const Archive> archive_;
};

TEST_P(ArchiveConformance, SampleKeywords) {
  const SampleLookup sample(GetParam());
  EXPECT_EQ(sample.Find("棚改").total, 2u);
  EXPECT_EQ(sample.Find("党").total, 17u);
  for (const Hit& hit : sample.Find("\"产业集群\" 园区 -纺织").hits) {
    const std::string text = sample.Text(hit.ref.quote().range);
    EXPECT_NE(text.find("产业集群"), std::string::npos);
    EXPECT_NE(text.find("园区"), std::string::npos);
    EXPECT_EQ(text.find("纺织"), std::string::npos);
  }
  EXPECT_EQ(sample.Find("\"产业集群\" 园区 -纺织").total, 1u);
  EXPECT_EQ(sample.Find("园区").total,
            sample.Find("园区 纺织").total + sample.Find("园区 -纺织").total);
  EXPECT_EQ(sample.Find("园区 OR 纺织").total + sample.Find("园区 纺织").total,
            sample.Find("园区").total + sample.Find("纺织").total);
}

TEST_P(ArchiveConformance, SampleOverPageBreaks) {
  const SampleLookup sample(GetParam());
  for (const std::string_view cut :
       {"希望社区", "担当作为是制胜法宝", "“双十镇”建设", "发展为关键"}) {
    const LookupAnswer answer = sample.Find(absl::StrCat("\"", std::string(cut), "\""));
    EXPECT_EQ(answer.total, 1u) << cut;
    EXPECT_THAT(sample.Highlighted(answer), SizeIs(1)) << cut;
  }
}

// Words and parts of words of a text in English, over the breaks of its lines and pages.
TEST_P(ArchiveConformance, EnglishWordsAndSubstrings) {
  const auto document = MakeReport(
      "address", testing::ReadFile(testing::SourceDir() / "tests/data/english/address.txt"));
  ASSERT_NE(document, nullptr);
  const auto archive = GetParam().make(1, themes::Scheme::BuiltIn(), {document}, nullptr);
  const auto total = [&](const std::string& typed) {
    const auto query = ParseQuery(typed);
    QUOTES_EXPECT_OK(query);
    Lookup lookup;
    lookup.query = &*query;
    return archive->Find(lookup, Cancellation())->total;
  };
  EXPECT_EQ(total("commonwealth"), 2u);
  EXPECT_EQ(total("COMMON"), 2u);
  EXPECT_EQ(total("transformation"), 1u) << "once whole and once with a hyphen, in one sentence";
  EXPECT_EQ(total("\"such transformation is possible\""), 1u);
  EXPECT_EQ(total("\"put people back to work\""), 1u) << "over the end of a line";
  EXPECT_EQ(total("\"I want a shift\""), 1u) << "over a page number and a running head";
  EXPECT_EQ(total("\"peopleback\""), 0u);
  EXPECT_EQ(total("\"well-known names\""), 1u) << "a hyphen that is the word's own";
  EXPECT_EQ(total("9.8 percent"), 1u);
  EXPECT_EQ(total("\"for every student who works\""), 1u);
}

TEST_P(ArchiveConformance, SampleFolds) {
  const SampleLookup sample(GetParam());
  for (const std::string_view typed : {"發展歷程", "发展历程", "发展歷程"}) {
    const LookupAnswer answer = sample.Find(typed);
    ASSERT_THAT(answer.hits, SizeIs(1)) << typed;
    EXPECT_THAT(sample.Highlighted(answer), ElementsAre("发展歷程")) << typed;
    EXPECT_EQ((answer.hits[0].folds & text::kFoldScript) != 0, typed != "发展歷程") << typed;
  }
  EXPECT_EQ(sample.Find("发展歷程", MatchMode::kExact).total, 1u);
  EXPECT_EQ(sample.Find("发展历程", MatchMode::kExact).total, 0u);
  const LookupAnswer wide = sample.Find("２８０亿元");
  ASSERT_THAT(wide.hits, SizeIs(1));
  EXPECT_THAT(sample.Highlighted(wide), ElementsAre("280亿元"));
  EXPECT_EQ(wide.hits[0].folds, text::kFoldWidth);
}

TEST_P(ArchiveConformance, SampleTermsStopAtMarks) {
  const SampleLookup sample(GetParam());
  EXPECT_THAT(sample.Highlighted(sample.Find("新发展")), ElementsAre("新发展"));
  EXPECT_EQ(sample.Find("新发展").total, sample.Find("新发展", MatchMode::kExact).total);
  EXPECT_EQ(sample.Find("走在前当标杆").total, 0u);
  EXPECT_EQ(sample.Find("走在前，当标杆").total, 1u) << "the page has 、 where the query has ，";
  EXPECT_EQ(sample.Find("走在前、当标杆", MatchMode::kExact).total, 1u);
  EXPECT_EQ(sample.Find("走在前，当标杆", MatchMode::kExact).total, 0u);
}

TEST_P(ArchiveConformance, SampleFurnitureIsFoundOnlyWhenAskedFor) {
  const SampleLookup sample(GetParam());
  const auto query = ParseQuery("热烈祝贺");
  QUOTES_ASSERT_OK(query);
  Lookup lookup;
  lookup.query = &*query;
  EXPECT_THAT(FetchAll(sample.archive(), lookup, 5), IsEmpty());
  lookup.filter.scope = TextScope::kFurniture;
  EXPECT_THAT(FetchAll(sample.archive(), lookup, 5), SizeIs(1));
}

// Text without the marks that searching does not see, written down again for the test.
std::u32string WithoutSoftMarks(std::u32string_view text) {
  std::u32string out;
  for (const char32_t c : text) {
    if (std::u32string_view(U"“”‘’《》〈〉·").find(c) == std::u32string_view::npos) {
      out += c;
    }
  }
  return out;
}

// Every distinct string of 1 to 4 characters of the sample's sentences, looked up both ways and
// counted by hand.
TEST_P(ArchiveConformance, SampleTotalsOfAllShortStrings) {
  const SampleLookup sample(GetParam());
  const report::ParsedReport& content = sample.document().content;
  std::vector<std::u32string> raw;
  std::vector<std::u32string> folded;
  std::vector<std::u32string> bare;
  std::set<std::u32string> strings;
  std::map<char32_t, std::set<char32_t>> shapes;  // of each folded letter
  for (const report::Quote& quote : content.quotes) {
    if (!report::IsSpeech(quote.block)) {
      continue;
    }
    const std::u32string text = content.joined.substr(quote.range.begin, quote.range.size());
    for (size_t begin = 0; begin < text.size(); ++begin) {
      for (size_t length = 1; length <= 4 && begin + length <= text.size(); ++length) {
        strings.insert(text.substr(begin, length));
      }
      shapes[text::FoldLetter(text[begin])].insert(text[begin]);
    }
    folded.push_back(text::Fold(text).units);
    bare.push_back(WithoutSoftMarks(text));
    raw.push_back(text);
  }
  const auto count = [](const std::vector<std::u32string>& texts, std::u32string_view wanted) {
    return static_cast<uint64_t>(
        std::count_if(texts.begin(), texts.end(), [wanted](const std::u32string& text) {
          return text.find(wanted) != std::u32string::npos;
        }));
  };

  size_t looked_up = 0;
  size_t plain = 0;
  for (const std::u32string& string : strings) {
    const std::string typed = absl::StrCat("\"", text::ToUtf8(string), "\"");
    std::u32string wanted = text::Fold(string).units;
    wanted.erase(0, std::min(wanted.find_first_not_of(text::kBreak), wanted.size()));
    wanted.erase(wanted.find_last_not_of(text::kBreak) + 1);
    const auto query = ParseQuery(typed);
    if (wanted.empty()) {
      ASSERT_THAT(query, testing::HasReason(ErrorReason::kInvalidQuery)) << typed;
      continue;
    }
    QUOTES_ASSERT_OK(query) << typed;
    ASSERT_THAT(query->terms, SizeIs(1)) << typed;
    ASSERT_EQ(query->terms[0].raw, string);
    Lookup lookup;
    lookup.query = &*query;
    lookup.limit = 0;
    ASSERT_EQ(sample.archive().Find(lookup, Cancellation())->total, count(folded, wanted)) << typed;
    if (std::all_of(string.begin(), string.end(), [&shapes](char32_t c) {
          return text::IsHan(c) && shapes[text::FoldLetter(c)].size() == 1;
        })) {
      ASSERT_EQ(count(folded, wanted), count(bare, string)) << typed;
      ++plain;
    }
    lookup.match = MatchMode::kExact;
    ASSERT_EQ(sample.archive().Find(lookup, Cancellation())->total, count(raw, string)) << typed;
    ++looked_up;
  }
  EXPECT_GT(looked_up, 20'000u);
  EXPECT_GT(plain, 10'000u);
}

// Real reports side by side: strings drawn from them, alone and combined, against the definition.
TEST_P(ArchiveConformance, CorpusLookupsAgreeWithTheirDefinition) {
  const auto corpus = testing::CorpusDir();
  if (!corpus.has_value()) {
    GTEST_SKIP() << "no corpus of real reports at hand";
  }
  std::vector<std::shared_ptr<const Document>> documents;
  for (const auto& path : testing::TextFiles(*corpus / "reports")) {
    if (documents.size() == 12) {
      break;
    }
    auto document = MakeReport(absl::StrCat("r", documents.size()), testing::ReadFile(path));
    if (document != nullptr && document->content.joined.size() < 40'000) {
      documents.push_back(std::move(document));
    }
  }
  ASSERT_FALSE(documents.empty());
  const auto archive = GetParam().make(1, themes::Scheme::BuiltIn(), documents, nullptr);
  std::mt19937 random(17);
  const auto term = [&] {
    while (true) {
      const std::u32string& joined = documents[random() % documents.size()]->content.joined;
      const std::u32string string = joined.substr(random() % joined.size(), 1 + random() % 6);
      std::string typed = absl::StrCat("\"", text::ToUtf8(string), "\"");
      const auto query = ParseQuery(typed);
      if (query.ok() && query->terms.size() == 1) {
        return typed;
      }
    }
  };
  for (int i = 0; i < 15; ++i) {
    static constexpr std::string_view kJoints[] = {" ", " OR ", " -"};
    std::string typed = term();
    for (size_t more = random() % 3; more > 0; --more) {
      absl::StrAppend(&typed, std::string(kJoints[random() % 3]), term());
    }
    const auto query = ParseQuery(typed);
    SCOPED_TRACE(typed);
    if (!query.ok()) {
      continue;  // an alternative of negations only
    }
    Lookup lookup;
    lookup.query = &*query;
    lookup.match = i % 4 == 0 ? MatchMode::kExact : MatchMode::kFolded;
    lookup.order = static_cast<Order>(1 + i % 3);
    lookup.filter.scope = TextScope::kAll;
    ASSERT_NO_FATAL_FAILURE(ExpectSameAsNaive(*archive, lookup));
  }
}

}  // namespace
}  // namespace quotes::archive
