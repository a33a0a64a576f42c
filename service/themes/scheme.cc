#include "service/themes/scheme.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/base/file.h"
#include "service/base/hash.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/report/classify.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "service/themes/matcher.h"
#include "service/themes/scheme_reader.h"

namespace quotes::data {
extern const std::string_view kThemesTsv;
extern const std::string_view kThemeCuesTsv;
}  // namespace quotes::data

namespace quotes::themes {
namespace {

// These weights were chosen together, to keep precision and recall alike far above what is asked
// for, on labels that the cues had not been edited by. None of them is sharp.
//
// The summed weight from which on a theme is given.
constexpr double kFits = 1.0;
// Beside a theme that fits, another one needs less: sentences that name two things dwell on
// neither.
constexpr double kFitsBeside = 0.8;
// A theme much weaker than the best one of the same sentence was only touched in passing; one that
// has this much evidence of its own counts beside any other.
constexpr double kShareOfBest = 0.5;
constexpr double kFitsBesideAny = 1.8;
// How much less headings and lead count for a sentence that speaks clearly for itself.
constexpr double kOwnWordsDisplace = 0.4;
// One heading gives no more than this, however many cues it has.
constexpr double kMostPerHeading = 1.2;
// Each heading above one that already names a theme counts less than the one below it.
constexpr double kFartherHeading = 0.8;
// The sentence before only hints at what its successor goes on about.
constexpr double kSentenceBefore = 0.7;
// A lead sentence that is too long to be a heading only hints at what its paragraph is about.
constexpr double kLongLead = 0.6;
constexpr uint32_t kHeadingCodePoints = 48;
// In this last part of a speech what follows a salutation that stands alone is its close, and no
// longer the matter of the last section.
constexpr uint32_t kClosingPart = 20;  // a twentieth
constexpr uint32_t kSalutationCodePoints = 12;
// Words of a close that say nothing else are ceremony like their salutation.
constexpr double kSalutation = 0.6;

// Raised with every change of the rules of assignment, so that what older rules gave is given anew.
constexpr int kRules = 4;

// One cue found in one stretch of text.
struct Clue {
  int theme = 0;
  int cue = 0;
  double weight = 0;
  bool inherits = true;
};

// What a heading, lead or sentence before hands down, with the factor by which it counts.
struct Level {
  const std::vector<Clue>* clues = nullptr;
  double factor = 1;
  bool whole = false;  // also what is otherwise not handed down
};

// A cue that spoke for a theme or against it.
struct Witness {
  double weight = 0;  // with the level's factor
  bool heading = false;
  Clue clue;
};

// The evidence for one theme.
struct Weighed {
  double words = 0;  // of the theme's cues in the sentence
  double own = 0;    // with its children's
  double alone = 0;  // of the words, with what headings and sentences before hand down
  double total = 0;  // all of it
};

// What the judgement of one sentence after the other needs.
struct Scratch {
  std::vector<Weighed> weighed;  // by theme
  std::vector<Witness> witnesses;
  std::vector<double> sums;   // by theme, of one level
  std::vector<size_t> named;  // themes that a level speaks of
  std::vector<bool> fits_below;
};

// A bullet or the introduction of a list is a sentence about its matter, not a name for it.
bool IsName(const report::Section& section) {
  return section.kind != report::SectionKind::kBullet &&
         section.kind != report::SectionKind::kListIntroduction &&
         section.heading_range.size() <= kHeadingCodePoints;
}

// 各位代表！
bool IsSalutation(std::u32string_view text) {
  if (text.size() > kSalutationCodePoints) {
    return false;
  }
  std::u32string folded(text);
  std::transform(folded.begin(), folded.end(), folded.begin(), text::FoldLetter);
  return report::BeginsWithSalutation(folded);
}

bool Overlap(const report::Range& a, const report::Range& b) {
  return a.begin < b.end && b.begin < a.end;
}

// The bytes of a file; nullopt if there is none.
absl::StatusOr<std::optional<std::string>> ReadIfThere(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) {
    return std::optional<std::string>();
  }
  QUOTES_ASSIGN_OR_RETURN(std::string bytes, ReadRegularFile(path, limits::kMaxSettingsFileBytes));
  return std::optional<std::string>(std::move(bytes));
}

}  // namespace

struct Scheme::Rep {
  Rep(const std::vector<std::u32string>& folded, std::vector<Term> all)
      : matcher(folded), terms(std::move(all)) {
    for (const Term& term : terms) {
      in_heading.push_back(true);
      in_body.push_back(term.masks || std::any_of(term.uses.begin(), term.uses.end(),
                                                  [](const CueUse& use) { return use.in_body; }));
    }
  }

