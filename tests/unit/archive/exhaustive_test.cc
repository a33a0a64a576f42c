// The indexed archive over real text against plain counting: every short string that stands in a
// quote, and random look-ups beside the scan.
//
// A bounded, deterministic share runs by default (each case within seconds in Release). With
// QUOTES_EXHAUSTIVE=1 in the environment every distinct string is looked up and 100,000 random
// look-ups are compared: some minutes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "service/archive/archive.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/query.h"
#include "service/archive/segment.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"
#include "tests/unit/archive/test_documents.h"

namespace quotes::archive {
namespace {

using Documents = std::vector<std::shared_ptr<const Document>>;

constexpr size_t kLongestGram = 6;
// By default one distinct string of so many is looked up, and so many random look-ups are made.
constexpr uint64_t kGramShare = 16;
constexpr int kRandomLookups = 2'000;
constexpr int kManyRandomLookups = 100'000;

bool RunAll() { return std::getenv("QUOTES_EXHAUSTIVE") != nullptr; }

// A report with its lines in another order, so that some archives of several segments can be made
// where the corpus is absent.
std::shared_ptr<const Document> Shuffled(const std::string& report, uint32_t seed) {
  std::vector<std::string> lines;
  std::string line;
  for (const char c : report) {
    line += c;
    if (c == '\n') {
      lines.push_back(std::move(line));
      line.clear();
    }
  }
  lines.push_back(std::move(line));
  std::shuffle(lines.begin(), lines.end(), std::mt19937(seed));
  std::string text;
  for (const std::string& part : lines) {
    text += part;
  }
  return MakeReport(absl::StrCat("sample-", seed), text);
}

// A copy with attributes that filters can tell apart.
std::shared_ptr<const Document> WithMetadata(const Document& document, size_t number) {
  auto copy = std::make_shared<Document>(document);
  report::Metadata& metadata = copy->content.metadata;
  if (number % 7 != 0) {
    metadata.date = absl::CivilDay(static_cast<int>(2000 + number % 5), 1, 1);
  } else {
    metadata.date.reset();
  }
  metadata.speaker = number % 3 == 0 ? "王小明" : number % 3 == 1 ? "李明" : "";
  metadata.body = number % 2 == 0 ? "市人民政府" : "省人民政府";
  return copy;
}

enum class Texts { kSample, kEnglish, kCorpus };

// Archives are grown report by report, as imports do, with some replaced and some withdrawn on the
// way, so that there are several segments with dead entries; kMerged has its merging done. kSmall
// has too, with segments of at most a mebibyte, so that look-ups cross many of their boundaries.
enum class State { kGrown, kMerged, kSmall };

// Code points of a segment that stays below a mebibyte: small ones take up to 33 bytes for each.
constexpr uint64_t kSmallSegment = (1 << 20) / 33;

struct Setting {
  Texts texts;
  State state;
};

class Exhaustive : public ::testing::TestWithParam<Setting> {
 protected:
  void SetUp() override {
    Documents documents;
    if (GetParam().texts == Texts::kSample) {
      for (uint32_t seed = 0; seed < 24; ++seed) {
        documents.push_back(Shuffled(testing::SampleReport(), seed));
      }
    } else if (GetParam().texts == Texts::kEnglish) {
      // Each text several times, as archives put small reports into one segment.
      std::string texts;
      for (int i = 0; i < 6; ++i) {
        for (const char* const file : {"work-report.txt", "address.txt"}) {
          texts += testing::ReadFile(testing::SourceDir() / "tests/data/english" / file);
        }
      }
      for (uint32_t seed = 0; seed < 24; ++seed) {
        documents.push_back(Shuffled(texts, seed));
      }
    } else {
      const auto corpus = testing::CorpusDir();
      if (!corpus.has_value()) {
        GTEST_SKIP() << "the corpus of reports is not here; set QUOTES_CORPUS";
      }
      for (const auto& path : testing::TextFiles(*corpus / "reports")) {
        documents.push_back(
            MakeReport(absl::StrCat("r", documents.size()), testing::ReadFile(path)));
      }
    }
    Documents held;
    for (size_t i = 0; i < documents.size(); ++i) {
      ASSERT_NE(documents[i], nullptr);
      held.push_back(WithMetadata(*documents[i], i));
      Swap(held);
      if (i % 6 == 5) {
        // The report before it is imported anew with another date, and the one before that goes.
        held[held.size() - 2] = WithMetadata(*documents[i - 1], i + 1);
        Swap(held);
        held.erase(held.end() - 3);
        Swap(held);
      }
    }
    documents_ = held;
    if (GetParam().state != State::kGrown) {
      for (MergePlan plan(*archive_); !plan.empty(); plan = MergePlan(*archive_)) {
        plan.Run();
        archive_ = plan.Apply(*archive_);
      }
    }
    if (GetParam().state == State::kSmall) {
      for (const SegmentState& state : SegmentsOf(*archive_)) {
        EXPECT_LE(state.segment->block().size, size_t{1} << 20);
      }
    }
    ASSERT_GT(SegmentCount(*archive_), GetParam().state == State::kMerged ? 0u : 2u);
  }

