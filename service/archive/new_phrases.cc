#include "service/archive/new_phrases.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "service/archive/entry.h"
#include "service/archive/folded_name.h"
#include "service/archive/series_key.h"
#include "service/archive/trace_summary.h"
#include "service/base/check.h"
#include "service/base/status_macros.h"
#include "service/report/report.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::archive {
namespace {

// No phrase begins or ends with one of these: particles, conjunctions, prepositions, pronouns.
constexpr std::u32string_view kNoBeginning =
    U"的了着过地得和与及或并而且之于等也都就又还更很最被把将对从向在为以由使让是有这那其各该们个件"
    U"项次年月日元亿万我他她它%‰";
constexpr std::u32string_view kNoEnd =
    U"的了着和与及或并而且之于也都就又还更很最被把将对从向在为以由使让是有这那其各该第不再已要能可"
    U"会个些们等%‰";
// No phrase begins with 要, but for 要素.
constexpr char32_t kMust = U'要';
constexpr char32_t kElement = U'素';
// Two of these side by side are a number.
constexpr std::u32string_view kNumerals = U"〇零一二三四五六七八九十百千万亿";
// None has one of these anywhere.
constexpr std::u32string_view kNowhere = U"的了";
// A neighbour with a larger share of the occurrences belongs to the phrase.
constexpr double kMostOfOneNeighbour = 0.67;
// Of a string inside another: the longer one is the phrase if it has this share of its occurrences.
constexpr double kBelongsToLonger = 0.75;
constexpr size_t kPlacesBetweenChecks = 256;
// Words begin or end at a mark or a particle more often than this.
constexpr double kLeastAtBorder = 0.06;
// A phrase of its own ends at a mark or a conjunction in one of ten places; what never does is the
// beginning of longer ones (推动高水平|安全, |开放).
constexpr double kLeastOwnEnd = 0.1;
// Letters that stand before words, and behind them: 的 also stands behind halves of them (新的).
constexpr std::u32string_view kBefore = U"的了和与及或在对把将以为是从向";
constexpr std::u32string_view kBehind = U"和与及或等在将以为是";

bool Has(std::u32string_view letters, char32_t letter) {
  return letters.find(letter) != std::u32string_view::npos;
}

bool IsPhraseLetter(char32_t letter) {
  return letter != text::kBreak && !text::IsDigit(letter) && letter != U' ' && letter != U'-' &&
         letter != U'~' && !Has(kNowhere, letter);
}

bool HasWholeEnds(std::u32string_view units) {
  return !Has(kNoBeginning, units.front()) && !Has(kNoEnd, units.back()) &&
         (units.front() != kMust || units[1] == kElement);
}

bool HasNumber(std::u32string_view units) {
  for (size_t i = 1; i < units.size(); ++i) {
    if (Has(kNumerals, units[i - 1]) && Has(kNumerals, units[i])) {
      return true;
    }
  }
  return false;
}

// Whether what stands on one side of a string varies, so that it begins or ends there.
bool Varies(const std::vector<std::pair<char32_t, uint32_t>>& neighbours) {
  uint32_t all = 0;
  uint32_t most = 0;
  size_t distinct = 0;
  for (const auto& [letter, count] : neighbours) {
    all += count;
    if (letter == text::kBreak) {
      distinct += count;  // every border is one of its own
    } else {
      ++distinct;
      most = std::max(most, count);
    }
  }
  return distinct >= 2 && most <= kMostOfOneNeighbour * all;
}

struct PhraseCandidate {
  std::u32string_view units;
  Emergence emergence;
  uint64_t in_report = 0;
  QuoteRef first;
};

class Finder {
 public:
  Finder(const Archive& archive, const PackedDocument& report, const NewPhraseOptions& options)
      : archive_(archive), report_(report), options_(options) {
    const std::u32string series = options.series_only ? SeriesKey(report) : std::u32string();
    const std::optional<absl::CivilDay> day = report.date();
    QUOTES_CHECK(day.has_value());
    for (const PackedDocument* const document : archive.documents()) {
      Epoch epoch = Epoch::kNone;
      if (document == &report) {
        epoch = Epoch::kSince;
      } else if (const auto date = document->date(); date.has_value() && *date != *day) {
        const bool same =
            !options.series_only || (!series.empty() && SeriesKey(*document) == series);
        epoch = *date > *day ? Epoch::kSince : same ? Epoch::kEarlier : Epoch::kNone;
      }
      undated_ += document->date().has_value() ? 0u : 1u;
      letters_ += static_cast<double>(document->joined().size());
      earlier_ += epoch == Epoch::kEarlier ? 1u : 0u;
      epochs_.push_back(epoch);
    }
  }

