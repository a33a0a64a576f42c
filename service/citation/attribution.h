#ifndef QUOTES_SERVICE_CITATION_ATTRIBUTION_H_
#define QUOTES_SERVICE_CITATION_ATTRIBUTION_H_

#include <string>
#include <string_view>
#include <vector>

#include "service/citation/source.h"
#include "service/citation/verdict.h"

namespace quotes::citation {

// Whether anything is claimed that tells one report from another: report, speaker, date,
// publication.
bool NamesReport(const Claim& claim);

// Whether a source is what the claim names. A claimed report decides alone: what else is claimed
// may then be wrong about it. Otherwise every other field must match; what the archive does not
// know does not contradict.
bool InsideClaim(const Claim& claim, const Source& source);

// The claimed fields beside a place of a source; `source` null: nothing was found to compare with.
std::vector<FieldResult> JudgeFields(const Claim& claim, const Source* source, Range range);

// Fields of the place itself that the claim gets wrong: section and page.
int PlaceMismatches(const Claim& claim, const Source& source, Range range);
// All fields that it gets wrong.
int Mismatches(const std::vector<FieldResult>& fields);

// Whether a place lies inside quotation marks that hold a clause, so that the speaker quotes
// another; a quoted term (no comma, stop or colon in it) does not count.
bool IsSecondaryQuote(const Source& source, Range range);

// The worst of the fields.
Attribution Summarise(const std::vector<FieldResult>& fields);

// Names without spaces and titles of courtesy, folded.
std::u32string FoldedName(std::string_view name);

// Whether a section is what the caller calls so: its id, its path, words of its heading, or
// the number that it is marked with: 二, 二、, （二）, 第二部分.
bool IsSection(const Source& source, size_t section, std::string_view claimed);

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_ATTRIBUTION_H_
