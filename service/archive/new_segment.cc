#include "service/archive/new_segment.h"

#include <algorithm>
#include <utility>

#include "service/archive/segment_folder.h"

namespace quotes::archive {

std::vector<const Entry*> Living(const std::vector<NewSegment>& segments) {
  std::vector<const Entry*> entries;
  for (const NewSegment& added : segments) {
    for (size_t e = 0; e < added.segment->entries().size(); ++e) {
      if (IsAlive(added, e)) {
        entries.push_back(added.segment->entries()[e]);
      }
    }
  }
  return entries;
}

std::shared_ptr<const Segment> WriteOrMake(const ArchiveOptions& options,
                                           std::span<const PackedDocument* const> documents,
                                           const themes::Scheme& scheme,
                                           const Cancellation& cancellation) {
  std::shared_ptr<const Segment> segment;
  if (options.folder != nullptr) {
    segment = options.folder->Write(documents, scheme, cancellation);
  }
  return segment != nullptr ? segment : Segment::Make(documents, scheme, cancellation);
}

std::vector<NewSegment> MakeSegments(std::vector<const PackedDocument*> documents,
                                     const themes::Scheme& scheme, uint64_t largest) {
  std::sort(documents.begin(), documents.end(),
            [](const Entry* a, const Entry* b) { return ComesBefore(*a, *b); });
  std::vector<NewSegment> segments;
  for (size_t begin = 0; begin < documents.size();) {
    uint64_t code_points = documents[begin]->joined().size();
    size_t end = begin + 1;
    while (end < documents.size() && code_points + documents[end]->joined().size() <= largest) {
      code_points += documents[end]->joined().size();
      ++end;
    }
    segments.push_back(
        {Segment::Make(std::span(documents).subspan(begin, end - begin), scheme), {}});
    begin = end;
  }
  return segments;
}

}  // namespace quotes::archive
