// Look-ups: where they run, and how their answers are written. Neither shows in what they say.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "service/library/library.h"
#include "service/rpc/handlers.h"
#include "service/rpc/services.h"
#include "service/store/sqlite/store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_data.h"

namespace quotes::rpc {
namespace {

class LookupHandlers : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = store::sqlite::Open({.path = dir_.path() / "quotes.db"});
    QUOTES_ASSERT_OK(store);
    auto library = Library::Create(*std::move(store), themes::Scheme::BuiltIn());
    QUOTES_ASSERT_OK(library);
    library_ = *std::move(library);
    ImportRequest request;
    request.report_id = "sample";
    request.content = quotes::testing::SampleReport();
    QUOTES_ASSERT_OK(library_->Import(request, Cancellation()));
  }

  // Runs a handler as a call does: inline first, then where it may block.
  template <typename Request, typename Response>
  Response Run(absl::Status (*handler)(CallContext&, const Request&, Response*),
               const Request& request, uint64_t max_inline_work, bool* deferred) {
    ServicesOptions options;
    options.max_inline_work = max_inline_work;
    const std::shared_ptr<const Snapshot> snapshot = library_->snapshot();
    const std::shared_ptr<const archive::Archive> archive(snapshot, snapshot->archive.get());
    CallContext call{*library_,     archive, snapshot->history.get(),
                     cancellation_, options, citation_corpora_};
    const ProfileHolder profiles{citation::Profiles()};
    call.profiles = &profiles;
    Response response;
    absl::Status status = handler(call, request, &response);
    *deferred = call.deferred;
    EXPECT_EQ(status.ok(), !call.deferred);
    if (call.deferred) {
      call.may_block = true;
      response.Clear();
      status = handler(call, request, &response);
    }
    EXPECT_THAT(status, quotes::testing::IsOk());
    return response;
  }

  template <typename Request, typename Response>
  void ExpectDeferredAboveTheLimit(absl::Status (*handler)(CallContext&, const Request&, Response*),
                                   const Request& request) {
    bool deferred = false;
    const Response inline_answer = Run(handler, request, limits::kMaxInlineWork, &deferred);
    EXPECT_FALSE(deferred);
    EXPECT_GT(inline_answer.total_size(), 0);
    const Response other_answer = Run(handler, request, 0, &deferred);
    EXPECT_TRUE(deferred);
    EXPECT_EQ(inline_answer.SerializeAsString(), other_answer.SerializeAsString());
  }

  quotes::testing::TempDir dir_;
  std::unique_ptr<Library> library_;
  const Cancellation cancellation_;
  CitationCorpora citation_corpora_;
};

TEST_F(LookupHandlers, SearchesAreDeferredAboveTheLimit) {
  v1::SearchQuotesRequest request;
  request.set_query("发展 OR 建设");
  ExpectDeferredAboveTheLimit(&SearchQuotes, request);
}

TEST_F(LookupHandlers, LookupsByThemeAreDeferredAboveTheLimit) {
  v1::LookupThemeRequest request;
  const std::vector<uint64_t>& counts = library_->archive()->theme_totals();
  const auto most = std::max_element(counts.begin(), counts.end()) - counts.begin();
  request.set_name("themes/" + library_->scheme()->themes()[static_cast<size_t>(most)].code);
  request.set_return_facets(true);
  ExpectDeferredAboveTheLimit(&LookupTheme, request);
}

