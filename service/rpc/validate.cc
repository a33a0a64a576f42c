#include "service/rpc/validate.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/archive/folded_name.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/figures/figure.h"
#include "service/rpc/names.h"
#include "service/text/decode.h"
#include "service/text/fold.h"

namespace quotes::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status CheckEnum(const FieldDescriptor& field, const std::string& path, int value) {
  if (field.enum_type()->FindValueByNumber(value) == nullptr) {
    return errors::FieldInvalid(path, absl::StrCat("has no value ", value));
  }
  return absl::OkStatus();
}

absl::Status CheckEnumsBelow(const Message& message, const std::string& prefix) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool is_enum = field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
    if (!is_enum && field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      continue;
    }
    const std::string path = prefix + field->name();
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const std::string place = field->is_repeated() ? Element(path, i) : path;
      if (is_enum) {
        QUOTES_RETURN_IF_ERROR(CheckEnum(*field, place,
                                         field->is_repeated()
                                             ? reflection.GetRepeatedEnumValue(message, field, i)
                                             : reflection.GetEnumValue(message, field)));
      } else {
        QUOTES_RETURN_IF_ERROR(
            CheckEnumsBelow(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                                 : reflection.GetMessage(message, field),
                            place + "."));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CopyDay(std::string_view field, const google::type::Date& date,
                     std::optional<absl::CivilDay>* out) {
  QUOTES_ASSIGN_OR_RETURN(*out, ToCivilDay(field, date));
  return absl::OkStatus();
}

absl::Status ToMetadata(const v1::ReportMetadata& from, report::Metadata* to) {
  QUOTES_RETURN_IF_ERROR(CopyLine("metadata.title", from.title(), &to->title));
  QUOTES_RETURN_IF_ERROR(CopyLine("metadata.subtitle", from.subtitle(), &to->subtitle));
  QUOTES_RETURN_IF_ERROR(CopyLine("metadata.event", from.event(), &to->event));
  QUOTES_RETURN_IF_ERROR(CopyLine("metadata.body", from.body(), &to->body));
  QUOTES_RETURN_IF_ERROR(CopyLine("metadata.speaker", from.speaker(), &to->speaker));
  QUOTES_RETURN_IF_ERROR(CopyLine("metadata.office", from.office(), &to->office));
  QUOTES_RETURN_IF_ERROR(CopyLine("metadata.language", from.language(), &to->language));
  if (from.has_speech_date()) {
    QUOTES_RETURN_IF_ERROR(CopyDay("metadata.speech_date", from.speech_date(), &to->date));
  }
  const v1::Publication& publication = from.publication();
  QUOTES_RETURN_IF_ERROR(
      CopyLine("metadata.publication.paper", publication.paper(), &to->publication.paper));
  QUOTES_RETURN_IF_ERROR(
      CopyLine("metadata.publication.edition", publication.edition(), &to->publication.edition));
  QUOTES_RETURN_IF_ERROR(
      CopyLine("metadata.publication.pages", publication.pages(), &to->publication.pages));
  if (publication.has_issue_date()) {
    QUOTES_RETURN_IF_ERROR(CopyDay("metadata.publication.issue_date", publication.issue_date(),
                                   &to->publication.issue_date));
  }
  return absl::OkStatus();
}

absl::StatusOr<report::DefectEntry> ToDefectEntry(const v1::DefectEntry& from,
                                                  const std::string& path) {
  if (from.line() == 0) {
    return errors::FieldRequired(path + ".line");
  }
  if (from.line() < 0) {
    return errors::FieldOutOfRange(path + ".line", "at least 1");
  }
  report::DefectEntry entry;
  entry.line = static_cast<uint32_t>(from.line());
  entry.printed = from.printed();
  entry.readings.assign(from.readings().begin(), from.readings().end());
  if (from.kind() != v1::Defect::KIND_UNSPECIFIED) {
    entry.kind = static_cast<report::DefectKind>(from.kind());
  }
  if (from.certainty() != v1::CERTAINTY_UNSPECIFIED) {
    entry.certainty = static_cast<report::Certainty>(from.certainty());
  }
  entry.note = from.note();
  return entry;
}

// The fields of a defect that requests may set.
struct DefectMask {
  bool range = false;
  bool printed = false;
  bool readings = false;
  bool kind = false;
  bool certainty = false;
  bool note = false;
};

absl::StatusOr<DefectMask> ToDefectMask(const v1::UpdateDefectRequest& request) {
  const v1::Defect& defect = request.defect();
  DefectMask mask;
  if (request.update_mask().paths().empty()) {
    mask.range = defect.has_range();
    mask.printed = !defect.printed().empty();
    mask.readings = !defect.readings().empty();
    mask.kind = defect.kind() != v1::Defect::KIND_UNSPECIFIED;
    mask.certainty = defect.certainty() != v1::CERTAINTY_UNSPECIFIED;
    mask.note = !defect.note().empty();
    return mask;
  }
  for (int i = 0; i < request.update_mask().paths_size(); ++i) {
    const std::string& path = request.update_mask().paths(i);
    if (path == "*") {
      mask = {true, true, true, true, true, true};
    } else if (path == "range") {
      mask.range = true;
    } else if (path == "printed") {
      mask.printed = true;
    } else if (path == "readings") {
      mask.readings = true;
    } else if (path == "kind") {
      mask.kind = true;
    } else if (path == "certainty") {
      mask.certainty = true;
    } else if (path == "note") {
      mask.note = true;
    } else {
      return errors::FieldInvalid(Element("update_mask.paths", i),
                                  "is no field of a defect that can be changed");
    }
  }
  return mask;
}

absl::StatusOr<uint32_t> ToIndex(int64_t offset, std::u32string_view joined,
                                 text::OffsetUnit unit) {
  const std::optional<size_t> index =
      offset < 0 ? std::nullopt : text::IndexAtOffset(joined, static_cast<uint64_t>(offset), unit);
  if (!index.has_value()) {
    return errors::FieldOutOfRange("defect.range", "0 <= begin < end <= the text's length");
  }
  return static_cast<uint32_t>(*index);
}

absl::StatusOr<DefectEdit> ToEdit(const v1::Defect& defect, const DefectMask& mask,
                                  int32_t occurrence, v1::OffsetEncoding encoding,
                                  std::u32string_view joined) {
  DefectEdit edit;
  if (occurrence < 0) {
    return errors::FieldOutOfRange("occurrence", "at least 0");
  }
  edit.occurrence = static_cast<uint32_t>(occurrence);
  if (mask.range && defect.has_range()) {
    report::Range range;
    const text::OffsetUnit unit = ToOffsetUnit(encoding);
    QUOTES_ASSIGN_OR_RETURN(range.begin, ToIndex(defect.range().begin(), joined, unit));
    QUOTES_ASSIGN_OR_RETURN(range.end, ToIndex(defect.range().end(), joined, unit));
    edit.range = range;
  }
  if (mask.printed) {
    edit.printed = defect.printed();
  }
  if (mask.readings) {
    edit.readings.emplace(defect.readings().begin(), defect.readings().end());
  }
  if (mask.kind) {
    edit.kind = defect.kind() == v1::Defect::KIND_UNSPECIFIED
                    ? report::DefectKind::kOther
                    : static_cast<report::DefectKind>(defect.kind());
  }
  if (mask.certainty) {
    edit.certainty = defect.certainty() == v1::CERTAINTY_UNSPECIFIED
                         ? report::Certainty::kPossible
                         : static_cast<report::Certainty>(defect.certainty());
  }
  if (mask.note) {
    edit.note = defect.note();
  }
  return edit;
}

}  // namespace

