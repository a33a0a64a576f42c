#include "tests/unit/archive/archive_conformance.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/archive/distinctiveness.h"
#include "service/archive/entry.h"
#include "service/archive/folded_name.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/series_key.h"
#include "service/archive/trace_summary.h"
#include "service/base/limits.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/archive/naive_lookup.h"
#include "tests/unit/archive/test_documents.h"

namespace quotes::archive {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ArchiveConformance);

std::shared_ptr<const Archive> ArchiveConformance::Make(
    std::vector<std::shared_ptr<const Document>> documents, const Archive* previous) const {
  return GetParam().make(1, TestScheme(), std::move(documents), previous);
}

std::vector<Hit> FetchAll(const Archive& archive, Lookup lookup, size_t page_size) {
  lookup.limit = page_size;
  const bool from_the_start = !lookup.after.has_value();
  std::vector<Hit> all;
  std::optional<uint64_t> total;
  while (true) {
    const auto answer = archive.Find(lookup, Cancellation());
    EXPECT_THAT(answer, testing::IsOk());
    if (!answer.ok()) {
      return all;
    }
    EXPECT_EQ(answer->total, total.value_or(answer->total)) << "totals differ between pages";
    total = answer->total;
    EXPECT_LE(answer->hits.size(), page_size);
    all.insert(all.end(), answer->hits.begin(), answer->hits.end());
    if (!answer->more) {
      break;
    }
    EXPECT_EQ(answer->hits.size(), page_size) << "a page with more behind it is not full";
    if (answer->hits.empty()) {
      break;
    }
    lookup.after = answer->hits.back().Key();
  }
  if (lookup.with_total && from_the_start) {
    EXPECT_EQ(*total, all.size());
  }
  return all;
}

namespace {

using HighlightTuple = std::tuple<uint32_t, uint32_t, uint32_t>;

std::vector<HighlightTuple> Tuples(std::span<const Highlight> highlights) {
  std::vector<HighlightTuple> tuples;
  tuples.reserve(highlights.size());
  for (const Highlight& highlight : highlights) {
    tuples.emplace_back(highlight.range.begin, highlight.range.end, highlight.term);
  }
  return tuples;
}

std::map<std::string, uint64_t> Map(const std::vector<FacetBucket>& buckets) {
  std::map<std::string, uint64_t> map;
  for (const FacetBucket& bucket : buckets) {
    map.emplace(bucket.value, bucket.count);
  }
  return map;
}

void ExpectOrdered(const std::vector<FacetBucket>& buckets) {
  EXPECT_TRUE(std::is_sorted(buckets.begin(), buckets.end(),
                             [](const FacetBucket& a, const FacetBucket& b) {
                               return std::tie(b.count, a.value) < std::tie(a.count, b.value);
                             }));
}

}  // namespace

void ExpectSameAsNaive(const Archive& archive, const Lookup& lookup) {
  Lookup all = lookup;
  all.limit = 1'000'000;
  all.with_total = true;
  all.with_facets = true;
  const NaiveAnswer expected = NaiveFind(Unpacked(archive), archive.scheme(), all);
  const auto answer = archive.Find(all, Cancellation());
  QUOTES_ASSERT_OK(answer);
  EXPECT_FALSE(answer->more);
  EXPECT_EQ(answer->total, expected.hits.size());
  ASSERT_EQ(answer->hits.size(), expected.hits.size());
  for (size_t i = 0; i < expected.hits.size(); ++i) {
    const Hit& hit = answer->hits[i];
    const NaiveHit& naive = expected.hits[i];
    ASSERT_EQ(hit.ref.document->report_id(), naive.report_id);
    ASSERT_EQ(hit.ref.id(), naive.quote_id);
    const SortKey key = hit.Key();
    EXPECT_EQ(key.report_id, naive.report_id);
    EXPECT_EQ(key.quote_id, naive.quote_id);
    EXPECT_EQ(key.date, hit.ref.document->date());
    EXPECT_EQ(key.position, hit.ref.quote().range.begin);
    if (lookup.order == Order::kRelevance || lookup.order == Order::kSalience) {
      EXPECT_EQ(key.relevance, naive.relevance);
    }
    if (lookup.order == Order::kRelevance) {
      EXPECT_EQ(key.lead, naive.lead);
    }
    EXPECT_EQ(hit.highlight_count, naive.highlights.size());
    std::vector<Highlight> shown = naive.highlights;
    shown.resize(std::min(shown.size(), limits::kMaxHighlights));
    EXPECT_EQ(Tuples(hit.highlights), Tuples(shown));
    if (lookup.match == MatchMode::kExact) {
      EXPECT_EQ(hit.folds, 0u);
    }
  }
  EXPECT_EQ(Map(answer->facets.reports), expected.reports);
  EXPECT_EQ(Map(answer->facets.themes), expected.themes);
  EXPECT_EQ(Map(answer->facets.years), expected.years);
  ExpectOrdered(answer->facets.reports);
  ExpectOrdered(answer->facets.themes);
  ExpectOrdered(answer->facets.years);

  // The same without facets: engines have shorter ways then.
  all.with_facets = false;
  const auto plain = archive.Find(all, Cancellation());
  QUOTES_ASSERT_OK(plain);
  EXPECT_EQ(plain->total, answer->total);
  ASSERT_EQ(plain->hits.size(), answer->hits.size());
  for (size_t i = 0; i < plain->hits.size(); ++i) {
    EXPECT_EQ(plain->hits[i].ref.document, answer->hits[i].ref.document);
    EXPECT_EQ(plain->hits[i].ref.index, answer->hits[i].ref.index);
    EXPECT_EQ(plain->hits[i].relevance, answer->hits[i].relevance);
    EXPECT_EQ(plain->hits[i].lead, answer->hits[i].lead);
  }
}

