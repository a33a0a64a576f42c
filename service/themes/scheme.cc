#include "service/themes/scheme.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/check.h"
#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/base/status_macros.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"
#include "service/themes/matcher.h"

namespace quotes::data {
extern const std::string_view kThemesTsv;
extern const std::string_view kThemeCuesTsv;
}  // namespace quotes::data

namespace quotes::themes {
namespace {

// The summed weight from which on a theme is given.
constexpr double kFits = 1.0;
// Where no theme gets that far, the best one is given from this on: one clear word in a short
// sentence tells more than the absence of a second one.
constexpr double kFitsAlone = 0.6;
// A theme much weaker than the best one of the same sentence was only touched in passing; one that
// has this much evidence of its own counts beside any other.
constexpr double kShareOfBest = 0.45;
constexpr double kFitsBesideAny = 1.8;
// How much less headings and lead count for a sentence that speaks clearly for itself.
constexpr double kOwnWordsDisplace = 0.55;
// One heading gives no more than this, however many cues it has.
constexpr double kMostPerHeading = 1.4;
// Each heading above one that already names a theme counts half as much as the one below it.
constexpr double kFartherHeading = 0.5;
// The sentence before only hints at what its successor goes on about.
constexpr double kSentenceBefore = 0.6;
// A lead sentence that is too long to be a heading only hints at what its paragraph is about.
constexpr double kLongLead = 0.6;
constexpr uint32_t kHeadingCodePoints = 48;
// What children have in common speaks for their parent.
constexpr double kChildForParent = 0.5;

// Raised with every change of the rules of assignment, so that what older rules gave is given anew.
constexpr int kRules = 2;

constexpr double kMaxWeight = 10;
constexpr std::string_view kMaskCode = "-";

constexpr std::string_view kThemesFile = "themes.tsv";
constexpr std::string_view kCuesFile = "cues.tsv";

absl::Status Malformed(std::string_view file, size_t line, std::string_view description) {
  return errors::FieldInvalid(absl::StrCat(ToAbsl(file), ":", line), description);
}

struct Line {
  size_t number = 0;  // 1-based
  std::vector<std::string_view> columns;
};

// The lines that are neither empty nor comments, cut at tabs.
absl::StatusOr<std::vector<Line>> ReadTable(std::string_view file, std::string_view tsv) {
  if (const std::optional<size_t> bad = text::FindInvalidUtf8(tsv)) {
    const auto line = std::count(tsv.begin(), tsv.begin() + static_cast<ptrdiff_t>(*bad), '\n');
    return Malformed(file, static_cast<size_t>(line) + 1, "the line is not UTF-8");
  }
  std::vector<Line> lines;
  size_t number = 0;
  for (size_t begin = 0; begin < tsv.size();) {
    const size_t end = std::min(tsv.find('\n', begin), tsv.size());
    std::string_view line = tsv.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    if (line.empty() || line.front() == '#') {
      continue;
    }
    Line& read = lines.emplace_back();
    read.number = number;
    for (size_t tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
      read.columns.push_back(line.substr(0, tab));
      line.remove_prefix(tab + 1);
    }
    read.columns.push_back(line);
  }
  return lines;
}

bool IsCode(std::string_view code) {
  bool part_begins = true;
  for (const char c : code) {
    if (c == '.') {
      if (part_begins) {
        return false;
      }
      part_begins = true;
    } else if ((c >= 'a' && c <= 'z') || (!part_begins && (c == '_' || (c >= '0' && c <= '9')))) {
      part_begins = false;
    } else {
      return false;
    }
  }
  return !part_begins;
}

bool IsVersion(std::string_view version) {
  return !version.empty() && version.size() <= 32 &&
         std::all_of(version.begin(), version.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.';
         });
}

using CodeMap = absl::flat_hash_map<std::string, int>;

int FindCode(const CodeMap& codes, std::string_view code) {
  const auto found = codes.find(ToAbsl(code));
  return found == codes.end() ? -1 : found->second;
}

absl::Status ReadThemes(std::string_view tsv, std::vector<Theme>* themes, CodeMap* codes) {
  QUOTES_ASSIGN_OR_RETURN(const std::vector<Line> lines, ReadTable(kThemesFile, tsv));
  const std::vector<std::string_view> header = {"code", "parent", "zh", "en", "scope"};
  if (lines.empty() || lines.front().columns != header) {
    return Malformed(kThemesFile, lines.empty() ? 1 : lines.front().number,
                     "the first line must name the columns code, parent, zh, en, scope");
  }
  absl::flat_hash_set<std::string> below;  // to tell a parent that comes later from an unknown one
  for (const Line& line : lines) {
    below.insert(std::string(line.columns.front()));
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (line.columns.size() != header.size()) {
      return Malformed(kThemesFile, line.number, "a theme has five columns");
    }
    const std::string_view code = line.columns[0];
    const std::string_view parent = line.columns[1];
    if (!IsCode(code)) {
      return Malformed(kThemesFile, line.number,
                       "a code is made of a-z, 0-9, _ and inner dots, each part beginning with "
                       "a letter");
    }
    if (line.columns[2].empty() || line.columns[3].empty() || line.columns[4].empty()) {
      return Malformed(kThemesFile, line.number, "names and scope must not be empty");
    }
    if (!parent.empty() && FindCode(*codes, parent) < 0) {
      return Malformed(kThemesFile, line.number,
                       below.contains(ToAbsl(parent)) ? "the parent stands below its child"
                                                      : "the parent is unknown");
    }
    if (!codes->try_emplace(std::string(code), static_cast<int>(themes->size())).second) {
      return Malformed(kThemesFile, line.number, "the code stands twice");
    }
    Theme& theme = themes->emplace_back();
    theme.code = code;
    theme.parent = parent;
    theme.name_zh = line.columns[2];
    theme.name_en = line.columns[3];
    theme.scope = line.columns[4];
  }
  if (themes->empty()) {
    return Malformed(kThemesFile, lines.front().number, "there is no theme");
  }
  return absl::OkStatus();
}

// A cue as the automaton sees it.
struct CueUse {
  int theme = 0;
  int cue = 0;  // index into the theme's cues
  double weight = 0;
  bool in_body = true;  // counts outside headings
  bool inherits = true;
};

// All that one folded term stands for.
struct Term {
  std::vector<CueUse> uses;
  bool masks = false;
};

struct TermTable {
  std::vector<std::u32string> folded;
  std::vector<Term> terms;
};

absl::Status ReadCues(std::string_view tsv, const CodeMap& codes, std::vector<Theme>* themes,
                      TermTable* table, std::string* version) {
  QUOTES_ASSIGN_OR_RETURN(const std::vector<Line> lines, ReadTable(kCuesFile, tsv));
  if (lines.empty() || lines[0].columns.size() != 2 || lines[0].columns[0] != "version" ||
      !IsVersion(lines[0].columns[1])) {
    return Malformed(kCuesFile, lines.empty() ? 1 : lines[0].number,
                     "the first line must be \"version\" and a version of 0-9, a-z and dots");
  }
  const std::vector<std::string_view> header = {"code", "term", "weight", "scope"};
  if (lines.size() < 2 || lines[1].columns != header) {
    return Malformed(kCuesFile, lines.size() < 2 ? lines[0].number : lines[1].number,
                     "the second line must name the columns code, term, weight, scope");
  }
  *version = lines[0].columns[1];
  absl::flat_hash_map<std::string, size_t> known;  // folded term (UTF-8) to its index
  // A term may have one weight for all text and another one added in headings.
  std::set<std::tuple<int, size_t, bool>> seen;
  for (size_t i = 2; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (line.columns.size() != header.size()) {
      return Malformed(kCuesFile, line.number, "a cue has four columns");
    }
    const bool masks = line.columns[0] == kMaskCode;
    const int theme = masks ? -1 : FindCode(codes, line.columns[0]);
    if (!masks && theme < 0) {
      return Malformed(kCuesFile, line.number, "the theme is unknown");
    }
    const std::u32string folded = text::Fold(text::ToCodePoints(line.columns[1])).units;
    if (folded.empty() || folded.front() == text::kBreak || folded.back() == text::kBreak) {
      return Malformed(kCuesFile, line.number,
                       "the term must begin and end with a letter or digit");
    }
    double weight = 0;
    if (!absl::SimpleAtod(ToAbsl(line.columns[2]), &weight) || !std::isfinite(weight) ||
        std::abs(weight) > kMaxWeight) {
      return Malformed(kCuesFile, line.number, "the weight must be a number from -10 to 10");
    }
    if ((weight == 0) != masks) {
      return Malformed(kCuesFile, line.number,
                       masks ? "a masking term has the weight 0" : "the weight must not be 0");
    }
    const std::string_view scope = line.columns[3];
    if (scope != "any" && scope != "heading" && scope != "own") {
      return Malformed(kCuesFile, line.number, "the scope must be any, heading or own");
    }
    const auto [entry, inserted] = known.try_emplace(text::ToUtf8(folded), table->terms.size());
    if (inserted) {
      table->folded.push_back(folded);
      table->terms.emplace_back();
    }
    if (!seen.emplace(theme, entry->second, scope == "heading").second) {
      return Malformed(kCuesFile, line.number, "the cue stands twice");
    }
    Term& term = table->terms[entry->second];
    if (masks) {
      term.masks = true;
      continue;
    }
    std::vector<Cue>& cues = (*themes)[static_cast<size_t>(theme)].cues;
    term.uses.push_back(
        {theme, static_cast<int>(cues.size()), weight, scope != "heading", scope != "own"});
    cues.push_back({std::string(line.columns[1]), weight, scope == "heading", scope == "own"});
  }
  return absl::OkStatus();
}

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
};

