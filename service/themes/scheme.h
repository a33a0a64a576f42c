#ifndef QUOTES_SERVICE_THEMES_SCHEME_H_
#define QUOTES_SERVICE_THEMES_SCHEME_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "service/report/report.h"

namespace quotes::themes {

// A word or phrase that speaks for a theme, or against it. It is matched as a folded substring; of
// cues that lie inside each other at one place of the text only the longest counts.
struct Cue {
  std::string term;
  // 1 alone gives the theme where no other one is stronger (Scheme::Assign says what one needs
  // beside a stronger one); negative: speaks against it.
  double weight = 1.0;
  bool heading_only = false;  // counts in headings and for what stands below them
  bool own_only = false;      // counts for the sentence that holds it, is never handed down
};

struct Theme {
  std::string code;    // "party.discipline"
  std::string parent;  // code, empty at the top
  std::string name_zh;
  std::string name_en;
  std::string scope;
  std::vector<Cue> cues;
};

// Who gave a theme.
enum class Origin : uint8_t {
  kRule = 1,   // the rules of the scheme
  kEditor = 2  // a person; see tag.h
};

// A theme given to a quote.
struct Assignment {
  int theme = 0;     // index into Scheme::themes()
  double score = 0;  // above 0, at most 1
  // The terms that spoke for it, the strongest of the quote's own words first, then those that
  // spoke against it; "heading:" before one from a heading, lead or sentence before.
  std::vector<std::string> cues;
  // What each of them counts, in thousandths, below zero for one that spoke against it: but for
  // rounding the score is 1 - 2^-w for the sum w of them all.
  std::vector<int16_t> shares;
  Origin origin = Origin::kRule;
};

struct SchemeFiles;

// What a house's file says without effect.
struct SchemeFinding {
  std::string place;  // "cues.tsv:40": file and line
  std::string description;
};

// The folder of a house's own themes and cues for a database: "quotes.db.themes". It stands beside
// the database, so that whoever opens that reads it by the same scheme.
inline std::string HouseFolder(std::string_view database) {
  return std::string(database) + ".themes";
}

// What of it is read; each may be missing.
inline constexpr std::array kHouseFiles = {"themes.tsv", "cues.tsv"};

// The scheme of themes with the rules that assign them. Immutable, thread-safe.
class Scheme {
 public:
  // The scheme that ships with the program (service/themes/data).
  static std::shared_ptr<const Scheme> BuiltIn();

  // Reads a scheme from its two tab-separated files; their form is described at the head of
  // service/themes/data/cues.tsv. INVALID_ARGUMENT / FIELD_INVALID, with the field "themes.tsv:12"
  // or "cues.tsv:40" (file and line), for bytes that are not UTF-8, a malformed line, an unknown
  // parent or one that stands below its child, a code or cue that stands twice, a cue of no theme,
  // a weight or scope out of range, and more themes, cues or words of a cue than the limits allow.
  static absl::StatusOr<std::shared_ptr<const Scheme>> Parse(std::string_view themes_tsv,
                                                             std::string_view cues_tsv);

  // The scheme that ships with the program with what a house adds or puts in its place in the files
  // themes.tsv and cues.tsv of a folder, both of the same form and either of which may be missing:
  // a row for a theme or cue that is known already stands in its place, a cue with weight 0 is
  // taken away. Without a file the scheme is BuiltIn(). Errors as those of Parse, with the files'
  // paths; INVALID_ARGUMENT for what is no regular file, cannot be read, or exceeds
  // limits::kMaxSettingsFileBytes.
  static absl::StatusOr<std::shared_ptr<const Scheme>> ReadHouse(const std::string& folder);

  // What the files of a house say without the effect they seem to have, in their order: a weight 0
  // for a cue that is not there, a cue that never counts because a longer one of another theme
  // hides it somewhere, a theme without cues. Errors as those of ReadHouse; NOT_FOUND if there is
  // neither file.
  static absl::StatusOr<std::vector<SchemeFinding>> CheckHouse(const std::string& folder);

  ~Scheme();
  Scheme(const Scheme&) = delete;
  Scheme& operator=(const Scheme&) = delete;

  // Changes whenever a theme, a cue or the rules change: the data's own version and a hash of all.
  const std::string& version() const;
  // In file order; parents stand before their children.
  const std::vector<Theme>& themes() const;
  // Index of a theme, -1 if there is none.
  int Find(std::string_view code) const;
  // Index of the theme that one stands below, -1 at the top.
  int ParentOf(int theme) const;
  // The theme and all below it, ascending indices.
  std::vector<int> WithDescendants(int theme) const;

  // The themes of every quote of a report, best score first, by the quote's own words, the sentence
  // before it, its paragraph's lead and the headings above it. One entry per quote; furniture gets
  // none. A parent theme stands beside a child of its own only where the quote's words speak for
  // the parent themselves; a salutation near the end of the speech closes what stands above it;
  // look-ups include descendants. A quote may well get no theme. The score is 1 - 2^-w for the
  // summed weights w of the cues: a theme fits from 0.5 on (w = 1), beside another one from 0.42 on
  // (w = 0.8), beside a stronger one of the weight v from w = v / 2 on, which need be no more than
  // 1.8; where none does, the best one may be given with a lower score, alone. Linear in the text.
  std::vector<std::vector<Assignment>> Assign(const report::ParsedReport& report) const;

 private:
  Scheme();
  static absl::StatusOr<std::shared_ptr<const Scheme>> Make(
      const SchemeFiles& built_in, const std::optional<SchemeFiles>& house);
  struct Rep;
  std::unique_ptr<const Rep> rep_;
};

}  // namespace quotes::themes

#endif  // QUOTES_SERVICE_THEMES_SCHEME_H_
