#ifndef QUOTES_SERVICE_STORE_CONTENT_H_
#define QUOTES_SERVICE_STORE_CONTENT_H_

#include <vector>

#include "absl/status/status.h"
#include "service/archive/document.h"
#include "service/report/report.h"
#include "service/store/store.h"

// What every engine agrees on: which contents are well-formed, and which are the same. Pure.
namespace quotes::store {

// INTERNAL naming the first part that does not fit: a range outside the joined text, a section that
// points at none, an enum value that does not exist, runs with gaps. An engine refuses to write
// such contents, and takes a revision that reads so for damaged; nothing above it needs to check.
absl::Status CheckContent(const report::ParsedReport& content,
                          const std::vector<report::Defect>& defects);

// CheckContent, and that source and bytes belong together.
absl::Status CheckDraft(const RevisionDraft& draft);

// True when importing `draft` would repeat `latest`, the report's latest revision: same bytes,
// encoding, metadata, defects and versions of parser and folds.
bool IsSameImport(const archive::Document& latest, const RevisionDraft& draft);

bool SameMetadata(const report::Metadata& a, const report::Metadata& b);
bool SameDefects(const std::vector<report::Defect>& a, const std::vector<report::Defect>& b);

}  // namespace quotes::store

#endif  // QUOTES_SERVICE_STORE_CONTENT_H_