  void Swap(const Documents& documents) {
    ArchiveOptions options;
    if (GetParam().state == State::kSmall) {
      options.largest_segment = kSmallSegment;
    }
    archive_ = MakeIndexedArchive(++revision_, scheme_, documents, archive_.get(), options);
  }

  const std::shared_ptr<const themes::Scheme> scheme_ = themes::Scheme::BuiltIn();
  uint64_t revision_ = 0;
  Documents documents_;
  std::shared_ptr<const Archive> archive_;
};

// The same on every machine, unlike absl::Hash.
uint64_t Fingerprint(std::u32string_view gram) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char32_t c : gram) {
    hash = (hash ^ c) * 0x100000001b3;
    hash ^= hash >> 29;
  }
  return hash;
}

TEST_P(Exhaustive, EveryShortStringHasItsNumberOfQuotes) {
  // The folded quotes of the speech in the order of answers, kept so that grams can be views.
  struct Folded {
    const PackedDocument* document;
    uint32_t quote;
    std::u32string units;
  };
  std::vector<Folded> quotes;
  for (const PackedDocument* document : archive_->documents()) {
    for (uint32_t q = 0; q < document->size(); ++q) {
      if (report::IsSpeech(document->quotes()[q].block)) {
        quotes.push_back({document, q, text::Fold(document->text(q)).units});
      }
    }
  }
  struct Count {
    uint64_t quotes = 0;
    size_t first = 0;
    size_t last = 0;
  };
  // The texts in English are short.
  const uint64_t share = RunAll() || GetParam().texts == Texts::kEnglish ? 1 : kGramShare;
  absl::flat_hash_map<std::u32string_view, Count> counts;
  for (size_t number = 0; number < quotes.size(); ++number) {
    const std::u32string_view units = quotes[number].units;
    for (size_t begin = 0; begin < units.size(); ++begin) {
      for (size_t size = 1; size <= std::min(kLongestGram, units.size() - begin); ++size) {
        const std::u32string_view gram = units.substr(begin, size);
        // Terms neither begin nor end with a break.
        if (gram.front() == text::kBreak || gram.back() == text::kBreak ||
            Fingerprint(gram) % share != 0) {
          continue;
        }
        Count& count = counts[gram];
        if (count.quotes == 0) {
          count.first = number;
        } else if (count.last == number) {
          continue;
        }
        ++count.quotes;
        count.last = number;
      }
    }
  }
  EXPECT_GT(counts.size(), 1'000u) << "the test looks at too little";
  RecordProperty("strings", static_cast<int>(counts.size()));

  Query query;
  query.terms.resize(1);
  Lookup lookup;
  lookup.query = &query;
  lookup.limit = 1;
  for (const auto& [gram, count] : counts) {
    query.terms[0].raw = gram;
    query.terms[0].folded = gram;
    const auto answer = archive_->Find(lookup, Cancellation());
    QUOTES_ASSERT_OK(answer);
    ASSERT_EQ(answer->total, count.quotes) << text::ToUtf8(gram);
    ASSERT_EQ(answer->hits.size(), 1u) << text::ToUtf8(gram);
    ASSERT_EQ(answer->hits[0].ref.document, quotes[count.first].document) << text::ToUtf8(gram);
    ASSERT_EQ(answer->hits[0].ref.index, quotes[count.first].quote) << text::ToUtf8(gram);
    ASSERT_EQ(answer->more, count.quotes > 1) << text::ToUtf8(gram);
  }
}

// Random look-ups in the words of the texts.
class Questions {
 public:
  Questions(const Archive& archive, uint32_t seed) : archive_(archive), random_(seed) {}

  size_t Below(size_t bound) { return random_() % bound; }
  bool OneIn(size_t n) { return Below(n) == 0; }

  std::string Query(int depth = 0) {
    std::string query;
    for (size_t alternatives = 1 + (OneIn(3) ? 1 : 0); alternatives > 0; --alternatives) {
      absl::StrAppend(&query, query.empty() ? "" : " OR ", Group(depth));
      for (size_t more = OneIn(2) ? 0 : 1 + Below(2); more > 0; --more) {
        absl::StrAppend(&query, OneIn(3) ? " -" : " ", Group(depth));
      }
    }
    return query;
  }

  Filter MakeFilter() {
    Filter filter;
    filter.scope = OneIn(3) ? static_cast<TextScope>(1 + Below(3)) : TextScope::kSpeech;
    if (OneIn(5)) {
      for (size_t i = 1 + Below(4); i > 0; --i) {
        filter.reports.emplace_back(AnyDocument().report_id());
      }
    }
    if (OneIn(6)) {
      filter.speakers = {OneIn(2) ? "明" : "王小明"};
    }
    if (OneIn(6)) {
      filter.bodies = {OneIn(2) ? "政府" : "市"};
    }
    if (OneIn(5)) {
      filter.date_from = absl::CivilDay(static_cast<int>(2000 + Below(6)), 1, 1);
    }
    if (OneIn(5)) {
      filter.date_to = absl::CivilDay(static_cast<int>(2000 + Below(6)), 1, 1);
    }
    if (OneIn(8)) {
      for (size_t i = 1 + Below(5); i > 0; --i) {
        const PackedDocument& document = AnyDocument();
        const auto sections = document.sections();
        if (!sections.empty()) {
          filter.sections.emplace_back(document.report_id(),
                                       document.Text(sections[Below(sections.size())].id));
        }
      }
    }
    for (size_t groups = OneIn(3) ? 1 + Below(2) : 0; groups > 0; --groups) {
      std::vector<int>& alternatives = filter.theme_groups.emplace_back();
      for (size_t themes = OneIn(2) ? 1 : 1 + Below(4); themes > 0; --themes) {
        alternatives.push_back(static_cast<int>(Below(archive_.scheme().themes().size())));
      }
    }
    if (OneIn(6)) {
      filter.modes = {static_cast<report::Mode>(Below(8)), static_cast<report::Mode>(Below(8))};
    }
    if (OneIn(6)) {
      filter.with_figures = OneIn(2);
    }
    return filter;
  }

 private:
  const PackedDocument& AnyDocument() {
    return *archive_.documents()[Below(archive_.documents().size())];
  }

  std::string Group(int depth) {
    return depth < 2 && OneIn(4) ? absl::StrCat("(", Query(depth + 1), ")") : Term();
  }

  // A piece of a quote as it stands there, as a phrase.
  std::string Term() {
    while (true) {
      const PackedDocument& document = AnyDocument();
      if (document.size() == 0) {
        continue;
      }
      const std::u32string_view text = document.text(Below(document.size()));
      const size_t size = 1 + (OneIn(3) ? Below(8) : Below(3));
      if (text.size() < size) {
        continue;
      }
      const std::u32string_view piece = text.substr(Below(text.size() - size + 1), size);
      const std::string phrase = absl::StrCat("\"", text::ToUtf8(piece), "\"");
      if (ParseQuery(phrase).ok()) {
        return phrase;
      }
    }
  }

  const Archive& archive_;
  std::mt19937 random_;
};

void ExpectSame(const LookupAnswer& answer, const LookupAnswer& expected) {
  ASSERT_EQ(answer.total, expected.total);
  ASSERT_EQ(answer.more, expected.more);
  ASSERT_EQ(answer.hits.size(), expected.hits.size());
  for (size_t i = 0; i < answer.hits.size(); ++i) {
    const Hit& a = answer.hits[i];
    const Hit& b = expected.hits[i];
    ASSERT_EQ(a.ref.document->report_id(), b.ref.document->report_id());
    ASSERT_EQ(a.ref.index, b.ref.index);
    EXPECT_EQ(a.relevance, b.relevance);
    EXPECT_EQ(a.lead, b.lead);
    EXPECT_EQ(a.highlight_count, b.highlight_count);
    EXPECT_EQ(a.folds, b.folds);
    ASSERT_EQ(a.highlights.size(), b.highlights.size());
    for (size_t h = 0; h < a.highlights.size(); ++h) {
      EXPECT_EQ(a.highlights[h].range, b.highlights[h].range);
      EXPECT_EQ(a.highlights[h].term, b.highlights[h].term);
    }
  }
  const auto expect_same_buckets = [](const std::vector<FacetBucket>& a,
                                      const std::vector<FacetBucket>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].value, b[i].value);
      EXPECT_EQ(a[i].count, b[i].count);
    }
  };
  expect_same_buckets(answer.facets.reports, expected.facets.reports);
  expect_same_buckets(answer.facets.themes, expected.facets.themes);
  expect_same_buckets(answer.facets.years, expected.facets.years);
}