TEST_F(LookupHandlers, TracesCountWhatSearchesFind) {
  bool deferred = false;
  v1::SearchQuotesRequest search;
  search.set_query("高质量发展");
  search.set_view(v1::QUOTE_VIEW_FULL);
  const v1::SearchQuotesResponse found =
      Run(&SearchQuotes, search, limits::kMaxInlineWork, &deferred);
  ASSERT_GT(found.total_size(), 0);
  EXPECT_EQ(found.hits(0).quote().report_count(), 1);
  v1::TracePhraseRequest request;
  // Marks count as they are, which takes a look at the texts.
  request.set_phrase("“高质量发展”。");
  Run(&TracePhrase, request, 0, &deferred);
  EXPECT_TRUE(deferred);
  request.set_phrase("高质量发展");
  const v1::TracePhraseResponse trace = Run(&TracePhrase, request, 0, &deferred);
  EXPECT_FALSE(deferred);
  EXPECT_EQ(trace.quote_count(), found.total_size());
  ASSERT_EQ(trace.reports_size(), 1);
  EXPECT_EQ(trace.reports(0).occurrence_count(), trace.occurrence_count());
  EXPECT_EQ(trace.coverage().report_count(), 1);
  EXPECT_EQ(trace.stop_reason(), v1::STOP_REASON_END);
  ASSERT_EQ(trace.years_size(), 1);
  EXPECT_EQ(trace.years(0).year(), 2022);
  EXPECT_EQ(trace.years(0).occurrence_count(), trace.occurrence_count());
  EXPECT_EQ(trace.first_use().quote_range().end() - trace.first_use().quote_range().begin(), 5);
  // What asks something of single quotes visits every occurrence.
  request.mutable_filter()->set_has_figures(true);
  EXPECT_LT(Run(&TracePhrase, request, 0, &deferred).quote_count(), trace.quote_count());
  EXPECT_TRUE(deferred);
  v1::ListNewPhrasesRequest list;
  list.set_report("reports/sample");
  EXPECT_EQ(Run(&ListNewPhrases, list, 0, &deferred).earlier_report_count(), 0);
}

TEST_F(LookupHandlers, ListingsAreDeferredAboveTheLimit) {
  v1::ListQuotesRequest request;
  request.set_parent("reports/-");
  ExpectDeferredAboveTheLimit(&ListQuotes, request);
}

// The bytes of a whole answer by either way.
template <typename Request, typename Response>
void ExpectSameBytes(Library& library,
                     absl::Status (*handler)(CallContext&, const Request&, Response*),
                     const Request& request, bool written) {
  const Cancellation cancellation;
  ServicesOptions options;
  options.max_inline_work = std::numeric_limits<uint64_t>::max();  // 200 messages are more
  const std::shared_ptr<const Snapshot> snapshot = library.snapshot();
  CitationCorpora citation_corpora;
  CallContext call{library,      snapshot->archive, snapshot->history.get(),
                   cancellation, options,           citation_corpora};
  const ProfileHolder profiles{citation::Profiles()};
  call.profiles = &profiles;
  Response by_message;
  QUOTES_ASSERT_OK(handler(call, request, &by_message));
  std::string leading_bytes;
  call.leading_bytes = &leading_bytes;
  Response rest;
  QUOTES_ASSERT_OK(handler(call, request, &rest));
  EXPECT_EQ(!leading_bytes.empty(), written) << request.ShortDebugString();
  ASSERT_GT(by_message.hits_size(), 0) << request.ShortDebugString();
  EXPECT_EQ(by_message.SerializeAsString(), leading_bytes + rest.SerializeAsString())
      << request.ShortDebugString();
}

TEST_F(LookupHandlers, HitsAreWrittenAsTheirMessagesWouldBe) {
  for (const char* query : {"发展", "發展", "“发展”", "党 OR 的", "2021年", "产业集群 园区",
                            "\"发展，\" OR ２０２１", "建设 -发展"}) {
    v1::SearchQuotesRequest request;
    request.set_query(query);
    for (const int page_size : {1, 20, 200}) {
      request.set_page_size(page_size);
      ExpectSameBytes(*library_, &SearchQuotes, request, true);
    }
    request.mutable_filter()->set_kind(v1::TEXT_KIND_ANY);
    ExpectSameBytes(*library_, &SearchQuotes, request, true);
    request.set_view(v1::QUOTE_VIEW_FULL);
    ExpectSameBytes(*library_, &SearchQuotes, request, false);
    request.clear_view();
    request.set_context(1);
    ExpectSameBytes(*library_, &SearchQuotes, request, false);
    request.clear_context();
    request.set_offset_encoding(v1::OFFSET_ENCODING_UTF16);
    ExpectSameBytes(*library_, &SearchQuotes, request, false);
  }
  const std::vector<uint64_t>& counts = library_->archive()->theme_totals();
  const auto most = std::max_element(counts.begin(), counts.end()) - counts.begin();
  v1::LookupThemeRequest request;
  request.set_name("themes/" + library_->scheme()->themes()[static_cast<size_t>(most)].code);
  request.set_return_facets(true);
  ExpectSameBytes(*library_, &LookupTheme, request, true);
}

