#include "service/themes/scheme_reader.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/base/absl_string.h"
#include "service/base/errors.h"
#include "service/base/limits.h"
#include "service/base/status_macros.h"
#include "service/text/fold.h"
#include "service/text/utf8.h"

namespace quotes::themes {
namespace {

constexpr double kMaxWeight = 10;
constexpr std::string_view kMaskCode = "-";

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
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // spreadsheets write one
  if (tsv.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    tsv.remove_prefix(kByteOrderMark.size());
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

}  // namespace

int FindCode(const CodeMap& codes, std::string_view code) {
  const auto found = codes.find(ToAbsl(code));
  return found == codes.end() ? -1 : found->second;
}

absl::Status SchemeReader::Read(const SchemeFiles& files, Layer layer) {
  if (files.themes.tsv.has_value()) {
    QUOTES_RETURN_IF_ERROR(ReadThemes(files.themes, layer));
  }
  return files.cues.tsv.has_value() ? ReadCues(files.cues, layer) : absl::OkStatus();
}

absl::Status SchemeReader::ReadThemes(const SchemeFile& file, Layer layer) {
  const auto malformed = [&file](size_t line, std::string_view description) {
    return Malformed(file.name, line, description);
  };
  QUOTES_ASSIGN_OR_RETURN(const std::vector<Line> lines, ReadTable(file.name, *file.tsv));
  const std::vector<std::string_view> header = {"code", "parent", "zh", "en", "scope"};
  if (lines.empty() || lines.front().columns != header) {
    return malformed(lines.empty() ? 1 : lines.front().number,
                     "the first line must name the columns code, parent, zh, en, scope");
  }
  absl::flat_hash_set<std::string> below;  // to tell a parent that comes later from an unknown one
  for (const Line& line : lines) {
    below.insert(std::string(line.columns.front()));
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (line.columns.size() != header.size()) {
      return malformed(line.number, "a theme has five columns");
    }
    const std::string_view code = line.columns[0];
    const std::string_view parent = line.columns[1];
    if (!IsCode(code)) {
      return malformed(line.number,
                       "a code is made of a-z, 0-9, _ and inner dots, each part beginning with "
                       "a letter");
    }
    if (line.columns[2].empty() || line.columns[3].empty() || line.columns[4].empty()) {
      return malformed(line.number, "names and scope must not be empty");
    }
    const auto [entry, inserted] =
        data_.codes.try_emplace(std::string(code), static_cast<int>(data_.themes.size()));
    const int index = entry->second;
    const int above = FindCode(data_.codes, parent);
    if (!parent.empty() && (above < 0 || above >= index)) {
      return malformed(line.number, above >= 0 || below.contains(ToAbsl(parent))
                                        ? "the parent stands below its child"
                                        : "the parent is unknown");
    }
    if (inserted) {
      if (data_.themes.size() == limits::kMaxThemes) {
        return malformed(line.number, absl::StrCat("there are more than ", limits::kMaxThemes,
                                                   " themes, the built-in ones counted"));
      }
      data_.themes.emplace_back();
    } else if (layers_[index] == layer) {
      return malformed(line.number, "the code stands twice");
    }
    layers_[index] = layer;
    if (inserted && layer == Layer::kHouse) {
      house_themes_[index] = absl::StrCat(file.name, ":", line.number);
    }
    Theme& theme = data_.themes[static_cast<size_t>(index)];
    theme.code = code;
    theme.parent = parent;
    theme.name_zh = line.columns[2];
    theme.name_en = line.columns[3];
    theme.scope = line.columns[4];
  }
  return data_.themes.empty() ? malformed(lines.front().number, "there is no theme")
                              : absl::OkStatus();
}

absl::Status SchemeReader::ReadCues(const SchemeFile& file, Layer layer) {
  const auto malformed = [&file](size_t line, std::string_view description) {
    return Malformed(file.name, line, description);
  };
  QUOTES_ASSIGN_OR_RETURN(const std::vector<Line> lines, ReadTable(file.name, *file.tsv));
  if (lines.empty() || lines[0].columns.size() != 2 || lines[0].columns[0] != "version" ||
      !IsVersion(lines[0].columns[1])) {
    return malformed(lines.empty() ? 1 : lines[0].number,
                     "the first line must be \"version\" and a version of 0-9, a-z and dots");
  }
  const std::vector<std::string_view> header = {"code", "term", "weight", "scope"};
  if (lines.size() < 2 || lines[1].columns != header) {
    return malformed(lines.size() < 2 ? lines[0].number : lines[1].number,
                     "the second line must name the columns code, term, weight, scope");
  }
  absl::StrAppend(&data_.version, data_.version.empty() ? "" : "+", ToAbsl(lines[0].columns[1]));
  for (size_t i = 2; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (line.columns.size() != header.size()) {
      return malformed(line.number, "a cue has four columns");
    }
    const bool masks = line.columns[0] == kMaskCode;
    const int theme = masks ? -1 : FindCode(data_.codes, line.columns[0]);
    if (!masks && theme < 0) {
      return malformed(line.number, "the theme is unknown");
    }
    const std::u32string folded = text::Fold(text::ToCodePoints(line.columns[1])).units;
    if (folded.empty() || folded.front() == text::kBreak || folded.back() == text::kBreak) {
      return malformed(line.number, "the term must begin and end with a letter or digit");
    }
    double weight = 0;
    if (!absl::SimpleAtod(ToAbsl(line.columns[2]), &weight) || !std::isfinite(weight) ||
        std::abs(weight) > kMaxWeight) {
      return malformed(line.number, "the weight must be a number from -10 to 10");
    }
    if (masks && weight != 0) {
      return malformed(line.number, "a masking term has the weight 0");
    }
    if (!masks && weight == 0 && layer == Layer::kBuiltIn) {
      return malformed(line.number, "the weight must not be 0");
    }
    const std::string_view scope = line.columns[3];
    if (scope != "any" && scope != "heading" && scope != "own") {
      return malformed(line.number, "the scope must be any, heading or own");
    }
    if (folded.size() > limits::kMaxThemeCueCodePoints) {
      return malformed(line.number, absl::StrCat("the term has more than ",
                                                 limits::kMaxThemeCueCodePoints, " code points"));
    }
    if (rows_.size() + masks_.size() == limits::kMaxThemeCues) {
      return malformed(line.number, absl::StrCat("there are more than ", limits::kMaxThemeCues,
                                                 " cues, the built-in ones counted"));
    }
    const auto [entry, inserted] = known_.try_emplace(text::ToUtf8(folded), data_.folded.size());
    const size_t term = entry->second;
    if (inserted) {
      data_.folded.push_back(folded);
    }
    if (masks) {
      const auto [mask, is_new] = masks_.try_emplace(term, layer);
      if (!is_new && mask->second == layer) {
        return malformed(line.number, "the cue stands twice");
      }
      continue;
    }
    const Cue cue{std::string(line.columns[1]), weight, scope == "heading", scope == "own"};
    const auto [row, is_new] = rows_at_.try_emplace({theme, term, cue.heading_only}, rows_.size());
    const std::string place = absl::StrCat(file.name, ":", line.number);
    if (is_new) {
      rows_.push_back({theme, term, cue, layer, place, /*is_new=*/true});
    } else if (rows_[row->second].layer == layer) {
      return malformed(line.number, "the cue stands twice");
    } else {
      rows_[row->second] = {theme, term, cue, layer, place, /*is_new=*/false};
    }
  }
  return absl::OkStatus();
}

std::vector<SchemeFinding> SchemeReader::FindHouseFaults() const {
  // Longer cues that are named with one that they hide.
  constexpr size_t kMostNamed = 3;
  std::vector<SchemeFinding> findings;
  const auto with_cues = [this](int theme) {
    return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
      int above = row.cue.weight > 0 ? row.theme : -1;
      while (above >= 0 && above != theme) {
        above = FindCode(data_.codes, data_.themes[static_cast<size_t>(above)].parent);
      }
      return above == theme;
    });
  };
  for (const auto& [theme, place] : house_themes_) {
    if (!with_cues(theme)) {
      findings.push_back(
          {place, "no cue speaks for the theme or one below it: only editors give it"});
    }
  }
  // What all cues of a theme and those below it could give it in one sentence.
  std::vector<double> most(data_.themes.size(), 0);
  std::map<int, std::string> touched = {house_themes_.begin(), house_themes_.end()};
  for (const Row& row : rows_) {
    double weight = std::max(row.cue.weight, 0.0);
    for (int theme = row.theme; theme >= 0 && weight > 0; weight *= kChildForParent) {
      most[static_cast<size_t>(theme)] += weight;
      theme = FindCode(data_.codes, data_.themes[static_cast<size_t>(theme)].parent);
    }
    if (row.layer == Layer::kHouse) {
      touched.try_emplace(row.theme, row.place);
    }
  }
  for (const auto& [theme, place] : touched) {
    const double weight = most[static_cast<size_t>(theme)];
    if (weight > 0 && weight < kFitsAlone) {
      findings.push_back(
          {place, absl::StrCat("the cues of ", data_.themes[static_cast<size_t>(theme)].code,
                               " have together the weight ", weight,
                               ": no sentence gets the theme by its own words, which takes ",
                               kFitsAlone)});
    }
  }
  for (const Row& row : rows_) {
    if (row.layer != Layer::kHouse) {
      continue;
    }
    if (row.cue.weight == 0) {
      if (row.is_new) {
        findings.push_back({row.place, "the weight 0 takes nothing away: there is no such cue"});
      }
      continue;
    }
    std::map<size_t, std::string> hiding;  // terms, with a theme of each
    const std::u32string& term = data_.folded[row.term];
    std::vector<size_t> of_same_theme;
    for (const Row& other : rows_) {
      if (other.cue.weight == 0 || other.term == row.term ||
          data_.folded[other.term].find(term) == std::u32string::npos) {
        continue;
      }
      if (other.theme == row.theme) {
        of_same_theme.push_back(other.term);
      } else {
        hiding.try_emplace(other.term, data_.themes[static_cast<size_t>(other.theme)].code);
      }
    }
    for (const auto& [mask, layer] : masks_) {
      if (mask != row.term && data_.folded[mask].find(term) != std::u32string::npos) {
        hiding.try_emplace(mask, std::string(kMaskCode));
      }
    }
    for (const size_t same : of_same_theme) {
      hiding.erase(same);
    }
    if (hiding.empty()) {
      continue;
    }
    std::string named;
    size_t count = 0;
    for (const auto& [longer, code] : hiding) {
      if (count++ < kMostNamed) {
        absl::StrAppend(&named, named.empty() ? "" : ", ", text::ToUtf8(data_.folded[longer]), " (",
                        code, ")");
      }
    }
    findings.push_back(
        {row.place,
         absl::StrCat(
             "the cue does not count inside longer ones of other themes: ", named,
             count > kMostNamed ? absl::StrCat(" and ", count - kMostNamed, " more") : "")});
  }
  return findings;
}

SchemeData SchemeReader::Take() {
  data_.terms.resize(data_.folded.size());
  for (const auto& [term, layer] : masks_) {
    data_.terms[term].masks = true;
  }
  for (Row& row : rows_) {
    if (row.cue.weight == 0) {
      continue;
    }
    std::vector<Cue>& cues = data_.themes[static_cast<size_t>(row.theme)].cues;
    data_.terms[row.term].uses.push_back({row.theme, static_cast<int>(cues.size()), row.cue.weight,
                                          !row.cue.heading_only, !row.cue.own_only});
    cues.push_back(std::move(row.cue));
  }
  // A term that stands for nothing any more must hide nothing.
  size_t kept = 0;
  for (size_t term = 0; term < data_.terms.size(); ++term) {
    if (data_.terms[term].masks || !data_.terms[term].uses.empty()) {
      std::swap(data_.terms[kept], data_.terms[term]);
      std::swap(data_.folded[kept], data_.folded[term]);
      ++kept;
    }
  }
  data_.terms.resize(kept);
  data_.folded.resize(kept);
  return std::move(data_);
}

}  // namespace quotes::themes