TEST_P(Exhaustive, RandomLookupsAgreeWithTheScan) {
  const auto scan = MakeScanArchive(1, scheme_, documents_);
  Questions questions(*archive_, 20220117);
  uint64_t hits = 0;
  const int count = RunAll() ? kManyRandomLookups : kRandomLookups;
  for (int i = 0; i < count; ++i) {
    const std::string typed = questions.Query();
    SCOPED_TRACE(typed);
    const auto query = ParseQuery(typed);
    QUOTES_ASSERT_OK(query);
    Lookup lookup;
    lookup.query = questions.OneIn(5) ? nullptr : &*query;
    lookup.match = questions.OneIn(4) ? MatchMode::kExact : MatchMode::kFolded;
    lookup.order = static_cast<Order>(1 + questions.Below(4));
    lookup.limit = 1 + questions.Below(questions.OneIn(8) ? 400 : 30);
    lookup.with_total = !questions.OneIn(5);
    lookup.with_facets = questions.OneIn(4);
    if (questions.OneIn(2)) {
      lookup.filter = questions.MakeFilter();
    }
    // The first page and some behind it.
    for (size_t pages = 1 + questions.Below(3); pages > 0; --pages) {
      const auto answer = archive_->Find(lookup, Cancellation());
      const auto expected = scan->Find(lookup, Cancellation());
      QUOTES_ASSERT_OK(answer);
      QUOTES_ASSERT_OK(expected);
      ASSERT_NO_FATAL_FAILURE(ExpectSame(*answer, *expected));
      ASSERT_FALSE(HasFailure());
      hits += answer->hits.size();
      if (!answer->more) {
        break;
      }
      lookup.after = answer->hits[questions.Below(answer->hits.size())].Key();
    }
  }
  EXPECT_GT(hits, static_cast<uint64_t>(count)) << "the test looks at too little";
}

INSTANTIATE_TEST_SUITE_P(Archive, Exhaustive,
                         ::testing::Values(Setting{Texts::kSample, State::kGrown},
                                           Setting{Texts::kSample, State::kMerged},
                                           Setting{Texts::kSample, State::kSmall},
                                           Setting{Texts::kEnglish, State::kGrown},
                                           Setting{Texts::kEnglish, State::kMerged},
                                           Setting{Texts::kCorpus, State::kGrown},
                                           Setting{Texts::kCorpus, State::kMerged},
                                           Setting{Texts::kCorpus, State::kSmall}),
                         [](const auto& test) {
                           return absl::StrCat(test.param.texts == Texts::kSample    ? "Sample"
                                               : test.param.texts == Texts::kEnglish ? "English"
                                                                                     : "Corpus",
                                               test.param.state == State::kGrown    ? "Grown"
                                               : test.param.state == State::kMerged ? "Merged"
                                                                                    : "Small");
                         });

}  // namespace
}  // namespace quotes::archive
