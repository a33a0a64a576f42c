#include "client/ctl/quotations.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "service/base/status_macros.h"

namespace quotes::ctl {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kQuotationColumn = "quotation";

struct Column {
  std::string_view name;
  std::optional<std::string> TypedClaim::*field;
};
constexpr std::array<Column, 14> kColumns = {{
    {"report", &TypedClaim::report},
    {"revision", &TypedClaim::revision},
    {"speaker", &TypedClaim::speaker},
    {"role", &TypedClaim::role},
    {"date", &TypedClaim::date},
    {"section", &TypedClaim::section},
    {"page", &TypedClaim::page},
    {"paper", &TypedClaim::paper},
    {"edition", &TypedClaim::edition},
    {"issue_date", &TypedClaim::issue_date},
    {"mode", &TypedClaim::mode},
    {"before", &TypedClaim::before},
    {"after", &TypedClaim::after},
    {"profile", &TypedClaim::profile},
}};

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(at + 1);
  }
}

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

// The field of each column; null for the quotation's.
absl::StatusOr<std::vector<const Column*>> ReadHeader(const std::vector<std::string_view>& names,
                                                      std::string_view file, Lang lang) {
  std::vector<const Column*> columns;
  for (size_t i = 0; i < names.size(); ++i) {
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i)) {
      return absl::InvalidArgumentError(Say(lang, Msg::kTwiceColumn, {file, names[i]}));
    }
    const auto* const found = std::find_if(kColumns.begin(), kColumns.end(),
                                           [&](const Column& c) { return c.name == names[i]; });
    if (found == kColumns.end() && names[i] != kQuotationColumn) {
      return absl::InvalidArgumentError(Say(lang, Msg::kUnknownColumn, {file, names[i]}));
    }
    columns.push_back(found == kColumns.end() ? nullptr : found);
  }
  return columns;
}

}  // namespace

absl::StatusOr<std::vector<QuotationRow>> ParseQuotations(std::string_view bytes,
                                                          std::string_view file,
                                                          const TypedClaim& defaults, Lang lang) {
  if (bytes.starts_with(kByteOrderMark)) {
    bytes.remove_prefix(kByteOrderMark.size());
  }
  std::vector<std::string_view> lines = Split(bytes, '\n');
  for (std::string_view& line : lines) {
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
  }
  const std::vector<std::string_view> head = Split(lines.front(), '\t');
  const bool table = std::find(head.begin(), head.end(), kQuotationColumn) != head.end();
  std::vector<const Column*> columns;
  if (table) {
    QUOTES_ASSIGN_OR_RETURN(columns, ReadHeader(head, file, lang));
  }
  std::vector<QuotationRow> rows;
  for (size_t i = table ? 1 : 0; i < lines.size(); ++i) {
    if (IsBlank(lines[i])) {
      continue;
    }
    QuotationRow row;
    row.line = i + 1;
    row.claim = defaults;
    if (!table) {
      row.quotation = lines[i];
      rows.push_back(std::move(row));
      continue;
    }
    const std::vector<std::string_view> cells = Split(lines[i], '\t');
    if (cells.size() > columns.size()) {
      return absl::InvalidArgumentError(
          Say(lang, Msg::kTooManyCells, {file, std::to_string(row.line)}));
    }
    for (size_t c = 0; c < cells.size(); ++c) {
      if (columns[c] == nullptr) {
        row.quotation = cells[c];
      } else if (!cells[c].empty()) {
        row.claim.*(columns[c]->field) = std::string(cells[c]);
      }
    }
    rows.push_back(std::move(row));
  }
  if (rows.empty()) {
    return absl::InvalidArgumentError(Say(lang, Msg::kNoQuotations, {file}));
  }
  return rows;
}

}  // namespace quotes::ctl
