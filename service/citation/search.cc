#include "service/citation/search.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "service/base/limits.h"
#include "service/citation/attribution.h"
#include "service/citation/compare.h"
#include "service/citation/notation.h"
#include "service/figures/numeral.h"
#include "service/report/report.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::citation {
namespace {

// Windows that are judged although another is cheaper: the estimate counts letters alone.
constexpr size_t kJudged = 3;
constexpr double kJudgedMargin = 0.1;
// And by how much a figure of the same value, written otherwise, may make one dearer.
constexpr double kRestatedMargin = 0.35;
// Share of edited letters below which a passage is taken for the source.
constexpr double kClose = 0.15;
// Letters of a quotation whose parts before and behind a mark are too short to tell where they
// stand.
constexpr size_t kShortLetters = 12;
// Edited letters that a gap inside one sentence counts for beside other passages, at most.
constexpr double kGapLetters = 1.5;

// The share of a quotation's letters that the true source may be edited in, by the stretches that
// stand somewhere: what lies in none, and a letter for each of them.
double Unexplained(const WindowSet& set, const Quoted& quoted) {
  const size_t letters = std::max<size_t>(quoted.letters(), 1);
  const size_t covered = std::min(letters, set.telling);
  return static_cast<double>(letters - covered + set.telling_matches) /
         static_cast<double>(letters);
}

// Whether figures make up so much of a quotation that its words alone do not tell where it stands.
bool IsMostlyFigures(const Quoted& quoted) {
  size_t digits = 0;
  for (const figures::Numeral& numeral : quoted.annotated.numerals()) {
    digits += numeral.value.has_value() ? numeral.number.size() : 0u;
  }
  return digits * 3 >= quoted.letters();
}

}  // namespace

Search::Search(const Corpus& corpus, const Request& request) : corpus_(corpus), request_(request) {
  budget_.cells = limits::kMaxAlignmentCells;
  ApplyFilter();
  ResolveClaim();
}

void Search::ApplyFilter() {
  const ReportFilter& filter = request_.filter;
  if (filter.reports.empty() && filter.speakers.empty() && filter.bodies.empty() &&
      !filter.date_from.has_value() && !filter.date_to.has_value()) {
    return;
  }
  const auto folded = [](const std::vector<std::string>& names) {
    std::vector<std::u32string> out;
    out.reserve(names.size());
    for (const std::string& name : names) {
      out.push_back(FoldedName(name));
    }
    return out;
  };
  const std::vector<std::u32string> speakers = folded(filter.speakers);
  const std::vector<std::u32string> bodies = folded(filter.bodies);
  const auto holds = [](const std::vector<std::u32string>& wanted, std::string_view name) {
    const std::u32string own = FoldedName(name);
    return wanted.empty() ||
           std::any_of(wanted.begin(), wanted.end(), [&](const std::u32string& part) {
             return !part.empty() && own.find(part) != std::u32string::npos;
           });
  };
  for (const Source& source : corpus_.sources()) {
    const std::optional<absl::CivilDay> date = source.metadata().date;
    bool allowed = filter.reports.empty() || std::find(filter.reports.begin(), filter.reports.end(),
                                                       source.report_id()) != filter.reports.end();
    allowed = allowed &&
              !(filter.date_from.has_value() && (!date.has_value() || *date < *filter.date_from));
    allowed =
        allowed && !(filter.date_to.has_value() && (!date.has_value() || *date > *filter.date_to));
    allowed = allowed && holds(speakers, source.metadata().speaker) &&
              holds(bodies, source.metadata().body);
    allowed_.push_back(allowed);
  }
}

