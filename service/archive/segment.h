#ifndef QUOTES_SERVICE_ARCHIVE_SEGMENT_H_
#define QUOTES_SERVICE_ARCHIVE_SEGMENT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/archive/figure_index.h"
#include "service/archive/flat.h"
#include "service/archive/packed_document.h"
#include "service/archive/quote_attributes.h"
#include "service/archive/text_index.h"
#include "service/archive/theme_postings.h"
#include "service/base/cancellation.h"
#include "service/themes/scheme.h"

namespace quotes::archive {

// Some reports with indices over their quotes, made once and never changed: one block, in memory or
// in a file (SEGMENTS.md has the format). A report that is withdrawn or replaced stays in its
// segment until the segment is merged; snapshots know which of a segment's entries are dead.
class Segment {
 public:
  // The quotes of one kind of text, numbered in the order of answers.
  struct Part {
    std::unique_ptr<const TextIndex> index;
    std::span<const uint32_t> first;  // number of each entry's first quote; one more at the end
    std::span<const uint32_t> quote;  // the quote's place in its report, by number
    std::span<const uint32_t> entry;  // the entry, by number
    std::span<const QuoteAttributes> attributes;  // by number
    ThemePostings themes;
    FigureIndex figures;
    // Whether the attributes say of every quote that its words stand in many entries of the part.
    bool stock_complete = false;

    uint32_t size() const { return static_cast<uint32_t>(quote.size()); }
  };

  // Writes the block of a segment. `documents` are in the order of answers: speech date descending
  // (undated last), then id. REQUIRES: they are packed with as many themes as the scheme has, and
  // together have at most TextIndexBuilder::kMostUnits. Errors are those of the cancellation, as
  // TextIndexBuilder::Write has them.
  static absl::Status Write(std::span<const PackedDocument* const> documents,
                            const themes::Scheme& scheme, ByteSink* sink,
                            const Cancellation& cancellation = Cancellation());

  // Gives an entry its head, by place and packed block (whose own head is empty).
  using HeadFunction = std::function<DocumentHead(size_t entry, const PackedDocument& document)>;

  // The segment in a block. DATA_LOSS if it is not whole, FAILED_PRECONDITION if it was made by
  // other rules (version of the format, of the folds, of figures), ABORTED if only the scheme is
  // another one: what a file holds is not looked at before its checksum is right.
  static absl::StatusOr<std::shared_ptr<const Segment>> Open(Block block,
                                                             const themes::Scheme& scheme,
                                                             const HeadFunction& head_of);
  // A segment of `documents` in memory; null if it was cancelled.
  static std::shared_ptr<const Segment> Make(std::span<const PackedDocument* const> documents,
                                             const themes::Scheme& scheme,
                                             const Cancellation& cancellation = Cancellation());

  // The same block with other heads.
  std::shared_ptr<const Segment> WithHeads(const HeadFunction& head_of) const;

  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  const std::vector<const PackedDocument*>& entries() const { return entries_; }
  // The place of one of the entries; nullopt if it is another segment's.
  std::optional<uint32_t> PlaceOf(const PackedDocument& entry) const {
    const std::less<const PackedDocument*> before;
    const PackedDocument* const first = documents_.data();
    return before(&entry, first) || !before(&entry, first + documents_.size())
               ? std::nullopt
               : std::optional(static_cast<uint32_t>(&entry - first));
  }
  const Part& speech() const { return speech_; }
  const Part& furniture() const { return furniture_; }
  // Code points of joined text.
  uint64_t code_points() const { return code_points_; }
  const Block& block() const { return block_; }
  uint64_t checksum() const;

  // Bytes held, by structure, for measurements.
  std::vector<std::pair<std::string_view, size_t>> MemoryUse() const;

 private:
  struct PartLayout;
  struct Trailer;
  class Writer;

  Segment(Block block, const HeadFunction& head_of);
  void OpenPart(const PartLayout& layout, Part* part) const;
  const Trailer& trailer() const;

  const Block block_;
  std::vector<PackedDocument> documents_;
  std::vector<const PackedDocument*> entries_;
  Part speech_;
  Part furniture_;
  uint64_t code_points_ = 0;
};

// Indices over the texts and themes of some dead entries, so that their quotes can be taken off
// totals.
class DeadTexts {
 public:
  struct Part {
    std::unique_ptr<const TextIndex> index;
    ThemePostings themes;  // numbers are those of the segment
  };

  // `segment`, made under `scheme`, and the places of entries in it. Null if it was cancelled,
  // within about a second.
  static std::shared_ptr<const DeadTexts> Make(const Segment& segment, const themes::Scheme& scheme,
                                               std::vector<uint32_t> entries,
                                               const Cancellation& cancellation = Cancellation());

  const Part& speech() const { return speech_; }
  const Part& furniture() const { return furniture_; }
  const std::vector<uint32_t>& entries() const { return entries_; }
  uint64_t code_points() const { return code_points_; }
  size_t size_bytes() const { return block_.size; }

 private:
  explicit DeadTexts(std::vector<uint32_t> entries) : entries_(std::move(entries)) {}
  const std::vector<uint32_t> entries_;  // ascending
  Block block_;
  Part speech_;
  Part furniture_;
  uint64_t code_points_ = 0;
};

}  // namespace quotes::archive

#endif  // QUOTES_SERVICE_ARCHIVE_SEGMENT_H_
