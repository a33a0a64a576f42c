#ifndef QUOTES_SERVICE_ARCHIVE_GROUP_COUNTS_H_
#define QUOTES_SERVICE_ARCHIVE_GROUP_COUNTS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace quotes::archive {

// How often a string stands in one group of quotes (a report), and in how many of its quotes.
struct GroupCount {
  uint32_t group = 0;
  uint32_t occurrences = 0;
  uint32_t quotes = 0;

  friend bool operator==(const GroupCount&, const GroupCount&) = default;
};

// Counts the quotes of occurrences by group, groups ascending; groups without any are left out.
// `group_of` has the group of each quote, ascending with the quotes. With `allowed`, only quotes
// whose bit (q % 64 of allowed[q / 64]) is set. Takes some two nanoseconds an occurrence, and for
// many of them a fraction of one for each quote and group that there is.
std::vector<GroupCount> CountByGroup(std::span<const uint32_t> quotes,
                                     std::span<const uint32_t> group_of,
                                     const uint64_t* allowed = nullptr);

// Counts as bytes, mostly three each: the step from the group before, the occurrences, and how many
// of them are not the first of their quote, seven bits a byte, the lowest first.
void AppendGroupCounts(std::span<const GroupCount> counts, std::vector<uint8_t>* bytes);
// Reads `count` of them from the beginning of `bytes`.
std::vector<GroupCount> ReadGroupCounts(std::span<const uint8_t> bytes, size_t count);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_GROUP_COUNTS_H_
