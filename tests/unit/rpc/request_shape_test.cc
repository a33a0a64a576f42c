#include "service/rpc/request_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "quotes/v1/citation_service.pb.h"
#include "quotes/v1/quote_service.pb.h"
#include "quotes/v1/report_service.pb.h"
#include "service/base/limits.h"

namespace quotes::rpc {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kMarker[] = "秘密标记";

TEST(ShapeOf, TellsSizesAndChoicesOfALookup) {
  v1::SearchQuotesRequest request;
  request.set_query(std::string(kMarker) + " OR abc");
  request.set_page_size(50);
  request.mutable_filter()->add_reports(std::string("reports/") + kMarker);
  request.mutable_filter()->add_speakers(kMarker);
  request.mutable_filter()->add_speakers(kMarker);
  const std::string shape = ShapeOf(request);
  EXPECT_THAT(shape, HasSubstr("query.code_points=11"));
  EXPECT_THAT(shape, HasSubstr("page_size=50"));
  EXPECT_THAT(shape, HasSubstr("filter.reports.count=1"));
  EXPECT_THAT(shape, HasSubstr("filter.speakers.count=2"));
  EXPECT_THAT(shape, Not(HasSubstr("标")));
  EXPECT_THAT(shape, Not(HasSubstr("abc")));
}

TEST(ShapeOf, TellsNothingOfAnEmptyRequest) { EXPECT_EQ(ShapeOf(v1::SearchQuotesRequest()), ""); }

TEST(ShapeOf, HasNoTextOfAnyRequest) {
  v1::VerifyCitationRequest verify;
  verify.set_quotation(kMarker);
  verify.set_text_before(kMarker);
  verify.mutable_claim()->set_speaker(kMarker);
  EXPECT_THAT(ShapeOf(verify), HasSubstr("quotation.code_points=4"));
  EXPECT_THAT(ShapeOf(verify), HasSubstr("claim.speaker.code_points=4"));
  EXPECT_THAT(ShapeOf(verify), Not(HasSubstr("标")));

  v1::BatchVerifyCitationsRequest batch;
  for (int i = 0; i < 100; ++i) {
    *batch.add_requests() = verify;
  }
  EXPECT_EQ(ShapeOf(batch), "requests.count=100");

  v1::ImportReportRequest import;
  import.mutable_source()->set_content(std::string(1000, 'x'));
  import.mutable_source()->set_file_name(kMarker);
  EXPECT_THAT(ShapeOf(import), HasSubstr("source.content.bytes=1000"));
  EXPECT_THAT(ShapeOf(import), Not(HasSubstr("标")));
  EXPECT_LE(ShapeOf(import).size(), limits::kMaxShapeBytes);
}

}  // namespace
}  // namespace quotes::rpc