void Search::ResolveClaim() {
  names_report_ = NamesReport(request_.claim);
  if (!names_report_) {
    return;
  }
  const Claim& claim = request_.claim;
  inside_.resize(corpus_.sources().size());
  const auto consider = [&](size_t i) {
    if (Allowed(i) && InsideClaim(claim, corpus_.sources()[i])) {
      inside_[i] = true;
      claimed_.push_back(i);
    }
  };
  if (claim.report.has_value()) {
    for (const uint32_t i : corpus_.SourcesOf(*claim.report)) {
      consider(i);
    }
    return;
  }
  const uint32_t speaker =
      claim.speaker.has_value() ? corpus_.FindSpeaker(*claim.speaker) : Corpus::kNobody;
  for (size_t i = 0; i < corpus_.sources().size(); ++i) {
    const uint32_t own = corpus_.speaker(i);
    if (!claim.speaker.has_value() || own == speaker || own == Corpus::kNobody) {
      consider(i);
    }
  }
  // Only the first are read as a whole: those of the speaker before those of nobody known.
  if (claim.speaker.has_value()) {
    std::stable_partition(claimed_.begin(), claimed_.end(),
                          [&](size_t i) { return corpus_.speaker(i) != Corpus::kNobody; });
  }
}

Coverage Search::Cover() const {
  if (allowed_.empty()) {
    return corpus_.coverage();
  }
  Coverage coverage;
  for (size_t i = 0; i < corpus_.sources().size(); ++i) {
    if (Allowed(i)) {
      corpus_.Cover(i, &coverage);
    }
  }
  return coverage;
}

std::vector<Passage> Search::Find(const Quoted& quoted, size_t max_places) {
  stands_ = false;
  letters_ = quoted.letters();
  std::vector<Passage> passages;
  const WindowSet set = corpus_.Locate(quoted.folded, quoted.annotated.text().size(),
                                       limits::kMaxCitationWindows, max_places, allowed_);
  // The index counts all reports, whatever the filter lets through.
  whole_places_ = allowed_.empty() ? set.whole_places : 0;
  places_cut_ = set.whole_cut;
  stopped_ = stopped_ || set.stopped;
  telling_ = set.telling;
  std::vector<Window> inside;
  std::vector<Window> outside;
  for (const Window& window : set.windows) {
    (Inside(window.source) ? inside : outside).push_back(window);
  }
  const double nearest =
      std::min(Consider(quoted, inside, &passages), Consider(quoted, outside, &passages));
  // What stands in matches that were passed by may be nearer.
  const bool same = std::any_of(passages.begin(), passages.end(), [](const Passage& passage) {
    return passage.verdict <= TextVerdict::kNumeralRestated;
  });
  if (set.whole_places == 0 && set.thinned && !same && nearest > Unexplained(set, quoted)) {
    Consider(quoted,
             corpus_.LocateCommon(quoted.annotated.text(), limits::kMaxCitationWindows, allowed_)
                 .windows,
             &passages);
  }
  // Of a few letters over two sentences every match may be one that says nothing, or one that hides
  // where the others begin.
  const bool short_parts = !same && quoted.letters() >= kMinLetters &&
                           quoted.letters() <= kShortLetters &&
                           quoted.folded.units.find(text::kBreak) != std::u32string::npos;
  if (set.whole_places == 0 && (((set.cut || set.thinned) && stands_) || short_parts)) {
    AddPlaces(quoted, &passages);
  }
  if (places_cut_) {
    AddPlacesInside(quoted, &passages);
  }
  if (names_report_) {
    AddSimilarInside(quoted, &passages);
  }
  AddRewritten(quoted, &passages);
  Sort(&passages);
  return passages;
}

std::vector<Passage> Search::FindIn(const Quoted& quoted, const std::vector<Window>& windows) {
  letters_ = quoted.letters();
  std::vector<Passage> passages;
  for (const Window& window : windows) {
    const Comparison comparison(quoted, corpus_.sources()[window.source], window, &budget_);
    if (comparison.rough_cost() > 0) {
      continue;
    }
    for (Passage& passage : comparison.Judge()) {
      passages.push_back(std::move(passage));
    }
  }
  Sort(&passages);
  return passages;
}

void Search::Sort(std::vector<Passage>* passages) const {
  std::sort(passages->begin(), passages->end(),
            [this](const Passage& a, const Passage& b) { return Order(a, b); });
  passages->erase(std::unique(passages->begin(), passages->end(),
                              [](const Passage& a, const Passage& b) {
                                return a.source == b.source && a.range == b.range;
                              }),
                  passages->end());
}

