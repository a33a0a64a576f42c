// QuoteService: what it answers when all is well.

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/text/utf8.h"
#include "tests/contract/contract_fixture.h"

namespace quotes::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Quotes = v1::QuoteService::Stub;

class Lookups : public Contract {
 protected:
  v1::SearchQuotesResponse Search(v1::SearchQuotesRequest request, const std::string& query) {
    request.set_query(query);
    v1::SearchQuotesResponse response;
    const grpc::Status status = Call(quotes_, &Quotes::SearchQuotes, request, &response);
    EXPECT_TRUE(status.ok()) << Outcome(status);
    return response;
  }

  v1::Quote Get(const std::string& name, v1::GetQuoteRequest request = {}) {
    request.set_name(name);
    v1::GetQuoteResponse response;
    const grpc::Status status = Call(quotes_, &Quotes::GetQuote, request, &response);
    EXPECT_TRUE(status.ok()) << Outcome(status);
    return response.quote();
  }

  std::vector<v1::Quote> ListAll(v1::ListQuotesRequest request) {
    std::vector<v1::Quote> quotes;
    do {
      v1::ListQuotesResponse response;
      const grpc::Status status = Call(quotes_, &Quotes::ListQuotes, request, &response);
      EXPECT_TRUE(status.ok()) << Outcome(status);
      EXPECT_EQ(response.next_page_token().empty(), response.stop_reason() == v1::STOP_REASON_END);
      quotes.insert(quotes.end(), response.quotes().begin(), response.quotes().end());
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return quotes;
  }
};

TEST_F(Lookups, SearchFindsAndHighlights) {
  Start();
  v1::SearchQuotesRequest request;
  request.set_view(v1::QUOTE_VIEW_FULL);
  request.set_return_facets(true);
  request.set_context(2);
  const v1::SearchQuotesResponse response = Search(request, "棚改");
  EXPECT_EQ(response.total_size(), 2);
  ASSERT_EQ(response.hits_size(), 2);
  EXPECT_EQ(response.stop_reason(), v1::STOP_REASON_END);
  EXPECT_EQ(response.archive_revision(), 1);
  EXPECT_THAT(response.terms(), ElementsAre("棚改"));
  EXPECT_EQ(response.coverage().report_count(), 1);
  EXPECT_EQ(response.coverage().incomplete_report_count(), 1);
  ASSERT_EQ(response.coverage().incomplete_reports_size(), 1);
  EXPECT_EQ(response.coverage().incomplete_reports(0).report(), "reports/sample");
  EXPECT_EQ(response.coverage().incomplete_reports(0).jump_target(), "11版");
  EXPECT_THAT(response.coverage().incomplete_reports(0).reason(), Not(IsEmpty()));
  ASSERT_EQ(response.facets().reports_size(), 1);
  EXPECT_EQ(response.facets().reports(0).value(), "reports/sample");
  EXPECT_THAT(response.facets().reports(0).title(), Not(IsEmpty()));
  EXPECT_EQ(response.facets().reports(0).count(), 2);
  ASSERT_EQ(response.facets().years_size(), 1);
  EXPECT_EQ(response.facets().years(0).value(), "2022");
  ASSERT_GT(response.facets().themes_size(), 0);
  EXPECT_THAT(response.facets().themes(0).value(), HasSubstr("themes/"));
  EXPECT_THAT(response.facets().themes(0).title(), Not(IsEmpty()));
  for (const v1::QuoteHit& hit : response.hits()) {
    EXPECT_THAT(hit.quote().text(), HasSubstr("棚改"));
    EXPECT_THAT(hit.quote().citation(), HasSubstr("宋磊：《"));
    EXPECT_THAT(hit.quote().citation(), HasSubstr("（2022年1月17日）"));
    EXPECT_EQ(hit.highlight_count(), hit.highlights_size());
    EXPECT_THAT(hit.folds(), IsEmpty());
    ASSERT_GT(hit.highlights_size(), 0);
    const std::u32string text = text::ToCodePoints(hit.quote().text());
    for (const v1::Highlight& highlight : hit.highlights()) {
      EXPECT_EQ(text.substr(static_cast<size_t>(highlight.quote_range().begin()), 2), U"棚改");
      EXPECT_EQ(highlight.range().begin() - hit.quote().range().begin(),
                highlight.quote_range().begin());
      EXPECT_EQ(highlight.term(), 0);
    }
    ASSERT_EQ(hit.context_before_size(), 2);
    ASSERT_GE(hit.context_after_size(), 1) << "the second hit is the last sentence but one";
    EXPECT_EQ(hit.context_before(1).name(), hit.quote().previous_quote());
    EXPECT_EQ(hit.context_after(0).name(), hit.quote().next_quote());
    EXPECT_THAT(hit.context_after(0).revision(), IsEmpty()) << "context is BASIC";
  }
}

TEST_F(Lookups, BasicViewIsNameTextAndCitation) {
  Start();
  const v1::SearchQuotesResponse response = Search({}, "棚改");
  for (const v1::QuoteHit& hit : response.hits()) {
    v1::Quote basic;
    basic.set_name(hit.quote().name());
    basic.set_text(hit.quote().text());
    basic.set_citation(hit.quote().citation());
    EXPECT_EQ(basic.SerializeAsString(), hit.quote().SerializeAsString());
    EXPECT_EQ(hit.context_before_size() + hit.context_after_size(), 0);
  }
  EXPECT_FALSE(response.has_facets());
}

TEST_F(Lookups, TotalsAreOptional) {
  Start();
  v1::SearchQuotesRequest request;
  request.set_return_total_size(false);
  request.set_page_size(1);
  const v1::SearchQuotesResponse response = Search(request, "党");
  EXPECT_EQ(response.total_size(), 0);
  EXPECT_EQ(response.hits_size(), 1);
  EXPECT_EQ(response.stop_reason(), v1::STOP_REASON_PAGE);
}

TEST_F(Lookups, FoldsAreNamed) {
  Start();
  const v1::SearchQuotesResponse wide = Search({}, "２８０亿元");
  ASSERT_GT(wide.hits_size(), 0);
  EXPECT_THAT(wide.hits(0).folds(), ElementsAre(v1::FOLD_WIDTH));
  v1::SearchQuotesRequest exact;
  exact.set_match(v1::MATCH_MODE_EXACT);
  EXPECT_EQ(Search(exact, "２８０亿元").hits_size(), 0);
  EXPECT_GT(Search(exact, "280亿元").hits_size(), 0);
  EXPECT_GT(Search({}, "希望社区").hits_size(), 0) << "over a page break";
}

TEST_F(Lookups, OffsetsInEveryEncoding) {
  Start(/*sample=*/false);
  Import("r", "前言𠀀𠀁。中间𠀂发展abc。");
  struct Case {
    v1::OffsetEncoding encoding;
    int64_t quote_begin;
    int64_t begin;
  };
  for (const Case& c :
       {Case{v1::OFFSET_ENCODING_UNSPECIFIED, 5, 3}, Case{v1::OFFSET_ENCODING_CODE_POINTS, 5, 3},
        Case{v1::OFFSET_ENCODING_UTF16, 7, 4}, Case{v1::OFFSET_ENCODING_UTF8_BYTES, 17, 10}}) {
    v1::SearchQuotesRequest request;
    request.set_view(v1::QUOTE_VIEW_FULL);
    request.set_offset_encoding(c.encoding);
    const v1::SearchQuotesResponse response = Search(request, "发展");
    ASSERT_EQ(response.hits_size(), 1);
    const v1::QuoteHit& hit = response.hits(0);
    EXPECT_EQ(hit.quote().range().begin(), c.quote_begin);
    EXPECT_EQ(hit.quote().selector().position().begin(), c.quote_begin);
    EXPECT_EQ(hit.highlights(0).quote_range().begin(), c.begin);
    EXPECT_EQ(hit.highlights(0).range().begin(), c.quote_begin + c.begin);
  }
}

TEST_F(Lookups, PagesMeetWithoutGapOrOverlap) {
  Start();
  for (const auto order : {v1::LOOKUP_ORDER_NEWEST, v1::LOOKUP_ORDER_READING,
                           v1::LOOKUP_ORDER_RELEVANCE, v1::LOOKUP_ORDER_SALIENCE}) {
    v1::SearchQuotesRequest request;
    request.set_order_by(order);
    request.set_page_size(200);
    std::vector<std::string> whole;
    const v1::SearchQuotesResponse all = Search(request, "党 OR 发展 OR 坚持");
    for (const v1::QuoteHit& hit : all.hits()) {
      whole.push_back(hit.quote().name());
    }
    ASSERT_EQ(static_cast<int64_t>(whole.size()), all.total_size());
    std::vector<std::string> paged;
    request.set_page_size(7);
    do {
      const v1::SearchQuotesResponse page = Search(request, "党 OR 发展 OR 坚持");
      EXPECT_EQ(page.total_size(), all.total_size());
      for (const v1::QuoteHit& hit : page.hits()) {
        paged.push_back(hit.quote().name());
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(paged, whole) << order;
  }
}

TEST_F(Lookups, TokensOutliveImportsAndServers) {
  Start();
  v1::ListQuotesRequest request;
  request.set_parent("reports/-");
  std::vector<std::string> before;
  for (const v1::Quote& quote : ListAll(request)) {
    before.push_back(quote.name());
  }
  request.set_page_size(7);
  std::vector<std::string> paged;
  for (int page = 0;; ++page) {
    if (page == 3) {
      Import("aaa-first", "别的报告。发展。");
      Import("zzz-last", "别的报告。发展。");
    }
    if (page == 6) {
      Stop();
      Start(/*sample=*/false);
    }
    v1::ListQuotesResponse response;
    const grpc::Status status = Call(quotes_, &Quotes::ListQuotes, request, &response);
    ASSERT_TRUE(status.ok()) << Outcome(status);
    EXPECT_EQ(response.archive_revision(), page < 3 ? 1 : 3);
    for (const v1::Quote& quote : response.quotes()) {
      if (quote.name().starts_with("reports/sample/")) {
        paged.push_back(quote.name());
      }
    }
    request.set_page_token(response.next_page_token());
    if (request.page_token().empty()) {
      break;
    }
  }
  EXPECT_EQ(paged, before);
}

TEST_F(Lookups, ListQuotesOfOneReportAndKinds) {
  Start();
  v1::ListQuotesRequest request;
  request.set_parent("reports/sample");
  request.set_page_size(50);
  request.set_view(v1::QUOTE_VIEW_FULL);
  const std::vector<v1::Quote> speech = ListAll(request);
  ASSERT_GT(speech.size(), 100u);
  const std::string source = testing::SampleReport();
  std::string previous;
  for (size_t i = 0; i < speech.size(); ++i) {
    const v1::Quote& quote = speech[i];
    SCOPED_TRACE(quote.text());
    EXPECT_EQ(quote.kind(), v1::TEXT_KIND_SPEECH);
    EXPECT_EQ(quote.revision(), "reports/sample/revisions/1");
    EXPECT_FALSE(quote.superseded());
    EXPECT_EQ(quote.previous_quote(), previous);
    EXPECT_EQ(quote.next_quote(), i + 1 < speech.size() ? speech[i + 1].name() : "");
    previous = quote.name();
    EXPECT_EQ(quote.selector().exact(), quote.text());
    EXPECT_LE(text::CountCodePoints(quote.selector().prefix()), 32u);
    EXPECT_LE(text::CountCodePoints(quote.selector().suffix()), 32u);
    EXPECT_GT(quote.paragraph(), 0);
    EXPECT_GT(quote.sentence(), 0);
    std::string printed;
    for (const v1::PrintPlace& place : quote.print_places()) {
      printed += source.substr(static_cast<size_t>(place.byte_begin()),
                               static_cast<size_t>(place.byte_end() - place.byte_begin()));
    }
    EXPECT_EQ(printed, quote.text());
  }
  // A middle sentence has a full window on both sides, of the text around it.
  const v1::Quote& middle = speech[speech.size() / 2];
  EXPECT_EQ(text::CountCodePoints(middle.selector().prefix()), 32u);
  EXPECT_EQ(text::CountCodePoints(middle.selector().suffix()), 32u);

  request.mutable_filter()->set_kind(v1::TEXT_KIND_FURNITURE);
  const std::vector<v1::Quote> furniture = ListAll(request);
  ASSERT_GT(furniture.size(), 3u);
  bool caption = false;
  for (const v1::Quote& quote : furniture) {
    EXPECT_EQ(quote.kind(), v1::TEXT_KIND_FURNITURE);
    EXPECT_THAT(quote.citation(), HasSubstr("版面文字，"));
    EXPECT_THAT(quote.citation(), Not(HasSubstr("宋磊：")));
    caption = caption ||
              (quote.block() == v1::BLOCK_KIND_CAPTION && quote.citation().ends_with("图片说明"));
  }
  EXPECT_TRUE(caption);
  request.mutable_filter()->set_kind(v1::TEXT_KIND_ANY);
  EXPECT_EQ(ListAll(request).size(), speech.size() + furniture.size());
  // A filter that excludes the parent leaves nothing.
  request.mutable_filter()->add_reports("reports/other");
  EXPECT_THAT(ListAll(request), IsEmpty());
}

TEST_F(Lookups, FiltersCompose) {
  Start();
  const auto count = [this](const std::function<void(v1::LookupFilter*)>& set) {
    v1::ListQuotesRequest request;
    request.set_parent("reports/-");
    set(request.mutable_filter());
    v1::ListQuotesResponse response;
    const grpc::Status status = Call(quotes_, &Quotes::ListQuotes, request, &response);
    EXPECT_TRUE(status.ok()) << Outcome(status);
    return response.total_size();
  };
  const int64_t all = count([](v1::LookupFilter*) {});
  EXPECT_EQ(count([](v1::LookupFilter* f) { f->add_reports("reports/sample"); }), all);
  EXPECT_EQ(count([](v1::LookupFilter* f) { f->add_reports("reports/none"); }), 0);
  EXPECT_EQ(count([](v1::LookupFilter* f) { f->add_speakers("宋"); }), all);
  EXPECT_EQ(count([](v1::LookupFilter* f) { f->add_speakers("李"); }), 0);
  EXPECT_EQ(count([](v1::LookupFilter* f) { f->add_bodies("没有的机关"); }), 0);
  const auto set_day = [](google::type::Date* date, int year, int month, int day) {
    date->set_year(year);
    date->set_month(month);
    date->set_day(day);
  };
  EXPECT_EQ(count([&](v1::LookupFilter* f) {
              set_day(f->mutable_date_from(), 2022, 1, 17);
              set_day(f->mutable_date_to(), 2022, 1, 17);
            }),
            all);
  EXPECT_EQ(count([&](v1::LookupFilter* f) { set_day(f->mutable_date_from(), 2022, 1, 18); }), 0);
  EXPECT_EQ(count([&](v1::LookupFilter* f) { set_day(f->mutable_date_to(), 2022, 1, 16); }), 0);
  const int64_t with = count([](v1::LookupFilter* f) { f->set_has_figures(true); });
  const int64_t without = count([](v1::LookupFilter* f) { f->set_has_figures(false); });
  EXPECT_EQ(with + without, all);
  EXPECT_GT(with, 0);
  int64_t modes = 0;
  for (int mode = v1::Mode_MIN; mode <= v1::Mode_MAX; ++mode) {
    modes += count([&](v1::LookupFilter* f) { f->add_modes(static_cast<v1::Mode>(mode)); });
  }
  EXPECT_EQ(modes, all);
}

TEST_F(Lookups, QuotesByName) {
  Start();
  v1::ListQuotesRequest list;
  list.set_parent("reports/sample");
  const std::vector<v1::Quote> all = ListAll(list);
  v1::BatchGetQuotesRequest batch;
  batch.set_parent("reports/sample");
  for (const size_t i : {5u, 3u, 5u, 0u}) {
    batch.add_names(all[i].name());
  }
  v1::BatchGetQuotesResponse response;
  ASSERT_TRUE(Call(quotes_, &Quotes::BatchGetQuotes, batch, &response).ok());
  ASSERT_EQ(response.quotes_size(), 4);
  EXPECT_EQ(response.archive_revision(), 1);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(response.quotes(i).name(), batch.names(i));
    EXPECT_EQ(response.quotes(i).SerializeAsString(), Get(batch.names(i)).SerializeAsString());
    EXPECT_THAT(response.quotes(i).revision(), Not(IsEmpty())) << "FULL unless said";
  }
  v1::GetQuoteRequest basic;
  basic.set_view(v1::QUOTE_VIEW_BASIC);
  EXPECT_THAT(Get(all[0].name(), basic).revision(), IsEmpty());
}

TEST_F(Lookups, QuotesThatVanishedAreStillRead) {
  Start(/*sample=*/false);
  Import("r", "第一句话。第二句话。第三句话。");
  const v1::SearchQuotesResponse found = Search({}, "第二句话");
  ASSERT_EQ(found.hits_size(), 1);
  const std::string gone = found.hits(0).quote().name();
  const std::string kept = Search({}, "第三句话").hits(0).quote().name();
  Import("r", "第一句话。第三句话。");
  EXPECT_EQ(Search({}, "第二句话").hits_size(), 0);
  EXPECT_EQ(Search({}, "第三句话").hits(0).quote().name(), kept);
  const v1::Quote old = Get(gone);
  EXPECT_EQ(old.text(), "第二句话。");
  EXPECT_TRUE(old.superseded());
  EXPECT_EQ(old.revision(), "reports/r/revisions/1");
  v1::BatchGetQuotesRequest batch;
  batch.add_names(kept);
  batch.add_names(gone);
  v1::BatchGetQuotesResponse response;
  ASSERT_TRUE(Call(quotes_, &Quotes::BatchGetQuotes, batch, &response).ok());
  EXPECT_FALSE(response.quotes(0).superseded());
  EXPECT_TRUE(response.quotes(1).superseded());
}

TEST_F(Lookups, ThemesAndTheirQuotes) {
  Start();
  v1::ListThemesRequest list;
  std::vector<v1::Theme> themes;
  list.set_page_size(7);
  do {
    v1::ListThemesResponse response;
    ASSERT_TRUE(Call(quotes_, &Quotes::ListThemes, list, &response).ok());
    EXPECT_EQ(response.archive_revision(), 1);
    EXPECT_THAT(response.scheme_version(), Not(IsEmpty()));
    themes.insert(themes.end(), response.themes().begin(), response.themes().end());
    list.set_page_token(response.next_page_token());
  } while (!list.page_token().empty());
  v1::ListThemesResponse whole;
  ASSERT_TRUE(Call(quotes_, &Quotes::ListThemes, v1::ListThemesRequest(), &whole).ok());
  EXPECT_EQ(whole.themes_size(), static_cast<int>(themes.size()));
  EXPECT_THAT(whole.next_page_token(), IsEmpty());

  std::set<std::string> seen;
  int64_t with_quotes = 0;
  for (const v1::Theme& theme : themes) {
    SCOPED_TRACE(theme.name());
    EXPECT_TRUE(theme.parent().empty() || seen.contains(theme.parent()));
    seen.insert(theme.name());
    EXPECT_THAT(theme.title_zh(), Not(IsEmpty()));
    EXPECT_THAT(theme.title_en(), Not(IsEmpty()));
    EXPECT_THAT(theme.scope(), Not(IsEmpty()));
    v1::GetThemeRequest get;
    get.set_name(theme.name());
    v1::GetThemeResponse one;
    ASSERT_TRUE(Call(quotes_, &Quotes::GetTheme, get, &one).ok());
    EXPECT_EQ(one.theme().SerializeAsString(), theme.SerializeAsString());
    v1::LookupThemeRequest lookup;
    lookup.set_name(theme.name());
    lookup.set_view(v1::QUOTE_VIEW_FULL);
    lookup.set_page_size(5);
    v1::LookupThemeResponse found;
    ASSERT_TRUE(Call(quotes_, &Quotes::LookupTheme, lookup, &found).ok());
    EXPECT_EQ(found.total_size(), theme.quote_count());
    EXPECT_EQ(found.scheme_version(), one.scheme_version());
    EXPECT_EQ(found.coverage().report_count(), 1);
    with_quotes += theme.quote_count() > 0 ? 1 : 0;
    const std::string code = theme.name().substr(7);
    for (const v1::QuoteHit& hit : found.hits()) {
      EXPECT_EQ(hit.highlights_size(), 0);
      EXPECT_TRUE(std::any_of(hit.quote().themes().begin(), hit.quote().themes().end(),
                              [&](const v1::QuoteTheme& given) {
                                return given.theme() == theme.name() ||
                                       given.theme().starts_with(theme.name() + ".");
                              }));
      for (const v1::QuoteTheme& given : hit.quote().themes()) {
        EXPECT_GT(given.score(), 0);
        EXPECT_LE(given.score(), 1);
        EXPECT_EQ(given.origin(), v1::QuoteTheme::ORIGIN_RULE);
        EXPECT_GT(given.cues_size(), 0);
        // The cues that speak for it are those of the shares, which add up to the score.
        double sum = 0;
        int positive = 0;
        for (const v1::CueShare& share : given.cue_shares()) {
          sum += share.share();
          positive += share.share() > 0 ? 1 : 0;
        }
        EXPECT_EQ(positive, given.cues_size());
        EXPECT_EQ(given.cue_shares(0).cue(), given.cues(0));
        EXPECT_NEAR(1 - std::exp2(-sum), given.score(), 0.005);
      }
    }
  }
  EXPECT_GT(with_quotes, 20);
}

TEST_F(Lookups, ThemeNarrowedByThemes) {
  Start();
  const auto names = [this](const std::string& theme, const std::string& narrow) {
    std::set<std::string> result;
    v1::LookupThemeRequest request;
    request.set_name(theme);
    if (!narrow.empty()) {
      request.mutable_filter()->add_themes(narrow);
    }
    request.set_page_size(13);
    do {
      v1::LookupThemeResponse response;
      EXPECT_TRUE(Call(quotes_, &Quotes::LookupTheme, request, &response).ok());
      for (const v1::QuoteHit& hit : response.hits()) {
        EXPECT_TRUE(result.insert(hit.quote().name()).second) << "twice";
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return result;
  };
  const std::set<std::string> party = names("themes/party", "");
  const std::set<std::string> economy = names("themes/economy", "");
  std::set<std::string> both;
  std::set_intersection(party.begin(), party.end(), economy.begin(), economy.end(),
                        std::inserter(both, both.end()));
  EXPECT_EQ(names("themes/party", "themes/economy"), both);
  EXPECT_EQ(names("themes/party", "themes/party"), party);
}

TEST_F(Lookups, ThemesComeBySalienceUnlessAskedOtherwise) {
  Start();
  const auto look_up = [this](v1::LookupOrder order, int page_size) {
    std::vector<v1::Quote> quotes;
    v1::LookupThemeRequest request;
    request.set_name("themes/economy");
    request.set_order_by(order);
    request.set_page_size(page_size);
    request.set_view(v1::QUOTE_VIEW_FULL);
    do {
      v1::LookupThemeResponse response;
      EXPECT_TRUE(Call(quotes_, &Quotes::LookupTheme, request, &response).ok());
      for (const v1::QuoteHit& hit : response.hits()) {
        quotes.push_back(hit.quote());
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return quotes;
  };
  const auto names = [](const std::vector<v1::Quote>& quotes) {
    std::vector<std::string> result;
    for (const v1::Quote& quote : quotes) {
      result.push_back(quote.name());
    }
    return result;
  };
  const std::vector<v1::Quote> salient = look_up(v1::LOOKUP_ORDER_UNSPECIFIED, 4);
  EXPECT_EQ(names(salient), names(look_up(v1::LOOKUP_ORDER_SALIENCE, 200)));
  const std::vector<std::string> newest = names(look_up(v1::LOOKUP_ORDER_NEWEST, 200));
  EXPECT_NE(names(salient), newest);
  EXPECT_THAT(names(salient), ::testing::UnorderedElementsAreArray(newest));
  // Leads stand first, those that do not tell anything last, each in reading order.
  const std::vector<v1::Quote> relevant = look_up(v1::LOOKUP_ORDER_RELEVANCE, 200);
  EXPECT_EQ(salient.front().name(), relevant.front().name());
  const auto telling = [](const v1::Quote& quote) {
    return quote.has_figures() || quote.text().find("》") != std::string::npos;
  };
  EXPECT_FALSE(telling(salient.back())) << salient.back().text();
  const auto first_figures = std::find_if(salient.begin(), salient.end(), telling);
  ASSERT_NE(first_figures, salient.end());
  EXPECT_NE(first_figures, salient.begin()) << "leads come before";
}

TEST_F(Lookups, FiguresByValueInAnyNotation) {
  Start();
  for (const char* const value : {"280亿元", "2,800,000万元", "二百八十亿元", "28000000000元"}) {
    v1::SearchFiguresRequest request;
    request.set_value(value);
    v1::SearchFiguresResponse found;
    ASSERT_TRUE(Call(quotes_, &Quotes::SearchFigures, request, &found).ok()) << value;
    ASSERT_EQ(found.hits_size(), 1) << value;
    EXPECT_EQ(found.total_size(), 1);
    EXPECT_EQ(found.stop_reason(), v1::STOP_REASON_END);
    EXPECT_FALSE(found.figure_version().empty());
    ASSERT_EQ(found.hits(0).figures_size(), 1);
    EXPECT_EQ(found.hits(0).figure_count(), 1);
    const v1::Figure& figure = found.hits(0).figures(0);
    EXPECT_EQ(figure.printed(), "280亿元");
    EXPECT_EQ(figure.value(), "28000000000");
    EXPECT_EQ(figure.base_value(), "28000000000");
    EXPECT_EQ(figure.value_to(), "");
    EXPECT_EQ(figure.unit(), "元");
    EXPECT_EQ(figure.scale(), "亿");
    EXPECT_EQ(figure.kind(), v1::FIGURE_KIND_AMOUNT);
    EXPECT_EQ(figure.measure(), "全区生产总值");
    EXPECT_EQ(figure.period(), "2021年");
    EXPECT_EQ(figure.first_year(), 2021);
    EXPECT_EQ(figure.last_year(), 2021);
    EXPECT_EQ(figure.mode(), v1::FIGURE_MODE_RESULT);
    const std::u32string text = text::ToCodePoints(found.hits(0).quote().text());
    EXPECT_EQ(text::ToUtf8(text.substr(
                  static_cast<size_t>(figure.quote_range().begin()),
                  static_cast<size_t>(figure.quote_range().end() - figure.quote_range().begin()))),
              "280亿元");
  }
}

TEST_F(Lookups, FiguresPageByPageInEveryOrder) {
  Start();
  for (const v1::FigureOrder order :
       {v1::FIGURE_ORDER_NEWEST, v1::FIGURE_ORDER_READING, v1::FIGURE_ORDER_VALUE_ASCENDING,
        v1::FIGURE_ORDER_VALUE_DESCENDING}) {
    v1::SearchFiguresRequest request;
    request.set_order_by(order);
    request.set_page_size(200);
    v1::SearchFiguresResponse whole;
    ASSERT_TRUE(Call(quotes_, &Quotes::SearchFigures, request, &whole).ok());
    EXPECT_EQ(whole.total_size(), whole.hits_size());
    EXPECT_GT(whole.hits_size(), 60);
    request.set_page_size(7);
    int at = 0;
    do {
      v1::SearchFiguresResponse page;
      ASSERT_TRUE(Call(quotes_, &Quotes::SearchFigures, request, &page).ok());
      EXPECT_EQ(page.total_size(), whole.total_size());
      for (const v1::FigureHit& hit : page.hits()) {
        ASSERT_LT(at, whole.hits_size());
        EXPECT_EQ(hit.SerializeAsString(), whole.hits(at++).SerializeAsString());
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(at, whole.hits_size());
  }
}

TEST_F(Lookups, FiguresByEveryCondition) {
  Start();
  const auto printed = [this](const auto& set) {
    v1::SearchFiguresRequest request;
    set(&request);
    v1::SearchFiguresResponse found;
    EXPECT_TRUE(Call(quotes_, &Quotes::SearchFigures, request, &found).ok());
    std::vector<std::string> texts;
    for (const v1::FigureHit& hit : found.hits()) {
      for (const v1::Figure& figure : hit.figures()) {
        texts.push_back(figure.printed());
      }
    }
    return texts;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(printed([](auto* r) {
              r->set_measure("生产总值");
              r->add_modes(v1::FIGURE_MODE_TARGET);
            }),
            Texts{"突破380亿元"});
  EXPECT_EQ(printed([](auto* r) {
              r->set_value_from("300");
              r->set_value_to("400");
              r->set_unit("亿元");
            }),
            (Texts{"突破380亿元", "达到300亿元"}));
  EXPECT_EQ(printed([](auto* r) {
              r->set_value("60.5");
              r->set_unit("平方公里");
            }),
            Texts{"拓展到60.5平方公里"});
  EXPECT_EQ(printed([](auto* r) { r->set_value("60500000平方米"); }), Texts{"拓展到60.5平方公里"});
  EXPECT_EQ(printed([](auto* r) { r->set_year(2035); }), Texts{"翻一番"});
  EXPECT_EQ(printed([](auto* r) {
              r->set_measure("环境空气质量优良天数");
              r->add_directions(v1::FIGURE_DIRECTION_INCREASE);
            }),
            Texts{"增加53天"});
  EXPECT_EQ(printed([](auto* r) {
              r->set_measure("环境空气质量优良天数");
              r->add_directions(v1::FIGURE_DIRECTION_DECREASE);
            }),
            Texts());
  EXPECT_EQ(printed([](auto* r) {
              r->add_kinds(v1::FIGURE_KIND_NAME);
              r->mutable_filter()->set_kind(v1::TEXT_KIND_FURNITURE);
            }),
            Texts{"11版"});
  EXPECT_EQ(printed([](auto* r) { r->set_value("281亿元"); }), Texts());
}

TEST_F(Lookups, FullViewHasFigures) {
  Start();
  v1::SearchFiguresRequest request;
  request.set_value("280亿元");
  request.set_view(v1::QUOTE_VIEW_FULL);
  request.set_return_facets(true);
  v1::SearchFiguresResponse found;
  ASSERT_TRUE(Call(quotes_, &Quotes::SearchFigures, request, &found).ok());
  ASSERT_EQ(found.hits_size(), 1);
  EXPECT_EQ(found.facets().reports_size(), 1);
  const v1::Quote& quote = found.hits(0).quote();
  ASSERT_EQ(quote.figures_size(), 8);  // 2021年, 280亿元, 5.5%, 8.9%, 5.7%, 25.9亿元, 16.5%, 78.3%
  EXPECT_EQ(quote.figures(1).SerializeAsString(), found.hits(0).figures(0).SerializeAsString());
  EXPECT_EQ(quote.figures(2).printed(), "年均增长5.5%");
  ASSERT_EQ(quote.figures(2).qualifiers_size(), 3);
  EXPECT_EQ(quote.figures(2).qualifiers(0).text(), "预计");
  EXPECT_EQ(quote.figures(2).qualifiers(0).kind(), v1::FigureQualifier::KIND_HEDGE);
  EXPECT_EQ(quote.figures(2).qualifiers(2).text(), "增长");
  EXPECT_EQ(quote.figures(2).qualifiers(2).kind(), v1::FigureQualifier::KIND_DIRECTION);
}

TEST_F(Lookups, FullPagesEndAtTheSizeLimit) {
  Start(/*sample=*/false);
  // Each quote fills its limit, so that a page of 200 in FULL view would be far above 3.5 MiB.
  std::string text;
  for (int i = 0; i < 260; ++i) {
    absl::StrAppend(&text, "第", i, "句");
    for (int j = 0; j < 3'900; ++j) {
      text += "字";
    }
    text += "。\n";
  }
  Import("long", text);
  v1::ListQuotesRequest request;
  request.set_parent("reports/long");
  request.set_view(v1::QUOTE_VIEW_FULL);
  request.set_page_size(200);
  int limited = 0;
  std::set<std::string> names;
  int64_t total = 0;
  do {
    v1::ListQuotesResponse response;
    const grpc::Status status = Call(quotes_, &Quotes::ListQuotes, request, &response);
    ASSERT_TRUE(status.ok()) << Outcome(status);
    EXPECT_LE(response.ByteSizeLong(), 3'584u << 10);
    limited += response.stop_reason() == v1::STOP_REASON_LIMIT ? 1 : 0;
    total = response.total_size();
    for (const v1::Quote& quote : response.quotes()) {
      EXPECT_TRUE(names.insert(quote.name()).second);
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_GE(limited, 1);
  EXPECT_EQ(static_cast<int64_t>(names.size()), total);

  v1::BatchGetQuotesRequest batch;
  for (auto it = names.begin(); batch.names_size() < 200; ++it) {
    batch.add_names(*it);
  }
  v1::BatchGetQuotesResponse quotes;
  EXPECT_EQ(Outcome(Call(quotes_, &Quotes::BatchGetQuotes, batch, &quotes)),
            "EXHAUSTED/ANSWER_TOO_LARGE names");
  v1::GetRevisionRequest revision;
  revision.set_name("reports/long/revisions/latest");
  v1::GetRevisionResponse whole;
  EXPECT_EQ(Outcome(Call(reports_, &v1::ReportService::Stub::GetRevision, revision, &whole)),
            "EXHAUSTED/ANSWER_TOO_LARGE range");
  revision.mutable_range()->set_end(400'000);
  EXPECT_EQ(Outcome(Call(reports_, &v1::ReportService::Stub::GetRevision, revision, &whole)), "OK");
}

TEST_F(Lookups, TracesAPhraseByReportAndYear) {
  Start();
  Import("later", "2023年政府工作报告\n\n我们推动高质量的发展。\n");
  Import("latest", "2024年政府工作报告\n\n我们推动高质量发展，高质量发展！\n");
  v1::SearchQuotesRequest search;
  search.set_page_size(200);
  const v1::SearchQuotesResponse found = Search(search, "高质量发展");
  v1::TracePhraseRequest request;
  request.set_phrase("“高质量发展”");
  request.set_page_size(1);
  v1::TracePhraseResponse trace;
  ASSERT_TRUE(Call(quotes_, &Quotes::TracePhrase, request, &trace).ok());
  EXPECT_EQ(trace.quote_count(), found.total_size());
  EXPECT_EQ(trace.coverage().report_count(), 3);
  EXPECT_EQ(trace.total_size(), 2);
  ASSERT_EQ(trace.reports_size(), 1);
  EXPECT_EQ(trace.stop_reason(), v1::STOP_REASON_PAGE);
  ASSERT_EQ(trace.variants_size(), 1);
  EXPECT_EQ(trace.variants(0).phrase(), "高质量的发展");
  EXPECT_EQ(trace.variants(0).occurrence_count(), 1);
  std::map<std::string, int64_t> reports;
  int64_t occurrences = 0;
  do {
    ASSERT_TRUE(Call(quotes_, &Quotes::TracePhrase, request, &trace).ok());
    ASSERT_EQ(trace.reports_size(), 1);
    reports[trace.reports(0).report()] = trace.reports(0).occurrence_count();
    occurrences += trace.reports(0).occurrence_count();
    request.set_page_token(trace.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(trace.stop_reason(), v1::STOP_REASON_END);
  EXPECT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports["reports/latest"], 2);
  EXPECT_EQ(occurrences, trace.occurrence_count());
  int64_t by_year = trace.undated().occurrence_count();
  for (const v1::PhraseYear& year : trace.years()) {
    by_year += year.occurrence_count();
  }
  EXPECT_EQ(by_year, occurrences);
  ASSERT_TRUE(trace.has_first_use());
  const std::u32string text = text::ToCodePoints(trace.first_use().quote().text());
  EXPECT_EQ(text.substr(static_cast<size_t>(trace.first_use().quote_range().begin()), 5),
            U"高质量发展");
  // Marks count as they are.
  request.clear_page_token();
  request.set_page_size(0);
  request.set_phrase("高质量发展！");
  ASSERT_TRUE(Call(quotes_, &Quotes::TracePhrase, request, &trace).ok());
  EXPECT_EQ(trace.occurrence_count(), 1);
  ASSERT_EQ(trace.reports_size(), 1);
  EXPECT_EQ(trace.reports(0).report(), "reports/latest");
  // That report has no date.
  EXPECT_FALSE(trace.has_last_use());
  EXPECT_EQ(trace.undated().report_count(), 1);
  request.set_phrase("高质量发展");
  // A filter that asks something of single quotes is answered too.
  request.mutable_filter()->set_has_figures(false);
  ASSERT_TRUE(Call(quotes_, &Quotes::TracePhrase, request, &trace).ok());
  EXPECT_LE(trace.occurrence_count(), occurrences);
}

TEST_F(Lookups, ListsThePhrasesThatAReportIntroduces) {
  Start(/*sample=*/false);
  const auto add = [&](const std::string& id, int year, const std::string& body,
                       const std::string& text) {
    v1::ImportReportRequest request;
    request.set_report_id(id);
    request.mutable_source()->set_content(absl::StrCat(year, "年政府工作报告\n\n", text, "\n"));
    request.mutable_metadata()->set_body(body);
    request.mutable_metadata()->mutable_speech_date()->set_year(year);
    request.mutable_metadata()->mutable_speech_date()->set_month(3);
    request.mutable_metadata()->mutable_speech_date()->set_day(5);
    v1::ImportReportResponse response;
    const grpc::Status status =
        Call(reports_, &v1::ReportService::Stub::ImportReport, request, &response);
    ASSERT_TRUE(status.ok()) << Outcome(status);
  };
  add("old", 2022, "甲县人民政府", "推动高质量发展。提高生产力的水平。");
  add("other", 2023, "乙县人民政府", "深化数字化改革。");
  add("new", 2024, "甲县人民政府",
      "加快发展新质生产力。培育新质生产力，推进数字化改革。新质生产力要因地制宜。数字化改革是"
      "关键一招。");
  v1::ListNewPhrasesRequest request;
  request.set_report("reports/new");
  v1::ListNewPhrasesResponse found;
  const auto phrases = [&] {
    const grpc::Status status = Call(quotes_, &Quotes::ListNewPhrases, request, &found);
    EXPECT_TRUE(status.ok()) << Outcome(status);
    std::vector<std::string> texts;
    for (const v1::NewPhrase& phrase : found.phrases()) {
      texts.push_back(phrase.phrase());
    }
    return texts;
  };
  EXPECT_THAT(phrases(), ElementsAre("新质生产力"));
  EXPECT_EQ(found.earlier_report_count(), 2);
  EXPECT_EQ(found.archive_revision(), 3);
  const v1::NewPhrase& phrase = found.phrases(0);
  EXPECT_EQ(phrase.report_occurrence_count(), 3);
  EXPECT_EQ(phrase.report_count(), 1);
  EXPECT_EQ(phrase.first_use().quote().text(), "加快发展新质生产力。");
  EXPECT_EQ(phrase.first_use().quote_range().begin(), 4);
  EXPECT_EQ(phrase.first_use().date().year(), 2024);
  // Of its own series it is the first with both.
  request.set_scope(v1::NEW_PHRASE_SCOPE_SERIES);
  EXPECT_THAT(phrases(), ElementsAre("新质生产力", "数字化改革"));
  EXPECT_EQ(found.earlier_report_count(), 1);
  EXPECT_EQ(found.next_page_token(), "");
  // Three times in the report, twice in it.
  request.set_min_report_occurrence_count(3);
  EXPECT_THAT(phrases(), ElementsAre("新质生产力"));
  request.set_min_report_occurrence_count(0);
  EXPECT_EQ(found.undated_report_count(), 0);
  request.set_page_size(1);
  EXPECT_THAT(phrases(), ElementsAre("新质生产力"));
  EXPECT_EQ(found.total_size(), 2);
  request.set_page_token(found.next_page_token());
  EXPECT_THAT(phrases(), ElementsAre("数字化改革"));
  EXPECT_EQ(found.next_page_token(), "");
  request.set_scope(v1::NEW_PHRASE_SCOPE_ARCHIVE);
  EXPECT_EQ(Outcome(Call(quotes_, &Quotes::ListNewPhrases, request, &found)),
            "INVALID_ARGUMENT/PAGE_TOKEN_INVALID page_token");
}

TEST_F(Lookups, TracesRefuseWhatTheyCannotAnswer) {
  Start();
  v1::TracePhraseRequest request;
  v1::TracePhraseResponse trace;
  const auto outcome = [&] {
    return Outcome(Call(quotes_, &Quotes::TracePhrase, request, &trace));
  };
  EXPECT_EQ(outcome(), "INVALID_ARGUMENT/FIELD_REQUIRED phrase");
  request.set_phrase("，。");
  EXPECT_EQ(outcome(), "INVALID_ARGUMENT/FIELD_INVALID phrase");
  EXPECT_EQ(ErrorOf(Call(quotes_, &Quotes::TracePhrase, request, &trace)).chinese,
            "字段 phrase 的值无效：其中没有文字、数字或符号");
  std::string long_phrase;
  for (int i = 0; i < 1'001; ++i) {
    long_phrase += "字";
  }
  request.set_phrase(long_phrase);
  EXPECT_EQ(outcome(), "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE phrase");
  request.set_phrase("发展");
  request.set_page_size(-1);
  EXPECT_EQ(outcome(), "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE page_size");
  request.set_page_size(0);
  request.set_page_token("forged");
  EXPECT_EQ(outcome(), "INVALID_ARGUMENT/PAGE_TOKEN_INVALID page_token");
  v1::ListNewPhrasesRequest list;
  v1::ListNewPhrasesResponse phrases;
  const auto listed = [&] {
    return Outcome(Call(quotes_, &Quotes::ListNewPhrases, list, &phrases));
  };
  EXPECT_EQ(listed(), "INVALID_ARGUMENT/FIELD_REQUIRED report");
  list.set_report("reports/none");
  EXPECT_EQ(listed(), "NOT_FOUND/REPORT_NOT_FOUND");
  list.set_report("reports/sample");
  list.set_min_occurrence_count(1);
  EXPECT_EQ(listed(), "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE min_occurrence_count");
  list.set_min_occurrence_count(0);
  list.set_min_report_occurrence_count(-1);
  list.set_min_report_occurrence_count(1'001);
  EXPECT_EQ(listed(), "INVALID_ARGUMENT/FIELD_OUT_OF_RANGE min_report_occurrence_count");
  list.set_min_report_occurrence_count(0);
  // Nothing is earlier than the one report: it introduces nothing.
  EXPECT_EQ(listed(), Outcome(grpc::Status::OK));
  EXPECT_EQ(phrases.earlier_report_count(), 0);
  EXPECT_EQ(phrases.total_size(), 0);
}

TEST_F(Lookups, QuotesKnowInHowManyReportsTheyStand) {
  Start();
  Import("first", "政府工作报告\n\n各位代表，我们要再接再厉。这句话别处没有。\n");
  Import("second", "政府工作报告\n\n各位代表：“我们要再接再厉！”\n");
  v1::ListQuotesRequest request;
  request.set_parent("reports/first");
  request.set_view(v1::QUOTE_VIEW_FULL);
  std::map<std::string, int64_t> counts;
  for (const v1::Quote& quote : ListAll(request)) {
    counts[quote.text()] = quote.report_count();
  }
  EXPECT_EQ(counts["各位代表，我们要再接再厉。"], 2) << "folded: marks are alike";
  EXPECT_EQ(counts["这句话别处没有。"], 1);
}

}  // namespace
}  // namespace quotes::contract
