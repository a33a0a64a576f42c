#ifndef QUOTES_SERVICE_CITATION_COMPARE_H_
#define QUOTES_SERVICE_CITATION_COMPARE_H_

#include <memory>
#include <vector>

#include "service/citation/align.h"
#include "service/citation/locate.h"
#include "service/citation/passage.h"
#include "service/citation/quoted.h"
#include "service/citation/source.h"

namespace quotes::citation {

// A quotation beside one window: aligned at once, judged when asked. The quotation, the source and
// the budget must outlive it.
class Comparison {
 public:
  Comparison(const Quoted& quoted, const Source& source, const Window& window, WorkBudget* budget);
  ~Comparison();
  Comparison(Comparison&&) noexcept;
  Comparison& operator=(Comparison&&) noexcept;

  // Letters edited by the best alignment over the letters of the quotation: what ranks windows
  // before they are judged. 0 when the letters stand there.
  double rough_cost() const { return rough_cost_; }

  // Whether all clauses of the quotation stand in the window, in whatever order: a block may have
  // moved, which the alignment counts dear.
  bool MayBeRearranged() const;

  // Whether some figure of the quotation does not stand in the window as it is written, and one of
  // the same value does: the alignment counts that as changed letters.
  bool MayBeRestated() const;

  // Every place with the same letters, or else the best alignment, the latter with registered
  // faults read as emended where that makes it equal or cheaper.
  std::vector<Passage> Judge() const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
  double rough_cost_ = 1;
};

}  // namespace quotes::citation

#endif  // QUOTES_SERVICE_CITATION_COMPARE_H_
