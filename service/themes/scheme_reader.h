#ifndef QUOTES_SERVICE_THEMES_SCHEME_READER_H_
#define QUOTES_SERVICE_THEMES_SCHEME_READER_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "service/themes/scheme.h"

// The files of a scheme; not for other rooms.
namespace quotes::themes {

// Two weights of the rules of assignment (scheme.cc) that tell what cues can do.
//
// Where no theme gets further, the best one is given from this on: one clear word in a short
// sentence tells more than the absence of a second one.
inline constexpr double kFitsAlone = 0.5;
// What children have in common speaks for their parent.
inline constexpr double kChildForParent = 0.3;

using CodeMap = absl::flat_hash_map<std::string, int>;

// Index of a theme, -1 if there is none.
int FindCode(const CodeMap& codes, std::string_view code);

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

struct SchemeFile {
  std::string name;                     // for errors
  std::optional<std::string_view> tsv;  // absent: there is no such file
};

struct SchemeFiles {
  SchemeFile themes;
  SchemeFile cues;
};

struct SchemeData {
  std::vector<Theme> themes;
  CodeMap codes;
  std::vector<std::u32string> folded;  // distinct terms
  std::vector<Term> terms;             // parallel to them
  std::string version;                 // of the layers, "3+2"
};

// Puts a scheme together from its own files and those of a house.
class SchemeReader {
 public:
  // A house's files add themes and cues to those read before, or stand in their place: a theme by
  // its code, a cue by code, folded term and whether it is one of headings. Only a house may leave
  // a file out, and give a cue the weight 0, which takes it away.
  enum class Layer { kBuiltIn, kHouse };

  // Errors as Scheme::Parse has them.
  absl::Status Read(const SchemeFiles& files, Layer layer);

  // What a house's files say without effect, in their order; before Take.
  std::vector<SchemeFinding> FindHouseFaults() const;

  // The scheme without what was taken away. Called once, last.
  SchemeData Take();

 private:
  struct Row {
    int theme = 0;
    size_t term = 0;  // index
    Cue cue;
    Layer layer = Layer::kBuiltIn;
    std::string place{};  // file and line
    bool is_new = true;   // nothing stood in its place
  };

  absl::Status ReadThemes(const SchemeFile& file, Layer layer);
  absl::Status ReadCues(const SchemeFile& file, Layer layer);

  SchemeData data_;
  std::map<int, Layer> layers_;                     // of the themes
  std::map<int, std::string> house_themes_;         // new ones: file and line
  absl::flat_hash_map<std::string, size_t> known_;  // folded term (UTF-8) to its index
  // By theme, term, and whether it is a cue of headings: a term may have one weight for all text
  // and another one added in headings.
  std::map<std::tuple<int, size_t, bool>, size_t> rows_at_;
  std::vector<Row> rows_;          // in the order of the files
  std::map<size_t, Layer> masks_;  // terms
};

}  // namespace quotes::themes

#endif  // QUOTES_SERVICE_THEMES_SCHEME_READER_H_
