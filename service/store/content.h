#ifndef QUOTES_SERVICE_STORE_CONTENT_H_
#define QUOTES_SERVICE_STORE_CONTENT_H_

#include <cstddef>
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

// CheckContent, and that source, bytes and extracted text belong together.
absl::Status CheckDraft(const RevisionDraft& draft);

// INTERNAL for a register that does not belong to a text of so many code points.
absl::Status CheckRegister(size_t code_points, const std::vector<report::RegisterEntry>& entries);

// True when importing `draft` would make no revision after `latest`, the report's latest: same
// bytes, format, encoding, text, metadata and versions of parser and folds. The register may differ
// all the same.
bool IsSameRevision(const archive::Document& latest, const RevisionDraft& draft);

bool SameMetadata(const report::Metadata& a, const report::Metadata& b);

}  // namespace quotes::store

#endif  // QUOTES_SERVICE_STORE_CONTENT_H_
