#include "service/archive/new_phrases.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
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
    U"的了着与及或并而且之于也都就又还很被把这那其各该们他她它%‰";
constexpr std::u32string_view kNoEnd =
    U"的了着与及或并而且之于也就又还更很最被把这那其各该第不再已们%‰";
// Nor with one of these, unless it is bound to the letter beside it: 和谐, 要素, 社会, 需要.
constexpr std::u32string_view kRareBeginning =
    U"过地得和等对将从向在为以由使让是有个件项次年月日元亿万要更最我";
constexpr std::u32string_view kRareEnd = U"都和等将对从向在为以由使让是有要能可会个些下";
// These are nouns where a mark follows: 过剩产能, 世界制造业大会.
constexpr std::u32string_view kNounEnd = U"能会";
// Two letters are bound that stand side by side so many times as often as they would by chance.
constexpr double kBound = 10;
// And hardly if no more often than this.
constexpr double kLoose = 5;
constexpr std::u32string_view kNumerals = U"〇零一二三四五六七八九十百千万亿";
// With one of these three numerals are an amount (二百五, 三千万), not part of a name (十九大).
constexpr std::u32string_view kScales = U"百千万亿";
constexpr size_t kFewestOfAmount = 3;
// None has it anywhere.
constexpr char32_t kNowhere = U'了';
constexpr char32_t kOf = U'的';
// A neighbour with a larger share of the occurrences belongs to the phrase.
constexpr double kMostOfOneNeighbour = 0.67;
// And what nearly always stands in the report is part of the phrase unless it stands there in no
// more than this share of all places.
constexpr double kSeldomLater = 0.5;
// Of a phrase and one that is longer by no more than so many letters (实现伟大梦想) one is listed:
// the longer one if it explains these shares of the other's places, unless that one stands apart.
constexpr size_t kMostOfOne = 3;
constexpr size_t kMostOfQuoted = 4;
constexpr double kExplains = 0.5;
constexpr double kExplainsOfAll = 0.33;
// A phrase in a listed one that is longer by more is listed if that leaves it a share of its
// places, and two of them.
constexpr double kStandsByItself = 0.25;
constexpr uint64_t kPlacesByItself = 2;
// And whatever its share if so many of its places are left.
constexpr uint64_t kManyByItself = 5;
// Strings of so many letters are whole where what follows them varies.
constexpr size_t kLong = 6;
constexpr uint64_t kOften = 3;
constexpr size_t kPlacesBetweenChecks = 256;
// Words begin or end at a mark or a particle more often than this.
constexpr double kLeastAtBorder = 0.06;
// And phrases of several words end there more often than this, in the report or in all, and than
// the other in both together.
constexpr double kLeastAtEnd = 0.12;
constexpr double kLeastTogether = 0.08;
// A phrase with a beginning that stands behind a mark or a particle so often (加强, 推进) is a
// sentence's that goes on unless it ends there more often than this.
constexpr double kOpensClauses = 0.5;
constexpr double kLeastOfClauses = 0.3;
// What has one particle on one side more often than this goes on there; 的 before it says nothing.
constexpr double kMostOfOneParticle = 0.8;
constexpr std::u32string_view kJoining = U"和与及或";
// What joins words inside short strings that are no phrases: 任务和措施, 加大对三农.
constexpr std::u32string_view kBetween = U"和与及或对把让等";
// Letters that stand before words, and behind them: 的 also stands behind halves of them (新的).
constexpr std::u32string_view kBefore = U"的了和与及或在对把将以为是从向";
constexpr std::u32string_view kBehind = U"和与及或等在将以为是";
constexpr std::u32string_view kBehindPhrases = U"的和与及或等在将以为是";

bool Has(std::u32string_view letters, char32_t letter) {
  return letters.find(letter) != std::u32string_view::npos;
}

bool IsPhraseLetter(char32_t letter) {
  return letter != text::kBreak && !text::IsDigit(letter) && letter != U' ' && letter != U'-' &&
         letter != U'~' && letter != kNowhere;
}

// Whether an amount stands in a string, not only the numeral of a name.
bool HasAmount(std::u32string_view units) {
  size_t numerals = 0;
  bool scale = false;
  for (const char32_t letter : units) {
    const bool numeral = Has(kNumerals, letter);
    numerals = numeral ? numerals + 1 : 0;
    scale = numeral && (scale || Has(kScales, letter));
    if (scale && numerals >= kFewestOfAmount) {
      return true;
    }
  }
  return units.find(U"分之") != std::u32string_view::npos;
}

