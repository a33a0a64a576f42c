#ifndef QUOTES_SERVICE_LIBRARY_NEAR_DUPLICATE_H_
#define QUOTES_SERVICE_LIBRARY_NEAR_DUPLICATE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "service/archive/archive.h"
#include "service/archive/packed_document.h"
#include "service/report/report.h"

namespace quotes {

// A report of which another text is a transcription.
struct NearDuplicate {
  std::string report_id;
  // Share of the shorter text's shingles (distinct runs of limits::kShingleUnits folded letters)
  // that the other text has in the same order, 0 to 1: the containment of A. Broder, "On the
  // resemblance and containment of documents", 1997, of the longest sequence that both have. Texts
  // that are made of the same sentences in other orders are no transcriptions. Script, width, case,
  // marks and spaces play no part.
  double likeness = 0;
};

// The speech of a text, made ready to be compared with others: folded once, and its shingles found
// once, however many it is compared with.
class Speech {
 public:
  // What is handed in must outlive it.
  explicit Speech(std::u32string_view text);
  explicit Speech(const report::ParsedReport& report);
  explicit Speech(const archive::PackedDocument& document);

  // An eighth of the shingles, chosen by their hashes, so that a copy has the same.
  std::vector<uint64_t> Sample() const;

  // The likeness of both, of long ones by a sample (within about a hundredth); 0 when the shorter
  // has fewer than limits::kLeastDuplicateShingles, or the longer is that much longer that the
  // other is an excerpt. Not to be called from two threads at once.
  double LikenessTo(const Speech& other) const;

  // Whether it has shingles of another text that a third one lacks. Not to be called from two
  // threads at once.
  bool HasMoreOf(const Speech& other, const Speech& than) const;

  // Folded, without marks and breaks.
  std::u32string_view letters() const { return letters_; }

 private:
  // Distinct shingles with the order in which they first stand.
  using Order = absl::flat_hash_map<uint64_t, uint32_t>;

  // Those of one in 2^sampling of the shingles.
  const Order& OrderOf(int sampling) const;

  size_t characters_;
  std::u32string letters_;
  mutable std::map<int, Order> orders_;  // by sampling
};

// Which stretches of text, of those that FindNearDuplicate looks up, stand in any of some texts:
// most stand in none, and to ask here takes a hundredth of the time. About a byte a character.
class StretchSet {
 public:
  void Add(const Speech& speech);
  void Add(const archive::PackedDocument& document);

  // False: it stands in none of them.
  bool MayHold(uint64_t hash) const { return stretches_.contains(Shortened(hash)); }

 private:
  // Beside a million of them one in four thousand others is taken for one.
  static uint32_t Shortened(uint64_t hash) { return static_cast<uint32_t>(hash >> 16); }

  absl::flat_hash_set<uint32_t> stretches_;
};

// Speech::Sample of a document.
std::vector<uint64_t> SampleOf(const archive::PackedDocument& document);

// A report of `archive` whose speech is like that of `report`, of several the one that has most of
// its sentences; nullopt when none reaches limits::kLeastDuplicateLikeness, or when either text is
// too short to tell. Some sentences are looked up in the archive's index; the reports that have
// several of them are then compared as a whole: about a millisecond. `report` itself must not be in
// the archive. `speech` is its. `stretches` are those of all reports of the archive, and perhaps of
// others; null: not known.
std::optional<NearDuplicate> FindNearDuplicate(const report::ParsedReport& report,
                                               const Speech& speech,
                                               const archive::Archive& archive,
                                               const StretchSet* stretches = nullptr);

// Reports that no archive has indexed yet, each with its sample: about ten bytes a character.
class UnindexedReports {
 public:
  // REQUIRES: there is none of its id.
  void Add(std::shared_ptr<const archive::PackedDocument> document,
           const std::vector<uint64_t>& sample);

  // Null if there is none of this id.
  std::shared_ptr<const archive::PackedDocument> Find(std::string_view report_id) const;
  // By id.
  std::vector<std::shared_ptr<const archive::PackedDocument>> documents() const;
  bool empty() const { return reports_.empty(); }
  uint64_t code_points() const { return code_points_; }

  // As FindNearDuplicate of an archive.
  std::optional<NearDuplicate> FindNearDuplicate(const Speech& speech,
                                                 const std::vector<uint64_t>& sample) const;
  // All of them, by id, however many have the same sentences.
  std::vector<std::shared_ptr<const archive::PackedDocument>> FindNearDuplicates(
      const Speech& speech, const std::vector<uint64_t>& sample) const;

 private:
  struct Held {
    std::shared_ptr<const archive::PackedDocument> document;
    size_t sampled;  // shingles
  };
  // Those with enough of a sample, with how much they have; shingles that stand in more than
  // `most_places` of them are left out.
  std::vector<std::pair<size_t, const archive::PackedDocument*>> FindSharing(
      const std::vector<uint64_t>& sample, size_t most_places) const;

  std::map<std::string, Held, std::less<>> reports_;
  uint64_t code_points_ = 0;
  // Nearly all shingles stand in one report.
  absl::flat_hash_map<uint64_t, absl::InlinedVector<const Held*, 1>> by_shingle_;
};

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_NEAR_DUPLICATE_H_
