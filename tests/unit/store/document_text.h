#ifndef QUOTES_TESTS_UNIT_STORE_DOCUMENT_TEXT_H_
#define QUOTES_TESTS_UNIT_STORE_DOCUMENT_TEXT_H_

#include <string>

#include "service/archive/document.h"

namespace quotes::testing {

// Every field of a document, one a line, so that two can be compared and a difference be read.
// `with_row` includes what the store chooses: etag and times.
std::string DocumentText(const archive::Document& document, bool with_row);

}  // namespace quotes::testing

#endif  // QUOTES_TESTS_UNIT_STORE_DOCUMENT_TEXT_H_