using Neighbours = std::vector<std::pair<char32_t, uint32_t>>;

struct PhraseCandidate {
  std::u32string_view units;
  Emergence emergence;
  // Its places in the report: the sorted suffixes [begin, end) of its speech.
  size_t begin = 0;
  size_t end = 0;

  uint64_t in_report() const { return end - begin; }
};

// The folded speech of a report, quotes parted by breaks, and its suffixes in order.
class ReportText {
 public:
  explicit ReportText(const PackedDocument& report) {
    for (uint32_t quote = 0; quote < report.size(); ++quote) {
      if (!report::IsSpeech(report.quotes()[quote].block)) {
        continue;
      }
      letters_.push_back(text::kBreak);
      begins_.push_back(letters_.size());
      quotes_.push_back(quote);
      Append(report.text(quote));
    }
    letters_.push_back(text::kBreak);
    marks_.resize(letters_.size(), 0);
    stretch_.resize(letters_.size() + 1, 0);
    for (size_t at = letters_.size(); at-- > 0;) {
      stretch_[at] =
          IsPhraseLetter(letters_[at])
              ? static_cast<uint8_t>(std::min<size_t>(stretch_[at + 1] + 1u, kMostPhraseUnits))
              : uint8_t{0};
    }
    for (uint32_t at = 0; at < letters_.size(); ++at) {
      if (stretch_[at] >= kFewestPhraseUnits) {
        suffixes_.push_back(at);
      }
    }
    std::sort(suffixes_.begin(), suffixes_.end(), [this](uint32_t a, uint32_t b) {
      const int compared = StretchAt(a).compare(StretchAt(b));
      return compared != 0 ? compared < 0 : a < b;
    });
  }

  std::u32string_view letters() const { return letters_; }
  const std::vector<uint32_t>& suffixes() const { return suffixes_; }
  // The phrase letters from a place on, at most kMostPhraseUnits.
  std::u32string_view StretchAt(size_t at) const {
    return std::u32string_view(letters_).substr(at, stretch_[at]);
  }
  // Whether quotation marks stand around the `size` letters from a place on.
  bool IsQuoted(size_t at, size_t size) const {
    return (marks_[at] & kOpens) != 0 && (marks_[at + size - 1] & kCloses) != 0;
  }
  uint32_t QuoteAt(size_t at) const {
    const auto next = std::upper_bound(begins_.begin(), begins_.end(), at);
    return quotes_[static_cast<size_t>(next - begins_.begin()) - 1];
  }

 private:
  static constexpr uint8_t kOpens = 1;   // a quotation mark stands before a letter
  static constexpr uint8_t kCloses = 2;  // and behind one

  void Append(std::u32string_view source) {
    const text::FoldedText folded = text::Fold(source);
    const std::u32string_view units = StripBreaks(folded.units);
    const size_t skipped =
        units.empty() ? 0 : static_cast<size_t>(units.data() - folded.units.data());
    marks_.resize(letters_.size(), 0);
    for (size_t i = skipped; i < skipped + units.size(); ++i) {
      const char32_t before = folded.begin[i] > 0 ? source[folded.begin[i] - 1] : U'\0';
      const char32_t behind = folded.end[i] < source.size() ? source[folded.end[i]] : U'\0';
      marks_.push_back(static_cast<uint8_t>((Has(U"“「《", before) ? kOpens : 0) |
                                            (Has(U"”」》", behind) ? kCloses : 0)));
    }
    letters_ += units;
  }

  std::u32string letters_;
  std::vector<uint8_t> marks_;
  std::vector<size_t> begins_;  // of the quotes
  std::vector<uint32_t> quotes_;
  std::vector<uint8_t> stretch_;
  std::vector<uint32_t> suffixes_;
};

