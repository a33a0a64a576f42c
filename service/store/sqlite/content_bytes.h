#ifndef QUOTES_SERVICE_STORE_SQLITE_CONTENT_BYTES_H_
#define QUOTES_SERVICE_STORE_SQLITE_CONTENT_BYTES_H_

#include <string>
#include <string_view>

#include "service/report/report.h"

namespace quotes::store::sqlite {

// What a revision holds beside its joined text, its metadata and its completeness, as bytes: lists
// of print spans, runs, paragraphs, joins, sections, quotes and lint. A row each took five times
// the room, and most of the time of an import in the database. SCHEMA.md tells the form.
std::string ContentBytes(const report::ParsedReport& content);

// The reverse. False when the bytes are no such lists; whether what they say holds together is for
// CheckContent. `content` must have none of the lists.
bool ReadContentBytes(std::string_view bytes, report::ParsedReport* content);

}  // namespace quotes::store::sqlite

#endif  // QUOTES_SERVICE_STORE_SQLITE_CONTENT_BYTES_H_
