#ifndef QUOTES_CLIENT_CTL_VALUES_H_
#define QUOTES_CLIENT_CTL_VALUES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/ctl/context.h"
#include "client/ctl/messages.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "quotes/v1/admin_service.pb.h"
#include "quotes/v1/quote.pb.h"
#include "quotes/v1/report.pb.h"
#include "quotes/v1/report_service.pb.h"
#include "quotes/v1/text.pb.h"

// Values of the contract as people read and write them.
namespace quotes::ctl {

Msg Label(v1::Mode mode);  // REQUIRES: not MODE_UNSPECIFIED
Msg Label(v1::Fold fold);
Msg Label(v1::TextKind kind);
Msg Label(v1::Report::State state);
Msg Label(v1::Section::Kind kind);
Msg Label(v1::Defect::Kind kind);
Msg Label(v1::Certainty certainty);
Msg Label(v1::LintFinding::Kind kind);
Msg Label(v1::AuditEntry::Action action);
Msg Label(v1::Change::Kind kind);

// "回顾", "review"; empty for MODE_UNSPECIFIED.
std::string ModeName(Lang lang, v1::Mode mode);
// "truncated, continues on 11版".
std::string CompletenessName(Lang lang, const v1::Completeness& completeness);

// "2022-01-17"; the parts that are there; empty without a year.
std::string DateText(const google::type::Date& date);

// "2026-12-01 01:00:00 UTC"; empty for none.
std::string TimeText(const google::protobuf::Timestamp& time);

google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time FromTimestamp(const google::protobuf::Timestamp& time);
// What an option says, a moment with its zone. INVALID_ARGUMENT names the option.
absl::StatusOr<google::protobuf::Timestamp> ParseMomentOption(const Context& context,
                                                              std::string_view option,
                                                              std::string_view text);

// "2022-01-17"; nullopt for anything that is no day of the calendar.
std::optional<google::type::Date> ParseDate(std::string_view text);
// "2022-01-17", or "01-17" with year 0 in the answer: a day of any year. Also as spreadsheets write
// them: 2022-1-17, 2022/01/17, 2022年1月17日.
std::optional<google::type::Date> ParseDateOfAnyYear(std::string_view text);
// A day, or the first (`last`: the last) day of "2022-01" or "2022".
std::optional<google::type::Date> ParsePartialDate(std::string_view text, bool last);

// The words of --mode, --kind and --order, and what they mean. REQUIRES: one of the choices.
const std::vector<std::string>& ModeChoices();
v1::Mode ParseMode(std::string_view choice);
const std::vector<std::string>& KindChoices();
v1::TextKind ParseKind(std::string_view choice);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_VALUES_H_
