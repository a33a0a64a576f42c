#ifndef QUOTES_SERVICE_CITATION_SEARCH_H_
#define QUOTES_SERVICE_CITATION_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "service/base/limits.h"
#include "service/citation/align.h"
#include "service/citation/locate.h"
#include "service/citation/passage.h"
#include "service/citation/quoted.h"
#include "service/citation/verdict.h"

namespace quotes::citation {

// Where one check looks for its words, and what it finds there: the reports that the filter allows,
// those inside the claim first. The corpus and the request must outlive it. Thread-compatible.
class Search {
 public:
  Search(const Corpus& corpus, const Request& request);

  const Corpus& corpus() const { return corpus_; }
  const Source& SourceOf(const Passage& passage) const { return corpus_.sources()[passage.source]; }
  WorkBudget* budget() { return &budget_; }

  // By source: what the filter lets through; empty for everything.
  const std::vector<bool>& allowed() const { return allowed_; }
  // Whether the claim tells reports apart, and the sources that it fits then.
  bool names_report() const { return names_report_; }
  const std::vector<size_t>& claimed() const { return claimed_; }
  bool Inside(size_t source) const { return !names_report_ || inside_[source]; }

  Coverage Cover() const;

  // Passages for a quotation or one of its parts, best first; of one that stands word for word at
  // most `max_places`.
  std::vector<Passage> Find(const Quoted& quoted, size_t max_places = limits::kMaxCitationPlaces);
  // Passages for what stands word for word, or but for its marks, in some windows.
  std::vector<Passage> FindIn(const Quoted& quoted, const std::vector<Window>& windows);
  // The passage of those found that the verdict is about: inside the claim if it is found there,
  // else the best; null for none.
  const Passage* Pick(const std::vector<Passage>& passages) const;

  // Of the last Find: places of the whole quotation by the index as far as one match holds it, and
  // whether there are more than were looked at.
  uint64_t whole_places() const { return whole_places_; }
  bool places_cut() const { return places_cut_; }
  // And how much of it, in characters, stands somewhere in stretches that say something.
  size_t telling() const { return telling_; }
  // Whether a limit ended some search early.
  bool stopped() const { return stopped_; }
  void Stop() { stopped_ = true; }

 private:
  void ApplyFilter();
  void ResolveClaim();
  bool Allowed(size_t source) const { return allowed_.empty() || allowed_[source]; }
  void AddPlaces(const Quoted& quoted, std::vector<Passage>* passages);
  void AddPlacesInside(const Quoted& quoted, std::vector<Passage>* passages);
  void AddSimilarInside(const Quoted& quoted, std::vector<Passage>* passages);
  void AddRewritten(const Quoted& quoted, std::vector<Passage>* passages);
  // Compares the windows and adds the passages of the best; the share of edited letters of the
  // nearest, 1 when there is none.
  double Consider(const Quoted& quoted, const std::vector<Window>& windows,
                  std::vector<Passage>* passages);
  void Sort(std::vector<Passage>* passages) const;
  bool Order(const Passage& a, const Passage& b) const;

  const Corpus& corpus_;
  const Request& request_;
  WorkBudget budget_;
  std::vector<bool> allowed_;    // by source; empty: all
  bool names_report_ = false;    // the claim tells reports apart
  std::vector<bool> inside_;     // by source, when it does
  std::vector<size_t> claimed_;  // the sources inside
  uint64_t whole_places_ = 0;
  bool places_cut_ = false;
  size_t telling_ = 0;
  size_t letters_ = 0;   // of the quotation that is looked for
  bool stands_ = false;  // of the current Find: all letters stand somewhere in one piece
  bool stopped_ = false;
};

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_SEARCH_H_
