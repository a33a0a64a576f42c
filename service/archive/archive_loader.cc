#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/archive/indexed_archive.h"
#include "service/archive/indexed_snapshot.h"
#include "service/archive/segment_folder.h"
#include "service/base/check.h"

namespace quotes::archive {

struct ArchiveLoader::Rep {
  std::shared_ptr<const themes::Scheme> scheme;
  ArchiveOptions options;

  struct Stored {
    std::shared_ptr<const Segment> segment;
    std::vector<bool> alive;
    std::vector<DocumentHead> heads;  // of those alive
  };
  std::vector<Stored> stored;
  struct Place {
    size_t segment;
    size_t entry;
    bool alive;         // when segments were last saved
    DocumentHead head;  // then; state and create_time are unknown
  };
  // Several entries can have one id: older texts that were not merged away yet.
  absl::flat_hash_map<std::string_view, std::vector<Place>> places;
  std::string note;

  // Documents that no stored segment has.
  std::vector<std::shared_ptr<const PackedDocument>> fresh;
  uint64_t fresh_code_points = 0;
  size_t added = 0;
  std::vector<NewSegment> segments;

  // Where a state of a report is; null if it is nowhere.
  const Place* Find(std::string_view report_id, uint64_t revision, const DocumentHead& head) const {
    const auto found = places.find(report_id);
    if (found == places.end()) {
      return nullptr;
    }
    const auto place =
        std::find_if(found->second.begin(), found->second.end(), [&](const Place& other) {
          const PackedDocument& entry = *stored[other.segment].segment->entries()[other.entry];
          return other.alive && entry.revision() == revision && other.head.etag == head.etag &&
                 other.head.update_time == head.update_time;
        });
    return place == found->second.end() ? nullptr : &*place;
  }

  void Revive(const Place& place, const DocumentHead& head) {
    stored[place.segment].alive[place.entry] = true;
    stored[place.segment].heads[place.entry] = head;
  }

  // Makes a segment of what was gathered; false if it was cancelled.
  bool Flush(const Cancellation& cancellation) {
    std::vector<const PackedDocument*> documents;
    for (const auto& document : fresh) {
      documents.push_back(document.get());
    }
    std::sort(documents.begin(), documents.end(),
              [](const Entry* a, const Entry* b) { return ComesBefore(*a, *b); });
    std::shared_ptr<const Segment> segment = WriteOrMake(options, documents, *scheme, cancellation);
    if (segment == nullptr) {
      return false;
    }
    segments.push_back({std::move(segment), {}});
    fresh.clear();
    fresh_code_points = 0;
    return true;
  }
};

ArchiveLoader::ArchiveLoader(std::shared_ptr<const themes::Scheme> scheme, ArchiveOptions options)
    : rep_(std::make_unique<Rep>()) {
  QUOTES_CHECK(options.largest_segment <= kLargestSegment);
  rep_->scheme = std::move(scheme);
  rep_->options = options;
  if (options.folder == nullptr) {
    return;
  }
  StoredArchive archive = options.folder->Load(*rep_->scheme);
  rep_->note = std::move(archive.note);
  for (StoredSegment& loaded : archive.segments) {
    const size_t count = loaded.segment->entries().size();
    for (size_t e = 0; e < count; ++e) {
      rep_->places[loaded.segment->entries()[e]->report_id()].push_back(
          {rep_->stored.size(), e, loaded.alive[e], loaded.heads[e]});
    }
    rep_->stored.push_back({std::move(loaded.segment), std::vector<bool>(count, false),
                            std::vector<DocumentHead>(count)});
  }
}

ArchiveLoader::~ArchiveLoader() = default;

const std::string& ArchiveLoader::note() const { return rep_->note; }

bool ArchiveLoader::Has(std::string_view report_id, uint64_t revision,
                        const DocumentHead& head) const {
  return rep_->Find(report_id, revision, head) != nullptr;
}

bool ArchiveLoader::Lacks(std::string_view report_id, uint64_t revision, const DocumentHead& head) {
  const Rep::Place* const place = rep_->Find(report_id, revision, head);
  if (place == nullptr) {
    return true;
  }
  rep_->Revive(*place, head);
  return false;
}

void ArchiveLoader::Add(const Document& document, const Cancellation& cancellation) {
  if (document.state == ReportState::kActive) {
    Add(Pack(document, rep_->scheme->themes().size()), cancellation);
  }
}

void ArchiveLoader::Add(std::shared_ptr<const PackedDocument> packed,
                        const Cancellation& cancellation) {
  if (const auto found = rep_->places.find(packed->report_id()); found != rep_->places.end()) {
    for (const Rep::Place& place : found->second) {
      const PackedDocument& entry = *rep_->stored[place.segment].segment->entries()[place.entry];
      if (std::ranges::equal(entry.bytes(), packed->bytes())) {
        rep_->Revive(place, packed->head());
        return;
      }
    }
  }
  const uint64_t size = packed->joined().size();
  if (!rep_->fresh.empty() && rep_->fresh_code_points + size > rep_->options.largest_segment) {
    rep_->Flush(cancellation);
  }
  rep_->fresh.push_back(std::move(packed));
  rep_->fresh_code_points += size;
  ++rep_->added;
}

size_t ArchiveLoader::added() const { return rep_->added; }

std::shared_ptr<const Archive> ArchiveLoader::Finish(uint64_t revision,
                                                     const Cancellation& cancellation) {
  if (!rep_->fresh.empty() && !rep_->Flush(cancellation)) {
    return nullptr;
  }
  for (const Rep::Stored& stored : rep_->stored) {
    if (std::find(stored.alive.begin(), stored.alive.end(), true) == stored.alive.end()) {
      continue;
    }
    rep_->segments.push_back(
        {stored.segment->WithHeads(
             [&stored](size_t entry, const PackedDocument&) { return stored.heads[entry]; }),
         stored.alive});
  }
  return std::make_shared<const IndexedSnapshot>(revision, rep_->scheme, rep_->options,
                                                 rep_->segments);
}

}  // namespace quotes::archive