std::string Element(std::string_view field, int index) {
  return absl::StrCat(ToAbsl(field), "[", index, "]");
}

absl::Status CheckCount(std::string_view field, int count, size_t limit) {
  if (static_cast<size_t>(count) > limit) {
    return errors::FieldOutOfRange(field, absl::StrCat("at most ", limit, " values"));
  }
  return absl::OkStatus();
}

absl::Status FoldNames(const std::string& field,
                       const google::protobuf::RepeatedPtrField<std::string>& values,
                       std::vector<std::string>* out) {
  QUOTES_RETURN_IF_ERROR(CheckCount(field, values.size(), limits::kMaxFilterValues));
  for (int i = 0; i < values.size(); ++i) {
    const std::string path = Element(field, i);
    QUOTES_RETURN_IF_ERROR(CheckText(path, values[i], limits::kMaxMetadataCodePoints));
    const std::u32string folded = text::Fold(text::ToCodePoints(values[i])).units;
    if (std::all_of(folded.begin(), folded.end(), [](char32_t c) { return c == text::kBreak; })) {
      return errors::FieldInvalid(path, "has no letter");
    }
    out->push_back(text::ToUtf8(folded));
  }
  return absl::OkStatus();
}

absl::Status CopyLine(std::string_view field, const std::string& value, std::string* out) {
  if (std::any_of(value.begin(), value.end(),
                  [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; })) {
    return errors::FieldInvalid(field, "has a control character");
  }
  *out = value;
  return absl::OkStatus();
}

