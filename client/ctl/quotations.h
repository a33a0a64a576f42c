#ifndef QUOTES_CLIENT_CTL_QUOTATIONS_H_
#define QUOTES_CLIENT_CTL_QUOTATIONS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/ctl/messages.h"

namespace quotes::ctl {

// What is said about a quotation, as typed; absent where nothing is.
struct TypedClaim {
  std::optional<std::string> report;
  std::optional<std::string> revision;
  std::optional<std::string> speaker;
  std::optional<std::string> role;
  std::optional<std::string> date;
  std::optional<std::string> section;
  std::optional<std::string> page;
  std::optional<std::string> paper;
  std::optional<std::string> edition;
  std::optional<std::string> issue_date;
  std::optional<std::string> mode;
  std::optional<std::string> before;
  std::optional<std::string> after;
  std::optional<std::string> profile;
};

// A quotation of a file.
struct QuotationRow {
  size_t line = 0;  // of the file, from 1
  std::string quotation;
  TypedClaim claim;
};

// Reads a file of quotations: one a line, blank lines left out; or, where the first line is a list
// of column names with "quotation" among them, cells between tabs, as spreadsheets write them: a
// cell that begins and ends with " is read without these marks, and "" in it as one, if a line
// break, a tab or such a pair stands in it; else marks are what they are. A byte order mark and CR
// at line ends are left out, everything else stays as it is. An empty cell, or one that is missing
// at the end of a line, takes its value from `defaults`, and so does a column that is absent.
//
// INVALID_ARGUMENT with a sentence in `lang` that names `file` and the line: an unknown or repeated
// column, more cells than columns, a cell whose first " is never closed, no quotation at all.
absl::StatusOr<std::vector<QuotationRow>> ParseQuotations(std::string_view bytes,
                                                          std::string_view file,
                                                          const TypedClaim& defaults, Lang lang);

}  // namespace quotes::ctl

#endif  // QUOTES_CLIENT_CTL_QUOTATIONS_H_
