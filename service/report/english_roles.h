#ifndef QUOTES_SERVICE_REPORT_ENGLISH_ROLES_H_
#define QUOTES_SERVICE_REPORT_ENGLISH_ROLES_H_

#include <string_view>
#include <vector>

#include "service/report/outline_roles.h"

namespace quotes::report {

// FindRoles for a text in English (`joined` as printed): markers that count up (I. 1. (1) A. Part
// I), and headings by shape: short lines on their own in capitals, in title case or without a final
// mark, above a paragraph. The first sentence of a marked paragraph is its heading where it is
// short.
std::vector<RoleOfParagraph> FindEnglishRoles(std::u32string_view joined,
                                              std::u32string_view folded,
                                              const std::vector<Range>& ranges,
                                              const std::vector<ParagraphHint>& hints);

}  // namespace quotes::report

#endif  // QUOTES_SERVICE_REPORT_ENGLISH_ROLES_H_