  absl::StatusOr<NewPhrases> Run(const Cancellation& cancellation) {
    NewPhrases found;
    found.earlier_reports = earlier_;
    found.undated_reports = undated_;
    if (earlier_ == 0) {
      return found;
    }
    for (uint32_t quote = 0; quote < report_.size(); ++quote) {
      if (report::IsSpeech(report_.quotes()[quote].block)) {
        texts_.emplace_back(quote,
                            std::u32string(StripBreaks(text::FoldUnits(report_.text(quote)))));
      }
    }
    size_t places = 0;
    for (const auto& [quote, text] : texts_) {
      size_t reach = 0;  // of the place before
      for (size_t at = 0; at < text.size(); ++at) {
        if (++places % kPlacesBetweenChecks == 0) {
          QUOTES_RETURN_IF_ERROR(cancellation.Check());
        }
        reach = LookAt(quote, std::u32string_view(text).substr(at), reach);
      }
    }
    Count();
    Choose(&found);
    return found;
  }

 private:
  // The longest stretch of phrase letters at the beginning of a text.
  static std::u32string_view Stretch(std::u32string_view text) {
    size_t size = 0;
    while (size < std::min(text.size(), kMostPhraseUnits) && IsPhraseLetter(text[size])) {
      ++size;
    }
    return text.substr(0, size);
  }

  bool StandsOften(std::u32string_view units) const {
    return archive_.FindPlaces(units, {.scope = TextScope::kSpeech, .max_places = 0}).occurrences >=
           options_.min_occurrences;
  }

  // Takes in the new strings that begin with a text and stand often enough; the length of the
  // longest that does, new or not. What begins one letter before reaches at most one letter less.
  size_t LookAt(uint32_t quote, std::u32string_view text, size_t reach_before) {
    const std::u32string_view stretch = Stretch(text);
    size_t reach = std::min(stretch.size(), reach_before > 0 ? reach_before - 1 : 0);
    if (stretch.size() < kFewestPhraseUnits) {
      return 0;
    }
    while (reach < stretch.size() &&
           (reach + 1 < kFewestPhraseUnits || StandsOften(stretch.substr(0, reach + 1)))) {
      ++reach;
    }
    if (reach < kFewestPhraseUnits || Has(kNoBeginning, text.front())) {
      return reach;
    }
    // Longer ones are new where shorter ones are.
    for (size_t size = reach; size >= kFewestPhraseUnits; --size) {
      const std::u32string_view units = stretch.substr(0, size);
      const auto known = candidates_.find(units);
      if (known != candidates_.end()) {
        if (known->second.emergence.earlier) {
          break;
        }
        continue;
      }
      PhraseCandidate candidate{units, archive_.EmergenceOf(units, epochs_), 0, {&report_, quote}};
      const bool earlier = candidate.emergence.earlier;
      candidates_.emplace(units, std::move(candidate));
      if (earlier) {
        break;
      }
    }
    return reach;
  }

  // Of the candidates in the report.
  void Count() {
    for (const auto& [quote, text] : texts_) {
      for (size_t at = 0; at < text.size(); ++at) {
        const std::u32string_view stretch = Stretch(std::u32string_view(text).substr(at));
        for (size_t size = kFewestPhraseUnits; size <= stretch.size(); ++size) {
          if (const auto found = candidates_.find(stretch.substr(0, size));
              found != candidates_.end()) {
            ++found->second.in_report;
          }
        }
      }
    }
  }

  static double ShareAt(const std::vector<std::pair<char32_t, uint32_t>>& neighbours,
                        std::u32string_view between) {
    double at_border = 0;
    double places = 0;
    for (const auto& [letter, count] : neighbours) {
      places += count;
      at_border += letter == text::kBreak || Has(between, letter) ? count : 0;
    }
    return places > 0 ? at_border / places : 0;
  }

  // Whether the report sets a candidate in quotation marks where it stands first: it says itself
  // where the phrase begins and ends (“三个代表”重要思想).
  bool IsQuoted(const PhraseCandidate& candidate) const {
    const auto range = FindIn(candidate.first, candidate.units);
    const std::u32string_view joined = report_.joined();
    if (!range.has_value() || range->begin == 0 || range->end >= joined.size()) {
      return false;
    }
    if (report_.joined(*range).find_first_of(U"“”「」《》") != std::u32string_view::npos) {
      return false;  // “简政”“放权”
    }
    const char32_t open = joined[range->begin - 1];
    const char32_t close = joined[range->end];
    return (open == U'“' && close == U'”') || (open == U'「' && close == U'」') ||
           (open == U'《' && close == U'》');
  }

