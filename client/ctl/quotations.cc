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

std::string_view WithoutReturn(std::string_view line) {
  return line.substr(0, line.size() - (line.ends_with('\r') ? 1 : 0));
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

// A cell of a table, without its quoting.
struct Cell {
  std::string text;
  size_t size = 0;  // bytes that it takes in the file
};

// The cell that `text` begins with: as printed up to the tab or line end, or, where that mark
// begins it, up to the closing quotation mark before one. nullopt for a quotation mark that none
// closes.
std::optional<Cell> ReadCell(std::string_view text) {
  const std::string_view printed = text.substr(0, text.find_first_of("\t\n"));
  const auto as_printed = [&] {
    Cell cell{std::string(printed), printed.size()};
    if (cell.text.ends_with('\r') && (text.size() == printed.size() || text[cell.size] == '\n')) {
      cell.text.pop_back();
    }
    return cell;
  };
  if (!text.starts_with('"')) {
    return as_printed();
  }
  Cell cell;
  bool tab = false;
  bool line = false;
  bool doubled = false;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      if (text.substr(i + 1).starts_with('"')) {
        doubled = true;
        ++i;
      } else {
        const std::string_view behind = text.substr(i + 1);
        if (!behind.empty() && !behind.starts_with('\t') && !behind.starts_with('\n') &&
            !behind.starts_with("\r\n") && behind != "\r") {
          break;
        }
        if (tab && line) {
          return std::nullopt;  // an open mark took other rows in
        }
        if (!tab && !line && !doubled && !cell.text.empty()) {
          return as_printed();  // nothing that a spreadsheet would quote
        }
        cell.size = i + 1;
        return cell;
      }
    }
    tab = tab || text[i] == '\t';
    line = line || text[i] == '\n';
    cell.text += text[i];
  }
  const bool paired = std::count(printed.begin(), printed.end(), '"') % 2 == 0;
  return paired ? std::optional<Cell>(as_printed()) : std::nullopt;
}

absl::StatusOr<std::vector<QuotationRow>> ReadTable(std::string_view bytes, std::string_view file,
                                                    const std::vector<const Column*>& columns,
                                                    const TypedClaim& defaults, Lang lang) {
  std::vector<QuotationRow> rows;
  for (size_t line = 2; !bytes.empty(); ++line) {
    const std::string_view printed = bytes.substr(0, bytes.find('\n'));
    if (IsBlank(printed)) {
      bytes.remove_prefix(std::min(bytes.size(), printed.size() + 1));
      continue;
    }
    QuotationRow row;
    row.line = line;
    row.claim = defaults;
    for (size_t c = 0;; ++c) {
      std::optional<Cell> cell = ReadCell(bytes);
      if (!cell.has_value()) {
        return absl::InvalidArgumentError(
            Say(lang, Msg::kOpenCell, {file, std::to_string(row.line)}));
      }
      if (c == columns.size()) {
        return absl::InvalidArgumentError(
            Say(lang, Msg::kTooManyCells, {file, std::to_string(row.line)}));
      }
      line += static_cast<size_t>(std::count(cell->text.begin(), cell->text.end(), '\n'));
      if (columns[c] == nullptr) {
        row.quotation = std::move(cell->text);
      } else if (!cell->text.empty()) {
        row.claim.*(columns[c]->field) = std::move(cell->text);
      }
      bytes.remove_prefix(cell->size);
      if (!bytes.starts_with('\t')) {
        break;
      }
      bytes.remove_prefix(1);
    }
    if (bytes.starts_with('\r')) {
      bytes.remove_prefix(1);
    }
    bytes.remove_prefix(std::min<size_t>(bytes.size(), 1));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<QuotationRow> ReadLines(std::string_view bytes, const TypedClaim& defaults) {
  std::vector<QuotationRow> rows;
  const std::vector<std::string_view> lines = Split(bytes, '\n');
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!IsBlank(lines[i])) {
      rows.push_back({i + 1, std::string(WithoutReturn(lines[i])), defaults});
    }
  }
  return rows;
}

}  // namespace

absl::StatusOr<std::vector<QuotationRow>> ParseQuotations(std::string_view bytes,
                                                          std::string_view file,
                                                          const TypedClaim& defaults, Lang lang) {
  if (bytes.starts_with(kByteOrderMark)) {
    bytes.remove_prefix(kByteOrderMark.size());
  }
  const std::string_view first = bytes.substr(0, bytes.find('\n'));
  const std::vector<std::string_view> head = Split(WithoutReturn(first), '\t');
  std::vector<QuotationRow> rows;
  if (std::find(head.begin(), head.end(), kQuotationColumn) == head.end()) {
    rows = ReadLines(bytes, defaults);
  } else {
    QUOTES_ASSIGN_OR_RETURN(const std::vector<const Column*> columns, ReadHeader(head, file, lang));
    bytes.remove_prefix(std::min(bytes.size(), first.size() + 1));
    QUOTES_ASSIGN_OR_RETURN(rows, ReadTable(bytes, file, columns, defaults, lang));
  }
  if (rows.empty()) {
    return absl::InvalidArgumentError(Say(lang, Msg::kNoQuotations, {file}));
  }
  return rows;
}

}  // namespace quotes::ctl