// What the index finds elsewhere hides what is only similar in the claimed reports: they are read.
void Search::AddSimilarInside(const Quoted& quoted, std::vector<Passage>* passages) {
  const bool found_inside =
      std::any_of(passages->begin(), passages->end(), [&](const Passage& passage) {
        return Inside(passage.source) &&
               (IsWordForWord(passage.verdict) || (passage.verdict <= TextVerdict::kAltered &&
                                                   passage.cost <= kClose && !places_cut_));
      });
  for (size_t i = 0; !found_inside && i < claimed_.size(); ++i) {
    if (i == limits::kMaxClaimScans) {
      stopped_ = true;
      break;
    }
    Consider(quoted, corpus_.Scan(quoted.units, claimed_[i], limits::kMaxCitationWindows).windows,
             passages);
  }
}

// Words that are mostly figures share nothing with a source that writes them otherwise, and more
// with others that have the same figures: they are looked for in the other notations too.
void Search::AddRewritten(const Quoted& quoted, std::vector<Passage>* passages) {
  const auto best = [passages] {
    const auto at = std::min_element(
        passages->begin(), passages->end(),
        [](const Passage& a, const Passage& b) { return Rank(a.verdict) < Rank(b.verdict); });
    return at == passages->end() ? TextVerdict::kNotFound : at->verdict;
  };
  for (const auto rewritten : {InArabicDigits, InChineseNumerals}) {
    const int rank = Rank(best());
    if (rank <= Rank(TextVerdict::kNumeralRestated) ||
        (rank <= Rank(TextVerdict::kAltered) && !IsMostlyFigures(quoted))) {
      break;
    }
    const std::u32string text = rewritten(quoted.annotated);
    if (!text.empty()) {
      Consider(
          quoted,
          corpus_.Locate(text, limits::kMaxCitationWindows, limits::kMaxCitationWindows, allowed_)
              .windows,
          passages);
    }
  }
}

// All places of a quotation whose letters stand somewhere, though the windows were the first few
// alone.
void Search::AddPlaces(const Quoted& quoted, std::vector<Passage>* passages) {
  const WindowSet all =
      corpus_.LocateAll(quoted.annotated.text(), limits::kMaxCitationPlaces, allowed_);
  places_cut_ = all.cut;
  whole_places_ = all.windows.size();
  for (Passage& passage : FindIn(quoted, all.windows)) {
    if (passage.verdict < TextVerdict::kNotFound) {
      passages->push_back(std::move(passage));
    }
  }
}

// Of places that are too many to be looked at, all those in the reports that the claim or the
// filter names: the first ones of the archive may all lie in others.
void Search::AddPlacesInside(const Quoted& quoted, std::vector<Passage>* passages) {
  std::vector<size_t> named = claimed_;
  for (size_t i = 0; !names_report_ && i < allowed_.size(); ++i) {
    if (allowed_[i]) {
      named.push_back(i);
    }
  }
  named.resize(std::min(named.size(), limits::kMaxClaimScans));
  std::vector<Window> windows;
  for (const size_t source : named) {
    const Source& text = corpus_.sources()[source];
    for (uint32_t at = 0; at < text.joined().size();) {
      const Range run = text.RunAt(at).range;
      windows.push_back({static_cast<uint32_t>(source), run, 0});
      at = std::max(run.end, at + 1);
    }
  }
  for (Passage& passage : FindIn(quoted, windows)) {
    if (passage.verdict < TextVerdict::kNotFound) {
      passages->push_back(std::move(passage));
    }
  }
}

