#ifndef QUOTES_SERVICE_ARCHIVE_NEW_SEGMENT_H_
#define QUOTES_SERVICE_ARCHIVE_NEW_SEGMENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "service/archive/entry.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/packed_document.h"
#include "service/archive/segment.h"
#include "service/base/cancellation.h"
#include "service/themes/scheme.h"

namespace quotes::archive {

// A segment that a new snapshot takes in, and which of its entries live in it.
struct NewSegment {
  std::shared_ptr<const Segment> segment;
  std::vector<bool> alive;  // by entry; empty: all
};

inline bool IsAlive(const NewSegment& added, size_t entry) {
  return added.alive.empty() || added.alive[entry];
}

// The living entries of all of them, in no order.
std::vector<const Entry*> Living(const std::vector<NewSegment>& segments);

// A segment in the folder if there is one that takes it, else in memory; null if it was cancelled.
std::shared_ptr<const Segment> WriteOrMake(const ArchiveOptions& options,
                                           std::span<const PackedDocument* const> documents,
                                           const themes::Scheme& scheme,
                                           const Cancellation& cancellation);

// Segments in memory of `documents`, which may come in any order: newest reports together, each
// segment with at most `largest` code points or one report.
std::vector<NewSegment> MakeSegments(std::vector<const PackedDocument*> documents,
                                     const themes::Scheme& scheme, uint64_t largest);

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_NEW_SEGMENT_H_