namespace {

using ::testing::ElementsAre;
using testing::HasCode;
using ::testing::IsEmpty;

Query MustParse(std::string_view typed) {
  auto query = ParseQuery(typed);
  EXPECT_THAT(query, testing::IsOk()) << typed;
  return query.ok() ? *std::move(query) : *ParseQuery("无");
}

// The texts of the hits of a query, in order.
std::vector<std::string> Texts(const Archive& archive, std::string_view typed,
                               Lookup lookup = Lookup()) {
  const Query query = MustParse(typed);
  lookup.query = &query;
  std::vector<std::string> texts;
  for (const Hit& hit : FetchAll(archive, lookup, 3)) {
    const report::Range& range = hit.ref.quote().range;
    texts.push_back(text::ToUtf8(hit.ref.document->joined(range)));
  }
  return texts;
}

// The highlighted texts of the first hit, each with its term.
std::vector<std::string> Highlighted(const Archive& archive, std::string_view typed,
                                     MatchMode match = MatchMode::kFolded) {
  const Query query = MustParse(typed);
  Lookup lookup;
  lookup.query = &query;
  lookup.match = match;
  std::vector<std::string> texts;
  const auto answer = archive.Find(lookup, Cancellation());
  EXPECT_THAT(answer, testing::IsOk());
  if (answer.ok() && !answer->hits.empty()) {
    const Hit& hit = answer->hits.front();
    EXPECT_EQ(hit.highlight_count, hit.highlights.size());
    for (const Highlight& highlight : hit.highlights) {
      texts.push_back(absl::StrCat(highlight.term, ":",
                                   text::ToUtf8(hit.ref.document->joined(highlight.range))));
    }
  }
  return texts;
}

text::FoldSet FoldsOfFirst(const Archive& archive, std::string_view typed) {
  const Query query = MustParse(typed);
  Lookup lookup;
  lookup.query = &query;
  const auto answer = archive.Find(lookup, Cancellation());
  EXPECT_TRUE(answer.ok() && !answer->hits.empty()) << typed;
  return answer.ok() && !answer->hits.empty() ? answer->hits.front().folds : 0;
}

const absl::CivilDay kDay2021(2021, 3, 5);
const absl::CivilDay kDay2022(2022, 1, 17);

TEST_P(ArchiveConformance, EmptyArchive) {
  const auto archive = Make({});
  EXPECT_THAT(Texts(*archive, "党"), IsEmpty());
  EXPECT_EQ(archive->revision(), 1u);
  EXPECT_THAT(archive->documents(), IsEmpty());
  EXPECT_EQ(archive->FindReport("a"), nullptr);
  EXPECT_FALSE(archive->FindQuote("a", "q").has_value());
  EXPECT_EQ(archive->CoverageOf({}).reports, 0u);
  EXPECT_THAT(archive->theme_totals(), ElementsAre(0, 0, 0, 0, 0));
}

TEST_P(ArchiveConformance, TermsMatchAsFoldedSubstrings) {
  const auto archive = Make({MakeDocument(
      Speech("a", kDay2022,
             {"以创新，发展为先。", "坚持新发展理念。", "回顾五年的发展歷程。", "完成280亿元。",
              "人均GDP增长33.8%。", "实施“棚改”项目。", "《中国》制造·二〇二五。"}))});
  EXPECT_THAT(Texts(*archive, "新发展"), ElementsAre("坚持新发展理念。"));
  EXPECT_THAT(Texts(*archive, "新，发展"), ElementsAre("以创新，发展为先。"));
  EXPECT_THAT(Texts(*archive, "新；发展"), ElementsAre("以创新，发展为先。"));
  EXPECT_THAT(Texts(*archive, "發展歷程"), ElementsAre("回顾五年的发展歷程。"));
  EXPECT_THAT(Texts(*archive, "发展历程"), ElementsAre("回顾五年的发展歷程。"));
  EXPECT_THAT(Texts(*archive, "２８０亿元"), ElementsAre("完成280亿元。"));
  EXPECT_THAT(Texts(*archive, "80"), ElementsAre("完成280亿元。"));
  EXPECT_THAT(Texts(*archive, "gdp"), ElementsAre("人均GDP增长33.8%。"));
  EXPECT_THAT(Texts(*archive, "dp"), ElementsAre("人均GDP增长33.8%。"));
  EXPECT_THAT(Texts(*archive, "3.8%"), ElementsAre("人均GDP增长33.8%。"));
  EXPECT_THAT(Texts(*archive, "338"), IsEmpty());
  EXPECT_THAT(Texts(*archive, "施棚"), ElementsAre("实施“棚改”项目。"));
  EXPECT_THAT(Texts(*archive, "中国制造二"), ElementsAre("《中国》制造·二〇二五。"));
  EXPECT_THAT(Texts(*archive, "二○二五"), ElementsAre("《中国》制造·二〇二五。"));
  EXPECT_THAT(Texts(*archive, "念"), ElementsAre("坚持新发展理念。"));
  EXPECT_THAT(Texts(*archive, "理念。回顾"), IsEmpty()) << "a match left its quote";
}

TEST_P(ArchiveConformance, BooleanQueries) {
  const auto archive =
      Make({MakeDocument(Speech("a", kDay2022, {"甲乙", "甲丙", "乙丙", "甲乙丙", "丁"}))});
  EXPECT_THAT(Texts(*archive, "甲 乙"), ElementsAre("甲乙", "甲乙丙"));
  EXPECT_THAT(Texts(*archive, "甲 -乙"), ElementsAre("甲丙"));
  EXPECT_THAT(Texts(*archive, "甲 乙 OR 丁"), ElementsAre("甲乙", "甲乙丙", "丁"));
  EXPECT_THAT(Texts(*archive, "甲 (乙 OR 丙) -(乙 丙)"), ElementsAre("甲乙", "甲丙"));
  EXPECT_THAT(Texts(*archive, "丙 -(甲 -乙)"), ElementsAre("乙丙", "甲乙丙"));
  EXPECT_THAT(Texts(*archive, "\"甲丙\""), ElementsAre("甲丙"));
}

TEST_P(ArchiveConformance, ExactMatchesTakeTheCharactersAsTyped) {
  const auto archive = Make({MakeDocument(Speech(
      "a", kDay2022, {"发展，党", "發展，党", "“发展”党", "ＧＤＰ增长", "GDP增长", "发展、党"}))});
  Lookup exact;
  exact.match = MatchMode::kExact;
  EXPECT_THAT(Texts(*archive, "发展", exact), ElementsAre("发展，党", "“发展”党", "发展、党"));
  EXPECT_THAT(Texts(*archive, "發展", exact), ElementsAre("發展，党"));
  EXPECT_THAT(Texts(*archive, "展，党", exact), ElementsAre("发展，党", "發展，党"));
  EXPECT_THAT(Texts(*archive, "展，党"), ElementsAre("发展，党", "發展，党", "发展、党"));
  EXPECT_THAT(Texts(*archive, "展党", exact), IsEmpty());
  EXPECT_THAT(Texts(*archive, "\"，党\"", exact), ElementsAre("发展，党", "發展，党"));
  EXPECT_THAT(Texts(*archive, "gdp", exact), IsEmpty());
  EXPECT_THAT(Texts(*archive, "ＧＤＰ", exact), ElementsAre("ＧＤＰ增长"));
  EXPECT_THAT(Texts(*archive, "党 -發展", exact), ElementsAre("发展，党", "“发展”党", "发展、党"));
  EXPECT_THAT(Texts(*archive, "党 -發展"), IsEmpty());
  EXPECT_THAT(Highlighted(*archive, "\"，党\"", MatchMode::kExact), ElementsAre("0:，党"));
}

TEST_P(ArchiveConformance, Highlights) {
  const auto archive =
      Make({MakeDocument(Speech("a", kDay2022, {"“产业”强，产业、集群；ＡＡa集群产业。"}))});
  EXPECT_THAT(Highlighted(*archive, "产业"), ElementsAre("0:产业", "0:产业", "0:产业"));
  EXPECT_THAT(Highlighted(*archive, "集群 产业"),
              ElementsAre("1:产业", "1:产业", "0:集群", "0:集群", "1:产业"));
  EXPECT_THAT(Highlighted(*archive, "业强"), ElementsAre("0:业”强"));
  EXPECT_THAT(Highlighted(*archive, "强。产"), ElementsAre("0:强，产"));
  EXPECT_THAT(Highlighted(*archive, "aa"), ElementsAre("0:ＡＡ", "0:Ａa")) << "overlapping";
  EXPECT_THAT(Highlighted(*archive, "集群 \"集群\" -農業"), ElementsAre("0:集群", "0:集群"))
      << "equal terms are one";
  EXPECT_THAT(Highlighted(*archive, "产 产业 -(党 -强)"),
              ElementsAre("0:产", "1:产业", "0:产", "1:产业", "0:产", "1:产业"));
}

TEST_P(ArchiveConformance, HighlightsAreCappedAndCounted) {
  std::string text;
  for (size_t i = 0; i < limits::kMaxHighlights + 7; ++i) {
    text += "党啊";
  }
  const auto archive = Make({MakeDocument(Speech("a", kDay2022, {text}))});
  const Query query = MustParse("党");
  Lookup lookup;
  lookup.query = &query;
  const auto answer = archive->Find(lookup, Cancellation());
  QUOTES_ASSERT_OK(answer);
  ASSERT_EQ(answer->hits.size(), 1u);
  EXPECT_EQ(answer->total, 1u) << "quotes are counted, not occurrences";
  EXPECT_EQ(answer->hits[0].highlight_count, limits::kMaxHighlights + 7);
  EXPECT_EQ(answer->hits[0].highlights.size(), limits::kMaxHighlights);
  EXPECT_EQ(answer->hits[0].highlights.back().range.begin, 2 * (limits::kMaxHighlights - 1));
}

TEST_P(ArchiveConformance, FoldsThatWereNeededAreNamed) {
  const auto archive =
      Make({MakeDocument(Speech("a", kDay2022, {"发展歷程，２８０亿元的“棚改”项目GDP、啊。"}))});
  EXPECT_EQ(FoldsOfFirst(*archive, "歷程"), 0u);
  EXPECT_EQ(FoldsOfFirst(*archive, "历程"), text::kFoldScript);
  EXPECT_EQ(FoldsOfFirst(*archive, "發展"),
            text::kFoldScript | (text::FoldsOf(U'發') & text::kFoldAmbiguous));
  EXPECT_EQ(FoldsOfFirst(*archive, "280"), text::kFoldWidth);
  EXPECT_EQ(FoldsOfFirst(*archive, "的棚改项目"), text::kFoldQuotation);
  EXPECT_EQ(FoldsOfFirst(*archive, "gdp"), text::kFoldCase);
  EXPECT_EQ(FoldsOfFirst(*archive, "GDP，啊"), text::kFoldMark);
  EXPECT_EQ(FoldsOfFirst(*archive, "GDP、啊"), 0u);
  EXPECT_EQ(FoldsOfFirst(*archive, "《歷程》，"), 0u) << "marks around a term ask for nothing";
  EXPECT_EQ(FoldsOfFirst(*archive, "280 gdp"), text::kFoldWidth | text::kFoldCase);
}

TEST_P(ArchiveConformance, ReportFilters) {
  TestReport a = Speech("a", kDay2022, {"党一"});
  a.speaker = "宋 磊";
  a.body = "中国共产党枣庄市市中区委员会";
  TestReport b = Speech("b", kDay2021, {"党二"});
  b.speaker = "李強";
  b.body = "国务院";
  TestReport c = Speech("c", std::nullopt, {"党三"});
  const auto archive = Make({MakeDocument(c), MakeDocument(a), MakeDocument(b)});
  const auto texts = [&archive](auto set) {
    Lookup lookup;
    set(&lookup.filter);
    return Texts(*archive, "党", lookup);
  };
  EXPECT_THAT(texts([](Filter*) {}), ElementsAre("党一", "党二", "党三"));
  EXPECT_THAT(texts([](Filter* f) {
                f->reports = {"c", "a", "none"};
              }),
              ElementsAre("党一", "党三"));
  EXPECT_THAT(texts([](Filter* f) { f->reports = {"none"}; }), IsEmpty());
  EXPECT_THAT(texts([](Filter* f) { f->speakers = {"宋磊"}; }), ElementsAre("党一"));
  EXPECT_THAT(texts([](Filter* f) { f->speakers = {"磊", "李强"}; }), ElementsAre("党一", "党二"));
  EXPECT_THAT(texts([](Filter* f) { f->speakers = {"，"}; }), IsEmpty());
  EXPECT_THAT(texts([](Filter* f) { f->bodies = {"國務院"}; }), ElementsAre("党二"));
  EXPECT_THAT(texts([](Filter* f) {
                f->bodies = {"国务院"};
                f->speakers = {"宋磊"};
              }),
              IsEmpty());
  EXPECT_THAT(texts([](Filter* f) { f->date_from = kDay2022; }), ElementsAre("党一"));
  EXPECT_THAT(texts([](Filter* f) { f->date_from = kDay2022 + 1; }), IsEmpty());
  EXPECT_THAT(texts([](Filter* f) { f->date_to = kDay2021; }), ElementsAre("党二"));
  EXPECT_THAT(texts([](Filter* f) { f->date_to = kDay2021 - 1; }), IsEmpty());
  EXPECT_THAT(texts([](Filter* f) {
                f->date_from = kDay2021;
                f->date_to = kDay2022;
              }),
              ElementsAre("党一", "党二"));
}

TEST_P(ArchiveConformance, QuoteFilters) {
  TestReport a;
  a.id = "a";
  a.sections = {{"s0", -1, 0}, {"s1", 0, -1}, {"s2", 1, -1}, {"s3", -1, -1}};
  a.quotes = {
      {"党〇", 0, report::BlockKind::kHeading, report::Mode::kReview, false, {0}},
      {"党一", 1, report::BlockKind::kBody, report::Mode::kReview, true, {1, 4}},
      {"党二", 2, report::BlockKind::kBody, report::Mode::kTarget, true, {2}},
      {"党三", 3, report::BlockKind::kBody, report::Mode::kMeasure, false, {3}},
      {"党四", -1, report::BlockKind::kBody, report::Mode::kUnspecified, false, {}},
      {"党五", -1, report::BlockKind::kCaption, report::Mode::kUnspecified, true, {}},
  };
  TestReport b = Speech("b", kDay2022, {"党六"});
  b.sections = {{"s1", -1, -1}};
  b.quotes[0].section = 0;
  const auto archive = Make({MakeDocument(a), MakeDocument(b)});
  const auto texts = [&archive](auto set) {
    Lookup lookup;
    lookup.order = Order::kReadingOrder;
    set(&lookup.filter);
    return Texts(*archive, "党", lookup);
  };
  EXPECT_THAT(texts([](Filter*) {}), ElementsAre("党〇", "党一", "党二", "党三", "党四", "党六"));
  EXPECT_THAT(texts([](Filter* f) { f->scope = TextScope::kFurniture; }), ElementsAre("党五"));
  EXPECT_THAT(texts([](Filter* f) { f->scope = TextScope::kAll; }),
              ElementsAre("党〇", "党一", "党二", "党三", "党四", "党五", "党六"));
  EXPECT_THAT(texts([](Filter* f) {
                f->sections = {{"a", "s0"}};
              }),
              ElementsAre("党〇", "党一", "党二"));
  EXPECT_THAT(texts([](Filter* f) {
                f->sections = {{"a", "s2"}, {"a", "s3"}};
              }),
              ElementsAre("党二", "党三"));
  EXPECT_THAT(texts([](Filter* f) {
                f->sections = {{"b", "s1"}, {"a", "s9"}};
              }),
              ElementsAre("党六"));
  EXPECT_THAT(texts([](Filter* f) { f->sections = {{"c", "s1"}}; }), IsEmpty());
  EXPECT_THAT(texts([](Filter* f) {
                f->theme_groups = {{1, 3}};
              }),
              ElementsAre("党一", "党二", "党三"));
  EXPECT_THAT(texts([](Filter* f) { f->theme_groups = {{0}}; }),
              ElementsAre("党〇", "党一", "党二", "党三"));
  EXPECT_THAT(texts([](Filter* f) { f->theme_groups = {{2, 2, 1}}; }), ElementsAre("党一", "党二"));
  EXPECT_THAT(texts([](Filter* f) { f->theme_groups = {{1, 3}, {3}}; }), ElementsAre("党三"));
  EXPECT_THAT(texts([](Filter* f) { f->theme_groups = {{1}, {3}}; }), IsEmpty());
  EXPECT_THAT(texts([](Filter* f) { f->theme_groups = {{}}; }), IsEmpty());
  EXPECT_THAT(texts([](Filter* f) { f->theme_groups = {{99, -1}}; }), IsEmpty());
  EXPECT_THAT(texts([](Filter* f) {
                f->modes = {report::Mode::kTarget, report::Mode::kMeasure};
              }),
              ElementsAre("党二", "党三"));
  EXPECT_THAT(texts([](Filter* f) { f->with_figures = true; }), ElementsAre("党一", "党二"));
  EXPECT_THAT(texts([](Filter* f) { f->with_figures = false; }),
              ElementsAre("党〇", "党三", "党四", "党六"));
}

TEST_P(ArchiveConformance, Orders) {
  TestReport a = Speech("b", kDay2022, {"甲", "甲乙", "乙"});
  a.sections = {{"s", -1, 2}};
  const TestReport b = Speech("a", kDay2021, {"乙甲", "甲甲"});
  const TestReport c = Speech("c", kDay2022, {"乙乙"});
  const TestReport d = Speech("0", std::nullopt, {"乙乙乙"});
  const auto archive = Make({MakeDocument(a), MakeDocument(b), MakeDocument(c), MakeDocument(d)});
  Lookup lookup;
  EXPECT_THAT(Texts(*archive, "甲 OR 乙", lookup),
              ElementsAre("甲", "甲乙", "乙", "乙乙", "乙甲", "甲甲", "乙乙乙"));
  lookup.order = Order::kReadingOrder;
  EXPECT_THAT(Texts(*archive, "甲 OR 乙", lookup),
              ElementsAre("乙乙乙", "乙甲", "甲甲", "甲", "甲乙", "乙", "乙乙"));
  lookup.order = Order::kRelevance;
  EXPECT_THAT(Texts(*archive, "甲 OR 乙", lookup),
              ElementsAre("甲乙", "乙甲", "乙", "甲", "乙乙", "甲甲", "乙乙乙"));
}

TEST_P(ArchiveConformance, PagesOfOneReportHaveItsSpeechAndThenItsFurniture) {
  TestReport a = Speech("b", kDay2022, {"一", "二", "三", "四", "五"});
  a.quotes.push_back(
      {"六", -1, report::BlockKind::kCaption, report::Mode::kUnspecified, false, {}});
  a.quotes.push_back(
      {"七", -1, report::BlockKind::kCaption, report::Mode::kUnspecified, false, {}});
  const auto archive = Make({MakeDocument(a), MakeDocument(Speech("a", kDay2022, {"甲", "乙"})),
                             MakeDocument(Speech("c", kDay2021, {"丙"}))});
  for (const Order order : {Order::kNewest, Order::kReadingOrder}) {
    for (const size_t page_size : {1u, 2u, 3u, 5u, 7u}) {
      SCOPED_TRACE(absl::StrCat(static_cast<int>(order), " ", page_size));
      const auto texts = [&](TextScope scope, std::vector<std::string> reports) {
        Lookup lookup;
        lookup.order = order;
        lookup.filter.scope = scope;
        lookup.filter.reports = std::move(reports);
        std::vector<std::string> found;
        for (const Hit& hit : FetchAll(*archive, lookup, page_size)) {
          found.push_back(text::ToUtf8(hit.ref.text()));
        }
        return found;
      };
      EXPECT_THAT(texts(TextScope::kSpeech, {"b"}), ElementsAre("一", "二", "三", "四", "五"));
      EXPECT_THAT(texts(TextScope::kFurniture, {"b"}), ElementsAre("六", "七"));
      EXPECT_THAT(texts(TextScope::kAll, {"b"}),
                  ElementsAre("一", "二", "三", "四", "五", "六", "七"));
      EXPECT_THAT(texts(TextScope::kAll, {"a", "b"}),
                  ElementsAre("甲", "乙", "一", "二", "三", "四", "五", "六", "七"));
    }
  }
}

TEST_P(ArchiveConformance, SalientQuotesComeFirst) {
  TestReport a = Speech("b", kDay2022, {"甲", "甲二", "甲《办法》", "甲", "甲“双高”计划"});
  a.sections = {{"s", -1, 3}};
  a.quotes[0].has_figures = true;
  TestReport b = Speech("a", kDay2021, {"甲三", "甲四", "甲五"});
  b.quotes[0].block = report::BlockKind::kHeading;
  b.quotes[2].has_figures = true;
  const auto archive = Make({MakeDocument(a), MakeDocument(b)});
  Lookup lookup;
  lookup.order = Order::kSalience;
  const std::vector<std::string> expected = {"甲",           "甲三", "甲",   "甲《办法》",
                                             "甲“双高”计划", "甲五", "甲二", "甲四"};
  EXPECT_EQ(Texts(*archive, "甲", lookup), expected);
  std::vector<std::string> without_query;
  for (const Hit& hit : FetchAll(*archive, lookup, 2)) {
    without_query.push_back(text::ToUtf8(hit.ref.text()));
  }
  EXPECT_EQ(without_query, expected);
}

// What five reports say stands behind everything else, wherever its words stand in a quote: by
// themselves, in a longer one, with other marks, in furniture.
TEST_P(ArchiveConformance, StockPhrasesComeLast) {
  const auto make = [&](bool fifth) {
    std::vector<std::shared_ptr<const Document>> documents;
    for (const char* const id : {"a", "b", "c"}) {
      TestReport report = Speech(id, kDay2021, {"甲乙", "甲", "丙丁戊一"});
      report.quotes[0].block = report::BlockKind::kHeading;
      documents.push_back(MakeDocument(report));
    }
    documents.push_back(MakeDocument(Speech("d", kDay2021, {"要甲、乙己", "甲“乙”", "甲，甲"})));
    TestReport e = Speech("e", kDay2021, {fifth ? "甲乙。" : "甲、。乙"});
    e.quotes[0].block = report::BlockKind::kCaption;
    documents.push_back(MakeDocument(e));
    return Make(documents);
  };
  Lookup lookup;
  lookup.order = Order::kSalience;
  const std::vector<std::string> four = {"甲乙", "甲乙", "甲乙", "甲“乙”"};
  EXPECT_EQ(Texts(*make(false), "甲乙 -要", lookup), four);
  const auto archive = make(true);
  EXPECT_EQ(CountReportsOf(*archive, U"甲乙"), 5u);
  EXPECT_EQ(Texts(*archive, "甲 -丙", lookup),
            (std::vector<std::string>{"要甲、乙己", "甲，甲", "甲乙", "甲", "甲乙", "甲", "甲乙",
                                      "甲", "甲“乙”"}))
      << "甲 and 甲乙 are in all of five reports, 要甲、乙己 and 甲，甲 in one";
}

// By a count of the texts as they are.
TEST_P(ArchiveConformance, MarksOfAPhraseCount) {
  const auto archive = Make(
      {MakeDocument(Speech("b", kDay2022, {"改革、开放。", "改革，开放", "改革、改革、", "改革"})),
       MakeDocument(
           Speech("a", kDay2021, {"（一）改革；开放", "一，十％", "改革､", "一（一）（一）"}))});
  const auto count = [&](std::u32string_view phrase) {
    TraceOptions options;
    options.max_variants = limits::kMaxVariants;
    options.marked = FoldKeepingMarks(phrase).units;
    const std::u32string units = text::Fold(phrase).units;
    const auto trace = archive->Trace(StripBreaks(units), options, Cancellation());
    EXPECT_TRUE(trace.ok());
    EXPECT_THAT(trace->variants, IsEmpty());
    return std::pair(trace->total.occurrences, trace->total.quotes);
  };
  using Counts = std::pair<uint64_t, uint64_t>;
  EXPECT_EQ(count(U"改革、"), Counts(4, 3));
  EXPECT_EQ(count(U"改革､"), Counts(4, 3)) << "in any width";
  EXPECT_EQ(count(U"改革；开放"), Counts(1, 1));
  EXPECT_EQ(count(U"改革，"), Counts(1, 1));
  EXPECT_EQ(count(U"（一）"), Counts(3, 2));
  EXPECT_EQ(count(U"(一)"), Counts(3, 2));
  EXPECT_EQ(count(U"十％"), Counts(1, 1));
  EXPECT_EQ(count(U"改革！"), Counts(0, 0));
  TraceOptions options;
  options.marked = U"改革、";
  options.filter.reports = {"b"};
  const auto trace = archive->Trace(U"改革", options, Cancellation());
  ASSERT_TRUE(trace.ok() && trace->first.has_value());
  EXPECT_EQ(trace->total.occurrences, 3u);
  EXPECT_EQ(trace->reports.size(), 1u);
  EXPECT_EQ(trace->first->ref.text(), U"改革、开放。");
  EXPECT_EQ(text::ToUtf8(trace->first->ref.document->joined(trace->first->range)), "改革、");
  EXPECT_EQ(trace->last->ref.text(), U"改革、改革、");
}

// Organisations whose reports lie far apart, in segments that have a theme as bits, as a list and
// not at all.
TEST_P(ArchiveConformance, ThemesOfAnOrganisationAgreeWithTheirDefinition) {
  RandomReports random(66);
  uint64_t hits = 0;
  for (int round = 0; round < 8; ++round) {
    TestReport large = Speech("large", absl::CivilDay(2021, 1, 1), {});
    large.body = "甲";
    for (int i = 0; i < 600; ++i) {
      large.quotes.push_back(random.Quote());
      large.quotes.back().themes.clear();
    }
    large.quotes[random.Below(600)].themes = {4};
    large.quotes[random.Below(600)].themes = {2};
    std::vector<std::shared_ptr<const Document>> documents = {MakeDocument(large)};
    std::shared_ptr<const Archive> archive = Make(documents);
    for (size_t change = 0; change < 3; ++change) {
      for (size_t i = 0; i < 8; ++i) {
        // One is revised now and then.
        TestReport report = random.Report(absl::StrCat("r", random.OneIn(3) ? 0 : change, "-", i));
        report.body = random.OneIn(2) ? "甲" : "乙";
        std::erase_if(documents,
                      [&report](const auto& document) { return document->report_id == report.id; });
        documents.push_back(MakeDocument(report));
      }
      archive = Make(documents, archive.get());
    }
    for (int i = 0; i < 30; ++i) {
      Lookup lookup;
      lookup.filter.theme_groups = {{static_cast<int>(random.Below(5))}};
      if (random.OneIn(3)) {
        lookup.filter.theme_groups.push_back({static_cast<int>(random.Below(5))});
      }
      lookup.filter.bodies = {random.OneIn(2) ? "甲" : "乙"};
      if (random.OneIn(4)) {
        lookup.filter.modes = {static_cast<report::Mode>(random.Below(4))};
      }
      if (random.OneIn(4)) {
        lookup.filter.with_figures = random.OneIn(2);
      }
      if (random.OneIn(4)) {
        lookup.filter.date_from = absl::CivilDay(2021, 1, 1);
      }
      lookup.filter.scope = static_cast<TextScope>(1 + random.Below(3));
      lookup.order = static_cast<Order>(1 + i % 4);
      ASSERT_NO_FATAL_FAILURE(ExpectSameAsNaive(*archive, lookup));
      lookup.with_total = random.OneIn(2);
      const NaiveAnswer expected = NaiveFind(Unpacked(*archive), archive->scheme(), lookup);
      const std::vector<Hit> paged = FetchAll(*archive, lookup, 1 + random.Below(9));
      ASSERT_EQ(paged.size(), expected.hits.size());
      for (size_t k = 0; k < paged.size(); ++k) {
        ASSERT_EQ(paged[k].ref.document->report_id(), expected.hits[k].report_id);
        ASSERT_EQ(paged[k].ref.id(), expected.hits[k].quote_id);
      }
      hits += paged.size();
    }
  }
  EXPECT_GT(hits, 1'000u);
}

// By a walk through the texts folded with their marks.
TEST_P(ArchiveConformance, PhrasesWithMarksAgreeWithACount) {
  RandomReports random(67);
  static constexpr std::u32string_view kLetters = U"改革的发𠀀，、。（）5%“”-,. \n";
  const auto string = [&random](size_t longest) {
    std::u32string made;
    for (size_t size = 1 + random.Below(longest); size > 0; --size) {
      made.push_back(kLetters[random.Below(kLetters.size())]);
    }
    return made;
  };
  std::shared_ptr<const Archive> archive;
  uint64_t found = 0;
  for (int round = 0; round < 12; ++round) {
    // Some stay as they are, others are replaced: segments with dead texts.
    std::vector<std::shared_ptr<const Document>> documents;
    for (size_t i = 0; i < 8; ++i) {
      std::vector<std::string> texts;
      for (size_t text = 0; text < 8; ++text) {
        texts.push_back(text::ToUtf8(string(12)));
      }
      const std::string id =
          absl::StrCat("r", random.OneIn(2) ? i : 8 * static_cast<size_t>(round) + i);
      documents.push_back(MakeDocument(Speech(id, kDay2022, texts)));
    }
    archive = Make(std::move(documents), archive.get());
    if (round % 3 != 0) {
      // With marks read ahead, of all segments or of the first.
      int asked = 0;
      ReadPrintedMarks(*archive, [&] { return round % 3 == 2 || ++asked < 2; });
    }
    for (int i = 0; i < 200; ++i) {
      const std::u32string phrase = string(4);
      const std::u32string folded = text::Fold(phrase).units;
      const std::u32string_view units = StripBreaks(folded);
      if (units.empty() || !HasMarks(phrase)) {
        continue;
      }
      TraceOptions options;
      options.marked = FoldKeepingMarks(phrase).units;
      PhraseCount expected;
      for (const PackedDocument* const document : archive->documents()) {
        for (uint32_t quote = 0; quote < document->size(); ++quote) {
          const std::u32string_view text = document->text(quote);
          // What folds otherwise in a text than alone is no place of the phrase: 5% of 5%，.
          const uint64_t places = text::Fold(text).units.find(units) == std::u32string::npos
                                      ? 0
                                      : CountPlaces(FoldKeepingMarks(text).units, options.marked);
          expected.occurrences += places;
          expected.quotes += places > 0 ? 1 : 0;
        }
      }
      const auto trace = archive->Trace(units, options, Cancellation());
      QUOTES_ASSERT_OK(trace);
      ASSERT_EQ(trace->total, expected) << text::ToUtf8(phrase);
      found += expected.quotes;
    }
  }
  EXPECT_GT(found, 100u);
}

TEST_P(ArchiveConformance, WithoutQueryTheFilterDecides) {
  const auto archive = Make({MakeDocument(Speech("a", kDay2022, {"甲", "，", "乙"}))});
  Lookup lookup;
  const std::vector<Hit> hits = FetchAll(*archive, lookup, 2);
  ASSERT_EQ(hits.size(), 3u);
  EXPECT_THAT(hits[1].highlights, IsEmpty());
  EXPECT_EQ(hits[1].highlight_count, 0u);
}

TEST_P(ArchiveConformance, LimitTotalAndFacetsAreIndependent) {
  TestReport a = Speech("a", kDay2022, {"甲", "甲乙", "乙甲"});
  a.quotes[0].themes = {2, 3};
  a.quotes[1].themes = {1};
  const auto archive = Make({MakeDocument(a), MakeDocument(Speech("b", kDay2021, {"甲甲"})),
                             MakeDocument(Speech("c", std::nullopt, {"甲丙"}))});
  const Query query = MustParse("甲");
  for (const Order order :
       {Order::kNewest, Order::kReadingOrder, Order::kRelevance, Order::kSalience}) {
    Lookup lookup;
    lookup.query = &query;
    lookup.order = order;
    lookup.limit = 0;
    lookup.with_facets = true;
    auto answer = archive->Find(lookup, Cancellation());
    QUOTES_ASSERT_OK(answer);
    EXPECT_THAT(answer->hits, IsEmpty());
    EXPECT_TRUE(answer->more);
    EXPECT_EQ(answer->total, 5u);
    const auto bucket = [](std::string_view value, uint64_t count) {
      return ::testing::AllOf(::testing::Field(&FacetBucket::value, value),
                              ::testing::Field(&FacetBucket::count, count));
    };
    EXPECT_THAT(answer->facets.reports,
                ElementsAre(bucket("a", 3), bucket("b", 1), bucket("c", 1)));
    EXPECT_THAT(answer->facets.themes, ElementsAre(bucket("a", 2), bucket("a.b", 2),
                                                   bucket("a.b.c", 1), bucket("a.d", 1)));
    EXPECT_THAT(answer->facets.years, ElementsAre(bucket("2022", 3), bucket("2021", 1)));

    lookup.limit = 5;
    lookup.with_total = false;
    lookup.with_facets = false;
    answer = archive->Find(lookup, Cancellation());
    QUOTES_ASSERT_OK(answer);
    EXPECT_EQ(answer->hits.size(), 5u);
    EXPECT_FALSE(answer->more);
    EXPECT_EQ(answer->total, 0u);
    EXPECT_THAT(answer->facets.reports, IsEmpty());
    lookup.limit = 4;
    EXPECT_TRUE(archive->Find(lookup, Cancellation())->more);
  }
}

TEST_P(ArchiveConformance, FacetsAreCapped) {
  std::vector<std::shared_ptr<const Document>> documents;
  for (size_t i = 0; i < limits::kMaxFacetBuckets + 5; ++i) {
    documents.push_back(MakeDocument(
        Speech(absl::StrCat("r", 1000 + i), std::nullopt,
               i == 40 ? std::vector<std::string>{"甲", "甲甲"} : std::vector<std::string>{"甲"})));
  }
  const auto archive = Make(documents);
  Lookup lookup;
  lookup.with_facets = true;
  const auto answer = archive->Find(lookup, Cancellation());
  QUOTES_ASSERT_OK(answer);
  ASSERT_EQ(answer->facets.reports.size(), limits::kMaxFacetBuckets);
  EXPECT_EQ(answer->facets.reports[0].value, "r1040");
  EXPECT_EQ(answer->facets.reports[1].value, "r1000");
}

TEST_P(ArchiveConformance, ReportsAndQuotesByName) {
  TestReport withdrawn = Speech("w", kDay2022, {"甲"});
  withdrawn.state = ReportState::kWithdrawn;
  const auto a = MakeDocument(Speech("a", kDay2021, {"甲", "乙", "甲"}));
  const auto b = MakeDocument(Speech("b", kDay2022, {"甲"}));
  const auto u = MakeDocument(Speech("0", std::nullopt, {"甲"}));
  const auto archive = Make({u, a, MakeDocument(withdrawn), b});
  std::vector<std::string_view> ids;
  for (const PackedDocument* const document : archive->documents()) {
    EXPECT_EQ(archive->FindReport(document->report_id()), document);
    ids.push_back(document->report_id());
  }
  EXPECT_THAT(ids, ElementsAre("b", "a", "0"));
  EXPECT_EQ(archive->FindReport("w"), nullptr);
  EXPECT_EQ(archive->FindReport(""), nullptr);
  for (uint32_t i = 0; i < 3; ++i) {
    const auto found = archive->FindQuote("a", a->content.quotes[i].id);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->document, archive->FindReport("a"));
    EXPECT_EQ(found->index, i);
  }
  EXPECT_FALSE(archive->FindQuote("b", a->content.quotes[1].id).has_value());
  EXPECT_FALSE(archive->FindQuote("w", a->content.quotes[0].id).has_value());
  EXPECT_EQ(Texts(*archive, "甲").size(), 4u);
}

TEST_P(ArchiveConformance, CoverageAndThemeTotals) {
  TestReport a = Speech("a", kDay2022, {"甲", "乙"});
  a.truncated = true;
  a.sections = {{"s", -1, -1}};
  a.quotes[0].themes = {0, 2};
  a.quotes[1].themes = {2};
  a.quotes.push_back(
      {"丙", -1, report::BlockKind::kBanner, report::Mode::kUnspecified, false, {4}});
  const auto archive = Make({MakeDocument(a), MakeDocument(Speech("b", kDay2021, {"甲"}))});
  EXPECT_THAT(archive->theme_totals(), ElementsAre(2, 2, 2, 0, 0))
      << "of the speech, and a quote counts once";
  Coverage coverage = archive->CoverageOf({});
  EXPECT_EQ(coverage.reports, 2u);
  EXPECT_EQ(coverage.quotes, 3u);
  EXPECT_EQ(coverage.incomplete_reports, 1u);
  EXPECT_THAT(coverage.incomplete, ElementsAre(archive->FindReport("a")));
  Filter filter;
  filter.scope = TextScope::kAll;
  EXPECT_EQ(archive->CoverageOf(filter).quotes, 4u);
  filter.reports = {"b"};
  coverage = archive->CoverageOf(filter);
  EXPECT_EQ(coverage.reports, 1u);
  EXPECT_EQ(coverage.quotes, 1u);
  EXPECT_THAT(coverage.incomplete, IsEmpty());
  filter = Filter();
  filter.sections = {{"a", "s"}};
  EXPECT_EQ(archive->CoverageOf(filter).reports, 1u);

  std::vector<std::shared_ptr<const Document>> many;
  for (size_t i = 0; i < limits::kMaxCoverageReports + 3; ++i) {
    TestReport report = Speech(absl::StrCat("r", i), std::nullopt, {"甲"});
    report.truncated = true;
    many.push_back(MakeDocument(report));
  }
  coverage = Make(many)->CoverageOf({});
  EXPECT_EQ(coverage.incomplete_reports, limits::kMaxCoverageReports + 3);
  EXPECT_EQ(coverage.incomplete.size(), limits::kMaxCoverageReports);
}

TEST_P(ArchiveConformance, CancellationAndDeadline) {
  const auto archive = Make({MakeDocument(Speech("a", kDay2022, {"甲"}))});
  Cancellation cancelled;
  cancelled.Cancel();
  EXPECT_THAT(archive->Find({}, cancelled), HasCode(absl::StatusCode::kCancelled));
  EXPECT_THAT(archive->Find({}, Cancellation(absl::Now() - absl::Seconds(1))),
              HasCode(absl::StatusCode::kDeadlineExceeded));
}

TEST_P(ArchiveConformance, ReadersRunBesideEachOther) {
  RandomReports random(7);
  std::vector<std::shared_ptr<const Document>> documents;
  documents.reserve(30);
  for (int i = 0; i < 30; ++i) {
    documents.push_back(MakeDocument(random.Report(absl::StrCat("r", i))));
  }
  const auto archive = Make(documents);
  const Query query = MustParse("党 OR 新 -发展");
  Lookup lookup;
  lookup.query = &query;
  lookup.with_facets = true;
  const uint64_t expected = archive->Find(lookup, Cancellation())->total;
  std::vector<std::thread> readers;
  std::vector<int> wrong(4, 0);
  for (size_t reader = 0; reader < wrong.size(); ++reader) {
    readers.emplace_back([&, reader] {
      for (int i = 0; i < 50; ++i) {
        const auto answer = archive->Find(lookup, Cancellation());
        wrong[reader] += answer.ok() && answer->total == expected ? 0 : 1;
      }
    });
  }
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_THAT(wrong, ::testing::Each(0));
}

Filter RandomFilter(RandomReports* random, size_t reports) {
  Filter filter;
  const auto report = [random, reports] { return absl::StrCat("r", random->Below(reports + 2)); };
  if (random->OneIn(4)) {
    filter.reports = {report(), report(), report()};
  }
  if (random->OneIn(5)) {
    filter.speakers = {random->Text(2)};
  }
  if (random->OneIn(5)) {
    filter.bodies = {random->Text(1), random->Text(1)};
  }
  if (random->OneIn(5)) {
    filter.date_from = absl::CivilDay(static_cast<int>(2020 + random->Below(3)), 1, 2);
  }
  if (random->OneIn(5)) {
    filter.date_to = absl::CivilDay(static_cast<int>(2020 + random->Below(3)), 1, 1);
  }
  if (random->OneIn(4)) {
    for (int i = 0; i < 6; ++i) {
      filter.sections.emplace_back(report(), absl::StrCat("s", random->Below(3)));
    }
  }
  if (random->OneIn(4)) {
    filter.theme_groups.push_back(
        {static_cast<int>(random->Below(6)), static_cast<int>(random->Below(5))});
  }
  if (random->OneIn(6)) {
    filter.theme_groups.push_back({static_cast<int>(random->Below(5)), 0});
  }
  if (random->OneIn(4)) {
    filter.modes = {static_cast<report::Mode>(random->Below(4))};
  }
  filter.scope = static_cast<TextScope>(1 + random->Below(3));
  if (random->OneIn(4)) {
    filter.with_figures = random->OneIn(2);
  }
  return filter;
}

// Makes a look-up one of a theme or of several, with what it has of filters by report, mode and
// figures.
void AskForTheme(RandomReports* random, Lookup* lookup) {
  lookup->query = nullptr;
  lookup->filter.sections.clear();
  lookup->filter.theme_groups = {{static_cast<int>(random->Below(5))}};
  while (random->OneIn(3)) {
    lookup->filter.theme_groups.push_back({static_cast<int>(random->Below(5))});
  }
}

TEST_P(ArchiveConformance, RandomLookupsAgreeWithTheirDefinition) {
  RandomReports random(20220117);
  uint64_t hits = 0;
  for (int round = 0; round < 25; ++round) {
    std::vector<std::shared_ptr<const Document>> documents;
    const size_t reports = 1 + random.Below(12);
    for (size_t i = 0; i < reports; ++i) {
      documents.push_back(MakeDocument(random.Report(absl::StrCat("r", i))));
    }
    const auto archive = Make(documents);
    for (int i = 0; i < 60; ++i) {
      const std::string typed = random.QueryText();
      const Query query = MustParse(typed);
      Lookup lookup;
      lookup.query = random.OneIn(10) ? nullptr : &query;
      lookup.match = random.OneIn(3) ? MatchMode::kExact : MatchMode::kFolded;
      lookup.order = static_cast<Order>(1 + random.Below(4));
      if (random.OneIn(2)) {
        lookup.filter = RandomFilter(&random, reports);
      }
      if (random.OneIn(4)) {
        AskForTheme(&random, &lookup);
      }
      SCOPED_TRACE(typed);
      ASSERT_NO_FATAL_FAILURE(ExpectSameAsNaive(*archive, lookup));

      // The same hits, page by page.
      lookup.with_total = random.OneIn(2);
      const NaiveAnswer expected = NaiveFind(documents, archive->scheme(), lookup);
      const std::vector<Hit> paged = FetchAll(*archive, lookup, 1 + random.Below(9));
      ASSERT_EQ(paged.size(), expected.hits.size());
      for (size_t k = 0; k < paged.size(); ++k) {
        EXPECT_EQ(paged[k].ref.document->report_id(), expected.hits[k].report_id);
        EXPECT_EQ(paged[k].ref.id(), expected.hits[k].quote_id);
      }
      hits += paged.size();
    }
  }
  EXPECT_GT(hits, 2'000u) << "the test looks at too little";
}

// An archive whose reports come, go and are rewritten.
class EvolvingArchive {
 public:
  explicit EvolvingArchive(RandomReports* random) : random_(random) {
    for (int i = 0; i < 8; ++i) {
      Add();
    }
  }

  void Step() {
    switch (random_->Below(6)) {
      case 0:
        Add();
        break;
      case 1:
        reports_.erase(
            std::next(reports_.begin(), static_cast<ptrdiff_t>(random_->Below(reports_.size()))));
        break;
      default:
        Revise(&std::next(reports_.begin(), static_cast<ptrdiff_t>(random_->Below(reports_.size())))
                    ->second);
        break;
    }
    if (reports_.size() < 3) {
      Add();
    }
  }

  // Unchanged reports keep their documents, as in a running server.
  std::vector<std::shared_ptr<const Document>> Documents() {
    std::vector<std::shared_ptr<const Document>> documents;
    for (auto& [id, report] : reports_) {
      if (report.document == nullptr) {
        report.document = MakeDocument(report.content);
      }
      documents.push_back(report.document);
    }
    return documents;
  }

 private:
  struct Versioned {
    TestReport content;
    std::shared_ptr<const Document> document;
  };

  void Add() {
    const std::string id = absl::StrCat(random_->OneIn(2) ? "a" : "z", next_++);
    TestReport& report = reports_[id].content = random_->Report(id);
    for (TestQuote& quote : report.quotes) {
      quote.id = NextQuoteId();
    }
    // Whether a quote is a lead must not depend on its neighbours here.
    for (TestSection& section : report.sections) {
      section.heading_quote = -1;
    }
  }

  std::string NextQuoteId() { return absl::StrCat("q", next_++); }

  // Changes some quotes, keeps the others in their order.
  void Revise(Versioned* report) {
    report->document = nullptr;
    std::vector<TestQuote>& quotes = report->content.quotes;
    for (size_t i = 0; i < quotes.size();) {
      if (random_->OneIn(12)) {
        TestQuote added = random_->Quote();
        added.block = quotes[i].block;
        added.section = quotes[i].section;
        added.id = NextQuoteId();
        quotes.insert(quotes.begin() + static_cast<ptrdiff_t>(i), added);
        i += 2;
      } else if (random_->OneIn(8)) {
        quotes.erase(quotes.begin() + static_cast<ptrdiff_t>(i));
      } else {
        ++i;
      }
    }
  }

  RandomReports* const random_;
  std::map<std::string, Versioned> reports_;
  int next_ = 0;
};

using QuoteName = std::pair<std::string, std::string>;

// The hits with their relevance.
std::map<QuoteName, uint32_t> HitNames(
    const std::vector<std::shared_ptr<const Document>>& documents, const themes::Scheme& scheme,
    const Lookup& lookup) {
  std::map<QuoteName, uint32_t> names;
  for (const NaiveHit& hit : NaiveFind(documents, scheme, lookup).hits) {
    names.emplace(QuoteName{hit.report_id, hit.quote_id}, hit.relevance);
  }
  return names;
}

TEST_P(ArchiveConformance, PagesGoOnOverChangesOfTheArchive) {
  RandomReports random(31);
  size_t shown = 0;
  for (int round = 0; round < 100; ++round) {
    EvolvingArchive evolving(&random);
    const std::string typed = random.QueryText() + " OR 产 OR 发 党";
    SCOPED_TRACE(absl::StrCat("round ", round, ": ", typed));
    const Query query = MustParse(typed);
    Lookup lookup;
    lookup.query = random.OneIn(5) ? nullptr : &query;
    lookup.order = static_cast<Order>(1 + round % 4);
    lookup.with_total = random.OneIn(2);
    if (random.OneIn(3)) {
      lookup.filter = RandomFilter(&random, 0);
      // Of the filters by report only those stay that reports in this archive pass.
      lookup.filter.reports.clear();
      lookup.filter.speakers.clear();
      lookup.filter.bodies.clear();
      AskForTheme(&random, &lookup);
    }
    lookup.filter.scope = TextScope::kAll;

    std::shared_ptr<const Archive> archive = Make(evolving.Documents());
    // What keeps its relevance: by salience a quote moves when other reports make it a stock
    // phrase.
    std::map<QuoteName, uint32_t> throughout =
        HitNames(Unpacked(*archive), archive->scheme(), lookup);
    std::map<QuoteName, uint32_t> seen;
    int steps = 40;
    while (true) {
      lookup.limit = 1 + random.Below(9);
      const auto answer = archive->Find(lookup, Cancellation());
      QUOTES_ASSERT_OK(answer);
      for (const Hit& hit : answer->hits) {
        const auto [before, first] =
            seen.emplace(QuoteName{hit.ref.document->report_id(), hit.ref.id()}, hit.relevance);
        EXPECT_TRUE(first || before->second != hit.relevance)
            << hit.ref.document->report_id() << " " << hit.ref.id() << " came twice";
      }
      if (!answer->more) {
        break;
      }
      lookup.after = answer->hits.back().Key();
      for (size_t i = random.Below(4); i > 0 && steps > 0; --i, --steps) {
        evolving.Step();
      }
      // An engine may build on any earlier snapshot, or on none.
      archive = Make(evolving.Documents(), random.OneIn(2) ? archive.get() : nullptr);
      std::map<QuoteName, uint32_t> still;
      for (const auto& hit : HitNames(Unpacked(*archive), archive->scheme(), lookup)) {
        if (const auto held = throughout.find(hit.first);
            held != throughout.end() && held->second == hit.second) {
          still.insert(hit);
        }
      }
      throughout = std::move(still);
    }
    for (const auto& [name, relevance] : throughout) {
      EXPECT_TRUE(seen.contains(name)) << name.first << " " << name.second << " was skipped";
    }
    shown += throughout.size();
  }
  EXPECT_GT(shown, 1'000u) << "the test looks at too little";
}

void ExpectSeed(const std::vector<std::shared_ptr<const Document>>& documents,
                std::u32string_view units, const SeedOptions& options, const Seed& seed) {
  const std::vector<NaivePlace> expected =
      NaivePlaces(documents, units.substr(seed.begin, seed.end - seed.begin), options.scope);
  EXPECT_EQ(seed.occurrences, expected.size());
  ASSERT_EQ(seed.places.size(), std::min(options.max_places, expected.size()));
  for (size_t i = 0; i < seed.places.size(); ++i) {
    EXPECT_EQ(seed.places[i].ref.document->report_id(), expected[i].report_id);
    EXPECT_EQ(seed.places[i].ref.id(), expected[i].quote_id);
    EXPECT_EQ(seed.places[i].offset, expected[i].offset);
  }
}

TEST_P(ArchiveConformance, SeedsAreTheLongestMatches) {
  RandomReports random(47);
  size_t seeds = 0;
  for (int round = 0; round < 60; ++round) {
    EvolvingArchive evolving(&random);
    std::shared_ptr<const Archive> archive = Make(evolving.Documents());
    for (int change = 0; change < 4; ++change) {
      for (size_t i = random.Below(5); i > 0; --i) {
        evolving.Step();
      }
      archive = Make(evolving.Documents(), archive.get());
      const std::u32string units =
          text::Fold(text::ToCodePoints(random.Text(40) + (random.OneIn(4) ? "𠮷无" : ""))).units;
      SeedOptions options;
      options.scope = static_cast<TextScope>(1 + random.Below(3));
      options.min_units = random.Below(4);
      options.max_places = random.Below(6);
      options.telling_units = random.Below(5);
      SCOPED_TRACE(absl::StrCat("round ", round, ": ", text::ToUtf8(units)));
      const std::vector<Seed> found = archive->LongestMatches(units, options);
      seeds += found.size();
      const std::vector<std::shared_ptr<const Document>> documents = Unpacked(*archive);
      // Walks the text as the interface describes.
      size_t next = 0;
      size_t at = 0;
      const std::u32string_view all = units;
      while (at < units.size()) {
        size_t length = 0;
        while (units[at] != text::kBreak && at + length < units.size() &&
               !NaivePlaces(documents, all.substr(at, length + 1), options.scope).empty()) {
          ++length;
        }
        if (length > 0 && length >= options.min_units) {
          ASSERT_LT(next, found.size());
          EXPECT_EQ(found[next].begin, at);
          EXPECT_EQ(found[next].end, at + length);
          SeedOptions listed = options;
          if (length < options.telling_units && found[next].occurrences > options.max_places) {
            listed.max_places = 0;
          }
          ExpectSeed(documents, units, listed, found[next]);
          ++next;
        }
        at += std::max<size_t>(length, 1);
      }
      EXPECT_EQ(next, found.size());
      const size_t begin = random.Below(units.size() + 1);
      const std::u32string_view part = all.substr(begin, random.Below(5));
      const Seed places = archive->FindPlaces(part, options);
      EXPECT_EQ(places.begin, 0u);
      EXPECT_EQ(places.end, part.size());
      ExpectSeed(documents, part, options, places);
    }
  }
  EXPECT_GT(seeds, 1'000u) << "the test looks at too little";
}

void ExpectYear(const PhraseTrace::YearUse& year, const NaiveTrace::Year& expected) {
  EXPECT_EQ((NaiveTrace::Year{year.count.occurrences, year.count.quotes, year.reports,
                              year.searched, year.code_points}),
            expected);
}

void ExpectUse(const std::optional<PhraseTrace::Use>& use,
               const std::optional<NaivePlace>& expected) {
  ASSERT_EQ(use.has_value(), expected.has_value());
  if (use.has_value()) {
    EXPECT_EQ(use->ref.document->report_id(), expected->report_id);
    EXPECT_EQ(use->ref.id(), expected->quote_id);
    EXPECT_EQ(use->range.begin, expected->offset);
  }
}

// Fails the test unless a trace is what NaiveHistory says.
void ExpectTrace(const Archive& archive, std::u32string_view units, const Filter& filter) {
  const NaiveTrace expected = NaiveHistory(Unpacked(archive), archive.scheme(), units, filter);
  const auto trace = archive.Trace(units, {filter, limits::kMaxVariants}, Cancellation());
  QUOTES_ASSERT_OK(trace);
  EXPECT_EQ(trace->total, (PhraseCount{expected.occurrences, expected.quotes}));
  std::map<std::string, std::pair<uint64_t, uint64_t>> reports;
  std::vector<const PackedDocument*> listed;
  for (const PhraseTrace::ReportUse& use : trace->reports) {
    reports[std::string(use.report->report_id())] = {use.count.occurrences, use.count.quotes};
    const auto searched = expected.code_points.find(std::string(use.report->report_id()));
    EXPECT_EQ(use.code_points, searched == expected.code_points.end() ? 0 : searched->second);
    listed.push_back(use.report);
  }
  EXPECT_EQ(reports, expected.reports);
  EXPECT_TRUE(std::is_sorted(listed.begin(), listed.end(),
                             [](const auto* a, const auto* b) { return ComesBefore(*a, *b); }));
  ASSERT_EQ(trace->years.size(), expected.years.size());
  size_t year = 0;
  for (const auto& [number, naive] : expected.years) {
    EXPECT_EQ(trace->years[year].year, number);
    ExpectYear(trace->years[year++], naive);
  }
  ExpectYear(trace->undated, expected.undated);
  ExpectUse(trace->first, expected.first);
  ExpectUse(trace->last, expected.last);
  std::map<std::string, std::pair<absl::CivilDay, uint64_t>> drops;
  for (const PhraseTrace::Drop& drop : trace->drops) {
    drops[std::string(drop.last_with->report_id())] = {*drop.dropped_by->date(),
                                                       drop.reports_since};
    EXPECT_EQ(SeriesKey(*drop.last_with), SeriesKey(*drop.dropped_by));
    EXPECT_EQ(expected.reports.at(std::string(drop.last_with->report_id())).first,
              drop.last_count.occurrences);
  }
  EXPECT_EQ(drops, expected.drops);
  EXPECT_EQ(trace->variants.size(), std::min(expected.variants.size(), limits::kMaxVariants));
  uint64_t most = std::numeric_limits<uint64_t>::max();
  for (const PhraseTrace::Variant& variant : trace->variants) {
    const std::u32string folded(StripBreaks(text::Fold(text::ToCodePoints(variant.text)).units));
    ASSERT_TRUE(expected.variants.contains(folded)) << variant.text;
    EXPECT_EQ(variant.count.occurrences, expected.variants.at(folded).first) << variant.text;
    EXPECT_EQ(variant.count.quotes, expected.variants.at(folded).second) << variant.text;
    EXPECT_LE(variant.count.occurrences, most);
    most = variant.count.occurrences;
  }
  for (const auto& [variant, counts] : expected.variants) {
    // What is not listed is no more frequent than what is.
    if (expected.variants.size() > limits::kMaxVariants && counts.first > most) {
      EXPECT_TRUE(std::any_of(trace->variants.begin(), trace->variants.end(),
                              [&](const PhraseTrace::Variant& listed_variant) {
                                return text::Fold(text::ToCodePoints(listed_variant.text)).units ==
                                       variant;
                              }))
          << text::ToUtf8(variant);
    }
  }
  std::set<std::string> anywhere;
  for (const NaivePlace& found : NaivePlaces(Unpacked(archive), units, TextScope::kAll)) {
    anywhere.insert(found.report_id);
  }
  EXPECT_EQ(archive.CountReports(units), anywhere.size());
}

TEST_P(ArchiveConformance, HistoriesAgreeWithTheirDefinition) {
  RandomReports random(29);
  const std::u32string letters = U"产业发展党新a5的和";
  std::shared_ptr<const Archive> archive;
  for (int round = 0; round < 12; ++round) {
    std::vector<std::shared_ptr<const Document>> documents;
    for (size_t i = 5 + random.Below(20); i > 0; --i) {
      TestReport report = random.Report(absl::StrCat("r", i));
      // Several of few series.
      report.body = random.OneIn(4) ? "" : random.OneIn(2) ? "甲第一届" : "甲第二届";
      documents.push_back(MakeDocument(report));
    }
    archive = Make(std::move(documents), archive.get());
    for (int i = 0; i < 25; ++i) {
      std::u32string units;
      for (size_t size = 1 + random.Below(5); size > 0; --size) {
        units.push_back(random.OneIn(9) && size > 1 && !units.empty()
                            ? text::kBreak
                            : letters[random.Below(letters.size())]);
      }
      if (text::Fold(units).units != units) {
        continue;
      }
      Filter filter;
      if (random.OneIn(3)) {
        filter.scope = random.OneIn(2) ? TextScope::kAll : TextScope::kFurniture;
      }
      if (random.OneIn(4)) {
        filter.bodies = {"一"};
      }
      if (random.OneIn(4)) {
        filter.date_from = absl::CivilDay(2021, 1, 1);
      }
      if (random.OneIn(5)) {
        filter.reports = {"r1", "r3", "r7", "r9"};
      }
      if (random.OneIn(5)) {
        filter.theme_groups = {{static_cast<int>(random.Below(5))}};
      }
      if (random.OneIn(6)) {
        filter.modes = {report::Mode::kReview};
      }
      if (random.OneIn(6)) {
        filter.with_figures = true;
      }
      if (random.OneIn(6)) {
        filter.sections = {{"r1", "s0"}, {"r2", "s1"}, {"r4", "s0"}};
      }
      ExpectTrace(*archive, units, filter);
      if (HasFailure()) {
        FAIL() << "round " << round << ", phrase " << text::ToUtf8(units) << ", scope "
               << static_cast<int>(filter.scope) << ", bodies " << filter.bodies.size()
               << ", dates " << filter.date_from.has_value() << ", reports "
               << filter.reports.size() << ", themes " << filter.theme_groups.size() << ", modes "
               << filter.modes.size() << ", figures " << filter.with_figures.has_value()
               << ", sections " << filter.sections.size();
      }
    }
  }
}

TEST_P(ArchiveConformance, OccurrencesOfAPhraseMayOverlap) {
  const auto archive = Make({MakeDocument(Speech("r", absl::CivilDay(2022, 1, 17), {"的的的。"}))});
  const auto trace = archive->Trace(U"的的", {}, Cancellation());
  QUOTES_ASSERT_OK(trace);
  EXPECT_EQ(trace->total, (PhraseCount{2, 1}));
}

TEST_P(ArchiveConformance, ASeriesDropsAPhraseWhenNoLaterReportHasIt) {
  const auto report = [](std::string_view id, int year, std::string_view body,
                         std::string_view text) {
    TestReport made = Speech(id, absl::CivilDay(year, 3, 5), {std::string(text)});
    made.body = body;
    return MakeDocument(made);
  };
  const auto archive =
      Make({report("a", 2018, "国务院", "老话。"), report("b", 2019, "国务院", "新话。"),
            report("c", 2020, "国务院", "老话。"), report("d", 2021, "国务院", "新话。"),
            report("e", 2022, "国务院", "新话。"), report("f", 2022, "省政府", "老话。"),
            report("g", 2023, "", "无。")});
  const auto trace = archive->Trace(U"老话", {}, Cancellation());
  QUOTES_ASSERT_OK(trace);
  ASSERT_EQ(trace->drops.size(), 1u);
  EXPECT_EQ(trace->drops[0].last_with->report_id(), "c");
  EXPECT_EQ(trace->drops[0].dropped_by->report_id(), "d");
  EXPECT_EQ(trace->drops[0].reports_since, 2u);
  // 2023 has no use, but was searched.
  ASSERT_EQ(trace->years.size(), 6u);
  EXPECT_EQ(trace->years.back().year, 2023);
  EXPECT_EQ(trace->years.back().searched, 1u);
  EXPECT_EQ(trace->years.back().count.occurrences, 0u);
}

TEST_P(ArchiveConformance, VariantsDifferByOneLetterInside) {
  const auto archive =
      Make({MakeDocument(Speech("r", absl::CivilDay(2022, 1, 17),
                                {"高质量发展。", "高质量的发展。", "“高质量的发展”。", "高质发展。",
                                 "高质量发展的。", "高质量，发展。"}))});
  const auto trace = archive->Trace(U"高质量发展", {{}, limits::kMaxVariants}, Cancellation());
  QUOTES_ASSERT_OK(trace);
  ASSERT_EQ(trace->variants.size(), 2u);
  EXPECT_EQ(trace->variants[0].text, "高质量的发展");
  EXPECT_EQ(trace->variants[0].count, (PhraseCount{2, 2}));
  EXPECT_EQ(trace->variants[1].text, "高质发展");
}

TEST_P(ArchiveConformance, SeedsTellVerbatimFromChanged) {
  const auto archive =
      Make({MakeDocument(Speech("r", kDay2022, {"“我们𠮷要发展产业。", "党要管党，从严治党。"}))});
  const auto seeds = [&archive](std::string_view text) {
    std::vector<std::pair<size_t, size_t>> ranges;
    for (const Seed& seed :
         archive->LongestMatches(text::Fold(text::ToCodePoints(text)).units, SeedOptions())) {
      ranges.emplace_back(seed.begin, seed.end);
    }
    return ranges;
  };
  using Ranges = std::vector<std::pair<size_t, size_t>>;
  EXPECT_EQ(seeds("我们𠮷要发展產业"), (Ranges{{0, 8}}));
  EXPECT_EQ(seeds("我们𠮷要大发展产业"), (Ranges{{0, 4}, {5, 9}}));
  EXPECT_EQ(seeds("党要管党；从严治党！"), (Ranges{{0, 9}}));
  EXPECT_EQ(seeds("发展产业。党要管党"), (Ranges{{0, 4}, {5, 9}}));
  EXPECT_EQ(seeds("𠮸"), Ranges()) << "shares its first unit in UTF-16 with a character there";
  EXPECT_EQ(seeds("们𠮸"), (Ranges{{0, 1}}));
  EXPECT_EQ(seeds("，。"), Ranges());
  EXPECT_EQ(seeds(""), Ranges());
}

TEST_P(ArchiveConformance, PagesGoOnBehindAQuoteThatIsGone) {
  TestReport before = Speech("r", kDay2022, {"甲一", "甲二", "甲三", "甲四"});
  const TestReport other = Speech("s", kDay2021, {"甲"});
  const auto rest = [this, &before, &other](size_t page, const TestReport& after) {
    Lookup lookup;
    lookup.limit = page;
    const auto earlier = Make({MakeDocument(before), MakeDocument(other)});
    const auto first = earlier->Find(lookup, Cancellation());
    EXPECT_THAT(first, testing::IsOk());
    lookup.after = first->hits.back().Key();
    const auto archive = Make({MakeDocument(after), MakeDocument(other)});
    std::vector<std::string> texts;
    for (const Hit& hit : FetchAll(*archive, lookup, 2)) {
      const report::Range& range = hit.ref.quote().range;
      texts.push_back(text::ToUtf8(hit.ref.document->joined(range)));
    }
    return texts;
  };
  const auto report = [](const std::vector<std::string>& texts) {
    return Speech("r", kDay2022, texts);
  };
  EXPECT_THAT(rest(2, report({"甲一", "甲三", "甲四"})), ElementsAre("甲三", "甲四", "甲"));
  EXPECT_THAT(rest(2, report({"新新新新新新新新", "甲一", "甲三", "甲四"})),
              ElementsAre("甲三", "甲四", "甲"));
  EXPECT_THAT(rest(2, report({"甲三", "甲四"})), ElementsAre("甲三", "甲四", "甲"));
  EXPECT_THAT(rest(1, report({"甲二", "甲三"})), ElementsAre("甲二", "甲三", "甲"));
  EXPECT_THAT(rest(4, report({"长长长长长长长长长", "甲一", "甲二", "甲三"})), ElementsAre("甲"));
  EXPECT_THAT(rest(2, Speech("q", kDay2022, {"甲"})), ElementsAre("甲"))
      << "a report before the key's that is new";
}

// Between two pages a report loses some quotes around the place where the second begins: all others
// come once, as long as one of those that a key names is left.
TEST_P(ArchiveConformance, PagesGoOnBetweenWhatIsLeft) {
  std::vector<std::string> texts;
  for (int i = 0; i < 24; ++i) {
    texts.push_back(absl::StrCat("甲", i));
  }
  const auto earlier = Make({MakeDocument(Speech("r", kDay2022, texts))});
  for (size_t page = 1; page < texts.size(); ++page) {
    Lookup lookup;
    lookup.limit = page;
    const auto first = earlier->Find(lookup, Cancellation());
    QUOTES_ASSERT_OK(first);
    lookup.after = first->hits.back().Key();
    for (size_t begin = 0; begin < page; ++begin) {
      // Those in [begin, end) are gone, the last of the page and others.
      const size_t end = std::min(texts.size(), page + (begin + page) % 6);
      if (page - begin > kSortKeyPredecessors && end - page >= kSortKeySuccessors) {
        continue;
      }
      SCOPED_TRACE(absl::StrCat("page of ", page, ", without ", begin, " to ", end));
      std::vector<std::string> after(texts.begin(), texts.begin() + static_cast<int>(begin));
      after.insert(after.end(), texts.begin() + static_cast<int>(end), texts.end());
      const auto archive = Make({MakeDocument(Speech("r", kDay2022, after))});
      std::vector<std::string> rest;
      for (const Hit& hit : FetchAll(*archive, lookup, 5)) {
        rest.push_back(text::ToUtf8(hit.ref.text()));
      }
      EXPECT_THAT(rest,
                  ::testing::ElementsAreArray(texts.begin() + static_cast<int>(end), texts.end()));
    }
  }
}

TEST_P(ArchiveConformance, PagesThatAreTooLongAreNotMade) {
  const auto archive =
      Make({MakeDocument(Speech("r", kDay2022, {"甲一二三四", "甲一", "乙", "甲一二三"}))});
  const Query query = MustParse("甲");
  for (const Order order :
       {Order::kNewest, Order::kReadingOrder, Order::kRelevance, Order::kSalience}) {
    Lookup lookup;
    lookup.query = &query;
    lookup.order = order;
    lookup.most_code_points = 11;
    auto answer = archive->Find(lookup, Cancellation());
    QUOTES_ASSERT_OK(answer);
    EXPECT_FALSE(answer->too_long);
    EXPECT_EQ(answer->hits.size(), 3u);
    lookup.most_code_points = 10;
    answer = archive->Find(lookup, Cancellation());
    QUOTES_ASSERT_OK(answer);
    EXPECT_TRUE(answer->too_long);
    EXPECT_THAT(answer->hits, IsEmpty());
    lookup.limit = 2;
    answer = archive->Find(lookup, Cancellation());
    QUOTES_ASSERT_OK(answer);
    EXPECT_FALSE(answer->too_long) << "of the page only";
  }
}

TEST_P(ArchiveConformance, AReportBeginsAnewWhenNothingAroundThePlaceIsLeft) {
  Lookup lookup;
  lookup.limit = 6;
  const auto earlier = Make({MakeDocument(Speech(
      "r", kDay2022, {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百", "千"}))});
  const auto first = earlier->Find(lookup, Cancellation());
  QUOTES_ASSERT_OK(first);
  lookup.after = first->hits.back().Key();
  EXPECT_EQ(lookup.after->predecessors.size(), kSortKeyPredecessors);
  EXPECT_EQ(lookup.after->successors.size(), kSortKeySuccessors);
  // A text at the head moves everything: no place in the old text says where to go on.
  const auto archive = Make(
      {MakeDocument(Speech("r", kDay2022, {"序言序言序言序言", "一", "百", "千"})),
       MakeDocument(Speech("q", kDay2022, {"前"})), MakeDocument(Speech("s", kDay2022, {"后"}))});
  std::vector<std::string> rest;
  for (const Hit& hit : FetchAll(*archive, lookup, 2)) {
    rest.push_back(text::ToUtf8(hit.ref.text()));
  }
  EXPECT_THAT(rest, ElementsAre("序言序言序言序言", "一", "百", "千", "后"));
}

}  // namespace
}  // namespace quotes::archive
