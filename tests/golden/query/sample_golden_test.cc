#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/archive/archive.h"
#include "service/report/parser.h"
#include "service/text/decode.h"
#include "service/text/utf8.h"
#include "tests/golden/query/golden_case.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::archive {
namespace {

constexpr uint32_t kAround = 6;
constexpr size_t kShownQuotes = 4;

std::string FoldNames(text::FoldSet folds) {
  static constexpr std::pair<text::FoldKind, const char*> kNames[] = {
      {text::kFoldWidth, "width"},         {text::kFoldScript, "script"},
      {text::kFoldVariant, "variant"},     {text::kFoldCase, "case"},
      {text::kFoldQuotation, "quotation"}, {text::kFoldMark, "mark"},
      {text::kFoldSpace, "space"},         {text::kFoldZero, "zero"},
      {text::kFoldAmbiguous, "ambiguous"}};
  std::string names;
  for (const auto& [kind, name] : kNames) {
    absl::StrAppend(&names, (folds & kind) != 0 ? " +" : "", (folds & kind) != 0 ? name : "");
  }
  return names;
}

std::string Show(const Hit& hit) {
  const PackedQuote& quote = hit.ref.quote();
  const std::u32string_view joined = hit.ref.document->joined();
  const auto cut = [&joined](uint32_t begin, uint32_t end) {
    return text::ToUtf8(joined.substr(begin, end - begin));
  };
  std::vector<std::string> places;
  for (const Highlight& highlight : hit.highlights) {
    const report::Range& range = highlight.range;
    places.push_back(absl::StrCat(
        cut(std::max(quote.range.begin, std::max(range.begin, kAround) - kAround), range.begin),
        "【", cut(range.begin, range.end), "】",
        cut(range.end, std::min(quote.range.end, range.end + kAround))));
  }
  return absl::StrCat(absl::StrJoin(places, " … "), FoldNames(hit.folds));
}

void Set(const std::string& setting, Lookup* lookup) {
  if (setting == "match exact") {
    lookup->match = MatchMode::kExact;
  } else if (setting == "scope furniture") {
    lookup->filter.scope = TextScope::kFurniture;
  } else if (setting == "order relevance") {
    lookup->order = Order::kRelevance;
  } else {
    FAIL() << "unknown setting: " << setting;
  }
}

TEST(QueryGoldenTest, Sample) {
  const auto source = text::Decode(testing::SampleReport());
  QUOTES_ASSERT_OK(source);
  auto parsed = report::ParseReport(*source, {"sample"});
  QUOTES_ASSERT_OK(parsed);
  auto document = std::make_shared<Document>();
  document->report_id = "sample";
  document->content = *std::move(parsed);
  const auto archive = MakeScanArchive(1, themes::Scheme::BuiltIn(), {document});

  const auto cases = testing::ParseGolden(
      testing::ReadFile(testing::SourceDir() / "tests/golden/query/sample.test"));
  ASSERT_GT(cases.size(), 20u);
  for (const testing::GoldenCase& test : cases) {
    const std::vector<std::string> lines = absl::StrSplit(test.input, '\n');
    Lookup lookup;
    for (size_t i = 1; i < lines.size(); ++i) {
      ASSERT_NO_FATAL_FAILURE(Set(lines[i], &lookup));
    }
    const auto query = ParseQuery(lines[0]);
    QUOTES_ASSERT_OK(query) << lines[0];
    lookup.query = &*query;
    lookup.limit = kShownQuotes;
    const auto answer = archive->Find(lookup, Cancellation());
    QUOTES_ASSERT_OK(answer);
    std::vector<std::string> actual = {absl::StrCat(answer->total)};
    for (const Hit& hit : answer->hits) {
      actual.push_back(Show(hit));
    }
    EXPECT_EQ(absl::StrJoin(actual, "\n"), absl::StrJoin(test.expected, "\n")) << test.input;
  }
}

}  // namespace
}  // namespace quotes::archive