TEST_F(LookupHandlers, TheReportsOfChecksAreGatheredOffGrpcsThreads) {
  v1::VerifyCitationRequest request;
  request.set_quotation("高质量发展");
  for (int i = 0; i < 2; ++i) {
    ImportRequest import;
    import.report_id = "other";
    import.content = i == 0 ? "高质量发展的一句。\n" : "高质量发展的另一句。\n";
    QUOTES_ASSERT_OK(library_->Import(import, Cancellation()));
    bool deferred = false;
    Run(&VerifyCitation, request, limits::kMaxInlineWork, &deferred);
    EXPECT_TRUE(deferred);
    Run(&VerifyCitation, request, limits::kMaxInlineWork, &deferred);
    EXPECT_FALSE(deferred);
  }
}

TEST_F(LookupHandlers, NoCallKeepsASnapshot) {
  bool deferred = false;
  v1::VerifyCitationRequest citation;
  citation.set_quotation("高质量发展");
  Run(&VerifyCitation, citation, limits::kMaxInlineWork, &deferred);
  EXPECT_GT(
      Run(&ListThemes, v1::ListThemesRequest(), limits::kMaxInlineWork, &deferred).themes_size(),
      0);
  const std::weak_ptr<const Snapshot> snapshot = library_->snapshot();
  ImportRequest import;
  import.report_id = "other";
  import.content = "高质量发展的一句。\n";
  QUOTES_ASSERT_OK(library_->Import(import, Cancellation()));
  // The thread that merges may be looking at it.
  for (int i = 0; i < 12'000 && !snapshot.expired(); ++i) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_TRUE(snapshot.expired());
}

// Ordinary quotes beside them, so that the average says nothing of a page of long ones.
TEST_F(LookupHandlers, PagesOfLongQuotesAreMadeOffGrpcsThreads) {
  ImportRequest import;
  import.report_id = "long";
  import.metadata.date = absl::CivilDay(2030, 1, 1);
  for (int paragraph = 0; paragraph < 40; ++paragraph) {
    for (int i = 0; i < 400; ++i) {
      import.content += "建设的意义和";
    }
    absl::StrAppend(&import.content, paragraph, "。\n");
  }
  QUOTES_ASSERT_OK(library_->Import(import, Cancellation()));
  bool deferred = false;
  v1::SearchQuotesRequest search;
  search.set_query("意义");
  search.set_page_size(3);
  const auto few = Run(&SearchQuotes, search, limits::kMaxInlineWork, &deferred);
  EXPECT_FALSE(deferred);
  ASSERT_EQ(few.hits_size(), 3);
  EXPECT_GT(few.hits(0).quote().text().size(), 3u * 2'000);
  search.set_context(5);
  search.set_page_size(8);
  Run(&SearchQuotes, search, std::numeric_limits<uint64_t>::max(), &deferred);
  EXPECT_TRUE(deferred) << "neighbours are written too";
  search.clear_context();
  search.set_page_size(20);
  const auto many = Run(&SearchQuotes, search, std::numeric_limits<uint64_t>::max(), &deferred);
  EXPECT_TRUE(deferred);
  EXPECT_EQ(many.hits_size(), 20);
  v1::BatchGetQuotesRequest batch;
  for (const auto& hit : few.hits()) {
    batch.add_names(hit.quote().name());
  }
  Run(&BatchGetQuotes, batch, limits::kMaxInlineWork, &deferred);
  EXPECT_FALSE(deferred);
  for (int copies = 0; copies < 20; ++copies) {
    for (const auto& hit : few.hits()) {
      batch.add_names(hit.quote().name());
    }
  }
  EXPECT_EQ(Run(&BatchGetQuotes, batch, limits::kMaxInlineWork, &deferred).quotes_size(), 63);
  EXPECT_TRUE(deferred);
}

TEST_F(LookupHandlers, OneWordIsAnsweredInlineHoweverManyQuotesHaveIt) {
  v1::SearchQuotesRequest request;
  request.set_query("发展");
  bool deferred = false;
  const auto answer = Run(&SearchQuotes, request, limits::kMaxInlineWork / 2, &deferred);
  EXPECT_FALSE(deferred);
  EXPECT_GT(answer.total_size(), limits::kDefaultPageSize);
  // What is written for each hit counts.
  request.set_page_size(200);
  request.set_view(v1::QUOTE_VIEW_FULL);
  request.set_context(5);
  Run(&SearchQuotes, request, limits::kMaxInlineWork, &deferred);
  EXPECT_TRUE(deferred);
}

}  // namespace
}  // namespace quotes::rpc