absl::Status CheckEnums(const Message& message) { return CheckEnumsBelow(message, ""); }

absl::Status CheckText(std::string_view field, std::string_view value, size_t max_code_points) {
  // A code point has at least one byte, so most values need no counting.
  if (value.size() > max_code_points && text::CountCodePoints(value) > max_code_points) {
    return errors::FieldOutOfRange(field,
                                   absl::StrCat("at most ", max_code_points, " code points"));
  }
  return absl::OkStatus();
}

absl::Status CheckEtag(std::string_view field, std::string_view etag) {
  return etag.size() <= limits::kMaxEtagBytes
             ? absl::OkStatus()
             : errors::FieldOutOfRange(field,
                                       absl::StrCat("at most ", limits::kMaxEtagBytes, " bytes"));
}

absl::StatusOr<size_t> PageSize(int32_t page_size, int default_size) {
  if (page_size < 0) {
    return errors::FieldOutOfRange("page_size", "at least 0");
  }
  return static_cast<size_t>(page_size == 0 ? default_size
                                            : std::min(page_size, limits::kMaxPageSize));
}

absl::StatusOr<absl::CivilDay> ToCivilDay(std::string_view field, const google::type::Date& date) {
  if (date.year() < 1 || date.year() > 9999 || date.month() < 1 || date.month() > 12 ||
      date.day() < 1 || date.day() > 31) {
    return errors::FieldInvalid(field, "is not a full date");
  }
  // CivilDay carries 31 April over into May: such a day is not in the calendar.
  const absl::CivilDay day(date.year(), date.month(), date.day());
  if (day.day() != date.day()) {
    return errors::FieldInvalid(field, "is not a day of the calendar");
  }
  return day;
}

absl::StatusOr<archive::Filter> ToFilter(const v1::LookupFilter& filter,
                                         const themes::Scheme& scheme) {
  archive::Filter out;
  QUOTES_RETURN_IF_ERROR(
      CheckCount("filter.reports", filter.reports_size(), limits::kMaxFilterValues));
  for (int i = 0; i < filter.reports_size(); ++i) {
    QUOTES_ASSIGN_OR_RETURN(std::string id,
                            ParseReportName(Element("filter.reports", i), filter.reports(i)));
    out.reports.push_back(std::move(id));
  }
  QUOTES_RETURN_IF_ERROR(FoldNames("filter.speakers", filter.speakers(), &out.speakers));
  QUOTES_RETURN_IF_ERROR(FoldNames("filter.bodies", filter.bodies(), &out.bodies));
  if (filter.has_date_from()) {
    QUOTES_ASSIGN_OR_RETURN(out.date_from, ToCivilDay("filter.date_from", filter.date_from()));
  }
  if (filter.has_date_to()) {
    QUOTES_ASSIGN_OR_RETURN(out.date_to, ToCivilDay("filter.date_to", filter.date_to()));
    if (out.date_from.has_value() && *out.date_to < *out.date_from) {
      return errors::FieldInvalid("filter.date_to", "is before filter.date_from");
    }
  }
  QUOTES_RETURN_IF_ERROR(
      CheckCount("filter.sections", filter.sections_size(), limits::kMaxFilterValues));
  for (int i = 0; i < filter.sections_size(); ++i) {
    QUOTES_ASSIGN_OR_RETURN(ChildName name,
                            ParseSectionName(Element("filter.sections", i), filter.sections(i)));
    out.sections.emplace_back(std::move(name.report), std::move(name.child));
  }
  QUOTES_RETURN_IF_ERROR(
      CheckCount("filter.themes", filter.themes_size(), limits::kMaxFilterValues));
  std::vector<int> alternatives;
  for (int i = 0; i < filter.themes_size(); ++i) {
    QUOTES_ASSIGN_OR_RETURN(const std::string code,
                            ParseThemeName(Element("filter.themes", i), filter.themes(i)));
    const int theme = scheme.Find(code);
    if (theme < 0) {
      return errors::ThemeNotFound(filter.themes(i));
    }
    alternatives.push_back(theme);
  }
  if (!alternatives.empty()) {
    out.theme_groups.push_back(std::move(alternatives));
  }
  QUOTES_RETURN_IF_ERROR(CheckCount("filter.modes", filter.modes_size(), limits::kMaxFilterValues));
  for (const int mode : filter.modes()) {
    out.modes.push_back(static_cast<report::Mode>(mode));
  }
  if (filter.kind() != v1::TEXT_KIND_UNSPECIFIED) {
    out.scope = static_cast<archive::TextScope>(filter.kind());
  }
  if (filter.has_has_figures()) {
    out.with_figures = filter.has_figures();
  }
  return out;
}