double Search::Consider(const Quoted& quoted, const std::vector<Window>& windows,
                        std::vector<Passage>* passages) {
  std::vector<Comparison> comparisons;
  comparisons.reserve(windows.size());
  double best = 1;
  for (const Window& window : windows) {
    // Where something close was found, windows that share little with the quotation are not it.
    if (best <= kClose && window.weight * 3 <= windows.front().weight * 2) {
      break;
    }
    comparisons.emplace_back(quoted, corpus_.sources()[window.source], window, &budget_);
    best = std::min(best, comparisons.back().rough_cost());
    stands_ = stands_ || comparisons.back().rough_cost() == 0;
  }
  std::vector<size_t> order(comparisons.size());
  for (size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return comparisons[a].rough_cost() < comparisons[b].rough_cost();
  });
  size_t restated = 0;
  for (size_t k = 0; k < order.size(); ++k) {
    const double cost = comparisons[order[k]].rough_cost();
    const double more = cost - comparisons[order[0]].rough_cost();
    // The estimate knows nothing of restated numerals and registered faults.
    const auto may_win = [&] {
      return more <= kJudgedMargin &&
             (!quoted.annotated.numerals().empty() ||
              corpus_.sources()[windows[order[k]].source].defect_count() > 0);
    };
    if (cost > limits::kHopelessShare && quoted.letters() > limits::kLongQuotationLetters) {
      break;
    }
    bool near = cost == 0 || (k < kJudged && (more == 0 || may_win()));
    // Of parallel sentences the one with the figure's value, not the one with the fewest digits.
    if (!near && restated < kJudged && more <= kRestatedMargin && cost > more &&
        comparisons[order[k]].MayBeRestated()) {
      near = true;
      ++restated;
    }
    if (!near && !(cost - more > kClose && comparisons[order[k]].MayBeRearranged())) {
      continue;
    }
    for (Passage& passage : comparisons[order[k]].Judge()) {
      if (!passage.complete) {
        stopped_ = true;
      }
      if (passage.verdict < TextVerdict::kNotFound) {
        passages->push_back(std::move(passage));
      }
    }
  }
  return best;
}

// Better words first; then what the claim says of the place, latest revisions, speech, and the
// order of answers.
bool Search::Order(const Passage& a, const Passage& b) const {
  if (Rank(a.verdict) != Rank(b.verdict)) {
    return Rank(a.verdict) < Rank(b.verdict);
  }
  // One gap counts less than two letters that do not stand there, however long it is.
  const double letters = static_cast<double>(std::max<size_t>(letters_, 1));
  const auto cost = [&](const Passage& passage) {
    return passage.one_gap ? std::min(passage.cost, kGapLetters / letters) : passage.cost;
  };
  if (cost(a) != cost(b)) {
    return cost(a) < cost(b);
  }
  const auto key = [this](const Passage& passage) {
    const Source& source = SourceOf(passage);
    // Of the superseded texts of one report the latest first.
    const bool latest = source.state() == SourceState::kLatest;
    const uint32_t report = latest ? passage.source : corpus_.SourcesOf(source.report_id()).front();
    return std::make_tuple(Inside(passage.source) ? 0 : 1, source.state(),
                           PlaceMismatches(request_.claim, source, passage.range),
                           report::IsSpeech(source.RunAt(passage.range.begin).kind) ? 0 : 1,
                           passage.edits.size(), report, latest ? 0 : ~source.revision(),
                           passage.source, passage.range.begin, passage.range.end);
  };
  return key(a) < key(b);
}

const Passage* Search::Pick(const std::vector<Passage>& passages) const {
  const auto inside = std::find_if(passages.begin(), passages.end(), [&](const Passage& passage) {
    return Inside(passage.source) && passage.verdict <= TextVerdict::kAltered;
  });
  if (inside != passages.end()) {
    return &*inside;
  }
  if (passages.empty()) {
    return nullptr;
  }
  // What is merely similar helps only where it stands in what was claimed.
  if (passages.front().verdict <= TextVerdict::kAltered) {
    return &passages.front();
  }
  const auto similar = std::find_if(passages.begin(), passages.end(),
                                    [&](const Passage& passage) { return Inside(passage.source); });
  return similar != passages.end() ? &*similar : nullptr;
}

}  // namespace quotes::citation