  std::vector<Clue> Read(const report::ParsedReport& report, report::Range range,
                         bool heading) const;
  std::vector<Assignment> Judge(const std::vector<Clue>& own, const std::vector<Level>& levels,
                                Scratch* scratch) const;
  double ShareOf(const Witness& witness, int theme, bool with_children,
                 const std::vector<Weighed>& weighed) const;
  void NameCues(bool with_children, const std::vector<Witness>& witnesses,
                const std::vector<Weighed>& weighed, Assignment* assignment) const;

  Matcher matcher;
  std::vector<Term> terms;
  std::vector<bool> in_heading;  // which terms take part where
  std::vector<bool> in_body;
  std::vector<Theme> themes;
  std::vector<int> parents;
  CodeMap codes;
  std::string version;
};

// Every cue counts once, however often it stands there.
std::vector<Clue> Scheme::Rep::Read(const report::ParsedReport& report, report::Range range,
                                    bool heading) const {
  const std::u32string_view joined = report.joined;
  const size_t begin = std::min<size_t>(range.begin, joined.size());
  const size_t end = std::clamp<size_t>(range.end, begin, joined.size());
  const std::u32string folded = text::FoldUnits(joined.substr(begin, end - begin));
  std::vector<uint32_t> found;
  for (const Matcher::Match& match : matcher.FindLongest(folded, heading ? in_heading : in_body)) {
    if (std::find(found.begin(), found.end(), match.pattern) == found.end()) {
      found.push_back(match.pattern);
    }
  }
  std::vector<Clue> clues;
  for (const uint32_t term : found) {
    for (const CueUse& use : terms[term].uses) {
      if (heading || use.in_body) {
        clues.push_back({use.theme, use.cue, use.weight, use.inherits});
      }
    }
  }
  return clues;
}

// What a witness adds to a theme's weight. A theme that also lives on what its children have in
// common has a part of theirs, too.
double Scheme::Rep::ShareOf(const Witness& witness, int theme, bool with_children,
                            const std::vector<Weighed>& weighed) const {
  double share = witness.weight;
  int speaks_for = witness.clue.theme;
  while (speaks_for != theme) {
    if (!with_children || witness.heading || weighed[static_cast<size_t>(speaks_for)].own <= 0 ||
        parents[static_cast<size_t>(speaks_for)] < 0) {
      return 0;
    }
    share *= kChildForParent;
    speaks_for = parents[static_cast<size_t>(speaks_for)];
  }
  return share;
}

void Scheme::Rep::NameCues(bool with_children, const std::vector<Witness>& witnesses,
                           const std::vector<Weighed>& weighed, Assignment* assignment) const {
  struct Share {
    bool heading;
    std::string_view term;
    double share;
  };
  std::vector<Share> shares;
  for (const Witness& witness : witnesses) {
    const double share = ShareOf(witness, assignment->theme, with_children, weighed);
    if (share == 0) {
      continue;
    }
    const Theme& of = themes[static_cast<size_t>(witness.clue.theme)];
    const std::string_view term = of.cues[static_cast<size_t>(witness.clue.cue)].term;
    const auto held = std::find_if(shares.begin(), shares.end(), [&](const Share& other) {
      return other.heading == witness.heading && other.term == term;
    });
    if (held == shares.end()) {
      shares.push_back({witness.heading, term, share});
    } else {
      held->share += share;
    }
  }
  std::stable_partition(shares.begin(), shares.end(), [](const Share& of) { return of.share > 0; });
  constexpr double kMost = std::numeric_limits<int16_t>::max();
  assignment->cues.reserve(shares.size());
  assignment->shares.reserve(shares.size());
  for (const auto& [heading, term, share] : shares) {
    assignment->cues.push_back(absl::StrCat(heading ? "heading:" : "", ToAbsl(term)));
    assignment->shares.push_back(
        static_cast<int16_t>(std::clamp(std::round(1000 * share), -kMost, kMost)));
  }
}