namespace {

// A bound on the value of figures as typed.
struct Bound {
  figures::Decimal low;
  std::optional<figures::Decimal> high;
  std::optional<figures::Unit> unit;
};

absl::StatusOr<Bound> ToBound(std::string_view field, const std::string& value) {
  QUOTES_RETURN_IF_ERROR(CheckText(field, value, limits::kMaxAmountCodePoints));
  Bound bound;
  if (const auto number = figures::ParseDecimal(value); number.has_value()) {
    bound.low = *number;
  } else if (auto amount = figures::ParseAmount(text::ToCodePoints(value)); amount.has_value()) {
    bound = {amount->low, amount->high, std::move(amount->unit)};
  } else if (const std::u32string typed = text::ToCodePoints(value);
             std::count_if(typed.begin(), typed.end(), text::IsDigit) > limits::kMaxFigureDigits) {
    // What has more digits than a number holds is read as none.
    return errors::FieldOutOfRange(
        field, absl::StrCat("at most ", limits::kMaxFigureDigits, " significant digits"));
  } else {
    return errors::FieldInvalid(field, "is no number or amount with an exact value");
  }
  for (const auto& number : {std::optional(bound.low), bound.high}) {
    const int64_t mantissa = number.has_value() ? number->mantissa : 0;
    int digits = 0;
    for (int64_t rest = mantissa; rest != 0; rest /= 10) {
      ++digits;
    }
    if (digits > limits::kMaxFigureDigits) {
      return errors::FieldOutOfRange(
          field, absl::StrCat("at most ", limits::kMaxFigureDigits, " significant digits"));
    }
  }
  return bound;
}

}  // namespace