class Finder {
 public:
  Finder(const Archive& archive, const PackedDocument& report, const NewPhraseOptions& options)
      : archive_(archive), report_(report), options_(options), text_(report) {
    const std::u32string series = options.series_only ? SeriesKey(report) : std::u32string();
    const std::optional<absl::CivilDay> day = report.date();
    QUOTES_CHECK(day.has_value());
    for (const PackedDocument* const document : archive.documents()) {
      const std::optional<absl::CivilDay> date = document->date();
      const bool same = !options.series_only || (!series.empty() && SeriesKey(*document) == series);
      Epoch epoch = Epoch::kNone;
      if (document == &report || (date.has_value() && *date > *day)) {
        epoch = Epoch::kSince;
      } else if (!date.has_value() && same) {
        epoch = Epoch::kEarlier;  // for all that is known
        ++undated_;
      } else if (date.has_value() && *date < *day && same) {
        epoch = Epoch::kEarlier;
        ++earlier_;
      }
      letters_ += static_cast<double>(document->joined().size());
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
    QUOTES_RETURN_IF_ERROR(Gather(cancellation));
    Choose(&found);
    return found;
  }

 private:
  // Takes in the new strings that stand often enough.
  absl::Status Gather(const Cancellation& cancellation) {
    const std::vector<uint32_t>& suffixes = text_.suffixes();
    size_t places = 0;
    // Strings of one size that are the same are a run of suffixes; where one is no longer often
    // enough, none that goes on from it is.
    std::vector<std::pair<size_t, size_t>> runs = {{0, suffixes.size()}};
    for (size_t size = kFewestPhraseUnits; size <= kMostPhraseUnits && !runs.empty(); ++size) {
      std::vector<std::pair<size_t, size_t>> longer;
      for (const auto& [first, last] : runs) {
        for (size_t begin = first; begin < last;) {
          const std::u32string_view units = text_.StretchAt(suffixes[begin]).substr(0, size);
          size_t end = begin + 1;
          while (end < last && text_.StretchAt(suffixes[end]).substr(0, size) == units) {
            ++end;
          }
          if (units.size() == size && end - begin >= options_.min_in_report) {
            if (++places % kPlacesBetweenChecks == 0) {
              QUOTES_RETURN_IF_ERROR(cancellation.Check());
            }
            if (TakeIn(units, begin, end)) {
              longer.emplace_back(begin, end);
            }
          }
          begin = end;
        }
      }
      runs = std::move(longer);
    }
    return absl::OkStatus();
  }

  // Whether what begins with a string may be one.
  bool TakeIn(std::u32string_view units, size_t begin, size_t end) {
    if (Has(kNoBeginning, units.front())) {
      return false;
    }
    if (end - begin < options_.min_occurrences &&
        archive_.FindPlaces(units, {.scope = TextScope::kSpeech, .max_places = 0}).occurrences <
            options_.min_occurrences) {
      return false;
    }
    PhraseCandidate candidate{units, archive_.EmergenceOf(units, epochs_), begin, end};
    if (!candidate.emergence.earlier &&
        candidate.emergence.occurrences >= options_.min_occurrences) {
      candidates_.emplace(units, std::move(candidate));
    }
    return true;
  }

  // What stands on both sides of a candidate in the report alone.
  std::pair<Neighbours, Neighbours> AroundInReport(const PhraseCandidate& candidate) const {
    absl::flat_hash_map<char32_t, uint32_t> before;
    absl::flat_hash_map<char32_t, uint32_t> behind;
    for (size_t i = candidate.begin; i < candidate.end; ++i) {
      const size_t at = text_.suffixes()[i];
      ++before[text_.letters()[at - 1]];
      ++behind[text_.letters()[at + candidate.units.size()]];
    }
    return {Neighbours(before.begin(), before.end()), Neighbours(behind.begin(), behind.end())};
  }

  // Of the marks and particles on one side of a letter those that part it from what stands there:
  // 和 before 谐 does not.
  bool IsBorder(char32_t outside, char32_t inside, bool before, std::u32string_view particles) {
    return outside == text::kBreak ||
           (Has(particles, outside) &&
            (outside == kOf || (before ? Lift(outside, inside) : Lift(inside, outside)) < kBound));
  }

  // Whether what stands on one side of a string varies, so that it begins or ends there. Each
  // border is another neighbour. What most have beside them is one of them where it is that of the
  // report.
  bool Varies(const Neighbours& neighbours, const Neighbours& in_report, char32_t inside,
              bool before, std::u32string_view particles) {
    uint32_t all = 0;
    uint32_t most = 0;
    char32_t most_frequent = 0;
    size_t distinct = 0;
    for (const auto& [letter, count] : neighbours) {
      all += count;
      if (IsBorder(letter, inside, before, particles)) {
        distinct += count;
        continue;
      }
      ++distinct;
      if (count > most) {
        most = count;
        most_frequent = letter;
      }
    }
    return distinct >= 2 && (most <= kMostOfOneNeighbour * all ||
                             std::none_of(in_report.begin(), in_report.end(),
                                          [most_frequent](const auto& neighbour) {
                                            return neighbour.first == most_frequent;
                                          }));
  }

  // The same of all places, where the report always has one letter on that side: later ones must
  // hardly have it.
  bool VariesLater(const Neighbours& neighbours, const Neighbours& in_report, char32_t inside,
                   bool before, std::u32string_view particles) {
    double all = 0;
    double most = 0;
    for (const auto& [letter, count] : neighbours) {
      all += count;
      const bool only = in_report.size() == 1 && in_report.front().first == letter &&
                        in_report.front().second > 1;
      most += only && !IsBorder(letter, inside, before, particles) ? count : 0;
    }
    return most <= kSeldomLater * all && Varies(neighbours, in_report, inside, before, particles);
  }

  double ShareOfBorders(const Neighbours& neighbours, char32_t inside, bool before,
                        std::u32string_view particles) {
    double at_border = 0;
    double places = 0;
    for (const auto& [letter, count] : neighbours) {
      places += count;
      at_border += IsBorder(letter, inside, before, particles) ? count : 0;
    }
    return places > 0 ? at_border / places : 0;
  }

  // Whether nearly all have the same particle on one side: the phrase goes on beyond it.
  static bool GoesOn(const Neighbours& neighbours, std::u32string_view particles) {
    uint32_t places = 0;
    uint32_t most = 0;
    for (const auto& [letter, count] : neighbours) {
      places += count;
      most = std::max(most, Has(particles, letter) ? count : 0);
    }
    return most > kMostOfOneParticle * places;
  }

  // Whether different things stand on both sides, in the report or in all that have it: what later
  // ones always say together may be new apart.
  bool IsClosed(const PhraseCandidate& candidate) {
    const auto [before, behind] = AroundInReport(candidate);
    const Emergence& all = candidate.emergence;
    const char32_t first = candidate.units.front();
    const char32_t last = candidate.units.back();
    return (Varies(before, before, first, true, kBefore) ||
            VariesLater(all.before, before, first, true, kBefore)) &&
           (Varies(behind, behind, last, false, kBehindPhrases) ||
            VariesLater(all.behind, behind, last, false, kBehindPhrases)) &&
           (IsLong(candidate) || IsFrame(before, behind, first) ||
            (BeginsSomewhere(candidate, before) && Ends(candidate, behind)) ||
            StandsFreely(candidate, before, behind)) &&
           !GoesOn(all.before, kJoining) && !GoesOn(all.behind, kBehindPhrases) &&
           !IsOfOneThing(candidate);
  }

  // Long strings that stand often and between different letters need no border.
  static bool IsLong(const PhraseCandidate& candidate) {
    return candidate.units.size() >= kLong && candidate.in_report() >= kOften;
  }

  // Whether a string opens clauses that go on in many ways: 更加注重….
  bool IsFrame(const Neighbours& before, const Neighbours& behind, char32_t first) {
    constexpr size_t kManyWays = 4;
    return behind.size() >= kManyWays &&
           std::all_of(behind.begin(), behind.end(),
                       [](const auto& neighbour) { return neighbour.second == 1; }) &&
           ShareOfBorders(before, first, true, kBefore) >= kOpensClauses;
  }

  // Whether a short string that often stands in the report has other words on both sides nearly
  // each time: it needs no mark behind it. What always opens a clause is a verb with its object
  // (支持|合肥), and words that mostly begin at a mark are no ends of phrases (推进|西安).
  bool StandsFreely(const PhraseCandidate& candidate, const Neighbours& before,
                    const Neighbours& behind) {
    constexpr size_t kWays = 3;
    const std::u32string_view units = candidate.units;
    const char32_t last = units.back();
    if (candidate.in_report() < kOften || before.size() < 2 ||
        units.find(kOf) != std::u32string_view::npos) {
      return false;
    }
    // Where it always ends at a mark or a particle, two ways to come to it are enough.
    const size_t ways_before =
        ShareOfBorders(behind, last, false, kBehindPhrases) < 1 ? kWays : kWays - 1;
    return WaysOf(before, units.front(), true, kBefore) >= ways_before &&
           WaysOf(behind, last, false, kBehindPhrases) >= kWays && !BeginsLikeAVerb(candidate) &&
           !EndsInAnOpening(candidate);
  }

  // The different neighbours on one side; each border is another one.
  size_t WaysOf(const Neighbours& neighbours, char32_t inside, bool before,
                std::u32string_view particles) {
    size_t ways = 0;
    for (const auto& [letter, count] : neighbours) {
      ways += IsBorder(letter, inside, before, particles) ? count : 1u;
    }
    return ways;
  }

  // Whether the first two letters mostly stand behind marks or particles, as verbs do; false where
  // they stand too seldom elsewhere to tell.
  bool BeginsLikeAVerb(const PhraseCandidate& candidate) {
    const Borders& begin = BordersOf(candidate.units.substr(0, 2));
    return IsTelling(begin, candidate) && begin.before >= kOpensClauses;
  }

  // Whether the last two letters stand behind marks or particles much more often than before some;
  // false where they stand too seldom elsewhere to tell.
  bool EndsInAnOpening(const PhraseCandidate& candidate) {
    constexpr double kOftenBehind = 0.3;
    constexpr double kTimesAsOften = 2;
    const Borders& end = BordersOf(candidate.units.substr(candidate.units.size() - 2));
    return IsTelling(end, candidate) && end.before >= kOftenBehind &&
           end.before > kTimesAsOften * end.behind;
  }

  // Whether a mark or a particle ever stands before a string, or before the two letters before it
  // in the report, a verb as a rule: ，发展|首发经济. One place in the report tells nothing.
  bool BeginsSomewhere(const PhraseCandidate& candidate, const Neighbours& in_report) {
    const char32_t first = candidate.units.front();
    if (ShareOfBorders(in_report, first, true, kBefore) > 0 ||
        ShareOfBorders(candidate.emergence.before, first, true, kBefore) > 0) {
      return true;
    }
    constexpr size_t kVerb = 2;
    const std::u32string_view letters = text_.letters();
    for (size_t i = candidate.begin; i < candidate.end; ++i) {
      const size_t at = text_.suffixes()[i];
      if (at > kVerb && IsPhraseLetter(letters[at - 2]) && OpensAt(at - kVerb)) {
        return true;
      }
    }
    return candidate.in_report() == 1;
  }

  // Whether a mark or a particle stands before a place of the report.
  bool OpensAt(size_t at) const {
    const char32_t before = text_.letters()[at - 1];
    return before == text::kBreak || Has(kBefore, before);
  }

  // Whether a string often enough ends at a mark or a particle.
  bool Ends(const PhraseCandidate& candidate, const Neighbours& in_report) {
    const Emergence& all = candidate.emergence;
    const char32_t last = candidate.units.back();
    const double here = ShareOfBorders(in_report, last, false, kBehindPhrases);
    const double everywhere = ShareOfBorders(all.behind, last, false, kBehindPhrases);
    const auto places = static_cast<double>(candidate.in_report());
    const auto all_places = static_cast<double>(all.occurrences);
    const double together = (here * places + everywhere * all_places) / (places + all_places);
    if (std::max(here, everywhere) < kLeastAtEnd || together < kLeastTogether) {
      return false;
    }
    return here > 0 || everywhere >= kLeastOfClauses ||
           BordersOf(candidate.units.substr(0, 2)).before < kOpensClauses;
  }

  // Whether a phrase goes on to the left: over a 的 to one letter (党的|政治建设摆在首位), or to a
  // preposition (为|中国人民谋幸福).
  bool IsOfOneThing(const PhraseCandidate& candidate) const {
    absl::flat_hash_map<char32_t, size_t> of;
    const std::u32string_view letters = text_.letters();
    for (size_t i = candidate.begin; i < candidate.end; ++i) {
      const size_t at = text_.suffixes()[i];
      if (at > 2 && letters[at - 1] == kOf && IsPhraseLetter(letters[at - 2]) && OpensAt(at - 2)) {
        ++of[letters[at - 2]];
      }
    }
    const Neighbours before = AroundInReport(candidate).first;
    return std::any_of(of.begin(), of.end(),
                       [&](const auto& count) {
                         return static_cast<double>(count.second) >
                                kMostOfOneNeighbour * static_cast<double>(candidate.in_report());
                       }) ||
           std::any_of(kBefore.begin(), kBefore.end(), [&](char32_t particle) {
             return particle != kOf && ShareOf(particle, before) > kMostOfOneNeighbour &&
                    ShareOf(particle, candidate.emergence.before) > kMostOfOneNeighbour;
           });
  }

  static double ShareOf(char32_t letter, const Neighbours& neighbours) {
    double all = 0;
    double of_letter = 0;
    for (const auto& [neighbour, count] : neighbours) {
      all += count;
      of_letter += neighbour == letter ? count : 0;
    }
    return all > 0 ? of_letter / all : 0;
  }

  // Whether the report puts a string between quotation marks at half of its places.
  bool IsQuoted(const PhraseCandidate& candidate) const {
    size_t quoted = 0;
    for (size_t i = candidate.begin; i < candidate.end; ++i) {
      quoted += text_.IsQuoted(text_.suffixes()[i], candidate.units.size()) ? 1u : 0u;
    }
    return quoted * 2 >= candidate.in_report();
  }

  // Particles and the like stand at the ends of phrases only as parts of words.
  bool HasWholeEnds(const PhraseCandidate& candidate) {
    const std::u32string_view units = candidate.units;
    const size_t size = units.size();
    return !Has(kNoBeginning, units.front()) && !Has(kNoEnd, units.back()) &&
           !units.starts_with(U"我们") &&
           (!Has(kRareBeginning, units.front()) || Lift(units[0], units[1]) >= kBound) &&
           (!Has(kRareEnd, units.back()) || Lift(units[size - 2], units[size - 1]) >= kBound ||
            (Has(kNounEnd, units.back()) && EndsAtMarks(candidate)) || NeverLacksItsEnd(candidate));
  }

  // Whether a string that often stands in the report never stands without its last letter:
  // 甘其毛都.
  bool NeverLacksItsEnd(const PhraseCandidate& candidate) {
    const std::u32string_view units = candidate.units;
    return candidate.in_report() >= kOften &&
           CountOf(units.substr(0, units.size() - 1)) == CountOf(units);
  }

  // Whether a mark stands behind half of a string's places in the report: a verb has none there.
  bool EndsAtMarks(const PhraseCandidate& candidate) const {
    size_t marks = 0;
    for (size_t i = candidate.begin; i < candidate.end; ++i) {
      const size_t end = text_.suffixes()[i] + candidate.units.size();
      marks += text_.letters()[end] == text::kBreak ? 1u : 0u;
    }
    return marks * 2 >= candidate.in_report();
  }

  // Whether a short string begins like a verb, mostly goes on without a mark, and ends in letters
  // that begin phrases rather than end them: 坚持|科学, 保持|宏观经济, 推动|长春. Its object goes
  // on.
  bool BreaksOffItsObject(const PhraseCandidate& candidate) {
    constexpr size_t kShort = 7;
    constexpr double kOpens = 0.35;
    constexpr double kMostAtMarks = 0.6;
    constexpr double kOftenBehind = 0.2;
    constexpr double kTimesAsOften = 1.3;
    const std::u32string_view units = candidate.units;
    if (units.size() > kShort) {
      return false;
    }
    const Borders begin = BordersOf(units.substr(0, 2));
    const Borders& end = BordersOf(units.substr(units.size() - 2));
    return IsTelling(begin, candidate) && begin.before >= kOpens && IsTelling(end, candidate) &&
           end.before >= kOftenBehind && end.before > kTimesAsOften * end.behind &&
           ShareOf(text::kBreak, AroundInReport(candidate).second) < kMostAtMarks;
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
      known->second = {emergence.occurrences,
                       ShareOfBorders(emergence.before, units.front(), true, kBefore),
                       ShareOfBorders(emergence.behind, units.back(), false, kBehind)};
    }
    return known->second;
  }