std::vector<Assignment> Scheme::Rep::Judge(const std::vector<Clue>& own,
                                           const std::vector<Level>& levels,
                                           Scratch* scratch) const {
  if (own.empty() && std::all_of(levels.begin(), levels.end(),
                                 [](const Level& level) { return level.clues->empty(); })) {
    return {};
  }
  std::vector<Weighed>& weighed = scratch->weighed;
  weighed.assign(themes.size(), {});
  std::vector<Witness>& witnesses = scratch->witnesses;
  witnesses.clear();
  for (const Clue& clue : own) {
    Weighed& theme = weighed[static_cast<size_t>(clue.theme)];
    theme.words += clue.weight;
    witnesses.push_back({clue.weight, false, clue});
  }
  double best_own = 0;
  for (Weighed& theme : weighed) {
    theme.own = theme.words;
    theme.alone = theme.words;
    best_own = std::max(best_own, theme.own);
  }

  double factor = 1 - kOwnWordsDisplace * std::min(best_own, 1.0);
  std::vector<double>& sums = scratch->sums;
  sums.assign(themes.size(), 0);
  std::vector<size_t>& named = scratch->named;
  named.clear();
  for (const Level& level : levels) {
    for (const size_t theme : named) {
      sums[theme] = 0;
    }
    named.clear();
    for (const Clue& clue : *level.clues) {
      if (clue.inherits || level.whole) {
        const auto theme = static_cast<size_t>(clue.theme);
        sums[theme] += clue.weight;
        if (std::find(named.begin(), named.end(), theme) == named.end()) {
          named.push_back(theme);
        }
      }
    }
    bool names_a_theme = false;
    for (const size_t theme : named) {
      // What a heading says against a theme, it says of itself only.
      weighed[theme].alone += factor * level.factor * std::clamp(sums[theme], 0.0, kMostPerHeading);
      names_a_theme = names_a_theme || sums[theme] >= kFits;
    }
    for (const Clue& clue : *level.clues) {
      const double sum = sums[static_cast<size_t>(clue.theme)];
      if ((clue.inherits || level.whole) && sum > 0) {
        const double counted = std::min(1.0, kMostPerHeading / sum);
        witnesses.push_back({factor * level.factor * counted * clue.weight, true, clue});
      }
    }
    if (names_a_theme) {
      factor *= kFartherHeading;
    }
  }

  double best = 0;
  for (Weighed& theme : weighed) {
    theme.total = theme.alone;
    best = std::max(best, theme.alone);
  }
  const double needed =
      std::max(best >= kFits ? kFitsBeside : kFits, std::min(kShareOfBest * best, kFitsBesideAny));
  // Children stand after their parents, so going backwards the whole subtree is summed up first.
  // Headings take no part in it: what they say about the parent, they say in their own words.
  for (size_t i = weighed.size(); i-- > 0;) {
    if (parents[i] >= 0 && weighed[i].own > 0) {
      weighed[static_cast<size_t>(parents[i])].own += kChildForParent * weighed[i].own;
      weighed[static_cast<size_t>(parents[i])].total += kChildForParent * weighed[i].own;
    }
  }
  std::vector<bool>& fits_below = scratch->fits_below;
  fits_below.assign(themes.size(), false);
  // The sentence's own cues first, the strongest of each kind before the others.
  std::stable_sort(witnesses.begin(), witnesses.end(), [](const Witness& a, const Witness& b) {
    return a.heading != b.heading ? b.heading : a.weight > b.weight;
  });
  std::vector<Assignment> given;
  const auto give = [&](size_t theme, double weight, bool with_children) {
    Assignment& assignment = given.emplace_back();
    assignment.theme = static_cast<int>(theme);
    assignment.score = 1 - std::exp2(-weight);
    NameCues(with_children, witnesses, weighed, &assignment);
  };
  size_t best_theme = weighed.size() - 1;  // of equals the last, so a child before its parent
  for (size_t i = weighed.size(); i-- > 0;) {
    const bool fits = weighed[i].total >= needed;
    if (parents[i] >= 0 && (fits || fits_below[i])) {
      fits_below[static_cast<size_t>(parents[i])] = true;
    }
    if (fits && !fits_below[i]) {
      give(i, weighed[i].total, true);
    } else if (weighed[i].words >= kFits && weighed[i].alone >= needed) {
      give(i, weighed[i].alone, false);
    }
    if (weighed[i].total > weighed[best_theme].total) {
      best_theme = i;
    }
  }
  if (given.empty() && weighed[best_theme].total >= kFitsAlone) {
    give(best_theme, weighed[best_theme].total, true);
  }
  std::sort(given.begin(), given.end(), [](const Assignment& a, const Assignment& b) {
    return a.score != b.score ? a.score > b.score : a.theme < b.theme;
  });
  return given;
}

