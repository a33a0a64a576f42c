#ifndef QUOTES_SERVICE_FIGURES_TABLE_H_
#define QUOTES_SERVICE_FIGURES_TABLE_H_

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "service/base/check.h"

// Reads data/*.tsv; not for other rooms.
namespace quotes::figures::internal {

inline std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// The rows of a file below its line of column names; the version of the file.
struct Table {
  std::string_view version;
  std::vector<std::vector<std::string_view>> rows;
};

inline Table ReadTable(std::string_view tsv, size_t columns) {
  Table table;
  bool named = false;
  for (const std::string_view line : Split(tsv, '\n')) {
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const auto fields = Split(line, '\t');
    if (table.version.empty()) {
      QUOTES_CHECK(fields.size() == 2 && fields[0] == "version");
      table.version = fields[1];
      continue;
    }
    QUOTES_CHECK(fields.size() == columns);
    if (named) {
      table.rows.push_back(fields);
    }
    named = true;
  }
  return table;
}

}  // namespace quotes::figures::internal

#endif  // QUOTES_SERVICE_FIGURES_TABLE_H_