  // Whether some letters stand so often outside a candidate that what stands beside them there
  // tells something.
  static bool IsTelling(const Borders& borders, const PhraseCandidate& candidate) {
    constexpr uint64_t kTelling = 20;
    return borders.occurrences >= candidate.emergence.occurrences + kTelling;
  }

  // Whether words begin and end where a candidate does: asked of its first and its last two letters
  // if they stand elsewhere often enough to tell, else of the first and the last.
  bool HasWordBorders(const PhraseCandidate& candidate) {
    const std::u32string_view units = candidate.units;
    const Borders* first = &BordersOf(units.substr(0, 2));
    if (!IsTelling(*first, candidate)) {
      first = &BordersOf(units.substr(0, 1));
    }
    const double opens = first->before;  // `first` may move
    if (std::max(opens, ShareOfBorders(candidate.emergence.before, units.front(), true, kBefore)) <
        kLeastAtBorder) {
      return false;
    }
    const Borders* last = &BordersOf(units.substr(units.size() - 2));
    if (!IsTelling(*last, candidate)) {
      last = &BordersOf(units.substr(units.size() - 1));
    }
    return std::max(last->behind, ShareOfBorders(candidate.emergence.behind, units.back(), false,
                                                 kBehind)) >= kLeastAtBorder ||
           (opens < kOpensClauses && last->before < kOpensClauses && NeverGoesOnAlike(candidate));
  }