absl::StatusOr<archive::FigureFilter> ToFigureFilter(const v1::SearchFiguresRequest& request) {
  archive::FigureFilter out;
  if (!request.unit().empty()) {
    QUOTES_RETURN_IF_ERROR(CheckText("unit", request.unit(), limits::kMaxAmountCodePoints));
    out.unit = figures::ParseUnit(text::ToCodePoints(request.unit()));
    if (!out.unit.has_value()) {
      return errors::FieldInvalid("unit", "is no unit of figures");
    }
  }
  const bool bounded = !request.value_from().empty() || !request.value_to().empty();
  if (!request.value().empty() && bounded) {
    return errors::FieldInvalid("value", "stands beside value_from or value_to");
  }
  struct Field {
    std::string_view name;
    const std::string& text;
    std::optional<Bound> bound;
  };
  Field fields[] = {{"value", request.value(), std::nullopt},
                    {"value_from", request.value_from(), std::nullopt},
                    {"value_to", request.value_to(), std::nullopt}};
  // The unit of bounds without one.
  std::optional<figures::Unit> unit = out.unit;
  for (Field& field : fields) {
    if (field.text.empty()) {
      continue;
    }
    QUOTES_ASSIGN_OR_RETURN(field.bound, ToBound(field.name, field.text));
    if (field.bound->high.has_value() && field.name != "value") {
      return errors::FieldInvalid(field.name, "is a range of values");
    }
    if (!field.bound->unit.has_value()) {
      continue;
    }
    if (unit.has_value() && unit->base != field.bound->unit->base) {
      return errors::FieldInvalid(field.name,
                                  absl::StrCat("is in ", field.bound->unit->name,
                                               ", which does not convert into ", unit->name));
    }
    unit = unit.has_value() ? unit : field.bound->unit;
  }
  for (const Field& field : fields) {
    if (!field.bound.has_value()) {
      continue;
    }
    const figures::Unit one;
    const figures::Unit& in = field.bound->unit.has_value() ? *field.bound->unit
                              : unit.has_value()            ? *unit
                                                            : one;
    const auto in_base = [&in](const figures::Decimal& value) {
      return figures::Multiply(value, in.factor);
    };
    const auto low = in_base(field.bound->low);
    const auto high = in_base(field.bound->high.value_or(field.bound->low));
    if (!low.has_value() || !high.has_value()) {
      return errors::FieldOutOfRange(field.name, "what 64 bits hold in its base unit");
    }
    if (field.name != "value_to") {
      out.from = low;
    }
    if (field.name != "value_from") {
      out.to = high;
    }
  }
  out.unit = unit;
  if (out.from.has_value() && out.to.has_value() && std::is_lt(Compare(*out.to, *out.from))) {
    return errors::FieldInvalid("value_to", "is below value_from");
  }
  if (!request.measure().empty()) {
    QUOTES_RETURN_IF_ERROR(CheckText("measure", request.measure(), limits::kMaxMeasureCodePoints));
    out.measure = archive::FoldName(request.measure());
    if (out.measure.empty() || out.measure.find(U'\0') != std::u32string::npos) {
      return errors::FieldInvalid("measure", "has no letter to compare, or a control character");
    }
  }
  if (request.year() != 0 &&
      (request.year() < limits::kFirstFigureYear || request.year() > limits::kLastFigureYear)) {
    return errors::FieldOutOfRange(
        "year", absl::StrCat(limits::kFirstFigureYear, " to ", limits::kLastFigureYear, ", or 0"));
  }
  out.year = request.year();
  QUOTES_RETURN_IF_ERROR(CheckCount("modes", request.modes_size(), limits::kMaxFilterValues));
  for (const int mode : request.modes()) {
    out.modes.push_back(static_cast<figures::FigureMode>(mode));
  }
  QUOTES_RETURN_IF_ERROR(
      CheckCount("directions", request.directions_size(), limits::kMaxFilterValues));
  for (const int direction : request.directions()) {
    out.directions.push_back(static_cast<figures::FigureDirection>(direction));
  }
  QUOTES_RETURN_IF_ERROR(CheckCount("kinds", request.kinds_size(), limits::kMaxFilterValues));
  for (int i = 0; i < request.kinds_size(); ++i) {
    if (request.kinds(i) == v1::FIGURE_KIND_UNSPECIFIED) {
      return errors::FieldInvalid(Element("kinds", i), "is no kind of numeral");
    }
    out.kinds.push_back(static_cast<figures::FigureKind>(request.kinds(i)));
  }
  return out;
}

