#ifndef QUOTES_TESTS_UNIT_STORE_RANDOM_DRAFT_H_
#define QUOTES_TESTS_UNIT_STORE_RANDOM_DRAFT_H_

#include <random>
#include <string>
#include <string_view>

#include "service/store/store.h"

namespace quotes::testing {

// A well-formed draft with random contents in every field: characters of all planes, empty lists
// and strings, extreme numbers, sections and quotes that point anywhere they may.
store::RevisionDraft RandomDraft(std::string_view report_id, std::mt19937* random);

// A small draft whose joined text is `text`, with one section over all of it and one quote a
// character; its ids depend on the character only, as those of unchanged sentences do.
store::RevisionDraft SmallDraft(std::string_view report_id, std::string_view text);

// What a store returns for the draft as the only revision, but for what the store itself chooses
// (etag and times).
archive::Document ExpectedDocument(const store::RevisionDraft& draft);

}  // namespace quotes::testing

#endif  // QUOTES_TESTS_UNIT_STORE_RANDOM_DRAFT_H_
