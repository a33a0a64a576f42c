#ifndef QUOTES_SERVICE_CITATION_LOCATE_H_
#define QUOTES_SERVICE_CITATION_LOCATE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/archive/archive.h"
#include "service/citation/form.h"
#include "service/citation/source.h"
#include "service/citation/verdict.h"
#include "service/text/fold.h"

namespace quotes::citation {

// A stretch of a source where the words of a quotation may stand.
struct Window {
  uint32_t source = 0;  // index into Corpus::sources()
  Range range;          // joined text, inside one run
  uint32_t weight = 0;  // units of the quotation that were found there
};

struct WindowSet {
  std::vector<Window> windows;  // by weight descending, then source, then place
  // Places of the whole quotation in folded text, as far as one factor holds it; exact.
  uint64_t whole_places = 0;
  bool whole_cut = false;  // more of them than were listed
  bool cut = false;        // there were more windows than asked for
  bool stopped = false;    // at limits::kMaxCitationSeeds
  // Characters in matches that say something about where they come from.
  size_t telling = 0;
  size_t telling_matches = 0;
  bool thinned = false;  // some match stands too often to tell by it where to look
};

// The reports that a check searches, as snapshots: the latest revisions first, then old revisions
// and withdrawn reports. Immutable; thread-safe. The archives must outlive it.
class Corpus {
 public:
  // Which report a document of the history is a text of, and why it stands there. The id lives as
  // long as the archive.
  struct Origin {
    std::string_view report_id;
    SourceState state = SourceState::kOldRevision;
  };
  using OriginFunction = std::function<Origin(const archive::PackedDocument& document)>;

  explicit Corpus(const archive::Archive& main);
  // `history` may be null.
  Corpus(const archive::Archive& main, const archive::Archive* history,
         const OriginFunction& origin_of);

  const std::vector<Source>& sources() const { return sources_; }
  size_t latest_count() const { return latest_count_; }
  uint64_t revision() const { return main_->revision(); }
  // Of a check that searches everything.
  const Coverage& coverage() const { return coverage_; }
  // The sources that are texts of a report, ascending; empty for an unknown id.
  std::span<const uint32_t> SourcesOf(std::string_view report_id) const;

  // Speakers by number, the same for names that a claim takes for the same; kNobody where the
  // archive does not know one.
  static constexpr uint32_t kNobody = 0;
  static constexpr uint32_t kNoSpeaker = UINT32_MAX;
  uint32_t speaker(size_t source) const { return speakers_[source]; }
  // The speaker of that name, or whose name the text begins or ends with (区委书记宋磊); kNoSpeaker
  // for a name that no report has.
  uint32_t FindSpeaker(std::string_view name) const;

  // Windows of a text from the archive's longest matches: at most `max_windows`, and of a text that
  // stands somewhere as a whole at most `max_places` of those places. `allowed`, parallel to
  // sources(), says where to look; empty: everywhere. Matches that stand very often are passed by,
  // or have the first of their places listed.
  enum class CommonMatches { kPassBy, kListFirst };
  WindowSet Locate(std::u32string_view text, size_t max_windows, size_t max_places,
                   const std::vector<bool>& allowed,
                   CommonMatches common = CommonMatches::kPassBy) const;
  // The same where `folded` is text::Fold of the text and `length` its code points.
  WindowSet Locate(const text::FoldedText& folded, size_t length, size_t max_windows,
                   size_t max_places, const std::vector<bool>& allowed,
                   CommonMatches common = CommonMatches::kPassBy) const;

  // Windows of a text by its rarest match of those that Locate passes by, as they stand in too many
  // places: of the first limits::kMaxCommonPlaces of them the ones that have most of the matches
  // before and behind it beside them. For texts made of phrases that each stand in many reports.
  WindowSet LocateCommon(std::u32string_view text, size_t max_windows,
                         const std::vector<bool>& allowed) const;

  // Windows of all places where the whole of a text may stand that no single match holds, such as
  // one over several sentences: those of its rarest match. At most `max_places`; `cut` if there are
  // more.
  WindowSet LocateAll(std::u32string_view text, size_t max_places,
                      const std::vector<bool>& allowed) const;

  // The same for one source, by reading all of it: linear in its text, needs no index, and finds
  // what longer matches elsewhere hide from the factorisation.
  WindowSet Scan(std::span<const Unit> units, size_t source, size_t max_windows) const;

  // Counts a source in.
  void Cover(size_t source, Coverage* coverage) const;

 private:
  const archive::Archive* main_;
  const archive::Archive* history_;
  std::vector<Source> sources_;
  size_t latest_count_ = 0;
  Coverage coverage_;
  absl::flat_hash_map<const void*, uint32_t> index_;
  absl::flat_hash_map<std::string_view, std::vector<uint32_t>> by_report_;
  std::vector<uint32_t> speakers_;  // of each source
  absl::flat_hash_map<std::u32string, uint32_t> speaker_numbers_;
};

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_LOCATE_H_