absl::StatusOr<absl::Time> ToTime(std::string_view field,
                                  const google::protobuf::Timestamp& timestamp) {
  constexpr int64_t kFirst = -62'135'596'800;
  constexpr int64_t kEnd = 253'402'300'800;
  constexpr int32_t kNanos = 1'000'000'000;
  if (timestamp.seconds() < kFirst || timestamp.seconds() >= kEnd || timestamp.nanos() < 0 ||
      timestamp.nanos() >= kNanos) {
    return errors::FieldInvalid(field, "is not a time in the years 1 to 9999");
  }
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

absl::StatusOr<ImportRequest> ToImport(const v1::ImportReportRequest& request) {
  ImportRequest out;
  out.report_id = request.report_id();
  out.request_id = request.request_id();
  out.validate_only = request.validate_only();
  out.allow_purged_id = request.allow_purged_id();
  if (request.duplicate_handling() != v1::DUPLICATE_HANDLING_UNSPECIFIED) {
    out.duplicate_handling = static_cast<DuplicateHandling>(request.duplicate_handling());
  }
  const v1::ReportSource& source = request.source();
  // Callers on any system: both kinds of slashes separate folders.
  const size_t slash = source.file_name().find_last_of("/\\");
  QUOTES_RETURN_IF_ERROR(CopyLine(
      "source.file_name",
      slash == std::string::npos ? source.file_name() : source.file_name().substr(slash + 1),
      &out.file_name));
  if (!source.encoding().empty()) {
    out.encoding = text::ParseEncoding(source.encoding());
    if (!out.encoding.has_value()) {
      return errors::FieldInvalid("source.encoding", "is not a known encoding");
    }
  }
  if (!source.format().empty()) {
    out.format = extract::ParseFormat(source.format());
    if (!out.format.has_value()) {
      return errors::FieldInvalid("source.format", "is not a known format");
    }
  }
  QUOTES_RETURN_IF_ERROR(ToMetadata(request.metadata(), &out.metadata));
  if (request.has_available_from()) {
    QUOTES_ASSIGN_OR_RETURN(out.available_from, ToTime("available_from", request.available_from()));
  }
  // Before they are copied: the library's own check comes after it.
  QUOTES_RETURN_IF_ERROR(CheckCount("defects", request.defects_size(), limits::kMaxDefects));
  for (int i = 0; i < request.defects_size(); ++i) {
    QUOTES_ASSIGN_OR_RETURN(report::DefectEntry entry,
                            ToDefectEntry(request.defects(i), Element("defects", i)));
    out.defects.push_back(std::move(entry));
  }
  QUOTES_RETURN_IF_ERROR(CheckImportRequest(out));
  return out;
}

absl::Status InTermsOf(const std::string& prefix, const absl::Status& status) {
  std::optional<ErrorDetail> detail = GetErrorDetail(status);
  if (!detail.has_value() || detail->violations.empty()) {
    return status;
  }
  for (FieldViolation& violation : detail->violations) {
    violation.field.insert(0, prefix);
  }
  return MakeError(status.code(), ToStd(status.message()), *detail);
}

absl::StatusOr<DefectEdit> ToDefectEdit(const v1::CreateDefectRequest& request,
                                        std::u32string_view joined) {
  return ToEdit(request.defect(), {true, true, true, true, true, true}, request.occurrence(),
                request.offset_encoding(), joined);
}

absl::StatusOr<DefectEdit> ToDefectEdit(const v1::UpdateDefectRequest& request,
                                        std::u32string_view joined) {
  QUOTES_ASSIGN_OR_RETURN(const DefectMask mask, ToDefectMask(request));
  return ToEdit(request.defect(), mask, request.occurrence(), request.offset_encoding(), joined);
}

absl::Status InTermsOfUpload(const absl::Status& status) {
  std::optional<ErrorDetail> detail = GetErrorDetail(status);
  if (!detail.has_value() || detail->violations.empty()) {
    return status;
  }
  const std::string first = detail->violations.front().field;
  for (FieldViolation& violation : detail->violations) {
    violation.field = violation.field == "source.content"
                          ? "chunk"
                          : absl::StrCat("header.import.", violation.field);
  }
  std::string sentence(status.message());
  if (sentence.starts_with(first + ":")) {
    sentence.replace(0, first.size(), detail->violations.front().field);
  }
  return MakeError(status.code(), sentence, *detail);
}

text::OffsetUnit ToOffsetUnit(v1::OffsetEncoding encoding) {
  switch (encoding) {
    case v1::OFFSET_ENCODING_UTF16:
      return text::OffsetUnit::kUtf16;
    case v1::OFFSET_ENCODING_UTF8_BYTES:
      return text::OffsetUnit::kUtf8Bytes;
    default:
      return text::OffsetUnit::kCodePoints;
  }
}

}  // namespace quotes::rpc
