#ifndef QUOTES_SERVICE_RPC_VALIDATE_H_
#define QUOTES_SERVICE_RPC_VALIDATE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "quotes/v1/lookup.pb.h"
#include "quotes/v1/quote_service.pb.h"
#include "quotes/v1/report_service.pb.h"
#include "service/archive/archive.h"
#include "service/library/library.h"
#include "service/text/utf8.h"
#include "service/themes/scheme.h"

// Requests become domain values here, and every documented bound of a field is checked. Errors name
// the field's path.
namespace quotes::rpc {

// FIELD_INVALID for the first enum field, at any depth, with a value that the contract does not
// have.
absl::Status CheckEnums(const google::protobuf::Message& message);

// The path of an element: "filter.reports[3]".
std::string Element(std::string_view field, int index);

// FIELD_OUT_OF_RANGE above `limit` values.
absl::Status CheckCount(std::string_view field, int count, size_t limit);

// Appends names folded, as the archive compares them. FIELD_OUT_OF_RANGE above
// limits::kMaxFilterValues of them or limits::kMaxMetadataCodePoints in one; FIELD_INVALID for one
// without any letter.
absl::Status FoldNames(const std::string& field,
                       const google::protobuf::RepeatedPtrField<std::string>& values,
                       std::vector<std::string>* out);

// Copies a text that goes into citation lines and must stay on one: FIELD_INVALID for control
// characters.
absl::Status CopyLine(std::string_view field, const std::string& value, std::string* out);

// FIELD_OUT_OF_RANGE above `max_code_points`.
absl::Status CheckText(std::string_view field, std::string_view value, size_t max_code_points);

// FIELD_OUT_OF_RANGE for more bytes than an etag has.
absl::Status CheckEtag(std::string_view field, std::string_view etag);

// FIELD_INVALID for one that is not in the years 1 to 9999.
absl::StatusOr<absl::Time> ToTime(std::string_view field,
                                  const google::protobuf::Timestamp& timestamp);

// 0 gives `default_size`, above limits::kMaxPageSize gives that; FIELD_OUT_OF_RANGE if negative.
absl::StatusOr<size_t> PageSize(int32_t page_size, int default_size);

// FIELD_INVALID for a date that is incomplete or not in the calendar.
absl::StatusOr<absl::CivilDay> ToCivilDay(std::string_view field, const google::type::Date& date);

// A filter with themes widened by their descendants. The filter's path is "filter".
absl::StatusOr<archive::Filter> ToFilter(const v1::LookupFilter& filter,
                                         const themes::Scheme& scheme);

// What a request asks of figures.
absl::StatusOr<archive::FigureFilter> ToFigureFilter(const v1::SearchFiguresRequest& request);

// Everything of an import but its bytes.
absl::StatusOr<ImportRequest> ToImport(const v1::ImportReportRequest& request);

// The same error with `prefix` in front of the paths of its fields.
absl::Status InTermsOf(const std::string& prefix, const absl::Status& status);

// What a request says of a defect of a report whose latest text is `joined`; with `mask` only the
// fields that it names.
absl::StatusOr<DefectEdit> ToDefectEdit(const v1::CreateDefectRequest& request,
                                        std::u32string_view joined);
absl::StatusOr<DefectEdit> ToDefectEdit(const v1::UpdateDefectRequest& request,
                                        std::u32string_view joined);

// An error about an ImportReportRequest in terms of UploadReportRequest, where the bytes come in
// chunks and the rest stands in the header.
absl::Status InTermsOfUpload(const absl::Status& status);

text::OffsetUnit ToOffsetUnit(v1::OffsetEncoding encoding);

}  // namespace quotes::rpc

#endif  // QUOTES_SERVICE_RPC_VALIDATE_H_