// A cue that spoke for a theme.
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

// A bullet or the introduction of a list is a sentence about its matter, not a name for it.
bool IsName(const report::Section& section) {
  return section.kind != report::SectionKind::kBullet &&
         section.kind != report::SectionKind::kListIntroduction &&
         section.heading_range.size() <= kHeadingCodePoints;
}

bool Overlap(const report::Range& a, const report::Range& b) {
  return a.begin < b.end && b.begin < a.end;
}

}  // namespace

struct Scheme::Rep {
  explicit Rep(TermTable table) : matcher(table.folded), terms(std::move(table.terms)) {
    for (const Term& term : terms) {
      in_heading.push_back(true);
      in_body.push_back(term.masks || std::any_of(term.uses.begin(), term.uses.end(),
                                                  [](const CueUse& use) { return use.in_body; }));
    }
  }

  std::vector<Clue> Read(const report::ParsedReport& report, report::Range range,
                         bool heading) const;
  std::vector<Assignment> Judge(const std::vector<Clue>& own,
                                const std::vector<Level>& levels) const;
  std::vector<std::string> NameCues(int theme, bool with_children,
                                    const std::vector<Witness>& witnesses) const;

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
  const text::FoldedText folded = text::Fold(joined.substr(begin, end - begin));
  std::vector<uint32_t> found;
  for (const Matcher::Match& match :
       matcher.FindLongest(folded.units, heading ? in_heading : in_body)) {
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

// The terms that spoke for a theme; where it also lives on what its children have in common, theirs
// too.
std::vector<std::string> Scheme::Rep::NameCues(int theme, bool with_children,
                                               const std::vector<Witness>& witnesses) const {
  std::vector<std::string> names;
  for (const Witness& witness : witnesses) {
    int speaks_for = witness.clue.theme;
    while (with_children && speaks_for != theme && speaks_for >= 0 && !witness.heading) {
      speaks_for = parents[static_cast<size_t>(speaks_for)];
    }
    if (speaks_for != theme) {
      continue;
    }
    const Theme& of = themes[static_cast<size_t>(witness.clue.theme)];
    std::string name = absl::StrCat(witness.heading ? "heading:" : "",
                                    of.cues[static_cast<size_t>(witness.clue.cue)].term);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

std::vector<Assignment> Scheme::Rep::Judge(const std::vector<Clue>& own,
                                           const std::vector<Level>& levels) const {
  std::vector<Weighed> weighed(themes.size());
  std::vector<Witness> witnesses;
  for (const Clue& clue : own) {
    Weighed& theme = weighed[static_cast<size_t>(clue.theme)];
    theme.words += clue.weight;
    if (clue.weight > 0) {
      witnesses.push_back({clue.weight, false, clue});
    }
  }
  double best_own = 0;
  for (Weighed& theme : weighed) {
    theme.own = theme.words;
    theme.alone = theme.words;
    best_own = std::max(best_own, theme.own);
  }

  double factor = 1 - kOwnWordsDisplace * std::min(best_own, 1.0);
  for (const Level& level : levels) {
    std::vector<double> sums(themes.size());
    for (const Clue& clue : *level.clues) {
      if (clue.inherits) {
        sums[static_cast<size_t>(clue.theme)] += clue.weight;
      }
    }
    bool names_a_theme = false;
    for (size_t i = 0; i < sums.size(); ++i) {
      // What a heading says against a theme, it says of itself only.
      weighed[i].alone += factor * level.factor * std::clamp(sums[i], 0.0, kMostPerHeading);
      names_a_theme = names_a_theme || sums[i] >= kFits;
    }
    for (const Clue& clue : *level.clues) {
      if (clue.inherits && clue.weight > 0 && sums[static_cast<size_t>(clue.theme)] > 0) {
        witnesses.push_back({factor * level.factor * clue.weight, true, clue});
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
  const double needed = std::max(kFits, std::min(kShareOfBest * best, kFitsBesideAny));
  // Children stand after their parents, so going backwards the whole subtree is summed up first.
  // Headings take no part in it: what they say about the parent, they say in their own words.
  for (size_t i = weighed.size(); i-- > 0;) {
    if (parents[i] >= 0 && weighed[i].own > 0) {
      weighed[static_cast<size_t>(parents[i])].own += kChildForParent * weighed[i].own;
      weighed[static_cast<size_t>(parents[i])].total += kChildForParent * weighed[i].own;
    }
  }
  std::vector<bool> fits_below(themes.size(), false);
  // The sentence's own cues first, the strongest of each kind before the others.
  std::stable_sort(witnesses.begin(), witnesses.end(), [](const Witness& a, const Witness& b) {
    return a.heading != b.heading ? b.heading : a.weight > b.weight;
  });
  std::vector<Assignment> given;
  const auto give = [&](size_t theme, double weight, bool with_children) {
    Assignment& assignment = given.emplace_back();
    assignment.theme = static_cast<int>(theme);
    assignment.score = 1 - std::exp2(-weight);
    assignment.cues = NameCues(static_cast<int>(theme), with_children, witnesses);
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
  std::vector<Theme> themes;
  CodeMap codes;
  QUOTES_RETURN_IF_ERROR(ReadThemes(themes_tsv, &themes, &codes));
  TermTable table;
  std::string version;
  QUOTES_RETURN_IF_ERROR(ReadCues(cues_tsv, codes, &themes, &table, &version));

  auto rep = std::make_unique<Rep>(std::move(table));
  for (const Theme& theme : themes) {
    rep->parents.push_back(FindCode(codes, theme.parent));
  }
  rep->themes = std::move(themes);
  rep->codes = std::move(codes);
  // The sizes keep a line that moves from one file to the other from going unnoticed.
  const std::string both =
      absl::StrCat(kRules, "\n", themes_tsv.size(), "\n", ToAbsl(themes_tsv), ToAbsl(cues_tsv));
  rep->version = absl::StrCat(version, "-", Sha256Hex(both).substr(0, 12));
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

    std::vector<Level> levels;
    if (lead == report.quotes.size() || report.quotes[lead].paragraph != quote.paragraph) {
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
      if (!Overlap(quote.range, section.heading_range)) {
        const bool long_heading = section.heading_range.size() > kHeadingCodePoints;
        levels.push_back(
            {&heading_clues[static_cast<size_t>(index)], long_heading ? kLongLead : 1});
      }
      index = section.parent < index ? section.parent : -1;
    }
    assigned[i] = rep_->Judge(own, levels);
    before = i;
    clues_before = std::move(own);
  }
  return assigned;
}

}  // namespace quotes::themes