  // How often marks or particles stand before and behind a string, of all places in dated reports.
  struct Borders {
    uint64_t occurrences = 0;
    double before = 0;
    double behind = 0;
  };
  const Borders& BordersOf(std::u32string_view units) {
    const auto [known, added] = borders_.try_emplace(std::u32string(units));
    if (added) {
      const std::vector<Epoch> all(epochs_.size(), Epoch::kSince);
      const Emergence emergence = archive_.EmergenceOf(units, all);
      known->second = {emergence.occurrences, ShareAt(emergence.before, kBefore),
                       ShareAt(emergence.behind, kBehind)};
    }
    return known->second;
  }

  // Whether words begin and end where a candidate does: asked of its first and its last two letters
  // if they stand elsewhere often enough to tell, else of the first and the last.
  bool HasWordBorders(const PhraseCandidate& candidate) {
    constexpr uint64_t kTelling = 20;
    const std::u32string_view units = candidate.units;
    const uint64_t own = candidate.emergence.occurrences;
    const Borders* first = &BordersOf(units.substr(0, 2));
    if (first->occurrences < own + kTelling) {
      first = &BordersOf(units.substr(0, 1));
    }
    if (first->before < kLeastAtBorder) {
      return false;
    }
    const Borders* last = &BordersOf(units.substr(units.size() - 2));
    if (last->occurrences < own + kTelling) {
      last = &BordersOf(units.substr(units.size() - 1));
    }
    return last->behind >= kLeastAtBorder;
  }

  // Of a string that stands in speech.
  double CountOf(std::u32string_view units) {
    const auto [known, added] = counts_.try_emplace(std::u32string(units));
    if (added) {
      known->second = static_cast<double>(
          archive_.FindPlaces(units, {.scope = TextScope::kSpeech, .max_places = 0}).occurrences);
    }
    return known->second;
  }

  // How many times as often two letters stand side by side as they would by chance.
  double Lift(char32_t first, char32_t second) {
    const double apart = CountOf({&first, 1}) * CountOf({&second, 1});
    const char32_t both[] = {first, second};
    return apart > 0 ? CountOf({both, 2}) * letters_ / apart : 0;
  }

  // Whether a word goes on over an end of a candidate: its letter there is bound to what stands
  // outside (加强, 增强 before 宏观政策) and not to what stands inside (强宏).
  bool CutsAWord(const PhraseCandidate& candidate) {
    constexpr double kBound = 10;
    constexpr double kTimesTheInside = 8;
    const std::u32string_view units = candidate.units;
    const auto cuts = [&](const std::vector<std::pair<char32_t, uint32_t>>& outside, double inside,
                          const auto& lift) {
      double sum = 0;
      double places = 0;
      for (const auto& [letter, count] : outside) {
        sum += letter == text::kBreak ? 0 : count * lift(letter);
        places += count;
      }
      return sum > kBound * places && sum > kTimesTheInside * inside * places;
    };
    return cuts(candidate.emergence.before, Lift(units[0], units[1]),
                [&](char32_t letter) { return Lift(letter, units.front()); }) ||
           cuts(candidate.emergence.behind, Lift(units[units.size() - 2], units.back()),
                [&](char32_t letter) { return Lift(units.back(), letter); });
  }

  // Where a candidate stands first. Folds drop quotation marks: takes in the partner of one that
  // the range parts from it. nullopt where another mark is parted from its partner (百年”奋斗目标
  // of “两个一百年”奋斗目标), or a numeral from its first letters: it is no whole phrase there.
  std::optional<report::Range> WholeRange(const PhraseCandidate& candidate) const {
    report::Range range =
        FindIn(candidate.first, candidate.units).value_or(candidate.first.quote().range);
    const std::u32string_view joined = report_.joined();
    const std::u32string_view text = report_.joined(range);
    if (range.begin > 0 && Has(kNumerals, joined[range.begin]) &&
        Has(kNumerals, joined[range.begin - 1])) {
      return std::nullopt;
    }
    for (const auto& [open, close] :
         {std::pair(U'“', U'”'), std::pair(U'「', U'」'), std::pair(U'《', U'》')}) {
      size_t unopened = 0;
      size_t unclosed = 0;
      for (const char32_t letter : text) {
        if (letter == open) {
          ++unclosed;
        } else if (letter == close && unclosed > 0) {
          --unclosed;
        } else if (letter == close) {
          ++unopened;
        }
      }
      if (unopened + unclosed == 0) {
        continue;
      }
      if (unopened + unclosed > 1) {
        return std::nullopt;
      }
      if (unclosed == 1 && range.end < joined.size() && joined[range.end] == close) {
        ++range.end;
      } else if (unopened == 1 && range.begin > 0 && joined[range.begin - 1] == open) {
        --range.begin;
      } else {
        return std::nullopt;
      }
    }
    return range;
  }

