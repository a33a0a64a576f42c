#ifndef QUOTES_SERVICE_THEMES_SCHEME_H_
#define QUOTES_SERVICE_THEMES_SCHEME_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "service/report/report.h"

namespace quotes::themes {

struct Cue {
  std::string term;     // matched as a folded substring
  double weight = 1.0;  // negative: speaks against the theme
  bool heading_only = false;
};

struct Theme {
  std::string code;    // "party.discipline"
  std::string parent;  // code, empty at the top
  std::string name_zh;
  std::string name_en;
  std::string scope;
  std::vector<Cue> cues;
};

// A theme given to a quote.
struct Assignment {
  int theme = 0;                  // index into Scheme::themes()
  double score = 0;               // above 0, at most 1
  std::vector<std::string> cues;  // the terms that gave it; "heading:" before one from a heading
};

// The scheme of themes with the rules that assign them. Immutable, thread-safe.
class Scheme {
 public:
  // The scheme that ships with the program (service/themes/data).
  static std::shared_ptr<const Scheme> BuiltIn();

  // Reads a scheme from its two tab-separated files. INVALID_ARGUMENT / FIELD_INVALID naming file
  // and line for a malformed line, an unknown parent, a duplicate code or a cue of no theme.
  static absl::StatusOr<std::shared_ptr<const Scheme>> Parse(std::string_view themes_tsv,
                                                             std::string_view cues_tsv);

  ~Scheme();
  Scheme(const Scheme&) = delete;
  Scheme& operator=(const Scheme&) = delete;

  // Changes whenever a theme or cue changes: the data's own version and a hash of it.
  const std::string& version() const;
  // In file order; parents stand before their children.
  const std::vector<Theme>& themes() const;
  // Index of a theme, -1 if there is none.
  int Find(std::string_view code) const;
  // The theme and all below it, ascending indices.
  std::vector<int> WithDescendants(int theme) const;

  // The themes of every quote of a report, best score first, by the quote's own words, its
  // paragraph's lead and the headings above it. One entry per quote; furniture gets none. A parent
  // theme is assigned only where no child of it fits; look-ups include descendants.
  std::vector<std::vector<Assignment>> Assign(const report::ParsedReport& report) const;

 private:
  Scheme();
  struct Rep;
  std::unique_ptr<const Rep> rep_;
};

}  // namespace quotes::themes

#endif  // QUOTES_SERVICE_THEMES_SCHEME_H_