  // Whether another letter stands behind a long string each time: 基层群众自治 before 制度, 机制,
  // 范围.
  bool NeverGoesOnAlike(const PhraseCandidate& candidate) const {
    constexpr uint64_t kOfMany = 4;
    return candidate.units.size() >= kLong && candidate.in_report() >= kOfMany &&
           AroundInReport(candidate).second.size() == candidate.in_report();
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

  // Whether a phrase in a longer one, `before` and `behind` the letters there beside it (0 for
  // none), is one without them: it stands beside marks or particles elsewhere, or beside other
  // letters, and is not bound to these. 发展|新质生产力, not 环境|友好型社会 nor 党的|政治建设.
  bool StandsApart(const PhraseCandidate& inner, char32_t before, char32_t behind) {
    constexpr std::u32string_view kBeforeAlone = kBefore.substr(1);  // without 的
    const Emergence& all = inner.emergence;
    const char32_t first = inner.units.front();
    const char32_t last = inner.units.back();
    const bool begins = before == 0 ||
                        ShareOfBorders(all.before, first, true, kBeforeAlone) >= kLeastAtEnd ||
                        (before != kOf && ShareOf(before, all.before) <= kMostOfOneNeighbour &&
                         Lift(before, first) < kLoose);
    const bool ends =
        behind == 0 || ShareOfBorders(all.behind, last, false, kBehind) >= kLeastAtEnd ||
        (ShareOf(behind, all.behind) <= kMostOfOneNeighbour && Lift(last, behind) < kLoose);
    return begins && ends;
  }

  // Whether a word goes on over an end of a candidate: its letter there is bound to what stands
  // outside (加强, 增强 before 宏观政策) and not to what stands inside (强宏).
  bool CutsAWord(const PhraseCandidate& candidate) {
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

  QuoteRef FirstOf(const PhraseCandidate& candidate) const {
    const auto begin = text_.suffixes().begin();
    return {&report_,
            text_.QuoteAt(*std::min_element(begin + static_cast<ptrdiff_t>(candidate.begin),
                                            begin + static_cast<ptrdiff_t>(candidate.end)))};
  }

  // Where a candidate stands first. Folds drop quotation marks: takes in the partner of one that
  // the range parts from it. nullopt where another mark is parted from its partner (百年”奋斗目标
  // of “两个一百年”奋斗目标), or a numeral from its first letters: it is no whole phrase there.
  std::optional<report::Range> WholeRange(const PhraseCandidate& candidate) const {
    const QuoteRef first = FirstOf(candidate);
    report::Range range = FindIn(first, candidate.units).value_or(first.quote().range);
    const std::u32string_view joined = report_.joined();
    const std::u32string_view text = report_.joined(range);
    const auto in_numeral = [&](size_t at) {
      return at > 0 && at < joined.size() && Has(kNumerals, joined[at - 1]) &&
             Has(kNumerals, joined[at]);
    };
    if (in_numeral(range.begin) || in_numeral(range.end)) {
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

  // Whether the report often has a phrase, and never but in a longer one: that is what it
  // introduces (社会主义核心价值|体系), whatever later ones do with the shorter one.
  static bool IsAlwaysOf(const PhraseCandidate& inner, const PhraseCandidate& longer) {
    return inner.in_report() >= kOften && inner.in_report() == longer.in_report();
  }

  void Choose(NewPhrases* found) {
    std::vector<const PhraseCandidate*> whole;
    for (const auto& [units, candidate] : candidates_) {
      const bool fits = !HasAmount(units) && WholeRange(candidate).has_value();
      if (fits && (IsQuoted(candidate) ||
                   (HasWholeEnds(candidate) && IsClosed(candidate) && HasWordBorders(candidate) &&
                    !CutsAWord(candidate) && !BreaksOffItsObject(candidate) && Holds(candidate)))) {
        whole.push_back(&candidate);
      }
    }
    // Longest first: a listed one takes the places of what stands inside it.
    std::sort(whole.begin(), whole.end(), [](const PhraseCandidate* a, const PhraseCandidate* b) {
      return a->units.size() != b->units.size() ? a->units.size() > b->units.size()
                                                : a->begin < b->begin;
    });
    absl::flat_hash_map<std::u32string_view, const PhraseCandidate*> by_units;
    for (const PhraseCandidate* const candidate : whole) {
      by_units.emplace(candidate->units, candidate);
    }
    const auto each_inside = [&by_units](std::u32string_view units, const auto& visit) {
      for (size_t begin = 0; begin + kFewestPhraseUnits <= units.size(); ++begin) {
        for (size_t size = kFewestPhraseUnits; begin + size <= units.size(); ++size) {
          const auto inner = by_units.find(units.substr(begin, size));
          if (size < units.size() && inner != by_units.end()) {
            visit(*inner->second, begin);
          }
        }
      }
    };
    struct Taken {
      uint64_t in_report = 0;
      bool other_form = false;
    };
    absl::flat_hash_map<const PhraseCandidate*, Taken> taken;  // by longer ones that are listed
    for (const PhraseCandidate* const candidate : whole) {
      const auto in_report = static_cast<double>(candidate->in_report());
      const auto in_all = static_cast<double>(candidate->emergence.occurrences);
      bool listed = true;
      const auto is_other_form = [this, candidate](const PhraseCandidate& inner) {
        const size_t more = candidate->units.size() - inner.units.size();
        return more <= (IsQuoted(inner) ? kMostOfQuoted : kMostOfOne);
      };
      const auto letter_at = [candidate](size_t at) {
        return at < candidate->units.size() ? candidate->units[at] : U'\0';
      };
      each_inside(candidate->units, [&](const PhraseCandidate& inner, size_t begin) {
        listed =
            listed &&
            (!is_other_form(inner) ||
             (IsAlwaysOf(inner, *candidate) &&
              (begin == 0 || (begin > 1 && !BeginsLikeAVerb(*candidate)))) ||
             (in_report >= kExplains * static_cast<double>(inner.in_report()) &&
              in_all >= kExplainsOfAll * static_cast<double>(inner.emergence.occurrences) &&
              !StandsApart(inner, letter_at(begin - 1), letter_at(begin + inner.units.size()))));
      });
      const Taken of = taken[candidate];
      const uint64_t own = candidate->in_report() - std::min(candidate->in_report(), of.in_report);
      const double least = of.other_form ? kExplains : kStandsByItself;
      if (of.in_report > 0 &&
          (own < kPlacesByItself ||
           (own < kManyByItself && static_cast<double>(own) < least * in_report))) {
        listed = false;
      }
      if (!listed) {
        continue;
      }
      each_inside(candidate->units, [&](const PhraseCandidate& inner, size_t) {
        Taken& lost = taken[&inner];
        lost.in_report = std::max(lost.in_report, candidate->in_report());
        lost.other_form = lost.other_form || is_other_form(inner);
      });
      NewPhrase phrase;
      phrase.in_report = candidate->in_report();
      phrase.occurrences = candidate->emergence.occurrences;
      phrase.reports = candidate->emergence.reports;
      phrase.first = FirstOf(*candidate);
      phrase.range = *WholeRange(*candidate);
      phrase.text = text::ToUtf8(report_.joined(phrase.range));
      found->phrases.push_back(std::move(phrase));
    }
    std::sort(found->phrases.begin(), found->phrases.end(),
              [](const NewPhrase& a, const NewPhrase& b) {
                if (a.in_report != b.in_report) {
                  return a.in_report > b.in_report;
                }
                if (a.occurrences != b.occurrences) {
                  return a.occurrences > b.occurrences;
                }
                return a.range.begin != b.range.begin ? a.range.begin < b.range.begin
                                                      : a.range.end > b.range.end;
              });
  }

  // What has 的 inside, or is short and has a conjunction or a preposition there, is more often a
  // sentence's than a phrase.
  bool Holds(const PhraseCandidate& candidate) {
    constexpr size_t kLongEnough = 8;
    constexpr uint64_t kOftenEnough = 4;
    const std::u32string_view units = candidate.units;
    if (units.find(U'几') != std::u32string_view::npos) {
      return false;
    }
    if (units.size() >= kLongEnough || candidate.in_report() >= kOftenEnough) {
      return true;
    }
    if (units.find(kOf) != std::u32string_view::npos && candidate.in_report() < kOften) {
      return false;
    }
    for (size_t i = 1; i + 1 < units.size(); ++i) {
      if (Has(kBetween, units[i]) && Lift(units[i - 1], units[i]) < kBound &&
          Lift(units[i], units[i + 1]) < kBound) {
        return false;
      }
    }
    return true;
  }

  const Archive& archive_;
  const PackedDocument& report_;
  const NewPhraseOptions& options_;
  std::vector<Epoch> epochs_;
  uint64_t earlier_ = 0;
  uint64_t undated_ = 0;
  double letters_ = 0;     // of all reports
  const ReportText text_;  // where the units of candidates are
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
