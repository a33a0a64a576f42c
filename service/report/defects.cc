#include "service/report/defects.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "service/base/errors.h"
#include "service/base/hash.h"
#include "service/base/limits.h"
#include "service/text/utf8.h"

namespace quotes::report {
namespace {

constexpr std::string_view kField = "defects";
constexpr std::string_view kHeader[] = {"line", "printed", "emended", "kind", "certainty", "note"};
constexpr size_t kIdLength = 12;

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

absl::Status Invalid(size_t line, std::string_view description) {
  return errors::FieldInvalid(kField,
                              "line " + std::to_string(line) + ": " + std::string(description));
}

std::optional<DefectKind> ParseKind(std::string_view name) {
  constexpr std::pair<std::string_view, DefectKind> kNames[] = {
      {"OMISSION", DefectKind::kOmission},           {"ADDITION", DefectKind::kAddition},
      {"SUBSTITUTION", DefectKind::kSubstitution},   {"DUPLICATION", DefectKind::kDuplication},
      {"TRANSPOSITION", DefectKind::kTransposition}, {"SCRIPT", DefectKind::kScript},
      {"PUNCTUATION", DefectKind::kPunctuation},     {"OTHER", DefectKind::kOther},
  };
  for (const auto& [key, kind] : kNames) {
    if (key == name) {
      return kind;
    }
  }
  return std::nullopt;
}

std::optional<Certainty> ParseCertainty(std::string_view name) {
  constexpr std::pair<std::string_view, Certainty> kNames[] = {
      {"CERTAIN", Certainty::kCertain},
      {"PROBABLE", Certainty::kProbable},
      {"POSSIBLE", Certainty::kPossible},
  };
  for (const auto& [key, certainty] : kNames) {
    if (key == name) {
      return certainty;
    }
  }
  return std::nullopt;
}

absl::StatusOr<DefectEntry> ParseEntry(std::string_view line, size_t number) {
  std::vector<std::string_view> fields = Split(line, '\t');
  constexpr size_t kFields = std::size(kHeader);
  if (fields.size() == kFields - 1) {
    fields.emplace_back();  // a note may be missing with its tab
  }
  if (fields.size() != kFields) {
    return Invalid(number, "not six fields separated by tabs");
  }
  DefectEntry entry;
  const char* const end = fields[0].data() + fields[0].size();
  const auto parsed = std::from_chars(fields[0].data(), end, entry.line);
  if (parsed.ec != std::errc() || parsed.ptr != end || entry.line == 0) {
    return Invalid(number, "the first field is no line number");
  }
  entry.printed = fields[1];
  if (entry.printed.empty()) {
    return Invalid(number, "the printed string is empty");
  }
  for (const std::string_view reading : Split(fields[2], '|')) {
    if (reading.empty()) {
      return Invalid(number, "a reading is empty");
    }
    entry.readings.emplace_back(reading);
  }
  if (entry.readings.size() > limits::kMaxDefectReadings) {
    return Invalid(number, "more than " + std::to_string(limits::kMaxDefectReadings) + " readings");
  }
  const auto kind = ParseKind(fields[3]);
  if (!kind) {
    return Invalid(number, "unknown kind");
  }
  const auto certainty = ParseCertainty(fields[4]);
  if (!certainty) {
    return Invalid(number, "unknown certainty");
  }
  entry.kind = *kind;
  entry.certainty = *certainty;
  entry.note = fields[5];
  return entry;
}

// The one place of `printed` that begins on source line `line`; the reason when there is none.
struct Placement {
  std::optional<Range> range;
  std::string_view problem;
};

Placement Place(const ParsedReport& report, uint32_t line, std::u32string_view printed) {
  const auto begins =
      std::lower_bound(report.print_spans.begin(), report.print_spans.end(), line,
                       [](const PrintSpan& span, uint32_t value) { return span.line < value; });
  Placement placement;
  const std::u32string_view joined = report.joined;
  for (auto span = begins; span != report.print_spans.end() && span->line == line; ++span) {
    // A string may reach over a join, never out of its run.
    const auto run =
        std::upper_bound(report.runs.begin(), report.runs.end(), span->joined.begin,
                         [](uint32_t value, const Run& r) { return value < r.range.end; });
    if (run == report.runs.end()) {
      continue;
    }
    const std::u32string_view text = joined.substr(0, run->range.end);
    size_t at = text.find(printed, span->joined.begin);
    while (at != std::u32string_view::npos && at < span->joined.end) {
      if (placement.range) {
        placement.range.reset();
        placement.problem = "the printed string stands on its line more than once";
        return placement;
      }
      placement.range =
          Range{static_cast<uint32_t>(at), static_cast<uint32_t>(at + printed.size())};
      at = text.substr(0, std::min<size_t>(text.size(), span->joined.end + printed.size()))
               .find(printed, at + 1);
    }
  }
  if (!placement.range) {
    placement.problem = "the printed string is not on its line";
  }
  return placement;
}

DefectKind KindOf(LintKind kind) {
  switch (kind) {
    case LintKind::kDoubledWord:
    case LintKind::kDuplicatedPassage:
      return DefectKind::kDuplication;
    case LintKind::kMixedScript:
      return DefectKind::kScript;
    case LintKind::kUnbalancedMark:
    case LintKind::kMixedMarks:
      return DefectKind::kPunctuation;
    case LintKind::kLookAlike:
    case LintKind::kEncodingDamage:
    case LintKind::kNumberingGap:
      return DefectKind::kSubstitution;
    default:
      return DefectKind::kOther;
  }
}

}  // namespace

bool HasProposal(const LintFinding& finding) {
  return !finding.proposal.empty() || finding.kind == LintKind::kDuplicatedPassage;
}

std::optional<DefectEntry> ProposeDefect(const ParsedReport& report, const LintFinding& finding) {
  if (!HasProposal(finding) || finding.range.empty()) {
    return std::nullopt;
  }
  const auto span =
      std::find_if(report.print_spans.begin(), report.print_spans.end(), [&](const PrintSpan& s) {
        return s.joined.begin <= finding.range.begin && finding.range.begin < s.joined.end;
      });
  if (span == report.print_spans.end()) {
    return std::nullopt;
  }
  const std::u32string_view joined = report.joined;
  const uint32_t least = span->joined.begin;
  const uint32_t most = std::max(span->joined.end, finding.range.end);
  const auto utf8 = [&](uint32_t begin, uint32_t end) {
    return text::ToUtf8(joined.substr(begin, end - begin));
  };
  Range wide = finding.range;
  while (wide.size() <= limits::kMaxMetadataCodePoints) {
    const Placement placement = Place(report, span->line, joined.substr(wide.begin, wide.size()));
    // A reading has characters: what is to go is told with a neighbour.
    if (placement.range == wide && (!finding.proposal.empty() || wide != finding.range)) {
      DefectEntry entry;
      entry.line = span->line;
      entry.printed = utf8(wide.begin, wide.end);
      entry.readings.push_back(utf8(wide.begin, finding.range.begin) + finding.proposal +
                               utf8(finding.range.end, wide.end));
      entry.kind = KindOf(finding.kind);
      entry.certainty = finding.certainty;
      return entry;
    }
    const Range before = wide;
    wide.begin -= wide.begin > least ? 1 : 0;
    wide.end += wide.end < most ? 1 : 0;
    if (wide == before) {
      break;
    }
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<DefectEntry>> ParseDefects(std::string_view tsv) {
  if (const auto bad = text::FindInvalidUtf8(tsv)) {
    const auto lines =
        std::count(tsv.begin(), tsv.begin() + static_cast<std::ptrdiff_t>(*bad), '\n');
    return Invalid(static_cast<size_t>(lines) + 1, "not UTF-8");
  }
  if (tsv.starts_with("\xEF\xBB\xBF")) {
    tsv.remove_prefix(3);
  }
  std::vector<DefectEntry> entries;
  size_t number = 0;
  for (std::string_view line : Split(tsv, '\n')) {
    ++number;
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (number == 1) {
      const std::vector<std::string_view> fields = Split(line, '\t');
      if (!std::equal(fields.begin(), fields.end(), std::begin(kHeader), std::end(kHeader))) {
        return Invalid(1, "not the header line, printed, emended, kind, certainty, note");
      }
      continue;
    }
    if (line.empty()) {
      continue;
    }
    auto entry = ParseEntry(line, number);
    if (!entry.ok()) {
      return entry.status();
    }
    entries.push_back(*std::move(entry));
    if (entries.size() > limits::kMaxDefects) {
      return errors::FieldOutOfRange(kField,
                                     "at most " + std::to_string(limits::kMaxDefects) + " entries");
    }
  }
  return entries;
}

absl::StatusOr<std::vector<Defect>> PlaceDefects(const ParsedReport& report,
                                                 const std::vector<DefectEntry>& entries) {
  std::vector<Defect> defects;
  std::map<std::string, int> seen;
  for (size_t i = 0; i < entries.size(); ++i) {
    const DefectEntry& entry = entries[i];
    const std::u32string printed = text::ToCodePoints(entry.printed);
    const Placement placement = printed.empty()
                                    ? Placement{std::nullopt, "the printed string is empty"}
                                    : Place(report, entry.line, printed);
    if (!placement.range) {
      return errors::DefectUnplaced(i, entry.line, placement.problem);
    }
    // Named by what is printed and its count, so that an unrelated correction renames nothing.
    std::string key = std::to_string(static_cast<int>(entry.kind));
    key.append(1, '\0').append(entry.printed);
    const int occurrence = seen[key]++;
    key.append(1, '\0').append(std::to_string(occurrence));
    Defect defect;
    std::string id(1, 'd');
    id.append(Base32(Sha256(key)), 0, kIdLength);
    defect.id = std::move(id);
    defect.kind = entry.kind;
    defect.certainty = entry.certainty;
    defect.range = *placement.range;
    defect.printed = entry.printed;
    defect.readings = entry.readings;
    defect.note = entry.note;
    defects.push_back(std::move(defect));
  }
  return defects;
}

}  // namespace quotes::report