Scheme::Scheme() = default;
Scheme::~Scheme() = default;

std::shared_ptr<const Scheme> Scheme::BuiltIn() {
  static const auto* const kScheme = [] {
    auto parsed = Parse(data::kThemesTsv, data::kThemeCuesTsv);
    QUOTES_CHECK(parsed.ok());  // the data is part of the program; a test reads it too
    return new std::shared_ptr<const Scheme>(*std::move(parsed));
  }();
  return *kScheme;
}

absl::StatusOr<std::shared_ptr<const Scheme>> Scheme::Parse(std::string_view themes_tsv,
                                                            std::string_view cues_tsv) {
  return Make({{"themes.tsv", themes_tsv}, {"cues.tsv", cues_tsv}}, std::nullopt);
}

absl::StatusOr<std::shared_ptr<const Scheme>> Scheme::ReadHouse(const std::string& folder) {
  const std::string themes_path = absl::StrCat(folder, "/themes.tsv");
  const std::string cues_path = absl::StrCat(folder, "/cues.tsv");
  QUOTES_ASSIGN_OR_RETURN(const std::optional<std::string> themes_tsv, ReadIfThere(themes_path));
  QUOTES_ASSIGN_OR_RETURN(const std::optional<std::string> cues_tsv, ReadIfThere(cues_path));
  if (!themes_tsv.has_value() && !cues_tsv.has_value()) {
    return BuiltIn();
  }
  return Make({{"themes.tsv", data::kThemesTsv}, {"cues.tsv", data::kThemeCuesTsv}},
              SchemeFiles{{themes_path, themes_tsv}, {cues_path, cues_tsv}});
}

absl::StatusOr<std::vector<SchemeFinding>> Scheme::CheckHouse(const std::string& folder) {
  const std::string themes_path = absl::StrCat(folder, "/themes.tsv");
  const std::string cues_path = absl::StrCat(folder, "/cues.tsv");
  QUOTES_ASSIGN_OR_RETURN(const std::optional<std::string> themes_tsv, ReadIfThere(themes_path));
  QUOTES_ASSIGN_OR_RETURN(const std::optional<std::string> cues_tsv, ReadIfThere(cues_path));
  if (!themes_tsv.has_value() && !cues_tsv.has_value()) {
    return absl::NotFoundError(absl::StrCat(folder, ": there is neither themes.tsv nor cues.tsv"));
  }
  SchemeReader reader;
  QUOTES_RETURN_IF_ERROR(
      reader.Read({{"themes.tsv", data::kThemesTsv}, {"cues.tsv", data::kThemeCuesTsv}},
                  SchemeReader::Layer::kBuiltIn));
  QUOTES_RETURN_IF_ERROR(
      reader.Read({{themes_path, themes_tsv}, {cues_path, cues_tsv}}, SchemeReader::Layer::kHouse));
  return reader.FindHouseFaults();
}

absl::StatusOr<std::shared_ptr<const Scheme>> Scheme::Make(
    const SchemeFiles& built_in, const std::optional<SchemeFiles>& house) {
  SchemeReader reader;
  QUOTES_RETURN_IF_ERROR(reader.Read(built_in, SchemeReader::Layer::kBuiltIn));
  // The sizes keep a line that moves from one file to the other from going unnoticed.
  std::string all = absl::StrCat(kRules, "\n");
  const auto add = [&all](const SchemeFiles& files) {
    for (const SchemeFile& file : {files.themes, files.cues}) {
      absl::StrAppend(&all, file.tsv.has_value() ? static_cast<int64_t>(file.tsv->size()) : -1,
                      "\n", ToAbsl(file.tsv.value_or("")));
    }
  };
  add(built_in);
  if (house.has_value()) {
    QUOTES_RETURN_IF_ERROR(reader.Read(*house, SchemeReader::Layer::kHouse));
    add(*house);
  }
  SchemeData data = reader.Take();
  auto rep = std::make_unique<Rep>(std::move(data.folded), std::move(data.terms));
  for (const Theme& theme : data.themes) {
    rep->parents.push_back(FindCode(data.codes, theme.parent));
  }
  rep->themes = std::move(data.themes);
  rep->codes = std::move(data.codes);
  rep->version = absl::StrCat(data.version, "-", Sha256Hex(all).substr(0, 12));
  auto scheme = std::shared_ptr<Scheme>(new Scheme());
  scheme->rep_ = std::move(rep);
  return scheme;
}

const std::string& Scheme::version() const { return rep_->version; }