  void Choose(NewPhrases* found) {
    absl::flat_hash_map<std::u32string_view, const PhraseCandidate*> whole;
    absl::flat_hash_set<std::u32string_view> quoted;
    for (const auto& [units, candidate] : candidates_) {
      if (candidate.emergence.earlier || HasNumber(units) ||
          candidate.emergence.occurrences < options_.min_occurrences) {
        continue;
      }
      if (IsQuoted(candidate)) {
        quoted.insert(units);
        whole.emplace(units, &candidate);
      } else if (HasWholeEnds(units) && Varies(candidate.emergence.before) &&
                 Varies(candidate.emergence.behind) &&
                 ShareAt(candidate.emergence.behind, kBehind) >= kLeastOwnEnd &&
                 HasWordBorders(candidate) && !CutsAWord(candidate) &&
                 WholeRange(candidate).has_value()) {
        whole.emplace(units, &candidate);
      }
    }
    const auto each_inside = [&whole](std::u32string_view units, const auto& visit) {
      for (size_t begin = 0; begin + kFewestPhraseUnits <= units.size(); ++begin) {
        for (size_t size = kFewestPhraseUnits; begin + size <= units.size(); ++size) {
          const auto inner = whole.find(units.substr(begin, size));
          if (size < units.size() && inner != whole.end()) {
            visit(*inner->second);
          }
        }
      }
    };
    absl::flat_hash_map<std::u32string_view, bool> part;  // of a longer phrase
    for (const auto& [units, candidate] : whole) {
      each_inside(units, [&, longer = candidate](const PhraseCandidate& inner) {
        if (!quoted.contains(inner.units) &&
            static_cast<double>(longer->emergence.occurrences) >=
                kBelongsToLonger * static_cast<double>(inner.emergence.occurrences)) {
          part[inner.units] = true;
        }
      });
    }
    for (const auto& [units, candidate] : whole) {
      bool listed = !part.contains(units) && candidate->in_report >= options_.min_in_report;
      each_inside(units, [&](const PhraseCandidate& inner) {
        listed = listed && part.contains(inner.units);
      });
      if (listed) {
        NewPhrase phrase;
        phrase.in_report = candidate->in_report;
        phrase.occurrences = candidate->emergence.occurrences;
        phrase.reports = candidate->emergence.reports;
        phrase.first = candidate->first;
        phrase.range =
            quoted.contains(units) ? *FindIn(candidate->first, units) : *WholeRange(*candidate);
        phrase.text = text::ToUtf8(report_.joined(phrase.range));
        found->phrases.push_back(std::move(phrase));
      }
    }
    std::sort(found->phrases.begin(), found->phrases.end(),
              [](const NewPhrase& a, const NewPhrase& b) {
                if (a.occurrences != b.occurrences) {
                  return a.occurrences > b.occurrences;
                }
                return a.range.begin != b.range.begin ? a.range.begin < b.range.begin
                                                      : a.range.end > b.range.end;
              });
  }

  const Archive& archive_;
  const PackedDocument& report_;
  const NewPhraseOptions& options_;
  std::vector<Epoch> epochs_;
  uint64_t earlier_ = 0;
  uint64_t undated_ = 0;
  double letters_ = 0;  // of all reports
  // Folded quotes of the speech. A candidate's units are where it stands first.
  std::vector<std::pair<uint32_t, std::u32string>> texts_;
  absl::flat_hash_map<std::u32string_view, PhraseCandidate> candidates_;
  absl::flat_hash_map<std::u32string, Borders> borders_;
  absl::flat_hash_map<std::u32string, double> counts_;
};

}  // namespace

absl::StatusOr<NewPhrases> FindNewPhrases(const Archive& archive, const PackedDocument& report,
                                          const NewPhraseOptions& options,
                                          const Cancellation& cancellation) {
  QUOTES_RETURN_IF_ERROR(cancellation.Check());
  return Finder(archive, report, options).Run(cancellation);
}

}  // namespace quotes::archive
