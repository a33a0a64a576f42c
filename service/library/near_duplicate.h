#ifndef QUOTES_SERVICE_LIBRARY_NEAR_DUPLICATE_H_
#define QUOTES_SERVICE_LIBRARY_NEAR_DUPLICATE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
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

// A report of `archive` whose speech is like that of `report`, of several the one that has most of
// its sentences; nullopt when none reaches limits::kLeastDuplicateLikeness, or when either text is
// too short to tell. Some sentences are looked up in the archive's index; the reports that have
// several of them are then compared as a whole: about a millisecond. `report` itself must not be in
// the archive.
std::optional<NearDuplicate> FindNearDuplicate(const report::ParsedReport& report,
                                               const archive::Archive& archive);

// An eighth of the shingles of a speech, chosen by their hashes, so that a copy has the same.
std::vector<uint64_t> SampleOf(const report::ParsedReport& report);

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
  std::optional<NearDuplicate> FindNearDuplicate(const report::ParsedReport& report,
                                                 const std::vector<uint64_t>& sample) const;

 private:
  struct Held {
    std::shared_ptr<const archive::PackedDocument> document;
    size_t sampled;  // shingles
  };
  std::map<std::string, Held, std::less<>> reports_;
  uint64_t code_points_ = 0;
  absl::flat_hash_map<uint64_t, std::vector<const Held*>> by_shingle_;
};

// The likeness of two texts, of long ones by a sample (within about a hundredth); 0 when either has
// fewer than limits::kLeastDuplicateShingles.
double LikenessOf(std::u32string_view a, std::u32string_view b);

}  // namespace quotes

#endif  // QUOTES_SERVICE_LIBRARY_NEAR_DUPLICATE_H_