const std::vector<Theme>& Scheme::themes() const { return rep_->themes; }

int Scheme::Find(std::string_view code) const { return FindCode(rep_->codes, code); }

int Scheme::ParentOf(int theme) const {
  QUOTES_CHECK(theme >= 0 && static_cast<size_t>(theme) < rep_->themes.size());
  return rep_->parents[static_cast<size_t>(theme)];
}

std::vector<int> Scheme::WithDescendants(int theme) const {
  QUOTES_CHECK(theme >= 0 && static_cast<size_t>(theme) < rep_->themes.size());
  std::vector<int> found = {theme};
  for (size_t i = static_cast<size_t>(theme) + 1; i < rep_->themes.size(); ++i) {
    if (std::binary_search(found.begin(), found.end(), rep_->parents[i])) {
      found.push_back(static_cast<int>(i));
    }
  }
  return found;
}

std::vector<std::vector<Assignment>> Scheme::Assign(const report::ParsedReport& report) const {
  std::vector<std::vector<Clue>> heading_clues;
  heading_clues.reserve(report.sections.size());
  for (const report::Section& section : report.sections) {
    heading_clues.push_back(rep_->Read(report, section.heading_range, IsName(section)));
  }

  std::vector<std::vector<Assignment>> assigned(report.quotes.size());
  size_t lead = report.quotes.size();  // the first quote of the paragraph at hand
  std::vector<Clue> lead_clues;
  size_t before = report.quotes.size();  // the quote before
  std::vector<Clue> clues_before;
  uint32_t speech_end = 0;
  for (const report::Quote& quote : report.quotes) {
    if (report::IsSpeech(quote.block)) {
      speech_end = std::max(speech_end, quote.range.end);
    }
  }
  uint32_t close = 0;      // where the close begins; nothing that stands before it hands down
  int close_section = -1;  // which it stands in
  std::vector<Clue> salutation;
  std::vector<Level> levels;
  Scratch scratch;
  for (size_t i = 0; i < report.quotes.size(); ++i) {
    const report::Quote& quote = report.quotes[i];
    if (!report::IsSpeech(quote.block)) {
      continue;
    }
    const auto section_at = [&](int index) {
      return index >= 0 && static_cast<size_t>(index) < report.sections.size()
                 ? &report.sections[static_cast<size_t>(index)]
                 : nullptr;
    };
    const report::Section* innermost = section_at(quote.section);
    const bool is_heading = quote.range.size() <= kHeadingCodePoints &&
                            (quote.block == report::BlockKind::kHeading ||
                             (innermost != nullptr && IsName(*innermost) &&
                              Overlap(quote.range, innermost->heading_range)));
    std::vector<Clue> own = rep_->Read(report, quote.range, is_heading);

    if (quote.range.begin >= speech_end - speech_end / kClosingPart &&
        IsSalutation(
            std::u32string_view(report.joined).substr(quote.range.begin, quote.range.size()))) {
      close = quote.range.begin;
      close_section = quote.section;
      salutation = own;
    }

    levels.clear();
    if (lead == report.quotes.size() || report.quotes[lead].range.begin < close ||
        report.quotes[lead].paragraph != quote.paragraph) {
      lead = i;
      lead_clues = own;
    } else {
      if (before != lead) {
        levels.push_back({&clues_before, kSentenceBefore});
      }
      if (innermost == nullptr || !Overlap(report.quotes[lead].range, innermost->heading_range)) {
        const bool long_lead = report.quotes[lead].range.size() > kHeadingCodePoints;
        levels.push_back({&lead_clues, long_lead ? kLongLead : 1});
      }
    }
    // Parents stand before their children, so the chain ends.
    for (int index = quote.section; section_at(index) != nullptr;) {
      const report::Section& section = *section_at(index);
      if (section.heading_range.begin >= close && !Overlap(quote.range, section.heading_range)) {
        const bool long_heading = section.heading_range.size() > kHeadingCodePoints;
        levels.push_back(
            {&heading_clues[static_cast<size_t>(index)], long_heading ? kLongLead : 1});
      }
      index = section.parent < index ? section.parent : -1;
    }
    if (close > 0 && close < quote.range.begin && quote.section == close_section &&
        quote.block != report::BlockKind::kHeading) {
      levels.push_back({&salutation, kSalutation, /*whole=*/true});
    }
    assigned[i] = rep_->Judge(own, levels, &scratch);
    before = i;
    clues_before = std::move(own);
  }
  return assigned;
}

}  // namespace quotes::themes
