#ifndef QUOTES_TESTS_SUPPORT_REPORT_CHECKS_H_
#define QUOTES_TESTS_SUPPORT_REPORT_CHECKS_H_

#include <string>
#include <string_view>
#include <vector>

#include "service/report/report.h"
#include "service/text/decode.h"

namespace quotes::testing {

// Everything that holds of every parsed report whatever the source: runs, spans, paragraphs, joins,
// sections and quotes cover what they must without gaps or overlaps, the joined text is made of the
// source's characters and of nothing else, and only spaces and breaks were removed. Empty when all
// holds, else one sentence per violation (the first few).
std::vector<std::string> ReportViolations(const text::DecodedText& source,
                                          const report::ParsedReport& report);

// Readable dumps for golden files.
std::string DumpMetadata(const report::ParsedReport& report);
std::string DumpOutline(const report::ParsedReport& report);
std::string DumpBlocks(const report::ParsedReport& report);
std::string DumpSentences(const report::ParsedReport& report);
std::string DumpLint(const report::ParsedReport& report);

// UTF-8 of a range of the joined text.
std::string TextOf(const report::ParsedReport& report, report::Range range);

std::string_view BlockName(report::BlockKind kind);
std::string_view SectionKindName(report::SectionKind kind);
std::string_view ModeName(report::Mode mode);
std::string_view LintName(report::LintKind kind);

}  // namespace quotes::testing

#endif  // QUOTES_TESTS_SUPPORT_REPORT_CHECKS_H_
